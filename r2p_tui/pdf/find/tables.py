"""From pages of words and rules to the regions of their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.bodies import DOWN, UP, Body, Stage, Way, find_body, float_lines
from r2p_tui.pdf.find.boxes import overlap, shared_width, width
from r2p_tui.pdf.find.captions import Caption, find_captions, find_sub_captions
from r2p_tui.pdf.find.context import with_context
from r2p_tui.pdf.find.page_text import PageText, Strip, sort_out
from r2p_tui.pdf.find.strips import strips_of
from r2p_tui.pdf.find.text_lines import Line
from r2p_tui.pdf.find.uncaptioned import (
    TRUST_WITHOUT_CAPTION,
    continued_at_top,
    not_ended,
    stands_beside,
    without_caption,
)
from r2p_tui.pdf.layout import Page, Region

_LEAST_SCORE = 0.3
_CLEARLY_BETTER = 0.4
_WORTH_OF_PARTS, _ROOM_OF_CAPTION = 0.2, 3.6
_WORTH_OF_WIDTH, _WIDER = 0.2, 10.0
_AT_EDGE, _DEEPEST_INDENT = 4.5, 45.0


@dataclass(frozen=True)
class _Found:
    """The table of a caption, or the parts of its float."""

    parts: tuple[tuple[Caption, Body], ...] = ()

    @property
    def score(self) -> float:
        return sum(body.score for _, body in self.parts) / len(self.parts) if self.parts else 0.0

    @property
    def good(self) -> bool:
        return self.score >= _LEAST_SCORE


@dataclass(frozen=True)
class _Choice:
    """What lies on the usual side of a caption, and on the other."""

    usual: _Found
    other: _Found


def find_tables(pages: Sequence[Page]) -> list[Region]:
    """All tables in the order of the document; the parts of one float are a region each."""
    texts = sort_out(pages)
    captions = find_captions(texts)
    stages = [_stage(text, found) for text, found in zip(texts, captions, strict=True)]
    regions: list[Region] = []
    text_before: PageText | None = None
    for stage, found, announced in zip(stages, captions, _announced(stages, captions), strict=True):
        open_ones = not_ended(regions, text_before, stage.text)
        own = [*continued_at_top(stage, open_ones, announced), *announced]
        left_over = _left_over(found, announced)
        beside = [caption.box for caption in left_over]
        more = list(without_caption(stage, open_ones, [region.box for region in own], beside))
        own += _with_captions_beside(more, left_over)
        regions += sorted(own, key=lambda region: (region.box.top, region.box.left))
        text_before = stage.text
    return with_context(regions, texts, [caption for found in captions for caption in found])


def _left_over(captions: Sequence[Caption], announced: Sequence[Region]) -> list[Caption]:
    numbers = {region.number for region in announced}
    return [c for c in captions if c.kind == "table" and c.number not in numbers]


def _with_captions_beside(regions: Sequence[Region], captions: Sequence[Caption]) -> Iterator[Region]:
    """The regions with the captions that stand beside them and announce nothing else."""
    for region in regions:
        beside = (caption for caption in captions if stands_beside(caption.box, region.box))
        caption = None if region.number else next(beside, None)
        yield _captioned(region, caption) if caption else region


def _captioned(region: Region, caption: Caption) -> Region:
    return replace(
        region,
        number=caption.number,
        part=caption.part,
        caption=caption.text,
        caption_box=caption.box,
        score=min(1.0, round(region.score / TRUST_WITHOUT_CAPTION, 3)),
    )


def _announced(stages: Sequence[Stage], captions: Sequence[Sequence[Caption]]) -> Iterator[list[Region]]:
    """The tables that captions announce, page by page; most of a document lie on one side of theirs."""
    below, above = (
        [_all_found(stage, found, way) for stage, found in zip(stages, captions, strict=True)]
        for way in (DOWN, UP)
    )
    usual, other = (below, above) if _sum(below) >= _sum(above) else (above, below)
    for stage, *sides in zip(stages, usual, other, strict=True):
        choices = [_Choice(*pair) for pair in zip(*sides, strict=True)]
        yield [
            _region(stage.text, caption, body)
            for found in _without_conflict(choices)
            for caption, body in found.parts
        ]


def _sum(found: Sequence[Sequence[_Found]]) -> float:
    return sum(one.score for of_page in found for one in of_page)


def _without_conflict(choices: Sequence[_Choice]) -> Iterator[_Found]:
    """For each caption its usual side, or the other where that is better and no other caption's own."""
    for choice in choices:
        others = [other.usual for other in choices if other is not choice]
        free = not any(other.good and _overlapping(choice.other, other) for other in others)
        better = choice.other.score > choice.usual.score + _CLEARLY_BETTER or not choice.usual.good
        best = choice.other if better and free else choice.usual
        if best.good:
            yield best


def _overlapping(one: _Found, other: _Found) -> bool:
    return any(overlap(body.box, taken.box) for _, body in one.parts for _, taken in other.parts)


# --- what lies below and above captions -----------------------------------------------------------------


def _all_found(stage: Stage, captions: Sequence[Caption], way: Way) -> list[_Found]:
    boxes = [caption.box for caption in captions if caption.kind != "other"]
    return [_found(stage, caption, boxes, way) for caption in captions if caption.kind == "table"]


def _stage(text: PageText, captions: Sequence[Caption]) -> Stage:
    """The page with all that ends a table: captions, running text, and algorithms with their rules."""
    figures = tuple(caption.box for caption in captions if caption.kind == "figure")
    stage = Stage(text, tuple(_stops(text, captions)), figures)
    page = (0.0, text.page.width)
    others = [find_body(stage, c.box, page, DOWN) for c in captions if c.kind == "other"]
    return replace(stage, stops=(*stage.stops, *(body.box for body in others if body and body.framed)))


def _stops(text: PageText, captions: Sequence[Caption]) -> Iterator[Box]:
    for caption in captions:
        yield from (line.box for line in caption.lines)
    yield from (line.box for line in text.furniture)
    for line in text.prose:
        if any(_fills(line.box, column) for column in (*text.columns, text.full)):
            yield line.box


def _fills(box: Box, column: Strip) -> bool:
    """Whether a line reaches the right edge of a column or begins at its left, as no line of a cell does."""
    left, right = column
    reaches = abs(box.right - right) <= _AT_EDGE and left - 8 <= box.left <= left + _DEEPEST_INDENT
    begins = abs(box.left - left) <= _AT_EDGE and width(box) >= 0.5 * (right - left)
    return (reaches or begins) and box.right <= right + _AT_EDGE


def _found(stage: Stage, caption: Caption, captions: Sequence[Box], way: Way) -> _Found:
    """The parts of a float where its captions (a), (b) ... show any, else one table."""
    strips = strips_of(stage, caption.box, [box for box in captions if box != caption.box], way)
    body = _best(stage, caption.box, strips, way)
    whole = _Found(((caption, body),)) if body else _Found()
    found = [_parts_in_strip(stage, caption, strip, way, whole) for strip in strips]
    return max([*found, whole], key=lambda one: (len(one.parts), one.score))


def _parts_in_strip(stage: Stage, caption: Caption, strip: Strip, way: Way, whole: _Found) -> _Found:
    """The parts whose captions stand in the strip; none where the float is rather one table."""
    lines = float_lines(stage, caption.box, strip, way)
    series = find_sub_captions(lines, stage.text)
    parts = _parts(stage, caption, series) if series else _Found()
    likely = parts.score >= whole.score - _WORTH_OF_PARTS or _stand_apart(series, lines)
    near = not whole.parts or _overlapping(parts, whole)
    return parts if len(parts.parts) >= 2 and parts.good and likely and near else _Found()


def _stand_apart(series: Sequence[Caption], lines: Sequence[Line]) -> bool:
    """Whether captions of parts keep more distance to the rows around them than rows of a table do."""
    return all(_room_around(caption, lines) >= _ROOM_OF_CAPTION * caption.lines[0].size for caption in series)


def _room_around(caption: Caption, lines: Sequence[Line]) -> float:
    """The distance from the row above a caption to the row below, less the caption's own height."""
    near = [line for line in lines if line not in caption.lines and shared_width(line.box, caption.box) > 0]
    first, last = caption.lines[0].baseline, caption.lines[-1].baseline
    above = max((line.baseline for line in near if line.baseline < first), default=float("-inf"))
    below = min((line.baseline for line in near if line.baseline > last), default=float("inf"))
    return (below - above) - (last - first)


def _best(stage: Stage, start: Box, strips: Sequence[Strip], way: Way) -> Body | None:
    """The best body that lies above or below the caption; a wider strip must show clearly more."""
    best: Body | None = None
    for strip in strips:
        body = find_body(stage, start, strip, way)
        if body and shared_width(body.box, start) >= 0.2 * min(width(body.box), width(start)):
            wider = best is not None and width(body.box) > width(best.box) + _WIDER
            better = best is not None and body.score > best.score + _WORTH_OF_WIDTH
            if best is None or (better and (wider or best.score < _LEAST_SCORE)):
                best = body
    return best


def _parts(stage: Stage, caption: Caption, parts: Sequence[Caption]) -> _Found:
    """The parts of a float: all below or all above their own captions."""
    lines = [line.box for part in parts for line in part.lines]
    stage = replace(stage, stops=(*stage.stops, *lines))
    by_way = [_bodies_of_parts(stage, caption, parts, inner) for inner in (DOWN, UP)]
    return max(by_way, key=lambda found: sum(body.score for _, body in found.parts))


def _bodies_of_parts(stage: Stage, caption: Caption, parts: Sequence[Caption], way: Way) -> _Found:
    found = []
    for part in parts:
        beside = [other.box for other in parts if other is not part]
        body = _best(stage, part.box, strips_of(stage, part.box, beside, way), way)
        if body and body.score >= _LEAST_SCORE / 2:
            found.append((_named(part, caption), body))
    return _Found(tuple(found))


def _named(part: Caption, caption: Caption) -> Caption:
    return replace(part, number=caption.number, float_text=caption.text)


def _region(text: PageText, caption: Caption, body: Body) -> Region:
    return Region(
        text.page.number,
        body.box,
        caption.number,
        caption.part,
        caption.text,
        caption.box,
        score=round(body.score, 3),
    )

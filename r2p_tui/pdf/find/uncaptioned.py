"""Tables that no caption announces: those that go on from the page before, and those between bare rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.bodies import DOWN, Body, Stage, find_body, rows_of_lines
from r2p_tui.pdf.find.boxes import height, overlap, shared_height, shared_width, width
from r2p_tui.pdf.find.page_text import PageText
from r2p_tui.pdf.layout import Region, Rule

_NARROWEST = 60.0
_WIDEST_GAP_BESIDE = 60.0
_MOST_RULES = 150
_LEAST_SCORE, _LEAST_SHARE_OF_CELLS = 0.6, 0.6
TRUST_WITHOUT_CAPTION = 0.6
_LINES_OF_TEXT, _SAME_EDGE = 4, 8.0
_NO_TABLE = re.compile(r"^(?:algorithm|listing|procedure|require|input|output|theorem|proof)\b", re.I)


def not_ended(regions: Sequence[Region], text_before: PageText | None, text: PageText) -> list[Region]:
    """The tables of the page before that may go on: no running text follows them there."""
    if text_before is None or text_before.page.number != text.page.number - 1:
        return []
    before = [region for region in regions if region.page == text_before.page.number]
    return [region for region in before if not _is_ended(region, text_before)]


def _is_ended(region: Region, text: PageText) -> bool:
    below = [line.box for line in text.prose if line.box.top > region.box.bottom]
    return sum(shared_width(line, region.box) > 0 for line in below) >= _LINES_OF_TEXT


def continued_at_top(
    stage: Stage, open_ones: Sequence[Region], announced: Sequence[Region]
) -> Iterator[Region]:
    """The rest of a table of the page before, where it is the first thing on this page."""
    tops = [line.box.top for line in stage.text.lines if line not in stage.text.furniture]
    for region in reversed(open_ones):
        left, right = region.box.left, region.box.right
        start = Box(left, 0.0, right, min(tops, default=0.0) - 4.0)
        body = find_body(stage, start, (left - _SAME_EDGE, right + _SAME_EDGE), DOWN)
        if body is None or _share_of_cells(body) < _LEAST_SHARE_OF_CELLS:
            continue
        if _same_width(region.box, body.box) and not any(overlap(body.box, other.box) for other in announced):
            yield _rest_of(region, stage, body)
            return


def _same_width(one: Box, other: Box) -> bool:
    return abs(one.left - other.left) <= _SAME_EDGE and abs(one.right - other.right) <= _SAME_EDGE


def _rest_of(region: Region, stage: Stage, body: Body) -> Region:
    number, score = stage.text.page.number, round(body.score, 3)
    return replace(region, page=number, box=body.box, caption_box=None, score=score)


def without_caption(
    stage: Stage, open_ones: Sequence[Region], taken: Sequence[Box], captions: Sequence[Box]
) -> Iterator[Region]:
    """Tables between rules of one extent where nothing was found yet; their score is low.

    They belong to one of the `open_ones` of the page before where they are as wide. `captions` are those
    that may stand beside one.
    """
    found = list(taken)
    rules = [rule for rule in stage.rules if rule.horizontal and width(rule.box) >= _NARROWEST]
    for rule in sorted(rules[:_MOST_RULES], key=lambda rule: rule.box.top):
        body = _below(stage, rule)
        if body is None or any(overlap(body.box, box) for box in found):
            continue
        announced = any(stands_beside(caption, body.box) for caption in captions)
        if not announced and any(_belongs_to(body.box, figure, stage) for figure in stage.figures):
            continue
        found.append(body.box)
        before = next((region for region in open_ones if _same_width(region.box, body.box)), None)
        if before:
            yield _rest_of(before, stage, body)
        else:
            yield Region(stage.text.page.number, body.box, score=round(TRUST_WITHOUT_CAPTION * body.score, 3))


def stands_beside(caption: Box, table: Box) -> bool:
    """Whether a caption stands to the left or right of a table, within its height."""
    apart = -shared_width(caption, table)
    return 0 <= apart <= _WIDEST_GAP_BESIDE and shared_height(caption, table) > 0.5 * height(caption)


def _belongs_to(box: Box, figure: Box, stage: Stage) -> bool:
    """Whether no running text lies between the box and the caption of a figure above or below it."""
    if shared_width(box, figure) <= 0:
        return False
    between = Box(
        max(box.left, figure.left),
        min(box.bottom, figure.bottom),
        min(box.right, figure.right),
        max(box.top, figure.top),
    )
    return not any(overlap(stop, between) and not overlap(stop, figure) for stop in stage.stops)


def _below(stage: Stage, rule: Rule) -> Body | None:
    start = rule.box._replace(top=rule.box.top - 1.0, bottom=rule.box.top - 0.5)
    body = find_body(stage, start, (rule.box.left - 4.0, rule.box.right + 4.0), DOWN)
    if body is None or not body.framed or body.score < _LEAST_SCORE:
        return None
    no_table = any(_NO_TABLE.match(line.text) for line in body.lines[:4])
    figure = any(overlap(picture, body.box) for picture in stage.text.page.images)
    beside = any(_crosses(line.box, body.box) for line in stage.text.prose)
    if no_table or figure or beside or _share_of_cells(body) < _LEAST_SHARE_OF_CELLS:
        return None
    return body


def _crosses(line: Box, table: Box) -> bool:
    """Whether a line of text runs into the table from outside."""
    return overlap(line, table) and shared_width(line, table) < width(line) - 6.0


def _share_of_cells(body: Body) -> float:
    rows = rows_of_lines(body.lines)
    return sum(len(row) >= 2 for row in rows) / len(rows) if len(rows) >= 2 else 0.0

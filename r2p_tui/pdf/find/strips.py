"""How far to the left and right the table of a caption may reach: its column, less what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.bodies import Stage, Way
from r2p_tui.pdf.find.boxes import height, holds_middle, overlap, shared_height, shared_width, union
from r2p_tui.pdf.find.page_text import Strip
from r2p_tui.pdf.find.text_lines import edges_of

_BESIDE_COLUMN = 8.0
_NARROWEST_VALLEY = 3.0
_SHORTEST_VIEW = 12.0
_NARROWEST_GAP, _GAP_OF_FLOATS = 8.0, 12.0
_NEARLY_LEVEL, _ROW_OF_FLOATS = 24.0, 150.0


def strips_of(stage: Stage, caption: Box, captions: Sequence[Box], way: Way) -> list[Strip]:
    """Where to look for a table, narrower strips first; `captions` are the other ones of the page."""
    strips: list[Strip] = []
    for base in _columns_around(stage, caption):
        strip = _less_running_text(stage, caption, base)
        strip = _less_neighbours(stage, caption, captions, strip, way)
        if strip not in strips:
            strips.append(strip)
    return strips


def _columns_around(stage: Stage, caption: Box) -> Iterator[Strip]:
    """The column that holds the caption, up to the middle of the gaps beside it, and the whole page."""
    columns, page_width = stage.text.columns, stage.text.page.width
    for index, (left, right) in enumerate(columns):
        if (
            len(columns) > 1
            and caption.left >= left - _BESIDE_COLUMN
            and caption.right <= right + _BESIDE_COLUMN
        ):
            before = columns[index - 1][1] if index else -left
            after = columns[index + 1][0] if index + 1 < len(columns) else 2 * page_width - right
            yield (before + left) / 2, (right + after) / 2
    yield 0.0, page_width


def _less_running_text(stage: Stage, caption: Box, strip: Strip) -> Strip:
    left, right = strip
    for line in stage.text.prose:
        level = shared_height(line.box, caption) > 0.5 * height(line.box)
        if not level or shared_width(line.box, caption) > 0:
            continue
        if line.box.right <= caption.left:
            left = max(left, line.box.right + 0.5)
        else:
            right = min(right, line.box.left - 0.5)
    return left, right


def _less_neighbours(stage: Stage, caption: Box, captions: Sequence[Box], strip: Strip, way: Way) -> Strip:
    """The strip up to the valleys between what belongs to this caption and to the ones beside it."""
    left, right = strip
    beside = [box for box in captions if _stands_beside(caption, box, captions, stage)]
    if not beside:
        return strip
    view = _view(stage, [caption, *beside], captions, way)
    for box in beside:
        if box.left > caption.left:
            right = min(right, _valley(view, caption, box))
        else:
            left = max(left, _valley(view, box, caption))
    return left, right


def _stands_beside(one: Box, other: Box, captions: Sequence[Box], stage: Stage) -> bool:
    """Whether two captions belong to one row of floats: level, or one beside the table of the other."""
    if shared_width(one, other) > 0:
        return False
    apart = -shared_height(one, other)
    if apart <= 0:
        return True
    if -shared_width(one, other) < _NARROWEST_GAP:
        return False
    around = union([one, other])
    between = around._replace(top=min(one.bottom, other.bottom), bottom=max(one.top, other.top))
    captions = (one, *captions)
    if any(overlap(line.box, between) and not _in_any(line.box, captions) for line in stage.text.prose):
        return False
    if other in stage.figures and apart <= _ROW_OF_FLOATS:
        return True
    lines = [
        line.box
        for line in stage.text.lines
        if line not in stage.text.prose and not _in_any(line.box, captions)
    ]
    return apart <= _NEARLY_LEVEL or _beside_table(one, other, lines) or _beside_table(other, one, lines)


def _beside_table(caption: Box, other: Box, lines: Iterable[Box]) -> bool:
    """Whether lines of the other caption's table stand beside this caption."""
    beside = caption._replace(left=other.left, right=other.right)
    return -shared_height(caption, other) <= _ROW_OF_FLOATS and any(overlap(line, beside) for line in lines)


def _in_any(box: Box, captions: Iterable[Box]) -> bool:
    return any(holds_middle(caption, box) for caption in captions)


def _view(stage: Stage, group: Sequence[Box], captions: Sequence[Box], way: Way) -> list[Box]:
    """All that is seen from a row of captions up to the next thing that no table contains."""
    start, row = max(way.far(box) for box in group), union(group)
    stops = [box for box in (*stage.stops, *captions) if box not in group and shared_width(box, row) > 0]
    ahead = [way.near(box) for box in stops if way.near(box) >= start - 1]
    end = max(min(ahead, default=float("inf")), start + _SHORTEST_VIEW)
    page = stage.text.page
    things = [word.box for word in page.words] + [rule.box for rule in page.rules] + list(page.images)
    seen = [box for box in things if start - 2 <= way.near(box) < end and way.far(box) <= end + 2]
    return _up_to_gap(sorted(seen, key=way.near), way)


def _up_to_gap(things: Sequence[Box], way: Way) -> list[Box]:
    """The things as far as no gap parts them from what belongs to another float."""
    reach = way.far(things[0]) if things else 0.0
    for index, box in enumerate(things):
        if way.near(box) - reach > _GAP_OF_FLOATS:
            return list(things[:index])
        reach = max(reach, way.far(box))
    return list(things)


def _valley(view: Iterable[Box], one: Box, other: Box) -> float:
    """The middle of the widest empty stretch between two captions, else the middle between them."""
    stretches = [(-1e6, -1e6), *edges_of(view), (1e6, 1e6)]
    best = (_NARROWEST_VALLEY, (one.right + other.left) / 2)
    for (_, end), (start, _) in pairwise(stretches):
        low, high = max(end, one.right), min(start, other.left)
        if high - low > best[0]:
            best = (high - low, (low + high) / 2)
    return best[1]

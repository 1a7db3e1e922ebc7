"""From a caption on to its table: rows and rules are taken up one by one until something else begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.boxes import height, holds_middle, overlap, shared_width, union, width
from r2p_tui.pdf.find.page_text import PageText
from r2p_tui.pdf.find.text_lines import Line
from r2p_tui.pdf.layout import Rule

_SAME_EXTENT = 4.0
_STICKS_OUT = 6.0
_SMALLEST_FIGURE = 30.0
_CELL_WIDTH = 0.85
_DOUBLE_RULE = 6.0
_PART_OF_RULE = 0.2
_CUT_OFF = 0.3
_TWIN = 9.0
_FEWEST_WORDS_OF_NOTE = 5
_MARKS_OF_NOTES = "*∗†‡§¶"
# In parts of the font size.
_FARTHEST_START, _WIDEST_GAP, _TIGHT_GAP, _WIDEST_BRIDGE = 4.0, 1.9, 1.0, 7.0


@dataclass(frozen=True)
class Stage:
    """A page as a table is searched on it; in no box of `stops` a table can go on.

    `figures` are the captions of figures.
    """

    text: PageText
    stops: tuple[Box, ...]
    figures: tuple[Box, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.text.rules


@dataclass(frozen=True)
class Body:
    """A table that was found; `score` from 0 to 1 says how much it looks like one."""

    box: Box
    score: float
    lines: tuple[Line, ...]
    framed: bool


class Way(NamedTuple):
    """Down or up the page: how near a box begins and how far it reaches, growing on the way."""

    near: Callable[[Box], float]
    far: Callable[[Box], float]


DOWN = Way(lambda box: box.top, lambda box: box.bottom)
UP = Way(lambda box: -box.bottom, lambda box: -box.top)


class _Item(NamedTuple):
    box: Box
    line: Line | None
    rule: Rule | None


def find_body(stage: Stage, start: Box, strip: tuple[float, float], way: Way) -> Body | None:
    """The table that begins behind `start` in the strip between two verticals; None where nothing begins."""
    items, crossing = _items_before_stop(stage, start, strip, way)
    if not items or way.near(items[0].box) - way.far(start) > _FARTHEST_START * stage.text.size:
        return None
    frame = _frame(items, way, stage.text.size)
    taken = _within_frame(items, frame, way, stage.text.size) if frame else _by_gaps(items, way, stage)
    body = _body(taken, frame, stage, start, way) if taken else None
    if body and crossing and way.near(crossing.box) - way.far(body.box) < _WIDEST_GAP * stage.text.size:
        return replace(body, score=max(0.0, body.score - _CUT_OFF))
    return body


def float_lines(stage: Stage, start: Box, strip: tuple[float, float], way: Way) -> list[Line]:
    """The lines of the float that begins behind `start`, captions of parts and gaps between them included."""
    lines: list[Line] = []
    edge = way.far(start)
    for item in _items_before_stop(stage, start, strip, way)[0]:
        if way.near(item.box) - edge > _FARTHEST_START * stage.text.size:
            break
        edge = max(edge, way.far(item.box))
        if item.line:
            lines.append(item.line)
    return lines


def _items_before_stop(
    stage: Stage, start: Box, strip: tuple[float, float], way: Way
) -> tuple[list[_Item], _Item | None]:
    """Lines and rules of the strip on the way, as far as the first thing that ends every table.

    Then the item that crosses an edge of the strip, where it was this that ended them.
    """
    ahead = [box for box in stage.stops if _in_strip(box, strip) and way.near(box) > way.far(start) - 1.5]
    end = min((way.near(box) for box in ahead), default=float("inf"))
    items = [_Item(line.box, line, None) for line in stage.text.lines if line not in stage.text.furniture]
    items += [_Item(rule.box, None, rule) for rule in stage.rules if rule.horizontal]
    ahead_items = [
        item
        for item in items
        if way.near(item.box) >= way.far(start) - 1.5
        and way.far(item.box) <= end + 2.5
        and way.near(item.box) < end
        and _in_strip(item.box, strip)
    ]
    ahead_items.sort(key=lambda item: way.near(item.box) + (0 if item.rule else 0.5))
    for index, item in enumerate(ahead_items):
        if item.box.left < strip[0] - _STICKS_OUT or item.box.right > strip[1] + _STICKS_OUT:
            return ahead_items[:index], item
    return ahead_items, None


def _in_strip(box: Box, strip: tuple[float, float]) -> bool:
    inside = min(box.right, strip[1]) - max(box.left, strip[0])
    part = 0.5 if height(box) > 0 else _PART_OF_RULE
    return inside > part * min(width(box), strip[1] - strip[0]) or (inside >= 0 and width(box) < 1)


# --- tables between rules of one extent -----------------------------------------------------------------


def same_extent(one: Box, other: Box) -> bool:
    """Whether both begin and end above one another."""
    return abs(one.left - other.left) <= _SAME_EXTENT and abs(one.right - other.right) <= _SAME_EXTENT


def _frame(items: Sequence[_Item], way: Way, size: float) -> list[Rule]:
    """Rules of one extent, the first before every line of text, the last behind the last row."""
    notes = _notes_before(items, way)
    first_line = next((way.near(item.box) for item in items if item.line and item.line not in notes), None)
    if first_line is None:
        return []
    first = [item.rule for item in items if item.rule and way.far(item.box) <= first_line + 0.6 * size]
    if not first:
        return []
    chain = _chain(max(first, key=lambda rule: width(rule.box)), items, way, size)
    if way is DOWN:
        while len(chain) > 2 and _only_notes(_lines_between(chain[-2].box, chain[-1].box, items, way)):
            chain.pop()
    rows = _lines_between(chain[0].box, chain[-1].box, items, way)
    return chain if len(chain) >= 2 and rows else []


def _chain(first: Rule, items: Sequence[_Item], way: Way, size: float) -> list[Rule]:
    """The rules of the extent of the first, up to a gap between two floats."""
    chain = [first]
    for item in items:
        if item.rule is None or item.rule is first or not same_extent(item.box, first.box):
            continue
        empty = _empty_between(chain[-1].box, item.box, items, way)
        between_floats = empty > _DOUBLE_RULE and empty >= way.near(item.box) - way.far(chain[-1].box)
        if between_floats or empty > _WIDEST_BRIDGE * size:
            break
        chain.append(item.rule)
    return chain


def _lines_between(one: Box, other: Box, items: Sequence[_Item], way: Way) -> list[Line]:
    middles = [((way.near(item.box) + way.far(item.box)) / 2, item.line) for item in items if item.line]
    return [line for middle, line in middles if way.near(one) <= middle <= way.near(other)]


def _only_notes(lines: Sequence[Line]) -> bool:
    rows = rows_of_lines(lines)
    return bool(rows) and all(_is_row_of_note(row) for row in rows)


def _is_row_of_note(row: Sequence[Line]) -> bool:
    """Whether this is one line of running words, its mark aside."""
    return len([line for line in row if len(line.text) > 2]) == 1 and any(_is_note(line) for line in row)


def _notes_before(items: Sequence[_Item], way: Way) -> list[Line]:
    """Lines of notes between a caption and the table."""
    seen: list[Line] = []
    count = 0
    for row in _rows((item for item in items if item.line), way):
        lines = [item.line for item in row if item.line]
        if len([line for line in lines if len(line.text) > 2]) != 1:
            break
        seen += lines
        count = len(seen) if _is_row_of_note(lines) else count
    return seen[:count]


def _is_note(line: Line) -> bool:
    letters = sum(char.isalpha() for char in line.text)
    wordy = len(line.words) >= _FEWEST_WORDS_OF_NOTE and letters > 0.6 * len(line.text)
    return wordy or line.text[0] in _MARKS_OF_NOTES


def _empty_between(one: Box, other: Box, items: Sequence[_Item], way: Way) -> float:
    """The largest stretch without text between two rules on the way."""
    edge, largest = way.far(one), 0.0
    for item in items:
        if item.line and way.far(one) - 1 <= way.near(item.box) <= way.near(other):
            largest = max(largest, way.near(item.box) - edge)
            edge = max(edge, way.far(item.box))
    return max(largest, way.near(other) - edge)


def _within_frame(items: Sequence[_Item], frame: Sequence[Rule], way: Way, size: float) -> list[_Item]:
    outer = _with_twins(union(rule.box for rule in frame), items, way)
    start, end = way.near(outer), way.far(outer)
    taken = [
        item
        for item in items
        if way.far(item.box) <= end + 2.5
        and (way.near(item.box) + way.far(item.box)) / 2 >= start
        and shared_width(item.box, outer) > -2.0
    ]
    return taken + _rows_outside(items, taken, outer, way, size)


def _with_twins(outer: Box, items: Sequence[_Item], way: Way) -> Box:
    """The frame, and those beside it that begin and end at its height: tabulars of one float."""
    beside = [item.box for item in items if item.rule and shared_width(item.box, outer) <= 0]
    for first in beside:
        begins = abs(way.near(first) - way.near(outer)) <= _TWIN
        ends = [
            box for box in beside if same_extent(box, first) and abs(way.far(box) - way.far(outer)) <= _TWIN
        ]
        if begins and ends:
            outer = union([outer, first, *ends])
    return outer


def _rows_outside(
    items: Sequence[_Item], taken: Sequence[_Item], outer: Box, way: Way, size: float
) -> list[_Item]:
    """Rows of cells close behind the last rule: a header with no rule above, or a body with none below."""
    edge = max(way.far(item.box) for item in taken)
    rest = [item for item in items if item not in taken and shared_width(item.box, outer) > 0]
    more: list[_Item] = []
    rules: list[_Item] = []
    for row in _rows(rest, way):
        cells = [item.line for item in row if item.line]
        if min(way.near(item.box) for item in row) - edge > _TIGHT_GAP * size:
            break
        if cells and (len(cells) < 2 or any(_is_note(cell) for cell in cells)):
            break
        rules += row
        edge = max(way.far(item.box) for item in row)
        if cells:
            more, rules = more + rules, []
    return more


def _rows(items: Iterable[_Item], way: Way) -> list[list[_Item]]:
    rows: list[list[_Item]] = []
    reach = float("-inf")
    for item in sorted(items, key=lambda item: way.near(item.box)):
        middle = (way.near(item.box) + way.far(item.box)) / 2
        if rows and middle < reach:
            rows[-1].append(item)
        else:
            rows.append([item])
        reach = max(reach, way.far(item.box))
    return rows


# --- tables without outer rules -------------------------------------------------------------------------


def _by_gaps(items: Sequence[_Item], way: Way, stage: Stage) -> list[_Item]:
    """Items one after the other, until the gap before the next is wide and no rule or column bridges it."""
    taken: list[_Item] = []
    edge = way.near(items[0].box)
    for index, item in enumerate(items):
        if item.line and item.line in stage.text.prose | stage.text.headings:
            break
        gap = way.near(item.box) - edge
        if taken and gap > _WIDEST_GAP * stage.text.size and not _bridged(taken, items[index:], way, stage):
            break
        taken.append(item)
        edge = max(edge, way.far(item.box))
    return taken


def _bridged(taken: Sequence[_Item], ahead: Sequence[_Item], way: Way, stage: Stage) -> bool:
    edge = max(way.far(item.box) for item in taken)
    near = way.near(ahead[0].box)
    if near - edge > _WIDEST_BRIDGE * stage.text.size:
        return False
    bridges = (rule.box for rule in stage.rules if not rule.horizontal)
    if any(way.near(box) < edge and way.far(box) > near for box in bridges):
        return True
    wide = [item.box for item in taken if item.rule]
    return any(item.rule and any(same_extent(item.box, box) for box in wide) for item in ahead)


# --- how much it looks like a table ---------------------------------------------------------------------


def _body(taken: Sequence[_Item], frame: Sequence[Rule], stage: Stage, start: Box, way: Way) -> Body | None:
    lines = tuple(item.line for item in taken if item.line)
    if not lines:
        return None
    text_box = union(line.box for line in lines)
    rules = [item.box for item in taken if item.rule and shared_width(item.box, text_box) > 0]
    box = union([text_box, *rules])
    upright = [
        rule.box
        for rule in stage.rules
        if not rule.horizontal and holds_middle(box, rule.box) and height(rule.box) < 1.3 * height(box)
    ]
    box = union([box, *upright])
    gap = max(0.0, way.near(box) - way.far(start))
    score = _score(box, lines, rules, upright, len(frame), stage) - min(0.15, gap / 200)
    return Body(box, max(0.0, min(1.0, score)), lines, len(frame) >= 2)


def _score(
    box: Box, lines: Sequence[Line], rules: Sequence[Box], upright: Sequence[Box], frame: int, stage: Stage
) -> float:
    rows = rows_of_lines(lines)
    several = sum(len(row) >= 2 for row in rows) / len(rows)
    words = [word for line in lines for word in line.words]
    numeric = sum(any(char.isdigit() for char in word.text) for word in words) / len(words)
    score = 0.35 * several + 0.15 * min(1.0, 3 * numeric) + (0.5 if frame >= 2 else 0.0)
    score += 0.15 if any(width(rule) > 0.5 * width(box) for rule in rules) else 0.0
    score += 0.1 if upright else 0.0
    score -= 0.5 if len(rows) < 2 else 0.0
    running = [line for line in lines if line in stage.text.prose]
    if frame >= 2:
        running = [line for line in running if width(line.box) > _CELL_WIDTH * width(box)]
    score -= (0.3 if frame >= 2 else 0.6) * len(running) / len(lines)
    score -= 0.3 if frame < 2 and any(_is_figure(picture, box) for picture in stage.text.page.images) else 0.0
    return score


def rows_of_lines(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines beside one another, from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        if rows and line.baseline - rows[-1][-1].baseline <= 0.35 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _is_figure(picture: Box, box: Box) -> bool:
    return min(width(picture), height(picture)) >= _SMALLEST_FIGURE and overlap(picture, box)

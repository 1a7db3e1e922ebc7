"""What the lines of a page are: running text in its columns, headings, or what repeats on every page."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.boxes import height, shared_width, width
from r2p_tui.pdf.find.text_lines import Line, lines_of
from r2p_tui.pdf.layout import Page, Rule

Strip = tuple[float, float]
_Place = tuple[int, int, int]

_FEWEST_WORDS_OF_PROSE = 5
_LEAST_SHARE_OF_LETTERS = 0.55
_EDGE, _COLUMN_EDGE = 2.5, 5.0
# In parts of the font size.
_WIDEST_LEADING, _INDENT, _NARROWEST_PROSE = 1.75, 3.0, 9.0
_SHARE_OF_COLUMN_LINES = 0.08
_PAGES_OF_FURNITURE = 3
_SET_OFF = 1.9
_MOST_BESIDE = 100
_SAME_WIDTH, _LINES_OF_A_PAGE = 7.0, 20
_MARGIN = 0.13

_HEADING = re.compile(
    r"^(?:(?:[A-Z]|\d{1,2})(?:\.\d{1,2}){0,3}\.?|[IVX]{1,5}\.|[A-Z]\)|appendix\b.{0,12})\s+[A-Z]", re.I
)


@dataclass(frozen=True)
class PageText:
    """A page with its lines sorted out; `columns` are left and right edges of running text.

    `size` is that of running text in the whole document; `furniture` are running heads and page numbers,
    whose rules are not among `rules`.
    """

    page: Page
    rules: tuple[Rule, ...]
    lines: tuple[Line, ...]
    prose: frozenset[Line]
    headings: frozenset[Line]
    furniture: frozenset[Line]
    columns: tuple[Strip, ...]
    size: float

    @property
    def full(self) -> Strip:
        """The left edge of the first column and the right edge of the last."""
        return self.columns[0][0], self.columns[-1][1]


def sort_out(pages: Sequence[Page]) -> list[PageText]:
    """One PageText a page; what repeats and what is ordinary shows over the whole document."""
    lines = [lines_of(page) for page in pages]
    size = _usual_size(lines)
    furniture = _furniture(pages, lines)
    repeated = _repeated_rules(pages)
    prose = [_prose([line for line in of_page if line not in furniture], size) for of_page in lines]
    usual = _columns([line for of_page in prose for line in of_page])
    return [
        PageText(
            page,
            tuple(rule for rule in page.rules if _rule_place(rule) not in repeated),
            tuple(of_page),
            frozenset(running),
            frozenset(_headings(of_page, running, columns, size)),
            frozenset(line for line in of_page if line in furniture),
            columns,
            size,
        )
        for page, of_page, running in zip(pages, lines, prose, strict=True)
        for columns in [_columns_of_page(running, usual, page.width)]
    ]


def _usual_size(lines: Sequence[Sequence[Line]]) -> float:
    letters: Counter[float] = Counter()
    for of_page in lines:
        for line in of_page:
            letters[round(line.size * 2) / 2] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 10.0


# --- running text ---------------------------------------------------------------------------------------


def _prose(lines: Sequence[Line], size: float) -> set[Line]:
    """Lines of paragraphs: at least two share both edges; first and last lines of a paragraph join them."""
    wordy = [line for line in lines if _is_wordy(line)]
    prose: set[Line] = set()
    for index, line in enumerate(wordy):
        for other in _below(line, wordy, index):
            if _same_edges(line, other):
                prose |= {line, other}
    return prose | set(_ends_of_paragraphs(lines, prose, size))


def _is_wordy(line: Line) -> bool:
    text = line.text
    letters = sum(char.isalpha() for char in text)
    return (
        len(line.words) >= _FEWEST_WORDS_OF_PROSE
        and width(line.box) >= _NARROWEST_PROSE * line.size
        and letters >= _LEAST_SHARE_OF_LETTERS * len(text)
    )


def _below(line: Line, lines: Sequence[Line], index: int) -> Iterator[Line]:
    """Lines within one leading below the line that lie under it."""
    for other in lines[index + 1 :]:
        step = other.baseline - line.baseline
        if step > _WIDEST_LEADING * line.size:
            return
        if step > 0.5 * line.size and shared_width(line.box, other.box) > 0:
            yield other


def _same_edges(line: Line, other: Line) -> bool:
    if abs(line.size - other.size) > 0.6:
        return False
    right = abs(line.box.right - other.box.right)
    left = abs(line.box.left - other.box.left)
    if right <= _EDGE:
        return left <= _EDGE or (0 < line.box.left - other.box.left <= _INDENT * line.size)
    ragged = right <= 0.12 * max(width(line.box), width(other.box))
    return ragged and left <= _EDGE and min(len(line.words), len(other.words)) >= 8


def _ends_of_paragraphs(lines: Sequence[Line], prose: set[Line], size: float) -> Iterator[Line]:
    """Short lines directly below a line of prose at its left edge, and indented ones directly above."""
    for index, line in enumerate(lines):
        for other in _below(line, lines, index):
            if other.baseline - line.baseline > 1.4 * max(line.size, size * 0.8):
                continue
            if abs(line.size - other.size) > 0.6:
                continue
            under = line in prose and abs(line.box.left - other.box.left) <= _EDGE
            above = other in prose and abs(line.box.right - other.box.right) <= _EDGE
            if under and other not in prose and other.box.right <= line.box.right + _EDGE:
                yield other
            elif above and line not in prose and len(line.words) >= _FEWEST_WORDS_OF_PROSE:
                yield line


def _columns_of_page(prose: set[Line], usual: Sequence[Strip], page_width: float) -> tuple[Strip, ...]:
    """The columns of one page: the usual ones, perhaps shifted, unless the page is clearly set otherwise."""
    own = _columns(prose)
    widths = [right - left for left, right in usual]
    shifted = [c for c in own if any(abs(c[1] - c[0] - width) <= _SAME_WIDTH for width in widths)]
    if len(shifted) == len(usual) > 0:
        return tuple(shifted)
    clear = len(own) == 1 and len(prose) >= _LINES_OF_A_PAGE
    wider = clear and own[0][1] - own[0][0] > max(widths, default=0.0) + _SAME_WIDTH
    if wider or not usual:
        return own or ((page_width * 0.1, page_width * 0.9),)
    return tuple(usual)


def _columns(prose: Iterable[Line]) -> tuple[Strip, ...]:
    """Where most lines of running text begin and end."""
    counts: Counter[tuple[int, int]] = Counter()
    for line in prose:
        counts[round(line.box.left / 3), round(line.box.right / 3)] += 1
    fewest = max(3, _SHARE_OF_COLUMN_LINES * sum(counts.values()))
    found: list[Strip] = []
    for (left, right), count in counts.most_common():
        apart = all(right * 3 <= other[0] + 6 or left * 3 >= other[1] - 6 for other in found)
        if count >= fewest and apart:
            found.append((left * 3.0, right * 3.0))
    return tuple(sorted(found))


# --- headings and furniture -----------------------------------------------------------------------------


def _headings(
    lines: Sequence[Line], prose: set[Line], columns: Sequence[Strip], size: float
) -> Iterator[Line]:
    for line in lines:
        text = line.text
        if line in prose or not 3 < len(text) <= 120 or not any(char.isalpha() for char in text):
            continue
        beside = _beside_in_column(line, lines, columns)
        number = beside[0] if len(beside) == 1 and _numbers(beside[0], line) else None
        if beside and number is None:
            continue
        large = line.size > size * 1.12 and _fits_in_column(number or line, line, columns)
        whole = f"{number.text} {text}" if number else text
        numbered = _HEADING.match(whole) and (line.bold or text.isupper()) and line.size >= size * 0.95
        if large or numbered:
            yield line
            if number:
                yield number


def _beside_in_column(line: Line, lines: Sequence[Line], columns: Sequence[Strip]) -> list[Line]:
    """What stands on the height of the line in its column, as cells of a header row do."""
    around = [line.box, *(Box(left, 0, right, 0) for left, right in columns)]
    own = [box for box in around if shared_width(box, line.box) > 0]
    reach = 0.3 * line.size
    start = bisect_left(lines, line.baseline - reach, key=lambda other: other.baseline)
    level = takewhile(
        lambda other: other.baseline < line.baseline + reach, lines[start : start + _MOST_BESIDE]
    )
    return [
        other for other in level if other is not line and any(shared_width(box, other.box) > 0 for box in own)
    ]


def _numbers(number: Line, heading: Line) -> bool:
    """Whether a line is the number of a heading, set apart to its left."""
    gap = heading.box.left - number.box.right
    near = 0 < gap < 2.5 * heading.size and abs(number.size - heading.size) < 0.5
    return near and re.fullmatch(r"(?:\d{1,2}|[A-Z]|[IVX]+)(?:\.\d{1,2})*\.?", number.text) is not None


def _fits_in_column(first: Line, line: Line, columns: Sequence[Strip]) -> bool:
    """Whether it begins at the left edge of a column or stands in the middle of one."""
    middle = (first.box.left + line.box.right) / 2
    return any(
        abs(first.box.left - left) <= _COLUMN_EDGE or abs(middle - (left + right) / 2) <= _COLUMN_EDGE
        for left, right in (*columns, (columns[0][0], columns[-1][1]))
    )


def _furniture(pages: Sequence[Page], lines: Sequence[Sequence[Line]]) -> set[Line]:
    """The outermost rows of pages whose texts, digits aside, stand in the same place on several pages."""
    seen = Counter(pattern for of_page in lines for pattern in {_pattern(line) for line in of_page})
    furniture: set[Line] = set()
    for page, of_page in zip(pages, lines, strict=True):
        upper = [line for line in of_page if line.box.bottom < _MARGIN * page.height]
        lower = [line for line in of_page if line.box.top > (1 - _MARGIN) * page.height]
        rows = _rows(of_page)
        for inwards, count in ((rows, len(_rows(upper))), (rows[::-1], len(_rows(lower)))):
            furniture.update(_outermost(inwards, count, seen))
        furniture.update(line for line in of_page if _stands_beside_text(line, page))
    return furniture


def _outermost(rows: Sequence[Sequence[Line]], count: int, seen: Counter[tuple[str, int]]) -> list[Line]:
    """Lines of rows that repeat, counted inwards, as far as a gap sets them off from the rest of the page."""
    found: list[Line] = []
    group: list[Line] = []
    for row, inner in zip_longest(rows[:count], rows[1 : count + 1]):
        if not all(_is_page_number(line) or seen[_pattern(line)] >= _PAGES_OF_FURNITURE for line in row):
            break
        group += row
        if not inner or abs(inner[0].baseline - row[0].baseline) >= _SET_OFF * row[0].size:
            found += group
            group = []
    return found


def _repeated_rules(pages: Sequence[Page]) -> set[_Place]:
    """Where rules in the upper or lower margin stand on several pages."""
    seen = Counter(
        place
        for page in pages
        for place in {
            _rule_place(rule)
            for rule in page.rules
            if rule.horizontal and not _MARGIN < rule.box.top / page.height < 1 - _MARGIN
        }
    )
    return {
        place for place, count in seen.items() if count >= _PAGES_OF_FURNITURE and _is_header(place, pages)
    }


def _rule_place(rule: Rule) -> _Place:
    return round(rule.box.left / 2), round(rule.box.top / 2), round(rule.box.right / 2)


def _is_header(place: _Place, pages: Sequence[Page]) -> bool:
    """Whether the rule is the outermost of most pages that have it."""
    having = [page for page in pages if any(_rule_place(rule) == place for rule in page.rules)]
    top = place[1] * 2
    outermost = [
        page
        for page in having
        if all(rule.box.top >= top - 2 for rule in page.rules if rule.horizontal)
        or all(rule.box.top <= top + 2 for rule in page.rules if rule.horizontal)
    ]
    return len(outermost) >= 0.8 * len(having) and len(having) >= 0.3 * len(pages)


def _pattern(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.baseline / 3)


def _is_page_number(line: Line) -> bool:
    return re.fullmatch(r"[-–— ]*(?:\d{1,5}|[ivx]{1,5})[-–— ]*", line.text) is not None


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in lines:
        if rows and line.baseline - rows[-1][-1].baseline <= 2.0:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _stands_beside_text(line: Line, page: Page) -> bool:
    """Whether this is a stamp in the left or right margin, such as the one of arXiv."""
    beside = line.box.right < 0.07 * page.width or line.box.left > 0.93 * page.width
    return beside and height(line.box) > 40

"""One table out of several routes: the best one leads, the others check every cell of it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from r2p_tui.domain.tables import Box, Cell, Route, Table
from r2p_tui.text import count_of

ROUTES: tuple[Route, ...] = ("tex", "html", "pdf")
NAMES: Mapping[Route, str] = {"tex": "TeX", "html": "HTML", "pdf": "the PDF", "own": "your own runs"}
_AGREED = 0.99
_SAME_CAPTION, _SAME_CONTENT, _SOME_CONTENT = 0.75, 0.5, 0.1
_ENOUGH_NUMBERS = 4
_ALIGNED_ROWS = 400

_FOLDED = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("✔☑√", "✓") | dict.fromkeys("✘✕✖☒", "✗") | dict.fromkeys("∗⋆★", "*")
    | dict.fromkeys("‘’′", "'") | dict.fromkeys("“”", '"') | dict.fromkeys("⋅∙•", "·")
    | {"∼": "~", "ϵ": "ε", "ϕ": "φ", "∆": "Δ", "⩽": "≤", "⩾": "≥"} | dict.fromkeys("^_\u00ad\u200b\u2061")
)  # fmt: skip
_CITATION = re.compile(r"\[\d{1,3}(?:[,-]\d{1,3})*\]|\((?:19|20)\d\d[a-z]?\)$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Difference:
    """A place of the leading table where another route says something else; one of the texts may be empty."""

    row: int
    column: int
    text: str
    other: str
    route: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A table, what the other routes say differently, and all routes that found it, the leading one first."""

    table: Table
    differences: tuple[Difference, ...] = ()
    routes: tuple[str, ...] = ()
    agreement: str = ""


def reconcile(by_route: Mapping[Route, Sequence[Table]], prefer: Route | None = None) -> list[Reconciled]:
    """The tables of a paper in their order, each once.

    `prefer` leads where it found a table; otherwise TeX, then HTML, then PDF. Pages, boxes and doubts about a
    cell come from the PDF. A table that only one route found is kept.
    """
    order = list(dict.fromkeys(route for route in (prefer, *ROUTES) if route and by_route.get(route)))
    left = {route: list(by_route[route]) for route in order}
    found: list[Reconciled] = []
    for place, route in enumerate(order):
        partners = {other: _partners(left[route], left[other]) for other in order[place + 1 :]}
        for index, table in enumerate(left[route]):
            found.append(
                _together(table, {other: pairs[index] for other, pairs in partners.items() if index in pairs})
            )
        for other, pairs in partners.items():
            taken = {id(table) for table in pairs.values()}
            left[other] = [table for table in left[other] if id(table) not in taken]
    return _in_order(found)


def folded(text: str) -> str:
    """One spelling for signs that stand for one another, without white space, raised and lowered signs."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_FOLDED)).translate(_FOLDED).split()).lower()


# --- which tables are the same ----------------------------------------------------------------------------


class _Said:
    """What a table holds in words and numbers, counted once for all tables that it is compared with."""

    def __init__(self, table: Table) -> None:
        self.name = (table.number.rstrip(".").upper(), table.part) if table.number else None
        self.part = table.part
        self.caption = Counter(folded(word) for word in table.caption.split())
        self.numbers = Counter(
            number for cell in table.cells for number in _NUMBER.findall(folded(cell.text))
        )
        self.words = Counter(folded(word) for cell in table.cells for word in cell.text.split())


def _partners(tables: Sequence[Table], others: Sequence[Table]) -> dict[int, Table]:
    """For the positions of the first tables the same table among the others, the likeliest pairs first."""
    there = [_Said(other) for other in others]
    pairs = [
        (likeness, index, place)
        for index, here in enumerate(map(_Said, tables))
        for place, other in enumerate(there)
        if (likeness := _likeness(here, other))
    ]
    found: dict[int, Table] = {}
    taken: set[int] = set()
    for _, index, place in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if index not in found and place not in taken:
            found[index] = others[place]
            taken.add(place)
    return found


def _likeness(one: _Said, other: _Said) -> float:
    """0 where nothing says that two tables are one; a number alone does not, as routes may miscount."""
    content = _by_content(one, other)
    caption = _by_caption(one, other)
    named = one.name is not None and one.name == other.name
    if content < _SAME_CONTENT and caption < _SAME_CAPTION and not (named and content > _SOME_CONTENT):
        return 0.0
    return 2 * content + caption + named


def _by_caption(one: _Said, other: _Said) -> float:
    """The share of words that two captions have in common; 0 for different parts of one float."""
    return _shared(one.caption, other.caption, 3) if one.part == other.part else 0.0


def _by_content(one: _Said, other: _Said) -> float:
    """The share of numbers that two tables have in common; of all words where numbers are few."""
    if min(one.numbers.total(), other.numbers.total()) >= _ENOUGH_NUMBERS:
        return _shared(one.numbers, other.numbers)
    return _shared(one.words, other.words, _ENOUGH_NUMBERS)


def _shared(one: Counter[str], other: Counter[str], least: int = 0) -> float:
    total, fewer = one.total() + other.total(), min(one.total(), other.total())
    return 2 * (one & other).total() / total if total and fewer >= least else 0.0


# --- what they say ----------------------------------------------------------------------------------------


def _together(table: Table, others: Mapping[Route, Table]) -> Reconciled:
    differences: list[Difference] = []
    counts: dict[Route, int] = {}
    for route, other in others.items():
        pairs = _pairs(table, other)
        found = list(_differences(table, other, pairs, route))
        counts[route] = len(found)
        differences += found
        if route == "pdf":
            table = _placed(table, other, pairs)
    table = _judged(table, differences, others)
    routes = (table.route, *others)
    return Reconciled(table, tuple(differences), routes, _agreement(counts))


def _agreement(counts: Mapping[Route, int]) -> str:
    """`agrees with TeX`, or `differs from the PDF in 2 cells`."""
    differing = [
        f"differs from {NAMES[route]} in {count_of(count, 'cell')}"
        for route, count in counts.items()
        if count
    ]
    agreeing = [NAMES[route] for route, count in counts.items() if not count]
    agreed = [f"agrees with {' and '.join(agreeing)}"] if agreeing else []
    return ", ".join(differing + agreed)


def _pairs(table: Table, other: Table) -> dict[int, Cell]:
    """The cell of the other route at the place of each cell, by the position of the cell in `cells`.

    Rows and columns are aligned each on its own, so that one too many of either does not shift the rest.
    """
    rows = _aligned(_lines(table, "row"), _lines(other, "row"))
    columns = _aligned(_lines(table, "column"), _lines(other, "column"))
    places = other.places
    found: dict[int, Cell] = {}
    for index, cell in enumerate(table.cells):
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                partner = places.get((rows.get(row, -1), columns.get(column, -1)))
                if partner is not None and (index not in found or _same(cell.text, partner.text)):
                    found[index] = partner
    return found


def _lines(table: Table, axis: str) -> list[Counter[str]]:
    """The texts of each row or column."""
    count = table.row_count if axis == "row" else table.column_count
    lines: list[Counter[str]] = [Counter() for _ in range(count)]
    for (row, column), cell in table.places.items():
        lines[row if axis == "row" else column][_compared(cell.text)] += 1
    return lines


def _aligned(first: Sequence[Counter[str]], second: Sequence[Counter[str]]) -> dict[int, int]:
    """The pairs of lines, in order, that have the most texts in common."""
    if max(len(first), len(second)) > _ALIGNED_ROWS:
        return {place: place for place in range(min(len(first), len(second)))}
    gains = [[_in_common(one, other) for other in second] for one in first]
    best = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, line in enumerate(gains):
        for j, gain in enumerate(line):
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], best[i][j] + gain)
    return dict(_way_back(best))


def _in_common(one: Counter[str], other: Counter[str]) -> float:
    # Lines without a text in common are still paired, where nothing better is near.
    return (one & other).total() + 0.01


def _way_back(best: Sequence[Sequence[float]]) -> Iterator[tuple[int, int]]:
    i, j = len(best) - 1, len(best[0]) - 1
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            yield i, j


def _differences(table: Table, other: Table, pairs: Mapping[int, Cell], route: Route) -> Iterator[Difference]:
    """Cells that say something else, and numbers that only one of the two has."""
    met = {id(cell) for cell in pairs.values()}
    spare = [cell for cell in other.cells if id(cell) not in met and _NUMBER.search(cell.text)]
    for index, cell in enumerate(table.cells):
        partner = pairs.get(index)
        if partner is not None and not _same(cell.text, partner.text):
            yield Difference(cell.row, cell.column, cell.text, partner.text, route)
        elif partner is None and _NUMBER.search(cell.text):
            yield Difference(cell.row, cell.column, cell.text, "", route)
    for cell in spare:
        yield Difference(cell.row, cell.column, "", cell.text, route)


def _same(text: str, other: str) -> bool:
    return _compared(text) == _compared(other)


def _compared(text: str) -> str:
    """What of a text counts: a citation is printed in a way that sources do not know."""
    plain = folded(text)
    label = _CITATION.sub("", plain)
    # Without letters, what looks like a citation is an interval.
    return label if any(map(str.isalpha, label)) else plain


def _placed(table: Table, pdf: Table, pairs: Mapping[int, Cell]) -> Table:
    """The table with the pages and boxes that the PDF gives it."""
    cells = tuple(
        replace(cell, page=pairs[index].page, box=pairs[index].box) if index in pairs else cell
        for index, cell in enumerate(table.cells)
    )
    # What is printed is the number; sources only count.
    number, part = (pdf.number, pdf.part) if pdf.number else (table.number, table.part)
    return replace(
        table, cells=cells, page=pdf.page, box=pdf.box, number=number, part=part,
        mentions=table.mentions or pdf.mentions, caption=table.caption or pdf.caption,
        section=table.section or pdf.section,
    )  # fmt: skip


def _judged(table: Table, differences: Sequence[Difference], others: Mapping[Route, Table]) -> Table:
    """Confidence from agreement: raised for cells that routes agree on, lowered where they do not."""
    if not others:
        return table
    differing = {(entry.row, entry.column) for entry in differences if entry.text}
    cells = tuple(
        replace(cell, confidence=_confidence(cell, (cell.row, cell.column) in differing))
        for cell in table.cells
    )
    share = sum(cell.confidence for cell in cells) / len(cells) if cells else table.confidence
    agreed = max(table.confidence, _AGREED) if not differences else min(table.confidence, share)
    return replace(table, cells=cells, confidence=agreed)


def _confidence(cell: Cell, differs: bool) -> float:
    return min(cell.confidence, 0.6) if differs else max(cell.confidence, _AGREED)


def _in_order(found: list[Reconciled]) -> list[Reconciled]:
    """The order of the leading route; what others found alone goes where its number or page belongs."""
    if not found:
        return []
    lead = found[0].table.route
    ordered = [entry for entry in found if entry.table.route == lead]
    for entry in (entry for entry in found if entry.table.route != lead):
        ordered.insert(_place(entry.table, ordered), entry)
    return ordered


def _place(table: Table, ordered: Sequence[Reconciled]) -> int:
    key: Callable[[Table], tuple[int, ...]] | None = None
    if table.page and any(entry.table.page for entry in ordered):
        key = _page_and_top
    elif table.number.isdecimal():
        key = _as_number
    if key is None:
        return len(ordered)
    before = [
        place for place, entry in enumerate(ordered) if key(entry.table) and key(entry.table) <= key(table)
    ]
    return before[-1] + 1 if before else 0


def _page_and_top(table: Table) -> tuple[int, ...]:
    return (table.page, int((table.box or Box(0, 0, 0, 0)).top)) if table.page else ()


def _as_number(table: Table) -> tuple[int, ...]:
    return (int(table.number),) if table.number.isascii() and table.number.isdecimal() else ()

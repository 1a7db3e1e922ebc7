"""How a table is laid out: whether its rows or its columns are the things that it compares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from r2p_tui.domain.metrics import LEVELS, find_metric, is_benchmark, is_setting
from r2p_tui.domain.table_body import Body
from r2p_tui.domain.table_labels import added, cites, removed, says_base, says_full, summands

MOST: Final = 0.5
FIRST_ROWS: Final = 60
_VARIANT: Final = re.compile(r"(?<!\w)(?:with|without|w/|w/o|no|\+)\s", re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:(?P<name>\w{1,8})\s?=\s?)?[<>≤≥~×+-]?\d+(?:[.,]\d+)?\s?(?P<rest>\D{0,12})")
_OWN: Final = re.compile(r"(?<!\w)(?:ours?|proposed|full (?:model|method))(?!\w)", re.IGNORECASE)
_METHODS: Final = re.compile(
    r"(?:methods?|models?|variants?|approach(?:es)?|systems?|arch\w*|networks?|algorithms?)?", re.I
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_DATA: Final = re.compile(
    r"(?:data ?sets?|corpus|corpora|benchmarks?|sources?|domains?|collections?|data)(?: names?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The layout of one table.

    `transposed`: each row is a measure of its own, so that no row is a baseline. `across`: what is compared
    stands in the header, be it variants, methods, or values of one setting. `lists_data`: rows are data sets
    of which nothing is measured. `level`: what columns are values of, as `r` for `r = 1`, `r = 2`; empty for
    bare `1`, `2`; None for any other header.
    """

    transposed: bool
    across: bool
    lists_data: bool
    level: str | None


def read_shape(body: Body) -> Shape:
    """How a table is laid out; looks at its first rows alone, as layouts do not change below."""
    level, listing = _level_name(body), _lists_data(body)
    transposed = not listing and _is_transposed(body, level)
    return Shape(transposed, transposed or _compares_columns(body, level), listing, level)


def _is_transposed(body: Body, level: str | None) -> bool:
    if len(body.rows) < 2 or body.width < 3:
        return False
    rows = body.rows[:FIRST_ROWS]
    measured = sum(_is_measure_name(row.texts) for row in rows)
    headed = sum(_heads_a_metric(header) for header in body.headers[1:])
    set_by_hand = sum(is_setting(header) for header in body.headers[1:])
    others = body.width - 1
    if measured < 0.6 * len(rows) or set_by_hand >= 0.6 * others:
        return False
    return headed <= 0.3 * others or level is not None


def _compares_columns(body: Body, level: str | None) -> bool:
    rows = body.rows[:FIRST_ROWS]
    if len(rows) < 2 or body.width < 3 or any(_is_a_contender(row.texts[0]) for row in rows):
        return False
    sweeps = level == "" and not _METHODS.fullmatch(_leaf(body, 0))
    return sweeps or any(_heads_a_contender(body, index) for index in range(1, body.width))


def compared_names(body: Body) -> list[str]:
    """The names in the header that are compared, each once; of several levels, the one that is no metric."""
    names = []
    for index in _number_columns(body):
        levels = [level for level in body.headers[index].split(LEVELS) if level]
        names.append(next((level for level in levels if not _heads_a_metric(level)), (levels or [""])[-1]))
    return list(dict.fromkeys(name for name in names if name))


def _level_name(body: Body) -> str | None:
    heads = [_leaf(body, index) for index in _number_columns(body)]
    found = [match for head in heads if (match := _LEVEL.fullmatch(head)) and not _YEAR.fullmatch(head)]
    kinds = {(match["name"] or "", match["rest"].strip(" *†‡")) for match in found}
    return kinds.pop()[0] if len(found) >= max(2, 0.6 * len(heads)) and len(kinds) == 1 else None


def _lists_data(body: Body) -> bool:
    corner = body.headers[0].split(LEVELS)[-1].strip() if body.headers else ""
    if not _DATA.fullmatch(corner):
        return False
    counts = [value.number for index in _number_columns(body) for value in body.numbers(index)]
    whole = sum(number == int(number) for number in counts if abs(number) < 1e15)
    marked = any(body.is_mark(text) for row in body.rows for text in row.texts)
    return marked or (bool(counts) and whole >= MOST * len(counts))


def _number_columns(body: Body) -> list[int]:
    rows = len(body.rows)
    return [index for index in range(1, body.width) if len(body.numbers(index)) >= MOST * rows > 0]


def _leaf(body: Body, index: int) -> str:
    """The lowest header of a column; the first row stands in where a grid has no header."""
    if body.table.header_rows == 0:
        return body.rows[0].texts[index]
    return body.headers[index].split(LEVELS)[-1]


def _heads_a_contender(body: Body, index: int) -> bool:
    """Whether a column of numbers is headed by one's own method, a cited one, or a variant."""
    if len(body.numbers(index)) < MOST * len(body.rows):
        return False
    levels = [level for level in body.headers[index].split(LEVELS) if not _heads_a_metric(level)]
    return any(_OWN.search(level) or cites(level) or removed(level) for level in levels)


def _is_a_contender(label: str) -> bool:
    return (
        says_full(label)
        or says_base(label)
        or cites(label)
        or bool(removed(label) or added(label) or summands(label))
    )


def _heads_a_metric(header: str) -> bool:
    return find_metric(header) is not None and not _VARIANT.search(header)


def _is_measure_name(texts: Sequence[str]) -> bool:
    label = next((text for text in texts[:2] if text and not text.isdigit()), "")
    found = find_metric(label) if len(label) <= 40 else None
    return found is not None or is_benchmark(label)

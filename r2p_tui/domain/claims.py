"""What a claim states: the number of a cell with its metric, its condition, and where it was measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from r2p_tui.domain.claim_names import DATA_SET, HARDWARE, SEVERAL_DATA_SETS
from r2p_tui.domain.metrics import LEVELS, find_metric, find_metric_in_words
from r2p_tui.domain.table_numbers import Value, is_check, is_cross, is_missing, parse_value
from r2p_tui.domain.tables import Cell, Table
from r2p_tui.domain.understanding import Column, Understanding
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.text import clean_line

LONGEST_FIELD = 200
_UNNAMED = "value"
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Statement:
    """What one cell states; `condition` says of what, `header` is the column's as printed."""

    value: Value
    cell: Cell
    header: str
    metric: str
    unit: str | None
    condition: str
    dataset: str | None
    hardware: str | None


def read_statement(table: Table, understanding: Understanding, row: int, column: int) -> Statement:
    """What the cell of a body row states; raises UsageError where it states no number.

    Where the variants stand in columns, the metric is read from the row and the column is the condition.
    A data set or hardware is named only where the table or its caption prints just one.
    """
    cell = table.places.get((row, column))
    value = parse_value(cell.text) if cell and row >= table.header_rows else None
    if cell is None or value is None:
        raise UsageError(
            f"That cell of {table.name} states no number.", "Name a cell of the body with a number."
        )
    described = {entry.index: entry for entry in understanding.columns}
    at = described.get(column, Column(column, "", "other", None, None, None, ""))
    label = _label(table, described, row)
    across = at.metric is None and find_metric(label) is not None and _metrics_in_rows(table, described)
    places = (label, at.header) if across else (at.header, label)
    others = {index: entry for index, entry in described.items() if index != column}
    plain_caption = "" if SEVERAL_DATA_SETS.search(table.caption) else table.caption
    dataset = _the_only(DATA_SET, *places, plain_caption)
    conditions = [at.header] if across else [_condition(table, others, row), *_beside_metric(at, dataset)]
    return Statement(
        value=value,
        cell=cell,
        header=_short(at.header),
        metric=_short(_metric(table, at, label, across)),
        unit=value.unit or at.unit,
        condition=_short(", ".join(filter(None, conditions))),
        dataset=dataset,
        hardware=_the_only(HARDWARE, *places, table.caption),
    )


def find_row(table: Table, understanding: Understanding, words: str) -> int:
    """The row that a number (from 1; `h1` for the first header row) or a label of the body names.

    Raises UsageError where several rows fit, NotFoundError where none does.
    """
    described = {entry.index: entry for entry in understanding.columns}
    body = range(table.header_rows, table.row_count)
    counted = table.row_named(words)
    if counted is not None:
        return counted
    names = {row: (_label(table, described, row), _condition(table, described, row)) for row in body}
    return _only(words, names, f"row of {table.name}")


def find_column(table: Table, understanding: Understanding, words: str) -> int:
    """The column that a number (from 1), a header or a metric names; raises as `find_row` does."""
    if words.isdecimal() and 0 < int(words) <= table.column_count:
        return int(words) - 1
    names = {
        entry.index: (entry.name or entry.header.rsplit(LEVELS, 1)[-1], entry.header, entry.metric or "")
        for entry in understanding.columns
    }
    return _only(words, names, f"column of {table.name}")


def field_text(text: str) -> str | None:
    """What the user typed for a field, as it is kept; None where it says nothing."""
    return clean_line(text)[:LONGEST_FIELD] or None


def stated(metric: str, text: str, unit: str | None) -> str:
    """What a claim says in short: `AP 43.0%`, `latency 4.6 ms`; a unit that is the metric once: `FPS 31`."""
    is_metric = unit is not None and unit.casefold() == metric.casefold()
    return f"{metric} {with_unit(text, None if is_metric else unit)}"


def with_unit(text: str, unit: str | None) -> str:
    """The printed number with its unit, which it may already have: `43.0%`, `31 FPS`."""
    return text if unit is None or unit.casefold() in text.casefold() else f"{text} {unit}"


def _metric(table: Table, column: Column, label: str, across: bool) -> str:
    """The metric of the column, of the row, or the one that the caption names; else the header itself."""
    if across:
        return label
    if column.metric:
        return column.metric
    spoken = find_metric_in_words(table.caption)
    return (spoken.name if spoken and column.role == "metric" else column.header) or _UNNAMED


def _metrics_in_rows(table: Table, described: dict[int, Column]) -> bool:
    """Whether most labels of rows name metrics, so that the variants stand in columns."""
    body = range(table.header_rows, table.row_count)
    return 2 * sum(find_metric(_label(table, described, row)) is not None for row in body) > len(body)


def _beside_metric(column: Column, dataset: str | None) -> list[str]:
    """What the levels of a header say besides the metric and the data set: `simple` of `TEDS / simple`."""
    levels = column.header.split(LEVELS)
    if column.metric is None or len(levels) == 1:
        return []
    return [level for level in levels if level != dataset and not _names(level, column.metric)]


def _names(level: str, metric: str) -> bool:
    found = find_metric(level)
    return found is not None and found.name == metric


def _label(table: Table, described: dict[int, Column], row: int) -> str:
    texts = (_text(table, row, column.index) for column in described.values() if column.role == "label")
    return " / ".join(dict.fromkeys(filter(None, texts)))


def _condition(table: Table, described: dict[int, Column], row: int) -> str:
    """The label of a row and what sets it apart: `OHEM, batch size 128`, `Mosaic`."""
    return ", ".join(filter(None, [_label(table, described, row), *_settings(table, described, row)]))


def _settings(table: Table, described: dict[int, Column], row: int) -> Iterator[str]:
    for column in described.values():
        if column.role in ("factor", "setting"):
            text = _text(table, row, column.index)
            if is_check(text):
                yield column.header
            elif not is_cross(text) and not is_missing(text):
                yield f"{column.header} {text}".strip()


def _text(table: Table, row: int, column: int) -> str:
    cell = table.places.get((row, column))
    return cell.text if cell else ""


def _the_only(names: re.Pattern[str], *places: str) -> str | None:
    """The one name that the first place with any names; None where that place names several."""
    for place in places:
        found = {match.groupdict().get("named") or match.group() for match in names.finditer(place)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _only(words: str, names: Mapping[int, tuple[str, ...]], what: str) -> int:
    """The only index of which a name equals the words, else the only one of which a name contains them."""
    wanted = _letters(words)
    tests: tuple[Callable[[str], bool], ...] = (lambda name: name == wanted, lambda name: wanted in name)
    for fits in tests:
        found = [
            index for index, of_index in names.items() if wanted and any(map(fits, map(_letters, of_index)))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            numbers = ", ".join(map(str, found[:_LISTED]))
            raise UsageError(
                f"“{clean_line(words)[:40]}” fits more than one {what}.",
                f"Name one by its number: {numbers}.",
            )
    known = "; ".join(of_index[0] for of_index in list(names.values())[:_LISTED] if of_index[0])
    raise NotFoundError(
        f"There is no {what} called “{clean_line(words)[:40]}”.", f"There are: {known}." if known else ""
    )


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if not letter.isspace() and letter not in "_{}$")


def _short(text: str) -> str:
    return clean_line(text)[:LONGEST_FIELD]

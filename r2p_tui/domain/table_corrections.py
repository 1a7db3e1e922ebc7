"""Corrections by the user: kept apart from the extraction, found again by their anchors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, cast, get_args

from r2p_tui.domain.table_anchors import Anchor, Place, find_cell, find_column, find_row, header_of, label_of
from r2p_tui.domain.table_edits import Axis, join, split, with_header_rows, with_text
from r2p_tui.domain.tables import Table
from r2p_tui.domain.understanding import KINDS, Direction, Kind, Overrides

Action = Literal[
    "cell",
    "split column",
    "join columns",
    "split row",
    "join rows",
    "header rows",
    "kind",
    "baseline",
    "direction",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction; `row_label`, `column_header` and `old` find its place again in a new extraction.

    `new` is the text of a cell; the kind; `up` or `down`; the number of header rows; where something is split
    or joined, the separator: without one it is split by words in half, and joined by a space. Rows and
    columns count as they did when the correction was made, after those before it.
    """

    action: Action
    row: int | None
    column: int | None
    old: str
    new: str
    row_label: str = ""
    column_header: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A table with its corrections carried out; `unfit` are those that no longer fit."""

    table: Table
    overrides: Overrides
    unfit: tuple[Correction, ...]


def make_correction(
    table: Table, action: Action, *, row: int | None = None, column: int | None = None, new: str = ""
) -> Correction:
    """A correction of the table as it is shown, with the anchors that find its place again."""
    cell = None if row is None or column is None else table.places.get((row, column))
    if cell:
        row, column = cell.row, cell.column
    old = str(table.header_rows) if action == "header rows" else cell.text if cell else ""
    label = "" if row is None else label_of(table, row)
    header = "" if column is None else header_of(table, column)
    return Correction(action, row, column, old, new, label, header)


def apply_corrections(table: Table, corrections: Sequence[Correction]) -> Corrected:
    """The table as the user corrected it, one correction after the other; total."""
    state = _State(table)
    unfit = [correction for correction in corrections if not _APPLY[correction.action](state, correction)]
    overrides = Overrides(state.kind, state.baseline_row, state.directions)
    return Corrected(state.table, overrides, tuple(unfit))


def correction_values(correction: Correction) -> dict[str, Any]:
    """The correction as plain JSON values."""
    return asdict(correction)


def correction_from_values(values: Mapping[str, Any]) -> Correction:
    """The correction that was written; other values raise KeyError, TypeError or ValueError."""
    found = {entry.name: values[entry.name] for entry in fields(Correction)}
    if found["action"] not in ACTIONS:
        raise ValueError(f"no such correction: {found['action']!r}")
    if not all(place is None or type(place) is int for place in (found["row"], found["column"])):
        raise TypeError("row and column are whole numbers or None")
    if not all(isinstance(found[name], str) for name in ("old", "new", "row_label", "column_header")):
        raise TypeError("old, new, row_label and column_header are texts")
    return Correction(**found)


@dataclass(slots=True)
class _State:
    """The table so far, and what the user said of it; rows and columns move along when others come or go."""

    table: Table
    kind: Kind | None = None
    baseline_row: int | None = None
    directions: dict[int, Direction] = field(default_factory=dict)

    def change(self, table: Table, axis: Axis, at: int, by: int) -> None:
        self.table = table
        if axis == "row" and self.baseline_row is not None and self.baseline_row > at:
            self.baseline_row += by
        elif axis == "column":
            self.directions = {
                column + by if column > at else column: way for column, way in self.directions.items()
            }


def _apply_cell(state: _State, correction: Correction) -> bool:
    place = _cell(state.table, correction)
    if place:
        state.table = with_text(state.table, *place, correction.new)
    return place is not None


def _apply_split(state: _State, correction: Correction) -> bool:
    axis, place = _line(state.table, correction)
    if place is None:
        return False
    state.change(split(state.table, axis, place, correction.new), axis, place, 1)
    return True


def _apply_join(state: _State, correction: Correction) -> bool:
    axis, place = _line(state.table, correction)
    count = state.table.row_count if axis == "row" else state.table.column_count
    if place is None or place + 1 >= count:
        return False
    state.change(join(state.table, axis, place, correction.new or " "), axis, place, -1)
    return True


def _apply_header_rows(state: _State, correction: Correction) -> bool:
    if not correction.new.isdecimal() or int(correction.new) > state.table.row_count:
        return False
    state.table = with_header_rows(state.table, int(correction.new))
    return True


def _apply_kind(state: _State, correction: Correction) -> bool:
    if correction.new not in KINDS:
        return False
    state.kind = correction.new
    return True


def _apply_baseline(state: _State, correction: Correction) -> bool:
    row = _row(state.table, correction)
    if row is None or row < state.table.header_rows:
        return False
    state.baseline_row = row
    return True


def _apply_direction(state: _State, correction: Correction) -> bool:
    column = _column(state.table, correction)
    if column is None or correction.new not in ("up", "down"):
        return False
    state.directions[column] = cast("Direction", correction.new)
    return True


_APPLY: Final[Mapping[Action, Callable[[_State, Correction], bool]]] = {
    "cell": _apply_cell,
    "split column": _apply_split,
    "join columns": _apply_join,
    "split row": _apply_split,
    "join rows": _apply_join,
    "header rows": _apply_header_rows,
    "kind": _apply_kind,
    "baseline": _apply_baseline,
    "direction": _apply_direction,
}


def _line(table: Table, correction: Correction) -> tuple[Axis, int | None]:
    if "row" in correction.action:
        return "row", _row(table, correction)
    return "column", _column(table, correction)


def _row(table: Table, correction: Correction) -> int | None:
    return None if correction.row is None else find_row(table, correction.row, correction.row_label)


def _column(table: Table, correction: Correction) -> int | None:
    return (
        None if correction.column is None else find_column(table, correction.column, correction.column_header)
    )


def _cell(table: Table, correction: Correction) -> Place | None:
    if correction.row is None or correction.column is None:
        return None
    place = (correction.row, correction.column)
    texts = (correction.old, correction.new)
    return find_cell(table, Anchor(place, correction.row_label, correction.column_header, texts))

"""A table as the faces show it: corrected, understood, and named; and its rows as the search finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.table_corrections import apply_corrections, correction_from_values
from r2p_tui.domain.table_keys import table_keys
from r2p_tui.domain.table_routes import Difference, Reconciled
from r2p_tui.domain.tables import Table, table_from_values, table_values
from r2p_tui.domain.understanding import Direction, Kind, Overrides, Understanding
from r2p_tui.store.tables import PaperTable, TableCorrection, TableRow


@dataclass(frozen=True, slots=True)
class TableView:
    """One table with the user's corrections carried out; `unfit` counts those that no longer fit."""

    key: str
    table: Table
    understanding: Understanding
    agreement: str = ""
    differences: tuple[Difference, ...] = ()
    corrections: int = 0
    unfit: int = 0

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences for the user, each a reason to look at the page."""
        return self.table.doubts


def views_of_reconciled(found: Sequence[Reconciled]) -> tuple[TableView, ...]:
    """Tables that nobody has corrected."""
    keys = table_keys([one.table for one in found])
    return tuple(
        TableView(key, one.table, understand(one.table), one.agreement, one.differences)
        for key, one in zip(keys, found, strict=True)
    )


def view_of_stored(stored: PaperTable, corrections: Sequence[TableCorrection]) -> TableView:
    """A table of the store under its corrections, oldest first; raises ValueError for other content."""
    wanted = [correction_from_values(row.correction) for row in corrections]
    corrected = apply_corrections(table_from_values(stored.content), wanted)
    return TableView(
        stored.table_key,
        corrected.table,
        _understanding(corrected.table, corrected.overrides),
        stored.agreement,
        tuple(Difference(*values) for values in stored.differences),
        len(wanted) - len(corrected.unfit),
        len(corrected.unfit),
    )


def _understanding(table: Table, overrides: Overrides) -> Understanding:
    directions = tuple(sorted(overrides.directions.items()))
    return _understand_once(table, overrides.kind, overrides.baseline_row, directions)


@lru_cache(maxsize=256)
def _understand_once(
    table: Table, kind: Kind | None, baseline_row: int | None, directions: tuple[tuple[int, Direction], ...]
) -> Understanding:
    """Screens load the same tables again and again, and understanding takes most of the time."""
    return understand(table, Overrides(kind, baseline_row, dict(directions)))


def records_of_reconciled(paper_id: int, found: Sequence[Reconciled]) -> list[PaperTable]:
    """The records that keep what was extracted."""
    keys = table_keys([one.table for one in found])
    return [
        PaperTable(
            paper_id=paper_id,
            table_key=key,
            position=position,
            content=table_values(one.table),
            agreement=one.agreement,
            differences=[list(asdict(difference).values()) for difference in one.differences],
        )
        for position, (key, one) in enumerate(zip(keys, found, strict=True))
    ]


def rows_for_search(paper_id: int, view: TableView) -> list[TableRow]:
    """The body rows of a table that say anything."""
    table = view.table
    headers = {column.index: column.header for column in view.understanding.columns}
    labels = [column.index for column in view.understanding.columns if column.role == "label"]
    rows = [
        TableRow(
            paper_id=paper_id,
            table_key=view.key,
            table_name=table.name,
            kind=view.understanding.kind,
            confidence=table.confidence,
            page=_page_of(table, row),
            row=row,
            label=" / ".join(filter(None, (_text(table, row, column) for column in labels))),
            cells=_cells(table, row, headers, set(labels)),
            deltas=_deltas(view.understanding, row, headers),
            is_baseline=int(row == view.understanding.baseline_row),
            caption=table.caption,
        )
        for row in range(table.header_rows, table.row_count)
    ]
    return [row for row in rows if row.cells]


def _page_of(table: Table, row: int) -> int:
    """The page of the row, which is not the first page of a table that runs over two."""
    pages = (cell.page for column in range(table.column_count) if (cell := table.places.get((row, column))))
    return next((page for page in pages if page), table.page)


def _text(table: Table, row: int, column: int) -> str:
    """What stands at a place, also where a cell above or to the left spans it."""
    cell = table.places.get((row, column))
    return cell.text if cell else ""


def _cells(table: Table, row: int, headers: Mapping[int, str], without: set[int]) -> list[list[str]]:
    texts = ((column, _text(table, row, column)) for column in range(table.column_count))
    return [[headers.get(column, ""), text] for column, text in texts if text and column not in without]


def _deltas(
    understanding: Understanding, row: int, headers: Mapping[int, str]
) -> list[list[str | float | bool | None]]:
    return [
        [headers.get(delta.column, ""), delta.value, delta.better, delta.relative]
        for delta in understanding.deltas
        if delta.row == row
    ]

"""The hand labels of tables are in order, and the benchmark counts right and wrong as it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from r2p_tui.domain.tables import Cell, Table
from r2p_tui.domain.understanding import KINDS, Column, Direction, Kind, Understanding
from tests.benchmarks.table_kinds import (
    SETS,
    Judged,
    Label,
    baseline_right,
    complaint,
    directions_right,
    figures,
    match,
    read_labels,
)

LABELS = read_labels()
LABEL = Label("a", "dev", 3, "2", "", "ablation", "full", (3, 1), {1: "up", 2: "down"}, 1, 3)
ROWS = (("", "AP", "ms"), ("plain", "30", "9"), ("with x", "31", "10"), ("full", "32", "11"))


def _table(rows: tuple[tuple[str, ...], ...] = ROWS, header_rows: int = 1) -> Table:
    cells = [Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts)]
    return Table("2", "", "Table 2: all.", 3, None, "pdf", header_rows, tuple(cells))


def _column(index: int, direction: Direction) -> Column:
    return Column(index, "", "metric", None, None, direction, "")


def _judged(kind: Kind = "ablation", baseline: int | None = 3, table: Table | None = None) -> Judged:
    columns = (_column(1, "up"), _column(2, "up"))
    return Judged(LABEL, table or _table(), Understanding(kind, "", 1.0, columns, baseline, "", (), ()))


def test_every_label_names_one_table_and_speaks_of_its_shape() -> None:
    names = Counter((label.paper, label.page, label.number, label.part) for label in LABELS)
    assert max(names.values()) == 1
    for label in LABELS:
        assert label.kind in KINDS and label.set in SETS, label
        assert all(label.header_rows <= row for row in label.baseline_rows), label
        assert all(0 <= column < label.columns for column in label.directions), label
        assert set(label.directions.values()) <= {"up", "down"}, label
        assert label.kind in ("ablation", "main result") or not (label.baseline or label.directions), label


def test_there_are_labels_of_every_kind_and_each_paper_is_in_one_set() -> None:
    assert len(LABELS) >= 118
    assert {label.kind for label in LABELS} == set(KINDS)
    assert len({(label.paper, label.set) for label in LABELS}) == len({label.paper for label in LABELS})


def test_a_table_is_matched_by_page_number_and_part() -> None:
    table = _table()
    assert match(LABEL, [replace(table, page=4), replace(table, part="a"), table]).table is table
    assert match(LABEL, [replace(table, number="3")]).kind == "not found"


@pytest.mark.parametrize(("row", "right"), [(3, True), (1, True), (2, False), (None, False)])
def test_the_baseline_is_any_fair_row(row: int | None, right: bool) -> None:
    assert baseline_right(_judged(baseline=row)) is right


def test_the_baseline_counts_in_the_body_and_by_a_label_that_stands_once() -> None:
    two_headers = _table((("", "m", "m"), *ROWS), header_rows=2)
    assert baseline_right(_judged(baseline=4, table=two_headers))
    with_a_stray_row = _table((ROWS[0], ("group", "", ""), *ROWS[1:]))
    assert baseline_right(_judged(baseline=4, table=with_a_stray_row))


def test_no_baseline_is_right_where_no_row_is_one() -> None:
    entry = _judged(baseline=None)
    assert baseline_right(replace(entry, label=replace(LABEL, baseline_rows=())))
    assert not baseline_right(replace(_judged(baseline=2), label=replace(LABEL, baseline_rows=())))


def test_directions_are_counted_from_the_right() -> None:
    assert directions_right(_judged()) == 1
    narrower = _table(tuple(texts[1:] for texts in ROWS))
    columns = (_column(0, "up"), _column(1, "down"))
    understanding = Understanding("ablation", "", 1.0, columns, None, "", (), ())
    assert directions_right(Judged(LABEL, narrower, understanding)) == 2


def test_what_is_not_found_counts_as_wrong() -> None:
    shares = {name: (right, of) for name, right, of in figures([_judged(), Judged(LABEL)])}
    assert shares["found"] == (1, 2)
    assert shares["ablation recall"] == (1, 2)
    assert shares["ablation precision"] == (1, 1)
    assert shares["baseline row right"] == (1, 2)
    assert shares["metric direction right"] == (1, 4)
    assert shares["kind, macro F1"][0] == pytest.approx(2 / 3)


def test_a_wrong_kind_is_named_with_its_reason() -> None:
    assert complaint(_judged("other", baseline=2)).startswith("ablation taken for other")
    assert "baseline row 2, should be 3 or 1" in complaint(_judged(baseline=2))
    assert complaint(Judged(LABEL)) == "not found"

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.table_corrections import (
    ACTIONS,
    Correction,
    apply_corrections,
    correction_from_values,
    correction_values,
    make_correction,
)
from r2p_tui.domain.tables import Box, Cell
from tests.domain.table_examples import make_table

GRID = """Model | AP | Latency (ms)
ours | 385 | 20
w/o neck | 37.1 | 16
w/o head | 36.0 | 15"""
TABLE = make_table(GRID)


def test_a_cell_gets_the_users_text_and_full_confidence() -> None:
    table = replace(TABLE, cells=tuple(replace(cell, confidence=0.4) for cell in TABLE.cells))
    found = apply_corrections(table, [make_correction(table, "cell", row=1, column=1, new="38.5")])
    cell = found.table.places[1, 1]
    assert (cell.text, cell.confidence) == ("38.5", 1.0)
    assert found.table.places[2, 1].confidence == 0.4
    assert found.unfit == ()


def test_an_empty_place_can_be_filled_and_a_text_removed() -> None:
    table = make_table("Model | AP\nours | 50\nw/o neck |")
    filled = apply_corrections(table, [make_correction(table, "cell", row=2, column=1, new="48")])
    assert filled.table.rows[2] == ["w/o neck", "48"]
    emptied = apply_corrections(table, [make_correction(table, "cell", row=1, column=1, new="")])
    assert emptied.table.rows[1] == ["ours", ""]


def test_a_correction_is_found_again_where_rows_and_columns_moved() -> None:
    correction = make_correction(TABLE, "cell", row=2, column=1, new="37.2")
    moved = make_table(
        """Model | Size | AP | Latency (ms)
        other | 640 | 30.0 | 12
        ours | 640 | 38.5 | 20
        w/o neck | 640 | 37.1 | 16"""
    )
    found = apply_corrections(moved, [correction])
    assert found.table.rows[3] == ["w/o neck", "640", "37.2", "16"]


def test_a_correction_that_a_new_extraction_made_needless_still_fits() -> None:
    correction = make_correction(TABLE, "cell", row=1, column=1, new="38.5")
    right = make_table(GRID.replace("385", "38.5"))
    found = apply_corrections(right, [correction])
    assert found.unfit == ()
    assert found.table.rows == right.rows


def test_a_correction_that_no_longer_fits_is_left_out_and_listed() -> None:
    correction = make_correction(TABLE, "cell", row=2, column=1, new="37.2")
    other = make_table("Task | Score\npick | 12.0\nplace | 14.0")
    found = apply_corrections(other, [correction])
    assert found.unfit == (correction,)
    assert found.table == other


def test_among_rows_of_the_same_name_the_nearest_is_taken() -> None:
    table = make_table("method | AP\nOHEM | 31.1\nOHEM | 31.1\nOHEM | 30.6")
    found = apply_corrections(table, [make_correction(table, "cell", row=2, column=1, new="31.8")])
    assert [row[1] for row in found.table.rows] == ["AP", "31.1", "31.8", "30.6"]


def test_a_label_may_be_named_as_a_face_shows_it() -> None:
    table = make_table("Task | Row | AP\nA | full | 50\nA | small | 40")
    found = apply_corrections(table, [Correction("cell", 2, 2, "40", "41", "A / small", "AP")])
    assert found.table.rows[2] == ["A", "small", "41"]


def test_any_place_of_a_spanning_cell_stands_for_it() -> None:
    table = make_table("Group | Model | AP\nsmall ^2 | a | 50.0\n| b | 48.5")
    found = apply_corrections(table, [make_correction(table, "cell", row=2, column=0, new="tiny")])
    assert (found.table.places[2, 0].text, found.unfit) == ("tiny", ())


def test_labels_and_headers_can_be_corrected_and_corrected_again() -> None:
    first = make_correction(TABLE, "cell", row=2, column=0, new="w/o neck (PAN)")
    once = apply_corrections(TABLE, [first]).table
    second = make_correction(once, "cell", row=2, column=0, new="w/o PAN")
    header = make_correction(TABLE, "cell", row=0, column=1, new="AP50")
    found = apply_corrections(TABLE, [first, second, header])
    assert found.unfit == ()
    assert found.table.rows[0] == ["Model", "AP50", "Latency (ms)"]
    assert found.table.rows[2][0] == "w/o PAN"


def test_a_column_is_split_by_words_and_boxes_are_shared() -> None:
    cells = (
        Cell(0, 0, "Model"), Cell(0, 1, "AP AP50"), Cell(0, 2, "FPS"),
        Cell(1, 0, "ours"), Cell(1, 1, "50.0 68.1", page=3, box=Box(0, 0, 10, 5)), Cell(1, 2, "61"),
    )  # fmt: skip
    table = replace(TABLE, cells=cells)
    found = apply_corrections(table, [make_correction(table, "split column", column=1)])
    assert found.table.rows == [["Model", "AP", "AP50", "FPS"], ["ours", "50.0", "68.1", "61"]]
    assert found.table.places[1, 1].box == Box(0, 0, 5, 5)
    assert found.table.places[1, 2].box == Box(5, 0, 10, 5)


def test_a_column_is_split_at_a_separator() -> None:
    table = make_table("Model | PSNR/SSIM\nours | 33.04/0.90\nother | 32.1")
    found = apply_corrections(table, [make_correction(table, "split column", column=1, new="/")])
    assert found.table.rows == [["Model", "PSNR", "SSIM"], ["ours", "33.04", "0.90"], ["other", "32.1", ""]]


def test_a_header_over_a_split_column_grows() -> None:
    table = make_table("Model | COCO <2\n | AP AP50 | FPS\nours | 50.0 68.1 | 61", header_rows=2)
    found = apply_corrections(table, [make_correction(table, "split column", column=1)])
    assert found.table.places[0, 3].text == "COCO"
    assert found.table.rows[2] == ["ours", "50.0", "68.1", "61"]


def test_columns_are_joined() -> None:
    table = make_table("Model | size | AP\nours | big | 50.0\nours | | 40.0")
    found = apply_corrections(table, [make_correction(table, "join columns", column=0)])
    assert found.table.rows == [["Model size", "AP"], ["ours big", "50.0"], ["ours", "40.0"]]


def test_rows_are_joined_and_split() -> None:
    table = make_table("Model | AP\na long | 50.0\nname |\nother | 40.0")
    joined = apply_corrections(table, [make_correction(table, "join rows", row=1)])
    assert joined.table.rows == [["Model", "AP"], ["a long name", "50.0"], ["other", "40.0"]]
    glued = make_table("Model | AP\nours other | 50.0 40.0")
    split = apply_corrections(glued, [make_correction(glued, "split row", row=1)])
    assert split.table.rows == [["Model", "AP"], ["ours", "50.0"], ["other", "40.0"]]


def test_rules_and_header_rows_move_with_the_rows() -> None:
    table = replace(make_table("Mo | AP\ndel |\nours | 50.0\nother | 40.0", header_rows=2), rules=(3,))
    found = apply_corrections(table, [make_correction(table, "join rows", row=0)])
    assert (found.table.header_rows, found.table.rules) == (1, (2,))


def test_the_number_of_header_rows() -> None:
    found = apply_corrections(TABLE, [make_correction(TABLE, "header rows", new="2")])
    assert found.table.header_rows == 2
    refused = apply_corrections(TABLE, [make_correction(TABLE, "header rows", new="99")])
    assert len(refused.unfit) == 1


def test_kind_baseline_and_direction_override_what_is_understood() -> None:
    corrections = [
        make_correction(TABLE, "kind", new="main result"),
        make_correction(TABLE, "baseline", row=2),
        make_correction(TABLE, "direction", column=1, new="down"),
    ]
    found = apply_corrections(TABLE, corrections)
    meaning = understand(found.table, found.overrides)
    assert (meaning.kind, meaning.baseline_row, meaning.columns[1].direction) == ("main result", 2, "down")


def test_a_baseline_moves_along_with_its_row() -> None:
    table = make_table("Model | AP\na long | 50.0\nname |\nother | 40.0")
    baseline = make_correction(table, "baseline", row=3)
    found = apply_corrections(table, [baseline, make_correction(table, "join rows", row=1)])
    assert found.overrides.baseline_row == 2


def test_a_direction_moves_along_with_its_column() -> None:
    table = make_table("Model | size | AP\nours | big | 50.0")
    direction = make_correction(table, "direction", column=2, new="down")
    found = apply_corrections(table, [direction, make_correction(table, "join columns", column=0)])
    assert found.overrides.directions == {1: "down"}


@pytest.mark.parametrize(
    "correction",
    [
        Correction("kind", None, None, "", "poem"),
        Correction("direction", None, 1, "", "sideways", column_header="AP"),
        Correction("baseline", 0, None, "", "", row_label="Model"),
        Correction("join columns", None, 2, "", "", column_header="Latency (ms)"),
        Correction("header rows", None, None, "1", "many"),
        Correction("cell", 99, 99, "", "x"),
        Correction("cell", None, None, "", "x"),
        Correction("split row", 99, None, "", ""),
    ],
)
def test_corrections_that_make_no_sense_are_left_out(correction: Correction) -> None:
    found = apply_corrections(TABLE, [correction])
    assert found.unfit == (correction,)
    assert found.table == TABLE


def test_values_are_json_and_come_back() -> None:
    correction = make_correction(TABLE, "cell", row=1, column=1, new="38.5")
    assert correction_from_values(json.loads(json.dumps(correction_values(correction)))) == correction


@pytest.mark.parametrize(
    "change",
    [{"action": "burn"}, {"row": "1"}, {"row": True}, {"new": 5}, {"old": None}, {"row_label": ["a"]}],
)
def test_values_of_something_else_are_refused(change: dict[str, object]) -> None:
    values = correction_values(make_correction(TABLE, "cell", row=1, column=1, new="38.5"))
    with pytest.raises((ValueError, TypeError)):
        correction_from_values(values | change)
    with pytest.raises(KeyError):
        correction_from_values({"action": "cell"})


CORRECTIONS = st.builds(
    Correction,
    st.sampled_from(ACTIONS),
    st.none() | st.integers(-1, 5),
    st.none() | st.integers(-1, 4),
    st.sampled_from(["", "385", "20"]),
    st.sampled_from(["", "38.5", "up", "ablation", "2", "/"]),
    st.sampled_from(["", "ours", "w/o neck", "Model"]),
    st.sampled_from(["", "AP", "Latency (ms)"]),
)


@given(st.lists(CORRECTIONS, max_size=8))
def test_any_corrections_give_a_table(corrections: list[Correction]) -> None:
    found = apply_corrections(TABLE, corrections)
    assert set(found.unfit) <= set(corrections)
    assert len({(cell.row, cell.column) for cell in found.table.cells}) == len(found.table.cells)
    understand(found.table, found.overrides)


@given(st.integers(0, 2))
def test_what_is_split_and_joined_again_is_as_before(column: int) -> None:
    table = make_table("Model a | AP b | FPS c\nours x | 50 1 | 20 2")
    split = make_correction(table, "split column", column=column)
    apart = apply_corrections(table, [split]).table
    again = apply_corrections(apart, [make_correction(apart, "join columns", column=column)]).table
    assert again.rows == table.rows

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.measurement_export import (
    Sheet,
    as_csv,
    measurement_markdown,
    pair_markdown,
    pair_sheets,
    part_of,
    sheets,
)
from r2p_tui.domain.measurement_pair import MeasuredPair, MeasuredSide, figures, missing_parts
from r2p_tui.domain.measurement_tables import ablation_table, measurement_tables, scenario_table, speed_table
from r2p_tui.domain.measurement_words import (
    best_int8,
    change_text,
    difference,
    figure,
    main_variant,
    refusals,
    timed,
)
from r2p_tui.domain.measurements import Against, FairnessCheck, Measurement
from r2p_tui.errors import UsageError
from tests.made_measurements import (
    CLASSES,
    LAYERS,
    made_ablation,
    made_benchmark,
    made_endpoint,
    made_quantization,
)

ALL = [made_quantization, made_benchmark, made_endpoint, made_ablation]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def side(measurement: Measurement, run: int, variant: str = "") -> MeasuredSide:
    return MeasuredSide(
        run=run,
        name=measurement.target,
        surroundings=measurement.surroundings,
        variant=measurement.variant(variant),
        scenarios=measurement.scenarios,
        cost=measurement.costs.get(variant),
    )


def pair() -> MeasuredPair:
    found = made_quantization()
    first, second = side(found, 12, "onnxruntime-fp32"), side(made_benchmark(), 14)
    return MeasuredPair(
        first=first,
        second=second,
        against=replace(found.against[-1], reference=first.label, variant=second.label),
        fairness=(FairnessCheck("threads", False, "2", "4"), FairnessCheck("data", None, "da", "not known")),
        missing=missing_parts(first, second),
    )


# --- CSV --------------------------------------------------------------------------------------------------


def test_the_table_of_variants_has_a_row_for_each_with_units_in_its_header() -> None:
    rows = {row["variant"]: row for row in read(as_csv(part_of(sheets(made_quantization()), None)))}
    assert len(rows) == 13
    best = rows["openvino-int8"]
    assert (best["p50_ms"], best["p99_ms"], best["size_bytes"]) == ("4.1", "", "3600000")
    assert (best["latency_change_percent_verdict"], best["map_change_pt"]) == ("better", "-0.5")
    assert rows["torch-fp16"]["state"] == "skipped"
    assert rows["torch-fp16"]["reason"].startswith("This processor")
    assert rows["onnxruntime-fp32"]["speed_up"] == ""


@pytest.mark.parametrize(
    ("measurement", "part", "count"),
    [
        (made_quantization(), "layers", LAYERS),
        (made_quantization(), "classes", 7 * len(CLASSES)),
        (made_benchmark(), None, 5),
        (made_benchmark(), "checklist", 5),
        (made_ablation(), None, 5),
    ],
)
def test_each_part_is_a_table_of_its_own(measurement: Measurement, part: str | None, count: int) -> None:
    sheet = part_of(sheets(measurement), part)
    rows = read(as_csv(sheet))
    assert len(rows) == count
    assert all(None not in row and None not in row.values() for row in rows)


def test_a_zero_has_no_sign() -> None:
    assert as_csv(Sheet("x", ("a", "b"), ((-0.0, 0.0),))) == "a,b\n0,0\n"


def test_a_part_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError) as refusal:
        part_of(sheets(made_endpoint()), "layers")
    assert "scenarios, checklist" in refusal.value.hint


def test_the_seeds_of_a_training_that_failed_stay_empty() -> None:
    found = made_ablation()
    assert found.ablation
    row = replace(found.ablation.rows[0], values=(0.5,), seeds=(1,), change=None)
    broken = replace(found, ablation=replace(found.ablation, rows=(row,)))
    [_, without] = read(as_csv(part_of(sheets(broken), None)))
    assert [without[f"seed_{seed}"] for seed in (0, 1, 2)] == ["", "0.5", ""]
    assert ablation_table(broken).rows[1] == ("mosaic", "", "0.5", "", "0.5", "-", "essential")


@given(st.text(alphabet=st.sampled_from("=+-@\t\r1.5e%Aa,\"' \n")))
def test_no_cell_is_a_formula_and_numbers_stay_numbers(text: str) -> None:
    sheet = Sheet("x", ("name", "value"), ((text, -1.25),))
    [line] = list(csv.reader(io.StringIO(as_csv(sheet), newline="")))[1:]
    told = " ".join(text.split())
    assert line[1] == "-1.25"
    if line[0].startswith(("=", "+", "-", "@")):
        float(line[0].rstrip("%"))
        assert line[0] == told
    else:
        assert line[0] in (told, f"'{told}")


# --- Markdown ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", ALL)
def test_every_line_of_a_markdown_table_has_as_many_cells_as_its_header(make: object) -> None:
    text = measurement_markdown("a | title", make())  # type: ignore[operator]
    assert text.startswith("# a \\| title\n")
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("| ")]
    assert blocks
    for block in blocks:
        assert len({line.replace("\\|", "").count("|") for line in block}) == 1


def test_the_document_says_what_follows_what_is_refused_and_why_some_did_not_run() -> None:
    text = measurement_markdown("run 12", made_quantization())
    assert "OpenVINO INT8 is 1.66 times as fast" in text
    assert text.count("p99 needs 459 samples") == 1
    assert "CUDA graphs need an NVIDIA GPU." in text
    assert "none of them is among the 240 for validation" in text
    assert "The cold start of the first was not measured." in text


def test_a_comparison_tells_its_fairness_and_what_is_missing() -> None:
    text = pair_markdown("14 against 12", pair())
    assert "| threads | different | 2 against 4 |" in text
    assert "has no accuracy" in text
    rows = read(as_csv(part_of(pair_sheets(pair()), "fairness")))
    assert [row["same"] for row in rows] == ["different", "not known"]


# --- pairs ------------------------------------------------------------------------------------------------


def test_figures_name_what_either_side_has() -> None:
    found = {one.name: one for one in figures(pair().first, pair().second)}
    assert found["latency p50"].first == pytest.approx(6.8)
    assert found["latency p50"].second is None
    assert found["offline, batch 8 throughput"].first is None
    assert "latency p99" not in found


def test_a_part_that_both_have_is_not_missing() -> None:
    found = made_quantization()
    assert missing_parts(side(found, 1, "openvino-int8"), side(found, 1, "onnxruntime-int8")) == ()


def test_a_pair_without_statistics_has_figures_alone() -> None:
    bare = replace(pair(), against=Against(reference="a", variant="b"), fairness=())
    assert list(pair_sheets(bare)) == ["figures"]


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.0, "0.00"), (0.0123, "0.012"), (5.6, "5.60"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_figures_have_as_many_digits_as_a_reader_needs(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [difference(value) for value in (-0.04, 0.04, -0.06)] == ["0.0", "0.0", "-0.1"]


def test_a_change_is_told_with_its_interval_where_it_has_one() -> None:
    change = made_quantization().against[-1].accuracy
    assert change_text(change) == "-0.5 (-0.8 to -0.2)"
    assert change and change_text(replace(change, interval=None)) == "-0.5"


def test_the_best_int8_is_the_one_that_the_goal_names_else_the_fastest() -> None:
    found = made_quantization()
    assert best_int8(found) == "openvino-int8"
    slow = replace(found, goal=replace(found.goal, best_int8="onnxruntime-int8"))  # type: ignore[type-var]
    assert best_int8(slow) == "onnxruntime-int8"
    assert best_int8(replace(found, goal=None)) == "openvino-int8"
    assert best_int8(replace(found, variants=found.variants[:5])) == ""


def test_a_run_is_about_its_best_int8_or_its_reference() -> None:
    assert main_variant(made_quantization()) == "openvino-int8"
    assert main_variant(made_benchmark()) == "onnxruntime-fp32"
    assert main_variant(made_endpoint()) == ""


def test_refusals_are_said_once() -> None:
    assert refusals(timed(made_quantization())) == ["p99 needs 459 samples; 259 are missing."]


def test_refusals_that_are_not_true_of_all_name_what_they_are_true_of() -> None:
    found = made_benchmark()
    assert [name for name, _ in timed(found)] == ["onnxruntime-fp32", "server"]
    assert refusals(timed(found)) == ["onnxruntime-fp32: p99 needs 459 samples; 259 are missing."]


# --- tables -----------------------------------------------------------------------------------------------


def test_columns_in_which_nothing_was_measured_fall_away() -> None:
    names = [column.name for column in speed_table(made_quantization()).columns]
    assert "p90" in names
    assert "p99" not in names


def test_the_reference_says_so_in_place_of_a_difference() -> None:
    rows = {row[0]: row for row in speed_table(made_quantization()).rows}
    assert "reference" in rows["onnxruntime-fp32"]
    assert rows["openvino-int8"][-1] == "better"


def test_batches_tell_scenarios_of_one_name_apart() -> None:
    names = [row[0] for row in scenario_table(made_benchmark().scenarios).rows]
    assert len(set(names)) == len(names) == 5


@pytest.mark.parametrize("make", ALL)
def test_every_row_has_a_cell_for_each_column(make: object) -> None:
    for table in measurement_tables(make()):  # type: ignore[operator]
        assert {len(row) for row in table.rows} == {len(table.columns)}

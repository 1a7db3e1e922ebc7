from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from r2p_tui.cli.measurement_bars import change_bars
from r2p_tui.domain.measurements import ClassChange, Measurement
from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import put_run
from tests.made_measurements import (
    made_ablation,
    made_benchmark,
    made_endpoint,
    made_quantization,
    write_measurement,
)

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]")


def put(desk: Desk, measurement: Measurement, name: str = "yolov8n INT8", state: str = "done") -> int:
    number = put_run(desk, name, state, spec={"kind": measurement.kind, "argv": ()})
    write_measurement(run_folder(desk.paths.runs, number), measurement)
    return number


@pytest.fixture
def quantized(desk: Desk) -> int:
    return put(desk, made_quantization())


def section(out: str, start: str) -> list[str]:
    """The lines below a title, up to the next empty one."""
    lines = out.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(start))
    return [line for line in "\n".join(lines[place + 1 :]).split("\n\n")[0].splitlines() if line]


# --- one run ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("make", [made_quantization, made_benchmark, made_endpoint, made_ablation])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_a_command_to_it(
    r2p: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch, make: object, columns: str
) -> None:
    number = put(desk, make(), "\x1b[31mred\x07")  # type: ignore[operator]
    monkeypatch.setenv("COLUMNS", columns)
    out = r2p("compare", str(number)).out
    assert max(map(len, out.splitlines())) <= int(columns)
    assert not CONTROL.search(out)


def test_verdicts_are_words_and_skipped_variants_say_why(
    r2p: Run, quantized: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = r2p("compare", str(quantized)).out
    assert "OpenVINO INT8 is 1.66 times as fast" in out
    speed = section(out, "Speed, ms a request")
    assert [line.split()[-1] for line in speed if line.startswith("openvino-int8")] == ["better"]
    assert speed[-1] == "p99 needs 459 samples; 259 are missing."
    assert out.count("p99 needs") == 1
    assert any(
        "No practical" in line or "no practical difference" in line for line in section(out, "Accuracy")
    )
    assert "torch-fp16-graphs  skipped  CUDA graphs need an NVIDIA GPU." in section(out, "Not measured")[2]
    assert "openvino-int8 keeps 2 layers in float" in out


def test_a_pipe_gets_all_columns(r2p: Run, quantized: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = section(r2p("compare", str(quantized)).out, "Accuracy")[0].split()
    monkeypatch.setenv("COLUMNS", "80")
    narrow = section(r2p("compare", str(quantized)).out, "Accuracy")[0].split()
    assert set(whole) - set(narrow) == {"95", "%", "mAP50", "p"}


def test_layers_are_shown_as_far_as_asked_for(r2p: Run, quantized: int) -> None:
    few = r2p("compare", str(quantized), "--layers", "3").out
    assert "and 61 more layers; see them with --layers 64" in few
    assert len(section(few, "Error of each layer")) == 4
    assert len(section(r2p("compare", str(quantized), "--layers", "64").out, "Error of each layer")) == 64
    assert "Error of each layer" not in r2p("compare", str(quantized), "--layers", "0").out


def test_classes_of_one_variant_or_of_all(r2p: Run, quantized: int) -> None:
    assert r2p("compare", str(quantized)).out.count("Classes: ") == 1
    assert "Classes: onnxruntime-int8 against" in r2p("compare", f"{quantized}:onnxruntime-int8").out
    assert r2p("compare", str(quantized), "--classes").out.count("Classes: ") == 7


def test_a_benchmark_shows_scenarios_and_the_checklist(r2p: Run, desk: Desk) -> None:
    number = put(desk, made_benchmark())
    out = r2p("compare", str(number)).out
    assert "offline, batch 32" in out
    assert any(line.startswith("edge cases") and "failed" in line for line in section(out, "Deployment"))
    assert "- tiny image 1x1: the engine ended with signal 11" in out


def test_json_holds_the_whole_measurement(r2p: Run, quantized: int) -> None:
    told = json.loads(r2p("compare", str(quantized), "--json").out)
    assert told["run"]["id"] == quantized
    assert len(told["measurement"]["variants"]) == 13
    assert told["measurement"]["goal"]["met"] is True


def test_what_is_measured_so_far_is_shown_while_the_run_goes_on(r2p: Run, desk: Desk) -> None:
    found = made_quantization()
    number = put(desk, replace(found, variants=found.variants[:1], against=(), goal=None, layers=()))
    out = r2p("compare", str(number)).out
    assert len(section(out, "Speed")) == 3


# --- files ------------------------------------------------------------------------------------------------


def test_csv_and_markdown_go_to_files_or_to_stdout(r2p: Run, quantized: int, tmp_path: Path) -> None:
    place = tmp_path / "out.md"
    result = r2p("compare", str(quantized), "--csv", "-", "--part", "layers", "--markdown", str(place))
    assert len(list(csv.DictReader(io.StringIO(result.out)))) == 64
    assert place.read_text().startswith(f"# Run {quantized}: yolov8n INT8")
    assert f"Written to {place}." in result.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--csv", "-", "--part", "foo"], "There is no part “foo” here."),
        (["--part", "layers"], "--part says which table --csv writes."),
        (["--csv", "-", "--json"], "Only one of them can go to standard output."),
        (["--csv", "/nonexistent/x.csv"], "cannot be written"),
        (["--effort", "2000"], "Whether a change pays"),
        (["--price", "-1"], "not a number of 0 or more"),
        (["--reference", "zzz"], "zzz"),
    ],
)
def test_a_mistake_is_one_sentence(r2p: Run, quantized: int, options: list[str], sentence: str) -> None:
    result = r2p("compare", str(quantized), *options)
    assert result.status != ExitCode.OK
    assert sentence in result.err
    assert len(result.err.splitlines()) <= 2


# --- two --------------------------------------------------------------------------------------------------


def test_two_variants_stand_side_by_side_with_fairness(
    r2p: Run, desk: Desk, quantized: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = made_quantization()
    other = put(desk, replace(found, surroundings=replace(found.surroundings, threads=4, data_sha256="")))
    monkeypatch.setenv("COLUMNS", "80")
    out = r2p("compare", f"{quantized}:onnxruntime-fp32", str(other)).out
    assert out.startswith(f"#{other} openvino-int8 against #{quantized} onnxruntime-fp32\n")
    assert any(
        line.split() == ["threads", "different", "2", "against", "4"] for line in section(out, "Fairness")
    )
    assert "threads (2 against 4)" in " ".join(out.split())
    assert any("-39.7 %" in line for line in section(out, "Figures"))


def test_a_metric_that_one_side_lacks_is_one_sentence(r2p: Run, desk: Desk, quantized: int) -> None:
    other = put(desk, made_endpoint(), "service")
    out = r2p("compare", str(quantized), str(other)).out
    assert out.count("has no accuracy") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["1", "1"], "cannot be compared with itself"),
        (["1:openvino-bf16", "1"], "OpenVINO ended with signal 11 while it loaded the model."),
        (["1:openvno-int8", "1"], "has no variant “openvno-int8”"),
        (["2", "1", "1"], "Two runs can be compared"),
        (["9"], "There is no run 9."),
        (["2"], "Run 2 is of the kind command, which measures nothing."),
        (["3"], "Run 3 measured nothing."),
        (["2:openvino-int8", "1"], "Run 2 has no variants."),
        (["1", "2", "--csv", "x.csv"], "Only runs that measured something"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(
    r2p: Run, desk: Desk, quantized: int, words: list[str], sentence: str
) -> None:
    put_run(desk, "a command")
    put_run(desk, "no result", spec={"kind": "benchmark", "argv": ()})
    result = r2p("compare", *words)
    assert result.status != ExitCode.OK
    assert sentence in result.err
    assert result.out == ""


def test_what_is_kept_but_no_measurement_is_said(r2p: Run, desk: Desk, quantized: int) -> None:
    run_folder(desk.paths.runs, quantized).measurement.write_text('{"kind": "quantize", "target": 3}')
    result = r2p("compare", str(quantized))
    assert "cannot be read" in result.err
    assert len(result.err.splitlines()) == 2


def test_two_trainings_are_compared_by_settings_and_metrics(
    r2p: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = {"kind": "train", "argv": (), "train": {"model": "a.pt", "data": "d.yaml", "mosaic": 1.0}}
    first = put_run(desk, "with", points=[{"map50": 0.5}, {"map50": 0.61}], spec=train)
    train["train"] = {"model": "a.pt", "data": "d.yaml", "mosaic": 0.0}
    second = put_run(desk, "without", points=[{"map50": 0.5}, {"map50": 0.58}], spec=train)
    monkeypatch.setenv("COLUMNS", "80")
    out = r2p("compare", str(first), str(second)).out
    assert "The second is worse in map50." in out
    assert any(line.split() == ["mosaic", "1", "0"] for line in section(out, "Told differently"))
    told = json.loads(r2p("compare", str(first), str(second), "--json").out)
    assert told["settings"] == [{"name": "mosaic", "first": "1", "second": "0"}]
    assert told["metrics"][0]["difference"] == pytest.approx(-0.03)


# --- what it is worth -------------------------------------------------------------------------------------


def test_an_effort_is_paid_back_from_the_costs_of_both(r2p: Run, quantized: int) -> None:
    out = r2p("compare", str(quantized), "--effort", "2000", "--requests", "30e9").out
    assert "12 months return" in out


def test_without_costs_a_price_is_asked_for(r2p: Run, desk: Desk) -> None:
    number = put(desk, replace(made_quantization(), costs={}))
    asked = ["compare", str(number), "--effort", "$2,000", "--requests", "30e9"]
    assert "--price 0.50" in r2p(*asked).err
    assert "12 months return" in r2p(*asked, "--price", "0.50").out


# --- bars -------------------------------------------------------------------------------------------------


def changes() -> tuple[ClassChange, ...]:
    return made_quantization().against[-1].classes


def test_a_bar_goes_from_no_change_to_the_difference() -> None:
    lines = change_bars(changes(), 100)
    bars = {line.split()[0]: line for line in lines}
    zero = bars["stain"].index("│")
    assert bars["stain"].index("├") < bars["stain"].index("●") < bars["stain"].index("┤") < zero
    assert all(line[zero] in "│●" for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_bars_are_as_wide_as_there_is_room(width: int) -> None:
    assert len(set(map(len, (line[: line.rindex(")")] for line in change_bars(changes(), width))))) == 1
    if width >= 80:
        assert max(map(len, change_bars(changes(), width))) <= width


def test_a_change_of_nothing_without_an_interval_is_drawn() -> None:
    [one, *_] = changes()
    bare = replace(one, change=replace(one.change, difference=0.0, interval=None))
    [line] = change_bars([bare], 80, ascii_only=True)
    assert "o" in line
    assert line.isascii()


def test_published_means_are_compared_as_runs_would_be(r2p: Run) -> None:
    told = r2p("compare", "85.2+-0.8", "85.8±1.1", "--seeds", "5")
    assert told.status == ExitCode.OK
    assert "No evidence of a difference: 85.2 ± 0.8 against 85.8 ± 1.1 over 5 runs each" in told.out
    assert "p = 0.36" in told.err
    assert json.loads(r2p("compare", "1+-1", "9+-1", "--seeds", "5", "--json").out)["verdict"] == "better"


@pytest.mark.parametrize("words", [("85.2", "85.8+-1"), ("85.2+-0.8",), ("a+-1", "2+-1")])
def test_what_is_no_pair_of_means_is_told(r2p: Run, words: tuple[str, ...]) -> None:
    told = r2p("compare", *words, "--seeds", "5")
    assert told.status == ExitCode.USAGE and "85.2+-0.8 85.8+-1.1" in told.err

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import pytest

from r2p_tui.cli import measuring
from r2p_tui.domain.runs import RunSpec
from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services import quantizing, run_models
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import put_run
from tests.made_measurements import made_quantization, write_measurement


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file that passes for a model where nothing is loaded, beside its data, with the queue paused."""
    monkeypatch.setattr(run_models, "find_spec", lambda _: object())
    monkeypatch.setattr(quantizing, "missing", lambda *_: "")
    (tmp_path / "best.pt").write_bytes(b"weights")
    (tmp_path / "data.yaml").write_text("names: [a]")
    monkeypatch.chdir(tmp_path)
    return "best.pt"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> list[RunSpec]:
    """What is submitted; a run that measured everything stands for what would come of it."""
    seen: list[RunSpec] = []

    def submit(desk: Desk, spec: RunSpec, **_: object) -> object:
        from r2p_tui.services.run_checks import checked
        from r2p_tui.services.runs import view_of
        from tests.cli.conftest import NOW

        seen.append(checked(desk, spec, now=NOW))
        number = put_run(desk, spec.name, spec={"kind": spec.kind, "argv": (), "epochs": 3})
        write_measurement(run_folder(desk.paths.runs, number), made_quantization())
        return view_of(desk, number)

    monkeypatch.setattr("r2p_tui.services.runs.submit", submit)
    return seen


def test_options_become_settings(r2p: Run, model: str, told: list[RunSpec]) -> None:
    result = r2p(
        "quantize", model, "--data", "data.yaml", "--max-drop", "1pt", "--method", "entropy",
        "--calibration-images", "64", "--variant", "openvino-int8", "--variant", "openvino-fp32",
        "--samples", "459", "--images", "100", "--threads", "2", "--price", "$0.50", "--imgsz", "320",
        "--set", "warm_up=5", "--seed", "7", "--time-box", "2h", "--success", "speed_up >= 1.5",
    )  # fmt: skip
    assert (result.status, result.err.count("r2p compare 1")) == (ExitCode.OK, 1)
    [spec] = told
    settings = spec.quantize
    assert (settings["max_drop"], settings["method"], settings["price_per_hour"]) == (0.01, "entropy", 0.5)
    assert settings["variants"] == ["openvino-fp32", "openvino-int8"]
    assert (settings["samples"], settings["warm_up"], settings["imgsz"]) == (459, 5, 320)
    assert (spec.seed, spec.time_box, spec.criteria[0].text) == (7, 7200.0, "speed_up >= 1.5")
    assert spec.epochs == 6


def test_with_wait_the_result_is_printed(r2p: Run, model: str, told: list[RunSpec]) -> None:
    result = r2p("quantize", model, "--data", "data.yaml", "--wait")
    assert result.status == ExitCode.OK
    assert "Speed, ms a request" in result.out
    assert "OpenVINO INT8 is 1.66 times as fast" in result.out
    values = json.loads(r2p("quantize", model, "--data", "data.yaml", "--wait", "--json").out)
    assert values["measurement"]["goal"]["met"] is True
    assert values["run"]["state"] == "done"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "required"),
        (["best.pt"], "Quantizing needs your data"),
        (["gone.pt", "--data", "data.yaml"], "There is no file gone.pt."),
        (["12", "--data", "data.yaml"], "no run “12”"),
        (["best.pt", "--data", "gone.yaml"], "which data names"),
        (["best.pt", "--data", "data.yaml", "--max-drop", "1"], "“max_drop” must be points, such as 1pt"),
        (["best.pt", "--data", "data.yaml", "--calibration-images", "4"], "4 images cannot calibrate INT8"),
        (["best.pt", "--data", "data.yaml", "--method", "guess"], "“method” must be one of"),
        (
            ["best.pt", "--data", "data.yaml", "--variant", "openvno-int8"],
            "There is no variant “openvno-int8”.",
        ),
        (["best.pt", "--data", "data.yaml", "--price", "free"], "“price_per_hour” must be"),
        (["best.pt", "--data", "data.yaml", "--set", "data=x"], "data is told twice."),
        (["best.pt", "--data", "data.yaml", "--set", "price"], "--set takes a name and a value"),
        (["best.pt", "--data", "data.yaml", "--name", "12"], "cannot name a run"),
        (["best.pt", "--data", "data.yaml", "--success", "map50 >>> 3"], ""),
    ],
)
def test_a_mistake_is_said_and_nothing_is_started(
    r2p: Run, model: str, told: list[RunSpec], words: list[str], sentence: str
) -> None:
    result = r2p("quantize", *words)
    assert result.status in (ExitCode.USAGE, ExitCode.NOT_FOUND)
    assert sentence in result.err
    assert (result.out, told) == ("", [])


def test_a_run_that_ended_without_a_result_says_why(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    from r2p_tui.services.runs import view_of

    number = put_run(desk, "q", "failed", reason="No images.", spec={"kind": "quantize", "argv": ()})
    measuring.write_end(desk, view_of(desk, number), Namespace(json=False))
    assert "failed" in (out := capsys.readouterr().out)
    assert "No images." in out
    measuring.write_end(desk, view_of(desk, number), Namespace(json=True))
    assert json.loads(capsys.readouterr().out)["measurement"] is None


def test_what_a_failed_run_measured_is_shown_with_its_reason(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    from r2p_tui.services.runs import view_of

    number = put_run(desk, "q", "failed", reason="The disk is full.", spec={"kind": "quantize", "argv": ()})
    write_measurement(run_folder(desk.paths.runs, number), made_quantization())
    measuring.write_end(desk, view_of(desk, number), Namespace(json=False))
    out, err = capsys.readouterr()
    assert "Speed, ms a request" in out
    assert "The disk is full." in err


def test_the_settings_of_a_run_and_the_way_to_its_result_are_in_its_facts(r2p: Run, desk: Desk) -> None:
    number = put_run(desk, "q", spec={"kind": "quantize", "argv": (), "quantize": {"method": "entropy"}})
    out = r2p("runs", str(number)).out
    assert f"r2p compare {number}" in out
    assert any(line.split() == ["method", "entropy"] for line in out.splitlines())

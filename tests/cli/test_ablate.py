"""`r2p ablate`: what a command line tells a study, and what the terminal shows of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.cli.own_ablation_text import plan_words, write_own_ablation
from r2p_tui.domain.own_ablation import check_settings
from r2p_tui.domain.own_ablation_worth import judged
from r2p_tui.domain.runs import Criterion
from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services import own_ablations
from r2p_tui.services.desk import Desk
from r2p_tui.services.runs import view_of
from tests.cli.conftest import Run
from tests.cli.finished_runs import put_run


@pytest.fixture
def training(r2p: Run, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A run of forty epochs that took 65 minutes, in a paused queue."""
    monkeypatch.setattr(own_ablations, "find_spec", lambda name: name)
    monkeypatch.setattr("r2p_tui.runs.weights.known_models", lambda: frozenset({"yolov8n.yaml"}))
    r2p("runs", "--pause")
    data = tmp_path / "data.yaml"
    data.write_text("names: [bolt]\n")
    train = {"model": "yolov8n.yaml", "data": str(data), "epochs": 40}
    points = [{"map50_95": 0.4}] * 40
    return put_run(desk, "yolov8n parts", points=points, spec={"kind": "train", "argv": (), "train": train})


def told(desk: Desk, number: int) -> Any:
    return json.loads(run_folder(desk.paths.runs, number).spec.read_text())


def test_a_study_is_queued_and_said(r2p: Run, desk: Desk, training: int) -> None:
    result = r2p("ablate", str(training), "--off", "mosaic", "--off", "lrf=0.1")
    assert result.status == ExitCode.OK, result.err
    assert "9 trainings of 40 epochs: full, without mosaic, lrf=0.1 instead of 0.01; each with" in result.err
    assert f"At the pace of run {training} that takes about 9 h 45 min." in result.err
    assert "# 2 yolov8n parts ablation  queued" in result.out
    view = view_of(desk, 2)
    assert (view.kind, view.epochs, view.spec.ablate["seeds"]) == ("ablate", 9, [0, 1, 2])
    assert view.spec.seed == 0 and view.spec.device == "auto"


def test_all_that_can_be_told(r2p: Run, desk: Desk, training: int) -> None:
    words = ("ablate", "last", "--off", "hsv", "--seeds", "4,7", "--epochs", "20", "--metric", "map50",
             "--minimum", "0.5pt", "--name", "colours", "--device", "cpu", "--time-box", "2h",
             "--kill", "train_loss > 100", "--json")  # fmt: skip
    result = r2p(*words)
    assert result.status == ExitCode.OK, result.err
    assert result.err == ""
    values = json.loads(result.out)
    assert (values["kind"], values["name"], values["epochs"]) == ("ablate", "colours", 4)
    spec = told(desk, values["id"])
    assert (spec["device"], spec["time_box"], spec["seed"]) == ("cpu", 7200, 4)
    assert spec["criteria"] == [Criterion("kill", "train_loss > 100")._asdict()]
    assert {name: value for name, value in spec["ablate"].items() if name != "train"} == {
        "off": ["hsv"], "seeds": [4, 7], "epochs": 20, "metric": "map50", "minimum": 0.5, "run": training,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), ExitCode.USAGE, "Say what to remove."),
        (("--off", "moosaic"), ExitCode.USAGE, "Did you mean “mosaic”?"),
        (("--off", "flipud"), ExitCode.USAGE, "flipud is 0 in that run already"),
        (("--off", "mosaic", "--epochs", "10"), ExitCode.USAGE, "there are only 10"),
        (("--off", "mosaic", "--seeds", "1"), ExitCode.USAGE, "One seed cannot tell"),
        (("--off", "mosaic", "--seeds", "many"), ExitCode.USAGE, "neither a number of seeds"),
        (("--off", "mosaic", "--metric", "speed"), ExitCode.USAGE, "cannot be judged by “speed”"),
        (("--off", "mosaic", "--minimum", "1 %"), ExitCode.USAGE, "no difference in points"),
        (("--off", "mosaic", "--epochs", "0"), ExitCode.USAGE, "not a whole number from 1"),
        (("--off", "mosaic", "--name", "7"), ExitCode.USAGE, "cannot name a run"),
        (("--off", "model=yolov8q.yaml"), ExitCode.USAGE, "There is no model “yolov8q.yaml”."),
        (("--off", "\x1b[31mred"), ExitCode.USAGE, "There is no “"),
    ],
)
def test_what_cannot_be_told(
    r2p: Run, training: int, words: tuple[str, ...], status: ExitCode, said: str
) -> None:
    result = r2p("ablate", str(training), *words)
    assert (result.status, result.out) == (status, "")
    assert said in result.err and "\x1b" not in result.err
    assert "#2" not in r2p("runs").out


def test_only_trainings(r2p: Run, desk: Desk, training: int) -> None:
    put_run(desk, "a command")
    result = r2p("ablate", "a command", "--off", "mosaic")
    assert result.status == ExitCode.USAGE
    assert "only a training can be repeated" in result.err
    assert r2p("ablate", "99", "--off", "mosaic").status == ExitCode.NOT_FOUND


# --- the text ---------------------------------------------------------------------------------------------


def made_study() -> Any:
    train = {"model": "yolov8n.yaml", "data": "/d.yaml", "epochs": 40}
    checked = check_settings({"train": train, "off": ["mosaic", "hsv_h"], "seeds": 3, "run": 12})
    full, mosaic, hue = (0.612, 0.604, 0.621), (0.553, 0.546, 0.561), (0.601, 0.622, 0.612)
    values = {
        (key, seed, ""): value
        for key, column in (("full", full), ("without_mosaic", mosaic), ("without_hsv_h", hue))
        for seed, value in enumerate(column)
    }
    return judged(checked, values)


def test_the_table_and_its_sentences(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    write_own_ablation(made_study())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Ablation of run 12: one thing removed at a time, 40 epochs each."
    assert lines[1].split() == [
        "Training", "mAP50-95", "(%)", "Change", "(pt)", "95", "%", "interval", "Seeds", "Judgement",
    ]  # fmt: skip
    assert lines[2].split() == ["full", "61.23", "±", "0.85", "3"]
    assert lines[3].startswith("without mosaic  55.33 ± 0.75") and lines[3].endswith("3  essential")
    assert lines[4].endswith("3  undecided")
    text = " ".join(lines[6:])
    assert "mosaic is essential: without it mAP50-95 falls by 5.9 pt (95 %: " in text
    assert "No evidence that hsv_h matters: " in text and "more seed" in text


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_narrow_terminal_keeps_the_judgement(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    write_own_ablation(made_study())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[5:])) <= columns
    assert any(line.startswith("without mosaic") and line.endswith("essential") for line in lines)


def test_what_will_be_trained() -> None:
    train = {"model": "yolov8n.pt", "data": "/d.yaml", "epochs": 1, "close_mosaic": 0}
    words = plan_words(check_settings({"train": train, "off": ["weights"], "seeds": "5,2"}))
    assert words == "4 trainings of 1 epoch: full, without pretrained weights; each with the seeds 5, 2."

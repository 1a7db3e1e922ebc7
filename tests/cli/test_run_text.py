"""A run in words: what its line says, and which metric it shows."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from r2p_tui.cli.run_text import run_cells, run_values, whole_values, write_run, write_runs
from r2p_tui.domain.runs import Criterion, RunSpec, RunState
from r2p_tui.services.run_views import Light, Question, RunView
from tests.cli.conftest import NOW


@pytest.fixture
def view(tmp_path: Path) -> RunView:
    return RunView(
        id=12,
        kind="train",
        name="yolov8n parts",
        state=RunState.RUNNING,
        supervised=True,
        folder=tmp_path,
        spec=RunSpec("train", "yolov8n parts", train={"model": "yolov8n.yaml", "mosaic": 0.0}),
        created_at=NOW,
        started_at=NOW,
        ended_at=None,
        device="cpu",
        reason="",
        stopped_by=None,
        epoch=14,
        epochs=40,
        step=None,
        latest={"map50": 0.41, "val_loss": 1.2},
        best={"map50": 0.4312, "val_loss": 1.1},
        lights=(),
        questions=(),
        resumes=None,
        eta_seconds=1080.0,
        time_box_left=None,
    )


def test_the_line_of_a_run_that_goes_on(view: RunView) -> None:
    assert run_cells(view) == (
        "12",
        "running",
        "yolov8n parts",
        "14/40",
        "map50 0.41 (best 0.4312)",
        "18 min left",
    )


def test_a_run_that_nobody_watches_says_so(view: RunView) -> None:
    assert run_cells(replace(view, supervised=False))[1] == "running, unsupervised"
    assert run_cells(replace(view, supervised=False, state=RunState.LOST))[1] == "lost"


def test_a_question_comes_before_the_time_left(view: RunView) -> None:
    asked = replace(view, questions=(Question(0, "val_loss rises. Stop it?"),), time_box_left=60.0)
    assert run_cells(asked)[-1] == "asks: val_loss rises. Stop it?"
    assert run_cells(replace(asked, questions=()))[-1] == "18 min left, time-box 1 min left"
    ended = replace(asked, state=RunState.FAILED, reason="It ended with exit status 3.")
    assert run_cells(ended)[-1] == "It ended with exit status 3."


def test_criteria_are_lights_in_words(view: RunView) -> None:
    said = [
        ("success", "pending"),
        ("success", "met"),
        ("kill", "broken"),
        ("kill", "met"),
        ("soft-kill", "pending"),
    ]
    lights = tuple(Light(at, role, "x", light, "") for at, (role, light) in enumerate(said))  # type: ignore[arg-type]
    assert run_cells(replace(view, lights=lights))[-1] == (
        "18 min left · success pending, success met, kill broken, kill kept, soft-kill kept so far"
    )


def test_a_run_that_never_started_has_no_light(view: RunView) -> None:
    lights = (Light(0, "kill", "map50 < 0.1", "pending", ""),)
    waits = replace(view, lights=lights, started_at=None, state=RunState.QUEUED, eta_seconds=None)
    assert run_cells(waits)[-1] == "kill kept so far"
    taken_out = replace(waits, state=RunState.CANCELLED, reason="You took it out of the queue.")
    assert run_cells(taken_out)[-1] == "You took it out of the queue."


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_reason_is_cut(
    view: RunView, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ended = replace(view, state=RunState.FAILED, reason="It ran out of memory at batch 12 of epoch 31.")
    write_runs([ended, replace(view, id=3)])
    lines = capsys.readouterr().out.splitlines()
    assert ended.reason in " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= max(width, 70)
    assert len(lines) == (3 if width == 80 else 2) or width == 40


def test_the_metric_shown_is_that_of_a_criterion(view: RunView) -> None:
    spec = replace(view.spec, criteria=(Criterion("kill", "val_loss rising for 5 epochs"),))
    assert run_cells(replace(view, spec=spec))[4] == "val_loss 1.2 (best 1.1)"
    assert run_cells(replace(view, latest={}, best={}))[4] == ""


def test_the_command_stands_as_it_would_be_typed_again(
    view: RunView, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = replace(view.spec, surroundings={"command": ["r2p", "run", "--kill", "loss > 5"]})
    write_run(replace(view, spec=spec))
    assert "r2p run --kill 'loss > 5'" in capsys.readouterr().out


def test_epochs_without_an_end_are_named_once(view: RunView, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(replace(view, epochs=None))
    assert "epoch epoch" not in " ".join(capsys.readouterr().out.split())


def test_a_question_in_full_says_how_to_answer(view: RunView, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(replace(view, questions=(Question(2, "val_loss rises. Shall it go on?"),)))
    text = capsys.readouterr().out
    assert text.count("val_loss rises") == 1
    assert "It asks: val_loss rises. Shall it go on?" in text
    assert "r2p stop 12" in text and "r2p runs 12 --go-on" in text
    values = run_values(replace(view, questions=(Question(2, "Why?"),)))
    assert values["questions"] == [{"index": 2, "sentence": "Why?"}]


def test_values_that_are_no_numbers_are_text_in_json(view: RunView) -> None:
    odd = replace(view, latest={"loss": math.nan}, best={"loss": math.inf})
    values = json.loads(json.dumps(whole_values(odd), default=str, allow_nan=False))
    assert (values["latest"], values["best"]) == ({"loss": "nan"}, {"loss": "inf"})
    assert values["spec"]["train"] == {"model": "yolov8n.yaml", "mosaic": 0.0}
    assert values["checkpoints"] == []


def test_names_in_json_are_those_that_scripts_know(view: RunView) -> None:
    assert list(run_values(view)) == [
        "id", "kind", "name", "state", "supervised", "epoch", "epochs", "step", "latest", "best", "criteria",
        "questions", "eta_seconds", "time_box_left", "reason", "stopped_by", "resumes", "device", "folder",
        "created_at", "started_at", "ended_at",
    ]  # fmt: skip


def test_a_run_in_full(
    view: RunView, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (view.folder / "checkpoints").mkdir()
    (view.folder / "checkpoints" / "best.pt").write_bytes(b"")
    light = Light(0, "success", "map50 >= 0.60", "pending", "map50 is 0.41 and " + "has to grow " * 9)
    spec = replace(
        view.spec,
        surroundings={"git": {"commit": "abc", "branch": "main"}, "diff": "", "python": "3.11.2\x1b[2J"},
    )
    write_run(replace(view, spec=spec, lights=(light,), ended_at=NOW + timedelta(hours=1)))
    text = capsys.readouterr().out
    assert text.startswith("# 12 yolov8n parts\n")
    for told in (
        "running, 18 min left",
        "best.pt",
        "map50 >= 0.60: pending.",
        "mosaic        0.0",
        "commit abc, branch main",
    ):
        assert told in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= max(80, len(str(view.folder)) + 16)

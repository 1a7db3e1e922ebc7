"""`r2p resume`: what can go on, and why something cannot."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import run_folder, write_json
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import put_run


@pytest.fixture
def half_trained(r2p: Run, desk: Desk, tmp_path: Path) -> int:
    """A training that ended after three of five epochs, with a whole checkpoint of the second."""
    (tmp_path / "data.yaml").touch()
    train = {"model": "yolov8n.yaml", "data": str(tmp_path / "data.yaml"), "epochs": 5}
    environment = {"HF_TOKEN": "(left out)", "PLAIN": "yes"}
    spec = {"kind": "train", "argv": (), "train": train, "epochs": 5, "environment": environment}
    number = put_train(desk, spec)
    folder = run_folder(desk.paths.runs, number).checkpoints
    folder.mkdir()
    (folder / "epoch-0002.pt").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    write_json(folder / "manifest.json", {"epoch-0002.pt": {"epoch": 2, "sha256": digest, "size": 7}})
    r2p("runs", "--pause")
    return number


def put_train(desk: Desk, spec: dict[str, object]) -> int:
    points = [{"map50": 0.1}, {"map50": 0.2}, {"map50": 0.3}]
    return put_run(desk, "yolov8n parts", "failed", reason="x", points=points, spec=spec)


def test_a_training_goes_on_as_a_new_run(r2p: Run, half_trained: int) -> None:
    resumed = r2p("resume", "yolov8n parts")
    assert resumed.status == ExitCode.OK, resumed.err
    assert "Run 2 goes on from run 1" in resumed.err
    values = json.loads(r2p("runs", "2", "--json").out)
    assert (values["state"], values["resumes"]) == ("queued", half_trained)
    assert values["spec"]["train"]["resume_from"].endswith("epoch-0002.pt")
    assert json.loads(r2p("resume", "1", "--json").out)["id"] == 3


@pytest.mark.usefixtures("half_trained")
def test_its_curve_begins_with_the_epochs_up_to_the_checkpoint(r2p: Run) -> None:
    r2p("resume", "1")
    [curve] = json.loads(r2p("plot", "2", "--metric", "map50", "--json").out)["curves"]
    assert curve["points"] == [[1.0, 0.1], [2.0, 0.2]]


@pytest.mark.usefixtures("half_trained")
def test_secrets_that_no_record_keeps_are_named_and_not_set(r2p: Run) -> None:
    assert "No record keeps secrets, so HF_TOKEN is not set." in r2p("resume", "1").err
    assert json.loads(r2p("runs", "2", "--json").out)["spec"]["environment"] == {"PLAIN": "yes"}


def test_a_spoiled_checkpoint_is_not_gone_on_from(r2p: Run, desk: Desk, half_trained: int) -> None:
    (run_folder(desk.paths.runs, half_trained).checkpoints / "epoch-0002.pt").write_bytes(b"spoiled")
    refused = r2p("resume", "1")
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")


def test_what_cannot_go_on_says_why(r2p: Run, desk: Desk) -> None:
    put_run(desk, "train.py")
    refused = r2p("resume", "1")
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    assert "no training" in refused.err
    assert r2p("resume", "nothing").status == ExitCode.NOT_FOUND
    assert r2p("resume").status == ExitCode.USAGE


def test_what_cannot_go_on_is_told_a_command_that_exists(r2p: Run, desk: Desk) -> None:
    train = {"model": "yolov8n.yaml", "data": "data.yaml"}
    put_train(desk, {"kind": "train", "argv": (), "train": train})
    assert "r2p run train" in r2p("resume", "1").err

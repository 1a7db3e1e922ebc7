"""`r2p run`: what a command line tells a run, and runs from their start to their end."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from r2p_tui.cli.commands import parser_of, read_options
from r2p_tui.cli.run_spec import spec_of, time_box
from r2p_tui.domain.runs import Criterion, RunSpec
from r2p_tui.errors import ExitCode
from r2p_tui.services import run_checks
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_checks import not_sent
from tests.cli.conftest import Run
from tests.cli.finished_runs import command, put_run
from tests.test_import_hygiene import SCREENS, loaded_by


def told(*words: str) -> RunSpec:
    """The spec that `r2p run` makes of these words."""
    return spec_of(read_options(parser_of("run"), words))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user stands in a folder with a data set and a file of weights."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "data.yaml").write_text("names: [bolt]\n")
    (tmp_path / "mine.pt").write_bytes(b"")
    return tmp_path / "parts" / "data.yaml"


# --- what a run is told -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("data")
def test_a_training() -> None:
    spec = told(
        "train", "--model", "yolov8n.yaml", "--data", "parts/data.yaml", "--epochs", "40", "--imgsz", "320",
        "--batch", "-1", "--set", "mosaic=0", "--set", "cos_lr=true", "--seed", "3", "--device", "cpu",
        "--success", "map50 >= 0.60", "--kill", "val_loss rising for 5 epochs", "--kill", "val_loss diverged",
        "--time-box", "2h", "--warn-only", "--download",
    )  # fmt: skip
    assert spec.train == {
        "model": "yolov8n.yaml", "data": "parts/data.yaml", "epochs": 40, "imgsz": 320, "batch": -1,
        "mosaic": 0, "cos_lr": True, "download": True,
    }  # fmt: skip
    assert (spec.kind, spec.name, spec.seed, spec.device) == ("train", "yolov8n parts", 3, "cpu")
    assert spec.criteria == (
        Criterion("success", "map50 >= 0.60"),
        Criterion("kill", "val_loss rising for 5 epochs"),
        Criterion("kill", "val_loss diverged"),
    )
    assert (spec.time_box, spec.warn_only, spec.epochs) == (7200.0, True, 40)


def test_another_machine_is_told_what_was_typed() -> None:
    spec = told("train", "--model", "m.yaml", "--data", "there/data.yaml", "--on", "ray:http://gpu-box:8265/")
    assert (spec.on, spec.train["data"]) == ("ray:http://gpu-box:8265", "there/data.yaml")


def test_a_training_elsewhere_takes_along_what_lies_here(data: Path) -> None:
    elsewhere = told(*TRAIN, "--on", "ray:http://gpu-box:8265")
    assert (elsewhere.folder, not_sent(elsewhere)) == (str(data.parents[1]), [])
    here = told(*TRAIN)
    assert (here.folder, not_sent(here)) == ("", [])


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("name", ["nope.yaml", "/data/there.yaml", "parts", "../data.yaml"])
def test_data_that_do_not_lie_here_are_told_of_before_they_are_sent(r2p: Run, desk: Desk, name: str) -> None:
    r2p("runs", "--pause")
    sent = r2p("run", "train", "--model", "m.yaml", "--data", name, "--on", "ray:http://gpu-box:8265")
    assert sent.status == ExitCode.OK, sent.err
    assert f"{name} is no file in this folder, so it is looked for on the cluster." in sent.err
    assert "looked for" not in r2p("run", *TRAIN, "--on", "ray:http://gpu-box:8265").err


def test_a_command_keeps_its_own_options(tmp_path: Path) -> None:
    spec = told(
        "command", "--folder", str(tmp_path), "--watch", "results.csv", "--watch", "tb", "--env", "A=b=c",
        "--env", "EMPTY=", "--epochs", "9",
        "--", "python", "train.py", "--json", "--lr", "0.1", "--", "--home",
    )  # fmt: skip
    assert spec.argv == ("python", "train.py", "--json", "--lr", "0.1", "--", "--home")
    assert (spec.kind, spec.folder, spec.watch) == ("command", str(tmp_path), ("results.csv", "tb"))
    assert spec.environment == {"A": "b=c", "EMPTY": ""}
    assert (spec.epochs, spec.name) == (9, "python train.py --json --lr 0.1 -- --home")


def test_a_shell_takes_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["shell", "echo $HOME | cat"], ["shell", "--", "echo $HOME | cat"]):
        spec = told(*words)
        assert (spec.kind, spec.argv, spec.folder) == ("shell", ("echo $HOME | cat",), str(tmp_path))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20s", 20), ("90 min", 5400), ("2h", 7200), ("1d", 86400), ("1h 30min", 5400), ("0.5 H", 1800)],
)  # fmt: skip
def test_a_time_box(text: str, seconds: float) -> None:
    assert time_box(text) == seconds


COMMAND = ("--", "true")
TRAIN = ("train", "--model", "yolov8n.yaml", "--data", "parts/data.yaml")


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "train, command or shell"),
        (("trian",), 2, "r2p run train"),
        (("--", "python", "train.py"), 2, "train, command or shell"),
        (("command",), 2, "two dashes"),
        (("command", "--"), 2, "two dashes"),
        (("command", "python", "train.py"), 2, "two dashes"),
        (("command", "python", "a.py", "--", "python", "b.py"), 2, "two commands"),
        (("command", "--model", "x", *COMMAND), 2, "r2p run train"),
        (("command", "--set", "mosaic=0", *COMMAND), 2, "r2p run train"),
        (("command", "--", "no-such-program-here"), 5, "no-such-program-here"),
        (("command", "--", "./train.py"), 5, "./train.py"),
        (("command", "--folder", "nowhere", *COMMAND), 5, "nowhere"),
        (("command", "--env", "A", *COMMAND), 2, "--env"),
        (("command", "--name", "12", *COMMAND), 2, "cannot name a run"),
        (("command", "--name", "last", *COMMAND), 2, "cannot name a run"),
        (("command", "--name", "run:1", *COMMAND), 2, "cannot name a run"),
        (("command", "--name", "#run:1", *COMMAND), 2, "cannot name a run"),
        (("command", "--name", "", *COMMAND), 2, "cannot name a run"),
        (("command", "--on", "gpu-box", *COMMAND), 2, "ray:http://"),
        (("command", "--seed", "x", *COMMAND), 2, "whole number"),
        (("command", "--seed", "1" * 5000, *COMMAND), 2, "whole number"),
        (("command", "--epochs", "0", *COMMAND), 2, "whole number"),
        (("shell",), 2, "one line in quotes"),
        (("shell", "a", "b"), 2, "one line in quotes"),
        (("shell", " "), 2, "one line in quotes"),
        ((*TRAIN, "--folder", "x"), 2, "r2p run command"),
        ((*TRAIN, "more"), 2, "more"),
        ((*TRAIN, *COMMAND), 2, "true"),
        (("train", "--data", "parts/data.yaml"), 2, "--model"),
        (("train", "--model", "yolov8n.yaml"), 2, "its data: --data"),
        (("train", "--model", "yolov8n.yaml", "--data", "nothing.yaml"), 5, "nothing.yaml"),
        ((*TRAIN, "--set", "mosiac=0"), 2, "mosaic"),
        ((*TRAIN, "--set", "mosaic=much"), 2, "mosaic"),
        ((*TRAIN, "--set", "mosaic"), 2, "mosaic=0"),
        ((*TRAIN, "--set", "seed=1"), 2, "--seed"),
        ((*TRAIN, "--epochs", "3", "--set", "epochs=4"), 2, "--epochs"),
        ((*TRAIN, "--set", "mosaic=0", "--set", "mosaic=1"), 2, "Keep one of them: --set mosaic=1"),
        ((*TRAIN, "--download", "--set", "download=true"), 2, "Leave out: --set download=true"),
        (("train", "--model", "yolov8n.yaml", "--data", "parts"), 2, "parts, which data names, is no file"),
        ((*TRAIN, "--imgsz", "8"), 2, "imgsz"),
        ((*TRAIN, "--time-box", "soon"), 2, "20s, 90min, 2h or 1d"),
        ((*TRAIN, "--time-box", "0s"), 2, "20s, 90min, 2h or 1d"),
        ((*TRAIN, "--time-box", "-2h"), 2, ""),
        ((*TRAIN, "--time-box", "2 parsecs"), 2, "20s, 90min, 2h or 1d"),
        ((*TRAIN, "--epohcs", "3"), 2, "--epochs"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_with_a_hint(
    r2p: Run, desk: Desk, words: tuple[str, ...], status: int, said: str
) -> None:
    refused = r2p("run", *words)
    assert (refused.status, refused.out) == (status, ""), refused.err
    assert refused.err.startswith("r2p: ")
    assert said in refused.err
    assert json.loads(r2p("runs", "--json").out)["count"] == 0


@pytest.mark.parametrize("option", ["--success", "--kill", "--soft-kill"])
def test_a_criterion_that_cannot_be_read_is_shown_with_the_word(r2p: Run, desk: Desk, option: str) -> None:
    refused = r2p("run", "command", option, "val_loss raising for 5 epochs", *COMMAND)
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    lines = refused.err.splitlines()
    [mark] = [number for number, line in enumerate(lines) if line.strip(" ") == "^"]
    assert lines[mark - 1][lines[mark].index("^") :].startswith("raising")


@pytest.mark.usefixtures("data")
def test_without_the_extra_one_line_says_what_to_install(
    r2p: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_checks, "find_spec", lambda name: None if name == "ultralytics" else name)
    refused = r2p("run", *TRAIN)
    assert (refused.status, refused.out) == (ExitCode.FAILED, "")
    assert 'pip install "r2p-tui[jobs]"' in refused.err
    assert r2p("runs").out == ""


def test_the_commands_for_runs_load_no_screens_and_nothing_that_learns(desk: Desk, tmp_path: Path) -> None:
    put_run(desk, "train.py", points=[{"loss": 0.5}, {"loss": 0.25}], log="one\n")
    desk.close()
    commands = ("runs --pause", "run command -- true", "runs", "runs 1", "logs 1 -f", "stop 2")
    names = loaded_by(tmp_path / "report", *map(str.split, commands))
    assert "sqlalchemy" in names
    assert names & (SCREENS | {"ultralytics", "plotext", "tensorboard", "ray"}) == set()
    names = loaded_by(tmp_path / "report", ["plot", "1"])
    assert "plotext" in names
    assert names & SCREENS == set()


# --- runs for real ----------------------------------------------------------------------------------------


def test_a_run_starts_and_says_what_it_will_do(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    words = command(tmp_path, 2)
    started = r2p(
        "run", "command", "--name", "mine", "--kill", "val_loss > 10", "--time-box", "2h", "--", *words
    )
    assert started.status == ExitCode.OK, started.err
    lines = started.out.splitlines()
    assert lines[0].startswith("# 1 mine  ")
    assert lines[1].split()[0] == "folder"
    assert Path(lines[1].split(maxsplit=1)[1]).is_dir()
    assert lines[2].startswith("kill ")
    assert lines[3].split(maxsplit=1) == ["time-box", "Stops after 2 h."]
    assert "r2p logs 1 -f" in started.err
    assert r2p("logs", "1", "-f").err == "Run 1 ended: done.\n"


def test_the_exit_status_of_a_run_that_is_waited_for(r2p: Run, desk: Desk) -> None:
    good = r2p("run", "command", "--wait", "--json", "--", sys.executable, "-c", "print('loss=0.5')")
    assert good.status == ExitCode.OK
    assert json.loads(good.out)["state"] == "done"
    bad = r2p("run", "command", "--wait", "--", sys.executable, "-c", "raise SystemExit(3)")
    assert bad.status == ExitCode.FAILED
    assert "exit status 3" in bad.out


def test_a_shell_line_runs_in_a_shell(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    line = "echo one; echo $GREETING | tr a-z A-Z"
    done = r2p("run", "shell", line, "--folder", str(tmp_path), "--env", "GREETING=hello", "--wait")
    assert done.status == ExitCode.OK, done.err
    assert r2p("logs", "1").out.split() == ["one", "HELLO"]


def test_a_criterion_that_is_broken_stops_the_run(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    words = command(tmp_path, 100_000, 0.05)
    ended = r2p("run", "command", "--kill", "map50 >= 0.03", "--wait", "--json", "--", *words)
    assert ended.status == ExitCode.FAILED
    values = json.loads(ended.out)
    assert (values["state"], values["stopped_by"]) == ("cancelled", "criterion")
    assert values["criteria"][0]["light"] == "broken"


def test_a_time_box_ends_a_long_run(r2p: Run, desk: Desk, tmp_path: Path) -> None:
    words = command(tmp_path, 100_000, 0.05)
    ended = r2p("run", "command", "--time-box", "1s", "--wait", "--json", "--", *words)
    assert json.loads(ended.out)["stopped_by"] == "time-box"


def test_a_paused_queue_holds_a_run_and_says_so(r2p: Run, desk: Desk) -> None:
    r2p("runs", "--pause")
    held = r2p("run", "command", "--", "true")
    assert "queued" in held.out
    assert "r2p runs --go-on" in held.err
    assert os.environ.get("R2P_HOME")

"""No way out of a silenced process: every attempt fails at once and is noted, in its forks as well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from r2p_tui.runs.rundir import LineReader, RunDir

SILENT = """
import os, socket, subprocess, sys, multiprocessing
from pathlib import Path
from r2p_tui.runs.rundir import RunDir
from r2p_tui.runs.silence import silence
run = RunDir(Path(sys.argv[1]))
silence(run)
def tried(wish):
    try:
        wish()
    except PermissionError as error:
        print("refused", error)
    else:
        print("went through")
"""
WISHES = [
    ("socket.create_connection(('127.0.0.1', 9))", "look up 127.0.0.1"),
    ("socket.socket().connect(('127.0.0.1', 9))", "connect to 127.0.0.1"),
    (
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "connect to 127.0.0.1",
    ),
    ("socket.getaddrinfo('example.org', 80)", "look up example.org"),
    ("socket.gethostbyname('example.org')", "look up example.org"),
    ("subprocess.run([sys.executable, '-m', 'pip', 'install', 'x'])", "start pip"),
    ("subprocess.run('pip install x', shell=True)", "start pip"),
    ("subprocess.run(['uv', 'pip', 'install', 'x'])", "start uv"),
    ("subprocess.run(['/usr/bin/curl', 'x'])", "start curl"),
    ("os.system('echo; pip install x')", "start pip"),
    ("os.execvp('pip', ['pip', 'install'])", "start pip"),
    ("os.posix_spawn('/usr/bin/wget', ['wget', 'x'], {})", "start wget"),
]


def run(folder: Path, code: str) -> tuple[list[str], list[str]]:
    """What the code printed, and the notes."""
    folder.mkdir()
    command = [sys.executable, "-c", SILENT + code, str(folder)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    notes = LineReader(RunDir(folder).events).read_new()
    return printed, [str(note["sentence"]) for note in notes]


@pytest.mark.parametrize(("wish", "wanted"), WISHES)
def test_a_way_out(wish: str, wanted: str, tmp_path: Path) -> None:
    printed, notes = run(tmp_path / "run", f"tried(lambda: {wish})\ntried(lambda: {wish})\n")
    assert printed == [f"refused r2p refused: {wanted}"] * 2
    assert notes == [f"Refused: {wanted}."]


def test_forks_are_silent_too(tmp_path: Path) -> None:
    code = """
def child():
    tried(lambda: socket.getaddrinfo("example.org", 80))
    sys.stdout.flush()
process = multiprocessing.get_context("fork").Process(target=child)
process.start(); process.join()
"""
    printed, notes = run(tmp_path / "run", code)
    assert printed == ["refused r2p refused: look up example.org"]
    assert notes == ["Refused: look up example.org."]


def test_what_training_needs_goes_through(tmp_path: Path) -> None:
    code = """
def talk():
    server, path = socket.socket(socket.AF_UNIX), sys.argv[1] + "/socket"
    server.bind(path); server.listen()
    socket.socket(socket.AF_UNIX).connect(path)
tried(talk)
tried(lambda: subprocess.run(["true"], check=True))
tried(lambda: subprocess.run("true", shell=True, check=True))
tried(lambda: os.system("true"))
"""
    printed, notes = run(tmp_path / "run", code)
    assert printed == ["went through"] * 4
    assert notes == []


def test_settings_and_fonts_lie_where_ultralytics_looks(tmp_path: Path) -> None:
    run(tmp_path / "run", "")
    config = tmp_path / "run/work/ultralytics/Ultralytics"
    settings = json.loads((config / "settings.json").read_text())
    assert not any(
        settings[name] for name in ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "wandb")
    )
    pytest.importorskip("matplotlib")
    assert (config / "Arial.ttf").stat().st_size == (config / "Arial.Unicode.ttf").stat().st_size > 100_000


def test_keys_of_other_services_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ULTRALYTICS_API_KEY", "canary")
    printed, _ = run(
        tmp_path / "run", "print('ULTRALYTICS_API_KEY' in os.environ, os.environ['YOLO_OFFLINE'])"
    )
    assert printed == ["False 1"]


@pytest.mark.slow
def test_ultralytics_reads_all_of_it(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    code = """
from ultralytics import utils
from ultralytics.utils import checks, events
names = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")
print(utils.ONLINE, utils.AUTOINSTALL, utils.SAFE_LOAD, any(utils.SETTINGS[name] for name in names))
print(events.events.enabled, checks.check_font("Arial.ttf") is not None, utils.USER_CONFIG_DIR)
"""
    printed, notes = run(tmp_path / "run", code)
    config = tmp_path / "run/work/ultralytics/Ultralytics"
    assert printed[-2:] == ["False False True False", f"False True {config}"]
    assert notes == []

"""Commands under benchmark: times, exit statuses, what they print, their memory and their environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs.benchmark.command_target import command_environment, run_once
from r2p_tui.runs.launching import OUTER_PATH_VARIABLE
from r2p_tui.runs.silence import environment
from tests.runs.benchmark.runs import carried_out, checks

SLEEP = "import time; time.sleep(0.05)"


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_each_start_is_one_request(tmp_path: Path) -> None:
    code = f"{SLEEP}; print('accuracy=0.75 val_loss=0.5')"
    measured = carried_out(tmp_path, target=python(code), repeats=4, price_per_hour=1)
    (single,) = measured.scenarios
    assert (single.requests, single.errors, single.lost) == (4, 0, 0)
    assert single.latency is not None and single.latency.p50 >= 50 and single.latency.p90 is None
    assert any("accuracy 0.75" in note for note in single.notes)
    found = checks(measured)
    assert found["own evaluation"].state == "passed" and found["own evaluation"].figures["accuracy"] == 0.75
    assert found["cold start and memory"].state == "passed"
    for name in ("own input distribution", "concurrent load", "edge cases"):
        assert found[name].state == "not run"
    assert "command" in measured.costs


def test_a_command_that_fails_sometimes_is_an_error_and_not_a_time(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; file = pathlib.Path('count');"
        "n = int(file.read_text()) if file.exists() else 0;"
        "file.write_text(str(n + 1)); sys.exit(3 if n == 2 else 0)"
    )
    measured = carried_out(tmp_path, target=python(code), repeats=4)
    (single,) = measured.scenarios
    assert single.latency is not None and single.latency.samples == 3
    assert (single.requests, single.errors) == (4, 1)
    check = checks(measured)["own evaluation"]
    assert check.state == "failed" and check.details == ("exit status 3",)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (python("import sys; print('no \\x1b[31mGPU'); sys.exit(7)"), "exit status 7"),
        (python("import os; os.kill(os.getpid(), 9)"), "signal 9"),
    ],
)
def test_a_command_that_fails_at_once_is_not_repeated(tmp_path: Path, argv: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        carried_out(tmp_path, target=argv)
    assert "\x1b" not in caught.value.message


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did not end within"):
        carried_out(tmp_path, target=python("import time; time.sleep(60)"), seconds=0.5)


def test_the_time_of_all_repeats_is_limited(tmp_path: Path) -> None:
    measured = carried_out(tmp_path, target=python(SLEEP), repeats=10_000, seconds=0.8, checklist=False)
    assert 1 <= measured.scenarios[0].requests < 20 and "of 10,000 repeats" in measured.scenarios[0].notes[-1]


def test_an_expected_exit_status_is_right(tmp_path: Path) -> None:
    measured = carried_out(tmp_path, target=python("raise SystemExit(4)"), repeats=3, expected_exit=4)
    assert checks(measured)["own evaluation"].state == "passed"


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no-such-program"):
        carried_out(tmp_path, target=["no-such-program"])
    (tmp_path / "plain.txt").write_text("no program")
    with pytest.raises(UsageError, match="could not be started"):
        carried_out(tmp_path, target=[str(tmp_path / "plain.txt")])


def test_memory_covers_what_the_command_starts(tmp_path: Path) -> None:
    child = "import time; block = bytearray(80 * 2**20); time.sleep(0.5)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {child!r}])"
    repeat = run_once(python(code), tmp_path, os.environ, tmp_path / "out.txt", 20.0)
    assert repeat.status == 0 and repeat.memory > 80 * 2**20


def test_the_command_gets_the_users_environment_and_not_that_of_the_worker(tmp_path: Path) -> None:
    ours = {**environment(tmp_path), "HOME": "/home/me", "PYTHONPATH": "/r2p", OUTER_PATH_VARIABLE: "/mine"}
    assert command_environment(ours, tmp_path, {}) == {"HOME": "/home/me", "PYTHONPATH": "/mine"}
    named = {"HF_HUB_OFFLINE": "1"}
    assert "HF_HUB_OFFLINE" in command_environment(ours, tmp_path, named)
    assert "PYTHONPATH" not in command_environment(ours | {OUTER_PATH_VARIABLE: ""}, tmp_path, {})

"""What follows a run, and how one is taken to have ended that nobody watched to its end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.runs import RunState
from r2p_tui.paths import Paths
from r2p_tui.runs import local
from r2p_tui.runs.rundir import run_folder, write_json
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_queue import _afterwards, refresh
from tests.services.stored_runs import NOW, add_run

STOP = {"by": "user", "reason": "No longer wanted.", "at": 1.0}


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings()) as found:
        yield found


def test_no_file_of_the_user_s_folder_stands_in_for_a_module_of_python(tmp_path: Path, paths: Paths) -> None:
    for name in ("random", "queue", "secrets", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    done = subprocess.run(_afterwards(paths), cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def stopped(desk: Desk, outcome: dict[str, Any] | None, stop: dict[str, Any] = STOP) -> int:
    run = add_run(desk, state=RunState.RUNNING)
    folder = run_folder(desk.paths.runs, run)
    write_json(folder.process, {})
    write_json(folder.stop, stop)
    if outcome is not None:
        write_json(folder.outcome, outcome)
    return run


@pytest.mark.parametrize("outcome", [None, {"ok": False, "reason": "KeyboardInterrupt"}])
def test_who_was_asked_to_stop_and_is_gone_was_cancelled(desk: Desk, outcome: dict[str, Any] | None) -> None:
    run = stopped(desk, outcome)
    refresh(desk, now=NOW)
    view = runs.view_of(desk, run)
    assert (view.state, view.reason, view.stopped_by) == (RunState.CANCELLED, "No longer wanted.", "user")


def test_a_criterion_stays_the_one_that_stopped_it(desk: Desk) -> None:
    run = stopped(desk, None, {"by": "criterion", "reason": "loss > 5"})
    refresh(desk, now=NOW)
    assert runs.view_of(desk, run).stopped_by == "criterion"


def test_who_reached_the_end_all_the_same_is_done(desk: Desk) -> None:
    run = stopped(desk, {"ok": True})
    refresh(desk, now=NOW)
    assert runs.view_of(desk, run).state is RunState.DONE


def test_a_job_elsewhere_is_followed_again_to_obey_the_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Path] = []
    monkeypatch.setattr(local, "start", lambda folder, *_, **__: started.append(folder))
    run = stopped(desk, None)
    folder = run_folder(desk.paths.runs, run)
    write_json(folder.remote, {})
    refresh(desk, now=NOW)
    assert started == [folder.path]
    assert runs.view_of(desk, run).state is not RunState.CANCELLED

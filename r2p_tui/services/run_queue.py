"""The queue without a daemon: any r2p that looks at it reaps what ended and starts what waits."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from r2p_tui.domain.runs import RunState
from r2p_tui.errors import R2PError
from r2p_tui.paths import Paths
from r2p_tui.runs import local
from r2p_tui.runs.flocks import Lock, is_held
from r2p_tui.runs.processes import boot_id
from r2p_tui.runs.queue import Slot, slots
from r2p_tui.runs.rundir import RunDir, is_remote, read_json, run_folder
from r2p_tui.runs.verdicts import STOPPERS, stop_from
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.run_news import News, Step
from r2p_tui.services.run_views import Refreshed, number_of
from r2p_tui.store import runs as store
from r2p_tui.store.runs import ACTIVE, Run
from r2p_tui.text import clean_line

_STATES = tuple(str(state) for state in RunState if state.is_final)


def refresh(desk: Desk, *, now: datetime) -> Refreshed:
    """Copy what run folders say into the store, and start what may start; cheap where nothing happened."""
    with desk.store.read() as session:
        active = store.runs_in(session, ACTIVE)
    changed = [_look(desk, run, now) for run in active]
    started = 0 if desk.read_only else start_waiting(desk, now=now)
    with desk.store.read() as session:
        running = len(store.runs_in(session, ACTIVE))
        queued = store.count_queued(session)
    return Refreshed(any(changed) or started > 0, running, queued)


def start_waiting(desk: Desk, *, now: datetime) -> int:
    """Start queued runs, oldest first, as far as slots are free; returns how many."""
    with desk.store.read() as session:
        if store.is_paused(session) or not store.count_queued(session):
            return 0
    desk.paths.slots.mkdir(parents=True, exist_ok=True)
    started = 0
    for slot in slots(desk.paths.slots, desk.settings.runs.cpu_slots):
        if (hold := Lock.try_take(slot.lock)) is not None:
            with hold:
                started += _claim_and_start(desk, slot, hold, now)
    return started


def _claim_and_start(desk: Desk, slot: Slot, hold: Lock, now: datetime) -> bool:
    """Claim one run for a slot; its own lock is taken before others can see the claim and think it lost."""
    alive: Lock | None = None
    try:
        with desk.store.write() as session:
            run_id = store.claim(session, slot.wants, slot.device, slot.host, now)
            if run_id is None:
                return False
            folder = run_folder(desk.paths.runs, run_id)
            alive = Lock.try_take(folder.alive_lock) if folder.path.is_dir() else None
        if folder.exit.exists() or (alive is None and is_held(folder.alive_lock)):
            # It began before its store was restored; the next look finds out how it stands.
            return False
        if alive is None:
            return _refuse(desk, run_id, f"Its folder {folder.path} cannot be used.", now)
        try:
            local.start(
                folder.path, [alive.fd, hold.fd], device=slot.device, afterwards=_afterwards(desk.paths)
            )
        except R2PError as error:
            return _refuse(desk, run_id, error.message, now)
        return True
    finally:
        if alive is not None:
            alive.close()


def _refuse(desk: Desk, run_id: int, reason: str, now: datetime) -> bool:
    with desk.store.write() as session:
        store.step(session, run_id, RunState.FAILED, reason=reason, ended_at=now)
    forget_secrets(run_folder(desk.paths.runs, run_id))
    return False


def forget_secrets(folder: RunDir) -> None:
    """Those of a run that ended before its supervisor came up to take them."""
    with suppress(OSError):
        folder.secrets.unlink(missing_ok=True)


def _afterwards(paths: Paths) -> list[str]:
    """What a supervisor starts as it ends, so that the queue moves on with no terminal open."""
    told = json.dumps([str(path) for path in paths])
    # It starts in the user's folder, where a `random.py` must not take the place of Python's own.
    return [sys.executable, "-P", "-m", "r2p_tui.services.run_queue", told]


# --- looking at one run -----------------------------------------------------------------------------------


def _look(desk: Desk, run: Run, now: datetime) -> bool:
    number = number_of(run)
    folder = run_folder(desk.paths.runs, number)
    # In this order: a supervisor writes how the run ended before it lets go of the lock.
    alive = is_held(folder.alive_lock)
    end = _end(folder, alive)
    if end is not None and end["state"] == RunState.LOST and is_remote(folder):
        # The job on the other machine goes on; only who followed it from here is gone.
        return not desk.read_only and _attach_again(desk, number)
    state = RunState(end["state"]) if end else _living_state(folder)
    news = News(run, folder)
    if desk.read_only or not (news.worth_writing(final=end is not None) or state != run.state):
        return False
    news.copy(desk, Step(state, _last_words(end, now)) if state != run.state else None)
    if end is not None:
        forget_secrets(folder)
    return True


def _attach_again(desk: Desk, run_id: int) -> bool:
    folder = run_folder(desk.paths.runs, run_id)
    if (alive := Lock.try_take(folder.alive_lock)) is None:
        return False
    with alive, suppress(R2PError):
        local.start(folder.path, [alive.fd], device="remote", afterwards=_afterwards(desk.paths))
    return True


def _last_words(end: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    if end is None:
        return {}
    by = end.get("stopped_by")
    return {
        "reason": clean_line(str(end.get("reason") or "")) or _no_reason(end),
        "stopped_by": by if by in STOPPERS else None,
        "ended_at": _time(end.get("ended_at")) or now,
    }


def _no_reason(end: Mapping[str, Any]) -> str:
    return "It gave no reason." if end["state"] in (RunState.FAILED, RunState.LOST) else ""


def _time(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _living_state(folder: RunDir) -> RunState:
    if not folder.process.exists():
        return RunState.STARTING
    return RunState.STOPPING if folder.stop.exists() else RunState.RUNNING


def _end(folder: RunDir, alive: bool) -> dict[str, Any] | None:
    """How a run ended; None while something of it lives."""
    if (told := read_json(folder.exit)) is not None and told.get("state") in _STATES:
        return told
    if alive:
        return None
    outcome = read_json(folder.outcome)
    if outcome is not None and outcome.get("ok"):
        return {"state": RunState.DONE, "reason": "It ended by itself after its supervisor was gone."}
    # A job on another machine obeys a request only while somebody follows it.
    if (outcome is not None or not is_remote(folder)) and (asked := stop_from(read_json(folder.stop))):
        return {"state": RunState.CANCELLED, "reason": asked.reason, "stopped_by": asked.by}
    if outcome is not None:
        return {
            "state": RunState.FAILED,
            "reason": str(outcome.get("reason") or "It failed and gave no reason."),
        }
    return {"state": RunState.LOST, "reason": _how_lost(folder)}


def _how_lost(folder: RunDir) -> str:
    if not folder.path.is_dir():
        return "Its folder is gone, and with it all that was known of it."
    process = read_json(folder.process)
    if process is None:
        return "It was never seen to start."
    if process.get("boot_id") != boot_id():
        return "The machine was started anew while it ran."
    return "Its processes are gone and left no word of how they ended."


def _after_a_run() -> None:
    """Started by a supervisor as it ends; the lock of its run may take a moment to fall."""
    with open_desk(Paths(*map(Path, json.loads(sys.argv[1])))) as desk:
        for _ in range(20):
            if not refresh(desk, now=datetime.now(UTC)).queued:
                return
            time.sleep(0.1)


if __name__ == "__main__":
    _after_a_run()

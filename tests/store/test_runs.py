"""The queue in the store: who claims what, and which steps a run may take."""

from __future__ import annotations

import itertools
import multiprocessing
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from r2p_tui.domain.runs import TRANSITIONS, MetricPoint, RunSpec, RunState
from r2p_tui.paths import Paths
from r2p_tui.store import runs as store
from r2p_tui.store.connection import connect
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.runs import Run

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def opened(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups) as found:
        yield found


def add(opened: Store, count: int = 1, **fields: Any) -> list[int]:
    spec = RunSpec("command", "r", argv=("true",)).values()
    values: dict[str, Any] = {"kind": "command", "name": "r", "spec": spec, "created_at": NOW} | fields
    with opened.write() as session:
        runs = [Run(**values) for _ in range(count)]
        session.add_all(runs)
        session.flush()
        return [run.id for run in runs if run.id is not None]


@pytest.mark.parametrize(("old", "new"), itertools.product(RunState, RunState))
def test_the_store_enforces_the_same_steps_as_the_domain_names(
    old: RunState, new: RunState, opened: Store
) -> None:
    ended: dict[str, Any] = {"ended_at": NOW, "reason": "x"} if old.is_final else {}
    [run_id] = add(opened, state=old.value, **ended)
    ends = "'2026'" if new.is_final else "NULL"
    connection = connect(opened.path)
    allowed = old is new or new in TRANSITIONS[old]
    try:
        with pytest.raises(sqlite3.IntegrityError, match="step") if not allowed else nullcontext():
            connection.execute(
                f"UPDATE runs SET state = '{new}', reason = 'x', ended_at = {ends} WHERE id = {run_id}"
            )
    finally:
        connection.close()


def test_a_final_run_needs_its_end_and_a_failed_one_its_reason(opened: Store) -> None:
    wrong: list[dict[str, Any]] = [{"state": "done"}, {"state": "failed", "ended_at": NOW}, {"ended_at": NOW}]
    for fields in wrong:
        with pytest.raises(IntegrityError):
            add(opened, **fields)


def test_a_step_that_is_not_allowed_is_not_taken(opened: Store) -> None:
    [run_id] = add(opened)
    with opened.write() as session:
        assert not store.step(session, run_id, RunState.RUNNING)
        assert store.step(session, run_id, RunState.CANCELLED, ended_at=NOW)
        assert not store.step(session, run_id, RunState.CANCELLED, ended_at=NOW)


def test_claims_go_by_age_and_by_what_is_wanted(opened: Store) -> None:
    add(opened, wants="GPU-1")
    [second, third] = add(opened, 2)
    [remote] = add(opened, host="remote")
    with opened.write() as session:
        assert store.claim(session, ("cpu", "auto"), "cpu", "local", NOW) == second
        assert store.claim(session, ("cpu", "auto"), "cpu", "local", NOW) == third
        assert store.claim(session, ("cpu", "auto"), "cpu", "local", NOW) is None
        assert store.claim(session, ("auto",), "remote", "remote", NOW) == remote
        found = session.get(Run, second)
        assert found is not None
        assert (found.state, found.device, found.started_at) == ("starting", "cpu", NOW)


def _claim_all(path: Path, backups: Path, ready: object, claimed: object) -> None:
    ready.wait()  # type: ignore[attr-defined]
    with open_store(path, backups) as opened:
        while True:
            with opened.write() as session:
                run_id = store.claim(session, ("auto",), "cpu", "local", NOW)
            if run_id is None:
                return
            claimed.put(run_id)  # type: ignore[attr-defined]


def test_six_claimers_start_each_of_400_runs_exactly_once(opened: Store, paths: Paths) -> None:
    wanted = add(opened, 400)
    context = multiprocessing.get_context("spawn")
    ready, claimed = context.Barrier(6), context.Queue()
    workers = [
        context.Process(target=_claim_all, args=(paths.store, paths.backups, ready, claimed))
        for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    found = Counter(claimed.get(timeout=120) for _ in wanted)
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 6
    assert claimed.empty()
    assert found == Counter(wanted)


def test_points_come_back_in_order_with_what_is_no_number(opened: Store) -> None:
    [run_id] = add(opened)
    first = MetricPoint(1.0, {"map50": 0.5, "loss": float("inf")}, epoch=1)
    second = MetricPoint(2.0, {"loss": float("nan")}, epoch=2, step=7)
    with opened.write() as session:
        store.add_points(session, run_id, [first])
        store.add_points(session, run_id, [second])
        found = store.points_of(session, run_id)
    assert found[0] == first
    assert str(found[1].values["loss"]) == "nan"
    assert (found[1].epoch, found[1].step) == (2, 7)


def test_the_pace_counts_only_what_this_run_did(opened: Store) -> None:
    [run_id] = add(opened, state="running", started_at=NOW)
    start = NOW.timestamp()
    points = [
        MetricPoint(start - 60, {"loss": 2.0}, epoch=1),
        MetricPoint(start + 30, {"loss": 1.0}, epoch=2),
    ]
    with opened.write() as session:
        run = session.get(Run, run_id)
        assert run is not None
        assert store.pace(session, run) is None
        store.add_points(session, run_id, points)
        assert store.pace(session, run) == (start + 30, 1)


def test_the_queue_can_be_paused(opened: Store) -> None:
    with opened.write() as session:
        assert not store.is_paused(session)
        store.set_paused(session, True)
        assert store.is_paused(session)


@pytest.mark.parametrize("asked", ["Über-Lauf", "über-lauf", "ÜBER-LAUF"])
def test_a_name_is_found_in_any_case_of_any_letter(asked: str, opened: Store) -> None:
    [first] = add(opened, name="Über-Lauf")
    [second] = add(opened, name="über-Lauf")
    add(opened, name="Uber-Lauf")
    with opened.read() as session:
        assert [run.id for run in store.runs_named(session, asked)] == [second, first]

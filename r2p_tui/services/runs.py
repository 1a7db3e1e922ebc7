"""Runs: submit, list, stop, resume and clone them; what happens to them happens in processes of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from r2p_tui.domain.runs import MetricPoint, RunSpec, RunState
from r2p_tui.errors import NotFoundError, StoreReadOnlyError, UsageError
from r2p_tui.files import replace_file
from r2p_tui.runs import local
from r2p_tui.runs.checkpoints import newest_valid
from r2p_tui.runs.rundir import (
    RunDir,
    append_line,
    highest_number,
    point_line,
    read_points,
    run_folder,
    write_json,
)
from r2p_tui.runs.secrets import LEFT_OUT, is_secret
from r2p_tui.services.desk import Desk
from r2p_tui.services.own_ablations import resumed_spec
from r2p_tui.services.run_checks import checked
from r2p_tui.services.run_queue import forget_secrets, refresh, start_waiting
from r2p_tui.services.run_surroundings import surroundings
from r2p_tui.services.run_views import RunView, number_of, view
from r2p_tui.store import runs as store
from r2p_tui.store.runs import ACTIVE, Run
from r2p_tui.text import clean_line

_CHANGEABLE = (
    "name",
    "argv",
    "folder",
    "criteria",
    "time_box",
    "warn_only",
    "device",
    "seed",
    "watch",
    "on",
    "baseline",
)
_NO_RUN = "See the runs with: r2p runs"


class Clone(NamedTuple):
    """What a run like another one is told; `left_out` are variables whose values were never kept."""

    spec: RunSpec
    left_out: tuple[str, ...]


def submit(desk: Desk, spec: RunSpec, *, now: datetime, before: Sequence[MetricPoint] = ()) -> RunView:
    """Check a run, keep what surrounds it, put it into the queue, and start it if there is room.

    Its curves begin with the points `before`. Raises UsageError, CriterionError or NotFoundError for what
    cannot run as told; nothing is kept then.
    """
    spec = checked(desk, spec, now=now)
    facts, diff = surroundings(spec, os.environ, tuple(sys.argv))
    spec = replace(spec, surroundings=facts)
    secrets = {name: value for name, value in spec.environment.items() if is_secret(name, value)}
    spec = replace(
        spec,
        environment={
            name: LEFT_OUT if name in secrets else value for name, value in spec.environment.items()
        },
    )
    run = Run(
        kind=spec.kind,
        name=spec.name,
        wants=spec.device,
        host="local" if spec.on == "local" else "remote",
        spec=spec.values(),
        resumes=spec.resumes,
        created_at=now,
    )
    desk.paths.runs.mkdir(parents=True, exist_ok=True)
    with desk.store.write() as session:
        # Folders may be older than the store, after a restore; none of them is taken over.
        run.id = 1 + max(store.highest_number(session), highest_number(desk.paths.runs))
        session.add(run)
        session.flush()
        folder = run_folder(desk.paths.runs, run.id)
        _make_folder(folder, spec, secrets, diff)
        for point in before:
            append_line(folder.metrics, point_line(point))
    start_waiting(desk, now=now)
    return view_of(desk, number_of(run))


def _make_folder(folder: RunDir, spec: RunSpec, secrets: Mapping[str, str], diff: bytes) -> None:
    folder.path.mkdir(mode=0o700)
    if diff:
        replace_file(folder.diff, diff)
    if secrets:
        write_json(folder.secrets, secrets)
    write_json(
        folder.environment,
        {name: value for name, value in os.environ.items() if not is_secret(name, value)},
    )
    write_json(folder.spec, spec.values())


# --- looking ----------------------------------------------------------------------------------------------


def list_runs(desk: Desk, *, limit: int | None = None) -> list[RunView]:
    """The newest first, as the store knows them; `refresh` brings it up to date."""
    with desk.store.read() as session:
        found = store.runs(session, limit)
    return _views(desk, found)


def active_runs(desk: Desk, *, limit: int) -> list[RunView]:
    """The newest of those that hold a device, however many wait behind them."""
    with desk.store.read() as session:
        found = store.runs_in(session, ACTIVE)[: -limit - 1 : -1]
    return _views(desk, found)


def _views(desk: Desk, found: Sequence[Run]) -> list[RunView]:
    with desk.store.read() as session:
        paces = {number_of(run): store.pace(session, run) for run in found if RunState(run.state).is_active}
    return [view(desk.paths, run, paces.get(number_of(run))) for run in found]


def count_runs(desk: Desk) -> int:
    """How many there are."""
    with desk.store.read() as session:
        return store.count_runs(session)


def view_of(desk: Desk, run_id: int) -> RunView:
    """One run by its number; raises NotFoundError."""
    with desk.store.read() as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFoundError(f"There is no run {run_id}.", _NO_RUN)
        pace = store.pace(session, run)
    return view(desk.paths, run, pace)


def digits_of(word: str) -> str:
    """The number in `12`, `#12` and `run:12`; empty for any other word."""
    digits = word.removeprefix("#").removeprefix("run:")
    return digits if digits.isdecimal() else ""


def is_last(word: str) -> bool:
    """Whether a word stands for the newest run, whatever runs are called."""
    return word.lower() == "last"


def find_run(desk: Desk, word: str) -> RunView:
    """The run that a number, `#12`, `last` or a name stands for; of several of one name the newest.

    Raises NotFoundError.
    """
    text = clean_line(word)
    digits = digits_of(text)
    if digits and len(digits) < 12:
        return view_of(desk, int(digits))
    with desk.store.read() as session:
        found = store.runs(session, 1) if is_last(text) else store.runs_named(session, text)
        names = [run.name for run in store.runs(session, 200)]
    if found:
        return view_of(desk, number_of(found[0]))
    if not names:
        raise NotFoundError("There are no runs yet.", "Start one with: r2p run --help")
    import difflib

    near = difflib.get_close_matches(text, names, n=1)
    raise NotFoundError(f"There is no run “{text[:60]}”.", f"Did you mean “{near[0]}”?" if near else _NO_RUN)


def points(desk: Desk, run_id: int) -> list[MetricPoint]:
    """All that a run reported; where its folder is gone, what the store copied of it: the epochs."""
    folder = run_folder(desk.paths.runs, run_id)
    if folder.metrics.exists():
        return read_points(folder.path)
    with desk.store.read() as session:
        return store.points_of(session, run_id)


def events(desk: Desk, run_id: int) -> list[dict[str, Any]]:
    """What happened in a run, as far as it was copied into the store."""
    with desk.store.read() as session:
        return store.events_of(session, run_id)


# --- changing ---------------------------------------------------------------------------------------------


def stop_run(desk: Desk, run_id: int, *, now: datetime, reason: str = "You stopped it.") -> RunView:
    """Ask a run to stop, or take it out of the queue; a run that has ended stays as it is."""
    view = view_of(desk, run_id)
    if view.state is RunState.QUEUED:
        with desk.store.write() as session:
            taken_out = store.step(
                session,
                run_id,
                RunState.CANCELLED,
                reason="You took it out of the queue.",
                stopped_by="user",
                ended_at=now,
            )
        view = view_of(desk, run_id)
        if taken_out:
            forget_secrets(RunDir(view.folder))
            return view
    if view.state.is_active:
        if desk.read_only:
            raise StoreReadOnlyError("The run was not stopped.", "Start again without --read-only.")
        local.stop(view.folder, by="user", reason=reason)
        refresh(desk, now=now)
    return view_of(desk, run_id)


def resume_run(desk: Desk, run_id: int, *, now: datetime) -> RunView:
    """Submit a run that goes on from the newest checkpoint that is whole, with the epochs up to there.

    Of an ablation the trainings that ended are taken over. Variables whose values were never kept, see
    `not_kept`, are not set anew. Raises UsageError for a run that still goes on, that is no training, or that
    kept no checkpoint.
    """
    view = view_of(desk, run_id)
    if not view.state.is_final:
        raise UsageError(f"Run {run_id} has not ended.", f"Stop it first with: r2p stop {run_id}")
    if view.kind == "ablate":
        return submit(desk, resumed_spec(view), now=now)
    if view.kind != "train":
        raise UsageError(f"Run {run_id} is no training, so r2p knows no checkpoint of it.", "Start it anew.")
    found = newest_valid(RunDir(view.folder).checkpoints)
    if found is None:
        raise UsageError(
            f"Run {run_id} kept no checkpoint that is whole.", "Start it anew with: r2p run train"
        )
    if view.epochs and found.epoch >= view.epochs:
        raise UsageError(
            f"Run {run_id} finished all its {view.epochs} epochs.",
            "Train for more of them with: r2p run train --epochs N",
        )
    settings = dict(view.spec.train) | {"resume_from": str(found.path)}
    spec = replace(view.spec, train=settings, resumes=run_id, environment=_kept(view.spec))
    # A job on another machine counts the points that are here to know what it has sent.
    before = _epochs_until(points(desk, run_id), found.epoch) if spec.on == "local" else ()
    return submit(desk, spec, now=now, before=before)


def _epochs_until(reported: Sequence[MetricPoint], last: int) -> list[MetricPoint]:
    return [
        point
        for point in reported
        if point.scope == "epoch" and point.epoch is not None and point.epoch <= last
    ]


def not_kept(spec: RunSpec) -> tuple[str, ...]:
    """The variables of a kept spec that held secrets, whose values no record has."""
    return tuple(sorted(name for name, value in spec.environment.items() if value == LEFT_OUT))


def _kept(spec: RunSpec) -> dict[str, str]:
    return {name: value for name, value in spec.environment.items() if value != LEFT_OUT}


def clone_spec(desk: Desk, run_id: int, changes: Mapping[str, object]) -> Clone:
    """What a run was told, with changes: fields of the spec by their names, else settings of the training.

    A setting that changes to None is left out.
    """
    spec = view_of(desk, run_id).spec
    train = {name: value for name, value in spec.train.items() if name != "resume_from"}
    fields = {name: value for name, value in changes.items() if name in _CHANGEABLE}
    train |= {name: value for name, value in changes.items() if name not in _CHANGEABLE}
    train = {name: value for name, value in train.items() if value is not None}
    told = {"resumes": None, "surroundings": {}, "train": train, "environment": _kept(spec)} | fields
    return Clone(replace(spec, **told), not_kept(spec))  # type: ignore[arg-type]


def answer(desk: Desk, run_id: int, index: int, *, stop: bool, now: datetime) -> RunView:
    """Answer what a soft criterion asks: stop the run for it, or let it go on."""
    with desk.store.write() as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFoundError(f"There is no run {run_id}.", _NO_RUN)
        asked = [question for question in run.questions if question["index"] == index]
        run.questions = [question for question in run.questions if question["index"] != index]
    if stop and asked:
        return stop_run(desk, run_id, now=now, reason=f"You stopped it: {asked[0]['sentence']}")
    return view_of(desk, run_id)


def pause_queue(desk: Desk, paused: bool, *, now: datetime) -> None:
    """Hold back what is queued, or let it start."""
    with desk.store.write() as session:
        store.set_paused(session, paused)
    if not paused:
        start_waiting(desk, now=now)


def queue_paused(desk: Desk) -> bool:
    """Whether queued runs are held back."""
    with desk.store.read() as session:
        return store.is_paused(session)

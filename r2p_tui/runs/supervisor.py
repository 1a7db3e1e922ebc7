"""Watches over one run: starts its worker, judges it by its criteria, stops it, and writes down how it ended.

It is a process of its own, `python -m r2p_tui.runs.supervisor FOLDER`, that belongs to no terminal.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from r2p_tui.domain.runs import MetricPoint, RunSpec, RunState
from r2p_tui.errors import R2PError
from r2p_tui.runs import launching, processes, verdicts
from r2p_tui.runs.flocks import Lock, is_lock_of
from r2p_tui.runs.log_rotation import LIMIT_BYTES, rotate
from r2p_tui.runs.processes import Identity
from r2p_tui.runs.resources import Sampler
from r2p_tui.runs.rundir import (
    LineReader,
    RunDir,
    append_line,
    is_remote,
    point_line,
    point_of,
    read_json,
    time_of,
    write_json,
)
from r2p_tui.runs.stopping import Ending, below_supervisor
from r2p_tui.runs.verdicts import Stop, Verdict
from r2p_tui.runs.watching import Watcher
from r2p_tui.text import clean_line, count_of

LOOK_EVERY_SECONDS = 0.2
RESOURCES_EVERY_SECONDS = 2.0
RETRY_SECONDS = 1.0
# A full disk may be noticed and cleared in that time; the run then still says how it ended.
LAST_WORDS_SECONDS = 3600.0
LEFTOVER_GRACE_SECONDS = 5.0
_EVENTS_HELD = 1_000
_POINTS_HELD = 100_000


class PointSource(Protocol):
    """Whatever reports metrics; `epochs` is how many it says there are, `behind` that it has not read all.

    `notes` are sentences about what cannot be read, all that there were so far.
    """

    @property
    def epochs(self) -> int | None: ...
    @property
    def behind(self) -> bool: ...
    @property
    def notes(self) -> Sequence[str]: ...
    def poll(self) -> list[MetricPoint]: ...
    def finish(self) -> list[MetricPoint]: ...


class Supervisor:
    """The life of one run; `locks` are the inherited ones, `device` is what it may use."""

    def __init__(
        self,
        folder: RunDir,
        spec: RunSpec,
        locks: Sequence[int],
        *,
        device: str = "cpu",
        log_limit: int = LIMIT_BYTES,
        umask: int = -1,
    ) -> None:
        self._folder = folder
        self._spec = spec
        self._locks = list(locks)
        self._device = device
        self._log_limit = log_limit
        self._umask = umask
        self._events: deque[dict[str, Any]] = deque(maxlen=_EVENTS_HELD)
        self._process_note: dict[str, Any] | None = None
        self._status: int | None = None
        self._stop: Stop | None = None
        self._ending: Ending | None = None
        self._leftovers: Ending | None = None
        self._is_over = False
        self._troubles: set[str] = set()
        self._noted: set[str] = set()
        self._source = self._metrics()
        told = LineReader(folder.events).read_new() if is_remote(folder) else []
        self._age = _age(told)
        self._watcher = Watcher(spec, folder.path, time.time() - self._age, asked=_asked(told))
        self._wake = _WakeUp(self._end_from_outside)

    def run(self) -> Verdict:
        """Returns when the run has ended and its folder says so."""
        secrets = launching.take_secrets(self._folder)
        stop = verdicts.stop_from(read_json(self._folder.stop))
        if stop and not is_remote(self._folder):
            return self._close(verdicts.verdict(None, stop, None))
        environment = launching.environment_for(
            self._spec,
            self._folder.path,
            self._device,
            launching.outer_environment(self._folder, os.environ),
            secrets,
        )
        try:
            worker = launching.launch(self._spec, self._folder, environment, self._locks, self._umask)
        except R2PError as error:
            return self._close(Verdict(RunState.FAILED, error.message))
        self._begin(worker)
        while not self._is_over:
            self._wake.wait(LOOK_EVERY_SECONDS)
            self._look()
        self._quietly(self._judge_the_end)
        acted_on = self._stop if self._ending is not None else None
        verdict = verdicts.verdict(self._status, acted_on, self._outcome())
        if verdict.state is RunState.LOST and is_remote(self._folder):
            # Only the follower was killed. Nothing is said, so whoever looks next attaches to the job again.
            self._give_up_slots()
            return verdict
        return self._close(verdict)

    def _begin(self, worker: subprocess.Popen[bytes]) -> None:
        self._worker = worker
        self._identity = processes.identity_of(worker.pid)
        self._started = time.monotonic() - self._age
        self._next_resources = time.monotonic()
        gpu = self._device if self._device.startswith("GPU-") else None
        self._sampler = Sampler(worker.pid, gpu)
        ours = processes.identity_of(os.getpid())
        self._process_note = {
            **(self._identity._asdict() if self._identity else {"pid": worker.pid, "pgid": worker.pid}),
            "supervisor": ours._asdict() if ours else None,
        }
        if not self._age:
            self._say("started", device=self._device)
        self._look()

    def _metrics(self) -> PointSource:
        if not launching.is_command(self._spec):
            return _MetricFile(self._folder)
        command = importlib.import_module("r2p_tui.runs.reports.command")
        return _Reported(command.CommandMetrics(self._folder.path, self._spec), self._folder)

    def _look(self) -> None:
        """One round; nothing that goes wrong in a part of it may end the supervision."""
        parts = (self._reap, self._notes, self._judge, self._obey, self._measure, self._rotate, self._finish)
        for part in parts:
            self._quietly(part)

    def _quietly(self, part: Callable[[], object]) -> None:
        try:
            part()
        except Exception as error:
            # The same trouble comes back with every round; it is told once.
            if repr(error) not in self._troubles:
                self._troubles.add(repr(error))
                with suppress(OSError):
                    traceback.print_exc()

    def _reap(self) -> None:
        """Orphans of the worker become our children, so every child is waited for here."""
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if pid == self._worker.pid:
                    self._status = self._worker.returncode = os.waitstatus_to_exitcode(status)

    def _notes(self) -> None:
        """What a full disk kept back is written as soon as there is room."""
        if self._process_note is not None:
            write_json(self._folder.process, self._process_note)
            self._process_note = None
        while self._events:
            with suppress(ValueError, TypeError):
                append_line(self._folder.events, self._events[0])
            self._events.popleft()

    def _judge(self, *, ended: bool = False) -> None:
        points = self._source.finish() if ended else self._source.poll()
        for sentence in dict.fromkeys(self._source.notes):
            if sentence not in self._noted:
                self._noted.add(sentence)
                self._say("note", sentence=clean_line(sentence))
        seconds = time.monotonic() - self._started
        found = self._watcher.look(points, seconds, epochs=self._source.epochs, ended=ended)
        for event in found.events:
            self._events.append({"time": time.time(), **event})
        for sentence in found.warnings:
            self._quietly(lambda sentence=sentence: self._write_log(sentence))  # type: ignore[misc]
        if found.stop and self._stop is None and not ended and not self._folder.stop.exists():
            request = {"by": found.stop.by, "reason": found.stop.reason, "at": time.time()}
            self._stop = found.stop
            self._quietly(lambda: write_json(self._folder.stop, request))
        self._notes()

    def _judge_the_end(self) -> None:
        self._judge(ended=True)

    def _write_log(self, sentence: str) -> None:
        with self._folder.log.open("ab", buffering=0) as log:
            log.write(f"\n[r2p] {sentence}\n".encode())

    def _obey(self) -> None:
        """Begins to end the run once somebody wants that, and goes on with it."""
        if self._stop is None and self._folder.stop.exists():
            self._stop = verdicts.stop_from(read_json(self._folder.stop))
        if self._stop is None and not self._folder.path.is_dir():
            # Nobody can see it any more, nor ask it to stop.
            self._stop = Stop(None, "Its folder was removed.")
        if self._ending is None and self._stop is not None and self._status is None:
            self._ending = Ending(self._family, self._identity, self._spec.grace)
            self._say("stopping", by=self._stop.by, reason=self._stop.reason)
        if self._ending is not None:
            self._ending.step(time.monotonic())

    def _family(self) -> list[Identity]:
        return below_supervisor(os.getpid())

    def _end_from_outside(self) -> None:
        if self._stop is None:
            self._stop = Stop(
                None, "It was ended from outside (SIGTERM); perhaps the machine was shutting down."
            )

    def _measure(self) -> None:
        if self._status is None and time.monotonic() >= self._next_resources:
            self._next_resources = time.monotonic() + RESOURCES_EVERY_SECONDS
            append_line(self._folder.resources, self._sampler.sample(time.time(), time.monotonic()))

    def _rotate(self) -> None:
        """Metrics are read from the log; what was not read yet gets a little more time."""
        rotate(self._folder.log, self._log_limit * (2 if self._source.behind else 1))

    def _finish(self) -> None:
        """Over once all that the worker started has ended too: what stays behind would keep the device."""
        if self._status is None:
            return
        ending = self._ending or self._leftovers
        if ending is None:
            grace = min(self._spec.grace, LEFTOVER_GRACE_SECONDS)
            ending = self._leftovers = Ending(self._family, None, grace)
            if left := self._family():
                behind = count_of(len(left), "process", "processes")
                self._say("note", sentence=f"It ended and left {behind} behind, which are ended too.")
        self._is_over = ending.step(time.monotonic())
        if self._is_over and ending.left:
            deaf = count_of(len(ending.left), "process", "processes")
            self._say("note", sentence=f"{deaf} could not be ended.")

    def _outcome(self) -> Mapping[str, Any] | None:
        if launching.is_command(self._spec):
            return None
        return read_json(self._folder.outcome) or verdicts.unwritten_outcome(self._status)

    def _give_up_slots(self) -> None:
        for fd in [fd for fd in self._locks if not is_lock_of(fd, self._folder.alive_lock)]:
            os.close(fd)
            self._locks.remove(fd)

    def _say(self, event: str, **more: Any) -> None:
        self._events.append({"time": time.time(), "event": event, **more})

    def _close(self, verdict: Verdict) -> Verdict:
        """Free the device, then write the last words, for as long as there is a folder for them."""
        self._give_up_slots()
        self._say("ended", state=verdict.state.value, reason=verdict.reason)
        values = verdict.values(time.time())
        until = time.monotonic() + LAST_WORDS_SECONDS
        while self._folder.path.is_dir() and time.monotonic() < until:
            try:
                with suppress(OSError):
                    self._notes()
                write_json(self._folder.exit, values)
            except OSError:
                time.sleep(RETRY_SECONDS)
            else:
                break
        return verdict


def _age(told: Iterable[Mapping[str, Any]]) -> float:
    """Seconds since the run first started, where this supervisor attaches to a job that goes on."""
    times = (time_of(event) for event in told if event.get("event") == "started")
    first = next((each for each in times if each is not None), None)
    return max(time.time() - first, 0.0) if first is not None else 0.0


def _asked(told: Iterable[Mapping[str, Any]]) -> set[int]:
    """The criteria whose question was asked before, and that have been broken ever since."""
    asked: set[int] = set()
    for event in told:
        if not isinstance(index := event.get("index"), int):
            continue
        if event.get("event") == "question":
            asked.add(index)
        elif event.get("event") == "criterion" and event.get("light") != "broken":
            asked.discard(index)
    return asked


class _MetricFile:
    """Points that a worker of ours writes down itself."""

    epochs: int | None = None
    behind = False
    notes: Sequence[str] = ()

    def __init__(self, folder: RunDir) -> None:
        self._lines = LineReader(folder.metrics)

    def poll(self) -> list[MetricPoint]:
        return [point for point in map(point_of, self._lines.read_new()) if point is not None]

    def finish(self) -> list[MetricPoint]:
        return self.poll()


class _Reported:
    """Points that are found in what a command reports, and written down here on its behalf."""

    def __init__(self, source: PointSource, folder: RunDir) -> None:
        self._source = source
        self._file = folder.metrics
        self._waiting: deque[MetricPoint] = deque(maxlen=_POINTS_HELD)

    @property
    def epochs(self) -> int | None:
        return self._source.epochs

    @property
    def behind(self) -> bool:
        return self._source.behind

    @property
    def notes(self) -> Sequence[str]:
        return self._source.notes

    def poll(self) -> list[MetricPoint]:
        return self._written(self._source.poll())

    def finish(self) -> list[MetricPoint]:
        return self._written(self._source.finish())

    def _written(self, points: list[MetricPoint]) -> list[MetricPoint]:
        """They count at once; on a full disk they are written later."""
        self._waiting.extend(points)
        with suppress(OSError):
            while self._waiting:
                append_line(self._file, point_line(self._waiting[0]))
                self._waiting.popleft()
        return points


class _WakeUp:
    """Sleeps until a signal comes: a child ended, or somebody left a request and nudged us."""

    def __init__(self, when_told_to_end: Callable[[], None]) -> None:
        self._read, write = os.pipe()
        for end in (self._read, write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGCONT):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: when_told_to_end())
        # The worker inherits this one, as under nohup: no terminal that closes is its business.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def wait(self, seconds: float) -> None:
        if select.select([self._read], [], [], seconds)[0]:
            with suppress(BlockingIOError):
                os.read(self._read, 4096)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the locks while the starter still listens, then go on alone; 1 and a sentence where that fails."""
    told = _parser().parse_args(arguments)
    umask = os.umask(0o077)
    folder = RunDir(told.folder)
    try:
        spec = folder.read_spec()
        own = Lock.try_take(folder.supervisor_lock)
        locks = _alive(folder, told.keep_open)
    except (R2PError, OSError, KeyError, TypeError) as error:
        return _refuse(str(error))
    if own is None or locks is None or folder.exit.exists():
        return _refuse("The run was started before.")
    if os.fork():
        # Leaves at once, so that nobody has to wait for the supervisor, and no terminal can be ours again.
        os._exit(0)
    processes.become_subreaper()
    Supervisor(folder, spec, locks, device=told.device, log_limit=told.log_limit, umask=umask).run()
    own.close()
    _start(told.afterwards)
    return 0


def _start(command: Sequence[str]) -> None:
    """What is to happen after the run happens without us."""
    if command:
        with suppress(OSError):
            subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _alive(folder: RunDir, inherited: Sequence[int]) -> list[int] | None:
    """The inherited locks with the one that shows that the run lives, which is taken where nobody gave it."""
    if any(is_lock_of(fd, folder.alive_lock) for fd in inherited):
        return list(inherited)
    lock = Lock.try_take(folder.alive_lock)
    return [lock.fd, *inherited] if lock else None


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="r2p_tui.runs.supervisor")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep-open", type=int, nargs="*", default=[])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--afterwards", type=json.loads, default=[])
    parser.add_argument("--log-limit", type=int, default=LIMIT_BYTES)
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""`python -m r2p_tui.runs.ray FOLDER`: a run on a Ray cluster, followed as if it were a process here.

It submits the job, brings its log and metrics into the run folder, stops it on SIGTERM, and ends when the job
has ended. It may itself be killed at any time: the job goes on, and a second start attaches to it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import signal
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from r2p_tui.domain.runs import RunSpec
from r2p_tui.errors import R2PError
from r2p_tui.runs.cluster.connection import (
    Cluster,
    Job,
    RefusedError,
    UnknownJobError,
    UnreachableError,
    address_of,
)
from r2p_tui.runs.cluster.logs import JobOutput, LogMark
from r2p_tui.runs.cluster.sending import submission_of
from r2p_tui.runs.rundir import RunDir, append_line, read_json, write_json
from r2p_tui.text import clean_line, shorten

_T = TypeVar("_T")
_EXIT_CODE = re.compile(r"failed with exit code (-?\d+)")
_REASON_WIDTH = 300
_KEEP_MARK_SECONDS = 2.0
_SHORT_LOG = 5_000_000
# Once a job is submitted, an answer that makes no sense is no reason to give it up.
_NO_ANSWER: tuple[type[R2PError], ...] = (UnreachableError, RefusedError)


class Pace(NamedTuple):
    """Seconds between looks and tries, and how long the last lines of an ended job are waited for."""

    look: float = 2.0
    look_soon: float = 0.5
    first_pause: float = 1.0
    longest_pause: float = 60.0
    last_lines: float = 20.0
    longest_silence: float = 300.0
    first_tries: int = 4


@dataclass
class Record:
    """`ray.json`: what a second start must know. `stage` is new, sending (perhaps received) or submitted."""

    submission_id: str
    address: str
    stage: str = "new"
    said: list[str] = field(default_factory=list)
    log_chars: int = 0
    log_size: int = 0

    @classmethod
    def of(cls, run: RunDir, address: str) -> Record:
        """The kept one, else a new one; its id is of this run alone, whoever else uses the cluster."""
        values = read_json(run.remote)
        if values is not None:
            return cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})
        return cls(f"r2p-{run.path.absolute().name}-{secrets.token_hex(4)}", address)


class RemoteRun:
    """One job from its submission to its end; `ask_to_stop` may be called at any time from the event loop."""

    def __init__(
        self,
        run: RunDir,
        spec: RunSpec,
        cluster: Cluster,
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._run = run
        self._spec = spec
        self._cluster = cluster
        self._pace = pace or Pace()
        self._clock = clock
        self._record = Record.of(run, cluster.address)
        mark = LogMark(self._record.log_chars, self._record.log_size)
        self._output = JobOutput(run, mark, speaks_r2p=spec.kind == "train", clock=clock)
        self._mark_kept_at = 0.0
        # Set for as long as the last pass over the log came to its end, with no new one begun.
        self._log_end = asyncio.Event()
        self._log_pass: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._job_has_ended = False
        self._is_stopping = False
        self._is_stop_sent = False
        self._stop_until: float | None = None
        self._is_lost = False

    def ask_to_stop(self) -> None:
        if self._stop_until is None:
            # Afterwards the supervisor kills; the outcome must be written by then.
            self._stop_until = time.monotonic() + 0.9 * self._spec.grace
            self._is_stopping = True
            self._news.set()

    async def carry_out(self) -> int:
        """The exit status of this process: 0 only where the job succeeded."""
        try:
            await self._submit()
            await self._patiently(self._cluster.connect, _NO_ANSWER)
            async with self._log_reader():
                job = await self._follow()
                await self._wait_for_log()
            await self._finish_log()
            outcome = _outcome(job, self._output)
        except R2PError as error:
            if self._is_stopping:
                self._say(f"{error.message} {error.hint}".strip())
            outcome = {"ok": False, "reason": error.message, "hint": error.hint, "results": {}}
        await self._insist(lambda: write_json(self._run.outcome, outcome))
        return 0 if outcome["ok"] else 1

    # --- submitting -----------------------------------------------------------------------------------------

    async def _submit(self) -> None:
        if self._record.stage == "submitted":
            return
        await self._keep()
        if self._record.stage == "new":
            await self._first_contact()
        if self._record.stage == "new" or not await self._has_arrived():
            submission = await asyncio.to_thread(submission_of, self._run, self._spec)
            if self._is_stopping:
                raise R2PError("It was stopped before anything was sent to the cluster.")
            self._say_once("sent", *submission.notes)
            self._record.stage = "sending"
            await self._keep()
            # The id makes a second try harmless: a cluster takes it once.
            submit = partial(self._cluster.submit, self._record.submission_id, submission)
            await self._patiently(submit, (UnreachableError,))
        self._record.stage = "submitted"
        await self._keep()

    async def _first_contact(self) -> None:
        """Nothing is at stake yet: a wrong address is said soon."""
        for number in range(self._pace.first_tries):
            try:
                return await asyncio.to_thread(self._cluster.connect)
            except UnreachableError as error:
                if number + 1 == self._pace.first_tries or self._is_stopping:
                    error.hint = "Look whether the address is right and the cluster runs."
                    raise
            await self._pause(self._pace.first_pause * 2**number)
        return None

    async def _has_arrived(self) -> bool:
        try:
            await self._patiently(partial(self._cluster.job, self._record.submission_id), _NO_ANSWER)
        except UnknownJobError:
            return False
        return True

    # --- following ------------------------------------------------------------------------------------------

    async def _follow(self) -> Job:
        """Until the job has ended, over any number of connections."""
        while True:
            job = await self._patiently(self._ask_job, _NO_ANSWER)
            self._tell(job)
            if job.has_ended:
                return job
            if self._stop_until is not None and time.monotonic() >= self._stop_until:
                raise self._not_stopped(job)
            self._keep_mark()
            soon = job.status == "PENDING" or self._is_stopping
            await self._pause(self._pace.look_soon if soon else self._pace.look)

    def _ask_job(self) -> Job:
        if self._is_stopping and not self._is_stop_sent:
            self._cluster.stop(self._record.submission_id)
            self._is_stop_sent = True
        return self._cluster.job(self._record.submission_id)

    def _tell(self, job: Job) -> None:
        if job.status == "PENDING":
            self._say_once("PENDING", f"Waiting on the cluster at {self._cluster.address}.")
        elif job.status == "RUNNING":
            node = f", on its node {job.node[:12]}" if job.node else ""
            job_id = self._record.submission_id
            self._say_once("RUNNING", f"The cluster at {self._cluster.address} runs it as {job_id}{node}.")

    def _not_stopped(self, job: Job) -> R2PError:
        return R2PError(
            f"The cluster was asked to stop it, and it is still {job.status.lower()} there.",
            self._stop_hint(),
        )

    def _stop_hint(self) -> str:
        return f"End it with: ray job stop --address {self._cluster.address} {self._record.submission_id}"

    # --- the log --------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _log_reader(self) -> AsyncIterator[None]:
        reader = asyncio.create_task(self._read_for_ever())
        try:
            yield
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read_for_ever(self) -> None:
        """Pass after pass; whatever is wrong with the log, only the job's state decides about the run."""
        pause = self._pace.first_pause
        while True:
            before = self._output.taken
            if await self._is_read_to_end():
                self._log_end.set()
                self._news.set()
            is_fresh = self._job_has_ended or self._output.taken > before
            pause = self._pace.first_pause if is_fresh else min(pause * 2, self._pace.longest_pause)
            await asyncio.sleep(pause)
            self._log_end.clear()

    async def _is_read_to_end(self) -> bool:
        """One pass, which `_read_anew` may break off."""
        self._log_pass = asyncio.create_task(self._read_log())
        try:
            await asyncio.wait({self._log_pass})
        finally:
            self._log_pass.cancel()
        return not self._log_pass.cancelled() and self._log_pass.exception() is None

    def _read_anew(self) -> None:
        """A connection that died in silence would be waited on for ever."""
        if self._log_pass is not None:
            self._log_pass.cancel()

    async def _read_log(self) -> None:
        """The log from its beginning; what is taken already, by whatever pass, is passed over."""
        start = 0
        async with aclosing(self._cluster.tail(self._record.submission_id)) as pieces:
            while (piece := await self._next(pieces)) is not None:
                if fresh := piece[self._output.taken - start :]:
                    self._output.take(fresh)
                    await self._insist(self._output.flush)
                start += len(piece)

    async def _next(self, pieces: AsyncGenerator[str]) -> str | None:
        return await asyncio.wait_for(anext(pieces, None), self._pace.longest_silence)

    async def _wait_for_log(self) -> None:
        """Ray ends a pass by itself once the job has ended and its log is read."""
        self._job_has_ended = True
        if not (await self._is_rest_fetched() or await self._is_log_at_end(self._pace.last_lines / 2)):
            self._read_anew()
            if not await self._is_log_at_end(self._pace.last_lines):
                self._say_once("log", "The end of its log could not be fetched from the cluster.")

    async def _finish_log(self) -> None:
        self._output.end()
        await self._insist(self._output.flush)
        self._keep_mark(at_once=True)

    async def _is_rest_fetched(self) -> bool:
        """A short log comes at once; the end of a pass takes Ray some seconds."""
        if self._output.taken > _SHORT_LOG or self._stop_until is not None:
            return False
        try:
            log = await asyncio.to_thread(self._cluster.log, self._record.submission_id)
        except R2PError:
            return False
        self._output.take(log[self._output.taken :])
        return True

    async def _is_log_at_end(self, seconds: float) -> bool:
        if self._stop_until is not None:
            seconds = min(seconds, max(self._stop_until - time.monotonic(), 0.0))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._log_end.wait(), seconds)
        return self._log_end.is_set()

    def _keep_mark(self, *, at_once: bool = False) -> None:
        mark = self._output.mark
        due = at_once or time.monotonic() - self._mark_kept_at >= _KEEP_MARK_SECONDS
        if due and mark != (self._record.log_chars, self._record.log_size):
            self._record.log_chars, self._record.log_size = mark
            self._mark_kept_at = time.monotonic()
            with suppress(OSError):
                write_json(self._run.remote, asdict(self._record))

    # --- patience -------------------------------------------------------------------------------------------

    async def _patiently(self, call: Callable[[], _T], faults: tuple[type[R2PError], ...]) -> _T:
        """Ask until there is an answer: a lost connection is not a lost run."""
        pause = self._pace.first_pause
        while True:
            try:
                answer = await asyncio.to_thread(call)
            except faults:
                self._connection(lost=True)
            except UnknownJobError as error:
                error.hint = "It was perhaps started anew, and its jobs ended with it."
                raise
            else:
                self._connection(lost=False)
                return answer
            if self._stop_until is not None and time.monotonic() + pause >= self._stop_until:
                raise R2PError(
                    "The cluster does not answer, so the job perhaps goes on there.", self._stop_hint()
                )
            await self._pause(pause)
            pause = self._pace.first_pause if self._is_stopping else min(pause * 2, self._pace.longest_pause)

    def _connection(self, *, lost: bool) -> None:
        if lost != self._is_lost:
            self._is_lost = lost
            self._say(
                "Connection lost, the job goes on; trying again." if lost else "The connection is back."
            )

    async def _pause(self, seconds: float) -> None:
        """Shorter where there is news: the log came to an end, or somebody wants to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    async def _insist(self, write: Callable[[], None]) -> None:
        """A full disk may be cleared while the job goes on."""
        while True:
            try:
                return write()
            except OSError:
                await asyncio.sleep(self._pace.first_pause)

    async def _keep(self) -> None:
        await self._insist(lambda: write_json(self._run.remote, asdict(self._record)))

    def _say_once(self, key: str, *sentences: str) -> None:
        if key not in self._record.said:
            for sentence in sentences:
                self._say(sentence)
            self._record.said.append(key)
            with suppress(OSError):
                write_json(self._run.remote, asdict(self._record))

    def _say(self, sentence: str) -> None:
        with suppress(OSError):
            append_line(self._run.events, {"time": self._clock(), "event": "note", "sentence": sentence})


def _outcome(job: Job, output: JobOutput) -> dict[str, Any]:
    told = output.outcome or {"ok": False, "reason": "", "hint": "", "results": {}}
    if job.status == "SUCCEEDED":
        return {**told, "ok": True, "reason": told["reason"] or "The job succeeded on the cluster."}
    if job.status == "STOPPED":
        return {**told, "ok": False, "reason": "The job was stopped on the cluster."}
    reason = "" if told["ok"] else told["reason"]
    return {**told, "ok": False, "reason": reason or _why_failed(job, output.last_line)}


def _why_failed(job: Job, last_line: str) -> str:
    """The exit status and the last line, or what Ray says of a job that never came to run."""
    match = _EXIT_CODE.search(job.message)
    code = job.exit_code if job.exit_code is not None else match and int(match[1])
    if code is None:
        return shorten(
            f"The cluster could not run it: {clean_line(job.message) or 'it gave no reason'}", _REASON_WIDTH
        )
    last = last_line or clean_line(job.message.rpartition("\n")[2])
    return shorten(f"The job ended with exit status {code}: {last}", _REASON_WIDTH)


async def _main(run: RunDir) -> int:
    spec = run.read_spec()
    remote = RemoteRun(run, spec, Cluster(address_of(spec.on)))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, remote.ask_to_stop)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if run.stop.exists():
        remote.ask_to_stop()
    return await remote.carry_out()


def main(arguments: list[str]) -> int:
    """0 where the job succeeded, 1 where it did not, 2 where the folder is of no run on a cluster."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m r2p_tui.runs.ray FOLDER\n")
        return 2
    run = RunDir(Path(arguments[0]).absolute())
    try:
        return asyncio.run(_main(run))
    except R2PError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A command under benchmark: each start of it is one request, from its birth to its end."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from r2p_tui.domain.benchmark import target_words
from r2p_tui.domain.deployment_checklist import (
    DISTRIBUTION,
    EDGE_CASES,
    LOAD,
    judge_command,
    judge_memory,
    not_run,
)
from r2p_tui.domain.latency import summarize
from r2p_tui.domain.measurements import Scenario
from r2p_tui.domain.run_metrics import LineMetrics
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs.benchmark.memory import MemoryFollower, tree_memory
from r2p_tui.runs.benchmark.recording import Recorder
from r2p_tui.runs.launching import OUTER_PATH_VARIABLE
from r2p_tui.runs.silence import environment as quiet_variables
from r2p_tui.runs.stopping import SUPERVISED_VARIABLE
from r2p_tui.text import clean_line, count_of, shorten

_READ_BYTES = 2_000_000
_LOOK_SECONDS = 0.1
_KIB = 1024


class Repeat(NamedTuple):
    """One start of the command; `status` is negative for a signal, None where its time was over."""

    ms: float
    status: int | None
    memory: int
    metrics: Mapping[str, float]
    last_line: str


def measure_command(
    settings: Mapping[str, Any], base: Path, recorder: Recorder, named: Mapping[str, str] | None = None
) -> None:
    """All repeats and the checklist; raises R2PError where the command cannot be started or fails at once."""
    argv: Sequence[str] = settings["target"]
    environ = command_environment(os.environ, recorder.run.work, named or {})
    expected = int(settings.get("expected_exit", 0))
    ends = time.monotonic() + float(settings["seconds"])
    output = recorder.run.work / "command.txt"
    output.parent.mkdir(parents=True, exist_ok=True)

    def repeat() -> Repeat:
        return run_once(argv, base, environ, output, max(ends - time.monotonic(), 0.1))

    cold = repeat()
    if cold.status != expected:
        raise UsageError(_why_failed(settings, cold, expected), "Try the command by itself first.")
    recorder.tell(f"The first run took {cold.ms:,.0f} ms.")
    for _ in range(int(settings["warm_up"]) - 1):
        repeat()
    kept: list[Repeat] = []
    began = time.monotonic()
    while len(kept) < settings["repeats"] and time.monotonic() < ends:
        kept.append(repeat())
        recorder.sample({"wall_ms": kept[-1].ms, **kept[-1].metrics}, len(kept))
    _record(settings, recorder, cold, kept, expected, time.monotonic() - began)


def run_once(
    argv: Sequence[str], folder: Path, environ: Mapping[str, str], output: Path, seconds: float
) -> Repeat:
    """Start it and wait for its end, no longer than so many seconds; raises R2PError for no start."""
    with output.open("wb") as file:
        began = time.perf_counter_ns()
        process = _start(argv, folder, environ, file.fileno())
        with _no_longer_than(process, seconds) as over, _follower(process.pid) as follower:
            process.wait()
            ended = time.perf_counter_ns()
    metrics, last = read_output(output)
    status = None if over.is_set() else process.returncode
    return Repeat((ended - began) / 1e6, status, max([_peak(), *follower.samples]), metrics, last)


def command_environment(environ: Mapping[str, str], work: Path, named: Mapping[str, str]) -> dict[str, str]:
    """The user's own: what r2p has set for its worker is taken away again."""
    ours = {*quiet_variables(work), SUPERVISED_VARIABLE, OUTER_PATH_VARIABLE}
    kept = {name: value for name, value in environ.items() if name not in ours or name in named}
    if OUTER_PATH_VARIABLE in environ and "PYTHONPATH" not in named:
        kept["PYTHONPATH"] = environ[OUTER_PATH_VARIABLE]
        if not kept["PYTHONPATH"]:
            del kept["PYTHONPATH"]
    return kept


def read_output(output: Path) -> tuple[dict[str, float], str]:
    """The last value of each metric that was printed, and the last line; of the last two megabytes."""
    with output.open("rb") as file:
        with suppress(OSError):
            file.seek(-_READ_BYTES, os.SEEK_END)
        text = file.read(_READ_BYTES).decode("utf-8", "replace")
    lines = LineMetrics()
    metrics: dict[str, float] = {}
    last = ""
    for line in text.replace("\r", "\n").split("\n"):
        if line.strip():
            last = line
            for point in lines.read(line, 0.0):
                metrics |= point.values
    return metrics, shorten(clean_line(last), 160)


def _start(
    argv: Sequence[str], folder: Path, environ: Mapping[str, str], output: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(argv), cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    except FileNotFoundError as error:
        missing = folder if not folder.is_dir() else argv[0]
        raise NotFoundError(f"{shorten(clean_line(str(missing)), 120)} was not found.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{shorten(clean_line(argv[0]), 120)} could not be started: {clean_line(str(reason))}."
        ) from error


@contextmanager
def _no_longer_than(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """End it after so many seconds, or with the block; waiting with a limit would look every 50 ms only."""
    over = threading.Event()

    def end() -> None:
        over.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        if process.returncode is None:
            process.kill()
            process.wait()


def _follower(pid: int) -> MemoryFollower:
    return MemoryFollower(lambda: tree_memory([pid]), _LOOK_SECONDS)


def _peak() -> int:
    """The most memory, in bytes, that the system saw of any one process that was started here."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else _KIB)


def _record(
    settings: Mapping[str, Any],
    recorder: Recorder,
    cold: Repeat,
    kept: Sequence[Repeat],
    expected: int,
    seconds: float,
) -> None:
    right = [one for one in kept if one.status == expected]
    errors = sum(one.status is not None and one.status != expected for one in kept)
    means = _means(right)
    notes = [f"It printed {name} {value:g} on average." for name, value in list(means.items())[:8]]
    if len(kept) < settings["repeats"]:
        notes.append(
            f"It ended after {seconds:.3g} s with {len(kept):,} of {count_of(settings['repeats'], 'repeat')}."
        )
    recorder.add_scenario(
        Scenario(
            name="single stream",
            words="One start after the other, each from its birth to its end.",
            latency=summarize([one.ms for one in right]) if right else None,
            throughput=len(right) / seconds if seconds > 0 else None,
            requests=len(kept),
            errors=errors,
            lost=len(kept) - len(right) - errors,
            seconds=seconds,
            notes=tuple(notes),
        ),
        [one.ms for one in right],
    )
    recorder.price("command", settings.get("price_per_hour"))
    if settings["checklist"]:
        _check(recorder, cold, kept, right, expected, means)


def _check(
    recorder: Recorder,
    cold: Repeat,
    kept: Sequence[Repeat],
    right: Sequence[Repeat],
    expected: int,
    means: Mapping[str, float],
) -> None:
    faults = [_status_words(one) for one in kept if one.status != expected]
    usual = summarize([one.ms for one in right]).p50 if right else None
    for check in (
        judge_command(len(right), len(kept), expected, means, faults),
        not_run(DISTRIBUTION, "a command brings its own input, which is not known here"),
        not_run(LOAD, "a command serves one request at a time; a service is measured by its address"),
        not_run(EDGE_CASES, "how the command takes its input is not known"),
        judge_memory(cold.ms, usual, [one.memory for one in kept], None),
    ):
        recorder.add_check(check)
    recorder.step(
        {"checks_passed": float(sum(one.state == "passed" for one in recorder.measurement.checklist))}
    )


def _means(right: Sequence[Repeat]) -> dict[str, float]:
    names = set.intersection(*(set(one.metrics) for one in right)) if right else set()
    return {name: fmean(one.metrics[name] for one in right) for name in sorted(names)}


def _why_failed(settings: Mapping[str, Any], cold: Repeat, expected: int) -> str:
    words = target_words(settings)
    if cold.status is None:
        return f"“{words}” did not end within {settings['seconds']:g} s."
    said = f": {cold.last_line}" if cold.last_line else "."
    return f"“{words}” ended with {_status_words(cold)}, not with {expected}{said}"


def _status_words(one: Repeat) -> str:
    if one.status is None:
        return "no end in time"
    return f"signal {-one.status}" if one.status < 0 else f"exit status {one.status}"

"""The loops in which engines are timed, within the host: one at a time, many at once, and as a service.

Images are taken in turn and laid out before the clock starts; the garbage collector waits meanwhile.
"""

from __future__ import annotations

import gc
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from r2p_tui.runs.engines.engine import Images, Runner

_MS = 1e-6
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class ServerTimes:
    """What a service made of its requests; `latencies` in ms of those it answered, in order of arrival.

    `lost` were sent and never answered, `errors` answered with an error; `seconds` last from the first
    arrival to the last answer.
    """

    latencies: NDArray[np.float64]
    requests: int
    errors: int
    lost: int
    seconds: float


@contextmanager
def _undisturbed() -> Iterator[None]:
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def single_stream(
    run: Runner,
    synchronize: Callable[[], None] | None,
    batches: Sequence[Images],
    count: int,
    warm_up: int = 0,
) -> NDArray[np.float64]:
    """Milliseconds of each of `count` calls that follow one another; a GPU is waited for on both sides."""
    took = np.zeros(count, dtype=np.int64)
    clock, many = time.perf_counter_ns, len(batches)
    for number in range(warm_up):
        run(batches[number % many])
    with _undisturbed():
        for number in range(count):
            images = batches[number % many]
            if synchronize is not None:
                synchronize()
            began = clock()
            run(images)
            if synchronize is not None:
                synchronize()
            took[number] = clock() - began
    return took.astype(np.float64) * _MS


def offline(
    run: Runner, synchronize: Callable[[], None] | None, batches: Sequence[Images], seconds: float
) -> tuple[int, float]:
    """Images that were done, and the seconds that they took: batch after batch until the time is over."""
    done, number, many = 0, 0, len(batches)
    run(batches[0])
    with _undisturbed():
        if synchronize is not None:
            synchronize()
        began = time.perf_counter()
        until = began + seconds
        while time.perf_counter() < until:
            images = batches[number % many]
            run(images)
            done += len(images)
            number += 1
        if synchronize is not None:
            synchronize()
        return done, time.perf_counter() - began


def poisson_arrivals(rate: float, seconds: float, seed: int) -> NDArray[np.float64]:
    """When requests arrive, in seconds from the start: gaps are exponential with a mean of 1 / `rate`."""
    numbers = np.random.default_rng(seed)
    expected = rate * seconds
    # Far more than will be needed, so that one draw does.
    gaps = numbers.exponential(1.0 / rate, size=int(expected + 10 * expected**0.5 + 20))
    arrivals = np.cumsum(gaps)
    return arrivals[arrivals < seconds]


@dataclass
class _Answers:
    """Kept by one worker alone, so that no lock is held while it computes."""

    places: list[int] = field(default_factory=list)
    nanoseconds: list[int] = field(default_factory=list)
    errors: int = 0
    last: int = 0


def open_loop(
    runners: Sequence[Runner], batches: Sequence[Images], arrivals: NDArray[np.float64], drain_seconds: float
) -> ServerTimes:
    """Requests that arrive when they arrive, whether the one before was answered or not.

    The time of each counts from its arrival, so that a queue shows. A free worker takes the next that waits,
    or waits for it: that is one queue, first come first served. What was not begun `drain_seconds` after the
    last arrival is lost.
    """
    waiting = deque(enumerate((arrivals * 1e9).astype(np.int64).tolist()))
    give_up = int((float(arrivals[-1]) if len(arrivals) else 0.0) * 1e9 + drain_seconds * 1e9)

    def work(run: Runner, answers: _Answers, began: int) -> None:
        while True:
            try:
                place, arrival = waiting.popleft()
            except IndexError:
                return
            _sleep_until(began + arrival)
            if time.perf_counter_ns() - began > give_up:
                return
            _answer(run, batches[place % len(batches)], answers, place, began + arrival)

    return _serve(runners, work, len(arrivals))


def closed_loop(
    runners: Sequence[Runner], batches: Sequence[Images], clients: int, seconds: float
) -> ServerTimes:
    """Clients that each send the next request when the last was answered, until the time is over.

    What was sent by then is answered. The requests of all wait in one queue, first come first served.
    """
    waiting: deque[int] = deque()
    numbers = itertools.count()

    def work(run: Runner, answers: _Answers, began: int) -> None:
        until = began + int(seconds * 1e9)
        while True:
            try:
                sent = waiting.popleft()
            except IndexError:
                return
            place = next(numbers)
            _answer(run, batches[place % len(batches)], answers, place, sent or began)
            if (now := time.perf_counter_ns()) < until:
                waiting.append(now)

    # 0 stands for the start of the clock, which all clients send at.
    waiting.extend([0] * clients)
    return _serve(runners[:clients], work, None)


def _sleep_until(moment: int) -> None:
    while (left := moment - time.perf_counter_ns()) > 0:
        time.sleep(left * 1e-9)


def _answer(run: Runner, images: Images, answers: _Answers, place: int, arrived: int) -> None:
    try:
        run(images)
    except Exception:
        answers.errors += 1
    else:
        answers.places.append(place)
        answers.nanoseconds.append(time.perf_counter_ns() - arrived)
    answers.last = time.perf_counter_ns()


def _serve(
    runners: Sequence[Runner],
    work: Callable[[Runner, _Answers, int], None],
    sent: int | None,
) -> ServerTimes:
    """Carry `work` out by a thread for each runner; where nobody counts what was `sent`, all was answered."""
    kept = [_Answers() for _ in runners]
    gate = threading.Barrier(len(runners) + 1)
    start: list[int] = []

    def enter(run: Runner, answers: _Answers) -> None:
        gate.wait()
        gate.wait()
        work(run, answers, start[0])

    threads = [
        threading.Thread(target=enter, args=pair, daemon=True) for pair in zip(runners, kept, strict=True)
    ]
    with _undisturbed():
        for thread in threads:
            thread.start()
        gate.wait()
        start.append(time.perf_counter_ns())
        gate.wait()
        for thread in threads:
            thread.join()
    return _times(kept, start[0], sent)


def _times(kept: Sequence[_Answers], began: int, sent: int | None) -> ServerTimes:
    places = np.array([place for answers in kept for place in answers.places], dtype=np.int64)
    took = np.array([value for answers in kept for value in answers.nanoseconds], dtype=np.float64)
    errors = sum(answers.errors for answers in kept)
    requests = len(took) + errors if sent is None else sent
    seconds = max(max(answers.last for answers in kept) - began, 0) * 1e-9
    return ServerTimes(
        took[np.argsort(places)] * _MS, requests, errors, requests - len(took) - errors, seconds
    )

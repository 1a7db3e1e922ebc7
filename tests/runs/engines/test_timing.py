"""The loops, with runners that are plain functions; no test looks at how fast they are."""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.runs.engines import timing
from r2p_tui.runs.engines.engine import Arrays, Images

BATCHES = [np.full((1, 3, 2, 2), number, dtype=np.float32) for number in range(3)]


class Runner:
    def __init__(self, seconds: float = 0.0, fails: bool = False) -> None:
        self.seen: list[float] = []
        self.collected: list[bool] = []
        self._seconds = seconds
        self._fails = fails

    def __call__(self, images: Images) -> Arrays:
        self.seen.append(float(images.flat[0]))
        self.collected.append(gc.isenabled())
        time.sleep(self._seconds)
        if self._fails:
            raise ValueError
        return [images]


def test_images_are_taken_in_turn_while_the_collector_rests() -> None:
    run = Runner()
    took = timing.single_stream(run, None, BATCHES, 5, warm_up=2)
    assert run.seen == [0, 1, 0, 1, 2, 0, 1]
    assert len(took) == 5 and (took > 0).all()
    assert run.collected[2:] == [False] * 5 and gc.isenabled()


def test_a_gpu_is_waited_for_on_both_sides() -> None:
    order: list[str] = []

    def run(images: Images) -> Arrays:
        order.append("run")
        return [images]

    timing.single_stream(run, lambda: order.append("wait"), BATCHES, 2)
    assert order == ["wait", "run", "wait"] * 2


def test_offline_counts_images() -> None:
    batches = [np.zeros((4, 3, 2, 2), dtype=np.float32)]
    done, seconds = timing.offline(Runner(0.005), None, batches, 0.05)
    assert seconds >= 0.05 and done % 4 == 0 and 4 <= done <= 4 * 11


@given(st.floats(0.5, 500), st.floats(0.1, 5), st.integers(0, 99))
def test_arrivals_lie_in_order_within_the_time(rate: float, seconds: float, seed: int) -> None:
    arrivals = timing.poisson_arrivals(rate, seconds, seed)
    assert (np.diff(arrivals) >= 0).all()
    assert not len(arrivals) or (arrivals[0] > 0 and arrivals[-1] < seconds)
    assert np.array_equal(arrivals, timing.poisson_arrivals(rate, seconds, seed))


def test_arrivals_are_poisson() -> None:
    """Over many seeds the count in a second has the mean and the variance of the rate."""
    counts = [len(timing.poisson_arrivals(50.0, 1.0, seed)) for seed in range(2000)]
    assert np.mean(counts) == pytest.approx(50, abs=0.6)
    assert np.var(counts) == pytest.approx(50, rel=0.12)


def test_a_queue_shows_in_the_times() -> None:
    """Ten requests at once and 10 ms for each: the last waits for all others."""
    times = timing.open_loop([Runner(0.01)], BATCHES, np.zeros(10), drain_seconds=60)
    assert times.requests == 10 and times.lost == 0
    assert (np.diff(times.latencies) >= 9.9).all()
    assert times.latencies[-1] >= 100 and times.seconds >= 0.1


def test_two_workers_share_one_queue() -> None:
    runners = [Runner(0.005), Runner(0.005)]
    times = timing.open_loop(runners, BATCHES, np.zeros(20), drain_seconds=60)
    assert len(times.latencies) == 20
    assert all(len(run.seen) >= 5 for run in runners)
    assert sum(len(run.seen) for run in runners) == 20


def test_nothing_is_answered_before_it_arrives() -> None:
    times = timing.open_loop([Runner()], BATCHES, np.array([0.0, 0.05, 0.1]), drain_seconds=60)
    assert times.seconds >= 0.1 and (times.latencies > 0).all()


def test_what_is_not_begun_in_time_is_lost() -> None:
    times = timing.open_loop([Runner(0.05)], BATCHES, np.zeros(20), drain_seconds=0.1)
    assert times.lost > 0
    assert times.requests == 20 == len(times.latencies) + times.lost


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_dies_loses_what_it_had() -> None:
    def run(_: Images) -> Arrays:
        raise SystemExit

    times = timing.open_loop([run], BATCHES, np.zeros(3), drain_seconds=1)
    assert times.requests == 3 and times.lost == 3 and times.errors == 0


def test_errors_are_answers() -> None:
    times = timing.open_loop([Runner(fails=True)], BATCHES, np.zeros(4), drain_seconds=1)
    assert (times.requests, times.errors, times.lost, len(times.latencies)) == (4, 4, 0, 0)


def test_no_arrivals_at_all() -> None:
    times = timing.open_loop([Runner()], BATCHES, np.array([]), drain_seconds=1)
    assert (times.requests, times.lost, times.seconds) == (0, 0, 0.0)


@pytest.mark.parametrize(("clients", "workers"), [(1, 1), (1, 4), (4, 4), (20, 3)])
def test_each_client_has_one_request_at_a_time(clients: int, workers: int) -> None:
    running, most, guard = 0, 0, threading.Lock()

    def run(images: Images) -> Arrays:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with guard:
            running -= 1
        return [images]

    times = timing.closed_loop([run] * workers, BATCHES, clients, seconds=0.15)
    assert 1 <= most <= min(clients, workers)
    assert times.requests == len(times.latencies) >= clients
    assert times.lost == 0 and times.seconds >= 0.15
    # By Little's law there are never more in the system than there are clients.
    assert times.latencies.sum() / 1000 <= clients * times.seconds * 1.001

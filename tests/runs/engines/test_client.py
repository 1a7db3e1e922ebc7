"""A host as its client sees it: what it answers, how it fails, and that nothing of it stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from r2p_tui.runs.engines.client import EngineError, EngineHost
from r2p_tui.runs.engines.engine import Images
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.runs.processes import facts_of

HOST = "tests.runs.engines.fake_host"
SIZE = (4, 6)
Hosts = Callable[..., EngineHost]


def spec_of(making: str = "", batch: int = 1) -> EngineSpec:
    return EngineSpec(
        engine="fake", precision="fp32", file="none", image_size=SIZE, making=making, batch=batch, threads=2
    )


def some_images(count: int) -> Images:
    return np.random.default_rng(1).random((count, 3, *SIZE), dtype=np.float32)


def host(folder: Path, making: str = "", batch: int = 1, **named: float) -> EngineHost:
    return EngineHost(spec_of(making, batch), folder / "work", module=HOST, **named)  # type: ignore[arg-type]


def is_gone(pid: int) -> bool:
    facts = facts_of(pid)
    return facts is None or facts.is_zombie


def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not become true")


def pid_of(one: EngineHost) -> int:
    assert one._host is not None
    return one._host.pid


def test_what_a_loaded_model_tells(tmp_path: Path) -> None:
    with host(tmp_path, batch=2) as one:
        loaded = one.start()
        pid = pid_of(one)
        now, peak = one.memory()
    assert loaded.inputs == {"images": (2, 3, 4, 6)} and loaded.outputs["means"] == (2, 3)
    assert (loaded.device, loaded.version) == ("paper", "2")
    assert loaded.notes == ("It is not real.", "It has settled.")
    assert loaded.proof is not None and loaded.proof.qdq_pairs == 2
    assert 0 < loaded.load_ms < loaded.cold_start_ms
    assert loaded.memory_idle > 1_000_000 and 0 < now <= peak
    assert is_gone(pid)


@pytest.mark.parametrize(("count", "batch"), [(1, 1), (5, 2), (7, 3), (130, 4), (2, 8)])
def test_any_number_of_images_in_batches_of_one_size(tmp_path: Path, count: int, batch: int) -> None:
    images = some_images(count)
    with host(tmp_path, batch=batch) as one:
        one.start()
        means, corner = one.infer(images)
    assert np.allclose(means, images.mean(axis=(2, 3))) and means.dtype == np.float32
    assert np.array_equal(corner[:, 0, 0], images[:, 0, 0, 0])


def test_its_measurements(tmp_path: Path) -> None:
    with host(tmp_path, "slow") as one:
        one.start()
        took = one.single_stream(some_images(3), 5, warm_up=1)
        done, seconds = one.offline(some_images(3), 1, 0.1)
        times = one.server(some_images(3), clients=3, rate=None, seconds=0.1, seed=0, workers=2)
        layers = one.profile(some_images(1), 2)
    assert took.shape == (5,) and (took >= 20).all()
    assert seconds >= 0.1 and done >= 1
    assert times.requests == len(times.latencies) > 0 and times.lost == 0
    assert [layer.share for layer in layers] == [0.75, 0.25]
    assert layers[1].name.isprintable()


def test_its_folder_is_left_tidy(tmp_path: Path) -> None:
    with host(tmp_path) as one:
        one.start()
        one.infer(some_images(2))
    assert not [path for path in (tmp_path / "work").iterdir() if path.suffix in (".npy", ".npz")]


def test_what_libraries_print_goes_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("before\n")
    with EngineHost(spec_of("prints"), tmp_path / "work", log, module=HOST) as one:
        assert one.start().device == "paper"
    assert log.read_text().count("spoofed") == 2 and log.read_text().startswith("before\n")


@pytest.mark.parametrize(
    ("making", "words"),
    [
        ("refuses", "It does not want to."),
        ("raises", "It failed with RuntimeError: first line"),
        ("exits", "ended with status 7; its last line was: “the last word”"),
        ("network", "192.0.2.1"),
    ],
)
def test_a_model_that_cannot_be_loaded(tmp_path: Path, making: str, words: str) -> None:
    with host(tmp_path, making) as one, pytest.raises(EngineError) as caught:
        one.start()
    assert words in caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("making", "words"), [("segfault", "segmentation fault (SIGSEGV)"), ("killed", "memory runs out")]
)
def test_a_host_that_crashes(tmp_path: Path, making: str, words: str) -> None:
    with host(tmp_path, making) as one:
        one.start()
        with pytest.raises(EngineError, match="process") as caught:
            one.infer(some_images(1))
        assert words in caught.value.message
        with pytest.raises(EngineError, match="not running"):
            one.infer(some_images(1))
        with pytest.raises(EngineError, match="not running"):
            one.memory()


def test_memory_that_runs_out_leaves_the_host_alive(tmp_path: Path) -> None:
    with host(tmp_path, "memory") as one:
        one.start()
        with pytest.raises(EngineError, match="memory of this computer is too small"):
            one.infer(some_images(1))
        assert one.memory()[0] > 0


def test_a_start_that_takes_too_long(tmp_path: Path) -> None:
    with host(tmp_path, "hangs", start_seconds=3.0) as one:
        with pytest.raises(EngineError, match="no answer within 3 s"):
            one.start()
        assert is_gone(pid_of(one))


def test_what_a_library_started_ends_with_it(tmp_path: Path) -> None:
    with host(tmp_path, "child") as one:
        one.start()
        child = int((tmp_path / "work/child.pid").read_text())
        assert not is_gone(child)
    until(lambda: is_gone(child))


def test_a_host_is_not_started_twice(tmp_path: Path) -> None:
    with host(tmp_path) as one:
        with pytest.raises(EngineError, match="not running"):
            one.single_stream(some_images(1), 1)
        one.start()
        with pytest.raises(EngineError, match="started before"):
            one.start()
    one.close()


PARENT = """
import os, signal, sys, time
from pathlib import Path
from tests.runs.engines.test_client import host
one = host(Path(sys.argv[1]), "child")
one.start()
print(one._host.pid, flush=True)
if sys.argv[2] == "fork" and os.fork() == 0:
    time.sleep(600)
time.sleep(600)
"""


@pytest.mark.parametrize("way", ["plain", "fork"])
def test_it_does_not_outlive_its_parent(tmp_path: Path, way: str) -> None:
    """Not even where a fork of the parent still holds the pipes open."""
    command = [sys.executable, "-c", PARENT, str(tmp_path), way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        child = int((tmp_path / "work/child.pid").read_text())
        assert not is_gone(pid)
        os.kill(parent.pid, 9)
        try:
            until(lambda: is_gone(pid) and is_gone(child))
        finally:
            os.killpg(parent.pid, 9)


def test_it_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    with host(tmp_path) as one:
        starter = threading.Thread(target=one.start)
        starter.start()
        starter.join()
        time.sleep(0.1)
        assert len(one.infer(some_images(2))[0]) == 2


def test_memory_is_told_while_it_computes(tmp_path: Path) -> None:
    with host(tmp_path, "slow") as one:
        one.start()
        busy = threading.Thread(target=lambda: one.single_stream(some_images(1), 50))
        busy.start()
        assert one.memory()[0] > 0
        assert busy.is_alive()
        busy.join()


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 3, *SIZE), dtype=np.float64),
        np.zeros((0, 3, *SIZE), dtype=np.float32),
        np.zeros((1, 1, *SIZE), dtype=np.float32),
        np.zeros((3, *SIZE), dtype=np.float32),
        np.zeros((1, 3, 4, 5), dtype=np.float32),
    ],
)
def test_images_that_do_not_fit(tmp_path: Path, images: Images) -> None:
    with host(tmp_path) as one, pytest.raises(EngineError, match="takes float32 images of n x 3 x 4 x 6"):
        one.infer(images)


def test_requests_that_fail_are_errors_and_not_lost(tmp_path: Path) -> None:
    with host(tmp_path, "third fails") as one:
        one.start()
        times = one.server(some_images(2), clients=None, rate=200.0, seconds=0.2, seed=3, workers=1)
    assert times.lost == 0 and times.errors > 0
    assert times.requests == times.errors + len(times.latencies)


@pytest.mark.parametrize(("clients", "rate"), [(None, None), (2, 5.0), (0, None), (None, 0.0)])
def test_a_service_asked_in_no_way_or_in_two(tmp_path: Path, clients: int | None, rate: float | None) -> None:
    with host(tmp_path) as one, pytest.raises(EngineError, match="one of the two"):
        one.server(some_images(1), clients=clients, rate=rate, seconds=1.0, seed=0, workers=1)


def test_refusals_are_noted_below_its_folder(tmp_path: Path) -> None:
    with host(tmp_path, "network") as one, pytest.raises(EngineError):
        one.start()
    notes = [json.loads(line) for line in (tmp_path / "work/events.jsonl").read_text().splitlines()]
    assert any("192.0.2.1" in note["sentence"] for note in notes)

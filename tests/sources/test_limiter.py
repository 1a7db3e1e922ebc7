"""One request at a time over all processes, with a gap after each."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from r2p_tui.errors import SourceBusyError, SourceError
from r2p_tui.sources import limiter as module
from r2p_tui.sources.limiter import ARXIV_INTERVAL, Limiter
from tests.sources.scripted_server import NOW, FakeClock, answer, scripted

GAP = 0.15

CLIENT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from r2p_tui.sources.http import PoliteSession
url, folder, gap = sys.argv[1:]
limits, now = Path(folder), datetime.now(UTC)
session = PoliteSession("arXiv", bases=[url], limits=limits, now=now, loopback_interval=float(gap))
for number in range(3):
    session.get(f"{url}/{number}")
"""


def test_arxiv_asks_for_three_seconds() -> None:
    assert ARXIV_INTERVAL == 3.0


def test_four_processes_keep_the_gap_and_one_connection(tmp_path: Path) -> None:
    with scripted(answer("<feed/>")) as server:
        server.thinking = 0.02
        clients = [
            subprocess.Popen([sys.executable, "-c", CLIENT, server.url, str(tmp_path), str(GAP)])
            for _ in range(4)
        ]
        assert [client.wait(60) for client in clients] == [0, 0, 0, 0]
    seen = sorted(server.seen, key=lambda request: request.came)
    assert len(seen) == 12
    assert server.most_at_once == 1
    gaps = [later.came - earlier.answered for earlier, later in itertools.pairwise(seen)]
    assert min(gaps) >= GAP


def turn(limiter: Limiter, clock: FakeClock, now: datetime = NOW) -> None:
    with limiter.turn(now=now, wait=lambda seconds, _: clock.sleep(seconds)):
        pass


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def limiter(tmp_path: Path, clock: FakeClock) -> Limiter:
    return Limiter(tmp_path / "limits" / "arxiv.lock", "arXiv", monotonic=clock.monotonic)


def test_the_gap_counts_from_the_end_of_the_last_request(limiter: Limiter, clock: FakeClock) -> None:
    turn(limiter, clock)
    assert sum(clock.sleeps) == 0
    clock.time += 1.0
    turn(limiter, clock)
    assert sum(clock.sleeps) == pytest.approx(2.0)


def test_a_failed_request_counts_too(limiter: Limiter, clock: FakeClock) -> None:
    with pytest.raises(SourceError), limiter.turn(now=NOW, wait=lambda *_: None):
        raise SourceError("broken.")
    turn(limiter, clock)
    assert sum(clock.sleeps) == pytest.approx(3.0)


@pytest.mark.parametrize("jump", [-1e9, -10.0, 1e9])
def test_a_jump_of_the_clock_costs_at_most_one_gap(limiter: Limiter, clock: FakeClock, jump: float) -> None:
    turn(limiter, clock)
    clock.time += jump
    turn(limiter, clock)
    assert sum(clock.sleeps) <= 3.0


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"ended": "x"}', '{"unknown": 1}', "\0" * 99])
def test_a_spoiled_file_is_no_obstacle(limiter: Limiter, clock: FakeClock, tmp_path: Path, text: str) -> None:
    path = tmp_path / "limits" / "arxiv.lock"
    path.parent.mkdir()
    path.write_text(text)
    turn(limiter, clock)
    turn(limiter, clock)
    assert sum(clock.sleeps) == pytest.approx(3.0)


def test_a_dead_holder_frees_the_turn(tmp_path: Path, limiter: Limiter, clock: FakeClock) -> None:
    path = tmp_path / "limits" / "arxiv.lock"
    path.parent.mkdir()
    path.touch()
    code = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, 2); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=-1, stdout=-1) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said: list[str] = []

        def wait(_: float, why: str) -> None:
            said.append(why)
            holder.kill()
            holder.wait()

        with limiter.turn(now=NOW, wait=wait):
            pass
    assert said[0] == "Waiting for another r2p that is using arXiv"


def test_a_long_queue_is_left(tmp_path: Path, limiter: Limiter, clock: FakeClock) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with limiter.turn(now=NOW, wait=lambda *_: None):
            entered.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert entered.wait(30)
        with pytest.raises(SourceBusyError, match="for 3 min"):
            turn(limiter, clock)
    finally:
        leave.set()
        holder.join()


def test_a_hold_is_capped_and_ends(limiter: Limiter, clock: FakeClock) -> None:
    limiter.hold(1e9, now=NOW, wait=lambda *_: None)
    with pytest.raises(SourceBusyError) as caught:
        turn(limiter, clock, NOW + timedelta(minutes=1))
    assert caught.value.retry_after == pytest.approx(module.LONGEST_HOLD_SECONDS - 60)
    turn(limiter, clock, NOW + timedelta(minutes=15))


def test_a_folder_that_cannot_be_made(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="cannot be written"):
        turn(Limiter(tmp_path / "file" / "arxiv.lock", "arXiv"), clock)

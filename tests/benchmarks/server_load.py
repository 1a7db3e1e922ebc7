"""50 clients on a server on loopback for a minute, by r2p's load generator and by wrk, in turn.

The server answers after a random time of known distribution (median 20 ms) and a little computing. Both
tools hold the same number of connections for the same time, in short turns, so that a busy moment of the
machine hits both.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import sys
from statistics import fmean

import numpy as np

from r2p_tui.domain.endpoint_address import endpoint_of
from r2p_tui.runs.benchmark.http_client import Request, find_place, payload, run_loop
from r2p_tui.runs.benchmark.load import Load, Plan, put_load
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure

CLIENTS, TURNS, SECONDS, LIMIT = 50, 6, 10.0, 0.05
MEDIAN_MS, SIGMA = 20.0, 0.5
PERCENTS = (50, 75, 90, 99)
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}
SERVER = f"""
import asyncio, random
numbers = random.Random(5)
class Answers(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.waiting = transport, b""
    def data_received(self, data):
        self.waiting += data
        while (end := self.waiting.find(b"\\r\\n\\r\\n")) >= 0:
            self.waiting = self.waiting[end + 4:]
            delay = numbers.lognormvariate({math.log(MEDIAN_MS / 1e3)}, {SIGMA})
            asyncio.get_running_loop().call_later(delay, self.answer)
    def answer(self):
        text = str(sum(number * number for number in range(300))).encode()
        self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(text), text))
async def main():
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def main() -> None:
    if shutil.which("wrk") is None:
        print("wrk is not installed, and nothing stands beside r2p's figures: apt-get install wrk")
        FIGURES.append(Figure("wrk is installed", 0, None, None, 1, False))
        return
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = f"http://127.0.0.1:{int(server.stdout.readline())}/"
        _ours(address, 2.0)
        turns = [_turn(address, number) for number in range(TURNS)]
    finally:
        server.kill()
        server.communicate()
    _report([turn[0] for turn in turns], [turn[1] for turn in turns])


def _turn(address: str, number: int) -> tuple[Load, dict[str, float]]:
    """One turn of both, the order changed each time."""
    if number % 2:
        theirs = _wrk(address)
        return _ours(address, SECONDS), theirs
    return _ours(address, SECONDS), _wrk(address)


def _ours(address: str, seconds: float) -> Load:
    endpoint = endpoint_of(address)
    place = run_loop(lambda _: find_place(endpoint))
    return put_load(place, [Request(payload(endpoint, "GET"))], Plan(seconds=seconds, clients=CLIENTS))


def _wrk(address: str) -> dict[str, float]:
    """Percentiles in ms and requests a second, as wrk prints them."""
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS:.0f}s", "--latency", address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {
        f"p{percent}": float(value) * _UNITS[unit]
        for percent, value, unit in re.findall(r"^\s+(50|75|90|99)%\s+([\d.]+)(us|ms|s|m)$", told, re.M)
    }
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate is not None, told
    return found | {"requests a second": float(rate[1])}


def _report(ours: list[Load], theirs: list[dict[str, float]]) -> None:
    times = [np.array(load.latencies_ms()) for load in ours]
    for percent in PERCENTS:
        mine = fmean(float(np.percentile(one, percent)) for one in times)
        beside = fmean(one[f"p{percent}"] for one in theirs)
        _beside(f"{CLIENTS} clients, p{percent} / wrk", mine, beside, "ms")
    rate = fmean(one["requests a second"] for one in theirs)
    _beside(f"{CLIENTS} clients, requests a second / wrk", fmean(load.held for load in ours), rate, "/s")
    held = sum(load.seconds for load in ours)
    wrong = sum(load.lost + load.errors for load in ours)
    sent = sum(load.sent for load in ours)
    _count(f"lost or wrong of {sent:,} requests in {held:.0f} s", wrong, 0, wrong == 0)
    busy = max(load.processor for load in ours)
    _count("share of a core that the load took", round(busy, 3), 0.5, busy <= 0.5)


def _beside(name: str, mine: float, beside: float, unit: str) -> None:
    """Passes where the ratio is within the limit on both sides."""
    ratio = mine / beside
    passed = abs(ratio - 1) <= LIMIT
    FIGURES.append(Figure(name, mine, beside, ratio, 1 + LIMIT, passed))
    words = (f"{mine:.4g} {unit}", f"{beside:.4g} {unit}", f"{ratio:.3f}x", f"±{LIMIT * 100:.0f} %")
    print(COLUMNS.format(name, *words, "PASS" if passed else "MISS"), flush=True)


def _count(name: str, value: float, limit: float, passed: bool) -> None:
    FIGURES.append(Figure(name, value, None, None, limit, passed))
    print(COLUMNS.format(name, value, "", "", f"<= {limit:g}", "PASS" if passed else "MISS"), flush=True)

"""Load: every request is accounted for, whatever the server does; queues show in an open loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from r2p_tui.domain.benchmark import poisson_arrivals
from r2p_tui.domain.endpoint_address import endpoint_of
from r2p_tui.runs.benchmark.http_client import Place, Request, find_place, payload, run_loop
from r2p_tui.runs.benchmark.load import NO_CONNECTION, Load, Plan, put_load
from tests.runs.benchmark.servers import Talk, answering, read_request, serving, whole


def place_at(port: int) -> Place:
    endpoint = endpoint_of(f"http://127.0.0.1:{port}/")
    return run_loop(lambda _: find_place(endpoint))


def loaded(talk: Talk, plan: Plan, *, body: bytes = b"", expected: int | None = None) -> Load:
    with serving(talk) as port:
        place = place_at(port)
        method = "POST" if body else "GET"
        request = Request(payload(place.endpoint, method, body), method, expected)
        return put_load(place, [request], plan)


def assert_accounted(load: Load) -> None:
    assert load.sent == len(load.right) + load.errors + load.lost
    assert sum(load.faults.values()) == load.errors + load.lost
    assert all(one.arrival <= one.sent <= one.ended for one in load.exchanges)


def test_many_clients_lose_nothing_and_every_answer_is_seen() -> None:
    seen: list[int] = []
    lock = threading.Lock()

    def answer(number: int, _line: str, _headers: dict[str, str], body: bytes) -> bytes:
        with lock:
            seen.append(number)
        return whole(body)

    load = loaded(answering(answer, seconds=0.01), Plan(seconds=1.0, clients=50), body=b"x" * 100)
    assert_accounted(load)
    assert load.lost == load.errors == 0
    assert load.sent == len(seen) > 100
    assert load.connections == 50 and load.reconnects == 0
    assert all(one.size == 100 for one in load.exchanges)
    assert sum(load.each_second()) <= load.sent and min(load.latencies_ms()) >= 9.0


def test_a_number_of_requests_ends_the_load() -> None:
    load = loaded(answering(lambda *_: whole()), Plan(seconds=30.0, clients=4, requests=37))
    assert load.sent == 37 and load.lost == 0 and load.seconds < 30


def test_errors_are_no_losses() -> None:
    def answer(number: int, *_: object) -> bytes:
        return whole() if number % 2 else whole(b"busy", "503 Service Unavailable")

    load = loaded(answering(answer), Plan(seconds=30.0, requests=20))
    assert_accounted(load)
    assert (len(load.right), load.errors, load.lost) == (10, 10, 0)
    assert load.faults == {"status 503": 10} and len(load.latencies_ms()) == 10


def test_redirects_are_not_followed() -> None:
    talk = answering(lambda *_: whole(b"", "302 Found", "Location: http://example.org/\r\n"))
    load = loaded(talk, Plan(seconds=30.0, requests=3))
    assert load.faults == {"status 302": 3} and load.errors == 3


def test_an_expected_status_is_right() -> None:
    talk = answering(lambda *_: whole(b"", "404 Not Found"))
    assert len(loaded(talk, Plan(seconds=30.0, requests=3), expected=404).right) == 3


def test_a_server_that_closes_after_each_answer_is_met_anew() -> None:
    talk = answering(lambda *_: whole(extra="Connection: close\r\n"), most=1)
    load = loaded(talk, Plan(seconds=30.0, clients=2, requests=20))
    assert_accounted(load)
    assert len(load.right) == 20 and load.reconnects >= 18


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal")
    await writer.drain()


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.transport.abort()


async def _never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"\x00\xffnothing of HTTP at all\r\n\r\n")
    await writer.drain()
    await reader.read()


async def _shut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize("talk", [_hang_up, _reset, _garbage, _shut])
def test_a_broken_answer_is_lost(talk: Talk) -> None:
    load = loaded(talk, Plan(seconds=30.0, clients=2, requests=6, timeout=5.0))
    assert_accounted(load)
    assert load.lost == load.sent == 6


def test_an_answer_that_never_comes_is_lost_after_its_time() -> None:
    load = loaded(_never, Plan(seconds=0.3, clients=3, timeout=0.5))
    assert_accounted(load)
    assert load.lost == load.sent == 3 and list(load.faults) == ["no answer within 0.5 s"]


def test_an_endless_answer_is_an_error() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 2**20)
            await writer.drain()

    load = loaded(talk, Plan(seconds=20.0, requests=1))
    assert load.errors == 1 and "more than 64 MiB" in next(iter(load.faults))


def test_a_dead_port_loses_all_and_does_not_spin() -> None:
    with serving(answering(lambda *_: whole())) as port:
        place = place_at(port)
    load = put_load(place, [Request(payload(place.endpoint, "GET"))], Plan(seconds=0.5, clients=2))
    assert_accounted(load)
    assert set(load.faults) == {NO_CONNECTION} and 2 <= load.lost <= 10


def test_arrivals_do_not_wait_for_answers() -> None:
    arrivals = poisson_arrivals(200.0, 1.0, 3)
    load = loaded(answering(lambda *_: whole(), seconds=0.1), Plan(seconds=1.0, arrivals=arrivals))
    assert_accounted(load)
    assert load.sent == len(arrivals) and load.lost == 0
    # Closed clients on as many connections would have slowed down; these were sent when they arrived.
    assert load.connections > 5
    asked = sorted(one.arrival - load.began for one in load.exchanges)
    assert asked == pytest.approx(arrivals, abs=1e-6)


def test_waiting_for_a_busy_server_is_latency_in_an_open_loop() -> None:
    busy = asyncio.Lock()

    async def one_at_a_time(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            async with busy:
                await asyncio.sleep(0.02)
            writer.write(whole())
            await writer.drain()

    arrivals = [number / 200 for number in range(100)]
    load = loaded(one_at_a_time, Plan(seconds=0.5, arrivals=arrivals))
    times = sorted(load.latencies_ms())
    # 100 requests in half a second, each 20 ms of work: the last waits for a second and a half.
    assert load.lost == 0 and times[-1] > 1000 and times[0] < 500


def test_requests_are_taken_in_turn() -> None:
    bodies: list[bytes] = []

    def answer(_number: int, _line: str, _headers: dict[str, str], body: bytes) -> bytes:
        bodies.append(body)
        return whole()

    with serving(answering(answer)) as port:
        place = place_at(port)
        requests = [Request(payload(place.endpoint, "POST", body), "POST") for body in (b"a", b"b", b"c")]
        put_load(place, requests, Plan(seconds=30.0, requests=6))
    assert bodies == [b"a", b"b", b"c", b"a", b"b", b"c"]


class _StoppedError(BaseException):
    """Stands for what a signal raises."""


def test_what_ends_the_process_comes_through() -> None:
    async def work(_: object) -> None:
        asyncio.get_running_loop().call_later(0.01, _stop)
        await asyncio.sleep(30)

    def _stop() -> None:
        raise _StoppedError

    with pytest.raises(_StoppedError):
        run_loop(work)


def test_a_token_cannot_add_a_header() -> None:
    endpoint = endpoint_of("http://127.0.0.1/")
    with pytest.raises(ValueError, match="token"):
        payload(endpoint, "GET", token="a\r\nX: y")
    sent = payload(endpoint, "POST", b"{}", "application/json", "abc")
    assert b"\r\nAuthorization: Bearer abc\r\n" in sent and sent.endswith(b"\r\n\r\n{}")

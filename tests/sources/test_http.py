"""What a server can do to us, and the one line that comes of it."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.errors import SourceBusyError, SourceError
from r2p_tui.sources import http
from r2p_tui.sources.checked_connection import StoppedError, checked_addresses
from r2p_tui.sources.http import Answer, PoliteSession, RefusedError, retry_after_seconds
from tests.sources.scripted_server import (
    NOW,
    QUICK,
    Behaviour,
    FakeClock,
    ScriptedServer,
    answer,
    dripping,
    endless,
    hang_up,
    lingering,
    raw,
    scripted,
    silent,
)

XML = "<feed/>"
GOOD = answer(XML)

Opener = Callable[..., PoliteSession]


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    def open_session(server: ScriptedServer | str, **options: Any) -> PoliteSession:
        base = server if isinstance(server, str) else server.url
        defaults: dict[str, Any] = {"limits": tmp_path, "now": NOW, "clock": FakeClock(), "timing": QUICK}
        return PoliteSession("arXiv", bases=[base], **(defaults | options))

    return open_session


def get(session: PoliteSession, server: ScriptedServer) -> Answer:
    return session.get(f"{server.url}/atom/cs.CV")


def gzipped(body: bytes) -> Behaviour:
    return answer(gzip.compress(body), Content_Encoding="gzip")


IN_TIME = datetime(2025, 8, 20, 13, 0, 9, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")

# What the server does, one behaviour a request; how often it is asked; what the user reads (empty: it works).
TABLE: dict[str, tuple[list[Behaviour], int, str]] = {
    "good": ([GOOD], 1, ""),
    "good and compressed": ([gzipped(XML.encode())], 1, ""),
    "good without a length": ([raw(b"HTTP/1.1 200 OK\r\n\r\n<feed/>")], 1, ""),
    "good in chunks": (
        [raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<feed/>\r\n0\r\n\r\n")],
        1,
        "",
    ),
    "not modified": ([raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")], 1, ""),
    "503 once": ([answer("busy", 503), GOOD], 2, ""),
    "429 with seconds": ([answer("", 429, Retry_After="2"), GOOD], 2, ""),
    "429 with a date": ([answer("", 429, Retry_After=IN_TIME), GOOD], 2, ""),
    "429 with garbage": ([answer("", 429, Retry_After="soon, maybe"), GOOD], 2, ""),
    "cut once": ([answer(XML, length=99), GOOD], 2, ""),
    "hang up twice": ([hang_up, hang_up, GOOD], 3, ""),
    "silent once": ([silent, GOOD], 2, ""),
    "rate exceeded with 200, once": ([answer("Rate exceeded."), GOOD], 2, ""),
    "redirect to itself, once": ([answer("", 301, Location="/atom/cs.AI"), GOOD], 2, ""),
    "429 for ever": ([answer("", 429)], 4, "asks r2p to slow down (status 429)"),
    "429 for days": ([answer("", 429, Retry_After="259200")], 1, "asks r2p to slow down (status 429)"),
    "503 for ever": ([answer("", 503, Retry_After="2")], 4, "asks r2p to slow down (status 503)"),
    "503 beyond our patience": ([answer("", 503, Retry_After="61")], 1, "asks r2p to slow down (status 503)"),
    "rate exceeded for ever": ([answer("Rate exceeded.")], 4, "arXiv asks r2p to slow down."),
    "forbidden": ([answer("<html>no</html>", 403)], 1, "asks r2p to slow down (status 403)"),
    "bad request": ([answer("", 400)], 1, "does not accept the request (status 400)"),
    "not found": ([answer("", 404)], 1, "does not accept the request (status 404)"),
    "500 with a page": ([answer("<html>oops</html>", 500)], 4, "a problem of its own (status 500)"),
    "bad gateway": ([answer("", 502)], 4, "a problem of its own (status 502)"),
    "captive portal": ([answer("\n<!DOCTYPE html><html>log in</html>")], 1, "A web page came"),
    "captive portal, late": ([answer('<?xml version="1.0"?>\n<html xmlns="x">')], 1, "A web page came"),
    "cut for ever": ([answer(XML, length=99)], 4, "broke off its answer"),
    "cut in a chunk": (
        [raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\n<feed/>")],
        4,
        "broke off its answer",
    ),
    "compressed and cut": (
        [answer(gzip.compress(XML.encode() * 99)[:-9], Content_Encoding="gzip")],
        4,
        "broke off its answer",
    ),
    "compressed, but not": ([answer(XML, Content_Encoding="gzip")], 4, "broke off its answer"),
    "coded by surprise": ([answer(XML, Content_Encoding="zstd")], 4, "broke off its answer"),
    "hang up for ever": ([hang_up], 4, "broke off its answer"),
    "not HTTP": ([raw(b"SSH-2.0-OpenSSH_9.2\r\n")], 4, "broke off its answer"),
    "huge, and says so": ([answer("", length=200_000_000)], 1, "larger than 20 MB"),
    "huge, and silent about it": ([endless], 1, "larger than 20 MB"),
    "a bomb": ([gzipped(b"\0" * 20_000_001)], 1, "larger than 20 MB"),
    "redirect in a circle": ([answer("", 302, Location="/again")], 5, "from one address to the next"),
    "redirect without an address": ([answer("", 302)], 5, "from one address to the next"),
    "redirect to the network": ([answer("", 302, Location="http://169.254.169.254/")], 1, "does not go"),
    "redirect to another port": ([answer("", 302, Location="http://127.0.0.1:1/")], 1, "does not go"),
    "redirect to ::1": ([answer("", 302, Location="http://[::1]/")], 1, "does not go"),
    "redirect to a number": ([answer("", 302, Location="http://2130706433/")], 1, "does not go"),
    "redirect to a file": ([answer("", 302, Location="file:///etc/passwd")], 1, "does not go"),
    "redirect to plain http": ([answer("", 302, Location="http://export.arxiv.org/")], 1, "does not go"),
    "redirect with a password": ([answer("", 302, Location="https://a:b@arxiv.org/")], 1, "does not go"),
    "redirect to nonsense": ([answer("", 302, Location="http://[::1/")], 1, "does not go"),
}


@pytest.mark.parametrize("name", TABLE)
def test_behaviours(name: str, opened: Opener) -> None:
    script, requests, words = TABLE[name]
    with scripted(*script) as server:
        session = opened(server)
        if words:
            with pytest.raises(SourceError) as caught:
                get(session, server)
            assert words in caught.value.message
            assert caught.value.message.endswith(".")
            assert "\n" not in caught.value.message + caught.value.hint
            assert caught.value.hint
        else:
            assert get(session, server).content in (XML.encode(), b"")
        assert len(server.seen) == requests


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        dripping(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99),
        dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 999),
    ],
    ids=["silent", "drips its head", "drips its body"],
)
def test_a_slow_server_is_left_after_the_time_that_was_set(behaviour: Behaviour, opened: Opener) -> None:
    one_try = http.Timing(connect=1.0, read=0.3, total=0.5, tries=1)
    with scripted(behaviour) as server, pytest.raises(SourceError, match="did not answer in time"):
        get(opened(server, timing=one_try), server)


def test_a_slow_server_is_tried_again_only_while_patience_lasts(opened: Opener) -> None:
    impatient = http.Timing(connect=1.0, read=0.1, total=0.5, patience=-1.0)
    with scripted(silent) as server:
        with pytest.raises(SourceError, match="did not answer in time"):
            get(opened(server, timing=impatient), server)
        assert len(server.seen) == 1


def test_who_asks_is_said_and_nothing_else_is_given_away(opened: Opener) -> None:
    with scripted(answer(XML, Set_Cookie="id=1"), GOOD) as server:
        session = opened(server)
        get(session, server)
        session.get(f"{server.url}/api", {"user-agent": "arxiv.py/4.0.2", "If-None-Match": '"abc"'})
    first, second = server.seen
    assert first.headers["user-agent"].startswith("r2p/")
    assert second.headers["user-agent"] == first.headers["user-agent"]
    assert second.headers["if-none-match"] == '"abc"'
    assert first.headers["connection"] == "close"
    assert not {"cookie", "authorization"} & second.headers.keys()


def test_the_environment_and_netrc_are_not_read(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with scripted(GOOD) as server:
        get(opened(server), server)
    assert "authorization" not in server.seen[0].headers


def test_a_wait_is_told_before_it_begins(opened: Opener) -> None:
    told: list[str] = []
    with scripted(answer("", 503, Retry_After="12"), GOOD) as server:
        clock = FakeClock()
        get(opened(server, notice=told.append, clock=clock), server)
    assert told == ["arXiv asks r2p to slow down (status 503); trying again in 12 s"]
    assert sum(clock.sleeps) == pytest.approx(12)


def test_no_connection_is_used_twice(opened: Opener) -> None:
    """A server that was asked to close one may do so a moment after its answer, in the middle of the next."""
    told: list[str] = []
    with scripted(lingering(GOOD)) as server:
        session = opened(server, notice=told.append)
        assert [get(session, server).status_code for _ in range(3)] == [200, 200, 200]
        assert len(server.seen) == 3
    assert told == []


def test_backoff_is_spread_and_grows(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    ranges: list[tuple[float, float]] = []

    class Dice:
        def uniform(self, low: float, high: float) -> float:
            ranges.append((low, high))
            return high

    monkeypatch.setattr(http, "_RANDOM", Dice())
    with scripted(answer("", 500)) as server, pytest.raises(SourceError):
        get(opened(server), server)
    assert ranges == [(0.0, 2.0), (0.0, 4.0), (0.0, 8.0)]


def test_after_the_last_try_no_process_asks_for_ten_minutes(opened: Opener) -> None:
    clock = FakeClock()
    with scripted(answer("", 503, Retry_After="2"), GOOD) as server:
        server.script = [answer("", 503, Retry_After="2")] * 4 + [GOOD]
        with pytest.raises(SourceBusyError) as caught:
            get(opened(server, clock=clock), server)
        assert caught.value.hint.startswith("Try again after ")
        later = NOW + timedelta(minutes=9)
        with pytest.raises(SourceBusyError, match="leaves it alone"):
            get(opened(server, now=later), server)
        assert len(server.seen) == 4
        assert get(opened(server, now=NOW + timedelta(minutes=11)), server).content == XML.encode()


def test_a_hold_of_days_ends_after_a_quarter_of_an_hour(opened: Opener) -> None:
    with scripted(answer("", 429, Retry_After="259200"), GOOD) as server:
        with pytest.raises(SourceBusyError) as caught:
            get(opened(server), server)
        assert "23 Aug 2025" in caught.value.hint
        assert caught.value.retry_after == 259200
        with pytest.raises(SourceBusyError, match="leaves it alone"):
            get(opened(server, now=NOW + timedelta(minutes=14)), server)
        get(opened(server, now=NOW + timedelta(minutes=16)), server)


def test_a_clock_that_was_set_back_frees_a_hold(opened: Opener) -> None:
    with scripted(answer("", 403), GOOD) as server:
        with pytest.raises(SourceBusyError):
            get(opened(server), server)
        assert get(opened(server, now=NOW - timedelta(days=365)), server).status_code == 200


def test_cancelling_ends_a_wait_and_a_read(opened: Opener) -> None:
    with scripted(answer("", 503, Retry_After="30")) as server, pytest.raises(StoppedError):
        get(opened(server, cancelled=lambda: bool(server.seen)), server)
    patient = http.Timing(read=30.0)
    with scripted(silent) as server, pytest.raises(StoppedError):
        get(opened(server, cancelled=lambda: bool(server.seen), timing=patient), server)


def test_the_answer_to_a_refused_request_is_kept(opened: Opener) -> None:
    with scripted(answer("<why/>", 400)) as server, pytest.raises(RefusedError) as caught:
        get(opened(server), server)
    assert caught.value.answer.content == b"<why/>"


def test_nothing_listens(opened: Opener) -> None:
    with scripted(GOOD) as server:
        pass
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 cannot be reached"):
        get(opened(server), server)


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[tuple[str, int]]:
    """Names lead to these addresses; returns the connections that are then tried, of which none is made."""
    tried: list[tuple[str, int]] = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    def refuse(address: tuple[str, int], *_: object, **__: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("r2p_tui.sources.checked_connection.create_connection", refuse)
    return tried


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1"),
    ],
)
def test_a_public_name_that_leads_inside_is_not_followed(
    address: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = resolving_to(monkeypatch, "151.101.131.42", address)
    with pytest.raises(SourceError, match="not a public address"):
        opened("https://export.arxiv.org").get("https://export.arxiv.org/api/query")
    assert tried == []


def test_the_connection_goes_to_the_address_that_was_checked(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = resolving_to(monkeypatch, "151.101.131.42", "151.101.3.42")
    with pytest.raises(SourceError, match="cannot be reached"):
        opened("https://export.arxiv.org").get("https://export.arxiv.org/api/query")
    assert tried == [("151.101.131.42", 443), ("151.101.3.42", 443)]


def test_a_local_name_leads_only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "151.101.131.42")
    with pytest.raises(SourceError):
        checked_addresses("localhost", 80)


@pytest.mark.parametrize(
    "url",
    [
        "http://arxiv.org/abs/1",
        "https://evil.org/",
        "https://arxiv.org@evil.org/",
        "ftp://arxiv.org/",
        "",
        "//x",
    ],
)
def test_only_the_known_places_are_asked(url: str, opened: Opener) -> None:
    with pytest.raises(SourceError, match="does not go"):
        opened("https://export.arxiv.org", hosts=["arxiv.org"]).get(url)


def test_what_retry_after_may_say() -> None:
    assert retry_after_seconds("12", NOW) == 12
    assert retry_after_seconds(" 0 ", NOW) == 0
    assert retry_after_seconds(IN_TIME, NOW) == 9
    assert retry_after_seconds("Tue, 19 Aug 2025 13:00:00 GMT", NOW) == 0
    assert retry_after_seconds("Wed, 20 Aug 2025 13:00:01", NOW) == 1
    assert retry_after_seconds("9" * 400, NOW) == 30 * 86_400
    assert retry_after_seconds(None, NOW) is None


@given(st.text(max_size=40))
def test_retry_after_never_breaks(value: str) -> None:
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or 0 <= seconds <= 30 * 86_400

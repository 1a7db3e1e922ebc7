"""A key goes to the service it belongs to, and to nobody else: no other host, no message, no log."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.errors import SourceError
from r2p_tui.sources.http import PoliteSession, RefusedError
from tests.sources.scripted_server import (
    NOW,
    QUICK,
    FakeClock,
    ScriptedServer,
    answer,
    hang_up,
    scripted,
)

KEY = "secret+word/1"
GOOD = answer("{}")

Opener = Callable[..., PoliteSession]


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    def open_session(server: ScriptedServer, **options: Any) -> PoliteSession:
        defaults: dict[str, Any] = {"limits": tmp_path, "now": NOW, "clock": FakeClock(), "timing": QUICK}
        return PoliteSession("Service", bases=[server.url], **(defaults | options))

    return open_session


def test_a_key_goes_with_every_request_also_after_a_redirect_to_the_same_place(opened: Opener) -> None:
    with scripted(
        answer("", 302, Location="/b"), answer("", 503), answer("", 307, Location="/c"), GOOD
    ) as server:
        opened(server, own_headers={"x-api-key": KEY}, own_parameters={"api_key": KEY}).get(
            f"{server.url}/a?x=1"
        )
    assert [seen.headers["x-api-key"] for seen in server.seen] == [KEY] * 4
    assert [seen.path for seen in server.seen] == [
        "/a?x=1&api_key=secret%2Bword%2F1",
        "/b?api_key=secret%2Bword%2F1",
        "/a?x=1&api_key=secret%2Bword%2F1",
        "/c?api_key=secret%2Bword%2F1",
    ]


def test_a_key_does_not_follow_a_redirect_to_a_host_that_the_user_did_not_name(opened: Opener) -> None:
    with scripted(GOOD) as other, scripted(answer("", 302, Location=f"{other.url}/b")) as server:
        session = opened(server, own_headers={"x-api-key": KEY}, own_parameters={"api_key": KEY})
        # The other server stands for one of the `hosts` that a service redirects to.
        session._places.add(other.url)
        assert session.get(f"{server.url}/a").content == b"{}"
    assert server.seen[0].headers["x-api-key"] == KEY
    assert "x-api-key" not in other.seen[0].headers
    assert other.seen[0].path == "/b"


def test_a_key_that_a_redirect_repeats_is_sent_once_and_never_elsewhere(opened: Opener) -> None:
    def bounced(path: str) -> Any:
        return GOOD if path.startswith("/b") else answer("", 302, Location=path.replace("/a", "/b"))

    with scripted(route=bounced) as server:
        found = opened(server, own_parameters={"api_key": KEY}).get(f"{server.url}/a?x=1")
    assert server.seen[1].path == "/b?x=1&api_key=secret%2Bword%2F1"
    assert found.url == f"{server.url}/b?x=1"


@pytest.mark.parametrize("spelling", [KEY, "secret%2Bword%2F1"])
@pytest.mark.parametrize("place", ["?api_key={}", "/{}/b", "?next=%2Fworks%3Fapi_key%3D{}"])
def test_a_refused_redirect_is_told_without_the_key(opened: Opener, spelling: str, place: str) -> None:
    target = "https://example.org" + place.format(spelling)
    with scripted(answer("", 302, Location=target)) as server, pytest.raises(SourceError) as caught:
        opened(server, own_parameters={"api_key": KEY}).get(f"{server.url}/a")
    assert "example.org" in caught.value.message
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_a_refused_redirect_is_told_without_a_token_that_stands_alone_in_it(opened: Opener) -> None:
    with scripted(answer("", 302, Location=f"https://elsewhere.example/?t={KEY}")) as server:
        session = opened(server, own_headers={"Authorization": f"Bearer {KEY}"})
        with pytest.raises(SourceError) as caught:
            session.get(f"{server.url}/a")
    assert KEY not in caught.value.message


@pytest.mark.parametrize(
    "script", [[hang_up], [answer("{}", length=99)], [answer("", 404)], [answer("", 429)], [answer("", 500)]]
)
def test_no_error_and_no_log_line_holds_a_key(
    opened: Opener, caplog: pytest.LogCaptureFixture, script: list[Any]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with scripted(*script) as server, pytest.raises(SourceError) as caught:
        opened(
            server, own_headers={"x-api-key": KEY}, own_parameters={"api_key": KEY}, notice=told.append
        ).get(f"{server.url}/a")
    answered = caught.value.answer if isinstance(caught.value, RefusedError) else None
    everything = [*traceback.format_exception(caught.value), caplog.text, *told, repr(answered)]
    assert "api_key=" in server.seen[0].path
    assert "secret" not in "".join(everything)


def test_a_service_that_does_not_prove_who_it_is_is_told_without_the_key(
    opened: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # What answers here speaks no TLS; the library's own error names the whole address.
    with scripted(answer("")) as server:
        server.url = server.url.replace("http:", "https:")
        with pytest.raises(SourceError) as caught:
            opened(server, own_parameters={"api_key": KEY}).get(f"{server.url}/a")
    assert "did not prove who it is" in caught.value.message
    assert "secret" not in "".join([*traceback.format_exception(caught.value), caplog.text])


def test_a_posted_body_is_json_and_is_sent_again_when_the_first_try_fails(opened: Opener) -> None:
    with scripted(hang_up, answer("", 429, Retry_After="1"), answer("[]")) as server:
        found = opened(server, own_headers={"x-api-key": KEY}).post(
            f"{server.url}/batch", {"ids": ["a", "ü"]}
        )
    assert found.content == b"[]"
    assert [(seen.method, json.loads(seen.body)) for seen in server.seen] == [
        ("POST", {"ids": ["a", "ü"]})
    ] * 3
    assert server.seen[2].headers["content-type"] == "application/json"
    assert server.seen[2].headers["x-api-key"] == KEY


def test_a_status_that_does_not_ask_for_patience_is_a_refusal(opened: Opener) -> None:
    with scripted(answer("no", 403)) as server:
        session = opened(server, slow_down=(429, 503))
        with pytest.raises(RefusedError) as caught:
            session.get(f"{server.url}/a")
        assert caught.value.answer.status_code == 403
        # Nothing is held: the next request goes out at once.
        with pytest.raises(RefusedError):
            session.get(f"{server.url}/a")
    assert len(server.seen) == 2


def test_json_that_speaks_of_html_is_no_web_page(opened: Opener) -> None:
    body = '{"title": "<html>: parsing what was never written to be parsed"}'
    with scripted(answer(body)) as server:
        assert opened(server).get(f"{server.url}/a").content == body.encode()

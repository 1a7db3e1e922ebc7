"""Repositories of GitHub: facts, repositories that are gone, and its limits."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.config import GitHubSettings
from r2p_tui.domain.code import RepositoryFacts
from r2p_tui.errors import NotFoundError, SourceBusyError, SourceError
from r2p_tui.sources.github import GitHub, _facts
from tests.sources.scripted_server import NOW, QUICK, Behaviour, ScriptedServer, answer, scripted

REPOSITORY: dict[str, Any] = {
    "full_name": "lyuwenyu/RT-DETR",
    "description": "Official \x1b[31m code",
    "stargazers_count": 2431,
    "forks_count": 310,
    "pushed_at": "2025-07-02T09:30:00Z",
    "license": {"key": "apache-2.0", "spdx_id": "Apache-2.0"},
    "archived": False,
}


@pytest.fixture(autouse=True)
def one_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def ask(
    server: ScriptedServer, folder: Path, path: str = "lyuwenyu/RT-DETR", key: str | None = None
) -> RepositoryFacts:
    settings = GitHubSettings(api_url=server.url)
    return GitHub(settings, folder, now=NOW, api_key=key, timing=QUICK).repository(path)


def test_everything_that_is_told(tmp_path: Path) -> None:
    with scripted(answer(json.dumps(REPOSITORY))) as server:
        facts = ask(server, tmp_path)
    assert facts == RepositoryFacts(
        stars=2431,
        pushed_at=datetime(2025, 7, 2, 9, 30, tzinfo=UTC),
        licence="Apache-2.0",
        archived=False,
        forks=310,
        description="Official \ufffd[31m code",
    )
    assert server.seen[0].path == "/repos/lyuwenyu/RT-DETR"
    assert server.seen[0].headers["accept"] == "application/vnd.github+json"
    assert "authorization" not in server.seen[0].headers


def test_the_token_goes_along_and_a_renamed_repository_is_followed(tmp_path: Path) -> None:
    moved = answer("", 301, Location="/repositories/12")
    with scripted(moved, answer(json.dumps(REPOSITORY))) as server:
        assert ask(server, tmp_path, "old/name", key="t0ken").stars == 2431
    assert [one.path for one in server.seen] == ["/repos/old/name", "/repositories/12"]
    assert [one.headers["authorization"] for one in server.seen] == ["bearer t0ken"] * 2


@pytest.mark.parametrize("licence", [None, {"spdx_id": "NOASSERTION"}, {"spdx_id": None}, {}, "MIT"])
def test_a_licence_that_github_cannot_tell_is_none(licence: object) -> None:
    assert _facts(REPOSITORY | {"license": licence}).licence is None


@pytest.mark.parametrize("status", [404, 410, 451])
def test_a_repository_that_is_gone(tmp_path: Path, status: int) -> None:
    gone = answer('{"message":"Not Found"}', status)
    with scripted(gone) as server, pytest.raises(NotFoundError, match="shows no repository a/b"):
        ask(server, tmp_path, "a/b")


def used_up(status: int, minutes: int) -> Behaviour:
    reset = int((NOW + timedelta(minutes=minutes)).timestamp())
    left = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(reset)}
    return answer('{"message":"API rate limit exceeded"}', status, None, **left)


@pytest.mark.parametrize("status", [403, 429])
def test_a_used_up_hour_says_when_it_is_over_and_is_not_tried_again(tmp_path: Path, status: int) -> None:
    with scripted(used_up(status, 25)) as server:
        with pytest.raises(SourceBusyError, match="answers no more questions") as told:
            ask(server, tmp_path)
        assert told.value.retry_after == 25 * 60
        assert told.value.hint.startswith("Try again after 13:25. With a token")
        with pytest.raises(SourceBusyError) as with_token:
            ask(server, tmp_path, key="t0ken")
        assert with_token.value.hint == "Try again after 13:25."
        assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "60"}, 60.0),
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "9" * 30}, 86_400.0),
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "1"}, 0.0),
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_other_ways_to_ask_for_patience(
    tmp_path: Path, headers: dict[str, str], seconds: float | None
) -> None:
    body = '{"message":"You have exceeded a secondary rate limit."}'
    with scripted(answer(body, 403, None, **headers)) as server, pytest.raises(SourceBusyError) as told:
        ask(server, tmp_path)
    assert told.value.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "does not accept the token"), (403, "does not let r2p see a/b"), (400, "does not accept")],
)
def test_refusals_are_told_apart(tmp_path: Path, status: int, words: str) -> None:
    refused = answer('{"message":"no"}', status)
    with scripted(refused) as server, pytest.raises(SourceError, match=words) as told:
        ask(server, tmp_path, "a/b", key="s3cret")
    assert not isinstance(told.value, SourceBusyError)
    assert "s3cret" not in told.value.message + told.value.hint


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "{}", '{"full_name": 3}', "[" * 100_000])
def test_what_is_no_repository_is_an_error(tmp_path: Path, body: str) -> None:
    with scripted(answer(body)) as server, pytest.raises(SourceError, match="GitHub"):
        ask(server, tmp_path)


values = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(st.integers(), max_size=2)
)


@given(
    st.fixed_dictionaries(
        {"full_name": st.just("a/b")}, optional={name: values for name in REPOSITORY if name != "full_name"}
    )
)
def test_whatever_stands_in_the_fields_is_read(record: dict[str, Any]) -> None:
    facts = _facts(record)
    assert facts.stars is None or facts.stars >= 0

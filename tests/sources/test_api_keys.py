"""Where a key is found, in which order, and what is refused; a broken or silent keyring hurts nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring
import pytest

from r2p_tui.errors import ConfigError
from r2p_tui.sources import api_keys
from r2p_tui.sources.api_keys import Service, api_key, key_origin

SERVICES: tuple[Service, ...] = ("semantic_scholar", "openalex", "github")
VARIABLES = ("S2_API_KEY", "SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY", "GITHUB_TOKEN")


Answers = Callable[[Callable[[str, str], Any]], None]


@pytest.fixture(autouse=True)
def keyring_answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """No key anywhere to begin with; the function sets what the keyring says."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(api_keys, "_keyring_is_silent", threading.Event())

    def set_answer(answer: Callable[[str, str], Any]) -> None:
        monkeypatch.setattr(keyring, "get_password", answer)

    set_answer(lambda *_: None)
    return set_answer


def write_key(folder: Path, service: str, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "keys" / service
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("service", SERVICES)
def test_without_a_key_there_is_none(service: Service, tmp_path: Path) -> None:
    assert api_key(service, tmp_path) is None
    assert key_origin(service, tmp_path) == "none"
    assert api_key(service, tmp_path / "no-such-folder") is None


@pytest.mark.parametrize(
    ("service", "variable"),
    [
        ("semantic_scholar", "S2_API_KEY"),
        ("semantic_scholar", "SEMANTIC_SCHOLAR_API_KEY"),
        ("openalex", "OPENALEX_API_KEY"),
        ("github", "GITHUB_TOKEN"),
    ],
)
def test_a_key_of_the_environment_comes_before_all_others(
    service: Service,
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keyring_answers: Answers,
) -> None:
    keyring_answers(lambda *_: "of-the-keyring")
    write_key(tmp_path, service, "of-the-file")
    monkeypatch.setenv(variable, " of-the-environment\n")
    assert api_key(service, tmp_path) == "of-the-environment"
    assert key_origin(service, tmp_path) == f"environment {variable}"
    others = [name for name in SERVICES if name != service]
    assert [api_key(name, tmp_path) for name in others] == ["of-the-keyring"] * 2


def test_an_empty_variable_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2_API_KEY", "  ")
    write_key(tmp_path, "semantic_scholar", "of-the-file\n")
    assert api_key("semantic_scholar", tmp_path) == "of-the-file"
    assert key_origin("semantic_scholar", tmp_path) == "keys/semantic_scholar"


def test_the_keyring_is_asked_by_the_name_of_the_service(tmp_path: Path, keyring_answers: Answers) -> None:
    keyring_answers(lambda *names: "-".join(names))
    write_key(tmp_path, "openalex", "of-the-file")
    assert api_key("openalex", tmp_path) == "r2p-openalex"
    assert key_origin("openalex", tmp_path) == "keyring"


def test_a_keyring_that_fails_is_as_none(tmp_path: Path, keyring_answers: Answers) -> None:
    def fail(*_: str) -> str:
        raise RuntimeError("org.freedesktop.secrets was not provided")

    keyring_answers(fail)
    write_key(tmp_path, "github", "of-the-file")
    assert api_key("github", tmp_path) == "of-the-file"


def test_a_keyring_that_waits_for_its_user_is_not_waited_for_and_not_asked_again(
    tmp_path: Path, keyring_answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    unlocked = threading.Event()

    def wait(_: str, name: str) -> str:
        asked.append(name)
        unlocked.wait()
        return "too-late"

    monkeypatch.setattr(api_keys, "_KEYRING_SECONDS", 0.05)
    keyring_answers(wait)
    write_key(tmp_path, "github", "of-the-file")
    try:
        assert api_key("github", tmp_path) == "of-the-file"
        assert api_key("openalex", tmp_path) is None
    finally:
        unlocked.set()
    assert asked == ["github"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602])
def test_a_file_that_others_may_read_is_refused_with_the_remedy(mode: int, tmp_path: Path) -> None:
    path = write_key(tmp_path, "openalex", "secret-word", mode)
    for look in (api_key, key_origin):
        with pytest.raises(ConfigError) as caught:
            look("openalex", tmp_path)
        assert str(path) in caught.value.message
        assert caught.value.hint == f"Run: chmod 600 {path}"
        assert "secret-word" not in caught.value.message
    path.chmod(0o400)
    assert api_key("openalex", tmp_path) == "secret-word"


@pytest.mark.parametrize(
    "key",
    ["two words", "a\r\nHost: evil.example", "a\x00b", "k\x1b[31m", "schlüssel", b"\xff\xfe", "x" * 1001],
)
def test_what_cannot_be_a_key_is_refused_and_not_repeated(key: str | bytes, tmp_path: Path) -> None:
    write_key(tmp_path, "github", key)
    with pytest.raises(ConfigError, match=r"GitHub \(keys/github\)") as caught:
        api_key("github", tmp_path)
    assert caught.value.hint
    for part in ("two words", "evil", "schl", "xxx"):
        assert part not in caught.value.message + caught.value.hint


def test_an_empty_file_is_no_key(tmp_path: Path) -> None:
    write_key(tmp_path, "github", " \n")
    assert key_origin("github", tmp_path) == "none"


def test_what_is_no_file_is_said_and_never_waited_for(tmp_path: Path) -> None:
    import os

    (tmp_path / "keys" / "github").mkdir(parents=True)
    os.mkfifo(tmp_path / "keys" / "openalex", 0o600)
    services: list[Service] = ["github", "openalex"]
    for service in services:
        with pytest.raises(ConfigError, match="not a file"):
            api_key(service, tmp_path)

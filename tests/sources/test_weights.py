"""Weights: what is asked of whom, what is kept, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.errors import NotFoundError, SourceError, UsageError
from r2p_tui.sources.weights import FetchedWeights, fetch_weights
from tests.sources.scripted_server import NOW, QUICK, answer, scripted

DATA = b"PK\x03\x04" + bytes(range(256)) * 40
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[..., FetchedWeights]:
    def run(name: str, url: str, **more: Any) -> FetchedWeights:
        folder = tmp_path / "weights"
        return fetch_weights(
            name, folder, limits=tmp_path, now=NOW, assets_url=url, hub_url=url, **{"timing": QUICK} | more
        )

    return run


Fetch = Callable[..., FetchedWeights]


@pytest.mark.parametrize(
    ("name", "path", "kept"),
    [
        ("yolov8n.pt", "/yolov8n.pt", "ultralytics/yolov8n.pt"),
        (
            "hf:owner/models/deep/best.pt",
            "/owner/models/resolve/main/deep/best.pt",
            "hf/owner/models/deep/best.pt",
        ),
    ],
)
def test_a_file_is_kept_with_its_hash(name: str, path: str, kept: str, fetch: Fetch, tmp_path: Path) -> None:
    with scripted(answer(DATA)) as server:
        fetched = fetch(name, server.url)
        again = fetch(name, server.url)
    assert [seen.path for seen in server.seen] == [path], "a file that is here is not fetched again"
    assert fetched == FetchedWeights(tmp_path / "weights" / kept, DIGEST, len(DATA), f"{server.url}{path}")
    assert again == FetchedWeights(fetched.path, DIGEST, len(DATA))
    assert fetched.path.read_bytes() == DATA
    assert [entry.name for entry in fetched.path.parent.iterdir()] == [fetched.path.name]


def test_another_hash_than_the_one_asked_for(fetch: Fetch, tmp_path: Path) -> None:
    with scripted(answer(DATA)) as server:
        with pytest.raises(UsageError, match=DIGEST):
            fetch("yolov8n.pt", server.url, sha256="0" * 64)
        assert not list(tmp_path.rglob("*.pt"))
        assert fetch("yolov8n.pt", server.url, sha256=DIGEST).sha256 == DIGEST
        with pytest.raises(UsageError, match="not the file that was asked for"):
            fetch("yolov8n.pt", server.url, sha256="0" * 64)


def test_a_kept_file_that_is_not_right_is_named_where_it_lies(fetch: Fetch, tmp_path: Path) -> None:
    kept = tmp_path / "weights/ultralytics/yolov8n.pt"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"something else")
    with pytest.raises(SourceError) as wrong:
        fetch("yolov8n.pt", "http://127.0.0.1:1")
    assert wrong.value.hint == f"It lies at {kept}; remove it, and it is fetched anew."
    with pytest.raises(UsageError) as other:
        fetch("yolov8n.pt", "http://127.0.0.1:1", sha256="0" * 64)
    assert "0" * 64 in other.value.message and str(kept) in other.value.hint


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (answer(b"gone", 404), NotFoundError, "GitHub has no weights “yolov8n.pt”"),
        (answer(b"sign in", 401), SourceError, "only to those who have signed in"),
        (answer(b"<html>sign in</html>"), SourceError, "A web page came"),
        (answer(b"something else"), SourceError, "is not a file of weights"),
        (answer(b"", 302, Location="https://example.org/evil.pt"), SourceError, "where r2p does not go"),
        (answer(b"", 302, Location="http://127.0.0.1:1/evil.pt"), SourceError, "where r2p does not go"),
        (answer(b"", 302, Location="file:///etc/passwd"), SourceError, "where r2p does not go"),
    ],
)
def test_what_is_no_answer(
    script: Any, kind: type[Exception], words: str, fetch: Fetch, tmp_path: Path
) -> None:
    with scripted(script) as server, pytest.raises(kind, match=words):
        fetch("yolov8n.pt", server.url)
    assert not list(tmp_path.rglob("*.pt"))


def test_a_redirect_within_the_same_place(fetch: Fetch) -> None:
    with scripted(answer(b"", 302, Location="/store/1"), answer(DATA)) as server:
        assert fetch("yolov8n.pt", server.url).sha256 == DIGEST


def test_more_than_was_ever_asked_for(fetch: Fetch, tmp_path: Path) -> None:
    with scripted(answer(DATA)) as server, pytest.raises(SourceError, match="is larger than"):
        fetch("yolov8n.pt", server.url, limit=1000)
    assert not list(tmp_path.rglob("*.pt"))


@pytest.mark.parametrize(
    "name",
    [
        "yolov8n.yaml",
        "../yolov8n.pt",
        "a/b.pt",
        "hf:owner/best.pt",
        "hf:owner/../best.pt",
        "hf:owner/models/../../best.pt",
        "hf:owner/models/model.safetensors",
        "https://example.org/a.pt",
        "",
    ],
)
def test_a_name_that_is_neither(name: str, fetch: Fetch) -> None:
    with pytest.raises(UsageError, match="no file of weights that r2p can fetch"):
        fetch(name, "http://127.0.0.1:1")


def test_a_folder_that_cannot_be_written(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("a file in its place")
    with scripted(answer(DATA)) as server, pytest.raises(SourceError, match="cannot be kept"):
        fetch("yolov8n.pt", server.url)

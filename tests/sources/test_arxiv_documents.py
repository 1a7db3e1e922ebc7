"""The documents of a paper: what is asked of arXiv, what is taken, and what is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from r2p_tui.config import ArxivSettings
from r2p_tui.errors import DocumentError, SourceError
from r2p_tui.sources.arxiv import Arxiv, DocumentKind, documents
from r2p_tui.sources.http import Timing
from tests.sources.scripted_server import NOW, answer, scripted

Connect = Callable[[str], Arxiv]
PDF = b"%PDF-1.7\n1 0 obj"
TEX = b"\\documentclass{article}"
PAGE = b"<!DOCTYPE html><html><body>a paper</body></html>"


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return lambda url: Arxiv(ArxivSettings(files_url=url), tmp_path, now=NOW)


@pytest.mark.parametrize(
    ("kind", "data", "path", "name"),
    [
        ("pdf", PDF, "/pdf/2508.13167v2", "2508.13167v2.pdf"),
        ("tex", gzip.compress(TEX), "/e-print/2508.13167v2", "2508.13167v2.gz"),
        ("tex", TEX, "/e-print/2508.13167v2", "2508.13167v2.tex"),
        ("tex", PDF, "/e-print/2508.13167v2", "2508.13167v2.pdf"),
        ("tex", bytes(257) + b"ustar" + bytes(800), "/e-print/2508.13167v2", "2508.13167v2.tar"),
        ("html", PAGE, "/html/2508.13167v2", "2508.13167v2.html"),
    ],
)
def test_a_document(kind: DocumentKind, data: bytes, path: str, name: str, connect: Connect) -> None:
    with scripted(answer(data)) as server:
        fetched = connect(server.url).document("2508.13167", kind, version=2)
    assert (fetched.name, fetched.data) == (name, data)
    assert [seen.path for seen in server.seen] == [path]


def test_an_old_id_without_a_version(connect: Connect) -> None:
    with scripted(answer(PDF)) as server:
        assert connect(server.url).document("math/0309136", "pdf").name == "math_0309136.pdf"
    assert server.seen[0].path == "/pdf/math/0309136"


def test_a_source_that_the_server_unpacks_on_the_way(connect: Connect) -> None:
    with scripted(answer(gzip.compress(TEX), Content_Encoding="x-gzip")) as server:
        assert connect(server.url).document("2508.13167", "tex").data == TEX


def test_a_document_moves_within_arxiv(connect: Connect) -> None:
    with scripted(answer(status=302, Location="/pdf/2508.13167v3"), answer(PDF)) as server:
        assert connect(server.url).document("2508.13167", "pdf").data == PDF


@pytest.mark.parametrize(("kind", "name"), [("pdf", "PDF"), ("tex", "TeX source"), ("html", "web page")])
def test_what_arxiv_does_not_have(kind: DocumentKind, name: str, connect: Connect) -> None:
    with scripted(answer(b"<html>no</html>", 404)) as server, pytest.raises(DocumentError) as caught:
        connect(server.url).document("2508.13167", kind, version=1)
    assert caught.value.message == f"arXiv has no {name} of 2508.13167v1."
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("kind", "data", "status", "words"),
    [
        ("pdf", PAGE, 200, "web page came"),
        ("pdf", b"busy", 200, "something else than the PDF"),
        ("tex", b"busy", 200, "something else than the TeX source"),
        ("html", PDF, 200, "something else than the web page"),
        ("pdf", b"", 200, "something else"),
        ("pdf", b"no", 400, "does not accept"),
        ("html", b"Rate exceeded.", 200, "slow down"),
    ],
)
def test_what_is_not_taken(
    kind: DocumentKind,
    data: bytes,
    status: int,
    words: str,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("r2p_tui.sources.http.TIMING", Timing(tries=1))
    with scripted(answer(data, status)) as server, pytest.raises(SourceError, match=words):
        connect(server.url).document("2508.13167", kind)


@pytest.mark.parametrize("kind", ["pdf", "tex", "html"])
def test_a_document_that_is_too_large(
    kind: DocumentKind, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = documents._PLACES[kind]
    monkeypatch.setitem(documents._PLACES, kind, replace(place, limit=3_000_000))
    huge = answer(b"%PDF-", length=3_000_001)
    with scripted(huge) as server, pytest.raises(SourceError, match="larger than 3 MB"):
        connect(server.url).document("2508.13167", kind)


def test_a_bomb_in_transit_is_not_unpacked(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    place = documents._PLACES["pdf"]
    monkeypatch.setitem(documents._PLACES, "pdf", replace(place, limit=1_000_000))
    bomb = answer(gzip.compress(bytes(5_000_000)), Content_Encoding="gzip")
    with scripted(bomb) as server, pytest.raises(SourceError, match="larger than 1 MB"):
        connect(server.url).document("2508.13167", "pdf")


def test_the_recorded_services(
    fake_services: Callable[..., AbstractContextManager[str]], connect: Connect
) -> None:
    with fake_services() as url:
        source = connect(url)
        assert source.document("1706.03762", "pdf").data.startswith(b"%PDF-")
        assert source.document("1706.03762", "tex").name == "1706.03762.gz"
        with pytest.raises(DocumentError, match="no web page"):
            source.document("1706.03762", "html")


def test_the_server_is_not_asked_for_a_foreign_address(connect: Connect) -> None:
    moved = answer(status=302, Location="https://example.org/pdf/2508.13167")
    with scripted(moved) as server, pytest.raises(SourceError, match="does not go"):
        connect(server.url).document("2508.13167", "pdf")

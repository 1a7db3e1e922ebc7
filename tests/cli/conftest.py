from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from r2p_tui.cli.main import main
from r2p_tui.domain.papers import Announcement, IncomingPaper, Source
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.engine import open_store
from r2p_tui.store.papers import save_papers

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


class Result(NamedTuple):
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def r2p(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`r2p("show", "2304.08069", stdin=b"")`: one command in this process, with nothing on its input."""
    monkeypatch.delenv("COLUMNS", raising=False)
    before = os.umask(0o077)
    os.umask(before)

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        status = main(arguments, lambda *_: 77)
        return Result(status, *capsys.readouterr())

    yield run
    os.umask(before)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, since making a store takes longer than most tests here."""
    folder = tmp_path_factory.mktemp("store")
    open_store(folder / "r2p.sqlite3", folder / "backups", now=NOW).close()
    return folder / "r2p.sqlite3"


@pytest.fixture
def desk(paths: Paths, empty_store: Path) -> Iterator[Desk]:
    paths.data.mkdir(parents=True, mode=0o700)
    shutil.copy(empty_store, paths.store)
    with open_desk(paths) as desk:
        yield desk


def put(desk: Desk, *titles: str, abstract: str = "", authors: tuple[str, ...] = ("A. Author",)) -> list[str]:
    """Announced papers with these titles as they stand; their arXiv ids."""
    papers = [
        IncomingPaper(
            f"2411.{number:05}", 2, title, abstract, authors, ("cs.CV", "cs.LG"), Source.API, published_at=NOW
        )
        for number, title in enumerate(titles, 1)
    ]
    ids = [str(paper.arxiv_id) for paper in papers]
    with desk.store.write() as session:
        saved = save_papers(session, papers, NOW).ids
        save_announcements(session, [Announcement(key, 1, "cs.CV", "new", DAY) for key in ids], saved)
    return ids

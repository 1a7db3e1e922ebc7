"""Whatever order the routes bring a paper in, the store ends the same (and no paper is there twice)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from r2p_tui.domain.papers import Announcement, IncomingPaper, Source
from r2p_tui.paths import under
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import adopt_arxiv_ids, save_papers

NOW = datetime(2025, 8, 26, 12, tzinfo=UTC)
FIRST, SECOND = datetime(2025, 8, 19, 10, tzinfo=UTC), datetime(2025, 8, 21, 10, tzinfo=UTC)

Arrival = tuple[IncomingPaper, tuple[Announcement, ...]]


def paper(name: str, version: int, source: Source, **details: Any) -> IncomingPaper:
    text_of = f"{name} v{version} by {source.name}"
    return IncomingPaper(
        name, version, text_of, text_of, (source.name,), ("cs.AI", "cs.CV"), source, **details
    )


def line(name: str, version: int, kind: Any, day: int, listing: str = "cs.AI") -> Announcement:
    return Announcement(name, version, listing, kind, date(2025, 8, day))


def arrivals_of(name: str) -> list[Arrival]:
    """A paper by all routes: feeds of two listings and days, harvests of two days, and the API."""
    both = ((1, FIRST), (2, SECOND))
    return [
        (paper(name, 1, Source.FEED, code_url="https://github.com/a/one"), (line(name, 1, "new", 20),)),
        (paper(name, 1, Source.FEED), (line(name, 1, "cross", 20, "cs.CV"),)),
        (paper(name, 2, Source.FEED, license="by"), (line(name, 2, "replace", 22),)),
        (paper(name, 1, Source.OAI, comment="one", version_dates=both[:1]), (line(name, 1, "new", 21),)),
        (
            paper(name, 2, Source.OAI, comment="two", updated_at=SECOND, version_dates=both),
            (line(name, 1, "new", 21), line(name, 2, "replace", 23)),
        ),
        (paper(name, 1, Source.API, comment="api", published_at=FIRST, version_dates=both[:1]), ()),
        (paper(name, 2, Source.API, doi="10.1/x", published_at=FIRST, version_dates=both), ()),
    ]


ARRIVALS = [*arrivals_of("2508.13167"), *arrivals_of("hep-th/9901001")]

ROWS = {
    "papers": "SELECT * FROM papers",
    "versions": "SELECT arxiv_id, version, submitted_at FROM paper_versions"
    " JOIN papers ON papers.id = paper_id",
    "announcements": "SELECT arxiv_id, listing, announced_on, version, kind FROM announcements"
    " JOIN papers ON papers.id = paper_id",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    paths = under(Path(tmp_path_factory.mktemp("arrivals")))
    with open_store(paths.store, paths.backups) as opened:
        yield opened


def content_after(store: Store, save: Callable[[Session], None]) -> dict[str, list[Any]]:
    """What the store would hold; nothing is kept."""

    class Enough(Exception):
        pass

    content: dict[str, list[Any]] = {}
    with pytest.raises(Enough), store.write() as session:
        save(session)
        for name, query in ROWS.items():
            rows = session.execute(text(query)).mappings()
            content[name] = sorted(repr({k: v for k, v in row.items() if k != "id"}) for row in rows)
        raise Enough
    return content


def arrive(session: Session, arrivals: list[Arrival]) -> None:
    for incoming, lines in arrivals:
        adopt_arxiv_ids(session, [incoming])
        saved = save_papers(session, [incoming], NOW)
        save_announcements(session, lines, saved.ids)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(ARRIVALS))
def test_every_order_ends_the_same(order: list[Arrival], store: Store) -> None:
    expected = content_after(store, lambda session: arrive(session, ARRIVALS))
    assert content_after(store, lambda session: arrive(session, order)) == expected
    assert len(expected["papers"]) == 2
    assert len(expected["announcements"]) == 6


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(ARRIVALS), again=st.lists(st.sampled_from(ARRIVALS), max_size=5))
def test_what_comes_twice_changes_nothing(order: list[Arrival], again: list[Arrival], store: Store) -> None:
    once = content_after(store, lambda session: arrive(session, order))
    assert content_after(store, lambda session: arrive(session, [*order, *again])) == once


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(ARRIVALS))
def test_one_bulk_save_equals_many_small_ones(order: list[Arrival], store: Store) -> None:
    def at_once(session: Session) -> None:
        saved = save_papers(session, [incoming for incoming, _ in order], NOW)
        save_announcements(session, [line for _, lines in order for line in lines], saved.ids)

    assert content_after(store, at_once) == content_after(store, lambda session: arrive(session, order))

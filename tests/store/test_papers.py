"""Bulk saves: any order of arrival gives the same store, and the text indexes follow every change."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from r2p_tui.domain.papers import IncomingPaper, PaperReference, Source
from r2p_tui.paths import Paths
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import (
    Paper,
    categories_of,
    find_paper,
    save_doi_paper,
    save_papers,
    versions_of,
)
from r2p_tui.store.reading import Note
from r2p_tui.store.surprises import Surprise
from tests.benchmarks import synthetic

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
FIRST_DAY = datetime(2023, 4, 17, tzinfo=UTC)


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups) as opened:
        yield opened


def described(version: int, source: Source) -> IncomingPaper:
    """What a source says of one version: every field tells which one it came from."""
    origin = f"v{version} {source.name}"
    return IncomingPaper(
        arxiv_id="2304.08069",
        version=version,
        title=f"Title {origin}",
        abstract=f"Abstract {origin}",
        authors=(f"Author {origin}",),
        categories=("cs.CV", f"cs.{source.name}"),
        source=source,
        comment=None if source is Source.FEED else f"Comment {origin}",
        code_url=f"https://github.com/lab/{version}" if source is Source.FEED else None,
        published_at=None if source is Source.FEED else FIRST_DAY,
        version_dates=((version, FIRST_DAY + timedelta(days=version, hours=source)),),
    )


EVERY_DESCRIPTION = [described(version, source) for version in (1, 2, 3) for source in Source]


def whole_store(store: Store) -> list[object]:
    with store.read() as session:
        papers = [paper.model_dump(exclude={"added_at"}) for paper in session.scalars(select(Paper))]
        return [
            *papers,
            *((v.version, v.submitted_at) for p in papers for v in versions_of(session, p["id"])),
        ]


def complaints(store: Store) -> list[str]:
    """What the indexes say of themselves, and what the references between tables say."""
    with store.write() as session:
        for index in ("papers_text", "title_words"):
            session.execute(text(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"))
        return [str(row) for row in session.execute(text("PRAGMA foreign_key_check"))]


def found(store: Store, words: str) -> list[int]:
    query = text("SELECT rowid FROM papers_text WHERE papers_text MATCH :words")
    with store.read() as session:
        return list(session.scalars(query, {"words": words}))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrivals=st.lists(st.sampled_from(EVERY_DESCRIPTION), min_size=1, max_size=7, unique=True).flatmap(
        lambda some: st.tuples(st.permutations(some), st.permutations(some))
    ),
    at_once=st.booleans(),
)
def test_the_order_of_arrival_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    arrivals: tuple[Sequence[IncomingPaper], Sequence[IncomingPaper]],
    at_once: bool,
) -> None:
    states = []
    for order in arrivals:
        folder: Path = tmp_path_factory.mktemp("order")
        with open_store(folder / "r2p.sqlite3", folder) as store:
            for some in [order] if at_once else [[one] for one in order]:
                with store.write() as session:
                    save_papers(session, some, NOW)
            states.append(whole_store(store))
            assert complaints(store) == []
    assert states[0] == states[1]


def test_the_newest_version_and_the_best_source_win_each_group_of_fields(store: Store) -> None:
    for incoming in (described(1, Source.API), described(2, Source.FEED)):
        with store.write() as session:
            save_papers(session, [incoming], NOW)
    with store.read() as session:
        paper = find_paper(session, PaperReference("arxiv", "2304.08069"))
        assert paper is not None and paper.id is not None
        assert (paper.title, paper.latest_version) == ("Title v2 FEED", 2)
        assert (paper.comment, paper.published_at) == ("Comment v1 API", FIRST_DAY)
        assert categories_of(session, [paper.id, 77]) == {paper.id: ("cs.CV", "cs.FEED"), 77: ()}
        dates = [(known.version, known.submitted_at) for known in versions_of(session, paper.id)]
    day = timedelta(days=1)
    assert dates == [(1, FIRST_DAY + day + timedelta(hours=3)), (2, FIRST_DAY + 2 * day + timedelta(hours=1))]


def test_a_save_tells_which_papers_are_new(store: Store) -> None:
    one, two = described(1, Source.FEED), replace(described(1, Source.FEED), arxiv_id="2304.08070")
    with store.write() as session:
        first = save_papers(session, [one], NOW)
        second = save_papers(session, [one, two, replace(two, version=2)], NOW)
    assert (first.new, second.new) == ({"2304.08069"}, {"2304.08070"})
    assert second.ids.keys() == {"2304.08069", "2304.08070"}


def test_nothing_to_save_is_no_error(store: Store) -> None:
    with store.write() as session:
        assert save_papers(session, [], NOW) == ({}, set())


def test_a_paper_without_an_arxiv_id_is_refused_in_bulk_and_kept_by_its_doi(store: Store) -> None:
    paper = replace(described(1, Source.API), arxiv_id=None, doi="10.1109/5.771073")
    with store.write() as session, pytest.raises(ValueError, match="arXiv id"):
        save_papers(session, [paper], NOW)
    with store.write() as session:
        paper_id = save_doi_paper(session, paper, NOW)
        assert save_doi_paper(session, paper, NOW) == paper_id
    with store.read() as session:
        assert session.get_one(Paper, paper_id).title == paper.title
        assert [known.version for known in versions_of(session, paper_id)] == [1]


def test_what_is_stored_reads_back_as_it_came(store: Store) -> None:
    odd = replace(
        described(2, Source.API),
        title='A "quoted" title, [/] and \\back',
        authors=('J. "Q" Müller', "李 雷"),
        categories=("q-bio.QM", "cs.CV", "cs.CV"),
    )
    with store.write() as session:
        paper_id = save_papers(session, [odd], NOW).ids["2304.08069"]
    with store.read() as session:
        paper = session.get_one(Paper, paper_id)
    assert (paper.title, paper.authors) == (odd.title, list(odd.authors))
    assert (paper.categories, paper.primary_category) == (["q-bio.QM", "cs.CV"], "q-bio.QM")
    assert (paper.added_at, paper.details_rank % 100) == (NOW, 23)


def test_more_papers_than_one_statement_takes(store: Store) -> None:
    many = list(synthetic.papers(3200))
    with store.write() as session:
        saved = save_papers(session, itertools.chain(many, many[:10]), NOW)
    assert len(saved.ids) == len(saved.new) == 3200
    assert complaints(store) == []
    with store.read() as session:
        wanted = many[2999]
        paper = find_paper(session, PaperReference("arxiv", str(wanted.arxiv_id)))
        assert paper is not None and paper.abstract == wanted.abstract


def test_the_index_follows_papers_notes_and_surprises(store: Store) -> None:
    with store.write() as session:
        paper_id = save_papers(session, [described(1, Source.FEED)], NOW).ids["2304.08069"]
        note = Note(paper_id=paper_id, key_insight="anchors hurt", answers={}, created_at=NOW, updated_at=NOW)
        first = Surprise(text="slow on T4", paper_id=paper_id, created_at=NOW)
        second = Surprise(text="labels flicker", paper_id=paper_id, created_at=NOW)
        session.add_all([note, first, second])
    assert found(store, "title AND anchors AND slow AND flicker") == [paper_id]
    with store.write() as session:
        session.merge(note).key_insight = "queries hurt"
        session.merge(first).paper_id = None
    assert found(store, "queries AND flicker") == [paper_id]
    assert found(store, "anchors OR slow") == []
    assert complaints(store) == []
    with store.write() as session:
        session.delete(session.merge(second))
        save_papers(session, [described(2, Source.API)], NOW)
    assert found(store, "queries AND v2") == [paper_id]
    assert found(store, "flicker OR v1") == []
    assert complaints(store) == []


def test_a_paper_takes_its_words_with_it_and_leaves_its_surprises(store: Store) -> None:
    with store.write() as session:
        paper_id = save_papers(session, [described(1, Source.FEED)], NOW).ids["2304.08069"]
        session.add(Note(paper_id=paper_id, summary="gone", answers={}, created_at=NOW, updated_at=NOW))
        session.add(Surprise(text="stays", paper_id=paper_id, created_at=NOW))
        session.flush()
        session.execute(text("DELETE FROM papers"))
    assert found(store, "gone OR title OR stays") == []
    with store.read() as session:
        assert session.scalars(select(Surprise.paper_id)).all() == [None]
    assert complaints(store) == []


def test_a_note_that_came_before_its_paper_is_indexed_with_it(store: Store) -> None:
    """A salvaged store is filled table by table."""
    with store.write() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.add(Note(paper_id=1, summary="early bird", answers={}, created_at=NOW, updated_at=NOW))
        session.flush()
        save_papers(session, [described(1, Source.FEED)], NOW)
    assert found(store, "early AND title") == [1]
    assert complaints(store) == []

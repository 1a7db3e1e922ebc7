"""Works: one row a work, whatever name and source brought it; any order of arrival gives the same graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import select

from r2p_tui.domain.citations import Direction, EvidenceClass, IncomingCitation, IncomingWork
from r2p_tui.domain.papers import PaperReference
from r2p_tui.errors import NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.store.citation_edges import EvidenceCorrection
from r2p_tui.store.citation_looks import CitationLook, look_of, looks_of, save_look
from r2p_tui.store.citation_news import CitationNews, mark_seen
from r2p_tui.store.citations import citations_of, contexts_of, correct
from r2p_tui.store.code import CodeLook, save_code
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.triage import TriageDecision
from r2p_tui.store.works import (
    WorkRecord,
    current_id,
    description_of,
    find_work,
    save_works,
    work_by_id,
    work_of_paper,
    works_by_ids,
)
from tests.store.graphs import NOW, ROOT, add, graph, judge_again, names_by_id, work

LATER = NOW + timedelta(days=1)
LONG = "Detecting small objects from very far away"


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups, now=NOW) as opened:
        yield opened


def save(store: Store, *works: IncomingWork) -> list[int]:
    with store.write() as session:
        return save_works(session, works, NOW)


def count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(WorkRecord)) or 0


@pytest.mark.parametrize("kind", ["s2_id", "openalex_id", "arxiv_id", "doi"])
def test_one_id_in_common_is_enough(store: Store, kind: str) -> None:
    named = {kind: "2304.08069"}
    first, other = save(store, IncomingWork("One title", **named), IncomingWork("Another", s2_id="x9"))  # type: ignore[arg-type]
    assert save(store, IncomingWork("Its title today", **named)) == [first]  # type: ignore[arg-type]
    assert first != other and count(store) == 2


def test_ids_come_in_the_order_given_and_two_of_a_page_may_be_one(store: Store) -> None:
    (known,) = save(store, work("known"))
    page = [work("new"), work("known"), work("same", doi="10.1/a"), work("other", doi="10.1/a"), work("new")]
    ids = save(store, *page)
    assert ids[1] == known and ids[0] == ids[4] and ids[2] == ids[3]
    assert count(store) == 3


def test_what_is_known_gives_way_to_nothing_and_to_nothing_less(store: Store) -> None:
    full = IncomingWork(
        LONG, s2_id="s", openalex_id="W1", arxiv_id="2401.00001", doi="10.1/a", authors=("Ann Lee", "Bo Fu"),
        year=2024, published_on=date(2024, 2, 1), venue="CVPR", abstract="Code: https://github.com/lab/far.",
        citation_count=12, influential_count=3, reference_count=40,
    )  # fmt: skip
    (work_id,) = save(store, full)
    save(
        store, IncomingWork("", s2_id="s"), replace(full, authors=("A. Lee",), abstract="", citation_count=9)
    )
    with store.read() as session:
        found = description_of(session, work_id)
        shown = work_by_id(session, work_id)
    assert replace(full) == IncomingWork(**{name: getattr(found, name) for name in IncomingWork.__slots__})
    assert found.code_url == "https://github.com/lab/far" and shown.has_code
    assert (shown.key, shown.first_author, shown.published_on) == ("2401.00001", "Ann Lee", date(2024, 2, 1))
    assert (shown.year, shown.venue, shown.citation_count, shown.influential_count) == (2024, "CVPR", 12, 3)


def test_more_of_a_known_work_is_taken_in(store: Store) -> None:
    (work_id,) = save(store, work("s"))
    save(store, work("s", arxiv_id="2401.00001", abstract="Words.", citation_count=3))
    with store.read() as session:
        found = description_of(session, work_id)
    assert (found.arxiv_id, found.abstract, found.citation_count) == ("2401.00001", "Words.", 3)


def test_a_title_tells_a_work_by_the_same_first_author_about_the_same_year(store: Store) -> None:
    preprint = IncomingWork(LONG, arxiv_id="2401.00001", year=2024, authors=("Ann Lee",))
    (work_id,) = save(store, preprint)
    same = IncomingWork(f"{LONG.upper()}.", openalex_id="W1", year=2025, authors=("Lee, A.", "Bo Fu"))
    others = [
        IncomingWork(LONG, s2_id="by another", year=2024, authors=("Cy Roe",)),
        IncomingWork(LONG, s2_id="years after", year=2026, authors=("Ann Lee",)),
        IncomingWork(LONG, arxiv_id="2401.00002", year=2024, authors=("Ann Lee",)),
    ]
    for other in others:
        assert save(store, other) != [work_id]
    assert save(store, same) == [work_id]


@pytest.mark.parametrize(
    "row",
    [IncomingWork(title="Introduction"), IncomingWork(title="A book that nobody has an id for", year=1998)],
)
def test_a_row_that_has_nothing_but_a_title_is_one_work_however_often_it_is_read(
    store: Store, row: IncomingWork
) -> None:
    with store.write() as session:
        (first,) = save_works(session, [row], NOW)
        assert save_works(session, [row, row], NOW) == [first, first]
        others = [replace(row, year=1985), replace(row, authors=("Ada Example",)), replace(row, s2_id="sha")]
        assert len({first, *save_works(session, others, NOW)}) == 4


def test_works_without_a_title_are_not_one(store: Store) -> None:
    first, second = save(store, IncomingWork("", s2_id="a"), IncomingWork("", s2_id="b"))
    assert first != second


# --- rows that prove to be one --------------------------------------------------------------------------

PREPRINT = work("preprint", arxiv_id="2401.00001")
ARTICLE = work("article", doi="10.1109/far")
BOTH = IncomingWork("Title", arxiv_id="2401.00001", doi="10.1109/far")


def test_rows_that_prove_to_be_one_become_the_oldest_and_every_id_still_leads_there(store: Store) -> None:
    first, second = save(store, PREPRINT, ARTICLE)
    assert save(store, BOTH) == [first]
    assert save(store, work("article"), work("preprint")) == [first, first]
    with store.read() as session:
        assert current_id(session, second) == first == work_by_id(session, second).work_id
        assert find_work(session, PaperReference("doi", "10.1109/far")) == first
        assert names_by_id(session) == {
            first: {"s2:preprint", "s2:article", "arxiv:2401.00001", "doi:10.1109/far"}
        }
    assert save(store, work("new")) > [second], "an id that was given once is not given again"


def test_citations_of_both_are_united_and_the_sentences_of_both_are_kept(store: Store) -> None:
    citing = IncomingCitation(
        work("c"), "s2", ("We build upon it [1].", "As in [1]."), ("methodology",), False
    )
    from_openalex = IncomingCitation(work("c"), "openalex", ("Unlike [2], we build upon it.",), (), True)
    with store.write() as session:
        add(session, PREPRINT, citing)
        add(session, ARTICLE, from_openalex)
        add(session, ARTICLE, IncomingCitation(work("only article"), "s2"))
        add(session, ARTICLE, IncomingCitation(work("old"), "s2"), "references")
        (kept,) = save_works(session, [BOTH], LATER)
        judge_again(session)
        rows = {each.work.title: each for each in citations_of(session, kept, "citations")}
        assert rows.keys() == {"Title c", "Title only article"}
        merged = rows["Title c"]
        assert (merged.influential, merged.intents, merged.contexts) == (True, ("methodology",), 3)
        found = contexts_of(session, merged.citing_id, kept)
        assert set(found.contexts) == {*citing.contexts, *from_openalex.contexts}
        assert [each.work.title for each in citations_of(session, kept, "references")] == ["Title old"]
    graph(store)


def test_what_the_user_corrected_is_moved_and_the_newest_of_two_is_in_force(store: Store) -> None:
    with store.write() as session:
        add(session, PREPRINT, IncomingCitation(work("c"), "s2"))
        add(session, ARTICLE, IncomingCitation(work("c"), "s2"))
        add(session, ARTICLE, IncomingCitation(work("d"), "s2"))
        preprint, article, c, d = save_works(session, [PREPRINT, ARTICLE, work("c"), work("d")], NOW)
        correct(session, c, article, EvidenceClass.FAILS, LATER)
        correct(session, c, preprint, EvidenceClass.DEPLOYS, NOW)
        correct(session, d, article, EvidenceClass.REPLICATES, NOW)
    with store.write() as session:
        save_works(session, [BOTH], LATER)
        found = {each.work.work_id: each for each in citations_of(session, preprint, "citations")}
        assert found[c].evidence_class is EvidenceClass.FAILS and found[c].corrected
        assert found[d].evidence_class is EvidenceClass.REPLICATES and found[d].corrected
        assert contexts_of(session, c, article).corrected is EvidenceClass.FAILS
        history = session.exec(select(EvidenceCorrection)).all()
        assert {(each.cited_id, each.evidence) for each in history} == {
            (preprint, "fails"), (preprint, "deploys"), (preprint, "replicates"),
        }  # fmt: skip


def test_a_correction_that_was_taken_back_later_stays_taken_back(store: Store) -> None:
    with store.write() as session:
        add(session, PREPRINT, IncomingCitation(work("c"), "s2"))
        add(session, ARTICLE, IncomingCitation(work("c"), "s2"))
        preprint, article, c = save_works(session, [PREPRINT, ARTICLE, work("c")], NOW)
        correct(session, c, preprint, EvidenceClass.FAILS, NOW)
        correct(session, c, article, EvidenceClass.DEPLOYS, NOW)
        correct(session, c, article, None, LATER)
        save_works(session, [BOTH], LATER)
        assert contexts_of(session, c, preprint).corrected is None


def test_looks_and_news_of_both_are_moved(store: Store) -> None:
    with store.write() as session:
        preprint, article = save_works(session, [PREPRINT, ARTICLE], NOW)
        done = {"state": "done", "ended_at": NOW, "found": 7}
        save_look(session, _look(preprint, "s2", state="failed", reason="It was cut.", began_at=LATER))
        save_look(session, _look(article, "s2", **done))
        save_look(session, _look(article, "openalex", **done))
        mark_seen(session, preprint, LATER)
        mark_seen(session, article, NOW)
    with store.write() as session:
        save_works(session, [BOTH], LATER)
        kept = look_of(session, article, "citations", "s2")
        assert kept is not None and (kept.work_id, kept.state, kept.found) == (preprint, "done", 7)
        assert len(looks_of(session, preprint)) == 2
        assert [(each.work_id, each.seen_at) for each in session.exec(select(CitationNews))] == [
            (preprint, NOW)
        ]
        # A look that was under way when its work became another one.
        assert save_look(session, _look(article, "s2")).work_id == preprint


def _look(work_id: int, source: str, **more: object) -> CitationLook:
    facts = {"work_id": work_id, "direction": "citations", "source": source, "began_at": NOW}
    return CitationLook(**{**facts, **more})  # type: ignore[arg-type]


def test_a_preprint_that_is_cited_by_its_own_article_does_not_cite_itself(store: Store) -> None:
    with store.write() as session:
        add(session, PREPRINT, IncomingCitation(ARTICLE, "s2"))
        (kept,) = save_works(session, [BOTH], NOW)
        assert citations_of(session, kept, "citations") == []
        assert add(session, PREPRINT, IncomingCitation(ARTICLE, "s2")) == (0, 0)


# --- any order ------------------------------------------------------------------------------------------


class Event(NamedTuple):
    """A citation between two descriptions, and what the user says of it, the same of the same true works."""

    near: IncomingWork
    citation: IncomingCitation
    direction: Direction
    correction: EvidenceClass | None


def _descriptions(true_work: int) -> st.SearchStrategy[IncomingWork]:
    ids = {kind: f"{kind}{true_work}" for kind in ("s2_id", "openalex_id", "arxiv_id", "doi")}
    # An older id of Semantic Scholar, which gives way where both are known.
    ids["other"] = f"other{true_work}"
    some = st.lists(st.sampled_from(sorted(ids)), min_size=1, max_size=3, unique=True)
    return some.map(lambda kinds: _described(true_work, {kind: ids[kind] for kind in kinds}))


def _described(true_work: int, ids: dict[str, str]) -> IncomingWork:
    if "other" in ids:
        ids["s2_id"] = ids.pop("other")
    return IncomingWork(f"Work {true_work}", **ids)  # type: ignore[arg-type]


SENTENCES = (
    "We build upon the detector of [1].", "We could not reproduce the results of [1].",
    "Unlike [1], we need no anchors.", "See also [1].", "We deployed [1] on a Jetson with INT8.",
)  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> Event:
    one, other = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    near, far = draw(_descriptions(one)), draw(_descriptions(other))
    direction: Direction = draw(st.sampled_from(("citations", "references")))
    citation = IncomingCitation(
        far,
        draw(st.sampled_from(("s2", "openalex"))),
        tuple(draw(st.lists(st.sampled_from(SENTENCES), max_size=3))),
        tuple(draw(st.lists(st.sampled_from(("methodology", "background")), max_size=2))),
        draw(st.booleans()),
    )
    citing, cited = (other, one) if direction == "citations" else (one, other)
    correction = list(EvidenceClass)[citing + 3 * (cited % 2)] if draw(st.booleans()) else None
    return Event(near, citation, direction, correction)


def _play(store: Store, some: Sequence[Event]) -> None:
    for event in some:
        with store.write() as session:
            add(session, event.near, event.citation, event.direction)
            near, far = save_works(session, [event.near, event.citation.work], NOW)
            if event.correction and near != far:
                ends = (far, near) if event.direction == "citations" else (near, far)
                correct(session, *ends, event.correction, NOW)
    with store.write() as session:
        judge_again(session)


SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(
    arrivals=st.lists(events(), min_size=1, max_size=7).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    )
)
def test_any_order_of_arrival_gives_the_same_graph(
    tmp_path_factory: pytest.TempPathFactory, arrivals: tuple[list[Event], list[Event]]
) -> None:
    graphs = []
    for order in arrivals:
        folder: Path = tmp_path_factory.mktemp("order")
        with open_store(folder / "r2p.sqlite3", folder) as store:
            _play(store, order)
            graphs.append(graph(store))
    assert graphs[0] == graphs[1]


@SLOW
@given(
    some=st.lists(
        st.tuples(st.integers(0, 2), st.sets(st.sampled_from(("s2_id", "openalex_id", "arxiv_id", "doi")))),
        min_size=1,
        max_size=8,
    ),
    at_once=st.booleans(),
)
def test_descriptions_with_title_year_and_author_become_the_works_that_they_are_of(
    tmp_path_factory: pytest.TempPathFactory, some: list[tuple[int, set[str]]], at_once: bool
) -> None:
    described = [
        IncomingWork(
            f"{LONG} in part {number}",
            year=2024,
            authors=("Ann Lee",),
            **{kind: f"{kind}{number}" for kind in ids},  # type: ignore[arg-type]
        )
        for number, ids in some
    ]
    folder: Path = tmp_path_factory.mktemp("titles")
    with open_store(folder / "r2p.sqlite3", folder) as store, store.write() as session:
        pages = [described] if at_once else [[each] for each in described]
        for page in pages:
            save_works(session, page, NOW)
        ids = save_works(session, described, NOW)
        names = names_by_id(session)
    true_works = {number for number, _ in some}
    assert len(names) == len(set(ids)) == len(true_works)
    for (number, _), work_id in zip(some, ids, strict=True):
        wanted = {kind.removesuffix("_id") for other, kinds in some if other == number for kind in kinds}
        assert {name.partition(":")[0] for name in names[work_id]} == wanted


# --- papers of the store --------------------------------------------------------------------------------


def paper(number: int, **more: object) -> Paper:
    facts = {
        "id": number,
        "title": f"Paper {number}",
        "authors": ["Ann Lee"],
        "abstract": "",
        "added_at": NOW,
    }
    return Paper(**{**facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [{"arxiv_id": "2401.00001"}, {"doi": "10.1109/far"}, {"source_key": "s2:preprint"},
     {"source_key": "openalex:W1"}, {"source_key": "work:1"}],
)  # fmt: skip
def test_a_paper_that_is_stored_later_is_linked_by_itself(store: Store, name: dict[str, str]) -> None:
    save(store, replace(PREPRINT, doi="10.1109/far", openalex_id="W1"))
    with store.write() as session:
        assert work_by_id(session, 1).paper_id is None
        session.add(paper(7, **name))
        session.flush()
        session.add(TriageDecision(paper_id=7, decision="keep", decided_at=NOW))
        session.flush()
        found = work_by_id(session, 1)
    assert (found.paper_id, found.decision, found.has_code) == (7, "keep", False)


@pytest.mark.parametrize(
    "name", [{"doi": "10.1109/far"}, {"source_key": "s2:article"}, {"source_key": "work:2"}]
)
def test_a_paper_stays_linked_when_its_work_proves_to_be_another(store: Store, name: dict[str, str]) -> None:
    save(store, replace(PREPRINT, doi="10.1109/preprint"), ARTICLE)
    with store.write() as session:
        session.add(paper(7, **name))
    save(store, BOTH)
    with store.read() as session:
        assert count(store) == 1
        assert work_by_id(session, 1).paper_id == 7
    with store.write() as session:
        assert work_of_paper(session, session.get_one(Paper, 7), NOW) == 1


def test_code_is_known_by_the_paper_and_by_looks_for_it(store: Store) -> None:
    first, second, third = save(store, PREPRINT, ARTICLE, work("third", arxiv_id="2401.00003"))
    with store.write() as session:
        session.add(paper(1, arxiv_id="2401.00001", code_url="https://github.com/lab/far"))
        session.add(paper(2, doi="10.1109/far"))
        session.add(paper(3, arxiv_id="2401.00003"))
        session.flush()
        save_code(session, CodeLook(paper_id=2, looked_at=NOW, state="community"))
        save_code(session, CodeLook(paper_id=3, looked_at=NOW, state="none"))
        found = works_by_ids(session, [third, second, first])
    assert [each.has_code for each in found] == [False, True, True]


def test_a_paper_becomes_a_work_once_and_its_end_takes_nothing_from_the_graph(store: Store) -> None:
    with store.write() as session:
        session.add(paper(5, arxiv_id="2304.08069", doi="10.48550/arxiv.2304.08069", published_at=NOW))
    with store.write() as session:
        stored = session.get_one(Paper, 5)
        work_id = work_of_paper(session, stored, NOW)
        assert work_of_paper(session, stored, NOW) == work_id
        add(session, ROOT, IncomingCitation(work("c"), "s2"))
        found = description_of(session, work_id)
    assert (found.arxiv_id, found.doi, found.s2_id, found.year) == ("2304.08069", None, "root", 2026)
    with store.write() as session:
        session.delete(session.get_one(Paper, 5))
    with store.read() as session:
        assert work_by_id(session, work_id).paper_id is None
        assert len(citations_of(session, work_id, "citations")) == 1


def test_when_a_work_was_looked_at_is_shown(store: Store) -> None:
    (work_id,) = save(store, PREPRINT)
    with store.write() as session:
        save_look(session, _look(work_id, "s2"))
        save_look(session, _look(work_id, "openalex", state="done", ended_at=LATER))
        assert work_by_id(session, work_id).looked_at == LATER


def test_a_work_that_is_not_there_is_said_so(store: Store) -> None:
    with store.read() as session:
        assert works_by_ids(session, [3]) == []
        assert find_work(session, PaperReference("arxiv", "2304.08069")) is None
        for ask in (work_by_id, description_of):
            with pytest.raises(NotFoundError):
                ask(session, 3)

"""Citations: nothing known is lost, lists say what is stored, the user's class stays, news is unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
from sqlmodel import select

from r2p_tui.domain.citation_chain import evolve
from r2p_tui.domain.citations import (
    Citation,
    Cue,
    Direction,
    Evidence,
    EvidenceClass,
    IncomingCitation,
    IncomingWork,
)
from r2p_tui.domain.papers import parse_reference
from r2p_tui.errors import NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.store.citation_edges import CitationContexts, EvidenceCorrection, StoredCitation
from r2p_tui.store.citation_looks import CitationLook, look_of, looks_of, save_look
from r2p_tui.store.citation_news import kept_papers, mark_asked, mark_seen, news_of_kept
from r2p_tui.store.citations import (
    SavedCitations,
    citations_of,
    contexts_of,
    correct,
    count_citations,
    keyword_works,
    looked_children,
    outdated_evidence,
    save_citations,
    successors,
    update_evidence,
)
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from r2p_tui.store.triage import TriageDecision
from r2p_tui.store.works import find_work, save_works, work_by_id
from tests.store.graphs import NOW, ROOT, add, work

LATER = NOW + timedelta(days=1)
MENTIONS = Evidence(EvidenceClass.MENTIONS)
BUILDS = "We build upon RT-DETR [1]."
EXTENDS = Evidence(EvidenceClass.EXTENDS, (Cue("builds on", 0, 3, 13, "build upon"),))


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups, now=NOW) as opened:
        with opened.write() as session:
            save_works(session, [ROOT], NOW)
        yield opened


def save(
    store: Store,
    citations: Sequence[IncomingCitation],
    evidence: Evidence = MENTIONS,
    version: int = 1,
    direction: Direction = "citations",
) -> SavedCitations:
    with store.write() as session:
        others = save_works(session, [each.work for each in citations], NOW)
        judged = [evidence] * len(citations)
        return save_citations(session, 1, direction, others, citations, judged, version, NOW)


def rows(store: Store, direction: Direction = "citations", work_id: int = 1) -> dict[str, Citation]:
    with store.read() as session:
        return {each.work.title: each for each in citations_of(session, work_id, direction)}


def cites(name: str, *contexts: str, source: str = "s2", **more: object) -> IncomingCitation:
    facts = {"work": work(name), "source": source, "contexts": contexts}
    return IncomingCitation(**{**facts, **more})  # type: ignore[arg-type]


def test_what_is_saved_is_listed(store: Store) -> None:
    citing = IncomingWork(
        "A citing work", arxiv_id="2401.1", authors=("Ann Lee",), published_on=date(2024, 1, 2)
    )
    saved = save(
        store, [IncomingCitation(citing, "s2", (BUILDS,), ("methodology", "background"), True)], EXTENDS
    )
    assert saved == SavedCitations(1, 0)
    with store.read() as session:
        (found,) = citations_of(session, 1, "citations")
        assert count_citations(session, 1, "citations") == 1
        assert count_citations(session, 1, "references") == 0
        assert found.work == work_by_id(session, found.citing_id)
    assert (found.citing_id, found.cited_id) == (2, 1)
    assert (found.influential, found.intents, found.contexts) == (True, ("background", "methodology"), 1)
    assert (found.evidence_class, found.corrected, found.first_seen_at) == (EvidenceClass.EXTENDS, False, NOW)


def test_one_citation_is_seen_from_both_its_ends(store: Store) -> None:
    save(store, [cites("old")], direction="references")
    (found,) = rows(store, "references").values()
    assert (found.citing_id, found.cited_id, found.work.title) == (1, 2, "Title old")
    (same,) = rows(store, "citations", 2).values()
    assert same == found._replace(work=same.work)
    assert same.work.title == ROOT.title


def test_a_second_source_that_tells_less_takes_nothing_away(store: Store) -> None:
    save(store, [cites("c", BUILDS, intents=("methodology",), influential=True)], EXTENDS)
    assert save(store, [cites("c", source="openalex")]) == SavedCitations(0, 1)
    (found,) = rows(store).values()
    assert (found.influential, found.intents, found.contexts) == (True, ("methodology",), 1)
    assert found.evidence_class is EvidenceClass.EXTENDS
    with store.read() as session:
        assert contexts_of(session, 2, 1) == ((BUILDS,), EXTENDS, None)
        (stored,) = session.exec(select(StoredCitation)).all()
        assert stored.sources == ["openalex", "s2"]
        assert outdated_evidence(session, 1, "citations", 1) == []


def test_new_sentences_wait_for_the_rules_and_cues_stay_with_their_sentence(store: Store) -> None:
    save(store, [cites("c", "See [1].", "See [1].", "As in [1].")])
    moved = Evidence(
        EvidenceClass.EXTENDS, (EXTENDS.cues[0]._replace(place=2), Cue("title", -1, 0, 5, "Title"))
    )
    save(store, [cites("c", "As in [1].", "As in [1].", BUILDS)], moved)
    with store.write() as session:
        found = contexts_of(session, 2, 1)
        assert found.contexts == ("See [1].", "As in [1].", BUILDS)
        assert found.evidence == moved
        (outdated,) = outdated_evidence(session, 1, "citations", 1)
        assert (outdated.citing_id, outdated.title) == (2, "Title c")
        assert outdated.contexts == found.contexts
        update_evidence(session, [(outdated, MENTIONS)], 1)
        assert outdated_evidence(session, 1, "citations", 1) == []
        assert contexts_of(session, 2, 1).evidence == MENTIONS


def test_rules_of_a_later_version_judge_again_what_has_not_changed_meanwhile(store: Store) -> None:
    save(store, [cites("c", BUILDS), cites("d"), cites("e")], version=1)
    with store.read() as session:
        outdated = outdated_evidence(session, 1, "citations", 2)
    assert [each.title for each in outdated] == ["Title c", "Title d", "Title e"]
    assert {each.cited_title for each in outdated} == {ROOT.title}
    save(store, [cites("d", BUILDS)])
    title_alone = Evidence(EvidenceClass.DEPLOYS, (Cue("deployed", -1, 0, 5, "Title"),))
    with store.write() as session:
        update_evidence(session, [(each, title_alone) for each in outdated], 2)
        assert [each.citing_id for each in outdated_evidence(session, 1, "citations", 2)] == [3]
        assert contexts_of(session, 2, 1).evidence == contexts_of(session, 4, 1).evidence == title_alone
    with store.write() as session:
        (left,) = outdated_evidence(session, 1, "citations", 2)
        update_evidence(session, [(left._replace(citing_id=4, contexts=()), MENTIONS)], 3)
        assert contexts_of(session, 4, 1).evidence == MENTIONS
        assert session.get(CitationContexts, (1, 4)) is None


def test_a_later_judgement_of_the_same_sentences_counts(store: Store) -> None:
    save(store, [cites("c", BUILDS)], EXTENDS, version=2)
    save(store, [cites("c", BUILDS)], MENTIONS, version=1)
    assert rows(store)["Title c"].evidence_class is EvidenceClass.EXTENDS
    save(store, [cites("c", BUILDS)], MENTIONS, version=3)
    assert rows(store)["Title c"].evidence_class is EvidenceClass.MENTIONS


def test_two_rows_of_a_page_that_are_one_citation_are_one(store: Store) -> None:
    assert save(store, [cites("c", BUILDS), cites("c", "See [1].")]) == SavedCitations(1, 0)
    assert rows(store)["Title c"].contexts == 2


def test_a_work_does_not_cite_itself(store: Store) -> None:
    assert save(store, [IncomingCitation(ROOT, "s2")]) == SavedCitations(0, 0)
    assert rows(store) == {}


# --- the user's class -----------------------------------------------------------------------------------


def test_a_correction_stays_whatever_comes_and_can_be_taken_back(store: Store) -> None:
    save(store, [cites("c", BUILDS)], EXTENDS)
    with store.write() as session:
        correct(session, 2, 1, EvidenceClass.FAILS, NOW)
        correct(session, 2, 1, EvidenceClass.FAILS, LATER)
    save(store, [cites("c", "Unlike [1], it works.")], Evidence(EvidenceClass.COMPARES), version=9)
    found = rows(store)["Title c"]
    assert (found.evidence_class, found.corrected) == (EvidenceClass.FAILS, True)
    with store.write() as session:
        assert contexts_of(session, 2, 1).corrected is EvidenceClass.FAILS
        assert contexts_of(session, 2, 1).evidence.evidence_class is EvidenceClass.EXTENDS
        correct(session, 2, 1, None, LATER)
        history = [(each.evidence, each.corrected_at) for each in session.exec(select(EvidenceCorrection))]
    assert history == [("fails", NOW), (None, LATER)]
    found = rows(store)["Title c"]
    assert (found.evidence_class, found.corrected) == (EvidenceClass.EXTENDS, False)


def test_a_citation_that_is_not_there_is_said_so(store: Store) -> None:
    with store.write() as session:
        with pytest.raises(NotFoundError):
            contexts_of(session, 2, 1)
        with pytest.raises(NotFoundError):
            correct(session, 2, 1, EvidenceClass.FAILS, NOW)


# --- what lists and walks ask ---------------------------------------------------------------------------


def test_keywords_are_found_in_titles_and_abstracts_in_any_inflection(store: Store) -> None:
    works = [
        work("a", abstract="It runs on EDGE devices."),
        IncomingWork("Edge device detectors", s2_id="b"),
        work("c", abstract="A wedge device."),
    ]
    save(store, [IncomingCitation(each, "s2") for each in works])
    with store.read() as session:
        assert keyword_works(session, 1, "citations", ["edge devices", "nothing"]) == {2, 3}
        assert keyword_works(session, 1, "citations", []) == set()
        assert keyword_works(session, 1, "references", ["edge devices"]) == set()


def test_works_that_were_opened_from_here_come_in_the_order_of_opening(store: Store) -> None:
    save(store, [cites("a"), cites("b"), cites("c")])
    with store.write() as session:
        for number, moment in ((4, NOW), (2, LATER)):
            save_look(session, _look(number, began_at=moment))
        save_look(session, _look(4, direction="references", began_at=LATER))
        assert looked_children(session, 1, "citations") == [4, 2]
        assert looked_children(session, 1, "references") == []


def test_the_way_of_an_idea_is_read_from_the_store(store: Store) -> None:
    first = IncomingWork("The next step", s2_id="a", year=2024)
    second = IncomingWork("The step after", s2_id="b", year=2025)
    save(store, [IncomingCitation(first, "s2", influential=True), cites("c")])
    with store.write() as session:
        add(session, first, IncomingCitation(second, "s2"))
        found = successors(session)
        assert 1 in found and 2 in found and 4 not in found and "x" not in found  # type: ignore[comparison-overlap]
        with pytest.raises(KeyError):
            found[4]
        assert sorted(found) == [1, 2] and len(found) == 2
        steps = evolve(work_by_id(session, 1), found)
    assert [(step.work.title, step.end) for step in steps] == [
        (ROOT.title, ""), ("The next step", ""), ("The step after", "not looked"),
    ]  # fmt: skip
    with store.write() as session:
        save_look(session, _look(4, state="done", ended_at=NOW))
        assert evolve(work_by_id(session, 1), successors(session))[-1].end == "nothing newer"


def _look(work_id: int, **more: object) -> CitationLook:
    return CitationLook(
        **{"work_id": work_id, "direction": "citations", "source": "s2", "began_at": NOW, **more}  # type: ignore[arg-type]
    )


def test_a_look_is_found_again_as_it_was_left(store: Store) -> None:
    with store.write() as session:
        assert look_of(session, 1, "citations", "s2") is None
        save_look(
            session, _look(1, next_offset=1000, windows=[[None, "2015-12-31"], ["2016-01-01", None]], said=9)
        )
        save_look(session, _look(1, source="openalex", state="failed", reason="It hung.", began_at=LATER))
    with store.write() as session:
        found = look_of(session, 1, "citations", "s2")
        assert found is not None
        assert (found.state, found.next_offset, found.said) == ("going", 1000, 9)
        assert found.windows == [[None, "2015-12-31"], ["2016-01-01", None]]
        save_look(session, _look(1, state="done", ended_at=LATER, found=9))
        assert [each.source for each in looks_of(session, 1, "citations")] == ["openalex", "s2"]
        assert looks_of(session, 1, "references") == []
        assert look_of(session, 1, "citations", "s2").state == "done"  # type: ignore[union-attr]


# --- news -----------------------------------------------------------------------------------------------


def _keep(store: Store, paper_id: int = 1, decision: str = "keep", **name: str) -> None:
    with store.write() as session:
        session.add(Paper(id=paper_id, title="RT-DETR", authors=[], added_at=NOW, **name))  # type: ignore[arg-type]
        session.flush()
        session.add(TriageDecision(paper_id=paper_id, decision=decision, decided_at=NOW))


def _arrives(store: Store, name: str, evidence: Evidence = MENTIONS, after: int = 0) -> None:
    with store.write() as session:
        (other,) = save_works(session, [work(name)], NOW)
        moment = NOW + timedelta(hours=after)
        citation = cites(name, *([BUILDS] if evidence.cues else []))
        save_citations(session, 1, "citations", [other], [citation], [evidence], 1, moment)


def test_news_is_what_came_since_the_user_last_looked(store: Store) -> None:
    _keep(store, arxiv_id="2304.08069")
    _arrives(store, "before anybody looked")
    with store.write() as session:
        assert news_of_kept(session) == []
        mark_seen(session, 1, NOW + timedelta(hours=1))
        assert news_of_kept(session) == []
    _arrives(store, "a", after=2)
    _arrives(store, "b", EXTENDS, after=2)
    _arrives(store, "before anybody looked", after=3)
    with store.write() as session:
        (news,) = news_of_kept(session)
        assert (news.paper_id, news.title, news.count) == (1, ROOT.title, 2)
        assert news.by_class == ((EvidenceClass.EXTENDS, 1), (EvidenceClass.MENTIONS, 1))
        mark_seen(session, 1, NOW + timedelta(hours=4))
        assert news_of_kept(session) == []


@pytest.mark.parametrize("decision", ["skip", "later"])
def test_only_kept_papers_have_news(store: Store, decision: str) -> None:
    _keep(store, decision=decision, arxiv_id="2304.08069")
    with store.write() as session:
        mark_seen(session, 1, NOW)
    _arrives(store, "a", after=1)
    with store.read() as session:
        assert news_of_kept(session) == []


def test_kept_papers_come_with_the_longest_unasked_first(store: Store) -> None:
    with store.write() as session:
        save_works(session, [work("sha"), work("title only"), work("by doi", doi="10.1/a")], NOW)
        save_look(session, _look(3, state="done", ended_at=NOW, said=12))
        mark_asked(session, {1: None}, LATER)
        mark_asked(session, {3: 7}, NOW)
        mark_seen(session, 4, NOW)
    names = (
        {"arxiv_id": "2304.08069"},
        {"source_key": "s2:sha"},
        {"source_key": "work:3"},
        {"doi": "10.1/a"},
    )
    for number, name in enumerate(names, 1):
        _keep(store, number, **name)
    _keep(store, 5, arxiv_id="2401.00005")
    _keep(store, 6, "skip", arxiv_id="2401.00006")
    with store.read() as session:
        assert kept_papers(session) == [
            (2, 2, None, None, None), (4, 4, None, None, None), (5, None, None, None, None),
            (3, 3, NOW, 7, 12), (1, 1, LATER, None, None),
        ]  # fmt: skip


def test_asking_makes_old_what_was_there_and_leaves_what_the_user_has_not_seen(store: Store) -> None:
    _keep(store, arxiv_id="2304.08069")
    _arrives(store, "there before", after=1)
    with store.write() as session:
        mark_asked(session, {1: 4}, NOW + timedelta(hours=2))
    _arrives(store, "new", after=3)
    with store.write() as session:
        mark_asked(session, {1: None, 999: 3}, NOW + timedelta(hours=4))
        assert [news.count for news in news_of_kept(session)] == [1]
        assert [paper.counted for paper in kept_papers(session)] == [4], "no answer is no count"


def test_a_page_that_fails_half_way_leaves_nothing(store: Store) -> None:
    page = [cites("a"), cites("b")]
    with pytest.raises(ValueError), store.write() as session:
        others = save_works(session, [each.work for each in page], NOW)
        save_citations(session, 1, "citations", others, page, [MENTIONS], 1, NOW)
    with store.read() as session:
        assert count_citations(session, 1, "citations") == 0
    assert rows(store) == {}


def test_works_are_found_by_the_reference_that_a_user_types(store: Store) -> None:
    with store.read() as session:
        assert find_work(session, parse_reference("https://arxiv.org/abs/2304.08069v3")) == 1

"""What a search finds, in what order, and that no text of the user is ever read as full-text syntax."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from r2p_tui.domain.papers import Announcement, IncomingPaper, Source
from r2p_tui.domain.search import And, Everything, Not, Or, Query, QueryError, parse
from r2p_tui.store import search
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import save_papers
from r2p_tui.store.reading import Note, Reading, RedFlag
from r2p_tui.store.search import find_papers
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.triage import TriageDecision

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LIBRARY = [
    # id, title, abstract, authors, categories, year, code
    ("2001.00001", "Detectors without anchors", "A model of boxes.", ("Ann Lee",), ("cs.CV",), 2020, False),
    ("2101.00002", "Quantization of transformers", "Integers.", ("Bo Li",), ("cs.LG", "cs.CV"), 2021, True),
    ("2201.00003", "A survey", "Detection and quantization.", ("Ann Müller",), ("stat.ML",), 2022, False),
    ("2301.00004", "Masses of cells", "Small object detection.", ("Cy Detector",), ("q-bio.QM",), 2023, True),
    (
        "2401.00005",
        "Object small detection",
        "Words in another order.",
        ("Di Ng",),
        ("math-ph",),
        2024,
        False,
    ),
    ("2501.00006", "Left alone", 'Says "hi" to NEAR(a b) ^x* {y} OR z: 100%', (), ("hep-th",), None, False),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("search")
    with open_store(folder / "r2p.sqlite3", folder) as opened:
        with opened.write() as session:
            ids = save_papers(session, map(incoming, LIBRARY), NOW).ids
            decide(session, ids)
            line = Announcement("2501.00006", 1, "hep-th", "new", date(2026, 11, 19))
            save_announcements(session, [line], ids)
        yield opened


def incoming(line: tuple[str, str, str, tuple[str, ...], tuple[str, ...], int | None, bool]) -> IncomingPaper:
    key, title, abstract, authors, categories, year, code = line
    return IncomingPaper(
        key, 1, title, abstract, authors, categories, Source.API,
        code_url="https://github.com/lab/x" if code else None,
        published_at=datetime(year, 1, 5, tzinfo=UTC) if year else None,  # else the id tells the year
    )  # fmt: skip


def decide(session: Session, ids: dict[str, int]) -> None:
    one, two, three, four, *_ = ids.values()
    month = timedelta(days=30)
    for paper_id, decision, when in ((one, "keep", NOW - month), (two, "keep", NOW), (three, "skip", NOW)):
        session.add(TriageDecision(paper_id=paper_id, decision=decision, decided_at=when))
    session.add(TriageDecision(paper_id=four, decision="keep", decided_at=NOW, undone_at=NOW))
    session.add(TriageDecision(paper_id=four, decision="later", decided_at=NOW))
    for paper_id, number, finished in ((one, 1, True), (one, 2, True), (two, 1, True), (two, 2, False)):
        session.add(
            Reading(
                paper_id=paper_id, pass_number=number, started_at=NOW, last_read_at=NOW,
                finished_at=NOW if finished else None, verdict="go on" if finished else None,
            )
        )  # fmt: skip
    for paper_id, relevance, summary in ((one, 4, "Runs on a T4."), (four, 2, "microscope")):
        note = Note(paper_id=paper_id, relevance=relevance, answers={}, created_at=NOW, updated_at=NOW)
        note.summary = summary
        session.add(note)
    session.add(RedFlag(paper_id=two, kind="toy data", flagged_at=NOW))
    session.add(RedFlag(paper_id=two, kind="new metric", flagged_at=NOW))
    session.add(Surprise(text="31 frames on a Jetson", paper_id=two, created_at=NOW))
    session.add(Surprise(text="nobody's surprise", created_at=NOW))


def keys(store: Store, query: str | Query, *, typing: bool = False) -> list[int]:
    """The last digit of the ids found, best first."""
    tree = parse(query, typing=typing) if isinstance(query, str) else query
    with store.read() as session:
        return [int(row.key[-1]) for row in find_papers(session, tree, limit=100).rows]


FOUND = {
    "detector": {1, 4},
    "detectors": {1, 4},
    "detecting": {3, 4, 5},
    "DETECTION quantizing": {3},
    '"object detection"': {4},
    '"small object"': {4},
    "small object detection": {4, 5},
    "quantiz*": {2, 3},
    "muller": {3},
    "ti:detection": {5},
    "abs:detection": {3, 4},
    "au:detector": {4},
    'au:"ann müller"': {3},
    "note:t4": {1},
    "t4 anchors": {1},
    "jetson transformers": {2},
    "surprise:jetson": {2},
    "note:": {1, 4},
    "surprise:": {2},
    "code:": {2, 4},
    "cat:cs.CV": {1, 2},
    "cat:cs.cv -cat:cs.LG": {1},
    "cat:cs.*": {1, 2},
    "cat:cs": {1, 2},
    "cat:q-bio.QM": {4},
    "cat:math.*": set(),
    "cat:math-ph": {5},
    "cat:hep-th": {6},
    "year:2021": {2},
    "year:2022..": {3, 4, 5, 6},
    "year:..2021": {1, 2},
    "year:2030..": set(),
    "kept:": {1, 2},
    "kept:2026-11": {2},
    "kept:2026-10-21": {1},
    "skipped:": {3},
    "later:": {4},
    "waiting:": {6},
    "pass:0": {3, 4, 5, 6},
    "pass:1": {2},
    "pass:2..": {1},
    "pass:..1": {2, 3, 4, 5, 6},
    "pass:0..": {1, 2, 3, 4, 5, 6},
    "rel:4..": {1},
    "rel:..3": {4},
    "flag:": {2},
    "flag:toy": {2},
    "flag:repro": set(),
    "id:2301.00004": {4},
    "-detector": {2, 3, 5, 6},
    "NOT kept:": {3, 4, 5, 6},
    "detector kept:": {1},
    "detector OR jetson": {1, 2, 4},
    "detector OR kept:": {1, 2, 4},
    "(detector OR kept:) -(note: OR skipped:)": {2},
    "NOT (detector kept:)": {2, 3, 4, 5, 6},
    "kept: OR (later: cat:q-bio.*)": {1, 2, 4},
    "-(-detector)": {1, 4},
    "": {1, 2, 3, 4, 5, 6},
    '"NEAR(a b)"': {6},
    '"^x* {y}"': {6},
    '"says ""hi"""': {6},
    "100%": {6},
    "paper9 facets cs0cv9": set(),
}


@pytest.mark.parametrize("query", FOUND)
def test_a_search_finds(store: Store, query: str) -> None:
    assert set(keys(store, query)) == FOUND[query]


def test_a_row_carries_what_a_list_shows(store: Store) -> None:
    with store.read() as session:
        (row,) = find_papers(session, parse("id:2101.00002"), limit=9).rows
    title, day = "Quantization of transformers", date(2021, 1, 5)
    assert row[1:] == ("2101.00002", title, "cs.LG", day, True, "keep", 1, None, 2, None, None)


def test_without_words_the_last_kept_comes_first_and_then_the_newest(store: Store) -> None:
    assert keys(store, "") == [2, 1, 6, 5, 4, 3]
    assert keys(store, "kept:") == [2, 1]
    assert keys(store, "-xyzzy") == [2, 1, 6, 5, 4, 3]


def test_words_in_the_title_weigh_more_and_the_users_own_come_first_among_equals(store: Store) -> None:
    assert keys(store, "quantization") == [2, 3]
    assert keys(store, "detection") == [5, 4, 3]
    assert keys(store, "ann") == [1, 3]


@pytest.mark.parametrize("typed", ["quantizatio", "quantizati", "quanti", "transform", "transfo", "detecto"])
def test_a_word_is_found_while_it_is_being_typed(store: Store, typed: str) -> None:
    expected = {"q": {2, 3}, "t": {2}, "d": {1, 4}}[typed[0]]
    assert set(keys(store, typed, typing=True)) == expected


def test_a_finished_word_does_not_go_on(store: Store) -> None:
    assert keys(store, "quantizatio ", typing=True) == []


@pytest.mark.parametrize("typed", ["det", "detecti", "surv", "ann", "micro", "jet"])
def test_common_beginnings_go_the_fast_way_to_the_same_papers(
    store: Store, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = set(keys(store, typed, typing=True))
    monkeypatch.setattr(search, "_BROAD", 0)
    quick = set(keys(store, typed, typing=True))
    assert quick <= exact
    assert quick == exact or typed not in ("det", "surv", "detecti")


def test_where_very_many_match_own_papers_come_first_then_titles(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RANKED", 2)
    monkeypatch.setattr(search, "COUNTED", 3)
    with store.read() as session:
        found = find_papers(session, parse("detection OR quantization"), limit=10)
    assert [int(row.key[-1]) for row in found.rows] == [4, 2, 5, 3]
    assert (found.counted, found.capped, found.ranked) == (4, True, False)
    assert keys(store, "")[:2] == [2, 1]
    assert len(keys(store, "detection OR quantization OR left")) == 5


def test_the_limit_cuts_the_worst(store: Store) -> None:
    with store.read() as session:
        found = find_papers(session, parse("detection"), limit=2)
    assert (len(found.rows), found.counted) == (2, 3)


LEAVES = st.sampled_from([query for query in FOUND if query and "NOT" not in query]).map(parse)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LEAVES, LEAVES)
def test_searches_obey_the_laws_of_sets(store: Store, one: Query, other: Query) -> None:
    everything, first, second = (set(keys(store, query)) for query in (Everything(), one, other))
    assert set(keys(store, And((one, other)))) == first & second
    assert set(keys(store, Or((one, other)))) == first | second
    assert set(keys(store, Not(one))) == everything - first
    assert set(keys(store, Not(Or((one, Not(other)))))) == second - first


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["ti:", "au:", "note:", '"', "(", ")", "*", "-", "AND", "OR", "NOT", "NEAR"]),
            st.sampled_from([" ", "'", ";", "--", "%", ":v", "\x00", "é", "x y", '""', "+", ":match", "^{}"]),
            st.text(max_size=5),
        ),
        max_size=12,
    ).map("".join),
    st.booleans(),
)  # fmt: skip
def test_whatever_is_typed_the_store_can_run_it(store: Store, text: str, typing: bool) -> None:
    try:
        tree = parse(text, typing=typing)
    except QueryError:
        return
    assert len(keys(store, tree)) <= len(LIBRARY)

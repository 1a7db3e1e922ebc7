from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.papers import IncomingPaper, PaperReference, Source, parse_reference
from r2p_tui.domain.prediction_entry import KINDS as PREDICTION_KINDS
from r2p_tui.domain.prediction_entry import PredictionEntry, reasoning_hash
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.radar import Bucket, Ring
from r2p_tui.domain.surprises import KINDS, Place, SurpriseEntry, make_entry
from r2p_tui.errors import StoreDamagedError, StoreError
from r2p_tui.store.connection import SCHEMA_VERSION, connect
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import save_papers
from r2p_tui.store.prediction_scores import base_rate
from r2p_tui.store.predictions import Prediction, resolve, take_back
from r2p_tui.store.predictions import add_prediction as store_prediction
from r2p_tui.store.quick import StoreNotReadyError, add_prediction, add_surprise
from r2p_tui.store.radar import add_move, add_technique, drop
from r2p_tui.store.surprises import Surprise, latest_surprises
from r2p_tui.text import clean_line

NOW = datetime(2026, 11, 20, 8, 2, 3, 456000, UTC)

texts = st.text(min_size=1, max_size=60)
words = st.none() | texts
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001  (hypothesis adds the zone)
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(timezone(timedelta(hours=5))),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("store")
    with open_store(folder / "r2p.sqlite3", folder / "backups", now=NOW) as store:
        yield store


def read_back(store: Store, surprise_id: int) -> Surprise:
    with store.read() as session:
        row = session.get(Surprise, surprise_id)
    assert row is not None
    return row


@given(
    texts.filter(str.strip),
    st.sampled_from(KINDS),
    words,
    words,
    words,
    words,
    moments,
)
def test_what_quick_writes_the_repository_reads_back_equal(
    store: Store,
    text: str,
    kind: str,
    claim: str | None,
    observed: str | None,
    unit: str | None,
    where: str | None,
    now: datetime,
) -> None:
    place = Place(where, where, where, where)
    entry = make_entry(text, kind=kind, claim=claim, observed=observed, unit=unit, place=place)
    row = read_back(store, add_surprise(store.path, entry, now=now).surprise_id)
    assert entry._replace(place=Place()) == SurpriseEntry(
        row.text, row.kind, row.claim, row.claimed_value, row.observed, row.observed_value, row.unit
    )
    assert entry.place == Place(row.repository, row.branch, row.commit_sha, row.folder)
    assert row.created_at == now - timedelta(microseconds=now.microsecond % 1000)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_to_the_last_bit(store: Store, claimed: float, observed: float) -> None:
    entry = SurpriseEntry("x", claimed_value=claimed, observed_value=observed)
    row = read_back(store, add_surprise(store.path, entry, now=NOW).surprise_id)
    assert (row.claimed_value, row.observed_value) == (claimed, observed)


def test_the_record_and_quick_write_the_same_row(store: Store) -> None:
    entry = make_entry(
        "31 FPS", kind="latency", claim="108 FPS", observed="31", place=Place("r", "b", "c", "f")
    )
    quick_id = add_surprise(store.path, entry, now=NOW).surprise_id
    values = entry._asdict() | entry.place._asdict()
    del values["place"]
    with store.write() as session:
        record = Surprise(**values, created_at=NOW)
        session.add(record)
        session.flush()
    query = "SELECT * FROM surprises WHERE id = ?"
    with closing(connect(store.path)) as connection:
        rows = [connection.execute(query, (number,)).fetchone()[1:] for number in (quick_id, record.id)]
    assert rows[0] == rows[1]


@pytest.fixture(scope="module")
def paper_id(store: Store) -> int:
    paper = IncomingPaper("2304.08069", 1, "RT-DETR", "", (), ("cs.CV",), Source.API, doi="10.1/x")
    with store.write() as session:
        return save_papers(session, [paper], NOW).ids["2304.08069"]


def test_a_paper_is_found_by_the_words_of_its_surprise(store: Store, paper_id: int) -> None:
    add_surprise(store.path, make_entry("the flamingo detector drifts"), paper=paper_id, now=NOW)
    with closing(connect(store.path)) as connection:
        query = "SELECT rowid FROM papers_text WHERE papers_text MATCH 'flamingo'"
        assert connection.execute(query).fetchall() == [(paper_id,)]


@pytest.mark.parametrize(
    "reference", [parse_reference("2304.08069v3"), PaperReference("doi", "10.1/x")], ids=str
)
def test_a_surprise_is_bound_to_the_paper_it_names(
    store: Store, paper_id: int, reference: PaperReference
) -> None:
    added = add_surprise(store.path, make_entry("slow"), paper=reference, now=NOW)
    assert added.paper_id == paper_id
    assert read_back(store, added.surprise_id).paper_id == paper_id


def test_a_paper_that_is_not_there_keeps_the_words(store: Store) -> None:
    added = add_surprise(store.path, make_entry("slow"), paper=parse_reference("9999.99999"), now=NOW)
    assert added.paper_id is None
    assert read_back(store, added.surprise_id).text == "slow"


def test_a_paper_number_that_is_not_there_stores_nothing(store: Store) -> None:
    with store.read() as session:
        before = len(latest_surprises(session, 10_000))
    with pytest.raises(StoreError):
        add_surprise(store.path, make_entry("slow"), paper=10**6, now=NOW)
    with store.read() as session:
        assert len(latest_surprises(session, 10_000)) == before


@pytest.mark.parametrize(
    "entry",
    [SurpriseEntry(""), SurpriseEntry("x", kind="mood")],
    ids=["no words", "unknown kind"],
)
def test_the_store_checks_what_was_not_checked_before(store: Store, entry: SurpriseEntry) -> None:
    with pytest.raises(StoreError):
        add_surprise(store.path, entry, now=NOW)


def test_a_missing_file_is_left_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreNotReadyError):
        add_surprise(tmp_path / "r2p.sqlite3", make_entry("x"), now=NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
def test_another_schema_is_not_touched(tmp_path: Path, version: int) -> None:
    path = tmp_path / "r2p.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE surprises (id INTEGER PRIMARY KEY)")
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(StoreNotReadyError):
        add_surprise(path, make_entry("x"), now=NOW)
    assert path.read_bytes() == before


def test_a_damaged_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "r2p.sqlite3"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreDamagedError):
        add_surprise(path, make_entry("x"), now=NOW)
    assert path.read_bytes() == b"not a database" * 1000


def test_many_writers_at_once_lose_nothing(store: Store) -> None:
    def write(number: int) -> int:
        return add_surprise(store.path, make_entry(f"writer {number}"), now=NOW).surprise_id

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(write, range(40)))
    assert len(set(numbers)) == 40
    assert [read_back(store, number).text for number in numbers] == [f"writer {n}" for n in range(40)]


PREDICTION = PredictionEntry(
    "DETRs replace YOLO",
    "adoption",
    "more than half of my list",
    "NMS costs",
    0.3,
    date(2028, 11, 20),
    tags=("edge", "NMS"),
)

lines = texts.map(clean_line).filter(bool)


@given(
    st.builds(
        PredictionEntry,
        lines,
        st.sampled_from(PREDICTION_KINDS),
        lines,
        lines,
        st.floats(0, 1),
        st.dates(),
        low=st.none(),
        high=st.none(),
        unit=st.none(),
        tags=st.lists(lines, max_size=4).map(tuple),
    ),
    st.none() | st.tuples(st.floats(-1e9, 0), st.floats(1, 1e9), lines),
    moments,
)
def test_a_prediction_that_quick_writes_is_read_back_equal(
    store: Store, entry: PredictionEntry, interval: tuple[float, float, str] | None, now: datetime
) -> None:
    if interval:
        low, high, unit = interval
        entry = entry._replace(kind="result", low=low, high=high, unit=unit)
    number = add_prediction(store.path, entry, now=now).prediction_id
    with store.read() as session:
        row = session.get(Prediction, number)
    assert row is not None
    values = {name: getattr(row, name) for name in PredictionEntry._fields}
    assert PredictionEntry(**values | {"tags": tuple(row.tags)}) == entry
    assert row.created_at == now - timedelta(microseconds=now.microsecond % 1000)
    assert row.reasoning_hash == reasoning_hash(entry, row.created_at)


@pytest.fixture(scope="module")
def technique_id(store: Store) -> int:
    with store.write() as session:
        number = add_technique(
            session, "Straße DETR", ring=Ring.HOLD, quadrant="Models", bucket=Bucket.CORE, reason="r", now=NOW
        )
        add_move(
            session, number, Ring.TRIAL, reason="r", next_action="try it", next_on=date(2027, 1, 1), now=NOW
        )
    return number


def test_the_record_and_quick_write_the_same_prediction(
    store: Store, paper_id: int, technique_id: int
) -> None:
    entry = PREDICTION._replace(kind="result", low=1.5, high=2.5, unit="%", tags=('a "b"', "ü\\", "\x7f/"))
    quick_id = add_prediction(
        store.path, entry, paper=paper_id, technique=technique_id, now=NOW
    ).prediction_id
    with store.write() as session:
        number = store_prediction(session, entry, made_at=NOW, paper_id=paper_id, technique_id=technique_id)
    query = "SELECT * FROM predictions WHERE id = ?"
    with closing(connect(store.path)) as connection:
        rows = [connection.execute(query, (one,)).fetchone()[1:] for one in (quick_id, number)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("name", ["Straße DETR", "STRASSE detr"])
def test_a_prediction_is_bound_to_paper_and_technique_with_its_ring(
    store: Store, paper_id: int, technique_id: int, name: str
) -> None:
    reference = parse_reference("2304.08069v1")
    added = add_prediction(store.path, PREDICTION, paper=reference, technique=name, now=NOW)
    assert (added.paper_id, added.technique_id, added.ring) == (paper_id, technique_id, "TRIAL")
    with store.read() as session:
        row = session.get(Prediction, added.prediction_id)
    assert row is not None
    assert (row.paper_id, row.technique_id, row.ring) == (paper_id, technique_id, "TRIAL")


def test_a_technique_that_is_not_there_or_was_dropped_keeps_the_words(store: Store) -> None:
    with store.write() as session:
        number = add_technique(
            session, "gone", ring=Ring.HOLD, quadrant="Models", bucket=Bucket.CORE, reason="r", now=NOW
        )
        drop(session, number, NOW)
    for name in ("gone", "never seen"):
        added = add_prediction(store.path, PREDICTION, technique=name, now=NOW)
        assert (added.technique_id, added.ring) == (None, None)


def test_the_base_rate_of_a_kind_is_the_one_that_the_store_knows(store: Store) -> None:
    poc = PREDICTION._replace(kind="poc")
    outcomes = (Outcome.YES, Outcome.NO, Outcome.NO, Outcome.AMBIGUOUS, None, Outcome.YES)
    numbers = [add_prediction(store.path, poc, now=NOW).prediction_id for _ in outcomes]
    with store.write() as session:
        for number, outcome in zip(numbers, outcomes, strict=True):
            if outcome:
                resolve(session, number, outcome, now=NOW)
        take_back(session, numbers[-1], "too early", NOW)
    added = add_prediction(store.path, poc, now=NOW)
    assert (added.kind_yes, added.kind_resolved) == (1, 3)
    with store.read() as session:
        assert base_rate(session, "poc") == (1, 3)


@pytest.mark.parametrize(
    "changes",
    [{"statement": ""}, {"kind": "mood"}, {"probability": 1.5}, {"criteria": ""}, {"low": 2.0}],
    ids=str,
)
def test_the_store_checks_a_prediction_that_was_not_checked_before(
    store: Store, changes: dict[str, Any]
) -> None:
    with pytest.raises(StoreError):
        add_prediction(store.path, PREDICTION._replace(**changes), now=NOW)


def test_many_predictions_at_once_lose_nothing(store: Store) -> None:
    def write(number: int) -> int:
        entry = PREDICTION._replace(statement=f"writer {number}")
        return add_prediction(store.path, entry, now=NOW).prediction_id

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(write, range(24)))
    with store.read() as session:
        rows = [session.get(Prediction, number) for number in numbers]
    assert [row and row.statement for row in rows] == [f"writer {n}" for n in range(24)]

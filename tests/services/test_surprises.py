from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from r2p_tui.domain.papers import IncomingPaper, Source, parse_reference
from r2p_tui.domain.surprises import make_entry
from r2p_tui.errors import NotFoundError, StoreReadOnlyError, StoreTooNewError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.surprises import link_surprise, list_surprises, log_entry, log_surprise, papers_of
from r2p_tui.store.connection import connect
from r2p_tui.store.papers import save_papers

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


def add_paper(desk: Desk) -> int:
    paper = IncomingPaper("2304.08069", 1, "RT-DETR", "", (), ("cs.CV",), Source.API)
    with desk.store.write() as session:
        return save_papers(session, [paper], NOW).ids["2304.08069"]


def test_the_first_surprise_makes_the_store(paths: Paths, desk: Desk) -> None:
    assert not paths.store.exists()
    added = log_entry(paths, make_entry("31 FPS"), now=NOW)
    assert added.surprise_id == 1
    assert paths.store.stat().st_mode & 0o077 == 0
    assert [row.text for row in list_surprises(desk, limit=5)] == ["31 FPS"]


def test_newest_first_and_no_more_than_asked(desk: Desk) -> None:
    for minute in (2, 0, 1):
        log_surprise(desk, f"at {minute}", now=NOW + timedelta(minutes=minute))
    assert [row.text for row in list_surprises(desk, limit=2)] == ["at 2", "at 1"]


def test_a_surprise_of_a_paper(desk: Desk) -> None:
    paper_id = add_paper(desk)
    log_surprise(desk, "elsewhere", now=NOW)
    log_surprise(desk, "here", kind="latency", claim="108 FPS", observed="31", paper_id=paper_id, now=NOW)
    [row] = list_surprises(desk, limit=5, paper_id=paper_id)
    assert (row.text, row.claimed_value, row.observed_value, row.unit) == ("here", 108, 31, "FPS")
    assert {key: paper.title for key, paper in papers_of(desk, [row]).items()} == {paper_id: "RT-DETR"}


def test_a_surprise_is_linked_later(desk: Desk) -> None:
    number = log_surprise(desk, "slow", now=NOW)
    paper_id = add_paper(desk)
    link_surprise(desk, number, parse_reference("2304.08069v2"))
    assert [row.id for row in list_surprises(desk, limit=5, paper_id=paper_id)] == [number]


@pytest.mark.parametrize(("number", "reference"), [(99, "2304.08069"), (1, "9999.99999")])
def test_a_link_needs_both_ends(desk: Desk, number: int, reference: str) -> None:
    add_paper(desk)
    log_surprise(desk, "slow", now=NOW)
    with pytest.raises(NotFoundError):
        link_surprise(desk, number, parse_reference(reference))
    assert [row.paper_id for row in list_surprises(desk, limit=5)] == [None]


@pytest.mark.parametrize(("text", "kind"), [(" ", "other"), ("x", "mood")])
def test_what_is_refused_makes_no_store(paths: Paths, desk: Desk, text: str, kind: str) -> None:
    with pytest.raises(UsageError):
        log_surprise(desk, text, kind=kind, now=NOW)
    assert not paths.store.exists()


def test_a_desk_for_reading_only_writes_nothing(paths: Paths) -> None:
    with open_desk(paths, read_only=True) as desk, pytest.raises(StoreReadOnlyError):
        log_surprise(desk, "x", now=NOW)
    assert not paths.store.exists()


def test_a_store_of_a_newer_r2p_is_refused_and_left_alone(paths: Paths, desk: Desk) -> None:
    log_surprise(desk, "before", now=NOW)
    connection = connect(paths.store)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreTooNewError):
        log_entry(paths, make_entry("after"), now=NOW)

"""What Today tells of runs and of kept papers: what goes on, and what is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.runs import RunState
from r2p_tui.paths import Paths
from r2p_tui.services import today
from r2p_tui.services.desk import Desk
from tests.services.code_desk import put
from tests.services.stored_news import cite, code_appears, keep
from tests.services.stored_runs import add_run

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


def test_a_run_that_goes_on_is_told_of_behind_a_long_queue(desk: Desk) -> None:
    going_on = [add_run(desk, state=RunState.RUNNING) for _ in range(4)]
    for _ in range(60):
        add_run(desk)
    add_run(desk, state=RunState.DONE)
    assert [one.view.id for one in today.running(desk)] == going_on[:0:-1]


def test_who_cites_a_kept_paper_now_is_told_with_what_they_are_evidence_of(desk: Desk) -> None:
    kept, skipped = put(desk, "2304.00001", keep=True), put(desk, "2304.00002")
    assert today.today(desk, now=NOW).citing == ()
    cite(desk, kept, [EvidenceClass.MENTIONS, EvidenceClass.REPLICATES, EvidenceClass.MENTIONS], NOW)
    cite(desk, skipped, [EvidenceClass.REPLICATES], NOW)
    (news,) = today.today(desk, now=NOW).citing
    assert (news.paper_id, news.count) == (kept, 3)
    assert news.by_class[0] == (EvidenceClass.REPLICATES, 1)


def test_code_that_appeared_is_told(desk: Desk) -> None:
    paper_id = put(desk, "2304.00001")
    keep(desk, paper_id, NOW)
    code_appears(desk, paper_id, NOW)
    (news,) = today.today(desk, now=NOW).code
    assert (news.paper_id, news.title, news.state) == (paper_id, "Paper 2304.00001", "official")

"""What Today tells of runs and of kept papers: what goes on, and what is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.prediction_entry import make_prediction
from r2p_tui.domain.radar import Bucket, Ring
from r2p_tui.domain.runs import RunState
from r2p_tui.paths import Paths
from r2p_tui.services import today
from r2p_tui.services.desk import Desk
from r2p_tui.store import predictions, radar
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


def test_what_falls_due_is_counted_by_the_users_own_day(desk: Desk) -> None:
    for number, day in enumerate(("2026-11-18", "2026-11-20", "2026-11-21"), 1):
        entry = make_prediction(
            f"Statement {number}", probability=0.4, due=day, criteria="map50 >= 0.6", reasoning="It is near.",
            today=date(2026, 11, 1),
        )  # fmt: skip
        with desk.store.write() as session:
            predictions.add_prediction(session, entry, made_at=NOW - timedelta(days=9))
    assert today.today(desk, now=NOW).predictions == (2, 1, 0, date(2026, 11, 18))
    assert today.headline(desk, now=NOW).due == 2


def test_techniques_are_named_when_nobody_reviewed_them_or_their_action_is_due(desk: Desk) -> None:
    assert today.today(desk, now=NOW).radar == ((), ())
    for name, age, due in (("Fresh", 3, 5), ("Stale", 40, 9), ("Staler", 60, -2)):
        made = NOW - timedelta(days=age)
        with desk.store.write() as session:
            radar.add_technique(
                session, name, ring=Ring.ASSESS, quadrant="Models", bucket=Bucket.CORE, reason="Looks good.",
                next_action="try it", next_on=NOW.date() + timedelta(days=due), now=made,
            )  # fmt: skip
    found = today.today(desk, now=NOW).radar
    assert [one.name for one in found.stale] == ["Staler", "Stale"]
    assert [one.name for one in found.actions] == ["Staler"]

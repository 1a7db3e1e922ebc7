"""The demonstration's radar and predictions: marked as examples, and due as the README says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from r2p_tui.demo.judgement import entry_of, load_judgement
from r2p_tui.demo.library import prepare_demo
from r2p_tui.demo.papers import packaged_papers
from r2p_tui.domain.radar import Factor, Ring, check_move
from r2p_tui.paths import under
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store import predictions, radar

NOW = datetime(2026, 11, 20, 13, 2, tzinfo=UTC)
WRITTEN = load_judgement()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(prepare_demo(under(tmp_path_factory.mktemp("demo")), now=NOW), offline=True)


def test_what_somebody_judged_is_marked_as_an_example() -> None:
    for table in WRITTEN["predictions"]:
        later = [view["reasoning"] for view in table.get("updates", ())]
        said = [table["reasoning"], table.get("reason", ""), table.get("missed", ""), *later]
        assert all(text.startswith("Example:") for text in said if text)
    for table in WRITTEN["techniques"]:
        reasons = [move["reason"] for move in table["moves"]]
        reasons += [reason for _, reason in table.get("ratings", {}).values()]
        assert all(reason.startswith("Example:") or "(example)" in reason for reason in reasons)


def test_every_prediction_would_have_been_accepted_on_its_day() -> None:
    keys = {str(paper.arxiv_id) for paper in packaged_papers()}
    names = {table["name"] for table in WRITTEN["techniques"]}
    for table in WRITTEN["predictions"]:
        assert entry_of(table, NOW).statement == table["statement"]
        assert table.get("paper") in {*keys, None}
        assert table.get("technique") in {*names, None}
        if "outcome" in table:
            assert 0 < table["resolved"] < table["days_ago"]


def test_every_move_would_have_been_accepted_on_its_day() -> None:
    for table in WRITTEN["techniques"]:
        before: Ring | None = None
        for move in table["moves"]:
            day = date(2026, 11, 20) - timedelta(days=move["days_ago"])
            on = date(2026, 11, 20) + timedelta(days=move["on"]) if "on" in move else None
            check_move(before, Ring(move["ring"]), move["reason"], move.get("next", ""), on, day)
            before = Ring(move["ring"])


def test_two_years_on_eleven_predictions_are_due(desk: Desk) -> None:
    with desk.store.read() as session:
        now, later = (
            predictions.counts(session, moment.date()) for moment in (NOW, NOW + timedelta(days=731))
        )
    assert (now.due, now.open, now.resolved) == (1, 10, 14)
    assert (later.due, later.open, later.resolved) == (11, 0, 14)


def test_a_resolved_prediction_remembers_the_ring_of_its_day(desk: Desk) -> None:
    with desk.store.read() as session:
        lines = predictions.list_lines(session, state="resolved", today=NOW.date(), limit=50)
    rings = {line.technique: line.ring for line in lines if line.technique}
    assert rings["Feature pyramids"] == "TRIAL"
    assert rings["Training at 1280 pixels"] == "ASSESS"


def test_the_radar_has_every_ring_every_quadrant_and_a_technique_with_all_factors(desk: Desk) -> None:
    with desk.store.read() as session:
        techniques = radar.techniques(session)
    assert {one.ring for one in techniques} == set(Ring)
    assert {one.quadrant for one in techniques} == set(desk.settings.radar.quadrants)
    assert any({rating.factor for rating in one.ratings} == set(Factor) for one in techniques)
    assert all(one.moves[0].moved_at <= one.moves[-1].moved_at for one in techniques)

"""Techniques from their first move on: what is asked, kept, linked, rated and exported."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from r2p_tui.domain.prediction_entry import PredictionEntry
from r2p_tui.domain.radar import Bucket, Factor, Movement, Ring, Technique, movement
from r2p_tui.domain.radar_advice import advise
from r2p_tui.errors import NotFoundError, R2PError, StoreReadOnlyError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services import radar as service
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.radar_files import Kind, export, write
from r2p_tui.services.research_review import take
from r2p_tui.store.papers import Paper
from r2p_tui.store.predictions import add_prediction
from tests.formats.aoe_rules import read_radar
from tests.formats.byor_rules import byor_problems

NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)
SOON = date(2026, 12, 4)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        with desk.store.write() as session:
            for number, arxiv_id in enumerate(("2304.08069", "2412.04234"), 1):
                session.add(
                    Paper(id=number, arxiv_id=arxiv_id, title=f"Paper {number}", authors=[], added_at=NOW)
                )
        yield desk


def add(
    desk: Desk, name: str, ring: Ring = Ring.TRIAL, quadrant: str = "models", **more: object
) -> Technique:
    values: dict[str, object] = {
        "reason": "fast",
        "next_action": "run it",
        "next_on": SOON,
        "now": NOW,
    } | more
    return service.add(desk, name, ring=ring, quadrant=quadrant, **values)  # type: ignore[arg-type]


def test_a_technique_is_added_whole(desk: Desk) -> None:
    found = add(
        desk,
        " RT-DETR ",
        owner="Ana",
        bucket=Bucket.ADJACENCY,
        description="No NMS.\nFast.",
        papers=["arXiv:2304.08069v2"],
    )
    assert (found.name, found.ring, found.quadrant, found.owner) == ("RT-DETR", Ring.TRIAL, "Models", "Ana")
    assert (found.bucket, found.description) == (Bucket.ADJACENCY, "No NMS.\nFast.")
    assert (found.next_action, found.next_on, found.reviewed_at) == ("run it", SOON, NOW)
    assert [(move.from_ring, move.to_ring, move.reason) for move in found.moves] == [
        (None, Ring.TRIAL, "fast")
    ]
    assert [(paper.key, paper.title) for paper in found.papers] == [("2304.08069", "Paper 1")]
    assert service.find(desk, "rt-detr") == service.find(desk, found.id) == found


def test_what_is_refused_leaves_nothing_behind(desk: Desk) -> None:
    for error, more in (
        (UsageError, {"quadrant": "Modles"}),
        (UsageError, {"next_on": None}),
        (UsageError, {"owner": "x" * 81}),
        (NotFoundError, {"papers": ["2999.00001"]}),
    ):
        with pytest.raises(error) as told:
            add(desk, "RT-DETR", **more)
        assert told.value.hint
    assert service.radar(desk, now=NOW).techniques == ()
    add(desk, "RT-DETR")
    with pytest.raises(UsageError, match="RT-DETR is on the radar already, in TRIAL"):
        add(desk, "rt-detr")


def test_a_move_is_history_and_sets_what_is_next(desk: Desk) -> None:
    add(desk, "RT-DETR", Ring.ASSESS)
    later = NOW + timedelta(days=3)
    found = service.move(desk, "rt-detr", Ring.ADOPT, reason="31 FPS is enough", now=later)
    assert [move.to_ring for move in found.moves] == [Ring.ASSESS, Ring.ADOPT]
    assert found.moves[-1][:4] == (Ring.ASSESS, Ring.ADOPT, "31 FPS is enough", later)
    assert (found.next_action, found.next_on, found.reviewed_at) == ("", None, later)
    for ring, reason, said in (
        (Ring.ADOPT, "again", "stands in ADOPT already"),
        (Ring.SKIP, "old", "superseded by"),
        (Ring.TRIAL, "slow", "next action"),
    ):
        with pytest.raises(UsageError, match=said):
            service.move(desk, found.id, ring, reason=reason, now=later)
    assert service.find(desk, found.id) == found


def test_days_are_those_of_the_users_own_clock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 23:30 on 20 Nov in Honolulu it is 21 Nov in London: the user may still name the 20th."""
    late, today = datetime(2026, 11, 21, 9, 30, tzinfo=UTC), date(2026, 11, 20)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Honolulu")
        time.tzset()
        found = add(desk, "RT-DETR", next_on=today, now=late)
        assert service.radar(desk, now=late).actions == (found,)
        with pytest.raises(UsageError, match="19 Nov 2026 is past"):
            service.set_next(desk, found.id, "run it", date(2026, 11, 19), now=late)
    time.tzset()


def test_confirming_edits_and_next_actions(desk: Desk) -> None:
    found = add(desk, "RT-DETR")
    later = NOW + timedelta(days=40)
    assert [each.id for each in service.radar(desk, now=later).stale] == [found.id]
    assert service.confirm(desk, "RT-DETR", now=later).reviewed_at == later
    assert service.radar(desk, now=later).stale == ()
    changed = service.edit(desk, "RT-DETR", owner="Bo", bucket=Bucket.EXPLORATORY, quadrant="deployment")
    assert (changed.owner, changed.bucket, changed.quadrant) == ("Bo", Bucket.EXPLORATORY, "Deployment")
    assert (changed.description, changed.next_action) == (found.description, "run it")
    day = later.date()
    moved = service.edit(desk, "RT-DETR", next_up=service.NextUp(None, day, day))
    assert (moved.next_action, moved.next_on) == ("run it", day)
    with pytest.raises(UsageError, match="next action"):
        service.edit(desk, "RT-DETR", owner="Cy", next_up=service.NextUp("", None, day))
    assert service.find(desk, "RT-DETR") == moved
    service.move(desk, "RT-DETR", Ring.HOLD, reason="slow", next_action="look again", next_on=day, now=later)
    assert service.set_next(desk, "RT-DETR", "", None, now=later).next_on is None


def test_papers_are_put_behind_and_taken_away(desk: Desk) -> None:
    add(desk, "RT-DETR", papers=["2304.08069"])
    both = service.link_papers(desk, "RT-DETR", ["2412.04234", "2304.08069"])
    assert [paper.key for paper in both.papers] == ["2304.08069", "2412.04234"]
    with pytest.raises(NotFoundError):
        service.link_papers(desk, "RT-DETR", ["2999.00001"])
    assert [paper.paper_id for paper in service.unlink_paper(desk, "RT-DETR", "2304.08069").papers] == [2]
    with pytest.raises(NotFoundError, match="does not stand behind RT-DETR"):
        service.unlink_paper(desk, "RT-DETR", "2304.08069")


def test_papers_and_words_are_changed_together_or_not_at_all(desk: Desk) -> None:
    before = add(desk, "RT-DETR", papers=["2304.08069"])
    for wrong in ("2999.00001", "nonsense"):
        with pytest.raises(R2PError):
            service.edit(desk, "RT-DETR", owner="Bo", papers=["2412.04234", wrong])
        assert service.find(desk, "RT-DETR") == before
    with pytest.raises(UsageError, match="no quadrant"):
        service.edit(desk, "RT-DETR", quadrant="nowhere", papers=[])
    changed = service.edit(desk, "RT-DETR", owner="Bo", papers=["2412.04234"])
    assert (changed.owner, [paper.key for paper in changed.papers]) == ("Bo", ["2412.04234"])
    assert service.edit(desk, "RT-DETR", owner="Cy").papers == changed.papers
    assert service.edit(desk, "RT-DETR", papers=[]).papers == ()


def test_ratings_lead_to_advice_and_the_latest_counts(desk: Desk) -> None:
    add(desk, "RT-DETR")
    for factor in Factor:
        service.rate(desk, "RT-DETR", factor, 1, reason="at first", now=NOW)
        score = 1 if factor is Factor.CRITICALITY else 5
        service.rate(desk, "RT-DETR", factor, score, reason="measured", now=NOW + timedelta(days=1))
    found = service.find(desk, "RT-DETR")
    advice = advise(found.ratings, found.ring)
    assert (advice.ring, advice.score, advice.agrees) == (Ring.ADOPT, 5, False)
    assert {part.reason for part in advice.parts} == {"measured"}
    with pytest.raises(UsageError, match="What makes maturity a 4"):
        service.rate(desk, "RT-DETR", Factor.MATURITY, 4, reason="", now=NOW)


def test_a_dropped_technique_comes_back_with_its_history(desk: Desk) -> None:
    first = add(desk, "RT-DETR")
    service.drop(desk, "RT-DETR", now=NOW)
    with pytest.raises(NotFoundError):
        service.find(desk, "RT-DETR")
    back = add(
        desk, "rt-detr", Ring.ADOPT, "data", reason="it pays", owner="Bo", next_action="", next_on=None
    )
    assert (back.id, back.ring, back.quadrant, back.owner) == (first.id, Ring.ADOPT, "Data", "Bo")
    assert [(move.from_ring, move.to_ring, move.reason) for move in back.moves] == [
        (None, Ring.TRIAL, "fast"),
        (None, Ring.ADOPT, "it pays"),
    ]


def test_one_that_comes_back_to_its_ring_says_why_and_keeps_what_was_said_of_it(desk: Desk) -> None:
    add(desk, "RT-DETR", owner="Bo", description="A detector.", bucket=Bucket.EXPLORATORY)
    later = NOW + timedelta(days=60)
    service.drop(desk, "RT-DETR", now=NOW)
    back = add(desk, "RT-DETR", reason="looked again", next_on=later.date(), now=later)
    assert (back.moves[-1][:4], back.reviewed_at) == ((None, Ring.TRIAL, "looked again", later), later)
    assert (back.owner, back.description, back.bucket) == ("Bo", "A detector.", Bucket.EXPLORATORY)
    assert movement(back, service.radar(desk, now=later).since) is Movement.NEW


def test_the_radar_in_its_order_with_movement_since_the_last_review(desk: Desk) -> None:
    add(desk, "Zeta", Ring.ASSESS)
    add(desk, "beta", Ring.ASSESS, "data")
    add(desk, "Alpha", Ring.ASSESS, "data")
    add(desk, "Omega", Ring.ADOPT, "deployment", next_action="", next_on=None)
    view = service.radar(desk, now=NOW)
    assert [each.name for each in view.techniques] == ["Omega", "Zeta", "Alpha", "beta"]
    assert view.since == NOW - timedelta(days=31)
    assert view.balance.too_few
    later = NOW + timedelta(days=5)
    take(desk, "- Zeta: HOLD because slow", now=later)
    view = service.radar(desk, now=later + timedelta(days=1))
    assert view.since == later
    assert {each.name: movement(each, view.since) for each in view.techniques} == {
        "Omega": Movement.NONE,
        "Alpha": Movement.NONE,
        "beta": Movement.NONE,
        "Zeta": Movement.OUT,
    }


def test_predictions_about_a_technique(desk: Desk) -> None:
    found, other = add(desk, "RT-DETR"), add(desk, "DEIM")
    entry = PredictionEntry("It spreads", "adoption", "more than half", "it is fast", 0.3, SOON)
    with desk.store.write() as session:
        number = add_prediction(session, entry, made_at=NOW, technique_id=found.id)
    assert [line.id for line in service.predictions_on(desk, found, now=NOW)] == [number]
    assert service.predictions_on(desk, other, now=NOW) == ()


def test_a_store_that_is_read_only_says_so(desk: Desk, paths: Paths) -> None:
    add(desk, "RT-DETR")
    with open_desk(paths, read_only=True) as closed:
        assert service.find(closed, "RT-DETR").name == "RT-DETR"
        with pytest.raises(StoreReadOnlyError):
            service.confirm(closed, "RT-DETR", now=NOW)


# --- files --------------------------------------------------------------------------------------------------


@pytest.fixture
def full(desk: Desk) -> Desk:
    for name, quadrant in (
        ("Alpha", "models"),
        ("Beta", "data"),
        ("Gamma", "training"),
        ("Delta", "deployment"),
    ):
        add(desk, name, quadrant=quadrant)
    add(desk, "Old", Ring.SKIP, reason="superseded by Alpha", next_action="", next_on=None)
    return desk


def test_what_four_rings_cannot_hold_is_said(full: Desk) -> None:
    for kind in get_args(Kind)[:2]:
        left = export(full, kind, now=NOW)
        assert byor_problems(left.text, kind.removeprefix("byor-")) == []
        assert left.said[0].startswith(
            "1 technique in SKIP is left out, since that radar has four rings: Old."
        )
        drawn = export(full, kind, skip_as=Ring.HOLD, hosted=True, now=NOW)
        assert byor_problems(drawn.text, kind.removeprefix("byor-")) == []
        assert drawn.said[0] == "1 technique in SKIP is drawn as HOLD: Old."
        assert "Models to Techniques" in drawn.said[1]
        assert "Languages & Frameworks" in drawn.text
    zalando = export(full, "zalando", now=NOW)
    assert len(json.loads(zalando.text)["entries"]) == 4
    assert "left out" in zalando.said[0]


def test_empty_quadrants_are_said(desk: Desk) -> None:
    add(desk, "Alpha")
    said = export(desk, "byor-csv", now=NOW).said
    assert said == (
        "BYOR wants something in each of four quadrants; nothing stands in Data, Training, Deployment.",
    )


def test_a_radar_of_files_for_aoe(full: Desk, tmp_path: Path) -> None:
    exported = export(full, "aoe", now=NOW)
    read = read_radar(dict(exported.files))
    assert sorted(read) == ["alpha", "beta", "delta", "gamma", "old"]
    assert exported.said == ("SKIP is a ring of its own in its config.json.",)
    written = write(exported, tmp_path / "aoe")
    assert {path.relative_to(tmp_path / "aoe").as_posix() for path in written.paths} == set(exported.files)
    assert written.said == ()
    assert (tmp_path / "aoe" / "config.json").read_text() == exported.files["config.json"]
    assert write(exported, tmp_path / "aoe").said == ()
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".tmp")]


def test_a_folder_that_holds_a_radar_keeps_its_look_and_says_what_is_not_of_this_export(
    full: Desk, tmp_path: Path
) -> None:
    write(export(full, "aoe", now=NOW), tmp_path)
    (tmp_path / "config.json").write_text('{"mine": 1}')
    service.drop(full, "Old", now=NOW)
    written = write(export(full, "aoe", now=NOW), tmp_path)
    assert (tmp_path / "config.json").read_text() == '{"mine": 1}'
    assert tmp_path / "config.json" not in written.paths
    assert len(written.said) == 2
    assert written.said[0].startswith("config.json is there already and stays")
    assert written.said[1].startswith("1 file below radar that this export did not write")
    assert written.said[1].endswith("radar/2026-11-20/old.md.")


def test_the_day_of_a_move_is_that_of_the_users_own_clock(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Honolulu")
        time.tzset()
        assert "radar/2026-11-19/alpha.md" in export(full, "aoe", now=NOW).files
        assert "TRIAL since 19 Nov 2026" in export(full, "byor-csv", now=NOW).text
    time.tzset()


def test_what_cannot_be_exported_or_written_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="Nothing is on the radar"):
        export(desk, "byor-csv", now=NOW)
    add(desk, "Alpha")
    for kind, more, said in (
        ("aoe", {"skip_as": Ring.HOLD}, "has a ring SKIP"),
        ("zalando", {"hosted": True}, "Thoughtworks"),
        ("byor-csv", {"skip_as": Ring.SKIP}, "cannot stand for itself"),
    ):
        with pytest.raises(UsageError, match=said):
            export(desk, kind, **more, now=NOW)  # type: ignore[arg-type]
    taken = tmp_path / "file"
    taken.write_text("mine")
    folder = tmp_path / "folder"
    folder.mkdir()
    for kind, place in (("aoe", taken), ("byor-csv", taken / "radar.csv"), ("byor-csv", folder)):
        with pytest.raises(R2PError):
            write(export(desk, kind, now=NOW), place)  # type: ignore[arg-type]
    assert taken.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["file"]

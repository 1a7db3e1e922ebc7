"""Techniques on the radar: what a move must say, movement, what is stale, and the balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.radar import (
    LONGEST_NAME,
    LONGEST_TEXT,
    PORTFOLIO,
    Bucket,
    Factor,
    Movement,
    Ring,
    Technique,
    balance,
    bucket_of,
    check_move,
    check_next,
    factor_of,
    is_action_due,
    is_stale,
    movement,
    name_of,
    quadrant_of,
    ring_of,
    says_why_skipped,
    technique_named,
)
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from tests.formats.techniques import QUADRANTS, SINCE, at, technique

TODAY = date(2026, 11, 21)
SOON = date(2026, 12, 5)
ORDER = list(Ring)


def standing(ring: Ring, bucket: Bucket = Bucket.CORE, number: int = 1) -> Technique:
    return replace(technique(number, f"T{number}", "Models", (None, ring, at(3, 2))), bucket=bucket)


# --- what a move must say -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "reason", "action", "on", "question"),
    [
        (Ring.ADOPT, "", "", None, "Why does it move from HOLD to ADOPT?"),
        (Ring.ADOPT, " \n\t", "", None, "Why does it move"),
        (Ring.TRIAL, "fast", "", None, "What is the next action, and by when?"),
        (Ring.ASSESS, "fast", "", None, "What is the next action, and by when?"),
        (Ring.ASSESS, "fast", "", SOON, "What is to be done by 5 Dec 2026?"),
        (Ring.ADOPT, "fast", "", SOON, "What is to be done by 5 Dec 2026?"),
        (Ring.TRIAL, "fast", "run it", None, "By when is “run it” to be done?"),
        (Ring.TRIAL, "fast", "run it", date(2026, 11, 20), "20 Nov 2026 is past."),
        (Ring.SKIP, "old", "", None, "What is it superseded by, or which constraint does it not meet?"),
        (Ring.SKIP, "superseded by something better", "", None, "What is it superseded by"),
        (Ring.HOLD, "slow", "", None, "It stands in HOLD already."),
        (Ring.ADOPT, "x" * (LONGEST_TEXT + 1), "", None, "That is 2,001 characters long."),
    ],
)
def test_a_move_that_does_not_say_enough_is_asked_back(
    to: Ring, reason: str, action: str, on: date | None, question: str
) -> None:
    with pytest.raises(UsageError) as told:
        check_move(Ring.HOLD, to, reason, action, on, TODAY)
    assert told.value.message.startswith(question)
    assert told.value.hint


def test_a_move_that_says_enough_comes_back_cleaned() -> None:
    entry = check_move(Ring.ASSESS, Ring.TRIAL, " 31 FPS\x1b[31m \n on T4", " shadow\tmode ", TODAY, TODAY)
    assert (entry.to_ring, entry.next_action, entry.next_on) == (Ring.TRIAL, "shadow mode", TODAY)
    assert entry.reason == "31 FPS\ufffd[31m on T4"
    assert check_move(None, Ring.ADOPT, "in production", "", None, TODAY).next_on is None
    assert check_move(None, Ring.HOLD, "slow", "look again", None, TODAY).next_action == "look again"


def test_the_first_move_asks_why_it_belongs_there() -> None:
    with pytest.raises(UsageError, match="Why does it belong in ADOPT"):
        check_move(None, Ring.ADOPT, "", "", None, TODAY)


@pytest.mark.parametrize("ring", list(Ring))
def test_a_next_action_is_taken_off_only_where_the_ring_needs_none(ring: Ring) -> None:
    if ring in (Ring.TRIAL, Ring.ASSESS):
        with pytest.raises(UsageError, match="next action"):
            check_next(ring, "", None, TODAY)
    else:
        assert check_next(ring, " ", None, TODAY) == ("", None)


@pytest.mark.parametrize(
    "text",
    [
        "superseded by DEIM",
        "Superseded by: D-FINE, same speed and +1 AP.",
        "it is superseded by YOLO11 on our data",
        "constraint not met: 30 FPS on T4",
        "Constraint not met (licence is AGPL)",
        "constraint not met - no INT8 export",
        "not superseded by X2, but constraint not met: memory 8 GB",
    ],
)
def test_a_specific_reason_to_skip(text: str) -> None:
    assert says_why_skipped(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old",
        "superseded",
        "superseded by",
        "superseded by: ...",
        "superseded by something better",
        "superseded by newer models",
        "superseded by a better one.",
        "superseded by X",
        "constraint not met",
        "constraint not met: TBD",
        "constraint not met: several constraints",
        "it was never superseded by DEIM",
        "unsuperseded bygone",
    ],
)
def test_no_specific_reason_to_skip(text: str) -> None:
    assert not says_why_skipped(text)


# --- names --------------------------------------------------------------------------------------------------


def test_names_are_taken_in_any_case() -> None:
    assert ring_of(" trial ") is Ring.TRIAL
    assert bucket_of("Core") is Bucket.CORE
    assert [factor_of(word) for word in ("shadow", "Shadow-mode", "shadow_mode")] == [Factor.SHADOW_MODE] * 3
    assert quadrant_of("DEPLOYMENT", QUADRANTS) == "Deployment"
    assert name_of("  RT-DETR\n v2 ") == "RT-DETR v2"


def test_a_name_that_is_unknown_is_answered_with_the_nearest() -> None:
    readers: list[tuple[Callable[[str], object], str, str]] = [
        (ring_of, "trail", "TRIAL"),
        (bucket_of, "adjacent", "adjacency"),
        (factor_of, "revers", "reversibility"),
        (lambda word: quadrant_of(word, QUADRANTS), "Modles", "Models"),
    ]
    for read, word, near in readers:
        with pytest.raises(UsageError) as told:
            read(word)
        assert f"Did you mean {near}?" in told.value.hint


def test_a_word_that_is_near_nothing_or_missing_lists_what_there_is() -> None:
    with pytest.raises(UsageError) as told:
        ring_of("zzzz")
    assert told.value.hint == "There are: ADOPT, TRIAL, ASSESS, HOLD, SKIP."
    with pytest.raises(UsageError, match="Which quadrant"):
        quadrant_of("", QUADRANTS)
    for name in (" ", "x" * (LONGEST_NAME + 1)):
        with pytest.raises(UsageError):
            name_of(name)


def test_a_technique_is_found_by_name_or_number_and_a_name_wins() -> None:
    known = [technique(1, "RT-DETR", "Models", (None, Ring.HOLD, at(3, 2)))]
    known.append(technique(2, "1", "Models", (None, Ring.HOLD, at(3, 2))))
    assert technique_named(known, "rt-detr").id == 1
    assert technique_named(known, 1).id == 1
    assert technique_named(known, "1").id == 2
    with pytest.raises(NotFoundError, match="“2” is not on the radar") as told:
        technique_named(known, "2")
    assert told.value.hint == "Use its name: the numbers of the plot change with each move."
    with pytest.raises(NotFoundError) as told:
        technique_named(known, "RTDETR")
    assert told.value.hint == "Did you mean RT-DETR?"
    with pytest.raises(R2PError, match="“zz” is not on the radar"):
        technique_named(known, "zz")


# --- movement and staleness ---------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(ORDER), min_size=1, max_size=6), st.integers(0, 6))
def test_movement_is_that_between_two_moments_whatever_came_between(rings: list[Ring], before: int) -> None:
    moves = [
        (came, went, SINCE + timedelta(days=index - before))
        for index, (came, went) in enumerate(zip([None, *rings], rings, strict=False))
    ]
    found = movement(technique(1, "T", "Models", *moves), SINCE)
    if before == 0:
        assert found is Movement.NEW
        return
    steps = ORDER.index(rings[-1]) - ORDER.index(rings[min(before, len(rings)) - 1])
    assert found is (Movement.NONE if steps == 0 else Movement.IN if steps < 0 else Movement.OUT)


def test_what_was_dropped_and_came_back_since_is_new_again() -> None:
    moves = [(None, Ring.ADOPT, SINCE - timedelta(days=9)), (None, Ring.ADOPT, SINCE + timedelta(days=2))]
    back = technique(1, "T", "Models", *moves)
    assert movement(back, SINCE) is Movement.NEW
    assert movement(back, SINCE + timedelta(days=3)) is Movement.NONE


def test_a_technique_is_stale_after_its_days_and_not_before() -> None:
    one = standing(Ring.ADOPT)
    assert not is_stale(one, one.reviewed_at + timedelta(days=31), 31)
    assert is_stale(one, one.reviewed_at + timedelta(days=31, seconds=1), 31)


def test_what_is_skipped_is_settled() -> None:
    one = standing(Ring.SKIP)
    assert not is_stale(one, one.reviewed_at + timedelta(days=400), 31)


def test_an_action_is_due_on_its_day() -> None:
    one = replace(standing(Ring.TRIAL), next_action="run", next_on=TODAY)
    assert not is_action_due(one, TODAY - timedelta(days=1))
    assert is_action_due(one, TODAY)
    assert not is_action_due(standing(Ring.ADOPT), TODAY)


# --- balance ------------------------------------------------------------------------------------------------


def portfolio(core: int, adjacency: int, exploratory: int) -> list[Technique]:
    buckets = [Bucket.CORE] * core + [Bucket.ADJACENCY] * adjacency + [Bucket.EXPLORATORY] * exploratory
    return [standing(Ring.TRIAL, bucket, number) for number, bucket in enumerate(buckets, 1)]


def test_the_balance_is_told_in_words() -> None:
    assert balance(portfolio(13, 5, 2)).words == "in balance"
    found = balance(portfolio(9, 5, 6))
    assert found.words == "core 45 %, below 60-70 %; exploratory 30 %, above 5-10 %"
    assert [(share.count, share.percent) for share in found.shares] == [(9, 45), (5, 25), (6, 30)]
    # Of five none is 5 to 10 %: 0 comes nearest, and is not complained of.
    assert balance(portfolio(0, 5, 0)).words == "core 0 %, below 60-70 %; adjacency 100 %, above 20-30 %"


def test_fewer_than_five_are_too_few_and_hold_and_skip_do_not_count() -> None:
    few = balance([*portfolio(4, 0, 0), standing(Ring.HOLD), standing(Ring.SKIP)])
    assert (few.count, few.too_few) == (4, True)
    assert few.words == "4 techniques in ADOPT, TRIAL and ASSESS: too few to tell the balance"
    assert not balance(portfolio(5, 0, 0)).too_few
    assert (balance([]).shares[0].percent, balance([]).too_few) == (0, True)


@pytest.mark.parametrize("total", [5, 6, 7, 8, 11, 13, 19])
def test_any_number_of_techniques_can_be_in_balance(total: int) -> None:
    """A balance that no whole numbers reach would be asked for in vain: 5 are told so with 3, 1 and 1."""
    divisions = [(core, near) for core in range(total + 1) for near in range(total - core + 1)]
    fine = [
        (core, near, total - core - near)
        for core, near in divisions
        if balance(portfolio(core, near, total - core - near)).words == "in balance"
    ]
    assert 1 <= len(fine) <= 6
    if total == 5:
        assert fine == [(3, 1, 1)]


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_a_share_is_fine_where_it_lies_in_its_range_or_no_number_comes_nearer(
    core: int, adjacency: int, exploratory: int
) -> None:
    found = balance(portfolio(core, adjacency, exploratory))
    assert found.count == core + adjacency + exploratory
    for share in found.shares:
        if share.low <= share.percent <= share.high:
            assert share.is_fine
        elif share.status == "below":
            assert share.percent < share.low
        elif share.status == "above":
            assert share.percent > share.high
        assert found.too_few or share.is_fine == (f"{share.bucket} " not in found.words)


def test_the_portfolio_is_what_is_worked_with() -> None:
    assert {Ring.ADOPT, Ring.TRIAL, Ring.ASSESS} == PORTFOLIO

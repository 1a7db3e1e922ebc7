from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.surprises import (
    KINDS,
    MAX_TEXT,
    ClaimMention,
    KeptClaim,
    Measure,
    Place,
    gap,
    make_entry,
    mention_of,
    nearest_kind,
    parse_measure,
    with_claim,
)
from r2p_tui.errors import UsageError


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("31", Measure(31)),
        (" 31.5 ", Measure(31.5)),
        ("1,204", Measure(1204)),
        ("1,204,000.5", Measure(1204000.5)),
        ("31 FPS", Measure(31, "FPS")),
        ("31FPS", Measure(31, "FPS")),
        ("-3 %", Measure(-3, "%")),
        ("+2e-3 s", Measure(0.002, "s")),
        ("12 µs", Measure(12, "µs")),
        ("40 GB/s", Measure(40, "GB/s")),
        ("RT-DETR:tab2", None),
        ("31,5", None),
        ("1,20", None),
        ("3 of 5", None),
        ("", None),
        ("nan", None),
        ("1e999", None),
        ("9" * 400, None),
    ],
)
def test_a_measure_is_a_number_with_a_unit(text: str, measure: Measure | None) -> None:
    assert parse_measure(text) == measure


@given(st.text())
def test_every_text_is_read_as_a_finite_number_or_not_at_all(text: str) -> None:
    measure = parse_measure(text)
    assert measure is None or math.isfinite(measure.value)


@pytest.mark.parametrize(
    ("claimed", "observed", "unit", "said"),
    [
        (108, 31, "FPS", "31 of 108 FPS, 71 % less"),
        (100, 134.5, "ms", "134.5 of 100 ms, 34 % more"),
        (54.8, 54.8, "AP", "54.8 of 54.8 AP, as claimed"),
        (54.8, 54.7, "AP", "54.7 of 54.8 AP, under 1 % less"),
        (-2, -3, None, "-3 of -2, 50 % less"),
        (0, 3, "ms", "3 of 0 ms"),
        (None, 31, "FPS", "saw 31 FPS"),
        (108, None, "FPS", "claimed 108 FPS"),
        (1204, 1e9, None, "1e+09 of 1,204, 83,056,378 % more"),
        (None, None, "FPS", ""),
    ],
)
def test_the_gap_in_words(claimed: float | None, observed: float | None, unit: str | None, said: str) -> None:
    assert gap(claimed, observed, unit) == said


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite)
def test_any_two_numbers_have_a_gap(claimed: float, observed: float) -> None:
    assert " of " in gap(claimed, observed)


def test_numbers_in_one_unit_are_kept_as_values() -> None:
    entry = make_entry("slow", claim="108 FPS", observed="31")
    assert (entry.claimed_value, entry.observed_value, entry.unit) == (108, 31, "FPS")
    assert (entry.claim, entry.observed) == ("108 FPS", "31")


@pytest.mark.parametrize(("observed", "unit"), [("31 ms", None), ("31 FPS", "ms"), ("31", "ms")])
def test_numbers_in_different_units_stay_words(observed: str, unit: str | None) -> None:
    entry = make_entry("slow", claim="108 FPS", observed=observed, unit=unit)
    assert (entry.claimed_value, entry.observed_value) == (None, None)
    assert (entry.claim, entry.observed) == ("108 FPS", observed)


def test_a_claim_may_be_a_place_in_a_paper() -> None:
    entry = make_entry("slow", claim="RT-DETR:tab2", observed="31")
    assert (entry.claim, entry.claimed_value, entry.observed_value) == ("RT-DETR:tab2", None, 31)


def test_what_is_stored_is_clean() -> None:
    entry = make_entry(" a\x1b]52;c;x\x07\nb ", claim="\x9b2J", place=Place(branch="x\u202ey"))
    assert entry.text == "a�]52;c;x�\nb"
    assert entry.claim == "�2J"
    assert entry.place.branch == "x�y"


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * (MAX_TEXT + 1)])
def test_no_words_and_too_many_words_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        make_entry(text)


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as refusal:
        make_entry("x", kind="latncy")
    assert refusal.value.hint == "Did you mean latency?"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("latency", "latency"),
        ("LAT", "latency"),
        ("edge-case", "edge case"),
        ("memroy", "memory"),
        ("la", None),
        ("zebra", None),
        ("", None),
    ],
)
def test_the_nearest_kind(word: str, kind: str | None) -> None:
    assert nearest_kind(word) == kind
    assert kind is None or kind in KINDS


@pytest.mark.parametrize(
    ("typed", "mention"),
    [
        ("claim:12", ClaimMention(12, True)),
        (" Claim: 12 ", ClaimMention(12, True)),
        ("12", ClaimMention(12, False)),
        ("12.0", None),
        ("12 FPS", None),
        ("-12", None),
        ("1,204", None),
        ("RT-DETR:12", None),
        (":12", None),
        ("claim:", None),
        ("claim:tab2", None),
        ("claim:" + "9" * 30, None),
        (None, None),
    ],
)
def test_a_kept_claim_is_named_by_its_number(typed: str | None, mention: ClaimMention | None) -> None:
    assert mention_of(typed) == mention


KEPT = KeptClaim(12, 3, "1612.03144", 108.0, "FPS", "speed 108 (Table 2)")


@pytest.mark.parametrize(
    ("observed", "unit", "values"),
    [
        (None, None, (108, None, "FPS")),
        ("31", None, (108, 31, "FPS")),
        ("31 fps", None, (108, 31, "fps")),
        ("31 ms", None, (None, None, "ms")),
        ("31", "ms", (None, None, "ms")),
    ],
)
def test_a_kept_claim_gives_value_and_unit_unless_the_units_differ(
    observed: str | None, unit: str | None, values: tuple[float | None, float | None, str]
) -> None:
    entry = with_claim(make_entry("slow", claim="claim:12", observed=observed, unit=unit), KEPT)
    assert (entry.claimed_value, entry.observed_value, entry.unit) == values
    assert (entry.claim_id, entry.claim, entry.observed) == (12, "speed 108 (Table 2)", observed)

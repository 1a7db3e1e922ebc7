from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.calibration import judge_calibration
from r2p_tui.domain.predictions import Forecast, Judged
from r2p_tui.domain.scoreboard import By, Scores, alike, breakdown, headline, over_time, pairs_of, score

START = datetime(2024, 2, 29, 9, tzinfo=UTC)


def judged(
    said: float,
    happened: bool,
    *,
    kind: str = "free",
    made: datetime = START,
    days: float = 40,
    updates: tuple[tuple[float, float], ...] = (),
    ring: str | None = None,
    tags: tuple[str, ...] = (),
) -> Judged:
    later = tuple(Forecast(p, made + timedelta(days=day)) for day, p in updates)
    return Judged(kind, said, made, made + timedelta(days=days), happened, later, ring, tags)


def interval(level: float, value: float | None, unit: str = "%") -> Judged:
    inside = value is not None and 20 <= value <= 30
    one = judged(level, inside, kind="result")
    return one._replace(low=20, high=30, value=value, unit=unit)


def test_nothing_resolved_has_no_scores() -> None:
    assert score(alike([])) == Scores()
    assert Scores().brier is None
    assert breakdown([], "kind") == ()
    assert over_time([]) == ()


def test_scores_worked_out_by_hand() -> None:
    scores = score(alike([judged(0.3, True, updates=((30, 0.8),)), judged(0.9, True), judged(0.2, False)]))
    assert (scores.count, scores.yes, scores.intervals) == (3, 2, 0)
    assert scores.brier == pytest.approx((0.49 + 0.01 + 0.04) / 3)
    assert scores.two_class == pytest.approx(2 * 0.18)
    assert scores.log == pytest.approx(-(math.log(0.3) + math.log(0.9) + math.log(0.8)) / 3)
    assert scores.weighted == pytest.approx((0.3775 + 0.01 + 0.04) / 3)
    assert (scores.base_rate, scores.base_brier) == pytest.approx((2 / 3, 2 / 9))
    assert scores.skill == pytest.approx(1 - 0.18 * 9 / 2)
    assert scores.coverage is scores.claimed_coverage is scores.interval_score is None


def test_where_all_came_true_there_is_no_skill_to_speak_of() -> None:
    scores = score(alike([judged(0.9, True), judged(0.8, True)]))
    assert (scores.base_brier, scores.skill) == (0, None)


def test_certain_and_wrong_costs_the_log_score_everything_and_the_others_little() -> None:
    scores = score(alike([judged(1.0, False), judged(0.0, False), judged(1.0, True)]))
    assert scores.log == math.inf
    assert scores.brier == pytest.approx(1 / 3)


def test_only_intervals_whose_value_is_known_are_scored_as_such() -> None:
    scores = score(alike([interval(0.8, 24), interval(0.8, 33), interval(0.5, None), judged(0.4, True)]))
    assert (scores.count, scores.intervals) == (4, 2)
    assert (scores.coverage, scores.claimed_coverage) == pytest.approx((0.5, 0.8))
    assert scores.interval_score == pytest.approx((10 + 40) / 2)
    assert scores.interval_unit == "%"


def test_points_and_milliseconds_have_no_mean() -> None:
    scores = score(alike([interval(0.8, 24, "%"), interval(0.8, 24, "ms")]))
    assert (scores.coverage, scores.interval_score, scores.interval_unit) == (1, None, "")


MANY = [
    judged(0.9, True, kind="result", ring="TRIAL", tags=("edge", "latency")),
    judged(0.2, False, kind="adoption", ring="ADOPT", tags=("edge",)),
    judged(0.5, True, kind="result", made=datetime(2023, 12, 31, 23, tzinfo=UTC)),
    judged(0.4, False, kind="adoption", ring="SKIP", tags=("cost",), made=datetime(2025, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(
    ("by", "names", "counts"),
    [
        ("kind", ["adoption", "result"], [2, 2]),
        ("ring", ["ADOPT", "TRIAL", "SKIP"], [1, 1, 1]),
        ("tag", ["edge", "cost", "latency"], [2, 1, 1]),
        ("year", ["2023", "2024", "2025"], [1, 2, 1]),
    ],
)
def test_parts_are_named_ordered_and_counted(by: By, names: list[str], counts: list[int]) -> None:
    parts = breakdown(alike(MANY), by)
    assert [name for name, _ in parts] == names
    assert [scores.count for _, scores in parts] == counts


def test_a_part_has_the_scores_of_its_members() -> None:
    assert dict(breakdown(alike(MANY), "tag"))["edge"] == score(alike(MANY[:2]))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.sampled_from(["free", "poc", "result"]))))
def test_the_parts_weigh_up_to_the_whole(drawn: list[tuple[float, bool, str]]) -> None:
    every = [judged(said, happened, kind=kind) for said, happened, kind in drawn]
    parts = [scores for _, scores in breakdown(alike(every), "kind")]
    whole = score(alike(every))
    assert sum(one.count for one in parts) == whole.count
    assert sum((one.brier or 0) * one.count for one in parts) == pytest.approx(
        (whole.brier or 0) * whole.count
    )


def test_over_time_each_quarter_adds_to_what_was_before() -> None:
    def ended(said: float, day: datetime) -> Judged:
        return judged(said, True, made=day - timedelta(days=10), days=10)

    line = over_time(
        [
            ended(0.5, datetime(2025, 4, 1, 9, tzinfo=UTC)),
            ended(0.9, datetime(2024, 3, 31, 23, 59, tzinfo=UTC)),
            ended(0.7, datetime(2024, 2, 29, 9, tzinfo=UTC)),
        ]
    )
    assert [day for day, _ in line] == [date(2024, 3, 31), date(2025, 4, 1)]
    assert [cost for _, cost in line] == pytest.approx([0.05, 0.35 / 3])


def test_what_is_due_on_the_last_day_of_a_quarter_ends_in_that_quarter() -> None:
    midnight = datetime(2028, 1, 1, tzinfo=UTC)
    line = over_time([judged(0.5, True, made=midnight - timedelta(days=40), days=40)])
    assert line == ((date(2027, 12, 31), 0.25),)


def test_the_headline_says_score_reference_and_verdict() -> None:
    every = [judged(0.9, place < 26) for place in range(40)] + [
        judged(0.2, place < 12) for place in range(60)
    ]
    verdict = judge_calibration(pairs_of(every))
    assert headline(score(alike(every)), verdict) == "Brier 0.21 (base rate 0.24) · over-confident above 70 %"
    early = judge_calibration([])
    assert headline(score(alike([])), early) == "too early to tell: 0 of 10 resolved"

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.papers import PaperRow
from r2p_tui.domain.triage import (
    Clock,
    TriageSummary,
    is_news,
    reorder_below,
    rows_matching,
    why_spans,
    yesterday,
)

SCORES = st.one_of(st.none(), st.floats(0, 1))


def row(paper_id: int, score: float | None = None, title: str = "A title") -> PaperRow:
    return PaperRow(paper_id, f"2401.{paper_id:05}", title, "cs.CV", score=score)


ROWS = st.lists(SCORES, max_size=12).map(lambda scores: [row(i, score) for i, score in enumerate(scores)])


@given(ROWS, st.integers(-2, 14), st.dictionaries(st.integers(0, 14), st.floats(0, 1)))
def test_the_rows_in_sight_stay_and_the_rest_go_best_first(
    rows: list[PaperRow], visible: int, scores: dict[int, float]
) -> None:
    result = reorder_below(rows, visible, scores)
    fold = max(visible, 0)
    ids = [item.paper_id for item in result]
    assert ids[:fold] == [item.paper_id for item in rows[:fold]]
    assert sorted(ids) == [item.paper_id for item in rows]
    below = [-1.0 if item.score is None else item.score for item in result[fold:]]
    assert below == sorted(below, reverse=True)
    assert all(item.score == scores[item.paper_id] for item in result if item.paper_id in scores)


@given(ROWS, st.integers(0, 12), st.dictionaries(st.integers(0, 14), st.floats(0, 1)))
def test_sorting_twice_changes_nothing(rows: list[PaperRow], visible: int, scores: dict[int, float]) -> None:
    once = reorder_below(rows, visible, scores)
    assert reorder_below(once, visible, scores) == once


def test_equal_scores_keep_their_order() -> None:
    rows = [row(3, 0.5), row(1, 0.5), row(2, 0.5)]
    assert reorder_below(rows, 0, {}) == rows


def test_the_clock_counts_down_and_then_over() -> None:
    assert str(Clock(900)) == "15:00 left of 15:00"
    assert str(Clock(900, 139)) == "12:41 left of 15:00"
    assert str(Clock(900, 960)) == "01:00 over 15:00"
    assert Clock(900, 900).is_over and not Clock(900, 899).is_over
    assert Clock(900, 1000).left == 0


def test_the_summary_is_one_plain_sentence() -> None:
    done = TriageSummary(kept=9, skipped=31, later=3, seconds=890, left=43)
    assert done.sentence == "15 minutes: 9 kept, 31 skipped, 3 later, 43 left for tomorrow."


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [
        (TriageSummary(1, 0, 0, 62, 0), "1 minute: 1 kept, none left."),
        (TriageSummary(0, 4, 0, 12, 1), "Under a minute: 4 skipped, 1 left for tomorrow."),
        (TriageSummary(0, 0, 0, 500, 86), "Nothing decided yet; 86 left for tomorrow."),
        (TriageSummary(2000, 0, 0, 3600, 1200), "60 minutes: 2,000 kept, 1,200 left for tomorrow."),
    ],
)
def test_the_summary_says_only_what_happened(summary: TriageSummary, sentence: str) -> None:
    assert summary.sentence == sentence


def test_yesterday_is_the_users_day_even_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = yesterday(datetime(2026, 10, 26, 7, tzinfo=UTC), berlin)
    assert (start, end) == (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))


def test_yesterday_follows_the_place_not_the_utc_date() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    start, _ = yesterday(datetime(2026, 11, 20, 16, tzinfo=UTC), tokyo)
    assert start.astimezone(tokyo).date().isoformat() == "2026-11-20"


def test_why_spans_find_the_terms_as_the_ranking_saw_them() -> None:
    text = "Real-time detectors: a real time DETECTOR, pruned; undetected."
    found = [text[start:end] for start, end in why_spans(text, ["real-time", "detector", "pruning"])]
    assert found == ["Real-time", "detectors", "real time", "DETECTOR", "pruned"]


def test_a_keyword_in_another_form_is_marked_only_where_its_own_form_is_missing() -> None:
    assert why_spans("quantize", ["quantization"]) == []
    assert why_spans("training and train", ["train"]) == [(13, 18)]


@given(st.text(max_size=120), st.lists(st.text(max_size=12), max_size=4))
def test_why_spans_are_ordered_and_apart(text: str, terms: list[str]) -> None:
    spans = why_spans(text, terms)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_filter_wants_every_word_somewhere() -> None:
    rows = [row(1, title="Sparse DETR"), row(2, title="Dense detection"), row(3, title="DETR, dense")]
    assert [item.paper_id for item in rows_matching(rows, "dense detr")] == [3]
    assert rows_matching(rows, "  ") == rows
    assert [item.paper_id for item in rows_matching(rows, "cs.cv 00002")] == [2]


def test_small_changes_of_a_score_are_no_news() -> None:
    before = (0.5, [("detr", 1.2)])
    assert not is_news(before, (0.504, [("detr", 1.25)]))
    assert is_news(before, (0.506, [("detr", 1.2)]))
    assert is_news(before, (0.5, [("detr", 1.31)]))
    assert is_news(before, (0.5, [("yolo", 1.2)]))
    assert is_news(before, (0.5, []))
    assert is_news(None, before)

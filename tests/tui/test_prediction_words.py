"""What the predictions screen says: days, chances, scores, headlines."""

from __future__ import annotations

import math
from datetime import date

import pytest

from r2p_tui.domain.calibration import CalibrationBin, CalibrationVerdict, Verdict
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.scoreboard import Scores
from r2p_tui.services.prediction_scores import Scoreboard
from r2p_tui.store.predictions import PredictionLine
from r2p_tui.tui import prediction_words
from r2p_tui.tui.prediction_judging import _number
from r2p_tui.tui.score_words import headlines, score_lines
from r2p_tui.tui.widgets.calibration_plot import bin_sentence, mark_of
from r2p_tui.tui.widgets.judged_line import fitting

from .conftest import NOW

LINE = PredictionLine(1, "x", "free", 0.3, 0.3, date(2028, 2, 29), NOW)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2028, 2, 28), "in 1 d"),
        (date(2028, 2, 29), "due today"),
        (date(2028, 3, 1), "due 1 d"),
        (date(2027, 2, 28), "in 12 mo"),
        (date(2026, 2, 28), "in 2 y"),
        (date(2029, 3, 1), "due 12 mo"),
    ],
)
def test_how_long_until_a_leap_day(today: date, words: str) -> None:
    assert prediction_words.due_words(LINE, today) == words


def test_what_is_over_says_how() -> None:
    words = [prediction_words.due_words(LINE._replace(outcome=one), NOW.date()) for one in Outcome]
    assert words == ["✓ yes", "✗ no", "~ ambiguous", "– annulled"]


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.3, "30 %"), (0.005, "0.5 %"), (0.999, "99.9 %"), (0.0, "0 %"), (1.0, "100 %")],
)
def test_a_probability_in_percent(probability: float, words: str) -> None:
    assert prediction_words.percent(probability) == words


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (90, "Brier 0.28 (base rate 0.25) · no sign of over- or under-confidence yet (12 resolved)"),
        (78, "Brier 0.28 (base rate 0.25) · no sign of over- or under-confidence yet"),
        (60, "Brier 0.28 · no sign of over- or under-confidence yet"),
        (40, "no sign of over- or under-confidence yet"),
        (9, "no sign of over- or under-confidence yet"),
    ],
)
def test_the_headline_takes_fewer_words_where_it_is_narrow(width: int, words: str) -> None:
    verdict = "no sign of over- or under-confidence yet (12 resolved)"
    scores = Scores(count=12, yes=6, brier=0.28, base_brier=0.25)
    assert fitting(headlines(board_of(scores, verdict)), width) == words


def test_an_infinite_score_is_said_in_words() -> None:
    scores = Scores(
        count=1,
        brier=1.0,
        base_brier=0.0,
        log=math.inf,
        intervals=1,
        interval_score=math.inf,
        interval_unit="%",
    )
    log, interval = (
        line.plain
        for line in score_lines(board_of(scores, "too early"))
        if line.plain.startswith(("log", "interval score"))
    )
    assert log.split("  ")[-1] == "infinite: certain once, and wrong" and "∞" in log and "inf " not in log
    assert interval.endswith("∞  %, less is better")


def board_of(scores: Scores, words: str) -> Scoreboard:
    verdict = CalibrationVerdict(Verdict.CALIBRATED, words)
    return Scoreboard(scores, verdict, (), None, (), (), (), (), ())


def test_what_is_not_listed_is_said() -> None:
    assert prediction_words.listed_words(1000, "all", "", is_cut=True) == "the first 1,000 predictions"
    assert prediction_words.listed_words(45, "all", "", is_cut=False) == ""


@pytest.mark.parametrize(
    ("words", "unit", "value"), [("24", "%", 24.0), ("24 %", "%", 24.0), ("1,204.5", None, 1204.5)]
)
def test_the_number_that_came_out(words: str, unit: str | None, value: float) -> None:
    assert _number(words, unit) == value


@pytest.mark.parametrize("words", ["", "nan", "inf", "-inf", "yes", "24 ms"])
def test_no_number(words: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        _number(words, "%")


@pytest.mark.parametrize(
    ("happened", "mark", "judged"),
    [(10, "▼", "less often than by chance"), (17, "●", "came true"), (20, "▲", "more often than by chance")],
)
def test_a_bin_is_judged_by_the_band_of_chance(happened: int, mark: str, judged: str) -> None:
    one = CalibrationBin(0.8, 0.9, 0.82, happened, 20, happened / 20, (0.3, 0.9), (0.65, 0.95))
    assert mark_of(one) == mark
    sentence = bin_sentence(one)
    assert sentence.startswith("80 to 90 %: 20 predictions, 82 % said on the mean,") and sentence.endswith(
        judged
    )

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.prediction_entry import (
    MAX_STATEMENT,
    MAX_TAGS,
    MAX_TEXT,
    FieldError,
    PredictionEntry,
    base_rate_words,
    make_prediction,
    probability_of,
    reasoning_hash,
)
from r2p_tui.errors import UsageError

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, 2, 3, 456789, UTC)
WHOLE: dict[str, Any] = {
    "statement": "DETRs replace YOLO in our new edge work",
    "probability": "0.3",
    "due": "2y",
    "criteria": "more than half of the projects in my list",
    "reasoning": "NMS is what costs us",
    "today": TODAY,
}
ENTRY = PredictionEntry(
    WHOLE["statement"], "free", WHOLE["criteria"], WHOLE["reasoning"], 0.3, date(2028, 11, 21)
)


def refusal(**changes: Any) -> FieldError:
    with pytest.raises(FieldError) as refused:
        make_prediction(**WHOLE | changes)
    assert refused.value.message.endswith((".", "?"))
    return refused.value


def test_a_whole_prediction_is_kept_as_it_was_typed() -> None:
    assert make_prediction(**WHOLE) == ENTRY
    assert make_prediction(**WHOLE | {"probability": 0.3, "due": date(2028, 11, 21)}) == ENTRY


@pytest.mark.parametrize(
    ("field", "changes", "question"),
    [
        ("statement", {"statement": " ... "}, "What do you predict?"),
        ("probability", {"probability": None}, "How likely is it?"),
        ("probability", {"probability": " "}, "How likely is it?"),
        ("probability", {"probability": "likely"}, "“likely” is not a probability."),
        ("due_on", {"due": None}, "By when will you know?"),
        ("due_on", {"due": "2026-11-20"}, "2026-11-20 is before today, 2026-11-21."),
        ("due_on", {"due": date(2026, 11, 20)}, "2026-11-20 is before today, 2026-11-21."),
        ("criteria", {"criteria": None}, "How will you decide whether it came true?"),
        ("criteria", {"criteria": "..."}, "How will you decide whether it came true?"),
        (
            "criteria",
            {"criteria": "it works well"},
            "What will you measure, and which value do you mean by “works well”?",
        ),
        ("reasoning", {"reasoning": ""}, "Why do you think so?"),
        ("reasoning", {"reasoning": WHOLE["statement"].upper()}, "Why do you think so?"),
        ("reasoning", {"reasoning": WHOLE["criteria"]}, "Why do you think so?"),
        ("kind", {"kind": "mood"}, "“mood” is not a kind of prediction."),
    ],
)
def test_the_question_that_is_missing_is_asked(field: str, changes: dict[str, Any], question: str) -> None:
    error = refusal(**changes)
    assert (error.field, error.message) == (field, question)
    assert error.hint


def test_one_question_at_a_time_in_the_order_of_thought() -> None:
    answers = dict.fromkeys(("probability", "due", "criteria", "reasoning"))
    asked = [refusal(statement="", **answers).field]
    for name in answers:
        asked.append(refusal(**answers).field)
        answers[name] = WHOLE[name]
    assert asked == ["statement", "probability", "due_on", "criteria", "reasoning"]
    assert make_prediction(**WHOLE | answers) == ENTRY


CHANCES = {
    "0.3": 0.3,
    ".3": 0.3,
    "30%": 0.3,
    "30 %": 0.3,
    " 29% ": 0.29,
    "0": 0,
    "1": 1,
    "-0": 0,
    "0%": 0,
    "100 %": 1,
    "0.5%": 0.005,
    "1e-3": 0.001,
    "12.3%": 0.123,
    "0.7%": 0.007,
}


@pytest.mark.parametrize("text", CHANCES)
def test_a_probability_is_read(text: str) -> None:
    assert probability_of(text) == CHANCES[text]
    assert str(probability_of(text))[0] != "-"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("70", "Did you mean 0.70?"),
        ("7", "Did you mean 0.07?"),
        ("99", "Did you mean 0.99?"),
        ("100", "Did you mean 1.00?"),
        ("1.5", "Did you mean 1.5%?"),
        ("0,3", "Did you mean 0.3?"),
        ("12,5 %", "Did you mean 12.5 %?"),
    ],
)
def test_what_is_written_in_another_way_is_asked_back(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        probability_of(text)
    assert refused.value.hint == hint


@pytest.mark.parametrize(
    "text",
    ["", "%", "-0.1", "-5%", "101", "101%", "1e400", "nan", "inf", "-inf", "nan%", "1/3", "0_1", "０.３",
     "likely", "0.3.1", "1" * 5000, "0.3\x1b[2J"],
)  # fmt: skip
def test_what_is_no_probability_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        probability_of(text)
    assert refused.value.hint == "Write it from 0 to 1 or in percent: 0.3 or 30%."
    assert "\x1b" not in refused.value.message


@given(st.floats(0, 1))
def test_a_probability_comes_back_to_the_last_bit(chance: float) -> None:
    assert probability_of(chance) == probability_of(repr(chance)) == chance


@given(st.one_of(st.floats(allow_nan=True), st.text(max_size=12)))
def test_anything_is_a_probability_or_refused(said: str | float) -> None:
    try:
        assert 0 <= probability_of(said) <= 1
    except UsageError as error:
        assert error.hint


def test_an_interval_makes_it_a_result() -> None:
    entry = make_prediction(**WHOLE, low="20", high="30%")
    assert (entry.kind, entry.low, entry.high, entry.unit) == ("result", 20, 30, "%")
    entry = make_prediction(**WHOLE, low=-0.5, high=3, unit=" mAP ", kind="Result")
    assert (entry.kind, entry.low, entry.high, entry.unit) == ("result", -0.5, 3, "mAP")
    assert make_prediction(**WHOLE, kind="result").low is None


@pytest.mark.parametrize(
    ("field", "changes", "said"),
    [
        ("high", {"low": "20"}, "Where does the interval end on the other side?"),
        ("low", {"high": "20"}, "Where does the interval end on the other side?"),
        ("low", {"unit": "%"}, "From where to where, in %?"),
        ("low", {"low": "30", "high": "20"}, "An interval goes up: 30 is not below 20."),
        ("low", {"low": "20", "high": "20"}, "An interval goes up: 20 is not below 20."),
        ("low", {"low": "many", "high": "20"}, "“many” is not a number."),
        ("high", {"low": "1", "high": "inf"}, "“inf” is not a number."),
        ("high", {"low": "1", "high": "nan"}, "“nan” is not a number."),
        (
            "kind",
            {"low": "1", "high": "2", "kind": "free"},
            "An interval belongs to a result, not to kind free.",
        ),
    ],
)
def test_an_interval_has_two_ends_and_goes_up(field: str, changes: dict[str, Any], said: str) -> None:
    error = refusal(**changes)
    assert (error.field, error.message) == (field, said)


@pytest.mark.parametrize("end", ["low", "high"])
def test_blanks_are_no_interval(end: str) -> None:
    vague = {"statement": "DETRs do well", "criteria": "it is popular"}
    assert refusal(**vague).field == "criteria"
    assert refusal(**vague, **{end: " "}).field == "criteria"


def test_a_near_kind_is_asked_back() -> None:
    assert refusal(kind="adopton").hint == "Did you mean adoption?"
    assert make_prediction(**WHOLE, kind=" Adoption").kind == "adoption"


def test_tags_are_kept_once_in_their_order() -> None:
    entry = make_prediction(**WHOLE, tags=["edge, NMS", "#Edge", "", "a; b", " nms "])
    assert entry.tags == ("edge", "NMS", "a", "b")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("statement", {"statement": "x" * (MAX_STATEMENT + 1)}),
        ("criteria", {"criteria": "map > 0.5 " * (MAX_TEXT // 9)}),
        ("reasoning", {"reasoning": "x" * (MAX_TEXT + 1)}),
        ("unit", {"low": 1, "high": 2, "unit": "x" * 41}),
        ("tags", {"tags": ["x" * 41]}),
        ("tags", {"tags": [str(number) for number in range(MAX_TAGS + 1)]}),
    ],
)
def test_what_is_too_long_is_refused_and_not_cut(field: str, changes: dict[str, Any]) -> None:
    assert refusal(**changes).field == field


def test_foreign_text_is_cleaned_and_the_statement_is_one_line() -> None:
    dirty = "a\x1b[2J\u202eb\n c"
    entry = make_prediction(
        **WHOLE | {"statement": dirty, "criteria": f"{dirty} > 3", "reasoning": dirty, "tags": [dirty]}
    )
    assert entry.statement == "a\ufffd[2J\ufffdb c"
    assert entry.reasoning == "a\ufffd[2J\ufffdb\n c"
    assert not {"\x1b", "\u202e"} & set("".join((entry.criteria, *entry.tags)))


def test_the_hash_is_sha_256_of_the_lines_that_are_frozen() -> None:
    text = (
        "statement 39 DETRs replace YOLO in our new edge work\n"
        "kind 4 free\n"
        "criteria 41 more than half of the projects in my list\n"
        "reasoning 20 NMS is what costs us\n"
        "probability 3 0.3\n"
        "low 0 \n"
        "high 0 \n"
        "unit 0 \n"
        "due_on 10 2028-11-21\n"
        "made_at 24 2026-11-21T08:02:03.456Z\n"
    )
    assert reasoning_hash(ENTRY, NOW) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "changed",
    [
        {"statement": "x"},
        {"kind": "result"},
        {"criteria": "x"},
        {"reasoning": "x"},
        {"probability": 0.30000000000000004},
        {"due_on": date(2028, 11, 22)},
        {"low": 1.0},
        {"high": 1.0},
        {"unit": "%"},
        {"criteria": ENTRY.criteria + "\nreasoning 20 " + ENTRY.reasoning, "reasoning": ""},
    ],
    ids=str,
)
def test_whatever_is_changed_afterwards_changes_the_hash(changed: dict[str, Any]) -> None:
    assert reasoning_hash(ENTRY._replace(**changed), NOW) != reasoning_hash(ENTRY, NOW)


def test_the_hash_counts_the_moment_to_the_millisecond_in_any_zone() -> None:
    stored = NOW.replace(microsecond=456000).astimezone(timezone(timedelta(hours=-7)))
    assert reasoning_hash(ENTRY, stored) == reasoning_hash(ENTRY, NOW)
    assert reasoning_hash(ENTRY, NOW + timedelta(milliseconds=1)) != reasoning_hash(ENTRY, NOW)
    assert reasoning_hash(ENTRY._replace(tags=("edge",)), NOW) == reasoning_hash(ENTRY, NOW)


@pytest.mark.parametrize(
    ("yes", "resolved", "chance", "words"),
    [
        (0, 0, 0.3, "You have no resolved adoption prediction yet."),
        (4, 14, 0.3, "Of your 14 resolved adoption predictions 4 came true (29 %); you say 30 %."),
        (1, 1, 0.125, "Your one resolved adoption prediction came true; you say 12.5 %."),
        (0, 1, None, "Your one resolved adoption prediction did not come true."),
        (0, 1200, None, "Of your 1,200 resolved adoption predictions 0 came true (0 %)."),
    ],
)
def test_the_base_rate_in_words(yes: int, resolved: int, chance: float | None, words: str) -> None:
    assert base_rate_words("adoption", yes, resolved, chance) == words


def test_a_kind_in_words() -> None:
    assert base_rate_words("poc", 0, 0) == "You have no resolved POC prediction yet."

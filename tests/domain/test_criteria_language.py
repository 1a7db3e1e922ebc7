from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from r2p_tui.domain.criteria import LONGEST, CriterionError, explain, parse
from r2p_tui.domain.criteria_sentences import (
    Compare,
    Diverged,
    Drop,
    Number,
    Point,
    Sentence,
    Trend,
)
from r2p_tui.domain.runs import ROLES, Role
from r2p_tui.errors import UsageError

AT_LEAST = Compare(">=", Number(0.6))

PARSED = [
    ("map50 >= 0.60", Sentence("map50", AT_LEAST), "map50 >= 0.60"),
    ("map50>=.6", Sentence("map50", AT_LEAST), "map50 >= 0.60"),
    ("MAP50 ≥ 60 %", Sentence("map50", Compare(">=", Number(60, "%"))), "map50 >= 60%"),
    ("metrics/mAP50(B) = 0.5", Sentence("map50", Compare("=", Number(0.5))), "map50 = 0.50"),
    ("metrics/mAP50-95(B) > 0", Sentence("map50_95", Compare(">", Number(0))), "map50_95 > 0"),
    (
        "val/cls_loss ≤ -1e-3",
        Sentence("val_cls_loss", Compare("<=", Number(-1e-3))),
        "val_cls_loss <= -0.001",
    ),
    (
        "latency_p99_ms < 33ms by day 5",
        Sentence("latency_p99_ms", Compare("<", Number(33, "ms")), by=Point("day", 5)),
        "latency_p99_ms < 33 ms by day 5",
    ),
    (
        "Best map50 >= 0.6 BY 40 epochs After Epoch 3",
        Sentence("map50", AT_LEAST, best=True, by=Point("epoch", 40), after=Point("epoch", 3)),
        "best map50 >= 0.60 by epoch 40 after epoch 3",
    ),
    ("map50 >= 0.6 by 2h", Sentence("map50", AT_LEAST, by=Point("hour", 2)), "map50 >= 0.60 by hour 2"),
    ("map50 >= 0.6 by 90 min", Sentence("map50", AT_LEAST, by=Point("min", 90)), "map50 >= 0.60 by 90 min"),
    ("map50 >= 0.6 by 20 s", Sentence("map50", AT_LEAST, by=Point("s", 20)), "map50 >= 0.60 by 20 s"),
    ("val_loss rising 5 epochs", Sentence("val_loss", Trend("rising", 5)), "val_loss rising for 5 epochs"),
    ("map50 flat for 1 epoch", Sentence("map50", Trend("flat", 1)), "map50 flat for 1 epoch"),
    ("train_loss diverged", Sentence("train_loss", Diverged()), "train_loss is nan"),
    ("val_loss is nan", Sentence("val_loss", Diverged()), "val_loss is nan"),
    ("drop <= 1pt vs #012", Sentence(None, Drop("<=", Number(1, "pt"), "run:12")), "drop <= 1pt vs run:12"),
    (
        "map50 drop > 5% vs Baseline",
        Sentence("map50", Drop(">", Number(5, "%"), "baseline")),
        "map50 drop > 5% vs baseline",
    ),
    ("map50 >= run:12", Sentence("map50", Compare(">=", Number(100, "%"), "run:12")), "map50 >= run:12"),
    (
        "latency_p99_ms <= 90% of run:12",
        Sentence("latency_p99_ms", Compare("<=", Number(90, "%"), "run:12")),
        "latency_p99_ms <= 90% of run:12",
    ),
]


@pytest.mark.parametrize(("text", "meaning", "spelling"), PARSED)
def test_a_sentence_is_read_and_spelled_in_one_way(text: str, meaning: Sentence, spelling: str) -> None:
    assert parse(text) == meaning
    assert str(meaning) == spelling


@pytest.mark.parametrize(
    ("text", "position", "word", "hint"),
    [
        ("", 0, "", "looks like"),
        ("map50", 5, "", "Next comes a comparison"),
        ("map50 >", 7, "", "Next comes a number"),
        ("map50 >= abc", 9, "abc", "Expected here: a number"),
        ("map50 risng for 5 epochs", 6, "risng", "“rising”"),
        ("map50 >= 0.6 by epoc 4", 16, "epoc", "“epoch”"),
        ("map50 >= 0.6 bye epoch 4", 13, "bye", "“by”"),
        ("map50 >= 0.6 by 5", 17, "", "Next comes one of epoch, day"),
        ("map50 >= 0.6 by epoch 2.5", 22, "2.5", "by epoch 40"),
        ("map50 >= 0.6 by epoch 0", 22, "0", "epoch 40"),
        ("map50 >= 0.6 by epoch 4 by epoch 5", 24, "by", "“after”"),
        ("map50 >= 0.6 by epoch 3 after epoch 5", 24, "after", "later"),
        ("map50 rising for 0 epochs", 17, "0", "whole number"),
        ("val loss > 3", 4, "loss", "one word, such as val_loss"),
        ("map50 <> 3", 6, "<>", "“>”"),
        ("map50 >= 33lb", 9, "33lb", "Known units"),
        ("map50 >= 1e99", 9, "1e99", "1e15"),
        ("map50 >= 3 of run:1", 11, "of", "90% of run:12"),
        ("5 >= 3", 0, "5", "metric"),
        ("33ms >= 3", 0, "33ms", "metric"),
        ("map50 is bad", 9, "bad", "“nan”"),
        ("best map50 rising for 3 epochs", 0, "best", "Leave"),
        ("val_loss drop <= 1pt vs run:1", 9, "drop", "val_loss <= 110% of run:12"),
        ("drop <= 1pt vs run12", 15, "run12", "“run:12”"),
        ("drop = 1pt vs run:12", 5, "=", "<="),
        ("drop <= 3ms vs run:12", 8, "3ms", "1pt"),
        ("latency_p99_ms < 33 MB", 17, "33", "the number alone"),
        ("latency_p99_ms < 33%", 17, "33%", "the number alone"),
        ("size_mb < 33 pt", 10, "33", "the number alone"),
        ("size_mb < 33s", 10, "33s", "size_mb"),
        ("map50 >= 60 ms", 9, "60", "latency_ms"),
        ("images_per_s >= 30 s", 16, "30", "the number alone"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(text: str, position: int, word: str, hint: str) -> None:
    with pytest.raises(CriterionError) as caught:
        parse(text)
    error = caught.value
    assert isinstance(error, UsageError)
    assert (error.position, error.word) == (position, word)
    assert hint in error.hint
    if text:
        _, line, pointer = error.hint.split("\n")
        assert line == text
        assert pointer.index("^") == position


def test_the_pointer_stays_beneath_its_word_in_a_long_sentence() -> None:
    with pytest.raises(CriterionError) as caught:
        parse(f"{'m' * 120} >= oops")
    _, line, pointer = caught.value.hint.split("\n")
    assert line[pointer.index("^") :].startswith("oops")


def test_a_sentence_that_is_too_long_is_refused() -> None:
    assert parse(f"{'m' * (LONGEST - 5)} >= 3").metric
    with pytest.raises(CriterionError, match="too long"):
        parse(f"{'m' * (LONGEST - 4)} >= 3")


WORDS = st.sampled_from(
    [
        "best",
        "map50",
        "val_loss",
        "drop",
        ">=",
        "<=",
        "<",
        "=",
        "≥",
        "0.6",
        "1pt",
        "60%",
        "33ms",
        "90",
        "%",
        "of",
        "run:12",
        "baseline",
        "vs",
        "by",
        "after",
        "epoch",
        "day",
        "5",
        "for",
        "rising",
        "falling",
        "flat",
        "epochs",
        "is",
        "nan",
        "diverged",
        ";",
        "(B)",
        "ms",
    ]
)


@given(st.one_of(st.text(max_size=LONGEST + 5), st.lists(WORDS, max_size=14).map(" ".join)))
@example("\ud800 >= 3")
@example("map50 >= ٣")
@example("map50 >= 0.6 by 1e999 s")
@example("İ(b) >= 1")
def test_any_text_is_a_sentence_or_is_pointed_at(text: str) -> None:
    try:
        sentence = parse(text)
    except CriterionError as error:
        assert 0 <= error.position <= len(text)
        assert text.startswith(error.word, error.position) or len(text) > LONGEST
    else:
        assert parse(str(sentence)) == sentence
        assert all(explain(sentence, role).endswith(".") for role in ROLES)


VALUES = st.floats(-1e15, 1e15).map(lambda value: value + 0.0)
NUMBERS = st.builds(Number, VALUES, st.sampled_from(["", "%", "pt"]))
TIMES = st.builds(Number, VALUES, st.sampled_from(["", "us", "ms", "s", "min", "h"]))
SIZES = st.builds(Number, VALUES, st.sampled_from(["", "KB", "MB", "GB"]))
OPERATORS = st.sampled_from([">=", ">", "<=", "<", "="])
REFERENCES = st.one_of(st.just("baseline"), st.integers(0, 10**9 - 1).map("run:{}".format))
SHARES = NUMBERS.map(lambda number: Number(number.value, "%"))
COMPARISONS = st.one_of(
    st.builds(Compare, OPERATORS, NUMBERS), st.builds(Compare, OPERATORS, SHARES, REFERENCES)
)
TRENDS = st.builds(Trend, st.sampled_from(["rising", "falling", "flat"]), st.integers(1, 999_999))
DROPS = st.builds(Drop, st.sampled_from([">=", ">", "<=", "<"]), SHARES, REFERENCES)
BY = st.one_of(st.none(), st.builds(Point, st.just("epoch"), st.integers(501, 1_000_000).map(float)))
AFTER = st.one_of(
    st.none(),
    st.builds(Point, st.just("epoch"), st.integers(1, 500).map(float)),
    st.builds(Point, st.sampled_from(["day", "hour", "min", "s"]), st.floats(1e-6, 1e6)),
)
SENTENCES = st.one_of(
    st.builds(
        Sentence, st.sampled_from(["map50", "val_loss", "by", "3d_ap"]), COMPARISONS, st.booleans(), BY, AFTER
    ),
    st.builds(
        Sentence, st.just("latency_ms"), st.builds(Compare, OPERATORS, TIMES), st.booleans(), BY, AFTER
    ),
    st.builds(Sentence, st.just("size_mb"), st.builds(Compare, OPERATORS, SIZES), st.booleans(), BY, AFTER),
    st.builds(Sentence, st.sampled_from(["map50", "is"]), TRENDS, st.just(False), BY, AFTER),
    st.builds(Sentence, st.sampled_from([None, "map50"]), DROPS, st.booleans(), BY, AFTER),
)


@given(SENTENCES)
def test_the_canonical_spelling_means_the_same(sentence: Sentence) -> None:
    assert parse(str(sentence)) == sentence
    assert parse(str(sentence).upper()) == sentence


@pytest.mark.parametrize(
    ("text", "role", "said"),
    [
        ("map50 >= 0.60 by epoch 40", "success", "Met when map50 is at least 0.60 by epoch 40."),
        ("map50 >= 0.60 by epoch 40", "kill", "Stops if map50 is not at least 0.60 by epoch 40."),
        ("map50 >= 0.6", "success", "Met when the last map50 is at least 0.60."),
        ("map50 < 0.1", "kill", "Stops when map50 is below 0.10."),
        ("map50 < 0.1 by epoch 5", "kill", "Stops if map50 is not at least 0.10 by epoch 5."),
        ("val_loss rising for 5 epochs", "kill", "Stops when val_loss has risen for 5 epochs in a row."),
        (
            "val_loss rising for 5 epochs by epoch 20",
            "kill",
            "Stops when val_loss has risen for 5 epochs in a row, up to epoch 20.",
        ),
        (
            "val_loss falling for 5 epochs by epoch 20",
            "kill",
            "Stops if val_loss has not fallen for 5 epochs in a row by epoch 20.",
        ),
        (
            "best val_loss > 2 after hour 1",
            "soft-kill",
            "Asks whether to stop when the lowest val_loss so far is above 2,"
            " counting only what comes after hour 1.",
        ),
        (
            "drop <= 1pt vs run:12",
            "kill",
            "Stops when map50_95 (or map50) is more than 1 pt below that of run:12 at the same epoch.",
        ),
        (
            "map50 drop <= 1pt vs baseline by epoch 9",
            "kill",
            "Stops if map50 is not at most 1 pt below the best of baseline by epoch 9.",
        ),
        ("map50 >= run:12", "kill", "Stops when map50 is below that of run:12 at the same epoch."),
        ("map50 < run:12", "kill", "Stops when map50 is below that of run:12 at the same epoch."),
        (
            "latency_p99_ms <= 90% of run:12",
            "success",
            "Met when the last latency_p99_ms is at most 90% of the best of run:12.",
        ),
        ("train_loss diverged", "kill", "Stops when train_loss is nan or infinite."),
    ],
)
def test_a_sentence_is_explained_in_its_role(text: str, role: Role, said: str) -> None:
    assert explain(parse(text), role) == said

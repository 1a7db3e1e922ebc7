"""The labelled citing sentences are in order, the benchmark counts right, and the rules stay good."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.text import clean_line
from tests.benchmarks.citation_cues import (
    HALVES,
    SENTENCES,
    Labelled,
    by_keywords,
    by_rules,
    confusion,
    interval,
    judge,
    macro_f1,
    one_for_all,
    read_half,
    scores,
)

FLOOR = 0.85
A_CLASS = 22
MOST_ALIKE = 0.35
REPLICATES, FAILS, MENTIONS = EvidenceClass.REPLICATES, EvidenceClass.FAILS, EvidenceClass.MENTIONS
TUNING = read_half("tuning")
PAIRS = Counter(
    {(REPLICATES, REPLICATES): 3, (REPLICATES, FAILS): 1, (FAILS, FAILS): 2, (MENTIONS, FAILS): 2}
)
CITED = re.compile(r"\[\d+(?:[-, \d]*)\]|\((?:19|20)\d\d\)|, (?:19|20)\d\d\)|\bet al\.")


def well_formed(entry: Labelled) -> bool:
    """One clean line that ends like a sentence and names what it cites."""
    clean = all(text == clean_line(text) for text in (entry.title, entry.sentence))
    return clean and entry.sentence.endswith((".", "?")) and CITED.search(entry.sentence) is not None


def alike(first: str, second: str) -> float:
    """The share of words that two sentences have in common, of all their words."""
    one, other = (set(re.findall(r"[^\W_]+", text.casefold())) for text in (first, second))
    return len(one & other) / len(one | other)


# A failure names lines and counts, never sentences: whoever tunes the rules may read it.


@pytest.mark.parametrize("half", HALVES)
def test_every_line_is_a_clean_sentence_that_cites(half: str) -> None:
    wrong = [number for number, entry in enumerate(read_half(half), start=2) if not well_formed(entry)]
    assert wrong == [], f"{half}.tsv: lines {wrong}"


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("", "Nothing is cited here."),
        ("", "We compare with [4]"),
        ("", " We compare with [4]."),
        ("A title ", "We compare with [4]."),
    ],
)
def test_a_line_that_is_not_in_order_is_noticed(title: str, sentence: str) -> None:
    assert not well_formed(Labelled(MENTIONS, title, sentence))


@pytest.mark.parametrize("half", HALVES)
def test_every_class_has_as_many_sentences(half: str) -> None:
    counts = Counter(entry.evidence_class for entry in read_half(half))
    assert set(counts) == set(EvidenceClass)
    assert min(counts.values()) >= A_CLASS
    assert len(set(counts.values())) == 1


def test_no_sentence_and_no_title_stands_twice_or_nearly() -> None:
    entries = [(half, line, entry) for half in HALVES for line, entry in enumerate(read_half(half), start=2)]
    titles = Counter(entry.title for _, _, entry in entries if entry.title)
    assert sum(count > 1 for count in titles.values()) == 0
    near = [
        (first[:2], second[:2])
        for first, second in combinations(entries, 2)
        if alike(first[2].sentence, second[2].sentence) > MOST_ALIKE
    ]
    assert near == []


def test_the_held_out_half_is_the_one_that_the_figure_was_taken_on() -> None:
    digest = hashlib.sha256((SENTENCES / "held_out.tsv").read_bytes()).hexdigest()
    assert f"`{digest}`" in (SENTENCES / "README.md").read_text(encoding="utf-8"), (
        "a changed sentence or label asks for a new figure, and for a word in the README on what changed"
    )


@pytest.mark.parametrize(
    "text",
    ["class\ttitle\n", "class\ttitle\tsentence\nguesses\t\tA [1].\n", "class\ttitle\tsentence\nfails\tA.\n"],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tuning.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"columns|not a valid"):
        read_half("tuning", tmp_path)


# THE FIGURES


def test_precision_recall_and_f1_of_each_class() -> None:
    assert scores(PAIRS, REPLICATES) == pytest.approx((1.0, 3 / 4, 6 / 7))
    assert scores(PAIRS, FAILS) == pytest.approx((2 / 5, 1.0, 4 / 7))
    assert scores(PAIRS, MENTIONS) == (0.0, 0.0, 0.0)


def test_macro_f1_is_the_mean_of_all_six_classes() -> None:
    assert macro_f1(PAIRS) == pytest.approx((6 / 7 + 4 / 7) / 6)
    assert macro_f1(Counter({(label, label): 2 for label in EvidenceClass})) == 1.0


def test_the_interval_lies_around_the_figure_and_has_no_width_without_errors() -> None:
    low, high = interval(PAIRS)
    assert low < macro_f1(PAIRS) < high
    assert interval(Counter({(label, label): 24 for label in EvidenceClass})) == (1.0, 1.0)


def test_the_matrix_has_a_line_for_each_class_by_hand() -> None:
    line = next(line for line in confusion(PAIRS).splitlines() if line.startswith("mentions"))
    assert line.split() == ["mentions", "2"]
    assert line.index("2") < confusion(PAIRS).splitlines()[0].index("deploys")


def test_one_class_for_all_is_the_yardstick_of_chance() -> None:
    assert macro_f1(judge(TUNING, one_for_all)) == pytest.approx(2 / 7 / 6)


def test_the_rules_stay_as_good_on_the_half_that_they_were_tuned_on() -> None:
    assert macro_f1(judge(TUNING, by_rules)) >= FLOOR


def test_the_rules_are_better_than_keywords() -> None:
    assert macro_f1(judge(TUNING, by_rules)) > 1.2 * macro_f1(judge(TUNING, by_keywords))

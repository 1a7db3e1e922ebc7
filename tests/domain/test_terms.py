from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.terms import LONGEST_WORD, STOP_WORDS, Phrase, fold, terms_in


def shown(text: str) -> list[str]:
    return [term for _, term in terms_in(text)]


def keys(text: str) -> set[str]:
    return {key for key, _ in terms_in(text)}


def test_terms_are_words_and_neighbours_without_stop_words() -> None:
    assert shown("We propose the detection of anomalies with sparse attention.") == [
        "detection",
        "anomalies",
        "sparse",
        "sparse attention",
        "attention",
    ]


@pytest.mark.parametrize(
    "text", ["detection, transformers", "detection (transformers)", "detection of objects"]
)
def test_punctuation_and_stop_words_part_neighbours(text: str) -> None:
    assert all(" " not in term for term in shown(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("real-time", "real time"),
        ("detectors", "detector"),
        ("object queries", "object query"),
        ("quantisation", "quantization"),
        ("GPUs", "gpu"),
        ("losses", "loss"),
    ],
)
def test_two_ways_to_write_it_are_one_term(one: str, other: str) -> None:
    assert keys(one) & keys(other)


@pytest.mark.parametrize("word", ["bias", "series", "analysis", "robotics", "lens", "gas", "loss", "corpus"])
def test_a_singular_that_ends_in_s_stays(word: str) -> None:
    assert fold(word) == word


def test_small_counts_only_beside_another_word() -> None:
    assert shown("small objects") == ["small objects", "objects"]


def test_formulas_addresses_and_numbers_are_no_terms() -> None:
    assert shown(r"\mathcal x 2024 50 https://github.com/lab/detector pruning") == ["pruning"]


def test_a_monstrous_word_is_passed_over() -> None:
    assert shown("a" * 5000 + " pruning " + "[@click=app.quit]nice[/]") == [
        "pruning",
        "click",
        "app",
        "quit",
        "nice",
    ]


@given(st.text(max_size=300))
def test_any_text_gives_readable_terms(text: str) -> None:
    for key, term in terms_in(text):
        assert key and len(term) <= 2 * LONGEST_WORD + 1
        assert term not in STOP_WORDS
        assert not {"the", "of", "and"} & set(term.split())


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("small object", "Small-Objects everywhere"),
        ("quantization", "post-training quantisation"),
        ("pruning", "we prune"),
        ("prune", "pruned networks"),
        ("embed", "embedding tables"),
        ("anomaly", "anomalies"),
        ("vision  transformer", "vision\ntransformers"),
        ("C++", "in C++ and Rust"),
        ("GAN", "gans"),
    ],
)
def test_a_phrase_is_found_in_simple_inflection(phrase: str, text: str) -> None:
    assert Phrase(phrase).is_in(text.lower())
    assert Phrase(phrase).spans(text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("gan", "organ began"),
        ("rate", "a rat"),
        ("small object", "small, object"),
        ("small object", "small moving object"),
        ("detr", "detrimental"),
        ("", "anything"),
        ("!!!", "anything!!!"),
    ],
)
def test_a_phrase_is_not_found_inside_words_or_apart(phrase: str, text: str) -> None:
    assert not Phrase(phrase).is_in(text)
    assert Phrase(phrase).spans(text) == []


@given(st.text(max_size=40), st.text(max_size=200))
def test_spans_lie_in_the_text(phrase: str, text: str) -> None:
    assert all(0 <= start < end <= len(text) for start, end in Phrase(phrase).spans(text))


def test_a_phrase_marks_its_words_in_place() -> None:
    text = "Detecting small objects"
    assert [text[start:end] for start, end in Phrase("small object").spans(text)] == ["small objects"]

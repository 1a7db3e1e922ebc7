"""The filter of a list of citations: text to filter and back, what it shows, and how it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_filter import (
    INTENTS,
    MAX_LENGTH,
    NO_FILTER,
    CitationFilter,
    FilterWord,
    filter_words,
    matches,
    parse_filter,
)
from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.errors import UsageError
from tests.domain.citation_rows import citation, work

ROW = citation(
    work(7, "Small objects on drones", day=date(2023, 6, 15), decision="keep", code=True,
        author="Ada Lovelace", venue="CVPR"),
    influential=True,
    evidence=EvidenceClass.REPLICATES,
    intents=("methodology",),
)  # fmt: skip


def test_everything_at_once() -> None:
    text = 'since:2023 influential class:replicates intent:methodology code keywords library a "two words" -x'
    assert parse_filter(text) == CitationFilter(
        since=date(2023, 1, 1),
        influential=True,
        intents=frozenset(("methodology",)),
        classes=frozenset((EvidenceClass.REPLICATES,)),
        code=True,
        keywords=True,
        library=True,
        words=(FilterWord("a"), FilterWord("two words"), FilterWord("x", excluded=True)),
    )


def test_several_classes_mean_any_of_them() -> None:
    wanted = parse_filter("class:rep,fails class:deploys").classes
    assert wanted == {EvidenceClass.REPLICATES, EvidenceClass.FAILS, EvidenceClass.DEPLOYS}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", True), ("since:2023", True), ("since:2023-06-15", True), ("since:2023-06-16", False),
        ("influential", True), ("class:replicates", True), ("class:fails", False), ("class:fails,rep", True),
        ("intent:method", True), ("intent:result", False), ("code library", True), ("SMALL", True),
        ('"small objects"', True), ('"objects small"', False), ("lovelace cvpr", True), ("-drones", False),
        ("small -boats", True), ("keywords", False),
    ],
)  # fmt: skip
def test_what_is_shown(text: str, shown: bool) -> None:
    assert matches(ROW, parse_filter(text)) is shown


def test_keywords_are_those_of_the_works_that_have_some() -> None:
    assert matches(ROW, parse_filter("keywords"), {7})
    assert not matches(ROW, parse_filter("keywords"), {8})


@pytest.mark.parametrize(("year", "shown"), [(2023, True), (2022, False), (None, False)])
def test_a_year_alone_counts_for_all_of_it(year: int | None, shown: bool) -> None:
    assert matches(citation(work(year=year)), parse_filter("since:2023-09")) is shown


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("sinc:2023", "sinc:2023", "since:"), ("clas:fails", "clas:fails", "class:"),
        ("class:replikates", "class:replikates", "class:replicates"), ("class:zzz", "class:zzz", "mentions"),
        ("intent:r2", "intent:r2", "methodology"), ("since:2023-13", "since:2023-13", "since:2023-06"),
        ("since:soon", "since:soon", "since:2023"), ("class:", "class:", "class:replicates"),
        ("-code", "-code", '-"code"'), ("-since:2020", "-since:2020", "-survey"),
        ("http://x.org", "http://x.org", "Quote"), ('a "b', "quote", "since:2023"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_word_and_what_is_near(text: str, word: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_filter(text)
    assert word in refused.value.message
    assert hint in refused.value.hint


def test_a_filter_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError):
        parse_filter("x" * (MAX_LENGTH + 1))


TEXTS = st.text(st.sampled_from('ab -":,“”é'), max_size=12).map(lambda text: " ".join(text.split()))
FILTERS = st.builds(
    CitationFilter,
    since=st.none() | st.dates(date(1000, 1, 1), date(9999, 12, 31)),
    influential=st.booleans(),
    intents=st.frozensets(st.sampled_from(INTENTS)),
    classes=st.frozensets(st.sampled_from(EvidenceClass)),
    code=st.booleans(),
    keywords=st.booleans(),
    library=st.booleans(),
    words=st.lists(
        st.builds(
            FilterWord,
            (TEXTS | st.sampled_from(["code", "Library", "since:2020"])).filter(bool),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
)


@given(FILTERS)
def test_a_filter_in_words_is_the_same_filter(wanted: CitationFilter) -> None:
    assert parse_filter(filter_words(wanted)) == wanted


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        wanted = parse_filter(text)
    except UsageError:
        return
    assert parse_filter(filter_words(wanted)) == wanted


def test_no_filter_shows_everything_and_says_nothing() -> None:
    assert filter_words(NO_FILTER) == ""
    assert matches(citation(work()), NO_FILTER)

"""When two descriptions are of one work, and what they say together."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_matching import (
    arxiv_id_of_doi,
    last_name,
    merged,
    plain_doi,
    same_work,
    title_key,
)
from r2p_tui.domain.citations import IncomingWork

TITLE = "Deformable DETR: Deformable Transformers for End-to-End Object Detection"
AUTHORS = ("Xizhou Zhu", "Weijie Su")


def described(
    title: str = TITLE, authors: tuple[str, ...] = AUTHORS, year: int | None = 2020, **ids: str
) -> IncomingWork:
    return IncomingWork(title, authors=authors, year=year, **ids)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "DETRs Beat YOLOs on Real-time Object Detection",
            "detrs beat yolos on real time object  detection.",
        ),
        ("Über die Grundlagen", "Uber die Grundlagen"),
        (r"On $\ell_1$-norms and \emph{sparse} nets", "On ell1 norms and sparse nets"),
        (r"Na\"{\i}ve Sch\"{o}lkopf", "Naïve Schölkopf"),
        ("A<sub>2</sub>-Net &amp; friends", "A2 net friends"),
        ("ﬁne-tuning", "Fine Tuning"),
    ],
)
def test_spellings_of_a_title_have_one_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@given(st.text())
def test_a_key_is_its_own_key(title: str) -> None:
    key = title_key(title)
    assert title_key(key) == key
    assert key == " ".join(key.split())


@pytest.mark.parametrize(
    ("doi", "plain", "arxiv_id"),
    [
        ("https://doi.org/10.1109/CVPR.2017.106", "10.1109/cvpr.2017.106", None),
        ("10.48550/arXiv.2304.08069v2", "10.48550/arxiv.2304.08069v2", "2304.08069"),
        ("doi:10.48550/arXiv.math.GT/0309136", "10.48550/arxiv.math.gt/0309136", "math/0309136"),
        ("CVPR 2017", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_dois_are_plain_and_may_stand_for_arxiv_ids(
    doi: str | None, plain: str | None, arxiv_id: str | None
) -> None:
    assert (plain_doi(doi), arxiv_id_of_doi(doi)) == (plain, arxiv_id)


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Yian Zhao", "zhao"), ("Zhao, Yian", "zhao"), ("Bernhard Schölkopf", "scholkopf"),
        ("Sammy Davis Jr.", "davis"), ("Søren Kierkegård", "kierkegard"),
        ("L. van der Maaten", "maaten"), ("", ""),
    ],
)  # fmt: skip
def test_last_names_compare_without_accents(author: str, name: str) -> None:
    assert last_name((author,)) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (described(s2_id="a"), described("Another title", s2_id="a"), True),
        (described(arxiv_id="2010.04159"), described("Another", arxiv_id="2010.04159"), True),
        (described(arxiv_id="2010.04159"), described(arxiv_id="2010.04160"), False),
        (described(arxiv_id="2010.04159"), described(doi="10.1/x", year=2021), True),
        (described(), described(year=2022), False),
        (described(), described(authors=("Weijie Su",)), False),
        (described(authors=("Zhu, X.",)), described(), True),
        (described(), described(authors=()), False),
        (described("Mask R-CNN"), described("Mask R-CNN"), False),
        (described("Errata"), described("Errata"), False),
        (described(year=None), described(), True),
    ],
)
def test_one_work_shares_an_id_or_title_year_and_author(
    one: IncomingWork, other: IncomingWork, same: bool
) -> None:
    assert same_work(one, other) is same
    assert same_work(other, one) is same


def test_what_says_more_is_kept() -> None:
    preprint = IncomingWork(
        "T", s2_id="a", arxiv_id="2010.04159", authors=("X. Zhu",), venue="arXiv.org", citation_count=5
    )
    printed = IncomingWork(
        "", doi="10.1/x", authors=AUTHORS, year=2021, venue="ICLR", abstract="Long.", citation_count=3
    )
    both = merged(preprint, printed)
    assert both == IncomingWork(
        "T", s2_id="a", arxiv_id="2010.04159", doi="10.1/x", authors=AUTHORS, year=2021, venue="ICLR",
        abstract="Long.", citation_count=5,
    )  # fmt: skip


WORDS = st.sampled_from(["", "arXiv", "CVPR", "ICLR", "Some words"])
WORKS = st.builds(
    IncomingWork,
    title=WORDS,
    s2_id=st.sampled_from([None, "a", "b"]),
    doi=st.sampled_from([None, "10.1/a", "10.1/b"]),
    authors=st.sampled_from([(), ("A B",), ("A. B.", "C D"), ("Anna Bell",)]),
    year=st.sampled_from([None, 2020, 2021]),
    published_on=st.sampled_from([None, date(2020, 1, 1), date(2021, 5, 6)]),
    venue=WORDS,
    abstract=WORDS,
    citation_count=st.sampled_from([None, 0, 7]),
)


@given(WORKS, WORKS, WORKS)
def test_merging_does_not_depend_on_what_is_merged_first(
    one: IncomingWork, other: IncomingWork, third: IncomingWork
) -> None:
    assert merged(merged(one, other), third) == merged(one, merged(other, third))


@given(WORKS, WORKS)
def test_merging_forgets_nothing_and_again_changes_nothing(one: IncomingWork, other: IncomingWork) -> None:
    both = merged(one, other)
    assert merged(both, other) == both
    for each in fields(IncomingWork):
        known = (getattr(one, each.name), getattr(other, each.name))
        assert getattr(both, each.name) in known
        assert getattr(both, each.name) or not any(known)

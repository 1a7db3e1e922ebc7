"""The orders of a list of citations, and what the mix is made of."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_order import ORDERS, mix_of, ordered, velocity
from r2p_tui.domain.citations import Citation, EvidenceClass
from tests.domain.citation_rows import citation, work

TODAY = date(2026, 11, 1)
ROWS = st.lists(
    st.builds(
        lambda number, title, day, year, cited, influential, evidence, kept: citation(
            work(number, title, day=day, year=year, cited=cited, decision="keep" if kept else None),
            influential=influential,
            evidence=evidence,
        ),
        st.integers(1, 9),
        st.sampled_from(["Alpha", "beta", "Gamma"]),
        st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
        st.none() | st.integers(1990, 2030),
        st.none() | st.integers(0, 100_000),
        st.booleans(),
        st.sampled_from(EvidenceClass),
        st.booleans(),
    ),
    max_size=8,
)


@given(ROWS, st.sampled_from(ORDERS))
def test_an_order_loses_nothing_and_ordering_again_changes_nothing(rows: list[Citation], order: str) -> None:
    shown = ordered(rows, order, TODAY)
    assert sorted(map(repr, shown)) == sorted(map(repr, rows))
    assert ordered(shown, order, TODAY) == shown


@given(ROWS)
def test_the_mix_is_the_sum_of_what_explains_it_and_sorts(rows: list[Citation]) -> None:
    totals = []
    for row in ordered(rows, "mix", TODAY):
        mix = mix_of(row, TODAY)
        assert mix.total == pytest.approx(math.fsum(points for _, points in mix.parts))
        assert all(points > 0 for _, points in mix.parts)
        totals.append(mix.total)
    assert totals == sorted(totals, reverse=True)


def test_each_order_goes_by_its_name() -> None:
    old = citation(work(1, "Old", day=date(2020, 1, 1), cited=900))
    new = citation(work(2, "New", day=date(2026, 9, 1), cited=40))
    ours = citation(work(3, "Influenced", day=date(2023, 1, 1), cited=3), influential=True)
    unknown = citation(work(4, "Unknown"))
    rows = [unknown, old, ours, new]
    names = {order: [row.work.title for row in ordered(rows, order, TODAY)] for order in ORDERS}
    assert names == {
        "mix": ["New", "Influenced", "Old", "Unknown"],
        "influence": ["Influenced", "Old", "New", "Unknown"],
        "velocity": ["New", "Old", "Influenced", "Unknown"],
        "date": ["New", "Influenced", "Old", "Unknown"],
    }


def test_what_counts_as_much_stands_by_title() -> None:
    rows = [citation(work(number, title)) for number, title in ((1, "zeta"), (2, "Beta"), (3, "alpha"))]
    assert [row.work.title for row in ordered(rows, "influence", TODAY)] == ["alpha", "Beta", "zeta"]


@pytest.mark.parametrize(
    ("day", "year", "cited", "expected"),
    [
        (date(2025, 11, 1), None, 120, 10.0),
        (date(2026, 10, 30), None, 12, 12.0),
        (date(2027, 1, 1), None, 12, 12.0),
        (None, 2024, 160, 5.7),
        (None, 2026, 5, 1.0),
        (None, None, 12, None),
        (date(2025, 11, 1), None, None, None),
    ],
)
def test_citations_a_month(
    day: date | None, year: int | None, cited: int | None, expected: float | None
) -> None:
    speed = velocity(work(day=day, year=year, cited=cited), TODAY)
    assert speed == (None if expected is None else pytest.approx(expected, abs=0.06))


def test_the_mix_names_what_it_goes_by() -> None:
    row = citation(
        work(day=TODAY, cited=15, decision="keep"), influential=True, evidence=EvidenceClass.REPLICATES
    )
    assert mix_of(row, TODAY).parts == (
        ("influenced by it", 3.0),
        ("replicates", 3.0),
        ("15.0 citations a month", 2.0),
        ("new", 1.5),
        ("in your library", 1.0),
    )

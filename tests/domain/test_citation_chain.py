"""The chain of the most influential successors."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_chain import END_WORDS, Successor, evolve
from r2p_tui.domain.citations import EvidenceClass, Work
from tests.domain.citation_rows import work

ROOT = work(1, "Root", year=2020)


def titles(root: Work, edges: dict[int, list[Successor]]) -> list[str]:
    return [step.work.title for step in evolve(root, edges)]


def test_the_chain_follows_influence_before_fame() -> None:
    survey = Successor(work(2, "Survey", year=2022, cited=2000))
    heir = Successor(work(3, "Heir", year=2021, cited=90), True, EvidenceClass.EXTENDS)
    steps = evolve(ROOT, {1: [survey, heir], 3: []})
    assert [step.work.title for step in steps] == ["Root", "Heir"]
    assert steps[1].why == ("influenced by it", "extends it", "cited 90 times")
    assert [step.end for step in steps] == ["", "nothing newer"]


def test_a_chain_ends_where_nobody_looked() -> None:
    steps = evolve(ROOT, {1: [Successor(work(2, "Next", year=2021))]})
    assert steps[-1].end == "not looked"
    assert steps[-1].why == ("cites it",)
    assert evolve(ROOT, {})[0].end == "not looked"
    assert END_WORDS["not looked"]


def test_a_step_is_not_older_than_the_one_before() -> None:
    root = work(1, "Root", day=date(2020, 5, 26))
    earlier = Successor(work(2, "Earlier", day=date(2020, 5, 25), cited=999))
    same_year = Successor(work(3, "Same year", year=2020))
    undated = Successor(work(4, "Undated", cited=999))
    assert titles(root, {1: [earlier, same_year, undated], 3: []}) == ["Root", "Same year"]


def test_citing_each_other_is_no_cycle() -> None:
    one, other = work(1, "One", year=2020), work(2, "Other", year=2020)
    assert titles(one, {1: [Successor(other)], 2: [Successor(one)]}) == ["One", "Other"]


def test_a_long_chain_is_cut_and_says_so() -> None:
    edges = {number: [Successor(work(number + 1, year=2020))] for number in range(1, 50)}
    steps = evolve(ROOT, edges, longest=5)
    assert len(steps) == 5
    assert steps[-1].end == "long enough"


@given(
    st.dictionaries(
        st.integers(1, 8),
        st.lists(
            st.builds(
                lambda number, year, cited, influential: Successor(
                    work(number, year=year, cited=cited), influential
                ),
                st.integers(1, 8),
                st.none() | st.integers(2015, 2025),
                st.none() | st.integers(0, 999),
                st.booleans(),
            ),
            max_size=6,
        ),
    )
)  # fmt: skip
def test_each_step_is_stored_not_older_and_stands_once(edges: dict[int, list[Successor]]) -> None:
    steps = evolve(ROOT, edges)
    ids = [step.work.work_id for step in steps]
    assert len(set(ids)) == len(ids)
    assert [bool(step.end) for step in steps] == [False] * (len(steps) - 1) + [True]
    for before, after in pairwise(steps):
        assert after.work in [each.work for each in edges[before.work.work_id]]
        assert (after.work.year or 0) >= (before.work.year or 0)
    assert (steps[-1].end == "not looked") == (ids[-1] not in edges)

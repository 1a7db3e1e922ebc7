"""The walk through citations without a screen, and the bars of a timeline."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from r2p_tui.domain.citations import Citation, Direction, EvidenceClass, Work
from r2p_tui.services.citations import LookState, Node
from r2p_tui.tui.citation_walk import Walk
from r2p_tui.tui.widgets.citation_list import citation_cells
from r2p_tui.tui.widgets.month_bars import LETTERS, columns_of

from .conftest import NOW

WORKS = [Work(number, "", f"Work {number}", citation_count=number * 10) for number in range(6)]


def citation(work: Work) -> Citation:
    return Citation(work.work_id, 0, work, True, (), 1, EvidenceClass.EXTENDS, True, NOW)


def node(number: int, *opened: int, direction: Direction = "citations", rows: int = 3) -> Node:
    look = LookState("done", rows, rows, NOW)
    edges = [citation(WORKS[1])] * rows
    return Node(WORKS[number], direction, edges, look, tuple(WORKS[one] for one in opened))


def shown(walk: Walk) -> list[tuple[int, ...]]:
    return [branch.ids for branch in walk.branches()]


def test_only_the_way_to_here_is_open() -> None:
    walk = Walk(WORKS[0])
    walk.learn(walk.key, node(0, 1, 2))
    walk.enter(WORKS[1])
    walk.learn(walk.key, node(1, 2, 3))
    walk.enter(WORKS[3])
    assert shown(walk) == [(0,), (0, 1), (0, 1, 2), (0, 1, 3), (0, 2)]
    walk.go((0, 2))
    assert shown(walk) == [(0,), (0, 1), (0, 2)]
    assert [branch.work.work_id for branch in walk.trail()] == [0, 2]


def test_a_work_on_the_way_is_gone_back_to_and_never_repeated_below_itself() -> None:
    walk = Walk(WORKS[0])
    for number in (1, 2):
        walk.enter(WORKS[number])
    walk.learn(walk.key, node(2, 0, 1, 4))
    assert (0, 1, 2, 0) not in shown(walk) and (0, 1, 2, 4) in shown(walk)
    walk.enter(WORKS[1])
    assert walk.here == (0, 1)
    assert walk.up() and not walk.up()


def test_a_node_goes_the_way_its_parent_goes_until_it_is_turned() -> None:
    walk = Walk(WORKS[0])
    walk.turn()
    walk.enter(WORKS[1])
    assert walk.key == (1, "references")
    walk.turn()
    assert walk.key == (1, "citations")
    walk.up()
    assert walk.key == (0, "references")


def test_a_count_is_what_is_stored_else_what_a_service_counts() -> None:
    walk = Walk(WORKS[2])
    assert [branch.leads_to for branch in walk.branches()] == [20]
    walk.learn(walk.key, node(2, rows=3))
    assert [branch.leads_to for branch in walk.branches()] == [3]
    walk.turn()
    assert [branch.leads_to for branch in walk.branches()] == [None]


@given(st.integers(20, 200), st.text(max_size=80), st.booleans())
def test_a_row_is_as_wide_as_its_list(width: int, title: str, has_code: bool) -> None:
    work = WORKS[1]._replace(title=title, year=2024, has_code=has_code, decision="keep", looked_at=NOW)
    cells = citation_cells(citation(work), width, NOW.date())
    assert sum(cell_len(text) for text, _ in cells) == width


@given(st.integers(1, 700), st.integers(1, 120))
def test_bars_fit_and_lose_no_citation(count: int, room: int) -> None:
    months = [(date(1970 + number // 12, number % 12 + 1, 1), number % 7) for number in range(count)]
    columns, step = columns_of(months, [months[0][0], months[-1][0]], room)
    assert len(columns) <= max(room, 1) or step == 600
    lengths = [min(step, count - start) for start in range(0, count, step)]
    total = sum(column.height * length for column, length in zip(columns, lengths, strict=True))
    assert round(total) == sum(count for _, count in months)
    assert columns[0].letter == LETTERS[0]

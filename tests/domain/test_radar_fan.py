"""The plot of the radar: where numbers stand, and rows that are always as wide as asked for."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.cell_text import display_width, fill
from r2p_tui.domain.radar import Movement, Ring
from r2p_tui.domain.radar_fan import LEAST_HEIGHT, LEAST_WIDTH, MARKS, Blip, Fan, blips_of, fan
from tests.formats.techniques import QUADRANTS, RADAR, SINCE

RINGS = (Ring.ADOPT, Ring.TRIAL, Ring.ASSESS, Ring.HOLD)


def some_blips(count: int, seed: int = 1, rings: tuple[Ring, ...] = tuple(Ring)) -> list[Blip]:
    chance = random.Random(seed)
    places = sorted((list(Ring).index(chance.choice(rings)), chance.randrange(4)) for _ in range(count))
    return [
        Blip(number, number, f"Technique {number}", list(Ring)[ring], quadrant, chance.choice(list(Movement)))
        for number, (ring, quadrant) in enumerate(places, 1)
    ]


def text_of(drawn: Fan) -> list[str]:
    return ["".join(span.text for span in row) for row in drawn.rows]


def places_of(drawn: Fan) -> dict[int, tuple[int, int]]:
    """Row and first column of each number."""
    found = {}
    for row, spans in enumerate(drawn.rows):
        column = 0
        for span in spans:
            if span.number:
                assert span.number not in found
                found[span.number] = (row, column)
            column += display_width(span.text)
    return found


def test_numbers_go_by_ring_quadrant_and_name_and_movement_is_marked() -> None:
    blips = blips_of(RADAR, QUADRANTS, SINCE, frozenset({2}))
    assert [(blip.number, blip.name, blip.label) for blip in blips] == [
        (1, "Quantization-aware training", "1"),
        (2, "RT-DETR", "2▲"),
        (3, "Copy-paste augmentation", "3●"),
        (4, "TensorRT", "4▼"),
        (5, "Deformable attention", "5▼"),
    ]
    assert [blip.stale for blip in blips] == [True, False, False, False, False]


def test_a_quadrant_that_the_settings_no_longer_name_is_drawn_all_the_same() -> None:
    strange = replace(RADAR[0], quadrant="Gone")
    [blip] = blips_of([strange], QUADRANTS, SINCE)
    assert blip.quadrant == 3
    assert blip.number in places_of(fan([blip], QUADRANTS, 80, 20))


@given(st.integers(0, 40), st.integers(1, 3), st.integers(LEAST_WIDTH, 200), st.integers(LEAST_HEIGHT, 50))
def test_rows_have_their_size_and_every_number_stands_once_or_is_told_of(
    count: int, seed: int, width: int, height: int
) -> None:
    blips = some_blips(count, seed)
    drawn = fan(blips, QUADRANTS, width, height)
    assert not drawn.is_table
    assert len(drawn.rows) == height
    assert {display_width(row) for row in text_of(drawn)} == {width}
    assert sorted([*places_of(drawn), *drawn.hidden]) == [blip.number for blip in blips]
    assert drawn == fan(blips, QUADRANTS, width, height)


@pytest.mark.parametrize(("width", "height"), [(60, 14), (80, 22), (118, 30)])
def test_a_number_stands_in_the_field_of_its_ring_and_quadrant(width: int, height: int) -> None:
    """Further out for each ring, from left to right by quadrant: measured at the cells that are drawn."""
    blips = [
        Blip(4 * ring + quadrant + 1, 1, "x", RINGS[ring], quadrant, Movement.NONE)
        for ring in range(4)
        for quadrant in range(4)
    ]
    drawn = fan(blips, QUADRANTS, width, height)
    places = places_of(drawn)
    bottom, middle = height - 3, (width - 1) / 2
    for quadrant in range(4):
        far = []
        for ring in range(4):
            row, column = places[4 * ring + quadrant + 1]
            x, y = (column - middle) / (width / 2), (bottom - row) / (height - 3)
            angle = math.degrees(math.atan2(y, -x))
            assert 45 * quadrant - 8 <= angle <= 45 * quadrant + 53
            far.append(math.hypot(x, y))
        assert far == sorted(far)


def test_thirty_techniques_fit_where_a_terminal_is_small() -> None:
    assert fan(some_blips(30), QUADRANTS, 60, 14).hidden == ()
    assert fan(some_blips(60), QUADRANTS, 100, 26).hidden == ()


def test_no_number_touches_another_where_there_is_room() -> None:
    drawn = fan(some_blips(24), QUADRANTS, 100, 26)
    for row in drawn.rows:
        for left, right in pairwise(row):
            assert not (left.number and right.number)


def test_skipped_ones_stand_in_a_line_of_their_own_and_are_counted_where_it_ends() -> None:
    drawn = fan(some_blips(5, rings=(Ring.SKIP,)), QUADRANTS, 60, 14)
    assert text_of(drawn)[-1].startswith("SKIP 1")
    assert drawn.hidden == ()
    many = fan(some_blips(60, rings=(Ring.SKIP,)), QUADRANTS, 60, 14)
    assert text_of(many)[-1].endswith(f" +{len(many.hidden)} had no room")


@pytest.mark.parametrize("count", [120, 300])
@pytest.mark.parametrize("rings", [tuple(Ring), RINGS])
def test_the_plot_says_how_many_numbers_had_no_room(count: int, rings: tuple[Ring, ...]) -> None:
    drawn = fan(some_blips(count, rings=rings), QUADRANTS, 60, 14)
    assert drawn.hidden
    assert text_of(drawn)[-1].endswith(f" +{len(drawn.hidden)} had no room")


def test_the_stale_are_told_apart() -> None:
    blips = [blip._replace(stale=blip.number == 2) for blip in some_blips(3)]
    roles = {span.number: span.role for row in fan(blips, QUADRANTS, 80, 20).rows for span in row}
    assert (roles[1], roles[2]) == ("blip", "stale")


def test_names_of_rings_and_quadrants_stand_around_it() -> None:
    for width, height in ((60, 14), (100, 26)):
        rows = text_of(fan([], QUADRANTS, width, height))
        assert rows[0].split() == list(QUADRANTS)
        assert rows[-2].split() == ["HOLD", "ASSESS", "TRIAL", "ADOPT", "ADOPT", "TRIAL", "ASSESS", "HOLD"]
    wide = text_of(fan([], ("検出モデル" * 5, "データ", "訓練", "配備"), 60, 14))
    assert {display_width(row) for row in wide} == {60}
    assert "…" in wide[0]


@given(st.integers(0, 30), st.integers(1, 59), st.integers(1, 13))
def test_a_table_by_ring_stands_where_arcs_have_no_room(count: int, width: int, height: int) -> None:
    blips = some_blips(count)
    drawn = fan(blips, QUADRANTS, width, height)
    assert drawn.is_table
    assert {display_width(row) for row in text_of(drawn)} == {max(width, 5)}
    assert len(drawn.rows) == max(height, 2)
    shown = {span.number for row in drawn.rows for span in row if span.number}
    assert sorted([*shown, *drawn.hidden]) == [blip.number for blip in blips]


def test_the_table_names_its_techniques() -> None:
    rows = text_of(fan(some_blips(9), QUADRANTS, 59, 13))
    assert rows[0].split() == list(Ring)
    assert "Techn" in rows[1]
    full = text_of(fan(some_blips(30, rings=(Ring.HOLD,)), QUADRANTS, 59, 5))
    assert "+27 more" in full[-1]


def test_every_mark_is_one_cell() -> None:
    assert all(display_width(mark) == 1 for mark in MARKS.values() if mark)
    assert len(set(MARKS.values())) == len(MARKS)


@given(st.text(max_size=20), st.integers(0, 12))
def test_text_is_filled_to_its_cells(text: str, width: int) -> None:
    assert display_width(fill(text, width)) == width

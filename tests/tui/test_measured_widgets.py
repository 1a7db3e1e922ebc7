"""What the parts of a measurement draw: bars, marks and places, whatever the values are."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content

from r2p_tui.domain.measurements import Change, Goal, Interval
from r2p_tui.tui import measurement_faces as faces
from r2p_tui.tui import measurement_words as words
from r2p_tui.tui.widgets.bar_list import bar
from r2p_tui.tui.widgets.change_bars import HERE, SURE, UNSURE, ZERO, ChangeFace, drawn_change
from r2p_tui.tui.widgets.fact_sheet import Fact, FactSheet, title_fact
from r2p_tui.tui.widgets.pareto_plot import ParetoPlot, ParetoPoint, pareto_sentences
from tests.made_measurements import made_benchmark, made_quantization

SIZES = st.floats(-30, 30).map(lambda value: round(value, 3))
ROOMS = st.integers(12, 80)


def face(low: float, middle: float, high: float, minimum: float = 1.0) -> ChangeFace:
    return ChangeFace("a", "a", difference=middle, low=low, high=high, minimum=minimum, tone="worse")


def drawn(change: ChangeFace, room: int, ends: tuple[float, float] = (-30.0, 30.0)) -> str:
    return "".join(text for text, _ in drawn_change(change, ends, room))


@given(st.lists(SIZES, min_size=3, max_size=3).map(sorted), ROOMS)
def test_a_bar_is_solid_only_between_no_change_and_its_interval(values: list[float], room: int) -> None:
    low, middle, high = values
    line = drawn(face(low, middle, high), room)
    assert len(line) == room and line.count(HERE) == 1
    if low <= 0 <= high:
        assert SURE not in line, "an interval that holds no change is sure of nothing"
    zero = round((0 + 30) / 60 * (room - 1))
    assert line[zero] in (ZERO, HERE, UNSURE)
    for place, sign in enumerate(line):
        if sign == SURE:
            assert (place < zero) == (high < 0)


def test_a_bar_shows_what_is_sure() -> None:
    assert drawn(
        face(-20, -15, -10), 61
    ) == "          ░░░░░●░░░░░█████████│┊                             ".ljust(61)
    assert drawn(face(-5, 2, 9), 61).strip() == "░░░░┊│┊●░░░░░░░".replace("┊", "░")


def test_a_change_that_is_not_there_has_no_bar() -> None:
    line = drawn(ChangeFace("a", "a"), 21)
    assert line.strip() == ZERO and len(line) == 21


@given(st.floats(0, 1), ROOMS)
def test_a_share_is_a_bar_that_can_be_seen(share: float, room: int) -> None:
    text = bar(share, room)
    assert cell_len(text) == room and (text.strip() != "") == (share > 0)
    assert text.count("█") == int(max(round(share * room * 8), share > 0) // 8)


POINTS = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 90)), min_size=1, max_size=8)


@given(POINTS)
def test_every_variant_is_on_the_front_or_beaten_by_one_that_is(values: list[tuple[int, int]]) -> None:
    made = made_quantization()
    one = next(variant for variant in made.measured)
    assert one.latency and one.accuracy
    variants = tuple(
        replace(one, variant=f"v{place}", latency=replace(one.latency, p50=float(x)),
                accuracy=replace(one.accuracy, map50_95=y / 100))
        for place, (x, y) in enumerate(values)
    )  # fmt: skip
    points = faces.pareto_points(replace(made, variants=variants))
    said = list(pareto_sentences(points))
    assert sum(sentence.count(" is beaten by ") for sentence in said) == sum(
        not one.on_front for one in points
    )
    assert sum(point.is_knee for point in points) <= 1
    for point in points:
        better = [other for other in points if other.x <= point.x and other.y >= point.y
                  and (other.x, other.y) != (point.x, point.y)]  # fmt: skip
        assert point.on_front == (not better)


def test_without_any_accuracy_there_is_no_front() -> None:
    assert list(pareto_sentences([])) == ["No variant has both a latency and an accuracy."]
    point = ParetoPoint("a", "A", "a", 0, 4.0, 60.0, on_front=True)
    assert list(pareto_sentences([point])) == ["Not beaten by any other: a A (4.00 ms, 60.0 %)."]


@pytest.mark.parametrize("width", [40, 60, 67, 68, 76, 80, 100, 112, 120, 200])
def test_the_columns_leave_room_for_the_name(width: int) -> None:
    assert sum(abs(column.width) for column in faces.table_columns(width)) <= width - 12


def test_facts_stand_beside_their_words() -> None:
    facts = [title_fact("OpenVINO INT8", "[b]not bold"), Fact("speed", "one two three four five", mark="▲")]
    lines = str(FactSheet()._content(30)).splitlines()
    assert lines == []
    sheet = FactSheet()
    sheet._facts = facts
    first, second, third = str(sheet._content(30)).splitlines()
    assert first == "OpenVINO INT8  [b]not bold" and second.startswith("speed      ▲ one two")
    assert third.startswith(" " * 11) and isinstance(sheet._content(30), Content)


def test_a_scenario_that_brought_the_times_of_a_variant_is_drawn_once() -> None:
    assert faces.with_latency(made_benchmark()) == ["onnxruntime-fp32", "server"]
    shown = faces.times_of(made_benchmark(), "server", ())
    assert [(one.name, one.is_chosen) for one in shown] == [("ONNX Runtime fp32", False), ("server", True)]


def goal(met: bool | None, speed_up: float | None = 1.2) -> Goal:
    change = Change(
        verdict="worse", difference=-2.0, interval=Interval(-2.5, -1.5), minimum=1.0, unit="pt", sentence="s"
    )
    return Goal(
        met=met, best_float="onnxruntime-fp32", best_int8="openvino-int8", speed_up=speed_up,
        speed_up_interval=None, accuracy=change, sentence="The whole sentence.",
    )  # fmt: skip


def test_a_goal_is_told_short_where_there_is_little_room() -> None:
    made = made_quantization()
    pair = "OpenVINO INT8 is 1.20x as fast as ONNX Runtime fp32, mAP -2.0 pt (-2.5 to -1.5)."
    assert words.headline(replace(made, goal=goal(False)), short=True).plain == f"✗ Goal not met: {pair}"
    assert words.headline(replace(made, goal=goal(False))).plain == "✗ The whole sentence."
    assert words.headline(replace(made, goal=goal(None)), short=True).plain == "? The whole sentence."
    assert words.headline(replace(made, goal=goal(True, None)), short=True).plain == "✓ The whole sentence."


def test_without_a_goal_the_best_variant_is_told() -> None:
    made = replace(made_quantization(), goal=None)
    assert words.headline(made).plain == (
        "OpenVINO INT8 is 1.66 times as fast as ONNX Runtime fp32, mAP -0.5 pt (-0.8 to -0.2)."
    )
    only = replace(made, against=(), variants=made.variants[:1])
    assert words.headline(only).plain == "PyTorch fp32: p50 11.9 ms."
    early = replace(only, variants=(replace(only.variants[0], latency=None),))
    assert words.headline(early).plain == "PyTorch fp32: mAP50-95 76.7 %."
    assert words.headline(replace(only, variants=())).plain == "Nothing has run."


# --- names in the Pareto plot -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(58, 14), (100, 26)])
async def test_no_name_stands_beside_the_letter_of_another(size: tuple[int, int]) -> None:
    """Close together as measured: j and f a cell apart, h and e, a and d."""
    places = {"a": (25.7, 59.5), "d": (31.0, 59.5), "e": (16.4, 59.5), "f": (9.65, 58.4), "h": (15.1, 59.5),
              "i": (7.92, 59.48), "j": (6.58, 59.1), "b": (128.0, 59.3)}  # fmt: skip
    names = {letter: f"name of {letter}" for letter in places}
    points = [
        ParetoPoint(letter, names[letter], letter, slot, *at, on_front=letter in "ij")
        for slot, (letter, at) in enumerate(places.items())
    ]

    class Drawing(App[None]):
        def compose(self) -> ComposeResult:
            yield ParetoPlot()

    async with Drawing().run_test(size=size) as pilot:
        plot = pilot.app.query_one(ParetoPlot)
        plot.show(points, "j")
        await pilot.pause()
        lines = [plot.render_line(line).text for line in range(plot.size.height)]
    told = [(line, match) for line in lines for match in re.finditer(r"name of (\w)", line)]
    assert len(told) >= 4
    for line, match in told:
        beside = line[max(match.start() - 2, 0) : match.start()] + line[match.end() : match.end() + 2]
        assert {sign for sign in beside if sign in places} <= {match[1]}, line
    bare = [re.sub(r"name of \w", " " * 9, line) for line in lines]
    rows = {sign: {n for n, line in enumerate(bare[1:-2]) if sign in line} for sign in "adeh"}
    assert len(set(map(frozenset, rows.values()))) == 1, "the same accuracy stands in the same row"

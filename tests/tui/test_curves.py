"""Curves as they grow and as they are drawn; the log beside them stays small."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from r2p_tui.domain.curves import smoothed
from r2p_tui.tui.growing_curve import GrowingCurve, Stretch
from r2p_tui.tui.run_words import sparkline
from r2p_tui.tui.theme import EVERY_THEME
from r2p_tui.tui.widgets.curve_canvas import (
    Canvas,
    across_ticks,
    frame_of,
    logarithms,
    upward_ticks,
)
from r2p_tui.tui.widgets.curve_plot import CurvePlot, PlotFace, Series
from r2p_tui.tui.widgets.log_pane import LINES_KEPT, LogLines, LogPane


def grown(values: list[float]) -> GrowingCurve:
    curve = GrowingCurve()
    for x, y in enumerate(values, 1):
        curve.add(x, y)
    return curve


def heights(parts: list[Stretch]) -> list[float]:
    return [y for part in parts for y in part.ys]


class PlotApp(App[None]):
    """A plot and nothing else."""

    def __init__(self, face: PlotFace) -> None:
        super().__init__()
        self.face = face

    def compose(self) -> ComposeResult:
        yield CurvePlot()
        yield LogPane()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EVERY_THEME

    def on_mount(self) -> None:
        self.query_one(LogPane).display = False
        self.query_one(CurvePlot).show(self.face)


async def picture(face: PlotFace, size: tuple[int, int] = (60, 16)) -> list[str]:
    app = PlotApp(face)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        plot = app.query_one(CurvePlot)
        return [plot.render_line(line).text for line in range(plot.size.height)]


def face(*curves: list[float], **options: Any) -> PlotFace:
    series = [Series(slot, f"#{slot} run", grown(values), False) for slot, values in enumerate(curves)]
    return PlotFace(title="map50", curves=tuple(series), **options)


# Growing


def test_no_spike_is_lost_among_many_points() -> None:
    values = [math.sin(number / 1000) for number in range(100_000)]
    values[77_777], values[12_345] = 9.0, -9.0
    curve = grown(values)
    parts = curve.stretches(100)
    assert len(heights(parts)) <= 2 * 100 + 2
    assert max(heights(parts)) == 9.0 and min(heights(parts)) == -9.0
    assert curve.best(lowest=False) == (77_778, 9.0)


def test_points_that_come_later_are_drawn_too() -> None:
    curve = grown([0.0] * 10_000)
    curve.stretches(50)
    for x in range(10_001, 10_101):
        curve.add(x, 5.0)
    assert curve.stretches(50)[-1].xs[-1] == 10_100
    assert max(heights(curve.stretches(50))) == 5.0


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=300),
    st.lists(st.integers(1, 80), max_size=4),
    st.sampled_from([0.6, 0.9]),
)
def test_smoothing_step_by_step_equals_smoothing_at_once(
    values: list[float], looks: list[int], weight: float
) -> None:
    curve, rest = GrowingCurve(), list(enumerate(values))
    for look in [*looks, len(values)]:
        for x, y in rest[:look]:
            curve.add(x, y)
        rest = rest[look:]
        curve.stretches(1000, weight=weight)
    expected = [value for value in smoothed(values, weight) if math.isfinite(value)]
    assert heights(curve.stretches(1000, weight=weight)) == pytest.approx(expected)


def test_a_value_that_is_no_number_is_a_gap() -> None:
    parts = grown([1.0, 2.0, math.nan, math.inf, 3.0]).stretches(40)
    assert [list(part.xs) for part in parts] == [[1, 2], [5]]


def test_a_range_is_seen_as_closely_as_the_whole() -> None:
    curve = grown([float(number % 7) for number in range(50_000)])
    parts = curve.stretches(60, first=20_000, last=20_020)
    assert list(parts[0].xs) == list(range(20_000, 20_021))


def test_points_out_of_order_are_put_in_order() -> None:
    curve = GrowingCurve()
    for x, y in ((3, 30.0), (1, 10.0), (2, 20.0)):
        curve.add(x, y)
    assert list(curve.stretches(10)[0].ys) == [10.0, 20.0, 30.0]


def test_what_is_not_above_zero_has_no_logarithm() -> None:
    parts = logarithms([Stretch([1, 2, 3, 4], [10.0, 0.0, -1.0, 100.0])])
    assert [(list(part.xs), list(part.ys)) for part in parts] == [([1], [1.0]), ([4], [2.0])]


# Drawing


def test_a_line_has_no_holes() -> None:
    curve = [Stretch([0, 1, 2], [0.0, 10.0, 3.0])]
    frame = frame_of([curve], log=False)
    assert frame is not None
    canvas = Canvas(30, 10, frame)
    canvas.draw(curve, 0, "a")
    cells = "".join(text for row in range(10) for text, _ in canvas.row(row))
    columns = [[cells[row * 30 + column] for row in range(10)] for column in range(30)]
    assert all(any(cell != " " for cell in column) for column in columns)


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5, 0.5], [1e-9, 2e-9], [1e12, 3e12], [-5.0, 5.0]])
async def test_every_range_can_be_drawn(values: list[float]) -> None:
    lines = await picture(face(values))
    assert any("⠀" < sign <= "⣿" or sign == "a" for line in lines[1:-2] for sign in line)


@pytest.mark.parametrize(
    "values", [[1e-310, 0.0], [-1e308, 1e308], [1.7e308], [5e-324], [-5e-324, 5e-324, 0.0], [1.0, 1.7e308]]
)
@pytest.mark.parametrize("log", [False, True])
async def test_the_ends_of_what_a_float_holds_can_be_drawn(values: list[float], log: bool) -> None:
    lines = await picture(face(values, log=log))
    assert "run: " in lines[-1]


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, max_size=60), st.booleans(), st.sampled_from([0.0, 0.6]))
def test_whatever_is_finite_is_drawn(values: list[float], log: bool, weight: float) -> None:
    parts = grown(values).stretches(40, weight=weight)
    parts = logarithms(parts) if log else parts
    frame = frame_of([parts], log=log)
    if frame is None:
        assert not any(parts)
        return
    canvas = Canvas(40, 10, frame)
    canvas.draw(parts, 0, "a")
    cells = [text for row in range(10) for text, _ in canvas.row(row)]
    assert sum(map(len, cells)) == 400 and any("a" in text for text in cells)
    assert all(0 <= canvas.row_of(place) < 10 for place, _ in upward_ticks(frame, 10))
    assert all(0 <= canvas.column_of(place) < 40 for place, _ in across_ticks(frame, 40))


@given(st.lists(finite, min_size=1, max_size=20))
def test_whatever_is_finite_has_a_small_curve(values: list[float]) -> None:
    assert len(sparkline(values, 8)) == min(len(values), 8)


async def test_axes_have_names_and_curves_have_letters_and_words() -> None:
    lines = await picture(face([0.1, 0.5, 0.4], [0.2, 0.3, 0.35], unit="%"))
    assert lines[0].startswith("map50, %")
    assert any(line.rstrip().endswith("epoch") for line in lines)
    assert lines[-2].startswith(" a #0 run: 0.40 at epoch 3, best 0.50 at epoch 2")
    assert lines[-1].startswith(" b #1 run: 0.35 at epoch 3")
    assert any(line.rstrip().endswith("a") for line in lines[1:-4])


async def test_numbers_stand_under_their_place_on_the_axis() -> None:
    lines = await picture(face([float(number) for number in range(41)]))
    rule = next(number for number, line in enumerate(lines) if "└" in line)
    marks = [place for place, sign in enumerate(lines[rule]) if sign == "┬"]
    assert marks and all(lines[rule + 1][place].isdigit() for place in marks[:-1])


async def test_a_log_scale_tells_what_it_leaves_out() -> None:
    lines = await picture(face([1.0, 0.0, 100.0], log=True), (100, 16))
    assert "values that are not above 0 are left out" in lines[0]
    assert any(line.split("┤")[0].strip() == "10" for line in lines)


async def test_a_plot_without_anything_says_why() -> None:
    assert "No numbers yet." in (await picture(PlotFace(empty="No numbers yet.")))[1]
    assert "0 shows all" in (await picture(face([1.0, 2.0], first=50)))[1]
    assert "L goes back" in (await picture(face([-1.0, 0.0], log=True)))[1]
    assert "0 shows all" in (await picture(face([1.0, 2.0], log=True, first=50)))[1]


@pytest.mark.parametrize(
    ("width", "metric", "legend"),
    [
        (60, "", " a #12 a name that…: 42.00 at epoch 2, best 67.00 at epoch 1"),
        (50, "", " a #12 a name that is longer th…: 42.00 at epoch 2"),
        (40, "", " a #12 a name that is…: 42.00 at epoch 2"),
        (60, "loss", " a #12 a name… loss: 42.00 at epoch 2, best 67.00 at epoch 1"),
        (22, "", " a #12 a n…: 42.00 at…"),
    ],
)
async def test_a_name_gives_way_to_numbers(width: int, metric: str, legend: str) -> None:
    series = Series(0, "#12 a name that is longer than that", grown([67.0, 42.0]), False, metric=metric)
    lines = await picture(PlotFace(title="map50", curves=(series,)), (width, 16))
    assert lines[-1].rstrip() == legend


async def test_there_is_a_word_where_there_is_no_room() -> None:
    lines = await picture(face([0.1, 0.2]), (40, 5))
    assert "no room" in lines[1] and "0.20 at epoch 2" in lines[-1]


# The log


def test_a_log_keeps_its_last_lines_only() -> None:
    lines = LogLines()
    for start in range(0, 10_000, 100):
        lines.add(f"line {number}" for number in range(start, start + 100))
    kept, before = lines.seen()
    assert len(kept) == LINES_KEPT and before == 10_000 - LINES_KEPT
    assert kept[-1] == "line 9999"


def test_a_log_is_cleaned_and_long_lines_are_cut() -> None:
    lines = LogLines()
    lines.add(["\x1b[31mred\ttab", "x" * 5_000_000])
    kept, _ = lines.seen()
    assert "\x1b" not in kept[0] and "\t" not in kept[0]
    assert len(kept[1]) == 2_000


async def test_a_look_back_keeps_its_place_when_old_lines_go() -> None:
    app, lines = PlotApp(PlotFace()), LogLines(kept=50)
    lines.add(f"line {number}" for number in range(50))
    async with app.run_test(size=(40, 20)) as pilot:
        pane = app.query_one(LogPane)
        pane.display = True
        await pilot.pause()
        pane.show(lines)
        await pilot.pause()
        pane.action_move(-10)
        await pilot.pause()
        top = pane.render_line(0).text
        lines.add(f"line {number}" for number in range(50, 60))
        pane.show(lines)
        await pilot.pause()
        assert pane.render_line(0).text == top
        lines.add(f"line {number}" for number in range(60, 160))
        pane.show(lines)
        await pilot.pause()
        assert pane.render_line(0).text.strip() == "line 110"

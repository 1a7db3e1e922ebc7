"""Curves in the terminal: the canvas, and `r2p plot`."""

from __future__ import annotations

import io
import json
import math
import re
import sys
from typing import Any

import pytest

from r2p_tui.cli.plot_drawing import Curve, Look, Place, draw
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import append_line, point_line, run_folder
from r2p_tui.services.desk import Desk
from tests.cli.conftest import NOW, Run
from tests.cli.finished_runs import put_run

RISING = [(float(x), x / 10) for x in range(1, 11)]
FALLING = [(x, 1.1 - y) for x, y in RISING]


def ink(line: str) -> int:
    return sum("⠀" < sign <= "⣿" for sign in line)


def body(lines: list[str]) -> list[str]:
    """What stands right of the vertical axis, from above."""
    return [line.partition("┤")[2] or line.partition("│")[2] for line in lines if "┤" in line or "│" in line]


def upwards(lines: list[str]) -> list[str]:
    return [line.partition("┤")[0].strip() for line in lines if "┤" in line]


def test_a_rising_curve_rises_from_corner_to_corner() -> None:
    rows = body(draw([Curve("", RISING)], Look(60, 14)))
    starts = [len(row) - len(row.lstrip()) for row in rows if row]
    assert starts == sorted(starts, reverse=True)
    assert (starts[-1], len(rows[0])) == (0, max(map(len, rows)))


@pytest.mark.parametrize(("width", "height"), [(24, 6), (40, 10), (80, 18), (200, 60), (1, 1)])
def test_a_plot_is_as_large_as_asked_for_but_not_too_small_to_read(width: int, height: int) -> None:
    lines = draw([Curve("a", RISING), Curve("b", FALLING)], Look(width, height, "epoch", "map50"))
    assert len(lines) == max(height, 6)
    assert max(map(len, lines)) <= max(width, 24)


def test_the_axes_have_names_and_round_numbers() -> None:
    lines = draw([Curve("", RISING)], Look(80, 18, "epoch", "map50"))
    assert upwards(lines) == ["1.0", "0.8", "0.6", "0.4", "0.2"]
    assert lines[-2].split() == ["2", "4", "6", "8", "10"]
    assert lines[-1].split() == ["map50", "epoch"]


def test_several_curves_are_told_apart_without_colour() -> None:
    text = "\n".join(draw([Curve("a", RISING), Curve("b", FALLING)], Look(80, 18)))
    assert text.count("a") >= 4
    assert text.count("b") >= 4
    assert "\x1b" not in text


def test_each_curve_has_a_colour_where_there_are_any() -> None:
    text = "\n".join(draw([Curve("a", RISING), Curve("b", FALLING)], Look(80, 18, coloured=True)))
    assert len(set(re.findall(r"\x1b\[38;5;\d+m", text))) == 2


@pytest.mark.parametrize("points", [RISING, [(3.0, 0.5)]])
def test_equal_curves_both_have_their_letter(points: list[Place]) -> None:
    text = "\n".join(draw([Curve("a", points), Curve("b", points)], Look(80, 18)))
    assert "a" in text
    assert "b" in text


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_interrupts_the_line(gap: float) -> None:
    whole = draw([Curve("", [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2)])], Look(60, 8))
    broken = draw([Curve("", [(1, 1), (2, 1), (3, gap), (4, 1), (5, 2)])], Look(60, 8))
    assert sum(map(ink, broken)) < sum(map(ink, whole)) * 0.8


@pytest.mark.parametrize("points", [[], [(1.0, math.nan)], [(math.inf, 1.0)]])
def test_nothing_to_draw_is_no_plot(points: list[Place]) -> None:
    assert draw([Curve("", points)], Look(80, 18)) == []


def test_a_log_axis_shows_powers_of_ten_and_leaves_out_what_is_not_above_zero() -> None:
    points = [(float(x), 10.0**-x) for x in range(5)] + [(5.0, 0.0), (6.0, -1.0)]
    assert upwards(draw([Curve("", points)], Look(60, 20, log=True))) == [
        "1",
        "0.1",
        "0.01",
        "0.001",
        "0.0001",
    ]
    assert draw([Curve("", [(1.0, 0.0)])], Look(60, 20, log=True)) == []


@pytest.mark.parametrize("value", [0.0, 0.5, -3.0, 1e-12, 1e12, 123456.0])
@pytest.mark.parametrize("log", [False, True])
def test_one_point_alone_is_drawn(value: float, log: bool) -> None:
    lines = draw([Curve("", [(3.0, value)])], Look(50, 9, log=log))
    assert len(lines) == (0 if log and value <= 0 else 9)
    if lines:
        assert sum(map(ink, lines)) == 1
        assert "3" in lines[-1].split()


def test_a_metric_that_is_still_zero_stands_on_the_ground() -> None:
    lines = draw([Curve("", [(1.0, 0.0), (2.0, 0.0)])], Look(60, 12))
    assert "0" in upwards(lines)
    assert not any(text.startswith("-") for text in upwards(lines))


def test_epochs_are_whole_numbers_also_where_there_are_few() -> None:
    assert draw([Curve("", [(1, 0.1), (2, 0.2)])], Look(80, 10))[-1].split() == ["1", "2"]


def test_a_terminal_without_braille_gets_dots() -> None:
    assert "\n".join(draw([Curve("a", RISING)], Look(60, 10, ascii_only=True))).isascii()


def test_many_points_keep_their_spike() -> None:
    points = [(float(x), 1.0 if x == 50_000 else 0.0) for x in range(100_000)]
    assert ink(draw([Curve("", points)], Look(80, 12))[0]) in (1, 2)


def test_one_plot_leaves_nothing_behind_for_the_next() -> None:
    first = draw([Curve("", RISING)], Look(60, 10))
    draw([Curve("a", FALLING), Curve("b", RISING)], Look(90, 20, "epoch", "loss", log=True))
    assert draw([Curve("", RISING)], Look(60, 10)) == first


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def two_runs(desk: Desk) -> list[int]:
    """The second run is better, and reports a metric more."""
    first = [{"map50": epoch / 100, "val_loss": 1 / epoch} for epoch in range(1, 41)]
    second = [{"map50": epoch / 50, "val_loss": 1 / epoch, "recall": 0.5} for epoch in range(1, 31)]
    return [put_run(desk, "yolov8n parts", points=first), put_run(desk, "rtdetr-l parts", points=second)]


@pytest.mark.usefixtures("two_runs")
def test_one_run_is_drawn_and_put_into_words(r2p: Run) -> None:
    drawn = r2p("plot", "1")
    assert (drawn.status, drawn.err) == (ExitCode.OK, "")
    lines = drawn.out.splitlines()
    assert lines[0] == "map50 by epoch"
    assert lines[-2:] == [
        "# 1 yolov8n parts",
        "   map50: 0.40 at epoch 40, best 0.40 at epoch 40, rising over the last 5",
    ]
    assert len(lines) == 1 + 18 + 2
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("two_runs")
def test_several_runs_and_metrics_lie_over_each_other(r2p: Run) -> None:
    lines = r2p("plot", "1", "#2", "--metric", "mAP50, val_loss", "--log").out.splitlines()
    assert lines[0] == "map50, val_loss by epoch, log scale"
    names = [line for line in lines if line[1:4] == "  #"]
    assert [name[:6] for name in names] == ["a  # 1", "b  # 2", "c  # 1", "d  # 2"]
    summaries = [line.split(":")[0].split()[-1] for line in lines[19:] if ":" in line]
    assert summaries == ["map50", "map50", "val_loss", "val_loss"]
    drawing = "".join(lines[1:17])
    assert all(mark in drawing for mark in "abcd")


@pytest.mark.usefixtures("two_runs")
def test_a_run_without_the_metric_is_told_of_and_the_others_are_drawn(r2p: Run) -> None:
    drawn = r2p("plot", "1", "2", "--metric", "recall")
    assert drawn.status == ExitCode.OK
    assert drawn.err == "Run 1 has not reported recall.\n"
    assert drawn.out.count("# 2 rtdetr-l parts") == 1


@pytest.mark.usefixtures("two_runs")
def test_a_range_and_smoothing_in_json(r2p: Run) -> None:
    shown = r2p("plot", "last", "--metric", "map50", "--range", "10-12", "--smooth", "0.5", "--json")
    [curve] = json.loads(shown.out)["curves"]
    assert (curve["run"], curve["metric"], curve["along"]) == (2, "map50", "epoch")
    assert curve["points"] == [[10.0, 0.2], [11.0, 0.22], [12.0, 0.24]]
    assert curve["smoothed"][0] == 0.2
    assert 0.2 < curve["smoothed"][1] < 0.22
    assert curve["summary"].startswith("map50: 0.24 at epoch 12")


@pytest.mark.usefixtures("two_runs")
def test_a_range_with_nothing_in_it_says_so(r2p: Run) -> None:
    drawn = r2p("plot", "1", "--range", "90-")
    assert (drawn.status, drawn.out) == (ExitCode.OK, "")
    assert "Run 1 has no map50 in that range." in drawn.err


@pytest.mark.usefixtures("two_runs")
def test_an_unknown_metric_lists_those_there_are(r2p: Run) -> None:
    refused = r2p("plot", "1", "2", "--metric", "mapp50")
    assert (refused.status, refused.out) == (ExitCode.NOT_FOUND, "")
    assert "Did you mean map50? Metrics: map50, recall, val_loss." in refused.err


def test_a_run_that_reported_nothing(r2p: Run, desk: Desk) -> None:
    put_run(desk, "silent")
    refused = r2p("plot", "silent")
    assert refused.status == ExitCode.NOT_FOUND
    assert "r2p logs 1" in refused.err


def test_values_that_are_all_no_numbers(r2p: Run, desk: Desk) -> None:
    put_run(desk, "diverged", points=[{"loss": math.nan}, {"loss": math.inf}])
    drawn = r2p("plot", "1", "--metric", "loss")
    assert drawn.status == ExitCode.OK
    assert "no finite value" in drawn.err
    assert json.loads(r2p("plot", "1", "--metric", "loss", "--json").out)["curves"][0]["points"] == [
        [1.0, "nan"],
        [2.0, "inf"],
    ]


@pytest.mark.usefixtures("two_runs")
def test_output_without_braille_is_still_a_plot(r2p: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", plain)
    assert r2p("plot", "1").status == ExitCode.OK
    plain.flush()
    text = plain.buffer.getvalue().decode()
    assert "?" not in text
    assert text.count(".") > 40


@pytest.mark.usefixtures("two_runs")
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("1", "--smooth", "1"),
        ("1", "--smooth", "much"),
        ("1", "--smooth", "nan"),
        ("1", "--range", "10"),
        ("1", "--range", "9-4"),
        ("1", "--range", "a-b"),
        ("1", "--width", "3"),
        ("1", "--height", "0"),
        ("1", "--metric", ","),
    ],
)
def test_what_cannot_be_drawn_so_is_refused(r2p: Run, words: tuple[str, ...]) -> None:
    refused = r2p("plot", *words)
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    assert refused.err.count("\n") >= 2


def put_printed(desk: Desk, first_after: float, **fields: Any) -> int:
    """A run that reports a metric twice and knows neither epochs nor steps."""
    number = put_run(desk, "prints", **fields)
    start = NOW.timestamp() + first_after
    for seconds in (0.0, 10.0):
        point = MetricPoint(start + seconds, {"loss": 1.0 - seconds / 20})
        append_line(run_folder(desk.paths.runs, number).metrics, point_line(point))
    return number


@pytest.mark.parametrize(
    ("first_after", "found", "label"),
    [(30.0, [30.0, 40.0], "seconds since the start"), (-5.0, [0.0, 10.0], "seconds since the first value")],
)
def test_seconds_count_from_where_the_axis_says(
    r2p: Run, desk: Desk, first_after: float, found: list[float], label: str
) -> None:
    put_printed(desk, first_after)
    assert label in r2p("plot", "1").out
    [curve] = json.loads(r2p("plot", "1", "--json").out)["curves"]
    assert [x for x, _ in curve["points"]] == pytest.approx(found)
    assert curve["along"] == "seconds"


def test_several_runs_that_reported_nothing(r2p: Run, desk: Desk) -> None:
    for name in ("one", "two", "three"):
        put_run(desk, name)
    assert "Runs 1 and 2 have reported no metric yet." in r2p("plot", "1", "2").err
    assert "Runs 1, 2 and 3 have reported no metric yet." in r2p("plot", "1", "2", "3").err
    assert "Run 1 has reported no metric yet." in r2p("plot", "1").err

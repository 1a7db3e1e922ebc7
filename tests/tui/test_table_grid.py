"""The grid of a table: widths, alignment, frozen labels, and a cursor that reaches every cell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.strip import Strip

from r2p_tui.domain.tables import Cell
from r2p_tui.pdf.layout import Picture
from r2p_tui.tui.theme import EVERY_THEME
from r2p_tui.tui.widgets.picture import PictureView, cell_lines
from r2p_tui.tui.widgets.plot import Bar, Plot, Series
from r2p_tui.tui.widgets.table_grid import TableGrid
from r2p_tui.tui.widgets.table_layout import GridFace, Place, TableLayout
from r2p_tui.tui.widgets.table_text import wrap

from .sample_tables import ABLATION, table

FACE = GridFace(
    table(ABLATION),
    {
        (2, 3): ("-0.9", "worse"),
        (3, 3): ("+1.25", "better"),
        (4, 5): ("+5.9", "even"),
    },
    doubtful={(3, 4)},
    baseline=1,
)


class GridApp(App[None]):
    def __init__(self, face: GridFace) -> None:
        super().__init__()
        self._face = face
        self.heard: list[Place] = []

    def compose(self) -> ComposeResult:
        yield TableGrid()
        yield Plot()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EVERY_THEME

    def on_mount(self) -> None:
        self.grid.show(self._face, (self._face.table.header_rows, 0))
        self.grid.focus()

    @property
    def grid(self) -> TableGrid:
        return self.query_one(TableGrid)

    def lines(self) -> list[str]:
        return [self.grid.render_line(y).text.rstrip() for y in range(self.grid.size.height)]

    def on_table_grid_marked(self, event: TableGrid.Marked) -> None:
        self.heard.append(event.place)


async def drawn(face: GridFace, width: int = 100, height: int = 20, *keys: str) -> list[str]:
    app = GridApp(face)
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return app.lines()


def line_with(lines: list[str], word: str) -> str:
    return next(line for line in lines if word in line)


# How it looks


async def test_numbers_stand_under_one_another_by_their_point() -> None:
    lines = await drawn(FACE)
    numbers = {"full": "4.6", "no matching": "4.61", "neither": "10.5"}
    points = {line_with(lines, name).rindex(number) + number.index(".") for name, number in numbers.items()}
    assert len(points) == 1


async def test_deltas_are_signed_judged_and_beside_their_value() -> None:
    lines = await drawn(FACE)
    assert "53.9  -0.9 ▼" in line_with(lines, "no mosaic")
    assert "53.2 +1.25 ▲" in line_with(lines, "no matching")
    neither = line_with(lines, "neither")
    assert "+5.9" in neither and "▲" not in neither and "▼" not in neither


async def test_the_baseline_and_a_doubtful_cell_are_marked_without_colour() -> None:
    lines = await drawn(FACE)
    assert line_with(lines, "full").startswith("◆1")
    assert "33.75 ?" in line_with(lines, "no matching")
    assert sum("?" in line for line in lines) == 1


async def test_check_marks_stand_in_the_middle_of_their_column() -> None:
    lines = await drawn(FACE)
    header, row = line_with(lines, "mosaic  "), line_with(lines, "full")
    middle = header.index("mosaic") + len("mosaic") / 2
    assert abs(row.index("✓") - middle) <= 1


async def test_a_header_over_several_columns_shows_how_far_it_reaches() -> None:
    cells = (
        Cell(0, 0, "Method", row_span=2),
        Cell(0, 1, "COCO", column_span=2),
        Cell(1, 1, "AP50"),
        Cell(1, 2, "AP75"),
        Cell(2, 0, "ours"),
        Cell(2, 1, "58.1"),
        Cell(2, 2, "41.0"),
    )
    lines = await drawn(GridFace(replace(table(()), cells=cells, header_rows=2)))
    span, leaves = line_with(lines, "COCO"), line_with(lines, "AP50")
    assert span.index("─") == leaves.index("AP50")
    assert len(span) == leaves.index("AP75") + len("AP75")
    assert "Method" in leaves


async def test_a_rule_of_the_paper_divides_the_rows() -> None:
    lines = await drawn(replace(FACE, table=replace(FACE.table, rules=(3,))))
    assert set(lines[lines.index(line_with(lines, "no matching")) - 1].strip()) == {"─"}


async def test_a_long_header_is_wrapped_and_a_long_label_cut() -> None:
    rows = (("Variant", "parameters in the whole encoder"), ("a label " * 20, "41"))
    lines = await drawn(GridFace(table(rows)), 60)
    assert [line.split()[-1] for line in lines[:3]] == ["parameters", "the", "enc…"]
    assert "…" in line_with(lines, "a label")
    assert line_with(lines, "a label").endswith("41")


# Walking


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("j",), (2, 0)),
        (("down", "l", "right"), (2, 2)),
        (("k",), (0, 0)),
        (("k", "k", "h"), (0, 0)),
        (("G",), (4, 0)),
        (("G", "g"), (1, 0)),
        (("end",), (1, 5)),
        (("end", "home"), (1, 0)),
        (("pagedown",), (4, 0)),
        (("pagedown", "pageup"), (0, 0)),
    ],
)
async def test_keys_move_the_cursor(keys: tuple[str, ...], place: Place) -> None:
    app = GridApp(FACE)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.grid.cursor == place
        assert app.heard[-1] == place


async def test_a_cell_over_several_columns_is_one_step() -> None:
    cells = (
        Cell(0, 0, "a"),
        Cell(0, 1, "b"),
        Cell(0, 2, "c"),
        Cell(1, 0, "group", column_span=2),
        Cell(1, 2, "1"),
    )
    app = GridApp(GridFace(replace(table(()), cells=cells)))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("l")
        assert app.grid.cursor == (1, 2)


async def test_a_click_marks_a_cell() -> None:
    app = GridApp(FACE)
    async with app.run_test(size=(100, 20)) as pilot:
        y = next(n for n, line in enumerate(app.lines()) if "no mosaic" in line)
        await pilot.click(TableGrid, offset=(app.lines()[y].index("53.9"), y))
        assert app.grid.cursor == (2, 3)


async def test_wide_tables_scroll_by_column_and_never_cut_a_number() -> None:
    rows = [
        ["name", *(f"metric {n}" for n in range(20))],
        *([f"row {r}", *(f"{r}{n}.5" for n in range(20))] for r in range(5)),
    ]
    face = GridFace(table(rows))
    start = await drawn(face, 60)
    end = await drawn(face, 60, 20, "end")
    assert "more ›" in start[2] or "more ›" in start[1]
    assert any("‹" in line for line in end) and not any("›" in line for line in end)
    assert "row 3" in line_with(end, "319.5") and line_with(end, "319.5").split()[1:3] == ["row", "3"]
    for lines in (start, end):
        numbers = {word for line in lines for word in line.split() if word.endswith(".5")}
        assert numbers <= {text for row in rows[1:] for text in row}


async def test_the_header_stays_when_rows_scroll() -> None:
    rows = [("name", "AP"), *((f"row {n}", f"{n}.0") for n in range(200))]
    lines = await drawn(GridFace(table(rows)), 60, 24, "G")
    assert "name" in lines[0] and "AP" in lines[0]
    assert any("row 199" in line for line in lines)


async def test_an_empty_table_is_harmless() -> None:
    lines = await drawn(GridFace(table(())), 60, 10, "j", "l", "G", "end", "pagedown")
    assert "more" not in "".join(lines)


# Whatever a table holds


CELLS = st.text(max_size=30)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6),
    st.integers(0, 3),
    st.integers(20, 120),
    st.integers(0, 6),
)
def test_no_line_is_wider_than_the_room_and_no_text_steers(
    rows: list[list[str]], header_rows: int, width: int, first: int
) -> None:
    face = GridFace(table(rows, header_rows=header_rows), {(1, 1): ("+1.0", "better")}, {(1, 0)}, 1)
    layout = TableLayout(face, width)
    lines = [list(layout.header_line(y, first)) for y in range(layout.header_height)]
    lines += [list(layout.body_line(index, first)) for index in range(len(layout.body))]
    for pieces in lines:
        for piece in pieces:
            assert piece.text.isprintable() or not piece.text.isascii()
            assert "\x1b" not in piece.text and "\n" not in piece.text
    columns = layout.visible(first)
    lasts = [left + layout.slots[column].width for column, left in columns[layout.frozen + 1 :]]
    assert all(last <= width for last in lasts)


@given(st.text(max_size=80), st.integers(1, 30))
def test_a_wrapped_header_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert len(lines) <= 3
    assert all(cell_len(line) <= width for line in lines)


# Plot and picture


def test_the_plot_tells_its_ends_in_words() -> None:
    series = Series(
        "AP", [Bar("a", -0.9, "-0.9", "worse"), Bar("b", 1.5, "+1.5", "better"), Bar("c", 0, "0")]
    )
    assert series.summary == "2 rows differ: highest b +1.5, lowest a -0.9."
    assert Series("AP", []).summary == "No row differs from the baseline."


async def test_bars_grow_to_their_side_of_one_axis() -> None:
    app = GridApp(FACE)
    async with app.run_test(size=(80, 30)) as pilot:
        plot = app.query_one(Plot)
        plot.show(Series("AP", [Bar("down", -2.0, "-2.0", "worse"), Bar("up", 1.0, "+1.0", "better")]))
        await pilot.pause()
        lines = [line for line in str(plot.render()).splitlines() if "│" in line]
        assert len({line.index("│") for line in lines}) == 1
        down, up = (line.partition("│") for line in lines)
        assert down[0].count("█") == pytest.approx(2 * up[2].count("█"), abs=1)
        assert "█" not in up[0] and "█" not in down[2]
        assert down[2].endswith("-2.0 ▼") and up[2].endswith("+1.0 ▲")


async def test_too_many_bars_leave_out_the_smallest_and_say_so() -> None:
    app = GridApp(FACE)
    async with app.run_test(size=(80, 12)) as pilot:
        plot = app.query_one(Plot)
        plot.show(Series("AP", [Bar(f"row {n}", float(n), f"+{n}") for n in range(100)]))
        await pilot.pause()
        text = str(plot.render())
        assert "row 99" in text and "row 50" not in text
        assert "are not drawn" in text


def test_a_picture_is_drawn_in_two_colours_a_cell() -> None:
    white, black = b"\xff\xff\xff", b"\x00\x00\x00"
    rows = [black + white] * 4 + [white + white] * 2 + [black + black] * 2
    left_black, lower_black = cell_lines(Picture(2, 8, b"".join(rows)))
    assert [left_black.text, lower_black.text] == ["▐", "▀"]
    colours = next(iter(left_black)).style
    assert colours is not None and colours.color is not None and colours.bgcolor is not None
    assert (colours.color.name, colours.bgcolor.name) == ("#ffffff", "#000000")


async def test_a_large_picture_is_looked_at_in_parts() -> None:
    class PictureApp(App[None]):
        def compose(self) -> ComposeResult:
            yield PictureView()

        def get_theme_variable_defaults(self) -> dict[str, str]:
            return EVERY_THEME

    app = PictureApp()
    async with app.run_test(size=(8, 4)) as pilot:
        view = app.query_one(PictureView)
        view.show([Strip([Segment(f"{row:02}{'.' * 12}{row:02}")]) for row in range(10)])
        await pilot.pause()
        assert [view.render_line(y).text for y in (0, 3)] == ["00......", "03......"]
        for _ in range(20):
            view.pan(1, 1)
        assert [view.render_line(y).text for y in (0, 3)] == ["......06", "......09"]


def test_a_picture_smaller_than_a_cell_gives_nothing() -> None:
    assert cell_lines(Picture(1, 1, b"\x00\x00\x00")) == []

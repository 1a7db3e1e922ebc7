"""The tables of a paper: one key away, ablations first, correctable, and never in the way of other keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.errors import DocumentError, SourceError
from r2p_tui.pdf.layout import Picture
from r2p_tui.services import tables
from r2p_tui.services.desk import Desk
from r2p_tui.services.tables import PaperTables
from r2p_tui.store.tables import TableExtraction, save_failure
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.about_table import AboutTableDialog
from r2p_tui.tui.dialogs.copy_table import CopyTableDialog
from r2p_tui.tui.dialogs.correct import CorrectDialog
from r2p_tui.tui.parts.tables import TablesPart
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.picture import PictureView
from r2p_tui.tui.widgets.plot import Plot
from r2p_tui.tui.widgets.tab_line import TabLine
from r2p_tui.tui.widgets.table_grid import TableGrid

from .conftest import NOW
from .sample_tables import TABLES, keep_tables, table
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]


@pytest.fixture
def paper_id(library: dict[str, int]) -> int:
    return library["2611.10000"]


@pytest.fixture
def kept(desk: Desk, paper_id: int) -> int:
    """A paper whose three tables are in the store."""
    keep_tables(desk, paper_id)
    return paper_id


async def open_tables(pilot: Pilots, paper_id: int) -> PaperScreen:
    await settled(pilot)
    pilot.app.open_paper(paper_id, tables=True)  # type: ignore[attr-defined]
    await settled(pilot)
    assert isinstance(pilot.app.screen, PaperScreen)
    return pilot.app.screen


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def shown(screen: Any, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def part_of(screen: PaperScreen) -> TablesPart:
    return screen.query_one(TablesPart)


def table_in_sight(screen: PaperScreen) -> str:
    view = part_of(screen).view
    return view.table.name if view else ""


def told(app: R2PApp) -> str:
    return "\n".join(str(note.message) for note in app._notifications)


def footer(screen: Any) -> list[str]:
    active = screen.active_bindings.values()
    return list(dict.fromkeys(one.binding.description for one in active if one.binding.show and one.enabled))


# One key away


async def test_one_key_on_a_paper_of_the_library_shows_its_ablation_table(
    kept: int, make_app: MakeApp
) -> None:
    async with make_app("library").run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "G", "t")
        screen = pilot.app.screen
        assert isinstance(screen, PaperScreen)
        assert screen.tab == "tables" and table_in_sight(screen) == "Table 3"
        assert screen.query_one(TableGrid).has_focus
        assert screen.query_one(TabLine).labels["tables"] == "Tables 3 (1 ablation)"
        assert "Table 3 · ablation" in shown(screen, "#table-name")
        assert "page 7 · from PDF, differs from TeX in 1 cell" in shown(screen, "#table-name")
        assert shown(screen, "#table-standing") == "baseline: row 1 · 1 of 3"
        assert "matching" in shown(screen, "#table-worth")


async def test_one_key_in_triage_does_too(kept: int, make_app: MakeApp) -> None:
    async with make_app("triage").run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, PaperScreen) and pilot.app.screen.tab == "tables"


async def test_the_footer_has_six_keys(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        screen = await open_tables(pilot, kept)
        assert footer(screen) == ["next", "ablation", "claim", "copy", "correct", "plot"]


def test_every_key_has_a_name_of_its_own() -> None:
    ids = [one.id for one in TablesPart.BINDINGS if isinstance(one, Binding)]
    assert all(ids) and len(ids) == len(set(ids))


async def test_tables_are_walked_ablations_first(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        seen = []
        for key in ("]", "]", "]", "[", "a"):
            await press(
                pilot, "right_square_bracket" if key == "]" else "left_square_bracket" if key == "[" else key
            )
            seen.append(table_in_sight(screen))
        assert seen == ["Table 2", "Table 4", "Table 3", "Table 4", "Table 3"]


async def test_the_last_line_tells_of_the_cell_and_why_to_doubt_it(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        await press(pilot, "j")
        assert shown(screen, "#table-cell").startswith("row 2, AP  53.9")
        assert "-0.9 (-1.6%) to its baseline, worse" in shown(screen, "#table-cell")
        await press(pilot, "j", "l")
        line = shown(screen, "#table-cell")
        assert "page 7, 0.62 sure: look at the page; TeX says 38.5" in line
        assert "! One number of the page is not in the grid: 33.7." in shown(screen, "#table-warnings")


async def test_reasons_are_told_on_demand(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_tables(pilot, kept)
        await press(pilot, "i")
        dialog = pilot.app.screen
        assert isinstance(dialog, AboutTableDialog)
        text = str(dialog.query_one(Static).content)
        for word in (
            "Kind: ablation",
            "Baseline: row 1, full",
            "Column AP: metric, higher is better",
            "Worth",
        ):
            assert word in text
        assert "Row 3, AP_S: here 33.75, TeX says 38.5." in text
        assert "Table 3 shows that both parts help small objects." in text


async def test_keys_of_a_table_never_decide_on_the_paper(kept: int, make_app: MakeApp, desk: Desk) -> None:
    from r2p_tui.services import papers

    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        await press(pilot, "x", "k", "u")
        assert papers.view_paper(desk, kept).decision is None
        await press(pilot, "H", "H", "x")
        assert screen.tab == "overview"
        decision = papers.view_paper(desk, kept).decision
        assert decision is not None and decision.decision == "skip"


# Reading the files


class Reading:
    """Stands for the service that reads a paper's files: waits until it is let go, or stopped."""

    def __init__(self, result: PaperTables | Exception) -> None:
        self.result = result
        self.go_on = Event()
        self.begun = Event()
        self.stopped = False
        self.calls: list[bool] = []

    def __call__(
        self, desk: Desk, paper_id: int, *, report: Any, cancelled: Any, again: bool = False, **_: Any
    ) -> PaperTables:
        self.calls.append(again)
        report("Reading the PDF")
        self.begun.set()
        while not self.go_on.wait(0.01):
            if cancelled():
                self.stopped = True
                raise SourceError("The reading was stopped.")
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch, paper_id: int, desk: Desk) -> Iterator[Reading]:
    found = Reading(PaperTables(paper_id, "ready"))
    monkeypatch.setattr(tables, "extract_tables", found)
    yield found
    found.go_on.set()


async def begun(pilot: Pilots, reading: Reading) -> None:
    """Wait until the reading is under way and its first step is drawn."""
    while not reading.begun.is_set():
        await pilot.pause(0.01)
    await pilot.pause()


async def test_without_tables_the_screen_says_what_enter_does(
    paper_id: int, make_app: MakeApp, reading: Reading
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "l", "tab", "escape", "L")
        screen = pilot.app.screen
        assert isinstance(screen, PaperScreen)
        await screen._show_tab("tables")
        await settled(pilot)
        assert "No tables yet. Enter reads them from the paper's PDF and TeX." in shown(
            screen, "#tables-said"
        )
        assert footer(screen) == ["read the tables"]
        assert not reading.calls


async def test_the_screen_answers_keys_while_files_are_read(
    paper_id: int, make_app: MakeApp, reading: Reading, desk: Desk
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id, tables=True)  # type: ignore[attr-defined]
        await begun(pilot, reading)
        screen = pilot.app.screen
        assert isinstance(screen, PaperScreen)
        assert "Reading the PDF" in shown(screen, "#tables-said")
        await pilot.press("H", "H")
        assert screen.tab == "overview" and not reading.go_on.is_set()
        await pilot.press("t", "t", "enter")
        assert screen.tab == "tables" and len(reading.calls) == 1
        keep_tables(desk, paper_id)
        reading.result = tables.load_tables(desk, paper_id)
        reading.go_on.set()
        await settled(pilot)
        assert table_in_sight(screen) == "Table 3" and screen.query_one(TableGrid).has_focus


async def test_escape_stops_the_reading_and_stays(paper_id: int, make_app: MakeApp, reading: Reading) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id, tables=True)  # type: ignore[attr-defined]
        await begun(pilot, reading)
        await press(pilot, "escape")
        assert reading.stopped and isinstance(pilot.app.screen, PaperScreen)
        assert "No tables yet." in shown(pilot.app.screen, "#tables-said")
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, PaperScreen)


async def test_leaving_the_paper_stops_the_reading(
    paper_id: int, make_app: MakeApp, reading: Reading
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id, tables=True)  # type: ignore[attr-defined]
        await begun(pilot, reading)
        await pilot.press("H", "H", "escape")
        await settled(pilot)
        assert reading.stopped


async def test_a_failure_shows_its_reason_and_what_to_do(
    paper_id: int, make_app: MakeApp, reading: Reading
) -> None:
    reading.result = DocumentError("The PDF is encrypted.", "Attach one without a password.")
    reading.go_on.set()
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, paper_id)
        said = shown(screen, "#tables-said")
        assert "The PDF is encrypted." in said and "Attach one without a password." in said


async def test_a_stored_failure_is_told_and_enter_tries_again(
    paper_id: int, make_app: MakeApp, desk: Desk, reading: Reading
) -> None:
    with desk.store.write() as session:
        failed = TableExtraction(
            paper_id=paper_id,
            state="failed",
            reason="There is no PDF of this paper.",
            extractor_version=1,
            tried_at=NOW,
        )
        save_failure(session, failed)
    reading.go_on.set()
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, paper_id)
        assert "There is no PDF of this paper." in shown(screen, "#tables-said")
        assert not reading.calls
        await press(pilot, "enter")
        assert reading.calls == [False]
        assert "No tables were found in this paper." in shown(screen, "#tables-said")


async def test_reading_again_keeps_the_tables_in_sight(
    kept: int, make_app: MakeApp, reading: Reading
) -> None:
    reading.result = DocumentError("The disk is full.", "Make room.")
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        await pilot.press("R")
        await begun(pilot, reading)
        assert table_in_sight(screen) == "Table 3" and "Reading the PDF" in shown(screen, "#table-cell")
        reading.go_on.set()
        await settled(pilot)
        assert reading.calls == [True]
        assert table_in_sight(screen) == "Table 3" and "The disk is full." in told(pilot.app)  # type: ignore[arg-type]


async def test_offline_without_files_says_so(paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, paper_id)
        assert "offline" in shown(screen, "#tables-said")


# Correcting


async def test_a_cell_is_corrected_and_the_correction_taken_back(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        await press(pilot, "j", "E")
        assert isinstance(pilot.app.screen, CorrectDialog)
        await press(pilot, "enter")
        field = pilot.app.screen.query_one(Input)
        assert field.value == "53.9"
        field.value = "50.0"
        await press(pilot, "enter")
        assert "1 correction" in shown(screen, "#table-name")
        assert shown(screen, "#table-cell").startswith("row 2, AP  50.0")
        assert "-4.8" in shown(screen, "#table-cell")
        await press(pilot, "u")
        assert "correction" not in shown(screen, "#table-name")
        assert shown(screen, "#table-cell").startswith("row 2, AP  53.9")
        await press(pilot, "u")
        assert "Nothing was corrected" in told(pilot.app)  # type: ignore[arg-type]


async def test_kind_baseline_and_direction_are_the_users_to_say(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        await press(pilot, "j", "b")
        assert shown(screen, "#table-standing").startswith("baseline: row 2")
        await press(pilot, "E", "d")
        assert "worse" in shown(screen, "#table-cell") or "row 2" in shown(screen, "#table-cell")
        await press(pilot, "k")
        assert "+0.9 (+1.7%) to its baseline, worse" in shown(screen, "#table-cell")
        await press(pilot, "right_square_bracket", "E", "1")
        assert screen.query_one(TabLine).labels["tables"] == "Tables 3 (2 ablations)"
        assert "Table 2 · ablation" in shown(screen, "#table-name")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("s", ("split column", None, 3)),
        ("j", ("join columns", None, 3)),
        ("S", ("split row", 1, None)),
        ("J", ("join rows", 1, None)),
        ("plus", ("header rows", None, None)),
    ],
)
async def test_the_dialog_names_the_place_under_the_cursor(
    kept: int, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, key: str, expected: tuple[Any, ...]
) -> None:
    given: list[Any] = []

    def correct(desk: Desk, paper_id: int, table_key: str, correction: Any, *, now: Any) -> Any:
        given.append(correction)
        return tables.load_table(desk, paper_id, table_key)

    monkeypatch.setattr(tables, "correct", correct)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_tables(pilot, kept)
        await press(pilot, "E", key)
        assert (given[0].action, given[0].row, given[0].column) == expected
        assert given[0].column_header == ("AP" if expected[2] is not None else "")
        assert given[0].row_label == ("full" if expected[1] is not None else "")


# Copying, plotting, looking


async def test_cells_and_tables_are_copied(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        app = pilot.app
        await open_tables(pilot, kept)
        await press(pilot, "j", "y")
        assert app.clipboard == "53.9"
        await press(pilot, "Y")
        assert isinstance(app.screen, CopyTableDialog)
        await press(pilot, "r")
        assert "no mosaic" in app.clipboard and "neither" not in app.clipboard
        await press(pilot, "Y", "m")
        assert app.clipboard.startswith("|") and "neither" in app.clipboard
        await press(pilot, "Y", "d")
        assert "-0.9" in app.clipboard
        await press(pilot, "Y", "c")
        assert "no mosaic,,✓,53.9" in app.clipboard
        await press(pilot, "Y", "t")
        assert "\\toprule" in app.clipboard
        await press(pilot, "Y", "escape", "y")
        assert app.clipboard == "53.9"


async def test_deltas_are_plotted_column_by_column(kept: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        screen = await open_tables(pilot, kept)
        await press(pilot, "p")
        plot = screen.query_one(Plot)
        assert plot.has_focus and plot.series.title == "AP against full (54.8), higher is better"
        assert [bar.label for bar in plot.series.bars] == ["no mosaic", "no matching", "neither"]
        await press(pilot, "l", "l", "l")
        assert plot.series.title.startswith("latency (ms) against full (4.6), lower is better")
        await press(pilot, "escape")
        assert screen.query_one(TableGrid).has_focus and screen.tab == "tables"
        await press(pilot, "right_square_bracket", "right_square_bracket", "p")
        assert "no deltas" in told(pilot.app)  # type: ignore[arg-type]


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    asked: list[tuple[str, int, int]] = []

    def region_picture(desk: Desk, paper_id: int, key: str, *, width: int, height: int) -> Picture:
        asked.append((key, width, height))
        return Picture(8, 8, b"\xff\xff\xff" * 64)

    monkeypatch.setattr("r2p_tui.services.table_pictures.region_picture", region_picture)
    return asked


async def test_the_picture_takes_the_place_of_the_grid(
    kept: int, make_app: MakeApp, pictures: list[tuple[str, int, int]]
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        screen = await open_tables(pilot, kept)
        await press(pilot, "v")
        picture = screen.query_one("#table-picture", PictureView)
        assert picture.has_focus and pictures[-1] == ("3", *picture.points)
        assert picture.render_line(0).cell_length == picture.size.width
        await press(pilot, "z", "plus", "l", "j")
        assert pictures[-1] == ("3", 3 * picture.size.width * 2, 3 * picture.size.height * 4)
        await press(pilot, "v")
        assert screen.query_one(TableGrid).has_focus


async def test_without_colours_the_picture_says_why_it_is_not_there(
    kept: int, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, pictures: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with make_app().run_test(size=(160, 45)) as pilot:
        screen = await open_tables(pilot, kept)
        assert not screen.query_one("#table-side").display
        await press(pilot, "v")
        assert "NO_COLOR" in str(screen.query_one("#table-picture", PictureView).render())
        assert not pictures


async def test_the_page_is_opened_outside(
    kept: int, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_tables(pilot, kept)
        await press(pilot, "o")
        assert opened == ["https://arxiv.org/pdf/2611.10000#page=7"]


# As pictures


KEYS: tuple[tuple[str, ...], ...] = (
    (), ("j", "j", "l"), ("p",), ("E",), ("i",), ("Y",), ("right_square_bracket",),
)  # fmt: skip
PICTURES = [*((size, keys) for size in ((80, 24), (120, 40)) for keys in KEYS), ((160, 45), ())]


@pytest.mark.parametrize(("size", "keys"), PICTURES, ids=lambda part: "-".join(map(str, part)) or "open")
def test_tables_snapshot(
    snap_compare: Any,
    kept: int,
    make_app: MakeApp,
    steady_meaning: None,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    keys: tuple[str, ...],
) -> None:
    monkeypatch.setattr("r2p_tui.services.table_pictures.region_picture", _a_page)

    async def show(pilot: Pilots) -> None:
        await open_tables(pilot, kept)
        await press(pilot, *keys)
        await pilot.pause(0.4)
        await settled(pilot)

    assert snap_compare(make_app(), terminal_size=size, run_before=show)


def _a_page(desk: Desk, paper_id: int, key: str, *, width: int, height: int) -> Picture:
    """Dark bars on white, as lines of text would look from afar."""
    line = (b"\x30\x30\x40" * 6 + b"\xff\xff\xff" * 2) * (width // 8)
    wide = width // 8 * 8
    rows = [line if y % 8 in (2, 3) else b"\xff\xff\xff" * wide for y in range(min(height, 64))]
    return Picture(wide, len(rows), b"".join(rows))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_no_tables_snapshot(
    snap_compare: Any, paper_id: int, make_app: MakeApp, size: tuple[int, int]
) -> None:
    async def show(pilot: Pilots) -> None:
        await open_tables(pilot, paper_id)

    assert snap_compare(make_app(), terminal_size=size, run_before=show)


def test_wide_table_snapshot(
    snap_compare: Any, paper_id: int, desk: Desk, make_app: MakeApp, steady_meaning: None
) -> None:
    header = ["Method", "Backbone", *(f"AP{level}" for level in range(50, 100, 5)), "latency (ms)"]
    rows = [
        [f"detector {n}", f"R{n}", *(f"{60 - n + level / 10:.1f}" for level in range(11))]
        for n in range(18, 60)
    ]
    wide = replace(table([header, *rows], number="7", caption="A long comparison. " * 12), rules=(9, 20))
    keep_tables(desk, paper_id, [*TABLES, wide])

    async def show(pilot: Pilots) -> None:
        await open_tables(pilot, paper_id)
        await press(pilot, "left_square_bracket", "j", "end", "h")

    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=show)

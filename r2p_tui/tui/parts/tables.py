"""The tables of a paper, ablations first: walk them, look at the page, correct, copy and keep numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Static

from r2p_tui.domain.table_corrections import Correction, make_correction
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line
from r2p_tui.tui import table_words
from r2p_tui.tui.described_key import described_key
from r2p_tui.tui.table_keeper import ReadingStep, TableKeeper
from r2p_tui.tui.widgets.table_layout import Place
from r2p_tui.tui.widgets.table_sheet import TableSheet

if TYPE_CHECKING:
    from r2p_tui.services.tables import PaperTables, TableView
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.screens.base import DeskScreen

_NONE_YET = "No tables yet. Enter reads them from the paper's PDF and TeX."
_NO_DELTAS = "This table has no deltas to plot. b makes the row under the cursor the baseline."
_NO_ABLATION = "None of these tables looks like an ablation. E changes the kind of one."
_NEED_A_TABLE = frozenset(
    (
        "table",
        "ablation",
        "claim",
        "copy_cell",
        "copy",
        "correct",
        "plot",
        "baseline",
        "undo",
        "picture",
        "about",
    )
)
_ALL_STAYS_USABLE = "escape stops. Everything else stays usable meanwhile."

_key = partial(described_key, "tables")


class TablesPart(Vertical, can_focus=True):
    """One table at a time; `read_tables` is what a single key on a paper asks for."""

    BINDINGS = [
        _key("right_square_bracket", "table(1)", "Next table", "next", "next", "]"),
        _key("left_square_bracket", "table(-1)", "Previous table", "previous", display="["),
        _key("a,t", "ablation", "Next ablation table", "ablation", "ablation", "a"),
        _key("m", "claim", "Keep this number as a claim", "claim", "claim"),
        _key("y", "copy_cell", "Copy the cell", "copy_cell", "copy"),
        _key("Y", "copy", "Copy row or table: Markdown, CSV, LaTeX", "copy"),
        _key("E", "correct", "Correct a cell, a column, a row, the kind", "correct", "correct"),
        _key("p", "plot", "Plot the deltas of this column", "plot", "plot"),
        _key("b", "baseline", "Make this row the baseline", "baseline"),
        _key("u", "undo", "Undo the last correction of this table", "undo"),
        _key("v", "picture", "Picture of the table on its page", "picture"),
        _key("i,enter", "about", "Reasons: kind, baseline, direction, doubts", "about"),
        _key("o", "open_page", "Open the page outside", "open"),
        _key("R", "read(True)", "Read the paper's tables again", "read_again"),
        _key("enter", "read", "Read the paper's tables", "read", "read the tables", "enter"),
        _key("escape", "stop", "Stop reading", "stop", "stop", "esc"),
        _key("escape", "back", "Back to the grid, or leave the paper", "back"),
        _key("tab,L", "screen.tab(1)", "Next part", "next_part"),
        _key("shift+tab,H", "screen.tab(-1)", "Previous part", "previous_part"),
    ]
    DEFAULT_CSS = """
    TablesPart {
        padding: 0 1;
        #tables-said { display: none; padding: 1 1; height: 1fr; }
        &.-nothing {
            TableSheet { display: none; }
            #tables-said { display: block; }
        }
    }
    """

    class Counted(Message):
        """How many tables there are now, in words for the tab."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    class ClaimAsked(Message):
        """The user wants to keep the number of this cell."""

        def __init__(self, view: TableView, place: Place) -> None:
            super().__init__()
            self.view = view
            self.place = place

    class PageAsked(Message):
        """The user wants to see this page (0 for any) outside."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    def __init__(self, paper_id: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="-nothing")
        self._paper_id = paper_id
        self._tables: PaperTables | None = None
        self._views: list[TableView] = []
        self._at = 0
        self._reads_when_loaded = False
        self._wanted: tuple[str, int | None, int | None] | None = None
        self._seconds = 0
        self._step = ""
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TableSheet(id="table-sheet")
        yield Static("opening the tables …", id="tables-said")

    def on_mount(self) -> None:
        self.keeper = TableKeeper(
            self,
            self._app,
            self._paper_id,
            loaded=self._show_all,
            corrected=self._show_corrected,
            failed=self._refused,
        )

    def on_unmount(self) -> None:
        self.keeper.stop()

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    @property
    def _is_reading(self) -> bool:
        return self._clock is not None

    @property
    def sheet(self) -> TableSheet:
        return self.query_one(TableSheet)

    @property
    def view(self) -> TableView | None:
        """The table in sight."""
        return self._views[self._at] if self._views else None

    def take_focus(self) -> None:
        """Give the keys to the table, or to the words in its place."""
        (self if self.has_class("-nothing") else self.sheet.in_sight).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a table there is nothing to do but to read; reading again is for `R`."""
        if action == "read" and not parameters:
            return not self._views and not self._is_reading
        if action == "stop":
            return self._is_reading
        return action not in _NEED_A_TABLE or bool(self._views)

    # Loading

    def load(self) -> None:
        """Show what the store has, unless the files are being read."""
        if not self.keeper.reading:
            self.keeper.load()

    def read_tables(self) -> None:
        """Go to the first ablation; where nothing was read yet, read."""
        if self._tables is None:
            self._reads_when_loaded = True
            return
        self._go(0)
        self._read_if_new()

    def go_to(self, key: str, row: int | None = None, column: int | None = None) -> None:
        """Show a table at a row, now or as soon as it is loaded."""
        self._wanted = (key, row, column)
        self._go_to_wanted()

    def _show_all(self, found: PaperTables) -> None:
        shown = self.view.key if self.view else None
        self._tables = found
        self._reading_ended()
        self._put_in_order(found.views, shown)
        if not self._go_to_wanted():
            self._show(keeps_place=shown is not None)
        if self._reads_when_loaded:
            self._reads_when_loaded = False
            self._read_if_new()

    def _put_in_order(self, views: Sequence[TableView], shown: str | None) -> None:
        self._views = table_words.in_order(views)
        self._at = next((n for n, view in enumerate(self._views) if view.key == shown), 0)
        self.post_message(self.Counted(table_words.tab_label(self._views)))

    def _read_if_new(self) -> None:
        if self._tables is not None and self._tables.state == "none":
            self.action_read()

    def _show_corrected(self, view: TableView) -> None:
        self._put_in_order([view if one.key == view.key else one for one in self._views], view.key)
        self._show(keeps_place=True)

    def _refused(self, error: R2PError) -> None:
        """What went wrong stands where the tables would be, or passes by where there are some."""
        self._reading_ended()
        if self._views:
            self._app.show_error(error)
            self._show(keeps_place=True)
        else:
            self._say(Content.styled(clean(error.message), "bold $error"), error.hint)

    def _go_to_wanted(self) -> bool:
        if self._wanted is None or not self._views:
            return False
        (key, row, column), self._wanted = self._wanted, None
        self._at = next((n for n, view in enumerate(self._views) if view.key == key), self._at)
        start = table_words.first_place(self._views[self._at])
        self._show(place=(start[0] if row is None else row, start[1] if column is None else column))
        return True

    # Showing

    def _show(self, *, keeps_place: bool = False, place: Place | None = None) -> None:
        view = self.view
        self.set_class(view is None, "-nothing")
        if view is None:
            self._say_why_nothing()
        else:
            start = place or (None if keeps_place else table_words.first_place(view))
            standing = table_words.standing(view, self._at + 1, len(self._views))
            self.sheet.show(view, standing, self._notes(), start)
        self.refresh_bindings()
        if self.display:  # the part in sight has the keys
            self.take_focus()

    def _notes(self) -> list[str]:
        found = self._tables
        if found is None:
            return []
        notes = [f"Reading again failed: {found.reason}"] if found.reason else []
        return notes + (["R reads the tables again with this r2p."] if found.stale else [])

    def _say_why_nothing(self) -> None:
        found = self._tables
        if found is None or found.state == "none":
            self._say(Content(_NONE_YET), "")
        elif found.state == "failed":
            self._say(
                Content.styled(clean(found.reason), "bold $error"), "enter tries again, o opens the paper."
            )
        else:
            hint = "\n".join(["R reads it again, o opens the paper.", *found.skipped])
            self._say(Content("No tables were found in this paper."), hint)

    def _say(self, words: Content, hint: str) -> None:
        said = Content("\n\n").join([words, Content.styled(clean(hint), "$muted")])
        self.query_one("#tables-said", Static).update(said)
        self.add_class("-nothing")

    @on(TableSheet.PictureWanted)
    def _draw(self, event: TableSheet.PictureWanted) -> None:
        event.stop()
        if self.view is None:
            return
        key, picture = self.view.key, event.picture

        def drawn(lines: Sequence[Strip]) -> None:
            if self.view is not None and self.view.key == key:
                picture.show(lines)

        self.keeper.picture(key, picture.points, drawn, lambda error: picture.say(clean_line(error.message)))

    # Reading the files

    def action_read(self, again: bool = False) -> None:
        if not self.keeper.reading:
            self._seconds, self._step = 0, "looking for the paper's files"
            self.keeper.read(again=again)
            self._clock = self.set_interval(1.0, self._tick)
            self._tell_step()
            self.refresh_bindings()

    def _reading_ended(self) -> None:
        if self._clock is not None and not self.keeper.reading:
            self._clock.stop()
            self._clock = None
            self.refresh_bindings()

    @on(ReadingStep)
    def _take_step(self, event: ReadingStep) -> None:
        event.stop()
        self._step = event.step
        self._tell_step()

    def _tick(self) -> None:
        self._seconds += 1
        self._tell_step()

    def _tell_step(self) -> None:
        if not self.keeper.reading:
            return
        words = f"{clean_line(self._step)} …  {self._seconds} s"
        if self._views:
            self.sheet.say_below(Content.styled(f"{words}  escape stops", "$muted"))
        else:
            self._say(Content(words), _ALL_STAYS_USABLE)

    # Walking

    def action_table(self, steps: int) -> None:
        if self._views:
            self._go((self._at + steps) % len(self._views))

    def action_ablation(self) -> None:
        """The next ablation; after the last one the first."""
        count = table_words.ablations(self._views)
        if count:
            self._go((self._at + 1) % count if self._at < count else 0)
        else:
            self._app.tell(_NO_ABLATION)

    def _go(self, index: int) -> None:
        if self._views:
            self._at = index
            self._show()

    # The other keys

    def action_stop(self) -> None:
        if self.keeper.stop():
            self._step = "stopping"
            self._tell_step()

    def action_back(self) -> None:
        """From plot or picture to the grid; else leave the paper."""
        if not self.sheet.show_grid():
            cast("DeskScreen", self.screen).action_leave()

    def action_plot(self) -> None:
        if self.view is not None and not self.sheet.show_plot():
            self._app.tell(_NO_DELTAS)

    def action_picture(self) -> None:
        if self.view is not None:
            self.sheet.show_picture()

    def action_about(self) -> None:
        from r2p_tui.tui.dialogs.about_table import AboutTableDialog

        if self.view is not None:
            self.app.push_screen(AboutTableDialog(self.view, self.sheet.place))

    def action_claim(self) -> None:
        if self.view is not None:
            self.post_message(self.ClaimAsked(self.view, self.sheet.place))

    def action_open_page(self) -> None:
        self.post_message(self.PageAsked(self.view.table.page if self.view else 0))

    def action_copy_cell(self) -> None:
        if self.view is not None:
            cell = self.view.table.places.get(self.sheet.place)
            self._copy(clean_line(cell.text) if cell else "")

    def action_copy(self) -> None:
        from r2p_tui.tui.dialogs.copy_table import CopyTableDialog

        if self.view is not None:
            self.app.push_screen(CopyTableDialog(self.view, self.sheet.place[0]), self._copy)

    def _copy(self, text: str | None) -> None:
        if text is not None:
            self.app.copy_to_clipboard(clean(text))
            self._app.tell(f"Copied: {clean_line(text.splitlines()[0])[:60] if text else 'nothing'}")

    def action_correct(self) -> None:
        from r2p_tui.tui.dialogs.correct import CorrectDialog

        if self.view is not None:
            self.app.push_screen(CorrectDialog(self.view, self.sheet.place), self._correct)

    def action_baseline(self) -> None:
        if self.view is not None:
            self._correct(make_correction(self.view.table, "baseline", row=self.sheet.place[0]))

    def _correct(self, correction: Correction | None) -> None:
        if correction is not None and self.view is not None:
            self.keeper.correct(self.view.key, correction)

    def action_undo(self) -> None:
        if self.view is not None and self.view.corrections:
            self.keeper.undo(self.view.key)
        else:
            self._app.tell("Nothing was corrected in this table.")

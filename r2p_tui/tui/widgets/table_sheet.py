"""One table of a paper with all that is said of it; its grid, a plot, or its picture on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Static

from r2p_tui.tui import table_words
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.picture import PictureView
from r2p_tui.tui.widgets.plot import Plot
from r2p_tui.tui.widgets.table_grid import TableGrid
from r2p_tui.tui.widgets.table_layout import Place

if TYPE_CHECKING:
    from r2p_tui.services.tables import TableView

PICTURE_AFTER_SECONDS = 0.25
"""How long a table must be in sight before its picture is drawn beside it."""

_WARNINGS_AT_MOST = 2
_NO_COLOURS = "Pictures need colours, and NO_COLOR is set. o opens the page."


class TableSheet(Vertical):
    """Shows a `TableView`; asks for pictures with `PictureWanted` once the hand rests on a table."""

    BINDINGS = [
        Binding("l,right", "look(1, 0)", "Right in the picture, next plot", show=False, id="look.right"),
        Binding("h,left", "look(-1, 0)", "Left in the picture, plot before", show=False, id="look.left"),
        Binding("j,down", "look(0, 1)", "Down in the picture", show=False, id="look.down"),
        Binding("k,up", "look(0, -1)", "Up in the picture", show=False, id="look.up"),
        Binding("plus,z", "zoom(1)", "Larger picture", show=False, id="look.larger"),
        Binding("minus,Z", "zoom(-1)", "Smaller picture", show=False, id="look.smaller"),
    ]
    DEFAULT_CSS = """
    TableSheet {
        #table-heading { height: auto; max-height: 2; }
        #table-name { width: 1fr; height: auto; }
        #table-standing { width: auto; height: 1; padding-left: 2; color: $muted; }
        #table-caption { height: auto; max-height: 3; max-width: 110; margin-bottom: 1; }
        #table-body { height: 1fr; }
        #table-views { width: 1fr; height: 1fr; }
        #table-side { display: none; width: 40%; height: 1fr; margin-left: 2; }
        #table-worth, #table-cell { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #table-warnings {
            height: auto;
            max-height: 2;
            color: $due;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
    }
    """

    class PictureWanted(Message):
        """A picture is in sight and has room for the region of the table."""

        def __init__(self, picture: PictureView) -> None:
            super().__init__()
            self.picture = picture

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._view: TableView | None = None
        self._plotted = 0
        self._rests: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="table-heading"):
            yield Static(id="table-name")
            yield Static(id="table-standing")
        yield Static(id="table-caption")
        with Horizontal(id="table-body"):
            with ContentSwitcher(initial="table-grid", id="table-views"):
                yield TableGrid(id="table-grid")
                yield Plot(id="table-plot")
                yield PictureView(id="table-picture")
            yield PictureView(id="table-side")
        yield Static(id="table-worth")
        yield Static(id="table-warnings")
        yield Static(id="table-cell")

    def on_mount(self) -> None:
        self.query_one("#table-side").can_focus = False
        self.set_class(self.app.no_color, "-no-colour")

    @property
    def grid(self) -> TableGrid:
        return self.query_one(TableGrid)

    @property
    def place(self) -> Place:
        """The row and the column of the cell under the cursor."""
        return self.grid.cursor

    @property
    def in_sight(self) -> TableGrid | Plot | PictureView:
        """The view that has the room."""
        name = self.query_one("#table-views", ContentSwitcher).current
        return cast("TableGrid | Plot | PictureView", self.query_one(f"#{name}"))

    def show(
        self, view: TableView, standing: str, notes: Sequence[str] = (), place: Place | None = None
    ) -> None:
        """Show a table; `standing` ends its first line, `notes` are sentences beside its own doubts.

        Without `place` the cursor stays where it can.
        """
        self._view = view
        self.query_one("#table-name", Static).update(table_words.heading(view))
        self.query_one("#table-standing", Static).update(SafeLine(standing))
        self.query_one("#table-caption", Static).update(SafeLine(table_words.caption(view)))
        self._put("#table-worth", table_words.worth_line(view))
        self._put("#table-warnings", _warnings([*table_words.warnings(view), *notes]))
        self.grid.show(table_words.face_of(view), place)
        self._show_plot(view)
        self._draw_soon()

    def say_below(self, words: Content) -> None:
        """Words in the last line, until the cursor moves."""
        self.query_one("#table-cell", Static).update(words)

    def show_plot(self) -> bool:
        """The deltas of the column under the cursor, or the grid again; False where there are none."""
        if self._view is None or not table_words.plotted_columns(self._view):
            return False
        self._show_plot(self._view)
        self._switch("table-plot")
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The grid has these keys for itself; a plot is not larger or smaller."""
        if action == "look":
            return self.in_sight is not self.grid
        return action != "zoom" or isinstance(self.in_sight, PictureView)

    def action_look(self, right: int, down: int) -> None:
        """Another part of the picture, or the plot of another column with deltas."""
        seen = self.in_sight
        if isinstance(seen, PictureView):
            seen.pan(right, down)
        elif columns := (table_words.plotted_columns(self._view) if self._view else []):
            at = columns.index(self._plotted) + right + down
            self._plotted = columns[max(0, min(at, len(columns) - 1))]
            self._draw_plot()

    def action_zoom(self, steps: int) -> None:
        if isinstance(self.in_sight, PictureView) and self.in_sight.zoom(steps):
            self._draw()

    def show_picture(self) -> None:
        """The region of the table on its page, or the grid again."""
        self._switch("table-picture")
        self.call_after_refresh(self._draw)

    def show_grid(self) -> bool:
        """Back to the grid; False where it is in sight already."""
        if self.in_sight is self.grid:
            return False
        self._switch("table-grid")
        return True

    def _switch(self, name: str) -> None:
        views = self.query_one("#table-views", ContentSwitcher)
        views.current = "table-grid" if views.current == name else name
        self.set_class(views.current == "table-picture", "-picture")
        self.in_sight.focus()

    def _show_plot(self, view: TableView) -> None:
        columns = table_words.plotted_columns(view)
        if columns:
            self._plotted = self.place[1] if self.place[1] in columns else columns[0]
            self._draw_plot()
        elif isinstance(self.in_sight, Plot):
            self._switch("table-grid")

    def _draw_plot(self) -> None:
        if self._view is not None:
            self.query_one(Plot).show(table_words.series_of(self._view, self._plotted))

    def _put(self, selector: str, words: Content) -> None:
        line = self.query_one(selector, Static)
        line.update(words)
        line.display = bool(words)

    @on(TableGrid.Marked)
    def _show_cell(self, event: TableGrid.Marked) -> None:
        event.stop()
        if self._view is not None:
            self.say_below(table_words.cell_line(self._view, event.place))

    # Pictures

    def on_resize(self, event: events.Resize) -> None:
        self._draw_soon()

    def _draw_soon(self) -> None:
        if self._rests is not None:
            self._rests.stop()
        self._rests = self.set_timer(PICTURE_AFTER_SECONDS, self._draw)

    def _draw(self) -> None:
        if self._view is None:
            return
        for picture in self.query(PictureView):
            if not picture.region.area:
                continue
            if self.app.no_color:
                picture.say(_NO_COLOURS)
            else:
                self.post_message(self.PictureWanted(picture))


def _warnings(said: Sequence[str]) -> Content:
    lines = [SafeLine(f"! {sentence}") for sentence in said[:_WARNINGS_AT_MOST]]
    if len(said) > _WARNINGS_AT_MOST:
        lines[-1] += Content(f"  and {len(said) - _WARNINGS_AT_MOST:d} more with i")
    return Content("\n").join(lines)

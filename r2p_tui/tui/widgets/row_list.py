"""Rows with a cursor, of which only the lines on screen are drawn, so that ten thousand move like ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from r2p_tui.text import clean_line

Row = TypeVar("Row")
Cell = tuple[str, str]
"""A text and the component class that styles it."""


def fit(text: str, width: int, *, right: bool = False) -> str:
    """One cleaned line of exactly `width` cells, with an ellipsis where something is missing."""
    if width <= 0:
        return ""
    line = clean_line(text[: width * 4 + 8])
    if cell_len(line) > width:
        line = set_cell_size(line, width - 1) + "…"
    padding = " " * max(width - cell_len(line), 0)
    return padding + line if right else line + padding


class RowList(ScrollView, Generic[Row], can_focus=True):
    """A subclass says what a row shows, what identifies it, and which messages tell of cursor and enter."""

    COMPONENT_CLASSES = {
        "row-list--title",
        "row-list--number",
        "row-list--muted",
        "row-list--due",
        "row-list--cursor",
    }
    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("down,j,n", "move(1)", "Next", show=False, id="list.down"),
        Binding("up,k", "move(-1)", "Previous", show=False, id="list.up"),
        Binding("g,home", "first", "First", show=False, id="list.first"),
        Binding("G,end", "last", "Last", show=False, id="list.last"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
        & > .row-list--title { color: $text; }
        & > .row-list--number { color: $accent; }
        & > .row-list--muted { color: $text-muted; }
        & > .row-list--due { color: $text-warning; }
        & > .row-list--cursor { background: $primary-muted; text-style: bold; }
        &:blur > .row-list--cursor { background: $surface-lighten-1; }
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: list[Row] = []

    # What a subclass says

    def cells(self, row: Row, width: int) -> Sequence[Cell]:
        """What a row shows in a given width; each text has its final width in cells."""
        raise NotImplementedError

    def identity(self, row: Row) -> object:
        """What stays when a row is loaded anew."""
        raise NotImplementedError

    def tell_marked(self) -> None:
        """The cursor rests on another row, or on none."""
        raise NotImplementedError

    def tell_opened(self, row: Row) -> None:
        """The user asked to open a row."""
        raise NotImplementedError

    # Rows

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    @property
    def marked(self) -> Row | None:
        return self._rows[self.cursor] if self._rows else None

    @property
    def last_visible(self) -> int:
        """The index of the last row that is on screen."""
        return self.scroll_offset.y + self.scrollable_content_region.height - 1

    def show(self, rows: Sequence[Row], *, cursor: int | None = None, quiet: bool = False) -> None:
        """Replace the rows; the cursor stays on its row, else on its line, unless `cursor` says where."""
        before = self.marked
        self._rows = list(rows)
        self.virtual_size = Size(self.size.width, len(self._rows))
        if cursor is None:
            cursor = self._index_of(self.identity(before)) if before is not None else 0
            cursor = self.cursor if cursor is None else cursor
        self._place_cursor(cursor)
        if not quiet:
            self.tell_marked()

    def take_out(self, index: int) -> Row:
        """Take a row out; the cursor rests on the one that moves up into its place."""
        row = self._rows.pop(index)
        cursor = self.cursor - 1 if index < self.cursor else self.cursor
        self._rows_changed(cursor)
        return row

    def put_back(self, index: int, row: Row) -> None:
        """Put a row back and mark it."""
        self._rows.insert(min(index, len(self._rows)), row)
        self._rows_changed(min(index, len(self._rows) - 1))

    def exchange(self, row: Row) -> None:
        """Show a row anew in its place."""
        index = self._index_of(self.identity(row))
        if index is not None:
            self._rows[index] = row
            self._refresh_row(index)

    def mark(self, identity: object) -> None:
        """Move the cursor to a row, if it is there."""
        index = self._index_of(identity)
        if index is not None:
            self.cursor = index

    def validate_cursor(self, cursor: int) -> int:
        return self._inside(cursor)

    def watch_cursor(self, before: int, after: int) -> None:
        self._keep_cursor_visible()
        self._refresh_row(before)
        self._refresh_row(after)
        self.tell_marked()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        on_cursor = self._component("cursor") if index == self.cursor else Style()
        segments = [
            Segment(text, self._component(name) + on_cursor)
            for text, name in self.cells(self._rows[index], width)
        ]
        strip = Strip(segments).adjust_cell_length(width, self.rich_style + on_cursor)
        return strip.apply_offsets(0, index)

    # Moving

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(event.size.width, len(self._rows))
        self._keep_cursor_visible()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._rows):
            opens = index == self.cursor and event.chain > 1
            self.cursor = index
            if opens:
                self.action_open()

    def action_move(self, steps: int) -> None:
        self.cursor += steps

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(self.scrollable_content_region.height - 1, 1)

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = len(self._rows) - 1

    def action_open(self) -> None:
        if self.marked is not None:
            self.tell_opened(self.marked)

    def _rows_changed(self, cursor: int) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows))
        self._place_cursor(cursor)
        self.tell_marked()

    def _place_cursor(self, cursor: int) -> None:
        self.set_reactive(RowList.cursor, self._inside(cursor))
        self._keep_cursor_visible()
        self.refresh()

    def _index_of(self, identity: object) -> int | None:
        return next((index for index, row in enumerate(self._rows) if self.identity(row) == identity), None)

    def _inside(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._rows) - 1))

    def _keep_cursor_visible(self) -> None:
        if self._rows and self.size.height:
            self.scroll_to_region(
                Region(0, self.cursor, max(self.size.width, 1), 1), animate=False, force=True
            )

    def _refresh_row(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"row-list--{name}", partial=name == "cursor")


KEYS_WITHOUT_K = [
    replace(binding, key="up") if binding.id == "list.up" else binding for binding in RowList.BINDINGS
]
"""For lists where `k` keeps what is marked."""

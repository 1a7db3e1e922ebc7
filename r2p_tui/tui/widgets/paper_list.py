"""A list of papers that draws only the lines on screen, so that ten thousand rows move like ten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from r2p_tui.domain.papers import PaperRow
from r2p_tui.text import clean_line

Cell = tuple[str, str]
"""A text and the component class that styles it."""
Columns = Callable[[PaperRow, int], Sequence[Cell]]
"""What a row shows in a given width; each text has its final width in cells."""


def fit(text: str, width: int, *, right: bool = False) -> str:
    """One cleaned line of exactly `width` cells, with an ellipsis where something is missing."""
    if width <= 0:
        return ""
    line = clean_line(text[: width * 4 + 8])
    if cell_len(line) > width:
        line = set_cell_size(line, width - 1) + "…"
    padding = " " * max(width - cell_len(line), 0)
    return padding + line if right else line + padding


class PaperList(ScrollView, can_focus=True):
    """Rows with a cursor; posts `Marked` when the cursor rests on another paper and `Opened` on enter."""

    COMPONENT_CLASSES = {
        "paper-list--title",
        "paper-list--number",
        "paper-list--muted",
        "paper-list--due",
        "paper-list--cursor",
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
    PaperList {
        height: 1fr;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
        & > .paper-list--title { color: $text; }
        & > .paper-list--number { color: $accent; }
        & > .paper-list--muted { color: $text-muted; }
        & > .paper-list--due { color: $text-warning; }
        & > .paper-list--cursor { background: $primary-muted; text-style: bold; }
        &:blur > .paper-list--cursor { background: $surface-lighten-1; }
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Marked(Message):
        """The cursor rests on this paper, or on nothing when the list is empty."""

        def __init__(self, papers: PaperList, row: PaperRow | None) -> None:
            super().__init__()
            self.papers = papers
            self.row = row

        @property
        def control(self) -> PaperList:
            return self.papers

    class Opened(Message):
        """The user asked to open this paper."""

        def __init__(self, papers: PaperList, row: PaperRow) -> None:
            super().__init__()
            self.papers = papers
            self.row = row

        @property
        def control(self) -> PaperList:
            return self.papers

    def __init__(self, columns: Columns, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns = columns
        self._rows: list[PaperRow] = []

    @property
    def rows(self) -> Sequence[PaperRow]:
        return self._rows

    @property
    def marked(self) -> PaperRow | None:
        return self._rows[self.cursor] if self._rows else None

    @property
    def last_visible(self) -> int:
        """The index of the last row that is on screen."""
        return self.scroll_offset.y + self.scrollable_content_region.height - 1

    def show(self, rows: Sequence[PaperRow], *, cursor: int | None = None, quiet: bool = False) -> None:
        """Replace the rows; the cursor stays on its paper, else on its line, unless `cursor` says where."""
        before = self.marked
        self._rows = list(rows)
        self.virtual_size = Size(self.size.width, len(self._rows))
        if cursor is None:
            cursor = self._index_of(before.paper_id) if before else 0
            cursor = self.cursor if cursor is None else cursor
        self.set_reactive(PaperList.cursor, self._inside(cursor))
        self._keep_cursor_visible()
        self.refresh()
        if not quiet:
            self.post_message(self.Marked(self, self.marked))

    def take_out(self, index: int) -> PaperRow:
        """Take a row out; the cursor rests on the one that moves up into its place."""
        row = self._rows.pop(index)
        cursor = self.cursor - 1 if index < self.cursor else self.cursor
        self._rows_changed(cursor)
        return row

    def put_back(self, index: int, row: PaperRow) -> None:
        """Put a row back and mark it."""
        self._rows.insert(min(index, len(self._rows)), row)
        self._rows_changed(min(index, len(self._rows) - 1))

    def mark(self, paper_id: int) -> None:
        """Move the cursor to a paper, if it is there."""
        index = self._index_of(paper_id)
        if index is not None:
            self.cursor = index

    def validate_cursor(self, cursor: int) -> int:
        return self._inside(cursor)

    def watch_cursor(self, before: int, after: int) -> None:
        self._keep_cursor_visible()
        self._refresh_row(before)
        self._refresh_row(after)
        self.post_message(self.Marked(self, self.marked))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        on_cursor = self._component("cursor") if index == self.cursor else Style()
        segments = [
            Segment(text, self._component(name) + on_cursor)
            for text, name in self._columns(self._rows[index], width)
        ]
        strip = Strip(segments).adjust_cell_length(width, self.rich_style + on_cursor)
        return strip.apply_offsets(0, index)

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
            self.post_message(self.Opened(self, self.marked))

    def _rows_changed(self, cursor: int) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.set_reactive(PaperList.cursor, self._inside(cursor))
        self._keep_cursor_visible()
        self.refresh()
        self.post_message(self.Marked(self, self.marked))

    def _index_of(self, paper_id: int) -> int | None:
        return next((index for index, row in enumerate(self._rows) if row.paper_id == paper_id), None)

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
        return self.get_component_rich_style(f"paper-list--{name}", partial=name == "cursor")

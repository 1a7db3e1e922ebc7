"""A table with a cell cursor: header and labels stay, the rest scrolls, and only what is seen is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from r2p_tui.domain.tables import Table
from r2p_tui.tui.widgets.table_layout import GridFace, Piece, Place, TableLayout

_NOTHING = GridFace(Table("", "", "", 0, None, "pdf", 0, ()))


class TableGrid(ScrollView, can_focus=True):
    """Shows a `GridFace`; the cursor walks header rows too, since they can be corrected."""

    COMPONENT_CLASSES = {
        f"table-grid--{name}"
        for name in (
            "text", "label", "header", "best", "second", "doubt", "better", "worse", "even", "muted", "rule",
            "baseline", "row", "cursor",
        )
    }  # fmt: skip
    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("down,j", "move(1, 0)", "Row below", show=False, id="grid.down"),
        Binding("up,k", "move(-1, 0)", "Row above", show=False, id="grid.up"),
        Binding("right,l", "move(0, 1)", "Next column", show=False, id="grid.right"),
        Binding("left,h", "move(0, -1)", "Previous column", show=False, id="grid.left"),
        Binding("g", "to_row(0)", "First row", show=False, id="grid.first"),
        Binding("G", "to_row(1)", "Last row", show=False, id="grid.last"),
        Binding("home,0,circumflex_accent", "to_column(0)", "First column", show=False, id="grid.home"),
        Binding("end,dollar_sign", "to_column(1)", "Last column", show=False, id="grid.end"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="grid.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="grid.page_up"),
    ]
    DEFAULT_CSS = """
    TableGrid {
        height: 1fr;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
        & > .table-grid--text { color: $text; }
        & > .table-grid--label { color: $text; }
        & > .table-grid--header { color: $primary; }
        & > .table-grid--best { text-style: bold; }
        & > .table-grid--second { text-style: italic; }
        & > .table-grid--doubt { color: $due; text-style: underline; }
        & > .table-grid--better { color: $success; }
        & > .table-grid--worse { color: $error; }
        & > .table-grid--even { color: $muted; }
        & > .table-grid--muted { color: $muted; }
        & > .table-grid--rule { color: $border; }
        & > .table-grid--baseline { color: $accent; text-style: bold; }
        & > .table-grid--row { background: $surface-lighten-1; }
        & > .table-grid--cursor { background: $primary-muted; text-style: bold; }
        &:blur > .table-grid--cursor { background: $surface-lighten-2; }
    }
    """

    cursor: reactive[Place] = reactive((0, 0), repaint=False)

    class Marked(Message):
        """The cursor rests on this (row, column)."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._layout_now = TableLayout(_NOTHING, 80)
        self._first = 0

    @property
    def face(self) -> GridFace:
        return self._layout_now.face

    @property
    def table(self) -> Table:
        return self.face.table

    def show(self, face: GridFace, cursor: Place | None = None) -> None:
        """Show another table, or the same one anew; without `cursor` the mark stays where it can."""
        self._first = 0
        self._lay_out(face)
        self.set_reactive(TableGrid.cursor, self.validate_cursor(self.cursor if cursor is None else cursor))
        self._keep_cursor_visible()
        self.refresh()
        self.post_message(self.Marked(self.cursor))

    def validate_cursor(self, cursor: Place) -> Place:
        row, column = cursor
        table = self.table
        return max(0, min(row, table.row_count - 1)), max(0, min(column, table.column_count - 1))

    def watch_cursor(self) -> None:
        self._keep_cursor_visible()
        self.refresh()
        self.post_message(self.Marked(self.cursor))

    # Drawing

    def render_line(self, y: int) -> Strip:
        layout, width = self._layout_now, self.size.width
        if y < layout.header_height:
            pieces: Iterable[Piece] = layout.header_line(y, self._first)
            row_style = Style()
        else:
            index = y - layout.header_height + self.scroll_offset.y
            if index >= len(layout.body):
                return Strip.blank(width, self.rich_style)
            pieces = layout.body_line(index, self._first)
            line = layout.body[index]
            on_row = line.row == self.cursor[0] and not line.rule
            row_style = self._component("row") if on_row else Style()
        strip = Strip(list(self._segments(pieces, row_style)))
        return strip.adjust_cell_length(width, self.rich_style + row_style)

    def _segments(self, pieces: Iterable[Piece], row_style: Style) -> Iterable[Segment]:
        at, plain, marked = 0, self.rich_style + row_style, self._marked_place()
        for piece in sorted(pieces, key=lambda piece: piece.left):
            if piece.left < at:
                continue
            if piece.left > at:
                yield Segment(" " * (piece.left - at), plain)
            segment = Segment(piece.text, plain + self._style_of(piece, marked))
            yield segment
            at = piece.left + segment.cell_length

    def _style_of(self, piece: Piece, marked: Place) -> Style:
        style = Style()
        for name in piece.style.split():
            style += self._component(name)
        return style + self._component("cursor") if piece.place == marked else style

    def _marked_place(self) -> Place:
        cell = self.table.places.get(self.cursor)
        return (cell.row, cell.column) if cell else self.cursor

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"table-grid--{name}", partial=True)

    # Size and place

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(self.face)
        self._keep_cursor_visible()

    def _lay_out(self, face: GridFace) -> None:
        # One column is left to the scroll bar, so that what is in sight never depends on it.
        self._layout_now = TableLayout(face, max(self.size.width - 1, 20))
        lines = len(self._layout_now.body) + self._layout_now.header_height
        self.virtual_size = Size(self.size.width, lines)

    def _keep_cursor_visible(self) -> None:
        layout, (row, column) = self._layout_now, self.cursor
        if not self.size.height or not self.table.cells:
            return
        self._first = layout.first_showing(column, self._first)
        line = layout.line_of(row)
        room = max(self.scrollable_content_region.height - layout.header_height, 1)
        top = self.scroll_offset.y
        if line is None or line < top:
            self.scroll_to(y=line or 0, animate=False, force=True)
        elif line >= top + room:
            self.scroll_to(y=line - room + 1, animate=False, force=True)

    # Keys and mouse

    def action_move(self, rows: int, columns: int) -> None:
        row, column = self.cursor
        cell = self.table.places.get(self.cursor)
        if cell is not None and columns:
            # A cell over several columns is one step.
            column = cell.column + (cell.column_span - 1 if columns > 0 else 0)
        self.cursor = (row + rows, column + columns)

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(self.size.height - self._layout_now.header_height - 1, 1), 0)

    def action_to_row(self, last: int) -> None:
        self.cursor = (self.table.row_count if last else self.table.header_rows, self.cursor[1])

    def action_to_column(self, last: int) -> None:
        self.cursor = (self.cursor[0], self.table.column_count if last else 0)

    def on_click(self, event: events.Click) -> None:
        layout = self._layout_now
        if event.y < layout.header_height:
            return
        index = event.y - layout.header_height + self.scroll_offset.y
        if index < len(layout.body):
            lefts = [(left, column) for column, left in layout.visible(self._first) if left <= event.x]
            self.cursor = (layout.body[index].row, lefts[-1][1] if lefts else 0)

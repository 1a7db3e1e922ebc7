"""Variants of a model in rows under a header; what did not run says why in place of its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from r2p_tui.tui.widgets.curve_plot import colour_of
from r2p_tui.tui.widgets.row_list import Cell, RowList, fit

_LETTER = 4
# Below the scrollbar, where there is one.
_EDGE = 1


class Column(NamedTuple):
    """A column by the key of its cells; a width below 0 is for text, which stands left."""

    key: str
    title: str
    width: int


class VariantRow(NamedTuple):
    """One variant: its letter and colour, its cells by column with their component classes.

    `aside` stands in place of the cells of one that has none.
    """

    key: str
    name: str
    letter: str
    slot: int
    cells: Mapping[str, tuple[str, str]]
    aside: str = ""
    aside_tone: str = "muted"
    is_marked: bool = False


Layout = Callable[[int], Sequence[Column]]
"""The columns for a width, that of the name not among them."""


class VariantList(RowList[VariantRow], inherit_bindings=False):
    """Posts `Marked` when the cursor rests on another variant, `Opened` on a double click."""

    # What enter does is among the keys of the screen.
    BINDINGS: ClassVar[list[Binding]] = [one for one in RowList.BINDINGS if one.id != "list.open"]
    COMPONENT_CLASSES = {"row-list--better", "row-list--worse", "row-list--even"}
    DEFAULT_CSS = """
    VariantList {
        & > .row-list--better { color: $success; }
        & > .row-list--worse { color: $error; }
        & > .row-list--even { color: $text; }
    }
    """

    class Marked(Message):
        """The cursor rests on this variant, or on none."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The user wants to see all of it."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, layout: Layout, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._layout_of = layout

    def cells(self, row: VariantRow, width: int) -> Sequence[Cell]:
        width -= _EDGE
        columns = self._layout_of(width)
        name = name_room(columns, width)
        head = [
            (
                f"{'›' if row.is_marked else ' '}{row.letter or ' ':<2} ",
                f"curve{row.slot}" if row.letter else "muted",
            ),
            (fit(row.name, name - 1) + " ", "title" if row.letter else "muted"),
        ]
        if row.aside:
            return [*head, (fit(row.aside, width - _LETTER - name), row.aside_tone)]
        return [*head, *(_cell(row.cells.get(column.key, ("", "muted")), column.width) for column in columns)]

    def identity(self, row: VariantRow) -> object:
        return row.key

    def tell_marked(self) -> None:
        self.post_message(self.Marked(self.marked.key if self.marked else ""))

    def tell_opened(self, row: VariantRow) -> None:
        self.post_message(self.Opened(row.key))

    def on_resize(self, event: events.Resize) -> None:
        """From the beginning where that shows the cursor too."""
        super().on_resize(event)
        if self.cursor < event.size.height:
            self.scroll_home(animate=False)

    def _component(self, name: str) -> Style:
        if name.startswith("curve"):
            return self.rich_style + colour_of(int(name.removeprefix("curve"))) + Style(bold=True)
        return super()._component(name)


class _Head(Widget):
    """The titles of the columns."""

    DEFAULT_CSS = "_Head { height: 1; color: $muted; }"

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self._layout_of = layout

    def render(self) -> Content:
        width = self.size.width - _EDGE
        columns = self._layout_of(width)
        titles = "".join(_cell((column.title, ""), column.width)[0] for column in columns)
        return Content(" " * (_LETTER + name_room(columns, width)) + titles)


class VariantTable(Vertical):
    """The list below its header."""

    DEFAULT_CSS = "VariantTable { height: auto; }"

    def __init__(self, layout: Layout, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._layout_of = layout

    def compose(self) -> ComposeResult:
        yield _Head(self._layout_of)
        yield VariantList(self._layout_of)

    @property
    def list(self) -> VariantList:
        return self.query_one(VariantList)


def name_room(columns: Sequence[Column], width: int) -> int:
    """What the columns leave to the name."""
    return max(width - _LETTER - sum(abs(column.width) for column in columns), 8)


def _cell(cell: tuple[str, str], width: int) -> Cell:
    text, tone = cell
    # Text begins two cells behind the figure before it.
    return (fit(text, width, right=True) if width > 0 else "  " + fit(text, -width - 2)), tone

"""A list of entries of one or two lines each, for hundreds of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class EntryList(OptionList):
    """Posts `OptionSelected` on enter; the mark stays on its line when the entries change."""

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("j,n", "cursor_down", "Next", show=False, id="entries.down"),
        Binding("k", "cursor_up", "Previous", show=False, id="entries.up"),
        Binding("g", "first", "First", show=False, id="entries.first"),
        Binding("G", "last", "Last", show=False, id="entries.last"),
    ]
    DEFAULT_CSS = """
    EntryList, EntryList:focus {
        height: 1fr;
        border: none;
        padding: 0;
        background: transparent;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted {
            background: $surface-lighten-1;
            color: $text;
            text-style: none;
        }
    }
    EntryList:focus > .option-list--option-highlighted { background: $primary-muted; text-style: none; }
    """

    @property
    def marked(self) -> int | None:
        """The index of the entry under the cursor."""
        return self.highlighted

    def show(self, entries: Sequence[Content], *, first: bool = False) -> None:
        """Replace the entries."""
        before = 0 if first or self.highlighted is None else self.highlighted
        self.clear_options()
        self.add_options([_option(entry) for entry in entries])
        self.highlighted = min(before, len(entries) - 1) if entries else None


def _option(entry: Content) -> Option:
    return Option(entry)

"""What dialogs of one long text have in common: the keys that move through it, shown on its border."""

from __future__ import annotations

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from r2p_tui.tui.widgets.key_line import key_line


class ScrolledDialog(ModalScreen[None]):
    """A subclass fills the one scroll of class `dialog`, and calls `show_keys` on it with keys of its own."""

    BINDINGS = [
        Binding("j,down", "scroll(1)", show=False, id="scrolled.down"),
        Binding("k,up", "scroll(-1)", show=False, id="scrolled.up"),
        Binding("g,home", "end(0)", show=False, id="scrolled.first"),
        Binding("G,end", "end(1)", show=False, id="scrolled.last"),
    ]

    def show_keys(self, dialog: VerticalScroll, *own: tuple[str, str]) -> None:
        dialog.border_subtitle = key_line(*own, ("j k", "scroll"), ("esc", "close"))

    def action_scroll(self, lines: int) -> None:
        """At once, so that a key that is held down loses no step."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False, immediate=True)

    def action_end(self, last: int) -> None:
        scroll = self.query_one(VerticalScroll)
        (scroll.scroll_end if last else scroll.scroll_home)(animate=False, immediate=True)

"""The keys of the screen below, in plain words."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from r2p_tui.tui.commands import described_bindings


class HelpScreen(ModalScreen[None]):
    """A table of keys; any of escape, q and ? closes it."""

    BINDINGS = [
        Binding("escape,q,question_mark", "dismiss", "close", id="help.close"),
        Binding("j,down", "scroll(1)", show=False, id="help.down"),
        Binding("k,up", "scroll(-1)", show=False, id="help.up"),
    ]
    DEFAULT_CSS = """
    HelpScreen .dialog { width: 64; }
    """

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = "Keys"
            yield Static(self._table())

    def _table(self) -> Content:
        here: list[tuple[str, str]] = []
        everywhere: list[tuple[str, str]] = []
        for active in described_bindings(self._below):
            row = (self._keys(active.binding.action), active.binding.tooltip or active.binding.description)
            (everywhere if active.node is self.app else here).append(row)
        extra = [("ctrl+p", "Find any of these by name")]
        lines = [_section("On this screen", here), _section("Everywhere", everywhere + extra)]
        return Content("\n\n").join(lines)

    def _keys(self, action: str) -> str:
        """Every key of an action, since many have two."""
        bindings = [active.binding for active in self._below.active_bindings.values()]
        names = [self.app.get_key_display(binding) for binding in bindings if binding.action == action]
        return " ".join(dict.fromkeys(names))

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _section(title: str, rows: list[tuple[str, str]]) -> Content:
    lines = [Content.styled(title, "bold $primary")]
    for keys, words in rows:
        name = words[:1].upper() + words[1:]
        lines.append(Content.assemble((f"  {keys:<16} ", "bold"), (name, "")))
    return Content("\n").join(lines)

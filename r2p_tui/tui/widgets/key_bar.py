"""The last line of every screen: the keys that matter here, drawn by one widget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget


class _Entry(NamedTuple):
    """A key as it is shown, and what a click on it runs."""

    key: str
    words: str
    active: ActiveBinding

    @property
    def width(self) -> int:
        return len(self.key) + len(self.words) + 3


class KeyBar(Widget):
    """The shown bindings of the screen, each action once; a click does what the key does."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        dock: bottom;
        background: $panel;
    }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Screen[Any]) -> None:
        self.refresh()

    def render(self) -> Content:
        shown = [((f" {entry.key}", "bold $primary"), f" {entry.words} ") for entry in self._entries()]
        return Content("").join(Content.assemble(*parts) for parts in shown)

    async def on_click(self, event: events.Click) -> None:
        start = 0
        for entry in self._entries():
            if start <= event.x < start + entry.width:
                await self.app.run_action(entry.active.binding.action, default_namespace=entry.active.node)
                return
            start += entry.width

    def _entries(self) -> Iterator[_Entry]:
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.action not in seen:
                seen.add(binding.action)
                yield _Entry(self.app.get_key_display(binding), binding.description, active)

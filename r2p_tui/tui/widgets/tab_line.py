"""The parts of a thing, on one line: the chosen one is underlined, a click goes to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class TabLine(Widget):
    """Names of the parts; `labels` maps a part's name to what is shown, and may change with the counts."""

    DEFAULT_CSS = """
    TabLine {
        height: 1;
        padding: 0 1;
        color: $muted;
    }
    """

    labels: reactive[Mapping[str, str]] = reactive(dict)
    chosen: reactive[str] = reactive("")

    class Chosen(Message):
        """The user clicked a part."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, labels: Mapping[str, str], chosen: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.set_reactive(TabLine.labels, labels)
        self.set_reactive(TabLine.chosen, chosen)

    def render(self) -> Content:
        parts: list[tuple[str, str] | str] = []
        for name, label, _ in self._places():
            parts += [(label, "bold underline $primary" if name == self.chosen else ""), "  "]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        for name, label, start in self._places():
            if start <= event.x - self.styles.padding.left < start + len(label):
                self.post_message(self.Chosen(name))

    def beside(self, steps: int) -> str:
        """The part so many places to the right, or the last one there."""
        names = list(self.labels)
        return names[max(0, min(names.index(self.chosen) + steps, len(names) - 1))]

    def _places(self) -> Iterator[tuple[str, str, int]]:
        start = 0
        for name, label in self.labels.items():
            yield name, label, start
            start += len(label) + 2

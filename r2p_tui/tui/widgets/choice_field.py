"""One of a few words, chosen with a number or the arrow keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.key_line import joined


class ChoiceField(Widget, can_focus=True):
    """Numbers choose, left and right go on; `chosen` is an index.

    Posts `Changed` with every other choice, and `Settled` for one that was made by its number.
    """

    DEFAULT_CSS = """
    ChoiceField {
        height: 1;
        padding: 0 1;
        background: $surface-lighten-1;
        &:focus { background: $primary 15%; }
    }
    """

    chosen: reactive[int] = reactive(0)

    class Changed(Message):
        """Another one is chosen."""

    class Settled(Message):
        """The user knows which one, and wants to go on."""

    def __init__(self, options: Sequence[str], chosen: int = 0, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = [clean_line(option) for option in options]
        self.set_reactive(ChoiceField.chosen, chosen)

    @property
    def value(self) -> str:
        return self._options[self.chosen]

    def validate_chosen(self, chosen: int) -> int:
        return max(0, min(chosen, len(self._options) - 1))

    def watch_chosen(self) -> None:
        self.post_message(self.Changed())

    def render(self) -> Content:
        return joined(
            (
                Content.assemble(
                    (key, "bold $primary"), (words, "bold $text underline" if here else "$muted")
                )
                for key, words, here in self._shown()
            ),
            "  ",
        ).truncate(max(self.size.width, 1), ellipsis=True)

    def _shown(self) -> Iterator[tuple[str, str, bool]]:
        """Where there is no room for all words, only the chosen one has its own."""
        wide = sum(cell_len(option) + 5 for option in self._options) > self.size.width
        for place, option in enumerate(self._options):
            here = place == self.chosen
            yield f"{place + 1}", f" {'▸' if here else ''}{option}" if here or not wide else "", here

    def on_key(self, event: events.Key) -> None:
        """Numbers are choices here, not screens."""
        if event.key.isdecimal() and len(event.key) == 1:
            event.stop()
            if 0 < int(event.key) <= len(self._options):
                self.chosen = int(event.key) - 1
                self.post_message(self.Settled())
        elif event.key in ("left", "right", "space"):
            event.stop()
            step = -1 if event.key == "left" else 1
            self.chosen = (self.chosen + step) % len(self._options)

    def on_click(self, event: events.Click) -> None:
        start = self.styles.padding.left
        for place, (key, words, _) in enumerate(self._shown()):
            start += len(key) + cell_len(words) + 2
            if event.x < start:
                self.chosen = place
                return

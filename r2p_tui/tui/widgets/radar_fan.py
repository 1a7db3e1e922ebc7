"""The radar as a plot: rings as arcs, quadrants as sectors, each technique a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from r2p_tui.domain.radar_fan import Blip, Fan, Role, Span, fan
from r2p_tui.text import clean
from r2p_tui.tui.widgets.key_line import joined

_STYLES: dict[Role, str] = {
    "space": "",
    "arc": "$muted 60%",
    "edge": "$muted 60%",
    "ring": "bold $muted",
    "quadrant": "$muted",
    "blip": "bold $text",
    "stale": "bold underline $due",
    "chosen": "bold $background on $primary",
}


class RadarFan(Widget):
    """Draws itself as large as it is; a click on a number posts `Chosen`."""

    DEFAULT_CSS = """
    RadarFan { height: 1fr; }
    """

    class Chosen(Message):
        """The user clicked the number of a technique."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._blips: tuple[Blip, ...] = ()
        self._quadrants: tuple[str, ...] = ()
        self._chosen = 0
        self._fan: tuple[tuple[object, ...], Fan] | None = None

    @property
    def fan(self) -> Fan:
        """What is drawn, without the mark: that moves with every key, and hundreds take a while to place."""
        width, height = self.size
        wanted = (self._blips, self._quadrants, width, height)
        if self._fan is None or self._fan[0] != wanted:
            self._fan = wanted, fan(self._blips, self._quadrants, width, height)
        return self._fan[1]

    def show(self, blips: Sequence[Blip], quadrants: Sequence[str], chosen: int) -> None:
        """Draw these; the number `chosen` stands out, 0 where none does."""
        self._blips, self._quadrants, self._chosen = tuple(blips), tuple(quadrants), chosen
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return container.height

    def render(self) -> Content:
        if not self.size.width or not self.size.height:
            return Content("")
        return joined(Content.assemble(*self._pieces(row)) for row in self.fan.rows)

    def on_click(self, event: events.Click) -> None:
        if number := self.number_at(event.x, event.y):
            self.post_message(self.Chosen(number))

    def number_at(self, x: int, y: int) -> int:
        """The number that is drawn at a cell, or 0."""
        rows, start = self.fan.rows, 0
        for span in rows[y] if y < len(rows) else ():
            start += cell_len(span.text)
            if x < start:
                return span.number
        return 0

    def _pieces(self, row: Sequence[Span]) -> Iterator[tuple[str, str]]:
        for span in row:
            chosen = self._chosen and span.number == self._chosen
            yield clean(span.text), _STYLES["chosen" if chosen else span.role]

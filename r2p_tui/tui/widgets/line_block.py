"""A titled block of one-line entries, each with the key that acts on it at the right edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from r2p_tui.text import clean_line


class Line(NamedTuple):
    """An entry: its text, what stands at its right (a time, a count), the key, and a style."""

    text: str
    tail: str = ""
    key: str = ""
    style: str = ""


class LineBlock(Widget):
    """Entries cut to the width there is; the tail and the key always stay in sight."""

    DEFAULT_CSS = """
    LineBlock { height: auto; margin-bottom: 1; }
    """

    def __init__(self, title: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._title = title
        self._lines: Sequence[Line] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Replace the entries."""
        self._lines = lines
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines) + 1 if self._lines else 0

    def render(self) -> Content:
        rows = [Content.styled(self._title, "bold $primary")]
        rows += [self._row(line) for line in self._lines]
        return Content("\n").join(rows)

    def _row(self, line: Line) -> Content:
        tail = Content.assemble(
            (f"  {clean_line(line.tail)}" if line.tail else "", "$muted"),
            (f"  {line.key:>5}", "bold $primary"),
        )
        room = max(self.size.width - tail.cell_length - 2, 4)
        text = Content.styled(clean_line(line.text), line.style).truncate(room, ellipsis=True)
        return Content("  ") + text + Content(" " * max(room - text.cell_length, 0)) + tail

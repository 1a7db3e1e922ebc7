"""The end of a log that grows: bounded in memory, cleaned, and never read as markup."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from r2p_tui.text import clean, count_of, shorten

LINES_KEPT = 2_000
_LONGEST_LINE = 2_000
_COLUMNS_A_STEP = 8


class LogLines:
    """The last lines of a log; one thread adds, another looks."""

    def __init__(self, kept: int = LINES_KEPT) -> None:
        self._lines: deque[str] = deque(maxlen=kept)
        self.total = 0

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            # Cut before it is cleaned, since a program may write a line without end.
            self._lines.append(clean(line[:_LONGEST_LINE].expandtabs(4)).replace("\n", " "))
            self.total += 1

    def seen(self) -> tuple[list[str], int]:
        """The lines that are kept, and how many came before them."""
        while True:
            try:
                lines = list(self._lines)
            except RuntimeError:  # the other thread added a line meanwhile
                continue
            return lines, max(self.total - len(lines), 0)


class LogPane(ScrollView, can_focus=True):
    """Follows the end; a look back stops that, and `G` goes on, and so does going elsewhere."""

    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("down,j", "move(1)", "Down in the log", show=False, id="log.down"),
        Binding("up,k", "move(-1)", "Up in the log", show=False, id="log.up"),
        Binding("pagedown,ctrl+d,space", "page(1)", "Page down in the log", show=False, id="log.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up in the log", show=False, id="log.page_up"),
        Binding("g,home", "first", "Oldest line that is kept", show=False, id="log.first"),
        Binding("G,end", "follow", "Follow the end of the log", show=False, id="log.follow"),
        Binding("right,l", "shift(1)", "Right in long lines", show=False, id="log.right"),
        Binding("left,h", "shift(-1)", "Left in long lines", show=False, id="log.left"),
    ]
    DEFAULT_CSS = """
    LogPane {
        height: 1fr;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
        color: $text-muted;
        &:focus { color: $text; }
    }
    """

    following: var[bool] = var(True, init=False)

    class Turned(Message):
        """The end is followed, or no longer; or keys go to the log, or no longer."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._source: LogLines | None = None
        self._lines: list[str] = []
        self._before = 0
        self._left = 0

    @property
    def lines(self) -> list[str]:
        return self._lines

    @property
    def standing(self) -> str:
        """How many lines there are and whether the end is followed, in words."""
        if not self._lines:
            return "nothing written yet"
        lines = count_of(len(self._lines), "line")
        said = f"the last {lines}" if self._before else lines
        return f"{said} · {self.pause}" if self.pause else said

    @property
    def pause(self) -> str:
        """That the end is not followed, with the key that does where keys go to the log."""
        return "" if self.following else "paused, G follows" if self.has_focus else "paused"

    def watch_following(self) -> None:
        self.post_message(self.Turned())

    def on_focus(self) -> None:
        self.post_message(self.Turned())

    def on_blur(self) -> None:
        self.post_message(self.Turned())
        # Who looks into another window comes back to the same place.
        if self.app.app_focus:
            self.action_follow()

    def show(self, source: LogLines | None) -> bool:
        """Show these lines; the place stays where the end is not followed. Says whether anything changed."""
        other = source is not self._source
        lines, before = source.seen() if source is not None else ([], 0)
        if not other and before + len(lines) == self._before + len(self._lines):
            return False
        gone = 0 if other else before - self._before
        self._source, self._lines, self._before = source, lines, before
        self.following = self.following or other
        self._left = 0 if other else self._left
        self.virtual_size = Size(self.size.width, len(lines))
        self._keep_place(gone)
        self.refresh()
        return True

    def _keep_place(self, gone: int) -> None:
        if self.following:
            self._go(len(self._lines))
        elif gone:
            self._go(round(self.scroll_y) - gone)

    def render_line(self, y: int) -> Strip:
        width, place = self.size.width, y + self.scroll_offset.y
        if place >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = Strip([Segment(self._lines[place], self.rich_style)])
        return line.crop(self._left, self._left + width).adjust_cell_length(width, self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(event.size.width, len(self._lines))
        self._keep_place(0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.action_move(-3)
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.action_move(3)
        event.stop()

    def action_move(self, lines: int) -> None:
        self.following = lines > 0 and round(self.scroll_y) + lines >= self.max_scroll_y
        self._go(round(self.scroll_y) + lines)

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(self.size.height - 1, 1))

    def action_first(self) -> None:
        self.following = False
        self._go(0)

    def action_follow(self) -> None:
        self.following = True
        self._go(len(self._lines))

    def action_shift(self, steps: int) -> None:
        longest = max(map(len, self._lines), default=0) - self.size.width // 2
        self._left = max(0, min(self._left + steps * _COLUMNS_A_STEP, longest))
        self.refresh()

    def copied(self) -> str:
        """The lines in sight as text."""
        top = self.scroll_offset.y
        return "\n".join(shorten(line, _LONGEST_LINE) for line in self._lines[top : top + self.size.height])

    def _go(self, line: int) -> None:
        most = max(len(self._lines) - self.size.height, 0)
        self.scroll_to(y=max(0, min(line, most)), animate=False, force=True, immediate=True)

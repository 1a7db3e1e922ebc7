"""The first line of every screen: where the user is, what waits elsewhere, and how fresh it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from r2p_tui.text import clean_line

if TYPE_CHECKING:
    from r2p_tui.tui.app import R2PApp


class Mode(NamedTuple):
    """One of the top screens: its key, its name in code and on screen."""

    key: str
    name: str
    title: str


_NAME = " r2p "
_BETWEEN = " · "
_BUSY_CELLS = 30
MODES = (
    Mode("1", "today", "Today"),
    Mode("2", "triage", "Triage"),
    Mode("3", "library", "Library"),
    Mode("5", "runs", "Runs"),
    Mode("6", "radar", "Radar"),
    Mode("7", "predictions", "Predictions"),
)


class Status(NamedTuple):
    """What the first line tells beside the screens' names."""

    waiting: int | None = None
    kept: int | None = None
    right: str = ""
    busy: str = ""
    running: int | None = None
    due: int | None = None


class ModeBar(Widget):
    """Names of the screens with their counts; a click goes there."""

    DEFAULT_CSS = """
    ModeBar {
        height: 1;
        dock: top;
        background: $panel;
        color: $muted;
    }
    """

    class Chosen(Message):
        """The user clicked a screen's name."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    def on_mount(self) -> None:
        self.watch(self.app, "status", self._show_status, init=False)

    def _show_status(self) -> None:
        self.refresh()

    def render(self) -> Content:
        chosen = self._app.current_mode
        parts: list[tuple[str, str]] = [(_NAME, "bold $primary")]
        for mode, label in self._labels():
            parts.append((label, "bold $text on $primary 30%" if mode.name == chosen else ""))
        line = Content.assemble(*parts)
        right = self._right(max(self.size.width - line.cell_length, 0))
        return line + right

    def on_click(self, event: events.Click) -> None:
        start = len(_NAME)
        for mode, label in self._labels():
            if start <= event.x < start + len(label):
                self.post_message(self.Chosen(mode.name))
            start += len(label)

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    def _right(self, room: int) -> Content:
        """What is going on, cut to the room; else as many of the other facts as fit in it whole."""
        status = self._app.status
        if status.busy:
            text = Content(clean_line(status.busy) + " ").truncate(room, ellipsis=True)
        else:
            facts = clean_line(status.right).split(_BETWEEN)
            while facts and len(_BETWEEN.join(facts)) + 2 > room:
                facts.pop()
            text = Content(_BETWEEN.join(facts) + " " if facts else "")
        return Content(" " * (room - text.cell_length)) + text

    def _labels(self) -> list[tuple[Mode, str]]:
        """The widest names that leave room for what is going on."""
        busy = self._app.status.busy
        wanted = self.size.width - len(_NAME) - (min(len(busy), _BUSY_CELLS) + 2 if busy else 0)
        for named, gap in ((True, " "), (True, ""), (False, "")):
            labels = list(self._labels_of(named, gap))
            if sum(len(label) for _, label in labels) <= wanted:
                break
        return labels

    def _labels_of(self, named: bool, gap: str) -> Iterator[tuple[Mode, str]]:
        """The key, name and count of each; without `named` only the screen in sight keeps its name."""
        status = self._app.status
        counts = {
            "triage": status.waiting,
            "library": status.kept,
            "runs": status.running,
            "predictions": status.due,
        }
        for mode in MODES:
            count, mark = counts.get(mode.name), "●" if mode.name == "runs" else ""
            name = f" {mode.title}" if named or mode.name == self._app.current_mode else ""
            yield mode, f" {mode.key}{name}{f' {mark}{count:,}' if count else ''}{gap}"

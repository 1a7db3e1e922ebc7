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
MODES = (
    Mode("1", "today", "Today"),
    Mode("2", "triage", "Triage"),
    Mode("3", "library", "Library"),
    Mode("5", "runs", "Runs"),
)


class Status(NamedTuple):
    """What the first line tells beside the screens' names."""

    waiting: int | None = None
    kept: int | None = None
    right: str = ""
    busy: str = ""
    running: int | None = None


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
        status = self._app.status
        right = Content(clean_line(status.busy or status.right) + " ")
        room = max(self.size.width - line.cell_length, 0)
        right = right.truncate(room, ellipsis=True)
        return line + Content(" " * (room - right.cell_length)) + right

    def on_click(self, event: events.Click) -> None:
        start = len(_NAME)
        for mode, label in self._labels():
            if start <= event.x < start + len(label):
                self.post_message(self.Chosen(mode.name))
            start += len(label)

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    def _labels(self) -> Iterator[tuple[Mode, str]]:
        status = self._app.status
        counts = {"triage": status.waiting, "library": status.kept, "runs": status.running}
        for mode in MODES:
            count, mark = counts.get(mode.name), "●" if mode.name == "runs" else ""
            yield mode, f" {mode.key} {mode.title}{f' {mark}{count:,}' if count else ''} "

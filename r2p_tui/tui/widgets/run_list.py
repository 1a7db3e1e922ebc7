"""The queue and the history of runs: one line a run where there is room, two where there is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from r2p_tui.domain.runs import RunState
from r2p_tui.tui import run_words
from r2p_tui.tui.widgets.curve_plot import LETTERS, colour_of
from r2p_tui.tui.widgets.row_list import fit

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView

_ONE_LINE_FROM = 72
_HEAD = 8
_WIDEST_NAME, _LEAST_TAIL = 40, 16
_STATE_STYLES = {
    RunState.RUNNING: "accent",
    RunState.STARTING: "accent",
    RunState.STOPPING: "due",
    RunState.FAILED: "due",
    RunState.LOST: "due",
}

Cell = tuple[str, str]


class RunList(ScrollView, can_focus=True):
    """Runs with a cursor; posts `Marked` when it rests on another run and `Opened` on enter."""

    COMPONENT_CLASSES = {
        "run-list--name",
        "run-list--accent",
        "run-list--muted",
        "run-list--due",
        "run-list--cursor",
    }
    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("down,j", "move(1)", "Next", show=False, id="runs.down"),
        Binding("up,k", "move(-1)", "Previous", show=False, id="runs.up"),
        Binding("g,home", "first", "First", show=False, id="runs.first"),
        Binding("G,end", "last", "Last", show=False, id="runs.last"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="runs.page_down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="runs.page_up"),
    ]
    DEFAULT_CSS = """
    RunList {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
        & > .run-list--name { color: $text; }
        & > .run-list--accent { color: $accent; }
        & > .run-list--muted { color: $text-muted; }
        & > .run-list--due { color: $text-warning; }
        & > .run-list--cursor { background: $primary-muted; text-style: bold; }
        &:blur > .run-list--cursor { background: $surface-lighten-1; }
    }
    """

    class Marked(Message):
        """The cursor rests on another run, or on none."""

        def __init__(self, view: RunView | None) -> None:
            super().__init__()
            self.view = view

    class Opened(Message):
        """The user asked for the whole log of this run."""

        def __init__(self, view: RunView) -> None:
            super().__init__()
            self.view = view

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._awaited = 0
        self.cursor = 0
        self._views: list[RunView] = []
        self._slots: Mapping[int, int] = {}
        self._now: datetime | None = None
        self._rooms = (0, 0, 0, 0)

    @property
    def views(self) -> Sequence[RunView]:
        return self._views

    @property
    def marked(self) -> RunView | None:
        return self._views[self.cursor] if self._views else None

    @property
    def lines_a_run(self) -> int:
        return 1 if self.size.width >= _ONE_LINE_FROM else 2

    def letter(self, slots: Mapping[int, int]) -> None:
        """Say which curve is whose."""
        if slots != self._slots:
            self._slots = slots
            self.refresh()

    def show(self, views: Sequence[RunView], now: datetime) -> None:
        """Replace the runs; the cursor stays on its run, and in sight where it was."""
        before, in_sight = self.marked, self._cursor_is_in_sight()
        self._views, self._now = list(views), now
        self._rooms = self._measure()
        places = {view.id: place for place, view in enumerate(self._views)}
        cursor = places.get(before.id, self.cursor) if before else self._first_of_interest()
        if self._awaited in places:
            cursor, self._awaited = places[self._awaited], 0
        self.cursor = max(0, min(cursor, len(self._views) - 1))
        self._fit_size()
        self.refresh()
        after = self.marked
        other = (before and before.id) != (after and after.id)
        if other or in_sight:
            self._keep_cursor_visible()
        if other:
            self.post_message(self.Marked(after))

    def _first_of_interest(self) -> int:
        """What goes on now, before what waits."""
        return next((place for place, view in enumerate(self._views) if view.state.is_active), 0)

    def mark(self, run_id: int) -> None:
        """Move the cursor to a run; to one that is not listed yet as soon as it is."""
        self._awaited = run_id
        for place, view in enumerate(self._views):
            if view.id == run_id:
                self._awaited = 0
                self._move_to(place)

    def render_line(self, y: int) -> Strip:
        # Without the scrollbar, else that would hide the sign of a cut.
        width = self.scrollable_content_region.width
        place, line = divmod(y + self.scroll_offset.y, self.lines_a_run)
        if place >= len(self._views):
            return Strip.blank(width, self.rich_style)
        back = self._component("cursor") if place == self.cursor else Style()
        view = self._views[place]
        cells = self._one_line(view, width) if self.lines_a_run == 1 else self._two_lines(view, width)[line]
        segments = [Segment(text, self._cell_style(view, name) + back) for text, name in cells]
        return Strip(segments).adjust_cell_length(width, self.rich_style + back)

    def _cell_style(self, view: RunView, name: str) -> Style:
        if name == "curve":
            return self.rich_style + colour_of(self._slots.get(view.id, 0)) + Style(bold=True)
        return self._component(name)

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"run-list--{name}", partial=name == "cursor")

    def _head(self, view: RunView) -> list[Cell]:
        slot = self._slots.get(view.id)
        letter = LETTERS[slot % len(LETTERS)] if slot is not None else " "
        return [(f" {letter} ", "curve"), (f"#{view.id:<4}", "muted")]

    def _state(self, view: RunView, width: int) -> Cell:
        words = f"{run_words.state_mark(view)} {view.state_text}"
        return fit(words, width), _STATE_STYLES.get(view.state, "muted")

    def _one_line(self, view: RunView, width: int) -> list[Cell]:
        wanted, state, progress, metric = self._rooms
        room = width - _HEAD - state - progress - metric
        name = min(wanted, max(room - _LEAST_TAIL, room // 2))
        return [
            *self._head(view),
            (fit(view.name, name - 1) + " ", "name"),
            self._state(view, state),
            (fit(run_words.progress(view, self._clock), progress), "name"),
            (fit(run_words.metric_words(view), metric - 1) + " ", "accent"),
            (fit(run_words.outlook(view), room - name), "due" if view.questions else "muted"),
        ]

    def _measure(self) -> tuple[int, int, int, int]:
        """Columns as wide as the longest that stands in them; how a run ended gets what they leave."""
        name = max((cell_len(view.name) for view in self._views), default=0)
        state = max((len(view.state_text) for view in self._views), default=0)
        progress = max((len(run_words.progress(view, self._clock)) for view in self._views), default=0)
        metric = max((len(run_words.metric_words(view)) for view in self._views), default=0)
        return min(name + 2, _WIDEST_NAME), min(state + 4, 17), min(progress + 2, 16), min(metric + 2, 20)

    def _two_lines(self, view: RunView, width: int) -> tuple[list[Cell], list[Cell]]:
        words = f"{run_words.state_mark(view)} {view.state_text}"
        state = min(len(words) + 1, 24)
        first = [
            *self._head(view),
            (fit(view.name, width - 9 - state) + " ", "name"),
            self._state(view, state),
        ]
        parts = (
            run_words.progress(view, self._clock), run_words.metric_words(view), run_words.outlook(view)
        )  # fmt: skip
        second = " · ".join(part for part in parts if part)
        return first, [(" " * 8, "muted"), (fit(second, width - 8), "due" if view.questions else "muted")]

    @property
    def _clock(self) -> datetime:
        assert self._now is not None  # noqa: S101  (runs are shown with the time)
        return self._now

    # Moving

    def on_resize(self, event: events.Resize) -> None:
        self._fit_size()
        self._keep_cursor_visible()

    def on_click(self, event: events.Click) -> None:
        place = (event.y + self.scroll_offset.y) // self.lines_a_run
        if place < len(self._views):
            opens = place == self.cursor and event.chain > 1
            self._move_to(place)
            if opens:
                self.action_open()

    def action_move(self, steps: int) -> None:
        self._move_to(self.cursor + steps)

    def action_page(self, pages: int) -> None:
        self._move_to(self.cursor + pages * max(self.size.height // self.lines_a_run - 1, 1))

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self._views) - 1)

    def action_open(self) -> None:
        if self.marked is not None:
            self.post_message(self.Opened(self.marked))

    def _move_to(self, place: int) -> None:
        place = max(0, min(place, len(self._views) - 1))
        if place != self.cursor:
            self.cursor = place
            self._keep_cursor_visible()
            self.refresh()
            self.post_message(self.Marked(self.marked))

    def _fit_size(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._views) * self.lines_a_run)

    def _cursor_is_in_sight(self) -> bool:
        top = self.cursor * self.lines_a_run - self.scroll_offset.y
        return 0 <= top <= self.size.height - self.lines_a_run

    def _keep_cursor_visible(self) -> None:
        if self._views and self.size.height:
            lines = self.lines_a_run
            region = Region(0, self.cursor * lines, max(self.size.width, 1), lines)
            self.scroll_to_region(region, animate=False, force=True)

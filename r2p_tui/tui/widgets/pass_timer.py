"""The line of the pass: which one, how long it took so far, and whether time is being counted now."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic as system_monotonic

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from r2p_tui.domain.reading import Hold, Pass, PassClock, Standing, find_pass
from r2p_tui.domain.times import clock_text
from r2p_tui.text import clean_line

SAVE_EVERY_SECONDS = 5.0
_BAR_CELLS = 10
_VERBS = {"reading": "goes on with", "stopped": "reopens"}
_HELD = {"space": "paused, space goes on", "idle": "waiting for a key", "away": "waiting for this window"}


class PassTimer(Widget):
    """Counts the open pass and posts `Counted` when it is time to store; without one it says what comes next.

    `monotonic` is the clock it goes by, in seconds.
    """

    DEFAULT_CSS = """
    PassTimer {
        height: 1;
        padding: 0 1;
    }
    """

    class Counted(Message):
        """Some seconds were counted that are not in the store yet: `take_unsaved` gives them."""

    def __init__(self, idle_seconds: float, monotonic: Callable[[], float] | None = None) -> None:
        super().__init__()
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic or system_monotonic
        self._clock: PassClock | None = None
        self._pass: Pass | None = None
        self._standing: Standing | None = None
        self._away = False
        self.note_state = Content()

    def on_mount(self) -> None:
        self.set_interval(1.0, self.tick)

    @property
    def seconds(self) -> float:
        """What the open pass has taken, in seconds; 0 without one."""
        return self._clock.seconds if self._clock else 0.0

    @property
    def held_by(self) -> Hold | None:
        return self._clock.held_by if self._clock else None

    def start(self, one: Pass, seconds: float) -> None:
        """Count a pass from what it had; the one that is counted already goes on as it is."""
        if self._clock is None or self._pass is not one:
            self._pass = one
            self._clock = PassClock(seconds, self._idle_seconds, self._monotonic())
            if self._away:
                self._clock.hold("away", self._monotonic())
        self.refresh()

    def end(self) -> float:
        """Stop counting for good; the seconds that are not in the store yet."""
        if self._clock is None:
            return 0.0
        left = self.take_unsaved()
        self._clock = self._pass = None
        self.refresh()
        return left

    def take_unsaved(self) -> float:
        """Seconds counted since the last time they were asked for."""
        if self._clock is None:
            return 0.0
        self._clock.tick(self._monotonic())
        seconds = self._clock.unsaved
        self._clock.mark_saved(seconds)
        return seconds

    def give_back(self, seconds: float) -> None:
        """So many seconds could not be stored: count them among the unsaved again."""
        if self._clock is not None:
            self._clock.mark_saved(-seconds)

    def key(self) -> None:
        """The user is there."""
        if self._clock is not None:
            self._clock.key(self._monotonic())
            self.refresh()

    def toggle(self) -> None:
        """Pause, or go on after the user's own pause."""
        if self._clock is None:
            return
        if self._clock.held_by == "space":
            self._clock.release("space", self._monotonic())
        else:
            self._clock.hold("space", self._monotonic())
        self.refresh()

    def set_away(self, away: bool) -> None:
        """Another screen or another window is in front, or this one is again."""
        self._away = away
        if self._clock is not None:
            change = self._clock.hold if away else self._clock.release
            change("away", self._monotonic())
        self.refresh()

    def tick(self) -> None:
        """Count up to now; every few seconds what was counted goes to the store."""
        if self._clock is not None:
            self._clock.tick(self._monotonic())
            if self._clock.unsaved >= SAVE_EVERY_SECONDS:
                self.post_message(self.Counted())
            self.refresh()

    def show_standing(self, standing: Standing) -> None:
        """What to say while no pass is open."""
        self._standing = standing
        self.refresh()

    def show_note_state(self, state: Content) -> None:
        """What became of the typing, at the right end of the line."""
        self.note_state = state
        self.refresh()

    def render(self) -> Content:
        line = self._counting_line() if self._clock else self._standing_line()
        right = self.note_state
        room = max(self.size.width - line.cell_length - 1, 0)
        right = right.truncate(room, ellipsis=True)
        return line + Content(" " * (room + 1 - right.cell_length)) + right

    def _counting_line(self) -> Content:
        if self._clock is None or self._pass is None:
            return Content()
        low, high = (minutes * 60 for minutes in self._pass.minutes)
        held, seconds = self._clock.held_by, self._clock.seconds
        colour = "$due" if seconds > high else "$accent" if seconds >= low else "$primary"
        full = min(int(seconds / high * _BAR_CELLS + 0.5), _BAR_CELLS)
        return Content.assemble(
            (f"Pass {self._pass.number}", "bold"),
            (f" · {clock_text(seconds)} of {self._pass.span}  ", ""),
            ("■" * full, colour),
            ("□" * (_BAR_CELLS - full), "$muted"),
            (f"  {_HELD[held]}", "$due") if held else ("  v gives the verdict", "$muted"),
        )

    def _standing_line(self) -> Content:
        if self._standing is None:
            return Content.styled("…", "$muted")
        parts = [(clean_line(self._standing.sentence), "")]
        if self._standing.next_pass:
            one = find_pass(self._standing.next_pass)
            verb = _VERBS.get(self._standing.state, "starts")
            words = f" {verb} pass {one.number}: {one.name}, {one.span}"
            parts += [("  p", "bold $primary"), (words, "$muted")]
        return Content.assemble(*parts)

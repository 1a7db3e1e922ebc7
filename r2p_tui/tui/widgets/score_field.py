"""A judgement from 1 to 5, given with one key."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


def score_marks(score: int | None) -> str:
    """`●●●○○` for 3."""
    return "●" * (score or 0) + "○" * (5 - (score or 0))


class ScoreField(Widget, can_focus=True):
    """1 to 5 set the score, 0 or backspace clear it, the arrow keys move it."""

    DEFAULT_CSS = """
    ScoreField {
        height: 1;
        padding: 0 1;
        background: $surface-lighten-1;
        &:focus { background: $primary 15%; }
    }
    """

    score: reactive[int | None] = reactive(None)

    class Changed(Message):
        """The user gave another score."""

        def __init__(self, score: int | None) -> None:
            super().__init__()
            self.score = score

    def render(self) -> Content:
        words = f"  {self.score} of 5" if self.score else "  1 to 5"
        return Content.assemble((score_marks(self.score), "$accent"), (words, "$muted"))

    def on_key(self, event: events.Key) -> None:
        """Numbers are scores here, not screens."""
        current = self.score or 0
        wanted = {"0": 0, "backspace": 0, "delete": 0, "left": current - 1, "right": current + 1}
        wanted |= {str(number): number for number in range(1, 6)}
        if event.key in wanted:
            event.stop()
            self._choose(max(0, min(wanted[event.key], 5)) or None)

    def on_click(self, event: events.Click) -> None:
        place = event.x - self.styles.padding.left
        if 0 <= place < 5:
            self._choose(place + 1)

    def _choose(self, score: int | None) -> None:
        if score != self.score:
            self.score = score
            self.post_message(self.Changed(score))

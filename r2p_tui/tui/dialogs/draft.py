"""Typing that a window left behind when it ended: take it, see it, or drop it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.reading import FieldConflict, field_label
from r2p_tui.domain.times import short_date
from r2p_tui.text import clean, count_of
from r2p_tui.tui.widgets.key_line import joined, key_line

Answer = Literal["take", "drop"]
_KEYS = (("t", "take it"), ("s", "see it"), ("d", "drop it"), ("escape", "ask me later"))


class DraftDialog(ModalScreen[Answer | None]):
    """Offers one draft; `changes` are the fields in which it differs from the note. Escape keeps it."""

    BINDINGS = [
        Binding("t,enter", "dismiss('take')", "take it", id="draft.take"),
        Binding("s", "see", "see it", id="draft.see"),
        Binding("d", "dismiss('drop')", "drop it", id="draft.drop"),
        Binding("escape", "dismiss(None)", "later", id="draft.later"),
    ]
    DEFAULT_CSS = """
    DraftDialog {
        #draft-text { display: none; height: auto; max-height: 60vh; margin-top: 1; }
        #draft-text Static { height: auto; }
        &.-seen #draft-text { display: block; }
        #draft-keys { margin-top: 1; }
    }
    """

    def __init__(self, saved_at: datetime, changes: Sequence[FieldConflict], now: datetime) -> None:
        super().__init__()
        self._saved_at = saved_at
        self._changes = changes
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Unsaved typing"
            yield Static(
                Content(f"You were typing here {self._when()}: {count_of(len(self._changes), 'field')}.")
            )
            with VerticalScroll(id="draft-text"):
                yield Static(joined((_text(change) for change in self._changes), "\n\n"))
            yield Static(key_line(*_KEYS), id="draft-keys")

    def action_see(self) -> None:
        self.toggle_class("-seen")
        self.query_one("#draft-text").focus()

    def _when(self) -> str:
        then, now = self._saved_at.astimezone(), self._now.astimezone()
        day = "" if then.date() == now.date() else f"on {short_date(then.date())} "
        return f"{day}at {then:%H:%M}"


def _text(change: FieldConflict) -> Content:
    return Content.assemble((field_label(change.name), "bold"), "\n", clean(change.mine) or "(emptied)")

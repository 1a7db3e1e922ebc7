"""Fields for the user's own words: nothing that is pasted gets lost, and nothing in it is a command."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.widgets import Input, TextArea

from r2p_tui.text import clean

KEYS = ("enter", "save"), ("ctrl+o", "new line"), ("tab", "next field"), ("escape", "leave")
"""What the keys do in a form that has both."""

FIELD_KEYS = (
    Binding("tab", "app.focus_next", "next field", priority=True, show=False, id="form.next"),
    Binding("shift+tab", "app.focus_previous", "field before", priority=True, show=False, id="form.before"),
)
"""Before the field gets the next key: what is typed or pasted fast must not stay in the wrong field."""


class LineField(Input):
    """One line, which takes in all lines that are pasted; Textual's own keeps the first alone.

    Nothing is selected when it gets the keys: the next letter would take the place of all that was typed.
    """

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, placeholder=placeholder, select_on_focus=False, id=id)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        words = _lines(event.text).strip("\n").replace("\n", " ").replace("\t", " ")
        self.replace(words, *self.selection)


class WordsField(TextArea):
    """Some lines; `ctrl+o` begins another, since enter belongs to the form."""

    # Few terminals tell shift+enter from enter.
    BINDINGS = [Binding("ctrl+o,shift+enter", "new_line", "new line", show=False, id="words.new_line")]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(soft_wrap=True, compact=True, highlight_cursor_line=False, id=id)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._type(_lines(event.text))

    def action_new_line(self) -> None:
        self._type("\n")

    def _type(self, text: str) -> None:
        self.replace(text, *self.selection, maintain_selection_offset=False)


def _lines(pasted: str) -> str:
    """Cleaned, with the ends of lines as they are here: terminals paste a carriage return for each."""
    return clean(pasted.replace("\r\n", "\n").replace("\r", "\n"))

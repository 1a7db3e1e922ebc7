"""Two windows wrote the same note: show both texts and let the user choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.reading import FieldConflict, field_label
from r2p_tui.text import clean, count_of
from r2p_tui.tui.widgets.key_line import joined, key_line

Choice = Literal["both", "mine", "theirs"]
_CHOICES: dict[Choice, tuple[str, str]] = {
    "both": ("b", "keep both"),
    "mine": ("m", "keep mine"),
    "theirs": ("t", "take theirs"),
}


class ConflictDialog(ModalScreen[Choice | None]):
    """Keep both, keep mine or take theirs; escape decides nothing and loses nothing.

    A letter only marks, enter chooses: the dialog may open while somebody is still typing.
    """

    BINDINGS = [
        Binding("enter", "choose", "choose", id="conflict.choose"),
        Binding("b", "mark('both')", "keep both", id="conflict.both"),
        Binding("m", "mark('mine')", "keep mine", id="conflict.mine"),
        Binding("t", "mark('theirs')", "take theirs", id="conflict.theirs"),
        Binding("escape", "dismiss(None)", "later", id="conflict.later"),
    ]
    DEFAULT_CSS = """
    ConflictDialog {
        .dialog { width: 100; }
        #conflict-texts { height: auto; max-height: 70vh; margin: 1 0; scrollbar-size-vertical: 1; }
        #conflict-texts Static { height: auto; }
    }
    """

    def __init__(self, fields: Sequence[FieldConflict]) -> None:
        super().__init__()
        self._fields = fields
        self._marked: Choice = "both"

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "This note was saved in another window"
            differ = count_of(len(self._fields), "field differs", "fields differ")
            yield Static(Content(f"{differ}. Nothing is lost until you choose."))
            with VerticalScroll(id="conflict-texts"):
                yield Static(joined((_both_texts(field) for field in self._fields), "\n\n"))
            yield Static(self._choices_line(), id="conflict-choices")

    def on_mount(self) -> None:
        self.query_one("#conflict-texts").focus()

    def action_mark(self, choice: Choice) -> None:
        self._marked = choice
        self.query_one("#conflict-choices", Static).update(self._choices_line())

    def action_choose(self) -> None:
        self.dismiss(self._marked)

    def _choices_line(self) -> Content:
        parts = []
        for choice, (key, words) in _CHOICES.items():
            part = Content.assemble((f" {key} ", "bold $primary"), f"{words} ")
            parts.append(part.stylize("on $primary 35%") if choice == self._marked else part)
        keys = key_line(("enter", "choose"), ("escape", "decide later, nothing is lost"))
        return joined([joined(parts, " "), keys], "\n\n")


def _both_texts(field: FieldConflict) -> Content:
    return joined(
        [
            Content.styled(field_label(field.name), "bold"),
            Content.assemble(("mine    ", "$primary"), clean(field.mine) or "(empty)"),
            Content.assemble(("theirs  ", "$due"), clean(field.theirs) or "(empty)"),
        ]
    )

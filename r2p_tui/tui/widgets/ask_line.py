"""One question on one line below a list; what is wrong with the answer is told beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from r2p_tui.text import clean_line
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.typed_field import LineField


class Question(NamedTuple):
    """What is asked; `answered` takes the words and gives back what is wrong with them, if anything is.

    Where nothing is answered, `onward` is called after escape, and `left` then too, but also where something
    else takes its place, so `left` must move no cursor.
    """

    words: str
    hint: str
    answered: Callable[[str], str]
    onward: Callable[[], None]
    left: Callable[[], None] = lambda: None


class AskLine(Vertical):
    """In sight while it asks; the keys go into it."""

    BINDINGS = [Binding("escape", "leave", "leave", id="ask.leave")]
    DEFAULT_CSS = """
    AskLine {
        display: none;
        height: auto;
        #ask-row { height: 1; }
        #ask-words { width: auto; max-width: 60%; padding: 0 1; color: $due; text-style: bold; }
        #ask-field { width: 1fr; }
        #ask-refused { display: none; height: auto; max-height: 2; padding: 0 1; color: $error; }
        &.-open { display: block; }
        &.-refused #ask-refused { display: block; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._question: Question | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="ask-row"):
            yield Static(id="ask-words")
            yield LineField(id="ask-field")
        yield Static(id="ask-refused")

    @property
    def is_open(self) -> bool:
        return self._question is not None

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self.query_one("#ask-field", Input).value

    @property
    def has_keys(self) -> bool:
        """Whether keys go into the field; a widget learns only later that it lost them."""
        return self.screen.focused is self.query_one("#ask-field", Input)

    def asks(self, question: Question) -> bool:
        """Whether it is this question that is open."""
        return self._question is question

    def ask(self, question: Question, typed: str = "") -> None:
        """Ask this, with what was typed before; a question that was open is left."""
        replaced, self._question = self._question, question
        self.query_one("#ask-words", Static).update(SafeLine(question.words))
        field = self.query_one("#ask-field", Input)
        field.value, field.placeholder = typed, clean_line(question.hint)
        field.cursor_position = len(typed)
        self.remove_class("-refused")
        self.add_class("-open")
        field.focus()
        if replaced is not None:
            replaced.left()

    def close(self) -> None:
        """Out of sight without an answer."""
        self._question = None
        self.remove_class("-open")

    @on(Input.Submitted, "#ask-field")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        question = self._question
        if question is None:
            return
        # Closed first: the answer may lead to the next question.
        self.close()
        if wrong := question.answered(event.value.strip()):
            self._ask_again(question, event.value, wrong)

    def _ask_again(self, question: Question, typed: str, wrong: str) -> None:
        self.ask(question, typed)
        self.query_one("#ask-refused", Static).update(SafeLine(wrong))
        self.add_class("-refused")

    def leave(self) -> None:
        """Out of sight since the user is elsewhere by now."""
        if (question := self._question) is not None:
            self.close()
            question.left()

    def action_leave(self) -> None:
        if (question := self._question) is not None:
            self.leave()
            question.onward()

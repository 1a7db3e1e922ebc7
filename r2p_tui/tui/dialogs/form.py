"""What forms share: keys in their order, the wrong field, and an answer for whoever left meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static, TextArea

from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.widgets.typed_field import FIELD_KEYS

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.app import R2PApp

Failed = Callable[[R2PError], None]


class WrongFieldError(Exception):
    """What is wrong with one field of a form, which `field` names."""

    def __init__(self, field: str, error: R2PError) -> None:
        super().__init__(error.message)
        self.field = field
        self.error = error


class Form(ModalScreen[None]):
    """Fields that are saved once; nothing typed is lost where that is refused.

    A subclass says in `save` what to do, and in `refuse` where it shows what is wrong.
    """

    BINDINGS = [*FIELD_KEYS]

    def __init__(self) -> None:
        super().__init__()
        self.waiting = False

    def save(self) -> None:
        """Hand in what was typed."""
        raise NotImplementedError

    def refuse(self, error: R2PError) -> None:
        """Say what is wrong."""
        raise NotImplementedError

    def hint(self, error: R2PError) -> str:
        """What to do about it here."""
        return error.hint

    def action_save(self) -> None:
        # Letters that came before this key may still wait in the queue of their field.
        (self.focused or self).call_later(self._save)

    @on(Input.Submitted)
    def _save(self) -> None:
        if not self.waiting:
            self.save()

    def wait(self) -> Failed:
        """Save nothing more until there is an answer; what this returns takes a refusal."""
        self.waiting = True
        fields = self.query("Input, TextArea").results()
        typed = (
            field.text if isinstance(field, TextArea) else cast("Input", field).value for field in fields
        )
        return partial(self._refused, "\n".join(filter(None, typed)))

    def write(self, work: Callable[[Desk], str], written: Callable[[], None] | None = None) -> None:
        """Do it and tell the sentence that it gives; then papers changed, unless `written` knows better."""
        app = cast("R2PApp", self.app)

        def done(sentence: str) -> None:
            self.close()
            app.tell(sentence)
            if written is None:
                app.screen.post_message(PapersChanged())
            else:
                written()

        # The app takes the answer: the form may be left by then.
        app.tasks.in_order(app, work, done, failed=self.wait())

    def close(self) -> None:
        """Go, unless the user went already."""
        if self.app.screen is self:
            self.dismiss()

    def _refused(self, words: str, error: R2PError) -> None:
        """Say so in the form; where that was left, on any screen, and give the words back."""
        self.waiting = False
        app = cast("R2PApp", self.app)
        if self in app.screen_stack:
            self.refuse(error)
            return
        app.show_error(UsageError(error.message, self.hint(error)))
        if words:
            app.copy_to_clipboard(words)
            app.tell("What you wrote is not kept; it is on the clipboard.")


class LabelledForm(Form):
    """Fields `field-…` below each other with labels `label-…`, and below them in `SAID` what is wrong."""

    SAID: ClassVar[str]
    DEFAULT_CSS = """
    LabelledForm {
        .dialog { scrollbar-size-vertical: 1; }
        Grid { grid-size: 2; grid-columns: 11 1fr; grid-gutter: 0 1; height: auto; margin-bottom: 1; }
        Label.-wrong { color: $error; text-style: bold; }
        .said { display: none; height: auto; margin-bottom: 1; }
        .said.-told { display: block; }
    }
    """

    def wrong_field(self, error: R2PError) -> str:
        """The name of the field that an error of the service is about; empty where that is not known."""
        return ""

    def refuse(self, error: R2PError) -> None:
        try:
            self.refuse_at(self.wrong_field(error), error)
        except WrongFieldError as wrong:
            # The user typed on meanwhile.
            self.refuse_at(wrong.field, wrong.error)

    def refuse_at(self, field: str, error: R2PError) -> None:
        """Say what is wrong, and give that field the keys."""
        hint = Content.styled(f"\n{clean(error.hint)}" if error.hint else "", "$text")
        self.say(Content.styled(clean(error.message), "bold $error") + hint)
        self.point_at(field)
        if field:
            self.query_one(f"#field-{field}").focus()

    def point_at(self, field: str) -> None:
        """Mark the label of that field alone."""
        for label in self.query(Label):
            label.set_class(label.id == f"label-{field}", "-wrong")

    def say(self, words: Content) -> None:
        """Put words below the fields."""
        said = self.query_one(f"#{self.SAID}", Static)
        said.update(words)
        said.set_class(bool(words), "-told")

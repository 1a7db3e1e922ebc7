"""What the forms of the radar share: fields with labels, and the question that is missing at its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from r2p_tui.domain.due_dates import due_date
from r2p_tui.errors import R2PError
from r2p_tui.text import clean
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.choice_field import ChoiceField
from r2p_tui.tui.widgets.key_line import key_line

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.radar_keeper import RadarKeeper

T = TypeVar("T")
Field = tuple[str, str, Widget]
"""The name of a field, its label, and the widget that takes it in."""


class FieldError(Exception):
    """What is wrong with one field of a form."""

    def __init__(self, field: str, error: R2PError) -> None:
        super().__init__(error.message)
        self.field = field
        self.error = error


class TechniqueForm(ModalScreen[None]):
    """A subclass says its fields, and what to do with them; nothing typed is lost where that is refused."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "cancel", id="technique.cancel"),
        Binding("enter,ctrl+s,ctrl+j", "save", "save", id="technique.save"),
        # Before the field gets the next key: what is typed fast must not stay in the wrong field.
        Binding("tab,down", "app.focus_next", "next field", priority=True, show=False, id="technique.next"),
        Binding(
            "shift+tab,up", "app.focus_previous", "field before", priority=True, show=False,
            id="technique.before",
        ),
    ]  # fmt: skip
    DEFAULT_CSS = """
    TechniqueForm {
        .dialog { width: 84; scrollbar-size-vertical: 1; }
        #technique-about { height: auto; max-height: 3; color: $muted; margin-bottom: 1; }
        Grid { grid-size: 2; grid-columns: 11 1fr; grid-gutter: 0 1; height: auto; margin-bottom: 1; }
        Label.-wrong { color: $error; text-style: bold; }
        #technique-said { display: none; height: auto; max-height: 4; margin-bottom: 1; }
        #technique-said.-told { display: block; }
    }
    """

    def __init__(self, keeper: RadarKeeper, title: str) -> None:
        super().__init__()
        self._keeper = keeper
        self._title = title
        self._saving = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = SafeLine(self._title)
            above = self.above()
            if above:
                yield Static(above, id="technique-about")
            with Grid():
                for name, label, widget in self.fields():
                    yield Label(Content(label), id=f"label-{name}")
                    widget.id = f"field-{name}"
                    yield widget
            yield Static(id="technique-said")
            yield Static(key_line(("enter", "save"), ("tab", "next field"), ("escape", "leave")))

    def on_mount(self) -> None:
        self.say_need()

    def above(self) -> Content:
        """What stands above the fields."""
        return Content("")

    def fields(self) -> Iterator[Field]:
        """The fields in their order."""
        raise NotImplementedError

    def work(self) -> Callable[[Desk], str]:
        """What to do with what was typed, giving the sentence to say; raises FieldError."""
        raise NotImplementedError

    def wrong_field(self, error: R2PError) -> str:
        """The name of the field that an error of the service is about; empty where that is not known."""
        return ""

    def need(self) -> str:
        """What the fields must say, as they stand."""
        return ""

    # For subclasses

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return self.query_one(f"#field-{name}", Input).value.strip()

    def chosen(self, name: str) -> str:
        """What is chosen in a field."""
        return self.query_one(f"#field-{name}", ChoiceField).value

    def read(self, name: str, reader: Callable[[str], T]) -> T:
        """What `reader` makes of a field; raises FieldError."""
        try:
            return reader(self.typed(name))
        except R2PError as error:
            raise FieldError(name, error) from error

    def day(self, name: str) -> date | None:
        """The day of a field, None where it is empty; raises FieldError."""
        return self.read(name, lambda text: due_date(text, self._today) if text else None)

    @property
    def _today(self) -> date:
        return cast("R2PApp", self.app).now().astimezone().date()

    # Saving

    @on(ChoiceField.Settled)
    def _next_field(self) -> None:
        self.focus_next()

    @on(ChoiceField.Changed)
    def say_need(self) -> None:
        """Tell what is needed, in the place of what was wrong."""
        self._point_at("")
        self._say(Content.styled(clean(self.need()), "$muted"))

    @on(Input.Submitted)
    def action_save(self) -> None:
        if self._saving:
            return
        try:
            work = self.work()
        except FieldError as wrong:
            self._refuse(wrong.error, wrong.field)
            return
        self._saving = True
        self._keeper.act(work, self._saved, self._refused)

    def _saved(self) -> None:
        if self.app.screen is self:
            self.dismiss()

    def _refused(self, error: R2PError) -> None:
        self._saving = False
        if self not in self.app.screen_stack:
            cast("R2PApp", self.app).show_error(error)
            return
        try:
            self._refuse(error, self.wrong_field(error))
        except FieldError as wrong:
            # The user typed on meanwhile.
            self._refuse(wrong.error, wrong.field)

    def _refuse(self, error: R2PError, field: str) -> None:
        hint = Content.styled(f"\n{clean(error.hint)}" if error.hint else "", "$text")
        self._say(Content.styled(clean(error.message), "bold $error") + hint)
        self._point_at(field)
        if field:
            self.query_one(f"#field-{field}").focus()

    def _point_at(self, field: str) -> None:
        for label in self.query(Label):
            label.set_class(label.id == f"label-{field}", "-wrong")

    def _say(self, words: Content) -> None:
        said = self.query_one("#technique-said", Static)
        said.update(words)
        said.set_class(bool(words), "-told")

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
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from r2p_tui.domain.due_dates import due_date
from r2p_tui.domain.times import local_day
from r2p_tui.errors import R2PError
from r2p_tui.text import clean
from r2p_tui.tui.dialogs.form import LabelledForm, WrongFieldError
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


class TechniqueForm(LabelledForm):
    """A subclass says its fields, and what to do with them; nothing typed is lost where that is refused."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "cancel", id="technique.cancel"),
        Binding("enter,ctrl+s,ctrl+j", "save", "save", id="technique.save"),
        Binding("down", "app.focus_next", "next field", priority=True, show=False, id="technique.next"),
        Binding("up", "app.focus_previous", "field before", priority=True, show=False, id="technique.before"),
    ]
    SAID = "technique-said"
    DEFAULT_CSS = """
    TechniqueForm {
        .dialog { width: 84; }
        #technique-about { height: auto; max-height: 3; color: $muted; margin-bottom: 1; }
        #technique-said { max-height: 4; }
    }
    """

    def __init__(self, keeper: RadarKeeper, title: str) -> None:
        super().__init__()
        self._keeper = keeper
        self._title = title

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
            yield Static(id=self.SAID, classes="said")
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
        """What to do with what was typed, giving the sentence to say; raises WrongFieldError."""
        raise NotImplementedError

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
        """What `reader` makes of a field; raises WrongFieldError."""
        try:
            return reader(self.typed(name))
        except R2PError as error:
            raise WrongFieldError(name, error) from error

    def day(self, name: str) -> date | None:
        """The day of a field, None where it is empty; raises WrongFieldError."""
        return self.read(name, lambda text: due_date(text, self._today) if text else None)

    @property
    def _today(self) -> date:
        return local_day(cast("R2PApp", self.app).now())

    # Saving

    @on(ChoiceField.Settled)
    def _next_field(self) -> None:
        self.focus_next()

    @on(ChoiceField.Changed)
    def say_need(self) -> None:
        """Tell what is needed, in the place of what was wrong."""
        self.point_at("")
        self.say(Content.styled(clean(self.need()), "$muted"))

    def save(self) -> None:
        try:
            work = self.work()
        except WrongFieldError as wrong:
            self.refuse_at(wrong.field, wrong.error)
            return
        self._keeper.act(work, self.close, self.wait())

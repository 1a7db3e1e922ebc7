"""The structured note as a form: the questions of the pass first, then the note, then other passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textual import events, on
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static, TextArea

from r2p_tui.domain.reading import ANSWER_PREFIX, PASSES, TEXT_FIELDS, NoteValues, Pass, field_label
from r2p_tui.tui.widgets.score_field import ScoreField


class NoteField(TextArea):
    """One text of the note; grows with what is typed, and tab leaves it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text, soft_wrap=True, compact=True, highlight_cursor_line=False, name=name)
        self.field = name


class EditRequest(NamedTuple):
    """A field whose text is to be edited elsewhere."""

    name: str
    label: str
    text: str


class NoteForm(VerticalScroll):
    """Shows values and gives back what was typed; posts `Typed` at every change and `Left` after a field."""

    DEFAULT_CSS = """
    NoteForm {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > .section { height: auto; }
        .heading { text-style: bold; color: $primary; height: 1; }
        .label { color: $muted; height: auto; }
        NoteField { height: auto; min-height: 1; max-height: 12; margin-bottom: 1; }
        ScoreField { width: 24; margin-bottom: 1; }
    }
    """
    BINDINGS = [Binding("enter", "screen.next_question", "First question", show=False, id="note.enter")]

    class Typed(Message):
        """Something in the form changed by the user's hand."""

    class Left(Message):
        """The user left a field: a good moment to store."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._values: dict[str, str] = {}
        self._last_field = "body"
        self._current = 0

    @property
    def values(self) -> NoteValues:
        """What the form says now, of fields on screen and of those that are not."""
        texts = dict(self._values)
        texts |= {area.field: area.text for area in self.query(NoteField)}
        for field in self.query(ScoreField):
            texts["relevance"] = str(field.score or "")
        return NoteValues.from_fields(texts)

    @property
    def typing(self) -> bool:
        """Whether keys go into a field now."""
        return isinstance(self.screen.focused, NoteField | ScoreField)

    def load(self, values: NoteValues) -> None:
        """Replace what the form says."""
        self._values = values.as_fields()
        if self._current:
            self._refill()

    async def build(self, current_pass: int) -> None:
        """Put the questions of this pass on top; fields are made when they are first to be seen."""
        if current_pass == self._current:
            return
        self._values = self.values.as_fields()
        self._current = current_pass
        async with self.batch():
            await self.remove_children()
            await self.mount_all(self._sections())

    def set_text(self, name: str, text: str) -> None:
        """Put text into a field as if it were typed."""
        self._field(name).text = text

    def ask_next(self) -> None:
        """Move to the next field; from outside, to the first empty one."""
        areas = list(self.query(NoteField))
        names = [area.field for area in areas]
        focused = self.screen.focused
        if isinstance(focused, NoteField):
            place = (names.index(focused.field) + 1) % len(areas)
        else:
            place = next((index for index, area in enumerate(areas) if not area.text), 0)
        areas[place].focus()

    def leave_field(self) -> None:
        """Put the focus on the form itself, so that keys are keys again."""
        self.focus()

    def edit_request(self) -> EditRequest:
        """The field to edit elsewhere: the one the user is in, or was in last."""
        name = self._last_field
        return EditRequest(name, field_label(name), self._field(name).text)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, NoteField):
            self._last_field = event.widget.field

    def on_descendant_blur(self) -> None:
        self.post_message(self.Left())

    @on(TextArea.Changed)
    @on(ScoreField.Changed)
    def _changed(self, event: TextArea.Changed | ScoreField.Changed) -> None:
        event.stop()
        # Fields go before their screen does, so what they said last is remembered here.
        if isinstance(event, ScoreField.Changed):
            self._values["relevance"] = str(event.score or "")
        elif isinstance(event.text_area, NoteField):
            self._values[event.text_area.field] = event.text_area.text
        self.post_message(self.Typed())

    def _refill(self) -> None:
        with self.prevent(TextArea.Changed):
            for area in self.query(NoteField):
                text = self._values.get(area.field, "")
                if area.text != text:
                    area.text = text
        self.query_one(ScoreField).score = self._relevance()

    def _sections(self) -> Iterator[Widget]:
        current = PASSES[self._current - 1]
        yield self._pass_section(current)
        yield self._note_section()
        for one in PASSES:
            if one is not current and (one.number < current.number or self._answered(one)):
                yield self._pass_section(one)

    def _pass_section(self, one: Pass) -> Widget:
        rows: list[Widget] = [Static(Content(f"Pass {one.number}: {one.name}"), classes="heading")]
        for question in one.questions:
            rows += self._labelled(ANSWER_PREFIX + question.key)
        return Vertical(*rows, classes="section")

    def _note_section(self) -> Widget:
        relevance = ScoreField()
        relevance.set_reactive(ScoreField.score, self._relevance())
        label = Static(Content("Relevance to your work"), classes="label")
        rows = [Static(Content("The note"), classes="heading"), label, relevance]
        for name in TEXT_FIELDS:
            rows += self._labelled(name)
        return Vertical(*rows, classes="section")

    def _labelled(self, name: str) -> list[Widget]:
        label = Static(Content(field_label(name)), classes="label")
        return [label, NoteField(name, self._values.get(name, ""))]

    def _answered(self, one: Pass) -> bool:
        return any(ANSWER_PREFIX + question.key in self._values for question in one.questions)

    def _relevance(self) -> int | None:
        text = self._values.get("relevance", "")
        return int(text) if text else None

    def _field(self, name: str) -> NoteField:
        return next(area for area in self.query(NoteField) if area.field == name)

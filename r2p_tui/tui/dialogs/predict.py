"""Write a prediction without leaving the screen: the question that is missing is asked at its field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Static, TextArea

from r2p_tui.domain.prediction_entry import KINDS, FieldError, probability_of
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean
from r2p_tui.tui.dialogs.form import Form
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import key_line
from r2p_tui.tui.widgets.typed_field import KEYS, LineField, WordsField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.predictions import BaseRate
    from r2p_tui.tui.app import R2PApp

_EXAMPLES = {
    "statement": "RT-DETR-style detectors replace YOLO in most new edge work I see",
    "probability": "0.3 or 30 %",
    "due": "2y, 18mo, 2028-11-21",
    "kind": "free",
    "tags": "edge, detection",
    "low": "20",
    "high": "30",
    "unit": "%",
}
_LABELS = {"probability": "how likely", "due": "due"}
_TEXTS = {
    "criteria": "How will you decide whether it came true?",
    "reasoning": "Why do you think so?",
}
_HINTS = {
    "statement": "One sentence that will be true or false.",
    "probability": "From 0 to 1, or in percent.",
    "due": "A day, or how long from now: 2y, 18mo, 6w, 90d.",
    "criteria": "Name a number, a count, or an event that somebody can look up.",
    "reasoning": "It is kept as it stands, for the day on which you judge it.",
    "kind": f"Kinds: {', '.join(KINDS)}.",
    "low": "Both ends are numbers, the lower one first.",
    "high": "Both ends are numbers, the lower one first.",
}
_ABOUT_KINDS = f"Kinds: {', '.join(KINDS)}. A result may have an interval that should hold it."
_PAIRS = (("probability", "due"), ("kind", "tags"))
_INTERVAL = ("low", "high", "unit")
_FIELDS_OF_ENTRY = {"due_on": "due"}


class PredictDialog(Form):
    """A statement and what makes it a prediction; nothing that was typed goes when it is refused.

    It is about a paper of the store and a technique of the radar, where they are given.
    """

    BINDINGS = [
        Binding("escape", "dismiss", "cancel", id="predict.cancel"),
        Binding("enter,ctrl+s,ctrl+j", "save", "save", priority=True, id="predict.save"),
    ]
    DEFAULT_CSS = """
    PredictDialog {
        .row { height: 1; }
        .row Label { width: 8; color: $muted; }
        .row .first { width: 12; }
        .row Input { width: 1fr; margin-right: 1; }
        Label.-wrong, .row Label.-wrong { color: $error; text-style: bold; }
        .asked { height: 1; }
        TextArea { height: auto; min-height: 1; max-height: 4; }
        #predict-about { display: none; color: $muted; height: 1; }
        #predict-about.-told { display: block; }
        #predict-statement, #predict-rate { margin-bottom: 1; }
        #label-criteria, #predict-rate { margin-top: 1; }
        #predict-interval { display: none; }
        &.-result #predict-interval { display: block; }
        #predict-rate { color: $accent; height: 1; }
        #predict-problem { height: auto; display: none; }
    }
    """

    def __init__(self, paper_id: int | None = None, technique: str = "") -> None:
        super().__init__()
        self._paper_id = paper_id
        self._technique = technique
        self._rate: BaseRate | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = "What do you predict?"
            yield Static(id="predict-about")
            yield LineField(placeholder=_EXAMPLES["statement"], id="predict-statement")
            for names in _PAIRS:
                with Horizontal(classes="row"):
                    yield from _fields(names)
            with Horizontal(classes="row", id="predict-interval"):
                yield from _fields(_INTERVAL)
            for name, asked in _TEXTS.items():
                yield Label(Content(asked), classes="asked", id=f"label-{name}")
                yield WordsField(id=f"predict-{name}")
            yield Static(id="predict-rate")
            yield Static(id="predict-problem")
            yield Static(key_line(*KEYS))
            yield Static(_ABOUT_KINDS, classes="hint")

    def on_mount(self) -> None:
        self._look_up_rate()
        if self._technique:
            self._tell_about(f"about {self._technique}")
        if self._paper_id is not None:
            self._look_up_paper(self._paper_id)

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    def _typed(self, name: str) -> str:
        field = self.query_one(f"#predict-{name}")
        return (field.text if isinstance(field, TextArea) else cast("Input", field).value).strip()

    # What it is about, and the user's own record

    def _look_up_paper(self, paper_id: int) -> None:
        def work(desk: Desk) -> str:
            from r2p_tui.services import papers

            return papers.view_paper(desk, paper_id).paper.title

        def found(title: str) -> None:
            self._tell_about(f"about {title}" if not self._technique else f"about {self._technique}, {title}")

        self._app.tasks.run(self, work, found, group="paper")

    def _tell_about(self, words: str) -> None:
        about = self.query_one("#predict-about", Static)
        about.update(SafeLine(words).truncate(78, ellipsis=True))
        about.add_class("-told")

    @property
    def _kind(self) -> str:
        """The kind that the field says as far as it is written: `ad` is adoption."""
        typed = self._typed("kind").lower()
        return next((kind for kind in KINDS if typed and kind.startswith(typed)), typed or _EXAMPLES["kind"])

    @on(Input.Changed, "#predict-kind")
    def _kind_changed(self) -> None:
        self.set_class(self._kind == "result", "-result")
        self._look_up_rate()

    def _look_up_rate(self) -> None:
        kind = self._kind
        if kind not in KINDS:
            return

        def work(desk: Desk) -> BaseRate:
            from r2p_tui.services import predictions

            return predictions.base_rate(desk, kind)

        def found(rate: BaseRate) -> None:
            self._rate = rate
            self._tell_rate()

        self._app.tasks.run(self, work, found, group="base-rate")

    @on(Input.Changed, "#predict-probability")
    def _tell_rate(self) -> None:
        """The user's own base rate beside what is typed now, if that can be read."""
        try:
            said: float | None = probability_of(self._typed("probability"))
        except UsageError:
            said = None
        if self._rate is not None:
            self.query_one("#predict-rate", Static).update(SafeLine(self._rate.words(said)))

    # Saving

    def save(self) -> None:
        typed = {name: self._typed(name) for name in (*_EXAMPLES, *_TEXTS)}
        interval = {name: typed[name] if self._kind == "result" else "" for name in _INTERVAL}
        kind, paper_id, technique, now = self._kind, self._paper_id, self._technique, self._app.now()

        def work(desk: Desk) -> str:
            from r2p_tui.domain.due_dates import due_date
            from r2p_tui.services import predictions

            number = predictions.predict(
                desk,
                typed["statement"],
                probability=typed["probability"],
                due=typed["due"],
                criteria=typed["criteria"],
                reasoning=typed["reasoning"],
                kind=kind,
                low=interval["low"],
                high=interval["high"],
                unit=interval["unit"],
                tags=[tag for tag in (part.strip() for part in typed["tags"].split(",")) if tag],
                paper_id=paper_id,
                technique=technique,
                now=now,
            )
            due = short_date(due_date(typed["due"], local_day(now)))
            return f"Prediction {number} is written down. It is due on {due}."

        self.write(work)

    def hint(self, error: R2PError) -> str:
        # Hints with options are for a shell.
        return error.hint if "--" not in error.hint else _HINTS.get(_field_of(error), "")

    def refuse(self, error: R2PError) -> None:
        """What is missing is asked, and its field has the keys."""
        problem = self.query_one("#predict-problem", Static)
        field = _field_of(error)
        hint = Content.styled(clean(self.hint(error)), "$muted")
        problem.update(Content(" ").join([Content.styled(clean(error.message), "bold $error"), hint]))
        problem.display = True
        for label in self.query(Label):
            label.set_class(label.id == f"label-{field}", "-wrong")
        for found in self.query(f"#predict-{field}") if field else ():
            found.focus()


def _field_of(error: R2PError) -> str:
    """The name that the field has here; empty where the error is about none."""
    named = error.field if isinstance(error, FieldError) else ""
    return _FIELDS_OF_ENTRY.get(named, named)


def _fields(names: tuple[str, ...]) -> Iterator[Widget]:
    for name in names:
        first = "first" if name == names[0] else ""
        yield Label(Content(_LABELS.get(name, name)), id=f"label-{name}", classes=first)
        yield LineField(placeholder=_EXAMPLES[name], id=f"predict-{name}")

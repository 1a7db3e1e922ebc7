"""Quantize what a training made: the model and its data are filled in, the rest may stay empty."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from r2p_tui.domain.times import seconds_of
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean_line
from r2p_tui.tui.dialogs.form import LabelledForm, WrongFieldError
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import key_line

if TYPE_CHECKING:
    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView
    from r2p_tui.tui.run_keeper import RunKeeper

_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "model": ("model", "the number of a run, or a .pt file"),
    "data": ("data", "the run's own; or a data.yaml"),
    "max_drop": ("max drop", "1pt: sensitive layers stay float; empty for no limit"),
    "method": ("method", "minmax, entropy or percentile; empty for r2p's choice"),
    "calibration_images": ("calibrate on", "so many training images; empty for r2p's choice"),
    "variants": ("variants", "such as openvino-int8; empty for all that run here"),
    "samples": ("samples", "requests timed of each variant; p99 needs 459"),
    "more": ("more", "threads=2 imgsz=320"),
    "device": ("device", "auto, cpu, or the number of a GPU"),
    "time-box": ("time-box", "90 min, 2 h, 1 d; empty for none"),
    "name": ("name", "what the list calls it"),
}
_SETTINGS: Final = ("data", "max_drop", "method", "calibration_images", "samples")
# What messages of the service say of a field; it does not know of fields itself.
_CUES: Final[Mapping[str, tuple[str, ...]]] = {
    "calibration_images": ("calibrat",),
    "max_drop": ("max_drop", "max-drop", "points"),
    "method": ("method",),
    "variants": ("variant",),
    "samples": ("samples",),
    "device": ("device", "gpu"),
    "more": ("setting",),
    "data": ("data",),
    "model": ("model", "checkpoint", ".pt", "run "),
}
_PROMISE: Final = "Calibrated on training images, none of which may be among those for validation."


class QuantizeDialog(LabelledForm):
    """Tells `started` of the run that was put into the queue; what is wrong is told below, at its field."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "cancel", id="quantize.cancel"),
        Binding("ctrl+s,ctrl+j", "save", "start", priority=True, id="quantize.submit"),
    ]
    SAID = "quantize-said"
    DEFAULT_CSS = "QuantizeDialog Grid { grid-columns: 12 1fr; }"

    def __init__(self, keeper: RunKeeper, started: Callable[[RunView], None], view: RunView) -> None:
        super().__init__()
        self._keeper = keeper
        self._started = started
        self._view = view

    def compose(self) -> ComposeResult:
        values = {
            "model": str(self._view.id),
            "data": str(self._view.spec.train.get("data") or ""),
            "max_drop": "1pt",
            "device": self._view.spec.device,
        }
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(f"Quantize #{self._view.id} {clean_line(self._view.name)[:50]}")
            with Grid():
                for name, (title, example) in _FIELDS.items():
                    yield Label(Content(title), id=f"label-{name}")
                    yield Input(clean_line(values.get(name, "")), placeholder=example, id=f"field-{name}")
            yield Static(SafeLine(_PROMISE), classes="hint")
            yield Static(id=self.SAID, classes="said")
            yield Static(key_line(("enter", "start"), ("tab", "next field"), ("escape", "leave")))

    def save(self) -> None:
        typed = {name: self.query_one(f"#field-{name}", Input).value.strip() for name in _FIELDS}
        try:
            spec_of = asked(typed)
        except WrongFieldError as wrong:
            self.refuse_at(wrong.field, wrong.error)
            return
        self.point_at("")
        failed = self.wait()
        self.say(Content("starting …"))
        self._keeper.submit_made(spec_of, self._submitted, failed)

    def _submitted(self, view: RunView) -> None:
        # Whoever left the form meanwhile is told all the same.
        self._started(view)
        self.close()

    def refuse_at(self, field: str, error: R2PError) -> None:
        # Hints with options are for a shell.
        hint = "" if "--" in error.hint else error.hint
        super().refuse_at(field, UsageError(error.message, hint))

    def wrong_field(self, error: R2PError) -> str:
        words = error.message.lower()
        more = self.query_one("#field-more", Input).value
        if any(f"“{name.strip().lower()}”" in words for name in re.findall(r"(\S+?)=", more)):
            return "more"
        return next((name for name, cues in _CUES.items() if any(cue in words for cue in cues)), "")


def asked(typed: Mapping[str, str]) -> Callable[[Desk], RunSpec]:
    """What makes the spec that the form asks for, on a desk; raises WrongFieldError."""
    settings = {name: typed[name] for name in _SETTINGS if typed[name]} | _more(typed["more"])
    if typed["variants"]:
        settings["variants"] = typed["variants"].replace(",", " ").split()
    time_box = _time_box(typed["time-box"])
    model = typed["model"]
    if not model:
        error = UsageError("There is no model to quantize.", "Name a run or a .pt file.")
        raise WrongFieldError("model", error)

    def made(desk: Desk) -> RunSpec:
        from r2p_tui.services.quantizing import quantize_spec

        spec = quantize_spec(
            desk, model, settings, name=clean_line(typed["name"])[:80], device=typed["device"] or "auto"
        )
        return replace(spec, time_box=time_box)

    return made


def _time_box(text: str) -> float | None:
    try:
        return seconds_of(text) if text else None
    except R2PError as error:
        raise WrongFieldError("time-box", error) from error


def _more(text: str) -> dict[str, Any]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise WrongFieldError("more", UsageError("A quotation mark is not closed.", text)) from error
    pairs = [word.partition("=") for word in words]
    for name, equals, _ in pairs:
        if not name or not equals:
            shown = clean_line(name)[:40]
            raise WrongFieldError(
                "more", UsageError(f"“{shown}” is no setting.", "Write name=value, for example threads=2.")
            )
    return {name: value for name, _, value in pairs}

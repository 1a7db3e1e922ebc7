"""A new run, or one like another: the fields that matter, and the rest as `name=value`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from r2p_tui.domain.runs import Criterion, Kind, Role, RunSpec
from r2p_tui.domain.times import seconds_of, span_text
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean_line
from r2p_tui.tui.dialogs.form import LabelledForm, WrongFieldError
from r2p_tui.tui.widgets.key_line import key_line

if TYPE_CHECKING:
    from r2p_tui.services.run_views import RunView
    from r2p_tui.tui.run_keeper import RunKeeper

_OF_BOTH = {
    "name": ("name", "what the list calls it"),
    "success": ("success", "map50 >= 0.60; several with a semicolon"),
    "kill": ("kill if", "val_loss rising for 5 epochs"),
    "soft-kill": ("ask if", "map50 < 0.20 by epoch 10"),
    "time-box": ("time-box", "90 min, 2 h, 1 d; empty for none"),
}
_FIELDS: Mapping[Kind, Mapping[str, tuple[str, str]]] = {
    "train": {
        "model": ("model", "yolov8n.yaml, rtdetr-l.yaml, or a file of weights"),
        "data": ("data", "data.yaml or a COCO json"),
        "epochs": ("epochs", "40"),
        "imgsz": ("image size", "640"),
        "batch": ("batch", "16"),
        "device": ("device", "auto, cpu, or the number of a GPU"),
        "more": ("more", "mosaic=0 lr0=0.01"),
        **_OF_BOTH,
    },
    "command": {
        "argv": ("command", "python train.py --lr 0.1"),
        "folder": ("in folder", "where it starts; empty for here"),
        "watch": ("reads", "results.csv runs/; files and folders with its numbers"),
        "device": ("device", "auto, cpu, or the number of a GPU"),
        **_OF_BOTH,
    },
}
_ROLES: tuple[Role, ...] = ("success", "kill", "soft-kill")
_OWN_FIELDS = ("model", "data", "epochs", "imgsz", "batch")


# How messages name what a field holds.
_NAMED = ("“{}”", "its {}", "which {} names", "no {} ")


class NewRunDialog(LabelledForm):
    """Tells `started` of the run that was put into the queue; what is wrong is told below, at its field."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "cancel", id="new_run.cancel"),
        Binding("ctrl+s,ctrl+j", "save", "start", priority=True, id="new_run.submit"),
        Binding("ctrl+t", "other_kind", "train or command", priority=True, id="new_run.kind"),
    ]
    SAID = "new-said"

    def __init__(
        self, keeper: RunKeeper, started: Callable[[RunView], None], like: RunView | None = None
    ) -> None:
        super().__init__()
        self._keeper = keeper
        self._started = started
        self._like = like
        self._kind: Kind = like.kind if like and like.kind in _FIELDS else "command" if like else "train"
        self._values = _values_of(like.spec) if like else {}

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(f"Like run {self._like.id}" if self._like else "New run")
            with Grid():
                yield from self._fields()
            yield Static(id=self.SAID, classes="said")
            keys = [("enter", "start"), ("tab", "next field"), ("escape", "leave")]
            other = "a command" if self._kind == "train" else "a training"
            yield Static(
                key_line(*keys, *([] if self._like else [("ctrl+t", f"{other} instead")])), id="new-keys"
            )

    def _fields(self) -> Iterator[Label | Input]:
        for name, (title, example) in _FIELDS[self._kind].items():
            yield Label(Content(title), id=f"label-{name}")
            yield Input(clean_line(self._values.get(name, "")), placeholder=example, id=f"field-{name}")

    async def action_other_kind(self) -> None:
        """The form of the other kind; what both have stays."""
        if self._like is not None or self.waiting:
            return
        self._values |= self._typed()
        self._kind = "command" if self._kind == "train" else "train"
        await self.recompose()
        self.query(Input).first().focus()

    def _typed(self) -> dict[str, str]:
        return {name: self.query_one(f"#field-{name}", Input).value.strip() for name in _FIELDS[self._kind]}

    def save(self) -> None:
        try:
            told = _told(self._kind, self._typed(), self._like.spec if self._like else None)
        except WrongFieldError as wrong:
            self.refuse_at(wrong.field, wrong.error)
            return
        self.point_at("")
        failed = self.wait()
        self.say(Content("starting …"))
        if self._like is None:
            self._keeper.submit(RunSpec(kind=self._kind, **told), self._submitted, failed)
        else:
            changes = _changes(told, self._like.spec)
            self._keeper.clone(self._like.id, changes, self._submitted, failed)

    def _submitted(self, view: RunView) -> None:
        # Whoever left the form meanwhile is told all the same.
        self._started(view)
        self.close()

    def wrong_field(self, error: R2PError) -> str:
        # A service does not know of fields, but names what they hold.
        words = error.message.lower()
        return next(
            (name for name in _FIELDS[self._kind] if any(form.format(name) in words for form in _NAMED)),
            "",
        )


def spec_of(kind: Kind, typed: Mapping[str, str]) -> RunSpec:
    """The spec that the form asks for; raises WrongFieldError."""
    return RunSpec(kind=kind, **_told(kind, typed, None))


def _told(kind: Kind, typed: Mapping[str, str], like: RunSpec | None) -> dict[str, Any]:
    """The fields of the spec that the form knows."""
    told: dict[str, Any] = {"criteria": tuple(_criteria(typed)), "device": typed["device"] or "auto"}
    told["time_box"] = (
        _checked("time-box", lambda: seconds_of(typed["time-box"])) if typed["time-box"] else None
    )
    if kind == "train":
        told["train"] = _train(typed)
        name = typed["name"] or _stem(typed["model"]) + " " + _stem(typed["data"])
    else:
        told["argv"] = argv = _argv(typed["argv"], like)
        told["folder"] = typed["folder"]
        told["watch"] = tuple(_split("watch", typed["watch"]))
        name = typed["name"] or " ".join(argv)
    return told | {"name": clean_line(name)[:80]}


def _changes(told: Mapping[str, Any], like: RunSpec) -> dict[str, object]:
    """What to change in a run like another one; a setting that was taken out of the form is None."""
    fields: dict[str, object] = {name: value for name, value in told.items() if name != "train"}
    return {**fields, **dict.fromkeys(like.train), **told.get("train", {})}


def _train(typed: Mapping[str, str]) -> dict[str, Any]:
    from r2p_tui.domain.train_settings import check_settings

    told = dict(_pairs(typed["more"])) | {name: typed[name] for name in _OWN_FIELDS if typed[name]}
    for name, value in told.items():
        _checked(name if name in _OWN_FIELDS else "more", partial(_check_one, name, value))
    field = next((name for name in ("model", "data") if not told.get(name)), "model")
    checked: dict[str, Any] = _checked(field, lambda: check_settings(told))
    return checked


def _check_one(name: str, value: object) -> object:
    """One setting for itself, so that its field can be named."""
    from r2p_tui.domain.train_settings import check_settings

    return check_settings({"model": "any", "data": "any", name: value})


def _criteria(typed: Mapping[str, str]) -> Iterator[Criterion]:
    from r2p_tui.domain.criteria_language import parse

    for role in _ROLES:
        for text in filter(None, (part.strip() for part in typed[role].split(";"))):
            _checked(role, partial(parse, text))
            yield Criterion(role, text)


def _argv(text: str, like: RunSpec | None) -> tuple[str, ...]:
    if like is not None and like.kind == "shell":
        return (text,)
    argv = tuple(_split("argv", text))
    if not argv:
        raise WrongFieldError(
            "argv", UsageError("There is no command to run.", "For example: python train.py --lr 0.1")
        )
    return argv


def _split(field: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise WrongFieldError(field, UsageError("A quotation mark is not closed.", text)) from error


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for word in _split("more", text):
        name, equals, value = word.partition("=")
        if not equals or not name:
            said = UsageError(
                f"“{clean_line(word)[:40]}” is no setting.", "Write name=value, for example mosaic=0."
            )
            raise WrongFieldError("more", said)
        yield name, value


def _checked(field: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except R2PError as error:
        raise WrongFieldError(field, error) from error


def _values_of(spec: RunSpec) -> dict[str, str]:
    """The fields of the form for a run like another one."""
    more = {name: value for name, value in spec.train.items() if name not in (*_OWN_FIELDS, "resume_from")}
    values = {name: str(spec.train[name]) for name in _OWN_FIELDS if name in spec.train}
    values |= {role: "; ".join(one.text for one in spec.criteria if one.role == role) for role in _ROLES}
    return values | {
        "name": spec.name,
        "device": spec.device,
        "more": " ".join(shlex.quote(f"{name}={value}") for name, value in more.items()),
        "time-box": _span(spec.time_box),
        "argv": spec.argv[0] if spec.kind == "shell" else shlex.join(spec.argv),
        "folder": spec.folder,
        "watch": shlex.join(spec.watch),
    }


def _span(seconds: float | None) -> str:
    """In words where they say it exactly."""
    if seconds is None:
        return ""
    words = span_text(seconds)
    return words if seconds_of(words) == seconds else f"{seconds:g} s"


def _stem(path: str) -> str:
    return Path(path).stem

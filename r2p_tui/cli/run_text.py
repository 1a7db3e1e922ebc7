"""A run as JSON values and as lines of text, for the commands that print one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.domain.runs import MEASURING
from r2p_tui.domain.times import span_text
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from datetime import datetime

    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.run_views import Light, RunView

_MAX_WIDTH = 80
_NAME_WIDTH = 28
_NARROW_NAME = 20
_LABEL = 12


def value_text(value: float) -> str:
    """A metric with four figures, which is what curves differ in."""
    return f"{value:.4g}" if math.isfinite(value) else str(value)


# --- for programs -----------------------------------------------------------------------------------------


def run_values(view: RunView) -> dict[str, Any]:
    """A run under stable names; times left are in seconds, a number that is none is written as text."""
    return {
        "id": view.id,
        "kind": view.kind,
        "name": view.name,
        "state": str(view.state),
        "supervised": view.supervised,
        "epoch": view.epoch,
        "epochs": view.epochs,
        "step": view.step,
        "latest": finite(view.latest),
        "best": finite(view.best),
        "criteria": [_light_values(light) for light in view.lights],
        "questions": [
            {"index": question.index, "sentence": question.sentence} for question in view.questions
        ],
        "eta_seconds": view.eta_seconds,
        "time_box_left": view.time_box_left,
        "reason": view.reason,
        "stopped_by": view.stopped_by,
        "resumes": view.resumes,
        "device": view.device,
        "folder": str(view.folder),
        "created_at": view.created_at,
        "started_at": view.started_at,
        "ended_at": view.ended_at,
    }


def _light_values(light: Light) -> dict[str, Any]:
    return {
        "index": light.index,
        "role": light.role,
        "text": light.text,
        "light": light.light,
        "sentence": light.sentence,
    }


def whole_values(view: RunView) -> dict[str, Any]:
    """The same with all that the run was told, its checkpoints and the hash of its data."""
    from r2p_tui.services.run_views import checkpoint_names, data_sha256

    return {
        **run_values(view),
        "checkpoints": checkpoint_names(view),
        "data_sha256": data_sha256(view),
        "spec": finite(view.spec.values()),
    }


def finite(value: Any) -> Any:
    """JSON has no word for infinity and for what is no number; they are written as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


# --- a line a run -----------------------------------------------------------------------------------------


def write_runs(views: Sequence[RunView]) -> None:
    """A line a run; what a terminal has no room for goes below it, so that no reason is cut."""
    limit = output.line_width(otherwise=output.UNLIMITED)
    name_width = _NAME_WIDTH if limit > _MAX_WIDTH else _NARROW_NAME
    rows = [[output.one_line(cell) for cell in run_cells(view, name_width)] for view in views]
    widths = [max(map(output.display_width, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, said in rows:
        padded = [
            output.pad(cell, width, "<" if at else ">")
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
            if width
        ]
        line = "  ".join(padded)
        if output.display_width(line) + 2 + output.display_width(said) <= limit:
            output.write(f"{line}  {said}".rstrip())
        else:
            output.write(line.rstrip())
            output.write("\n".join(output.wrap(said, limit, " " * (widths[0] + 2))))


def run_cells(view: RunView, name_width: int = _NAME_WIDTH) -> tuple[str, ...]:
    """Number, state, name, epoch, metric with its best; then time left or how it ended, and the criteria."""
    return (
        str(view.id),
        view.state_text,
        output.fit(output.one_line(view.name), name_width),
        epoch_text(view),
        _metric_text(view, view.main_metric),
        " · ".join(filter(None, (outlook(view), lights_text(_judged(view))))),
    )


def epoch_text(view: RunView) -> str:
    """`14/40`; how many steps where there are no epochs."""
    if view.epoch is not None:
        return f"{view.epoch}/{view.epochs}" if view.epochs else f"epoch {view.epoch}"
    return f"step {view.step:,}" if view.step is not None else ""


def lights_text(lights: Sequence[Light]) -> str:
    """Each criterion in a few words: `success pending, kill broken`."""
    return ", ".join(f"{light.role} {light.word}" for light in lights)


def _judged(view: RunView) -> Sequence[Light]:
    """No light of a run that was taken out of the queue: nothing was there to be judged."""
    return () if view.state.is_final and view.started_at is None else view.lights


def outlook(view: RunView) -> str:
    """What a reader wants to know next: a question, how it ended, or the time left."""
    if view.state.is_final:
        return view.reason
    if view.questions:
        return f"asks: {view.questions[0].sentence}"
    left = [] if view.eta_seconds is None else [f"{span_text(view.eta_seconds)} left"]
    if view.time_box_left is not None:
        left.append(f"time-box {span_text(view.time_box_left)} left")
    return ", ".join(left) or view.reason


def _metric_text(view: RunView, metric: str) -> str:
    value = view.latest.get(metric, view.best.get(metric))
    if value is None:
        return ""
    best = view.best.get(metric)
    told = "" if best is None or value_text(best) == value_text(value) else f" (best {value_text(best)})"
    return f"{metric} {value_text(value)}{told}"


# --- one run in full --------------------------------------------------------------------------------------


def write_run(view: RunView) -> None:
    """All that is known of a run, in sections; a section with nothing in it is left out."""
    output.write(output.one_line(f"# {view.id} {view.name}"), style="bold")
    _write_facts(_facts(view))
    for question in view.questions if not view.state.is_final else ():
        _write_wrapped(f"It asks: {question.sentence}")
        _write_wrapped(f"Stop it with: r2p stop {view.id}; let it go on with: r2p runs {view.id} --go-on")
    for title, facts in (
        ("Criteria", _criteria(view)),
        ("Metrics", _metrics(view)),
        ("Settings", _settings(view)),
        ("Surroundings", _surroundings(view)),
    ):
        if facts:
            output.write()
            output.write(title, style="bold")
            _write_facts(facts)


def _facts(view: RunView) -> list[tuple[str, str]]:
    from r2p_tui.services.run_views import checkpoint_names, data_sha256

    # What it asks stands below, with the commands that answer it.
    coming = outlook(replace(view, questions=()))
    facts = [
        ("state", ", ".join(filter(None, (view.state_text, coming)))),
        ("kind", view.kind),
        (_counted(view), epoch_text(view).removeprefix("epoch ")),
        ("device", view.device),
        ("resumes", f"# {view.resumes}" if view.resumes else ""),
        ("started", _moment(view.started_at) or f"not yet; submitted {_moment(view.created_at)}"),
        ("took", _took(view)),
        ("measured", f"see it with: r2p compare {view.id}" if view.kind in MEASURING else ""),
        ("folder", str(view.folder)),
        ("checkpoints", ", ".join(checkpoint_names(view))),
        ("data", f"sha256 {digest}" if (digest := data_sha256(view)) else ""),
    ]
    return [(name, text) for name, text in facts if text]


def _counted(view: RunView) -> str:
    if view.epoch is None:
        return "progress"
    return "step" if view.kind in MEASURING else "epoch"


def _took(view: RunView) -> str:
    if view.started_at is None or view.ended_at is None:
        return ""
    return span_text((view.ended_at - view.started_at).total_seconds())


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment else ""


def _criteria(view: RunView) -> list[tuple[str, str]]:
    """Every criterion with its light and sentence; before the run started, the words alone."""
    if view.lights:
        return [
            (light.role, f"{light.text}: {light.word}. {light.sentence}".strip()) for light in view.lights
        ]
    return [(criterion.role, criterion.text) for criterion in view.spec.criteria]


def _metrics(view: RunView) -> list[tuple[str, str]]:
    names = sorted(set(view.latest) | set(view.best))
    return [(name, _metric_text(view, name).removeprefix(f"{name} ")) for name in names]


def _settings(view: RunView) -> list[tuple[str, str]]:
    spec = view.spec
    told = {
        "command": _line_of(spec.argv),
        "in folder": spec.folder,
        **{name: _plain(value) for name, value in sorted(_own_settings(spec).items())},
        "watches": ", ".join(spec.watch),
        "environment": ", ".join(sorted(spec.environment)),
        "seed": str(spec.seed),
        "time-box": span_text(spec.time_box) if spec.time_box else "",
        "runs on": "" if spec.on == "local" else spec.on,
        "warn only": "yes" if spec.warn_only else "",
    }
    return [(name, text) for name, text in told.items() if text]


def _own_settings(spec: RunSpec) -> Mapping[str, Any]:
    """Those of the kind of the run."""
    return spec.train if spec.kind not in MEASURING else getattr(spec, spec.kind)


def _surroundings(view: RunView) -> list[tuple[str, str]]:
    """What was true when it was submitted, each value in a line; long ones lie in `spec.json`."""
    return [
        (str(name), output.fit(output.one_line(_command(value) if name == "command" else _plain(value)), 200))
        for name, value in view.spec.surroundings.items()
        if value not in (None, "", {}, [])
    ]


def _line_of(argv: Sequence[str]) -> str:
    import shlex

    return shlex.join(argv)


def _command(value: Any) -> str:
    """As it would be typed again."""
    return _line_of(list(map(str, value))) if isinstance(value, list | tuple) else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        if len(value) > 12:
            return f"{count_of(len(value), 'entry', 'entries')}, kept in spec.json"
        return ", ".join(f"{name} {text}" for name, item in value.items() if (text := _plain(item)))
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _write_facts(facts: Sequence[tuple[str, str]]) -> None:
    width = max([_LABEL, *(output.display_width(output.one_line(name)) for name, _ in facts)])
    for name, text in facts:
        label = output.pad(output.one_line(name), width)
        indent = " " * (width + 4)
        limit = max(min(output.line_width(), _MAX_WIDTH), width + 24)
        lines = list(output.wrap(output.one_line(text), limit, indent))
        output.write("\n".join([f"  {label}  {lines[0].lstrip()}", *lines[1:]]))


def _write_wrapped(text: str) -> None:
    limit = min(output.line_width(), _MAX_WIDTH)
    output.write("\n".join(output.wrap(output.one_line(text), limit, "  ")))

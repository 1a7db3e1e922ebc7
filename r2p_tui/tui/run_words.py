"""What is said of runs: their state, how far they are, their criteria, what they use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from textual.content import Content

from r2p_tui.domain.criteria_names import better, highest_is_best
from r2p_tui.domain.curves import shown
from r2p_tui.domain.measurement_words import figure
from r2p_tui.domain.runs import MEASURING, Kind, RunState
from r2p_tui.domain.times import span_text
from r2p_tui.text import clean_line, count_of

if TYPE_CHECKING:
    from r2p_tui.services.run_views import Light, RunView

MARKS: Final[Mapping[RunState, str]] = {
    RunState.QUEUED: "○",
    RunState.STARTING: "◔",
    RunState.RUNNING: "●",
    RunState.STOPPING: "◑",
    RunState.DONE: "✓",
    RunState.FAILED: "✗",
    RunState.CANCELLED: "–",
    RunState.LOST: "?",
}
LIGHT_MARKS: Final[Mapping[str, str]] = {"met": "✓", "pending": "○", "broken": "✗", "unknown": "?"}
ROLES: Final[Mapping[str, str]] = {"success": "success", "kill": "kill", "soft-kill": "ask"}
SPARKS = "▁▂▃▄▅▆▇█"

_COUNTED: Final[Mapping[Kind, str]] = {"quantize": "step", "benchmark": "step", "ablate": "training"}
_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_LIGHT_WIDTH = 12
_LIGHT_STYLES = {"met": "$success", "broken": "bold $error", "pending": "$text", "unknown": "$muted"}


def state_mark(view: RunView) -> str:
    """One sign for the state, always beside its word."""
    return MARKS[view.state]


def progress(view: RunView, now: datetime) -> str:
    """`epoch 14/40`, else the step, else how long it took so far."""
    if view.epoch is not None:
        counted = counted_by(view.kind)
        return f"{counted} {view.epoch}/{view.epochs}" if view.epochs else f"{counted} {view.epoch}"
    if view.step is not None:
        return f"step {view.step:,}"
    if view.started_at is None:
        return ""
    return span_text(((view.ended_at or now) - view.started_at).total_seconds())


def counted_by(kind: Kind) -> str:
    """What a run of this kind goes on by."""
    return _COUNTED.get(kind, "epoch")


def metric_words(view: RunView) -> str:
    """`map50 0.41`: the last value, as the run's own files have it; its curve names the best.

    Of a run that measures variants each value is of another one, so that the best stands for it.
    """
    if view.kind == "quantize" and "speed_up" in view.best:
        return f"up to {view.best['speed_up']:.2f}x"
    if view.kind in ("quantize", "benchmark") and "latency_p50_ms" in view.best:
        return f"p50 {figure(view.best['latency_p50_ms'])} ms"
    name = view.main_metric
    value = view.latest.get(name, view.best.get(name))
    return f"{name} {shown(value)}" if name and value is not None else ""


def outlook(view: RunView) -> str:
    """What comes next: a question, its turn, the time left, or how it ended."""
    if view.questions:
        return "asks you"
    if view.state is RunState.QUEUED:
        return "waits"
    if view.eta_seconds is not None and view.state.is_active:
        return f"{span_text(view.eta_seconds)} left"
    return view.reason if view.state in (RunState.FAILED, RunState.LOST, RunState.CANCELLED) else ""


def lowest_is_best(metric: str) -> bool:
    """Whether the lowest value of a curve is its best."""
    return not highest_is_best(metric.removesuffix(" per batch"))


def direction_words(metric: str) -> str:
    """Which way is better, where the name tells."""
    return {"up": "higher is better", "down": "lower is better"}.get(better(metric) or "", "")


def title_line(views: Sequence[RunView], paused: bool, count: int) -> Content:
    """How many runs there are, how many go on and wait, and whether the queue is held."""
    running = sum(view.state.is_active for view in views)
    queued = sum(view.state is RunState.QUEUED for view in views)
    parts = [count_of(count, "run")]
    parts += [f"the last {len(views)} are listed"] if count > len(views) else []
    parts += [f"{running} running"] if running else []
    parts += [f"{queued} queued"] if queued else []
    line = Content(" · ".join(parts))
    return line + Content.styled(" · the queue is paused, p lets it go on", "bold $due") if paused else line


def light_line(light: Light) -> Content:
    """One criterion: a mark, a word, the sentence the user wrote, and what came of it."""
    style = _LIGHT_STYLES.get(light.light, "$muted")
    said = clean_line(light.sentence)
    return Content.assemble(
        (f"{LIGHT_MARKS.get(light.light, '?')} {light.word:<{_LIGHT_WIDTH}}", style),
        (f"{ROLES.get(light.role, light.role):<8}", "$muted"),
        (clean_line(light.text), "bold"),
        (f"  {said}" if said else "", "$muted"),
    )


def time_box_line(view: RunView) -> Content | None:
    """The time-box as one more light; None for a run without one."""
    if view.spec.time_box is None:
        return None
    if view.time_box_left is None:
        left = "not begun" if not view.state.is_final else "ended"
    else:
        left = f"{span_text(view.time_box_left)} left"
    mark, style = ("○", "$text") if view.state.is_active or not view.state.is_final else ("–", "$muted")
    return Content.assemble(
        (f"{mark} {'time-box':<{_LIGHT_WIDTH}}", style),
        (f"{'kill' if not view.spec.warn_only else 'warn':<8}", "$muted"),
        (span_text(view.spec.time_box), "bold"),
        (f"  {left}", "$muted"),
    )


def light_lines(view: RunView) -> list[Content]:
    """Every criterion and the time-box, what is broken first."""
    order = ("broken", "met", "pending", "unknown")
    lights = sorted(view.lights, key=lambda light: order.index(light.light) if light.light in order else 3)
    lines = [light_line(light) for light in lights]
    box = time_box_line(view)
    return [*lines, box] if box is not None else lines


def criteria_told(view: RunView) -> list[Content]:
    """Every criterion with its whole sentence, and what each role does."""
    if not view.lights and view.spec.time_box is None:
        more = "" if view.kind in MEASURING else " n starts one that has, C clones it with some."
        return [Content.styled(f"This run has no criteria.{more}", "$muted")]
    acts = "only warns" if view.spec.warn_only else "stops the run"
    roles = f"success says that it is reached, kill {acts}, ask leaves it to you"
    return [*light_lines(view), Content(""), Content.styled(roles, "$muted")]


def lights_short(view: RunView) -> str:
    """The lights in a few words for a line of another screen."""
    parts = [f"{LIGHT_MARKS.get(light.light, '?')} {clean_line(light.text)}" for light in view.lights]
    if view.time_box_left is not None:
        parts.append(f"time-box {span_text(view.time_box_left)} left")
    return " · ".join(parts)


def resource_lines(used: Sequence[Mapping[str, Any]], width: int) -> list[Content]:
    """Processor, memory and GPU: now, at most, and as a small curve."""
    rows = (
        ("CPU", "cpu_percent", _percent), ("memory", "memory_bytes", byte_words),
        ("GPU", "gpu_percent", _percent), ("GPU memory", "gpu_memory_bytes", byte_words),
    )  # fmt: skip
    lines = []
    for name, key, words in rows:
        values = [float(one[key]) for one in used if isinstance(one.get(key), int | float)]
        if values:
            drawn = sparkline(values, max(min(width - 44, 40), 8))
            lines.append(
                Content.assemble(
                    (f"{name:<11}", "$muted"),
                    (f"{words(values[-1]):>9}", "bold"),
                    (f"  at most {words(max(values)):>9}  ", "$muted"),
                    (drawn, "$accent"),
                )
            )
    return lines or [Content.styled("Nothing was measured yet; that takes a few seconds.", "$muted")]


def sparkline(values: Sequence[float], columns: int) -> str:
    """A curve of one line: the last value of each of so many parts, from the lowest to the highest."""
    count = min(columns, len(values))
    seen = [values[(index + 1) * len(values) // count - 1] for index in range(count)]
    finite = [value for value in seen if abs(value) < float("inf")]
    if not finite:
        return ""
    # Halves, since a difference of two floats may be more than a float holds.
    low, room = min(finite) / 2, max(finite) / 2 - min(finite) / 2
    return "".join(
        SPARKS[round((value / 2 - low) / room * (len(SPARKS) - 1)) if room else 0] if value in finite else " "
        for value in seen
    )


def about_lines(view: RunView, headline: str = "") -> list[Content]:
    """What follows from what it measured, what the run was told, and how it ended."""
    spec = view.spec
    told_first = [Content.styled(clean_line(headline), "bold"), Content("")] if headline else []
    told: list[tuple[str, str]] = [("state", view.state_text), ("reason", view.reason)]
    told += [("command", " ".join(spec.argv)), ("folder", spec.folder if spec.argv else "")]
    settings = {**spec.train, **spec.quantize, **spec.benchmark}
    told += [(name, str(value)) for name, value in settings.items()]
    told += [(name, str(value)) for name, value in spec.ablate.items() if name != "train"]
    told += [("device", view.device or spec.device), ("seed", str(spec.seed))]
    told += [("goes on from", f"run {view.resumes}" if view.resumes else "")]
    told += [(name, str(value)) for name, value in spec.surroundings.items() if isinstance(value, str | int)]
    told += [("kept in", str(view.folder))]
    facts = [
        Content.assemble((f"{clean_line(name):<14}", "$muted"), clean_line(value))
        for name, value in told
        if value
    ]
    return [*told_first, *facts]


def byte_words(count: float) -> str:
    """`1.4 GB`, `812 MB`."""
    return next((f"{count / size:.1f} {unit}" for size, unit in _BYTES if count >= size), f"{count:.0f} B")


def _percent(value: float) -> str:
    return f"{value:.0f} %"

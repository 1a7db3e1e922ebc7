"""Small plots as lines of text: bars and histograms, for people and for pipes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isfinite

from r2p_tui.cli import output

# A label, a value that is not negative, and a note behind the bar.
BarRow = tuple[str, float, str]

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEAST = 8


def bars(rows: Iterable[BarRow], width: int) -> list[str]:
    """One line a row: its label, a bar as long as its value against the largest, the value, the note.

    A value above 0 always shows; labels and notes are cut before the bars would become unreadable.
    """
    kept = [(output.one_line(label), max(value, 0.0), output.one_line(note)) for label, value, note in rows]
    if not kept:
        return []
    values = [_number(value) for _, value, _ in kept]
    label_width = min(max(output.display_width(label) for label, _, _ in kept), max(width // 3, 6))
    value_width = max(map(len, values))
    note_width = max(output.display_width(note) for _, _, note in kept)
    room = width - label_width - value_width - 4
    bar_width = max(room - (note_width + 2 if note_width else 0), min(room, max(_LEAST, room // 2)), 1)
    most = max(value for _, value, _ in kept) or 1.0
    lines = []
    for (label, value, note), text in zip(kept, values, strict=True):
        bar = output.pad(_bar(value / most, bar_width), bar_width)
        name = output.pad(output.fit(label, label_width), label_width)
        line = f"{name}  {bar}  {output.pad(text, value_width, '>')}"
        lines.append(output.fit(f"{line}  {note}".rstrip(), width))
    return lines


def histogram(values: Sequence[float], width: int, *, bins: int = 10, unit: str = "") -> list[str]:
    """How many values lie in each of so many equal ranges; what is no finite number is left out."""
    finite = [value for value in values if isfinite(value)]
    if not finite:
        return []
    low, high = min(finite), max(finite)
    count = bins if high > low else 1
    edges = [low + (high - low) * step / count for step in range(1, count)]
    counts = [0] * count
    for value in finite:
        counts[bisect_right(edges, value)] += 1
    bounds = [low, *edges, high]
    tail = f" {unit}" if unit else ""
    labels = [f"{_short(one)}–{_short(two)}{tail}" for one, two in pairwise(bounds)]
    return bars(((label, number, "") for label, number in zip(labels, counts, strict=True)), width)


def _bar(share: float, width: int) -> str:
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"


def _short(value: float) -> str:
    return f"{value:.4g}"

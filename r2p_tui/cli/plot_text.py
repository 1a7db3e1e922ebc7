"""Bars as lines of text, for people and for pipes."""

from __future__ import annotations

from collections.abc import Iterable

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


def _bar(share: float, width: int) -> str:
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"

"""The notes of a question on Fatebook, which hold what it has no column for, each part below its name.

    Criteria: more than half of the new edge deployments I see
    Reasoning: the licence is free,
      and latency on a T4 is level
    View of 2027-02-01 09:30:00: two more customers asked for it

Lines that go on are indented by two spaces, so any text comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

_LABEL = re.compile(
    r"(Criteria|Reasoning|Outcome|Notes|View of (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)): ", re.ASCII
)
# What Fatebook's import from a spreadsheet puts behind the notes of each question.
_IMPORTED = re.compile(r"\s*Imported from your spreadsheet on [\d:\- ]+\.$", re.ASCII)
_ANNULLED = "annulled"


class View(NamedTuple):
    """Why a forecast was made at a time; whole seconds."""

    made_at: datetime
    reasoning: str


class Notes(NamedTuple):
    """The parts; `more` is what somebody wrote without a name before it."""

    criteria: str = ""
    reasoning: str = ""
    annulled: bool = False
    views: tuple[View, ...] = ()
    more: str = ""


def write_notes(notes: Notes) -> str:
    """One text of all parts; notes that are nothing but `more` stay as they are."""
    named = [("Criteria", notes.criteria), ("Reasoning", notes.reasoning)]
    named += [(f"View of {time_text(view.made_at)}", view.reasoning) for view in notes.views]
    named += [("Outcome", _ANNULLED if notes.annulled else "")]
    if not any(text for _, text in named) and not _LABEL.match(notes.more):
        return notes.more
    named += [("Notes", notes.more)]
    return "\n".join(f"{name}: {text}".replace("\n", "\n  ") for name, text in named if text)


def read_notes(text: str) -> Notes:
    """The parts of a text, whoever wrote it; lines that belong to none of them are added to `more`."""
    text = _IMPORTED.sub("", text).strip()
    if not _LABEL.match(text):
        return Notes(more=text)
    parts, loose = _parts(text)
    named = {label: body for label, _, body in parts}
    return Notes(
        named.get("Criteria", ""),
        named.get("Reasoning", ""),
        named.get("Outcome") == _ANNULLED,
        tuple(View(made_at, body) for _, made_at, body in parts if made_at),
        "\n".join(filter(None, [named.get("Notes", ""), *loose])),
    )


def _parts(text: str) -> tuple[Sequence[tuple[str, datetime | None, str]], Sequence[str]]:
    """Each part as its name, its time where it has one, and its text; and the lines that follow none."""
    parts: list[tuple[str, datetime | None, list[str]]] = []
    loose: list[str] = []
    for line in text.split("\n"):
        label = _LABEL.match(line)
        made_at = _time(label[2]) if label else None
        if label and (made_at or not label[2]):
            parts.append((label[1], made_at, [line[label.end() :]]))
        elif parts and (line.startswith("  ") or not line):
            parts[-1][2].append(line[2:])
        else:
            loose.append(line)
    return [(name, made_at, "\n".join(lines).strip()) for name, made_at, lines in parts], loose


def _time(text: str | None) -> datetime | None:
    """The time of a view; None for text that only looks like one."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None


def time_text(moment: datetime) -> str:
    """A moment as Fatebook writes it: in UTC, to the second, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")

"""The monthly research review: its agenda with minutes, as Markdown, and the decisions read back from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from r2p_tui.domain.due_dates import due_date
from r2p_tui.domain.radar import Ring, ring_of
from r2p_tui.domain.times import short_date
from r2p_tui.errors import UsageError
from r2p_tui.text import clean, clean_line, count_of, shorten

Part = Literal["moves", "decisions", "deep dives", "nominations"]
PARTS: tuple[Part, ...] = ("moves", "decisions", "deep dives", "nominations")
HEADINGS: dict[Part, str] = {
    "moves": "Moves since last time",
    "decisions": "Decisions to take",
    "deep dives": "Deep dives proposed",
    "nominations": "Nominations",
}
LONGEST_REVIEW, MOST_DECISIONS = 200_000, 500


class Item(NamedTuple):
    """A point of the agenda: a technique, prediction or paper, why it stands here, and minutes for it.

    `ring` is there where a technique is to be decided on: where it stands.
    """

    part: Part
    name: str
    why: str
    minutes: int = 0
    ring: Ring | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a review talks about; the minutes of its items, `closing` and `spare` ones sum to `minutes`.

    `since` is when the last review was held, or a month ago; `left_out` counts, for each part, what there was
    no time for.
    """

    held_on: date
    since: date
    minutes: int
    items: tuple[Item, ...]
    closing: int
    spare: int = 0
    left_out: tuple[tuple[Part, int], ...] = ()

    def of(self, part: Part) -> tuple[Item, ...]:
        """The items of a part, the most pressing first."""
        return tuple(item for item in self.items if item.part == part)

    def minutes_of(self, part: Part) -> int:
        """How long the review stays with a part."""
        return sum(item.minutes for item in self.of(part))


class Decision(NamedTuple):
    """A line of the decisions: a move to `ring`, or None where the technique stays; `line` counts from 1."""

    line: int
    name: str
    ring: Ring | None
    reason: str = ""
    next_action: str = ""
    next_on: date | None = None


# --- minutes ------------------------------------------------------------------------------------------------


class _Plan(NamedTuple):
    """What part of the time a part of the agenda should take, and the minutes for one item."""

    share: float
    least: int
    most: int


# In the order in which time is given out.
_PLANS: dict[Part, _Plan] = {
    "decisions": _Plan(0.40, 3, 10),
    "moves": _Plan(0.15, 1, 3),
    "deep dives": _Plan(0.30, 8, 20),
    "nominations": _Plan(0.15, 2, 5),
}
_LEAST_CLOSING, _CLOSING_PART = 3, 12


def make_agenda(
    items: Sequence[Item], *, minutes: int, since: date, held_on: date, more_decisions: int = 0
) -> Agenda:
    """The items with minutes for each, the first of each part before the others.

    What does not fit is left out and counted, with `more_decisions` that are not among the items.
    """
    given = {part: [item for item in items if item.part == part] for part in PARTS}
    closing = max(_LEAST_CLOSING, minutes // _CLOSING_PART)
    room = minutes - closing
    numbers = _admitted({part: len(some) for part, some in given.items()}, room)
    spent = _spread(numbers, room)
    timed = tuple(
        item._replace(minutes=time)
        for part in PARTS
        for item, time in zip(given[part][: numbers[part]], spent[part], strict=True)
    )
    left_out = {part: len(given[part]) - numbers[part] for part in PARTS}
    left_out["decisions"] += more_decisions
    return Agenda(
        held_on=held_on,
        since=since,
        minutes=minutes,
        items=timed,
        closing=closing,
        spare=room - sum(item.minutes for item in timed),
        left_out=tuple((part, count) for part, count in left_out.items() if count),
    )


def _admitted(wanted: Mapping[Part, int], room: int) -> dict[Part, int]:
    """How many items of each part have room: each its share first, then what is left goes by the order.

    Decisions may take all that is left, any other part its share once again, and more only of the time that
    nothing else can use.
    """
    numbers = {part: min(wanted[part], int(plan.share * room) // plan.least) for part, plan in _PLANS.items()}
    left = room - sum(numbers[part] * plan.least for part, plan in _PLANS.items())
    for part, plan in _PLANS.items():
        most = wanted[part] if part == "decisions" else int(2 * plan.share * room) // plan.least
        more = min(min(wanted[part], most) - numbers[part], left // plan.least)
        numbers[part] += more
        left -= more * plan.least
    unused = max(room - sum(numbers[part] * plan.most for part, plan in _PLANS.items()), 0)
    for part, plan in _PLANS.items():
        more = min(wanted[part] - numbers[part], unused // plan.least)
        numbers[part] += more
        unused -= more * plan.least
    return numbers


def _spread(numbers: Mapping[Part, int], room: int) -> dict[Part, list[int]]:
    """The minutes of each item, whole: one by one to the part that is furthest behind its share."""
    spent = {part: [_PLANS[part].least] * number for part, number in numbers.items()}
    for _ in range(room - sum(map(sum, spent.values()))):
        open_parts = [part for part in _PLANS if any(time < _PLANS[part].most for time in spent[part])]
        if not open_parts:
            break
        part = min(open_parts, key=lambda part: sum(spent[part]) / _PLANS[part].share)
        times = spent[part]
        times[times.index(min(times))] += 1
    return spent


# --- Markdown -----------------------------------------------------------------------------------------------

_DECISIONS = "Decisions"
# Underscores within a word, and an ampersand that begins no entity, are none.
_MARKUP = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_COMMENT = re.compile(r"(?<!\\)<!--.*?(?:-->|\Z)", re.DOTALL)
_HOW = """<!--
One line for each technique, such as
- NAME: TRIAL because REASON; next: ACTION by 2w
- NAME: SKIP because superseded by OTHER
- NAME: stays
A line that ends after the colon decides nothing.
-->"""
_NOTHING: dict[Part, str] = {
    "moves": "Nothing moved.",
    "decisions": "Nothing waits for a decision.",
    "deep dives": "No paper asks for one.",
    "nominations": "None.",
}


def markdown(agenda: Agenda) -> str:
    """The agenda as Markdown, with a section of decisions to fill in."""
    lines = [
        f"# Research review, {short_date(agenda.held_on)}",
        "",
        f"{agenda.minutes} min · since {short_date(agenda.since)}",
    ]
    left_out = dict(agenda.left_out)
    for part in PARTS:
        lines += _section(part, agenda, left_out.get(part, 0))
    lines += ["", f"## Closing: read out what was decided ({agenda.closing} min)"]
    if agenda.spare:
        lines += ["", f"Left over: {agenda.spare} min."]
    lines += ["", f"## {_DECISIONS}", "", _HOW, ""]
    lines += [f"- {_escaped_name(item.name)}:" for item in agenda.of("decisions") if item.ring]
    return "\n".join(lines).rstrip() + "\n"


def for_reading(text: str) -> str:
    """A review as its reader should see it: without comments, and with characters as they are meant."""
    return _unescaped(re.sub(r"\n{3,}", "\n\n", _COMMENT.sub("", text)))


def _section(part: Part, agenda: Agenda, left_out: int) -> list[str]:
    items = agenda.of(part)
    if not items and not left_out:
        return ["", f"## {HEADINGS[part]}", "", _NOTHING[part]]
    lines = ["", f"## {HEADINGS[part]} ({agenda.minutes_of(part)} min)", ""]
    lines += [f"- {item.minutes} min · {_titled(item)}: {_escaped(item.why)}" for item in items]
    if left_out:
        lines.append(f"- no time for {left_out:,} more")
    return lines


def _titled(item: Item) -> str:
    return f"{_escaped(item.name)} ({item.ring})" if item.ring else _escaped(item.name)


def _escaped(text: str) -> str:
    """Foreign text that no reader of Markdown takes for markup."""
    return _MARKUP.sub(r"\\\g<0>", clean_line(text))


def _escaped_name(name: str) -> str:
    """A name for the beginning of a line; its own colons are none that a decision follows."""
    text = _escaped(name).replace(":", r"\:")
    return re.sub(r"^(\d*)([-+#>.)])(?=\s|$)", r"\1\\\2", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


# --- decisions ----------------------------------------------------------------------------------------------

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_DECIDED = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<colon>:)\s*(?=(?:stays|stay)\b|[A-Za-z]+[.,;]?\s+because\b)", re.IGNORECASE
)
_VERDICT = re.compile(r"(?P<word>[A-Za-z]+)\b[.,;]?\s*(?:because\b[:,]?\s*(?P<reason>.*))?", re.IGNORECASE)
_NEXT = re.compile(r";\s*next\s*:\s*", re.IGNORECASE)


def parse_decisions(text: str, today: date) -> tuple[Decision, ...]:
    """The decisions of a filled-in review, or of bare lines; raises UsageError that names every bad line."""
    if len(text) > LONGEST_REVIEW:
        raise UsageError("That is longer than any review.", f"Use at most {LONGEST_REVIEW:,} characters.")
    found: dict[str, Decision] = {}
    faults: list[tuple[int, str]] = []
    for number, line in _decision_lines(clean(text)):
        try:
            decision = _decision(number, line, today)
        except UsageError as error:
            faults.append((number, error.message))
            continue
        if decision is None:
            continue
        if found.setdefault(decision.name.casefold(), decision) is not decision:
            faults.append((number, f"{decision.name} is decided on twice."))
    if faults:
        raise bad_lines(faults)
    if len(found) > MOST_DECISIONS:
        raise UsageError(f"{len(found):,} decisions are more than a review takes.", "Take them in parts.")
    return tuple(found.values())


def bad_lines(faults: Sequence[tuple[int, str]]) -> UsageError:
    """The complaint about lines of a review, each with its number and what is wrong with it."""
    told = " ".join(f"Line {number}: {fault}" for number, fault in faults[:5])
    more = f" And {count_of(len(faults) - 5, 'more line')}." if len(faults) > 5 else ""
    return UsageError(
        told + more, "Nothing was changed. Write: - NAME: RING because REASON; next: ACTION by 2w"
    )


def _decision_lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines that say something: those below headings of decisions, or all where there are none."""
    lines = [(number, line.strip()) for number, line in enumerate(_without_comments(text).split("\n"), 1)]
    headings = {number: match for number, line in lines if (match := _HEADING.fullmatch(line))}
    is_bare = not any(map(_is_of_decisions, headings.values()))
    # How many # the heading has below which decisions stand; one of more is a part of it.
    inside = 0
    for number, line in lines:
        if heading := headings.get(number):
            level = len(heading[1])
            if _is_of_decisions(heading):
                inside = level
            elif level <= inside:
                inside = 0
        elif line and (inside or is_bare):
            yield number, line


def _is_of_decisions(heading: re.Match[str]) -> bool:
    return heading[2].strip().casefold() == _DECISIONS.casefold()


def _without_comments(text: str) -> str:
    """The text with as many lines as before; raises UsageError for a comment that hides all that follows."""
    for comment in _COMMENT.finditer(text):
        if not comment[0].endswith("-->"):
            line = text.count("\n", 0, comment.start()) + 1
            raise bad_lines([(line, "the comment that begins here has no end, which is -->.")])
    return _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)


def _decision(number: int, line: str, today: date) -> Decision | None:
    """One line; None where it was left open. Raises UsageError."""
    plain = re.sub(r"^(?:[-*+]|\d+[.)])\s+", "", line)
    match = _DECIDED.search(plain)
    if match is None and plain.endswith(":"):
        return None
    if match is None:
        raise UsageError(f"“{shorten(clean_line(plain), 60)}” says neither “stays” nor “RING because …”.")
    name = clean_line(_unescaped(plain[: match.start("colon")]))
    said, action, on = _next_of(plain[match.end() :], today)
    verdict = _VERDICT.fullmatch(said)
    if not name or verdict is None:
        raise UsageError(f"“{shorten(clean_line(plain), 60)}” cannot be understood.")
    reason = clean_line(_unescaped(verdict["reason"] or ""))
    if verdict["word"].casefold() in ("stays", "stay"):
        return Decision(number, name, None, reason, action, on)
    if not reason:
        raise UsageError(f"Why does {name} move?")
    return Decision(number, name, ring_of(verdict["word"]), reason, action, on)


def _next_of(said: str, today: date) -> tuple[str, str, date | None]:
    """What stands before `; next:`, the action behind it, and its day."""
    parts = _NEXT.split(said)
    if len(parts) == 1:
        return said.strip(), "", None
    action, by, when = parts[-1].rpartition(" by ")
    if not by:
        raise UsageError(f"By when is “{shorten(clean_line(parts[-1]), 60)}” to be done?")
    return (
        "; next: ".join(parts[:-1]).strip(),
        clean_line(_unescaped(action)),
        due_date(when.strip(" ."), today),
    )

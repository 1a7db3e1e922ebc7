"""A prediction as it is written down: what it must say, and the hash that freezes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

from r2p_tui.domain.due_dates import accept_day, due_date
from r2p_tui.domain.prediction_questions import question_about
from r2p_tui.domain.times import utc_text
from r2p_tui.errors import UsageError
from r2p_tui.text import clean, clean_line

KINDS = ("adoption", "result", "poc", "free")
MAX_STATEMENT = 1_000
MAX_TEXT = 20_000
MAX_TAGS = 20
_MAX_TAG = 40
_MAX_UNIT = 40
_KIND_WORDS = {"poc": "POC"}

Value = TypeVar("Value")


class PredictionEntry(NamedTuple):
    """A prediction that passed every check; made by `make_prediction`, stored as it stands.

    `low` and `high`, in `unit`, are there for a result with an interval: the probability says how likely
    the value falls inside.
    """

    statement: str
    kind: str
    criteria: str
    reasoning: str
    probability: float
    due_on: date
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    tags: tuple[str, ...] = ()


class FieldError(UsageError):
    """What is asked back about one field of the entry: `field` is the name it has there."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.field = field


def make_prediction(
    statement: str,
    *,
    probability: str | float | None,
    due: str | date | None,
    criteria: str | None,
    reasoning: str | None,
    today: date,
    kind: str | None = None,
    low: str | float | None = None,
    high: str | float | None = None,
    unit: str | None = None,
    tags: Iterable[str] = (),
) -> PredictionEntry:
    """Clean and check what the user typed; raises FieldError with the first question that is open.

    Without a kind, an interval makes it a result, and anything else free.
    """
    statement = _statement(statement)
    chance = _probability(probability)
    due_on = _due(due, today)
    is_open = not any(clean_line(str(end)) for end in (low, high) if end is not None)
    criteria = _criteria(criteria or "", statement if is_open else None)
    reasoning = _reasoning(reasoning or "", statement, criteria)
    interval = _interval(low, high, unit)
    kind = _kind(kind or ("free" if interval is None else "result"))
    if interval and kind != "result":
        raise FieldError(
            "kind", f"An interval belongs to a result, not to kind {kind}.", "Say: --kind result"
        )
    below, above, measured_in = interval or (None, None, None)
    return PredictionEntry(
        statement, kind, criteria, reasoning, chance, due_on, below, above, measured_in, _tags(tags)
    )


def probability_of(text: str | float) -> float:
    """`0.3`, `.3`, `30%` and `30 %` as 0 to 1; raises UsageError, for `70` with the question about 0.70."""
    words = clean_line(str(text))
    percent = words.endswith("%")
    number = _finite(words.removesuffix("%"))
    if number is None:
        comma = words.replace(",", ".", 1)
        near = comma if _finite(comma.removesuffix("%")) is not None and comma != words else ""
        hint = f"Did you mean {near}?" if near else "Write it from 0 to 1 or in percent: 0.3 or 30%."
        raise UsageError(f"“{words[:40]}” is not a probability.", hint)
    chance = _hundredth(number) if percent else number
    if 0 <= chance <= 1:
        return abs(chance)
    raise UsageError(f"A probability goes from 0 to 1, and {words[:40]} does not.", _meant(number, percent))


def reasoning_hash(entry: PredictionEntry, made_at: datetime) -> str:
    """SHA-256 in hex over everything that is frozen; the moment counts to the millisecond, as it is stored.

    Each field is a line of its name, the number of its characters, and its text, so that no two
    predictions have one text in common.
    """
    values = {
        "statement": entry.statement,
        "kind": entry.kind,
        "criteria": entry.criteria,
        "reasoning": entry.reasoning,
        "probability": _exactly(entry.probability),
        "low": _exactly(entry.low),
        "high": _exactly(entry.high),
        "unit": entry.unit or "",
        "due_on": entry.due_on.isoformat(),
        "made_at": utc_text(made_at),
    }
    text = "".join(f"{name} {len(value)} {value}\n" for name, value in values.items())
    return str(_sha256()(text.encode()).hexdigest())


def base_rate_words(kind: str, yes: int, resolved: int, probability: float | None = None) -> str:
    """The user's own record beside the new probability: `Of your 14 resolved ... 4 came true (29 %); ...`."""
    what = f"resolved {_KIND_WORDS.get(kind, kind)} prediction"
    if not resolved:
        return f"You have no {what} yet."
    said = "" if probability is None else f"; you say {100 * probability:.6g} %"
    if resolved == 1:
        return f"Your one {what} {'came true' if yes else 'did not come true'}{said}."
    share = f"{yes:,} came true ({yes / resolved:.0%})".replace("%", " %")
    return f"Of your {resolved:,} {what}s {share}{said}."


def _statement(text: str) -> str:
    words = clean_line(text)
    if not _says_something(words):
        raise FieldError(
            "statement", "What do you predict?", 'For example: "X replaces Y in our new projects"'
        )
    return _bounded("statement", words, MAX_STATEMENT)


def _probability(value: str | float | None) -> float:
    if value is None or not str(value).strip():
        raise FieldError("probability", "How likely is it?", "Say it with --p, such as 0.3 or 30%.")
    return _asked_of("probability", probability_of, value)


def _due(value: str | date | None, today: date) -> date:
    if value is None or not str(value).strip():
        raise FieldError("due_on", "By when will you know?", "Say it with --by, such as 2y or 2028-11-21.")
    read = due_date if isinstance(value, str) else accept_day
    return _asked_of("due_on", read, value, today)


def _criteria(text: str, statement: str | None) -> str:
    """What an interval says need not be said again: without a `statement`, its ends are what decides."""
    words = clean(text).strip()
    if not _says_something(words):
        raise FieldError(
            "criteria",
            "How will you decide whether it came true?",
            'Say it with --criteria, such as "more than half of the edge projects in my list".',
        )
    if statement is not None and (question := question_about(words, statement)):
        raise FieldError(
            "criteria",
            question,
            "In --criteria name a number, a count, or an event that somebody can look up.",
        )
    return _bounded("criteria", words, MAX_TEXT)


def _reasoning(text: str, statement: str, criteria: str) -> str:
    words = clean(text).strip()
    if not _says_something(words) or words.casefold() in (statement.casefold(), criteria.casefold()):
        raise FieldError(
            "reasoning", "Why do you think so?", "Say it with --reason; it is kept as it stands."
        )
    return _bounded("reasoning", words, MAX_TEXT)


def _kind(word: str) -> str:
    kind = clean_line(word).lower()
    if kind in KINDS:
        return kind
    import difflib

    near = difflib.get_close_matches(kind, KINDS, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]}?" if near else f"Kinds: {', '.join(KINDS)}."
    raise FieldError("kind", f"“{kind[:40]}” is not a kind of prediction.", hint)


def _interval(
    low: str | float | None, high: str | float | None, unit: str | None
) -> tuple[float, float, str | None] | None:
    """Both ends and their unit; a `%` behind a number is its unit."""
    below, above = _end("low", low), _end("high", high)
    percent = any(str(end).rstrip().endswith("%") for end in (low, high))
    unit = clean_line(unit or "") or ("%" if percent else None)
    if below is None and above is None:
        if unit:
            raise FieldError("low", f"From where to where, in {unit[:40]}?", "Say it with --low and --high.")
        return None
    if below is None or above is None:
        missing = "low" if below is None else "high"
        raise FieldError(
            missing, "Where does the interval end on the other side?", f"Say it with --{missing}."
        )
    if below >= above:
        turned = f"Did you mean --low {above:g} --high {below:g}?" if below > above else "Write two numbers."
        raise FieldError("low", f"An interval goes up: {below:g} is not below {above:g}.", turned)
    return below, above, _bounded("unit", unit, _MAX_UNIT) if unit else None


def _end(field: str, value: str | float | None) -> float | None:
    words = "" if value is None else clean_line(str(value))
    number = _finite(words.removesuffix("%"))
    if words and number is None:
        raise FieldError(
            field, f"“{words[:40]}” is not a number.", f"Say it with --{field}, such as 20 or 0.6."
        )
    return number


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Each once, without `#`; a comma or semicolon parts two, as in the files of other programs."""
    chosen: dict[str, str] = {}
    for word in ",".join(tags).replace(";", ",").split(","):
        if tag := clean_line(word).lstrip("# "):
            chosen.setdefault(tag.casefold(), _bounded("tags", tag, _MAX_TAG))
    if len(chosen) > MAX_TAGS:
        raise FieldError("tags", f"A prediction has at most {MAX_TAGS} tags; these are {len(chosen)}.")
    return tuple(chosen.values())


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))


def _bounded(field: str, text: str, most: int) -> str:
    if len(text) <= most:
        return text
    what = "A tag" if field == "tags" else f"The {field}"
    raise FieldError(
        field, f"{what} may have {most:,} characters; this has {len(text):,}.", "Say it shorter."
    )


def _asked_of(field: str, read: Callable[..., Value], *values: Any) -> Value:
    try:
        return read(*values)
    except UsageError as error:
        raise FieldError(field, error.message, error.hint) from error


def _finite(text: str) -> float | None:
    """The number, unless it is written in digits or with marks that only Python takes."""
    if not text.isascii() or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _hundredth(number: float) -> float:
    """By its digits, so that 12.3 % is 0.123; divided it would be 0.12300000000000001."""
    digits = repr(number)
    return number / 100 if "e" in digits else float(f"{digits}e-2")


def _meant(number: float, percent: bool) -> str:
    if not percent and 1 < number <= 100:
        return f"Did you mean {number / 100:.2f}?" if number == int(number) else f"Did you mean {number}%?"
    return "Write it from 0 to 1 or in percent: 0.3 or 30%."


def _exactly(number: float | None) -> str:
    return "" if number is None else repr(float(number))


def _sha256() -> Any:
    """SHA-256 without OpenSSL, which hashlib loads first: the standard library's `random` looks here too."""
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            return import_module(name).sha256
        except ImportError:
            continue
    raise ImportError("hashlib")

"""Reads sentences such as `best map50 >= 0.60 by epoch 40`, and spells them in one way."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final, NamedTuple, cast

from r2p_tui.domain.criteria_names import PRIMARY, SIZES, TIMES, better, goes_with
from r2p_tui.domain.criteria_sentences import (
    SHARES,
    WAYS,
    Clock,
    Compare,
    Condition,
    Diverged,
    Drop,
    Number,
    Operator,
    Point,
    Sentence,
    Trend,
    Way,
)
from r2p_tui.domain.run_metrics import metric_name
from r2p_tui.errors import UsageError
from r2p_tui.text import clean, clean_line, shorten

LONGEST: Final = 200
OPERATORS: Final[Mapping[str, Operator]] = {
    ">=": ">=", "=>": ">=", "≥": ">=", ">": ">",
    "<=": "<=", "=<": "<=", "≤": "<=", "<": "<", "=": "=", "==": "=",
}  # fmt: skip
_CLOCKS: Final[Mapping[str, Clock]] = {
    **dict.fromkeys(("epoch", "epochs"), "epoch"),
    **dict.fromkeys(("day", "days", "d"), "day"),
    **dict.fromkeys(("hour", "hours", "h"), "hour"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
}
_UNITS: Final[Mapping[str, str]] = {
    **{unit.lower(): unit for unit in (*TIMES, *SIZES)},
    **dict.fromkeys(("%", "percent"), "%"),
    **dict.fromkeys(("pt", "pts", "pp"), "pt"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hour", "hours"), "h"),
}
_TOKEN: Final = re.compile(r"[<>=≥≤]+|[^\s<>=≥≤]+")
_NUMBER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)(\D*)", re.ASCII)
_RUN: Final = re.compile(r"(?:run:|#)(\d{1,9})", re.ASCII | re.IGNORECASE)
_COUNT: Final = re.compile(r"\d{1,6}", re.ASCII)
_RELATIONS: Final = (">=", ">", "<=", "<", "=", "drop", *WAYS, "is nan", "diverged")


class CriterionError(UsageError):
    """A sentence that cannot be read; `position` counts from 0, and the hint points at the word."""

    def __init__(self, text: str, position: int, word: str, message: str, advice: str) -> None:
        self.position = position
        self.word = word
        line = clean(re.sub(r"\s", " ", text[:LONGEST]))
        start = max(0, min(position - 40, len(line) - 76))
        pointer = f"\n{line[start : start + 76]}\n{' ' * (position - start)}^" if line.strip() else ""
        super().__init__(message, advice + pointer)


def parse(text: str) -> Sentence:
    """The meaning of a sentence; raises CriterionError, which points at the word, for anything else."""
    if len(text) > LONGEST:
        advice = f"{len(text):,} characters are too many; {LONGEST} is the most."
        raise CriterionError(text, 0, shorten(clean_line(text), 40), "This sentence is too long.", advice)
    return _Reader(text).sentence()


class _Word(NamedTuple):
    text: str
    position: int

    @property
    def lower(self) -> str:
        return self.text.lower()


class _Reader:
    """Reads from left to right, each word once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [_Word(found.group(), found.start()) for found in _TOKEN.finditer(text)]
        self.index = 0

    @property
    def word(self) -> _Word:
        if self.index < len(self.words):
            return self.words[self.index]
        return _Word("", len(self.text.rstrip()))

    def take(self, *wanted: str) -> bool:
        """Whether the word is one of these, which is then read."""
        found = self.word.lower in wanted
        self.index += found
        return found

    def next(self) -> _Word:
        word = self.word
        self.index += 1
        return word

    def error(self, message: str, advice: str, word: _Word | None = None) -> CriterionError:
        word = word or self.word
        return CriterionError(self.text, word.position, word.text, message, advice)

    def expected(self, what: str, *known: str) -> CriterionError:
        """Names what should stand here; the advice is the nearest known word."""
        word = self.word
        if not word.text:
            return self.error("The sentence ends too early.", f"Next comes {what}.")
        advice = f"Expected here: {what}."
        if close := difflib.get_close_matches(word.lower, known, 1):
            advice = f"Perhaps “{close[0]}” is meant."
        return self.error(f"“{shorten(clean_line(word.text), 40)}” is not understood here.", advice)

    def sentence(self) -> Sentence:
        if not self.words:
            raise self.error("An empty sentence says nothing.", _example())
        first = self.word
        best = self.take("best")
        metric = None if self.word.lower == "drop" else self.metric()
        condition = self.condition(metric)
        if best and isinstance(condition, Trend | Diverged):
            raise self.error("“best” goes with a comparison only.", "Leave “best” out.", first)
        by, after = self.moments()
        return Sentence(metric, condition, best, by, after)

    def metric(self) -> str:
        word = self.word
        name = metric_name(word.text)
        known = (*PRIMARY, "val_loss", "train_loss")
        if not re.search("[a-z]", name) or name in ("best", "drop") or _is_number(name):
            raise self.expected("the name of a metric, such as map50", *known)
        self.index += 1
        return name

    def condition(self, metric: str | None) -> Condition:
        if self.word.text in OPERATORS:
            return self.comparison(metric or "")
        if self.take("drop"):
            return self.drop(metric)
        if self.word.lower in WAYS:
            return self.trend()
        if self.take("diverged", "diverges"):
            return Diverged()
        if self.take("is"):
            if not self.take("nan", "inf", "infinite"):
                raise self.expected("“nan”", "nan")
            return Diverged()
        what = "a comparison such as >=, or one of drop, rising, falling, flat, is nan"
        if self.follows(*OPERATORS, *WAYS, "drop", "is"):
            what = "a comparison, for the name of a metric is one word, such as val_loss"
        raise self.expected(what, *_RELATIONS)

    def follows(self, *wanted: str) -> bool:
        following = self.words[self.index + 1 : self.index + 2]
        return any(word.lower in wanted for word in following)

    def operator(self) -> Operator:
        if self.word.text not in OPERATORS:
            raise self.expected("a comparison: >=, >, <=, < or =")
        return OPERATORS[self.next().text]

    def comparison(self, metric: str) -> Compare:
        operator = self.operator()
        if reference := self.reference():
            return Compare(operator, Number(100, "%"), reference)
        place = self.word
        limit = self.number("a number or another run, such as 0.60 or run:12")
        if self.word.lower != "of":
            if not goes_with(metric, limit.unit):
                advice = (
                    "Write the number alone; a time goes with a name such as latency_ms, a size with size_mb."
                )
                raise self.error(f"{metric} is not measured in {limit.unit}.", advice, place)
            return Compare(operator, limit)
        if limit.unit != "%":
            raise self.error("“of” follows a share in percent.", "Write it like 90% of run:12.")
        self.index += 1
        return Compare(operator, limit, self.needed_reference())

    def drop(self, metric: str | None) -> Drop:
        start = self.words[self.index - 1]
        if metric and better(metric) == "down":
            advice = f"Write it like {metric} <= 110% of run:12."
            raise self.error(f"A drop of {metric} is no loss: lower is better there.", advice, start)
        place = self.word
        operator = self.operator()
        if operator == "=":
            raise self.error("A drop is limited with <= or >, never with =.", "Write drop <= 1pt.", place)
        place = self.word
        limit = self.number("a number, such as 1pt")
        if limit.unit not in ("", *SHARES):
            raise self.error(f"A drop is not measured in {limit.unit}.", "Write drop <= 1pt.", place)
        if not self.take("vs", "vs.", "versus"):
            raise self.expected("“vs” and the run to compare with", "vs", "versus")
        return Drop(operator, limit, self.needed_reference())

    def trend(self) -> Trend:
        way = cast("Way", self.next().lower)
        self.take("for")
        if not _COUNT.fullmatch(self.word.text) or not int(self.word.text):
            raise self.expected("a whole number of epochs")
        count = int(self.next().text)
        if not self.take("epochs", "epoch"):
            raise self.expected("“epochs”", "epochs")
        return Trend(way, count)

    def reference(self) -> str:
        if self.take("baseline"):
            return "baseline"
        found = _RUN.fullmatch(self.word.text)
        self.index += found is not None
        return f"run:{int(found[1])}" if found else ""

    def needed_reference(self) -> str:
        reference = self.reference()
        if not reference:
            raise self.expected("the run to compare with, run:12 or baseline", "run:12", "baseline")
        return reference

    def number(self, what: str) -> Number:
        word = self.word
        found = _NUMBER.fullmatch(word.text)
        if not found:
            raise self.expected(what, "baseline", "run:12")
        value = float(found[1]) + 0.0
        if abs(value) > 1e15:
            raise self.error("This number is too large.", "Its size may be 1e15 at the most.")
        self.index += 1
        return Number(value, self.unit(found[2], word))

    def unit(self, written: str, word: _Word) -> str:
        if not written:
            unit = _UNITS.get(self.word.lower, "")
            self.index += bool(unit)
            return unit
        if written.lower() not in _UNITS:
            advice = f"Known units: {', '.join(dict.fromkeys(_UNITS.values()))}."
            raise self.error(f"“{shorten(clean_line(written), 40)}” is no unit.", advice, word)
        return _UNITS[written.lower()]

    def moments(self) -> tuple[Point | None, Point | None]:
        by: Point | None = None
        after: Point | None = None
        while self.word.text:
            start = self.word
            if by is None and self.take("by"):
                by = self.moment()
            elif after is None and self.take("after"):
                after = self.moment()
            else:
                free = [word for word, point in (("by", by), ("after", after)) if point is None]
                what = " or ".join(f"“{word}”" for word in free)
                raise self.expected(what or "the end of the sentence", *free)
            if by and after and _is_before(by, after):
                raise self.error("Nothing is left between “after” and “by”.", "Let “by” be the later.", start)
        return by, after

    def moment(self) -> Point:
        """`epoch 40`, `hour 2`, `90 min` and `5 days` alike."""
        clock = self.clock()
        place = self.word
        found = _NUMBER.fullmatch(place.text)
        if found is None or not 0 < float(found[1]) <= 1e6:
            raise self.expected("a moment, such as epoch 40, day 5, hour 2 or 90 min", *_CLOCKS)
        amount, unit = float(found[1]), found[2].lower()
        if unit and (clock or unit not in _CLOCKS):
            raise self.expected("a moment, such as epoch 40, day 5, hour 2 or 90 min")
        self.index += 1
        clock = clock or _CLOCKS.get(unit) or self.clock()
        if clock is None:
            raise self.expected("one of epoch, day, hour, min or s", *_CLOCKS)
        if clock == "epoch" and not amount.is_integer():
            raise self.error("Epochs are whole.", "Write it like by epoch 40.", place)
        return Point(clock, amount)

    def clock(self) -> Clock | None:
        found = _CLOCKS.get(self.word.lower)
        self.index += found is not None
        return found


def _is_before(by: Point, after: Point) -> bool:
    if (by.clock == "epoch") != (after.clock == "epoch"):
        return False
    return (by.seconds or by.amount) <= (after.seconds or after.amount)


def _is_number(text: str) -> bool:
    found = _NUMBER.fullmatch(text)
    return found is not None and found[2].lower() in ("", *_UNITS)


def _example() -> str:
    return "A sentence looks like map50 >= 0.60 by epoch 40."

"""The sentences of verdicts: plain words with the numbers that caused them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from r2p_tui.domain.criteria_history import Reading
from r2p_tui.domain.criteria_meaning import (
    OPPOSITE,
    Aim,
    best_of,
    compare_words,
    drop_words,
    has_gone,
    number_words,
)
from r2p_tui.domain.criteria_measures import Measure
from r2p_tui.domain.criteria_sentences import Compare, Diverged, Drop, Trend
from r2p_tui.domain.curves import Forecast, place, shown
from r2p_tui.domain.runs import Role
from r2p_tui.text import count_of


class Teller:
    """Tells how one criterion stands; `name` is the metric that was found, `readings` its values."""

    def __init__(self, aim: Aim, name: str, role: Role, readings: Sequence[Reading]) -> None:
        self.aim = aim
        self.name = name
        self.condition = aim.sentence.condition
        self.subject = best_of(name, name) if aim.sentence.best else name
        self.counted = "epoch" if _are_of_each_epoch(readings) else "value"
        self.is_trend = isinstance(self.condition, Trend)
        self.sign = "the sign to ask" if role == "soft-kill" else "the sign to stop"
        self.deadline = f" by {aim.sentence.by}" if aim.sentence.by else ""

    def reached(self, measure: Measure) -> str:
        if isinstance(self.condition, Trend | Diverged):
            return f"{self._state(measure, 'was')}, as was asked for{self.deadline}."
        return f"{self._state(measure, 'was')}; {self._asked(measure)} was asked for{self.deadline}."

    def missed(self, measure: Measure) -> str:
        if isinstance(self.condition, Trend):
            return f"{self.name} had not {self._gone(self.condition)}{self.deadline or ' at the end'}."
        return f"{self._state(measure, 'was')}; {self._asked(measure)} was asked for{self.deadline}."

    def too_late(self, first: Measure) -> str:
        after = self.aim.sentence.after
        came = (
            f"The first {self.name} after {after} was reported"
            if after
            else f"{self.name} was first reported"
        )
        came += place(first.reading.epoch)
        return f"{came}; {self._asked(first)} was asked for{self.deadline}."

    def on_the_way(self, measure: Measure, heading: Forecast | None, when: str) -> str:
        state = self._state(measure, "is")
        if heading:
            value, reading = shown(measure.reading.value, measure.limit), f"{self.subject} is "
            state = f"{_capital(reading)}{value}, heading for {_with_spread(heading, measure.limit)} {when}"
        return f"{state}; {self._asked(measure)} is asked for{self.deadline}."

    def happened(self, measure: Measure, way: Sequence[Reading]) -> str:
        if isinstance(self.condition, Trend):
            first, last = way[0], way[-1]
            start, end = shown(first.value, last.value), shown(last.value, first.value)
            path = f"from {start}{place(first.epoch)} to {end}{place(last.epoch)}"
            return f"{self.name} has {self._gone(self.condition)}, {path}."
        if isinstance(self.condition, Diverged):
            return f"{self.name} became {shown(measure.reading.value)}{place(measure.reading.epoch)}."
        return f"{self._state(measure, 'was')}; {self._warning(measure)}."

    def not_yet(self, measure: Measure) -> str:
        if isinstance(self.condition, Trend | Diverged):
            return f"{self._state(measure, 'is')}."
        return f"{self._state(measure, 'is')}; {self._warning(measure)}."

    def never_happened(self, measure: Measure) -> str:
        if isinstance(self.condition, Trend):
            return f"{self.name} was never {self._asked(measure)}."
        if isinstance(self.condition, Diverged):
            return f"{self.name} stayed a finite number."
        return f"{self._state(measure, 'was')}; {self._limit_words(measure)} never came."

    def _state(self, measure: Measure, verb: str) -> str:
        reading = measure.reading
        if isinstance(self.condition, Trend):
            return self._progress(self.condition, measure, verb)
        beside = measure.limit if isinstance(self.condition, Compare) else None
        text = f"{_capital(self.subject)} {verb} {shown(reading.value, beside)}{place(reading.epoch)}"
        if isinstance(self.condition, Drop) and measure.other:
            text += f", {_distance(self.condition, measure)} {self._of_the_other(measure.other)}"
        return text

    def _progress(self, trend: Trend, measure: Measure, verb: str) -> str:
        value = f"{shown(measure.reading.value)}{place(measure.reading.epoch)}"
        if not measure.amount:
            return f"{self.name} {verb} {value}, and not {trend.way}"
        length = f"{measure.amount:.0f} of {count_of(trend.values, self.counted)}"
        if measure.holds:
            length = count_of(int(measure.amount), self.counted)
        return f"{self.name} {verb} {trend.way} for {length}, to {value}"

    def _of_the_other(self, other: Reading) -> str:
        return f"the {shown(other.value)} of {self.aim.sentence.reference}"

    def _asked(self, measure: Measure) -> str:
        condition = self.condition
        if isinstance(condition, Drop):
            return f"a drop of {drop_words(condition)}"
        if isinstance(condition, Compare):
            return compare_words(condition.operator, self._limit(condition, measure))
        if isinstance(condition, Trend):
            return f"{condition.way} for {count_of(condition.values, self.counted)}"
        return "nan"

    def _gone(self, trend: Trend) -> str:
        return has_gone(trend, self.counted)

    def _warning(self, measure: Measure) -> str:
        return f"{self._limit_words(measure)} is {self.sign}"

    def _limit_words(self, measure: Measure) -> str:
        """What must not happen; a limit is told by its opposite."""
        condition = self.condition
        if self.aim.kind == "limit" and isinstance(condition, Compare | Drop):
            condition = replace(condition, operator=OPPOSITE[condition.operator])
        if isinstance(condition, Compare):
            return compare_words(condition.operator, self._limit(condition, measure))
        return f"a drop of {drop_words(condition)}" if isinstance(condition, Drop) else ""

    def _limit(self, condition: Compare, measure: Measure) -> str:
        if not condition.reference:
            return number_words(condition.limit)
        limit = shown(measure.limit, measure.reading.value)
        where = place(measure.other.epoch) if measure.other else ""
        whose = condition.reference + where
        share = "" if condition.limit.value == 100 else f"{number_words(condition.limit)} of "
        return f"{limit} ({share}{whose})"


def _are_of_each_epoch(readings: Sequence[Reading]) -> bool:
    """Not where a validation comes every few epochs, nor where the run counts none."""
    epochs = [reading.epoch for reading in readings]
    return all(one is not None and two == one + 1 for one, two in pairwise(epochs)) and None not in epochs


def _with_spread(heading: Forecast, limit: float) -> str:
    value = shown(heading.value, limit)
    digits = len(value.partition(".")[2])
    spread = f"{heading.spread:,.{digits}f}"
    is_lost = "e" in value or not float(spread.replace(",", ""))
    return f"{value} ± {shown(heading.spread) if is_lost else spread}"


def _distance(drop: Drop, measure: Measure) -> str:
    amount = measure.amount
    if math.isnan(amount):
        return "to be compared with"
    if amount == 0:
        return "the same as"
    text = f"{abs(amount):,.1f}" if drop.limit.unit else shown(abs(amount))
    is_at_limit = math.isclose(abs(amount), drop.limit.value, rel_tol=1e-9)
    if float(text.replace(",", "")) == drop.limit.value and not is_at_limit:
        text = shown(abs(amount), drop.limit.value)
    unit = {"pt": " pt", "%": "%"}.get(drop.limit.unit, "")
    return f"{text}{unit} {'below' if amount > 0 else 'above'}"


def _capital(text: str) -> str:
    """Names of metrics keep their small letter."""
    return f"T{text[1:]}" if text.startswith("the ") else text

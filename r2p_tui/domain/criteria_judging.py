"""Judges a criterion by what a run has reported so far, and says it with the numbers."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from itertools import takewhile
from typing import Literal, NamedTuple

from r2p_tui.domain.criteria_history import History, Moment, Reading
from r2p_tui.domain.criteria_meaning import Aim, aim_of
from r2p_tui.domain.criteria_measures import Measure, measures
from r2p_tui.domain.criteria_names import PRIMARY, better, highest_is_best
from r2p_tui.domain.criteria_sentences import Compare, Point, Sentence
from r2p_tui.domain.criteria_telling import Teller
from r2p_tui.domain.curves import Forecast, forecast
from r2p_tui.domain.runs import Role

Light = Literal["met", "pending", "broken", "unknown"]


class Judgement(NamedTuple):
    """How a criterion stands; `numbers` are the epochs and values that it rests on."""

    light: Light
    sentence: str
    numbers: tuple[tuple[int | None, float], ...] = ()


def judge(sentence: Sentence, role: Role, history: History, now: Moment) -> Judgement:
    """The light of a criterion and why; for a kill, `broken` is the sign to stop, and it stays."""
    aim = aim_of(sentence, role)
    name = _metric(aim.sentence, history)
    readings = history.readings(name)
    if not readings:
        return _without_values(aim, name, history, now)
    counted = [reading for reading in readings if _is_after(reading, aim.sentence.after)]
    if not counted:
        return _too_early(f"No value of {name} after {aim.sentence.after}", now)
    others: Sequence[Reading] = ()
    if reference := aim.sentence.reference:
        found = history.reference(reference, name)
        others = [other for other in found if not math.isnan(other.value)]
        if not others:
            return Judgement("unknown", f"{reference} has no value of {name} to compare with.")
    found_measures = measures(aim.sentence, aim.kind, name, counted, others)
    if not found_measures:
        return _too_early(f"{reference} has no value of {name} at such an early epoch", now)
    case = _Case(Teller(aim, name, role, counted), counted, found_measures, now)
    return case.target() if aim.kind == "target" else case.watch()


def _metric(sentence: Sentence, history: History) -> str:
    """The metric that is meant; the primary one is the first that the run reports."""
    if sentence.metric:
        return sentence.metric
    return next((name for name in PRIMARY if history.readings(name)), PRIMARY[0])


def _is_after(reading: Reading, after: Point | None) -> bool:
    if after is None:
        return True
    if after.seconds is not None:
        return reading.seconds > after.seconds
    return reading.epoch is not None and reading.epoch > after.amount


def _is_in_time(reading: Reading, by: Point | None) -> bool:
    if by is None:
        return True
    if by.seconds is not None:
        return reading.seconds <= by.seconds
    return reading.epoch is None or reading.epoch <= by.amount


def _is_over(by: Point | None, now: Moment, last: Reading | None) -> bool:
    """Whether nothing more can come in time: values of the last epoch itself may still be on their way."""
    if by is None:
        return False
    if by.seconds is not None:
        return now.seconds >= by.seconds
    if last and last.epoch is not None and last.epoch >= by.amount:
        return True
    return now.epoch is not None and now.epoch > by.amount


def _too_early(text: str, now: Moment) -> Judgement:
    return Judgement("unknown", f"{text}.") if now.ended else Judgement("pending", f"{text} yet.")


def _without_values(aim: Aim, name: str, history: History, now: Moment) -> Judgement:
    """A name that the run does not report may be misspelt, so it stops nothing; silence misses a deadline."""
    by, names = aim.sentence.by, history.names()
    over = _is_over(by, now, None)
    if aim.kind == "target" and over and not names and not now.ended:
        return Judgement("broken", f"Nothing was reported by {by}, and so no value of {name}.")
    near = difflib.get_close_matches(name, names, 3, 0.5)
    if not over and not now.ended:
        guess = f"; perhaps {near[0]} is meant" if near else ""
        return Judgement("pending", f"No value of {name} yet{guess}.")
    reported = ", ".join(near or names[:6])
    return Judgement("unknown", f"No value of {name}; this run reports {reported or 'nothing'}.")


class _Case:
    """One criterion against the measures of one run."""

    def __init__(
        self, teller: Teller, readings: Sequence[Reading], found: list[Measure], now: Moment
    ) -> None:
        self.teller, self.aim = teller, teller.aim
        self.readings = readings
        self.found = found
        self.now = now
        self.by = self.aim.sentence.by
        self.in_time = [measure for measure in found if _is_in_time(measure.reading, self.by)]
        self.is_over = now.ended or _is_over(self.by, now, readings[-1])

    def target(self) -> Judgement:
        """Met by any value before a deadline, or by the last value where there is none."""
        candidates = self.in_time if self.by else self.found[-1:]
        met = next((measure for measure in candidates if measure.holds), None)
        if met:
            return self._judgement("met", self.teller.reached(met), met)
        if not candidates:
            return self._judgement("broken", self.teller.too_late(self.found[0]), self.found[0])
        last = candidates[-1]
        if self.is_over:
            return self._judgement("broken", self.teller.missed(last), last)
        return self._judgement("pending", self.teller.on_the_way(last, *self._heading(last)), last)

    def watch(self) -> Judgement:
        """Broken for good by the first value that makes a trigger true or passes a limit."""
        bad = self.aim.kind == "trigger"
        hit = next((measure for measure in self.in_time if measure.holds == bad), None)
        if hit:
            return self._judgement("broken", self.teller.happened(hit, self._way_to(hit)), hit)
        last = self.in_time[-1] if self.in_time else self.found[-1]
        if self.is_over:
            return self._judgement("met", self.teller.never_happened(last), last)
        return self._judgement("pending", self.teller.not_yet(last), last)

    def _judgement(self, light: Light, sentence: str, measure: Measure) -> Judgement:
        numbers = [(reading.epoch, reading.value) for reading in self._way_to(measure)]
        if measure.other:
            numbers.append((measure.other.epoch, measure.other.value))
        return Judgement(light, sentence, tuple(numbers))

    def _way_to(self, measure: Measure) -> list[Reading]:
        """The readings that a trend rests on, or the one of anything else."""
        if not self.teller.is_trend:
            return [measure.reading]
        upto = [one.reading for one in takewhile(lambda one: one is not measure, self.found)]
        return [*upto[-int(measure.amount) :], measure.reading] if measure.amount else [measure.reading]

    def _heading(self, last: Measure) -> tuple[Forecast | None, str]:
        """Where a comparison will stand at its deadline or at the end of the run, whichever comes first."""
        if not isinstance(self.aim.sentence.condition, Compare):
            return None, ""
        ys = [reading.value for reading in self.readings]
        bounds = self._bounds(last.reading.value)
        if self.by and self.by.seconds is not None and self.by.seconds <= self._end():
            xs = [reading.seconds for reading in self.readings]
            return forecast(xs, ys, self.by.seconds, bounds), f"by {self.by}"
        by_epoch = self.by.amount if self.by and self.by.seconds is None else None
        ends = [one for one in (by_epoch, self.now.epochs) if one]
        epochs = [float(reading.epoch) for reading in self.readings if reading.epoch is not None]
        if not ends or len(epochs) < len(ys):
            return None, ""
        return forecast(epochs, ys, min(ends), bounds), f"at epoch {min(ends):.0f}"

    def _end(self) -> float:
        """The seconds at which the last epoch ends at the pace so far; never where epochs are not counted."""
        first, last = self.readings[0], self.readings[-1]
        if not self.now.epochs or first.epoch is None or last.epoch is None or last.epoch <= first.epoch:
            return math.inf
        pace = (last.seconds - first.seconds) / (last.epoch - first.epoch)
        return last.seconds + (self.now.epochs - last.epoch) * pace

    def _bounds(self, last: float) -> tuple[float, float]:
        """What no forecast may pass: 0 and 1 where the values tell, and a best so far, as none gets worse."""
        name, ys = self.teller.name, [one.value for one in self.readings if math.isfinite(one.value)]
        low = 0.0 if all(y >= 0 for y in ys) else -math.inf
        high = 1.0 if all(0 <= y <= 1 for y in ys) and better(name) == "up" else math.inf
        if not self.aim.sentence.best:
            return low, high
        return (max(low, last), high) if highest_is_best(name) else (low, min(high, last))

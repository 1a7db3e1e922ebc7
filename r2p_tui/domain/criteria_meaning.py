"""What a sentence asks of a run in its role, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from r2p_tui.domain.criteria_names import PRIMARY, better, highest_is_best
from r2p_tui.domain.criteria_sentences import (
    Compare,
    Diverged,
    Drop,
    Number,
    Operator,
    Sentence,
    Trend,
    plain,
)
from r2p_tui.domain.runs import Role
from r2p_tui.text import count_of

Kind = Literal["target", "trigger", "limit"]

FLAT_TOLERANCE: Final = 0.001
OPPOSITE: Final[Mapping[Operator, Operator]] = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "="}
_WORDS: Final[Mapping[Operator, str]] = {
    ">=": "at least", ">": "above", "<=": "at most", "<": "below", "=": "exactly",
}  # fmt: skip
_BELOW: Final[Mapping[Operator, str]] = {
    ">=": "{} or more", ">": "more than {}", "<=": "at most {}", "<": "less than {}",
}  # fmt: skip
_HAS: Final = {"rising": "risen", "falling": "fallen", "flat": "stayed flat"}


class Aim(NamedTuple):
    """A target is to be reached, a trigger must not come true, a limit must hold at every epoch."""

    kind: Kind
    sentence: Sentence


def aim_of(sentence: Sentence, role: Role) -> Aim:
    """How a sentence is judged; the rule stands at the top of `domain/criteria.py`."""
    if role == "success":
        return Aim("target", sentence)
    asked = asks_for(sentence)
    if sentence.by is None:
        return Aim("limit" if sentence.reference and asked == "better" else "trigger", sentence)
    if asked != "worse":
        return Aim("target", sentence)
    turned = _opposite(sentence)
    return Aim("target", turned) if turned else Aim("trigger", sentence)


def asks_for(sentence: Sentence) -> Literal["better", "worse"] | None:
    """Whether a condition is one to wish for; None where the metric's name does not tell."""
    condition = sentence.condition
    direction = better(sentence.metric or PRIMARY[0])
    if isinstance(condition, Drop):
        return "better" if condition.operator in ("<=", "<") else "worse"
    if isinstance(condition, Diverged) or (isinstance(condition, Trend) and condition.way == "flat"):
        return "worse"
    upward = condition.way == "rising" if isinstance(condition, Trend) else condition.operator in (">=", ">")
    if direction is None or (isinstance(condition, Compare) and condition.operator == "="):
        return None
    return "better" if upward == (direction == "up") else "worse"


def _opposite(sentence: Sentence) -> Sentence | None:
    condition = sentence.condition
    if isinstance(condition, Compare | Drop):
        return replace(sentence, condition=replace(condition, operator=OPPOSITE[condition.operator]))
    return None


def explain(sentence: Sentence, role: Role) -> str:
    """One plain sentence, such as `Stops if map50 is not at least 0.60 by epoch 40`."""
    kind, meant = aim_of(sentence, role)
    verb = {"success": "Met", "kill": "Stops", "soft-kill": "Asks whether to stop"}[role]
    if kind == "limit":
        meant = _opposite(meant) or meant
    missed = role != "success" and kind == "target"
    text = f"{verb} {'if' if missed else 'when'} {_subject(meant, role)} {_predicate(meant, kind, missed)}"
    if meant.by:
        text += f" by {meant.by}" if kind == "target" else f", up to {meant.by}"
    return text + (f", counting only what comes after {meant.after}." if meant.after else ".")


def _subject(sentence: Sentence, role: Role) -> str:
    name = sentence.metric or f"{PRIMARY[0]} (or {PRIMARY[1]})"
    if sentence.best:
        return best_of(sentence.metric or PRIMARY[0], name) + ("" if sentence.by else " so far")
    is_last = role == "success" and not sentence.by and isinstance(sentence.condition, Compare | Drop)
    return f"the last {name}" if is_last else name


def best_of(metric: str, shown_as: str) -> str:
    """Says whether the best is the highest or the lowest, as not every name tells."""
    return f"the {'highest' if highest_is_best(metric) else 'lowest'} {shown_as}"


def _predicate(sentence: Sentence, kind: Kind, missed: bool) -> str:
    condition = sentence.condition
    negation = " not" if missed else ""
    if isinstance(condition, Diverged):
        return f"is{negation} nan or infinite"
    if isinstance(condition, Trend):
        return f"has{negation} {has_gone(condition)}"
    whose = _whose(sentence, kind)
    if isinstance(condition, Drop):
        return f"is{negation} {drop_words(condition)} below {whose}"
    share = "" if condition.limit.value == 100 else f"{number_words(condition.limit)} of "
    goal = share + whose if condition.reference else number_words(condition.limit)
    return f"is{negation} {_WORDS[condition.operator]} {goal}"


def _whose(sentence: Sentence, kind: Kind) -> str:
    if kind == "target":
        return f"the best of {sentence.reference}"
    return f"{'the best so far' if sentence.best else 'that'} of {sentence.reference} at the same epoch"


def has_gone(trend: Trend, what: str = "epoch") -> str:
    """`risen for 5 epochs in a row`."""
    length = count_of(trend.values, what)
    if trend.way == "flat":
        return f"{_HAS['flat']} (no new best by more than {FLAT_TOLERANCE:.1%}) for {length}"
    return f"{_HAS[trend.way]} for {length} in a row"


def number_words(number: Number) -> str:
    """`0.60`, `60%`, `1 pt`, `33 ms`."""
    return f"{plain(number.value)} pt" if number.unit == "pt" else str(number)


def drop_words(drop: Drop) -> str:
    """`more than 1 pt`."""
    return _BELOW[drop.operator].format(number_words(drop.limit))


def compare_words(operator: Operator, limit: str) -> str:
    """`at least 0.60`."""
    return f"{_WORDS[operator]} {limit}"

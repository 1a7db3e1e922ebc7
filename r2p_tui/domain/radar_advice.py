"""Advice on the ring of a technique: seven rated factors, weights shown, and never a ring without reasons.

A ring follows from the weighted mean of the ratings and from limits that no mean can outweigh. A better
rating of one factor, the others as they are, never leads to a ring further out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from r2p_tui.domain.radar import Factor, Rating, Ring, words_of
from r2p_tui.errors import UsageError
from r2p_tui.text import shorten

LOW, HIGH = 1, 5


class FactorText(NamedTuple):
    """What is asked about a factor, what 1 and 5 mean, and how much of the score it makes (all sum to 1).

    Of an `inverted` factor a high rating speaks against adoption.
    """

    question: str
    one: str
    five: str
    weight: float
    inverted: bool = False


FACTORS: dict[Factor, FactorText] = {
    Factor.ADVANTAGE: FactorText(
        "Is it better than what you use now, where it matters to you?",
        "no difference that you measured",
        "clearly better, measured on your own data",
        0.22,
    ),
    Factor.IMPROVEMENT: FactorText(
        "How large is the improvement?",
        "within the noise of repeated runs",
        "it changes what the product can do",
        0.18,
    ),
    Factor.MATURITY: FactorText(
        "How far is it beyond a paper?",
        "one paper, no code that runs",
        "released, maintained, in production elsewhere",
        0.16,
    ),
    Factor.CAPACITY: FactorText(
        "Do you have the people, the time and the hardware to build and keep it?",
        "nobody has time for it",
        "people, time and hardware are set aside",
        0.13,
    ),
    Factor.REVERSIBILITY: FactorText(
        "How easily can you go back to what you have?",
        "there is no way back",
        "a switch, within minutes",
        0.13,
    ),
    Factor.SHADOW_MODE: FactorText(
        "Can it run beside the present system, seen by nobody?",
        "only in place of it",
        "it runs so already, and the two are compared",
        0.10,
    ),
    Factor.CRITICALITY: FactorText(
        "What happens when it is wrong?",
        "nobody notices",
        "people or money are harmed",
        0.08,
        inverted=True,
    ),
}
# The least weighted mean, 1 to 5, for each ring.
THRESHOLDS: tuple[tuple[float, Ring], ...] = (
    (4.0, Ring.ADOPT),
    (3.2, Ring.TRIAL),
    (2.4, Ring.ASSESS),
    (1.6, Ring.HOLD),
    (0.0, Ring.SKIP),
)
# Below this part of the weights no ring is named.
KNOWN_ENOUGH = 0.6
_ORDER = tuple(Ring)
_FOR, _AGAINST = 4, 2
_LONGEST_EVIDENCE = 60
# Sums of weights are meant as decimals: 0.22 + 0.18 is 0.4.
_DIGITS = 9

Scores = Mapping[Factor, int]


class Part(NamedTuple):
    """What one rated factor adds: weight times favour, where 6 less the score favours an inverted factor."""

    factor: Factor
    score: int
    weight: float
    contribution: float
    reason: str

    @property
    def favour(self) -> int:
        """1 to 5, higher is more for adoption."""
        return _favour(self.factor, self.score)


@dataclass(frozen=True, slots=True)
class Advice:
    """Where the ratings point; `ring` is None where too little is rated, and `rate_next` says what to rate.

    `score` (1..5) is the weighted mean of what is rated; `low` and `high` are what it would be if all that is
    not rated were at its worst and best. `reasons` is never empty; `agrees`: `ring` is where it stands.
    """

    ring: Ring | None
    score: float | None
    low: float
    high: float
    parts: tuple[Part, ...]
    reasons: tuple[str, ...]
    unknown: tuple[Factor, ...]
    rate_next: Factor | None
    agrees: bool


class _Limit(NamedTuple):
    """A ring that a technique cannot go beyond while something holds of its ratings."""

    ring: Ring
    holds: Callable[[Scores], bool]
    words: str


_LIMITS = (
    _Limit(
        Ring.TRIAL,
        lambda scores: (
            _at_least(scores, Factor.CRITICALITY, 4) and not _at_least(scores, Factor.SHADOW_MODE, 3)
        ),
        "it is critical, and nothing shows that it can run in shadow mode first",
    ),
    _Limit(
        Ring.TRIAL,
        lambda scores: (
            _at_least(scores, Factor.CRITICALITY, 4) and not _at_least(scores, Factor.REVERSIBILITY, 3)
        ),
        "it is critical, and nothing shows an easy way back",
    ),
    _Limit(
        Ring.TRIAL,
        lambda scores: Factor.CRITICALITY not in scores,
        "nobody rated what happens when it is wrong",
    ),
    _Limit(
        Ring.TRIAL,
        lambda scores: _at_most(scores, Factor.MATURITY, 1),
        "there is hardly more than a paper",
    ),
    _Limit(
        Ring.ASSESS,
        lambda scores: _at_most(scores, Factor.CAPACITY, 1),
        "nobody has the time to build and keep it",
    ),
    _Limit(
        Ring.HOLD,
        lambda scores: _at_most(scores, Factor.ADVANTAGE, 2) and _at_most(scores, Factor.IMPROVEMENT, 2),
        "there is no gain worth the change",
    ),
)


def check_rating(factor: Factor, score: int, reason: str) -> str:
    """The reason of a rating, cleaned; raises UsageError for no 1 to 5, or without a reason."""
    told = FACTORS[factor]
    if not LOW <= score <= HIGH:
        raise UsageError(
            f"{factor} is rated {LOW} to {HIGH}, not {score}.", f"1: {told.one}. 5: {told.five}."
        )
    why = words_of(reason)
    if not why:
        raise UsageError(f"What makes {factor} a {score}?", told.question)
    return why


def advise(ratings: Iterable[Rating], ring: Ring) -> Advice:
    """What the ratings of a technique that stands in `ring` speak for; of each factor the last one counts."""
    rated = {rating.factor: rating for rating in ratings}
    parts = tuple(_part(rated[factor]) for factor in FACTORS if factor in rated)
    unknown = tuple(factor for factor in FACTORS if factor not in rated)
    known = round(sum(part.weight for part in parts), _DIGITS)
    gained = sum(part.contribution for part in parts)
    score = round(gained / known, _DIGITS) if parts else None
    low, high = (round(gained + each * (1 - known), _DIGITS) for each in (LOW, HIGH))
    rate_next = unknown[0] if unknown else None
    if score is None or known < KNOWN_ENOUGH:
        reasons = _too_little(parts, known, rate_next)
        return Advice(None, score, low, high, parts, reasons, unknown, rate_next, agrees=False)
    limits = _limits({factor: rating.score for factor, rating in rated.items()})
    advised = max([_ring(score), *(limit.ring for limit in limits)], key=_ORDER.index)
    reasons = (
        _why_score(score, parts, _ring(score)),
        *_evidence(parts),
        *(f"Not beyond {limit.ring}: {limit.words}." for limit in limits if _bites(limit, score)),
        *_uncertain(unknown, low, high),
        *(
            ["SKIP asks for what superseded it, or which constraint it does not meet."]
            * (advised is Ring.SKIP)
        ),
        f"It stands in {ring}." if advised is not ring else f"It stands in {ring} already.",
    )
    return Advice(advised, score, low, high, parts, reasons, unknown, rate_next, agrees=advised is ring)


def _part(rating: Rating) -> Part:
    weight = FACTORS[rating.factor].weight
    favour = _favour(rating.factor, rating.score)
    return Part(rating.factor, rating.score, weight, weight * favour, rating.reason)


def _favour(factor: Factor, score: int) -> int:
    return LOW + HIGH - score if FACTORS[factor].inverted else score


def _ring(score: float) -> Ring:
    return next(ring for least, ring in THRESHOLDS if score >= least)


def _limits(scores: Scores) -> list[_Limit]:
    return [limit for limit in _LIMITS if limit.holds(scores)]


def _bites(limit: _Limit, score: float) -> bool:
    return _ORDER.index(limit.ring) > _ORDER.index(_ring(score))


def _at_least(scores: Scores, factor: Factor, least: int) -> bool:
    return scores.get(factor, 0) >= least


def _at_most(scores: Scores, factor: Factor, most: int) -> bool:
    return scores.get(factor, HIGH) <= most


# --- reasons ------------------------------------------------------------------------------------------------


def _too_little(parts: Sequence[Part], known: float, rate_next: Factor | None) -> tuple[str, ...]:
    asked = f"Rate {rate_next} next: {FACTORS[rate_next].question}" if rate_next else ""
    told = f"{len(parts)} of {len(FACTORS)} factors are rated, {known:.0%} of the weights".replace("%", " %")
    return tuple(filter(None, (f"Too little is known: {told}.", asked, *_evidence(parts))))


def _why_score(score: float, parts: Sequence[Part], ring: Ring) -> str:
    factors = f"{len(parts)} of {len(FACTORS)} factors"
    return f"The weighted mean is {score:.2f} of 5 from {factors}; {ring} is {_range(ring)}."


def _range(ring: Ring) -> str:
    """`3.2 or more, below 4.0`."""
    at = [found for _, found in THRESHOLDS].index(ring)
    least = f"{THRESHOLDS[at][0]:.1f} or more" if THRESHOLDS[at][0] else ""
    most = f"below {THRESHOLDS[at - 1][0]:.1f}" if at else ""
    return ", ".join(filter(None, (least, most)))


def _evidence(parts: Sequence[Part]) -> list[str]:
    """What speaks for and against, the heaviest first."""
    heaviest = sorted(parts, key=lambda part: -part.weight)
    speaks = {
        "For it": [part for part in heaviest if part.favour >= _FOR],
        "Against it": [part for part in heaviest if part.favour <= _AGAINST],
    }
    return [f"{side}: {', '.join(map(_told, some))}." for side, some in speaks.items() if some]


def _told(part: Part) -> str:
    why = f" (“{shorten(part.reason, _LONGEST_EVIDENCE)}”)" if part.reason else ""
    return f"{part.factor} {part.score}{why}"


def _uncertain(unknown: Sequence[Factor], low: float, high: float) -> list[str]:
    if not unknown:
        return []
    names = ", ".join(unknown)
    return [f"Not rated: {names}; with them it lies between {low:.2f} and {high:.2f}."]

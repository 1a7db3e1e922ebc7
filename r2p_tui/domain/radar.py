"""The technology radar: techniques, the rings they move through, and what a move must say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple, TypeVar

from r2p_tui.domain.times import short_date
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.text import clean, clean_line, count_of

LONGEST_NAME, LONGEST_TEXT = 80, 2000
# What a practitioner decided to try must go on with something, by some day.
NEEDS_ACTION: frozenset[str] = frozenset({"TRIAL", "ASSESS"})


class Ring(StrEnum):
    """Where a technique stands, the closest to production first."""

    ADOPT = "ADOPT"
    TRIAL = "TRIAL"
    ASSESS = "ASSESS"
    HOLD = "HOLD"
    SKIP = "SKIP"


class Bucket(StrEnum):
    """The part of the portfolio that a technique is in."""

    CORE = "core"
    ADJACENCY = "adjacency"
    EXPLORATORY = "exploratory"


class Factor(StrEnum):
    """What adoption depends on; each is rated 1 to 5 for the user's own case."""

    ADVANTAGE = "advantage"
    CAPACITY = "capacity"
    REVERSIBILITY = "reversibility"
    IMPROVEMENT = "improvement"
    MATURITY = "maturity"
    CRITICALITY = "criticality"
    SHADOW_MODE = "shadow mode"


class Movement(StrEnum):
    """What became of a technique since a day: `in` is towards ADOPT."""

    NEW = "new"
    IN = "in"
    OUT = "out"
    NONE = "none"


class Move(NamedTuple):
    """One step of a technique's history; the first, and one back from being dropped, comes from no ring."""

    from_ring: Ring | None
    to_ring: Ring
    reason: str
    moved_at: datetime
    next_action: str = ""
    next_on: date | None = None


class Rating(NamedTuple):
    """How a factor was rated, 1 to 5, and on what evidence."""

    factor: Factor
    score: int
    reason: str
    rated_at: datetime


class PaperBehind(NamedTuple):
    """A paper that stands behind a technique; `key` is what the commands call it."""

    paper_id: int
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique with its history; `moves` is never empty, the latest is the last.

    `reviewed_at` is when somebody last moved it or confirmed its ring; `ratings` holds the latest of each
    factor.
    """

    id: int
    name: str
    quadrant: str
    owner: str
    bucket: Bucket
    description: str
    next_action: str
    next_on: date | None
    created_at: datetime
    reviewed_at: datetime
    moves: tuple[Move, ...]
    papers: tuple[PaperBehind, ...] = ()
    ratings: tuple[Rating, ...] = ()

    @property
    def ring(self) -> Ring:
        return self.moves[-1].to_ring


# The parts of a portfolio in percent, from the least to the most that each should have.
RANGES: dict[Bucket, tuple[int, int]] = {
    Bucket.CORE: (60, 70),
    Bucket.ADJACENCY: (20, 30),
    Bucket.EXPLORATORY: (5, 10),
}
PORTFOLIO = frozenset({Ring.ADOPT, Ring.TRIAL, Ring.ASSESS})
LEAST_FOR_BALANCE = 5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """A bucket's part of the portfolio in percent, and the percentages it should lie between."""

    bucket: Bucket
    count: int
    percent: float
    low: int
    high: int
    status: Literal["below", "fine", "above"]

    @property
    def is_fine(self) -> bool:
        return self.status == "fine"


@dataclass(frozen=True, slots=True)
class Balance:
    """How ADOPT, TRIAL and ASSESS divide into the buckets; `words` says what that means in one line.

    `too_few` where fewer than five techniques stand there: shares would say nothing.
    """

    shares: tuple[Share, ...]
    count: int
    too_few: bool
    words: str


class MoveEntry(NamedTuple):
    """A move whose words were cleaned and found sufficient for its ring."""

    to_ring: Ring
    reason: str
    next_action: str
    next_on: date | None


# --- what the user names ------------------------------------------------------------------------------------


def ring_of(text: str) -> Ring:
    """The ring that a word names in any case; raises UsageError with the nearest."""
    return _one_of(text, {ring.value: ring for ring in Ring}, "ring")


def bucket_of(text: str) -> Bucket:
    """The bucket that a word names in any case; raises UsageError with the nearest."""
    return _one_of(text, {bucket.value: bucket for bucket in Bucket}, "bucket")


def factor_of(text: str) -> Factor:
    """The factor that words name in any case (`shadow` or `shadow-mode` too); raises UsageError."""
    words = text.replace("-", " ").replace("_", " ")
    names = {factor.value: factor for factor in Factor}
    return _one_of("shadow mode" if words.strip().casefold() == "shadow" else words, names, "factor")


def quadrant_of(text: str, quadrants: Sequence[str]) -> str:
    """The quadrant of the settings that words name in any case; raises UsageError with the nearest."""
    return _one_of(text, {name: name for name in quadrants}, "quadrant")


def name_of(text: str) -> str:
    """A name for a technique, cleaned; raises UsageError where it is empty or too long."""
    name = clean_line(text)
    if not name:
        raise UsageError("What is the technique called?", "For example: RT-DETR")
    if len(name) > LONGEST_NAME:
        raise UsageError(
            f"A name of {len(name)} characters is too long for the radar.",
            f"Use at most {LONGEST_NAME}; the rest goes into the description.",
        )
    return name


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None where nothing comes near."""
    import difflib

    spelled = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(clean_line(text).casefold(), spelled, n=1, cutoff=0.5)
    return spelled[near[0]] if near else None


def technique_named(techniques: Iterable[Technique], which: str | int) -> Technique:
    """The one of this name in any case, or of an id (an `int`); raises NotFoundError with the nearest name.

    Digits that the user wrote are no id: those on the plot are places, and change with each move.
    """
    known = list(techniques)
    word = clean_line(str(which))
    for technique in known:
        if technique.id == which or technique.name.casefold() == word.casefold():
            return technique
    near = nearest(word, (technique.name for technique in known))
    hint = f"Did you mean {near}?" if near else "See what is there with: r2p radar"
    if word.isdecimal():
        hint = "Use its name: the numbers of the plot change with each move."
    raise NotFoundError(f"“{word[:40]}” is not on the radar.", hint)


_Thing = TypeVar("_Thing")


def _one_of(text: str, things: dict[str, _Thing], what: str) -> _Thing:
    folded = {name.casefold(): thing for name, thing in things.items()}
    word = clean_line(text)
    if (found := folded.get(word.casefold())) is not None:
        return found
    if not word:
        raise UsageError(f"Which {what}?", f"There are: {', '.join(things)}.")
    near = nearest(word, things)
    hint = f"Did you mean {near}? " if near else ""
    raise UsageError(f"“{word[:40]}” is no {what}.", f"{hint}There are: {', '.join(things)}.")


# --- moves --------------------------------------------------------------------------------------------------


def check_move(
    from_ring: Ring | None, to: Ring, reason: str, next_action: str, next_on: date | None, today: date
) -> MoveEntry:
    """The move with its words cleaned; raises UsageError with the question that the ring still asks."""
    if from_ring == to:
        raise UsageError(f"It stands in {to} already.", "Confirm it, to say that it was reviewed and stays.")
    why = words_of(reason)
    if not why:
        asked = f"Why does it move from {from_ring} to {to}?" if from_ring else f"Why does it belong in {to}?"
        raise UsageError(asked, "A move is kept with its reason.")
    if to is Ring.SKIP and not says_why_skipped(why):
        raise UsageError(
            "What is it superseded by, or which constraint does it not meet?",
            "Write “superseded by X” or “constraint not met: X”.",
        )
    action, on = check_next(to, next_action, next_on, today)
    return MoveEntry(to, why, action, on)


def check_next(ring: Ring, action: str, on: date | None, today: date) -> tuple[str, date | None]:
    """A next action, cleaned, that suffices for a ring; raises UsageError with what is missing."""
    words = words_of(action)
    if on is not None and on < today:
        raise UsageError(f"{short_date(on)} is past.", "Name today or a later day.")
    if on is not None and not words:
        raise UsageError(f"What is to be done by {short_date(on)}?", "Name the next action.")
    if ring in NEEDS_ACTION and not words:
        raise UsageError("What is the next action, and by when?", f"{ring} needs one with a date.")
    if ring in NEEDS_ACTION and on is None:
        raise UsageError(f"By when is “{words[:60]}” to be done?", f"{ring} needs a date, such as 2w.")
    return words, on


def words_of(text: str) -> str:
    """A reason or an action on one line; raises UsageError where it is too long."""
    return clean_line(paragraph_of(text))


def paragraph_of(text: str) -> str:
    """A description of any number of lines; raises UsageError where it is too long."""
    words = clean(text).strip()
    if len(words) > LONGEST_TEXT:
        raise UsageError(f"That is {len(words):,} characters long.", f"Use at most {LONGEST_TEXT:,}.")
    return words


# Words after "superseded by" that name nothing.
_NOTHING = """
    a an the any some it its that this these those them one ones thing things something anything someone
    other others another everything nothing else better newer new best good faster more much many model models
    method methods approach approaches technique techniques work works x y z n/a na tbd todo unknown various
    several stuff etc ours us constraint constraints
"""
_EMPTY_WORDS = frozenset(_NOTHING.split())
_DENIALS = frozenset({"not", "never", "isn't", "hardly", "no"})
_SPECIFIC = re.compile(r"\b(superseded by|constraint not met)\b", re.IGNORECASE)
_AROUND = " :;,.!?-–—()“”\"'"


def says_why_skipped(text: str) -> bool:
    """Whether a text tells what a technique was superseded by, or which constraint it does not meet.

    It must name something: "superseded by DEIM" does, "superseded by something better" does not.
    """
    words = clean_line(text)
    return any(
        _names_something(words[found.end() :])
        and not _DENIALS.intersection(words[: found.start()].lower().split()[-2:])
        for found in _SPECIFIC.finditer(words)
    )


def _names_something(words: str) -> bool:
    plain = (word.strip(_AROUND).lower() for word in words.split())
    return any(word not in _EMPTY_WORDS and any(map(str.isalnum, word)) for word in plain)


def quadrant_place(technique: Technique, quadrants: Sequence[str]) -> int:
    """From 0; a quadrant that the settings no longer name counts as the last."""
    names = [name.casefold() for name in quadrants]
    quadrant = technique.quadrant.casefold()
    return names.index(quadrant) if quadrant in names else len(names) - 1


def radar_order(technique: Technique, quadrants: Sequence[str]) -> tuple[int, int, str]:
    """A sort key: by ring, then quadrant, then name."""
    place = quadrant_place(technique, quadrants)
    return list(Ring).index(technique.ring), place, technique.name.casefold()


def movement(technique: Technique, since: datetime) -> Movement:
    """What became of a technique from a moment on: over all its moves, not the last one alone.

    One that was dropped and came back since is new again.
    """
    if any(move.from_ring is None and move.moved_at >= since for move in technique.moves):
        return Movement.NEW
    earlier = [move for move in technique.moves if move.moved_at < since]
    order = list(Ring)
    steps = order.index(technique.ring) - order.index(earlier[-1].to_ring)
    return Movement.NONE if steps == 0 else Movement.IN if steps < 0 else Movement.OUT


def is_stale(technique: Technique, now: datetime, days: int) -> bool:
    """Whether nobody moved or confirmed it for more than so many days; what is in SKIP is settled."""
    return technique.ring is not Ring.SKIP and now - technique.reviewed_at > timedelta(days=days)


def is_action_due(technique: Technique, today: date) -> bool:
    """Whether its next action was to be done today or earlier."""
    return technique.next_on is not None and technique.next_on <= today


# --- balance ------------------------------------------------------------------------------------------------


def balance(techniques: Iterable[Technique]) -> Balance:
    """How the portfolio divides into its buckets, against what it should.

    Techniques come in whole numbers: what no other number, or no other division, brings nearer is fine too.
    """
    held = [technique.bucket for technique in techniques if technique.ring in PORTFOLIO]
    counts = {bucket: held.count(bucket) for bucket in Bucket}
    is_nearest = _distance(counts) <= _least_distance(len(held)) + _ROUNDING
    shares = tuple(
        _share(bucket, count, len(held), is_fine=is_nearest or _is_nearest(bucket, count, len(held)))
        for bucket, count in counts.items()
    )
    too_few = len(held) < LEAST_FOR_BALANCE
    if too_few:
        words = f"{count_of(len(held), 'technique')} in ADOPT, TRIAL and ASSESS: too few to tell the balance"
    else:
        words = "; ".join(map(_off, filter(lambda share: not share.is_fine, shares))) or "in balance"
    return Balance(shares, len(held), too_few, words)


def _share(bucket: Bucket, count: int, total: int, *, is_fine: bool) -> Share:
    low, high = RANGES[bucket]
    percent = 100 * count / total if total else 0.0
    status: Literal["below", "fine", "above"] = "below" if percent < low else "above"
    return Share(bucket, count, percent, low, high, "fine" if is_fine else status)


def _distance(counts: Mapping[Bucket, int]) -> float:
    """The percent by which buckets miss their ranges, together."""
    total = sum(counts.values())
    return sum(_miss(bucket, count, total) for bucket, count in counts.items())


def _miss(bucket: Bucket, count: int, total: int) -> float:
    low, high = RANGES[bucket]
    percent = 100 * count / total if total else 0.0
    return max(low - percent, percent - high, 0.0)


def _is_nearest(bucket: Bucket, count: int, total: int) -> bool:
    return _miss(bucket, count, total) <= min(_miss(bucket, other, total) for other in range(total + 1))


@lru_cache(maxsize=32)
def _least_distance(total: int) -> float:
    """The distance of the division of so many techniques that comes nearest."""
    return min(
        _distance({Bucket.CORE: core, Bucket.ADJACENCY: near, Bucket.EXPLORATORY: total - core - near})
        for core in _about(Bucket.CORE, total)
        for near in _about(Bucket.ADJACENCY, total)
        if core + near <= total
    )


def _about(bucket: Bucket, total: int) -> range:
    """The numbers of techniques in the range of a bucket, and one to each side of it."""
    low, high = RANGES[bucket]
    return range(max(low * total // 100 - 1, 0), min(high * total // 100 + 2, total) + 1)


def _off(share: Share) -> str:
    return f"{share.bucket} {round(share.percent)} %, {share.status} {share.low}-{share.high} %"

"""The morning's triage as values: the clock, the order of the list, what to underline, the summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from r2p_tui.domain.papers import PaperRow
from r2p_tui.domain.terms import Phrase
from r2p_tui.domain.times import clock_text
from r2p_tui.text import count_of

Decision = Literal["keep", "skip", "later"]
DECISIONS: tuple[Decision, ...] = ("keep", "skip", "later")
Terms = Sequence[tuple[str, float]]
DECIDED_AS = {"keep": "kept", "skip": "skipped", "later": "put off"}
# Smaller changes of a score or of a term's weight do not show and are not worth writing down.
SCORE_STEP, WEIGHT_STEP = 0.005, 0.1


@dataclass(frozen=True, slots=True)
class Clock:
    """A time budget and what is spent of it, in seconds; going over is shown, never forbidden."""

    budget: float
    spent: float = 0.0

    @property
    def left(self) -> float:
        return max(self.budget - self.spent, 0.0)

    @property
    def over(self) -> float:
        return max(self.spent - self.budget, 0.0)

    @property
    def is_over(self) -> bool:
        return self.spent >= self.budget

    def __str__(self) -> str:
        if self.is_over:
            return f"{clock_text(self.over)} over {clock_text(self.budget)}"
        return f"{clock_text(self.left)} left of {clock_text(self.budget)}"


@dataclass(frozen=True, slots=True)
class TriageSummary:
    """What came of a sitting; `left` papers wait for the next one."""

    kept: int
    skipped: int
    later: int
    seconds: float
    left: int
    yesterday_kept: int = 0
    yesterday_decided: int = 0

    @property
    def decided(self) -> int:
        return self.kept + self.skipped + self.later

    @property
    def sentence(self) -> str:
        """Such as: 15 minutes: 9 kept, 31 skipped, 3 later, 43 left for tomorrow."""
        if not self.decided:
            return f"Nothing decided yet; {self._left()}."
        counts = ((self.kept, "kept"), (self.skipped, "skipped"), (self.later, "later"))
        parts = [f"{number:,} {word}" for number, word in counts if number]
        return f"{self._time()}: {', '.join(parts)}, {self._left()}."

    def _time(self) -> str:
        minutes = round(self.seconds / 60)
        return count_of(minutes, "minute") if minutes else "Under a minute"

    def _left(self) -> str:
        return f"{self.left:,} left for tomorrow" if self.left else "none left"


def yesterday(now: datetime, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
    """The user's calendar day before `now`, from its midnight to the next, in UTC.

    People count their days where they are, not where arXiv is. `zone` None is this machine's own.
    """
    today = now.astimezone(zone).date()
    first, last = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (today - timedelta(days=1), today)
    )
    return first, last


def reorder_below(rows: Sequence[PaperRow], visible_upto: int, scores: Mapping[int, float]) -> list[PaperRow]:
    """The rows with new scores: the first `visible_upto` keep their places, the rest go best first.

    A row without a new score keeps the one it has; rows without any stand last. Equal rows keep their order.
    """
    fold = max(visible_upto, 0)
    scored = [row._replace(score=scores.get(row.paper_id, row.score)) for row in rows]
    return scored[:fold] + sorted(scored[fold:], key=_best_first)


def _best_first(row: PaperRow) -> float:
    return 1.0 if row.score is None else -row.score


def is_news(before: tuple[float, Terms] | None, after: tuple[float, Terms]) -> bool:
    """Whether a score or its terms changed enough to be seen."""
    if before is None or abs(before[0] - after[0]) >= SCORE_STEP or len(before[1]) != len(after[1]):
        return True
    pairs = zip(before[1], after[1], strict=True)
    return any(old[0] != new[0] or abs(old[1] - new[1]) >= WEIGHT_STEP for old, new in pairs)


def rows_matching(rows: Sequence[PaperRow], words: str) -> list[PaperRow]:
    """The rows whose title, category or id has every one of the words, in any case and any order."""
    wanted = words.casefold().split()
    if not wanted:
        return list(rows)
    return [row for row in rows if _has_all(f"{row.title} {row.category} {row.key}".casefold(), wanted)]


def _has_all(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def why_spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where the terms of a score stand in a text: [start, end) in characters, in order, none overlapping.

    Singular and plural, hyphen and space count as the same, as they do for the ranking. Where a term does not
    stand so, it was a keyword that matched in another form, and that form is found.
    """
    spans = [span for term in terms for span in _spans_of(text, term)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spans_of(text: str, term: str) -> list[tuple[int, int]]:
    return Phrase(term, verbs=False).spans(text) or Phrase(term).spans(text)

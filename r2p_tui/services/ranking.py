"""Ranking the waiting papers from the user's own decisions, computed in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Literal, NamedTuple, TypeVar

from r2p_tui.domain.triage import Terms, is_news
from r2p_tui.errors import StoreError
from r2p_tui.services.desk import Desk
from r2p_tui.services.ranking_process import Answer, RankingProcess, RankingStoppedError
from r2p_tui.store import triage as store
from r2p_tui.store.triage import Decided, ScoredPaper
from r2p_tui.text import count_of

T = TypeVar("T")
Mode = Literal["keywords", "decisions", "off"]

MOST_WAITING = 20_000
MOST_DECISIONS = 2_000
# A reader holds up writers, and a writer everybody: nothing here holds the store for long.
READ_AT_ONCE, WRITE_AT_ONCE = 500, 1000
LONGEST_PAUSE = 0.01
LONGEST_ABSTRACT = 10_000
NO_KEYWORDS = "keep a paper you like, or name keywords in config.toml under [triage]"
NOT_STORED = "The new scores are shown but could not be stored."


@dataclass(frozen=True, slots=True)
class RankingResult:
    """Scores by paper, empty where there is nothing to go by or ranking is off; `message` is one sentence."""

    scores: dict[int, float]
    trained_on: int
    mode: Mode
    message: str


class Question(NamedTuple):
    """What is to be ranked, and what there is to learn from."""

    waiting: list[int]
    decided: list[Decided]

    @property
    def papers(self) -> list[int]:
        return list(dict.fromkeys([*self.waiting, *(row.paper_id for row in self.decided)]))


@dataclass
class Memory:
    """What the process was told of one store, and what it answered."""

    store_path: Path
    keywords: tuple[str, ...]
    given: set[int] = field(default_factory=set)
    scores: dict[int, tuple[float, Terms]] = field(default_factory=dict)
    stored: dict[int, tuple[float, Terms]] = field(default_factory=dict)

    def serves(self, desk: Desk) -> bool:
        return (self.store_path, self.keywords) == (desk.paths.store, desk.settings.triage.keywords)


class Ranker:
    """Owns the ranking's process; safe to use from several threads, which then take turns.

    The process starts with the first ranking, or with `start`. When it dies it is started once more; after
    that, ranking is off and says why. `close` ends it at once, whatever it is computing.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._changing = Lock()
        self._process: RankingProcess | None = None
        self._memory: Memory | None = None
        self._starts_left = 2
        self._off: str | None = None

    def __enter__(self) -> Ranker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process without waiting for it, so that the first ranking comes sooner."""
        with suppress(RankingStoppedError):
            self._running()

    def close(self) -> None:
        """End the process; a ranking in progress returns as off."""
        with self._changing:
            self._off = self._off or "it was stopped"
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def rank(self, desk: Desk, *, cross: bool, now: datetime) -> RankingResult:
        """Score what waits and store the scores that changed; blocks, so call it in a thread.

        Raises StoreError when the store cannot be read. Scores that cannot be written just now are returned
        all the same, and written next time.
        """
        with self._turn:
            question = _question(desk, cross=cross)
            while self._off is None:
                try:
                    return self._ranked(desk, question, now)
                except RankingStoppedError as stopped:
                    self._end(stopped.reason)
            return RankingResult({}, 0, "off", f"Ranking is off: {self._off}. Papers stand as they did.")

    def _ranked(self, desk: Desk, question: Question, now: datetime) -> RankingResult:
        if not question.waiting:
            return RankingResult({}, 0, "keywords", "Nothing waits to be ranked.")
        process = self._running()
        memory = self._memory_of(desk, process)
        _give(desk, process, memory, question)
        answer = process.ask(question.waiting, [_judged(row, now) for row in question.decided])
        memory.scores.update(answer.scores)
        message = _message(desk, question, answer)
        if not answer.ranks:
            return RankingResult({}, 0, "keywords", message + _forget(desk, memory, question.waiting))
        known = {key: memory.scores[key] for key in question.waiting if key in memory.scores}
        message += self._store(desk, memory, known, now)
        scores = {paper_id: score for paper_id, (score, _) in known.items()}
        return RankingResult(scores, answer.trained_on, answer.mode, message)

    def _running(self) -> RankingProcess:
        with self._changing:
            if self._off is not None:
                raise RankingStoppedError(self._off)
            if self._process is None:
                self._memory = None
                self._process = RankingProcess()
            return self._process

    def _memory_of(self, desk: Desk, process: RankingProcess) -> Memory:
        if self._memory is None or not self._memory.serves(desk):
            keywords = desk.settings.triage.keywords
            process.begin(keywords)
            self._memory = Memory(desk.paths.store, keywords)
        return self._memory

    def _end(self, reason: str) -> None:
        with self._changing:
            process, self._process = self._process, None
            self._starts_left -= 1
            if self._starts_left == 0:
                self._off = self._off or reason
        if process is not None:
            process.close()

    def _store(
        self, desk: Desk, memory: Memory, scores: dict[int, tuple[float, Terms]], now: datetime
    ) -> str:
        """Write what changed in small steps, with room between them for a key that decides."""
        news = [
            ScoredPaper(paper_id, score, [list(term) for term in terms])
            for paper_id, (score, terms) in scores.items()
            if is_news(memory.stored.get(paper_id), (score, terms))
        ]
        if desk.read_only:
            return ""
        try:
            for chunk in _chunks(news, WRITE_AT_ONCE):
                if self._off is not None:
                    break
                started = time.perf_counter()
                with desk.store.write() as session:
                    store.save_scores(session, chunk, now)
                memory.stored.update((row.paper_id, scores[row.paper_id]) for row in chunk)
                time.sleep(min(time.perf_counter() - started, LONGEST_PAUSE))
        except StoreError as error:
            return f" {NOT_STORED} {error.message}"
        return ""


def _question(desk: Desk, *, cross: bool) -> Question:
    with desk.store.read() as session:
        waiting = store.waiting_ids(session, cross=cross)[:MOST_WAITING]
        return Question(waiting, store.decisions_in_force(session, MOST_DECISIONS))


def _give(desk: Desk, process: RankingProcess, memory: Memory, question: Question) -> None:
    """Hand over the papers that the process has not seen, and look up their last scores."""
    unseen = [paper_id for paper_id in question.papers if paper_id not in memory.given]
    for chunk in _chunks(unseen, READ_AT_ONCE):
        with desk.store.read() as session:
            texts = store.texts_of(session, chunk)
            stored = store.scores_of(session, chunk)
        process.give([row._replace(abstract=row.abstract[:LONGEST_ABSTRACT]) for row in texts])
        memory.given.update(chunk)
        for row in stored:
            memory.stored[row.paper_id] = (row.score, tuple((str(t), float(w)) for t, w in row.terms))


def _forget(desk: Desk, memory: Memory, waiting: Sequence[int]) -> str:
    """With nothing to go by, old scores would only mislead."""
    stale = [paper_id for paper_id in waiting if paper_id in memory.stored]
    if not stale or desk.read_only:
        return ""
    try:
        for chunk in _chunks(stale, WRITE_AT_ONCE):
            with desk.store.write() as session:
                store.forget_scores(session, chunk)
            for paper_id in chunk:
                del memory.stored[paper_id]
    except StoreError as error:
        return f" {NOT_STORED} {error.message}"
    return ""


def _judged(row: Decided, now: datetime) -> tuple[int, str, float, bool]:
    # Whole days: otherwise every score would drift a little with the clock.
    return row.paper_id, row.decision, float(max((now - row.decided_at).days, 0)), row.added


def _message(desk: Desk, question: Question, answer: Answer) -> str:
    """One sentence on what the order comes from, and what would make it better."""
    keywords = ["your keywords"] if desk.settings.triage.keywords else []
    if not answer.ranks:
        hint = "none of your keywords stands in a waiting paper" if keywords else NO_KEYWORDS
        return f"Newest first: {hint}."
    if answer.mode == "decisions":
        decisions = count_of(answer.trained_on, "decision")
        return f"Ranked by your {'keywords and ' if keywords and answer.share < 0.5 else ''}{decisions}."
    kept = sum(1 for row in question.decided if row.decision != "skip")
    likeness = [f"likeness to {count_of(kept, 'kept paper')}"] if kept else []
    missing = "skip one" if kept else "keep one and skip one"
    return f"Ranked by {' and '.join(keywords + likeness)}; {missing}, and the ranking begins to learn."


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk

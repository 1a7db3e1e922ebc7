"""Learning what to read first from what was kept and skipped; only the ranking's own process loads this.

A score is the estimated chance, from 0 to 1, that the user keeps the paper, so it means the same every day.
It is one linear sum, which is why it can be explained: each word adds or takes something away. The sum blends
two opinions. The first knows only the keywords and the kept papers. The second is learned from decisions, and
its share grows with the rarer of keeping and skipping: twenty skips in a row teach little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.features import Document, Features
from r2p_tui.domain.triage import Terms

Array = NDArray[np.float64]

# Of ten papers two are kept until the user's own share is known; the guess weighs as much as ten decisions.
USUAL_SHARE, USUAL_SHARE_WEIGHT = 0.2, 10.0
KEYWORD_WEIGHT = 2.4
LATER_WEIGHT = 0.4
HALF_LIFE_DAYS, LEAST_WEIGHT = 180.0, 0.25
# With this many effective decisions the two opinions count alike.
EVEN_SHARE = 6.0
REGULARISATION = 16.0
FOLDS = 5
TERMS_SHOWN, CANDIDATES, LEAST_TERM = 3, 10, 0.05
GROWTH = 1.2
_ROWS_AT_ONCE = 2000


class Judged(NamedTuple):
    """A decision to learn from; papers the user `added` say nothing of the share that is usually kept."""

    paper_id: int
    decision: str
    age_days: float = 0.0
    added: bool = False


class Scored(NamedTuple):
    """A score from 0 to 1 and the terms that made most of it, weighed in log-odds, positive ones first."""

    paper_id: int
    score: float
    terms: Terms


class Ranked(NamedTuple):
    """Scores of the papers asked for, and how they came about; no scores when there is nothing to go by."""

    scored: list[Scored]
    mode: Literal["keywords", "decisions"]
    trained_on: int
    learned_share: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """A linear judgement in log-odds: `weights` has one entry a column."""

    weights: Array
    bias: float

    def blend(self, other: Opinion, share: float) -> Opinion:
        """Mix in a share from 0 to 1 of the other."""
        own = 1 - share
        return Opinion(own * self.weights + share * other.weights, own * self.bias + share * other.bias)


class Ranking:
    """The papers of one store as the ranking knows them; papers are given once, decisions every time."""

    def __init__(self, keywords: Sequence[str] = ()) -> None:
        self.keywords = tuple(keywords)
        self._documents: dict[int, Document] = {}
        self._features: Features | None = None
        self._unseen: list[Document] = []

    def add(self, documents: Sequence[Document]) -> None:
        """Take in papers; one that is known already is left as it is."""
        fresh = [document for document in documents if document.paper_id not in self._documents]
        self._documents.update((document.paper_id, document) for document in fresh)
        self._unseen.extend(fresh)

    def rank(self, waiting: Sequence[int], decisions: Sequence[Judged]) -> Ranked:
        """Score the waiting papers among those given; papers that were never given are left out."""
        features = self._current_features()
        rows = [features.row_of[paper_id] for paper_id in waiting if paper_id in features.row_of]
        judged = [item for item in decisions if item.paper_id in features.row_of]
        lessons = Lessons.of(judged, features.row_of)
        opinion = first_opinion(features, lessons)
        share = lessons.learned_share
        if opinion is None and not share:
            return Ranked([], "keywords", len(judged), 0.0)
        opinion = opinion or Opinion(np.zeros(features.matrix.shape[1]), lessons.usual_log_odds)
        if share:
            opinion = opinion.blend(learned_opinion(features.matrix, lessons), share)
        scored = _scored([p for p in waiting if p in features.row_of], rows, features, opinion)
        return Ranked(scored, "decisions" if share else "keywords", len(judged), share)

    def _current_features(self) -> Features:
        """The matrix with every paper in it; columns are chosen anew once a fifth of the papers are new."""
        features = self._features
        if features is None or len(self._documents) > GROWTH * features.built_from:
            features = self._features = Features(list(self._documents.values()), self.keywords)
        elif self._unseen:
            features.add(self._unseen)
        self._unseen = []
        return features


@dataclass(frozen=True, slots=True)
class Lessons:
    """Decisions as rows of the matrix, with 1 for keep and later, 0 for skip, and what each one weighs."""

    rows: NDArray[np.intp]
    liked: NDArray[np.bool_]
    weights: Array
    chosen_freely: NDArray[np.bool_]

    @classmethod
    def of(cls, judged: Sequence[Judged], row_of: Mapping[int, int]) -> Lessons:
        age = np.array([max(item.age_days, 0.0) for item in judged])
        fading = np.maximum(0.5 ** (age / HALF_LIFE_DAYS), LEAST_WEIGHT)
        kind = np.array([LATER_WEIGHT if item.decision == "later" else 1.0 for item in judged])
        return cls(
            np.array([row_of[item.paper_id] for item in judged], dtype=np.intp),
            np.array([item.decision != "skip" for item in judged], dtype=bool),
            fading * kind,
            np.array([not item.added for item in judged], dtype=bool),
        )

    def only(self, chosen: NDArray[np.bool_]) -> Lessons:
        return Lessons(
            self.rows[chosen], self.liked[chosen], self.weights[chosen], self.chosen_freely[chosen]
        )

    @property
    def has_both(self) -> bool:
        return bool(self.liked.any() and not self.liked.all())

    @property
    def learned_share(self) -> float:
        """How much the learned opinion counts, from 0 (one kind of decision only) towards 1."""
        liked, other = self.weights[self.liked].sum(), self.weights[~self.liked].sum()
        effective = float(2 * liked * other / (liked + other)) if self.has_both else 0.0
        return effective / (effective + EVEN_SHARE)

    @property
    def usual_log_odds(self) -> float:
        """The log-odds of keeping any paper at all."""
        free = self.only(self.chosen_freely)
        liked = free.weights[free.liked].sum() + USUAL_SHARE * USUAL_SHARE_WEIGHT
        other = free.weights[~free.liked].sum() + (1 - USUAL_SHARE) * USUAL_SHARE_WEIGHT
        return float(np.log(liked / other))


def first_opinion(features: Features, lessons: Lessons) -> Opinion | None:
    """What keywords and likeness to the kept papers say; None when there are neither."""
    kept = lessons.only(lessons.liked)
    if not features.is_keyword.any() and not len(kept.rows):
        return None
    weights = np.where(features.is_keyword, KEYWORD_WEIGHT, 0.0)
    bias = lessons.usual_log_odds
    if len(kept.rows):
        likeness = _likeness(features, kept)
        weights += likeness
        bias -= float(np.mean(features.matrix @ likeness))
    return Opinion(weights, bias)


def _likeness(features: Features, kept: Lessons) -> Array:
    """Weights of what kept papers have more of than papers at large; a usual difference adds about 1."""
    matrix = features.matrix
    at_large = np.asarray(matrix.mean(axis=0)).ravel()
    typical = np.asarray(matrix[kept.rows].T @ kept.weights).ravel() / kept.weights.sum()
    direction = np.where(features.is_keyword, 0.0, np.maximum(typical - at_large, 0.0))
    spread = max(float(np.std(matrix @ direction)), 0.02)
    trust = kept.weights.sum() / (kept.weights.sum() + 2.0)
    result: Array = direction * (trust / spread)
    return result


def learned_opinion(matrix: Any, lessons: Lessons) -> Opinion:
    """Logistic regression on the decisions, with its log-odds set right on decisions it had not seen."""
    columns = np.unique(matrix[lessons.rows].indices)
    if not len(columns):
        return Opinion(np.zeros(matrix.shape[1]), lessons.usual_log_odds)
    seen = matrix[lessons.rows][:, columns]
    weights, bias = _regression(seen, lessons)
    slope, shift = _calibration(seen, lessons)
    spread = np.zeros(matrix.shape[1])
    spread[columns] = slope * weights
    return Opinion(spread, slope * bias + shift)


def _regression(seen: Any, lessons: Lessons) -> tuple[Array, float]:
    """Weights and bias; keeping and skipping weigh alike in the fit, then the bias gets the true share."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=REGULARISATION, class_weight="balanced", solver="liblinear", dual=True, tol=0.01, random_state=0
    )
    model.fit(seen, lessons.liked, sample_weight=lessons.weights)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0]) + lessons.usual_log_odds


def warm_up() -> None:
    """Load the library that learns, which takes seconds, before it is needed."""
    import sklearn.linear_model  # noqa: F401


def _calibration(seen: Any, lessons: Lessons) -> tuple[float, float]:
    """Slope and shift that make held-out log-odds honest; near (1, 0) while there are few decisions."""
    fold = (lessons.rows * 7919) % FOLDS
    held_out, used = np.zeros(len(lessons.rows)), np.zeros(len(lessons.rows), dtype=bool)
    for number in range(FOLDS):
        test, train = fold == number, lessons.only(fold != number)
        if test.any() and train.has_both:
            weights, bias = _regression(seen[fold != number], train)
            held_out[test], used = seen[test] @ weights + bias, used | test
    used &= lessons.chosen_freely
    return _fitted_line(held_out[used], lessons.liked[used], lessons.weights[used])


def _fitted_line(log_odds: Array, liked: NDArray[np.bool_], weights: Array) -> tuple[float, float]:
    """Newton's method for logistic regression on one number, drawn towards slope 1 and shift 0.

    Steps are short, because full ones from a flat start run away.
    """
    line, start, pull = np.array([1.0, 0.0]), np.array([1.0, 0.0]), 2.0
    inputs = np.column_stack([log_odds, np.ones(len(log_odds))])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ line, -30, 30)))
        gradient = inputs.T @ (weights * (chance - liked)) + pull * (line - start)
        curvature = (inputs * (weights * chance * (1 - chance))[:, None]).T @ inputs + pull * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        line = line - step * min(1.0, 0.25 / max(float(np.linalg.norm(step)), 1e-9))
    return float(np.clip(line[0], 0.3, 4.0)), float(np.clip(line[1], -3.0, 3.0))


def _scored(
    paper_ids: Sequence[int], rows: Sequence[int], features: Features, opinion: Opinion
) -> list[Scored]:
    matrix = features.matrix[rows]
    sums = np.clip(matrix @ opinion.weights + opinion.bias, -6.0, 6.0)
    scores = np.round(1 / (1 + np.exp(-sums)), 3).tolist()
    weights = opinion.weights.astype(np.float32)
    result: list[Scored] = []
    for start in range(0, len(paper_ids), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        terms = _terms(matrix[start:end], weights, features)
        result += map(Scored, paper_ids[start:end], scores[start:end], terms)
    return result


def _terms(matrix: Any, weights: NDArray[np.float32], features: Features) -> list[Terms]:
    """The strongest terms of each row."""
    lengths = np.diff(matrix.indptr)
    width = int(max(lengths.max(initial=0), CANDIDATES))
    inside = np.arange(width) < lengths[:, None]
    parts = np.zeros((len(lengths), width), np.float32)
    columns = np.zeros((len(lengths), width), np.int32)
    parts[inside], columns[inside] = matrix.data * weights[matrix.indices], matrix.indices
    best = np.argpartition(-np.abs(parts), CANDIDATES - 1, axis=1)[:, :CANDIDATES]
    parts, columns = np.take_along_axis(parts, best, 1), np.take_along_axis(columns, best, 1)
    order = np.argsort(-np.abs(parts), axis=1, kind="stable")
    parts, columns = np.take_along_axis(parts, order, 1), np.take_along_axis(columns, order, 1)
    pairs = zip(columns.tolist(), parts.tolist(), strict=True)
    return [_chosen_terms(row, values, features) for row, values in pairs]


def _chosen_terms(columns: list[int], parts: list[float], features: Features) -> Terms:
    """The strongest that share no word with a stronger one: `small object` needs no `object` beside it."""
    chosen: list[tuple[str, float]] = []
    said: set[str] = set()
    for column, part in zip(columns, parts, strict=True):
        if abs(part) < LEAST_TERM or len(chosen) == TERMS_SHOWN:
            break
        words = features.words(column)
        if said.isdisjoint(words):
            chosen.append((features.names[column], round(part, 2)))
            said |= words
    chosen.sort(key=lambda term: (term[1] < 0, -abs(term[1])))
    return tuple(chosen)

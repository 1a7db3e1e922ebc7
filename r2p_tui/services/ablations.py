"""Rows of ablation tables that answer a question, and what one component is worth in several papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from math import log
from typing import Any

from r2p_tui.domain.row_search import Question, names_factor, read_question, reports, row_name
from r2p_tui.domain.table_numbers import signed
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.services.tables import load_table
from r2p_tui.store.ablations import FoundRow, load_rows, rows_with_header, rows_with_words

# Rows beyond these are not looked at: the words are too common to tell them apart.
_RANKED = 2000
_COMPARED_TABLES = 60
_IN_CAPTION = 0.3


@dataclass(frozen=True, slots=True)
class TableHit:
    """Where something was found: `paper` is what the commands take, `key` names the table within the paper.

    `kept` says that the user keeps the paper, `confidence` how sure r2p is of the table.
    """

    paper_id: int
    arxiv_id: str | None
    paper: str
    title: str
    kept: bool
    key: str
    table_name: str
    page: int
    confidence: float


@dataclass(frozen=True, slots=True)
class RowHit(TableHit):
    """One row of one paper's table; `deltas` are to its baseline row, those of the metrics asked for first.

    `cells` are (header, text), `deltas` (header, difference, whether that is better, None if nobody can say).
    """

    kind: str
    row: int
    label: str
    is_baseline: bool
    cells: tuple[tuple[str, str], ...]
    deltas: tuple[tuple[str, float, bool | None], ...]

    @property
    def name(self) -> str:
        """What tells the row from others: its label, and what it sets or switches on."""
        return row_name(self.label, self.cells, self.row)


@dataclass(frozen=True, slots=True)
class FactorHit(TableHit):
    """What a component is worth in one metric of one paper: with it less without it.

    `metric` is the short name of its column, `signed` the value as its numbers are printed.
    """

    factor: str
    header: str
    metric: str
    value: float
    signed: str
    better: bool | None
    reason: str


def search_rows(desk: Desk, question: str, *, limit: int = 50, ablations_only: bool = True) -> list[RowHit]:
    """The rows that answer a question in plain words, best first; raises UsageError for an empty one.

    Ablations come first, then rows that name what is asked before those of which only the caption does, then
    those with a metric that is asked for, then those that name more of it, then the papers the user keeps.
    Other tables are only searched where `ablations_only` is False.
    """
    asked = _read(question)
    with desk.store.read() as session:
        in_row = rows_with_words(session, asked.words, "row", ablations_only=ablations_only)
        in_caption = rows_with_words(session, asked.words, "caption", ablations_only=ablations_only)
        if not asked.words:
            wanted = rows_with_header(
                session, lambda header: reports(header, asked.metrics), ablations_only=ablations_only
            )
            in_row = {row_id: set() for row_id in wanted}
        scores = _scores(in_row, in_caption)
        best = sorted(scores, key=lambda row_id: (-scores[row_id], -row_id))
        rows = load_rows(session, best[:_RANKED])
    rows.sort(key=lambda row: _rank(row, asked, in_row.get(row.id), scores[row.id]))
    return [_hit(row, asked) for row in rows[:limit]]


def compare_factor(desk: Desk, factor: str, *, limit: int = 50) -> list[FactorHit]:
    """What a component is worth wherever an ablation table allows to say it, kept papers first.

    Raises UsageError where no component is named.
    """
    words = _read(factor).words
    if not words:
        raise UsageError("That names no component.", 'For example: r2p ablations --worth "mosaic"')
    with desk.store.read() as session:
        found = rows_with_words(session, words, "row", ablations_only=True)
        all_words = [row_id for row_id, said in found.items() if len(said) == len(words)]
        rows = load_rows(session, sorted(all_words, reverse=True)[:_RANKED])
    rows.sort(key=lambda row: (not row.kept, -row.paper_id))
    tables = {(row.paper_id, row.key): row for row in rows}
    nearest = list(tables.values())[:_COMPARED_TABLES]
    return [hit for row in nearest for hit in _worth(desk, row, words)][:limit]


def _read(text: str) -> Question:
    question = read_question(text)
    if not question.words and not question.metrics:
        raise UsageError("There is nothing to look for.", 'For example: r2p ablations "small objects"')
    return question


def _scores(in_row: Mapping[int, set[str]], in_caption: Mapping[int, set[str]]) -> dict[int, float]:
    """How well each row fits: a rare word counts more than a common one, and most in the row itself."""
    rows = in_row.keys() | in_caption.keys()
    said = {row_id: (in_row.get(row_id, set()), in_caption.get(row_id, set())) for row_id in rows}
    counts = Counter(word for row, caption in said.values() for word in row | caption)
    weights = {word: 1 / log(2 + count) for word, count in counts.items()}
    return {
        row_id: sum(weights[word] for word in row)
        + _IN_CAPTION * sum(weights[word] for word in caption - row)
        for row_id, (row, caption) in said.items()
    }


def _rank(row: FoundRow, asked: Question, said: set[str] | None, score: float) -> tuple[object, ...]:
    """What sorts a row; `said` are the words asked for that it contains, None where only its caption does."""
    reported = any(reports(header, asked.metrics) for header, _ in row.cells)
    return (
        row.kind != "ablation", said is None, not reported, -len(said or ()), not row.kept,
        -round(score, 6), -row.paper_id, row.key, row.row,
    )  # fmt: skip


def _hit(row: FoundRow, asked: Question) -> RowHit:
    deltas = sorted(row.deltas, key=lambda delta: not reports(delta[0], asked.metrics))
    return RowHit(
        **_place(row),
        kind=row.kind,
        row=row.row,
        label=row.label,
        is_baseline=row.is_baseline,
        cells=tuple((header, text) for header, text in row.cells),
        deltas=tuple((header, value, better) for header, value, better, *_ in deltas),
    )


def _worth(desk: Desk, row: FoundRow, words: tuple[str, ...]) -> Iterator[FactorHit]:
    # The table may have been read anew, and be gone, since its rows were found.
    with suppress(NotFoundError):
        view = load_table(desk, row.paper_id, row.key)
        columns = {column.index: column for column in view.understanding.columns}
        body = view.table.rows[view.table.header_rows :]
        for worth in view.understanding.worth:
            if names_factor(worth.factor, words):
                column = columns[worth.column]
                yield FactorHit(
                    **_place(row),
                    factor=worth.factor,
                    header=column.header,
                    metric=column.name or column.header,
                    value=worth.value,
                    signed=signed(worth.value, *(texts[worth.column] for texts in body)),
                    better=worth.better,
                    reason=worth.reason,
                )


def _place(row: FoundRow) -> dict[str, Any]:
    return {entry.name: getattr(row, entry.name) for entry in fields(TableHit)}

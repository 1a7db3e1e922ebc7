"""Tables typed by hand, and how near a table that was found comes to one of them.

The scorer lies beside the checkout and is no part of the project. Its `fact` counts a number only
when its row labels and its column header are right too.
"""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import Any

from r2p_tui.domain.tables import Box, Table

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAPERS = SHARED / "papers"
DATA = Path(__file__).resolve().parent.parent / "data"
SETS = {
    "known": PAPERS / "truth",
    "new": DATA / "tables",
    "later": DATA / "tables_later",
}
MEASURES = ("cell", "num", "fact")
FOUND_FROM = 0.5

Rows = Sequence[Sequence[str]]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Truth:
    """One true table; `spans` are (row, column, rows, columns), `box` is without the caption."""

    name: str
    document: str
    page: int
    box: Box
    rows: list[list[str]]
    header_rows: int
    spans: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that a tool found; `table` only where r2p did."""

    page: int
    box: Box
    rows: Rows
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A truth with the candidate in its place, if any, and the F1 of each measure that the truth allows."""

    truth: Truth
    candidate: Candidate | None
    scores: dict[str, float | None]


def load_scorer() -> ModuleType | None:
    """The scorer beside the checkout; None where there is none."""
    path = SHARED / "tools" / "score_tables.py"
    spec = importlib.util.spec_from_file_location("score_tables", path)
    if not path.is_file() or spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_truths(folder: Path) -> list[Truth]:
    """All true tables of a folder, by name."""
    return [_truth(path) for path in sorted(folder.glob("*.json"))]


def judge(truth: Truth, candidates: Iterable[Candidate], scorer: ModuleType) -> Judgement:
    """Score the candidate of the page that covers the truth best; one that covers too little is none."""
    near = [candidate for candidate in candidates if candidate.page == truth.page]
    best = max(near, key=lambda candidate: overlap(candidate.box, truth.box), default=None)
    if best is not None and overlap(best.box, truth.box) < FOUND_FROM:
        best = None
    scores = scorer.score(truth.rows, best.rows if best else [], truth.spans, truth.header_rows)
    f1 = {name: scores[name] and scores[name]["f1"] for name in MEASURES}
    return Judgement(truth, best, f1)


def mean(judgements: Sequence[Judgement], name: str) -> float:
    """Macro mean of `found` or of a measure; a truth without that kind of cell is left out."""
    if name == "found":
        return fmean(judgement.candidate is not None for judgement in judgements)
    return fmean(score for judgement in judgements if (score := judgement.scores[name]) is not None)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(one) + _area(other) - shared)


def judged_numbers(judgement: Judgement, scorer: ModuleType) -> list[tuple[float, bool]]:
    """Confidence of each number in the body of a table of r2p, and whether it is a right fact."""
    if judgement.candidate is None or judgement.candidate.table is None:
        return []
    table = judgement.candidate.table
    right = right_facts(judgement.truth, table.rows, scorer)
    return [
        (cell.confidence, (cell.row, cell.column) in right)
        for cell in table.cells
        if cell.row >= table.header_rows and scorer.is_number(scorer.normalise(cell.text))
    ]


def right_facts(truth: Truth, rows: Rows, scorer: ModuleType) -> set[Place]:
    """Places in `rows` of the numbers that the scorer counts as right facts, which it only counts."""
    owners = {
        (row + down, column + right): (row, column)
        for row, column, height, width in truth.spans
        for down in range(height)
        for right in range(width)
    }
    grid, kept = scorer.prune(scorer.make_grid(truth.rows), frozenset(owners))
    other, other_kept = scorer.prune(scorer.make_grid(rows))
    owner = {kept[place]: kept[first] for place, first in owners.items() if place in kept and first in kept}
    filled = [
        [grid[owner[r, c][0]][owner[r, c][1]] if (r, c) in owner else cell for c, cell in enumerate(line)]
        for r, line in enumerate(grid)
    ]
    pairs = _equal_places(filled, other, scorer)
    known = {owner.get(place, place) for place in pairs}
    original = {pruned: place for place, pruned in other_kept.items()}
    return {
        original[theirs]
        for ours, theirs in pairs.items()
        if ours[0] >= truth.header_rows
        and any(map(scorer.is_number, filled[ours[0]][ours[1]]))
        and all(owner.get(label, label) in known for label in _labels(filled, ours, truth, scorer))
    }


def _equal_places(grid: list[list[Any]], other: list[list[Any]], scorer: ModuleType) -> dict[Place, Place]:
    rows, columns = scorer.align_grids(grid, other, scorer.guide)
    return {
        (row, column): (their_row, their_column)
        for row, their_row in rows
        for column, their_column in columns
        if other[their_row][their_column] and scorer.same(grid[row][column], other[their_row][their_column])
    }


def _labels(grid: list[list[Any]], place: Place, truth: Truth, scorer: ModuleType) -> list[Place]:
    """What names a number: the words and the first cell of its row, the lowest header of its column."""
    row, column = place
    in_row = [
        (row, other)
        for other, cell in enumerate(grid[row])
        if cell and other != column and (other == 0 or not any(map(scorer.is_number, cell)))
    ]
    headers = [(line, column) for line in reversed(range(truth.header_rows)) if grid[line][column]]
    return in_row + headers[:1]


def _truth(path: Path) -> Truth:
    values = json.loads(path.read_text(encoding="utf-8"))
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    spans = tuple(tuple(span) for span in values["spans"])
    box = Box(*values["bbox"])
    return Truth(path.stem, values["pdf"], values["page"], box, rows, values["header_rows"], spans)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)

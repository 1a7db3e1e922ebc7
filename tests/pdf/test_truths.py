"""The tables typed by hand are sound, and over all papers r2p emits no number that its page does not hold."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

import pymupdf
import pytest

from r2p_tui.domain.tables import Cell, Table
from r2p_tui.pdf.number_guard import numbers_in, strange_numbers
from r2p_tui.pdf.sandbox import extract
from tests.benchmarks.table_truths import SETS, Truth, load_scorer, overlap, read_truths, right_facts

NEW = [*read_truths(SETS["new"]), *read_truths(SETS["later"])]
WHITE = 0xFFFFFF
by_name = pytest.mark.parametrize("truth", NEW, ids=lambda truth: truth.name)


@pytest.fixture
def scorer(shared: Path) -> ModuleType:
    module = load_scorer()
    assert module is not None
    return module


@cache
def numbers_of(document: Path, page: int) -> frozenset[str]:
    """Numbers among the words of a page (from 1), and those that stand beside digits in white, unseen."""
    with pymupdf.open(document) as opened:
        words = [word[4] for word in opened[page - 1].get_text("words")]
        blocks = opened[page - 1].get_text("dict")["blocks"]
    lines = [line["spans"] for block in blocks for line in block.get("lines", ())]
    mixed = [spans for spans in lines if any(span["color"] == WHITE for span in spans)]
    seen = ["".join(span["text"] for span in spans if span["color"] != WHITE) for spans in mixed]
    return frozenset(number for text in [*words, *seen] for number in numbers_in(text))


@by_name
def test_a_typed_table_is_a_rectangle_with_free_spans(truth: Truth) -> None:
    assert len({len(row) for row in truth.rows}) == 1
    assert 0 < truth.header_rows < len(truth.rows)
    for row, column, height, width in truth.spans:
        covered = [line[column : column + width] for line in truth.rows[row : row + height]]
        assert [len(line) for line in covered] == [width] * height
        assert all(not text for line in covered for text in line if text != truth.rows[row][column])


@by_name
def test_the_page_holds_every_number_of_a_typed_table(truth: Truth, shared: Path) -> None:
    known = numbers_of(shared / "papers" / truth.document, truth.page)
    typed = [text for row in truth.rows for text in row]
    assert not [text for text in typed if strange_numbers(text, known)]


def test_no_two_typed_tables_of_a_page_overlap() -> None:
    places = [(one, other) for one in NEW for other in NEW if one.name < other.name]
    for one, other in places:
        if (one.document, one.page) == (other.document, other.page):
            assert overlap(one.box, other.box) == 0


@by_name
def test_a_typed_table_agrees_with_itself(truth: Truth, scorer: ModuleType) -> None:
    rows = [[text.split(" // ")[0] for text in row] for row in truth.rows]
    scores = scorer.score(truth.rows, rows, truth.spans, truth.header_rows)
    assert all(scores[name] is None or scores[name]["f1"] == 1 for name in scorer.METRICS)


@by_name
def test_the_right_facts_are_those_that_the_scorer_counts(truth: Truth, scorer: ModuleType) -> None:
    shifted = [[text.split(" // ")[0] for text in row] for row in truth.rows]
    shifted[-1][0], shifted[-2][0] = shifted[-1][0] + " shifted", ""
    for rows in (truth.rows, shifted):
        counted = scorer.score(truth.rows, rows, truth.spans, truth.header_rows)["fact"]
        assert len(right_facts(truth, rows, scorer)) == counted["hits"]


@pytest.mark.slow
def test_the_page_holds_every_number_that_is_emitted(shared: Path) -> None:
    strange, emitted = [], 0
    for document in sorted((shared / "papers").glob("*.pdf")):
        for table in extract(document, "pdf").tables:
            for cell in table.cells:
                emitted += bool(numbers_in(cell.text))
                if strange_numbers(cell.text, numbers_of(document, page_of(cell, table))):
                    strange.append(f"{document.name}, {table.name}: {cell.text}")
    assert emitted
    assert not strange, "\n".join(strange)


def page_of(cell: Cell, table: Table) -> int:
    return table.page if cell.page is None else cell.page

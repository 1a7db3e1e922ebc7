"""Any words and rules give a grid or none: no exception, no number from elsewhere, no text lost or twice."""

from __future__ import annotations

import random
import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from r2p_tui.domain.tables import Box, Table
from r2p_tui.pdf.grid.table import read_grid
from r2p_tui.pdf.layout import Page, Region, Rule, Word

WHOLE = Region(1, Box(-50, -50, 700, 900))
PLACES = st.floats(0, 600).map(lambda x: round(x, 1))
TEXTS = st.sampled_from(
    ["38.5", "-", "✓", "a", "Model", "±", "(+1.2)", "1,024", "AP", "50", "w/o", "�", "convolu-", "…"]
)


@st.composite
def words(draw: st.DrawFn) -> Word:
    """Words anywhere, or on a few lines and columns so that grids come about."""
    snapped = draw(st.booleans())
    left = draw(PLACES) if not snapped else 60.0 * draw(st.integers(0, 8))
    baseline = draw(PLACES) if not snapped else 12.0 * draw(st.integers(0, 12))
    size = draw(st.sampled_from([0.0, 5.0, 7.0, 10.0, 30.0]))
    text = draw(TEXTS)
    box = Box(left, baseline - 0.8 * size, left + 0.5 * size * len(text), baseline + 0.2 * size)
    return Word(text, box, size, baseline, draw(st.booleans()), draw(st.booleans()), 0, 0)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    x, y, length = draw(PLACES), draw(PLACES), draw(PLACES)
    return Rule(Box(x, y, x + length, y) if draw(st.booleans()) else Box(x, y, x, y + length), 0.4)


@given(st.lists(words(), max_size=60), st.lists(rules(), max_size=12))
@settings(max_examples=150)
def test_whatever_stands_on_the_page(found: list[Word], drawn: list[Rule]) -> None:
    table = read_grid(Page(1, 600, 800, tuple(found), tuple(drawn)), WHOLE)
    if table is not None:
        check(table, found)


def check(table: Table, found: list[Word]) -> None:
    known = {number for word in found for number in re.findall(r"\d+(?:[.,]\d+)*", word.text)}
    numbers = [number for cell in table.cells for number in re.findall(r"\d+(?:[.,]\d+)*", cell.text)]
    assert set(numbers) <= known
    assert _letters(cell.text for cell in table.cells) == _letters(word.text for word in found)
    assert len(table.places) == sum(cell.row_span * cell.column_span for cell in table.cells)
    assert all(0 <= cell.confidence <= 1 for cell in table.cells)
    assert 0 <= table.confidence <= 1
    assert 0 <= table.header_rows <= table.row_count


def _letters(texts: object) -> Counter[str]:
    assert hasattr(texts, "__iter__")
    return Counter(char for text in texts for char in text if char.isalpha())


def test_a_page_full_of_words_is_refused_or_read_in_bounded_work() -> None:
    chance = random.Random(7)
    crowd = [
        Word("12.5", Box(x, y - 6, x + 12, y + 2), 8, y, False, False, 0, 0)
        for x, y in ((chance.uniform(0, 600), chance.uniform(0, 800)) for _ in range(20_000))
    ]
    page = Page(1, 600, 800, tuple(crowd), ())
    assert read_grid(page, WHOLE) is None
    read_grid(Page(1, 600, 800, tuple(crowd[:3000]), ()), WHOLE)


def test_a_long_table_is_read() -> None:
    rows = [
        Word(text, Box(x, y - 6, x + 4 * len(text), y + 2), 8, y, False, False, 0, 0)
        for index in range(140)
        for y in [10.0 + 10 * index]
        for x, text in [(10.0, f"run{index}"), (120.0, "31.5"), (200.0, "✓"), (260.0, "7,001")]
    ]
    table = read_grid(Page(1, 600, 1500, tuple(rows), ()), Region(1, Box(0, 0, 600, 1500)))
    assert table is not None
    assert (table.row_count, table.column_count) == (140, 4)

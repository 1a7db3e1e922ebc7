"""Rows of tables outside their table: what they say, their deltas, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from r2p_tui.domain.metrics import LEVELS, find_metric
from r2p_tui.domain.table_numbers import signed
from r2p_tui.text import clean_line, shorten
from r2p_tui.tui.table_words import COLOURS, mark_of, tone_of

if TYPE_CHECKING:
    from r2p_tui.services.ablations import FactorHit, RowHit

_CELLS_AT_MOST = 8
_LABEL_WIDTH = 28


def row_entry(hit: RowHit) -> Content:
    """The row's name and its numbers, those with a delta first; below them its paper and table."""
    texts = dict(hit.cells)
    parts = [Content.styled(shorten(clean_line(hit.name), _LABEL_WIDTH).ljust(_LABEL_WIDTH), "bold")]
    for header, value, better in hit.deltas:
        text = texts.pop(header, "")
        words = f" {signed(value, text)}{mark_of(better)}"
        parts.append(Content.assemble(_cell(header, text), (words, COLOURS[tone_of(better)])))
    room = max(_CELLS_AT_MOST - len(parts), 0)
    rest = sorted(texts.items(), key=lambda cell: find_metric(cell[0]) is None)[:room]
    parts += [Content.styled(_cell(header, text), "$muted") for header, text in rest]
    note = "baseline" if hit.is_baseline else ""
    return Content("\n").join([Content("  ").join(parts), _place(hit, note)])


def factor_entry(hit: FactorHit) -> Content:
    """What a component is worth in one metric; below it its paper, table and the reason."""
    words = f"{signed(hit.value)} {_level(hit.header)}{mark_of(hit.better)}"
    line = Content.assemble(
        (shorten(clean_line(hit.factor), _LABEL_WIDTH).ljust(_LABEL_WIDTH), "bold"),
        "  ",
        (words, COLOURS[tone_of(hit.better)]),
    )
    return Content("\n").join([line, _place(hit, hit.reason)])


def _cell(header: str, text: str) -> str:
    return f"{_level(header)} {shorten(clean_line(text), 20)}".strip()


def _level(header: str) -> str:
    """The last level of a header."""
    return shorten(clean_line(header.rsplit(LEVELS, 1)[-1]), 24)


def _place(hit: RowHit | FactorHit, note: str) -> Content:
    where = [hit.table_name, f"page {hit.page}" if hit.page else "", hit.paper, hit.title, note]
    return Content.styled("  " + " · ".join(clean_line(part) for part in where if part), "$muted")

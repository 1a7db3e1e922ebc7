"""From the words and rules inside a region to a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from r2p_tui.domain.tables import Box, Cell, Table
from r2p_tui.pdf.grid.columns import Scale, find_columns
from r2p_tui.pdf.grid.confidence import Evidence, cell_confidences, doubts_of, table_confidence
from r2p_tui.pdf.grid.header_end import count_header_lines
from r2p_tui.pdf.grid.headers import read_header
from r2p_tui.pdf.grid.marks import is_bold, is_underlined
from r2p_tui.pdf.grid.pieces import around, em_of, joined_text, lines_of, space_of
from r2p_tui.pdf.grid.rows import read_body
from r2p_tui.pdf.grid.rulings import Rulings, read_rulings
from r2p_tui.pdf.grid.spots import Spot, disjoint
from r2p_tui.pdf.layout import Page, Region, Word

_MOST_WORDS = 6000
_MOST_COLUMNS = 80
_SMALLEST_TEXT = 0.5
_MARGIN = 1.0


def read_grid(page: Page, region: Region) -> Table | None:
    """The table in the region, or None where its words form no grid of two rows and two columns.

    Never raises, whatever words and rules there are; a region of more than 6000 words is no table.
    """
    words = words_inside(page.words, region.box)
    if not 4 <= len(words) <= _MOST_WORDS:
        return None
    lines = lines_of(words)
    if len(lines) < 2:
        return None
    rulings = read_rulings(page.rules, region.box, lines)
    em = max(em_of(lines), _SMALLEST_TEXT)
    scale = Scale(em, space_of(lines, em))
    header_lines = min(count_header_lines(lines, rulings, scale.space), len(lines) - 1)
    columns = find_columns(lines[header_lines:], rulings.vertical, scale)
    if not 2 <= columns.count <= _MOST_COLUMNS:
        return None
    header = read_header(lines[:header_lines], lines[header_lines:], columns, rulings, scale)
    body = read_body(lines[header_lines:], header.columns, rulings, scale)
    if header.levels + len(body.baselines) < 2:
        return None
    below = (spot._replace(row=spot.row + header.levels) for spot in body.spots)
    evidence = Evidence(
        spots=disjoint((*header.spots, *below)),
        header_rows=header.levels,
        rows=header.levels + len(body.baselines),
        columns=header.columns,
        scale=scale,
        ruled_header=bool(rulings.partial or rulings.vertical),
    )
    return _table(evidence, body.baselines, page, region, rulings)


def _table(
    evidence: Evidence, baselines: Sequence[float], page: Page, region: Region, rulings: Rulings
) -> Table:
    sure = cell_confidences(evidence)
    cells = tuple(_cell(spot, page.number, rulings, sure[spot.row, spot.column]) for spot in evidence.spots)
    ruled = tuple(
        evidence.header_rows + index
        for index in range(1, len(baselines))
        if rulings.full_between(baselines[index - 1], baselines[index])
    )
    return Table(
        number=region.number, part=region.part, caption=region.caption, page=page.number, box=region.box,
        route="pdf", header_rows=evidence.header_rows, cells=cells,
        confidence=table_confidence(evidence, sure), rules=ruled, section=region.section,
        mentions=region.mentions, doubts=doubts_of(evidence),
    )  # fmt: skip


def words_inside(words: Iterable[Word], box: Box) -> list[Word]:
    """The words whose middle lies in the box."""
    return [word for word in words if word.text and _is_inside(word.box, box)]


def _is_inside(word: Box, box: Box) -> bool:
    x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
    return box.left - _MARGIN <= x <= box.right + _MARGIN and box.top - _MARGIN <= y <= box.bottom + _MARGIN


def _cell(spot: Spot, page: int, rulings: Rulings, confidence: float) -> Cell:
    return Cell(
        spot.row, spot.column, joined_text(spot.pieces), spot.row_span, spot.column_span, page,
        around(piece.box for piece in spot.pieces), is_bold(spot.pieces),
        is_underlined(spot.pieces, rulings), confidence,
    )  # fmt: skip

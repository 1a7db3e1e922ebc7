"""Real sources as arXiv serves them: every tabular is a table or listed with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.pdf.sandbox import extract
from r2p_tui.pdf.tex.archive import read_archive
from r2p_tui.pdf.tex.tables import TexResult, read_tex


def read(shared: Path, paper: str) -> TexResult:
    return read_tex(read_archive((shared / "papers" / f"{paper}.tar.gz").read_bytes()))


@pytest.mark.parametrize(
    ("paper", "tables", "listed"),
    [
        ("1706.03762", "1234", ["parameter_attention.tex"]),
        ("2305.03393", "12", []),
        ("2412.19437", "123456789", []),
    ],
)
def test_every_tabular(paper: str, tables: str, listed: list[str], shared: Path) -> None:
    result = read(shared, paper)
    assert [table.number for table in result.tables] == list(tables)
    assert [entry.name for entry in result.skipped] == listed
    assert all(table.doubts == () and table.mentions and table.caption for table in result.tables)


def test_citations_spans_and_marks(shared: Path) -> None:
    table = read(shared, "1706.03762").tables[1]
    assert table.rows[2][:2] == ["ByteNet [18]", "23.75"]
    best = {cell.text for cell in table.cells if cell.bold}
    assert best == {"28.4", "41.8", "41.29", "3.3·10¹⁸"}
    (cost,) = [cell for cell in table.cells if cell.text == "3.3·10¹⁸"]
    assert cost.column_span == 2


def test_the_child_process_gives_the_same(shared: Path) -> None:
    found = extract(shared / "papers" / "2305.03393.tar.gz", "tex")
    assert found.tables == read(shared, "2305.03393").tables

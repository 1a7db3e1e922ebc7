"""Tables as authors of many fields write them, each with the grid that its reader sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.domain.tables import Table
from r2p_tui.pdf.tex.tables import read_tex

STYLES = Path(__file__).with_name("tex_styles.txt")


def _cases() -> list[tuple[str, str, int, str]]:
    """Name, source, number of header rows and grid of each case in the file."""
    cases = []
    for entry in STYLES.read_text("utf-8").split("=== ")[1:]:
        name, _, rest = entry.partition("\n")
        tex, _, expected = rest.partition("\n--- ")
        header, _, grid = expected.partition("\n")
        cases.append((name, tex, int(header), grid))
    return cases


CASES = _cases()


def tables(body: str, preamble: str = "", **files: bytes) -> tuple[Table, ...]:
    text = "\\documentclass{article}\n" + preamble + "\n\\begin{document}\n" + body + "\n\\end{document}\n"
    return read_tex({"main.tex": text.encode(), **files}).tables


@pytest.mark.parametrize(
    ("tex", "header", "grid"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_style(tex: str, header: int, grid: str) -> None:
    preamble, _, body = tex.rpartition("%%\n")
    (table,) = tables(body, preamble)
    assert ["|".join(row) for row in table.rows] == grid.strip("\n").split("\n")
    assert table.header_rows == header
    assert table.doubts == ()


def test_there_are_many_styles() -> None:
    assert len(CASES) >= 40

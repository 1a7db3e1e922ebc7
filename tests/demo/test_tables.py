"""The packaged tables: their papers are there, and they are what their captions say."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from r2p_tui.demo.papers import packaged_papers
from r2p_tui.demo.tables import load_tables
from r2p_tui.domain.ablations import understand
from r2p_tui.domain.tables import Table

CAPTIONED = [(key, table) for key, tables in load_tables().items() for table in tables]


def test_every_table_belongs_to_a_packaged_paper() -> None:
    assert {key for key, _ in CAPTIONED} <= {paper.arxiv_id for paper in packaged_papers()}


@pytest.mark.parametrize(
    ("key", "table"), CAPTIONED, ids=[f"{key}-{one.number}{one.part}" for key, one in CAPTIONED]
)
def test_an_ablation_is_understood_as_one(key: str, table: Table) -> None:
    found = understand(table)
    if table.caption.startswith("Ablation"):
        assert found.kind == "ablation"
        assert found.baseline_row is not None


def test_the_numbers_are_those_of_the_papers(shared: Path) -> None:
    """Where the papers are at hand, every number of a packaged table stands on its page."""

    for key, table in CAPTIONED:
        (path,) = [path for path in (shared / "papers").glob(f"{key}_*.pdf") if "recompiled" not in path.name]
        with pymupdf.open(path) as document:
            text = document[table.page - 1].get_text()
        for cell in table.cells:
            if cell.text.replace(".", "", 1).isdigit():
                assert cell.text in text, (key, table.name, cell.text)

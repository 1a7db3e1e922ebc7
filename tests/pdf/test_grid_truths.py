"""The typed truths of real papers, with the true box given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from types import ModuleType
from typing import Any

import pytest

from r2p_tui.domain.tables import Box, Table
from r2p_tui.pdf.grid.table import read_grid
from r2p_tui.pdf.layout import Page, Region

pymupdf = pytest.importorskip("pymupdf")


@pytest.fixture
def scorer(shared: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(shared / "tools"))
    module: ModuleType = pytest.importorskip("score_tables")
    return module


def test_facts_of_the_typed_tables(shared: Path, scorer: ModuleType) -> None:
    pages: dict[tuple[str, int], Page] = {}
    facts, numbers = [], []
    for sidecar in sorted((shared / "papers" / "truth").glob("*.json")):
        meta = json.loads(sidecar.read_text(encoding="utf-8"))
        table = _read(shared / "papers", meta, pages)
        truth = scorer.read_csv(sidecar.with_suffix(".csv"))
        scores = scorer.score(truth, table.rows if table else [], meta["spans"], meta["header_rows"])
        facts.append(scores["fact"]["f1"])
        numbers.append(scores["num"]["f1"])
    assert mean(facts) >= 0.98
    assert mean(numbers) >= 0.99


def _read(folder: Path, meta: Mapping[str, Any], pages: dict[tuple[str, int], Page]) -> Table | None:
    from r2p_tui.pdf.read.pages import read_page

    place = (meta["pdf"], meta["page"])
    if place not in pages:
        with pymupdf.open(folder / meta["pdf"]) as document:
            pages[place] = read_page(document[meta["page"] - 1])
    return read_grid(pages[place], Region(meta["page"], Box(*meta["bbox"])))

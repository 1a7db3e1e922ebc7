"""A reader of documents and an arXiv that give what a test says, and remember what they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from r2p_tui.domain.tables import Box, Cell, Route, Table
from r2p_tui.errors import R2PError, SourceError
from r2p_tui.pdf.sandbox import DocumentKind, Extraction
from r2p_tui.services import documents, table_cache

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NOT_THERE = SourceError("arXiv answered with 404.", "Try again later.")
PDF = b"%PDF-1.7 a paper"
ROWS = (
    ("", "mosaic", "matching", "AP", "latency (ms)"),
    ("full model", "✓", "✓", "54.8", "4.6"),
    ("w/o mosaic", "", "✓", "53.9", "4.6"),
    ("w/o matching", "✓", "", "53.2", "4.5"),
)


def made_table(number: str = "3", route: Route = "pdf", rows: Any = ROWS, **facts: Any) -> Table:
    """An ablation with one header row on page 7."""
    cells = tuple(
        Cell(row, column, text, page=7, box=_box(row, column))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    )
    caption = "Ablation of the training recipe: what each part is worth on COCO."
    place = {"page": 7, "box": Box(50, 100, 300, 140)}
    values: dict[str, Any] = {"part": "", "caption": caption, "confidence": 0.9, **place, **facts}
    return Table(number=number, route=route, header_rows=1, cells=cells, **values)


def _box(row: int, column: int) -> Box:
    return Box(50 + 40 * column, 100 + 10 * row, 80 + 40 * column, 108 + 10 * row)


@dataclass
class FakeReader:
    """`answers` says what each kind of document holds, or why it cannot be read."""

    answers: dict[DocumentKind, Extraction | R2PError] = field(default_factory=dict)
    asked: list[DocumentKind] = field(default_factory=list)

    def extract(self, document: Path, kind: DocumentKind, *, cancelled: Callable[[], bool]) -> Extraction:
        assert document.is_file()
        assert not cancelled()
        self.asked.append(kind)
        answer = self.answers[kind]
        if isinstance(answer, R2PError):
            raise answer
        return answer

    def will_find(self, kind: DocumentKind, *tables: Table, skipped: tuple[str, ...] = ()) -> None:
        self.answers[kind] = Extraction(tables, 9, 0.3, skipped)


@dataclass
class FakeArxiv:
    """`documents` says what arXiv has of each kind, or why it gives nothing."""

    documents: dict[str, bytes | R2PError] = field(default_factory=dict)
    asked: list[tuple[str, str, int | None]] = field(default_factory=list)

    def document(self, arxiv_id: str, kind: str, *, version: int | None = None) -> Any:
        self.asked.append((arxiv_id, kind, version))
        answer = self.documents[kind]
        if isinstance(answer, R2PError):
            raise answer
        return SimpleNamespace(data=answer, name=f"{arxiv_id}v{version}.{kind}")


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> FakeReader:
    fake = FakeReader()
    monkeypatch.setattr(table_cache, "extract", fake.extract)
    return fake


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> FakeArxiv:
    fake = FakeArxiv()
    monkeypatch.setattr(documents, "open_arxiv", lambda *_, **__: fake)
    return fake

"""A store whose every text field tries to steer the terminal or the app, as if nothing had been cleaned."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from r2p_tui.domain.papers import Announcement
from r2p_tui.domain.tables import Cell, Table, table_values
from r2p_tui.paths import Paths
from r2p_tui.store.announcements import SyncCursor, save_announcements
from r2p_tui.store.claims import Claim
from r2p_tui.store.engine import open_store
from r2p_tui.store.papers import Paper, PaperVersion
from r2p_tui.store.reading import Note, NoteDraft, Reading, RedFlag, Viability
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.tables import PaperTable, TableExtraction, TableRow
from r2p_tui.store.triage import TriageDecision
from tests.tui.hostile_citations import fill_citations
from tests.tui.hostile_judgement import fill_judgement

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)

LITERAL = (
    "[@click=app.quit]nice[/]",
    "[@click=app.screenshot('x.svg')]",
    "[/",
    "x[/foo]",
    "[link='https://attack.example']y[/link]",
    '[link="',
    "[b",
    "[$primary on red]z",
    "\\[b] $text {0} %s",
)
"""Texts that are markup to somebody, and must be shown letter by letter."""

ESCAPES = (
    "\x1b]52;c;cjJwLXBheWxvYWQ=\x07 \x1b]8;;https://attack.example\x1b\\link\x1b]8;;\x1b\\ \x1b]0;title\x07",
    "\x1bPq#0;2;0;0;0\x1b\\ \x1b_Ga=T\x1b\\ \x1b^private\x1b\\ \x1bX\x1b\\ \x1bc \x1b[!p",
    "\x1b[2J \x1b[6n \x1b[5i \x1b[?1049l \x1b[?1003l \x1b[31m \x1b[21t \x1b[>c \x1b#8",
    "\x9b2J \x9d52;c;cjJw\x9c \x90q\x9c \x85 \x84 \x8d",
    "\x00 \x07 \x08\x08\x08 \x0b \x0c \x0e \x0f \x7f over\rwritten \r\n next",
    "\u202egnp.exe\u202c \u2066a\u2069 \u061c\u200e\u200f zero\u200bwidth\u2060 \ufeff \u2028 \u2029",
    "tag\U000e0041\U000e0042 \ufff9anchor\ufffb",
)
"""Texts of which nothing may reach the terminal."""

NOTE_FIELDS = ("summary", "key_insight", "results", "limitations", "production", "implementation", "body")

LONG_WORD = "W" * 5000


class HostilePaper(NamedTuple):
    """A title as it is in the store, and what of it must be readable on screen."""

    title: str
    shown: str


PAPERS = (
    *(HostilePaper(f"M{n} {text}", f"M{n} {text}") for n, text in enumerate(LITERAL)),
    *(HostilePaper(f"E{n} {text}", f"E{n} ") for n, text in enumerate(ESCAPES)),
    HostilePaper(f"L0 {LONG_WORD}", "L0 WWW"),
)


def fill(paths: Paths) -> None:
    """Every payload in every field, once in a paper that waits and once in one that is kept and read."""
    everything = " | ".join([*LITERAL, *ESCAPES])
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as session:
        waiting, kept = [], []
        for number, paper in enumerate(PAPERS):
            waiting.append(_paper(f"2611.{number + 1:05}", paper.title, everything))
            kept.append(_paper(f"2610.{number + 1:05}", paper.title, everything))
        session.add_all([*waiting, *kept])
        session.flush()
        for paper_row in (*waiting, *kept):
            assert paper_row.id is not None
            session.add(PaperVersion(paper_id=paper_row.id, version=1, submitted_at=NOW))
        lines = [Announcement(row.arxiv_id or "", 1, "cs.CV", "new", TODAY) for row in waiting]
        save_announcements(session, lines, {row.arxiv_id or "": row.id or 0 for row in waiting})
        session.add(SyncCursor(listing="cs.CV", checked_at=NOW, outcome=everything))
        for paper_row, paper in zip(kept, PAPERS, strict=True):
            session.add_all(_judgements(paper_row.id or 0, paper.title, everything))
            session.add_all(_numbers(paper_row.id or 0, paper.title, everything))
        session.flush()
        titles = [paper.title for paper in PAPERS]
        fill_citations(session, kept[-1], titles, everything, NOW)
        fill_judgement(session, kept[-1].id or 0, titles, everything, NOW)


def _paper(arxiv_id: str, title: str, text: str) -> Paper:
    return Paper(
        arxiv_id=arxiv_id,
        title=title,
        abstract=f"{title}\n{text}",
        authors=[title[:200], *LITERAL, *ESCAPES],
        categories=["cs.CV\x1b[2J", "[b"],
        primary_category="cs.CV\x1b[2J",
        comment=text,
        journal_ref=text,
        license=text,
        code_url="https://attack.example/\x1b]8;;x\x07[b]",
        published_at=NOW,
        updated_at=NOW,
        added_at=NOW,
    )


def _judgements(paper_id: int, title: str, text: str) -> list[object]:
    texts: dict[str, Any] = dict.fromkeys(NOTE_FIELDS, text)
    draft = {"summary": text + title}
    return [
        TriageDecision(paper_id=paper_id, decision="keep", decided_at=NOW),
        Reading(paper_id=paper_id, pass_number=1, seconds=90.0, started_at=NOW, last_read_at=NOW),
        Note(
            paper_id=paper_id,
            relevance=3,
            **texts,
            answers={"category": text},
            created_at=NOW,
            updated_at=NOW,
        ),
        NoteDraft(paper_id=paper_id, window="gone", revision=1, fields=draft, saved_at=NOW),
        RedFlag(paper_id=paper_id, kind="toy data", evidence=text, flagged_at=NOW),
        Viability(paper_id=paper_id, dimension="robustness", score=2, evidence=text, rated_at=NOW),
        Surprise(
            paper_id=paper_id, text=title[:400] + text, claim=text, observed=text, unit=text,
            repository=text, branch=text, commit_sha=text, folder=text, created_at=NOW,
        ),
    ]  # fmt: skip


def _numbers(paper_id: int, title: str, text: str) -> list[object]:
    """Two tables with every payload in every place of theirs, their rows for search, and a claim."""
    tables = [hostile_table("3", title, text), hostile_table(f"4{ESCAPES[0]}", title, text)]
    stored = [
        PaperTable(
            paper_id=paper_id,
            table_key=str(position),
            position=position,
            content=table_values(table),
            agreement=text,
            differences=[[1, 1, text, text, "tex"], [2, 1, text, title, text]],
        )
        for position, table in enumerate(tables)
    ]
    row = TableRow(
        paper_id=paper_id, table_key="0", table_name=text, kind="ablation", confidence=0.9, page=1, row=1,
        label=f"mosaic {title[:300]}", cells=[[text, text], ["AP", "5\x1b[2J"]],
        deltas=[[text, -1.0, False, None]], caption=text,
    )  # fmt: skip
    extraction = TableExtraction(
        paper_id=paper_id, state="ready", reason=text, extractor_version=0, routes=["pdf", text],
        skipped=[text], extracted_at=NOW, tried_at=NOW,
    )  # fmt: skip
    claim = Claim(
        paper_id=paper_id, metric=text, value=1.0, unit=text, dataset=text, hardware=text, condition=title,
        text=text, header=text, table_key="0", table_name=text, page=1, row=1, column=1, route="pdf",
        note=text, created_at=NOW,
    )  # fmt: skip
    return [extraction, *stored, row, claim]


def hostile_table(number: str, title: str, text: str) -> Table:
    """A table with a payload in every cell and around it; its numbers are there to be understood."""
    payloads = [*LITERAL, *ESCAPES, title]
    cells = [Cell(0, 0, text), Cell(0, 1, "AP"), Cell(0, 2, f"mosaic {text}")]
    cells += [Cell(row, 0, payload, page=1) for row, payload in enumerate(payloads, 1)]
    cells += [
        Cell(row, 1, f"{row}.5" if row != 4 else "4.5\x1b[31m", page=1, confidence=0.5)
        for row in range(1, len(payloads) + 1)
    ]
    cells += [Cell(row, 2, "✓" if row % 2 else text, page=1) for row in range(1, len(payloads) + 1)]
    return Table(
        number, "", text, 1, None, "pdf", 1, tuple(cells),
        section=text, mentions=(text,), doubts=(text, title),
    )  # fmt: skip

"""A small store with a row in every corner, ways to damage it, and a way to see all of its rows."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from r2p_tui.domain.runs import RunSpec
from r2p_tui.paths import Paths
from r2p_tui.store.citation_edges import CitationContexts, EvidenceCorrection, StoredCitation
from r2p_tui.store.citation_looks import CitationLook
from r2p_tui.store.citation_news import CitationNews
from r2p_tui.store.claims import Claim
from r2p_tui.store.code import CodeLook
from r2p_tui.store.connection import attach
from r2p_tui.store.documents import Document
from r2p_tui.store.engine import open_store
from r2p_tui.store.measurements import StoredMeasurement
from r2p_tui.store.papers import Paper
from r2p_tui.store.prediction_evidence import EvidenceSnapshot
from r2p_tui.store.predictions import Prediction, PredictionResolution, PredictionUpdate
from r2p_tui.store.radar import MoveRecord, RatingRecord, TechniquePaper, TechniqueRecord
from r2p_tui.store.reading import Note, Reading
from r2p_tui.store.research_reviews import ResearchReview
from r2p_tui.store.runs import Run, RunEvent, RunPoint
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.tables import PaperTable, TableCorrection, TableExtraction, TableRow
from r2p_tui.store.triage import TriageDecision, TriageSession
from r2p_tui.store.works import WorkAlias, WorkRecord, WorkText

NOW = datetime(2026, 11, 21, 7, 27, 41, 123000, UTC)
Rows = dict[str, list[tuple[object, ...]]]


def make_store(paths: Paths, papers: int = 40) -> Path:
    """A closed store with papers, of which every fourth has a row in each of the other tables."""
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as session:
        session.add(TriageSession(id=1, started_at=NOW))
        session.add_all(_paper(number) for number in range(1, papers + 1))
        session.flush()
        for number in range(1, papers + 1, 4):
            session.add(
                Note(paper_id=number, body=f"note {number} " * 40, answers={}, created_at=NOW, updated_at=NOW)
            )
            session.add(Reading(paper_id=number, pass_number=1, started_at=NOW))
            session.add(TriageDecision(paper_id=number, session_id=1, decision="keep", decided_at=NOW))
            session.add_all(table_of(number))
            session.flush()
            session.add_all(run_of(number))
            session.flush()
            session.add(StoredMeasurement(run_id=number, kind="benchmark", content={"target": "true"}))
            session.add_all([_work(number), _work(number + 1)])
            session.flush()
            session.add_all(graph_of(number))
            session.flush()
            session.add(Surprise(text=f"surprise {number}", paper_id=number, claim_id=number, created_at=NOW))
            for rows in radar_of(number), predictions_of(number):
                session.add(rows[0])
                session.flush()
                session.add_all(rows[1:])
                session.flush()
        undecided = range(2, papers + 1, 4)
        session.add_all(CodeLook(paper_id=number, looked_at=NOW, state="none") for number in undecided)
    return paths.store


def _paper(number: int) -> Paper:
    return Paper(
        id=number,
        arxiv_id=f"2611.{number:05}",
        title=f"Paper {number}",
        abstract=f"words of paper {number} " * 30,
        authors=["A. Author"],
        added_at=NOW,
    )


def _work(number: int) -> WorkRecord:
    return WorkRecord(
        id=number,
        arxiv_id=f"2611.{number:05}",
        title=f"Paper {number}",
        title_key=f"paper {number}",
        added_at=NOW,
        updated_at=NOW,
    )


def graph_of(number: int) -> list[SQLModel]:
    """All that is kept of two works beside their descriptions, of which the second cites the first."""
    ends: dict[str, Any] = {"cited_id": number, "citing_id": number + 1}
    return [
        WorkText(work_id=number, authors=["A. Author"], abstract=f"words of work {number} " * 30),
        WorkAlias(name=f"doi:10.1000/{number}", work_id=number),
        StoredCitation(
            cited_id=number,
            citing_id=number + 1,
            contexts=1,
            sources=["s2"],
            corrected="fails",
            first_seen_at=NOW,
            last_seen_at=NOW,
        ),
        CitationContexts(**ends, contexts=[f"We could not repeat the results of [{number}]."], cues=[]),
        EvidenceCorrection(**ends, evidence="fails", corrected_at=NOW),
        CitationLook(
            work_id=number, direction="citations", source="s2", began_at=NOW, windows=[[None, "2016-01-01"]]
        ),
        CitationNews(work_id=number, seen_at=NOW),
    ]


def radar_of(number: int) -> list[SQLModel]:
    """All that is kept of one technique, itself first."""
    record = TechniqueRecord(
        id=number,
        name=f"Technique {number}",
        name_key=f"technique {number}",
        quadrant="Models",
        bucket="core",
        created_at=NOW,
        reviewed_at=NOW,
    )
    first = MoveRecord(
        technique_id=number,
        to_ring="ASSESS",
        reason="looks good",
        next_action="train it",
        next_on=NOW.date(),
        moved_at=NOW,
    )
    second = MoveRecord(
        technique_id=number, from_ring="ASSESS", to_ring="HOLD", reason="too slow", moved_at=NOW
    )
    rating = RatingRecord(technique_id=number, factor="shadow mode", score=4, rated_at=NOW)
    review = ResearchReview(held_on=NOW.date(), agenda="# Review", decisions=[{"ring": "HOLD"}], taken_at=NOW)
    return [record, first, second, rating, TechniquePaper(technique_id=number, paper_id=number), review]


def predictions_of(number: int) -> list[SQLModel]:
    """A prediction about a technique and its paper, first, and all that became of it."""
    prediction = Prediction(
        id=number,
        statement=f"Technique {number} replaces what we have",
        kind="result",
        probability=0.3,
        due_on=NOW.date(),
        low=20.0,
        high=30.0,
        unit="%",
        tags=["edge"],
        paper_id=number,
        technique_id=number,
        ring="HOLD",
        created_at=NOW,
        criteria="the next three deployments use it",
        reasoning=f"reason {number} " * 40,
        reasoning_hash=f"{number:064}",
    )
    of_it: dict[str, Any] = {"prediction_id": number}
    return [
        prediction,
        PredictionUpdate(**of_it, probability=0.4, reasoning="others repeated it", made_at=NOW),
        PredictionResolution(
            **of_it, outcome="no", resolved_at=NOW, undone_at=NOW, undone_reason="the wrong one"
        ),
        PredictionResolution(**of_it, outcome="yes", value=24.0, missed="nothing", resolved_at=NOW),
        EvidenceSnapshot(paper_id=number, taken_at=NOW, citations=40, stars=3100),
    ]


def run_of(number: int) -> list[SQLModel]:
    """A run that ended, with a point and an event."""
    spec = RunSpec("command", f"run {number}", argv=("true",)).values()
    run = Run(
        id=number,
        kind="command",
        name=f"run {number}",
        state="done",
        spec=spec,
        created_at=NOW,
        ended_at=NOW,
        latest={"map50": 0.5},
    )
    point = RunPoint(run_id=number, position=0, time=1.0, epoch=1, metrics={"map50": 0.5})
    return [run, point, RunEvent(run_id=number, position=0, time=1.0, event="started", content={})]


def table_of(number: int) -> list[SQLModel]:
    """All that is kept of a paper's one table."""
    of_table: dict[str, Any] = {"paper_id": number, "table_key": "3"}
    name: dict[str, Any] = {"table_name": "Table 3", "page": 7, "row": 1}
    correction = {"action": "cell", "row": 1, "column": 1, "old": "38", "new": "38.5"}
    return [
        Document(
            paper_id=number,
            kind="pdf",
            origin="user",
            name="paper.pdf",
            sha256=f"{number:064}",
            size=9,
            added_at=NOW,
        ),
        TableExtraction(paper_id=number, state="ready", extractor_version=1, extracted_at=NOW, tried_at=NOW),
        PaperTable(**of_table, position=0, content={"number": "3"}),
        TableRow(
            **of_table,
            **name,
            kind="ablation",
            confidence=0.97,
            label=f"without part {number}",
            cells=[["AP", "38.5"]],
            deltas=[["AP", -0.9, False, -0.02]],
        ),
        TableCorrection(**of_table, correction=correction, corrected_at=NOW),
        Claim(
            id=number,
            **of_table,
            **name,
            column=1,
            metric="AP",
            value=38.5,
            text="38.5",
            route="pdf",
            created_at=NOW,
        ),
    ]


def rows_of(path: Path) -> Rows:
    """Every row of every table but the search indexes."""
    with closing(attach(path)) as connection:
        query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        names = sorted(name for (name,) in connection.execute(query) if not name.startswith("sqlite_"))
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def is_healthy(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file or with references between rows."""
    with closing(attach(path)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sound and not connection.execute("PRAGMA foreign_key_check").fetchall()


def fingerprint(path: Path) -> str:
    """The SHA-256 of the bytes; only for files that this process has no connection to."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def damage(path: Path, how: str) -> None:
    """Spoil a closed store in one of the ways that disks and people have."""
    whole = path.read_bytes()
    spoiled = {
        "header": b"\xff" * 100 + whole[100:],
        "schema page": whole[:100] + bytes(4096 - 100) + whole[4096:],
        "truncated": whole[: len(whole) // 2],
        "zero-filled": bytes(len(whole)),
        "not a database": b"%PDF-1.7\n" + b"something else entirely\n" * 400,
    }[how]
    path.write_bytes(spoiled)


def spoil_pages_of(path: Path, name: str, *, keep_root: bool = True) -> int:
    """Overwrite half of the pages of a table or index with noise, and say how many."""
    with closing(attach(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        pages = _pages(connection, name)
    leaves = [page for page in pages if page != root] if keep_root else [root]
    spoiled = leaves[:: 2 if keep_root else 1]
    with path.open("r+b") as file:
        for page in spoiled:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)
    return len(spoiled)


def _pages(connection: sqlite3.Connection, name: str) -> list[int]:
    query = "SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno"
    return [page for (page,) in connection.execute(query, (name,))]

"""Which kept papers are due for a look for their code."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from r2p_tui.paths import Paths
from r2p_tui.store.code import CodeLook, save_code
from r2p_tui.store.code_watch import appeared, due_for_look, mark_code_seen
from r2p_tui.store.engine import open_store
from r2p_tui.store.triage import TriageDecision
from tests.store.sample import NOW, make_store

WEEK = timedelta(days=7)


def look(paper_id: int, days: float, **told: object) -> CodeLook:
    return CodeLook(paper_id=paper_id, looked_at=NOW - timedelta(days=days), state="none", **told)  # type: ignore[arg-type]


def test_the_unknown_come_first_then_the_oldest_and_only_kept_ones(paths: Paths) -> None:
    make_store(paths, papers=24)
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as session:
        skipped = session.exec(select(TriageDecision).where(TriageDecision.paper_id == 17)).one()
        skipped.undone_at = NOW
        for paper_id, days in ((1, 8.0), (5, 30.0), (9, 6.9), (2, 99.0)):
            save_code(session, look(paper_id, days))
        assert due_for_look(session, NOW - WEEK, 9) == [13, 21, 5, 1]
        assert due_for_look(session, NOW - WEEK, 3) == [13, 21, 5]


def test_news_go_when_they_are_seen_and_the_look_stays(paths: Paths) -> None:
    make_store(paths, papers=3)
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as session:
        save_code(session, look(1, 1, appeared_at=NOW - WEEK))
        save_code(session, look(2, 1))
        save_code(session, look(3, 1, appeared_at=NOW, url="https://github.com/a/b"))
        assert [(one.paper_id, one.title, one.url) for one in appeared(session)] == [
            (3, "Paper 3", "https://github.com/a/b"),
            (1, "Paper 1", ""),
        ]
        mark_code_seen(session, 3)
        session.flush()
        assert [one.paper_id for one in appeared(session)] == [1]

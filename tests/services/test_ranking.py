from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlmodel import Session

from r2p_tui.config import Settings, TriageSettings
from r2p_tui.errors import StoreBusyError
from r2p_tui.paths import Paths
from r2p_tui.services import ranking as service
from r2p_tui.services import ranking_process, triage
from r2p_tui.services.desk import Desk
from r2p_tui.services.ranking import Ranker, RankingResult
from r2p_tui.store import triage as store
from tests.services.announced import NOW, announce, paper

NOTHING_KNOWN = "Newest first: keep a paper you like, or name keywords in config.toml under [triage]."
LEARN = " the ranking begins to learn."
LIKED, OTHER = "Pruning object detectors", "Locomotion of quadrupeds"


def desk_with(paths: Paths, *keywords: str) -> Desk:
    return Desk(paths, Settings(triage=TriageSettings(keywords=keywords)))


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with desk_with(paths) as desk:
        yield desk


@pytest.fixture(scope="module")
def ranker() -> Iterator[Ranker]:
    """One process for all tests that do it no harm: it takes seconds to load what learns."""
    with Ranker() as ranker:
        yield ranker


@pytest.fixture
def own_ranker() -> Iterator[Ranker]:
    with Ranker() as ranker:
        yield ranker


def fill(desk: Desk, count: int = 12) -> list[int]:
    """Papers that alternate between what is liked and what is not."""
    return announce(desk, [paper(n, OTHER if n % 2 else LIKED, f"Number {n}") for n in range(count)])


def decide(desk: Desk, ids: list[int]) -> None:
    for place, paper_id in enumerate(ids):
        triage.decide(desk, paper_id, "skip" if place % 2 else "keep", session_id=None, now=NOW)


def rank(ranker: Ranker, desk: Desk) -> RankingResult:
    return ranker.rank(desk, cross=False, now=NOW)


def wait_until_gone(pid: int) -> None:
    for _ in range(500):
        if not is_running(pid):
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} is still there")


def is_running(pid: int) -> bool:
    """A process that has ended and was collected, or waits to be collected by init, is not running."""
    with suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def pid_of(ranker: Ranker) -> int:
    assert ranker._process is not None
    return ranker._process.pid


def test_it_learns_from_decisions_and_stores_scores_with_reasons(desk: Desk, ranker: Ranker) -> None:
    ids = fill(desk)
    decide(desk, ids[:6])
    found = rank(ranker, desk)
    assert (found.mode, found.trained_on, found.message) == ("decisions", 6, "Ranked by your 6 decisions.")
    assert set(found.scores) == set(ids[6:])
    assert min(found.scores[key] for key in ids[6::2]) > max(found.scores[key] for key in ids[7::2])
    rows = triage.waiting(desk, cross=False)
    assert [row.score for row in rows] == sorted(found.scores.values(), reverse=True)
    reasons = triage.why(desk, rows[0].paper_id)
    assert reasons.score == rows[0].score and 1 <= len(reasons.terms) <= 3
    assert all(weight > 0 for _, weight in reasons.terms)


def test_the_same_process_answers_again_and_follows_the_decisions(desk: Desk, ranker: Ranker) -> None:
    ids = fill(desk)
    decide(desk, ids[:4])
    before = rank(ranker, desk)
    pid = pid_of(ranker)
    triage.decide(desk, ids[5], "keep", session_id=None, now=NOW)
    later = announce(desk, [paper(50, OTHER)])
    after = rank(ranker, desk)
    assert pid_of(ranker) == pid
    assert set(after.scores) == {*before.scores, *later} - {ids[5]}
    assert after.scores[ids[7]] > before.scores[ids[7]]


@pytest.mark.parametrize(
    ("keywords", "decided", "mode", "message"),
    [
        (
            (),
            0,
            "keywords",
            "Newest first: keep a paper you like, or name keywords in config.toml under [triage].",
        ),
        (
            ("prune",),
            0,
            "keywords",
            "Ranked by your keywords; keep one and skip one, and the ranking begins to learn.",
        ),
        ((), 1, "keywords", "Ranked by likeness to 1 kept paper; skip one, and" + LEARN),
        (
            ("prune",),
            1,
            "keywords",
            "Ranked by your keywords and likeness to 1 kept paper; skip one, and" + LEARN,
        ),
        (("prune",), 2, "decisions", "Ranked by your keywords and 2 decisions."),
    ],
)
def test_it_says_what_the_order_comes_from(
    paths: Paths, ranker: Ranker, keywords: tuple[str, ...], decided: int, mode: str, message: str
) -> None:
    with desk_with(paths, *keywords) as desk:
        ids = fill(desk, 6)
        decide(desk, ids[:decided])
        found = rank(ranker, desk)
        assert (found.mode, found.message) == (mode, message)
        assert bool(found.scores) == message.startswith("Ranked")


def test_nothing_waiting_starts_no_process(desk: Desk, own_ranker: Ranker) -> None:
    decide(desk, fill(desk, 4))
    found = rank(own_ranker, desk)
    assert (found.scores, found.message) == ({}, "Nothing waits to be ranked.")
    assert own_ranker._process is None


def test_scores_go_when_nothing_speaks_for_them_any_more(desk: Desk, ranker: Ranker) -> None:
    ids = fill(desk, 4)
    sitting = triage.open_session(desk, now=NOW)
    triage.decide(desk, ids[0], "keep", session_id=sitting, now=NOW)
    assert rank(ranker, desk).scores
    triage.undo(desk, sitting, now=NOW)
    assert rank(ranker, desk).scores == {}
    assert [row.score for row in triage.waiting(desk, cross=False)] == [None] * 4


def test_only_what_changed_is_written(desk: Desk, ranker: Ranker, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    original = store.save_scores

    def counted(session: Session, rows: Sequence[store.ScoredPaper], now: datetime) -> None:
        written.append(len(rows))
        original(session, rows, now)

    monkeypatch.setattr(store, "save_scores", counted)
    decide(desk, fill(desk)[:4])
    first = rank(ranker, desk)
    assert rank(ranker, desk) == first
    ranker._memory = None  # what a new process would know
    assert rank(ranker, desk) == first
    assert written == [8]


def test_new_keywords_count_without_a_new_process(paths: Paths, ranker: Ranker) -> None:
    with desk_with(paths, "pruning") as desk:
        ids = fill(desk, 4)
        before = rank(ranker, desk)
        pid = pid_of(ranker)
    with desk_with(paths, "quadruped") as desk:
        after = rank(ranker, desk)
    assert pid_of(ranker) == pid
    assert before.scores[ids[0]] > before.scores[ids[1]]
    assert after.scores[ids[0]] < after.scores[ids[1]]


def test_a_process_that_dies_is_started_once_more_and_then_ranking_is_off(
    paths: Paths, own_ranker: Ranker
) -> None:
    with desk_with(paths, "pruning") as desk:
        fill(desk, 8)
        before = rank(own_ranker, desk)
        os.kill(pid_of(own_ranker), signal.SIGKILL)
        assert rank(own_ranker, desk) == before
        os.kill(pid_of(own_ranker), signal.SIGKILL)
        found = rank(own_ranker, desk)
        assert (found.mode, found.scores) == ("off", {})
        assert found.message == "Ranking is off: its process ended unexpectedly. Papers stand as they did."
        assert rank(own_ranker, desk) == found
        assert all(row.score is not None for row in triage.waiting(desk, cross=False))


def test_an_error_in_the_process_is_told(
    desk: Desk, own_ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(desk, fill(desk)[:4])
    monkeypatch.setattr(service, "_judged", lambda row, now: (row.paper_id, row.decision, "old", False))
    found = rank(own_ranker, desk)
    assert found.mode == "off"
    assert found.message.startswith("Ranking is off: it failed (")


def test_a_system_that_refuses_processes_turns_ranking_off(
    desk: Desk, own_ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk, 2)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    found = rank(own_ranker, desk)
    assert found.mode == "off" and "could not be started" in found.message


def test_a_busy_store_costs_no_scores(desk: Desk, ranker: Ranker, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise StoreBusyError("Another program kept the store locked for 10 s.", "Try again.")

    decide(desk, fill(desk)[:4])
    with monkeypatch.context() as patch:
        patch.setattr(store, "save_scores", busy)
        found = rank(ranker, desk)
    assert len(found.scores) == 8
    assert found.message.endswith("could not be stored. Another program kept the store locked for 10 s.")
    assert [row.score for row in triage.waiting(desk, cross=False)] == [None] * 8
    rank(ranker, desk)
    assert all(row.score is not None for row in triage.waiting(desk, cross=False))


def test_a_store_for_reading_only_is_ranked_and_left_alone(desk: Desk, ranker: Ranker) -> None:
    decide(desk, fill(desk)[:4])
    with Desk(desk.paths, desk.settings, read_only=True) as reader:
        assert len(rank(ranker, reader).scores) == 8
    assert [row.score for row in triage.waiting(desk, cross=False)] == [None] * 8


def test_closing_ends_the_process_and_a_ranking_in_progress(desk: Desk) -> None:
    decide(desk, fill(desk)[:4])
    results: list[RankingResult] = []
    ranker = Ranker()
    ranker.start()
    pid = pid_of(ranker)
    os.kill(pid, signal.SIGSTOP)
    thread = Thread(target=lambda: results.append(rank(ranker, desk)))
    thread.start()
    while ranker._memory is None:
        time.sleep(0.01)
    ranker.close()
    thread.join(10)
    assert [found.mode for found in results] == ["off"]
    assert not is_running(pid)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    ranker.close()
    assert rank(ranker, desk).mode == "off"


def test_a_process_that_takes_too_long_is_given_up(
    desk: Desk, own_ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(desk, fill(desk)[:4])
    monkeypatch.setattr(ranking_process, "PATIENCE_SECONDS", 0.01)
    assert rank(own_ranker, desk).mode == "off"


def test_the_process_ends_with_its_owner() -> None:
    owner = (
        "import os, sys; from r2p_tui.services.ranking_process import RankingProcess;"
        "process = RankingProcess(); print(process.pid, flush=True); sys.stdin.read(1); os._exit(1)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", owner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        assert is_running(pid)
        running.kill()
    wait_until_gone(pid)


def test_neither_end_loads_what_it_does_not_need() -> None:
    def loaded_by(module: str) -> set[str]:
        code = f"import sys, {module}; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return {name.partition(".")[0] for name in done.stdout.split()}

    assert not {"numpy", "scipy", "sklearn", "textual"} & loaded_by("r2p_tui.services.ranking")
    assert not {"textual", "sqlmodel", "sqlalchemy", "requests", "sklearn"} & loaded_by(
        "r2p_tui.services.ranking_worker, r2p_tui.domain.ranking"
    )


def test_odd_papers_reach_the_process_and_come_back(desk: Desk, ranker: Ranker) -> None:
    odd = ["[@click=app.quit]nice[/] [/", "a" * 5000, "🦆🦆", "\\x1b]52;c;", "小目标检测"]
    ids = announce(desk, [paper(n, title) for n, title in enumerate(odd)])
    more = announce(desk, [paper(n, LIKED) for n in range(20, 22)])
    decide(desk, more)
    found = rank(ranker, desk)
    assert set(found.scores) == set(ids)
    assert all(0 <= score <= 1 for score in found.scores.values())

"""The last look for a paper's code is kept, and goes with the paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from r2p_tui.paths import Paths
from r2p_tui.store.code import CodeLook, code_of, save_code
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from tests.store.sample import NOW


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups, now=NOW) as opened:
        with opened.write() as session:
            session.add_all(
                Paper(id=number, arxiv_id=f"2611.0000{number}", title="A", authors=[], added_at=NOW)
                for number in (1, 2, 3)
            )
        yield opened


def test_the_latest_look_takes_the_place_of_the_earlier_one(store: Store) -> None:
    with store.write() as session:
        assert code_of(session, 1) is None
        save_code(session, CodeLook(paper_id=1, looked_at=NOW, state="none", reason="GitHub did not answer."))
        save_code(session, CodeLook(paper_id=3, looked_at=NOW, state="none"))
    later = CodeLook(
        paper_id=1, looked_at=NOW + timedelta(days=7), state="official", url="https://github.com/lab/far",
        found_by="abstract", stars=4_321, archived=0, pushed_at=NOW, models=["lab/far"], model_count=1,
    )  # fmt: skip
    wanted = later.model_dump()
    with store.write() as session:
        save_code(session, later)
    with store.read() as session:
        found = code_of(session, 1)
        assert found is not None and found.model_dump() == wanted
        assert code_of(session, 2) is None and code_of(session, 3) is not None


def test_there_are_three_outcomes(store: Store) -> None:
    with pytest.raises(IntegrityError, match="known_state"), store.write() as session:
        save_code(session, CodeLook(paper_id=1, looked_at=NOW, state="perhaps"))


def test_a_look_goes_with_its_paper(store: Store) -> None:
    with store.write() as session:
        save_code(session, CodeLook(paper_id=1, looked_at=NOW, state="none"))
    with store.write() as session:
        session.delete(session.get_one(Paper, 1))
    with store.read() as session:
        assert session.exec(select(CodeLook)).all() == []

"""A cell has one claim in force, and claims go with their paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from r2p_tui.paths import Paths
from r2p_tui.store.claims import Claim, claim_of_cell, claims_in_force
from r2p_tui.store.engine import Store, open_store
from r2p_tui.store.papers import Paper
from tests.store.sample import NOW


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    with open_store(paths.store, paths.backups, now=NOW) as store:
        with store.write() as session:
            session.add(Paper(id=1, arxiv_id="2611.00001", title="A", abstract="", authors=[], added_at=NOW))
        yield store


def claim(column: int = 2, *, dropped: bool = False) -> Claim:
    return Claim(
        paper_id=1, table_key="3", table_name="Table 3", row=4, column=column, metric="AP", value=38.5,
        text="38.5", route="pdf", created_at=NOW, undone_at=NOW if dropped else None,
    )  # fmt: skip


def test_the_claim_in_force_of_a_cell_is_found(store: Store) -> None:
    with store.write() as session:
        session.add_all([claim(dropped=True), claim(), claim(3)])
    with store.read() as session:
        found = claim_of_cell(session, 1, "3", 4, 2)
        assert found is not None and found.id == 2
        assert claim_of_cell(session, 1, "3", 5, 2) is None
        assert [row.id for row in claims_in_force(session)] == [3, 2]
        assert claims_in_force(session, paper_id=2) == []


def test_two_claims_of_one_cell_cannot_be_in_force(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        session.add_all([claim(), claim()])


def test_claims_go_with_their_paper(store: Store) -> None:
    with store.write() as session:
        session.add(claim())
    with store.write() as session:
        session.delete(session.get_one(Paper, 1))
    with store.read() as session:
        assert session.exec(select(Claim)).all() == []

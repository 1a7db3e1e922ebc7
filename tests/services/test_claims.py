"""A cell is kept as a claim, changed, listed and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from r2p_tui.errors import NotFoundError, StoreReadOnlyError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.claims import drop_claim, keep_claim, list_claims, papers_of_claims
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store.claims import Claim
from tests.services.stored_tables import NOW, detectors, freebies, put_tables

OURS, AP, FPS = 3, 2, 4


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


@pytest.fixture
def paper_id(desk: Desk) -> int:
    return put_tables(desk, "2004.10934", detectors(), freebies())


def test_a_cell_is_kept_with_all_that_its_table_says(desk: Desk, paper_id: int) -> None:
    claim = keep_claim(desk, paper_id, "8", OURS, FPS, now=NOW)
    assert (claim.metric, claim.value, claim.text, claim.header) == ("FPS", 62, "62", "FPS (V100)")
    assert (claim.dataset, claim.hardware) == ("MS COCO", "V100")
    assert claim.condition.startswith("Ours")
    assert (claim.table_name, claim.page, claim.box, claim.route) == ("Table 8", 11, [4, 3, 5, 4], "pdf")
    assert (claim.row, claim.column, claim.created_at) == (OURS, FPS, NOW)
    assert list_claims(desk) == list_claims(desk, paper_id=paper_id) == [claim]
    assert papers_of_claims(desk, [claim])[paper_id].arxiv_id == "2004.10934"


def test_what_the_user_says_beats_what_was_read(desk: Desk, paper_id: int) -> None:
    claim = keep_claim(
        desk, paper_id, "8", OURS, FPS,
        metric="throughput", unit="img/s", dataset="", hardware=" our \n T4 ", condition="batch 1",
        note="re-measure", now=NOW,
    )  # fmt: skip
    assert (claim.metric, claim.unit, claim.dataset, claim.hardware) == (
        "throughput",
        "img/s",
        None,
        "our T4",
    )
    assert (claim.condition, claim.note) == ("batch 1", "re-measure")


def test_a_cell_has_one_claim_which_keeps_its_number(desk: Desk, paper_id: int) -> None:
    first = keep_claim(desk, paper_id, "8", OURS, AP, now=NOW)
    second = keep_claim(desk, paper_id, "8", OURS, AP, hardware="T4", now=NOW + timedelta(hours=1))
    assert (second.id, second.hardware, second.created_at) == (first.id, "T4", NOW)
    assert len(list_claims(desk)) == 1


def test_claims_are_listed_newest_first_and_by_paper(desk: Desk, paper_id: int) -> None:
    other = put_tables(desk, "2304.08069", detectors())
    kept = [keep_claim(desk, paper, "8", OURS, AP, now=NOW).id for paper in (paper_id, other)]
    assert [claim.id for claim in list_claims(desk)] == kept[::-1]
    assert [claim.id for claim in list_claims(desk, paper_id=other)] == kept[1:]


def test_a_dropped_claim_is_kept_in_the_store_and_may_come_again(desk: Desk, paper_id: int) -> None:
    claim = keep_claim(desk, paper_id, "8", OURS, AP, now=NOW)
    assert claim.id is not None
    assert drop_claim(desk, claim.id, now=NOW).undone_at == NOW
    assert list_claims(desk) == []
    with pytest.raises(NotFoundError, match=f"no claim {claim.id}"):
        drop_claim(desk, claim.id, now=NOW)
    again = keep_claim(desk, paper_id, "8", OURS, AP, now=NOW)
    assert again.id != claim.id
    with desk.store.read() as session:
        dropped = session.get(Claim, claim.id)
        assert dropped is not None and dropped.value == 43.5


def test_claims_outlive_a_new_extraction(desk: Desk, paper_id: int) -> None:
    keep_claim(desk, paper_id, "8", OURS, AP, now=NOW)
    put_tables(desk, "2004.10934", freebies())
    assert [claim.value for claim in list_claims(desk)] == [43.5]


@pytest.mark.parametrize("cell", [("8", 0, AP), ("8", OURS, 0), ("8", 99, AP), ("4", 1, 0)])
def test_a_cell_without_a_number_is_refused(desk: Desk, paper_id: int, cell: tuple[str, int, int]) -> None:
    with pytest.raises(UsageError, match="states no number"):
        keep_claim(desk, paper_id, *cell, now=NOW)
    assert list_claims(desk) == []


def test_a_table_that_is_not_there_is_refused(desk: Desk, paper_id: int) -> None:
    with pytest.raises(NotFoundError):
        keep_claim(desk, paper_id, "12", 1, 1, now=NOW)
    with pytest.raises(NotFoundError):
        keep_claim(desk, paper_id + 1, "8", 1, 1, now=NOW)


def test_nothing_is_kept_in_a_store_for_reading_only(paths: Paths, desk: Desk, paper_id: int) -> None:
    with open_desk(paths, read_only=True) as reader, pytest.raises(StoreReadOnlyError):
        keep_claim(reader, paper_id, "8", OURS, AP, now=NOW)

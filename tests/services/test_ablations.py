"""Rows that answer a question, and what a component is worth in several papers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from r2p_tui.domain.tables import Table
from r2p_tui.errors import UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.ablations import RowHit, compare_factor, search_rows
from r2p_tui.services.desk import Desk, open_desk
from tests.services.stored_tables import detectors, freebies, put_tables, table

LOSSES = (
    ("Method", "AP"),
    ("full model", "41.0"),
    ("w/o mosaic", "40.1"),
    ("w/o CIoU loss", "40.7"),
)


def losses(caption: str = "Table 2: Ablation study. Each row leaves one component out.") -> Table:
    return table(LOSSES, "2", caption, page=5)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


def places(hits: list[RowHit]) -> list[tuple[str, str, int]]:
    return [(hit.paper, hit.key, hit.row) for hit in hits]


def test_rows_that_name_the_component_are_found_with_their_deltas(desk: Desk) -> None:
    put_tables(desk, "2004.10934", freebies(), detectors())
    [alone, both] = search_rows(desk, "does mosaic help small objects?")
    assert (alone.row, both.row) == (3, 4)
    assert (alone.name, both.name) == ("Mosaic", "CutMix, Mosaic")
    assert (alone.table_name, alone.page, alone.kind) == ("Table 4", 7, "ablation")
    assert ("AP_S", "19.0") in alone.cells
    assert (alone.is_baseline, both.is_baseline, both.deltas) == (False, True, ())


def test_the_metric_asked_for_comes_first_among_the_deltas(desk: Desk) -> None:
    put_tables(desk, "2004.10934", freebies())
    small, *_ = search_rows(desk, "mosaic for small objects")
    assert [(header, round(value, 6), better) for header, value, better in small.deltas] == [
        ("AP_S", -0.4, False), ("Top-1", -0.4, False),
    ]  # fmt: skip
    top, *_ = search_rows(desk, "mosaic")
    assert [header for header, *_ in top.deltas] == ["Top-1", "AP_S"]


def test_a_metric_alone_finds_the_tables_that_report_it(desk: Desk) -> None:
    put_tables(desk, "2004.10934", freebies(), losses(), detectors())
    for question in ("AP_S", "small objects"):
        assert {hit.key for hit in search_rows(desk, question)} == {"4"}
        assert {hit.key for hit in search_rows(desk, question, ablations_only=False)} == {"4", "8"}


def test_ablations_come_before_other_tables(desk: Desk) -> None:
    put_tables(desk, "2004.10934", detectors(), losses("Table 2: Ablation of Darknet-53."))
    keys = [hit.key for hit in search_rows(desk, "darknet-53", ablations_only=False)]
    assert keys == ["2", "2", "2", "8", "8"]
    assert {hit.key for hit in search_rows(desk, "darknet-53")} == {"2"}


def test_a_row_that_says_it_comes_before_a_caption_that_does(desk: Desk) -> None:
    put_tables(desk, "2401.00001", losses())
    put_tables(desk, "2401.00002", table((("Loss", "AP"), ("CIoU", "41.0"), ("GIoU", "40.7")), "3",
               "Table 3: Ablation of the loss, trained with mosaic."))  # fmt: skip
    assert places(search_rows(desk, "mosaic"))[0] == ("2401.00001", "2", 2)
    assert {hit.paper for hit in search_rows(desk, "mosaic")} == {"2401.00001", "2401.00002"}


def test_kept_papers_come_before_equals(desk: Desk) -> None:
    put_tables(desk, "2401.00001", losses(), keep=True)
    put_tables(desk, "2401.00002", losses())
    hits = search_rows(desk, "mosaic")
    assert [(hit.paper, hit.kept) for hit in hits] == [("2401.00001", True), ("2401.00002", False)]


def test_a_better_answer_comes_before_a_kept_paper(desk: Desk) -> None:
    put_tables(desk, "2401.00001", losses(), keep=True)
    rows = (("Method", "AP"), ("full", "41.0"), ("w/o mosaic and mixup", "39.0"))
    put_tables(desk, "2401.00002", table(rows, "1", "Table 1: Ablation study."))
    assert places(search_rows(desk, "mosaic with mixup"))[:2] == [
        ("2401.00002", "1", 2), ("2401.00001", "2", 2),
    ]  # fmt: skip


def test_more_words_beat_fewer(desk: Desk) -> None:
    put_tables(desk, "2401.00001", losses())
    assert places(search_rows(desk, "CIoU loss of the model"))[0] == ("2401.00001", "2", 3)


@pytest.mark.parametrize("question", ["", "  ", "?!", "\x00", '"', "('"])
def test_an_empty_question_is_refused(desk: Desk, question: str) -> None:
    with pytest.raises(UsageError):
        search_rows(desk, question)


@pytest.mark.parametrize(
    "question",
    [
        "NEAR(",
        "label : x",
        'w"o',
        "a* OR b",
        "{cells}",
        "-x",
        "it's",
        "AND",
        "γ^2",
        "x" * 9000,
        "a b " * 900,
    ],
)
def test_no_question_upsets_the_index(desk: Desk, question: str) -> None:
    put_tables(desk, "2401.00001", losses())
    assert len(search_rows(desk, question)) <= 3


def test_the_limit_is_kept(desk: Desk) -> None:
    put_tables(desk, "2401.00001", freebies())
    assert len(search_rows(desk, "AP_S", limit=2)) == 2


def test_what_a_component_is_worth_over_papers(desk: Desk) -> None:
    put_tables(desk, "2401.00001", freebies())
    put_tables(desk, "2401.00002", losses(), keep=True)
    put_tables(desk, "2401.00003", detectors())
    worth = compare_factor(desk, "mosaic")
    assert worth[0].paper == "2401.00002"
    assert {hit.paper for hit in worth} == {"2401.00001", "2401.00002"}
    [alone] = [hit for hit in worth if hit.paper == "2401.00002"]
    assert (alone.header, round(alone.value, 6), alone.better) == ("AP", 0.9, True)
    assert all(hit.better and hit.reason for hit in worth)
    assert compare_factor(desk, "copy-paste") == []


def test_a_component_must_be_named(desk: Desk) -> None:
    with pytest.raises(UsageError):
        compare_factor(desk, "small objects")

"""Tables on made pages, and on the shared papers, each with the box that its truth states."""

from __future__ import annotations

import json
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.context import references
from r2p_tui.pdf.find.tables import find_tables
from r2p_tui.pdf.layout import Page, Region
from r2p_tui.pdf.read.pages import read_page
from tests.pdf.made_pages import ROWS, Sheet, overlap_share

CAPTION = "Table 1: All of the models that were compared and their results."


def only(regions: list[Region]) -> Region:
    assert len(regions) == 1, regions
    return regions[0]


def test_caption_above() -> None:
    sheet = Sheet()
    sheet.text(72, 100, CAPTION)
    box = sheet.grid(150, 130, ROWS)
    sheet.prose(72, 540, 230, 20)
    region = only(find_tables([sheet.page()]))
    assert (region.number, region.part, region.caption) == ("1", "", CAPTION)
    assert overlap_share(region.box, box) > 0.95


def test_caption_below_and_a_note_between() -> None:
    sheet = Sheet()
    box = sheet.grid(150, 100, ROWS)
    sheet.text(150, box.bottom + 12, "* mean of three runs with different seeds", 8)
    sheet.text(72, box.bottom + 40, CAPTION)
    sheet.prose(72, 540, 300, 20)
    region = only(find_tables([sheet.page()]))
    assert overlap_share(region.box, box) > 0.95


def test_the_side_of_the_others_decides_between_two() -> None:
    sheet = Sheet()
    boxes = [sheet.grid(150, 100, ROWS), sheet.grid(150, 220, ROWS)]
    for number, box in enumerate(boxes, start=1):
        sheet.text(200, box.bottom + 18, f"Table {number}: Something.")
    sheet.prose(72, 540, 330, 20)
    regions = find_tables([sheet.page()])
    assert [region.number for region in regions] == ["1", "2"]
    assert all(overlap_share(region.box, box) > 0.95 for region, box in zip(regions, boxes, strict=True))


def test_one_column_of_two() -> None:
    sheet = Sheet()
    sheet.prose(54, 290, 100, 40)
    sheet.text(320, 100, "Table 1: Short.")
    box = sheet.grid(330, 130, ROWS)
    sheet.prose(320, 556, 230, 30)
    assert overlap_share(only(find_tables([sheet.page()])).box, box) > 0.95


def test_across_both_columns_under_a_short_caption() -> None:
    sheet = Sheet()
    sheet.text(260, 100, "Table 1: Short.")
    box = sheet.grid(60, 130, [(*row, *row, "1.5") for row in ROWS], 65)
    sheet.prose(54, 290, 230, 30)
    sheet.prose(320, 556, 230, 30)
    assert overlap_share(only(find_tables([sheet.page()])).box, box) > 0.95


def test_side_by_side_with_two_numbers() -> None:
    sheet = Sheet()
    sheet.text(72, 100, "Table 1: The first one.")
    sheet.text(330, 100, "Table 2: The second one.")
    boxes = [sheet.grid(72, 125, ROWS), sheet.grid(330, 125, [*ROWS, ("x", "1.0", "2.0")])]
    sheet.prose(72, 540, 250, 30)
    regions = find_tables([sheet.page()])
    assert [region.number for region in regions] == ["1", "2"]
    assert all(overlap_share(region.box, box) > 0.95 for region, box in zip(regions, boxes, strict=True))


@pytest.mark.parametrize("above", [True, False])
def test_parts_of_a_float(above: bool) -> None:
    sheet = Sheet()
    boxes = [sheet.grid(72, 120, ROWS), sheet.grid(330, 120, ROWS)]
    edge = boxes[0].top - 8 if above else boxes[0].bottom + 12
    sheet.text(100, edge, "(a) varying one thing", 8)
    sheet.text(360, edge, "(b) varying another", 8)
    sheet.text(72, boxes[0].bottom + 32, CAPTION)
    sheet.prose(72, 540, 280, 30)
    regions = find_tables([sheet.page()])
    assert [(region.number, region.part) for region in regions] == [("1", "a"), ("1", "b")]
    assert regions[1].caption == f"(b) varying another {CAPTION}"
    assert all(overlap_share(region.box, box) > 0.95 for region, box in zip(regions, boxes, strict=True))


def test_stacked_parts_of_the_same_width() -> None:
    sheet = Sheet()
    first = sheet.grid(150, 130, ROWS)
    sheet.text(200, first.bottom + 12, "(a) varying one thing", 8)
    second = sheet.grid(150, first.bottom + 40, ROWS)
    sheet.text(200, second.bottom + 12, "(b) varying another", 8)
    sheet.text(72, 100, CAPTION)
    sheet.prose(72, 540, second.bottom + 60, 25)
    regions = find_tables([sheet.page()])
    assert [region.part for region in regions] == ["a", "b"]
    assert overlap_share(regions[0].box, first) > 0.95
    assert overlap_share(regions[1].box, second) > 0.95


def test_labels_of_rows_make_no_parts() -> None:
    sheet = Sheet()
    sheet.text(72, 100, CAPTION)
    box = sheet.grid(
        100, 130, [("Model", "AP", "AP50"), *((f"({c}) it", "31.1", "49.4") for c in "abcd")], 120
    )
    sheet.prose(72, 540, 260, 25)
    region = only(find_tables([sheet.page()]))
    assert region.part == ""
    assert overlap_share(region.box, box) > 0.95


def test_without_rules() -> None:
    sheet = Sheet()
    sheet.text(72, 100, CAPTION)
    boxes = [
        sheet.text(150 + 60 * column, 125 + 11 * row, cell, 9)
        for row, cells in enumerate(ROWS)
        for column, cell in enumerate(cells)
    ]
    sheet.prose(72, 540, 220, 30)
    box = Box(150, boxes[0].top, max(box.right for box in boxes), boxes[-1].bottom)
    assert overlap_share(only(find_tables([sheet.page()])).box, box) > 0.95


def test_text_around_a_narrow_table() -> None:
    sheet = Sheet()
    sheet.prose(72, 540, 80, 6)
    sheet.text(350, 170, "Table 1: Short.")
    box = sheet.grid(350, 195, ROWS)
    sheet.prose(72, 330, 165, 14)
    sheet.prose(72, 540, 345, 20)
    assert overlap_share(only(find_tables([sheet.page()])).box, box) > 0.95


def test_over_two_pages() -> None:
    first, second = Sheet(1), Sheet(2)
    first.prose(72, 540, 80, 30)
    first.text(72, 500, CAPTION)
    rows = [(f"model {number}", "38.5", "57.1") for number in range(15)]
    box = first.grid(150, 530, [ROWS[0], *rows])
    rest = second.grid(150, 80, [ROWS[0], *rows])
    second.prose(72, 540, 330, 25)
    regions = find_tables([first.page(), second.page()])
    assert [(region.page, region.number) for region in regions] == [(1, "1"), (2, "1")]
    assert overlap_share(regions[0].box, box) > 0.95
    assert overlap_share(regions[1].box, rest) > 0.95


def test_without_caption_the_score_is_lower() -> None:
    sheet = Sheet()
    sheet.prose(72, 540, 80, 20)
    box = sheet.grid(150, 350, ROWS)
    sheet.prose(72, 540, 450, 20)
    region = only(find_tables([sheet.page()]))
    assert (region.number, region.caption) == ("", "")
    assert overlap_share(region.box, box) > 0.95
    assert region.score <= 0.6


def test_caption_beside() -> None:
    sheet = Sheet()
    sheet.prose(72, 540, 80, 8)
    box = sheet.grid(72, 220, [*ROWS, ("large", "40.1", "60.2"), ("huge", "41.0", "61.7")])
    sheet.text(280, 235, "Table 1: All of the models that were")
    sheet.text(280, 247, "compared and their results.")
    sheet.prose(72, 540, 350, 25)
    region = only(find_tables([sheet.page()]))
    assert region.number == "1"
    assert overlap_share(region.box, box) > 0.95


def test_algorithms_equations_and_lists_are_no_tables() -> None:
    sheet = Sheet()
    sheet.prose(72, 540, 80, 10)
    sheet.rule(72, 540, 210)
    sheet.text(72, 220, "Algorithm 1 Training of the model", bold=True)
    sheet.rule(72, 540, 224)
    for step in range(5):
        sheet.text(80, 236 + 12 * step, f"{step}:")
        sheet.text(120, 236 + 12 * step, "update the weights")
    sheet.rule(72, 540, 290)
    baseline = sheet.prose(72, 540, 320, 5)
    sheet.text(250, baseline + 10, "a = b + c")
    sheet.text(500, baseline + 10, "(1)")
    for item in range(4):
        sheet.text(90, baseline + 50 + 12 * item, f"[{item}]")
        sheet.text(120, baseline + 50 + 12 * item, "A. Author. The title of a paper. 2019")
    assert find_tables([sheet.page()]) == []


def test_running_heads_and_their_rules_stay_outside() -> None:
    sheets = [Sheet(number) for number in range(1, 5)]
    for sheet in sheets:
        sheet.text(72, 30, "Under review as a conference paper")
        sheet.rule(72, 540, 34)
        sheet.text(300, 780, str(sheet.number))
        box = sheet.grid(72, 70, ROWS, 156)
        sheet.text(72, box.bottom + 18, f"Table {sheet.number}: Something.")
        sheet.prose(72, 540, 200, 40)
    regions = find_tables([sheet.page() for sheet in sheets])
    assert [region.number for region in regions] == ["1", "2", "3", "4"]
    assert all(overlap_share(region.box, box) > 0.95 for region in regions)


def test_section_and_mentions() -> None:
    sheet = Sheet()
    sheet.text(72, 80, "4.2 Ablation of the parts", 12, bold=True)
    baseline = sheet.prose(72, 540, 100, 3)
    sheet.text(
        72, baseline, "All of the parts help. We list what each of them brings in Table 1 for the small mod-"
    )
    sheet.text(
        72, baseline + 12, "els. Another sentence that follows says nothing more about the models that we tr-"
    )
    sheet.text(72, 200, CAPTION)
    sheet.grid(150, 230, ROWS)
    sheet.prose(72, 540, 330, 20)
    region = only(find_tables([sheet.page()]))
    assert region.section == "4.2 Ablation of the parts"
    assert region.mentions == ("We list what each of them brings in Table 1 for the small models.",)


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("See Table 3.", [("3", "")]),
        ("See Tab. 3 and Table 1(b).", [("3", ""), ("1", "b")]),
        ("Tables 1-3 show it.", [("1", ""), ("2", ""), ("3", "")]),
        ("Tables 1 and 4 show it.", [("1", ""), ("4", "")]),
        ("Table 1a and b show it.", [("1", "a"), ("1", "b")]),
        ("We see (Table II) that 5 models fail.", [("II", "")]),
        ("As Table A.1 and Table S2 show, 7 fail.", [("A.1", ""), ("S2", "")]),
        ("A table of 3 rows.", []),
    ],
)
def test_references(sentence: str, named: list[tuple[str, str]]) -> None:
    assert sorted(set(references(sentence))) == sorted(named)


@pytest.mark.parametrize("page", [Page(1, 0, 0, (), ()), Page(1, 612, 792, (), ())])
def test_empty_pages(page: Page) -> None:
    assert find_tables([page]) == []


@given(
    words=st.lists(
        st.tuples(
            st.sampled_from(
                ["Table 1:", "Table", "(a)", "(b)", "38.5", "x", "word", "Algorithm 1", "*", "-"]
            ),
            st.floats(-50, 700),
            st.floats(-50, 900),
            st.floats(0.5, 40),
        ),
        max_size=40,
    ),
    rules=st.lists(st.tuples(st.floats(-50, 700), st.floats(-50, 900), st.floats(0, 600)), max_size=12),
)
@settings(max_examples=60)
def test_any_page_is_endured(
    words: list[tuple[str, float, float, float]], rules: list[tuple[float, float, float]]
) -> None:
    first, second = Sheet(1), Sheet(2)
    for sheet in (first, second):
        for text, left, baseline, size in words:
            sheet.text(left, baseline, text, size)
        for left, y, length in rules:
            sheet.rule(left, left + length, y)
    for region in find_tables([first.page(), second.page()]):
        assert region.box.left <= region.box.right
        assert 0 <= region.score <= 1


def test_no_pages() -> None:
    assert find_tables([]) == []


PAPERS = (
    "1612.03144_fpn",
    "1706.03762_recompiled",
    "1706.03762_transformer",
    "1708.02002_retinanet",
    "2004.10934_yolov4",
    "2305.03393_otsl_recompiled",
    "2510.26692_kimi-linear",
    "midl23_karimijafarbigloo24a",
    "midl23_zhu24b",
    "uai23_dai23a",
)


@pytest.mark.parametrize("paper", PAPERS)
def test_tables_of_papers(shared: Path, paper: str) -> None:
    truths = [json.loads(path.read_text()) for path in (shared / "papers/truth").glob("*.json")]
    truths = [truth for truth in truths if truth["pdf"] == f"{paper}.pdf"]
    with pymupdf.open(shared / "papers" / f"{paper}.pdf") as document:
        regions = find_tables([read_page(page) for page in document])
    for truth in truths:
        on_page = [region for region in regions if region.page == truth["page"]]
        best = max(overlap_share(region.box, Box(*truth["bbox"])) for region in on_page)
        assert best > 0.9, truth

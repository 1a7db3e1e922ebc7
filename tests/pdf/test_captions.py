"""Captions in the forms that journals and conferences print, and sentences that look like them."""

from __future__ import annotations

import pytest

from r2p_tui.pdf.find.captions import Caption, find_captions, find_sub_captions
from r2p_tui.pdf.find.page_text import sort_out
from tests.pdf.made_pages import Sheet


def captions_of(*sheets: Sheet) -> list[Caption]:
    texts = sort_out([sheet.page() for sheet in sheets])
    return [caption for page in find_captions(texts) for caption in page]


def with_prose() -> Sheet:
    sheet = Sheet()
    sheet.prose(72, 540, 400, 12)
    return sheet


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Table 3: Results on the validation set", "3"),
        ("Table 3. Results on the validation set", "3"),
        ("Tab. 3. Results on the validation set", "3"),
        ("TABLE 12: Results on the validation set", "12"),
        ("Table A.1: Results on the validation set", "A.1"),
        ("Table S2. Results on the validation set", "S2"),
        ("Table IV: Results on the validation set", "IV"),
        ("Table 3 | Results on the validation set", "3"),
        ("Supplementary Table 7: Results on the validation set", "7"),
    ],
)
def test_forms_of_captions(printed: str, number: str) -> None:
    sheet = with_prose()
    sheet.text(72, 100, printed)
    (found,) = captions_of(sheet)
    assert (found.kind, found.number, found.text) == ("table", number, printed)


def test_label_alone_takes_the_title_below() -> None:
    sheet = with_prose()
    sheet.text(280, 100, "TABLE III", 8)
    sheet.text(200, 110, "ABLATION OF THE TWO LOSSES", 8)
    (found,) = captions_of(sheet)
    assert found.text == "TABLE III ABLATION OF THE TWO LOSSES"


def test_bold_label_without_a_mark_and_a_wide_gap() -> None:
    sheet = with_prose()
    label = sheet.text(72, 100, "Table 3", bold=True)
    sheet.text(label.right + 11, 100, "results of the small models")
    (found,) = captions_of(sheet)
    assert found.text == "Table 3 results of the small models"


def test_sentences_are_no_captions() -> None:
    sheet = Sheet()
    sheet.prose(72, 540, 100, 4)
    sheet.text(72, 148, "Table 3 shows that the models with both parts are better than the others that we")
    sheet.text(72, 160, "trained on the same images.")
    assert captions_of(sheet) == []


def test_a_sentence_that_begins_a_paragraph_is_no_caption() -> None:
    sheet = with_prose()
    sheet.text(87, 200, "Table 1(d) shows the results of a pyramid without lateral connections on the same")
    assert captions_of(sheet) == []


def test_words_cut_at_the_end_of_a_line_are_put_together() -> None:
    sheet = with_prose()
    sheet.text(
        72, 100, "Table 1: All of the models were trained on eight graphics cards with the same hyper-"
    )
    sheet.text(72, 112, "parameters.")
    (found,) = captions_of(sheet)
    assert found.text.endswith("the same hyperparameters.")


def test_a_caption_ends_where_the_table_begins() -> None:
    sheet = with_prose()
    sheet.text(200, 100, "Table 1: Short title.")
    sheet.text(150, 113, "Model and backbone that were used")
    sheet.text(420, 113, "AP")
    (found,) = captions_of(sheet)
    assert found.text == "Table 1: Short title."


def test_a_number_is_a_caption_once() -> None:
    sheet = with_prose()
    sheet.text(72, 100, "Table 1: Results of the models.")
    sheet.text(72, 200, "Table 1 Here is what the longer schedule brings to all of the models")
    assert [found.text for found in captions_of(sheet)] == ["Table 1: Results of the models."]


def test_figures_and_algorithms_are_told_apart() -> None:
    sheet = with_prose()
    sheet.text(72, 100, "Figure 2: The network.")
    sheet.text(72, 200, "Algorithm 1 Training", bold=True)
    assert [(found.kind, found.number) for found in captions_of(sheet)] == [("figure", "2"), ("other", "1")]


def test_a_list_of_tables_gives_no_captions() -> None:
    sheet = with_prose()
    for number in range(1, 60):
        sheet.text(72, 20 + 12 * number, f"Table {number}: Results {number}")
    assert captions_of(sheet) == []


def test_captions_of_parts_are_a_series() -> None:
    sheet = Sheet()
    for left, letter in ((80, "a"), (230, "b"), (380, "c")):
        sheet.text(left, 100, f"({letter}) Varying something", 8)
    (text,) = sort_out([sheet.page()])
    assert [found.part for found in find_sub_captions(text.lines, text)] == ["a", "b", "c"]


def test_labels_of_rows_are_no_captions_of_parts() -> None:
    sheet = Sheet()
    sheet.grid(80, 100, [("Model", "AP", "AP50"), *((f"({c}) {c}", "31.1", "49.4") for c in "abcd")], 120)
    (text,) = sort_out([sheet.page()])
    assert find_sub_captions(text.lines, text) == []

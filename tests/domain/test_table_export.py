import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.table_export import (
    as_csv,
    as_latex,
    as_markdown,
    csv_cell,
    latex_cell,
    markdown_cell,
    title_of,
)
from tests.domain.table_examples import make_table

TABLE = make_table(
    """Model ^2 | COCO <2
    | AP | AP50
    ours | **50.0** | 68
    w/o neck | 48.5 | 67""",
    header_rows=2,
)
DELTAS = understand(TABLE).deltas
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("Table 3: What each part is worth.", "Table 3b: What each part is worth."),
        ("TABLE III. What it is worth.", "Table 3b: What it is worth."),
        ("Tab. 3 | Worth", "Table 3b: Worth"),
        ("What tables 1 and 2 leave open.", "Table 3b: What tables 1 and 2 leave open."),
        ("", "Table 3b"),
    ],
)
def test_a_title_tells_the_number_once(caption: str, title: str) -> None:
    assert title_of(replace(TABLE, number="3", part="b", caption=caption)) == title


def test_a_caption_of_a_table_without_a_number_is_left_as_it_is() -> None:
    table = replace(TABLE, number="", part="", page=7, caption="Table of results: all of them.")
    assert title_of(table) == "table on page 7: Table of results: all of them."


def test_markdown_joins_header_levels_and_keeps_bold() -> None:
    assert as_markdown(TABLE) == (
        "| Model | COCO / AP | COCO / AP50 |\n| --- | --- | --- |\n"
        "| ours | **50.0** | 68 |\n| w/o neck | 48.5 | 67 |\n"
    )


def test_deltas_stand_beside_their_column() -> None:
    lines = as_markdown(TABLE, DELTAS).splitlines()
    assert lines[0] == "| Model | COCO / AP | Δ COCO / AP | COCO / AP50 | Δ COCO / AP50 |"
    assert lines[2] == "| ours | **50.0** |  | 68 |  |"
    assert lines[3] == "| w/o neck | 48.5 | -1.5 | 67 | -1 |"


def test_one_row_comes_with_its_header_and_its_tall_label() -> None:
    table = make_table("Group | Model | AP\nsmall ^2 | a | 50.0\n| b | 48.5")
    assert as_csv(table, row=2) == "Group,Model,AP\nsmall,b,48.5\n"
    assert as_csv(table) == "Group,Model,AP\nsmall,a,50.0\n,b,48.5\n"


def test_csv_is_read_back_and_is_no_formula() -> None:
    table = replace(
        TABLE, cells=tuple(replace(cell, text='=1+1, "x"') if cell.row == 2 else cell for cell in TABLE.cells)
    )
    rows = list(csv.reader(io.StringIO(as_csv(table))))
    assert rows[0] == ["Model", "COCO / AP", "COCO / AP50"]
    assert rows[1][0] == '\'=1+1, "x"'
    assert rows[2] == ["w/o neck", "48.5", "67"]


def test_latex_keeps_spans_and_rules() -> None:
    text = as_latex(replace(TABLE, rules=(3,)))
    assert text.startswith("\\begin{tabular}{lcc}\n\\toprule\n")
    assert "\\multirow{2}{*}{Model} & \\multicolumn{2}{c}{COCO} \\\\\n & AP & AP50 \\\\\n\\midrule\n" in text
    assert "ours & \\textbf{50.0} & 68 \\\\\n\\midrule\nw/o neck & 48.5 & 67 \\\\\n\\bottomrule\n" in text


def test_latex_with_deltas_has_a_column_for_each() -> None:
    text = as_latex(TABLE, DELTAS, row=3)
    assert "\\begin{tabular}{lcccc}" in text
    assert "Model & COCO / AP & $\\Delta$ COCO / AP & COCO / AP50 & $\\Delta$ COCO / AP50 \\\\" in text
    assert "w/o neck & 48.5 & -1.5 & 67 & -1 \\\\" in text


def test_what_is_special_is_escaped() -> None:
    assert markdown_cell("a|b *c*") == "a\\|b \\*c\\*"
    assert latex_cell("x_1 & 50% #2 $3 {a} \\b ±") == r"x\_1 \& 50\% \#2 \$3 \{a\} \textbackslash{}b $\pm$"
    assert csv_cell('a,"b"') == '"a,""b"""'
    assert csv_cell("-0.9") == "-0.9"


@given(TEXTS)
def test_a_cell_of_markdown_stays_one_cell(text: str) -> None:
    assert re.search(r"(?<!\\)(?:\\\\)*\|", markdown_cell(text)) is None
    assert "\n" not in markdown_cell(text)


@given(TEXTS)
def test_csv_gives_the_text_back(text: str) -> None:
    rows = list(csv.reader([csv_cell(text)])) or [[""]]
    assert rows[0] in ([text], ["'" + text], [])


@given(TEXTS)
def test_latex_has_no_bare_special_character(text: str) -> None:
    escaped = latex_cell(text)
    assert re.search(r"(?<!\\)[&%#_]", escaped) is None


def test_a_table_of_nothing() -> None:
    empty = replace(TABLE, cells=(), header_rows=0)
    assert as_csv(empty) == "\n"
    assert as_markdown(empty)
    assert "\\end{tabular}" in as_latex(empty)

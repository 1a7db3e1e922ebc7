"""Tables of the HTML that arXiv makes of TeX."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.tables import Table
from r2p_tui.pdf.html.tables import read_html


def page(body: str) -> bytes:
    return f"<!DOCTYPE html><html><body><article>{body}</article></body></html>".encode()


def row(*cells: str, tag: str = "td", kind: str = "ltx_td", line: str = "") -> str:
    inner = "".join(
        cell if cell.startswith("<t") else f'<{tag} class="{kind} ltx_align_center {line}">{cell}</{tag}>'
        for cell in cells
    )
    return f'<tr class="ltx_tr">{inner}</tr>'


def figure(rows: str, caption: str, name: str = "S4.T1", inside: str = "") -> str:
    return (
        f'<figure class="ltx_table" id="{name}"><figcaption class="ltx_caption">{caption}</figcaption>'
        f'<table class="ltx_tabular">{rows}</table>{inside}</figure>'
    )


CAPTION = (
    '<span class="ltx_tag ltx_tag_table">Table 3: </span>Ablation of '
    '<span class="ltx_text ltx_font_bold">parts</span>.'
)
MINUS = (
    '<math alttext="-1.2" class="ltx_Math"><semantics><mrow><mo>−</mo><mn>1.2</mn></mrow>'
    "<annotation>-1.2</annotation></semantics></math>"
)


def one(body: str) -> Table:
    (table,) = read_html(page(body))
    return table


def test_a_table_with_head_spans_and_formulas() -> None:
    head = row(
        '<th class="ltx_td ltx_th ltx_th_column" rowspan="2">Name</th>',
        '<th class="ltx_td ltx_th ltx_th_column" colspan="2">COCO</th>',
    )
    second = row("AP<sub class='ltx_sub'>50</sub>", "Δ", tag="th", kind="ltx_td ltx_th ltx_th_column")
    body = row(
        "a &amp; b",
        '<span class="ltx_text ltx_font_bold">41.2</span><sup class="ltx_sup">1</sup>',
        MINUS,
        line="ltx_border_t",
    )
    body += row("c", '40.0<math alttext="{}_{\\pm 0.3}"><mo>x</mo></math>', "✓")
    table = one(
        '<h2 class="ltx_title ltx_title_section">4 Results</h2>'
        + figure(f"<thead>{head}{second}</thead><tbody>{body}</tbody>", CAPTION)
    )
    assert table.rows == [
        ["Name", "COCO", ""], ["", "AP50", "Δ"], ["a & b", "41.2¹", "-1.2"], ["c", "40.0±0.3", "✓"],
    ]  # fmt: skip
    assert (table.number, table.part, table.caption) == ("3", "", "Ablation of parts.")
    assert (table.route, table.page, table.header_rows, table.rules) == ("html", 0, 2, (2,))
    assert table.section == "4 Results"
    assert [cell.bold for cell in table.cells if cell.text.startswith("41")] == [True]


def test_a_tabular_made_of_spans() -> None:
    cell = '<span class="ltx_td {}">{}</span>'
    lines = [
        cell.format("ltx_rowspan ltx_rowspan_2", "Name") + cell.format("ltx_colspan ltx_colspan_2", "Score"),
        cell.format("", "A") + cell.format("", "B"),
        cell.format("ltx_border_t", "x")
        + cell.format("ltx_border_t", "1")
        + cell.format("ltx_border_t", "2"),
    ]
    body = "".join(f'<span class="ltx_tr">{line}</span>' for line in lines)
    table = one(
        '<figure class="ltx_table"><figcaption>TABLE IV: Scaled</figcaption>'
        f'<span class="ltx_tabular">{body}</span></figure>'
    )
    assert table.rows == [["Name", "Score", ""], ["", "A", "B"], ["x", "1", "2"]]
    assert (table.number, table.header_rows) == ("IV", 2)


def test_parts_and_a_nested_tabular() -> None:
    inner = f'<table class="ltx_tabular">{row("two")}{row("lines")}</table>'
    left = figure(row(f"<span>{inner}</span>", "x") + row("a", "1"), "(a) Left", "S1.T2.sf1")
    right = figure(row("n", "y") + row("b", "2"), "(b) Right", "S1.T2.sf2")
    found = read_html(
        page(
            f'<figure class="ltx_table" id="S1.T2">{left}{right}'
            "<figcaption>Table 2: All</figcaption></figure>"
        )
    )
    assert [(table.number, table.part, table.caption) for table in found] == [
        ("2", "a", "All (a) Left"),
        ("2", "b", "All (b) Right"),
    ]
    assert found[0].rows[0] == ["two lines", "x"]


def test_the_sentences_that_link_to_a_table() -> None:
    link = '<a class="ltx_ref" href="#S4.T1"><span class="ltx_text ltx_ref_tag">3</span></a>'
    text = f'<p class="ltx_p">First. As Table {link} shows, e.g. here, we win. Last.</p>'
    assert one(figure(row("a", "b") + row("c", "1"), CAPTION) + text).mentions == (
        "As Table 3 shows, e.g. here, we win.",
    )


def test_what_the_page_could_not_read_is_a_doubt() -> None:
    table = one(
        figure(row('<span class="ltx_ERROR undefined">\\mystery</span>x', "b") + row("c", "1"), CAPTION)
    )
    assert table.doubts == ("arXiv's HTML could not read \\mystery, so text may be missing.",)
    assert table.confidence < 0.9


def test_notes_and_hidden_text_are_left_out() -> None:
    note = (
        '<span class="ltx_note ltx_role_footnote"><sup class="ltx_note_mark">1</sup>'
        '<span class="ltx_note_outer">see 99</span></span>'
    )
    table = one(figure(row(f"41.2{note}", '<span class="ltx_phantom">0</span>5') + row("a", "1"), CAPTION))
    assert table.rows[0] == ["41.2", "5"]


def test_what_is_no_table() -> None:
    equation = (
        '<table class="ltx_equation ltx_eqn_table"><tr><td class="ltx_eqn_cell">x</td><td>y</td></tr></table>'
    )
    authors = f'<div class="ltx_authors"><table class="ltx_tabular">{row("A", "B")}</table></div>'
    assert read_html(page(equation + authors + '<script>"<table class=ltx_tabular>"</script>')) == ()
    assert read_html(b"") == ()
    assert read_html(b"%PDF-1.5") == ()


def test_spans_beyond_reason_are_cut() -> None:
    wide = '<td class="ltx_td" colspan="99999999999" rowspan="9999">x</td>'
    table = one(figure(row(wide) + row("a", "b") + row("c", "d"), CAPTION))
    assert table.row_count * table.column_count < 10_000


def test_deep_nesting_ends() -> None:
    deep = "<span>" * 20_000 + "x" + "</span>" * 20_000
    assert one(figure(row(deep, "b") + row("c", "d"), CAPTION)).rows[0] == ["x", "b"]


PIECES = [
    '<figure class="ltx_table">', "</figure>", '<table class="ltx_tabular">', "</table>",
    '<tr class="ltx_tr">', "</tr>", '<td class="ltx_td">', "</td>",
    '<th class="ltx_th ltx_th_column" colspan="3">', '<td class="ltx_td" rowspan="0">', "x", "1.5",
    "<figcaption>Table 1: a", "</figcaption>", '<math alttext="\\frac{1">', "</math>", "<thead>",
    "</thead>", "<sup>", "</sup>", "&amp;", "&#x0;", "<!--", "-->", '<span class="ltx_tr">',
    '<a class="ltx_ref" href="#a.T1">', '<p class="ltx_p">', "<script>", "</script>", "<br/>",
    '<h2 class="ltx_title">', "<![CDATA[", "<",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_mixture_gives_tables(pieces: list[str]) -> None:
    for table in read_html("".join(pieces).encode()):
        assert len(table.rows) == table.row_count
        assert all(cell.text and cell.row_span > 0 and cell.column_span > 0 for cell in table.cells)


@given(st.binary(max_size=500))
def test_any_bytes_give_tables(data: bytes) -> None:
    assert read_html(data) == ()

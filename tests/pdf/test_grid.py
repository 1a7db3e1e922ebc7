"""From words and rules to grids: each way of setting a table by itself."""

from __future__ import annotations

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.grid.table import read_grid
from r2p_tui.pdf.layout import Page, Region
from tests.pdf.drawn_tables import LETTER, PITCH, SIZE, Drawing, plain

HEAD = ["Method", "AP", "FPS", "Size"]


def test_a_plain_table() -> None:
    rows = [HEAD, ["full model", "38.5", "62", "1,024"], ["w/o mosaic", "37.1", "63", "-"]]
    table = plain(*rows).table()
    assert table.rows == rows
    assert (table.header_rows, table.route, table.page, table.rules) == (1, "pdf", 1, ())
    first = table.places[1, 0]
    assert first.page == 1
    assert first.box is not None and first.box.left == 50


def test_rules_name_the_body_rows_below_a_line() -> None:
    drawing = plain(HEAD, ["a", "1.0", "2", "3"], ["b", "1.1", "2", "3"], ["c", "1.2", "2", "3"])
    drawing.line(100 + 2 * PITCH + 7, 45, 345)
    assert drawing.table().rules == (3,)


def test_header_words_with_no_more_than_a_space_between_them_are_parted_by_the_body() -> None:
    drawing = plain(["", "", "", ""], ["a", "70.1", "55.2", "1"], ["b", "71.2", "56.3", "2"])
    drawing.text(50, 100, "Model")
    end = drawing.text(200, 100, "HellaSwag", "c")
    drawing.text(end + 3, 100, "WinoGrande")
    drawing.text(320, 100, "N", "c")
    assert drawing.table().rows[0] == ["Model", "HellaSwag", "WinoGrande", "N"]


def test_a_header_over_several_columns_spans_those_under_its_line() -> None:
    drawing = plain(
        ["", "", "", ""], ["Model", "top-1", "top-5", "AP"], ["a", "70.1", "90.2", "30.0"], header=2
    )
    drawing.text(230, 100, "ImageNet", "c")
    drawing.line(103, 180, 280)
    table = drawing.table()
    span = table.places[0, 2]
    assert (span.text, span.column, span.column_span) == ("ImageNet", 1, 2)
    assert table.header_rows == 2
    assert table.rows[1] == ["Model", "top-1", "top-5", "AP"]


def test_headers_over_several_columns_are_told_by_being_centred_where_no_line_is_drawn() -> None:
    places = (50, 140, 190, 240, 290)
    drawing = Drawing()
    drawing.line(90, 45, 320)
    drawing.text(165, 100, "COCO", "c")
    drawing.text(265, 100, "LVIS", "c")
    drawing.row(112, ["", "AP", "AR", "AP", "AR"], places)
    drawing.line(117, 45, 320)
    for number in range(3):
        drawing.row(128 + number * PITCH, ["run", "30.1", "40.2", "20.3", "25.4"], places)
    table = drawing.table()
    assert table.rows[0] == ["", "COCO", "", "LVIS", ""]
    assert table.places[0, 4].text == "LVIS"


def test_a_label_centred_on_two_header_rows_spans_both() -> None:
    drawing = plain(["", "", "", ""], ["", "top-1", "top-5", "AP"], ["a", "70.1", "90.2", "30.0"], header=2)
    drawing.text(50, 106, "Model")
    drawing.text(230, 100, "ImageNet", "c")
    drawing.line(103, 180, 280)
    model = drawing.table().places[1, 0]
    assert (model.text, model.row, model.row_span) == ("Model", 0, 2)


def test_a_header_of_two_lines_is_one_cell() -> None:
    drawing = plain(
        ["", "", "", ""], ["", "", "steps", ""], ["a", "1.5", "100K", "9"], ["b", "1.6", "90K", "8"], header=2
    )
    drawing.row(106, ["Model", "PPL", "", "N"], (50, 200, 260, 320))
    drawing.text(260, 100, "train", "c")
    assert drawing.table().rows[0] == ["Model", "PPL", "train steps", "N"]


def test_numbers_of_a_table_without_a_header_stay_rows() -> None:
    drawing = Drawing()
    for index, row in enumerate([["lr", "0.1"], ["batch", "256"], ["epochs", "300"], ["decay", "0.05"]]):
        drawing.row(100 + index * PITCH, row, (50, 200))
    table = drawing.table()
    assert table.header_rows == 0
    assert "No header row was found." in table.doubts


def test_check_marks_in_otherwise_empty_columns() -> None:
    places = (50, 80, 110, 170)
    rows = [["A", "B", "C", "AP"], ["", "", "", "30.0"], ["", "✓", "", "31.0"], ["", "", "✓", "32.0"]]
    drawing = plain(*rows, places=places)
    assert drawing.table().rows == rows


def test_a_column_that_is_empty_in_the_body_is_known_by_its_header() -> None:
    places = (50, 140, 200, 260)
    rows = [["Model", "A", "B", "AP"], ["x", "✓", "", "30.0"], ["y", "✓", "", "31.0"]]
    assert plain(*rows, places=places).table().rows == rows


def test_a_heading_inside_the_body_spans_the_table() -> None:
    rows = [
        HEAD,
        ["a", "38.5", "62", "1"],
        ["b", "37.1", "63", "2"],
        ["c", "36.0", "64", "3"],
        ["d", "35.0", "64", "3"],
    ]
    drawing = plain(*rows[:3], ["", "", "", ""], *rows[3:])
    drawing.text(195, 100 + 3 * PITCH + 4, "Ablation experiments follow:", "c")
    table = drawing.table()
    heading = table.places[3, 2]
    assert (heading.text, heading.column, heading.column_span) == ("Ablation experiments follow:", 0, 4)
    assert table.rows[4] == rows[3]


def test_a_label_centred_on_its_rows_stands_at_the_first_of_them() -> None:
    places = (50, 120, 200, 260)
    drawing = Drawing()
    drawing.line(90, 45, 300)
    drawing.row(100, ["Group", "N", "AP", "AR"], places)
    drawing.line(105, 45, 300)
    for index in range(4):
        drawing.row(116 + index * PITCH, ["", str(index + 1), f"3{index}.5", f"4{index}.5"], places)
    drawing.text(50, 116 + 0.5 * PITCH, "small")
    drawing.text(50, 116 + 2.5 * PITCH, "large")
    drawing.line(120 + 3 * PITCH, 45, 300)
    table = drawing.table()
    labels = [table.places[row, 0] for row in (1, 3)]
    assert [(cell.text, cell.row, cell.row_span) for cell in labels] == [("small", 1, 2), ("large", 3, 2)]


def test_labels_that_stand_at_the_first_of_their_rows() -> None:
    places = (50, 120, 200, 260)
    body = [["s", "1", "30.1", "1"], ["", "2", "30.2", "2"], ["", "3", "30.3", "3"], ["l", "4", "30.4", "4"]]
    body += [["", "5", "30.5", "5"], ["", "6", "30.6", "6"]]
    table = plain(["Group", "N", "AP", "AR"], *body, places=places).table()
    assert table.rows[1:] == body


def test_a_label_of_two_lines_is_one_cell_of_one_row() -> None:
    drawing = plain(HEAD)
    for index in range(3):
        y = 122 + index * 2.2 * PITCH
        drawing.text(50, y - 5.5, "CSPResNeXt50-PANet")
        drawing.text(50, y + 5.5, f"(backbone {index})")
        drawing.row(y, ["", f"4{index}.1", "62", "512"], (50, 200, 260, 320))
    table = drawing.table()
    assert [row[0] for row in table.rows[1:]] == [f"CSPResNeXt50-PANet (backbone {i})" for i in range(3)]
    assert "In column 1, rows 1, 2, 3 are put together from several lines." in table.doubts
    assert table.places[1, 1].confidence < 0.99


def test_a_word_that_is_broken_at_the_end_of_a_line_is_made_whole() -> None:
    drawing = plain(HEAD)
    drawing.row(116, ["", "40.1", "62", "512"], (50, 200, 260, 320))
    drawing.text(50, 116, "longer convolu-")
    drawing.text(50, 116 + 11, "tion kernels")
    drawing.row(116 + 2.5 * PITCH, ["short", "41.1", "63", "512"], (50, 200, 260, 320))
    drawing.row(116 + 3.5 * PITCH, ["other", "41.2", "63", "512"], (50, 200, 260, 320))
    assert drawing.table().rows[1][0] == "longer convolution kernels"


def test_right_aligned_labels_under_and_beside_a_group() -> None:
    drawing = Drawing()
    drawing.line(90, 45, 320)
    drawing.row(100, ["", "", "Train", "Valid"], (50, 150, 230, 290))
    drawing.line(105, 45, 320)
    for index, (ratio, train) in enumerate([("3:1", "9.23"), ("0:1", "9.45"), ("15:1", "9.34")]):
        y = 116 + index * PITCH
        drawing.text(160, y, ratio, "r")
        drawing.row(y, ["", "", train, "5.6"], (50, 150, 230, 290))
    drawing.text(50, 116 + PITCH, "Hybrid ratio")
    drawing.line(120 + 2 * PITCH, 45, 320)
    drawing.text(160, 132 + 2 * PITCH, "w/o output gate", "r")
    drawing.row(132 + 2 * PITCH, ["", "", "9.25", "5.7"], (50, 150, 230, 290))
    table = drawing.table()
    assert table.rows[1] == ["Hybrid ratio", "3:1", "9.23", "5.6"]
    assert table.places[3, 0].text == "Hybrid ratio"
    assert table.rows[4] == ["w/o output gate", "", "9.25", "5.7"]
    assert table.places[4, 1].text == "w/o output gate"


def test_scripts_join_their_base() -> None:
    drawing = plain(["Model", "", "", ""], ["a", "60.0", "", "1.0"], ["b", "61.0", "", "2.0"])
    base = drawing.text(195, 100, "AP")
    drawing.script(base, 102, "50")
    drawing.row(100, ["", "", "cost", "N"], (50, 200, 260, 320))
    for row in (1, 2):
        end = drawing.text(245, 104 + row * PITCH, f"{row}.5 · 10")
        drawing.script(end, 100 + row * PITCH, "20")
    table = drawing.table()
    assert table.rows[0][1] == "AP50"
    assert [row[2] for row in table.rows[1:]] == ["1.5 · 10²⁰", "2.5 · 10²⁰"]


def test_a_script_never_joins_the_digits_of_its_base() -> None:
    drawing = plain(["Model", "AP", "", ""], ["a", "", "1", "2"], ["b", "61.0", "1", "2"])
    end = drawing.text(190, 104 + PITCH, "60.5")
    drawing.script(end, 106 + PITCH, "0.2")
    assert drawing.table().rows[1][1] == "60.5_0.2"


def test_a_deviation_and_a_given_delta_stay_with_their_number() -> None:
    rows = [
        ["Model", "AP", "AR", "N"],
        ["a", "60.5 ± 0.2", "40.1 (+1.2)", "1"],
        ["b", "61.5 ± 0.3", "41.1 (-0.2)", "2"],
    ]
    assert plain(*rows, places=(50, 150, 230, 320)).table().rows == rows


def test_numbers_in_tight_columns_are_parted() -> None:
    drawing = Drawing()
    places = (50, 120, 120 + 4 * LETTER + 4, 120 + 8 * LETTER + 8)
    for index, row in enumerate(
        [["m", "AP", "AR", "F1"], *(["run", "31.1", "32.2", "33.3"] for _ in range(4))]
    ):
        drawing.row(100 + index * PITCH, row, places)
    table = drawing.table()
    assert table.rows[1] == ["run", "31.1", "32.2", "33.3"]
    assert "Columns 2 and 3 stand close together and may be one column." in table.doubts


def test_lines_between_columns_cut_what_gaps_alone_would_not() -> None:
    drawing = Drawing()
    for index, (a, b) in enumerate(
        [("kind", "use"), ("alpha beta", "gamma"), ("delta", "epsilon zeta"), ("eta", "theta")]
    ):
        drawing.text(50, 100 + index * PITCH, a)
        drawing.text(106, 100 + index * PITCH, b)
    drawing.upright(104.5, 90, 100 + 3 * PITCH + 3)
    assert drawing.table().rows[1] == ["alpha beta", "gamma"]


def test_a_text_over_several_columns_of_one_row() -> None:
    places = (50, 120, 180, 240, 320)
    rows = [
        ["base", "6", "512", "64", "25.8"],
        ["wide", "6", "1024", "64", "26.0"],
        ["deep", "8", "512", "64", "25.7"],
    ]
    drawing = plain(["", "N", "d", "k", "BLEU"], *rows, ["E", "", "", "", "25.5"], places=places)
    drawing.text(180, 104 + 4 * PITCH, "positional embedding instead", "c")
    cell = drawing.table().places[4, 2]
    assert (cell.text, cell.column, cell.column_span) == ("positional embedding instead", 1, 3)


def test_bold_and_underlined() -> None:
    drawing = plain(HEAD, ["a", "38.5", "62", "1"], ["b", "", "63", "2"])
    drawing.text(200, 104 + 2 * PITCH, "39.1", "c", bold=True)
    width = 4 * LETTER
    drawing.line(104 + PITCH + 1.5, 200 - width / 2, 200 + width / 2)
    table = drawing.table()
    assert [table.places[row, 1].bold for row in (1, 2)] == [False, True]
    assert [table.places[row, 1].underline for row in (1, 2)] == [True, False]
    assert table.header_rows == 1


def test_a_column_with_two_values_to_a_cell_is_doubted() -> None:
    drawing = plain(HEAD, *(["run", "", "6", "1"] for _ in range(3)))
    for row in range(1, 4):
        end = drawing.text(185, 104 + row * PITCH, f"3{row}.5")
        drawing.text(end + 1.9, 104 + row * PITCH, f"4{row}.5")
    table = drawing.table()
    assert table.places[1, 1].text == "31.5 41.5"
    assert "Column 2 may be two columns." in table.doubts
    assert table.places[1, 1].confidence < table.places[1, 2].confidence


def test_what_holds_no_grid() -> None:
    page = Page(1, 600, 800, (), ())
    assert read_grid(page, Region(1, Box(0, 0, 600, 800))) is None
    paragraph = Drawing()
    for index in range(5):
        paragraph.text(50, 100 + index * PITCH, "one line of running text after another")
    assert read_grid(paragraph.page(), Region(1, paragraph.box())) is None


def test_words_outside_the_box_stay_outside() -> None:
    drawing = plain(HEAD, ["a", "38.5", "62", "1"], ["b", "37.1", "63", "2"])
    box = drawing.box()
    drawing.text(50, box.bottom + 3 * SIZE, "Table 1. A caption of 2 words")
    table = read_grid(drawing.page(), Region(1, box, number="1", caption="A caption"))
    assert table is not None
    assert (table.row_count, table.number, table.caption, table.box) == (3, "1", "A caption", box)

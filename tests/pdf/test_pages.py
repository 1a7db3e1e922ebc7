"""Words and rules of small PDFs that are drawn here, and of glyphs written down by hand."""

from __future__ import annotations

import pymupdf
import pytest

from r2p_tui.domain.tables import Box, Cell, Table
from r2p_tui.pdf.layout import Page
from r2p_tui.pdf.read.glyph_runs import Glyph, words_of_line
from r2p_tui.pdf.read.glyphs import mark
from r2p_tui.pdf.read.pages import read_page
from r2p_tui.pdf.read.strokes import Shape, rules_of
from r2p_tui.pdf.read.turning import Turn, on_paper, transform

WHITE, DARK = (1, 1, 1), (0.2, 0.2, 0.2)
SHEET = Box(0, 0, 612, 792)


def drawn() -> pymupdf.Page:
    return pymupdf.open().new_page(width=612, height=792)


def texts(page: pymupdf.Page) -> list[str]:
    return [word.text for word in read_page(page).words]


def glyphs(
    text: str, *, x: float = 0.0, y: float = 100.0, size: float = 10.0, gap: float = 0.0
) -> list[Glyph]:
    """Letters half as wide as their size, `gap` points apart."""
    found = []
    for char in text:
        found.append(Glyph(char, Box(x, y - 7, x + size / 2, y + 2), x, y, size, "Plain", 0))
        x += size / 2 + gap
    return found


def words(line: list[Glyph], turned: int = 0) -> list[str]:
    return [word.text for word in words_of_line(line, 0, 0, turned)]


def test_words_with_size_baseline_and_weight() -> None:
    page = drawn()
    page.insert_text((72, 100), "Plain 38.5", fontsize=11)
    page.insert_text((72, 130), "Bold", fontname="hebo", fontsize=9)
    plain, number, bold = read_page(page).words
    assert (plain.text, number.text, bold.text) == ("Plain", "38.5", "Bold")
    assert (plain.size, plain.bold) == (11, False)
    assert plain.baseline == pytest.approx(100)
    assert bold.bold
    assert plain.box.top < 100 < plain.box.bottom


def test_check_marks_of_dingbats() -> None:
    page = drawn()
    page.insert_text((72, 100), "4", fontname="zadb")
    page.insert_text((172, 100), "8", fontname="zadb")
    assert texts(page) == ["✓", "✗"]


@pytest.mark.parametrize(
    ("char", "font", "shown"),
    [
        ("✔", "Any", "✓"),
        ("✘", "Any", "✗"),
        ("\uf0fc", "Wingdings-Regular", "✓"),
        ("û", "Wingdings", "✗"),
        ("û", "Times", "û"),
        ("4", "ZapfDingbats", "✓"),
        ("4", "Times", "4"),
        ("X", "MSAM10", "✓"),
        ("!", "bbding10", "✓"),
        ("\uf00d", "FontAwesome5Free-Solid", "✗"),
    ],
)
def test_marks_of_symbol_fonts(char: str, font: str, shown: str) -> None:
    assert mark(char, font) == shown


def test_invisible_text_is_left_out() -> None:
    page = drawn()
    page.draw_rect((60, 180, 300, 220), color=None, fill=DARK)
    page.insert_text((72, 100), "ghost", color=WHITE)
    page.insert_text((72, 150), "hidden", render_mode=3)
    page.insert_text((700, 100), "outside")
    page.insert_text((72, 205), "header", color=WHITE)
    assert texts(page) == ["header"]


def test_letters_apart_are_two_words_and_letters_together_one() -> None:
    assert words(glyphs("38.5") + glyphs("57.1", x=23)) == ["38.5", "57.1"]
    assert words(glyphs("38") + glyphs(".5", x=10.5)) == ["38.5"]


def test_scripts_are_words_of_their_own() -> None:
    base, script = words_of_line(glyphs("AP") + glyphs("50", x=10, y=102, size=7), 0, 0, 0)
    assert (base.text, script.text) == ("AP", "50")
    assert script.size < base.size
    assert script.baseline > base.baseline


def test_letters_spaced_out_are_one_word() -> None:
    assert words(glyphs("TABLE", gap=3.5)) == ["TABLE"]
    assert words(glyphs("ABCD", gap=12)) == ["A", "B", "C", "D"]


def test_accents_are_put_on_their_letters() -> None:
    accent = Glyph("´", Box(10.5, 93, 14.5, 102), 10.5, 100, 10, "Plain", 0)
    assert words([*glyphs("D"), accent._replace(box=Box(5.5, 93, 9.5, 102)), *glyphs("ola", x=5)]) == ["Dóla"]


def test_text_turned_against_the_page_is_one_word() -> None:
    (word,) = words_of_line(glyphs("COCO val"), 0, 0, 90)
    assert word.text == "COCO val"


def test_control_characters_do_not_enter() -> None:
    assert words([*glyphs("a"), Glyph("\u202e", Box(5, 93, 6, 102), 5, 100, 10, "Plain", 0)]) == ["a\ufffd"]


def test_rules_of_strokes_bars_and_dashes() -> None:
    page = drawn()
    page.draw_line((72, 100), (540, 100), width=0.8)
    page.draw_rect((72, 150, 540, 151), color=None, fill=(0, 0, 0))
    for start in range(72, 540, 6):
        page.draw_line((start, 200), (start + 3, 200))
    page.draw_line((72, 250), (300, 250), color=WHITE)
    page.draw_rect((72, 300, 540, 400), color=None, fill=(0.9, 0.9, 0.9))
    rules = read_page(page).rules
    assert [round(rule.box.top) for rule in rules] == [100, 150, 200]
    assert all(rule.horizontal and rule.box.right - rule.box.left > 460 for rule in rules)


def test_pieces_of_a_rule_are_joined_but_not_its_neighbours() -> None:
    pieces = [Shape(Box(left, 50, left + 40, 50), "line", 0.4, 0.0) for left in (100, 140, 180, 232)]
    assert [rule.box for rule in rules_of(pieces, SHEET)] == [Box(100, 50, 220, 50), Box(232, 50, 272, 50)]


def test_a_curve_is_a_picture_and_no_rule() -> None:
    page = drawn()
    page.draw_circle((200, 200), 50)
    read = read_page(page)
    assert read.rules == ()
    assert len(read.images) == 1


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_sideways_text_is_read_upright(rotation: int) -> None:
    page = drawn()
    page.insert_text((100, 700), "first of the words", rotate=90)
    page.insert_text((130, 700), "second", rotate=90)
    page.set_rotation(rotation)
    read = read_page(page)
    assert [word.text for word in read.words] == ["first", "of", "the", "words", "second"]
    assert (read.width, read.height, read.turn) == (792, 612, (90 - rotation) % 360)
    assert read.words[0].box.left < read.words[1].box.left
    assert read.words[0].baseline < read.words[-1].baseline


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_boxes_find_back_to_the_paper(degrees: int) -> None:
    box = Box(100, 200, 150, 230)
    turn = Turn(degrees, 612, 792)
    page = Page(1, *turn.size, (), (), turn=degrees)
    upright = transform(box, turn)
    cell = Cell(0, 0, "x", page=1, box=upright)
    table = on_paper(Table("1", "", "", 1, upright, "pdf", 0, (cell,)), page)
    assert table.box == box
    assert table.cells[0].box == box

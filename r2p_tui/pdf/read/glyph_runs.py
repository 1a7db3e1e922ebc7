"""From the glyphs of one line to its words: cut at gaps, joined over changes of font, marks read."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.layout import Word
from r2p_tui.pdf.read.glyphs import accented, is_accent, is_bold_font, is_italic_font, mark
from r2p_tui.text import clean

# All in parts of the font size.
_GAP_BETWEEN_WORDS = 0.24
_STEP_TO_SCRIPT = 0.1
_ASCENT, _DESCENT = 0.95, 0.35
_OVERLAP = -0.35
_LETTER_SPACING = 0.45

_BOLD_FLAG, _ITALIC_FLAG = 16, 2
_FEWEST_SPACED_LETTERS = 4


class Glyph(NamedTuple):
    """One character as it is drawn; `x` and `y` start its baseline, `flags` are its font's in MuPDF."""

    text: str
    box: Box
    x: float
    y: float
    size: float
    font: str
    flags: int
    pale: bool = False


def words_of_line(glyphs: list[Glyph], block: int, line: int, turned: int) -> Iterator[Word]:
    """The words of one line of text; text that is `turned` against the page is kept as one tall word."""
    if turned:
        if word := _turned_word(glyphs, block, line):
            yield word
        return
    runs = _letters_spaced_out(list(_runs(glyphs)))
    for run in runs:
        yield _word(run, block, line)


def _runs(glyphs: list[Glyph]) -> Iterator[list[Glyph]]:
    run: list[Glyph] = []
    for glyph in _composed(glyphs):
        if glyph.text.isspace() or glyph.text in ("\u200b", "\ufeff", "\xad"):
            if run:
                yield run
            run = []
        elif run and not _continues(run, glyph):
            yield run
            run = [glyph]
        else:
            run.append(glyph)
    if run:
        yield run


def _continues(run: list[Glyph], glyph: Glyph) -> bool:
    last = run[-1]
    size = max(last.size, glyph.size)
    gap = glyph.box.left - last.box.right
    if not _OVERLAP * size <= gap <= _GAP_BETWEEN_WORDS * size:
        return False
    return abs(glyph.y - last.y) <= _STEP_TO_SCRIPT * size


def _composed(glyphs: list[Glyph]) -> Iterator[Glyph]:
    """The glyphs with accents put on the letters they stand over."""
    pending: Glyph | None = None
    for glyph in glyphs:
        if glyph.text.isspace() and pending:
            continue
        if pending:
            letter = accented(pending.text, glyph.text) if _stands_over(pending, glyph) else None
            if letter:
                glyph = glyph._replace(text=letter)
            else:
                yield pending
            pending = None
        if is_accent(glyph.text):
            pending = glyph
        else:
            yield glyph
    if pending:
        yield pending


def _stands_over(accent: Glyph, letter: Glyph) -> bool:
    middle = (accent.box.left + accent.box.right) / 2
    return letter.text.isalpha() and letter.box.left - 0.5 <= middle <= letter.box.right + 0.5


def _letters_spaced_out(runs: list[list[Glyph]]) -> list[list[Glyph]]:
    """The runs with `T A B L E` put together: single letters with even, small gaps."""
    joined: list[list[Glyph]] = []
    start = 0
    while start < len(runs):
        end = start + 1
        while end < len(runs) and _spaced_letter(runs[end - 1], runs[end], runs[start : start + 2]):
            end += 1
        if end - start >= _FEWEST_SPACED_LETTERS:
            joined.append([glyph for run in runs[start:end] for glyph in run])
            start = end
        else:
            joined.append(runs[start])
            start += 1
    return joined


def _spaced_letter(last: list[Glyph], run: list[Glyph], first_two: list[list[Glyph]]) -> bool:
    if any(len(part) != 1 or not part[0].text.isalpha() for part in (last, run)) or last[0].y != run[0].y:
        return False
    gap, first_gap = _gap(last, run), _gap(first_two[0], first_two[1])
    size = run[0].size
    return gap <= _LETTER_SPACING * size and abs(gap - first_gap) <= 0.1 * size


def _gap(one: list[Glyph], other: list[Glyph]) -> float:
    return other[0].box.left - one[-1].box.right


def _word(run: list[Glyph], block: int, line: int) -> Word:
    size = _usual_size(run)
    baseline = run[0].y
    box = Box(
        min(glyph.box.left for glyph in run),
        max(min(glyph.box.top for glyph in run), baseline - _ASCENT * size),
        max(glyph.box.right for glyph in run),
        min(max(glyph.box.bottom for glyph in run), baseline + _DESCENT * size),
    )
    return Word(_text(run), box, size, baseline, _mostly_bold(run), _mostly_italic(run), block, line)


def _turned_word(glyphs: list[Glyph], block: int, line: int) -> Word | None:
    """All the line in one word; its baseline is that of a word in the middle of its height."""
    shown = [glyph for glyph in glyphs if not glyph.text.isspace()]
    if not shown:
        return None
    box = Box(
        min(glyph.box.left for glyph in shown),
        min(glyph.box.top for glyph in shown),
        max(glyph.box.right for glyph in shown),
        max(glyph.box.bottom for glyph in shown),
    )
    size = shown[0].size
    text = " ".join(_text(glyphs).split())
    baseline = (box.top + box.bottom) / 2 + 0.35 * size
    return Word(text, box, size, baseline, _mostly_bold(shown), _mostly_italic(shown), block, line)


def _usual_size(run: list[Glyph]) -> float:
    sizes = {glyph.size for glyph in run}
    if len(sizes) == 1:
        return run[0].size
    return Counter(glyph.size for glyph in run).most_common(1)[0][0]


def _text(run: list[Glyph]) -> str:
    text = "".join([mark(glyph.text, glyph.font) for glyph in run])
    return text if text.isascii() and text.isprintable() else clean(unicodedata.normalize("NFC", text))


def _mostly_bold(run: list[Glyph]) -> bool:
    bold = sum(bool(glyph.flags & _BOLD_FLAG) or is_bold_font(glyph.font) for glyph in run)
    return bold * 2 > len(run)


def _mostly_italic(run: list[Glyph]) -> bool:
    italic = sum(bool(glyph.flags & _ITALIC_FLAG) or is_italic_font(glyph.font) for glyph in run)
    return italic * 2 > len(run)

"""What single glyphs stand for: marks of symbol fonts, accents set apart from their letters, bold fonts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

CHECK, CROSS = "✓", "✗"

_CHECKS = "✓✔☑🗸✅\uf00c\uf046\uf058\uf14a\uf0fc\uf0fe"
_CROSSES = "✕✖✗✘☒❌❎\uf00d\uf057\uf0fb\uf0fd"
_MARKS = dict.fromkeys(_CHECKS, CHECK) | dict.fromkeys(_CROSSES, CROSS)

# Fonts whose codes are letters and digits for a reader that does not know them.
_FONT_MARKS = (
    (re.compile(r"dingbats|^pzdr", re.I), {"3": CHECK, "4": CHECK, **dict.fromkeys("5678", CROSS)}),
    (re.compile(r"wingdings(?![23-])", re.I), {"ü": CHECK, "þ": CHECK, "û": CROSS, "ý": CROSS}),
    (re.compile(r"webdings", re.I), {"a": CHECK, "r": CROSS}),
    (re.compile(r"bbding", re.I), {"!": CHECK, '"': CHECK, **dict.fromkeys("#$%&'", CROSS)}),
    (re.compile(r"^msam", re.I), {"X": CHECK}),
)

_COMBINING = {
    "`": "\u0300", "´": "\u0301", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "¯": "\u0304",
    "˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c",
    "¸": "\u0327", "˛": "\u0328",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}

_BOLD_FONT = re.compile(
    r"bold|black|heavy|demi|medi(?!um)|(?:^|[+-])(?:cmb|sfb|lmb|ecbx|ptmb|phvb)|-bd", re.I
)
_ITALIC_FONT = re.compile(r"ital|obli|slant|(?:^|[+-])(?:cmti|cmsl|cmmi|sfti|cmbxti)|-it", re.I)


def mark(char: str, font: str) -> str:
    """`char`, or ✓ or ✗ where it is drawn as one in this font."""
    own = _marks_of_font(font)
    if own and char in own:
        return own[char]
    return char if char.isascii() else _MARKS.get(char, char)


@lru_cache(maxsize=256)
def _marks_of_font(font: str) -> Mapping[str, str]:
    return next((marks for name, marks in _FONT_MARKS if name.search(font)), {})


def is_accent(char: str) -> bool:
    """Whether `char` is an accent that TeX may have set above or below the next letter."""
    return char in _COMBINING


def accented(accent: str, letter: str) -> str | None:
    """The one letter that both stand for; None where there is no such letter."""
    base = _DOTLESS.get(letter, letter)
    composed = unicodedata.normalize("NFC", base + _COMBINING[accent])
    return composed if len(composed) == 1 else None


@lru_cache(maxsize=256)
def is_bold_font(name: str) -> bool:
    """Whether the name alone says that a font is bold."""
    return bool(_BOLD_FONT.search(name))


@lru_cache(maxsize=256)
def is_italic_font(name: str) -> bool:
    """Whether the name alone says that a font is italic or slanted."""
    return bool(_ITALIC_FONT.search(name))

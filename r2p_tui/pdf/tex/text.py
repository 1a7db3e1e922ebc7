"""TeX tokens as the plain text a reader sees, with what of it is bold or underlined."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from r2p_tui.pdf.tex.symbols import accent, accented, ding, lowered, raised, symbols
from r2p_tui.pdf.tex.tokens import DEPTH_LIMIT, Budget, Reader, TooMuchError, untokenize
from r2p_tui.pdf.tex.units import number_text, unit_text
from r2p_tui.pdf.tex.words import (
    BOLD,
    BOLD_FROM_HERE,
    DRAWINGS,
    ENVIRONMENTS,
    LENGTHS,
    NARROW_SPACES,
    PATTERNS,
    RULE_PATTERNS,
    RULES,
    SPACES,
    UNDECIDED,
    UNDERLINE,
)
from r2p_tui.text import clean_line

_SPECIAL = frozenset("\\{}$^&~")
_LENGTH = re.compile(
    r"\s*=?\s*[-+]?\d*\.?\d+\s*(?:true)?(?:pt|em|ex|cm|mm|in|bp|sp|pc|dd|cc|mu|fil+)?(?:plus|minus)?"
)
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"))
# A word that \xspace follows; in front of these it adds nothing.
_NO_SPACE_BEFORE = frozenset("{}~.!,:;?/'-)\\& ")
_THOUSANDS = re.compile(r"(?<=\d)\u2009(?=\d{3}(?!\d))")
_FRACTIONS = frozenset({"\\frac", "\\tfrac", "\\dfrac", "\\nicefrac", "\\sfrac", "\\cfrac", "\\textfrac"})
_NUMBERS = frozenset({"\\num", "\\numprint", "\\tablenum", "\\nprounddigits"})
_QUANTITIES = frozenset({"\\SI", "\\qty"})
_UNITS = frozenset({"\\si", "\\unit"})
_PAIRS = frozenset({"\\diagbox", "\\backslashbox", "\\slashbox"})
_SCRIPTS = frozenset({"\\textsuperscript", "\\textsubscript", "\\tnote", "\\sp", "\\sb", "\\tmark"})
_STACKS = frozenset({"\\overset", "\\underset", "\\stackrel", "\\stackunder", "\\stackon"})
_PICTURES = frozenset({"\\includegraphics", "\\includesvg", "\\epsfig", "\\twemoji", "\\emoji"})
_NAMING = frozenset({"\\autoref", "\\cref", "\\Cref", "\\tabref", "\\figref", "\\tblref", "\\vref"})


@dataclass(frozen=True, slots=True)
class Text:
    """One line of plain text; bold or underlined where at least half of its characters are."""

    text: str
    bold: bool = False
    underline: bool = False


@dataclass(slots=True)
class Setting:
    """What a text refers to, and what was found on the way that nobody can print."""

    budget: Budget
    cite: Callable[[str, Sequence[str]], str] = lambda _command, _keys: ""
    refer: Callable[[str], tuple[str, str]] = lambda _label: ("", "")
    unknown: dict[str, None] = field(default_factory=dict)
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class _Style:
    math: bool = False
    bold: bool = False
    underline: bool = False


def plain_text(tokens: Sequence[str], setting: Setting, *, bold: bool = False) -> Text:
    """The text of tokens in which the authors' own commands are already written out.

    Raises TooMuchError where groups are nested beyond reason.
    """
    if not any(token[0] in _SPECIAL for token in tokens):
        setting.budget.spend(len(tokens))
        line = clean_line(_ligatures("".join(tokens)))
        return Text(line, bold and bool(line))
    writer = _Writer(setting)
    writer.write(tokens, _Style(bold=bold), 0)
    return writer.text()


class _Writer:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._parts: list[str] = []
        self._shown = self._bold = self._underlined = 0

    def text(self) -> Text:
        joined = _THOUSANDS.sub("", "".join(self._parts)).replace("\u2009", " ")
        half = self._shown / 2
        shown = self._shown > 0
        return Text(clean_line(joined), shown and self._bold >= half, shown and self._underlined >= half)

    def write(self, tokens: Sequence[str], style: _Style, depth: int) -> None:
        if depth > DEPTH_LIMIT:
            raise TooMuchError("its groups are nested too deep")
        reader = Reader(list(tokens), self._setting.budget)
        while reader:
            style = self._word(reader.next(), reader, style, depth)

    def _word(self, word: str, reader: Reader, style: _Style, depth: int) -> _Style:
        """Print one token; the style that holds for the next one."""
        first = word[0]
        if first == "\\":
            return self._command(word, reader, style, depth)
        if first == "{":
            self.write(reader.until_closed(), style, depth + 1)
        elif first == "$":
            return replace(style, math=not style.math)
        elif first in "^_" and (style.math or first == "^"):
            self._script(word, self._inner(reader.argument(), replace(style, math=True), depth), style)
        elif first in " &~":
            self._add("" if style.math and first == " " else " ", style)
        elif first != "}":
            self._add(word if style.math else _ligatures(word), style)
        return style

    def _inner(self, tokens: Sequence[str], style: _Style, depth: int) -> str:
        writer = _Writer(self._setting)
        writer.write(tokens, style, depth + 1)
        return writer.text().text

    def _add(self, text: str, style: _Style) -> None:
        self._parts.append(text)
        shown = len(text) - text.count(" ")
        self._shown += shown
        self._bold += shown * style.bold
        self._underlined += shown * style.underline

    def _script(self, mark: str, text: str, style: _Style) -> None:
        base = next((part for part in reversed(self._parts) if part), "")
        self._add(raised(text, base) if mark == "^" else lowered(text, base), style)

    def _command(self, word: str, reader: Reader, style: _Style, depth: int) -> _Style:
        if word in BOLD_FROM_HERE:
            return replace(style, bold=True)
        if word in SPACES:
            reader_skips_length(word, reader)
            self._add(" ", style)
        elif word in NARROW_SPACES:
            self._add("" if style.math or word != "\\," else "\u2009", style)
        elif word in ("\\(", "\\["):
            return replace(style, math=True)
        elif word in ("\\)", "\\]"):
            return replace(style, math=False)
        elif word in BOLD:
            self.write(reader.argument(), self._for_argument(word, style, bold=True), depth + 1)
        elif word in UNDERLINE:
            self.write(reader.argument(), replace(style, underline=True), depth + 1)
        elif word in PATTERNS:
            self._pattern(word, reader, style, depth)
        elif (handler := _HANDLERS.get(word)) is not None:
            handler(self, word, reader, style, depth)
        elif (mark := accent(word)) is not None:
            self._add(accented(self._inner(reader.argument(), style, depth), mark), style)
        elif not self._sign(word, reader, style):
            self._apart(reader, style, depth)
        return style

    @staticmethod
    def _for_argument(word: str, style: _Style, *, bold: bool) -> _Style:
        return replace(style, bold=bold or style.bold, math=style.math and not word.startswith("\\text"))

    def _pattern(self, word: str, reader: Reader, style: _Style, depth: int) -> None:
        """Take the arguments of a command, and print those that it prints."""
        for kind in PATTERNS[word]:
            if kind == "s":
                reader.star()
            elif kind == "o":
                reader.option()
            elif kind == "m":
                reader.argument()
            else:
                self.write(reader.argument(), self._for_argument(word, style, bold=False), depth + 1)

    def _sign(self, word: str, reader: Reader, style: _Style) -> bool:
        """Print what stands for one sign, or for nothing; False for a command that nobody knows."""
        sign = symbols().get(word)
        if sign is not None:
            self._add(sign, style)
        elif word in RULES:
            for kind in RULE_PATTERNS.get(word, ""):
                _ = reader.argument() if kind == "m" else reader.option()
        elif word in LENGTHS:
            _skip_length(reader)
        elif word == "\\xspace":
            behind = reader.peek()
            self._add("" if not behind or behind[0] in _NO_SPACE_BEFORE else " ", style)
        elif len(word) > 2:
            self._setting.unknown.setdefault("a condition" if word == UNDECIDED else word)
            return False
        return True

    def _apart(self, reader: Reader, style: _Style, depth: int) -> None:
        """Print the arguments of an unknown command with space between, so that no two numbers become one."""
        while reader.peek() == "{":
            self.write(reader.argument(), style, depth + 1)
            self._add(" ", style)

    # --- commands that print their arguments in a way of their own ------------------------------------

    def cite(self, word: str, reader: Reader, style: _Style, _depth: int) -> None:
        star = "*" if reader.star() else ""
        while reader.option() is not None:
            pass
        keys = [key.strip() for key in "".join(reader.argument()).split(",")]
        self._add(self._setting.cite(word[1:] + star, [key for key in keys if key]), style)

    def refer(self, word: str, reader: Reader, style: _Style, _depth: int) -> None:
        reader.star()
        label = "".join(reader.argument()).strip()
        kind, number = self._setting.refer(label)
        if word == "\\eqref" and number:
            number = f"({number})"
        named = kind and number and word in _NAMING
        self._add(f"{kind} {number}" if named else number, style)

    def fraction(self, _word: str, reader: Reader, style: _Style, depth: int) -> None:
        reader.option()
        above, below = (self._inner(reader.argument(), style, depth) for _ in range(2))
        self._add(f"{_bracketed(above)}/{_bracketed(below)}", style)

    def root(self, _word: str, reader: Reader, style: _Style, depth: int) -> None:
        reader.option()
        self._add("√" + _bracketed(self._inner(reader.argument(), style, depth)), style)

    def number(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        reader.option()
        self._add(number_text(untokenize(reader.argument())), style)

    def quantity(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        reader.option()
        number, unit = number_text(untokenize(reader.argument())), unit_text(untokenize(reader.argument()))
        self._add(number + ("" if unit in ("%", "°") else " ") + unit, style)

    def span(self, word: str, reader: Reader, style: _Style, _depth: int) -> None:
        """A range of numbers, with a unit behind it or without."""
        reader.option()
        first, last = (number_text(untokenize(reader.argument())) for _ in range(2))
        unit = "" if word == "\\numrange" else " " + unit_text(untokenize(reader.argument()))
        self._add(f"{first}–{last}{unit}", style)

    def unit(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        reader.option()
        self._add(unit_text(untokenize(reader.argument())), style)

    def ding(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        self._add(ding("".join(reader.argument()).strip()), style)

    def script(self, word: str, reader: Reader, style: _Style, depth: int) -> None:
        mark = "_" if "sub" in word else "^"
        self._script(mark, self._inner(reader.argument(), style, depth), style)

    def stacked(self, word: str, reader: Reader, style: _Style, depth: int) -> None:
        r"""`\overset{above}{base}` and its kin: the base, then what stands over or under it."""
        over, base = reader.argument(), reader.argument()
        self._add(self._inner(base, style, depth), style)
        self._script("_" if "under" in word else "^", self._inner(over, style, depth), style)

    def pair(self, _word: str, reader: Reader, style: _Style, depth: int) -> None:
        reader.option()
        texts = (self._inner(reader.argument(), style, depth) for _ in range(2))
        self._add(" / ".join(text for text in texts if text), style)

    def picture(self, _word: str, reader: Reader, _style: _Style, _depth: int) -> None:
        reader.star()
        reader.option()
        reader.option()
        reader.argument()
        self._setting.pictures += 1

    def begin(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        name = "".join(reader.argument())
        if name in DRAWINGS:
            self._setting.pictures += 1
            _skip_environment(name, reader)
            return
        for kind in ENVIRONMENTS.get(name, ""):
            _ = reader.argument() if kind == "m" else reader.option()
        self._add(" ", style)

    def end(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        reader.argument()
        self._add(" ", style)

    def delimiter(self, _word: str, reader: Reader, _style: _Style, _depth: int) -> None:
        """A full stop behind `left` or `right` stands for no bracket at all."""
        if reader.peek().startswith("."):
            rest = reader.next()[1:]
            reader.put_back([rest] if rest else [])

    def character(self, _word: str, reader: Reader, style: _Style, _depth: int) -> None:
        text = "".join(reader.argument()).strip().lstrip('"')
        code = int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 0
        self._add(chr(code) if 32 < code < 0x110000 else "", style)


def reader_skips_length(word: str, reader: Reader) -> None:
    r"""Pass the star and the length behind `\\`."""
    if word == "\\\\":
        reader.star()
        reader.option()


def _skip_length(reader: Reader) -> None:
    reader.skip_spaces()
    text = reader.next() if reader and reader.peek()[0] not in "\\{}$&" else ""
    match = _LENGTH.match(text)
    rest = text[match.end() :] if match else text
    if rest:
        reader.put_back([rest])


def _skip_environment(name: str, reader: Reader) -> None:
    while reader:
        if reader.next() == "\\end" and "".join(reader.argument()) == name:
            return


def _ligatures(text: str) -> str:
    for written, printed in _LIGATURES:
        if written in text:
            text = text.replace(written, printed)
    return text


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in "+-−/·× ") and len(text) > 1 else text


_CITING = (
    "cite citep citet citealp citealt citeauthor citeyear citeyearpar citenum onlinecite parencite textcite "
    "footcite autocite shortcite Citet Citep citeauthoryear newcite citetalias fullcite supercite cites"
)
_REFERRING = "ref cref Cref autoref eqref pageref tabref figref secref subref nameref vref labelcref tblref"
_HANDLERS: dict[str, Callable[[_Writer, str, Reader, _Style, int], None]] = {
    **{f"\\{word}": _Writer.cite for word in _CITING.split()},
    **{f"\\{word}": _Writer.refer for word in _REFERRING.split()},
    **dict.fromkeys(_FRACTIONS, _Writer.fraction),
    **dict.fromkeys(_NUMBERS, _Writer.number),
    **dict.fromkeys(_QUANTITIES, _Writer.quantity),
    **dict.fromkeys(_UNITS, _Writer.unit),
    **dict.fromkeys(("\\numrange", "\\SIrange", "\\qtyrange"), _Writer.span),
    **dict.fromkeys(_PAIRS, _Writer.pair),
    **dict.fromkeys(_SCRIPTS, _Writer.script),
    **dict.fromkeys(_STACKS, _Writer.stacked),
    **dict.fromkeys(_PICTURES, _Writer.picture),
    **dict.fromkeys(("\\char", "\\symbol"), _Writer.character),
    **dict.fromkeys(("\\left", "\\right", "\\middle"), _Writer.delimiter),
    "\\sqrt": _Writer.root,
    "\\ding": _Writer.ding,
    "\\begin": _Writer.begin,
    "\\end": _Writer.end,
}

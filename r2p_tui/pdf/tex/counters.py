"""The numbers that LaTeX prints: sections, tables and figures, counted in the order of the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from r2p_tui.pdf.tex.macros import Macros
from r2p_tui.pdf.tex.tokens import Budget, TooMuchError

_LEVELS = ("chapter", "section", "subsection", "subsubsection")
_ROMAN_CLASSES = re.compile(r"IEEE|revtex")
_BY_SECTION_IN_APPENDIX = re.compile(r"elsarticle|cas-[sd]c")
_WITH_CHAPTERS = re.compile(r"book|report|thesis|memoir|scrbook|scrreprt")
_WITHIN = re.compile(r"\\(?:numberwithin|counterwithin\*?|@addtoreset)\s*\{(\w+)\}\s*\{(\w+)\}")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LARGEST = 100_000


class Counters:
    """How far a document has counted."""

    def __init__(self, document_class: str, macros: Macros, budget: Budget) -> None:
        self._class, self._macros, self._budget = document_class, macros, budget
        self._values = dict.fromkeys((*_LEVELS, "table", "figure"), 0)
        self._within: dict[str, str] = {}
        if _WITH_CHAPTERS.search(document_class):
            self._within = {"table": "chapter", "figure": "chapter"}
        self.in_appendix = False

    def learn_resets(self, text: str) -> None:
        r"""Take in what `\numberwithin{table}{section}` and its kin say."""
        for match in _WITHIN.finditer(text):
            counter, outer = match[1], match[2]
            if counter in ("table", "figure") and outer in _LEVELS:
                self._within[counter] = outer

    def set(self, counter: str, value: str, *, add: bool) -> None:
        r"""`\setcounter` or `\addtocounter`; values that are no plain number are left alone."""
        number = value.strip()
        if counter in self._values and re.fullmatch(r"-?\d{1,5}", number):
            self._values[counter] = int(number) + (self._values[counter] if add else 0)

    def step(self, counter: str) -> str:
        """Count one on; what is printed for it."""
        if counter not in self._values:
            return ""
        self._values[counter] = min(self._values[counter] + 1, _LARGEST)
        if counter in _LEVELS:
            below = _LEVELS[_LEVELS.index(counter) + 1 :]
            self._values |= dict.fromkeys(below, 0)
            self._values |= dict.fromkeys(
                (name for name, outer in self._within.items() if outer == counter), 0
            )
        return self.printed(counter)

    def begin_appendix(self) -> None:
        """From here on sections have letters; some classes then count tables within them."""
        self.in_appendix = True
        self._values["section" if not self._has_chapters else "chapter"] = 0
        if _BY_SECTION_IN_APPENDIX.match(self._class):
            self._within |= {"table": "section", "figure": "section"}

    @property
    def _has_chapters(self) -> bool:
        return bool(_WITH_CHAPTERS.search(self._class)) and self._values["chapter"] > 0

    def printed(self, counter: str) -> str:
        """The number as the document prints it, such as `3`, `III` or `A.1`."""
        own = self._macros.commands.get(f"\\the{counter}")
        if own is not None:
            try:
                return self._evaluate(self._macros.expand([f"\\the{counter}"], self._budget))
            except TooMuchError:
                return ""
        return self._standard(counter)

    def _standard(self, counter: str) -> str:
        """What the class prints where the authors say nothing."""
        if counter in _LEVELS:
            return self._section(counter)
        number = self._values[counter]
        outer = self._within.get(counter)
        if outer and (outer != "chapter" or self._has_chapters):
            return f"{self.printed(outer)}.{number}"
        return (
            _roman(number).upper()
            if counter == "table" and _ROMAN_CLASSES.match(self._class)
            else str(number)
        )

    def _section(self, level: str) -> str:
        names = _LEVELS[: _LEVELS.index(level) + 1]
        names = names if self._has_chapters else names[1:] or names
        numbers = [str(self._values[name]) for name in names]
        if self.in_appendix:
            numbers[0] = _letter(self._values[names[0]])
        return ".".join(numbers)

    def _evaluate(self, tokens: Sequence[str]) -> str:
        r"""The text of `A\arabic{table}` or `\thesection.\@arabic\c@table`."""
        shown, style = [], ""
        for word in tokens:
            name = word.removeprefix("\\c@")
            if word.lstrip("\\@") in _STYLES and word[0] == "\\":
                style = word.lstrip("\\@")
            elif name in self._values and (style or word.startswith("\\c@")):
                shown.append(_STYLES[style or "arabic"](self._values[name]))
                style = ""
            elif word.startswith("\\the") and word[4:] in self._values:
                # Not of the authors' making, or it would have been written out.
                shown.append(self._standard(word[4:]))
            elif word[0] not in "\\{}":
                shown.append(word)
        return "".join(shown).strip()[:20]


def _letter(number: int) -> str:
    return chr(ord("A") + number - 1) if 1 <= number <= 26 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 40:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        while number >= value:
            text, number = text + letters, number - value
    return text


_STYLES: dict[str, Callable[[int], str]] = {
    "arabic": str,
    "Alph": _letter,
    "alph": lambda number: _letter(number).lower(),
    "Roman": lambda number: _roman(number).upper(),
    "roman": _roman,
}

"""One walk through a document: its floats in order, the headings above them, and what is numbered how."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from r2p_tui.pdf.tex.counters import Counters
from r2p_tui.pdf.tex.floats import Caption, Float, read_float
from r2p_tui.pdf.tex.macros import Macro, Macros
from r2p_tui.pdf.tex.source import Source, decode
from r2p_tui.pdf.tex.structure import structure_written_out
from r2p_tui.pdf.tex.text import Setting, plain_text
from r2p_tui.pdf.tex.tokens import Budget, Reader, TooMuchError, tokenize
from r2p_tui.pdf.tex.words import FLOATS, TABULARS

STEPS_OF_A_FLOAT = 600_000
_FLOAT_LIMIT = 2_000
_HEAD = 600
_BARE = frozenset(TABULARS) - {"array", "NiceArray", "booktabs"}
_WITH_CAPTION_OF = frozenset(
    {"center", "minipage", "flushleft", "flushright", "multicols", "strip", "samepage"}
)
_EVENT = re.compile(
    r"\\(?:begin\s*\{(?P<begin>[a-zA-Z]{1,30}\*?)\}"
    r"|(?P<section>chapter|section|subsection|subsubsection|paragraph)(?P<star>\*?)\s*(?=[\[{])"
    r"|(?P<set>set|addto)counter\s*\{(?P<counter>\w+)\}\s*\{(?P<value>[^{}]{0,20})\}"
    r"|(?P<step>(?:ref)?stepcounter)\s*\{(?P<stepped>\w+)\}"
    r"|(?P<appendix>appendix(?:page|es)?)(?![a-zA-Z])"
    r"|(?P<label>label)\s*\{(?P<name>[^{}]{1,200})\}"
    r"|(?P<aside>author|title|address|affil|affiliation|institute|thanks|IEEEauthorblockN|icmlauthor)\s*(?=[\[{])"
    r"|(?P<define>(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|newcolumntype"
    r"|(?:New|Renew|Provide|Declare)DocumentCommand|(?:re)?newenvironment|[egx]?def|let)(?![a-zA-Z@])"
    r"|(?P<within>numberwithin|counterwithin\*?|@addtoreset)\s*\{)"
)
_HEAD_OF_DEFINITION = re.compile(
    r"\s*\*?\s*(?:\{\s*\\?[^{}]{1,60}\}|\\[a-zA-Z@]+)(?:\s*\[[^\]]{0,200}\])*[^{}\\]{0,40}(?=\{)"
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([a-zA-Z]{1,30}\*?)\}")
_NEXT_FLOAT = re.compile(r"\\begin\s*\{(?:table|figure|longtable|wraptable|sidewaystable)\*?\}|\\section")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_HOLDERS = FLOATS | _BARE | _WITH_CAPTION_OF
_LONGEST_ASIDE = 40_000
_STEPS_OF_A_BRACE = 2
_KINDS = {"table": "Table", "figure": "Figure"}


@dataclass(slots=True)
class Found:
    """A float with its place, and the column types known in it.

    `failure` says why it could not be read; `tabulars` is how many seem to be in it.
    """

    content: Float
    section: str
    start: int
    end: int
    columns: Mapping[str, Macro]
    failure: str = ""
    tabulars: int = 0


@dataclass(slots=True)
class Document:
    """The body, the floats in order, and every label with its kind and number; `left_out` counts floats."""

    text: str = ""
    floats: list[Found] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    left_out: int = 0


def read_document(source: Source, files: Mapping[str, bytes], budget: Budget) -> tuple[Document, Macros]:
    """Walk through the body of a document; also the macros that hold at its end."""
    macros = Macros()
    for name, data in files.items():
        if name.lower().endswith((".sty", ".cls", ".def")):
            _learn(macros, decode(data), budget)
    _learn(macros, source.preamble, budget)
    walk = _Walk(source, macros, budget)
    walk.go()
    return walk.document, macros


def _learn(macros: Macros, text: str, budget: Budget) -> None:
    """A part of the definitions is better than none."""
    try:
        with budget.part(STEPS_OF_A_FLOAT) as part:
            macros.learn(text, part)
    except TooMuchError:
        return


class _Walk:
    def __init__(self, source: Source, macros: Macros, budget: Budget) -> None:
        self.document = Document()
        self._macros, self._budget = macros, budget
        self._text = self.document.text = structure_written_out(source.body, macros, budget)
        self._ends = _extents(self._text)
        self._captions_of = [match.start() for match in re.finditer(r"\\captionof", self._text)]
        self._counters = Counters(source.document_class, macros, budget)
        self._counters.learn_resets(source.preamble)
        self._heading: str | None = ""
        self._heading_at = 0
        self._current = ("", "")
        self._position = 0

    def go(self) -> None:
        while match := _EVENT.search(self._text, self._position):
            self._position = match.end()
            self._event(match)

    def _event(self, match: re.Match[str]) -> None:
        if match["begin"]:
            self._begin(match["begin"], match.start())
        elif match["section"]:
            self._section(match["section"], numbered=not match["star"])
        elif match["set"]:
            self._counters.set(match["counter"], match["value"], add=match["set"] == "addto")
        elif match["step"]:
            self._counters.step(match["stepped"])
        elif match["appendix"]:
            self._counters.begin_appendix()
        elif match["label"]:
            self.document.labels.append((match["name"].strip(), *self._current))
        elif match["aside"]:
            self._pass_group(self._position)
        elif match["within"]:
            self._counters.learn_resets(self._text[match.start() : match.start() + _HEAD])
        else:
            self._definition(match.start())

    def _definition(self, start: int) -> None:
        """Take in a definition, and pass it: what it holds is not printed here."""
        if self._budget.spent:
            return
        with suppress(TooMuchError):
            self._macros.learn_at(self._text, start, self._budget)
            if head := _HEAD_OF_DEFINITION.match(self._text, self._position):
                self._pass_group(head.end())

    def _pass_group(self, start: int) -> None:
        """Go on behind the options and the group that begin at `start`."""
        if self._budget.spent:
            return
        depth = seen = 0
        for match in _BRACES.finditer(self._text, start, min(len(self._text), start + _LONGEST_ASIDE)):
            seen += 1
            mark = match.group()
            depth += (mark == "{") - (mark == "}")
            if mark == "}" and depth <= 0:
                self._position = match.end()
                break
        with suppress(TooMuchError):
            self._budget.spend(_STEPS_OF_A_BRACE * seen)

    def _section(self, level: str, *, numbered: bool) -> None:
        self._heading, self._heading_at = None, self._position
        if numbered and level != "paragraph":
            self._current = ("Section", self._counters.step(level))

    @property
    def heading(self) -> str:
        """The heading above the place where the walk is."""
        if self._heading is None:
            self._heading = self._plain(self._heading_at)
        return self._heading

    def _plain(self, start: int) -> str:
        """The text of the argument that begins here."""
        try:
            with self._budget.part(20 * _HEAD) as part:
                reader = Reader(tokenize(self._text[start : start + _HEAD]), part)
                reader.option()
                return plain_text(self._macros.expand(reader.argument(), part), Setting(part)).text
        except TooMuchError:
            return ""

    def _begin(self, name: str, start: int) -> None:
        is_float = name in FLOATS or name in _BARE
        if not is_float and name not in _WITH_CAPTION_OF:
            return
        end = self._ends.get(start) or self._next_float(self._position)
        place = bisect_left(self._captions_of, start)
        if is_float or (place < len(self._captions_of) and self._captions_of[place] < end):
            self._position = end
            if len(self.document.floats) < _FLOAT_LIMIT:
                self._float(name, start, end)
            else:
                self.document.left_out += 1

    def _next_float(self, position: int) -> int:
        """Where what has no end is taken to end."""
        following = _NEXT_FLOAT.search(self._text, position)
        return following.start() if following else len(self._text)

    def _float(self, name: str, start: int, end: int) -> None:
        text = self._text[start:end]
        kind: Literal["table", "figure", "none"] = "table" if name in FLOATS else "none"
        kind = "figure" if "figure" in name else kind
        macros = self._macros.copy()
        found = Found(Float(kind), self.heading, start, end, macros.columns)
        found.tabulars = text.count("\\begin{tabular") + text.count("\\begin{longtable")
        try:
            with self._budget.part(STEPS_OF_A_FLOAT) as part:
                found.content = read_float(macros.expand(tokenize(text), part), kind, part)
        except TooMuchError as error:
            found.failure = str(error)
        self._count(found.content)
        self.document.floats.append(found)

    def _count(self, content: Float) -> None:
        """Give the captions of a float their numbers and letters, and its labels what they stand at."""
        letters = 0
        whole = ""
        for caption in content.captions:
            if caption.kind == "part":
                letters += 1
                caption.part = chr(ord("a") + min(letters, 26) - 1)
            elif caption.kind in _KINDS:
                caption.number = whole = self._counters.step(caption.kind)
        for box in content.boxes:
            for label, order in box.labels:
                self.document.labels.append((label, *_at(box.captions, order, whole)))


def _at(captions: list[Caption], order: int, whole: str) -> tuple[str, str]:
    """Kind and number of the caption that a label follows."""
    caption = next((entry for entry in reversed(captions) if entry.order <= order), None)
    if caption is None or caption.kind == "unnumbered":
        return ("Table", whole) if whole else ("", "")
    if caption.kind == "part":
        return "Table", f"{whole}{caption.part}"
    return _KINDS[caption.kind], caption.number


def _extents(text: str) -> dict[int, int]:
    """Where each environment that may hold a table begins and ends; one without an end is left out."""
    extents: dict[int, int] = {}
    opened: dict[str, list[int]] = {}
    for match in _ENVIRONMENT.finditer(text):
        if match[2] not in _HOLDERS:
            continue
        if match[1] == "begin":
            opened.setdefault(match[2], []).append(match.start())
        elif opened.get(match[2]):
            extents[opened[match[2]].pop()] = match.end()
    return extents

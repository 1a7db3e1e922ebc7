"""What one float holds: its tabulars, and the captions with their numbers and letters that belong to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from r2p_tui.pdf.tex.tokens import DEPTH_LIMIT, Budget, Reader, TooMuchError
from r2p_tui.pdf.tex.words import TABULARS

CaptionKind = Literal["table", "figure", "part", "unnumbered"]
_CLOSE = "\\r2p@close"
_BOXES = frozenset({
    "minipage", "subtable", "subfigure", "subtable*", "subfloat", "table", "table*", "wraptable", "figure",
    "figure*", "varwidth", "threeparttable",
})  # fmt: skip
_PART_BOXES = frozenset({"subtable", "subfigure", "subtable*"})
_CAPTIONS = frozenset(
    {"\\caption", "\\captionabove", "\\captionbelow", "\\topcaption", "\\bottomcaption", "\\tablecaption"}
)
_TABLE_CAPTIONS = frozenset({"\\tabcaption", "\\tcaption", "\\tblcaption", "\\tabularcaption"})
_PART_CAPTIONS = frozenset({"\\subcaption", "\\subtablecaption"})
# Commands that box a part of a float, with its caption in square brackets or as the first argument.
_PART_COMMANDS = frozenset({"\\subfloat", "\\subtable", "\\subfigure"})
_TWO_GROUPS = frozenset({"\\ttabbox", "\\capbtabbox", "\\ffigbox", "\\floatbox"})
_TEXT_OF_A_LAYOUT = 40


@dataclass(slots=True)
class Caption:
    """The tokens of one caption; `number` and `part` are set when the document is counted through."""

    kind: CaptionKind
    tokens: list[str]
    order: int
    number: str = ""
    part: str = ""


@dataclass(slots=True, eq=False)
class Box:
    """The float itself or a box in it; captions, labels and tabulars in the order of the source."""

    is_part: bool = False
    parent: Box | None = None
    captions: list[Caption] = field(default_factory=list)
    labels: list[tuple[str, int]] = field(default_factory=list)
    first_tabular: int = 1 << 30


@dataclass(slots=True)
class Tabular:
    """One tabular: its environment, its column specification and its body."""

    environment: str
    columns: list[str]
    body: list[str]
    box: Box
    order: int
    is_layout: bool = False

    @property
    def captions(self) -> tuple[Caption | None, Caption | None]:
        """The caption of the whole float, and that of the part, which belong to this tabular."""
        box: Box | None = self.box
        part = None
        while box is not None:
            found = _nearest(box, self.order)
            if found is not None and found.kind == "part" and part is None:
                part = found
            elif found is not None and found.kind != "part":
                return found, part
            box = box.parent
        return None, part


@dataclass(slots=True)
class Float:
    """All that was found in one float, or in one tabular outside of floats."""

    kind: Literal["table", "figure", "none"]
    boxes: list[Box] = field(default_factory=list)
    tabulars: list[Tabular] = field(default_factory=list)

    @property
    def captions(self) -> Iterator[Caption]:
        return iter(
            sorted((caption for box in self.boxes for caption in box.captions), key=lambda entry: entry.order)
        )


def _nearest(box: Box, order: int) -> Caption | None:
    """The one caption; of several in one box the one above or below, as the box begins."""
    if len(box.captions) < 2:
        return box.captions[0] if box.captions else None
    above = [caption for caption in box.captions if caption.order < order]
    below = [caption for caption in box.captions if caption.order > order]
    if box.captions[0].order < box.first_tabular:
        return above[-1] if above else below[0]
    return below[0] if below else above[-1]


def read_float(tokens: Sequence[str], kind: Literal["table", "figure", "none"], budget: Budget) -> Float:
    """The tabulars and captions of a float whose macros are already written out."""
    found = Float(kind)
    _FloatReader(Reader(list(tokens), budget), found).read()
    return found


class _FloatReader:
    def __init__(self, reader: Reader, found: Float) -> None:
        self._reader = reader
        self._found = found
        self._order = 0
        self._box = self._open(is_part=False, parent=None)
        self._names: list[str] = []

    def read(self) -> None:
        while self._reader:
            word = self._reader.next()
            if word == "\\begin":
                self._begin()
            elif word == "\\end":
                self._end("".join(self._reader.argument()))
            elif word == _CLOSE:
                self._box = self._box.parent or self._box
            elif word in _HANDLERS:
                _HANDLERS[word](self, word)

    def _open(self, *, is_part: bool, parent: Box | None) -> Box:
        box = Box(is_part, parent)
        self._found.boxes.append(box)
        if len(self._found.boxes) > 50 * DEPTH_LIMIT:
            raise TooMuchError("it holds too many boxes")
        return box

    def _next_order(self) -> int:
        self._order += 1
        return self._order

    def _begin(self) -> None:
        name = "".join(self._reader.argument())
        if name in TABULARS:
            self._tabular(name)
        elif name in _BOXES:
            self._names.append(name)
            self._box = self._open(is_part=name in _PART_BOXES, parent=self._box)

    def _end(self, name: str) -> None:
        if self._names and self._names[-1] == name:
            self._names.pop()
            self._box = self._box.parent or self._box

    def _tabular(self, name: str) -> None:
        if name in ("tabu", "longtabu"):
            while self._reader and self._reader.peek() != "{":
                self._reader.next()
        arguments: list[list[str]] = []
        for kind in TABULARS[name]:
            if kind == "m":
                arguments.append(self._reader.argument())
            else:
                self._reader.option()
        body = self._until_end(name)
        columns = arguments[-1] if arguments else []
        tabular = Tabular(name, columns, self._without_captions(body), self._box, self._next_order())
        self._found.tabulars.append(tabular)
        self._box.first_tabular = min(self._box.first_tabular, tabular.order)
        if _is_layout(body):
            tabular.is_layout = True
            self._reader.put_back(body)

    def _until_end(self, name: str) -> list[str]:
        """The body of an environment; one of the same name inside belongs to it."""
        found: list[str] = []
        depth = 1
        while self._reader:
            word = self._reader.next()
            if word in ("\\begin", "\\end"):
                inner = self._reader.argument()
                depth += (word == "\\begin") - (word == "\\end") if "".join(inner) == name else 0
                if not depth:
                    break
                found += [word, "{", *inner, "}"]
            else:
                found.append(word)
        return found

    def _without_captions(self, body: list[str]) -> list[str]:
        """A long table has its caption and label inside."""
        if not any(word in _CAPTIONS or word == "\\label" for word in body):
            return body
        outer, self._reader = self._reader, Reader(body, self._reader.budget)
        kept: list[str] = []
        while self._reader:
            word = self._reader.next()
            if word in _CAPTIONS or word == "\\label":
                _HANDLERS[word](self, word)
            else:
                kept.append(word)
        self._reader = outer
        return kept

    def caption(self, word: str) -> None:
        unnumbered = self._reader.star()
        kind: CaptionKind = "figure" if self._found.kind == "figure" else "table"
        if word == "\\captionof":
            of = "".join(self._reader.argument())
            unnumbered = unnumbered or self._reader.star()
            kind = "figure" if "figure" in of else "table"
        elif word in _TABLE_CAPTIONS:
            kind = "table"
        if word in _PART_CAPTIONS or self._box.is_part:
            kind = "part"
        self._reader.option()
        self._keep_caption("unnumbered" if unnumbered else kind, self._reader.argument())

    def _keep_caption(self, kind: CaptionKind, tokens: list[str]) -> None:
        inner, kept = Reader(tokens, self._reader.budget), []
        order = self._next_order()
        while inner:
            word = inner.next()
            if word == "\\label":
                self._box.labels.append(("".join(inner.argument()).strip(), order))
            else:
                kept.append(word)
        self._box.captions.append(Caption(kind, kept, order))

    def label(self, _word: str) -> None:
        self._box.labels.append(("".join(self._reader.argument()).strip(), self._order))

    def part(self, word: str) -> None:
        r"""`\subfloat[caption]{...}` and `\subcaptionbox{caption}{...}`."""
        if word == "\\subcaptionbox":
            self._reader.star()
            caption: list[str] | None = self._reader.argument()
            self._reader.option()
            self._reader.option()
        else:
            caption = self._reader.option()
            caption = self._reader.option() or caption
        content = self._reader.argument()
        self._box = self._open(is_part=True, parent=self._box)
        if caption is not None:
            self._keep_caption("part", caption)
        self._reader.put_back([*content, _CLOSE])

    def two_groups(self, _word: str) -> None:
        r"""`\ttabbox{\caption{...}}{tabular}` is a box with both in it."""
        self._reader.option()
        first, second = self._reader.argument(), self._reader.argument()
        self._box = self._open(is_part=False, parent=self._box)
        self._reader.put_back([*first, *second, _CLOSE])


_HANDLERS: dict[str, Callable[[_FloatReader, str], None]] = {
    **dict.fromkeys((*_CAPTIONS, *_TABLE_CAPTIONS, *_PART_CAPTIONS, "\\captionof"), _FloatReader.caption),
    **dict.fromkeys((*_PART_COMMANDS, "\\subcaptionbox"), _FloatReader.part),
    **dict.fromkeys(_TWO_GROUPS, _FloatReader.two_groups),
    "\\label": _FloatReader.label,
}


def _is_layout(body: Sequence[str]) -> bool:
    """Whether a tabular has no text of its own, only whole tables side by side or one over the other."""
    depth = own = inner_cells = inner_rows = tables = 0
    for place, word in enumerate(body):
        if word == "\\begin":
            name = "".join(body[place + 2 : place + 12]).partition("}")[0]
            depth += name in TABULARS
            tables += name in TABULARS and depth == 1
        elif word == "\\end":
            depth -= "".join(body[place + 2 : place + 12]).partition("}")[0] in TABULARS and depth > 0
        elif depth:
            inner_cells += word == "&"
            inner_rows += word == "\\\\"
        else:
            own += word[0].isalnum()
    return (
        tables > 0
        and inner_rows >= 3 * tables
        and inner_cells >= 3 * tables
        and own <= _TEXT_OF_A_LAYOUT * tables
    )

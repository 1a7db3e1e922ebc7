"""The body of a tabular cut into rows and cells, with the lines between the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from r2p_tui.pdf.tex.tokens import Budget, Reader, TooMuchError
from r2p_tui.pdf.tex.words import PARTIAL_RULES, RULE_PATTERNS, RULES

ROW_LIMIT = 5_000
_ROW_ENDS = frozenset({"\\\\", "\\tabularnewline", "\\cr", "\\crcr", "\\tnl"})
_PARTS = frozenset({"\\endfirsthead", "\\endhead", "\\endfoot", "\\endlastfoot"})
# What stands between the number of rows and the text.
_OVER_ROWS = {"\\multirow": "omo", "\\multirowcell": "oo", "\\multirowthead": "oo"}
_SPANNING = frozenset({"\\multicolumn", "\\SetCell", "\\Block", *_OVER_ROWS})
_SPAN = re.compile(r"\s*(\d{1,4})\s*-\s*(\d{1,4})\s*")
_KEY = re.compile(r"\b([rc])\s*=\s*(\d{1,4})")
# What may stand before a line without making the row a row of text.
_WITHOUT_TEXT = frozenset({" ", "\\par", "\\centering", "\\relax"})


@dataclass(slots=True)
class RawCell:
    """The tokens of one cell; `rows` is negative where it reaches upward.

    A cell with `covers` lies over cells that are written as well.
    """

    tokens: list[str] = field(default_factory=list)
    columns: int = 1
    rows: int = 1
    covers: bool = False


@dataclass(slots=True)
class RawRow:
    """Cells in a row; above it a line over the whole width, or lines over `partial` columns, from 0."""

    cells: list[RawCell] = field(default_factory=list)
    rule: bool = False
    partial: list[tuple[int, int]] = field(default_factory=list)


def read_rows(tokens: Sequence[str], budget: Budget) -> list[RawRow]:
    """The rows; of the heads of a long table only the first, of its feet none."""
    cutter = _Cutter(Reader(list(tokens), budget))
    cutter.cut()
    for row in cutter.rows:
        row.cells = [_cell(cell.tokens, budget) for cell in row.cells]
    return cutter.rows


class _Cutter:
    def __init__(self, reader: Reader) -> None:
        self.rows: list[RawRow] = []
        self.pending = RawRow()
        self._reader = reader
        self._cell: list[str] = []
        self._depth = 0
        self._head: list[RawRow] | None = None

    def cut(self) -> None:
        while self._reader:
            word = self._reader.next()
            if word in ("{", "\\begin", "\\bgroup"):
                self._depth += 1
            elif word in ("}", "\\end", "\\egroup"):
                self._depth = max(self._depth - 1, 0)
            if self._depth or not self._special(word):
                self._cell.append(word)
        if self._written():
            self._end_row()

    def _special(self, word: str) -> bool:
        """Handle what has a meaning outside of groups; False for everything that belongs to a cell."""
        if word == "&":
            self._end_cell()
        elif word in _ROW_ENDS:
            self._reader.star()
            self._reader.option()
            self._end_row()
        elif word in _PARTS:
            self._end_part(word)
        elif word in RULES:
            self._pass_arguments(RULE_PATTERNS.get(word, ""))
            self._draw()
        elif word in PARTIAL_RULES:
            self._partial_rule(word)
        elif word == "\\noalign":
            if any(inner in RULES or inner == "\\hrule" for inner in self._reader.argument()):
                self._draw()
        elif word == "\\tablehead":
            self._reader.put_back([*self._reader.argument(), "\\\\", "\\hline"])
        elif word in ("\\addlinespace", "\\morecmidrules"):
            self._reader.option()
        else:
            return False
        return True

    def _pass_arguments(self, pattern: str) -> None:
        for kind in pattern:
            _ = self._reader.argument() if kind == "m" else self._reader.option()
        self._reader.parentheses()

    def _draw(self) -> None:
        # Without its row end, a last row would otherwise run into the line that closes the table.
        if self._written():
            self._end_row()
        self.pending.rule = True

    def _partial_rule(self, word: str) -> None:
        self._reader.star()
        self._reader.option()
        self._reader.parentheses()
        match = _SPAN.fullmatch("".join(self._reader.argument()))
        if self._written():
            self._end_row()
        if match:
            self.pending.partial.append((int(match[1]) - 1, int(match[2]) - 1))
        _ = self._reader.argument() if word == "\\Xcline" else self._reader.option()

    def _written(self) -> bool:
        return bool(self.pending.cells) or any(word not in _WITHOUT_TEXT for word in self._cell)

    def _end_cell(self) -> None:
        self.pending.cells.append(RawCell(self._cell))
        self._cell = []

    def _end_row(self) -> None:
        self._end_cell()
        self.rows.append(self.pending)
        self.pending = RawRow()
        if len(self.rows) > ROW_LIMIT:
            raise TooMuchError(f"it has more than {ROW_LIMIT:,} rows")

    def _end_part(self, word: str) -> None:
        r"""The first head stays; what stands before the other marks is repeated on later pages, or a foot."""
        if self._written():
            self._end_row()
        if self._head is None and word in ("\\endfirsthead", "\\endhead"):
            self._head = self.rows
        self.rows = list(self._head or ())
        self.pending = RawRow(rule=bool(self.rows))


def _cell(tokens: list[str], budget: Budget) -> RawCell:
    r"""A cell with its span, as `\multicolumn`, `\multirow`, `\SetCell` or `\Block` give it."""
    if _SPANNING.isdisjoint(tokens):
        return RawCell(tokens)
    reader, kept = Reader(tokens, budget), []
    cell = RawCell()
    depth = 0
    while reader:
        word = reader.next()
        depth += (word == "{") - (word == "}")
        if word == "\\multicolumn" and not depth:
            cell.columns = min(max(_count(reader.argument()), 1), 400)
            reader.argument()
            reader.put_back(["{", *reader.argument(), "}"])
        elif word in _OVER_ROWS:
            reader.option()
            cell.rows = _count(reader.argument()) or 1
            for kind in _OVER_ROWS[word]:
                _ = reader.argument() if kind == "m" else reader.option()
            reader.put_back(["{", *reader.argument(), "}"])
        elif word in ("\\SetCell", "\\Block"):
            _cover(word, cell, reader)
        else:
            kept.append(word)
    cell.tokens = kept
    return cell


def _cover(word: str, cell: RawCell, reader: Reader) -> None:
    """Spans whose covered cells are written too, as tabularray and nicematrix want them."""
    option = "".join(reader.option() or [])
    argument = "".join(reader.argument())
    sizes = {key: int(size) for key, size in _KEY.findall(option)}
    if word == "\\Block" and (match := _SPAN.fullmatch(argument)):
        sizes = {"r": int(match[1]), "c": int(match[2])}
    cell.rows, cell.columns = min(sizes.get("r", 1), ROW_LIMIT), min(sizes.get("c", 1), 400)
    cell.covers = True


def _count(tokens: Sequence[str]) -> int:
    text = "".join(tokens).strip()
    match = re.match(r"(-?\d{1,5})", text.replace("$", ""))
    return max(min(int(match[1]), ROW_LIMIT), -ROW_LIMIT) if match else 0

"""What the columns of a tabular are said to be: how many, what surrounds each cell, what joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from r2p_tui.pdf.tex.macros import Macro, filled
from r2p_tui.pdf.tex.tokens import Budget, Reader

COLUMN_LIMIT = 400
_TAKES_WIDTH = frozenset("pmbPMBwWLRCVN")
_BETWEEN = frozenset("!;")


@dataclass(slots=True)
class Column:
    """`before` and `after` surround each cell; `numbers` is set where siunitx prints them.

    `joint` is what stands between the column and the next one, None where there is space.
    """

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    joint: list[str] | None = None
    numbers: bool = False


def read_columns(tokens: Sequence[str], known: Mapping[str, Macro], budget: Budget) -> list[Column]:
    """The columns of `l|c@{.}r`, with repeated and author-defined ones written out."""
    reader = Reader(list(tokens), budget)
    columns: list[Column] = []
    before: list[str] = []
    while reader and len(columns) < COLUMN_LIMIT:
        letter = _letter(reader)
        if letter == ">":
            before = reader.argument() + before
        elif letter == "<" and columns:
            columns[-1].after += reader.argument()
        elif letter == "@":
            joint = reader.argument()
            if columns:
                columns[-1].joint = joint
        elif letter in _BETWEEN or letter == "<":
            reader.argument()
        elif letter == "*":
            _repeat(reader, budget)
        elif letter in known:
            reader.put_back(filled(known[letter], known[letter].body, reader, budget))
        elif letter.isalpha() and len(letter) == 1:
            columns.append(Column(before, numbers=letter in "Sn"))
            before = []
            _skip_arguments(letter, reader)
    return columns


def _letter(reader: Reader) -> str:
    """One character of the specification; groups that nobody asked for are opened."""
    word = reader.next()
    if len(word) > 1 and word[0] not in "\\#":
        reader.put_back([word[1:]])
        return word[0]
    return word


def _repeat(reader: Reader, budget: Budget) -> None:
    count, columns = "".join(reader.argument()).strip(), reader.argument()
    times = min(int(count), COLUMN_LIMIT) if count.isdecimal() and count.isascii() and len(count) < 6 else 1
    budget.spend(times * len(columns))
    reader.put_back(columns * times)


def _skip_arguments(letter: str, reader: Reader) -> None:
    reader.option()
    if letter == "D":
        _ = reader.argument(), reader.argument(), reader.argument()
        return
    while reader.peek() == "{":
        reader.argument()


def column_part(specification: Sequence[str], budget: Budget) -> list[str]:
    """The columns themselves in the settings of a `tblr`, such as `colspec={lcc}, row{1}={c}`."""
    reader = Reader(list(specification), budget)
    said = ""
    while reader:
        word = reader.next()
        if word == "{":
            group = reader.until_closed()
            if said.rstrip().endswith(("colspec=", "colspec =")):
                return group
            said += "{}"
        else:
            said += word
    return [] if "=" in said else list(specification)

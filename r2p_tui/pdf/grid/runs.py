"""Lines cut at the columns: which text of a line lies in which column, or over several."""

from __future__ import annotations

from typing import NamedTuple

from r2p_tui.pdf.grid.columns import Columns, Scale
from r2p_tui.pdf.grid.pieces import Line, Phrase, Piece, is_value, joined_text, phrases_of

_ALIGNED = 0.25
_OVERHANG = 0.3
_EXACT = 0.05


class Run(NamedTuple):
    """What a line holds from column `first` to column `last`."""

    first: int
    last: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return joined_text(self.pieces)

    @property
    def left(self) -> float:
        return self.pieces[0].box.left

    @property
    def right(self) -> float:
        return max(piece.box.right for piece in self.pieces)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def runs_of(line: Line, columns: Columns, scale: Scale) -> list[Run]:
    """The texts of the line, at most one to a column; a text over several columns stays whole."""
    phrases = phrases_of(line, scale.space)
    # A title or a header may stand over columns and begin with one by chance; a row of values has cells.
    bears_values = any(is_value(joined_text(phrase.pieces)) for phrase in phrases)
    parts = [run for phrase in phrases for run in _cut(phrase, columns, scale, bears_values=bears_values)]
    runs: list[Run] = []
    for run in sorted(parts, key=lambda part: (part.first, part.left)):
        if runs and run.first <= runs[-1].last:
            held = runs.pop()
            run = Run(held.first, max(held.last, run.last), (*held.pieces, *run.pieces))
        runs.append(run)
    return runs


def _cut(phrase: Phrase, columns: Columns, scale: Scale, *, bears_values: bool) -> list[Run]:
    by_column: dict[int, list[Piece]] = {}
    for piece in phrase.pieces:
        by_column.setdefault(columns.at(piece.middle), []).append(piece)
    parts = [Run(column, column, tuple(pieces)) for column, pieces in sorted(by_column.items())]
    if any(is_value(part.text) for part in parts) and all(_fits(part, columns, scale) for part in parts):
        return parts
    if bears_values and len(parts) > 1 and _stand_apart(parts, columns, scale):
        return parts
    slack = _OVERHANG * scale.em
    first, last = columns.at(phrase.left + slack), columns.at(phrase.right - slack)
    if len(parts) == 1 and len(phrase.pieces) == 1 and first != last and not _reaches(phrase, columns, scale):
        first = last = parts[0].first
    return [Run(min(first, parts[0].first), max(last, parts[-1].last), phrase.pieces)]


def _reaches(phrase: Phrase, columns: Columns, scale: Scale) -> bool:
    """Whether a single word really stands over two columns: centred between them."""
    first, last = columns.at(phrase.left), columns.at(phrase.right)
    middle = (columns.bodies[first][0] + columns.bodies[last][1]) / 2
    return abs(phrase.middle - middle) <= scale.em


def _stand_apart(parts: list[Run], columns: Columns, scale: Scale) -> bool:
    """Whether words of two columns only come close: each begins its column to the point, and ends in it."""
    edges = [(part, *columns.bodies[part.first]) for part in parts[1:]]
    return all(
        abs(part.left - low) <= _EXACT * scale.em and part.right < high - scale.em
        for part, low, high in edges
    )


def _fits(part: Run, columns: Columns, scale: Scale) -> bool:
    """Whether a part stands in its column as other texts of the column do."""
    low, high = columns.bodies[part.first]
    near = _ALIGNED * scale.em
    aligned = (
        abs(part.left - low) <= near
        or abs(part.right - high) <= near
        or abs(part.middle - (low + high) / 2) <= near
    )
    return aligned or is_value(part.text)

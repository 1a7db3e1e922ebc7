"""How a text is set off: bold, or underlined by a short rule just below it."""

from __future__ import annotations

from collections.abc import Sequence

from r2p_tui.pdf.grid.pieces import Piece
from r2p_tui.pdf.grid.rulings import Rulings


def is_bold(pieces: Sequence[Piece]) -> bool:
    """Whether at least half of the letters and digits are bold."""
    letters = [(word.bold, sum(c.isalnum() for c in word.text)) for piece in pieces for word in piece.words]
    total = sum(count for _, count in letters)
    return total > 0 and sum(count for bold, count in letters if bold) * 2 >= total


def is_underlined(pieces: Sequence[Piece], rulings: Rulings) -> bool:
    """Whether a short rule hangs below one of the pieces."""
    return any(
        bar.start - 1 <= piece.middle <= bar.end + 1 and 0 <= bar.at - piece.baseline <= 0.4 * piece.size
        for piece in pieces
        for bar in rulings.underlines
    )

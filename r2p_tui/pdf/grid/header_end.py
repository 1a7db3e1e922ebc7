"""Where the header of a table ends: told by lines, by where values begin, by bold."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from r2p_tui.pdf.grid.pieces import Line, Phrase, is_value, phrases_of
from r2p_tui.pdf.grid.rulings import Rulings

_TALLEST_SHARE = 0.6
_LIKE_THE_BODY = 0.5
_MOST_LINES_OF_A_HEAD = 2


def count_header_lines(lines: Sequence[Line], rulings: Rulings, space: float) -> int:
    """How many of the lines stand above the body; 0 for a table without a header."""
    rows = [phrases_of(line, space) for line in lines]
    begins = _values_begin(rows)
    ruled = _ruled_ends(lines, rulings)
    if begins == len(rows):
        return ruled[0] if ruled else _bold_lines(lines)
    if begins == 0:
        return _numeric_header(lines, rows, ruled)
    if ruled and begins < ruled[0] and _lack_labels(rows, begins, ruled[0]):
        return ruled[0]
    inside = [end for end in ruled if end <= begins]
    if not inside:
        begins = _without_headings(rows, begins)
        return begins if begins <= _TALLEST_SHARE * len(rows) else 0
    end = inside[0]
    for later in inside[1:]:
        if all(len(row) >= 2 for row in rows[end:later]) and later <= _TALLEST_SHARE * len(rows):
            end = later
    return end


def _values_begin(rows: Sequence[Sequence[Phrase]]) -> int:
    """The first line that holds about as many values as lines of the body do."""
    counts = [sum(is_value(phrase.text) for phrase in row) for row in rows]
    filled = [(count, count / len(row)) for count, row in zip(counts, rows, strict=True) if count]
    if not filled:
        return len(rows)
    enough = max(1.0, _LIKE_THE_BODY * median(count for count, _ in filled))
    share = _LIKE_THE_BODY * median(part for _, part in filled)
    for index, (row, count) in enumerate(zip(rows, counts, strict=True)):
        if count >= enough and count >= share * len(row):
            return index
    return len(rows)


def _lack_labels(rows: Sequence[Sequence[Phrase]], begins: int, end: int) -> bool:
    """Whether lines just above the first rule have nothing where all rows below it have their labels."""
    if end - begins > _MOST_LINES_OF_A_HEAD or len(rows) - end < 2 * end:
        return False
    labels_end = median(row[0].right for row in rows[end:])
    return all(row[0].left > labels_end for row in rows[begins:end])


def _without_headings(rows: Sequence[Sequence[Phrase]], begins: int) -> int:
    """Lines of one longer text just above the values head the first rows and are not part of the header."""
    end = begins
    while end > 1 and len(rows[end - 1]) == 1 and len(rows[end - 1][0].pieces) > 1 and len(rows[end - 2]) > 1:
        end -= 1
    return end


def _ruled_ends(lines: Sequence[Line], rulings: Rulings) -> list[int]:
    """Indices of lines that have a line over the whole table just above them; not the first."""
    return [
        index
        for index in range(1, len(lines))
        if rulings.full_between(
            lines[index - 1].baseline - 1, lines[index].baseline - 0.4 * lines[index].size
        )
    ]


def _bold_lines(lines: Sequence[Line]) -> int:
    """Leading lines that are all bold, where the rest is not."""
    bold = [all(word.bold for piece in line.pieces for word in piece.words) for line in lines]
    count = next((index for index, is_bold in enumerate(bold) if not is_bold), 0)
    return count if not any(bold[count + 1 :]) else min(count, 1)


def _numeric_header(lines: Sequence[Line], rows: Sequence[Sequence[Phrase]], ruled: Sequence[int]) -> int:
    """A first line of numbers is a header if it is ruled off and written otherwise than the body."""
    if not ruled or ruled[0] > 1 or len(lines) < 3:
        return 0
    first = [phrase.text for phrase in rows[0][1:] or rows[0]]
    body = [phrase.text for row in rows[1:] for phrase in row[1:] if is_value(phrase.text)]
    if not body:
        return 0
    dotted_body = sum("." in text for text in body) / len(body)
    dotted_first = sum("." in text for text in first) / max(1, len(first))
    lone_rule = len(ruled) <= max(1, (len(lines) - 1) // 3)
    return 1 if lone_rule and (dotted_body - dotted_first > 0.5 or _bold_lines(lines[:2]) == 1) else 0

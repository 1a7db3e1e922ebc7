"""What the running text says about tables: the heading above each, and the sentences that name it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.boxes import holds_middle
from r2p_tui.pdf.find.captions import Caption, joined_lines
from r2p_tui.pdf.find.page_text import PageText
from r2p_tui.pdf.find.text_lines import Line
from r2p_tui.pdf.layout import Region
from r2p_tui.text import clean_line, shorten

_MOST_MENTIONS, _LONGEST_MENTION = 12, 600

# Page, column and height: text is read in this order.
_Place = tuple[int, int, float]

_ABBREVIATION = re.compile(
    r"(?:\b(?:Figs?|Tabs?|Eqs?|Secs?|Refs?|No|cf|vs|al|e\.g|i\.e|resp|approx|w\.r\.t|App)|\b[A-Z])\.$"
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\[“\"])")
_NAME = re.compile(r"\b(?:Tables?|Tabs?\.?|TABLES?)\s*~?\s*(?=(?:[A-Z]\.?)?\d|[IVXL]+\b)")
_ENTRY = re.compile(
    r"\s*(?P<join>,\s*and|,|and|&|or|[-–—]|to)?\s*(?:Tables?|Tabs?\.?)?\s*"
    r"(?P<number>(?:[A-Z]\.?)?\d{1,3}(?:\.\d{1,2})?|[IVXL]+\b)?\s?\(?(?P<part>[a-z])?\)?(?![\w])"
)


def with_context(
    regions: Sequence[Region], texts: Sequence[PageText], captions: Iterable[Caption]
) -> list[Region]:
    """The regions with `section` and `mentions` filled in."""
    headings = sorted(_headings(texts))
    places = [place for place, _ in headings]
    mentions = _mentions(texts, regions, {line for caption in captions for line in caption.lines})
    columns = {text.page.number: text for text in texts}
    found = []
    for region in regions:
        index = bisect_right(places, _place(region.box, columns[region.page]))
        section = headings[index - 1][1] if index else ""
        found.append(replace(region, section=section, mentions=_of_region(region, mentions)))
    return found


def _place(box: Box, text: PageText) -> _Place:
    column = sum(box.left >= left - 8 for left, _ in text.columns[1:])
    return text.page.number, column, box.top


# --- headings -------------------------------------------------------------------------------------------


def _headings(texts: Sequence[PageText]) -> Iterator[tuple[_Place, str]]:
    """Headings with their places; a number set apart and the lines of a long heading are put together."""
    for text in texts:
        lines = sorted(
            text.headings, key=lambda line: (*_place(line.box, text)[:2], round(line.baseline), line.box.left)
        )
        group: list[Line] = []
        for line in lines:
            if group and not _same_heading(group[-1], line, text):
                yield _place(group[0].box, text), clean_line(joined_lines(group))
                group = []
            group.append(line)
        if group:
            yield _place(group[0].box, text), clean_line(joined_lines(group))


def _same_heading(line: Line, other: Line, text: PageText) -> bool:
    same_column = _place(line.box, text)[1] == _place(other.box, text)[1]
    near = other.baseline - line.baseline < 1.4 * line.size
    return same_column and near and abs(line.size - other.size) < 0.5 and line.bold == other.bold


# --- sentences that name a table ------------------------------------------------------------------------


def _mentions(
    texts: Sequence[PageText], regions: Sequence[Region], captions: set[Line]
) -> dict[str, list[tuple[str, str]]]:
    """By number: the parts that are named ("" for the whole table) and the sentence that does."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for sentence in _sentences(_running_text(texts, regions, captions)):
        for number, part in dict.fromkeys(references(sentence)):
            found[number].append((part, shorten(sentence, _LONGEST_MENTION)))
    return found


def _running_text(texts: Sequence[PageText], regions: Sequence[Region], captions: set[Line]) -> str:
    lines: list[Line] = []
    for text in texts:
        boxes = [region.box for region in regions if region.page == text.page.number]
        own = [
            line
            for line in text.prose
            if line not in captions and not any(holds_middle(box, line.box) for box in boxes)
        ]
        lines += sorted(own, key=lambda line: _place(line.box, text))
    return clean_line(joined_lines(lines))


def _sentences(text: str) -> Iterator[str]:
    kept = ""
    for piece in _SENTENCE_END.split(text):
        kept = f"{kept} {piece}" if kept else piece
        if not _ABBREVIATION.search(kept[-12:]):
            yield kept
            kept = ""
    if kept:
        yield kept


def references(sentence: str) -> Iterator[tuple[str, str]]:
    """Number and part of every table that a sentence names, as in `Tables 1-3`, `Tab. II`, `Table 1(b)`."""
    for name in _NAME.finditer(sentence):
        number, part, position = "", "", name.end()
        while entry := _ENTRY.match(sentence, position):
            first = position == name.end()
            if not (entry["number"] or entry["part"]) or not (first or entry["join"]):
                break
            last = number, part
            number, part = (entry["number"] or number).upper(), entry["part"] or ""
            if entry["join"] in ("-", "–", "—", "to"):
                yield from _between(last, (number, part))
            yield number, part
            position = entry.end()


def _between(first: tuple[str, str], last: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """What lies between the ends of `1-3` or `1a-1c`."""
    if first[0].isdigit() and last[0].isdigit() and int(first[0]) < int(last[0]) <= int(first[0]) + 20:
        yield from ((str(number), "") for number in range(int(first[0]) + 1, int(last[0])))
    elif first[0] == last[0] and first[1] and last[1]:
        yield from ((first[0], chr(code)) for code in range(ord(first[1]) + 1, ord(last[1])))


def _of_region(region: Region, mentions: dict[str, list[tuple[str, str]]]) -> tuple[str, ...]:
    if not region.number:
        return ()
    sentences = [
        sentence
        for part, sentence in mentions.get(region.number, ())
        if not part or not region.part or part == region.part
    ]
    return tuple(dict.fromkeys(sentences))[:_MOST_MENTIONS]

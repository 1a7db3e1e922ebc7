"""Captions of tables and figures, told apart from sentences that begin with the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Literal

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.find.boxes import height, shared_width, union
from r2p_tui.pdf.find.page_text import PageText
from r2p_tui.pdf.find.text_lines import Line
from r2p_tui.pdf.layout import Rule
from r2p_tui.text import clean_line

Kind = Literal["table", "figure", "other"]

_NUMBER = r"(?:[A-Z]{1,2}\.?)?\d{1,3}(?:[.-]\d{1,2})?|[IVXL]{1,7}|[A-Z]"
_LABEL = re.compile(
    r"^(?:(?:supplementa(?:ry|l)|suppl?\.?|extended data|supporting|appendix|online)\s+)?"
    r"(?P<kind>table|tab|tbl|figure|fig|algorithm|alg|listing|scheme|chart|prompt|box|plate)\b\.?\s*"
    rf"(?P<number>{_NUMBER})(?:\s?\(?(?P<part>[a-z])\)?(?![\w.]))?"
    r"(?P<sep>\s*[:.|—–-]+|\s*\((?:continued|cont\.?)[^)]*\)[:.]?)?(?=\s|$|(?-i:[A-Z]))",
    re.I,
)
_CONTINUED = re.compile(r"\b(?:continued|cont['.]?d?\.?)\b", re.I)
_TABLES, _FIGURES = ("table", "tab", "tbl"), ("figure", "fig", "plate", "scheme", "chart")
_SUB_LABEL = re.compile(r"^\(?(?P<part>[a-z])\)(?:\s|$)")
_SENTENCE = re.compile(
    r"^(?:shows?|presents?|lists?|reports?|summari[sz]es|gives?|compares?|contains?|provides?|and|or|in|is|are|"
    r"we|illustrates?|demonstrates?|describes?|also|that|for|to|with|as|,|;|\)|details?|includes?|\(?right|\(?left)",
    re.I,
)
# In parts of the font size.
_LEADING, _FIRST_LEADING, _GAP_AFTER_LABEL = 1.15, 1.5, 2.2
_LEAST_EVIDENCE = 1.0
_MOST_ON_A_PAGE = 40


@dataclass(frozen=True, eq=False)
class Caption:
    """A caption with the lines that carry it; `part` is the letter of a caption of one part of a float.

    `float_text` is then the caption of the float as a whole.
    """

    kind: Kind
    number: str
    part: str
    lines: tuple[Line, ...]
    evidence: float
    float_text: str = ""

    @property
    def name(self) -> tuple[str, ...]:
        return self.kind, self.number, self.part

    @property
    def box(self) -> Box:
        return union(line.box for line in self.lines)

    @property
    def text(self) -> str:
        own = clean_line(joined_lines(self.lines))
        return f"{own} {self.float_text}".strip()

    @property
    def continued(self) -> bool:
        return bool(_CONTINUED.search(self.text[:60]) or _CONTINUED.search(self.text[-30:]))


def joined_lines(lines: Iterable[Line]) -> str:
    """The text of lines in one, words that were cut at a line's end put together again."""
    parts: list[str] = []
    for line in lines:
        if parts and re.search(r"[a-z]-$", parts[-1][-2:]) and line.text[0].islower():
            parts[-1] = parts[-1][:-1] + line.text
        else:
            parts.append(line.text)
    return " ".join(parts)


def find_captions(texts: Sequence[PageText]) -> list[list[Caption]]:
    """The captions of each page; a number is a caption once, where most speaks for it."""
    found = [_on_page(text) for text in texts]
    form = Counter(_form(caption) for page in found for caption in page if caption.evidence >= 2)
    usual = form.most_common(1)[0][0] if form else None
    likely = [[c for c in page if _weight(c, usual) >= _LEAST_EVIDENCE] for page in found]
    best: dict[tuple[str, ...], float] = {}
    for caption in (caption for page in likely for caption in page):
        best[caption.name] = max(best.get(caption.name, 0.0), _weight(caption, usual))
    return [[c for c in page if _weight(c, usual) >= best[c.name] - 0.9 or c.continued] for page in likely]


def _weight(caption: Caption, usual: tuple[str, str] | None) -> float:
    return caption.evidence + (0.7 if _form(caption) == usual else 0.0)


def _form(caption: Caption) -> tuple[str, str]:
    label = _LABEL.match(caption.lines[0].text)
    return (label["kind"], (label["sep"] or "").strip()) if label else ("", "")


def _on_page(text: PageText) -> list[Caption]:
    """What may be captions; none on a page that lists them."""
    found = list(_candidates(text))
    return found if len(found) <= _MOST_ON_A_PAGE else []


def _candidates(text: PageText) -> Iterator[Caption]:
    labelled = ((index, line, _LABEL.match(line.text)) for index, line in enumerate(text.lines))
    for index, line, label in islice((entry for entry in labelled if entry[2]), 2 * _MOST_ON_A_PAGE):
        sideways = height(line.box) > 3 * line.size
        if (
            label is None
            or sideways
            or line in text.furniture
            or (evidence := _evidence(line, label, text, index)) <= 0
        ):
            continue
        lines = tuple(_lines_of_caption(line, text, index, alone=label.end() >= len(line.text)))
        yield Caption(_kind(label["kind"]), _number(label["number"]), label["part"] or "", lines, evidence)


def _kind(word: str) -> Kind:
    word = word.lower()
    return "table" if word in _TABLES else "figure" if word in _FIGURES else "other"


def _number(printed: str) -> str:
    return printed.rstrip(".").upper()


# --- what speaks for a caption --------------------------------------------------------------------------


def _evidence(line: Line, label: re.Match[str], text: PageText, index: int) -> float:
    beside = _beside_label(line, text.lines)
    rest = (line.text[label.end() :] + (" " + beside.text if beside else "")).strip()
    separator = (label["sep"] or "").strip()
    weight = {":": 2.0, "": 0.0}.get(separator, 1.2)
    bold = all(word.bold for word in line.words[: len(label.group().split())])
    if not separator and not bold:
        weight += -2.0 if rest and _SENTENCE.match(rest) else 0.0
        weight -= 1.0 if rest and not rest[0].isupper() else 0.0
    if bold or label["kind"].isupper():
        weight += 1.5
    if abs(line.size - text.size) > 0.4:
        weight += 0.7
    weight += -2.5 if _continues_paragraph(line, text, index) else 0.8
    if not rest:
        weight += 0.5
    if label["number"].isalpha() and not separator and rest:
        weight -= 1.0
    return weight


def _continues_paragraph(line: Line, text: PageText, index: int) -> bool:
    """Whether the line above is a full line of running text of the same size and left edge."""
    for above in reversed(text.lines[max(0, index - 12) : index]):
        step = line.baseline - above.baseline
        if step > 1.45 * line.size:
            break
        if step < 0.5 * line.size or shared_width(above.box, line.box) <= 0 or above not in text.prose:
            continue
        same = abs(above.size - line.size) <= 0.4
        full = above.box.right >= line.box.right - 1.0 or line not in text.prose
        if same and full and abs(above.box.left - line.box.left) <= 3.0 * line.size:
            return not _rule_between(above, line, text.rules)
    return False


# --- how far it reaches ---------------------------------------------------------------------------------


def _lines_of_caption(first: Line, text: PageText, index: int, *, alone: bool) -> Iterator[Line]:
    lines = [first]
    yield first
    following = text.lines[index + 1 :]
    if alone and (beside := _beside_label(first, text.lines)):
        lines.append(beside)
        yield beside
        alone = False
    leading: float | None = None
    while (below := _next_line(lines, following, text, leading, alone=alone)) is not None:
        step = below.baseline - lines[-1].baseline
        leading = min(leading or step, step) if step > 2 else leading
        lines.append(below)
        yield below
        alone = False


def _beside_label(label: Line, lines: Sequence[Line]) -> Line | None:
    for line in lines:
        gap = line.box.left - label.box.right
        if abs(line.baseline - label.baseline) < 1.0 and 0 < gap <= _GAP_AFTER_LABEL * label.size:
            return line
    return None


def _next_line(
    lines: list[Line], following: Sequence[Line], text: PageText, leading: float | None, *, alone: bool
) -> Line | None:
    last = lines[-1]
    reach = (leading * _LEADING) if leading else _FIRST_LEADING * last.size * (1.25 if alone else 1.0)
    box = union(line.box for line in lines)
    row: list[Line] = []
    for line in following:
        step = line.baseline - last.baseline
        if step > reach + (0 if not row else 2.0):
            break
        if step > 0.5 * last.size and shared_width(line.box, box) > 0:
            row.append(line)
    if len(row) != 1 or not _carries_on(lines, row[0], alone=alone) or _LABEL.match(row[0].text):
        return None
    return None if _rule_between(last, row[0], text.rules) else row[0]


def _carries_on(lines: list[Line], line: Line, *, alone: bool) -> bool:
    last = lines[-1]
    if abs(line.size - last.size) > 0.6 and not alone:
        return False
    if alone:
        return True
    middle = sum(last.box[::2]) / 2 - sum(line.box[::2]) / 2
    if line.box.left < min(other.box.left for other in lines) - 3.0 and abs(middle) > 3.0:
        return False
    # A line is broken only where the next word no longer fitted.
    right = max(*(other.box.right for other in lines), line.box.right)
    first_word = line.words[0].box
    fits = last.box.right + 0.25 * last.size + first_word.right - first_word.left < right - 1.0
    if not fits or _is_ragged_on(lines, line):
        return True
    # A centred line may end before the one below does.
    return abs(middle) < 1.5 and len(lines) == 1 and line.box.right - last.box.right < 3 * last.size


def _is_ragged_on(lines: list[Line], line: Line) -> bool:
    """Whether a line of words goes on at the left edge of two lines or more, whatever their right edges."""
    letters = sum(char.isalpha() for char in line.text)
    wordy = len(line.words) >= 4 and letters >= 0.5 * len(line.text)
    second = lines[-1].baseline > lines[0].baseline + 1
    return wordy and second and abs(lines[-1].box.left - line.box.left) < 2


def _rule_between(upper: Line, lower: Line, rules: Sequence[Rule]) -> bool:
    return any(
        rule.horizontal
        and upper.baseline < (rule.box.top + rule.box.bottom) / 2 < lower.baseline - 0.4 * lower.size
        and shared_width(rule.box, lower.box) > 0
        for rule in rules
    )


# --- captions of parts ----------------------------------------------------------------------------------


def find_sub_captions(lines: Sequence[Line], text: PageText) -> list[Caption]:
    """Captions (a), (b) ... among the lines of one float, in their order; [] where not even two follow."""
    labelled = [line for line in lines if _SUB_LABEL.match(line.text)]
    alone = [line for line in labelled if _alone_in_its_row(line, lines)]
    apart = [line for line in labelled if line in alone or _apart_from_its_row(line, lines)]
    for fitting in (alone, apart):
        series = _series(sorted(fitting, key=lambda line: -_room_beside(line, lines)))
        if len(series) >= 2:
            return [_sub_caption(line, text) for line in series]
    return []


def _series(lines: Sequence[Line]) -> list[Line]:
    """The lines of the letters a, b, c ... as far as none is missing."""
    by_letter: dict[str, Line] = {}
    for line in lines:
        by_letter.setdefault(line.text.lstrip("(")[0], line)
    letters = [chr(ord("a") + place) for place in range(26)]
    return [by_letter[letter] for letter in takewhile(by_letter.__contains__, letters)]


def _sub_caption(line: Line, text: PageText) -> Caption:
    label = _SUB_LABEL.match(line.text)
    assert label is not None  # noqa: S101  (the line was chosen by this pattern)
    index = text.lines.index(line)
    lines = tuple(_lines_of_caption(line, text, index, alone=label.end() >= len(line.text)))
    return Caption("table", "", label["part"], lines, 1.0)


def _alone_in_its_row(line: Line, lines: Sequence[Line]) -> bool:
    return all(_SUB_LABEL.match(other.text) for other in _beside(line, lines))


def _apart_from_its_row(line: Line, lines: Sequence[Line]) -> bool:
    """Whether the line stands beside another part's table, not in a column of labels of rows."""
    stacked = any(
        abs(other.box.left - line.box.left) < 3
        and 0.5 * line.size < abs(other.baseline - line.baseline) < 1.7 * line.size
        for other in lines
    )
    return not stacked and _room_beside(line, lines) > 1.5 * line.size


def _beside(line: Line, lines: Sequence[Line]) -> list[Line]:
    own = _beside_label(line, lines) if _SUB_LABEL.fullmatch(line.text) else None
    return [
        other
        for other in lines
        if other not in (line, own) and abs(other.baseline - line.baseline) < 0.5 * line.size
    ]


def _room_beside(line: Line, lines: Sequence[Line]) -> float:
    """The distance to the nearest line beside that is no such label."""
    strangers = [other for other in _beside(line, lines) if not _SUB_LABEL.match(other.text)]
    return min((-shared_width(line.box, other.box) for other in strangers), default=float("inf"))

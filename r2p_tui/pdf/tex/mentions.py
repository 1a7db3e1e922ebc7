"""The sentences of the body that refer to a table."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence

from r2p_tui.pdf.sentences import MARK, marked_sentence
from r2p_tui.pdf.tex.document import Document
from r2p_tui.pdf.tex.macros import Macros
from r2p_tui.pdf.tex.text import Setting, plain_text
from r2p_tui.pdf.tex.tokens import TooMuchError, tokenize

_PER_TABLE, _IN_ALL = 10, 300
_REACH = 2_500
_STEPS = 20_000
_REFERENCE = re.compile(r"\\[a-zA-Z]*[rR]ef\*?\s*\{([^{}]{1,300})\}")
_PARAGRAPH = re.compile(
    r"\n[ \t]*\n|\\(?:begin|end)\s*\{[^{}]{0,40}\}|\\(?:sub)*section\*?\s*\{[^{}]{0,200}\}"
    r"|\\paragraph|\\item(?![a-z])|\\caption|\\footnote|\\par(?![a-z])"
)


def mentions(
    document: Document, wanted: Collection[str], macros: Macros, setting: Setting
) -> dict[str, list[str]]:
    """For each of the wanted labels the sentences that refer to it, as a reader sees them, in their order."""
    found: dict[str, list[str]] = {}
    floats = [entry.start for entry in document.floats]
    count = 0
    for match in _REFERENCE.finditer(document.text):
        labels = [label for label in map(str.strip, match[1].split(",")) if label in wanted]
        labels = [label for label in labels if len(found.get(label, ())) < _PER_TABLE]
        if not labels or _within(document, floats, match.start()):
            continue
        count += 1
        if count > _IN_ALL:
            break
        if sentence := _sentence(document.text, match, macros, setting):
            for label in labels:
                found.setdefault(label, [])
                found[label] += [sentence] if sentence not in found[label] else []
    return found


def _within(document: Document, starts: Sequence[int], position: int) -> bool:
    place = bisect_right(starts, position) - 1
    return place >= 0 and position < document.floats[place].end


def _sentence(text: str, match: re.Match[str], macros: Macros, setting: Setting) -> str:
    """The sentence around a reference."""
    before = text[max(match.start() - _REACH, 0) : match.start()]
    after = text[match.start() : match.end() + _REACH]
    last = max((cut.end() for cut in _PARAGRAPH.finditer(before)), default=0)
    first = _PARAGRAPH.search(after)
    paragraph = before[last:] + MARK + (after[: first.start()] if first else after)
    try:
        with setting.budget.part(_STEPS) as part:
            inner = Setting(part, setting.cite, setting.refer)
            plain = plain_text(macros.expand(tokenize(paragraph), part), inner).text
    except TooMuchError:
        return ""
    return marked_sentence(plain)

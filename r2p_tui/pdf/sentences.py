"""The one sentence of a paragraph that a mark stands in."""

from __future__ import annotations

import re

from r2p_tui.text import shorten

# A character that no text holds; it is put in front of a reference before the paragraph becomes plain text.
MARK = "\ue000"
_LONGEST = 500
_GAP = re.compile(r"(?<=[.!?])\s+(?=[A-Z“(\[\ue000])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Tabs?|Tables?|Figs?|Figures?|Secs?|Sections?|Eqs?|Refs?|App|cf|vs|al|e\.g|i\.e|resp|approx)|\b[A-Z])\.$"
)


def marked_sentence(paragraph: str) -> str:
    """The sentence with the mark, without the mark; full stops behind abbreviations end none."""
    sentence = ""
    for piece in _GAP.split(paragraph):
        if sentence and (_ABBREVIATION.search(sentence) or sentence.endswith(MARK)):
            sentence += f" {piece}"
        elif MARK in sentence:
            break
        else:
            sentence = piece
    return shorten(sentence.replace(MARK, "").strip(), _LONGEST) if MARK in sentence else ""

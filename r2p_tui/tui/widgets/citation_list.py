"""Works that cite, or are cited: what they do, how often they are cited, what the user decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.binding import Binding
from textual.message import Message

from r2p_tui.domain.citation_order import velocity
from r2p_tui.domain.citations import Citation, EvidenceClass
from r2p_tui.tui.described_key import described_key
from r2p_tui.tui.widgets.row_list import KEYS_WITHOUT_K, Cell, RowList, fit

INFLUENTIAL_MARK = "★"
CLASS_MARKS = {
    EvidenceClass.REPLICATES: "✓",
    EvidenceClass.FAILS: "✗",
    EvidenceClass.DEPLOYS: "▸",
    EvidenceClass.EXTENDS: "↗",
    EvidenceClass.COMPARES: "≈",
    EvidenceClass.MENTIONS: "·",
}
DECISION_MARKS = {"keep": "+", "skip": "-", "later": "~"}
OPENED_MARK = "›"
CORRECTED_MARK = "*"
_STYLES = {EvidenceClass.FAILS: "due", EvidenceClass.MENTIONS: "muted", EvidenceClass.COMPARES: "muted"}
_WORD_FROM, _SPEED_FROM, _CODE_FROM, _YEAR_FROM = 66, 54, 60, 40


def speed_words(speed: float | None) -> str:
    """`12.3/mo`; empty where it is not known."""
    if speed is None:
        return ""
    return f"{speed:.1f}/mo" if speed < 100 else f"{speed:,.0f}/mo"


def citation_cells(row: Citation, width: int, today: date) -> Sequence[Cell]:
    """Influence, class, title, then what of year, citations a month and code there is room for, and marks."""
    work = row.work
    word, speed = (width >= _WORD_FROM) * 11, (width >= _SPEED_FROM) * 9
    year, code = (width >= _YEAR_FROM) * 6, (width >= _CODE_FROM) * 6
    title = max(width - 8 - word - year - speed - code, 8)
    corrected = CORRECTED_MARK if row.corrected else ""
    style = _STYLES.get(row.evidence_class, "number")
    cells = (
        (INFLUENTIAL_MARK if row.influential else "", 2, "number"),
        (CLASS_MARKS[row.evidence_class] + (corrected if not word else ""), 2, style),
        (row.evidence_class.value + corrected, word, style),
        (work.title or "without a title", title, "title"),
        (str(work.year or ""), -year, "muted"),
        (speed_words(velocity(work, today)), -speed, "muted"),
        ("code" if work.has_code else "", -code, "number"),
        (DECISION_MARKS.get(work.decision or "", ""), -2, "number"),
        (OPENED_MARK if work.looked_at else "", -2, "muted"),
    )
    return [(fit(text, abs(room), right=room < 0), name) for text, room, name in cells if room]


class CitationList(RowList[Citation], inherit_bindings=False):
    """Posts `Marked` when the cursor rests on another citation and `Opened` on enter."""

    BINDINGS: ClassVar[list[Binding]] = [
        *(binding for binding in KEYS_WITHOUT_K if binding.id != "list.open"),
        described_key(
            "citations", "enter", "open", "Open the marked work, a level deeper", "open", "open", "enter"
        ),
    ]

    class Marked(Message):
        """The cursor rests on this citation, or on nothing when the list is empty."""

        def __init__(self, citation: Citation | None) -> None:
            super().__init__()
            self.citation = citation

    class Opened(Message):
        """The user wants to go on from the work at the other end."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    def __init__(self, today: date, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.today = today

    def cells(self, row: Citation, width: int) -> Sequence[Cell]:
        return citation_cells(row, width, self.today)

    def identity(self, row: Citation) -> object:
        return row.work.work_id

    def tell_marked(self) -> None:
        self.post_message(self.Marked(self.marked))

    def tell_opened(self, row: Citation) -> None:
        self.post_message(self.Opened(row))

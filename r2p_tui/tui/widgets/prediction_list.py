"""Predictions, due ones first: when, what, how likely, how old, and what was counted since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding
from textual.message import Message

from r2p_tui.domain.times import local_day
from r2p_tui.tui.prediction_words import age_words, due_words, percent, spark_words
from r2p_tui.tui.widgets.row_list import Cell, RowList, fit

if TYPE_CHECKING:
    from r2p_tui.services.prediction_evidence import EvidenceCurve
    from r2p_tui.store.predictions import PredictionLine

_AGE_FROM, _EVIDENCE_FROM, _WIDE_FROM = 60, 100, 140
_EVIDENCE, _EVIDENCE_WHERE_WIDE = 34, 40


class PredictionList(RowList["PredictionLine"], inherit_bindings=False):
    """Posts `Marked` when the cursor rests on another row, `Opened` on a double click.

    `Scrolled` says that other rows are in sight, whose evidence may be missing.
    """

    # `n` says no on this screen, and enter is among its own keys.
    BINDINGS: ClassVar[list[Binding]] = [
        replace(binding, key="down,j") if binding.id == "list.down" else binding
        for binding in RowList.BINDINGS
        if binding.id != "list.open"
    ]

    class Marked(Message):
        """The cursor rests on this prediction, or on nothing when the list is empty."""

        def __init__(self, line: PredictionLine | None) -> None:
            super().__init__()
            self.line = line

    class Opened(Message):
        """The user wants to see all of it."""

        def __init__(self, line: PredictionLine) -> None:
            super().__init__()
            self.line = line

    class Scrolled(Message):
        """Other rows came into sight."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, PredictionList.Scrolled)

    def __init__(
        self,
        now: datetime,
        curves: Mapping[int, EvidenceCurve],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.now = now
        self._curves = curves

    @property
    def in_sight(self) -> Sequence[PredictionLine]:
        """The rows on screen."""
        return self.rows[self.scroll_offset.y : self.last_visible + 1]

    @property
    def _has_evidence(self) -> bool:
        """Whether anything was counted: until then statements have the room."""
        return any(curve.points for curve in self._curves.values())

    def cells(self, row: PredictionLine, width: int) -> Sequence[Cell]:
        is_due = row.outcome is None and row.due_on <= local_day(self.now)
        room = _EVIDENCE_WHERE_WIDE if width >= _WIDE_FROM else _EVIDENCE
        evidence = room if self._has_evidence and width >= _EVIDENCE_FROM else 0
        age = (width >= _AGE_FROM) * 11
        statement = max(width - 13 - 8 - age - evidence - 2, 8)
        curve = self._curves.get(row.id) if evidence else None
        cells = (
            (" " + due_words(row, local_day(self.now)), 13, "due" if is_due else "muted"),
            (row.statement, statement, "title" if row.outcome is None else "muted"),
            (percent(row.probability), -8, "number"),
            (age_words(row.created_at, self.now), -age, "muted"),
            (f"  {spark_words(curve)}" if curve else "", evidence, "muted"),
            # Below the scrollbar, where there is one.
            ("", 2, "muted"),
        )
        return [_cell(text, room, name) for text, room, name in cells if room]

    def identity(self, row: PredictionLine) -> object:
        return row.id

    def tell_marked(self) -> None:
        self.post_message(self.Marked(self.marked))

    def tell_opened(self, row: PredictionLine) -> None:
        self.post_message(self.Opened(row))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.post_message(self.Scrolled())


def _cell(text: str, room: int, name: str) -> Cell:
    """Leading spaces of a text keep it apart from the one before it."""
    apart = len(text) - len(text.lstrip())
    return " " * apart + fit(text, abs(room) - apart, right=room < 0), name

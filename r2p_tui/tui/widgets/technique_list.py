"""The techniques of the radar as a table: ring by ring, with what is due and what went stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding
from textual.message import Message

from r2p_tui.domain.radar import Ring
from r2p_tui.domain.radar_fan import MARKS
from r2p_tui.domain.times import ago
from r2p_tui.tui.described_key import described_key
from r2p_tui.tui.radar_words import STALE_MARK, RadarRow, due_words
from r2p_tui.tui.widgets.row_list import Cell, RowList, fit

_NUMBER, _MARK, _RING, _DUE, _AGE = 3, 2, 7, 9, 7
_FIXED = _NUMBER + 2 * _MARK + 1 + _RING + _DUE + _AGE
_BUCKET, _OWNER, _NEXT = 13, 12, 26
_LEAST_NAME, _MOST_NAME, _MOST_QUADRANT = 16, 34, 22
_RING_CELLS = {Ring.ADOPT: "number", Ring.TRIAL: "number", Ring.ASSESS: "title"}


class TechniqueList(RowList[RadarRow], inherit_bindings=False):
    """Posts `Marked` when the cursor rests on another technique and `Opened` on enter."""

    BINDINGS: ClassVar[list[Binding]] = [
        *(binding for binding in RowList.BINDINGS if binding.id != "list.open"),
        described_key("radar", "enter", "open", "All that is known of it", "open", "full", "enter"),
    ]

    class Marked(Message):
        """The cursor rests on this technique, or on nothing when the list is empty."""

        def __init__(self, row: RadarRow | None) -> None:
            super().__init__()
            self.row = row

    class Opened(Message):
        """The user wants to see the whole of it."""

        def __init__(self, row: RadarRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now: datetime | None = None
        self._name_room, self._quadrant_room = _LEAST_NAME, 0

    def show_at(self, rows: Sequence[RadarRow], now: datetime) -> None:
        """Replace the rows; ages are told as at `now`."""
        self._now = now
        longest = max((cell_len(row.technique.name) for row in rows), default=0)
        self._name_room = max(_LEAST_NAME, min(longest + 1, _MOST_NAME))
        longest = max((cell_len(row.technique.quadrant) for row in rows), default=0)
        self._quadrant_room = min(longest + 2, _MOST_QUADRANT)
        self.show(rows)

    def cells(self, row: RadarRow, width: int) -> Sequence[Cell]:
        """Number, movement, name and ring, then what there is room for, and what is due at the right."""
        # Without the scrollbar, else that would hide the mark of what went stale.
        one, width = row.technique, self.scrollable_content_region.width or width
        quadrant, bucket, owner, following = rooms = self._rooms(width)
        age = ago(one.reviewed_at, self._now) if self._now else ""
        due, stale = ("due" if row.due else "muted"), ("due" if row.stale else "muted")
        cells = (
            (f"{row.blip.number}", -_NUMBER, "muted"),
            (MARKS[row.blip.movement], -_MARK, "number"),
            ("", 1, "muted"),
            (one.name, max(width - _FIXED - sum(rooms), 1), "title"),
            (one.ring.value, _RING, _RING_CELLS.get(one.ring, "muted")),
            (one.quadrant, quadrant, "muted"),
            (one.bucket.value, bucket, "muted"),
            (one.owner, owner, "muted"),
            (one.next_action, following, "muted"),
            (due_words(row.due_in) if row.due_in is not None else "", -_DUE, due),
            (age, -_AGE, stale),
            (STALE_MARK if row.stale else "", -_MARK, stale),
        )
        return [(_placed(text, room), style) for text, room, style in cells if room]

    def _rooms(self, width: int) -> list[int]:
        """Widths of quadrant, bucket, owner and next action, 0 for those that would cut names."""
        left, rooms = width - _FIXED - self._name_room, []
        for wanted in (self._quadrant_room, _BUCKET, _OWNER, _NEXT):
            rooms.append(wanted if wanted <= left else 0)
            left -= wanted
        return rooms

    def identity(self, row: RadarRow) -> object:
        return row.technique.id

    def tell_marked(self) -> None:
        self.post_message(self.Marked(self.marked))

    def tell_opened(self, row: RadarRow) -> None:
        self.post_message(self.Opened(row))


def _placed(text: str, width: int) -> str:
    """To the right where the width is below zero; else to the left, with a space before what follows."""
    return fit(text, -width, right=True) if width < 0 else f"{fit(text, width - 1)} "

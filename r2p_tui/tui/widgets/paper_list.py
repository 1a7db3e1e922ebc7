"""A list of papers, whatever columns its screen wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.message import Message

from r2p_tui.domain.papers import PaperRow
from r2p_tui.tui.widgets.row_list import Cell, RowList

Columns = Callable[[PaperRow, int], Sequence[Cell]]
"""What a row shows in a given width; each text has its final width in cells."""


class PaperList(RowList[PaperRow]):
    """Posts `Marked` when the cursor rests on another paper and `Opened` on enter."""

    class Marked(Message):
        """The cursor rests on this paper, or on nothing when the list is empty."""

        def __init__(self, papers: PaperList, row: PaperRow | None) -> None:
            super().__init__()
            self.papers = papers
            self.row = row

        @property
        def control(self) -> PaperList:
            return self.papers

    class Opened(Message):
        """The user asked to open this paper."""

        def __init__(self, papers: PaperList, row: PaperRow) -> None:
            super().__init__()
            self.papers = papers
            self.row = row

        @property
        def control(self) -> PaperList:
            return self.papers

    def __init__(self, columns: Columns, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns = columns

    def cells(self, row: PaperRow, width: int) -> Sequence[Cell]:
        return self._columns(row, width)

    def identity(self, row: PaperRow) -> object:
        return row.paper_id

    def tell_marked(self) -> None:
        self.post_message(self.Marked(self, self.marked))

    def tell_opened(self, row: PaperRow) -> None:
        self.post_message(self.Opened(self, row))

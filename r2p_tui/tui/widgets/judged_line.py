"""The judgement behind the predictions in one line: in fewer words where there is less room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.score_words import headlines

if TYPE_CHECKING:
    from r2p_tui.services.prediction_scores import Scoreboard


class JudgedLine(Widget):
    """`Brier 0.18 (base rate 0.24) · slightly over-confident above 70 %`; nothing before it is known."""

    DEFAULT_CSS = "JudgedLine { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._board: Scoreboard | None = None

    def show(self, board: Scoreboard) -> None:
        self._board = board
        self.refresh()

    def render(self) -> Content:
        if self._board is None:
            return Content("")
        return SafeLine(fitting(headlines(self._board), self.size.width)).truncate(
            self.size.width, ellipsis=True
        )


def fitting(texts: list[str], width: int) -> str:
    """The first that is not wider than `width`, else the last."""
    return next((text for text in texts if cell_len(text) <= width), texts[-1])

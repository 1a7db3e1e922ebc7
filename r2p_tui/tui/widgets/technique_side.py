"""One technique: where it stands and why, what comes next, what stands behind it, what its ratings say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.radar_advice import advise
from r2p_tui.tui import radar_words
from r2p_tui.tui.radar_words import RadarRow
from r2p_tui.tui.safe_text import SafeText
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.services.radar import RadarView
    from r2p_tui.store.predictions import PredictionLine


class TechniqueSide(VerticalScroll, can_focus=False):
    """Shows a technique at once, and the predictions about it as soon as the store answers."""

    DEFAULT_CSS = """
    TechniqueSide {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; max-width: 110; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="technique-words")

    def show(
        self,
        view: RadarView,
        row: RadarRow | None,
        predictions: Sequence[PredictionLine] | None,
        now: datetime,
    ) -> None:
        """Another technique, or None; `predictions` is None while they are not known yet."""
        blocks = _blocks(view, row, predictions, now) if row is not None else ()
        self.query_one(Static).update(joined(blocks, "\n\n"))

    def scroll_on(self) -> None:
        """Down by a page; from the end to the beginning."""
        if self.scroll_offset.y >= self.max_scroll_y:
            self.scroll_home(animate=False)
        else:
            self.scroll_page_down(animate=False)


def _blocks(
    view: RadarView, row: RadarRow, predictions: Sequence[PredictionLine] | None, now: datetime
) -> Iterator[Content]:
    """What is due first; the whole portfolio last."""
    one = row.technique
    yield joined(radar_words.head_lines(row, view.since, now))
    yield _block("Moves", radar_words.move_lines(one.moves))
    if one.description:
        yield _block("What it is", [SafeText(one.description)])
    yield _block("Advice", radar_words.advice_lines(advise(one.ratings, one.ring), one.ring))
    yield _block("Papers", radar_words.paper_lines(one.papers))
    if predictions is not None:
        yield _block("Predictions", radar_words.prediction_lines(predictions))
    yield _block("Portfolio", radar_words.balance_lines(view))


def _block(title: str, lines: Iterable[Content]) -> Content:
    return joined([Content.styled(title, "bold $primary"), *lines])

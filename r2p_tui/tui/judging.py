"""Asks for red flags and ratings of one paper, and stores every answer at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.tui.dialogs.flag import FlagDialog
from r2p_tui.tui.dialogs.rate import RateDialog
from r2p_tui.tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.papers import PaperView


class Judging:
    """The judgements of a paper screen; `changed` is called whenever one is stored."""

    def __init__(self, screen: DeskScreen, paper_id: int, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._paper_id = paper_id
        self._changed = changed

    def ask_flags(self, view: PaperView) -> None:
        """Let the user raise and take back red flags."""
        raised = {flag.kind: flag.evidence for flag in view.flags}
        self._screen.app.push_screen(FlagDialog(raised, self._flag_changed))

    def ask_ratings(self, view: PaperView) -> None:
        """Let the user rate the dimensions of viability."""
        scores = {rating.dimension: rating.score for rating in view.viability}
        evidence = {rating.dimension: rating.evidence for rating in view.viability}
        self._screen.app.push_screen(RateDialog(scores, evidence, self._rating_changed))

    def _flag_changed(self, kind: str, evidence: str | None) -> None:
        paper_id, now = self._paper_id, self._screen.desk_app.now()

        def store(desk: Desk) -> None:
            from r2p_tui.services import reading

            if evidence is None:
                reading.clear_flag(desk, paper_id, kind)
            else:
                reading.set_flag(desk, paper_id, kind, evidence, now=now)

        self._screen.tasks.in_order(self._screen, store, self._stored)

    def _rating_changed(self, dimension: str, score: int | None, evidence: str) -> None:
        paper_id, now = self._paper_id, self._screen.desk_app.now()

        def store(desk: Desk) -> None:
            from r2p_tui.services import reading

            if score is None:
                reading.clear_rating(desk, paper_id, dimension)
            else:
                reading.rate(desk, paper_id, dimension, score, evidence, now=now)

        self._screen.tasks.in_order(self._screen, store, self._stored)

    def _stored(self, _: None) -> None:
        self._changed()

"""Keeps and skips one paper from its own screen, and takes that back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

from r2p_tui.tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk

Decision = Literal["keep", "skip", "later"]
_SAID: dict[Decision, str] = {"keep": "Kept.", "skip": "Skipped.", "later": "Put off for later."}


class Deciding:
    """The decision on a paper; `changed` is called whenever it is another."""

    def __init__(self, screen: DeskScreen, paper_id: int, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._paper_id = paper_id
        self._changed = changed
        self._before: str | None = None

    def decide(self, decision: Decision, before: str | None) -> None:
        """Store a decision; `before` is the one it replaces."""
        app, paper_id = self._screen.desk_app, self._paper_id
        now = app.now()

        def work(desk: Desk) -> None:
            from r2p_tui.services import triage

            triage.change_decision(desk, paper_id, decision, now=now)

        def decided(_: None) -> None:
            self._before = before if before != decision else None
            app.tell(_SAID[decision])
            app.refresh_status()
            self._changed()

        app.tasks.in_order(self._screen, work, decided)

    def take_back(self, now: str | None) -> None:
        """Give back what was decided before; `now` is the decision in force."""
        before, self._before = self._before, None
        if before is None:
            self._screen.desk_app.tell("Nothing to take back here. k and x decide anew.")
        else:
            self.decide(cast(Decision, before), now)

"""What the user decides on a citations tab: works kept or put off, and classes corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.domain.citations import Citation, Work
from r2p_tui.text import clean_line
from r2p_tui.tui.citation_keeper import CitationKeeper, Wanted

if TYPE_CHECKING:
    from r2p_tui.services.citations import CitationText
    from r2p_tui.tui.app import R2PApp

_SAID: dict[Wanted, str] = {"keep": "Kept", "later": "Put off for later"}


class CitationDeciding:
    """`decided` gets the work as it is then; `corrected` is called when a citation has another class."""

    def __init__(
        self,
        app: R2PApp,
        keeper: CitationKeeper,
        *,
        decided: Callable[[Work], None],
        corrected: Callable[[], None],
    ) -> None:
        self._app = app
        self._keeper = keeper
        self._decided = decided
        self._corrected = corrected

    def decide(self, work: Work, wanted: Wanted) -> None:
        """Keep a work, or put it off."""
        if work.decision == wanted:
            self._app.tell(f"{_SAID[wanted]} already. u takes back what was decided here.")
        else:
            self._keeper.decide(work, wanted, lambda after: self._tell(_SAID[wanted], after))

    def take_back(self) -> None:
        """Take back the newest decision made here."""
        if not self._keeper.take_back(lambda after: self._tell("Taken back", after)):
            self._app.tell("Nothing was decided here. k keeps the marked work, l puts it off.")

    def judge(self, citation: Citation, text: CitationText | None) -> None:
        """Ask for the class of a citation."""
        from r2p_tui.tui.dialogs.evidence import EvidenceDialog, Judged

        def given(judged: Judged | None) -> None:
            if judged is not None:
                self._keeper.correct(citation, judged.evidence_class, self._corrected)

        self._app.push_screen(EvidenceDialog(citation, text), given)

    def _tell(self, said: str, work: Work) -> None:
        self._app.tell(f"{said}: {clean_line(work.title)}")
        self._app.refresh_status()
        self._decided(work)

"""Rate how viable a paper is in the user's own context."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import events
from textual.content import Content

from r2p_tui.domain.reading import VIABILITY
from r2p_tui.tui.dialogs.judge import JudgeDialog
from r2p_tui.tui.widgets.score_field import score_marks


class RateDialog(JudgeDialog):
    """The four dimensions; `changed` gets a dimension, its score (None: taken back) and the evidence."""

    TITLE_TEXT = "Viability for your own use"
    HINT = "1 to 5 rate · enter adds evidence · x takes it back · escape closes"

    def __init__(
        self,
        scores: Mapping[str, int],
        evidence: Mapping[str, str],
        changed: Callable[[str, int | None, str], None],
    ) -> None:
        super().__init__(VIABILITY, evidence)
        self._scores = dict(scores)
        self._changed = changed

    def on_key(self, event: events.Key) -> None:
        """Numbers are scores while no evidence is being written."""
        if event.key in set("12345") and not self.has_class("-writing"):
            event.stop()
            self._scores[self.chosen] = int(event.key)
            self._changed(self.chosen, int(event.key), self._evidence.get(self.chosen, ""))
            self.refresh_list()

    def mark_of(self, name: str) -> Content:
        return Content.styled(score_marks(self._scores.get(name)), "$accent")

    def keep(self, name: str, evidence: str) -> bool:
        if name not in self._scores:
            self.notify("Rate it from 1 to 5 first; your words are still in the field.", markup=False)
            return False
        self._changed(name, self._scores[name], evidence)
        return True

    def take_back(self, name: str) -> None:
        if self._scores.pop(name, None) is not None:
            self._changed(name, None, "")

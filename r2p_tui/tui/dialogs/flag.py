"""Raise, explain and take back red flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.content import Content

from r2p_tui.domain.reading import RED_FLAGS
from r2p_tui.tui.dialogs.judge import JudgeDialog


class FlagDialog(JudgeDialog):
    """The seven red flags; `changed` gets a kind and its evidence, None when it is taken back."""

    TITLE_TEXT = "Red flags"
    HINT = "enter raises it with evidence · x takes it back · escape closes"

    def __init__(self, raised: Mapping[str, str], changed: Callable[[str, str | None], None]) -> None:
        super().__init__(RED_FLAGS, raised)
        self._raised = set(raised)
        self._changed = changed

    def mark_of(self, name: str) -> Content:
        return Content.styled("!", "bold $due") if name in self._raised else Content(" ")

    def keep(self, name: str, evidence: str) -> bool:
        self._raised.add(name)
        self._changed(name, evidence)
        return True

    def take_back(self, name: str) -> None:
        if name in self._raised:
            self._raised.discard(name)
            self._changed(name, None)

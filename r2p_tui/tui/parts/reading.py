"""The keys of a paper, and the two parts that are there from the first minute: overview and notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import Vertical

from r2p_tui.tui.code_keeper import CodeKeeper
from r2p_tui.tui.widgets.paper_overview import PaperOverview

if TYPE_CHECKING:
    from r2p_tui.services.papers import PaperView

# Keys, actions, words and ids; each part of the paper shows the ones that matter there in the footer.
_KEYS: tuple[tuple[str, str, str, str], ...] = (
    ("p", "read", "read", "paper.read"),
    ("v", "verdict", "verdict", "paper.verdict"),
    ("f", "flag", "flag", "paper.flag"),
    ("r", "rate", "rate", "paper.rate"),
    ("n,ctrl+n", "next_question", "next question", "paper.next"),
    ("e,ctrl+o", "edit", "editor", "paper.editor"),
    ("space", "pause", "pause", "paper.pause"),
    ("t", "tables", "tables", "paper.tables"),
    ("C", "citations", "citations", "paper.citations"),
    ("l", "tab(1)", "notes", "paper.next_tab"),
    ("h", "tab(-1)", "overview", "paper.previous_tab"),
    ("right,L", "tab(1)", "Next part", "paper.tab_right"),
    ("left,H", "tab(-1)", "Previous part", "paper.tab_left"),
    ("k", "decide('keep')", "keep", "paper.keep"),
    ("x", "decide('skip')", "skip", "paper.skip"),
    ("u", "undo", "undo", "paper.undo"),
    ("o", "open_outside", "open", "paper.open"),
    ("y", "copy('id')", "copy id", "paper.copy"),
    ("Y", "copy('bibtex')", "copy BibTeX", "paper.copy_bibtex"),
    ("ctrl+s", "save", "save", "paper.save"),
)


def paper_bindings(
    shown: Iterable[str] = (), prefix: str = ""
) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """The keys named by `shown`, visible in the footer; all of them, hidden, when none is named."""
    wanted = set(shown)
    return [
        Binding(keys, prefix + action, words, show=bool(wanted), id=name)
        for keys, action, words, name in _KEYS
        if not wanted or name.removeprefix("paper.") in wanted
    ]


class OverviewPart(PaperOverview):
    """The overview with its keys, and the code of the paper as far as it is known."""

    BINDINGS = [
        *paper_bindings(("read", "tables", "next_tab", "keep", "skip", "open"), "screen."),
        Binding("R", "look_for_code", "Look for its code", show=False, id="paper.code"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._code = CodeKeeper(self)

    def show(self, view: PaperView, now: datetime) -> None:
        super().show(view, now)
        self._code.load(view.paper_id)

    def on_show(self) -> None:
        self._code.mark_seen()

    def on_unmount(self) -> None:
        self._code.stop()

    def action_look_for_code(self) -> None:
        self._code.look()


class NotesPart(Vertical):
    """The form and the judgement with their keys."""

    BINDINGS = paper_bindings(("verdict", "flag", "rate", "next", "editor", "pause"), "screen.")

"""Add one paper by arXiv id, address or DOI."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from r2p_tui.domain.papers import parse_reference
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.papers import PaperView
    from r2p_tui.tui.app import R2PApp

_EXAMPLES = "For example 2304.08069, https://arxiv.org/abs/2304.08069v3 or 10.1109/CVPR.2017.106."


class AddDialog(ModalScreen[int | None]):
    """Dismisses with the id of the paper, or None; what was typed stays while anything goes wrong."""

    BINDINGS = [Binding("escape", "dismiss(None)", "cancel", id="add.cancel")]
    DEFAULT_CSS = """
    AddDialog #add-said { margin-top: 1; height: auto; color: $muted; }
    """

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Add a paper"
            yield Input(placeholder="arXiv id, address or DOI", id="add-reference")
            yield Static(_EXAMPLES, id="add-said")

    @on(Input.Submitted)
    def _add(self, event: Input.Submitted) -> None:
        event.stop()
        app, text = cast("R2PApp", self.app), event.value
        try:
            reference = parse_reference(text)
        except UsageError as error:
            self._refused(error)
            return
        self._say(Content(f"fetching {clean(str(reference))} …"))
        self.query_one(Input).disabled = True
        now = app.now()

        def fetch(desk: Desk) -> PaperView:
            from r2p_tui.services import papers

            return papers.add_paper(desk, text, now=now)

        app.tasks.run(self, fetch, self._added, failed=self._refused, group="add")

    def _added(self, view: PaperView) -> None:
        self.dismiss(view.paper.id)

    def _refused(self, error: R2PError) -> None:
        field = self.query_one(Input)
        field.disabled = False
        field.focus()
        hint = Content.styled(clean(error.hint), "$muted")
        self._say(Content("\n").join([Content.styled(clean(error.message), "$error"), hint]))

    def _say(self, words: Content) -> None:
        self.query_one("#add-said", Static).update(words)

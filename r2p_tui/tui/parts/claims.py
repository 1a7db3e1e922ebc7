"""The numbers of a paper that the user keeps: each leads back to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from r2p_tui.domain.claims import read_statement, stated
from r2p_tui.domain.times import ago
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line
from r2p_tui.tui.dialogs.claim import ClaimDialog, ClaimWords
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.table_layout import Place

if TYPE_CHECKING:
    from datetime import datetime

    from r2p_tui.services.desk import Desk
    from r2p_tui.services.tables import TableView
    from r2p_tui.store.claims import Claim
    from r2p_tui.tui.app import R2PApp

_EMPTY = "No claims yet. t opens the tables, m keeps the number under the cursor."


class ClaimList(EntryList):
    """The claims, with the word for what enter does."""

    BINDINGS = [Binding("enter", "select", "its cell", tooltip="Show its cell", id="claims.open")]


class ClaimsPart(Vertical):
    """Kept claims, newest first; `keep` asks for what a number was measured on."""

    BINDINGS = [
        Binding("x,delete", "drop", "drop", key_display="x", tooltip="Drop this claim", id="claims.drop"),
        Binding("y", "copy", "copy", tooltip="Copy the claim with its place", id="claims.copy"),
        Binding("s", "surprise", "surprise", tooltip="Log a surprise about this claim", id="claims.surprise"),
        Binding("tab,L", "screen.tab(1)", "Next part", show=False, id="claims.next_part"),
        Binding("shift+tab,H", "screen.tab(-1)", "Previous part", show=False, id="claims.previous_part"),
    ]
    DEFAULT_CSS = """
    ClaimsPart {
        #claims-said { display: none; padding: 1 2; color: $muted; }
        &.-nothing #claims-said { display: block; }
    }
    """

    class Counted(Message):
        """How many claims are kept now, in words for the tab."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    class CellAsked(Message):
        """The user wants to see where this claim stands."""

        def __init__(self, claim: Claim) -> None:
            super().__init__()
            self.claim = claim

    def __init__(self, paper_id: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="-nothing")
        self._paper_id = paper_id
        self._claims: list[Claim] = []

    def compose(self) -> ComposeResult:
        yield Static(_EMPTY, id="claims-said")
        yield ClaimList(id="claims-list")

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    @property
    def marked(self) -> Claim | None:
        """The claim under the cursor."""
        index = self.query_one(EntryList).marked
        return self._claims[index] if index is not None and index < len(self._claims) else None

    def take_focus(self) -> None:
        self.query_one(EntryList).focus()

    def load(self) -> None:
        """Show what is kept."""
        paper_id = self._paper_id

        def look(desk: Desk) -> list[Claim]:
            from r2p_tui.services import claims

            return list(claims.list_claims(desk, paper_id=paper_id))

        self._app.tasks.run(self, look, self._show, group="claims")

    def _show(self, claims: Sequence[Claim]) -> None:
        self._claims = list(claims)
        now = self._app.now()
        self.query_one(EntryList).show([_entry(claim, now) for claim in self._claims])
        self.set_class(not self._claims, "-nothing")
        self.post_message(self.Counted(f"Claims {len(claims):,}" if claims else "Claims"))

    # Keeping

    def keep(self, view: TableView, place: Place) -> None:
        """Ask what the number in a cell was measured on, and keep it."""
        try:
            read = read_statement(view.table, view.understanding, *place)
        except UsageError as error:
            self._app.show_error(error)
            return
        where = [read.condition, view.table.name, f"page {read.cell.page}" if read.cell.page else ""]
        last = next((claim for claim in self._claims if claim.table_key == view.key), None)
        words = ClaimWords(
            read.metric,
            read.unit or "",
            read.dataset or (last and last.dataset) or "",
            read.hardware or (last and last.hardware) or "",
        )

        def given(words: ClaimWords | None) -> None:
            if words is not None:
                self._keep(view.key, place, words)

        place_words = " · ".join(filter(None, where))
        self.app.push_screen(ClaimDialog(read.cell.text, place_words, words), given)

    def _keep(self, key: str, place: Place, words: ClaimWords) -> None:
        paper_id, (row, column), now = self._paper_id, place, self._app.now()

        def work(desk: Desk) -> Claim:
            from r2p_tui.services import claims

            return claims.keep_claim(
                desk,
                paper_id,
                key,
                row,
                column,
                **words._asdict(),
                now=now,
            )

        def kept(claim: Claim) -> None:
            self._app.tell(f"Claim {claim.id} is kept: {claim.text} {claim.metric}.")
            self.load()

        self._app.tasks.in_order(self, work, kept)

    # Keys

    @on(OptionList.OptionSelected)
    def _show_cell(self) -> None:
        if self.marked is not None:
            self.post_message(self.CellAsked(self.marked))

    def action_drop(self) -> None:
        claim = self.marked
        if claim is None or claim.id is None:
            return
        number, now = claim.id, self._app.now()

        def work(desk: Desk) -> None:
            from r2p_tui.services import claims

            claims.drop_claim(desk, number, now=now)

        def dropped(_: None) -> None:
            self._app.tell(f"Claim {number} is dropped. m on its cell keeps it again.")
            self.load()

        self._app.tasks.in_order(self, work, dropped)

    def action_copy(self) -> None:
        if self.marked is not None:
            text = ", ".join(part for part in (_number(self.marked), *_about_claim(self.marked)) if part)
            self.app.copy_to_clipboard(text)
            self._app.tell(f"Copied: {text[:60]}")

    def action_surprise(self) -> None:
        from r2p_tui.tui.dialogs.surprise import SurpriseDialog

        self.app.push_screen(SurpriseDialog(self._paper_id, self.marked))


def _entry(claim: Claim, now: datetime) -> Content:
    age = ago(claim.created_at, now)
    facts = [
        f"claim {claim.id}",
        *_about_claim(claim),
        f"kept {'just now' if age == 'now' else f'{age} ago'}",
    ]
    return Content.assemble(
        (_number(claim), "bold"),
        (f"   {clean_line(claim.condition)}", "$text"),
        (f"\n  {' · '.join(facts)}", "$muted"),
    )


def _number(claim: Claim) -> str:
    return clean_line(stated(claim.metric, claim.text, claim.unit))


def _about_claim(claim: Claim) -> list[str]:
    page = f"page {claim.page}" if claim.page else ""
    facts = (claim.dataset or "", claim.hardware or "", claim.table_name, page)
    return [clean_line(fact) for fact in facts if fact]

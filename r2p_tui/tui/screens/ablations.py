"""The tables of all papers at once: rows that answer a question, and what one component is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static

from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean, count_of
from r2p_tui.tui.row_words import factor_entry, row_entry
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.entry_list import EntryList

if TYPE_CHECKING:
    from r2p_tui.services.ablations import FactorHit, RowHit
    from r2p_tui.services.desk import Desk

SEARCH_AFTER_SECONDS = 0.15
_ROWS_AT_MOST = 100
_HELP = (
    "Type a question: rows of the tables of all papers answer it.",
    "",
    "  small objects       rows that say so, or report AP_S",
    "  does mosaic help    rows about mosaic",
    "",
    "w shows what a component is worth in every paper, a looks in other tables too.",
    "t on a paper reads its tables first.",
)
_NOTHING = "No row answers that. a looks in other tables too, t on a paper reads its tables."


class HitList(EntryList):
    """The rows, with the word for what enter does."""

    BINDINGS = [Binding("enter", "select", "its table", tooltip="Show its table", id="ablations.table")]


class AblationsScreen(DeskScreen):
    """A question over the rows that answer it; `w` turns it into a component to compare between papers."""

    AUTO_FOCUS = "#question"
    BINDINGS = [
        Binding("slash", "focus_question", "question", key_display="/", id="ablations.question"),
        Binding(
            "w", "worth", "worth", tooltip="What a component is worth in every paper", id="ablations.worth"
        ),
        Binding("a", "all_tables", "all tables", tooltip="Look in other tables too", id="ablations.all"),
        Binding("o", "open_outside", "open", tooltip="Open the paper's page outside", id="ablations.open"),
        Binding("y", "copy", "copy", tooltip="Copy the row", id="ablations.copy"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._hits: Sequence[RowHit | FactorHit] = ()
        self._compares = False
        self._all_tables = False
        self._debounce: Timer | None = None
        self._wants_rows = False

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="title"):
            yield Static("Tables of all papers", id="ablations-count")
            yield Static(id="ablations-view")
        with Container(id="body"):
            with Horizontal(id="question-line"):
                yield Static("?", id="question-mark")
                yield Input(placeholder="small objects, AP_S, does mosaic help", id="question")
            yield Static(id="ablations-said")
            yield HitList(id="hits")

    def on_mount(self) -> None:
        self._show([])

    @property
    def question(self) -> str:
        return self.query_one("#question", Input).value.strip()

    @property
    def marked(self) -> RowHit | FactorHit | None:
        """The row under the cursor."""
        index = self.query_one(EntryList).marked
        return self._hits[index] if index is not None and index < len(self._hits) else None

    # Searching

    @on(Input.Changed, "#question")
    def _typed(self) -> None:
        self._wants_rows = False
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(SEARCH_AFTER_SECONDS, self._search)

    def _search(self) -> None:
        question, compares, ablations_only = self.question, self._compares, not self._all_tables
        if not question:
            self._show([])
            return

        def look(desk: Desk) -> Sequence[RowHit | FactorHit]:
            from r2p_tui.services import ablations

            if compares:
                return ablations.compare_factor(desk, question)
            return ablations.search_rows(desk, question, limit=_ROWS_AT_MOST, ablations_only=ablations_only)

        self.tasks.run(self, look, self._show, failed=self._refused, group="search")

    def _show(self, hits: Sequence[RowHit | FactorHit]) -> None:
        self._hits = hits
        self.clear_problem()
        self.query_one(EntryList).show([_entry(hit) for hit in hits], first=True)
        self._show_view()
        self.set_class(not hits, "-nothing")
        if hits:
            if self._wants_rows:
                self._to_rows()
            papers = len({hit.paper_id for hit in hits})
            said = f"{count_of(len(hits), 'row')} of {count_of(papers, 'paper')}"
        else:
            said = "Tables of all papers"
            self._say(_NOTHING if self.question else "\n".join(_HELP))
        self.query_one("#ablations-count", Static).update(SafeLine(said))

    def _show_view(self) -> None:
        shown = "ablation tables" if not self._all_tables else "all tables"
        view = "what it is worth" if self._compares else f"rows of {shown}"
        self.query_one("#ablations-view", Static).update(SafeLine(view))

    def _refused(self, error: R2PError) -> None:
        """A question that cannot be read is told in place of the rows, anything else in place of all."""
        if not isinstance(error, UsageError):
            self.show_problem(error)
            return
        self._hits = ()
        self.add_class("-nothing")
        self._say(f"{error.message}\n{error.hint}")

    def _say(self, words: str) -> None:
        self.query_one("#ablations-said", Static).update(Content(clean(words)))

    # Keys

    @on(Input.Submitted, "#question")
    def _to_rows(self) -> None:
        """To the rows, as soon as there are any."""
        self._wants_rows = not self._hits
        self.query_one(EntryList).focus()

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        if hit := self.marked:
            self.desk_app.open_paper(hit.paper_id, row=(hit.key, getattr(hit, "row", None)))

    def action_focus_question(self) -> None:
        self.query_one("#question", Input).focus()

    def action_worth(self) -> None:
        self._compares = not self._compares
        self._search()

    def action_all_tables(self) -> None:
        self._all_tables = not self._all_tables
        self._search()

    def action_open_outside(self) -> None:
        if hit := self.marked:
            self.desk_app.open_outside(hit.paper)

    def action_copy(self) -> None:
        if hit := self.marked:
            text = _entry(hit).plain
            self.app.copy_to_clipboard(text)
            self.desk_app.tell(f"Copied: {text.splitlines()[0][:60]}")

    def action_leave(self) -> None:
        """From the question to the rows, where there are any; then back."""
        if self.query_one("#question", Input).has_focus and self._hits:
            self.query_one(EntryList).focus()
        else:
            super().action_leave()


def _entry(hit: RowHit | FactorHit) -> Content:
    from r2p_tui.services.ablations import RowHit

    return row_entry(hit) if isinstance(hit, RowHit) else factor_entry(hit)

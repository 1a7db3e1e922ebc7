"""The library: every paper of the store, found while typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from r2p_tui.domain.papers import PaperRow, year_of
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean, count_of
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.paper_detail import PaperDetail
from r2p_tui.tui.widgets.paper_list import PaperList
from r2p_tui.tui.widgets.row_list import Cell, fit

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.search import SearchResult

SEARCH_AFTER_SECONDS = 0.07
SHOWN_AT_MOST = 500
_MARKS = {"keep": "+", "skip": "-", "later": "~"}
_EXAMPLES = (
    ("small object", "both words, also in notes and surprises"),
    ("cat:cs.CV kept:", "kept papers of a category"),
    ("pass:2 year:2024..", "read in two passes, from 2024 on"),
    ("flag:toy OR pass:3", "OR, NOT and brackets combine"),
)


def columns(row: PaperRow, width: int) -> Sequence[Cell]:
    """Decision, title, then what of category, year, passes, relevance and flags there is room for."""
    relevance, category, year = (width >= 60) * 3, (width >= 52) * 8, (width >= 44) * 5
    title = max(width - 9 - category - year - relevance, 8)
    cells = (
        (_MARKS.get(row.decision or "", ""), 3, "number"),
        (row.title, title, "title"),
        (row.category, category, "muted"),
        (str(year_of(row) or ""), year, "muted"),
        (f"p{row.last_pass}" if row.last_pass else "", 3, "number"),
        (f"●{row.relevance}" if row.relevance else "", relevance, "number"),
        ("!" if row.flags else "", 3, "due"),
    )
    return [
        (fit(text, room) if name == "title" else " " + fit(text, room - 1), name)
        for text, room, name in cells
        if room
    ]


class LibraryScreen(DeskScreen):
    """A search line over a list; the list stays while the words cannot be read yet."""

    AUTO_FOCUS = "#papers"
    BINDINGS = [
        Binding("slash", "focus_search", "find", key_display="/", id="library.find"),
        Binding("a", "add", "add", id="library.add"),
        Binding("o", "open_outside", "open", id="library.open"),
        Binding("y", "copy", "copy id", id="library.copy"),
        Binding("t", "tables", "tables", tooltip="Straight to its ablation tables", id="library.tables"),
        Binding("C", "citations", "Who cites it", show=False, id="library.citations"),
        Binding("c", "clear", "clear search", id="library.clear"),
        Binding("space", "scroll_detail", "Scroll the abstract", show=False, id="library.scroll"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._debounce: Timer | None = None
        self._loaded = False
        self._searched = ""

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="title"):
            yield Static("opening the library …", id="library-count")
            yield Static(id="library-order")
        with Container(id="body"):
            with Horizontal(id="search-line"):
                yield Static("/", id="search-mark")
                yield Input(placeholder="words, cat:cs.CV, kept:, pass:2, year:2024.., flag:", id="search")
            yield Static(id="search-said")
            with Horizontal(id="found"):
                yield PaperList(columns, id="papers")
                yield PaperDetail(id="detail")
                yield Static(id="empty")

    @property
    def papers(self) -> PaperList:
        return self.query_one("#papers", PaperList)

    @property
    def query_text(self) -> str:
        """What is searched for now."""
        return self.query_one("#search", Input).value

    def on_mount(self) -> None:
        self.papers.focus()
        self.when_drawn(self._search)

    def on_screen_resume(self) -> None:
        if self._loaded:
            self._search()

    # Searching

    @on(Input.Changed, "#search")
    def _typed(self) -> None:
        """Wait until the hand rests for a moment; a search that is overtaken is never shown."""
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(SEARCH_AFTER_SECONDS, self._search)

    @on(PapersChanged)
    def _search(self) -> None:
        words = self.query_text

        def look(desk: Desk) -> SearchResult:
            from r2p_tui.services import search

            return search.search(desk, words, limit=SHOWN_AT_MOST)

        self.tasks.run(self, look, self._show, failed=self._refused, group="search")

    def _show(self, result: SearchResult) -> None:
        self._loaded = True
        self.clear_problem()
        self.remove_class("-refused")
        words, self._searched = self._searched, self.query_text
        self.papers.show(result.rows, cursor=None if words == self._searched else 0)
        searching = bool(self.query_text.strip())
        shown = f" · the first {len(result.rows):,} are shown" if result.more and not searching else ""
        said = result.message if searching else count_of(result.total, "paper") + shown
        self.query_one("#library-count", Static).update(SafeLine(said))
        order = "best match first" if searching else "kept first, then newest"
        self.query_one("#library-order", Static).update(Content(order))
        self.set_class(not result.rows, "-empty")
        if not result.rows:
            self._show_empty(searching)

    def _refused(self, error: R2PError) -> None:
        """A search that cannot be read is told below its line; anything else takes the place of the list."""
        if not isinstance(error, UsageError):
            self.show_problem(error)
            return
        said = Content(clean(f"{error.message}\n{error.hint}" if error.hint else error.message))
        self.query_one("#search-said", Static).update(said)
        self.add_class("-refused")

    def _show_empty(self, searching: bool) -> None:
        title = "Nothing is found." if searching else "The library is empty."
        way = (
            "escape goes to the list, once more clears the search."
            if searching
            else "a adds a paper, R reads arXiv, 2 opens triage."
        )
        lines = [Content.styled(title, "bold $text"), Content(way), Content(""), Content("The search knows:")]
        lines += [Content.assemble((f"  {words:<22}", "$primary"), meaning) for words, meaning in _EXAMPLES]
        self.query_one("#empty", Static).update(Content("\n").join(lines))

    @on(PaperList.Marked)
    def _show_marked(self, event: PaperList.Marked) -> None:
        if self.has_class("-two") or self.has_class("-three"):
            self.query_one(PaperDetail).show(event.row)

    @on(PaperList.Opened)
    def _open_marked(self, event: PaperList.Opened) -> None:
        self.desk_app.open_paper(event.row.paper_id)

    # Keys

    def action_focus_search(self) -> None:
        self.query_one("#search", Input).focus()

    @on(Input.Submitted, "#search")
    def _to_list(self) -> None:
        self.papers.focus()

    def action_clear(self) -> None:
        self.query_one("#search", Input).value = ""
        self.papers.focus()

    def action_leave(self) -> None:
        """From the search line to the list; then the search goes; then back."""
        if self.query_one("#search", Input).has_focus:
            self.papers.focus()
        elif self.query_text:
            self.action_clear()
        else:
            super().action_leave()

    def action_add(self) -> None:
        from r2p_tui.tui.dialogs.add import AddDialog

        self.app.push_screen(AddDialog(), self._added)

    def _added(self, paper_id: int | None) -> None:
        if paper_id is not None:
            self.desk_app.refresh_status()
            self.desk_app.open_paper(paper_id)

    def action_open_outside(self) -> None:
        if row := self.papers.marked:
            self.desk_app.open_outside(row.key)

    def action_tables(self) -> None:
        if row := self.papers.marked:
            self.desk_app.open_paper(row.paper_id, tables=True)

    def action_citations(self) -> None:
        if row := self.papers.marked:
            self.desk_app.open_paper(row.paper_id, citations=True)

    def action_copy(self) -> None:
        if row := self.papers.marked:
            self.app.copy_to_clipboard(row.key)
            self.desk_app.tell(f"Copied: {row.key}")

    def action_scroll_detail(self) -> None:
        self.query_one(PaperDetail).scroll_page_down()

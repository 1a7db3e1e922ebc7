"""One paper: what it says, how far the user has read it, and the note that is written meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic as system_monotonic
from typing import TYPE_CHECKING, Literal, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import ContentSwitcher, Static

from r2p_tui.domain.reading import NoteValues, standing
from r2p_tui.errors import R2PError
from r2p_tui.text import clean_line
from r2p_tui.tui.citing import as_bibtex
from r2p_tui.tui.deciding import Deciding, Decision
from r2p_tui.tui.external_editor import edit_in_editor
from r2p_tui.tui.judging import Judging
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.note_keeper import KeeperState, NoteKeeper
from r2p_tui.tui.note_questions import ask_conflict, offer_drafts
from r2p_tui.tui.parts.citations import CitationsPart
from r2p_tui.tui.parts.claims import ClaimsPart
from r2p_tui.tui.parts.reading import NotesPart, OverviewPart, paper_bindings
from r2p_tui.tui.parts.tables import TablesPart
from r2p_tui.tui.pass_keeper import PassKeeper
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.judgement import Judgement
from r2p_tui.tui.widgets.note_form import NoteForm
from r2p_tui.tui.widgets.paper_overview import PaperOverview
from r2p_tui.tui.widgets.pass_timer import PassTimer
from r2p_tui.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.papers import PaperView
    from r2p_tui.store.reading import Note, NoteDraft

OTHER_WINDOWS_EVERY_SECONDS = 2.0
_GAPS_OF_TITLE = 4
TABS = {
    "overview": "Overview",
    "notes": "Notes",
    "tables": "Tables",
    "citations": "Citations",
    "claims": "Claims",
}
_WITH_KEYS_OF_THEIR_OWN = ("tables", "citations", "claims")


class RowOfTable(NamedTuple):
    """A row of a table of a paper, by the table's key; the first header row is row 0, None is any."""

    key: str
    row: int | None


class Opened(NamedTuple):
    """What the store knows when the paper is opened: the page, and typing that was never stored."""

    view: PaperView
    values: NoteValues
    drafts: list[NoteDraft]


class PaperScreen(DeskScreen):
    """A paper with its tabs; `start_pass` begins or continues that pass as soon as it is loaded.

    `tables` opens it on its tables, reading them where that was not done yet; `row` on one row of a table;
    `citations` on the works that cite it.
    `monotonic` is what the timer of a pass goes by, in seconds.
    """

    AUTO_FOCUS = ""  # the part that is opened takes it
    BINDINGS = paper_bindings()

    def __init__(
        self,
        paper_id: int,
        start_pass: int | None = None,
        monotonic: Callable[[], float] = system_monotonic,
        *,
        tables: bool = False,
        row: RowOfTable | None = None,
        citations: bool = False,
    ) -> None:
        super().__init__()
        self.paper_id = paper_id
        self._start_pass = start_pass
        self._monotonic = monotonic
        self._view: PaperView | None = None
        self._leaving = False
        self._opens_on = "tables" if tables or row else "citations" if citations else "overview"
        self._reads_tables = tables
        self._row = row
        self._cells_of_title = 0
        self.form = NoteForm(id="form")

    def compose_body(self) -> ComposeResult:
        self.timer = PassTimer(self.desk_app.settings.reading.idle_seconds, self._monotonic)
        with Horizontal(id="title"):
            yield Static("opening the paper …", id="paper-title")
            yield Static(id="paper-facts")
        with Container(id="body"):
            yield TabLine(TABS, self._opens_on, id="tabs")
            yield self.timer
            with ContentSwitcher(initial=self._opens_on, id="parts"):
                yield OverviewPart(id="overview")
                with NotesPart(id="notes"):
                    yield self.form
                    yield Judgement(id="judgement")
                yield TablesPart(self.paper_id, id="tables")
                yield CitationsPart(self.paper_id, self.desk_app.now().date(), id="citations")
                yield ClaimsPart(self.paper_id, id="claims")

    def on_mount(self) -> None:
        self.note = NoteKeeper(
            self, self.paper_id, lambda: self.form.values, self._tell_note_state, self._ask_conflict
        )
        self.passes = PassKeeper(self, self.paper_id, self.timer, self._load)
        self.judging = Judging(self, self.paper_id, self._load)
        self.deciding = Deciding(self, self.paper_id, self._load)
        self._open_part()
        self.watch(self.app, "app_focus", self._window_in_front, init=False)
        self.set_interval(OTHER_WINDOWS_EVERY_SECONDS, self._look_for_other_windows)
        self.when_drawn(self._load)

    def _open_part(self) -> None:
        """Begin with the part that was asked for; its tables need not wait for the rest of the paper."""
        tables = self.query_one(TablesPart)
        self.timer.display = self._opens_on not in _WITH_KEYS_OF_THEIR_OWN
        if self._opens_on == "overview":
            self.query_one("#overview").focus()
            return
        if self._opens_on == "citations":
            self.query_one(CitationsPart).take_focus()
            return
        tables.take_focus()
        tables.load()
        if self._row is not None:
            tables.go_to(self._row.key, self._row.row)
        if self._reads_tables:
            tables.read_tables()

    def on_unmount(self) -> None:
        self.passes.store_time()
        self.note.close()

    @property
    def tab(self) -> str:
        """The name of the part that is shown."""
        return self.query_one(TabLine).chosen

    # Loading and showing

    @on(PapersChanged)
    def _load(self) -> None:
        paper_id, first = self.paper_id, self._view is None

        def look(desk: Desk) -> Opened:
            from r2p_tui.services import papers, reading

            view = papers.view_paper(desk, paper_id)
            drafts = reading.drafts(desk, paper_id, window="") if first else []
            return Opened(view, reading.note_values(view.note), drafts)

        self.tasks.run(self, look, self._show, failed=self.show_problem, group="paper")

    def _show(self, found: Opened) -> None:
        first = self._view is None
        self._view = view = found.view
        self.clear_problem()
        revision = view.note.revision if view.note else 0
        if first or (revision > self.note.revision and not self.note.dirty):
            self.note.open(view.note, found.values)
            self.form.load(found.values)
        self._show_facts(view)
        self.query_one(PaperOverview).show(view, self.desk_app.now())
        self.query_one(Judgement).show(view.flags, view.viability)
        self.timer.show_standing(standing(view.readings))
        if first:
            self._begin(found)

    def _begin(self, found: Opened) -> None:
        if self._opens_on != "tables":
            self.query_one(TablesPart).load()
        self.query_one(CitationsPart).load()
        self.query_one(ClaimsPart).load()
        if self._start_pass is not None:
            self.passes.start(self._start_pass, self._show_notes)
        offer_drafts(self, self.note, self.form, found.drafts, self._show_notes)

    def _show_facts(self, view: PaperView) -> None:
        now, paper = standing(view.readings), view.paper
        key = f"{paper.arxiv_id}v{paper.latest_version}" if paper.arxiv_id else paper.doi or ""
        facts = [key, f"pass {now.last_pass} of 3" if now.last_pass else "unread"]
        facts += [f"{int(now.seconds // 60)} min"] if now.seconds >= 60 else []
        if now.version_read and now.version_read < paper.latest_version:
            facts.append(f"you read v{now.version_read}")
        title = SafeLine(paper.title)
        line = SafeLine(" · ".join(facts))
        self.query_one("#paper-title", Static).update(title)
        self.query_one("#paper-facts", Static).update(line)
        self._cells_of_title = title.cell_length + line.cell_length + _GAPS_OF_TITLE
        self._repeat_cut_title()

    def on_resize(self, event: events.Resize) -> None:
        self._repeat_cut_title()

    def _repeat_cut_title(self) -> None:
        """The overview repeats the title where the first line has no room for all of it."""
        self.query_one("#overview-title").display = self._cells_of_title > self.app.size.width

    def _look_for_other_windows(self) -> None:
        """What another window saved is shown here, unless something is being typed."""
        if self._view is None or self.app.screen is not self:
            return
        paper_id = self.paper_id

        def look(desk: Desk) -> int:
            from r2p_tui.services import reading

            note = reading.load_note(desk, paper_id)
            return note.revision if note else 0

        self.tasks.run(self, look, self._other_window_saved, failed=lambda _: None, group="watch")

    def _other_window_saved(self, revision: int) -> None:
        if revision <= self.note.revision:
            return
        if self.note.dirty:
            self.note.warn()
        else:
            self._load()

    # Parts

    @on(TabLine.Chosen)
    async def _tab_clicked(self, event: TabLine.Chosen) -> None:
        await self._show_tab(event.name)

    async def action_tab(self, steps: int) -> None:
        await self._show_tab(self.query_one(TabLine).beside(steps))

    async def _show_tab(self, name: str) -> None:
        if name == "notes" and self._view is not None:
            now = standing(self._view.readings)
            await self.form.build(self.passes.open_pass or now.next_pass or now.last_pass)
        self.query_one(TabLine).chosen = name
        self.query_one(ContentSwitcher).current = name
        self.timer.display = name not in _WITH_KEYS_OF_THEIR_OWN or self.passes.open_pass is not None
        part = self.query_one(f"#{name}")
        if isinstance(part, TablesPart | CitationsPart | ClaimsPart):
            part.take_focus()
        else:
            self.query_one("#form" if name == "notes" else "#overview").focus()
        self.note.save()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key meant for a table or another work must not decide on the paper behind it."""
        return not (action in ("decide", "undo") and self.is_mounted and self.tab in _WITH_KEYS_OF_THEIR_OWN)

    def _show_notes(self) -> None:
        self.call_later(self._show_tab, "notes")

    # Tables, citations and claims

    async def action_tables(self) -> None:
        """Straight to the ablation tables, reading them where that was not done yet."""
        await self._show_tab("tables")
        self.query_one(TablesPart).read_tables()

    async def action_citations(self) -> None:
        await self._show_tab("citations")

    @on(TablesPart.Counted)
    @on(CitationsPart.Counted)
    @on(ClaimsPart.Counted)
    def _part_counted(self, event: TablesPart.Counted | CitationsPart.Counted | ClaimsPart.Counted) -> None:
        names = {
            TablesPart.Counted: "tables",
            CitationsPart.Counted: "citations",
            ClaimsPart.Counted: "claims",
        }
        tabs = self.query_one(TabLine)
        tabs.labels = {**tabs.labels, names[type(event)]: event.label}

    @on(TablesPart.ClaimAsked)
    def _keep_claim(self, event: TablesPart.ClaimAsked) -> None:
        self.query_one(ClaimsPart).keep(event.view, event.place)

    @on(ClaimsPart.CellAsked)
    async def _show_claimed_cell(self, event: ClaimsPart.CellAsked) -> None:
        claim = event.claim
        await self._show_tab("tables")
        self.query_one(TablesPart).go_to(claim.table_key, claim.row, claim.column)

    @on(TablesPart.PageAsked)
    def _open_page(self, event: TablesPart.PageAsked) -> None:
        if self._view is not None:
            paper = self._view.paper
            self.desk_app.open_page(paper.arxiv_id or paper.doi or "", event.page)

    # Passes

    @on(PassTimer.Counted)
    def _time_counted(self) -> None:
        self.passes.store_time()

    def action_read(self) -> None:
        """Start the next pass, or go on with the one that is open."""
        if self._view is None:
            return
        number = self.passes.open_pass or standing(self._view.readings).next_pass
        if number is None:
            self.desk_app.tell("You have read this paper in all three passes.")
        else:
            self.passes.start(number, self._show_notes)

    def action_verdict(self) -> None:
        self.note.save()
        self.passes.ask_verdict()

    def action_pause(self) -> None:
        if self.passes.open_pass is None:
            self.desk_app.tell("No pass is open. p opens one.")
        self.timer.toggle()

    def on_key(self, event: events.Key) -> None:
        self.timer.key()

    def _window_in_front(self, in_front: bool) -> None:
        self.timer.set_away(not in_front or self.app.screen is not self)

    def on_screen_suspend(self) -> None:
        # A dialog of this screen is still reading; another screen or mode is not.
        dialog = isinstance(self.app.screen, ModalScreen) and self in self.app.screen_stack
        if self.timer.is_mounted and not dialog:
            self.timer.set_away(True)
            self.passes.store_time()
            self.note.save()

    def on_screen_resume(self) -> None:
        if self._view is not None:
            self.timer.set_away(not self.app.app_focus)
            self._load()

    # The note

    @on(NoteForm.Typed)
    def _typed(self) -> None:
        self.timer.key()
        self.note.typed()

    @on(NoteForm.Left)
    def _left_field(self) -> None:
        if self.app.screen is self:
            self.note.save()

    def action_save(self) -> None:
        self.note.save(ask=True)

    async def action_next_question(self) -> None:
        if self.tab != "notes":
            await self._show_tab("notes")
        self.form.ask_next()

    async def action_edit(self) -> None:
        """Edit the field the user was in last with the editor of their choice."""
        if self.tab != "notes":
            await self._show_tab("notes")
        wanted = self.form.edit_request()
        self.note.keep_draft()
        try:
            text = edit_in_editor(wanted.text, self.desk_app.paths.cache / "editing", self.app.suspend())
        except R2PError as error:
            self.desk_app.show_error(error)
        else:
            self.form.set_text(wanted.name, text)
            self.note.save()
        self.timer.key()

    def _tell_note_state(self, state: KeeperState) -> None:
        colour = "$error" if state.trouble else "$muted"
        self.timer.show_note_state(Content.styled(clean_line(state.words), colour))

    def _ask_conflict(self, theirs: Note | None) -> None:
        ask_conflict(self, self.note, self.form, theirs)

    # Judging

    def action_flag(self) -> None:
        if self._view is not None:
            self.judging.ask_flags(self._view)

    def action_rate(self) -> None:
        if self._view is not None:
            self.judging.ask_ratings(self._view)

    # The other keys

    def action_decide(self, decision: Decision) -> None:
        if self._view is not None:
            self.deciding.decide(decision, self._decision)

    @property
    def _decision(self) -> str | None:
        made = self._view.decision if self._view else None
        return made.decision if made else None

    def action_undo(self) -> None:
        """Take back the verdict given here last, else the decision."""
        if not self.passes.take_back():
            self.deciding.take_back(self._decision)

    def action_open_outside(self) -> None:
        if self._view is not None:
            self.desk_app.open_outside(self._view.paper.arxiv_id or self._view.paper.doi or "")

    def action_copy(self, what: Literal["id", "bibtex"]) -> None:
        if self._view is None:
            return
        paper = self._view.paper
        text = (paper.arxiv_id or paper.doi or "") if what == "id" else as_bibtex(paper)
        self.app.copy_to_clipboard(text)
        self.desk_app.tell(f"Copied: {text.splitlines()[0] if text else 'nothing'}")

    def action_leave(self) -> None:
        """Out of the field first; then back, once everything is stored. A second time leaves in any case."""
        if self.form.typing:
            self.form.leave_field()
        elif self._leaving or not self.note.dirty:
            super().action_leave()
        else:
            self._leaving = True
            self.note.save(then=super().action_leave, ask=True)

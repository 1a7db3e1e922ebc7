"""Triage: one key a paper, best first, until the minutes are over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from r2p_tui.domain.papers import PaperRow
from r2p_tui.domain.triage import Clock, reorder_below, rows_matching
from r2p_tui.errors import EditConflictError, R2PError
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.paper_detail import PaperDetail
from r2p_tui.tui.widgets.paper_list import PaperList
from r2p_tui.tui.widgets.row_list import KEYS_WITHOUT_K, Cell, fit

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.ranking import RankingResult
    from r2p_tui.services.triage import TriageSummary, Undone

Decision = Literal["keep", "skip", "later"]
LEARN_AFTER = 0.4


class Decided(NamedTuple):
    """A decision of this sitting and where its paper stood in the list."""

    row: PaperRow
    place: int
    decision: Decision


def columns(row: PaperRow, width: int) -> Sequence[Cell]:
    """Score, title, category, code; the category goes first when there is little room."""
    category = 8 if width >= 52 else 0
    score = "  ·" if row.score is None else f" {row.score:.2f}".replace(" 0.", " .").replace("1.00", "1.0")
    title = width - 5 - category - 7
    return (
        (score.ljust(5), "number"),
        (fit(row.title, title - 1) + " ", "title"),
        (fit(row.category, category), "muted"),
        (" code " if row.has_code else "      ", "muted"),
        (" ", "muted"),
    )


class TriageList(PaperList, inherit_bindings=False):
    """The list without `k` as a way up: here that key keeps a paper."""

    BINDINGS = KEYS_WITHOUT_K  # type: ignore[assignment]


class TriageScreen(DeskScreen):
    """What arXiv announced and the user has not decided."""

    AUTO_FOCUS = "#papers"
    BINDINGS = [
        Binding("k", "decide('keep')", "keep", tooltip="Keep: into the library", id="triage.keep"),
        Binding("x", "decide('skip')", "skip", tooltip="Skip: never shown again", id="triage.skip"),
        Binding(
            "l",
            "decide('later')",
            "later",
            tooltip="Later: set aside, found with later: in the library",
            id="triage.later",
        ),
        Binding("u", "undo", "undo", tooltip="Undo the last decision of this sitting", id="triage.undo"),
        Binding("1", "read", "read now", tooltip="Keep it and start its first pass", id="triage.read"),
        Binding("o", "open_outside", "open", tooltip="Open its page in the browser", id="triage.open"),
        Binding(
            "slash",
            "filter",
            "filter",
            key_display="/",
            tooltip="Show only titles with some words",
            id="triage.filter",
        ),
        Binding("t", "tables", "Straight to its ablation tables", show=False, id="triage.tables"),
        Binding("c", "toggle_cross", "Show or hide cross-lists", show=False, id="triage.cross"),
        Binding("space", "scroll_detail", "Scroll the abstract", show=False, id="triage.scroll"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[PaperRow] = []
        self._decided: list[Decided] = []
        self._cross = False
        self._session: int | None = None
        self._seconds = 0.0
        self._loaded = False
        self._told_time_is_up = False
        self._told_ranking_is_off = False

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="title"):
            yield Static("opening the library …", id="counts")
            yield Static(id="clock")
        with Horizontal(id="body"):
            with Vertical(id="papers-pane"):
                yield TriageList(columns, id="papers")
                yield Input(
                    placeholder="words of the title or a category; enter keeps, escape clears", id="filter"
                )
            yield PaperDetail(id="detail")
        yield Static(id="empty")

    @property
    def papers(self) -> PaperList:
        return self.query_one("#papers", PaperList)

    def on_mount(self) -> None:
        self._cross = self.desk_app.settings.triage.cross_lists
        self.set_interval(1.0, self._tick)
        self._learns = self.set_timer(LEARN_AFTER, lambda: None)
        self.when_drawn(self._load)

    def on_screen_resume(self) -> None:
        if self._loaded:
            self._load()

    # Loading and showing

    @on(PapersChanged)
    def _load(self) -> None:
        cross = self._cross

        def look(desk: Desk) -> tuple[list[PaperRow], int]:
            from r2p_tui.services import triage

            session = self._session or triage.open_session(desk, now=self.desk_app.now())
            return triage.waiting(desk, cross=cross), session

        self.tasks.in_order(self, look, self._show_waiting, failed=self.show_problem)

    def _show_waiting(self, found: tuple[list[PaperRow], int]) -> None:
        self._waiting, self._session = found
        self._loaded = True
        self.clear_problem()
        self._show_rows()
        self._rank()

    def _show_rows(self, *, cursor: int | None = None) -> None:
        rows = rows_matching(self._waiting, self.query_one("#filter", Input).value)
        self.papers.show(rows, cursor=cursor)
        self._show_counts()

    def _show_counts(self) -> None:
        counts = {
            name: sum(1 for item in self._decided if item.decision == name)
            for name in ("keep", "skip", "later")
        }
        shown, left = len(self.papers.rows), len(self._waiting)
        parts = [f"{shown:,} of {left:,} left" if shown != left else f"{left:,} left"]
        parts += [f"kept {counts['keep']}", f"skipped {counts['skip']}", f"later {counts['later']}"]
        parts += ["with cross-lists"] if self._cross else []
        self.query_one("#counts", Static).update(Content(" · ".join(parts)))
        self._show_clock()
        self.set_class(self._loaded and not self._waiting, "-empty")
        if self._loaded and not self._waiting:
            self._show_empty()

    def _show_clock(self) -> None:
        clock = Clock(self.desk_app.settings.triage.minutes * 60, self._seconds)
        style = "bold $due" if clock.is_over else "$muted"
        self.query_one("#clock", Static).update(Content.styled(f"{clock} ", style))

    def _show_empty(self) -> None:
        if self._decided:
            self._summarize(lambda summary: self._show_empty_text("All decided.", summary.sentence))
        else:
            self._show_empty_text(
                "Nothing waits here.",
                "R reads what arXiv announced today, c shows cross-lists, 3 opens the library.",
            )

    def _show_empty_text(self, headline: str, sentence: str) -> None:
        text = Content.assemble((headline, "bold"), "\n\n", (sentence, "$muted"))
        self.query_one("#empty", Static).update(text)

    # Ranking

    def _rank(self) -> None:
        """Let the ranking learn from what was decided; rows on screen keep their places."""
        cross = self._cross

        def learn(desk: Desk) -> RankingResult:
            from r2p_tui.services.ranking import Ranker

            if self.desk_app.ranker is None:
                self.desk_app.ranker = Ranker()
            return self.desk_app.ranker.rank(desk, cross=cross, now=self.desk_app.now())

        self.tasks.run(self, learn, self._show_ranking, failed=lambda _: None, group="rank")

    def _show_ranking(self, result: RankingResult) -> None:
        if result.mode == "off":
            if not self._told_ranking_is_off:
                self._told_ranking_is_off = True
                self.desk_app.tell(result.message)
            return
        papers = self.papers
        # Papers that were never scored stand by date; nobody has looked at that order yet.
        unseen = not self._decided and papers.cursor == 0 and any(row.score is None for row in papers.rows)
        rows = reorder_below(papers.rows, 0 if unseen else papers.last_visible + 1, result.scores)
        papers.show(rows, cursor=0 if unseen else None, quiet=True)
        shown = {row.paper_id: row for row in rows}
        rest = [row for row in self._waiting if row.paper_id not in shown]
        self._waiting = [*rows, *reorder_below(rest, 0, result.scores)]
        if papers.marked is not None:
            self.query_one(PaperDetail).show(papers.marked)

    @on(PaperList.Marked)
    def _show_marked(self, event: PaperList.Marked) -> None:
        self.query_one(PaperDetail).show(event.row)

    @on(PaperList.Opened)
    def _open_marked(self, event: PaperList.Opened) -> None:
        self.desk_app.open_paper(event.row.paper_id)

    # Deciding

    def action_decide(self, decision: Decision) -> None:
        papers = self.papers
        row, index = papers.marked, papers.cursor
        if row is None or self._session is None:
            return
        papers.take_out(index)
        self._waiting = [waiting for waiting in self._waiting if waiting.paper_id != row.paper_id]
        self._decided.append(Decided(row, index, decision))
        self.desk_app.count_decided(waiting=-1, kept=decision == "keep")
        session, now = self._session, self.desk_app.now()

        def save(desk: Desk) -> None:
            from r2p_tui.services import triage

            triage.decide(desk, row.paper_id, decision, session_id=session, score=row.score, now=now)

        self.tasks.in_order(
            self, save, self._decision_saved, failed=lambda error: self._not_decided(row, error)
        )
        self._show_counts()

    def _decision_saved(self, _: None) -> None:
        # After a pause, so that learning does not hold up the next key; a new decision begins the pause anew.
        self._learns.stop()
        self._learns = self.set_timer(LEARN_AFTER, self._rank)

    def _not_decided(self, row: PaperRow, error: R2PError) -> None:
        """A decision that could not be stored is taken off the list, and its paper comes back."""
        lost = next((item for item in self._decided if item.row.paper_id == row.paper_id), None)
        if lost is not None:
            self._forget(lost)
            if not isinstance(error, EditConflictError):
                self._bring_back(lost)
        self._show_counts()
        self.desk_app.show_error(error)

    def action_undo(self) -> None:
        session, now = self._session, self.desk_app.now()
        if session is None or not self._decided:
            self.desk_app.tell("Nothing to undo in this sitting.")
            return

        def take_back(desk: Desk) -> Undone | None:
            from r2p_tui.services import triage

            return triage.undo(desk, session, now=now)

        self.tasks.in_order(self, take_back, self._undone)

    def _undone(self, undone: Undone | None) -> None:
        if undone is None:
            self.desk_app.tell("Nothing to undo in this sitting.")
            return
        item = next((item for item in reversed(self._decided) if item.row.paper_id == undone.paper_id), None)
        if item is not None:
            self._forget(item)
            self._bring_back(item)
        self._show_counts()

    def _forget(self, item: Decided) -> None:
        self._decided.remove(item)
        self.desk_app.count_decided(waiting=1, kept=-(item.decision == "keep"))

    def _bring_back(self, item: Decided) -> None:
        self._waiting.insert(min(item.place, len(self._waiting)), item.row)
        self.papers.put_back(item.place, item.row)

    # The clock

    def _tick(self) -> None:
        if self.app.screen is not self or not self._waiting:
            return
        self._seconds += 1
        self._show_clock()
        if self._session is not None and self._seconds % 5 == 0:
            self._save_clock()
        if self._seconds == self.desk_app.settings.triage.minutes * 60 and not self._told_time_is_up:
            self._told_time_is_up = True
            self._summarize(
                lambda summary: self.desk_app.tell(summary.sentence, title="The minutes are over")
            )

    def _save_clock(self) -> None:
        session, seconds, now = self._session, self._seconds, self.desk_app.now()

        def save(desk: Desk) -> None:
            from r2p_tui.services import triage

            if session is not None:
                triage.save_clock(desk, session, seconds, now=now)

        self.tasks.in_order(self, save, lambda _: None, failed=lambda _: None)

    def _summarize(self, show: Callable[[TriageSummary], None]) -> None:
        session, cross, now = self._session, self._cross, self.desk_app.now()
        if session is None:
            return
        self._save_clock()

        def add_up(desk: Desk) -> TriageSummary:
            from r2p_tui.services import triage

            return triage.summary(desk, session, cross=cross, now=now)

        self.tasks.in_order(self, add_up, show)

    # The other keys

    def action_read(self) -> None:
        """Keep the paper and start its first pass."""
        row = self.papers.marked
        if row is not None:
            self.action_decide("keep")
            self.desk_app.open_paper(row.paper_id, start_pass=1)

    def action_tables(self) -> None:
        row = self.papers.marked
        if row is not None:
            self.desk_app.open_paper(row.paper_id, tables=True)

    def action_open_outside(self) -> None:
        row = self.papers.marked
        if row is not None:
            self.desk_app.open_outside(row.key)

    def action_filter(self) -> None:
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    @on(Input.Changed, "#filter")
    def _narrow(self) -> None:
        self._show_rows(cursor=0)

    @on(Input.Submitted, "#filter")
    def _keep_filter(self) -> None:
        self.papers.focus()

    def action_leave(self) -> None:
        if self.has_class("-filtering"):
            self.remove_class("-filtering")
            self.query_one("#filter", Input).value = ""
            self.papers.focus()
            return
        if self._decided:
            self._summarize(lambda summary: self.desk_app.tell(summary.sentence, title="Triage"))
        super().action_leave()

    def action_toggle_cross(self) -> None:
        self._cross = not self._cross
        self._load()

    def action_scroll_detail(self) -> None:
        self.query_one(PaperDetail).scroll_page_down()

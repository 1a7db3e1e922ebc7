"""Radar: techniques by ring on a plot and in a table, and of the marked one why it stands where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from r2p_tui.domain.radar import Bucket, Ring, Technique
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import R2PError
from r2p_tui.text import clean_line
from r2p_tui.tui import radar_words
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.radar_keeper import RadarKeeper
from r2p_tui.tui.radar_keys import ON_EMPTY, RADAR_KEYS, WITHOUT_MARKED, as_shown
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.radar_fan import RadarFan
from r2p_tui.tui.widgets.technique_list import TechniqueList
from r2p_tui.tui.widgets.technique_side import TechniqueSide
from r2p_tui.tui.widgets.typed_field import LineField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk

VIEWS = ("both", "plot", "table")
BOTH_FROM_WIDTH, BOTH_FROM_HEIGHT = 100, 32
SEARCH_AFTER_SECONDS = 0.07
REST_SECONDS = 0.05
"""How long the cursor must rest before the store is asked, so that moving stays quick."""
_FILTER_HELP = "words of its name, ring, quadrant, owner; stale, due, new, moved"


class RadarScreen(DeskScreen):
    """The cursor of the table is the chosen number of the plot; either is in sight, or both."""

    AUTO_FOCUS = "TechniqueList"
    BINDINGS = RADAR_KEYS

    def __init__(self) -> None:
        super().__init__()
        self._chosen_view = ""
        self._to_drop = 0
        self._awaited = 0
        self._rests: Timer | None = None
        self._debounce: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield Static("opening the radar …", id="title")
        yield Static(id="radar-stale")
        with Container(id="body"):
            with Vertical(id="radar-left"):
                yield RadarFan()
                yield TechniqueList()
                yield Static("No technique matches. escape shows all again.", id="radar-nothing")
            yield TechniqueSide(id="radar-side")
        yield LineField(placeholder=_FILTER_HELP, id="radar-filter")
        yield Static(id="empty")

    def on_mount(self) -> None:
        self.keeper = RadarKeeper(self, self.desk_app, seen=self._seen, failed=self._refused)
        self._show_view()
        self.when_drawn(self.keeper.look)

    def on_screen_resume(self) -> None:
        if self.keeper.view is not None or self.has_class("-problem"):
            self.keeper.look()

    @on(PapersChanged)
    def _papers_changed(self) -> None:
        self.keeper.look()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show_view)

    # What is in sight

    @property
    def techniques(self) -> TechniqueList:
        return self.query_one(TechniqueList)

    @property
    def plot(self) -> RadarFan:
        return self.query_one(RadarFan)

    @property
    def side(self) -> TechniqueSide:
        return self.query_one(TechniqueSide)

    @property
    def marked(self) -> Technique | None:
        """The technique under the cursor."""
        row = self.techniques.marked
        return row.technique if row else None

    @property
    def paper_id(self) -> int | None:
        """The paper that a surprise would be about."""
        papers = self.marked.papers if self.marked else ()
        return papers[0].paper_id if papers else None

    @property
    def view(self) -> str:
        """Both, the plot, or the table."""
        return self._chosen_view if self._chosen_view in self._views else self._views[0]

    @property
    def _views(self) -> tuple[str, ...]:
        width, height = self.app.size
        if width >= BOTH_FROM_WIDTH and height >= BOTH_FROM_HEIGHT:
            return VIEWS
        return "table", "plot"

    # Showing

    def _seen(self) -> None:
        self.clear_problem()
        self._show_rows()
        if self._awaited:
            self.techniques.mark(self._awaited)
            self._awaited = 0

    def _show_rows(self) -> None:
        view, words = self.keeper.view, self.query_one("#radar-filter", Input).value
        if view is None:
            return
        every = self.keeper.rows
        rows = [row for row in every if radar_words.matches(row, words)]
        self._show_empty(not every)
        self.set_class(bool(every) and not rows, "-nothing")
        self.query_one("#title", Static).update(radar_words.bar_words(view, every, len(rows)))
        stale = radar_words.stale_line(view)
        self.query_one("#radar-stale", Static).update(SafeLine(stale))
        self.set_class(bool(stale), "-stale")
        self.techniques.border_title = radar_words.marks_line(view)
        self.techniques.show_at(rows, self.desk_app.now())
        self._show_marked()
        self.refresh_bindings()

    def _show_empty(self, empty: bool) -> None:
        """Words in the place of everything; the table has the keys as soon as there is one."""
        if empty and self.keeper.view is not None:
            self.query_one("#empty", Static).update(radar_words.empty_words(self.keeper.view.quadrants))
        self.set_class(empty, "-empty")
        if not empty and self.focused is None:
            self.techniques.focus()

    @on(TechniqueList.Marked)
    def _marked_another(self) -> None:
        self._to_drop = 0
        self.side.scroll_home(animate=False)
        self._show_marked()

    def _show_marked(self) -> None:
        row, view = self.techniques.marked, self.keeper.view
        if view is None:
            return
        shown = [one.blip for one in self.techniques.rows]
        self.plot.show(shown, view.quadrants, row.blip.number if row else 0)
        known = self.keeper.predictions_on(row.technique) if row else None
        self.side.show(view, row, known, self.desk_app.now())
        if row is not None and known is None:
            self._find_predictions_soon()

    def _find_predictions_soon(self) -> None:
        if self._rests is not None:
            self._rests.stop()
        self._rests = self.set_timer(REST_SECONDS, self._find_predictions)

    def _find_predictions(self) -> None:
        if (one := self.marked) is not None and self.keeper.predictions_on(one) is None:
            self.keeper.find_predictions(one, self._show_marked)

    @on(RadarFan.Chosen)
    def _clicked(self, event: RadarFan.Chosen) -> None:
        found = (row for row in self.techniques.rows if row.blip.number == event.number)
        if row := next(found, None):
            self.techniques.mark(row.technique.id)

    def _show_view(self) -> None:
        for name in VIEWS:
            self.set_class(name == self.view, f"-view-{name}")

    def _refused(self, error: R2PError) -> None:
        """Trouble takes the place of what was never there; later it passes by."""
        if self.keeper.view is None:
            self.show_problem(error)
        else:
            self.desk_app.show_error(error)

    # Looking

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Without keys that have nothing to act on, which say so when pressed."""
        found = super().active_bindings
        if self.is_mounted and self.marked is not None:
            whole = self.has_class("-whole")
            return {key: as_shown(one, whole=whole) for key, one in found.items()}
        some = ON_EMPTY if self.has_class("-empty") else WITHOUT_MARKED
        return {key: one for key, one in found.items() if one.node is not self or one.binding.id in some}

    def action_view(self) -> None:
        if self.has_class("-empty"):
            self._tell_none()
            return
        self._show_whole(False)
        views = self._views
        self._chosen_view = views[(views.index(self.view) + 1) % len(views)]
        self._show_view()

    @on(TechniqueList.Opened)
    def _open(self) -> None:
        """The whole of it on the whole screen; once more leads back."""
        self._show_whole(not self.has_class("-whole"))

    def _show_whole(self, whole: bool) -> None:
        self.set_class(whole, "-whole")
        self.refresh_bindings()

    def action_scroll(self) -> None:
        self.side.scroll_on()

    def action_filter(self) -> None:
        if self.has_class("-empty"):
            self._tell_none()
            return
        self.add_class("-filtering")
        self.query_one("#radar-filter", Input).focus()

    @on(Input.Changed, "#radar-filter")
    def _filtered(self) -> None:
        """The plot is laid out anew, so only when the hands rest."""
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(SEARCH_AFTER_SECONDS, self._show_rows)

    @on(Input.Submitted, "#radar-filter")
    def _leave_filter(self) -> None:
        field = self.query_one("#radar-filter", Input)
        self.set_class(bool(field.value.strip()), "-filtering")
        # The next key must not act on a technique that the last letter leaves out.
        self._show_rows()
        self.techniques.focus()

    def action_leave(self) -> None:
        """Out of the filter, the whole of one, what is filtered; then back."""
        field = self.query_one("#radar-filter", Input)
        if field.has_focus:
            self._leave_filter()
        elif self.has_class("-whole"):
            self._show_whole(False)
        elif field.value:
            field.value = ""
            self.remove_class("-filtering")
        else:
            super().action_leave()

    def action_open_paper(self) -> None:
        one = self._the_technique
        if one is None:
            return
        if not one.papers:
            self.desk_app.tell(f"No paper stands behind {one.name} yet; e names one.")
        elif len(one.papers) == 1:
            self.desk_app.open_paper(one.papers[0].paper_id)
        else:
            from r2p_tui.tui.dialogs.pick_paper import PickPaperDialog

            def picked(paper_id: int | None) -> None:
                if paper_id is not None:
                    self.desk_app.open_paper(paper_id)

            self.app.push_screen(PickPaperDialog(one.papers), picked)

    def action_copy(self) -> None:
        if (one := self._the_technique) is not None:
            move = one.moves[-1]
            day = short_date(local_day(move.moved_at))
            self.app.copy_to_clipboard(f"{one.name}: {one.ring.value} since {day}, because {move.reason}")
            self.desk_app.tell(f"Copied: where {clean_line(one.name)} stands and why.")

    # Changing

    @property
    def _the_technique(self) -> Technique | None:
        """The technique that a key is for; says so where there is none."""
        if self.marked is None:
            self._tell_none()
        return self.marked

    def _tell_none(self) -> None:
        loading = self.keeper.view is None
        said = "The radar is not read yet." if loading else "There is no technique here; a adds one."
        self.desk_app.tell(said)

    def action_move(self) -> None:
        from r2p_tui.tui.dialogs.move_technique import MoveDialog

        if (one := self._the_technique) is not None:
            self.app.push_screen(MoveDialog(self.keeper, one))

    def action_add(self) -> None:
        from r2p_tui.tui.dialogs.add_technique import AddTechniqueDialog

        if (view := self.keeper.view) is not None:
            self.app.push_screen(AddTechniqueDialog(self.keeper, view.quadrants, self._added))

    def _added(self, technique: Technique) -> None:
        self._awaited = technique.id

    def action_edit(self) -> None:
        from r2p_tui.tui.dialogs.add_technique import EditTechniqueDialog

        if (one := self._the_technique) is not None and (view := self.keeper.view) is not None:
            self.app.push_screen(EditTechniqueDialog(self.keeper, one, view.quadrants))

    def action_next_action(self) -> None:
        from r2p_tui.tui.dialogs.move_technique import NextDialog

        if (one := self._the_technique) is not None:
            self.app.push_screen(NextDialog(self.keeper, one))

    def action_rate(self) -> None:
        from r2p_tui.tui.dialogs.rate_technique import RateTechniqueDialog

        if (one := self._the_technique) is not None:
            self.app.push_screen(RateTechniqueDialog(self.keeper, one))

    def action_confirm(self) -> None:
        """It was looked at and stays; of stale ones the cursor goes on to the next."""
        one, rows, at = self._the_technique, self.techniques.rows, self.techniques.cursor
        if one is None:
            return
        if rows[at].stale and (later := [row for row in (*rows[at + 1 :], *rows[:at]) if row.stale]):
            self.techniques.mark(later[0].technique.id)
        now = self.desk_app.now()

        def confirm(desk: Desk) -> str:
            from r2p_tui.services import radar

            radar.confirm(desk, one.id, now=now)
            return f"{one.name} stays in {one.ring.value}."

        self.keeper.act(confirm)

    def action_bucket(self) -> None:
        one, buckets = self._the_technique, list(Bucket)
        if one is None:
            return
        bucket = buckets[(buckets.index(one.bucket) + 1) % len(buckets)]

        def edit(desk: Desk) -> str:
            from r2p_tui.services import radar

            radar.edit(desk, one.id, bucket=bucket)
            return f"{one.name} is in {bucket.value} now."

        self.keeper.act(edit)

    def action_drop(self) -> None:
        """Twice, since a technique comes back only as a new one."""
        one = self._the_technique
        if one is None:
            return
        if self._to_drop != one.id:
            self._to_drop = one.id
            self.desk_app.tell(f"D once more takes {one.name} off the radar; a move to {Ring.SKIP} says why.")
            return
        now, self._to_drop = self.desk_app.now(), 0

        def drop(desk: Desk) -> str:
            from r2p_tui.services import radar

            radar.drop(desk, one.id, now=now)
            return f"{one.name} is off the radar; its history and its predictions stay."

        self.keeper.act(drop)

    def action_predict(self) -> None:
        from r2p_tui.tui.dialogs.predict import PredictDialog

        if (one := self._the_technique) is not None:
            self.app.push_screen(PredictDialog(self.paper_id, technique=one.name))

    def action_review(self) -> None:
        from r2p_tui.tui.dialogs.research_review import ResearchReviewDialog

        if self.keeper.view is not None:
            self.app.push_screen(ResearchReviewDialog(self.keeper))

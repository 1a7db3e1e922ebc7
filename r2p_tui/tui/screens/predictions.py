"""Predictions: what is due first, resolved with one key each, and what that says of the judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from r2p_tui.domain.predictions import Outcome
from r2p_tui.errors import R2PError
from r2p_tui.tui import prediction_keeper, prediction_words
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.prediction_judging import PredictionJudging
from r2p_tui.tui.prediction_keeper import Listing, PredictionKeeper, Read, Wanted
from r2p_tui.tui.prediction_keys import PREDICTION_KEYS
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.ask_line import AskLine
from r2p_tui.tui.widgets.judged_line import JudgedLine
from r2p_tui.tui.widgets.prediction_list import PredictionList
from r2p_tui.tui.widgets.prediction_side import VIEWS, PredictionSide
from r2p_tui.tui.widgets.tab_line import TabLine
from r2p_tui.tui.widgets.typed_field import LineField

if TYPE_CHECKING:
    from r2p_tui.services.prediction_scores import Scoreboard
    from r2p_tui.services.predictions import Shown
    from r2p_tui.store.predictions import Counts, PredictionLine

SEARCH_AFTER_SECONDS = 0.07
READ_AFTER_SECONDS = 0.05
_STATES: tuple[Shown, ...] = ("all", "due", "open", "resolved")
_EMPTY = (
    ("p", "writes one: what, how likely, until when, and how you will decide"),
    (
        'r2p predict "RT-DETR replaces YOLO here" --p 0.3 --by 2y',
        "does so from a shell, and asks for the rest",
    ),
    ("r2p predictions import FILE.csv", "takes over those of Fatebook"),
)
_FOR_OPEN_ONES = ("decide", "measure", "update", "delete")
_FOR_SOME = ("filter", "state")
_FOR_ANY = ("why", "view", "evidence", "another_measure", "copy", "scroll")


class PredictionsScreen(DeskScreen):
    """The list comes first; scores, evidence and the text of the marked one follow it."""

    AUTO_FOCUS = "PredictionList"
    BINDINGS = PREDICTION_KEYS

    def __init__(self) -> None:
        super().__init__()
        self._wanted = Wanted()
        self._listing: Listing | None = None
        self._scored: Counts | None = None
        self._read: Read | None = None
        self._chosen_view = ""
        self._waits: Timer | None = None
        self._debounce: Timer | None = None

    def compose_body(self) -> ComposeResult:
        keeper = self.keeper = PredictionKeeper(self, self.desk_app, failed=self._refused)
        with Container(id="title"):
            yield Static("opening the predictions …", id="predictions-count")
            yield JudgedLine(id="predictions-judged")
        with Container(id="body"):
            with Horizontal(id="filter-row"):
                yield Static("/", id="filter-mark")
                yield LineField(placeholder="words of the statement, its criteria, its tags", id="filter")
            yield PredictionList(self.desk_app.now(), keeper.curves)
            yield Static(id="nothing")
            yield AskLine()
            yield PredictionSide()
        yield Static(id="empty")

    def on_mount(self) -> None:
        line, rows = self.query_one(AskLine), self.rows
        self.judging = PredictionJudging(self.desk_app, self.keeper, rows, line, changed=self._load)
        self._arrange()
        self.when_drawn(self._load)

    def on_screen_resume(self) -> None:
        if self._listing is not None:
            self._list()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._arrange)

    @property
    def rows(self) -> PredictionList:
        return self.query_one(PredictionList)

    @property
    def side(self) -> PredictionSide:
        return self.query_one(PredictionSide)

    @property
    def marked(self) -> PredictionLine | None:
        """The prediction under the cursor."""
        return self.rows.marked

    @property
    def views(self) -> list[str]:
        """What can be chosen here; the rest is in sight all the time."""
        if self.has_class("-three"):
            return ["calibration", "scores"]
        return [name for name in VIEWS if name != "review" or not self.has_class("-two")]

    @property
    def view(self) -> str:
        return self._chosen_view if self._chosen_view in self.views else self.views[0]

    # Loading

    @on(PapersChanged)
    def _load(self) -> None:
        self._scored = None
        self._list()

    def _list(self) -> None:
        self.keeper.list_them(self._wanted, self._show)

    def _show(self, listing: Listing) -> None:
        if listing.wanted != self._wanted:
            return
        other = self._listing is None or self._listing.wanted != listing.wanted
        self._listing = listing
        self.clear_problem()
        self.rows.now = self.desk_app.now()
        self.rows.show(listing.lines, cursor=0 if other else None)
        self._show_words(listing)
        self._measure()
        # The list stands before anything is scored, and a filter changes no score.
        if listing.counts != self._scored:
            self._scored = listing.counts
            self.keeper.score(self._show_scores)
            self.desk_app.refresh_status()

    def _show_words(self, listing: Listing) -> None:
        counts, (state, words) = listing.counts, listing.wanted
        known = counts.due + counts.open + counts.resolved
        self.set_class(not known, "-empty")
        self.set_class(bool(known) and not listing.lines, "-nothing")
        self.query_one("#nothing", Static).update(prediction_words.nothing_listed(words, state))
        if not known:
            self._show_empty()
        of_state = {"due": counts.due, "open": counts.open, "resolved": counts.resolved}.get(state, known)
        shown = len(listing.lines)
        is_cut = shown == prediction_keeper.LISTED_AT_MOST < of_state
        self._show_counts(prediction_words.listed_words(shown, state, words, is_cut=is_cut))

    def _show_counts(self, more: str) -> None:
        assert self._listing is not None  # noqa: S101  (counted when listed)
        counted = prediction_words.count_words(self._listing.counts)
        self.query_one("#predictions-count", Static).update(
            SafeLine(f"{counted} · {more}" if more else counted)
        )

    def _show_scores(self, board: Scoreboard) -> None:
        self.query_one(JudgedLine).show(board)
        self.side.score(board)

    def _show_empty(self) -> None:
        lines = [Content.styled("No prediction yet.", "bold $text"), Content("")]
        lines += [
            Content.assemble((f"{key}\n", "$primary"), (f"    {words}", "$muted")) for key, words in _EMPTY
        ]
        self.query_one("#empty", Static).update(Content("\n").join(lines))

    def _refused(self, error: R2PError) -> None:
        """Trouble takes the place of what was never there; later it passes by."""
        if self._listing is None:
            self.show_problem(error)
        else:
            self.desk_app.show_error(error)

    # The marked prediction

    @on(PredictionList.Marked)
    def _marked_another(self, event: PredictionList.Marked) -> None:
        """The statement at once, the rest when the cursor rests."""
        self.judging.follow()
        if event.line is None or self._read is None or self._read.view.line.id != event.line.id:
            self._read = None
            self.side.begin(event.line)
        self.refresh_bindings()
        if self._waits is not None:
            self._waits.stop()
        self._waits = self.set_timer(READ_AFTER_SECONDS, self._read_marked)

    def _read_marked(self) -> None:
        if self.marked is not None:
            self.keeper.read(self.marked.id, self._fill)

    def _fill(self, read: Read) -> None:
        if self.marked is not None and self.marked.id == read.view.line.id:
            self._read = read
            self.side.fill(read, self.desk_app.now())

    @on(PredictionList.Scrolled)
    def _measure(self) -> None:
        self.keeper.measure(self.rows.in_sight, self._show_evidence)

    def _show_evidence(self) -> None:
        self.rows.refresh()

    @on(PredictionList.Opened)
    def action_why(self) -> None:
        """All of the marked one, with room to read."""
        from r2p_tui.tui.dialogs.prediction import PredictionDialog

        if (line := self.marked) is not None:

            def show(read: Read) -> None:
                self.app.push_screen(PredictionDialog(read, self.desk_app.now()))

            self.keeper.read(line.id, show)

    # Keys

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Without keys that would do nothing to the marked prediction."""
        found = super().active_bindings
        return {
            key: one for key, one in found.items() if one.node is not self or self._offers(one.binding.action)
        }

    def _offers(self, action: str) -> bool:
        name, line = action.partition("(")[0], self.marked if self.is_mounted else None
        if name in _FOR_OPEN_ONES:
            has_interval = line is not None and line.low is not None
            return line is not None and line.outcome is None and (name != "measure" or has_interval)
        if name == "take_back":
            return line is not None and line.outcome is not None
        if name in ("open_paper", "open_outside"):
            return line is not None and line.paper_id is not None
        if name in _FOR_SOME:
            return not self.has_class("-empty")
        return name not in _FOR_ANY or line is not None

    def action_decide(self, outcome: str) -> None:
        if (line := self._the_line) is not None:
            self.judging.decide(line, Outcome(outcome))

    def action_measure(self) -> None:
        if (line := self._the_line) is not None:
            self.judging.measure(line)

    def action_take_back(self) -> None:
        if (line := self._the_line) is not None:
            self.judging.take_back(line)

    def action_delete(self) -> None:
        if (line := self._the_line) is not None:
            self.judging.delete(line)

    def action_update(self) -> None:
        from r2p_tui.tui.dialogs.update_prediction import UpdatePredictionDialog

        line = self._the_line
        if line is not None and line.outcome is not None:
            self.desk_app.tell(f"Prediction {line.id} is resolved: it is not updated any more.")
        elif line is not None:
            self.app.push_screen(UpdatePredictionDialog(line, self._load))

    @property
    def _the_line(self) -> PredictionLine | None:
        """The prediction that a key is for; says so where there is none."""
        if self.marked is None:
            self._tell_none()
        return self.marked

    def _tell_none(self) -> None:
        unread = self._listing is None
        said = "The predictions are not read yet." if unread else "There is no prediction here; p writes one."
        self.desk_app.tell(said)

    # Views

    def _arrange(self) -> None:
        self.side.lay_out(self.view, self.views, three=self.has_class("-three"))

    def action_view(self, steps: int) -> None:
        names = self.views
        self._show_view(names[(names.index(self.view) + steps) % len(names)])

    @on(TabLine.Chosen)
    def _clicked(self, event: TabLine.Chosen) -> None:
        self._show_view(event.name)

    def _show_view(self, name: str) -> None:
        self._chosen_view = name
        self._arrange()

    def action_evidence(self) -> None:
        if "evidence" in self.views:
            self._show_view("evidence")
        else:
            self.desk_app.tell("The evidence is in sight; l shows what else was counted.")

    def action_another_measure(self, steps: int) -> None:
        self.side.evidence.step(steps)

    def action_scroll(self) -> None:
        self.side.scroll()

    # Which ones

    def action_filter(self) -> None:
        if self.has_class("-empty") or self.has_class("-problem"):
            self._tell_none()
            return
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        if self._debounce is not None:
            self._debounce.stop()
        self._debounce = self.set_timer(SEARCH_AFTER_SECONDS, self._search)

    def _search(self) -> None:
        self._wanted = self._wanted._replace(words=self.query_one("#filter", Input).value.strip())
        self._list()

    @on(Input.Submitted, "#filter")
    def _to_rows(self) -> None:
        self.set_class(bool(self.query_one("#filter", Input).value.strip()), "-filtering")
        self.rows.focus()

    def action_state(self, steps: int) -> None:
        following = _STATES[(_STATES.index(self._wanted.state) + steps) % len(_STATES)]
        self._wanted = self._wanted._replace(state=following)
        self._list()

    def action_leave(self) -> None:
        """From the filter to the list; then the filter goes; then back."""
        if self.query_one("#filter", Input).has_focus:
            self._to_rows()
        elif self._wanted != Wanted():
            self._wanted = Wanted()
            with self.prevent(Input.Changed):
                self.query_one("#filter", Input).value = ""
            self.remove_class("-filtering")
            self._list()
        else:
            super().action_leave()

    # Elsewhere

    def action_open_paper(self) -> None:
        if self.marked is not None and self.marked.paper_id is not None:
            self.desk_app.open_paper(self.marked.paper_id)
        else:
            self.desk_app.tell("No paper stands behind this prediction.")

    def action_open_outside(self) -> None:
        if self._read is not None and self._read.view.paper_key is not None:
            self.desk_app.open_outside(self._read.view.paper_key)
        else:
            self.desk_app.tell("No paper stands behind this prediction.")

    def action_copy(self) -> None:
        """The numbers where those are in sight alone, else the prediction."""
        if self.view == "calibration" and self.side.plot.words and "review" in self.views:
            text = "\n".join(self.side.plot.words)
        elif self._read is not None:
            text = prediction_words.copied(self._read.view, self._read.evidence, self.desk_app.now())
        else:
            return
        self.app.copy_to_clipboard(text)
        self.desk_app.tell(f"Copied: {text.splitlines()[0][:60]}")

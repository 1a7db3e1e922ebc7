"""Today: what is due, visible without reading, and the key that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widgets import Static

from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.domain.times import ago, local_day, span_text
from r2p_tui.text import count_of
from r2p_tui.tui import run_words
from r2p_tui.tui.messages import PapersChanged
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.line_block import Line, LineBlock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from r2p_tui.services.desk import Desk
    from r2p_tui.services.today import RunningRun, TodayView
    from r2p_tui.store.citation_news import NewCitations

RUNS_EVERY_SECONDS = 4.0
SPARKS_AT_MOST = 16
NEWS_AT_MOST = 4
CLASSES_TOLD = 2
# What it looks like when one does, and when several do; who merely mentions or compares is no news.
_CLASS_WORDS = {
    EvidenceClass.REPLICATES: ("looks like a replication", "look like replications"),
    EvidenceClass.FAILS: ("may not have replicated it", "may not have replicated it"),
    EvidenceClass.DEPLOYS: ("deploys it or makes it faster", "deploy it or make it faster"),
    EvidenceClass.EXTENDS: ("extends it", "extend it"),
}
_CODE_WORDS = {"official": "code appeared", "community": "code by others appeared"}


class TodayScreen(DeskScreen):
    """The morning at a glance."""

    BINDINGS = [
        Binding("enter,t", "app.switch_mode('triage')", "triage", key_display="enter", id="today.triage"),
        Binding("c", "continue_reading", "read on", id="today.continue"),
        Binding("n", "open_news", "Open what is new about a kept paper", show=False, id="today.news"),
        Binding("R", "app.sync", "read arXiv", id="today.sync"),
        Binding("s", "app.surprise", "surprise", id="today.surprise"),
        Binding("p,P", "app.predict", "predict", key_display="p", id="today.predict"),
        Binding("slash", "find", "find", key_display="/", id="today.find"),
        Binding("question_mark", "app.help", "help", key_display="?", id="today.help"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._view: TodayView | None = None

    def compose_body(self) -> ComposeResult:
        with Container(id="body"):
            with Vertical(classes="column", id="left"):
                yield Static("opening the library …", classes="hint", id="opening")
                yield LineBlock("Morning", id="morning")
                yield LineBlock("Due", id="due")
                yield LineBlock("Reading", id="reading")
            with Vertical(classes="column", id="right"):
                yield LineBlock("Running", id="running")
                yield LineBlock("This week", id="week")
                yield LineBlock("Since you last looked", id="news")
                yield LineBlock("Surprises", id="surprises")
                yield LineBlock("arXiv", id="arxiv")

    def on_mount(self) -> None:
        self.when_drawn(self._load)
        self.set_interval(RUNS_EVERY_SECONDS, self._look_at_runs)

    def on_screen_resume(self) -> None:
        if self._view is not None:
            self._load()

    @on(PapersChanged)
    def _load(self) -> None:
        def look(desk: Desk) -> TodayView:
            from r2p_tui.services import today

            return today.today(desk, now=self.desk_app.now())

        self.tasks.run(self, look, self._show, failed=self.show_problem, group="today")

    def _show(self, view: TodayView) -> None:
        self._view = view
        self.clear_problem()
        self.query_one("#opening").display = False
        now = self.desk_app.now()
        self._put("morning", _morning(view, self.desk_app.settings.triage.minutes))
        due = _due(view, now)
        self.query_one("#due").display = bool(due)
        self._put("due", due)
        self._put("reading", _reading(view))
        self._put("running", _running(view.running))
        self._put("week", _week(view))
        news = _news(view)
        self.query_one("#news").display = bool(news)
        self._put("news", news)
        self._put("surprises", _surprises(view, now))
        self._put("arxiv", _sync(view, now))
        self.desk_app.refresh_status()

    def _look_at_runs(self) -> None:
        """What runs is told anew while one looks; the rest of the morning stands still."""
        if self.app.screen is not self or not self.desk_app.status.running:
            return

        def look(desk: Desk) -> tuple[RunningRun, ...]:
            from r2p_tui.services import today

            return today.running(desk)

        def show(running: tuple[RunningRun, ...]) -> None:
            self._put("running", _running(running))

        self.tasks.run(self, look, show, failed=lambda _: None, group="running")

    def _put(self, part: str, lines: list[Line]) -> None:
        self.query_one(f"#{part}", LineBlock).show(lines)

    def action_continue_reading(self) -> None:
        """The pass that was open last, else the paper kept last."""
        view = self._view
        if view and view.open_passes:
            self.desk_app.open_paper(view.open_passes[0].paper_id, view.open_passes[0].pass_number)
        elif view and view.unread:
            self.desk_app.open_paper(view.unread[0].paper_id, 1)
        else:
            self.desk_app.tell("No paper is waiting to be read; keep one in triage with k.")

    def action_open_news(self) -> None:
        """The paper with the first of the news, where it shows them."""
        view = self._view
        if view and view.citing:
            self.desk_app.open_paper(view.citing[0].paper_id, citations=True)
        elif view and view.code:
            self.desk_app.open_paper(view.code[0].paper_id)
        else:
            self.desk_app.tell("There is no news about the papers you kept.")

    def action_find(self) -> None:
        self.app.switch_mode("library")
        self.app.call_later(self.app.run_action, "screen.focus_search")


def _morning(view: TodayView, minutes: int) -> list[Line]:
    if view.is_empty:
        return [
            Line("Nothing was read from arXiv yet.", style="bold"),
            Line("Read what it announced today", key="R", style="$due"),
            Line("Add a paper you know, by id or address", key="3 a"),
        ]
    lines = [Line("Triage is done: nothing waits.")]
    if view.waiting_new:
        best = f"best {view.worth:,} worth a look" if view.worth else ""
        lines = [Line(f"{count_of(view.waiting_new, 'paper')} announced", best, "enter", "bold $due")]
    lines.append(Line(f"{minutes} min · yesterday you took {view.yesterday}", style="$muted"))
    if view.waiting_cross:
        lines.append(Line(f"and {count_of(view.waiting_cross, 'cross-list')}", key="2 c", style="$muted"))
    if view.later:
        lines.append(Line(f"{view.later:,} set aside for later", "search later:", "/", "$muted"))
    return lines


def _due(view: TodayView, now: datetime) -> list[Line]:
    """What waits for a verdict, a review or an action; nothing where nothing does."""
    counts, radar = view.predictions, view.radar
    lines: list[Line] = []
    if counts.due and counts.oldest_due:
        days = (local_day(now) - counts.oldest_due).days
        age = f"oldest {days:,} d" if days else "due today"
        lines.append(Line(f"{count_of(counts.due, 'prediction')} to resolve", age, "7", "bold $due"))
    if radar.actions:
        first = radar.actions[0]
        tail = f"and {len(radar.actions) - 1:,} more" if len(radar.actions) > 1 else ""
        lines.append(Line(f"{first.name}: {first.next_action}", tail, "6", "$due"))
    if radar.stale:
        first = radar.stale[0]
        names = ", ".join(one.name for one in radar.stale)
        lines.append(Line(f"Not reviewed: {names}", f"oldest {ago(first.reviewed_at, now)}", "6"))
    return lines


def _reading(view: TodayView) -> list[Line]:
    lines = [
        Line(item.title, f"pass {item.pass_number}, {int(item.seconds // 60)} min")
        for item in view.open_passes
    ]
    lines += [Line(paper.title, "not begun", style="$muted") for paper in view.unread[: 4 - len(lines)]]
    if lines:
        return [lines[0]._replace(key="c"), *lines[1:]]
    return [Line("No paper is open: keep one in triage, then read it.", key="2", style="$muted")]


def _running(runs: Sequence[RunningRun]) -> list[Line]:
    """Nothing where nothing runs, so that the week stays on top."""
    lines: list[Line] = []
    for view, curves in runs:
        metric = view.main_metric
        drawn = run_words.sparkline(curves.get(metric, ()), SPARKS_AT_MOST)
        left = f"{span_text(view.eta_seconds)} left" if view.eta_seconds is not None else ""
        facts = [view.state_text if not view.supervised else ""]
        facts += [f"epoch {view.epoch}/{view.epochs}" if view.epoch and view.epochs else ""]
        facts += [f"{run_words.metric_words(view)} {drawn}".strip(), left]
        lines.append(
            Line(f"{run_words.state_mark(view)} {view.name}", style="bold", key="" if lines else "5")
        )
        lines.append(Line(" · ".join(fact for fact in facts if fact)))
        lines += [Line(f"? {question.sentence}", style="bold $due") for question in view.questions]
        if told := run_words.lights_short(view):
            lines.append(Line(told, style="$muted"))
    return lines


def _week(view: TodayView) -> list[Line]:
    days = " ".join("■" if done else "□" for done in view.week)
    first, second, third = (view.passes[number] for number in (1, 2, 3))
    return [
        Line(f"triage  {days}", "Monday to Friday"),
        Line(f"passes  first {first} · second {second} · third {third}"),
    ]


def _news(view: TodayView) -> list[Line]:
    """Who cites kept papers now, then where code appeared; the first line has the key."""
    citing = view.citing[:NEWS_AT_MOST]
    code = view.code[: NEWS_AT_MOST - len(citing)]
    lines: list[Line] = []
    for paper in citing:
        lines.append(Line(paper.title, count_of(paper.count, "new citing paper")))
        if classes := _class_words(paper):
            lines.append(Line(f"  {classes}", style="$due"))
    lines += [Line(one.title, _CODE_WORDS.get(one.state, "")) for one in code]
    if more := len(view.citing) + len(view.code) - len(citing) - len(code):
        lines.append(Line(f"and {count_of(more, 'more paper')}", style="$muted"))
    return [lines[0]._replace(key="n"), *lines[1:]] if lines else []


def _class_words(news: NewCitations) -> str:
    """`1 looks like a replication, 2 extend it`: the strongest classes; empty where all merely mention it."""
    told = [
        f"{count:,} {_CLASS_WORDS[kind][count > 1]}" for kind, count in news.by_class if kind in _CLASS_WORDS
    ]
    return ", ".join(told[:CLASSES_TOLD])


def _surprises(view: TodayView, now: datetime) -> list[Line]:
    lines = [Line(item.text, ago(item.created_at, now)) for item in view.surprises]
    if lines:
        return [lines[0]._replace(key="s"), *lines[1:]]
    return [
        Line("None yet. Log one here, or while coding:", key="s", style="$muted"),
        Line('r2p surprise "31 FPS, the paper says 108"', style="$muted"),
    ]


def _sync(view: TodayView, now: datetime) -> list[Line]:
    if view.synced_at is None:
        return [Line("never read", key="R", style="$muted")]
    age = ago(view.synced_at, now)
    lines = [Line("read just now" if age == "now" else f"read {age} ago", key="R")]
    return lines + [Line(f"{name}: {outcome}", style="$muted") for name, outcome in view.sync_outcomes]

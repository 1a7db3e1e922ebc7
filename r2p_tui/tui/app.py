"""The terminal program: one desk, four modes, and what every screen shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.reactive import var
from textual.screen import Screen

from r2p_tui.config import Settings
from r2p_tui.errors import ExitCode, R2PError
from r2p_tui.paths import Paths
from r2p_tui.terminal import install_exit_signals
from r2p_tui.text import clean
from r2p_tui.tui.driver_guard import GuardedDriver
from r2p_tui.tui.messages import PapersChanged, SyncReported
from r2p_tui.tui.outside import open_address, page_address, paper_address
from r2p_tui.tui.resting_hands import FRAME_SECONDS, RestingHands
from r2p_tui.tui.tasks import Tasks
from r2p_tui.tui.theme import EVERY_THEME, THEME
from r2p_tui.tui.widgets.mode_bar import ModeBar, Status

if TYPE_CHECKING:
    from textual.command import Provider

    from r2p_tui.services.desk import Desk
    from r2p_tui.services.ranking import Ranker
    from r2p_tui.services.sync import SyncProgress, SyncResult
    from r2p_tui.services.today import Headline

BACKUP_AFTER_SECONDS = 60
RUNS_EVERY_SECONDS = 3.0


def _today() -> Screen[Any]:
    from r2p_tui.tui.screens.today import TodayScreen

    return TodayScreen()


def _triage() -> Screen[Any]:
    from r2p_tui.tui.screens.triage import TriageScreen

    return TriageScreen()


def _library() -> Screen[Any]:
    from r2p_tui.tui.screens.library import LibraryScreen

    return LibraryScreen()


def _runs() -> Screen[Any]:
    from r2p_tui.tui.screens.runs import RunsScreen

    return RunsScreen()


def _radar() -> Screen[Any]:
    from r2p_tui.tui.screens.radar import RadarScreen

    return RadarScreen()


def _predictions() -> Screen[Any]:
    from r2p_tui.tui.screens.predictions import PredictionsScreen

    return PredictionsScreen()


def _commands() -> type[Provider]:
    from r2p_tui.tui.commands import KeyCommands

    return KeyCommands


class R2PApp(App[int]):
    """Modes on number keys, each a stack of screens; services run through `tasks`."""

    TITLE = "r2p"
    CSS_PATH = [
        "app.tcss",
        "screens/today.tcss",
        "screens/triage.tcss",
        "screens/library.tcss",
        "screens/paper.tcss",
        "screens/ablations.tcss",
        "screens/runs.tcss",
        "screens/radar.tcss",
        "screens/predictions.tcss",
        "screens/measurement.tcss",
    ]
    MODES = {
        "today": _today,
        "triage": _triage,
        "library": _library,
        "runs": _runs,
        "radar": _radar,
        "predictions": _predictions,
    }
    COMMANDS = {_commands}
    BINDINGS = [
        Binding("1", "switch_mode('today')", "Today", show=False, id="mode.today"),
        Binding("2", "switch_mode('triage')", "Triage", show=False, id="mode.triage"),
        Binding("3", "switch_mode('library')", "Library", show=False, id="mode.library"),
        Binding("5", "switch_mode('runs')", "Runs", show=False, id="mode.runs"),
        Binding("6", "switch_mode('radar')", "Radar", show=False, id="mode.radar"),
        Binding("7", "switch_mode('predictions')", "Predictions", show=False, id="mode.predictions"),
        Binding("R", "sync", "Read arXiv now", show=False, id="app.sync"),
        Binding("s", "surprise", "Log a surprise", show=False, id="app.surprise"),
        Binding("P", "predict", "Write a prediction", show=False, id="app.predict"),
        Binding("A", "ablations", "Search the tables of all papers", show=False, id="app.ablations"),
        Binding("question_mark", "help", "Help", key_display="?", show=False, id="app.help"),
        Binding("q", "quit", "Quit", show=False, id="app.quit"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit_always"),
    ]

    status: var[Status] = var(Status())

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        open_desk: Callable[[], Desk],
        *,
        start: str = "today",
        demo: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        driver: type[Driver] | None = None,
        hands: RestingHands | None = None,
    ) -> None:
        # Named before the base class sets up its screens: going there later would cost a second layout.
        self.DEFAULT_MODE = start  # type: ignore[misc]
        super().__init__(driver_class=driver)
        # Set before the style sheets are read, which a change of theme reads again.
        self.register_theme(THEME)
        self.set_reactive(App.theme, THEME.name)
        self.paths = paths
        self.settings = settings
        self.demo = demo
        self.now = now
        self.tasks = Tasks(self, open_desk)
        self.ranker: Ranker | None = None
        self.syncing = False
        self._leaving = Event()
        self._hands = hands

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return EVERY_THEME

    def on_mount(self) -> None:
        self.set_keymap(dict(self.settings.keys))
        install_exit_signals(asyncio.get_running_loop(), self._on_exit_signal)
        self.status = Status(right=self._whereabouts())
        self.set_timer(BACKUP_AFTER_SECONDS, self._back_up)
        self.set_interval(RUNS_EVERY_SECONDS, self._look_after_runs)
        if self._hands is not None:
            self.call_after_refresh(self._hands.take_over)
            self.set_interval(1.0, self._hands.tick)

    async def on_event(self, event: events.Event) -> None:
        if self._hands is not None and isinstance(event, events.Key):
            self._hands.key()
            self.set_timer(FRAME_SECONDS, self._hands.frame)
        await super().on_event(event)

    def _back_up(self) -> None:
        """The daily backup, in a thread, once the user has begun."""

        def work(desk: Desk) -> None:
            from r2p_tui.services import backup

            backup.backup_if_due(desk, now=self.now())

        if not self.demo:
            self.tasks.run(self, work, lambda _: None, group="backup")

    def _look_after_runs(self) -> None:
        """Whoever has r2p open sees to it that runs which ended are told, and that waiting ones start."""

        def work(desk: Desk) -> int:
            from r2p_tui.services import run_queue

            return run_queue.refresh(desk, now=self.now()).running

        self.tasks.run(self, work, self.count_running, failed=lambda _: None, group="runs")

    def _on_exit_signal(self, number: int) -> None:
        self.exit(128 + number)

    @property
    def failure(self) -> Exception | None:
        """What ended the program against the user's will."""
        return self._exception

    def _fatal_error(self) -> None:
        # Textual would print every local variable; the guard writes a plain traceback to the log instead.
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        self._leaving.set()
        if self.ranker is not None:
            await asyncio.to_thread(self.ranker.close)
        await asyncio.to_thread(self.tasks.close)

    # What every screen may ask for

    def open_paper(
        self,
        paper_id: int,
        start_pass: int | None = None,
        *,
        tables: bool = False,
        row: tuple[str, int | None] | None = None,
        citations: bool = False,
    ) -> None:
        """Push the screen of a paper: in a pass, on its tables, on a row of one, or on its citations."""
        from r2p_tui.tui.screens.paper import PaperScreen, RowOfTable

        place = RowOfTable(*row) if row else None
        self.push_screen(PaperScreen(paper_id, start_pass, tables=tables, row=place, citations=citations))

    def open_outside(self, key: str) -> None:
        """Open the page of a paper, by arXiv id or DOI, in the browser."""
        open_address(self, paper_address(key, self.settings.arxiv.files_url))

    def open_page(self, key: str, page: int) -> None:
        """Open a page of a paper's PDF, counted from 1; its own page where that is not known."""
        open_address(self, page_address(key, page, self.settings.arxiv.files_url))

    def show_error(self, error: R2PError) -> None:
        """Tell what went wrong and what to do, without taking the screen away."""
        text = f"{error.message}\n{error.hint}" if error.hint else error.message
        self.notify(clean(text), severity="error", timeout=12, markup=False)

    def tell(self, sentence: str, *, title: str = "") -> None:
        """A short word to the user that goes away by itself."""
        self.notify(clean(sentence), title=clean(title), timeout=6, markup=False)

    def crash(self, error: Exception) -> None:
        """Leave with the error that a thread met; drafts and decisions are saved on the way out."""
        self._handle_exception(error)

    def refresh_status(self) -> None:
        """Count anew what the first line tells."""

        def look(desk: Desk) -> Headline:
            from r2p_tui.services import today

            return today.headline(desk, now=self.now())

        def show(line: Headline) -> None:
            right = "demonstration library" if self.demo else line.right
            self.status = self.status._replace(
                waiting=line.waiting, kept=line.kept, due=line.due, right=right
            )

        self.tasks.run(self, look, show, failed=lambda _: None, group="status")

    def count_decided(self, *, waiting: int, kept: int) -> None:
        """Move the counts of the first line by what was just decided, without asking the store again."""
        status = self.status
        if status.waiting is not None and status.kept is not None:
            self.status = status._replace(waiting=status.waiting + waiting, kept=status.kept + kept)

    def count_running(self, running: int) -> None:
        """Tell in the first line how many runs go on."""
        if running != (self.status.running or 0):
            self.status = self.status._replace(running=running)

    def _whereabouts(self) -> str:
        return " ".join(self.settings.arxiv.categories)

    # Actions

    @on(ModeBar.Chosen)
    def _go(self, event: ModeBar.Chosen) -> None:
        self.switch_mode(event.mode)

    def action_help(self) -> None:
        from r2p_tui.tui.dialogs.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_surprise(self) -> None:
        from r2p_tui.tui.dialogs.surprise import SurpriseDialog

        self.push_screen(SurpriseDialog(getattr(self.screen, "paper_id", None)))

    def action_predict(self) -> None:
        from r2p_tui.tui.dialogs.predict import PredictDialog

        self.push_screen(PredictDialog(getattr(self.screen, "paper_id", None)))

    def action_ablations(self) -> None:
        from r2p_tui.tui.screens.ablations import AblationsScreen

        if not isinstance(self.screen, AblationsScreen):
            self.push_screen(AblationsScreen())

    def action_sync(self) -> None:
        """Read arXiv in a thread; the first line tells how far it is."""
        if self.syncing:
            self.tell("arXiv is being read already.")
            return
        self.syncing = True
        self._busy("reading arXiv …")

        def report(progress: SyncProgress) -> None:
            self.post_message(SyncReported(progress))

        def work(desk: Desk) -> SyncResult:
            from r2p_tui.services import sync

            return sync.sync(desk, now=self.now(), report=report, cancelled=self._leaving.is_set)

        def done(result: SyncResult) -> None:
            self._sync_ended()
            self.tell(result.message, title="arXiv")
            if result.error is not None:
                self.show_error(result.error)
            self.refresh_status()
            self.screen.post_message(PapersChanged())

        def failed(error: R2PError) -> None:
            self._sync_ended()
            self.show_error(error)

        self.tasks.run(self, work, done, failed=failed, group="sync")

    @on(SyncReported)
    def _show_progress(self, event: SyncReported) -> None:
        progress = event.progress
        share = f" {progress.done} of {progress.total}" if progress.total else ""
        self._busy(f"{progress.step}{share}")

    def _sync_ended(self) -> None:
        self.syncing = False
        self._busy("")

    def _busy(self, text: str) -> None:
        self.status = self.status._replace(busy=text)


def run(
    paths: Paths,
    settings: Settings,
    *,
    offline: bool = False,
    read_only: bool = False,
    demo: bool = False,
    start: str = "today",
) -> int:
    """Run until the user leaves; the exit status for the shell. Raises what made a screen fail."""

    def open_desk() -> Desk:
        # SQLAlchemy is slow to import, so this happens in a thread, after the first frame.
        from r2p_tui.services.desk import Desk

        return Desk(paths, settings, offline=offline, read_only=read_only)

    app = R2PApp(
        paths,
        settings,
        open_desk,
        start=start,
        demo=demo,
        driver=GuardedDriver,
        hands=RestingHands(),
    )
    result = app.run()
    if app.failure is not None:
        raise app.failure
    return result or app.return_code or ExitCode.OK

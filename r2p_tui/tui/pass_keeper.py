"""Keeps the passes of one paper: opens them, stores their time, takes the verdict and gives it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.domain.reading import STOP, find_pass
from r2p_tui.errors import EditConflictError, R2PError
from r2p_tui.tui.dialogs.verdict import Judged, VerdictDialog
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.pass_timer import PassTimer

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.reading import Reading


class PassKeeper:
    """The open pass of a paper screen; `changed` is called whenever its history is another."""

    def __init__(
        self, screen: DeskScreen, paper_id: int, timer: PassTimer, changed: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._paper_id = paper_id
        self._timer = timer
        self._changed = changed
        self._reading: Reading | None = None
        self._last_verdict: int | None = None

    @property
    def open_pass(self) -> int | None:
        """The number of the pass that is being read here."""
        return self._reading.pass_number if self._reading else None

    def start(self, number: int, then: Callable[[], None]) -> None:
        """Open a pass, or go on with it; `then` follows."""
        if self.open_pass == number:
            then()
            return
        paper_id, now = self._paper_id, self._screen.desk_app.now()
        self.store_time()

        def begin(desk: Desk) -> Reading:
            from r2p_tui.services import reading

            return reading.open_reading(desk, paper_id, number, now=now)

        def begun(reading: Reading) -> None:
            self._timer.end()
            self._reading = reading
            self._timer.start(find_pass(number), reading.seconds)
            self._changed()
            then()

        self._screen.tasks.in_order(self._screen, begin, begun)

    def ask_verdict(self) -> None:
        """Ask whether to go on, and store the answer with the last seconds."""
        if self._reading is None:
            self._screen.desk_app.tell("No pass is open. p opens one.")
            return
        one = find_pass(self._reading.pass_number)
        self._screen.app.push_screen(VerdictDialog(one, self._timer.seconds), self._judged)

    def take_back(self) -> bool:
        """Open the pass again whose verdict was given here last; False when there is none."""
        reading_id, self._last_verdict = self._last_verdict, None
        if reading_id is None:
            return False

        def reopen(desk: Desk) -> Reading:
            from r2p_tui.services import reading

            return reading.reopen_reading(desk, reading_id)

        def reopened(reading: Reading) -> None:
            self._reading = reading
            self._timer.start(find_pass(reading.pass_number), reading.seconds)
            self._screen.desk_app.tell(f"Pass {reading.pass_number} is open again.")
            self._changed()

        self._screen.tasks.in_order(self._screen, reopen, reopened)
        return True

    def store_time(self) -> None:
        """Store the seconds that were counted and are not in the store yet."""
        if self._reading is None or self._reading.id is None:
            return
        seconds = self._timer.take_unsaved()
        if seconds <= 0:
            return
        reading_id, app = self._reading.id, self._screen.desk_app
        now = app.now()

        def add(desk: Desk) -> None:
            from r2p_tui.services import reading

            reading.add_time(desk, reading_id, seconds, now=now)

        app.tasks.in_order(
            self._screen, add, lambda _: None, failed=lambda error: self._not_added(error, seconds)
        )

    def _not_added(self, error: R2PError, seconds: float) -> None:
        if isinstance(error, EditConflictError):
            self._close(error)
        else:
            self._timer.give_back(seconds)
            self._screen.desk_app.show_error(error)

    def _judged(self, judged: Judged | None) -> None:
        reading, app = self._reading, self._screen.desk_app
        if judged is None or reading is None or reading.id is None:
            return
        reading_id, seconds, now = reading.id, self._timer.take_unsaved(), app.now()

        def finish(desk: Desk) -> Reading:
            from r2p_tui.services import reading as service

            return service.finish_reading(
                desk, reading_id, judged.verdict, judged.reason, seconds=seconds, now=now
            )

        def finished(done: Reading) -> None:
            self._last_verdict = done.id
            stopped = judged.verdict == STOP
            app.tell(f"Pass {done.pass_number} {'stopped' if stopped else 'done'}. u takes it back.")
            self._close()

        app.tasks.in_order(
            self._screen, finish, finished, failed=lambda error: self._not_added(error, seconds)
        )

    def _close(self, error: R2PError | None = None) -> None:
        self._reading = None
        self._timer.end()
        if error is not None:
            self._screen.desk_app.show_error(error)
        self._changed()

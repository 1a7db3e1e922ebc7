"""The tables of one paper: loads them, has them read from its files, keeps corrections, fetches pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING

from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from r2p_tui.errors import R2PError
from r2p_tui.tui.widgets.picture import cell_lines

if TYPE_CHECKING:
    from r2p_tui.domain.table_corrections import Correction
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.tables import PaperTables, TableView
    from r2p_tui.tui.app import R2PApp

_PICTURES_KEPT = 12


class ReadingStep(Message):
    """What is being read of a paper just now; a newer step replaces one that was not shown yet."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step = step

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ReadingStep)


class TableKeeper:
    """Runs the services for `owner`, which gets every step as a `ReadingStep` message.

    `loaded` gets all tables, `corrected` the one that a correction changed, `failed` what went wrong.
    """

    def __init__(
        self,
        owner: Widget,
        app: R2PApp,
        paper_id: int,
        *,
        loaded: Callable[[PaperTables], None],
        corrected: Callable[[TableView], None],
        failed: Callable[[R2PError], None],
    ) -> None:
        self._owner = owner
        self._app = app
        self._paper_id = paper_id
        self._loaded = loaded
        self._corrected = corrected
        self._failed = failed
        self._stop: Event | None = None
        self._pictures: dict[tuple[str, int, int], Sequence[Strip]] = {}

    @property
    def reading(self) -> bool:
        """Whether the paper's files are being read."""
        return self._stop is not None

    def load(self) -> None:
        """Show what the store has."""
        paper_id = self._paper_id

        def look(desk: Desk) -> PaperTables:
            from r2p_tui.services import tables

            return tables.load_tables(desk, paper_id)

        self._app.tasks.run(self._owner, look, self._loaded, failed=self._failed, group="tables")

    def read(self, *, again: bool = False) -> None:
        """Read the paper's files, fetching what is missing; a second call while that goes on does nothing."""
        if self.reading:
            return
        stop = self._stop = Event()
        paper_id, owner, now = self._paper_id, self._owner, self._app.now()

        def report(step: str) -> None:
            owner.post_message(ReadingStep(step))

        def work(desk: Desk) -> PaperTables:
            from r2p_tui.services import tables

            return tables.extract_tables(
                desk, paper_id, now=now, again=again, report=report, cancelled=stop.is_set
            )

        def done(found: PaperTables) -> None:
            self._stop = None
            self._pictures.clear()
            self._loaded(found)

        def failed(error: R2PError) -> None:
            self._stop = None
            if stop.is_set():
                self.load()
            else:
                self._failed(error)

        self._app.tasks.run(owner, work, done, failed=failed, group="read-tables")

    def stop(self) -> bool:
        """Ask the reading to end; False where there is none."""
        if self._stop is None:
            return False
        self._stop.set()
        return True

    def correct(self, key: str, correction: Correction) -> None:
        """Store a correction and show the table anew."""
        paper_id, now = self._paper_id, self._app.now()

        def work(desk: Desk) -> TableView:
            from r2p_tui.services import tables

            return tables.correct(desk, paper_id, key, correction, now=now)

        self._app.tasks.in_order(self._owner, work, self._corrected)

    def undo(self, key: str) -> None:
        """Take back the newest correction of a table."""
        paper_id, now = self._paper_id, self._app.now()

        def work(desk: Desk) -> TableView:
            from r2p_tui.services import tables

            return tables.undo_correction(desk, paper_id, key, now=now)

        def undone(view: TableView) -> None:
            self._app.tell("The last correction is taken back.")
            self._corrected(view)

        self._app.tasks.in_order(self._owner, work, undone)

    def picture(
        self,
        key: str,
        points: tuple[int, int],
        done: Callable[[Sequence[Strip]], None],
        failed: Callable[[R2PError], None],
    ) -> None:
        """The region of a table on its page as lines of cells, at most `points` wide and high."""
        paper_id, (width, height) = self._paper_id, points
        known = self._pictures.get((key, width, height))
        if known is not None:
            done(known)
            return

        def look(desk: Desk) -> list[Strip]:
            from r2p_tui.services import table_pictures

            return cell_lines(table_pictures.region_picture(desk, paper_id, key, width=width, height=height))

        def drawn(lines: list[Strip]) -> None:
            if len(self._pictures) >= _PICTURES_KEPT:
                self._pictures.pop(next(iter(self._pictures)))
            self._pictures[key, width, height] = lines
            done(lines)

        self._app.tasks.run(self._owner, look, drawn, failed=failed, group="picture")

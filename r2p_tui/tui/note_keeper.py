"""Keeps what is typed into a note: drafts while typing, the note when a field is left; asks on conflict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from textual.timer import Timer

from r2p_tui.domain.reading import NoteValues
from r2p_tui.errors import EditConflictError, R2PError
from r2p_tui.tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.windows import Window
    from r2p_tui.store.reading import Note

DRAFT_AFTER_SECONDS = 2.0


class KeeperState(NamedTuple):
    """What became of the typing: a word for the screen, and whether it is bad news."""

    words: str = ""
    trouble: bool = False


_CHANGED_ELSEWHERE = KeeperState("changed in another window, ctrl+s compares", trouble=True)


class NoteKeeper:
    """One window's hold on one note. `collect` reads the form; `tell` hears every change of state.

    `ask` is called when another window saved meanwhile, with that note; answer with `settle`.
    """

    def __init__(
        self,
        screen: DeskScreen,
        paper_id: int,
        collect: Callable[[], NoteValues],
        tell: Callable[[KeeperState], None],
        ask: Callable[[Note | None], None],
    ) -> None:
        self._screen = screen
        self._paper_id = paper_id
        self._collect = collect
        self._tell = tell
        self._ask = ask
        self._opened = False
        self._window: Window | None = None
        self._timer: Timer | None = None
        self._revision = 0
        self._saving = False
        self._wants_save = False
        self._has_draft = False
        self._may_ask = False
        self._conflict = False
        self._after_save: list[Callable[[], None]] = []
        self.base = NoteValues()

    def open(self, note: Note | None, values: NoteValues) -> None:
        """Go on from what the store holds now; `values` is what the note says."""
        self._opened = True
        self._revision = note.revision if note else 0
        self.base = values

    @property
    def revision(self) -> int:
        """The revision of the note that this window started from."""
        return self._revision

    @property
    def dirty(self) -> bool:
        """Whether the form says something that the store does not."""
        return self._opened and self._collect() != self.base

    def typed(self) -> None:
        """Something changed: at most two seconds of it are ever without a draft."""
        if self._timer is None and self._opened:
            self._timer = self._screen.set_timer(DRAFT_AFTER_SECONDS, self.keep_draft)
            self._tell(_CHANGED_ELSEWHERE if self._conflict else KeeperState("typing"))

    def keep_draft(self) -> None:
        """Store a draft of what is typed now, unless the note says it already."""
        self._stop_timer()
        if not self.dirty:
            return
        self._has_draft = True
        draft = self._draft_writer(self._collect())
        kept = f"draft kept {self._clock()}"
        self._screen.tasks.in_order(
            self._screen, draft, lambda _: self._draft_kept(kept), failed=self._failed
        )

    def save(self, then: Callable[[], None] | None = None, *, ask: bool = False) -> None:
        """Store the note if it changed; `then` follows once it is stored, at once when it did not change.

        Where another window saved meanwhile the draft is kept, and with `ask` the user is asked: a question
        must not pop up below the fingers of somebody who is typing.
        """
        if then:
            self._after_save.append(then)
        self._may_ask = self._may_ask or ask
        if self._saving:
            self._wants_save = True
        elif not self.dirty:
            self._drop_own_draft()
            self._stop_timer()
            self._stored()
        elif self._conflict and not self._may_ask:
            self.keep_draft()
        else:
            self._write(self._collect(), self._revision)

    def settle(self, values: NoteValues, theirs: Note | None, stored: NoteValues) -> None:
        """The user answered: `values` is the text to store over `theirs`, which says `stored`."""
        self._conflict = False
        self.open(theirs, stored)
        if values == stored:
            self._drop_own_draft()
            self._stored()
        else:
            self._write(values, self._revision)

    def warn(self) -> None:
        """Another window saved while something is typed here."""
        if self._saving:
            return  # what was seen may be the save of this window
        self._conflict = True
        self._tell(_CHANGED_ELSEWHERE)

    def postpone(self) -> None:
        """The user will decide later: the text stays as a draft."""
        self._after_save.clear()
        self.keep_draft()
        self._tell(_CHANGED_ELSEWHERE)

    def forget(self, window: str) -> None:
        """Drop the draft that a window left behind."""
        paper_id = self._paper_id

        def drop(desk: Desk) -> None:
            from r2p_tui.services import reading

            reading.discard_drafts(desk, paper_id, window)

        self._screen.tasks.in_order(self._screen, drop, lambda _: None, failed=self._failed)

    def close(self) -> None:
        """Leave: store the note, or a draft of it where another window was faster, and let the window go."""
        self._stop_timer()
        changed, values, revision = self.dirty, self._collect(), self._revision
        self._opened = False
        paper_id, now = self._paper_id, self._now()

        def finish(desk: Desk) -> None:
            from r2p_tui.services import reading

            try:
                if changed:
                    window = self._held_window(desk)
                    reading.save_note(desk, paper_id, values, revision=revision, window=window, now=now)
            except EditConflictError:
                reading.save_draft(desk, paper_id, values, revision=revision, window=window, now=now)
            finally:
                if self._window is not None:
                    self._window.close()

        if changed or self._has_draft or self._window is not None:
            app = self._screen.desk_app
            app.tasks.in_order(app, finish, lambda _: None, failed=app.show_error)

    def _write(self, values: NoteValues, revision: int) -> None:
        self._stop_timer()
        self._saving = True
        paper_id, now = self._paper_id, self._now()

        def write(desk: Desk) -> Note:
            from r2p_tui.services import reading

            window = self._held_window(desk)
            return reading.save_note(desk, paper_id, values, revision=revision, window=window, now=now)

        self._screen.tasks.in_order(
            self._screen, write, lambda note: self._written(note, values), failed=self._not_written
        )

    def _written(self, note: Note, values: NoteValues) -> None:
        self._saving = self._has_draft = False
        self._revision, self.base = note.revision, values
        self._may_ask = self._conflict = False
        self._tell(KeeperState(f"saved {self._clock()}"))
        if self._wants_save or self._after_save:
            self._wants_save = False
            self.save()
        elif self.dirty:
            self.typed()

    def _not_written(self, error: R2PError) -> None:
        self._saving = self._wants_save = False
        if not isinstance(error, EditConflictError):
            self._failed(error)
            return
        self._conflict = True
        if not self._may_ask:
            self.postpone()
            return
        self._may_ask = False
        paper_id = self._paper_id

        def look(desk: Desk) -> Note | None:
            from r2p_tui.services import reading

            return reading.load_note(desk, paper_id)

        self._screen.tasks.in_order(self._screen, look, self._ask, failed=self._failed)

    def _failed(self, error: R2PError) -> None:
        self._after_save.clear()
        self._tell(KeeperState(f"not saved: {error.message}", trouble=True))
        self._screen.desk_app.show_error(error)

    def _stored(self) -> None:
        waiting, self._after_save = self._after_save, []
        for then in waiting:
            then()

    def _drop_own_draft(self) -> None:
        if not self._has_draft:
            return
        self._has_draft = False
        paper_id = self._paper_id

        def drop(desk: Desk) -> None:
            from r2p_tui.services import reading

            reading.discard_drafts(desk, paper_id, self._held_window(desk))

        self._screen.tasks.in_order(self._screen, drop, lambda _: None, failed=self._failed)

    def _draft_writer(self, values: NoteValues) -> Callable[[Desk], None]:
        paper_id, revision, now = self._paper_id, self._revision, self._now()

        def write(desk: Desk) -> None:
            from r2p_tui.services import reading

            window = self._held_window(desk)
            reading.save_draft(desk, paper_id, values, revision=revision, window=window, now=now)

        return write

    def _held_window(self, desk: Desk) -> str:
        """The id of this window, alive from its first write on. Only the writer's thread comes here."""
        from r2p_tui.services.windows import Window

        if self._window is None:
            self._window = Window(desk.paths)
        return self._window.window_id

    def _draft_kept(self, words: str) -> None:
        if self._has_draft:
            self._tell(_CHANGED_ELSEWHERE if self._conflict else KeeperState(words))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _now(self) -> datetime:
        return self._screen.desk_app.now()

    def _clock(self) -> str:
        return f"{self._now().astimezone():%H:%M}"

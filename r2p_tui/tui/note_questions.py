"""What must be asked about a note: two windows wrote it, or a window that is gone left typing behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from r2p_tui.domain.reading import NoteValues, differences, merge
from r2p_tui.tui.dialogs.conflict import ConflictDialog
from r2p_tui.tui.dialogs.draft import DraftDialog
from r2p_tui.tui.note_keeper import NoteKeeper
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.note_form import NoteForm

if TYPE_CHECKING:
    from r2p_tui.store.reading import Note, NoteDraft


def ask_conflict(screen: DeskScreen, keeper: NoteKeeper, form: NoteForm, theirs: Note | None) -> None:
    """Show both texts and store what the user makes of them; not asked while another screen is in front."""
    from r2p_tui.services.reading import note_values

    mine, stored = form.values, note_values(theirs)
    mark = _mark("saved", screen.desk_app.now())
    texts = {"mine": mine, "theirs": stored, "both": merge(keeper.base, mine, stored, mark)}

    def settle(choice: str | None) -> None:
        if choice is None:
            keeper.postpone()
        else:
            form.load(texts[choice])
            keeper.settle(texts[choice], theirs, stored)

    if screen.is_current:
        screen.app.push_screen(ConflictDialog(differences(mine, stored)), settle)
    else:
        keeper.postpone()


def offer_drafts(
    screen: DeskScreen,
    keeper: NoteKeeper,
    form: NoteForm,
    drafts: Sequence[NoteDraft],
    taken: Callable[[], None],
) -> None:
    """Offer one draft after another, newest first; `taken` follows each that the user takes."""
    if not drafts:
        return
    draft, *rest = drafts
    typed = NoteValues.from_fields(draft.fields)

    def answered(answer: Literal["take", "drop"] | None) -> None:
        if answer == "take":
            _take(keeper, form, draft, typed)
            taken()
        elif answer == "drop":
            keeper.forget(draft.window)
        offer_drafts(screen, keeper, form, rest, taken)

    changes = differences(typed, form.values)
    screen.app.push_screen(DraftDialog(draft.saved_at, changes, screen.desk_app.now()), answered)


def _take(keeper: NoteKeeper, form: NoteForm, draft: NoteDraft, typed: NoteValues) -> None:
    """A draft of the note as it stands replaces it; an older one is joined to it."""
    if draft.revision == keeper.revision and not keeper.dirty:
        form.load(typed)
    else:
        form.load(merge(NoteValues(), form.values, typed, _mark("typed", draft.saved_at)))
    keeper.save(then=lambda: keeper.forget(draft.window))


def _mark(what: str, when: datetime) -> str:
    return f"-- {what} in another window, {when.astimezone():%d %b %H:%M} --"

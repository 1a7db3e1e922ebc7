"""Reading a paper: passes with time and verdict, the note and its drafts, red flags, viability."""

from __future__ import annotations

from datetime import datetime

from r2p_tui.domain.reading import GO_ON, RED_FLAGS, STOP, VIABILITY, NoteValues, find_pass
from r2p_tui.errors import EditConflictError, UsageError
from r2p_tui.services import windows
from r2p_tui.services.desk import Desk
from r2p_tui.store import reading as store
from r2p_tui.store.reading import Note, NoteDraft, Reading, RedFlag, Viability
from r2p_tui.store.reading import note_values as note_values
from r2p_tui.text import clean, clean_line


def open_reading(desk: Desk, paper_id: int, pass_number: int, *, now: datetime) -> Reading:
    """Start a pass over the newest version, or go on with the one that has no verdict yet.

    Raises NotFoundError for an unknown paper, UsageError for an unknown pass.
    """
    find_pass(pass_number)
    with desk.store.write() as session:
        version = store.latest_version(session, paper_id)
        reading = store.open_reading_of(session, paper_id, pass_number)
        if reading is None:
            reading = Reading(
                paper_id=paper_id, pass_number=pass_number, version_read=version, started_at=now
            )
            session.add(reading)
            session.flush()
        return reading


def add_time(desk: Desk, reading_id: int, seconds: float, *, now: datetime) -> None:
    """Count seconds onto an open reading; raises EditConflictError once it has a verdict."""
    with desk.store.write() as session:
        if not store.add_seconds(session, reading_id, max(seconds, 0.0), now):
            raise _closed_elsewhere()


def finish_reading(
    desk: Desk, reading_id: int, verdict: str, reason: str = "", *, seconds: float = 0.0, now: datetime
) -> Reading:
    """Give the verdict, with the last seconds not counted yet; to stop needs a reason.

    Raises UsageError, or EditConflictError when another window gave a verdict first.
    """
    why = clean_line(reason)
    if verdict not in (GO_ON, STOP):
        raise UsageError(f"“{clean_line(verdict)[:40]}” is not a verdict.", "It is “go on” or “stop”.")
    if verdict == STOP and not why:
        raise UsageError("To stop needs a reason.", "A few words are enough: you will want them in a year.")
    with desk.store.write() as session:
        reading = store.find_reading(session, reading_id)
        if reading.verdict is not None:
            raise _closed_elsewhere()
        reading.verdict, reading.reason = verdict, why
        reading.seconds += max(seconds, 0.0)
        reading.finished_at = reading.last_read_at = now
        return reading


def reopen_reading(desk: Desk, reading_id: int) -> Reading:
    """Take a verdict back: the pass is open again, with its time.

    Raises EditConflictError when that pass of the paper is open already.
    """
    with desk.store.write() as session:
        reading = store.find_reading(session, reading_id)
        other = store.open_reading_of(session, reading.paper_id, reading.pass_number)
        if other is not None and other.id != reading_id:
            raise EditConflictError(
                f"Pass {reading.pass_number} of this paper is open already.", "Give it a verdict first."
            )
        reading.verdict, reading.reason, reading.finished_at = None, "", None
        return reading


def load_note(desk: Desk, paper_id: int) -> Note | None:
    """The note of a paper as it stands in the store now."""
    with desk.store.read() as session:
        return session.get(Note, paper_id)


def save_note(
    desk: Desk, paper_id: int, values: NoteValues, *, revision: int, window: str, now: datetime
) -> Note:
    """Store the note and forget the window's draft, together.

    `revision` is the one the window started from, 0 for a new note. Raises EditConflictError when the store
    holds a later one: nothing is changed then, and the draft stays.
    """
    with desk.store.write() as session:
        store.latest_version(session, paper_id)
        note = store.save_note(session, paper_id, values.cleaned(), revision=revision, now=now)
        store.delete_drafts(session, paper_id, [window])
        return note


def save_draft(
    desk: Desk, paper_id: int, values: NoteValues, *, revision: int, window: str, now: datetime
) -> None:
    """Keep what a window has typed and not saved, in place of its earlier draft."""
    texts = values.cleaned().as_fields()
    with desk.store.write() as session:
        store.latest_version(session, paper_id)
        draft = NoteDraft(paper_id=paper_id, window=window, revision=revision, fields=texts, saved_at=now)
        store.save_draft(session, draft)


def drafts(desk: Desk, paper_id: int, *, window: str) -> list[NoteDraft]:
    """What windows that are gone had typed on this paper and not saved, newest first.

    A window that is still open keeps its draft to itself, and a draft that says what the note says is none.
    """
    with desk.store.read() as session:
        found = store.drafts_of(session, paper_id, not_of=window)
        saved = store.note_values(session.get(Note, paper_id))
    return [
        draft
        for draft in found
        if NoteValues.from_fields(draft.fields) != saved and not windows.is_alive(desk.paths, draft.window)
    ]


def discard_drafts(desk: Desk, paper_id: int, window: str | None = None) -> None:
    """Forget the draft of one window, or of every window that is gone."""
    with desk.store.write() as session:
        if window is not None:
            gone = [window]
        else:
            left = (draft.window for draft in store.drafts_of(session, paper_id, not_of=""))
            gone = [one for one in left if not windows.is_alive(desk.paths, one)]
        store.delete_drafts(session, paper_id, gone)


def set_flag(desk: Desk, paper_id: int, kind: str, evidence: str, *, now: datetime) -> None:
    """Raise one of the seven red flags, or change its evidence; raises UsageError for another kind."""
    if kind not in RED_FLAGS:
        raise UsageError(f"“{clean_line(kind)[:40]}” is not a red flag.", f"One of: {', '.join(RED_FLAGS)}.")
    with desk.store.write() as session:
        store.latest_version(session, paper_id)
        flag = session.get(RedFlag, (paper_id, kind)) or RedFlag(paper_id=paper_id, kind=kind, flagged_at=now)
        flag.evidence = clean(evidence).strip()
        session.add(flag)


def clear_flag(desk: Desk, paper_id: int, kind: str) -> None:
    """Take a red flag back; one that is not there is fine."""
    with desk.store.write() as session:
        if flag := session.get(RedFlag, (paper_id, kind)):
            session.delete(flag)


def rate(desk: Desk, paper_id: int, dimension: str, score: int, evidence: str, *, now: datetime) -> None:
    """Rate one dimension of viability, 1 to 5; raises UsageError for another dimension or score."""
    if dimension not in VIABILITY:
        raise UsageError(
            f"“{clean_line(dimension)[:40]}” is not a dimension.", f"One of: {', '.join(VIABILITY)}."
        )
    if score not in range(1, 6):
        raise UsageError(f"{score} is not on the scale.", "Rate from 1 to 5.")
    with desk.store.write() as session:
        store.latest_version(session, paper_id)
        session.merge(
            Viability(
                paper_id=paper_id,
                dimension=dimension,
                score=score,
                evidence=clean(evidence).strip(),
                rated_at=now,
            )
        )


def clear_rating(desk: Desk, paper_id: int, dimension: str) -> None:
    """Take a rating back; one that is not there is fine."""
    with desk.store.write() as session:
        if rating := session.get(Viability, (paper_id, dimension)):
            session.delete(rating)


def _closed_elsewhere() -> EditConflictError:
    return EditConflictError(
        "This pass already has a verdict, given in another window.", "Start the next pass, or take it back."
    )

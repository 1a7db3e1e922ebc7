"""Every record class in one import, so that the metadata of the whole store is complete."""

from sqlmodel import SQLModel

from r2p_tui.store.announcements import PaperAnnouncement, SyncCursor
from r2p_tui.store.papers import Paper, PaperVersion
from r2p_tui.store.reading import Note, NoteDraft, Reading, RedFlag, Viability
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.triage import PaperScore, TriageDecision, TriageSession

metadata = SQLModel.metadata

__all__ = [
    "Note",
    "NoteDraft",
    "Paper",
    "PaperAnnouncement",
    "PaperScore",
    "PaperVersion",
    "Reading",
    "RedFlag",
    "Surprise",
    "SyncCursor",
    "TriageDecision",
    "TriageSession",
    "Viability",
    "metadata",
]

"""Every record class in one import, so that the metadata of the whole store is complete."""

from sqlmodel import SQLModel

from r2p_tui.store.announcements import PaperAnnouncement, SyncCursor
from r2p_tui.store.citation_edges import CitationContexts, EvidenceCorrection, StoredCitation
from r2p_tui.store.citation_looks import CitationLook
from r2p_tui.store.citation_news import CitationNews
from r2p_tui.store.claims import Claim
from r2p_tui.store.code import CodeLook
from r2p_tui.store.documents import Document
from r2p_tui.store.measurements import StoredMeasurement
from r2p_tui.store.papers import Paper, PaperVersion
from r2p_tui.store.prediction_evidence import EvidenceSnapshot
from r2p_tui.store.predictions import Prediction, PredictionResolution, PredictionUpdate
from r2p_tui.store.radar import MoveRecord, RatingRecord, TechniquePaper, TechniqueRecord
from r2p_tui.store.reading import Note, NoteDraft, Reading, RedFlag, Viability
from r2p_tui.store.research_reviews import ResearchReview
from r2p_tui.store.runs import Run, RunEvent, RunPoint, RunQueue
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.tables import PaperTable, TableCorrection, TableExtraction, TableRow
from r2p_tui.store.triage import PaperScore, TriageDecision, TriageSession
from r2p_tui.store.works import WorkAlias, WorkRecord, WorkText

metadata = SQLModel.metadata

__all__ = [
    "CitationContexts",
    "CitationLook",
    "CitationNews",
    "Claim",
    "CodeLook",
    "Document",
    "EvidenceCorrection",
    "EvidenceSnapshot",
    "MoveRecord",
    "Note",
    "NoteDraft",
    "Paper",
    "PaperAnnouncement",
    "PaperScore",
    "PaperTable",
    "PaperVersion",
    "Prediction",
    "PredictionResolution",
    "PredictionUpdate",
    "RatingRecord",
    "Reading",
    "RedFlag",
    "ResearchReview",
    "Run",
    "RunEvent",
    "RunPoint",
    "RunQueue",
    "StoredCitation",
    "StoredMeasurement",
    "Surprise",
    "SyncCursor",
    "TableCorrection",
    "TableExtraction",
    "TableRow",
    "TechniquePaper",
    "TechniqueRecord",
    "TriageDecision",
    "TriageSession",
    "Viability",
    "WorkAlias",
    "WorkRecord",
    "WorkText",
    "metadata",
]

"""Documents of papers: which files r2p keeps of each, and where they came from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from r2p_tui.store.fields import paper_key, time_field


class Document(SQLModel, table=True):
    """One file of a paper, kept under its SHA-256; `origin` is `arxiv` or `user`, `size` in bytes."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("kind IN ('pdf', 'tex', 'html')", name="known_kind"),
        CheckConstraint("origin IN ('arxiv', 'user')", name="known_origin"),
        CheckConstraint("length(sha256) = 64", name="is_a_sha256"),
        UniqueConstraint("paper_id", "kind", "sha256"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = paper_key()
    kind: str
    origin: str
    version: int | None = None
    name: str
    sha256: str
    size: int
    added_at: datetime = time_field()


def save_document(session: Session, document: Document) -> Document:
    """Keep a document, or the one that has its bytes; either way it is the newest of its kind now."""
    query = select(Document).where(
        Document.paper_id == document.paper_id,
        Document.kind == document.kind,
        Document.sha256 == document.sha256,
    )
    known = session.exec(query).first()
    if known is not None:
        session.delete(known)
        session.flush()
    session.add(document)
    session.flush()
    return document


def documents_of(session: Session, paper_id: int) -> dict[str, Document]:
    """The newest document of each kind."""
    query = select(Document).where(Document.paper_id == paper_id)
    newest_last = session.exec(query.order_by(col(Document.added_at), col(Document.id)))
    return {document.kind: document for document in newest_last}

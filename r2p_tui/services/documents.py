"""The documents of a paper: those the user has, and those that arXiv gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from r2p_tui.errors import DocumentError, NotFoundError
from r2p_tui.pdf.sandbox import DocumentKind
from r2p_tui.services.desk import Desk
from r2p_tui.services.document_files import keep_bytes, keep_file, kept_path, kind_of_file
from r2p_tui.services.network import open_arxiv
from r2p_tui.store.documents import Document, documents_of, save_document
from r2p_tui.store.papers import Paper
from r2p_tui.text import clean_line

KIND_NAMES: dict[DocumentKind, str] = {"pdf": "PDF", "tex": "TeX source", "html": "web page"}
_KINDS: dict[str, DocumentKind] = {"pdf": "pdf", "tex": "tex", "html": "html"}


def attach_document(desk: Desk, paper_id: int, path: Path, *, now: datetime) -> Document:
    """Copy a file that the user has into the library and bind it to a paper.

    Raises DocumentError for a file that cannot be kept, NotFoundError where there is no such paper.
    """
    paper_of(desk, paper_id)
    kind = kind_of_file(path)
    content = keep_file(desk.paths, path, kind)
    document = Document(
        paper_id=paper_id,
        kind=kind,
        origin="user",
        name=clean_line(path.name),
        sha256=content.sha256,
        size=content.size,
        added_at=now,
    )
    with desk.store.write() as session:
        return save_document(session, document)


def paper_of(desk: Desk, paper_id: int) -> Paper:
    """The paper itself; raises NotFoundError."""
    with desk.store.read() as session:
        paper = session.get(Paper, paper_id)
    if paper is None:
        raise NotFoundError(f"There is no paper {paper_id} in the store.", "Find it with: r2p search")
    return paper


def path_of(desk: Desk, document: Document) -> Path:
    """Where the bytes of a document lie."""
    return kept_path(desk.paths, document.sha256, document.kind, document.name)


def missing_document(paper: Paper, kind: DocumentKind) -> DocumentError:
    """Says that a document is not here, as after a restore, which brings no files; with the way to get it."""
    if paper.arxiv_id:
        hint = f"Fetch it with: r2p tables {paper.arxiv_id} --again"
    else:
        hint = f"Attach yours with: r2p tables FILE --paper {paper.doi or 'ID'}"
    return DocumentError(f"The {KIND_NAMES[kind]} of this paper is not here.", hint)


@dataclass(frozen=True)
class DocumentSource:
    """Gives the documents of one paper, asking arXiv only for what is not at hand."""

    desk: Desk
    paper: Paper
    now: datetime
    refresh: bool = False
    report: Callable[[str], None] = lambda _: None
    cancelled: Callable[[], bool] = lambda: False

    def at_hand(self) -> dict[DocumentKind, Document]:
        """The newest document of each kind whose file is there."""
        with self.desk.store.read() as session:
            newest = documents_of(session, self._paper_id)
        return {
            _KINDS[kind]: document
            for kind, document in newest.items()
            if path_of(self.desk, document).is_file()
        }

    def get(self, kind: DocumentKind) -> Document:
        """The document of this kind; raises DocumentError where there is none, SourceError from arXiv.

        What the user attached is never replaced by what arXiv has.
        """
        kept = self.at_hand().get(kind)
        if kept is not None and not (self.refresh and self._is_outdated(kept)):
            return kept
        if self.paper.arxiv_id is None:
            raise missing_document(self.paper, kind)
        return self._fetch(kind, self.paper.arxiv_id)

    @property
    def _paper_id(self) -> int:
        return int(self.paper.id or 0)

    def _is_outdated(self, document: Document) -> bool:
        return document.origin == "arxiv" and (document.version or 0) < self.paper.latest_version

    def _fetch(self, kind: DocumentKind, arxiv_id: str) -> Document:
        arxiv = open_arxiv(self.desk, now=self.now, notice=self.report, cancelled=self.cancelled)
        self.report(f"Fetching the {KIND_NAMES[kind]} of {arxiv_id}")
        fetched = arxiv.document(arxiv_id, kind, version=self.paper.latest_version)
        content = keep_bytes(self.desk.paths, fetched.data, kind, fetched.name)
        document = Document(
            paper_id=self._paper_id,
            kind=kind,
            origin="arxiv",
            version=self.paper.latest_version,
            name=fetched.name,
            sha256=content.sha256,
            size=content.size,
            added_at=self.now,
        )
        with self.desk.store.write() as session:
            return save_document(session, document)

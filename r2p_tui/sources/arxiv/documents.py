"""The documents of a paper as arXiv keeps them: the PDF, the source that its authors sent, the web page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from r2p_tui.errors import DocumentError, SourceError
from r2p_tui.sources.http import PoliteSession, RefusedError

DocumentKind = Literal["pdf", "tex", "html"]
_WITHIN = 1024
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """The bytes of a document; `name` is a plain file name whose ending says what they are."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Place:
    """Where arXiv keeps a kind of document, and how much of it is taken."""

    folder: str
    name: str
    limit: int
    accept: str


_PLACES: Mapping[DocumentKind, _Place] = {
    "pdf": _Place("pdf", "PDF", 100 * _MEGABYTE, "application/pdf"),
    "tex": _Place("e-print", "TeX source", 50 * _MEGABYTE, "*/*"),
    "html": _Place("html", "web page", 50 * _MEGABYTE, "text/html"),
}


def fetch_document(
    session: PoliteSession, files_url: str, arxiv_id: str, kind: DocumentKind, *, version: int | None
) -> FetchedDocument:
    """A document of one version, or of the newest.

    What arXiv gives as source is an archive, one file, or the authors' PDF. Raises DocumentError where there
    is no such document, SourceError for every other failure.
    """
    place = _PLACES[kind]
    wanted = arxiv_id + (f"v{version}" if version else "")
    address = f"{files_url}/{place.folder}/{quote(wanted)}"
    try:
        answer = session.get(address, {"Accept": place.accept}, limit=place.limit, web_page=kind == "html")
    except RefusedError as error:
        if error.answer.status_code not in (404, 410):
            raise
        raise DocumentError(
            f"arXiv has no {place.name} of {wanted}.", "Look at its page on arXiv."
        ) from error
    ending = _ending(answer.content, kind)
    if not ending:
        raise SourceError(
            f"arXiv sent something else than the {place.name} of {wanted}.", "Try again in a few minutes."
        )
    return FetchedDocument(wanted.replace("/", "_") + ending, answer.content)


def _ending(data: bytes, kind: DocumentKind) -> str:
    """What the first bytes say, as the ending of a file name; empty for anything that was not asked for."""
    start = data[:_WITHIN]
    if kind == "html":
        return ".html" if b"<html" in start.lower() else ""
    if b"%PDF-" in start:
        return ".pdf"
    if kind == "pdf":
        return ""
    if start.startswith(b"\x1f\x8b"):
        return ".gz"
    if start[257:262] == b"ustar":
        return ".tar"
    return ".tex" if b"\\" in data and b"\0" not in start else ""

"""Files of documents: what kind they are, and the folder in which r2p keeps them under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from r2p_tui.errors import DocumentError, NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.pdf.limits import MEGABYTE, Limits
from r2p_tui.pdf.sandbox import DocumentKind
from r2p_tui.text import clean_line

SUFFIXES: dict[str, DocumentKind] = {
    ".pdf": "pdf",
    ".tar.gz": "tex",
    ".tgz": "tex",
    ".tar": "tex",
    ".gz": "tex",
    ".tex": "tex",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
_MARK_WITHIN = 1024
_CHUNK = 1 << 20


class Fingerprint(NamedTuple):
    """What names the content of a file: its SHA-256 in hexadecimal digits, and its size in bytes."""

    sha256: str
    size: int


def kind_of_file(path: Path) -> DocumentKind:
    """What a file is by its name, or else by its first bytes; raises DocumentError."""
    if suffix := suffix_of(path.name):
        return SUFFIXES[suffix]
    with _opened(path) as file:
        start = file.read(_MARK_WITHIN)
    if b"%PDF-" in start:
        return "pdf"
    if start.startswith(b"\x1f\x8b"):
        return "tex"
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    raise DocumentError(
        f"{clean_line(path.name)} is neither a PDF nor a TeX source nor a web page.",
        f"r2p reads files that end in {', '.join(SUFFIXES)}.",
    )


def suffix_of(name: str) -> str:
    """The suffix that says what a file is, `.tar.gz` as one; empty where r2p does not know it."""
    return next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")


def fingerprint(path: Path) -> Fingerprint:
    """Read a file once, to its end; raises NotFoundError, or DocumentError for an odd or too large one."""
    digest, size = hashlib.sha256(), 0
    with _opened(path) as file:
        while part := file.read(_CHUNK):
            digest.update(part)
            size += len(part)
            if size > Limits().document_bytes:
                raise _too_large(path)
    return Fingerprint(digest.hexdigest(), size)


def kept_path(paths: Paths, sha256: str, kind: str, name: str) -> Path:
    """Where the document with this content is kept; the name gives it its suffix."""
    return paths.data / "documents" / (sha256 + (suffix_of(name) or f".{kind}"))


def keep_file(paths: Paths, source: Path, kind: str) -> Fingerprint:
    """Copy a file to where documents are kept, whole or not at all; raises as `fingerprint` does."""
    with _unfinished(paths) as copy, _opened(source) as file:
        shutil.copyfileobj(file, copy, _CHUNK)
        return _finish(paths, copy, kind, source.name)


def keep_bytes(paths: Paths, data: bytes, kind: str, name: str) -> Fingerprint:
    """The same for bytes that were fetched."""
    with _unfinished(paths) as copy:
        copy.write(data)
        return _finish(paths, copy, kind, name)


@contextmanager
def _unfinished(paths: Paths) -> Iterator[IO[bytes]]:
    """A file in the folder of documents that is gone afterwards, unless it was given its name."""
    folder = paths.data / "documents"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".partial", delete=False) as copy:
            try:
                yield copy
            finally:
                Path(copy.name).unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(
            f"The document cannot be kept in {folder}: {reason}.", "Check folders and space with: r2p doctor"
        ) from error


def _finish(paths: Paths, copy: IO[bytes], kind: str, name: str) -> Fingerprint:
    copy.flush()
    os.fsync(copy.fileno())
    unfinished = Path(copy.name)
    found = fingerprint(unfinished)
    if not found.size:
        raise DocumentError(f"{clean_line(name)} is empty.", "Fetch or save it again.")
    unfinished.replace(kept_path(paths, found.sha256, kind, name))
    return found


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A plain file for reading: a pipe would be waited for without end, a device has no end.

    Raises NotFoundError or DocumentError.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise DocumentError(f"{clean_line(str(path))} is not a file.", "Name a PDF or a TeX source.")
        if facts.st_size > Limits().document_bytes:
            raise _too_large(path)
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {clean_line(str(path))}.", "Check its name.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(
            f"{clean_line(str(path))} cannot be read: {reason}.", "Check its name and rights."
        ) from error
    with file:
        yield file


def _too_large(path: Path) -> DocumentError:
    size = Limits().document_bytes // MEGABYTE
    return DocumentError(
        f"{clean_line(path.name)} is larger than {size} MB.", "r2p reads no larger documents."
    )

"""The only way to look into a document: a child process with little memory, little time and no network."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from r2p_tui.domain.tables import Box, Table, table_from_values
from r2p_tui.errors import DocumentError
from r2p_tui.pdf.layout import Picture
from r2p_tui.pdf.limits import Limits

# Raised whenever the same document may give other tables: results are cached under it.
EXTRACTOR_VERSION = 1

READER = (sys.executable, "-I", "-B", "-m", "r2p_tui.pdf.child")
DocumentKind = Literal["pdf", "tex", "html"]
_LOOK_EVERY_SECONDS = 0.1
_CHUNK = 1 << 16


class ExtractionCancelledError(DocumentError):
    """The user no longer wants the answer."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a document gave; `pages` is 0 where the kind has none, `skipped` tells what was left out."""

    tables: tuple[Table, ...]
    pages: int
    seconds: float
    skipped: tuple[str, ...] = ()


def extract(
    document: Path,
    kind: DocumentKind,
    *,
    limits: Limits = Limits(),  # noqa: B008  (a tuple cannot change)
    cancelled: Callable[[], bool] = lambda: False,
) -> Extraction:
    """The tables of a document, in its order; raises DocumentError with the reason when it gives none."""
    started = time.monotonic()
    head, _ = _ask(document, {"kind": kind}, limits, cancelled)
    try:
        tables = tuple(table_from_values(values) for values in head["tables"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error
    return Extraction(tables, head["pages"], time.monotonic() - started, tuple(head["skipped"]))


def render(
    document: Path,
    page: int,
    box: Box,
    *,
    width: int,
    height: int,
    limits: Limits = Limits(),  # noqa: B008
) -> Picture:
    """A region of a page (from 1), as large as fits into `width` x `height` pixels; raises DocumentError."""
    request = {"kind": "picture", "page": page, "box": box, "width": width, "height": height}
    head, rgb = _ask(document, request, limits, lambda: False)
    if len(rgb) != head["width"] * head["height"] * 3:
        raise _unreadable()
    return Picture(head["width"], head["height"], rgb)


def reader_version() -> str:
    """The version of PyMuPDF that reads PDF files; raises DocumentError where the reader cannot start."""
    # Any file that is not empty will do: the reader looks at none of it.
    head, _ = _ask(Path(__file__), {"kind": "version"}, Limits(), lambda: False)
    return str(head["version"])


def _ask(
    document: Path, request: Mapping[str, Any], limits: Limits, cancelled: Callable[[], bool]
) -> tuple[dict[str, Any], bytes]:
    """The first line of the answer, as JSON, and the bytes after it."""
    raw = _answer(document, json.dumps({**request, "limits": limits._asdict()}), limits, cancelled)
    line, _, rest = raw.partition(b"\n")
    try:
        head: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise _unreadable() from error
    if "error" in head:
        raise DocumentError(*head["error"])
    return head, rest


def _answer(document: Path, request: str, limits: Limits, cancelled: Callable[[], bool]) -> bytes:
    try:
        source = document.open("rb")
    except OSError as error:
        raise DocumentError(
            f"The file cannot be opened: {error.strerror}.", "Check its name and rights."
        ) from error
    with source, _start(source, request) as process:
        try:
            raw = _collect(process, limits, cancelled)
            status = process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            status = 0
        finally:
            _end(process)
    if status:
        raise _failure(status, limits)
    return raw


def _start(source: IO[bytes], request: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [*READER, request],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            close_fds=True,
            start_new_session=True,
        )
    except OSError as error:
        raise DocumentError(f"The reader of documents did not start: {error.strerror}.") from error


def _collect(process: subprocess.Popen[bytes], limits: Limits, cancelled: Callable[[], bool]) -> bytes:
    """All that the child writes; raises DocumentError when it is too much, too late or no longer wanted."""
    assert process.stdout is not None  # noqa: S101  (it is a pipe)
    deadline = time.monotonic() + limits.wall_seconds
    parts: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if cancelled():
                raise ExtractionCancelledError("Reading the document was stopped.")
            if time.monotonic() > deadline:
                raise _too_slow(limits.wall_seconds)
            if not selector.select(_LOOK_EVERY_SECONDS):
                continue
            part = os.read(process.stdout.fileno(), _CHUNK)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
            if size > limits.answer_bytes:
                raise DocumentError(
                    "The document gave more than r2p can hold.", "It is not an ordinary paper."
                )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Be sure that the child and whatever it started are gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failure(status: int, limits: Limits) -> DocumentError:
    if -status == signal.SIGXCPU:
        return _too_slow(limits.cpu_seconds)
    if status < 0:
        name = signal.Signals(-status).name
        return DocumentError(
            f"Reading the document crashed its reader ({name}).", "Nothing else was touched."
        )
    return DocumentError("The reader of documents failed on this one.", "r2p doctor checks the installation.")


def _too_slow(seconds: float) -> DocumentError:
    return DocumentError(f"Reading the document took more than {seconds:.0f} seconds.", "It was stopped.")


def _unreadable() -> DocumentError:
    return DocumentError(
        "The reader of documents gave no usable answer.", "r2p doctor checks the installation."
    )

"""The child process: one document on standard input, one answer on standard output, and no more."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from r2p_tui.domain.tables import Box, Table, table_values
from r2p_tui.errors import DocumentError
from r2p_tui.pdf.confine import confine
from r2p_tui.pdf.layout import Page, Region
from r2p_tui.pdf.limits import Limits
from r2p_tui.text import clean_line

if TYPE_CHECKING:
    import pymupdf

_PDF_MARK, _MARK_WITHIN = b"%PDF-", 1024
_SHARE_OF_TIME_FOR_PAGES = 0.6


def main() -> int:
    """Answer the one request of the command line; whatever goes wrong becomes a reason."""
    request: dict[str, Any] = json.loads(sys.argv[1])
    limits = Limits(**request["limits"])
    answer = _ANSWERS[request["kind"]]
    _load(request["kind"])
    confine(limits)
    out = sys.stdout.buffer
    try:
        answer(_read(sys.stdin.buffer, limits), request, limits, out)
    except DocumentError as error:
        _write(out, {"error": [error.message, error.hint]})
    except MemoryError:
        _write(out, {"error": ["The document needs more memory than r2p gives to one.", ""]})
    return 0


def _load(kind: str) -> None:
    """Import what the answer needs while files may still be opened freely."""
    if kind in ("pdf", "picture", "version"):
        import pymupdf

        pymupdf.TOOLS.mupdf_display_errors(False)
        pymupdf.TOOLS.mupdf_display_warnings(False)


def _read(source: BinaryIO, limits: Limits) -> bytes:
    data = source.read(limits.document_bytes + 1)
    if len(data) > limits.document_bytes:
        size = limits.document_bytes // 1_000_000
        raise DocumentError(f"The document is larger than {size} MB.", "r2p reads no larger ones.")
    if not data:
        raise DocumentError("The file is empty.", "Fetch or save it again.")
    return data


# --- PDF ------------------------------------------------------------------------------------------------


def _tables_of_pdf(data: bytes, _request: Mapping[str, Any], limits: Limits, out: BinaryIO) -> None:
    from r2p_tui.pdf.continuations import join_pages
    from r2p_tui.pdf.find.tables import find_tables

    skipped: list[str] = []
    with _open(data) as document:
        pages = list(_pages(document, limits, skipped))
        count = document.page_count
    by_number = {page.number: page for page in pages}
    tables: list[Table] = []
    for region in find_tables(pages):
        tables += _table(by_number[region.page], region, skipped)
    _write(out, _tables(join_pages(tables), count, skipped))


def _open(data: bytes) -> pymupdf.Document:
    """The document, if it is a PDF that opens without a password; raises DocumentError."""
    import pymupdf

    if _PDF_MARK not in data[:_MARK_WITHIN]:
        raise DocumentError(f"The file is {_what(data)}, not a PDF.", "Fetch or save the PDF itself.")
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
        is_locked, is_whole = document.needs_pass, document.is_pdf and document.page_count > 0
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        raise DocumentError(
            "The PDF is damaged and cannot be opened.", clean_line(str(error))[:200]
        ) from error
    if is_locked:
        raise DocumentError("The PDF asks for a password.", "Save a copy without one.")
    if not is_whole:
        raise DocumentError("The PDF holds no pages; it is damaged or cut off.", "Fetch or save it again.")
    return document


def _what(data: bytes) -> str:
    start = data[:_MARK_WITHIN].lstrip().lower()
    for mark, words in (
        (b"<!doctype html", "a web page"),
        (b"<html", "a web page"),
        (b"<svg", "a drawing (SVG)"),
    ):
        if start.startswith(mark):
            return words
    return {b"\x1f\x8b": "compressed (gzip)", b"pk": "a zip archive"}.get(start[:2], "something else")


def _pages(document: pymupdf.Document, limits: Limits, skipped: list[str]) -> Iterator[Page]:
    import pymupdf

    from r2p_tui.pdf.read.pages import read_page

    left, last = limits.characters, min(document.page_count, limits.pages)
    for index in range(last):
        if left <= 0 or time.process_time() > _SHARE_OF_TIME_FOR_PAGES * limits.cpu_seconds:
            reason = (
                "the text before them is very long" if left <= 0 else "the pages before them took too long"
            )
            skipped.append(f"pages {index + 1} to {document.page_count}: {reason}")
            return
        try:
            page = read_page(document[index])
        except (RuntimeError, ValueError, LookupError, pymupdf.mupdf.FzErrorBase) as error:
            skipped.append(f"page {index + 1}: {clean_line(str(error))[:200]}")
            continue
        left -= sum(len(word.text) for word in page.words)
        yield page
    if last < document.page_count:
        skipped.append(f"pages {last + 1} to {document.page_count}: r2p reads {limits.pages} pages")


def _table(page: Page, region: Region, skipped: list[str]) -> Iterator[Table]:
    from r2p_tui.pdf.grid.table import read_grid
    from r2p_tui.pdf.number_guard import guarded
    from r2p_tui.pdf.read.turning import on_paper

    table = read_grid(page, region)
    if table is not None:
        yield on_paper(guarded(table, page), page)
    elif region.number:
        skipped.append(f"Table {region.number}{region.part} on page {region.page}: no grid was found in it")


# --- sources --------------------------------------------------------------------------------------------


def _tables_of_tex(data: bytes, _request: Mapping[str, Any], _limits: Limits, out: BinaryIO) -> None:
    from r2p_tui.pdf.tex.archive import read_archive
    from r2p_tui.pdf.tex.tables import read_tex

    result = read_tex(read_archive(data))
    _write(out, _tables(result.tables, 0, [f"{entry.name}: {entry.reason}" for entry in result.skipped]))


def _tables_of_html(data: bytes, _request: Mapping[str, Any], _limits: Limits, out: BinaryIO) -> None:
    from r2p_tui.pdf.html.tables import read_html

    _write(out, _tables(read_html(data), 0, []))


# --- pictures -------------------------------------------------------------------------------------------


def _picture(data: bytes, request: Mapping[str, Any], _limits: Limits, out: BinaryIO) -> None:
    from r2p_tui.pdf.read.picture import draw_region

    with _open(data) as document:
        if not 1 <= request["page"] <= document.page_count:
            raise DocumentError(f"The PDF has no page {request['page']}.", "")
        box = Box(*request["box"])
        drawn = draw_region(document[request["page"] - 1], box, request["width"], request["height"])
    _write(out, {"width": drawn.width, "height": drawn.height})
    out.write(drawn.rgb)
    out.flush()


def _version(_data: bytes, _request: Mapping[str, Any], _limits: Limits, out: BinaryIO) -> None:
    import pymupdf

    _write(out, {"version": pymupdf.__version__})


_ANSWERS = {
    "pdf": _tables_of_pdf,
    "tex": _tables_of_tex,
    "html": _tables_of_html,
    "picture": _picture,
    "version": _version,
}


def _tables(tables: object, pages: int, skipped: list[str]) -> dict[str, Any]:
    return {"tables": [table_values(table) for table in tables], "pages": pages, "skipped": skipped}  # type: ignore[attr-defined]


def _write(out: BinaryIO, values: Mapping[str, Any]) -> None:
    out.write(json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())

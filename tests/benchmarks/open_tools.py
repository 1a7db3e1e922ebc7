"""Open tools that find tables in PDFs, each in the mode that was best on the known papers.

`PYTHON -P open_tools.py TOOL` is run by any interpreter, so it needs nothing of r2p. It reads
`[[path, [page, ...]], ...]` as JSON and answers in JSON lines: first `{"versions"}`, then for each page
`{"path", "page", "seconds", "trouble", "tables": [[box, rows], ...]}`, boxes in points from the top left.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from itertools import chain
from time import perf_counter
from typing import IO, Any

Found = tuple[list[float], list[list[str]]]
Reader = Callable[[str, int], Iterator[Found]]
_PIXELS_PER_POINT = 200 / 72


def pymupdf4llm(path: str, page: int) -> Iterator[Found]:
    """The tables of its JSON, in the cells it extracted; they score higher than those of its Markdown."""
    library = import_module("pymupdf4llm")
    content = json.loads(library.to_json(path, pages=[page - 1]))
    for region in chain.from_iterable(entry["boxes"] for entry in content["pages"]):
        if table := region.get("table"):
            yield table["bbox"], _texts(table["extract"])


def find_tables(path: str, page: int) -> Iterator[Found]:
    """PyMuPDF with its layout analysis; words are put into the cells here, as its own text loses signs."""
    library = import_module("pymupdf")
    import_module("pymupdf.layout")
    with library.open(path) as document:
        sheet = document[page - 1]
        words = sheet.get_text("words")
        for table in sheet.find_tables(strategy="text").tables:
            yield list(table.bbox), [[_text_in(cell, words) for cell in row.cells] for row in table.rows]


def camelot(path: str, page: int) -> Iterator[Found]:
    """The flavour `hybrid`; its boxes start at the bottom of the page."""
    library = import_module("camelot")
    height = import_module("pypdfium2").PdfDocument(path)[page - 1].get_height()
    for table in library.read_pdf(path, pages=str(page), flavor="hybrid", suppress_stdout=True):
        left, bottom, right, top = table._bbox
        yield [left, height - top, right, height - bottom], _texts(table.df.values.tolist())


def img2table(path: str, page: int) -> Iterator[Found]:
    """On the page as a picture of 200 dots an inch, with the texts of the PDF."""
    library = import_module("img2table.document")
    tables = library.PDF(src=path, pages=[page - 1]).extract_tables(
        borderless_tables=True, implicit_rows=True, implicit_columns=True
    )
    for table in chain.from_iterable(tables.values()):
        box = [table.bbox.x1, table.bbox.y1, table.bbox.x2, table.bbox.y2]
        yield [value / _PIXELS_PER_POINT for value in box], _texts(table.df.values.tolist())


def pdfplumber(path: str, page: int) -> Iterator[Found]:
    """Rows from lines, columns from words."""
    library = import_module("pdfplumber")
    settings = {"vertical_strategy": "text", "horizontal_strategy": "lines"}
    with library.open(path) as document:
        for table in document.pages[page - 1].find_tables(table_settings=settings):
            yield list(table.bbox), _texts(table.extract())


TOOLS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "pymupdf4llm": (pymupdf4llm, ("pymupdf4llm", "pymupdf", "pymupdf-layout")),
    "find_tables": (find_tables, ("pymupdf", "pymupdf-layout")),
    "camelot": (camelot, ("camelot-py",)),
    "img2table": (img2table, ("img2table",)),
    "pdfplumber": (pdfplumber, ("pdfplumber",)),
}


def answer(tool: str, requests: IO[str], answers: IO[str]) -> None:
    """One line for each page; the first page is read once more before, so that no page pays for loading."""
    reader, packages = TOOLS[tool]
    pages = [(path, page) for path, numbers in json.load(requests) for page in numbers]
    _write(answers, {"versions": {package: version(package) for package in packages}})
    _read(reader, *pages[0])
    for path, page in pages:
        started = perf_counter()
        tables, trouble = _read(reader, path, page)
        seconds = perf_counter() - started
        _write(
            answers,
            {"path": path, "page": page, "seconds": seconds, "trouble": trouble, "tables": tables},
        )


def _read(reader: Reader, path: str, page: int) -> tuple[list[Found], str]:
    try:
        return list(reader(path, page)), ""
    except Exception as error:  # whatever a library raises is part of its result
        return [], f"{type(error).__name__}: {error}"


def _texts(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Without the None and NaN of empty cells."""
    return [[cell if isinstance(cell, str) else "" for cell in row] for row in rows]


def _text_in(cell: Sequence[float] | None, words: Sequence[Sequence[Any]]) -> str:
    if cell is None:
        return ""
    left, top, right, bottom = cell
    return " ".join(
        word[4]
        for word in words
        if left <= (word[0] + word[2]) / 2 <= right and top <= (word[1] + word[3]) / 2 <= bottom
    )


def _write(answers: IO[str], line: dict[str, Any]) -> None:
    answers.write(json.dumps(line) + "\n")
    answers.flush()


def _own_output() -> IO[str]:
    """Standard output for the answers alone: several tools print remarks."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return answers


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    answer(sys.argv[1], sys.stdin, _own_output())

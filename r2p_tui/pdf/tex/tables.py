"""Tables from the TeX source of a paper, exact in structure and text; TeX itself is never run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from r2p_tui.domain.tables import Table
from r2p_tui.pdf.tex.columns import column_part, read_columns
from r2p_tui.pdf.tex.document import Document, Found, read_document
from r2p_tui.pdf.tex.floats import Caption, Tabular
from r2p_tui.pdf.tex.grid import Grid, lay_out
from r2p_tui.pdf.tex.macros import Macro, Macros
from r2p_tui.pdf.tex.mentions import mentions
from r2p_tui.pdf.tex.references import read_references
from r2p_tui.pdf.tex.rows import read_rows
from r2p_tui.pdf.tex.source import Source, plain_texts, read_source
from r2p_tui.pdf.tex.text import Setting, Text, plain_text
from r2p_tui.pdf.tex.tokens import Budget, TooMuchError
from r2p_tui.pdf.tex.words import KEYED_TABULARS
from r2p_tui.text import count_of

STEPS = 4_000_000
_STEPS_OF_A_TABULAR = 600_000
_TABULAR = re.compile(r"\\begin\s*\{(?:tabular[*xy]?|longtable)\}")
_LONGEST_CELL = 2_000
_DOUBTED = 0.8


@dataclass(frozen=True, slots=True)
class Skipped:
    """A tabular, or a file with some, that gave no table; `reason` is half a sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class TexResult:
    """The tables in the order of the document, and what gave none."""

    tables: tuple[Table, ...]
    skipped: tuple[Skipped, ...]


class _NoTableError(Exception):
    """A tabular is no table; the text says why."""


def read_tex(files: Mapping[str, bytes]) -> TexResult:
    """The tables of a source by path and content; total on any bytes, and bounded in time."""
    source = read_source(files)
    if source is None:
        return TexResult((), (Skipped("source", "it holds no TeX file"),))
    budget = Budget(STEPS)
    document, macros = read_document(source, files, budget)
    reading = _Reading(source, files, budget, macros)
    for label in document.labels:
        reading.references.learn(*label)
    for found in document.floats:
        reading.read(found)
    reading.mention(document)
    if document.left_out:
        reading.skipped.append(
            Skipped(f"{document.left_out:,} more floats", "r2p reads no more of one paper")
        )
    return TexResult(tuple(reading.tables), (*reading.skipped, *_left_aside(source, files)))


class _Reading:
    """The tables read so far, with what they need to be printed."""

    def __init__(self, source: Source, files: Mapping[str, bytes], budget: Budget, macros: Macros) -> None:
        self.tables: list[Table] = []
        self.skipped: list[Skipped] = []
        self._labels: list[tuple[str, ...]] = []
        self._budget, self._macros = budget, macros
        with budget.part(STEPS // 4) as part:
            self.references = read_references(source, files, part)
        self._setting = Setting(budget, self.references.cite, self.references.refer)

    def read(self, found: Found) -> None:
        """Take in all tabulars of a float, each as a table or with the reason why it is none."""
        if found.failure and found.tabulars:
            self.skipped.append(Skipped(_place(found.section), found.failure))
        for tabular in found.content.tabulars:
            whole, part = tabular.captions
            name = _name(whole, part) or _place(found.section)
            try:
                with self._budget.part(_STEPS_OF_A_TABULAR) as budget:
                    table = self._table(
                        found, tabular, replace(self._setting, budget=budget, unknown={}, pictures=0)
                    )
            except (TooMuchError, _NoTableError) as error:
                self.skipped.append(Skipped(name, str(error)))
            else:
                self.tables.append(table)
                self._labels.append(tuple(label for box in found.content.boxes for label, _ in box.labels))

    def _table(self, found: Found, tabular: Tabular, setting: Setting) -> Table:
        if tabular.is_layout:
            raise _NoTableError("it only places other tables side by side")
        grid = self._grid(tabular, setting, found.columns)
        _refuse(grid, setting)
        whole, part = tabular.captions
        doubts = tuple(_doubts(setting))
        return Table(
            number=whole.number if whole and whole.kind == "table" else "",
            part=part.part if part else "",
            caption=self._caption(whole, part, setting),
            page=0,
            box=None,
            route="tex",
            header_rows=grid.header_rows,
            cells=grid.cells,
            confidence=_DOUBTED if doubts else 1.0,
            rules=grid.rules,
            section=found.section,
            doubts=doubts,
        )

    def _grid(self, tabular: Tabular, setting: Setting, known: Mapping[str, Macro]) -> Grid:
        budget = setting.budget
        said = tabular.columns
        said = column_part(said, budget) if tabular.environment in KEYED_TABULARS else said
        columns = read_columns(said, known, budget)
        rows = read_rows(tabular.body, budget)
        return lay_out(rows, columns, partial(_cell_text, setting))

    def _caption(self, whole: Caption | None, part: Caption | None, setting: Setting) -> str:
        texts = [plain_text(caption.tokens, setting).text for caption in (whole, part) if caption]
        if part and texts[-1]:
            texts[-1] = f"({part.part}) {texts[-1]}"
        text = " ".join(text for text in texts if text)
        return f"Figure {whole.number}: {text}" if whole and whole.kind == "figure" else text

    def mention(self, document: Document) -> None:
        """Give every table the sentences that refer to it."""
        wanted = {label for labels in self._labels for label in labels}
        found = mentions(document, wanted, self._macros, self._setting)
        for place, labels in enumerate(self._labels):
            sentences = tuple(
                dict.fromkeys(sentence for label in labels for sentence in found.get(label, ()))
            )
            self.tables[place] = replace(self.tables[place], mentions=sentences)


def _cell_text(setting: Setting, tokens: Sequence[str], bold: bool) -> Text:
    text = plain_text(tokens, setting, bold=bold)
    return text if len(text.text) <= _LONGEST_CELL else replace(text, text=text.text[:_LONGEST_CELL])


def _refuse(grid: Grid, setting: Setting) -> None:
    """Raise _NoTableError for a tabular that holds no grid of texts."""
    if not grid.cells:
        raise _NoTableError("it only arranges pictures" if setting.pictures else "it has no text")
    if setting.pictures and setting.pictures >= sum(
        1 for cell in grid.cells if any(map(str.isdigit, cell.text))
    ):
        raise _NoTableError("it arranges pictures")
    if len({cell.column for cell in grid.cells}) < 2 and len({cell.row for cell in grid.cells}) < 3:
        raise _NoTableError("it has one column")


def _doubts(setting: Setting) -> Iterator[str]:
    if setting.unknown:
        names = ", ".join(list(setting.unknown)[:5])
        yield f"The source does not define {names}, so text may be missing."


def _name(whole: Caption | None, part: Caption | None) -> str:
    if whole is None or not whole.number:
        return ""
    kind = "Figure" if whole.kind == "figure" else "Table"
    return f"{kind} {whole.number}{part.part if part else ''}"


def _place(section: str) -> str:
    return f"tabular in “{section}”" if section else "tabular"


def _left_aside(source: Source, files: Mapping[str, bytes]) -> Iterator[Skipped]:
    """Files with tables that the document does not use, and inputs that were not sent along."""
    unused = {name: data for name, data in files.items() if name not in source.used}
    for name, text in plain_texts(unused).items():
        count = len(_TABULAR.findall(text))
        if count:
            yield Skipped(name, f"the paper does not include this file with {count_of(count, 'tabular')}")
    for name, reason in source.left_out.items():
        yield Skipped(name, reason)

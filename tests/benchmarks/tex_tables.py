"""Tables from TeX sources: each tabular a table or listed, and right where the truth is known.

The tabulars of a source are counted here by a few lines of their own, so that none can be lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from r2p_tui.domain.table_routes import Reconciled, reconcile
from r2p_tui.pdf.sandbox import extract
from r2p_tui.pdf.tex.archive import read_archive
from r2p_tui.pdf.tex.tables import TexResult, read_tex
from tests.benchmarks import measure
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure
from tests.benchmarks.table_truths import PAPERS, SETS, load_scorer, read_truths

# Each source with the PDFs that were made of it.
SOURCES = {
    "1706.03762": ("1706.03762_transformer", "1706.03762_recompiled"),
    "2305.03393": ("2305.03393_otsl_recompiled",),
    "2412.19437": (),
}
FACT = 0.98
LINE = "{:<28} {:>9} {:>7} {:>7}"
_COMMENT = re.compile(r"(?<!\\)%.*")
_EDGE = re.compile(r"\\(begin|end)\{(?:tabular[*xy]?|longtable)\}")
_COUNT = re.compile(r"with (\d+) tabulars?$")


@dataclass(frozen=True, slots=True)
class Source:
    """One paper: how many outermost tabulars its files hold, and what was made of them."""

    name: str
    tabulars: int
    result: TexResult

    @property
    def listed(self) -> int:
        """The tabulars that are named with a reason; a file that is not included stands for all in it."""
        counts = (_COUNT.search(entry.reason) for entry in self.result.skipped)
        return sum(int(count[1]) if count else 1 for count in counts)


def main() -> None:
    scorer = load_scorer()
    if scorer is None:
        print("tex_tables: the sources and the scorer are not beside the checkout (../shared)")
        return
    sources = [_read(name) for name in SOURCES]
    print(LINE.format("source", "tabulars", "tables", "listed"))
    for source in sources:
        print(LINE.format(source.name, source.tabulars, len(source.result.tables), source.listed))
        for entry in source.result.skipped:
            print(f"    {entry.name}: {entry.reason}")
    lost = [max(source.tabulars - len(source.result.tables) - source.listed, 0) for source in sources]
    print(f"\n{measure.heading()}")
    _report(Figure("tabulars lost without a reason", sum(lost), None, None, 0, not sum(lost)))
    for name, fact in _facts(sources, scorer):
        _report(Figure(f"fact, {name}", fact, None, None, FACT, fact >= FACT))
    for source in sources:
        _compare(source)


def _read(name: str) -> Source:
    files = read_archive((PAPERS / f"{name}.tar.gz").read_bytes())
    return Source(name, sum(map(_outermost, files.values())), read_tex(files))


def _outermost(data: bytes) -> int:
    """How many tabulars of a file are in no other tabular."""
    count = depth = 0
    for match in _EDGE.finditer(_COMMENT.sub("", data.decode("utf-8", "replace"))):
        count += match[1] == "begin" and depth == 0
        depth += 1 if match[1] == "begin" else -1
    return count


def _facts(sources: list[Source], scorer: ModuleType) -> Iterator[tuple[str, float]]:
    """The fact of each table of which the truth is known."""
    for source in sources:
        by_number = {table.number: table for table in source.result.tables}
        for truth in read_truths(SETS["known"]):
            paper, _, number = truth.name.rpartition("__t")
            if truth.document.removesuffix(".pdf") in SOURCES[source.name] or paper in SOURCES[source.name]:
                rows = by_number[number].rows if number in by_number else []
                scores = scorer.score(truth.rows, rows, truth.spans, truth.header_rows)
                yield truth.name, scores["fact"]["f1"]


def _compare(source: Source) -> None:
    """What the PDFs made of the source say of its tables."""
    for document in SOURCES[source.name]:
        found = reconcile(
            {"tex": source.result.tables, "pdf": extract(PAPERS / f"{document}.pdf", "pdf").tables}
        )
        print(
            f"\n{document}: {sum(len(entry.routes) == 2 for entry in found)} of {len(found)} tables in both"
        )
        for entry in found:
            print(f"    {entry.table.name} ({', '.join(entry.routes)}) {entry.agreement}")
            _differences(entry)


def _differences(entry: Reconciled) -> None:
    for difference in entry.differences[:5]:
        place = f"row {difference.row}, column {difference.column}"
        print(f"        {place}: “{difference.text}”, {difference.route}: “{difference.other}”")


def _report(figure: Figure) -> None:
    verdict = "PASS" if figure.passed else "MISS"
    limit = f"<= {figure.limit:g}" if figure.limit == 0 else f">= {figure.limit:g}"
    print(COLUMNS.format(figure.name, f"{figure.measured:.3f}", "", "", limit, verdict), flush=True)
    FIGURES.append(figure)


if __name__ == "__main__":
    main()

"""What r2p makes of tables against labels given by hand: kind, baseline row, directions of metrics.

The labels are `tests/data/table_kinds.tsv`; the papers lie beside the checkout. A table that is not found
counts as wrong everywhere.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.tables import Table
from r2p_tui.domain.understanding import KINDS, Understanding
from r2p_tui.errors import DocumentError
from r2p_tui.pdf.sandbox import DocumentKind, extract
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure

PAPERS = Path(__file__).resolve().parents[3] / "shared" / "papers"
LABELS = Path(__file__).resolve().parent.parent / "data" / "table_kinds.tsv"
SETS = ("dev", "held-out")
NOT_FOUND = "not found"
LIMITS = {
    "ablation recall": 0.9,
    "ablation precision": 0.9,
    "baseline row right": 0.85,
    "metric direction right": 0.95,
}


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader says of one table; `baseline_rows` are equally fair, empty where none is one."""

    paper: str
    set: str
    page: int
    number: str
    part: str
    kind: str
    baseline: str
    baseline_rows: tuple[int, ...]
    directions: dict[int, str]
    header_rows: int
    columns: int

    @property
    def name(self) -> str:
        return f"{self.paper} Table {self.number}{self.part}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A label, and what r2p found in its place; both None where it found no such table."""

    label: Label
    table: Table | None = None
    understanding: Understanding | None = None

    @property
    def kind(self) -> str:
        return self.understanding.kind if self.understanding else NOT_FOUND


def main() -> None:
    judged = judge(read_labels())
    for entry in judged:
        if remark := complaint(entry):
            print(f"  {entry.label.name} ({entry.label.set}): {remark}")
    for name in (*SETS, "together"):
        part = [entry for entry in judged if name in (entry.label.set, "together")]
        print(f"\n{name}: {len(part)} tables\n{confusion(part)}")
        for title, right, of in figures(part):
            _report(f"{title}, {name}", right, of, LIMITS.get(title))


def read_labels(path: Path = LABELS) -> list[Label]:
    """All labels, in the order of the file."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [_label(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def judge(labels: Sequence[Label]) -> list[Judged]:
    """Extract every paper once, each by the one route its file allows, and understand the labelled tables."""
    judged: list[Judged] = []
    for paper, of_paper in groupby(labels, key=lambda label: label.paper):
        tables = _tables(paper)
        judged += [match(label, tables) for label in of_paper]
    return judged


def match(label: Label, tables: Sequence[Table]) -> Judged:
    """The table with the label's page, number and part; tables of a source have no pages."""
    for table in tables:
        if (table.page, table.number, table.part) == (label.page, label.number, label.part):
            return Judged(label, table, understand(table))
    return Judged(label)


def baseline_right(entry: Judged) -> bool:
    """Whether the baseline is one of the fair rows, by its place in the body or by its unique label."""
    if entry.table is None or entry.understanding is None:
        return False
    row, label = entry.understanding.baseline_row, entry.label
    if row is None or not label.baseline_rows:
        return row is None and not label.baseline_rows
    places = {fair - label.header_rows for fair in label.baseline_rows}
    return row - entry.table.header_rows in places or _labelled(entry.table, label.baseline) == [row]


def directions_right(entry: Judged) -> int:
    """How many labelled columns have the right direction; they count from the right, where metrics stand."""
    if entry.table is None or entry.understanding is None:
        return 0
    filled = _filled_columns(entry.table)
    ways = {column.index: column.direction for column in entry.understanding.columns}
    found = {place - len(filled): ways.get(column) for place, column in enumerate(filled)}
    wanted = {column - entry.label.columns: way for column, way in entry.label.directions.items()}
    return sum(found.get(place) == way for place, way in wanted.items())


def figures(judged: Sequence[Judged]) -> list[tuple[str, float, int]]:
    """Name, how much is right, and of how many; macro F1 is over the kinds that occur."""
    pairs = Counter((entry.label.kind, entry.kind) for entry in judged)
    ablations = [entry for entry in judged if entry.label.kind == "ablation"]
    said = sum(count for (_, kind), count in pairs.items() if kind == "ablation")
    hits = pairs["ablation", "ablation"]
    kinds = [kind for kind in KINDS if any(entry.label.kind == kind for entry in judged)]
    return [
        ("found", sum(entry.table is not None for entry in judged), len(judged)),
        ("kind, macro F1", sum(_f1(pairs, kind) for kind in kinds), len(kinds)),
        ("ablation recall", hits, len(ablations)),
        ("ablation precision", hits, said),
        ("baseline row right", sum(map(baseline_right, ablations)), len(ablations)),
        (
            "metric direction right",
            sum(map(directions_right, judged)),
            sum(len(entry.label.directions) for entry in judged),
        ),
    ]


def confusion(judged: Sequence[Judged]) -> str:
    """The matrix: a line for each kind by hand, a column for each kind by r2p."""
    columns = [*KINDS, NOT_FOUND]
    pairs = Counter((entry.label.kind, entry.kind) for entry in judged)
    lines = [f"{'by hand / r2p':<16}" + "".join(f"{kind:>17}" for kind in columns)]
    lines += [
        f"{kind:<16}" + "".join(f"{pairs[kind, found] or '':>17}" for found in columns) for kind in KINDS
    ]
    return "\n".join(lines)


def complaint(entry: Judged) -> str:
    """What is wrong with one table, in words; empty where nothing is."""
    if entry.table is None or entry.understanding is None:
        return NOT_FOUND
    said = []
    if entry.kind != entry.label.kind:
        said.append(f"{entry.label.kind} taken for {entry.kind} ({entry.understanding.kind_reason})")
    if entry.label.kind == "ablation" and not baseline_right(entry):
        fair = " or ".join(map(str, entry.label.baseline_rows)) or "none"
        said.append(f"baseline row {entry.understanding.baseline_row}, should be {fair}")
    if (missed := len(entry.label.directions) - directions_right(entry)) > 0:
        said.append(f"{missed} of {len(entry.label.directions)} directions wrong")
    shape = (entry.table.header_rows, len(_filled_columns(entry.table)))
    if said and shape != (entry.label.header_rows, entry.label.columns):
        said.append("its grid has another shape")
    return "; ".join(said)


def _label(row: dict[str, str]) -> Label:
    fair = [row["baseline_row"], *row["alternatives"].split(";")]
    pairs = (entry.split("=") for entry in row["directions"].split())
    return Label(
        paper=row["paper"],
        set=row["set"],
        page=int(row["page"]),
        number=row["number"],
        part=row["part"],
        kind=row["kind"],
        baseline=row["baseline"],
        baseline_rows=tuple(int(index) for index in fair if index),
        directions={int(column): way for column, way in pairs},
        header_rows=int(row["header_rows"]),
        columns=int(row["columns"]),
    )


def _tables(paper: str) -> tuple[Table, ...]:
    document, kind = _document(paper)
    try:
        return extract(document, kind).tables
    except DocumentError as error:
        print(f"  {document.name}: {error.message}")
        return ()


def _document(paper: str) -> tuple[Path, DocumentKind]:
    pdf = PAPERS / f"{paper}.pdf"
    return (pdf, "pdf") if pdf.exists() else (PAPERS / f"{paper}.tar.gz", "tex")


def _filled_columns(table: Table) -> list[int]:
    """The columns with any text: some sources set an empty one as a gap."""
    return sorted({cell.column for cell in table.cells if cell.text.strip()})


def _labelled(table: Table, label: str) -> list[int]:
    """The body rows whose text begins with this label."""
    wanted = _letters(label)
    body = range(table.header_rows, table.row_count)
    return [row for row in body if wanted and _letters("".join(table.rows[row])).startswith(wanted)]


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _f1(pairs: Counter[tuple[str, str]], kind: str) -> float:
    hits = pairs[kind, kind]
    labelled = sum(count for (wanted, _), count in pairs.items() if wanted == kind)
    said = sum(count for (_, found), count in pairs.items() if found == kind)
    return 2 * hits / (labelled + said)


def _report(name: str, right: float, of: int, limit: float | None) -> None:
    share = right / of if of else 0.0
    verdict = "" if limit is None else "PASS" if share >= limit else "MISS"
    counted = f"{right:.4g} of {of}"
    print(
        COLUMNS.format(name, f"{share:.3f}", counted, "", f">= {limit}" if limit else "", verdict), flush=True
    )
    if limit is not None:
        FIGURES.append(Figure(name, share, None, None, limit, share >= limit))


if __name__ == "__main__":
    main()

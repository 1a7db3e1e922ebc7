"""`r2p tables`: the tables of a file or of a paper, with what each row gains and loses."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, desk_for
from r2p_tui.errors import DocumentError, ExitCode, NotFoundError, UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.tables import PaperTables, TableView

WORDS = "FILE|PAPER | correct PAPER TABLE ROW COLUMN TEXT | undo PAPER TABLE"
EXAMPLE = "r2p tables paper.pdf --ablations --md"
_ROUTES = ("best", "pdf", "tex", "html")


def configure(parser: Parser) -> None:
    """Declare the file or paper, what to take of it, and how to print it."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="FILE|PAPER",
        help="a PDF, TeX source or web page; or an arXiv id, address or DOI",
    )
    parser.add_argument("--ablations", action="store_true", help="only tables of ablations")
    parser.add_argument("--table", metavar="KEY", help="only this table, such as 3b")
    parser.add_argument("--route", choices=_ROUTES, help="what to read: best (as at first), pdf, tex or html")
    parser.add_argument("--paper", metavar="ID", help="keep FILE and its tables with this paper")
    parser.add_argument("--again", action="store_true", help="read again, also what could not be read before")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON document: a list of tables")
    shape.add_argument("--csv", action="store_true", help="print CSV")
    shape.add_argument("--md", action="store_true", help="print Markdown")


def run(options: Namespace) -> ExitCode:
    """Print the tables, or change one."""
    action, *rest = options.words
    with desk_for(options) as desk:
        if action == "correct":
            views: Sequence[TableView] = [_correct(desk, rest)]
        elif action == "undo":
            views = [_undo(desk, rest)]
        elif rest:
            raise UsageError(
                f"r2p tables takes one file or paper, not {len(rest) + 1}.", f"Example: {EXAMPLE}"
            )
        else:
            views = _chosen(_tables(desk, action, options), options)
    _print(views, options)
    return ExitCode.OK


# --- which tables -----------------------------------------------------------------------------------------


def _tables(desk: Desk, word: str, options: Namespace) -> Sequence[TableView]:
    if not _is_file(word):
        if options.paper:
            raise UsageError(f"There is no file {output.one_line(word)}.", "--paper goes with a file.")
        return _tables_of_paper(desk, _paper_id(desk, word), options)
    if options.paper:
        return _attached(desk, Path(word), options)
    from r2p_tui.services.tables import tables_of_file

    return tables_of_file(desk, Path(word), route=options.route or "best", again=options.again)


def _is_file(word: str) -> bool:
    from r2p_tui.services.document_files import suffix_of

    return Path(word).is_file() or (bool(suffix_of(word)) and "://" not in word)


def _paper_id(desk: Desk, word: str) -> int:
    from r2p_tui.services.papers import find_view

    return find_view(desk, word).paper_id


def _attached(desk: Desk, path: Path, options: Namespace) -> Sequence[TableView]:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.tables import attach_document

    paper_id = _paper_id(desk, options.paper)
    attach_document(desk, paper_id, path, now=utc_now())
    return _extracted(desk, paper_id, options)


def _tables_of_paper(desk: Desk, paper_id: int, options: Namespace) -> Sequence[TableView]:
    """What is kept; read now where it never was, or where the options ask for it."""
    from r2p_tui.services.tables import load_tables

    kept = load_tables(desk, paper_id)
    if kept.state == "none" or options.again or options.route:
        return _extracted(desk, paper_id, options)
    return _views(kept)


def _extracted(desk: Desk, paper_id: int, options: Namespace) -> Sequence[TableView]:
    from r2p_tui.cli.progress import Progress
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.tables import extract_tables

    with Progress() as progress:
        found = extract_tables(
            desk,
            paper_id,
            now=utc_now(),
            route=options.route or "best",
            again=options.again,
            report=lambda step: progress.show(step, 0, None),
        )
    return _views(found)


def _views(found: PaperTables) -> Sequence[TableView]:
    if found.state == "failed":
        raise DocumentError(found.reason, "Try once more with: --again")
    if found.reason:
        output.say(f"These are the tables of before; reading them again failed: {found.reason}")
    elif found.stale:
        output.say("There is something newer to read; see it with: --again")
    for line in found.skipped:
        output.say(f"left out: {line}")
    return found.views


def _chosen(views: Sequence[TableView], options: Namespace) -> Sequence[TableView]:
    chosen = [
        view
        for view in views
        if (options.table is None or view.key.lower() == options.table.lower())
        and (not options.ablations or view.understanding.kind == "ablation")
    ]
    if options.table is not None and not chosen:
        keys = ", ".join(view.key for view in views) or "none"
        raise NotFoundError(
            f"There is no table {output.one_line(options.table)[:40]} here.", f"Tables: {keys}."
        )
    if not chosen:
        others = f"; {count_of(len(views), 'other table')} without --ablations" if views else ""
        output.say(f"No {'ablation ' if options.ablations else ''}table was found{others}.")
    return chosen


# --- corrections ------------------------------------------------------------------------------------------


def _correct(desk: Desk, words: Sequence[str]) -> TableView:
    """Put another text into one cell."""
    from r2p_tui.domain.table_corrections import Correction
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.tables import correct, load_table

    if len(words) != 5:
        raise UsageError(
            "A correction needs a paper, a table, a row, a column and a text.",
            "For example: r2p tables correct 1612.03144 3b 2 4 38.5 (rows and columns count from 0)",
        )
    paper_id = _paper_id(desk, words[0])
    view = load_table(desk, paper_id, words[1])
    row, column = _place(view, words[2], words[3])
    cell = view.table.places.get((row, column))
    correction = Correction(
        "cell",
        row,
        column,
        cell.text if cell else "",
        output.one_line(words[4]),
        row_label=_row_label(view, row),
        column_header=_header(view, column),
    )
    return correct(desk, paper_id, view.key, correction, now=utc_now())


def _place(view: TableView, row: str, column: str) -> tuple[int, int]:
    rows, columns = view.table.row_count, view.table.column_count
    if row.isdecimal() and column.isdecimal() and int(row) < rows and int(column) < columns:
        return int(row), int(column)
    raise UsageError(
        f"{view.table.name} has no cell in row {row[:40]}, column {column[:40]}.",
        f"Rows go from 0 to {rows - 1}, columns from 0 to {columns - 1}.",
    )


def _row_label(view: TableView, row: int) -> str:
    labels = [column.index for column in view.understanding.columns if column.role == "label"] or [0]
    return " / ".join(
        view.table.places[row, index].text for index in labels if (row, index) in view.table.places
    )


def _header(view: TableView, column: int) -> str:
    return next((one.header for one in view.understanding.columns if one.index == column), "")


def _undo(desk: Desk, words: Sequence[str]) -> TableView:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.tables import undo_correction

    if len(words) != 2:
        raise UsageError("To undo needs a paper and a table.", "For example: r2p tables undo 1612.03144 3b")
    return undo_correction(desk, _paper_id(desk, words[0]), words[1], now=utc_now())


# --- printing ---------------------------------------------------------------------------------------------


def _print(views: Sequence[TableView], options: Namespace) -> None:
    from r2p_tui.cli.table_text import table_json, write_table

    if options.json:
        output.write_json([table_json(view) for view in views])
        return
    for number, view in enumerate(views):
        if number:
            output.write()
        if options.csv or options.md:
            _write_for_programs(view, csv=options.csv, named=len(views) > 1)
        else:
            write_table(view)


def _write_for_programs(view: TableView, *, csv: bool, named: bool) -> None:
    """One table alone is nothing but its rows; before one of several stands its name."""
    from r2p_tui.domain.table_export import as_csv, as_markdown

    if named:
        name = output.one_line(f"{view.table.name}: {view.table.caption}".rstrip(": "))
        output.write(f"# {name}" if csv else f"**{name}**\n")
    text = as_csv(view.table) if csv else as_markdown(view.table, view.understanding.deltas)
    output.write(text.rstrip("\n"))

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
    from r2p_tui.domain.table_corrections import Action, Correction
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.tables import PaperTables, TableView

WORDS = "FILE|PAPER | correct PAPER TABLE WHAT ... | undo PAPER TABLE"
EXAMPLE = """r2p tables paper.pdf --ablations --md
  r2p tables 1612.03144 --table 3b
  r2p tables correct 1612.03144 3b 2 AP 38.5
  r2p tables correct 1612.03144 3b kind ablation
  r2p tables correct 1612.03144 3b baseline 1
  r2p tables correct 1612.03144 3b direction latency down
  r2p tables correct 1612.03144 3b split column 4 /
  r2p tables correct 1612.03144 3b join rows 2
  r2p tables correct 1612.03144 3b header rows 2"""
_ROUTES = ("best", "pdf", "tex", "html")
# What each action takes after its own words.
_TAKES: dict[Action, tuple[str, ...]] = {
    "cell": ("ROW", "COLUMN", "TEXT"),
    "kind": ("KIND",),
    "baseline": ("ROW",),
    "direction": ("COLUMN", "up|down"),
    "header rows": ("COUNT",),
    "split column": ("COLUMN", "[SEPARATOR]"),
    "join columns": ("COLUMN", "[SEPARATOR]"),
    "split row": ("ROW", "[SEPARATOR]"),
    "join rows": ("ROW", "[SEPARATOR]"),
}
_OF_READING = ("ablations", "table", "route", "paper", "again")


def configure(parser: Parser) -> None:
    """Declare the file or paper, what to take of it, and how to print it."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="FILE|PAPER",
        help="a PDF, TeX source or web page; or an arXiv id, address or DOI; ROW and COLUMN of a correction "
        "are numbers from 1 (h1: the first header row), or what is printed there",
    )
    parser.add_argument("--ablations", action="store_true", help="only tables of ablations")
    parser.add_argument("--table", metavar="KEY", help="only this table, such as 3b")
    parser.add_argument("--route", choices=_ROUTES, help="what to read: best (as at first), pdf, tex or html")
    parser.add_argument("--paper", metavar="ID", help="keep FILE and its tables with this paper")
    parser.add_argument("--again", action="store_true", help="read again, also what could not be read before")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON document: a list of tables")
    shape.add_argument(
        "--csv", action="store_true", help="print CSV; of several tables each below a line “# Table 3b: ...”"
    )
    shape.add_argument(
        "--md", action="store_true", help="print Markdown; of several tables each below its name"
    )


def run(options: Namespace) -> ExitCode:
    """Print the tables, or change one and print it."""
    action, *rest = options.words
    change = {"correct": _correct, "undo": _undo}.get(action)
    said = [name for name in _OF_READING if getattr(options, name)]
    if change and said:
        raise UsageError(f"--{said[0]} does not go with {action}.", f"Leave out --{said[0]}.")
    if rest and not change:
        raise UsageError(
            f"r2p tables takes one file or paper, not {len(rest) + 1}.", "Try: r2p tables --help"
        )
    with desk_for(options) as desk:
        views = [change(desk, rest)] if change else _chosen(_tables(desk, action, options), options)
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
    """Whether a word names a file: one that is there, or one that would be a document by its name."""
    from r2p_tui.domain.papers import parse_reference
    from r2p_tui.services.document_files import suffix_of

    if Path(word).is_file() or (suffix_of(word) and "://" not in word):
        return True
    try:
        parse_reference(word)
    except UsageError as error:
        if word and Path(word).exists():
            return True
        shown = output.fit(output.one_line(word), 60)
        raise UsageError(f"“{shown}” is neither a file nor a paper.", error.hint) from error
    return False


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
        raise found.failure or DocumentError(found.reason, "Try once more with: --again")
    if found.reason:
        output.say(f"These are the tables of before; reading them again failed: {found.reason}")
    elif found.stale:
        output.say("There is something newer to read; see it with: --again")
    for line in found.skipped:
        output.say(f"left out: {line}")
    return found.views


def _chosen(views: Sequence[TableView], options: Namespace) -> Sequence[TableView]:
    """The tables that the options ask for; raises NotFoundError for one that is not there."""
    wanted = None if options.table is None else _named(views, options.table)
    of_kind = [view for view in views if not options.ablations or view.understanding.kind == "ablation"]
    if wanted is not None:
        if wanted not in of_kind:
            raise NotFoundError(
                f"{wanted.table.name} is no ablation: r2p takes it for {wanted.understanding.kind}.",
                "See it without --ablations.",
            )
        return [wanted]
    if not of_kind:
        others = f"; {count_of(len(views), 'other table')} without --ablations" if views else ""
        output.say(f"No {'ablation ' if options.ablations else ''}table was found{others}.")
    return of_kind


def _named(views: Sequence[TableView], words: str) -> TableView:
    from r2p_tui.cli.table_text import table_key

    key = table_key(words).lower()
    for view in views:
        if view.key.lower() == key:
            return view
    keys = ", ".join(view.key for view in views) or "none"
    shown = output.fit(output.one_line(words), 40)
    raise NotFoundError(f"There is no table {shown} here.", f"Tables: {keys}.")


# --- corrections ------------------------------------------------------------------------------------------


def _correct(desk: Desk, words: Sequence[str]) -> TableView:
    """Keep one correction, as the words after paper and table say it."""
    from r2p_tui.cli.table_text import table_key
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.tables import correct, load_table

    if len(words) < 4:
        raise UsageError(
            "A correction needs a paper, a table, and what to change.",
            "For example: r2p tables correct 1612.03144 3b 2 AP 38.5, or: ... 3b kind ablation",
        )
    paper_id = _paper_id(desk, words[0])
    view = load_table(desk, paper_id, table_key(words[1]))
    return correct(desk, paper_id, view.key, _correction(view, words[2:]), now=utc_now())


def _correction(view: TableView, words: Sequence[str]) -> Correction:
    """A row, a column and a text; or another action and what it takes, as `split column 4 /`."""
    from r2p_tui.domain.table_corrections import make_correction

    actions = (one for one in _TAKES if list(words[: len(one.split())]) == one.split())
    action: Action = next(actions, "cell")
    said = words if action == "cell" else words[len(action.split()) :]
    values = [" ".join(said)] if action == "kind" else said
    takes = _TAKES[action]
    if not len(takes) - ("[SEPARATOR]" in takes) <= len(values) <= len(takes):
        name = "" if action == "cell" else f" {action}"
        raise UsageError(
            "That is no correction.", f"It takes: r2p tables correct PAPER TABLE{name} {' '.join(takes)}"
        )
    given = dict(zip(takes, values, strict=False))
    new = next((given[take] for take in takes[::-1] if take in given and take not in ("ROW", "COLUMN")), "")
    return make_correction(
        view.table,
        action,
        row=_row(view, given["ROW"]) if "ROW" in given else None,
        column=_column(view, given["COLUMN"]) if "COLUMN" in given else None,
        new=_checked(action, output.one_line(new)),
    )


def _checked(action: Action, new: str) -> str:
    from r2p_tui.domain.understanding import KINDS

    known = {"kind": KINDS, "direction": ("up", "down")}.get(action)
    if known and new not in known:
        raise UsageError(f"“{new[:40]}” is no {action}.", f"Choose one of: {', '.join(known)}.")
    return new


def _row(view: TableView, word: str) -> int:
    from r2p_tui.domain.claims import find_row

    return find_row(view.table, view.understanding, word)


def _column(view: TableView, word: str) -> int:
    from r2p_tui.domain.claims import find_column

    return find_column(view.table, view.understanding, word)


def _undo(desk: Desk, words: Sequence[str]) -> TableView:
    """Take back the newest correction of a table."""
    from r2p_tui.cli.table_text import table_key
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.tables import undo_correction

    if len(words) != 2:
        raise UsageError("To undo needs a paper and a table.", "For example: r2p tables undo 1612.03144 3b")
    return undo_correction(desk, _paper_id(desk, words[0]), table_key(words[1]), now=utc_now())


# --- printing ---------------------------------------------------------------------------------------------


def _print(views: Sequence[TableView], options: Namespace) -> None:
    from r2p_tui.cli.table_text import table_json, write_for_programs, write_table

    if options.json:
        output.write_json([table_json(view) for view in views])
        return
    for number, view in enumerate(views):
        if number:
            output.write()
        if options.csv or options.md:
            write_for_programs(view, csv=options.csv, named=len(views) > 1)
        else:
            write_table(view)

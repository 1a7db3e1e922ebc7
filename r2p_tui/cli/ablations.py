"""`r2p ablations`: the rows of ablation tables that answer a question, over all papers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, add_limit, desk_for
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.services.ablations import FactorHit, RowHit, TableHit
    from r2p_tui.services.desk import Desk

WORDS = '"QUESTION"'
EXAMPLE = 'r2p ablations "does mosaic help small objects?"'
_SHOWN_DELTAS = 3
_NAME_WIDTH = 48
_FACTOR_WIDTH = 30
_LEAST_ROOM = 24


def configure(parser: Parser) -> None:
    """Declare the question, which may come in several words."""
    parser.add_argument("question", nargs="*", help="words of rows, headers and captions, and metrics")
    parser.add_argument("--all", action="store_true", help="search tables of every kind")
    parser.add_argument(
        "--worth", action="store_true", help="tell what the component named is worth, by paper"
    )
    add_limit(parser, 50)
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the rows, best first; nothing found is no error."""
    if options.all and options.worth:
        raise UsageError("Only ablations tell what a component is worth.", "Leave out --all.")
    with desk_for(options) as desk:
        (_worth if options.worth else _rows)(desk, options, " ".join(options.question))
    return ExitCode.OK


def _rows(desk: Desk, options: Namespace, question: str) -> None:
    from r2p_tui.services.ablations import search_rows

    hits = search_rows(desk, question, limit=options.limit, ablations_only=not options.all)
    if options.json:
        output.write_json({"question": question, "rows": [_row_values(hit) for hit in hits]})
    elif hits:
        _write_rows(hits)
    else:
        wider = "" if options.all else " Look in all tables with --all."
        output.say(f"No row answers that.{wider}")


def _worth(desk: Desk, options: Namespace, factor: str) -> None:
    from r2p_tui.services.ablations import compare_factor

    hits = compare_factor(desk, factor, limit=options.limit)
    if options.json:
        output.write_json({"factor": factor, "worth": [_values(hit) for hit in hits]})
    elif hits:
        _write_worth(hits)
    else:
        output.say("No ablation table tells what that is worth. See its rows without --worth.")


def _write_rows(hits: Sequence[RowHit]) -> None:
    """A line a row; on a terminal its name leaves half of the room to its changes."""
    heads = [(hit.paper, _place(hit)) for hit in hits]
    taken = sum(max(map(output.display_width, column)) + 2 for column in zip(*heads, strict=True))
    room = output.line_width(otherwise=output.UNLIMITED) - taken
    width = max(min(_NAME_WIDTH, room // 2), _LEAST_ROOM)
    names = [
        output.fit(hit.name if hit.deltas or hit.is_baseline else hit.label or hit.name, width)
        for hit in hits
    ]
    rows = zip(heads, names, map(_said, hits), strict=True)
    output.table([(*head, name, said) for head, name, said in rows])


def _write_worth(hits: Sequence[FactorHit]) -> None:
    """What one table says of a factor goes together, so that tables and papers stand below each other."""
    from r2p_tui.cli.table_text import change_text, in_lines

    by_table: dict[tuple[str, ...], list[str]] = {}
    for hit in hits:
        change = change_text(f"{hit.signed} {hit.metric}".strip(), better=hit.better)
        factor = output.fit(output.one_line(hit.factor), _FACTOR_WIDTH)
        place = tuple(map(output.one_line, (hit.paper, _place(hit), factor, hit.reason)))
        by_table.setdefault(place, []).append(output.one_line(change))
    widths = [max(map(output.display_width, column)) for column in zip(*by_table, strict=True)][:3]
    limit = output.line_width(otherwise=output.UNLIMITED)
    indent = " " * (sum(widths) + 6 if sum(widths) + 6 <= limit - _LEAST_ROOM else 2)
    for (*head, reason), changes in by_table.items():
        start = "  ".join(output.pad(text, width) for text, width in zip(head, widths, strict=True))
        pieces = [*(f"{change}," for change in changes[:-1]), changes[-1], *f"({reason})".split()]
        for line in in_lines([f"{start} ", *pieces], limit, indent):
            output.write(line.rstrip())


def _row_values(hit: RowHit) -> dict[str, Any]:
    cells = [{"header": header, "text": text} for header, text in hit.cells]
    deltas = [{"header": header, "value": value, "better": better} for header, value, better in hit.deltas]
    return {**_values(hit), "cells": cells, "deltas": deltas}


def _values(hit: TableHit) -> dict[str, Any]:
    """The fields of a hit under stable names; `paper` and `table` are what the commands take."""
    from dataclasses import asdict

    values = asdict(hit)
    del values["paper_id"]
    return {"paper": values.pop("paper"), "table": values.pop("key"), **values}


def _place(hit: TableHit) -> str:
    return f"{hit.table_name}, page {hit.page}" if hit.page else hit.table_name


def _said(hit: RowHit) -> str:
    """The changes of a row; its cells where there is nothing to compare it with."""
    from r2p_tui.cli.table_text import change_text
    from r2p_tui.domain.metrics import LEVELS
    from r2p_tui.domain.table_numbers import signed

    if hit.is_baseline:
        return "baseline"
    if not hit.deltas:
        return ", ".join(f"{header} {text}".strip() for header, text in hit.cells)
    texts = dict(reversed(hit.cells))
    changes = []
    for header, value, better in hit.deltas[:_SHOWN_DELTAS]:
        text = texts.get(header, "")
        change = change_text(signed(value, text), better=better)
        changes.append(" ".join(filter(None, (header.rsplit(LEVELS, 1)[-1], text, change))))
    return ", ".join(changes)

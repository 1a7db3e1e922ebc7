"""`r2p ablations`: the rows of ablation tables that answer a question, over all papers."""

from __future__ import annotations

from argparse import Namespace
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
        output.table([(hit.paper, _place(hit), *_said(hit)) for hit in hits])
    else:
        wider = "" if options.all else " Look in all tables with --all."
        output.say(f"No row answers that.{wider}")


def _worth(desk: Desk, options: Namespace, factor: str) -> None:
    from r2p_tui.services.ablations import compare_factor

    hits = compare_factor(desk, factor, limit=options.limit)
    if options.json:
        output.write_json({"factor": factor, "worth": [_values(hit) for hit in hits]})
    elif hits:
        output.table(
            [
                (hit.paper, _place(hit), _change(hit.header, "", hit.value, hit.better), _reason(hit))
                for hit in hits
            ]
        )
    else:
        output.say("No ablation table tells what that is worth. See its rows without --worth.")


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


def _said(hit: RowHit) -> tuple[str, str]:
    """What the row is called, and its changes; its cells where there is nothing to compare it with."""
    name = output.fit(hit.name, _NAME_WIDTH)
    if hit.is_baseline:
        return name, "baseline"
    if not hit.deltas:
        return output.fit(hit.label or hit.name, _NAME_WIDTH), ", ".join(
            f"{head} {text}" for head, text in hit.cells
        )
    texts = dict(reversed(hit.cells))
    shown = hit.deltas[:_SHOWN_DELTAS]
    return name, ", ".join(
        _change(header, texts.get(header, ""), value, better) for header, value, better in shown
    )


def _change(header: str, text: str, value: float, better: bool | None) -> str:
    """`AP_S 34.8 -1.3 worse`: sign and word, since colour may be missing."""
    verdict = {True: "better", False: "worse", None: ""}[better] if value else ""
    return " ".join(filter(None, (header.rsplit(" / ", 1)[-1], text, f"{value:+.6g}", verdict)))


def _reason(hit: FactorHit) -> str:
    return f"{hit.factor}: {hit.reason}" if hit.reason else hit.factor

"""`r2p claims`: the numbers of papers that the user keeps."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.claims import Claim
    from r2p_tui.store.papers import Paper

WORDS = "[PAPER | keep PAPER TABLE ROW COLUMN | drop NUMBER ...]"
EXAMPLE = "r2p claims keep 2304.08069 2 RT-DETR-R50 FPS --hardware T4"
_FIELDS = {
    "metric": "what the number is",
    "unit": "its unit",
    "dataset": "what it was measured on",
    "hardware": "what it was measured with",
    "condition": "what it was measured of",
}


def configure(parser: Parser) -> None:
    """Declare what may be done, and what may be said of a claim."""
    parser.add_argument("action", nargs="?", metavar="PAPER", help="list only the claims of this paper")
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="ROW and COLUMN are numbers from 1, or what is printed there"
    )
    group = parser.add_argument_group("r2p reads these from the table, unless you say them")
    for name, help_line in _FIELDS.items():
        group.add_argument(f"--{name}", metavar="TEXT", help=help_line)
    group.add_argument("--note", metavar="TEXT", help="a sentence of your own")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """List the newest first, keep one, or drop some."""
    acts = {"keep": _keep, "drop": _drop}
    act = acts.get(options.action, _list)
    said = [name for name in (*_FIELDS, "note") if getattr(options, name) is not None]
    if said and act is not _keep:
        raise UsageError(f"--{said[0]} belongs to r2p claims keep.", f"For example: {EXAMPLE}")
    with desk_for(options) as desk:
        act(desk, options)
    return ExitCode.OK


def claim_values(claim: Claim, paper: Paper | None) -> dict[str, Any]:
    """A claim under stable names; `page` is 0 where the source has none, `box` is in points."""
    fields = claim.model_dump(exclude={"id", "paper_id", "undone_at"})
    return {"id": claim.id, "paper": paper.key if paper else None, **fields}


def _list(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.claims import list_claims, papers_of_claims
    from r2p_tui.services.papers import find_view

    if options.words:
        raise UsageError("That is no way to name claims.", f"For example: {EXAMPLE}")
    found = list_claims(desk, paper_id=find_view(desk, options.action).paper_id if options.action else None)
    papers = papers_of_claims(desk, found)
    if options.json:
        output.write_json({"claims": [claim_values(claim, papers.get(claim.paper_id)) for claim in found]})
    elif found:
        output.table([_cells(claim, papers.get(claim.paper_id)) for claim in found], align=">")
    else:
        output.say("No claim yet. Keep one with: r2p claims keep PAPER TABLE ROW COLUMN")


def _keep(desk: Desk, options: Namespace) -> None:
    from r2p_tui.cli.table_text import table_key
    from r2p_tui.domain.claims import find_column, find_row
    from r2p_tui.services.claims import keep_claim
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.papers import find_view
    from r2p_tui.services.tables import load_table

    if len(options.words) != 4:
        raise UsageError("A claim needs paper, table, row and column.", f"For example: {EXAMPLE}")
    name, table_name, row_name, column_name = options.words
    paper = find_view(desk, name)
    view = load_table(desk, paper.paper_id, table_key(table_name))
    row = find_row(view.table, view.understanding, row_name)
    column = find_column(view.table, view.understanding, column_name)
    said = {name: getattr(options, name) for name in _FIELDS}
    claim = keep_claim(
        desk, paper.paper_id, view.key, row, column, **said, note=options.note or "", now=utc_now()
    )
    if options.json:
        output.write_json(claim_values(claim, paper.paper))
    else:
        output.table([_cells(claim, paper.paper)], whole=True)


def _drop(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.claims import drop_claims
    from r2p_tui.services.desk import utc_now

    numbers = options.words
    if not numbers or not all(number.isdecimal() and len(number) <= 18 for number in numbers):
        raise UsageError("Claims are dropped by their numbers.", "For example: r2p claims drop 12")
    dropped = drop_claims(desk, map(int, numbers), now=utc_now())
    if options.json:
        output.write_json({"dropped": [claim.id for claim in dropped]})
    else:
        output.table([("dropped", *_cells(claim, None)) for claim in dropped], whole=True)


def _cells(claim: Claim, paper: Paper | None) -> tuple[str, ...]:
    """Number, paper, place, what is claimed, and under what conditions."""
    from r2p_tui.domain.claims import stated

    place = f"{claim.table_name}, page {claim.page}" if claim.page else claim.table_name
    about = " · ".join(filter(None, (claim.condition, claim.dataset, claim.hardware, claim.note)))
    return (
        str(claim.id),
        paper.key if paper else "",
        place,
        stated(claim.metric, claim.text, claim.unit),
        about,
    )

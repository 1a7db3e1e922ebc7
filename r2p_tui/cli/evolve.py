"""`r2p evolve`: how an idea evolved, from a work to its most influential successor and on from there."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from datetime import date

    from r2p_tui.domain.citation_chain import Step

WORDS = "PAPER"
EXAMPLE = "r2p evolve 2005.12872"
_INDENT = "   "


def configure(parser: Parser) -> None:
    """Declare the paper."""
    parser.add_argument("paper", metavar="PAPER", help="arXiv id, address or DOI, in the library or not")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the path through what is stored; it ends where nobody looked, and says so."""
    from r2p_tui.services.citations import evolve, root_of
    from r2p_tui.services.desk import utc_now

    now = utc_now()
    with desk_for(options) as desk:
        root = root_of(desk, options.paper, now=now)
        steps = evolve(desk, root.work_id).steps
    if options.json:
        output.write_json({"paper": root.key or None, "steps": [_values(step, now.date()) for step in steps]})
        return ExitCode.OK
    _write(steps)
    _say_end(steps[-1])
    return ExitCode.OK


def _values(step: Step, today: date) -> dict[str, Any]:
    """A work of the path; `why` it follows on the one before, and why the path `end`s there, if it does."""
    from r2p_tui.cli.citation_text import work_values

    return {**work_values(step.work, today), "why": list(step.why), "end": step.end or None}


def _write(steps: Sequence[Step]) -> None:
    """A work below the one that it cites, with what makes it the successor between them."""
    from r2p_tui.cli.citation_text import published

    width = output.line_width(otherwise=output.UNLIMITED)
    for step in steps:
        if step.why:
            output.write("\n".join(output.wrap(f"↓ {', '.join(step.why)}", width, _INDENT)))
        cells = (step.work.key, published(step.work), step.work.title)
        output.write(output.fit("  ".join(map(output.one_line, filter(None, cells))), width))


def _say_end(last: Step) -> None:
    from r2p_tui.domain.citation_chain import END_WORDS

    output.say(END_WORDS[last.end])
    if last.end == "not looked" and last.work.key:
        output.say(f"Look with: r2p cites {last.work.key}")

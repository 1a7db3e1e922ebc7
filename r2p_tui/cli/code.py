"""`r2p code`: whether there is code for a paper, whose it is, and whether it lives."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.domain.code import Candidate
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.code import CodeLook
    from r2p_tui.store.papers import Paper

WORDS = "PAPER"
EXAMPLE = "r2p code 2304.08069 --refresh"
_WIDTH = 100


def configure(parser: Parser) -> None:
    """Declare the paper, and whether to look again."""
    parser.add_argument("paper", metavar="PAPER", help="arXiv id, address or DOI of a paper in the library")
    parser.add_argument("--refresh", action="store_true", help="look again, though there was a look before")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print what the last look found; the first time, or with --refresh, look."""
    from r2p_tui.services.code import named_by_paper
    from r2p_tui.services.papers import find_view

    with desk_for(options) as desk:
        paper = find_view(desk, options.paper).paper
        look = _look(desk, int(paper.id or 0), refresh=options.refresh)
    named = named_by_paper(paper)
    if options.json:
        output.write_json(_values(paper, look, named))
    elif look is None:
        _write_without_look(named)
    else:
        _write(look)
    return ExitCode.OK


def _look(desk: Desk, paper_id: int, *, refresh: bool) -> CodeLook | None:
    """The stored look, or a new one; None where there is none and the network may not be asked."""
    from r2p_tui.services import code
    from r2p_tui.services.desk import utc_now

    stored = code.code(desk, paper_id)
    if refresh or (stored is None and not desk.offline):
        return code.look(desk, paper_id, utc_now())
    return stored


def _values(paper: Paper, look: CodeLook | None, named: Candidate | None) -> dict[str, Any]:
    """Stable names; `code` is null where nobody looked, `named_by_paper` is known without a look."""
    fields = look and look.model_dump(exclude={"paper_id", "appeared_at"})
    if fields and fields["archived"] is not None:
        fields["archived"] = bool(fields["archived"])
    return {
        "paper": paper.key,
        "code": fields,
        "named_by_paper": named and named.repository.address,
    }


def _write(look: CodeLook) -> None:
    from r2p_tui.domain.code_words import told

    state, *lines = told(look)
    output.write(f"code: {state}", style="bold")
    _write_lines(lines)


def _write_without_look(named: Candidate | None) -> None:
    from r2p_tui.domain.code import FOUND_BY

    if named is not None:
        output.write(f"code: {named.state}", style="bold")
        _write_lines([f"{named.repository.address} · {FOUND_BY[named.found_by]}"])
    output.say("Nobody looked for its code yet, and r2p is offline: leave out --offline to look.")


def _write_lines(lines: list[str]) -> None:
    width = min(output.line_width(), _WIDTH)
    for line in lines:
        for part in output.wrap(line, width, "  "):
            output.write(part)

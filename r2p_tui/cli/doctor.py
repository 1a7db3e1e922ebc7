"""`r2p doctor`: every check with its verdict, and what to do about the bad ones."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.services.doctor import Finding

WORDS = ""
EXAMPLE = "r2p doctor --network"
_STYLES = {"warn": "yellow", "fail": "red"}


def configure(parser: Parser) -> None:
    """Declare the network check, which takes its time."""
    parser.add_argument("--network", action="store_true", help="ask arXiv's services too, at their pace")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the findings; the exit status is 1 when one of them fails."""
    from dataclasses import asdict

    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.doctor import examine, this_terminal

    findings = examine(
        options.paths,
        now=utc_now(),
        network=options.network and not options.offline,
        terminal=this_terminal(),
    )
    if options.json:
        output.write_json({"findings": [asdict(finding) for finding in findings]})
    else:
        _list(findings)
        if not options.network:
            output.say("arXiv was not asked; do that with: r2p doctor --network")
    return ExitCode.FAILED if any(finding.state == "fail" for finding in findings) else ExitCode.OK


def _list(findings: Sequence[Finding]) -> None:
    width = max(output.display_width(finding.name) for finding in findings)
    for finding in findings:
        head = f"{finding.state:<4}  {output.pad(finding.name, width)}  "
        first, *others = output.wrap(finding.sentence, output.line_width() - len(head))
        output.write(head + first, style=_STYLES.get(finding.state))
        for line in (*others, *output.wrap(finding.hint, output.line_width() - len(head))):
            if line:
                output.write(" " * len(head) + line)

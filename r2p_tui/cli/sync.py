"""`r2p sync`: read arXiv's listings, with progress on stderr and the outcome on stdout."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.cli.progress import Progress
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.sync import SyncResult

WORDS = ""
EXAMPLE = "r2p sync"


def configure(parser: Parser) -> None:
    """Declare the output format."""
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Sync every listing of the settings; a listing that failed makes the exit status that of its error."""
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.sync import SyncProgress, sync

    with desk_for(options) as desk, Progress() as progress:

        def report(step: SyncProgress) -> None:
            progress.show(step.step, step.done, step.total)

        result = sync(desk, now=utc_now(), report=report)
        if result.new or result.cross:
            progress.show("ranking", 0, None)
            _rank(desk)
    _show(result, as_json=options.json)
    if result.error is None:
        return ExitCode.OK
    output.complain(result.error)
    return result.error.exit_code


def _rank(desk: Desk) -> None:
    """Score what came in, so that the best stand first when triage opens."""
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.ranking import Ranker

    with Ranker() as ranker:
        ranker.rank(desk, cross=desk.settings.triage.cross_lists, now=utc_now())


def _show(result: SyncResult, *, as_json: bool) -> None:
    totals = {"new": result.new, "cross": result.cross, "replaced": result.replaced}
    if as_json:
        from dataclasses import asdict

        output.write_json(
            {"listings": [asdict(listing) for listing in result.listings], **totals, "kept": result.kept}
        )
        return
    output.table([(listing.listing, listing.outcome, listing.message) for listing in result.listings])
    output.write(f"total  {', '.join(f'{number:,} {name}' for name, number in totals.items())}")
    if result.kept:
        output.write(f"kept   {result.kept}")

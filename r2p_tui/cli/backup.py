"""`r2p backup`: a verified copy of the store, or the list of those there are."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.errors import ExitCode
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.domain.backup import Backup

WORDS = ""
EXAMPLE = "r2p backup --list"


def configure(parser: Parser) -> None:
    """Declare the list."""
    parser.add_argument("--list", action="store_true", help="list the backups, newest first, and write none")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Write a backup and print its path, or list all."""
    from dataclasses import asdict

    from r2p_tui.services.backup import back_up, list_backups
    from r2p_tui.services.desk import utc_now

    with desk_for(options) as desk:
        backups = list_backups(desk) if options.list else [back_up(desk, now=utc_now())]
    if options.json:
        values = [asdict(backup) for backup in backups]
        output.write_json({"backups": values} if options.list else values[0])
    elif options.list:
        _list(backups)
    else:
        output.write(str(backups[0].path))
        output.say(f"Verified: {count_of(backups[0].rows or 0, 'row')}, {_size(backups[0])}.")
    return ExitCode.OK


def _list(backups: list[Backup]) -> None:
    if not backups:
        output.say("There is no backup yet. Make one with: r2p backup")
        return
    output.table(
        [
            (f"{backup.taken_at.astimezone():%Y-%m-%d %H:%M}", backup.reason, _size(backup), backup.path.name)
            for backup in backups
        ],
        align="<<>",
        whole=True,
    )


def _size(backup: Backup) -> str:
    return f"{backup.bytes / 1_000_000:.1f} MB"

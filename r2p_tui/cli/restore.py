"""`r2p restore`: put a backup in the store's place; what stood there is kept."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json
from r2p_tui.errors import ExitCode, StoreReadOnlyError, UsageError

WORDS = "[BACKUP]"
EXAMPLE = "r2p restore"


def configure(parser: Parser) -> None:
    """Declare which backup, and the other way to mend a store."""
    parser.add_argument("backup", nargs="?", help="a name from r2p backup --list, or a path; else the newest")
    parser.add_argument(
        "--salvage", action="store_true", help="use no backup: save every readable row of a damaged store"
    )
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Restore or salvage, and say where the replaced file lies; works without opening the store."""
    from r2p_tui.services.backup import restore, salvage
    from r2p_tui.services.desk import utc_now

    if options.read_only:
        raise StoreReadOnlyError("The store is open for reading only.", "Try again without --read-only.")
    if options.salvage and options.backup:
        raise UsageError("A salvage takes no backup.", "Choose one: r2p restore, or r2p restore --salvage")
    now = utc_now()
    values: dict[str, Any]
    if options.salvage:
        saved = salvage(options.paths, now=now)
        values = {
            "backup": None,
            "rows": saved.rows,
            "incomplete": saved.incomplete,
            "message": saved.message,
        }
    else:
        restored = restore(options.paths, options.backup, now=now)
        values = {
            "backup": restored.backup.path,
            "rows": restored.rows,
            "kept": restored.kept,
            "message": restored.message,
        }
    if options.json:
        output.write_json(values)
    else:
        output.write(str(values["message"]))
    return ExitCode.OK

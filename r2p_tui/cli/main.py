"""From a command line to an exit status: picks the command, and is the last border for errors."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from r2p_tui import __version__
from r2p_tui.cli import output
from r2p_tui.cli.commands import COMMANDS, module_of, parser_of, read_options
from r2p_tui.cli.parser import TAKES_VALUE, Parser, add_globals
from r2p_tui.errors import ExitCode, R2PError
from r2p_tui.paths import find_paths

if TYPE_CHECKING:
    from argparse import Namespace

    from r2p_tui.paths import Paths

    # Opens the terminal program: finds its folders, knows the global options, is the demonstration or not.
    Screens = Callable[[Callable[[], Paths], Namespace, bool], int]

BROKEN_PIPE = 141
_REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


def main(arguments: Sequence[str], screens: Screens) -> int:
    """Run one command, or `screens` where none is named; returns the exit status."""
    os.umask(0o077)
    output.prepare()
    try:
        status = _run(arguments, screens)
        sys.stdout.flush()
    except R2PError as error:
        output.complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        output.say("\nr2p: Stopped; what was saved stays saved.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        output.drop()
        return BROKEN_PIPE
    except Exception as error:
        return _unexpected(error)
    return status


def split_command(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """The first word that is no option, and all the others in their order."""
    rest = list(arguments)
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        index += 2 if rest[index] in TAKES_VALUE else 1
    return (rest.pop(index), rest) if index < len(rest) else (None, rest)


def _run(arguments: Sequence[str], screens: Screens) -> int:
    command, rest = split_command(arguments)
    if command is None:
        return _without_command(rest, screens)
    options = read_options(parser_of(command), rest)
    options.screens = screens
    return int(module_of(command).run(options))


def _without_command(arguments: Sequence[str], screens: Screens) -> int:
    parser = Parser("", "[COMMAND ...]", "Opens the terminal program, or runs one command.", "")
    parser.epilog = _overview()
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    add_globals(parser)
    options = read_options(parser, arguments)
    if options.version:
        output.write(f"r2p {__version__}")
        return ExitCode.OK
    return screens(lambda: options.paths, options, False)


def _overview() -> str:
    lines = [f"  {name:<13}{help_line}" for name, (_, help_line) in COMMANDS.items()]
    return "\n".join(["commands:", *lines, "", "example:", "  r2p surprise --help"])


def _unexpected(error: Exception) -> int:
    """The last border: what the system refused is said in a sentence, a defect goes to the log."""
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        output.drop()
        what = f"{error.filename} cannot be used" if error.filename else "The output cannot be written"
        output.complain(R2PError(f"{what}: {error.strerror}.", "Check folders and space with: r2p doctor"))
    else:
        from r2p_tui.cli.crash import report_crash

        report_crash(error, find_paths().log)
    return ExitCode.FAILED

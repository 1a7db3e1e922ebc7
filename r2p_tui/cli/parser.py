"""Argument parsing that fails in r2p's own voice and takes global options on either side of the command."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from r2p_tui.errors import UsageError

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk

TAKES_VALUE = ("--home",)
_MOST_DIGITS = 20


class Parser(argparse.ArgumentParser):
    """The parser of one command; `words` is what it takes beside options, `example` closes its help.

    With `hands_on`, what stands after `--` belongs to another program: it is kept untouched, as `handed_on`.
    """

    hands_on = False

    def __init__(self, command: str, words: str, description: str, example: str) -> None:
        prog = f"r2p {command}".strip()
        super().__init__(
            prog=prog,
            usage=f"{prog} [options] {words}".strip(),
            description=description,
            epilog=f"example:\n  {example}",
            formatter_class=_Help,
            allow_abbrev=False,
        )

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse options and words in any order; raises UsageError that names what is wrong."""
        handed_on: list[str] = []
        if self.hands_on and "--" in arguments:
            cut = arguments.index("--")
            arguments, handed_on = arguments[:cut], list(arguments[cut + 1 :])
        # Words may stand between options, which argparse's intermixed mode allows but for a lone "--".
        parse = self.parse_known_args if "--" in arguments else self.parse_known_intermixed_args
        options, unknown = parse(arguments)
        if unknown:
            raise self._unknown(unknown[0])
        options.handed_on = handed_on
        return options

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"Try: {self.prog} --help")

    def _unknown(self, word: str) -> UsageError:
        import difflib

        if not word.startswith("-"):
            return UsageError(f"{self.prog} does not take “{word}”.", f"Try: {self.prog} --help")
        option = word.partition("=")[0]
        near = difflib.get_close_matches(option, self._option_string_actions, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Try: {self.prog} --help"
        return UsageError(f"{self.prog} has no option {option}.", hint)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Knows its width beforehand: argparse would import shutil for it, at each option."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **(options | {"width": _help_width(), "max_help_position": 28}))


def add_globals(parser: argparse.ArgumentParser) -> None:
    """The options that every command has."""
    group = parser.add_argument_group("everywhere")
    group.add_argument("--home", metavar="FOLDER", help="keep all files under FOLDER (as R2P_HOME does)")
    group.add_argument("--offline", action="store_true", help="ask nothing of the network")
    group.add_argument("--read-only", action="store_true", help="change nothing in the store")


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`, for commands that list or show."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def add_limit(parser: argparse.ArgumentParser, default: int) -> None:
    """`--limit N`, one or more."""
    parser.add_argument(
        "--limit",
        type=whole(1, 1_000_000),
        default=default,
        metavar="N",
        help=f"show at most N (default {default})",
    )


def desk_for(options: argparse.Namespace) -> Desk:
    """The desk that the global options ask for; raises ConfigError."""
    gc.enable()
    from r2p_tui.services.desk import open_desk

    return open_desk(options.paths, offline=options.offline, read_only=options.read_only)


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number of these; anything else is refused in a sentence."""

    def read(text: str) -> int:
        # Python refuses to read numbers of thousands of digits.
        if not text.isdecimal() or len(text) > _MOST_DIGITS or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a whole number from {low} to {high:,}")
        return int(text)

    return read


def _help_width() -> int:
    try:
        return min(int(os.environ.get("COLUMNS", "")) or 80, 100) - 2
    except ValueError:
        return 78

"""`r2p surprise`: one row, before the hand has left Enter."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json
from r2p_tui.cli.worktree import find_place
from r2p_tui.domain.surprises import KINDS, MAX_TEXT, SurpriseEntry, make_entry, nearest_kind, unknown_kind
from r2p_tui.domain.times import utc_text
from r2p_tui.errors import ExitCode, NotFoundError, R2PError, StoreReadOnlyError, UsageError
from r2p_tui.services.surprises import log_entry

if TYPE_CHECKING:
    from r2p_tui.domain.papers import PaperReference
    from r2p_tui.store.quick import Added

WORDS = "[TEXT ...]"
EXAMPLE = 'r2p surprise "slow on our T4" --paper 2304.08069 --claim 108 --observed 31 --unit FPS'


def configure(parser: Parser) -> None:
    """Declare the words and the options that go with them."""
    parser.add_argument("text", nargs="*", help="what you saw; from standard input when absent or -")
    parser.add_argument("--paper", metavar="ID", help="the paper it is about: arXiv id, address or DOI")
    parser.add_argument("--kind", default="other", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--claim", metavar="VALUE", help="what was claimed: a number, or where it stands")
    parser.add_argument("--observed", metavar="VALUE", help="what you measured")
    parser.add_argument("--unit", help="unit of both numbers, such as FPS or ms")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Store the words whatever else is wrong with the request, then say what was wrong with it."""
    doubts: list[R2PError] = []
    paper = _reference(options.paper, doubts)
    entry = make_entry(
        _text(options.text),
        kind=_kind(options.kind, doubts),
        claim=options.claim,
        observed=options.observed,
        unit=options.unit,
        place=find_place(),
    )
    now = datetime.now(UTC)
    added = _store(entry, paper, options, now)
    if paper and added.paper_id is None:
        doubts.append(NotFoundError(f"{paper} is not in your library.", f"Add it with: r2p add {paper}"))
    _show(added, entry, paper, now, as_json=options.json)
    return _explain(doubts, added, options.paper)


def _text(words: list[str]) -> str:
    if words not in ([], ["-"]):
        return " ".join(words)
    if sys.stdin is None or (sys.stdin.isatty() and not words):
        return ""
    return sys.stdin.buffer.read(4 * MAX_TEXT + 1).decode("utf-8", "replace")


def _kind(word: str, doubts: list[R2PError]) -> str:
    kind = nearest_kind(word)
    if kind is None:
        doubts.append(unknown_kind(word))
        return "other"
    if kind != word:
        output.say(f"Kind “{word[:40]}” is taken as {kind}.")
    return kind


def _reference(text: str | None, doubts: list[R2PError]) -> PaperReference | None:
    if text is None:
        return None
    from r2p_tui.domain.papers import parse_reference

    try:
        return parse_reference(text)
    except UsageError as error:
        doubts.append(error)
        return None


def _store(entry: SurpriseEntry, paper: PaperReference | None, options: Namespace, now: datetime) -> Added:
    """Words that cannot be stored are printed again, so that the user still has them."""
    try:
        if options.read_only:
            raise StoreReadOnlyError("The store is open for reading only.", "Try again without --read-only.")
        return log_entry(options.paths, entry, paper=paper, now=now)
    except BaseException:
        output.say(f"Not stored: {entry.text}")
        raise


def _show(
    added: Added, entry: SurpriseEntry, paper: PaperReference | None, now: datetime, *, as_json: bool
) -> None:
    if not as_json:
        output.write(f"surprise {added.surprise_id}")
        return
    values = entry._asdict() | entry.place._asdict()
    del values["place"]
    bound = paper.value if paper and added.paper_id is not None else None
    output.write_json({"id": added.surprise_id, "paper": bound, **values, "created_at": utc_text(now)})


def _explain(doubts: list[R2PError], added: Added, paper_text: str | None) -> ExitCode:
    for doubt in doubts:
        output.complain(doubt)
    if not doubts:
        return ExitCode.OK
    number = added.surprise_id
    unlinked = paper_text is not None and added.paper_id is None
    later = f" without a paper; link it with: r2p surprises link {number} {paper_text}" if unlinked else "."
    output.say(f"  Surprise {number} is stored all the same{later}")
    return doubts[0].exit_code

"""`r2p surprise`: one row, before the hand has left Enter."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json
from r2p_tui.cli.typed_words import paper_named, typed_words
from r2p_tui.cli.worktree import find_place
from r2p_tui.domain.surprises import (
    KINDS,
    MAX_TEXT,
    ClaimMention,
    SurpriseEntry,
    make_entry,
    mention_of,
    nearest_kind,
    unknown_kind,
)
from r2p_tui.domain.times import utc_text
from r2p_tui.errors import ExitCode, NotFoundError, R2PError, StoreReadOnlyError
from r2p_tui.services.surprises import log_entry, no_claim

if TYPE_CHECKING:
    from r2p_tui.domain.paper_ids import PaperReference
    from r2p_tui.store.quick import Added

WORDS = "[TEXT ...]"
EXAMPLE = 'r2p surprise "slow on our T4" --paper 2304.08069 --claim 108 --observed 31 --unit FPS'


def configure(parser: Parser) -> None:
    """Declare the words and the options that go with them."""
    parser.add_argument("text", nargs="*", help="what you saw; from standard input when absent or -")
    parser.add_argument("--paper", metavar="ID", help="the paper it is about: arXiv id, address or DOI")
    parser.add_argument("--kind", default="other", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument(
        "--claim", metavar="CLAIM", help="what was claimed: a number, where it stands, or a kept claim:12"
    )
    parser.add_argument("--observed", metavar="VALUE", help="what you measured")
    parser.add_argument("--unit", help="unit of both numbers, such as FPS or ms")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Store the words whatever else is wrong with the request, then say what was wrong with it."""
    doubts: list[R2PError] = []
    paper = paper_named(options.paper, doubts)
    entry = make_entry(
        typed_words(options.text, MAX_TEXT),
        kind=_kind(options.kind, doubts),
        claim=options.claim,
        observed=options.observed,
        unit=options.unit,
        place=find_place(),
    )
    now = datetime.now(UTC)
    mention = _mention(options)
    added = _store(entry, paper, mention, options, now)
    if mention:
        _tell_how_it_was_taken(mention, options.claim, added, doubts)
        _tell_of_another_paper(added, paper)
    if paper and added.paper_id is None:
        doubts.append(NotFoundError(f"{paper} is not in your library.", f"Add it with: r2p add {paper}"))
    _show(added, paper, now, as_json=options.json)
    return _explain(doubts, added, options.paper)


def _kind(word: str, doubts: list[R2PError]) -> str:
    kind = nearest_kind(word)
    if kind is None:
        doubts.append(unknown_kind(word))
        return "other"
    if kind != word:
        output.say(f"Kind “{word[:40]}” is taken as {kind}.")
    return kind


def _mention(options: Namespace) -> ClaimMention | None:
    """The kept claim that `--claim` names; a bare number does so where nothing else makes it a value."""
    mention = mention_of(options.claim)
    if mention is None:
        return None
    return mention._replace(sure=mention.sure or (options.observed is None and options.unit is None))


def _tell_how_it_was_taken(mention: ClaimMention, typed: str, added: Added, doubts: list[R2PError]) -> None:
    """A bare number may be a value or a claim: what it was taken for is said, with the way to the other."""
    number, kept = mention.number, added.claim
    if kept is None:
        if not typed.strip().isdecimal():
            doubts.append(no_claim(number))
    elif not mention.sure:
        output.say(f"{number} is taken as a number; for the claim {kept.words} write --claim claim:{number}")
    elif typed.strip().isdecimal():
        output.say(f"{number} is taken as the claim {kept.words}; for the number write --claim {number}.0")


def _tell_of_another_paper(added: Added, paper: PaperReference | None) -> None:
    kept = added.claim
    if kept and paper and added.entry.claim_id is not None and kept.paper != paper.value:
        output.say(f"Claim {kept.number} is of {kept.paper}, and so is this surprise.")


def _store(
    entry: SurpriseEntry,
    paper: PaperReference | None,
    claim: ClaimMention | None,
    options: Namespace,
    now: datetime,
) -> Added:
    """Words that cannot be stored are printed again, so that the user still has them."""
    try:
        if options.read_only:
            raise StoreReadOnlyError("The store is open for reading only.", "Try again without --read-only.")
        return log_entry(options.paths, entry, paper=paper, claim=claim, now=now)
    except BaseException:
        output.say(f"Not stored: {entry.text}")
        raise


def _show(added: Added, paper: PaperReference | None, now: datetime, *, as_json: bool) -> None:
    if not as_json:
        output.write(f"surprise {added.surprise_id}")
        return
    values = added.entry._asdict() | added.entry.place._asdict()
    del values["place"]
    bound = _paper_key(added, paper)
    output.write_json({"id": added.surprise_id, "paper": bound, **values, "created_at": utc_text(now)})


def _paper_key(added: Added, paper: PaperReference | None) -> str | None:
    if added.claim and added.entry.claim_id is not None:
        return added.claim.paper
    return paper.value if paper and added.paper_id is not None else None


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

"""`r2p review`: the agenda of the monthly research review, and its decisions taken in."""

from __future__ import annotations

import shlex
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.files import read_text, write_text
from r2p_tui.cli.parser import Parser, add_json, desk_for, whole
from r2p_tui.domain.times import short_date
from r2p_tui.errors import ExitCode, UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.domain.research_review import Agenda, Decision
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.research_reviews import ResearchReview

WORDS = "[take FILE | list | show NUMBER]"
EXAMPLE = """r2p review --to review.md
  r2p review take review.md
  r2p review list"""
_MOST_BYTES = 1_000_000


def configure(parser: Parser) -> None:
    """Declare the agenda, and how what was decided comes back."""
    parser.add_argument(
        "action", nargs="?", default="agenda", metavar="ACTION", help="the agenda unless told"
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="FILE as it was filled in, or -")
    parser.add_argument("--to", metavar="FILE", help="write the agenda there; a file that is there stays")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.add_argument("--minutes", type=whole(10, 480), metavar="N", help="how long the review lasts")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the agenda, or take a filled-in one."""
    act = {"agenda": _agenda, "take": _take, "list": _list, "show": _show}.get(options.action)
    if act is None:
        raise UsageError(
            f"r2p review cannot “{output.one_line(options.action)[:40]}”.", "There are: take, list, show."
        )
    if act is not _agenda and (options.to or options.force or options.minutes):
        raise UsageError(
            f"r2p review {options.action} writes no agenda.", "Leave out --to, --force and --minutes."
        )
    with desk_for(options) as desk:
        act(desk, options)
    return ExitCode.OK


def _agenda(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.research_review import agenda, markdown

    if options.words:
        raise UsageError("The agenda takes no words.", "Write it to a file with: r2p review --to review.md")
    found = agenda(desk, now=utc_now(), minutes=options.minutes)
    if options.to:
        write_text(options.to, markdown(found), replace=options.force)
    if options.json:
        output.write_json(_agenda_values(found))
    elif options.to:
        output.write(output.one_line(options.to))
        output.say("Fill in its decisions, then: r2p review take " + shlex.quote(output.one_line(options.to)))
    else:
        output.write(markdown(found).removesuffix("\n"))


def _take(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.research_review import take

    (name,) = _words(options, "FILE")
    text = read_text(name, most_bytes=_MOST_BYTES, too_large="Is it the agenda that r2p wrote?")
    taken = take(desk, text, now=utc_now())
    if options.json:
        decisions = [_decision_values(decision) for decision in taken.decisions]
        output.write_json({"review": taken.review_id, "decisions": decisions})
        return
    for decision in taken.decisions:
        output.write(f"{output.one_line(decision.name)}: {decision.ring or 'stays'}")
    output.say(f"Review {taken.review_id} is kept: {taken.words}.")


def _list(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.research_review import reviews

    if options.words:
        raise UsageError("r2p review list takes no words.", "Show one with: r2p review show 3")
    found = reviews(desk)
    if options.json:
        output.write_json({"reviews": [_review_values(review) for review in found]})
    elif found:
        output.table([_cells(review) for review in found], align=">")
    else:
        output.say("No review was held yet. Write the agenda of one with: r2p review --to review.md")


def _show(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.research_review import review

    (number,) = _words(options, "NUMBER")
    if not number.isdecimal() or len(number) > 18:
        raise UsageError("A review is shown by its number.", "See them with: r2p review list")
    found = review(desk, int(number))
    if options.json:
        output.write_json(_review_values(found) | {"agenda": found.agenda})
    else:
        output.write(found.agenda.removesuffix("\n"))


def _words(options: Namespace, wanted: str) -> list[str]:
    given: list[str] = options.words
    if len(given) != 1 or not given[0]:
        raise UsageError(f"Write: r2p review {options.action} {wanted}", "One of them at a time.")
    return given


# --- values and cells -------------------------------------------------------------------------------------


def _agenda_values(agenda: Agenda) -> dict[str, Any]:
    return {
        "held_on": agenda.held_on,
        "since": agenda.since,
        "minutes": agenda.minutes,
        "closing": agenda.closing,
        "left_over": agenda.spare,
        "items": [item._asdict() for item in agenda.items],
        "left_out": dict(agenda.left_out),
    }


def _decision_values(decision: Decision) -> dict[str, Any]:
    values = decision._asdict()
    del values["line"]
    return values


def _review_values(review: ResearchReview) -> dict[str, Any]:
    return review.model_dump(include={"id", "held_on", "decisions", "taken_at"})


def _cells(review: ResearchReview) -> tuple[str, ...]:
    told = ", ".join(f"{each['name']}: {each['ring'] or 'stays'}" for each in review.decisions)
    return str(review.id), short_date(review.held_on), count_of(len(review.decisions), "decision"), told

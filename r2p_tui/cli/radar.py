"""`r2p radar`: the technology radar, shown, changed and exported."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, desk_for
from r2p_tui.domain.times import local_day
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import date, datetime

    from r2p_tui.domain.radar import Ring, Technique
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.radar import NextUp
    from r2p_tui.services.radar_files import Kind

WORDS = "[ACTION] [WORD ...]"
EXAMPLE = 'r2p radar move RT-DETR TRIAL --because "31 FPS, enough for us" --next "shadow mode" --by 1mo'
# Spelled out for the help: completions load no domain.
_KINDS = ("byor-csv", "byor-json", "aoe", "zalando")
# What each action takes beside its words: options of others are refused rather than forgotten.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "show": (),
    "add": ("ring", "quadrant", "owner", "bucket", "description", "because", "next", "by", "paper"),
    "move": ("because", "next", "by"),
    "confirm": (),
    "rate": ("because",),
    "advice": (),
    "edit": ("quadrant", "owner", "bucket", "description", "next", "by"),
    "link": (),
    "unlink": (),
    "drop": (),
    "export": ("form", "skip_as", "hosted"),
}
_SPELLED = {"form": "as", "skip_as": "skip-as"}


def configure(parser: Parser) -> None:
    """Declare the actions, and what may be said of a technique."""
    parser.add_argument(
        "action", nargs="?", default="show", metavar="ACTION", help=f"{', '.join(_ACTIONS)}; show unless told"
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="names with spaces stand in quotes")
    said = parser.add_argument_group("what to say of a technique")
    said.add_argument("--because", metavar="TEXT", help="why it moves, or is rated so")
    said.add_argument("--next", metavar="TEXT", help="the next action; TRIAL and ASSESS need one")
    said.add_argument("--by", metavar="DAY", help="the day of the next action: 2w, 1mo, 2026-12-05")
    said.add_argument("--ring", metavar="RING", help="where it begins: ADOPT, TRIAL, ASSESS, HOLD, SKIP")
    said.add_argument("--quadrant", metavar="NAME", help="one of the four in your settings")
    said.add_argument("--owner", metavar="NAME", help="who sees to it")
    said.add_argument("--bucket", metavar="NAME", help="core, adjacency or exploratory")
    said.add_argument("--description", metavar="TEXT", help="what it is")
    said.add_argument("--paper", action="append", metavar="ID", help="a paper behind it; may be repeated")
    files = parser.add_argument_group("export FILE or FOLDER (- for standard output)")
    files.add_argument("--as", dest="form", choices=_KINDS, metavar="KIND", help=", ".join(_KINDS))
    files.add_argument("--skip-as", metavar="RING", help="draw SKIP as this ring, where there are only four")
    files.add_argument("--hosted", action="store_true", help="name the quadrants as Thoughtworks' site does")
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Show the radar, or do one thing with it."""
    act = _ACTIONS.get(options.action)
    if act is None:
        raise _unknown(options.action)
    _refuse_others(options)
    with desk_for(options) as desk:
        act(desk, options)
    return ExitCode.OK


def _unknown(action: str) -> UsageError:
    from r2p_tui.domain.radar import nearest

    near = nearest(action, _ACTIONS)
    there = f"There are: {', '.join(_ACTIONS)}."
    hint = f"Did you mean: r2p radar {near}?" if near else there
    return UsageError(f"r2p radar cannot “{output.one_line(action)[:40]}”.", hint)


def _refuse_others(options: Namespace) -> None:
    """An option that the action does not take is refused; raises UsageError."""
    everything = dict.fromkeys(name for names in _OPTIONS.values() for name in names)
    for name in everything:
        if getattr(options, name) in (None, False) or name in _OPTIONS[options.action]:
            continue
        takers = ", ".join(action for action, names in _OPTIONS.items() if name in names)
        spelled = _SPELLED.get(name, name)
        raise UsageError(f"r2p radar {options.action} takes no --{spelled}.", f"It belongs to: {takers}.")


# --- showing ----------------------------------------------------------------------------------------------


def _show(desk: Desk, options: Namespace) -> None:
    from r2p_tui.cli.radar_text import radar_values, write_radar
    from r2p_tui.services.radar import radar

    if options.words:
        _show_one(desk, options)
        return
    now = _now()
    view = radar(desk, now=now)
    if options.json:
        output.write_json(radar_values(view))
    elif view.techniques:
        write_radar(view, local_day(now))
    else:
        output.say("Nothing is on the radar yet. Add a technique with: r2p radar add NAME --ring ASSESS ...")


def _show_one(desk: Desk, options: Namespace) -> None:
    from r2p_tui.cli.prediction_text import line_values
    from r2p_tui.cli.radar_text import advice_values, technique_values, write_technique
    from r2p_tui.domain.radar_advice import advise
    from r2p_tui.services.radar import find, predictions_on, radar

    (name,) = _words(options, "NAME")
    now = _now()
    found = find(desk, name)
    advice, predictions = advise(found.ratings, found.ring), predictions_on(desk, found, now=now)
    if options.json:
        papers = {paper.paper_id: paper.key for paper in found.papers}
        told = [line_values(line, papers, local_day(now)) for line in predictions]
        output.write_json({**technique_values(found), "advice": advice_values(advice), "predictions": told})
    else:
        write_technique(found, advice, predictions, radar(desk, now=now), local_day(now))


def _advice(desk: Desk, options: Namespace) -> None:
    from r2p_tui.cli.radar_text import advice_values, write_advice
    from r2p_tui.domain.radar_advice import advise
    from r2p_tui.services.radar import find

    (name,) = _words(options, "NAME")
    found = find(desk, name)
    advice = advise(found.ratings, found.ring)
    if options.json:
        output.write_json({"technique": found.name, "stands_in": found.ring, **advice_values(advice)})
    else:
        write_advice(found, advice)


# --- changing ---------------------------------------------------------------------------------------------


def _add(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.radar import bucket_of, ring_of
    from r2p_tui.services.radar import add

    (name,) = _words(options, "NAME")
    now = _now()
    technique = add(
        desk,
        name,
        ring=ring_of(options.ring or ""),
        quadrant=options.quadrant or "",
        reason=options.because or "",
        owner=options.owner or "",
        bucket=bucket_of(options.bucket) if options.bucket is not None else None,
        description=options.description or "",
        next_action=options.next or "",
        next_on=_day(options.by, now),
        papers=options.paper or (),
        now=now,
    )
    _tell(technique, options, f"{technique.name} is in {technique.ring}.")


def _move(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.radar import ring_of
    from r2p_tui.services.radar import move

    name, ring = _words(options, "NAME", "RING")
    now = _now()
    technique = move(
        desk,
        name,
        ring_of(ring),
        reason=options.because or "",
        next_action=options.next or "",
        next_on=_day(options.by, now),
        now=now,
    )
    _tell(
        technique,
        options,
        f"{technique.name} moved from {technique.moves[-1].from_ring} to {technique.ring}.",
    )


def _confirm(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.radar import confirm

    (name,) = _words(options, "NAME")
    technique = confirm(desk, name, now=_now())
    _tell(technique, options, f"{technique.name} was reviewed and stays in {technique.ring}.")


def _rate(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.radar import factor_of
    from r2p_tui.services.radar import rate

    name, factor, score = _words(options, "NAME", "FACTOR", "1-5")
    if score not in ("1", "2", "3", "4", "5"):
        raise UsageError(
            f"“{output.one_line(score)[:40]}” is no rating from 1 to 5.",
            "For example: r2p radar rate RT-DETR maturity 4 --because ...",
        )
    which = factor_of(factor)
    technique = rate(desk, name, which, int(score), reason=options.because or "", now=_now())
    _tell(technique, options, f"{technique.name}: {which} {score}.")


def _edit(desk: Desk, options: Namespace) -> None:
    from r2p_tui.domain.radar import bucket_of
    from r2p_tui.services.radar import edit

    (name,) = _words(options, "NAME")
    if all(getattr(options, field) is None for field in _OPTIONS["edit"]):
        raise UsageError("What is to be changed?", "For example: r2p radar edit RT-DETR --owner Ana")
    technique = edit(
        desk,
        name,
        owner=options.owner,
        bucket=bucket_of(options.bucket) if options.bucket is not None else None,
        quadrant=options.quadrant,
        description=options.description,
        next_up=_next_up(options),
    )
    _tell(technique, options, f"{technique.name} was changed.")


def _next_up(options: Namespace) -> NextUp | None:
    from r2p_tui.services.radar import NextUp

    if options.next is None and options.by is None:
        return None
    now = _now()
    return NextUp(options.next, _day(options.by, now), local_day(now))


def _link(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.radar import link_papers

    name, *papers = _words(options, "NAME", "PAPER", more=True)
    technique = link_papers(desk, name, papers)
    _tell(
        technique, options, f"Behind {technique.name}: {', '.join(paper.key for paper in technique.papers)}."
    )


def _unlink(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.radar import unlink_paper

    name, paper = _words(options, "NAME", "PAPER")
    technique = unlink_paper(desk, name, paper)
    _tell(technique, options, f"{output.one_line(paper)} is no longer behind {technique.name}.")


def _drop(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.radar import drop

    (name,) = _words(options, "NAME")
    technique = drop(desk, name, now=_now())
    _tell(technique, options, f"{technique.name} is off the radar; its history and its predictions stay.")


def _tell(technique: Technique, options: Namespace, sentence: str) -> None:
    if options.json:
        from r2p_tui.cli.radar_text import technique_values

        output.write_json(technique_values(technique))
        return
    output.write(sentence)


def _words(options: Namespace, *wanted: str, more: bool = False) -> list[str]:
    """The words of the action, as many as it needs; raises UsageError with how it is written."""
    given: list[str] = options.words
    if len(given) < len(wanted) or (len(given) > len(wanted) and not more) or not all(given):
        spelled = f"r2p radar {options.action} {' '.join(wanted)}{' ...' * more}"
        raise UsageError(f"Write: {spelled}", "Put names with spaces in quotes.")
    return given


def _day(text: str | None, now: datetime) -> date | None:
    if text is None:
        return None
    from r2p_tui.domain.due_dates import due_date

    return due_date(text, local_day(now))


def _now() -> datetime:
    from r2p_tui.services.desk import utc_now

    return utc_now()


# --- exporting --------------------------------------------------------------------------------------------


def _export(desk: Desk, options: Namespace) -> None:
    from r2p_tui.services.radar_files import export, write

    (place,) = _words(options, "FILE")
    kind = options.form or _kind_of(place)
    exported = export(desk, kind, skip_as=_skip_as(options.skip_as), hosted=options.hosted, now=_now())
    if place == "-" and exported.files:
        raise UsageError("AOE's radar is a folder of files.", "For example: r2p radar export radar --as aoe")
    said = exported.said
    if place == "-":
        output.write(exported.text.removesuffix("\n"))
    else:
        written = write(exported, Path(place))
        _tell_files([str(path) for path in written.paths], options)
        said += written.said
    for sentence in said:
        output.say(sentence)


def _tell_files(names: list[str], options: Namespace) -> None:
    if options.json:
        output.write_json({"files": names})
        return
    for name in names:
        output.write(output.one_line(name))


def _kind_of(place: str) -> Kind:
    """What the name of the file says; raises UsageError where it says nothing."""
    by_suffix: dict[str, Any] = {".csv": "byor-csv", ".json": "byor-json"}
    kind: Kind | None = by_suffix.get(Path(place).suffix.lower())
    if kind is None:
        raise UsageError("For which program is it?", f"Say --as {', '.join(_KINDS)}.")
    return kind


def _skip_as(text: str | None) -> Ring | None:
    if text is None:
        return None
    from r2p_tui.domain.radar import ring_of

    return ring_of(text)


_ACTIONS = {
    "show": _show,
    "add": _add,
    "move": _move,
    "confirm": _confirm,
    "rate": _rate,
    "advice": _advice,
    "edit": _edit,
    "link": _link,
    "unlink": _unlink,
    "drop": _drop,
    "export": _export,
}

"""What is said of techniques: where they stand and since when, what comes next, what speaks for a ring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from r2p_tui.domain.radar import Factor, Move, Movement, PaperBehind, Ring, Technique
from r2p_tui.domain.radar_advice import FACTORS, Advice, Part
from r2p_tui.domain.radar_fan import MARKS, Blip, blips_of
from r2p_tui.domain.times import ago, local_day, short_date
from r2p_tui.text import clean_line, count_of
from r2p_tui.tui.prediction_words import day_span
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.score_field import score_marks

if TYPE_CHECKING:
    from r2p_tui.services.radar import RadarView
    from r2p_tui.store.predictions import PredictionLine

MOVEMENT_WORDS: Final[Mapping[Movement, str]] = {
    Movement.NEW: "new",
    Movement.IN: "moved in",
    Movement.OUT: "moved out",
    Movement.NONE: "",
}
RING_STYLES: Final[Mapping[Ring, str]] = {
    Ring.ADOPT: "bold $success",
    Ring.TRIAL: "bold $primary",
    Ring.ASSESS: "bold $text",
    Ring.HOLD: "$muted",
    Ring.SKIP: "$muted",
}
STALE_MARK = "!"
"""Beside the age of a review, since a colour alone would tell nobody without colours."""
_NAMES_AT_MOST = 6


class RadarRow(NamedTuple):
    """A technique as it is listed, with its place on the plot.

    `due_in` counts the days until its next action, below zero where that day is past.
    """

    technique: Technique
    blip: Blip
    due_in: int | None

    @property
    def stale(self) -> bool:
        return self.blip.stale

    @property
    def due(self) -> bool:
        return self.due_in is not None and self.due_in <= 0


def rows_of(view: RadarView, now: datetime) -> list[RadarRow]:
    """The techniques in the order of their numbers: from ADOPT outwards."""
    today, by_id = local_day(now), {one.id: one for one in view.techniques}
    stale = frozenset(one.id for one in view.stale)
    return [
        RadarRow(one, blip, (one.next_on - today).days if one.next_on else None)
        for blip in blips_of(view.techniques, view.quadrants, view.since, stale)
        for one in [by_id[blip.technique_id]]
    ]


def matches(row: RadarRow, words: str) -> bool:
    """Whether every word is somewhere in what is listed; `stale`, `due`, `new`, `moved` are such words."""
    one = row.technique
    said = [one.name, one.ring, one.quadrant, one.owner, one.bucket, one.next_action, one.description]
    said += [f"{paper.key} {paper.title}" for paper in one.papers]
    said += ["stale"] if row.stale else []
    said += ["due"] if row.due else []
    said += [MOVEMENT_WORDS[row.blip.movement]]
    text = "\n".join(said).casefold()
    return all(word in text for word in words.casefold().split())


def due_words(days: int) -> str:
    """`due 2 d`, `due today`, `in 14 d`, `in 3 mo`."""
    return f"due {day_span(-days)}" if days < 0 else f"in {day_span(days)}" if days else "due today"


def bar_words(view: RadarView, rows: Sequence[RadarRow], shown: int) -> Content:
    """`14 techniques · 1 action due · core 64 %, adjacency 27 %, exploratory 9 %`."""
    if not rows:
        return Content("no technique yet")
    due = sum(row.due for row in rows)
    filtered = f" · {shown} shown" if shown != len(rows) else ""
    return Content.assemble(
        (f"{count_of(len(rows), 'technique')}{filtered}", "$text"),
        (f" · {count_of(due, 'action')} due" if due else "", "bold $due"),
        (f" · {_shares(view)}", "$muted"),
    )


def _shares(view: RadarView) -> str:
    if view.balance.too_few:
        return f"{view.balance.count} in ADOPT, TRIAL and ASSESS: too few to tell the balance"
    return ", ".join(f"{share.bucket.value} {share.percent:.0f} %" for share in view.balance.shares)


def stale_line(view: RadarView) -> str:
    """`! 2 not reviewed in a month: DEIM, Copy-paste`; empty where every technique was looked at."""
    names = [clean_line(one.name) for one in view.stale]
    more = len(names) - _NAMES_AT_MOST
    told = ", ".join(names[:_NAMES_AT_MOST]) + (f" and {more} more" if more > 0 else "")
    span = "a month" if view.stale_days == 31 else f"{view.stale_days} d"
    return f"{STALE_MARK} {len(names)} not reviewed in {span}: {told}" if names else ""


def marks_line(view: RadarView) -> Content:
    """What the marks beside the numbers stand for."""
    marks = (f"{MARKS[one]} {words}" for one, words in MOVEMENT_WORDS.items() if words)
    return Content.styled(f"{'  '.join(marks)} since {_day(view.since)}  {STALE_MARK} stale", "$muted")


# One technique


def head_lines(row: RadarRow, since: datetime, now: datetime) -> Iterator[Content]:
    """Its name, where it stands and since when, whose it is, what comes next; that nobody looked for long."""
    one, last = row.technique, row.technique.moves[-1]
    yield Content.styled(clean_line(one.name), "bold")
    moved = MOVEMENT_WORDS[row.blip.movement]
    yield Content.assemble(
        (one.ring.value, RING_STYLES[one.ring]),
        (f" since {_day(last.moved_at)} ({_age(last.moved_at, now)})", "$text"),
        (f" · {MARKS[row.blip.movement]} {moved} since {_day(since)}" if moved else "", "$accent"),
    )
    owner = clean_line(one.owner)
    facts = [clean_line(one.quadrant), one.bucket.value, f"owned by {owner}" if owner else "nobody owns it"]
    yield Content.styled(" · ".join(facts), "$muted")
    yield _next_line(row)
    if row.stale:
        yield Content.styled(
            f"{STALE_MARK} not reviewed for {ago(one.reviewed_at, now)}: c says it stays, m moves it",
            "bold $due",
        )


def _next_line(row: RadarRow) -> Content:
    """`next  latency on T4 · 18 Nov 2026 · due 2 d`."""
    one = row.technique
    if not one.next_action and one.next_on is None:
        return Content.styled("nothing comes next, N plans something", "$muted")
    action = clean_line(one.next_action) or "without words"
    if one.next_on is None or row.due_in is None:
        return Content.assemble(("next  ", "$primary"), action)
    day = f" · {short_date(one.next_on)} · {due_words(row.due_in)}"
    return Content.assemble(("next  ", "$primary"), action, (day, "bold $due" if row.due else "$muted"))


def move_lines(moves: Sequence[Move]) -> Iterator[Content]:
    """The history, the latest first, each step with its reason."""
    for move in reversed(moves):
        way = f"{move.from_ring.value} → {move.to_ring.value}" if move.from_ring else move.to_ring.value
        yield Content.assemble(
            (f"{_day(move.moved_at):>11}  ", "$muted"),
            (way, RING_STYLES[move.to_ring]),
            f"  {clean_line(move.reason)}",
        )


def paper_lines(papers: Sequence[PaperBehind]) -> Iterator[Content]:
    """What stands behind it, with what the commands call each."""
    if not papers:
        yield Content.styled("no paper stands behind it, e names one", "$muted")
    for paper in papers:
        yield Content.assemble(
            (f"{clean_line(paper.key)}  ", "$muted"), clean_line(paper.title or "without a title")
        )


def prediction_lines(lines: Sequence[PredictionLine]) -> Iterator[Content]:
    """What the user expects of it: how likely, and by when, or how it ended."""
    if not lines:
        yield Content.styled("no prediction about it, p writes one", "$muted")
    for line in lines:
        ended = f"came out {line.outcome}" if line.outcome else f"by {short_date(line.due_on)}"
        yield Content.assemble(
            (f"{100 * line.probability:>3.0f} %  ", "$accent"),
            clean_line(line.statement),
            (f"  {clean_line(ended)}", "$muted"),
        )


def advice_lines(advice: Advice, ring: Ring) -> Iterator[Content]:
    """The ring that the ratings speak for, why, and what each factor adds to the score."""
    yield advised(advice, ring)
    yield from (Content.assemble(("· ", "$muted"), clean_line(reason)) for reason in advice.reasons)
    yield from (_part_line(part) for part in advice.parts)
    for factor in advice.unknown if advice.parts else ():
        yield Content.styled(f"{_weighed(None, factor, FACTORS[factor].weight)}  not rated", "$muted")


def _weighed(score: int | None, factor: Factor, weight: float) -> str:
    """`●●●●○ advantage      22 %`."""
    return f"{score_marks(score)} {factor.value:<14}{100 * weight:>3.0f} %"


def advised(advice: Advice, ring: Ring) -> Content:
    """`TRIAL, where it stands · 3.6 of 5, 3.1 to 4.1 once all is rated`."""
    if advice.ring is None:
        rates = f"f rates {advice.rate_next.value} next" if advice.rate_next else "f rates the factors"
        return Content.assemble(("no ring yet", "bold"), (f", too little is rated: {rates}", "$muted"))
    stands = ", where it stands" if advice.agrees else f", though it stands in {ring.value}"
    score = f" · {advice.score:.1f} of 5" if advice.score is not None else ""
    between = f", {advice.low:.1f} to {advice.high:.1f} once all is rated" if advice.unknown else ""
    return Content.assemble(
        (advice.ring.value, RING_STYLES[advice.ring]), stands, (score + between, "$muted")
    )


def _part_line(part: Part) -> Content:
    """How it was rated and what that adds; an inverted factor adds less the higher it is."""
    against = "  more speaks against" if FACTORS[part.factor].inverted else ""
    return Content.assemble(
        _weighed(part.score, part.factor, part.weight),
        (f"  +{part.contribution:.2f}", "$accent"),
        (against, "$muted"),
    )


def balance_lines(view: RadarView) -> Iterator[Content]:
    """Each bucket's share beside what it should be; what is out of balance, in words."""
    for share in view.balance.shares:
        yield Content.assemble(
            f"{share.bucket.value:<12}",
            (f"{share.percent:>4.0f} %", "$text" if share.is_fine else "bold $due"),
            (f"  should be {share.low} to {share.high} %, {count_of(share.count, 'technique')}", "$muted"),
        )
    if view.balance.words:
        fine = all(share.is_fine for share in view.balance.shares)
        yield Content.styled(clean_line(view.balance.words), "$muted" if fine else "$due")


def empty_words(quadrants: Sequence[str]) -> Content:
    """What would fill the screen, and which key does it."""
    keys = (
        ("a", "adds one: its ring, why it stands there, and what comes next"),
        (
            'r2p radar add RT-DETR ASSESS --because "…" --next "measure" --by 4w',
            "the same from a shell",
        ),
        ("w", "shows the agenda of the monthly research review"),
    )
    names = ", ".join(clean_line(name) for name in quadrants)
    return joined(
        [
            Content.styled("No technique on the radar yet.", "bold $text"),
            Content.styled(f"Its rings are {', '.join(Ring)}; its quadrants {names}.", "$muted"),
            Content(""),
            *(Content.assemble((f"{key}\n", "$primary"), (f"    {words}", "$muted")) for key, words in keys),
        ]
    )


def _day(moment: datetime) -> str:
    return short_date(local_day(moment))


def _age(moment: datetime, now: datetime) -> str:
    age = ago(moment, now)
    return "just now" if age == "now" else age

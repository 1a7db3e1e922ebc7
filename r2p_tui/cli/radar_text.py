"""Techniques as JSON values and as lines of text, for the commands of the radar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.prediction_text import percent
from r2p_tui.domain.radar import Movement, is_action_due, movement
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from datetime import date

    from r2p_tui.domain.radar import Balance, Move, Technique
    from r2p_tui.domain.radar_advice import Advice
    from r2p_tui.domain.radar_fan import Blip
    from r2p_tui.services.radar import RadarView
    from r2p_tui.store.predictions import PredictionLine

_MAX_WIDTH = 100
_LABEL = 13
_MARKS = {Movement.NEW: "new", Movement.IN: "in", Movement.OUT: "out", Movement.NONE: ""}
_FAN_HEIGHT = 26
_WIDEST_FAN = 120


# --- for programs -----------------------------------------------------------------------------------------


def technique_values(technique: Technique) -> dict[str, Any]:
    """A technique under stable names, its history included."""
    return {
        "id": technique.id,
        "name": technique.name,
        "ring": technique.ring,
        "quadrant": technique.quadrant,
        "owner": technique.owner,
        "bucket": technique.bucket,
        "description": technique.description,
        "next_action": technique.next_action,
        "next_on": technique.next_on,
        "created_at": technique.created_at,
        "reviewed_at": technique.reviewed_at,
        "moves": [_move_values(move) for move in technique.moves],
        "papers": [{"paper": paper.key, "title": paper.title} for paper in technique.papers],
        "ratings": [rating._asdict() for rating in technique.ratings],
    }


def _move_values(move: Move) -> dict[str, Any]:
    return {
        "from": move.from_ring,
        "to": move.to_ring,
        "reason": move.reason,
        "next_action": move.next_action,
        "next_on": move.next_on,
        "moved_at": move.moved_at,
    }


def radar_values(view: RadarView) -> dict[str, Any]:
    """The whole radar; `movement` of each technique is since `since`."""
    stale, due = _ids(view.stale), _ids(view.actions)
    return {
        "since": view.since,
        "quadrants": list(view.quadrants),
        "techniques": [
            {
                **technique_values(technique),
                "movement": movement(technique, view.since),
                "stale": technique.id in stale,
                "action_due": technique.id in due,
            }
            for technique in view.techniques
        ],
        "stale_days": view.stale_days,
        "balance": _balance_values(view.balance),
    }


def _ids(techniques: Sequence[Technique]) -> set[int]:
    return {technique.id for technique in techniques}


def _balance_values(balance: Balance) -> dict[str, Any]:
    return {
        "count": balance.count,
        "too_few": balance.too_few,
        "words": balance.words,
        "shares": [
            {
                "bucket": share.bucket,
                "count": share.count,
                "percent": round(share.percent, 1),
                "from": share.low,
                "to": share.high,
                "status": share.status,
            }
            for share in balance.shares
        ],
    }


def advice_values(advice: Advice) -> dict[str, Any]:
    """What the ratings speak for; `score`, `low` and `high` are from 1 to 5."""
    return {
        "ring": advice.ring,
        "score": advice.score and round(advice.score, 4),
        "low": round(advice.low, 4),
        "high": round(advice.high, 4),
        "agrees": advice.agrees,
        "rate_next": advice.rate_next,
        "unknown": list(advice.unknown),
        "parts": [{**part._asdict(), "contribution": round(part.contribution, 4)} for part in advice.parts],
        "reasons": list(advice.reasons),
    }


# --- the whole radar --------------------------------------------------------------------------------------


def write_radar(view: RadarView, today: date) -> None:
    """The plot where there is room for it, what its numbers stand for, and in talk what needs attention."""
    from r2p_tui.domain.radar_fan import blips_of, fan

    width = min(output.line_width(), _WIDEST_FAN)
    blips = blips_of(view.techniques, view.quadrants, view.since, frozenset(_ids(view.stale)))
    drawn = fan(blips, view.quadrants, width, _FAN_HEIGHT)
    if not drawn.is_table:
        for row in drawn.rows:
            output.write("".join(span.text for span in row).rstrip())
        output.write()
    techniques = {technique.id: technique for technique in view.techniques}
    output.table([_cells(blip, techniques[blip.technique_id], today) for blip in blips], align=">")
    for sentence in attention(view, today):
        output.say(sentence)


def _cells(blip: Blip, technique: Technique, today: date) -> tuple[str, ...]:
    """Number, mark, ring, name, and the rest in one cell that may be cut."""
    from r2p_tui.domain.radar_fan import MARKS

    room = max(output.line_width(otherwise=output.UNLIMITED) // 3, 12)
    facts = (technique.quadrant, technique.bucket, technique.owner, next_words(technique, today))
    rest = " · ".join(filter(None, facts))
    return str(blip.number), MARKS[blip.movement], blip.ring, output.fit(blip.name, room), rest


def next_words(technique: Technique, today: date) -> str:
    """`run it on our T4, by 5 Dec 2026`; a day that has come is said to be due."""
    if technique.next_on is None:
        return technique.next_action
    when = f"{'due' if is_action_due(technique, today) else 'by'} {short_date(technique.next_on)}"
    return f"{technique.next_action}, {when}"


def attention(view: RadarView, today: date) -> Iterator[str]:
    """How many there are, which are stale, what is due, and the balance of the portfolio."""
    since = short_date(local_day(view.since))
    yield f"{count_of(len(view.techniques), 'technique')}; movement since {since}."
    if view.stale:
        names = ", ".join(
            f"{each.name} ({short_date(local_day(each.reviewed_at))})"
            for each in sorted(view.stale, key=lambda each: each.reviewed_at)
        )
        yield f"Not reviewed for over {count_of(view.stale_days, 'day')}: {names}."
    for each in sorted(view.actions, key=lambda each: each.next_on or today):
        yield f"Next action of {each.name}: {next_words(each, today)}."
    yield balance_words(view.balance)


def balance_words(balance: Balance) -> str:
    """Such as: Core 64 % (60-70), adjacency 27 % (20-30), exploratory 9 % (5-10): in balance."""
    if balance.too_few:
        return f"{balance.words[:1].upper()}{balance.words[1:]}."
    shares = (f"{share.bucket} {share.percent:.0f} % ({share.low}-{share.high})" for share in balance.shares)
    told = f"{', '.join(shares)}: {balance.words}."
    return told[:1].upper() + told[1:]


# --- one technique ----------------------------------------------------------------------------------------


def write_technique(
    technique: Technique, advice: Advice, predictions: Sequence[PredictionLine], view: RadarView, today: date
) -> None:
    """All that is known of one technique, its history last first."""
    width = min(output.line_width(), _MAX_WIDTH)
    output.write(f"{technique.name} · {technique.ring}", style="bold")
    for label, text in _facts(technique, view, today):
        _field(label, text, width)
    for move in reversed(technique.moves):
        _field(short_date(local_day(move.moved_at)), _move_words(move), width)
    for paper in technique.papers:
        _field("paper", f"{paper.key}  {paper.title}", width)
    for line in predictions:
        _field(f"prediction {line.id}", _prediction_words(line), width)
    for label, reason in zip_longest(["advice"], advice.reasons, fillvalue=""):
        _field(label, reason, width)


def _facts(technique: Technique, view: RadarView, today: date) -> Iterator[tuple[str, str]]:
    stale = technique.id in _ids(view.stale)
    yield "what it is", technique.description
    yield "quadrant", technique.quadrant
    yield "bucket", technique.bucket
    yield "owner", technique.owner
    yield "next", next_words(technique, today)
    yield "reviewed", short_date(local_day(technique.reviewed_at)) + ", stale" * stale
    yield "movement", _MARKS[movement(technique, view.since)]


def _field(label: str, text: str, width: int) -> None:
    if not text:
        return
    lines = list(output.wrap(text, width - _LABEL))
    output.write(f"{output.pad(label, _LABEL)}{lines[0]}")
    for line in lines[1:]:
        output.write(" " * _LABEL + line)


def _move_words(move: Move) -> str:
    came = f"{move.from_ring} to {move.to_ring}" if move.from_ring else f"new in {move.to_ring}"
    return f"{came}: {move.reason}"


def _prediction_words(line: PredictionLine) -> str:
    ended = line.outcome or f"due {short_date(line.due_on)}"
    return f"{line.statement} ({percent(line.probability)}, {ended})"


def write_advice(technique: Technique, advice: Advice) -> None:
    """The ring that the ratings speak for, each with its weight, and every reason."""
    from r2p_tui.domain.radar_advice import FACTORS

    width = min(output.line_width(), _MAX_WIDTH)
    output.write(f"{technique.name}: {advice.ring or 'too little is known'}", style="bold")
    rated = {part.factor: part for part in advice.parts}
    rows = []
    for factor, told in FACTORS.items():
        part = rated.get(factor)
        score, adds = (str(part.score), f"{part.contribution:.2f}") if part else ("-", "")
        rows.append((factor, score, f"x {told.weight:.2f}", adds, part.reason if part else told.question))
    output.table(rows, align="<>>>")
    for reason in advice.reasons:
        for line in output.wrap(reason, width):
            output.write(line)

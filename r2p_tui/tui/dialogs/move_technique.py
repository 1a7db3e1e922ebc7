"""Move a technique to another ring, or say what comes next: the form asks what the ring needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from textual.content import Content

from r2p_tui.domain.radar import Ring, Technique, check_move
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import R2PError
from r2p_tui.text import clean_line
from r2p_tui.tui.dialogs.technique_form import Field, TechniqueForm
from r2p_tui.tui.widgets.choice_field import ChoiceField
from r2p_tui.tui.widgets.typed_field import LineField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.radar_keeper import RadarKeeper

RINGS: Final[tuple[Ring, ...]] = tuple(Ring)
NEEDS: Final[Mapping[Ring, str]] = {
    Ring.ADOPT: "ADOPT needs a reason: what proves that it is ready for every new project?",
    Ring.TRIAL: "TRIAL needs a reason, and a next action with a day: what is tried, and until when?",
    Ring.ASSESS: "ASSESS needs a reason, and a next action with a day: what is found out, and until when?",
    Ring.HOLD: "HOLD needs a reason: what must change before you look again?",
    Ring.SKIP: "SKIP needs a specific reason: “superseded by …” or “constraint not met: …”.",
}
DAY_HINT = "4w, 3mo or 2026-12-18"


def move_fields() -> Iterator[Field]:
    """Why, and what comes next until when."""
    yield "reason", "because", LineField(placeholder="what speaks for it")
    yield "action", "next", LineField(placeholder="latency on T4 at batch 1")
    yield "on", "by", LineField(placeholder=DAY_HINT)


def asked_field(
    from_ring: Ring | None, to: Ring, reason: str, action: str, on: date | None, today: date
) -> str:
    """The name of the field that a refused move lacks; empty where nothing is wrong with them."""
    if _is_fine(from_ring, to, reason, action, on, today):
        return ""
    if not _is_fine(from_ring, to, reason, "anything", today, today):
        return "reason"
    return "on" if action or (on is not None and on < today) else "action"


def _is_fine(
    from_ring: Ring | None, to: Ring, reason: str, action: str, on: date | None, today: date
) -> bool:
    try:
        check_move(from_ring, to, reason, action, on, today)
    except R2PError:
        return False
    return True


class MoveDialog(TechniqueForm):
    """The ring, why, and what comes next."""

    def __init__(self, keeper: RadarKeeper, technique: Technique) -> None:
        super().__init__(keeper, f"Move {technique.name}")
        self._technique = technique

    def above(self) -> Content:
        return standing(self._technique)

    def fields(self) -> Iterator[Field]:
        yield "ring", "to", ChoiceField(RINGS, RINGS.index(self._technique.ring))
        yield from move_fields()

    def need(self) -> str:
        ring = Ring(self.chosen("ring"))
        here = ring is self._technique.ring
        return f"It stands in {ring.value} now: 1 to 5 say where to." if here else NEEDS[ring]

    def work(self) -> Callable[[Desk], str]:
        technique, ring, on = self._technique, Ring(self.chosen("ring")), self.day("on")
        reason, action, now = self.typed("reason"), self.typed("action"), self._keeper.now()

        def move(desk: Desk) -> str:
            from r2p_tui.services import radar

            moved = radar.move(
                desk, technique.id, ring, reason=reason, next_action=action, next_on=on, now=now
            )
            return f"{moved.name}: {technique.ring.value} → {moved.ring.value}."

        return move

    def wrong_field(self, error: R2PError) -> str:
        ring, on = Ring(self.chosen("ring")), self.day("on")
        if ring is self._technique.ring:
            return "ring"
        said = self.typed("reason"), self.typed("action")
        return asked_field(self._technique.ring, ring, *said, on, self._today)


class NextDialog(TechniqueForm):
    """The next action and its day, in the place of those there are."""

    def __init__(self, keeper: RadarKeeper, technique: Technique) -> None:
        super().__init__(keeper, f"What comes next with {technique.name}?")
        self._technique = technique

    def above(self) -> Content:
        return standing(self._technique)

    def fields(self) -> Iterator[Field]:
        one = self._technique
        yield "action", "next", LineField(clean_line(one.next_action), placeholder="latency on T4 at batch 1")
        yield "on", "by", LineField(one.next_on.isoformat() if one.next_on else "", placeholder=DAY_HINT)

    def work(self) -> Callable[[Desk], str]:
        technique, action, on, now = self._technique, self.typed("action"), self.day("on"), self._keeper.now()

        def set_next(desk: Desk) -> str:
            from r2p_tui.services import radar

            radar.set_next(desk, technique.id, action, on, now=now)
            return f"{technique.name}: {action}" + (f", by {short_date(on)}." if on else ".")

        return set_next

    def wrong_field(self, error: R2PError) -> str:
        return "on" if self.typed("action") and not self.typed("on") else "action"


def standing(technique: Technique) -> Content:
    """Where it stands now, and why."""
    return Content.assemble(
        (
            f"{technique.ring.value} since {short_date(local_day(technique.moves[-1].moved_at))}: ",
            "",
        ),
        clean_line(technique.moves[-1].reason),
    )

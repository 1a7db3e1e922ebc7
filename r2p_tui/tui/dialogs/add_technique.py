"""Put a technique on the radar, or change what is known of one beside its ring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from r2p_tui.domain.paper_ids import parse_reference
from r2p_tui.domain.radar import Bucket, Ring, Technique, name_of, paragraph_of
from r2p_tui.errors import NotFoundError, R2PError
from r2p_tui.text import clean_line
from r2p_tui.tui.dialogs.move_technique import NEEDS, RINGS, asked_field, move_fields
from r2p_tui.tui.dialogs.technique_form import Field, TechniqueForm
from r2p_tui.tui.widgets.choice_field import ChoiceField
from r2p_tui.tui.widgets.typed_field import LineField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.radar_keeper import RadarKeeper

BUCKETS: Final[tuple[Bucket, ...]] = tuple(Bucket)
_PAPERS = "2304.08069, 10.1109/CVPR.2017.106; papers of your library"


class AddTechniqueDialog(TechniqueForm):
    """What it is called, where it stands and why, what comes next, and what stands behind it."""

    def __init__(
        self, keeper: RadarKeeper, quadrants: Sequence[str], added: Callable[[Technique], None]
    ) -> None:
        super().__init__(keeper, "Put a technique on the radar")
        self._quadrants = quadrants
        self._added = added

    def fields(self) -> Iterator[Field]:
        yield "name", "technique", LineField(placeholder="RT-DETR on edge devices")
        yield "ring", "ring", ChoiceField(RINGS, RINGS.index(Ring.ASSESS))
        yield "quadrant", "quadrant", ChoiceField(self._quadrants)
        yield "bucket", "bucket", ChoiceField(BUCKETS)
        yield from move_fields()
        yield "owner", "owner", LineField(placeholder="who answers for it")
        yield "papers", "papers", LineField(placeholder=_PAPERS)

    def need(self) -> str:
        return NEEDS[Ring(self.chosen("ring"))]

    def work(self) -> Callable[[Desk], str]:
        name, ring, on = self.typed("name"), Ring(self.chosen("ring")), self.day("on")
        quadrant, bucket = self.chosen("quadrant"), Bucket(self.chosen("bucket"))
        reason, action, owner = self.typed("reason"), self.typed("action"), self.typed("owner")
        papers, now = self.read("papers", _references), self._keeper.now()
        # In the thread of the writer, a form that was left has none.
        app = self.app

        def add(desk: Desk) -> str:
            from r2p_tui.services import radar

            added = radar.add(
                desk, name, ring=ring, quadrant=quadrant, bucket=bucket, owner=owner, reason=reason,
                next_action=action, next_on=on, papers=papers, now=now,
            )  # fmt: skip
            app.call_later(self._added, added)
            return f"{added.name} is on the radar, in {added.ring.value}."

        return add

    def wrong_field(self, error: R2PError) -> str:
        if isinstance(error, NotFoundError) or not self.typed("name"):
            return "papers" if self.typed("name") else "name"
        ring, on = Ring(self.chosen("ring")), self.day("on")
        said = self.typed("reason"), self.typed("action")
        return asked_field(None, ring, *said, on, self._today) or "name"


class EditTechniqueDialog(TechniqueForm):
    """Quadrant, bucket, owner, what it is, and the papers behind it."""

    def __init__(self, keeper: RadarKeeper, technique: Technique, quadrants: Sequence[str]) -> None:
        super().__init__(keeper, technique.name)
        self._technique = technique
        known = [quadrant.casefold() for quadrant in quadrants]
        own = [] if technique.quadrant.casefold() in known else [technique.quadrant]
        self._quadrants = [*quadrants, *own]

    def fields(self) -> Iterator[Field]:
        one = self._technique
        names = [name.casefold() for name in self._quadrants]
        keys = ", ".join(paper.key for paper in one.papers)
        yield "quadrant", "quadrant", ChoiceField(self._quadrants, names.index(one.quadrant.casefold()))
        yield "bucket", "bucket", ChoiceField(BUCKETS, BUCKETS.index(one.bucket))
        yield "owner", "owner", LineField(clean_line(one.owner), placeholder="who answers for it")
        yield "description", "what it is", LineField(clean_line(one.description), placeholder="in a sentence")
        yield "papers", "papers", LineField(clean_line(keys), placeholder=_PAPERS)

    def work(self) -> Callable[[Desk], str]:
        one, quadrant, bucket = self._technique, self.chosen("quadrant"), Bucket(self.chosen("bucket"))
        owner, description = self.read("owner", _owner), self.read("description", paragraph_of)
        papers, before = self.read("papers", _references), [paper.key for paper in one.papers]
        changed = description != clean_line(one.description)

        def edit(desk: Desk) -> str:
            from r2p_tui.services import radar

            radar.edit(
                desk, one.id, owner=owner, bucket=bucket,
                description=description if changed else None,
                quadrant=quadrant if quadrant != one.quadrant else None,
                papers=papers if papers != before else None,
            )  # fmt: skip
            return ""

        return edit

    def wrong_field(self, error: R2PError) -> str:
        return "papers" if isinstance(error, NotFoundError) else ""


def _owner(text: str) -> str:
    return name_of(text) if text else ""


def _references(text: str) -> list[str]:
    """The papers named, divided by commas or spaces; raises UsageError for what names none."""
    named = text.replace(",", " ").split()
    for reference in named:
        parse_reference(reference)
    return named

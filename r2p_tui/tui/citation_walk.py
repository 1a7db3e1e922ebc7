"""The walk through citations: which works were opened from which, where the user stands, which way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from r2p_tui.domain.citations import Direction, Work
from r2p_tui.tui.widgets.citation_tree import Branch, Ids

if TYPE_CHECKING:
    from r2p_tui.services.citations import Node

NodeKey = tuple[int, Direction]
"""A work, and which way it goes on from it."""
OTHER_WAY: dict[Direction, Direction] = {"citations": "references", "references": "citations"}


class _Known(NamedTuple):
    """What a node said when it was last loaded."""

    leads_to: int | None
    opened: tuple[Work, ...]


class Walk:
    """Begins at a root; a node is named by the works on the way to it, and goes the way its parent goes."""

    def __init__(self, root: Work) -> None:
        self.here: Ids = (root.work_id,)
        self._works: dict[int, Work] = {root.work_id: root}
        self._turned: dict[Ids, Direction] = {}
        self._known: dict[NodeKey, _Known] = {}

    @property
    def work(self) -> Work:
        """The work the user stands on."""
        return self._works[self.here[-1]]

    @property
    def direction(self) -> Direction:
        """Which way it goes on from here."""
        return self._direction_of(self.here)

    @property
    def key(self) -> NodeKey:
        """What is to be loaded here."""
        return self.here[-1], self.direction

    @property
    def here_and_way(self) -> tuple[Ids, Direction]:
        """Tells apart the same work reached on two ways, or seen from its two sides."""
        return self.here, self.direction

    @property
    def depth(self) -> int:
        return len(self.here) - 1

    def trail(self) -> list[Branch]:
        """The nodes from the root to where the user stands."""
        return [self._branch(self.here[: end + 1]) for end in range(len(self.here))]

    def branches(self) -> Iterator[Branch]:
        """The nodes of the tree from the top: what was opened from each node on the way to here."""
        return self._below(self.here[:1])

    def learn(self, key: NodeKey, node: Node) -> None:
        """Take over what the store knows of a node, whose id is another one where two works proved one."""
        before = self._known.get(key)
        works = {one.work_id: one for one in (*node.opened, *(before.opened if before else ()))}
        self._works |= {**works, key[0]: node.work}
        count = len(node.rows) if node.look.state != "never" or node.rows else None
        self._known[key] = _Known(count, tuple(works.values()))

    def enter(self, work: Work) -> None:
        """Go a level deeper; back to where the work was, if it is on the way already."""
        self._works[work.work_id] = work
        if work.work_id in self.here:
            self.here = self.here[: self.here.index(work.work_id) + 1]
            return
        known = self._known.get(self.key, _Known(None, ()))
        if all(one.work_id != work.work_id for one in known.opened):
            self._known[self.key] = known._replace(opened=(*known.opened, work))
        self.here = (*self.here, work.work_id)

    def follow(self, works: Sequence[Work]) -> None:
        """Forward along works of which each cites the one before, from here on."""
        if self.direction != "citations":
            self.turn()
        for work in works:
            self.enter(work)

    def up(self) -> bool:
        """Back by a level; False at the root."""
        if len(self.here) == 1:
            return False
        self.here = self.here[:-1]
        return True

    def go(self, ids: Ids) -> None:
        """Stand on a node of the tree."""
        self.here = ids

    def turn(self) -> None:
        """From those that cite it to those that it cites, or back."""
        self._turned[self.here] = OTHER_WAY[self.direction]

    def _direction_of(self, ids: Ids) -> Direction:
        for end in range(len(ids), 0, -1):
            if ids[:end] in self._turned:
                return self._turned[ids[:end]]
        return "citations"

    def _branch(self, ids: Ids) -> Branch:
        work, direction = self._works[ids[-1]], self._direction_of(ids)
        known = self._known.get((ids[-1], direction))
        told = work.citation_count if direction == "citations" else None
        return Branch(
            ids,
            work,
            direction,
            known.leads_to if known and known.leads_to is not None else told,
            ids == self.here,
        )

    def _below(self, ids: Ids) -> Iterator[Branch]:
        yield self._branch(ids)
        # Branches aside stay closed: where many works cite each other, there are more ways than works.
        if ids != self.here[: len(ids)]:
            return
        known = self._known.get((ids[-1], self._direction_of(ids)))
        for work in known.opened if known else ():
            if work.work_id not in ids:
                yield from self._below((*ids, work.work_id))

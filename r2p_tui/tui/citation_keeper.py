"""Citations behind one tab: loads nodes, asks the services, arranges rows, keeps what is decided."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import date
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Literal, NamedTuple

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from r2p_tui.domain.citation_filter import NO_FILTER, CitationFilter, matches
from r2p_tui.domain.citation_order import ordered
from r2p_tui.domain.citations import Citation, EvidenceClass, Work
from r2p_tui.errors import R2PError
from r2p_tui.tui.citation_walk import NodeKey

if TYPE_CHECKING:
    from r2p_tui.services.citations import CitationText, Evolution, LookProgress, LookResult, Node, Timeline
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.app import R2PApp

Wanted = Literal["keep", "later"]
NODES_AT_HAND = 6
READ_AFTER_SECONDS = 0.2


class Looked(Message):
    """How far a look is; a newer report replaces one that was not shown yet."""

    def __init__(self, progress: LookProgress) -> None:
        super().__init__()
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Looked)


class Arrangement(NamedTuple):
    """Which rows are shown, and in which order."""

    order: str
    filter: CitationFilter = NO_FILTER


class Arranged(NamedTuple):
    """A node as the store has it, by which key it was asked for, and the rows to show."""

    key: NodeKey
    node: Node
    rows: list[Citation]


class Root(NamedTuple):
    """Where the walk of a paper begins, and how many of its citing works the user has not seen."""

    work: Work
    new: int


def arranged(
    rows: Sequence[Citation], wanted: Arrangement, today: date, with_keywords: Container[int] = ()
) -> list[Citation]:
    """The rows that match, in order."""
    matching = rows
    if wanted.filter != NO_FILTER:
        matching = [row for row in rows if matches(row, wanted.filter, with_keywords)]
    return ordered(matching, wanted.order, today)


class CitationKeeper:
    """Runs the services for `owner`, which gets every step of a look as a `Looked` message."""

    def __init__(
        self, owner: Widget, app: R2PApp, paper_id: int, *, failed: Callable[[R2PError], None]
    ) -> None:
        self._owner = owner
        self._app = app
        self._paper_id = paper_id
        self._failed = failed
        self._stop: Event | None = None
        self._decided: list[Work] = []
        self._waits: Timer | None = None
        self._nodes: dict[tuple[NodeKey, Arrangement], Arranged] = {}

    @property
    def looking(self) -> bool:
        """Whether a look is under way."""
        return self._stop is not None

    @property
    def _today(self) -> date:
        return self._app.now().date()

    # Loading

    def find_root(self, done: Callable[[Root], None]) -> None:
        """The work that the paper is."""
        paper_id, now = self._paper_id, self._app.now()

        def work(desk: Desk) -> Root:
            from r2p_tui.services import citation_watch, citations

            news = (one.count for one in citation_watch.news(desk) if one.paper_id == paper_id)
            return Root(citations.root_of_paper(desk, paper_id, now=now), next(news, 0))

        self._app.tasks.run(self._owner, work, done, failed=self._failed, group="citations-root")

    def load(self, key: NodeKey, wanted: Arrangement, done: Callable[[Arranged], None]) -> None:
        """What the store has of a node, arranged; first as it was a moment ago, where that is known."""

        def loaded(found: Arranged) -> None:
            self._remember(wanted, found)
            done(found)

        def read() -> None:
            reading = self._reading(key, wanted)
            self._app.tasks.run(self._owner, reading, loaded, failed=self._failed, group="citations")

        self._read_later(None)
        before = self._nodes.get((key, wanted))
        if before is None:
            read()
        else:
            # Reading at once would hold up the frame that shows it.
            self._read_later(read)
            done(before)

    def load_ahead(self, key: NodeKey, wanted: Arrangement) -> None:
        """Have a node at hand that the user may open next."""
        if (key, wanted) not in self._nodes:
            self._app.tasks.run(
                self._owner,
                self._reading(key, wanted),
                partial(self._remember, wanted),
                failed=lambda _: None,
                group="citations-ahead",
            )

    def _reading(self, key: NodeKey, wanted: Arrangement) -> Callable[[Desk], Arranged]:
        today = self._today

        def work(desk: Desk) -> Arranged:
            from r2p_tui.services import citations

            node = citations.node(desk, *key)
            return Arranged(key, node, arranged(node.rows, wanted, today, _with_keywords(desk, node, wanted)))

        return work

    def _read_later(self, read: Callable[[], None] | None) -> None:
        """Read in a moment, and forget what was to be read until now."""
        if self._waits is not None:
            self._waits.stop()
        self._waits = self._owner.set_timer(READ_AFTER_SECONDS, read) if read is not None else None

    def _remember(self, wanted: Arrangement, found: Arranged) -> None:
        self._nodes.pop((found.key, wanted), None)
        self._nodes[found.key, wanted] = found
        while len(self._nodes) > NODES_AT_HAND:
            self._nodes.pop(next(iter(self._nodes)))

    def arrange(
        self, key: NodeKey, node: Node, wanted: Arrangement, done: Callable[[Arranged], None]
    ) -> None:
        """The rows of a loaded node in another way."""
        today = self._today
        before = self._nodes.get((key, wanted))
        if before is not None and before.node is node:
            done(before)
            return

        def work(desk: Desk) -> Arranged:
            return Arranged(key, node, arranged(node.rows, wanted, today, _with_keywords(desk, node, wanted)))

        def ready(found: Arranged) -> None:
            self._remember(wanted, found)
            done(found)

        self._read_later(None)
        self._app.tasks.run(self._owner, work, ready, failed=self._failed, group="citations")

    def text_of(
        self, citation: Citation, done: Callable[[CitationText], None], failed: Callable[[R2PError], None]
    ) -> None:
        """The sentences of a citation."""
        citing_id, cited_id = citation.citing_id, citation.cited_id

        def work(desk: Desk) -> CitationText:
            from r2p_tui.services import citations

            return citations.contexts(desk, citing_id, cited_id)

        self._app.tasks.run(self._owner, work, done, failed=failed, group="citation-text")

    def timeline(self, work_id: int, done: Callable[[Timeline], None]) -> None:
        """Citations a month."""

        def work(desk: Desk) -> Timeline:
            from r2p_tui.services import citations

            return citations.timeline(desk, work_id)

        self._app.tasks.run(self._owner, work, done, group="citation-timeline")

    def evolution(self, work_id: int, done: Callable[[Evolution], None]) -> None:
        """The chain of the most influential successors."""

        def work(desk: Desk) -> Evolution:
            from r2p_tui.services import citations

            return citations.evolve(desk, work_id)

        self._app.tasks.run(self._owner, work, done, group="citation-evolution")

    def bibtex(self, citation: Citation, done: Callable[[str], None]) -> None:
        """The work at the other end as an entry for a bibliography."""
        work_id = citation.work.work_id

        def work(desk: Desk) -> str:
            from r2p_tui.services import citations

            return citations.export(desk, work_id, "bibtex", rows=[citation])

        self._app.tasks.run(self._owner, work, done, group="citation-bibtex")

    # Looking

    def look(
        self,
        key: NodeKey,
        *,
        whole: bool,
        done: Callable[[LookResult | None], None],
        failed: Callable[[R2PError], None],
    ) -> bool:
        """Ask the services about a node; False while another look goes on. `done` gets None after a stop."""
        if self.looking:
            return False
        stop = self._stop = Event()
        owner, now = self._owner, self._app.now()

        def report(progress: LookProgress) -> None:
            owner.post_message(Looked(progress))

        def work(desk: Desk) -> LookResult:
            from r2p_tui.services import citations

            return citations.look(desk, *key, now=now, whole=whole, report=report, cancelled=stop.is_set)

        def ended(result: LookResult) -> None:
            self._stop = None
            done(result)

        def refused(error: R2PError) -> None:
            self._stop = None
            if stop.is_set():
                done(None)
            else:
                failed(error)

        self._app.tasks.run(owner, work, ended, failed=refused, group="citations-look")
        return True

    def stop(self) -> bool:
        """Ask the look to end; False where there is none."""
        if self._stop is None:
            return False
        self._stop.set()
        return True

    # What the user decides

    def seen(self) -> None:
        """Remember that the user saw who cites the paper."""
        paper_id, now = self._paper_id, self._app.now()

        def work(desk: Desk) -> None:
            from r2p_tui.services import citation_watch

            if not desk.read_only:
                citation_watch.mark_seen(desk, paper_id, now=now)

        self._app.tasks.in_order(self._owner, work, lambda _: None, failed=lambda _: None)

    def decide(self, work: Work, wanted: Wanted, done: Callable[[Work], None]) -> None:
        """Keep a work, or put it off: it becomes a paper of the library; `done` gets it with the decision."""
        work_id, now = work.work_id, self._app.now()

        def store(desk: Desk) -> int:
            from r2p_tui.services import citations

            decide = citations.keep if wanted == "keep" else citations.put_off
            return decide(desk, work_id, now=now)

        def decided(paper_id: int) -> None:
            self._nodes.clear()
            after = work._replace(paper_id=paper_id, decision=wanted)
            self._decided.append(after)
            done(after)

        self._app.tasks.in_order(self._owner, store, decided)

    def take_back(self, done: Callable[[Work], None]) -> bool:
        """Take back the newest decision made here; False where there is none."""
        if not self._decided:
            return False
        self._nodes.clear()
        work, now = self._decided.pop(), self._app.now()

        def store(desk: Desk) -> str | None:
            from r2p_tui.services import citations

            assert work.paper_id is not None  # noqa: S101  (it was decided)
            return citations.undo(desk, work.paper_id, now=now)

        self._app.tasks.in_order(self._owner, store, lambda before: done(work._replace(decision=before)))
        return True

    def correct(
        self, citation: Citation, evidence_class: EvidenceClass | None, done: Callable[[], None]
    ) -> None:
        """Put the user's class in the place of the rules' one; None takes it back."""
        citing_id, cited_id, now = citation.citing_id, citation.cited_id, self._app.now()

        def store(desk: Desk) -> None:
            from r2p_tui.services import citations

            citations.correct(desk, citing_id, cited_id, evidence_class, now=now)

        self._nodes.clear()
        self._app.tasks.in_order(self._owner, store, lambda _: done())


def _with_keywords(desk: Desk, node: Node, wanted: Arrangement) -> Container[int]:
    """Works with a keyword of the settings, looked up only where the filter asks for them."""
    if not wanted.filter.keywords:
        return ()
    from r2p_tui.services import citations

    return citations.keyword_works(desk, node.work.work_id, node.direction)

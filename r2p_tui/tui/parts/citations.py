"""Who cites a paper, and who cites those: a walk forward and back, with the sentences that say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from r2p_tui.domain.citation_filter import NO_FILTER
from r2p_tui.domain.citation_order import ORDERS
from r2p_tui.domain.citations import Direction, Work
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line
from r2p_tui.tui import citation_words
from r2p_tui.tui.citation_deciding import CitationDeciding
from r2p_tui.tui.citation_errands import CitationErrands
from r2p_tui.tui.citation_keeper import Arranged, Arrangement, CitationKeeper, Looked, Root, Wanted
from r2p_tui.tui.citation_looking import CitationLooking
from r2p_tui.tui.citation_walk import NodeKey, Walk
from r2p_tui.tui.described_key import described_key
from r2p_tui.tui.widgets.citation_filter_line import FilterLine
from r2p_tui.tui.widgets.citation_list import CitationList
from r2p_tui.tui.widgets.citation_side import CitationSide
from r2p_tui.tui.widgets.citation_text import SentencesPane
from r2p_tui.tui.widgets.citation_tree import CitationTree, Ids

if TYPE_CHECKING:
    from r2p_tui.services.citations import CitationText, Node
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.screens.base import DeskScreen

_key = partial(described_key, "citations")


class CitationsPart(Vertical, can_focus=True):
    """A tree of the walk, the works a step on from where the user stands, the sentences of the marked one."""

    BINDINGS = [
        _key("enter", "ask", "Ask who cites it", "ask", "ask", "enter"),
        _key("k", "decide('keep')", "Keep it: into the library", "keep", "keep"),
        _key("l", "decide('later')", "Put it off: triage asks again", "later", "later"),
        _key("slash", "filter", "Show only some of them", "filter", "filter", "/"),
        _key("s", "sort", "Next order: mix, influence, citations a month, date", "sort", "sort"),
        _key("R", "look", "Look for new ones; once more reads all again", "look", "refresh"),
        _key("b", "turn", "Turn around: what it cites, who cites it", "turn"),
        _key("backspace", "up", "Back up a level", "up"),
        _key("tab,shift+tab", "switch", "From the list to the tree and back", "switch"),
        _key("e", "evidence", "Correct what it does with the cited work", "evidence"),
        _key("T", "timeline", "Citations a month", "timeline"),
        _key("E", "evolve", "How the idea evolved", "evolve"),
        _key("u", "undo", "Take back the last keep or later", "undo"),
        _key("i", "open_paper", "Its own page, where it is in the library", "paper"),
        _key("o", "open_outside", "Open it in the browser", "outside"),
        _key("y", "copy", "Copy it as BibTeX", "copy"),
        _key("space", "scroll", "Scroll the sentences", "scroll"),
        _key("L", "screen.tab(1)", "Next part", "next_part"),
        _key("H", "screen.tab(-1)", "Previous part", "previous_part"),
        _key("escape", "back", "Stop, show all again, or leave the paper", "back"),
    ]
    DEFAULT_CSS = """
    CitationsPart {
        #citation-trail { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #citation-panes { height: 1fr; }
        #citation-tree { display: none; width: 1fr; }
        &.-tree {
            #citation-tree { display: block; }
            #citation-side { display: none; }
        }
    }
    """

    class Counted(Message):
        """How many cite the paper, in words for the tab."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    def __init__(self, paper_id: int, today: date, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._paper_id = paper_id
        self._today = today
        self._walk: Walk | None = None
        self._node: Node | None = None
        self._new = 0
        self._wanted = Arrangement(ORDERS[0])
        self._shown: tuple[Ids, Direction] | None = None
        self._marks: dict[tuple[Ids, Direction], int] = {}
        self._asks_if_never = False
        self._trouble: tuple[NodeKey, R2PError] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="citation-trail")
        with Horizontal(id="citation-panes"):
            yield CitationTree(id="citation-tree")
            yield CitationSide(self._today, id="citation-side")

    def on_mount(self) -> None:
        keeper = self.keeper = CitationKeeper(self, self._app, self._paper_id, failed=self._refused)
        self.looking = CitationLooking(self, keeper, stepped=self._look_stepped, ended=self._look_ended)
        self.deciding = CitationDeciding(
            self._app, keeper, decided=self._show_decision, corrected=self._show_correction
        )
        self.errands = CitationErrands(self._app, keeper)

    def on_unmount(self) -> None:
        self.looking.stop()

    def on_resize(self, event: events.Resize) -> None:
        self._show_trail()

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    @property
    def side(self) -> CitationSide:
        return self.query_one(CitationSide)

    @property
    def works(self) -> CitationList:
        return self.query_one(CitationList)

    @property
    def branches(self) -> CitationTree:
        return self.query_one(CitationTree)

    @property
    def _field(self) -> FilterLine:
        return self.query_one(FilterLine)

    @property
    def _is_looking_here(self) -> bool:
        return self._walk is not None and self.looking.at == self._walk.key

    @property
    def _error_here(self) -> R2PError | None:
        """What made the last look fail, if it was one from here."""
        if self._trouble is None or self._walk is None or self._trouble[0] != self._walk.key:
            return None
        return self._trouble[1]

    @property
    def marked_work(self) -> Work | None:
        """The work that a key acts on: of the tree where that has the keys, else of the list.

        Where nothing is listed it is the one the user stands on, though never the paper of the screen.
        """
        if self.branches.has_focus:
            return self.branches.marked.work if self.branches.marked and self.branches.marked.depth else None
        if self.works.marked is not None:
            return self.works.marked.work
        return self._walk.work if self._walk is not None and self._walk.depth else None

    def take_focus(self) -> None:
        """Give the keys to the list, or to the words in its place."""
        if self.has_class("-tree"):
            self.branches.focus()
        else:
            (self if self.side.is_empty else self.works).focus()
        self._see()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter asks where there is nothing to open yet."""
        if action == "ask":
            return self._node is not None and not self._node.rows and not self._is_looking_here
        return True

    # Loading

    def load(self) -> None:
        """Begin the walk at the paper, or show anew where it stands."""
        if self._walk is None:
            self.keeper.find_root(self._begin)
        else:
            self.keeper.load(self._walk.key, self._wanted, self._show)

    def _begin(self, root: Root) -> None:
        self._walk, self._new = Walk(root.work), root.new
        self.load()

    def _move(self, step: Callable[[Walk], object], *, asks: bool = False) -> None:
        """Stand somewhere else; remember which row was marked here. `asks` the service about a new work."""
        if self._walk is None:
            return
        if self.works.marked is not None and self._node is not None:
            self._marks[self._walk.here_and_way] = self.works.marked.work.work_id
        step(self._walk)
        self._asks_if_never = asks
        self.remove_class("-tree")
        self.load()

    # Showing

    def _show(self, found: Arranged) -> None:
        walk, node = self._walk, found.node
        if walk is None or found.key != walk.key:
            return
        moved, self._node, self._shown = self._shown != walk.here_and_way, node, walk.here_and_way
        walk.learn(found.key, node)
        self.branches.show(list(walk.branches()), quiet=True)
        self.branches.mark(walk.here)
        self._show_rows(found, cursor=0 if moved else None)
        if moved and (mark := self._marks.get(walk.here_and_way)):
            self.works.mark(mark)
        if self._asks_if_never and node.look.state == "never":
            self.action_look()
        self._asks_if_never = False

    def _show_rows(self, found: Arranged, cursor: int | None) -> None:
        self.works.show(found.rows, cursor=cursor, quiet=True)
        self._show_words()
        self.query_one(SentencesPane).show(self.works.marked)
        self._keep_focus()

    def _show_words(self) -> None:
        """Everything around the list."""
        node, rows, notes = self._node, self.works.rows, list[str]()
        self.side.set_class(not rows, "-nothing")
        self._show_trail()
        if node is None:
            return
        self._show_heading(node)
        self._tell_order()
        if not self._is_looking_here:
            error = self._error_here
            if not node.rows and error is not None:
                self.side.say(Content.styled(clean(error.message), "bold $error"), error.hint)
            elif not rows:
                self.side.say(*citation_words.nothing_shown(node, self._field.words))
            else:
                notes = citation_words.remarks(node, error.message if error is not None else "")
        self.side.remark(notes)
        self.refresh_bindings()
        if self._walk is not None and not self._walk.depth and node.direction == "citations":
            self.post_message(self.Counted(citation_words.tab_words(node, self._new)))

    def _show_trail(self) -> None:
        if self._walk is not None:
            trail = citation_words.trail_line(self._walk.trail(), max(self.size.width - 2, 20))
            self.query_one("#citation-trail", Static).update(trail, layout=False)

    def _show_heading(self, node: Node) -> None:
        """How many there are, and how old that is; while a look goes on, how far it is."""
        filtered = self._wanted.filter != NO_FILTER
        words = citation_words.counted(node, len(self.works.rows), filtered)
        fresh = citation_words.freshness(node.look, self._app.now())
        if self.looking.at is not None:
            fresh = self.looking.words if self._is_looking_here else f"elsewhere: {self.looking.words}"
        self.side.tell(words, fresh)
        if self._is_looking_here and not self.works.rows:
            self.side.say(Content(clean_line(fresh)), citation_words.STAYS_USABLE)

    def _tell_order(self) -> None:
        line = citation_words.order_line(self._wanted.order, self.works.marked, self._today)
        self.side.tell_order(line)

    def _keep_focus(self) -> None:
        """The keys go where there is something to move in, unless the user types or is in the tree."""
        in_dialog = self.app.screen is not self.screen
        if self.display and not in_dialog and not self._field.is_written_in and not self.branches.has_focus:
            self.take_focus()

    def _see(self) -> None:
        """What was new until now is not any more once it was in sight."""
        if self._new and self._node is not None:
            self.keeper.seen()
            self._new = 0

    def _refused(self, error: R2PError) -> None:
        if self._node is not None and self.works.rows:
            self._app.show_error(error)
        else:
            self.side.say(Content.styled(clean(error.message), "bold $error"), error.hint)

    # The marked citation

    @on(CitationList.Marked)
    def _show_marked(self, event: CitationList.Marked) -> None:
        event.stop()
        self._tell_order()
        self.query_one(SentencesPane).show(event.citation)

    @on(SentencesPane.Wanted)
    def _look_up(self, event: SentencesPane.Wanted) -> None:
        event.stop()
        pane = self.query_one(SentencesPane)

        def found(text: CitationText) -> None:
            marked = self.works.marked
            if marked is not None and marked[:2] == event.citation[:2]:
                pane.fill(marked, text)
                self._load_ahead(marked.work)

        self.keeper.text_of(event.citation, found, pane.say)

    def _load_ahead(self, work: Work) -> None:
        """What was looked at before opens without a wait."""
        if self._walk is not None and work.looked_at is not None:
            self.keeper.load_ahead((work.work_id, self._walk.direction), self._wanted)

    # Walking

    @on(CitationList.Opened)
    def _deeper(self, event: CitationList.Opened) -> None:
        event.stop()
        self._move(lambda walk: walk.enter(event.citation.work), asks=True)

    @on(CitationTree.Chosen)
    def _elsewhere(self, event: CitationTree.Chosen) -> None:
        event.stop()
        self.works.focus()
        self._move(lambda walk: walk.go(event.branch.ids))

    def action_up(self) -> None:
        if self._walk is not None and self._walk.depth:
            self._move(lambda walk: walk.up())
        else:
            self._app.tell("The walk begins here. escape leaves the paper.")

    def action_turn(self) -> None:
        self._move(lambda walk: walk.turn())

    def action_switch(self) -> None:
        """From the list to the tree, which takes its place where there is room for one pane only."""
        if self.branches.has_focus:
            self.remove_class("-tree")
            self.call_after_refresh(self.take_focus)
        else:
            narrow = not (self.screen.has_class("-two") or self.screen.has_class("-three"))
            self.set_class(narrow, "-tree")
            self.call_after_refresh(self.branches.focus)

    # Looking

    def action_ask(self) -> None:
        self.action_look()

    def action_look(self) -> None:
        """Fetch what is not stored; after a look that left some out, all again."""
        if self._walk is None:
            self.load()
        elif not self.looking.start(self._walk.key):
            self._app.tell("Another work is being read; this one is next.")

    @on(Looked)
    def _take_progress(self, event: Looked) -> None:
        event.stop()
        self.looking.take(event.progress)

    def _look_stepped(self) -> None:
        """Rows appear as they come, but not each time: arranging thousands of them takes a while."""
        self._show_words()
        self._keep_focus()
        shown = len(self._node.rows) if self._node is not None else 0
        worth_it = shown + 1 if self.looking.is_fifth_second else max(2 * shown, 1)
        if self._is_looking_here and self.looking.stored >= worth_it:
            self.load()

    def _look_ended(self, key: NodeKey, sentence: str, error: R2PError | None) -> None:
        if sentence:
            self._app.tell(sentence)
        self._trouble = (key, error) if error is not None else None
        if error is not None and self._error_here is None:
            self._app.show_error(error)
        self.load()

    # Filter and order

    def action_filter(self) -> None:
        self._field.write()

    @on(FilterLine.Changed)
    def _filter(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._arrange(self._wanted._replace(filter=event.wanted))

    @on(FilterLine.Left)
    def _to_list(self) -> None:
        self.take_focus()

    def action_sort(self) -> None:
        following = ORDERS[(ORDERS.index(self._wanted.order) + 1) % len(ORDERS)]
        self._arrange(self._wanted._replace(order=following))

    def _arrange(self, wanted: Arrangement) -> None:
        self._wanted = wanted
        if self._node is not None and self._walk is not None:
            key = self._walk.key
            self.keeper.arrange(key, self._node, wanted, lambda found: self._show_rows(found, cursor=0))

    # Deciding

    def action_decide(self, wanted: Wanted) -> None:
        if self.marked_work is not None:
            self.deciding.decide(self.marked_work, wanted)

    def action_undo(self) -> None:
        self.deciding.take_back()

    def _show_decision(self, work: Work) -> None:
        """At once and in its place; the order takes it in when the node is shown again."""
        node = self._node
        if node is None:
            return
        rows = [row._replace(work=work) if row.work.work_id == work.work_id else row for row in node.rows]
        self._node = replace(node, rows=rows)
        for row in self.works.rows:
            if row.work.work_id == work.work_id:
                self.works.exchange(row._replace(work=work))
                break

    def action_evidence(self) -> None:
        if self.works.marked is not None:
            self.deciding.judge(self.works.marked, self.query_one(SentencesPane).text)

    def _show_correction(self) -> None:
        self.query_one(SentencesPane).forget()
        self.load()

    # The other keys

    def action_timeline(self) -> None:
        if self._walk is not None:
            self.errands.timeline(self._walk.work, self._node)

    def action_evolve(self) -> None:
        if self._walk is not None:
            self.errands.evolution(self._walk.work, lambda works: self._move(lambda walk: walk.follow(works)))

    def action_open_paper(self) -> None:
        if (work := self.marked_work) is not None:
            self.errands.open_paper(work)

    def action_open_outside(self) -> None:
        work = self.marked_work or (self._walk.work if self._walk is not None else None)
        if work is not None:
            self.errands.open_outside(work)

    def action_copy(self) -> None:
        if self.works.marked is not None:
            self.errands.copy(self.works.marked)

    def action_scroll(self) -> None:
        self.query_one(SentencesPane).scroll_on()

    def action_back(self) -> None:
        """Out of the field; to the list; stop; show all again; at last leave the paper."""
        if self._field.is_written_in:
            self._field.close()
            self.take_focus()
        elif self.has_class("-tree"):
            self.action_switch()
        elif self.looking.stop():
            self._app.tell("Stopping after this page.")
        elif self._field.words:
            self._field.clear()
        else:
            cast("DeskScreen", self.screen).action_leave()

"""The works a step on from a node: how many, in which order, and the sentences of the marked one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from r2p_tui.text import clean
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.citation_filter_line import FilterLine
from r2p_tui.tui.widgets.citation_list import CitationList
from r2p_tui.tui.widgets.citation_text import SentencesPane

LEAST_HEIGHT_FOR_TEXT = 13


class CitationSide(Vertical):
    """A list with its heading and its text; words take the place of both where there is nothing to list."""

    DEFAULT_CSS = """
    CitationSide {
        width: 1fr;
        height: 1fr;
        #citation-heading { height: 1; }
        #citation-count { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #citation-fresh { width: auto; height: 1; padding-left: 2; color: $muted; }
        #citation-order { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #citation-remarks { display: none; height: auto; max-height: 3; color: $due; }
        #citation-list { height: 1fr; min-height: 3; }
        #citation-said { display: none; height: 1fr; padding: 1 1; }
        #citation-text { height: 45%; max-height: 18; border-top: solid $border; }
        &.-remarks #citation-remarks { display: block; }
        &.-low #citation-text { display: none; }
        &.-nothing {
            #citation-list, #citation-text, #citation-order { display: none; }
            #citation-said { display: block; }
        }
    }
    """

    def __init__(self, today: date, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="-nothing")
        self._today = today

    def compose(self) -> ComposeResult:
        with Horizontal(id="citation-heading"):
            yield Static(id="citation-count")
            yield Static(id="citation-fresh")
        yield Static(id="citation-order")
        yield FilterLine(id="citation-filter")
        yield Static(id="citation-remarks")
        yield CitationList(self._today, id="citation-list")
        yield Static("opening the citations …", id="citation-said")
        yield SentencesPane(self._today, id="citation-text")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < LEAST_HEIGHT_FOR_TEXT, "-low")

    @property
    def is_empty(self) -> bool:
        """Whether words stand in the place of the list."""
        return self.has_class("-nothing")

    def tell(self, count: str, fresh: str) -> None:
        """How many there are, and how old that is."""
        self.query_one("#citation-count", Static).update(SafeLine(count), layout=False)
        right = self.query_one("#citation-fresh", Static)
        right.update(SafeLine(fresh), layout=len(str(right.content)) != len(fresh))

    def tell_order(self, line: Content) -> None:
        self.query_one("#citation-order", Static).update(line, layout=False)

    def remark(self, notes: Sequence[str]) -> None:
        """What to know of the rows, above them."""
        block = self.query_one("#citation-remarks", Static)
        said = SafeLine(" ".join(notes))
        if str(block.content) != str(said):
            block.update(said)
        self.set_class(bool(notes), "-remarks")

    def say(self, words: Content, hint: str) -> None:
        """Words in the place of the list, and what can be done."""
        todo = Content.styled(clean(hint), "$muted")
        self.query_one("#citation-said", Static).update(Content("\n\n").join([words, todo]))
        self.add_class("-nothing")

"""The line that says which citations are shown; what it cannot read is told below it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from r2p_tui.domain.citation_filter import CitationFilter, parse_filter
from r2p_tui.errors import UsageError
from r2p_tui.tui.citation_words import FILTER_HELP
from r2p_tui.tui.safe_text import SafeLine

TYPING_SECONDS = 0.07


class FilterLine(Vertical):
    """In sight while it says something or has the keys; `Changed` comes when the hand rests."""

    DEFAULT_CSS = """
    FilterLine {
        display: none;
        height: auto;
        #filter-line { height: 1; }
        #filter-mark { width: 2; color: $primary; }
        #filter-words { width: 1fr; }
        #filter-refused { display: none; height: auto; max-height: 3; padding-left: 3; color: $error; }
        &.-open { display: block; }
        &.-refused #filter-refused { display: block; }
    }
    """

    class Changed(Message):
        """Another filter is asked for."""

        def __init__(self, wanted: CitationFilter) -> None:
            super().__init__()
            self.wanted = wanted

    class Left(Message):
        """The user is done with the line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._waits: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-line"):
            yield Static("/", id="filter-mark")
            yield Input(placeholder=FILTER_HELP, id="filter-words")
        yield Static(id="filter-refused")

    @property
    def words(self) -> str:
        """What is asked for, as it was written."""
        return self.query_one(Input).value.strip()

    @property
    def is_written_in(self) -> bool:
        return self.query_one(Input).has_focus

    def write(self) -> None:
        """Show the line and give it the keys."""
        self.add_class("-open")
        self.query_one(Input).focus()

    def close(self) -> None:
        """Out of sight, unless it says something."""
        self.set_class(bool(self.words), "-open")

    def clear(self) -> None:
        """Ask for everything."""
        self.query_one(Input).value = ""
        self.close()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._waits is not None:
            self._waits.stop()
        self._waits = self.set_timer(TYPING_SECONDS, self._read)

    def _read(self) -> None:
        try:
            wanted = parse_filter(self.words)
        except UsageError as error:
            self.query_one("#filter-refused", Static).update(SafeLine(f"{error.message} {error.hint}"))
            self.add_class("-refused")
        else:
            self.remove_class("-refused")
            self.post_message(self.Changed(wanted))

    @on(Input.Submitted)
    def _left(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()
        self.post_message(self.Left())

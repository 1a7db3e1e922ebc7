"""Facts below each other: a word at the left, what is said of it at the right, wrapped beside its word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.row_list import fit

_LEAST_TERM, _WIDEST_TERM = 10, 24
_WIDEST = 110


class Fact(NamedTuple):
    """One fact; without a term it goes on below the one before it. A mark stands before the text."""

    term: str
    text: str
    style: str = ""
    mark: str = ""
    mark_style: str = ""
    is_heading: bool = False


Sheet = list[Fact]


def title_fact(title: str, words: str) -> Fact:
    """A title with a word beside it, over the whole width."""
    return Fact(title, words, is_heading=True)


class FactSheet(Widget):
    """Draws its facts as wide as it is, as high as they need."""

    DEFAULT_CSS = "FactSheet { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts: Sequence[Fact] = ()
        self._drawn: tuple[int, Content] | None = None

    @property
    def words(self) -> list[str]:
        """The facts as lines of text."""
        return [clean_line(f"{fact.term} {fact.mark} {fact.text}") for fact in self._facts]

    def show(self, facts: Sequence[Fact]) -> None:
        """Replace the facts."""
        if list(facts) != list(self._facts):
            self._facts, self._drawn = list(facts), None
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._content(width).plain.count("\n") + 1 if self._facts else 0

    def render(self) -> Content:
        return self._content(self.size.width)

    def _content(self, width: int) -> Content:
        if self._drawn is None or self._drawn[0] != width:
            self._drawn = width, joined(_lines(self._facts, width))
        return self._drawn[1]


def _lines(facts: Sequence[Fact], width: int) -> Iterator[Content]:
    """All facts, with a line of air above each heading but the first."""
    terms = [cell_len(fact.term) for fact in facts if not fact.is_heading]
    term = min(max(terms, default=0), _WIDEST_TERM, max(width // 3, _LEAST_TERM))
    for place, fact in enumerate(facts):
        if fact.is_heading and place:
            yield Content("")
        yield from _lines_of(fact, width, max(term, _LEAST_TERM) + 1)


def _lines_of(fact: Fact, width: int, term: int) -> Iterator[Content]:
    """A fact in lines of at most `width` cells, of which the first `term` are for its word."""
    if fact.is_heading:
        title = Content.styled(clean_line(fact.term), "bold $primary")
        words = Content.styled(f"  {clean_line(fact.text)}" if fact.text else "", "$muted")
        yield (title + words).truncate(max(width, 1), ellipsis=True)
        return
    room = max(min(width, _WIDEST) - term, 8)
    mark = Content.styled(f"{fact.mark} " if fact.mark else "", fact.mark_style)
    for place, line in enumerate((mark + Content.styled(clean_line(fact.text), fact.style)).wrap(room)):
        yield Content.styled(" " * term if place else fit(fact.term, term - 1) + " ", "$muted") + line

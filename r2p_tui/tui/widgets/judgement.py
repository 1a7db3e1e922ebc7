"""Red flags and viability beside the note: a column where there is room, one line where there is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.reading import VIABILITY
from r2p_tui.text import clean, clean_line
from r2p_tui.tui.widgets.score_field import score_marks

if TYPE_CHECKING:
    from r2p_tui.store.reading import RedFlag, Viability


class Judgement(VerticalScroll, can_focus=False):
    """Shows what was judged, and how to judge where nothing was."""

    DEFAULT_CSS = """
    Judgement {
        scrollbar-size-vertical: 1;
        #judgement-line { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="judgement-column")
        yield Static(id="judgement-line")

    def show(self, flags: Sequence[RedFlag], ratings: Sequence[Viability]) -> None:
        """Show these flags and ratings."""
        scores = {rating.dimension: rating for rating in ratings}
        column = Content("\n\n").join([_flags(flags), _viability(scores)])
        self.query_one("#judgement-column", Static).update(column)
        self.query_one("#judgement-line", Static).update(_line(flags, scores))


def _flags(flags: Sequence[RedFlag]) -> Content:
    heading = Content.styled(f"Red flags {len(flags) or ''}".rstrip(), "bold $primary")
    if not flags:
        return heading + Content.styled("\nnone raised · f raises one", "$muted")
    lines = [heading]
    for flag in flags:
        lines.append(Content.assemble(("! ", "bold $due"), (clean_line(flag.kind), "")))
        if flag.evidence:
            lines.append(Content.styled(f"  {clean(flag.evidence)}", "$muted"))
    return Content("\n").join(lines)


def _viability(ratings: Mapping[str, Viability]) -> Content:
    lines = [Content.styled("Viability", "bold $primary")]
    for dimension in VIABILITY:
        rating = ratings.get(dimension)
        marks = score_marks(rating.score if rating else None)
        score = str(rating.score) if rating else "·"
        lines.append(Content.assemble((f"{dimension:<24} ", ""), (marks, "$accent"), (f" {score}", "bold")))
        if rating and rating.evidence:
            lines.append(Content.styled(f"  {clean(rating.evidence)}", "$muted"))
    if not ratings:
        lines.append(Content.styled("not rated · r rates it for your own use", "$muted"))
    return Content("\n").join(lines)


def _line(flags: Sequence[RedFlag], ratings: Mapping[str, Viability]) -> Content:
    raised = f"! {', '.join(flag.kind for flag in flags)}" if flags else "no red flags"
    scores = " ".join(str(ratings[name].score) if name in ratings else "·" for name in VIABILITY)
    return Content.assemble(
        (clean_line(raised), "$due" if flags else "$muted"),
        (f" · viability {scores}", "$muted"),
    )

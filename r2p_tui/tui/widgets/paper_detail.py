"""A paper beside its list: who, when, why it is here, and the abstract with those words underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.papers import PaperRow, author_line
from r2p_tui.domain.times import short_date
from r2p_tui.domain.triage import why_spans
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.papers import PaperView
    from r2p_tui.services.triage import Why
    from r2p_tui.tui.app import R2PApp


PAUSE = 0.05
"""Seconds that the mark must rest on a paper before it is looked up, so that moving stays quick."""


class PaperDetail(VerticalScroll, can_focus=False):
    """Shows one paper; the title at once, the rest as soon as the store answers."""

    DEFAULT_CSS = """
    PaperDetail {
        scrollbar-size-vertical: 1;
        & > Static { max-width: 74; height: auto; }
        & > #detail-title { text-style: bold; }
        & > #detail-facts { color: $muted; margin-bottom: 1; }
        & > #detail-why { margin-bottom: 1; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="detail-title")
        yield Static(id="detail-facts")
        yield Static(id="detail-why")
        yield Static(id="detail-abstract")

    def on_mount(self) -> None:
        self._waits = self.set_timer(PAUSE, lambda: None)

    def show(self, row: PaperRow | None) -> None:
        """Show a paper, or nothing."""
        self._put("title", Content(clean_line(row.title) if row else ""))
        if row is None:
            for part in ("facts", "why", "abstract"):
                self._put(part, Content(""))
            return
        self.scroll_home(animate=False)
        self._waits.stop()
        self._waits = self.set_timer(PAUSE, lambda: self._look_up(row))

    def _look_up(self, row: PaperRow) -> None:
        def look(desk: Desk) -> tuple[PaperView, Why]:
            from r2p_tui.services import papers, triage

            return papers.view_paper(desk, row.paper_id), triage.why(desk, row.paper_id)

        app = cast("R2PApp", self.app)
        app.tasks.run(self, look, self._fill, failed=self._say, group="detail")

    def _fill(self, found: tuple[PaperView, Why]) -> None:
        view, why = found
        terms = [term for term, _ in why.terms]
        self._put("title", _underlined(clean_line(view.paper.title), terms))
        self._put("facts", _facts(view))
        self._put("why", _because(why))
        abstract = clean(view.paper.abstract).strip()
        self._put(
            "abstract",
            _underlined(abstract, terms) if abstract else Content.styled("no abstract", "$muted"),
        )

    def _say(self, error: R2PError) -> None:
        self._put("abstract", Content.styled(clean(error.message), "$error"))

    def _put(self, part: str, content: Content) -> None:
        block = self.query_one(f"#detail-{part}", Static)
        block.update(content)
        block.display = bool(content)


def _facts(view: PaperView) -> Content:
    paper = view.paper
    facts = [author_line(paper.authors), " ".join(view.categories)]
    facts += [short_date(paper.published_at.date())] if paper.published_at else []
    facts += [
        paper.arxiv_id or paper.doi or "",
        f"v{paper.latest_version}",
        paper.comment or "",
        paper.code_url or "",
    ]
    return Content(clean_line(" · ".join(fact for fact in facts if fact)))


def _because(why: Why) -> Content:
    """`because  detr +1.2   real-time +0.8`."""
    if not why.terms:
        return Content("")
    parts: list[tuple[str, str]] = [("because", "$muted")]
    for term, weight in why.terms:
        parts.append((f"  {clean_line(term)} ", "bold"))
        parts.append((f"{weight:+.1f}", "$accent" if weight > 0 else "$due"))
    return Content.assemble(*parts)


def _underlined(text: str, terms: list[str]) -> Content:
    content = Content(text)
    for start, end in why_spans(text, terms):
        content = content.stylize("underline $accent", start, end)
    return content

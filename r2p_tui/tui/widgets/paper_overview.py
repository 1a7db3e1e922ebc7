"""What is known of a paper and what the user did with it so far, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.papers import author_line
from r2p_tui.domain.reading import standing
from r2p_tui.domain.times import ago, clock_text, short_date
from r2p_tui.text import clean, clean_line, count_of
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.code_line import CodeLine
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.score_field import score_marks

if TYPE_CHECKING:
    from r2p_tui.services.papers import PaperView

_DECIDED = {"keep": "kept", "skip": "skipped", "later": "put off for later"}
_MUTED = "$muted"


class PaperOverview(VerticalScroll):
    """The paper on the left, the user's history with it on the right, or below where there is less room."""

    DEFAULT_CSS = """
    PaperOverview {
        scrollbar-size-vertical: 1;
        layout: vertical;
        #overview-paper, #overview-history { height: auto; padding: 0 1; }
        #overview-history { margin-top: 1; }
        Static { max-width: 74; height: auto; }
        #overview-title { text-style: bold; margin-bottom: 1; }
    }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="overview-paper"):
            yield Static(id="overview-title")
            yield Static(id="overview-facts")
            yield CodeLine(id="overview-code")
            yield Static(id="overview-abstract")
        with Vertical(id="overview-history"):
            yield Static(id="overview-sections")

    def show(self, view: PaperView, now: datetime) -> None:
        """Fill the page."""
        abstract = clean(view.paper.abstract).strip()
        missing = Content.styled("No abstract is known yet. R reads arXiv again.", _MUTED)
        self.query_one("#overview-title", Static).update(SafeLine(view.paper.title))
        self.query_one("#overview-facts", Static).update(_facts(view))
        self.query_one("#overview-abstract", Static).update(Content(abstract) if abstract else missing)
        sections = [
            _decision(view, now),
            _readings(view),
            _note(view),
            _versions(view),
            _surprises(view, now),
        ]
        self.query_one("#overview-sections", Static).update(joined(sections, "\n\n"))


def _facts(view: PaperView) -> Content:
    paper = view.paper
    when = short_date(paper.published_at.date()) if paper.published_at else ""
    facts = [" ".join(view.categories), when, f"v{paper.latest_version}"]
    lines = [
        clean_line(author_line(paper.authors, limit=12)) or "authors not known",
        clean_line(" · ".join(fact for fact in facts if fact)),
        clean_line(paper.comment or ""),
    ]
    return Content.styled("\n".join(line for line in lines if line), _MUTED)


def _section(title: str, lines: list[Content]) -> Content:
    return Content("\n").join([Content.styled(title, "bold $primary"), *lines])


def _empty(words: str) -> list[Content]:
    return [Content.styled(words, _MUTED)]


def _decision(view: PaperView, now: datetime) -> Content:
    made = view.decision
    if made is None:
        return _section("Decision", _empty("not decided · k keeps, x skips"))
    words = f"{_DECIDED.get(made.decision, made.decision)} {_when(made.decided_at, now)}"
    words += f", score {made.score:.2f}" if made.score is not None else ""
    return _section("Decision", [Content(words)])


def _readings(view: PaperView) -> Content:
    if not view.readings:
        return _section("Reading", _empty("no pass yet · p starts the first one"))
    lines: list[Content] = []
    for one in view.readings:
        start = f"pass {one.pass_number}  v{one.version_read}  {clock_text(one.seconds):>7}  "
        verdict = one.verdict or "open"
        colour = {"stop": "$due", "go on": "$accent"}.get(verdict, "$primary")
        lines.append(Content.assemble((start, ""), (verdict, colour)))
        if one.reason:
            lines.append(Content.styled(f"        {clean_line(one.reason)}", _MUTED))
    total = sum(one.seconds for one in view.readings)
    return _section(f"Reading {clock_text(total)}", lines)


def _note(view: PaperView) -> Content:
    note = view.note
    if note is None:
        return _section("Note", _empty("nothing written yet · l opens the notes"))
    lines = [Content.styled(score_marks(note.relevance), "$accent")] if note.relevance else []
    lines += [Content(clean(text)) for text in (note.summary, note.key_insight) if text]
    flags = ", ".join(flag.kind for flag in view.flags)
    lines += [Content.styled(clean_line(f"! {flags}"), "$due")] if flags else []
    return _section(f"Note on v{note.version_read}", lines or _empty("no summary yet · l opens the notes"))


def _versions(view: PaperView) -> Content:
    known = [f"v{one.version} {_day(one.submitted_at)}".strip() for one in view.versions]
    lines = [Content(clean_line(" · ".join(known)) or f"v{view.paper.latest_version}")]
    read = standing(view.readings).version_read
    if read and read < view.paper.latest_version:
        lines.append(Content.styled(f"You read v{read}, v{view.paper.latest_version} is out.", "$due"))
    return _section("Versions", lines)


def _surprises(view: PaperView, now: datetime) -> Content:
    if not view.surprises:
        return _section("Surprises", _empty("none logged · s logs one"))
    lines = list(_surprise_lines(view, now))
    return _section(count_of(len(view.surprises), "surprise").capitalize(), lines)


def _surprise_lines(view: PaperView, now: datetime) -> Iterator[Content]:
    for one in view.surprises:
        yield Content.assemble((clean_line(one.text), ""), (f"  {_when(one.created_at, now)}", _MUTED))


def _when(moment: datetime, now: datetime) -> str:
    span = ago(moment, now)
    return "just now" if span == "now" else f"{span} ago"


def _day(moment: datetime | None) -> str:
    return short_date(moment.date()) if moment else ""

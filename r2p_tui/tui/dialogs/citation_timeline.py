"""How often a work is cited a month, and when what the user kept came out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from r2p_tui.domain.citations import Work
from r2p_tui.text import clean_line, count_of, shorten
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.month_bars import LETTERS, MonthBars

if TYPE_CHECKING:
    from r2p_tui.services.citations import Timeline

_KEPT_AT_MOST = 12
_NOTHING = "No citing work with a month is known yet. R asks Semantic Scholar who cites it."
_NONE_KEPT = "None of them is kept yet: k in the list keeps one, and it is marked here."


def show_timeline(app: App[Any], work: Work, timeline: Timeline, known: int) -> None:
    """Open the dialog; `known` is how many citing works there are, with a month or without."""
    app.push_screen(TimelineDialog(work, timeline, known))


class TimelineDialog(ModalScreen[None]):
    """Bars a month, letters below them for the kept works, and the same in words."""

    BINDINGS = [
        Binding("escape,q,T,enter", "dismiss", "close", id="timeline.close"),
        Binding("j,down", "scroll(1)", show=False, id="timeline.down"),
        Binding("k,up", "scroll(-1)", show=False, id="timeline.up"),
    ]
    DEFAULT_CSS = """
    TimelineDialog {
        #timeline-work { text-style: bold; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #timeline-said { margin-bottom: 1; color: $muted; }
    }
    """

    def __init__(self, work: Work, timeline: Timeline, known: int) -> None:
        super().__init__()
        self._work = work
        self._timeline = timeline
        self._known = known

    def compose(self) -> ComposeResult:
        months, marked = self._timeline.months, self._timeline.marked[:_KEPT_AT_MOST]
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = "Citations a month"
            yield Static(SafeLine(self._work.title), id="timeline-work")
            yield Static(SafeLine(summary(self._timeline, self._known)), id="timeline-said")
            if months:
                yield MonthBars(months, [month for _, month in marked])
                yield Static(_kept_works(marked))

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def summary(timeline: Timeline, known: int) -> str:
    """`1,204 since Apr 2023 · most in Mar 2026: 78 · 31.0/mo in the last 12 months`."""
    if not timeline.months:
        return _NOTHING
    total = sum(count for _, count in timeline.months)
    first = timeline.months[0][0]
    month, most = max(timeline.months, key=lambda one: one[1])
    last = [count for _, count in timeline.months[-12:]]
    said = [
        f"{count_of(total, 'citing work')} since {_month_words(first)}",
        f"most in {_month_words(month)}: {most:,}",
        f"{sum(last) / len(last):.1f}/mo in the last {count_of(len(last), 'month')} that are known",
    ]
    said += [f"not drawn: {known - total:,} without a month"] if known > total else []
    return " · ".join(said)


def _kept_works(marked: tuple[tuple[Work, date], ...]) -> Content:
    if not marked:
        return Content.styled(_NONE_KEPT, "$muted")
    return joined(
        Content.assemble(
            (f"{LETTERS[number]} ", "bold $accent"),
            (f"{_month_words(month):>8}  ", "$muted"),
            shorten(clean_line(work.title), 80),
        )
        for number, (work, month) in enumerate(marked)
    )


def _month_words(month: date) -> str:
    return f"{month:%b %Y}"

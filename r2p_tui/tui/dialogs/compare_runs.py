"""Two runs side by side: what they were told differently, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.curves import best_and_last, written_apart
from r2p_tui.domain.table_numbers import signed
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line
from r2p_tui.tui.dialogs.scrolled import ScrolledDialog
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.row_list import fit

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_comparing import Comparison, Measured, Setting
    from r2p_tui.tui.app import R2PApp

_NAME, _DIFFERENCE, _VERDICT = 18, 10, 7
_STYLES = {"better": "$success", "worse": "$error"}
_ARROWS = {"better": "▲", "worse": "▼"}


class CompareRunsDialog(ScrolledDialog):
    """Reads both runs, then tells; the second is measured against the first."""

    BINDINGS = [
        Binding("escape,q,c,enter", "dismiss", "close", id="compare.close"),
        Binding("x", "swap", "swap the two", id="compare.swap"),
    ]

    def __init__(self, first: int, second: int) -> None:
        super().__init__()
        self._runs = (first, second)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = self._heading()
            self.show_keys(dialog, ("x", "swap"))
            yield Static("reading both runs …", id="compared")

    def on_mount(self) -> None:
        self._load()

    def _load(self) -> None:
        first, second = self._runs

        def work(desk: Desk) -> Comparison:
            from r2p_tui.services import runs
            from r2p_tui.services.run_comparing import compare

            one, other = runs.find_run(desk, str(first)), runs.find_run(desk, str(second))
            return compare(one, runs.points(desk, first), other, runs.points(desk, second))

        cast("R2PApp", self.app).tasks.run(self, work, self._show, failed=self._failed, group="compare")

    def _show(self, found: Comparison) -> None:
        width = self.query_one(VerticalScroll).size.width
        self.query_one("#compared", Static).update(joined(comparison_lines(found, width - 1)))

    def _failed(self, error: R2PError) -> None:
        self.query_one("#compared", Static).update(
            Content.styled(clean(f"{error.message}\n{error.hint}"), "$error")
        )

    def _heading(self) -> Content:
        return Content(f"Run {self._runs[1]} against run {self._runs[0]}")

    def action_swap(self) -> None:
        """Measure the first against the second."""
        self._runs = (self._runs[1], self._runs[0])
        self.query_one(VerticalScroll).border_title = self._heading()
        self._load()


def comparison_lines(found: Comparison, width: int) -> Iterator[Content]:
    """The table of both, in lines of equal columns."""
    room = max((width - _NAME - _DIFFERENCE - _VERDICT - 3) // 2, 8)
    views = (found.first, found.second)
    yield _row("", [f"#{view.id} {view.name}" for view in views], room, style="bold")
    yield _row("state", [view.state_text for view in views], room)
    if found.metrics:
        yield Content("")
        yield _heading("Best, and last where it differs")
        yield from (_metric_row(one, room) for one in found.metrics)
        yield Content(verdict_words(found.metrics))
    yield Content("")
    yield _heading("Told differently" if found.settings else "Both were told the same.")
    for one in found.settings:
        yield from _setting_rows(one, room)


def verdict_words(metrics: Sequence[Measured]) -> str:
    """How the second stands to the first, in one sentence."""
    counts = {word: [one.name for one in metrics if one.verdict == word] for word in ("better", "worse")}
    parts = [f"{word} in {', '.join(names[:4])}" for word, names in counts.items() if names]
    return (
        f"The second is {' and '.join(parts)}." if parts else "Neither is better in a metric that both have."
    )


def _metric_row(one: Measured, room: int) -> Content:
    values = [best_and_last(best, last, one.best) for best, last in zip(one.best, one.last, strict=True)]
    difference = ""
    if one.difference is not None and one.verdict != "equal":
        difference = signed(one.difference, *(written_apart(value, one.best) for value in one.best))
    tail = f"{difference:>{_DIFFERENCE - 2}} {_ARROWS.get(one.verdict, ' ')} {one.verdict}"
    return _row(one.name, values, room) + Content.styled(tail, _STYLES.get(one.verdict, "$muted"))


def _setting_rows(one: Setting, room: int) -> Iterator[Content]:
    """Beside each other where there is room, else under each other."""
    values = [clean_line(one.first), clean_line(one.second)]
    if max(map(len, values)) < room:
        yield _row(one.name, values, room)
        return
    for name, value in zip((one.name, ""), values, strict=True):
        yield Content.assemble((fit(name, _NAME), "$muted"), value)


def _row(name: str, values: Sequence[str], room: int, style: str = "") -> Content:
    cells = "".join(fit(value, room - 1) + " " for value in values)
    return Content.assemble((fit(name, _NAME), "$muted"), (cells, style))


def _heading(words: str) -> Content:
    return Content.styled(words, "bold $primary")

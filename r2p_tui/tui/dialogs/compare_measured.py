"""Two measured things beside each other: the verdicts first, then every figure and whether it is fair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.measurement_words import figure
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line
from r2p_tui.tui.dialogs.scrolled import ScrolledDialog
from r2p_tui.tui.measurement_words import MARKS, STYLES, name_of
from r2p_tui.tui.widgets.fact_sheet import Fact, FactSheet, Sheet, title_fact
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.row_list import fit

if TYPE_CHECKING:
    from r2p_tui.domain.measurement_pair import MeasuredPair
    from r2p_tui.domain.measurements import Change, FairnessCheck
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_comparing import Comparison
    from r2p_tui.tui.app import R2PApp

_FIGURE, _NAME, _CHANGE = 18, 26, 10
_FAIR = {True: ("✓", "$success"), False: ("✗", "bold $error"), None: ("?", "$due")}


class CompareMeasuredDialog(ScrolledDialog):
    """Reads both, then tells; the second is measured against the first."""

    BINDINGS = [
        Binding("escape,q,c,enter", "dismiss", "close", id="compare_measured.close"),
        Binding("x", "swap", "swap the two", id="compare_measured.swap"),
    ]
    DEFAULT_CSS = "CompareMeasuredDialog #compared-figures { height: auto; margin-top: 1; }"

    def __init__(self, first: str, second: str) -> None:
        super().__init__()
        self._sides = (first, second)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = self._heading()
            self.show_keys(dialog, ("x", "swap"))
            yield FactSheet(id="compared")
            yield Static(id="compared-figures")

    def on_mount(self) -> None:
        self._load()

    def _load(self) -> None:
        first, second = self._sides
        self.query_one(FactSheet).show([title_fact("Reading both …", "")])

        def work(desk: Desk) -> MeasuredPair | Comparison:
            from r2p_tui.services import measurements

            return measurements.compare(desk, measurements.side(desk, first), measurements.side(desk, second))

        cast("R2PApp", self.app).tasks.run(self, work, self._show, failed=self._failed, group="compare")

    def _show(self, found: MeasuredPair | Comparison) -> None:
        from r2p_tui.domain.measurement_pair import MeasuredPair
        from r2p_tui.tui.dialogs.compare_runs import comparison_lines

        if not isinstance(found, MeasuredPair):
            width = self.query_one(VerticalScroll).size.width - 1
            self.query_one(FactSheet).show([])
            self.query_one("#compared-figures", Static).update(joined(comparison_lines(found, width)))
            return
        self.query_one(VerticalScroll).border_title = Content(" against ".join(reversed(_labels(found))))
        self.query_one(FactSheet).show(pair_sheet(found))
        self.query_one("#compared-figures", Static).update(joined(figure_lines(found)))

    def _failed(self, error: R2PError) -> None:
        self.query_one(FactSheet).show([])
        self.query_one("#compared-figures", Static).update(
            Content.styled(clean(f"{error.message}\n{error.hint}"), "$error")
        )

    def _heading(self) -> Content:
        first, second = (clean_line(side) for side in self._sides)
        return Content(f"{second} against {first}")

    def action_swap(self) -> None:
        """Measure the first against the second."""
        self._sides = (self._sides[1], self._sides[0])
        self.query_one(VerticalScroll).border_title = self._heading()
        self._load()


def pair_sheet(pair: MeasuredPair) -> Sheet:
    """The verdicts, and what was not alike."""
    changes = (
        ("speed", pair.against.latency),
        ("mAP", pair.against.accuracy),
        ("images", pair.against.per_image),
    )
    facts = [title_fact("What follows", ""), *(_verdict(name, one) for name, one in changes if one)]
    if len(facts) == 1:
        facts.append(Fact("", "Nothing that both have could be tested.", "$muted"))
    facts += [Fact("missing", sentence, "$muted") for sentence in pair.missing]
    if pair.fairness:
        facts += [title_fact("Is it fair", ""), *map(_fair, pair.fairness)]
    return facts


def _verdict(name: str, change: Change) -> Fact:
    return Fact(
        name, change.sentence, mark=MARKS[change.verdict], mark_style=STYLES.get(change.verdict, "$text")
    )


def _fair(check: FairnessCheck) -> Fact:
    mark, style = _FAIR[check.same]
    values = check.first if check.same else f"{check.first or 'not known'} and {check.second or 'not known'}"
    return Fact(check.name, values, mark=mark, mark_style=style)


def figure_lines(pair: MeasuredPair) -> Iterator[Content]:
    """Every figure of both sides, with its change in per cent."""
    from r2p_tui.domain.measurement_pair import figures
    from r2p_tui.domain.measurement_pair_tables import moved

    titles = "".join(f"{fit(words, _FIGURE - 2).rstrip():>{_FIGURE}}" for words in _labels(pair))
    titles += f"{'change':>{_CHANGE}}"
    yield Content.assemble(("Figures".ljust(_NAME), "bold $primary"), (titles, "$muted"))
    for one in figures(pair.first, pair.second):
        values = "".join(f"{figure(value):>{_FIGURE}}" for value in (one.first, one.second))
        values += f"{moved(one):>{_CHANGE}}"
        yield Content.assemble((fit(f"{one.name} {one.unit}", _NAME), "$muted"), values)


def _labels(pair: MeasuredPair) -> tuple[str, str]:
    """What the two are called: their variants, and their runs where these are two."""
    first, second = (
        name_of(side.variant.variant) if side.variant else clean_line(side.name)
        for side in (pair.first, pair.second)
    )
    if pair.first.run == pair.second.run:
        return first, second
    return f"#{pair.first.run} {first}", f"#{pair.second.run} {second}"

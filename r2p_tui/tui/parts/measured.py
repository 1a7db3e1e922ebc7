"""The parts of a measurement: each draws the one thing that it is about, and says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from r2p_tui.text import clean_line, count_of
from r2p_tui.tui import measurement_faces as faces
from r2p_tui.tui import measurement_sheets as sheets
from r2p_tui.tui import measurement_words as words
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets import change_bars
from r2p_tui.tui.widgets.bar_list import BarList
from r2p_tui.tui.widgets.change_bars import ChangeBars, ChangeFace
from r2p_tui.tui.widgets.fact_sheet import Fact, FactSheet, Sheet, title_fact
from r2p_tui.tui.widgets.latency_plot import LatencyPlot
from r2p_tui.tui.widgets.pareto_plot import ParetoPlot
from r2p_tui.tui.widgets.row_list import RowList
from r2p_tui.tui.widgets.variant_list import VariantTable

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import Measurement
    from r2p_tui.services.run_views import RunView

_LEAST_DETAIL = 4
_LEGEND_FROM = 18


class Shown(NamedTuple):
    """What the parts show: the measurement, the variant under the cursor, and those that are marked."""

    measurement: Measurement
    view: RunView
    chosen: str
    marks: tuple[str, ...]


class MeasuredPart(Vertical):
    """One part; a subclass fills itself and says which variants it can be about."""

    DEFAULT_CSS = """
    MeasuredPart {
        height: 1fr;
        .heading { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .legend { height: 1; padding: 0 1; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
        #told { height: auto; max-height: 5; padding: 0 1; border-top: solid $border; }
        VerticalScroll { scrollbar-size-vertical: 1; }
    }
    """

    def fill(self, shown: Shown) -> None:
        """Show this."""
        raise NotImplementedError

    def variants(self, measurement: Measurement) -> Sequence[str]:
        """The variants among which `h` and `l` go; none where the part is about all of them."""
        return ()

    def take_focus(self) -> None:
        """The list gets the keys, where there is one."""
        lists = list(self.query(RowList))
        if lists:
            lists[0].focus()
        else:
            self.screen.set_focus(None)

    def scroll_text(self, lines: int) -> None:
        """Move the text of the part, where it is no list."""
        for pane in self.query(VerticalScroll):
            pane.scroll_relative(y=lines, animate=False, immediate=True)

    def scroll_to_end(self, *, last: bool) -> None:
        for pane in self.query(VerticalScroll):
            (pane.scroll_end if last else pane.scroll_home)(animate=False)

    def put(self, selector: str, text: Content) -> None:
        self.query_one(selector, Static).update(text)


class TablePart(MeasuredPart):
    """Every variant in a row, and below the rows all of the one under the cursor."""

    DEFAULT_CSS = """
    TablePart {
        #detail { height: 1fr; border-top: solid $border; padding: 0 1; }
        #sheets { height: auto; layout: vertical; }
        FactSheet { width: 1fr; }
    }
    .-two TablePart #sheets, .-three TablePart #sheets { layout: horizontal; }
    .-two TablePart #verdicts, .-three TablePart #verdicts { padding-right: 3; }
    """

    def compose(self) -> ComposeResult:
        yield VariantTable(faces.table_columns)
        yield Static(SafeLine(words.LEGEND), classes="legend")
        with VerticalScroll(id="detail", can_focus=False), Container(id="sheets"):
            yield FactSheet(id="verdicts")
            yield FactSheet(id="figures")

    def fill(self, shown: Shown) -> None:
        table = self.query_one(VariantTable)
        table.list.show(faces.variant_rows(shown.measurement, shown.marks), quiet=True)
        table.list.mark(shown.chosen)
        self._arrange()
        variant = shown.measurement.variant(shown.chosen)
        verdicts: Sheet = sheets.verdict_facts(shown.measurement, variant) if variant else []
        figures: Sheet = sheets.figure_facts(shown.measurement, variant) if variant else []
        self.query_one("#verdicts", FactSheet).show(verdicts)
        self.query_one("#figures", FactSheet).show(figures)

    def variants(self, measurement: Measurement) -> Sequence[str]:
        return [row.key for row in faces.variant_rows(measurement, ())]

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """The rows have what they need, but for some lines about the one under the cursor."""
        height = self.size.height
        legend = height >= _LEGEND_FROM
        self.query_one(".legend").display = legend
        rows = self.query_one(VariantTable)
        least = _LEAST_DETAIL + 1 + legend
        rows.styles.height = min(len(rows.list.rows) + 1, max(height - least, 3)) if height else "auto"


class ParetoPart(MeasuredPart):
    """The plot, and its legend in the order of the front."""

    DEFAULT_CSS = """
    ParetoPart {
        #front { height: 1fr; layout: vertical; }
        ParetoPlot { height: 1fr; width: 1fr; padding: 0 1; }
        VariantTable { height: 40%; max-height: 10; border-top: solid $border; }
    }
    .-two ParetoPart #front, .-three ParetoPart #front { layout: horizontal; }
    .-two ParetoPart VariantTable, .-three ParetoPart VariantTable {
        width: 56; height: 1fr; max-height: 100%; border-top: none; border-left: solid $border;
    }
    """

    def compose(self) -> ComposeResult:
        with Container(id="front"):
            yield ParetoPlot()
            yield VariantTable(faces.front_columns)
        yield Static(classes="legend")

    def fill(self, shown: Shown) -> None:
        points = faces.pareto_points(shown.measurement)
        self.query_one(ParetoPlot).show(points, shown.chosen)
        rows = self.query_one(VariantTable).list
        rows.show(faces.front_rows(shown.measurement, points, shown.marks), quiet=True)
        rows.mark(shown.chosen)
        without = faces.left_out(shown.measurement)
        self.query_one(".legend").display = bool(without)
        self.put(
            ".legend", Content(f"{without:d} ran and have no accuracy or no latency, so they are not drawn.")
        )

    def variants(self, measurement: Measurement) -> Sequence[str]:
        points = faces.pareto_points(measurement)
        return [row.key for row in faces.front_rows(measurement, points, ())]


class ChangePart(MeasuredPart):
    """Changes as bars, and in words the one under the cursor."""

    def compose(self) -> ComposeResult:
        yield Static(classes="heading")
        yield ChangeBars()
        yield FactSheet(id="told")
        yield Static(SafeLine(change_bars.LEGEND), classes="legend")

    @on(ChangeBars.Marked)
    def _tell(self, event: ChangeBars.Marked) -> None:
        event.stop()
        self.query_one(FactSheet).show(_told(event.face))

    def _show(self, heading: Content, rows: Sequence[ChangeFace]) -> None:
        self.put(".heading", heading)
        self.query_one(ChangeBars).show(rows)


def _told(face: ChangeFace | None) -> Sheet:
    if face is None:
        return []
    style = {"better": "$success", "worse": "$error", "due": "$due"}.get(face.tone, "$text")
    words_of = " · ".join(filter(None, (face.values, face.verdict)))
    return [title_fact(face.name, words_of), Fact("", face.sentence, mark=face.mark, mark_style=style)]


class ClassPart(ChangePart):
    """What each class loses or gains with one variant."""

    def fill(self, shown: Shown) -> None:
        names = self.variants(shown.measurement)
        chosen = shown.chosen if shown.chosen in names else next(iter(names), "")
        against = shown.measurement.against_reference(chosen)
        reference = words.name_of(against.reference) if against else ""
        heading = Content.assemble(
            (words.name_of(chosen), "bold $primary"),
            (f" against {reference}: average precision by class, % and pt", "$muted"),
        )
        self._show(heading, faces.class_rows(shown.measurement, chosen))

    def variants(self, measurement: Measurement) -> Sequence[str]:
        return faces.with_classes(measurement)


class AblationPart(ChangePart):
    """What the training is without each thing that was removed."""

    def fill(self, shown: Shown) -> None:
        ablation = shown.measurement.ablation
        heading = Content(clean_line(words.full_words(ablation)) if ablation else "")
        self._show(heading.stylize("$muted"), faces.ablation_rows(shown.measurement))


class LatencyPart(MeasuredPart):
    """Distributions over each other: the marked variants, and the one under the cursor."""

    def compose(self) -> ComposeResult:
        yield Static(classes="heading")
        yield LatencyPlot()

    def fill(self, shown: Shown) -> None:
        known = self.variants(shown.measurement)
        chosen = shown.chosen if shown.chosen in known else next(iter(known), "")
        drawn = faces.times_of(shown.measurement, chosen, shown.marks)
        heading = Content.assemble(
            ("Latency of single requests", "bold $primary"),
            (
                f"  {len(drawn)} of {len(known)}; each to its own peak; marks: 50, 90 and 99 % took less",
                "$muted",
            ),
        )
        self.put(".heading", heading)
        self.query_one(LatencyPlot).show(drawn)

    def variants(self, measurement: Measurement) -> Sequence[str]:
        return faces.with_latency(measurement)


class LayerPart(MeasuredPart):
    """How much quantizing each layer alone moves the output."""

    def compose(self) -> ComposeResult:
        yield Static(classes="heading")
        yield BarList(stands_out="float")

    def fill(self, shown: Shown) -> None:
        rows = faces.layer_rows(shown.measurement)
        kept = sum(bool(row.note) for row in rows)
        counted = f"{kept} of {count_of(len(rows), 'layer')}" if kept else count_of(len(rows), "layer")
        heading = Content.assemble(
            ("What quantizing each layer alone does", "bold $primary"),
            (f"  {counted}{' left in float' if kept else ''}; noise over signal", "$muted"),
        )
        self.put(".heading", heading)
        self.query_one(BarList).show(rows)


class TimePart(MeasuredPart):
    """Where the time of one variant goes."""

    def compose(self) -> ComposeResult:
        yield Static(classes="heading")
        yield BarList()

    def fill(self, shown: Shown) -> None:
        names = self.variants(shown.measurement)
        chosen = shown.chosen if shown.chosen in names else next(iter(names), "")
        heading = Content.assemble(
            (words.name_of(chosen), "bold $primary"), ("  where its time goes, as its engine tells", "$muted")
        )
        self.put(".heading", heading)
        self.query_one(BarList).show(faces.time_rows(shown.measurement, chosen))

    def variants(self, measurement: Measurement) -> Sequence[str]:
        return faces.with_profile(measurement)


class CheckPart(MeasuredPart):
    """The deployment checklist, beside it the scenarios and what they cost."""

    DEFAULT_CSS = """
    CheckPart {
        VerticalScroll { layout: vertical; height: 1fr; padding: 0 1; }
        #check-sheets { height: auto; layout: vertical; }
        FactSheet { width: 1fr; margin-bottom: 1; }
    }
    .-two CheckPart #check-sheets, .-three CheckPart #check-sheets { layout: horizontal; }
    .-two CheckPart #checks, .-three CheckPart #checks { padding-right: 3; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False), Container(id="check-sheets"):
            yield FactSheet(id="checks")
            yield FactSheet(id="scenarios")

    def fill(self, shown: Shown) -> None:
        checks = sheets.check_facts(shown.measurement.checklist)
        sheet = self.query_one("#checks", FactSheet)
        sheet.display = bool(checks)
        sheet.show(checks)
        self.query_one("#scenarios", FactSheet).show(sheets.scenario_facts(shown.measurement))


class AboutPart(MeasuredPart):
    """What the figures rest on."""

    DEFAULT_CSS = "AboutPart VerticalScroll { height: 1fr; padding: 0 1; }"

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield FactSheet()

    def fill(self, shown: Shown) -> None:
        self.query_one(FactSheet).show(sheets.about_sheet(shown.measurement, shown.view))


PART_WIDGETS: dict[str, type[MeasuredPart]] = {
    "ablation": AblationPart,
    "table": TablePart,
    "pareto": ParetoPart,
    "classes": ClassPart,
    "latency": LatencyPart,
    "layers": LayerPart,
    "time": TimePart,
    "checklist": CheckPart,
    "about": AboutPart,
}

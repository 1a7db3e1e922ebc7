"""What a run measured: the verdict first, then the parts that it has; followed while the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Static

from r2p_tui.errors import R2PError
from r2p_tui.tui import measurement_faces as faces
from r2p_tui.tui import measurement_sheets as sheets
from r2p_tui.tui import measurement_words as words
from r2p_tui.tui import run_words
from r2p_tui.tui.measurement_keeper import MeasurementKeeper, Seen
from r2p_tui.tui.measurement_keys import MEASUREMENT_KEYS
from r2p_tui.tui.parts.measured import PART_WIDGETS, MeasuredPart, Shown
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.screens.base import DeskScreen
from r2p_tui.tui.widgets.tab_line import TabLine
from r2p_tui.tui.widgets.variant_list import VariantList

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import Measurement
    from r2p_tui.services.run_views import RunView

LOOK_SECONDS = 1.0
_OF_VARIANTS = ("table", "pareto", "latency")


class MeasurementScreen(DeskScreen):
    """Follows the run while it is in sight; only the part in sight is drawn."""

    BINDINGS = MEASUREMENT_KEYS

    def __init__(self, run_id: int) -> None:
        super().__init__()
        self.run_id = run_id
        self._part = ""
        self._parts: list[str] = []
        self._chosen = ""
        self._marks: list[str] = []
        self._told = ""

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="title"):
            yield Static(f"run {self.run_id:d}", id="measured-name")
            yield Static(id="measured-standing")
        yield Static("reading what it measured …", id="headline")
        yield Static(id="waiting")
        yield TabLine({}, "")
        with Container(id="body"):
            for name, part in PART_WIDGETS.items():
                yield part(id=f"part-{name}")
        yield Static(id="empty")

    def on_mount(self) -> None:
        self.keeper = MeasurementKeeper(
            self, self.desk_app, self.run_id, seen=self._show, failed=self._refused
        )
        self.when_drawn(self._begin)

    def _begin(self) -> None:
        self.keeper.look()
        self.set_interval(LOOK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Nothing is read for a screen that nobody sees."""
        if self.is_seen:
            self.keeper.look()

    # What is in sight

    @property
    def measurement(self) -> Measurement | None:
        return self.keeper.known.measurement if self.keeper.known else None

    @property
    def parts(self) -> list[str]:
        """Those that the measurement has by now."""
        return self._parts

    @property
    def part(self) -> str:
        """The part in sight; empty as long as there is none."""
        return self._part if self._part in self._parts else next(iter(self._parts), "")

    @property
    def chosen(self) -> str:
        """The variant under the cursor."""
        return self._chosen

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(self._marks)

    @property
    def _widget(self) -> MeasuredPart:
        return self.query_one(f"#part-{self.part}", MeasuredPart)

    # Showing

    def _show(self, seen: Seen) -> None:
        self.clear_problem()
        view, measurement = seen
        self._parts = faces.parts_of(measurement) if measurement else []
        self.query_one("#measured-name", Static).update(
            SafeLine(f"#{view.id} {view.name} · {run_words.state_mark(view)} {view.state_text} · {view.kind}")
        )
        self.query_one("#measured-standing", Static).update(
            SafeLine(words.counted(measurement) if measurement else "")
        )
        waiting = words.waiting_words(view, measurement)
        self.set_class(measurement is None, "-empty")
        self._show_headline()
        line = self.query_one("#waiting", Static)
        line.update(SafeLine(waiting))
        line.display = bool(waiting) and measurement is not None
        if measurement is None:
            self.query_one("#empty", Static).update(_empty_words(view))
        elif self._chosen not in faces.known_keys(measurement):
            self._chosen = faces.first_chosen(measurement)
        self._show_part()

    def _show_headline(self) -> None:
        """In fewer words where it would take the room of the rows."""
        if (seen := self.keeper.known) is None:
            return
        view, measurement = seen
        short = not (self.has_class("-two") or self.has_class("-three"))
        said = words.headline(measurement, short=short) if measurement else None
        self.query_one("#headline", Static).update(
            said if said is not None else SafeLine(words.waiting_words(view, measurement))
        )

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show_headline)

    def _show_part(self) -> None:
        """Fill the part in sight and hide the others."""
        measurement, seen = self.measurement, self.keeper.known
        tabs = self.query_one(TabLine)
        tabs.labels, tabs.chosen = {name: faces.PARTS[name] for name in self.parts}, self.part
        for name in PART_WIDGETS:
            self.query_one(f"#part-{name}").display = name == self.part
        if measurement is None or seen is None:
            return
        part = self._widget
        about = part.variants(measurement)
        if about and self._chosen not in about:
            first = faces.first_chosen(measurement)
            self._chosen = first if first in about else about[0]
        with self.prevent(VariantList.Marked):
            part.fill(Shown(measurement, seen.view, self._chosen, self.marks))
        if self.focused is None or part not in self.focused.ancestors:
            part.take_focus()
        self.refresh_bindings()

    def _refused(self, error: R2PError) -> None:
        """Trouble takes the place of what was never there; later it passes by, said once."""
        if self.keeper.known is None:
            self.query_one("#headline", Static).update("")
            self.show_problem(error)
        elif error.message != self._told:
            self._told = error.message
            self.desk_app.show_error(error)

    # Moving

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Without keys that would do nothing in the part in sight."""
        found = super().active_bindings
        return {
            key: one for key, one in found.items() if one.node is not self or self._offers(one.binding.action)
        }

    def _offers(self, action: str) -> bool:
        name = action.partition("(")[0]
        measurement = self.measurement if self.is_mounted else None
        if measurement is None:
            return name not in (
                "part",
                "details",
                "other",
                "mark",
                "compare",
                "copy",
                "export",
                "move",
                "end",
            )
        if name == "details":
            return self.part in ("table", "pareto")
        if name == "other":
            return self.part in ("classes", "latency", "time") and len(self._widget.variants(measurement)) > 1
        if name in ("mark", "compare"):
            return self.part in _OF_VARIANTS and len(measurement.measured) > 1
        return name != "part" or len(self.parts) > 1

    def action_part(self, steps: int) -> None:
        names = self.parts
        if names:
            self._go_to(names[(names.index(self.part) + steps) % len(names)])

    @on(TabLine.Chosen)
    def _clicked(self, event: TabLine.Chosen) -> None:
        self._go_to(event.name)

    def _go_to(self, name: str) -> None:
        self._part = name
        self._show_part()

    @on(VariantList.Marked)
    def _moved(self, event: VariantList.Marked) -> None:
        if event.key and event.key != self._chosen:
            self._chosen = event.key
            self._show_part()

    def action_other(self, steps: int) -> None:
        """Another variant, round and round."""
        names = list(self._widget.variants(self.measurement)) if self.measurement else []
        if names:
            at = names.index(self._chosen) if self._chosen in names else 0
            self._chosen = names[(at + steps) % len(names)]
            self._show_part()

    def action_move(self, steps: int) -> None:
        if self.part:
            self._widget.scroll_text(steps)

    def action_end(self, last: int) -> None:
        if self.part:
            self._widget.scroll_to_end(last=bool(last))

    def action_mark(self) -> None:
        """Keep the variant in sight, or let it go."""
        if self.measurement is None or not self._offers("mark"):
            return
        if self._chosen not in faces.with_latency(self.measurement):
            self.desk_app.tell("It has no latency to lay over others.")
            return
        if self._chosen in self._marks:
            self._marks.remove(self._chosen)
        else:
            self._marks.append(self._chosen)
        self._show_part()

    # Elsewhere

    @on(VariantList.Opened)
    def action_details(self) -> None:
        """All of the variant under the cursor, with room to read."""
        from r2p_tui.tui.dialogs.measured_variant import MeasuredVariantDialog

        measurement = self.measurement
        variant = measurement.variant(self._chosen) if measurement else None
        if measurement and variant and self._offers("details"):
            self.app.push_screen(MeasuredVariantDialog(sheets.variant_sheet(measurement, variant)))

    def action_compare(self) -> None:
        """The two marked variants; with one mark, that and the one under the cursor."""
        from r2p_tui.tui.dialogs.compare_measured import CompareMeasuredDialog

        if self.measurement is None or not self._offers("compare"):
            return
        pair = self._marks[-2:] if len(self._marks) > 1 else list(dict.fromkeys([*self._marks, self._chosen]))
        if len(pair) < 2 or not all(map(self._ran, pair)):
            self.desk_app.tell("Mark a variant with space, then go to the one to compare it with.")
            return
        self.app.push_screen(CompareMeasuredDialog(*(f"{self.run_id}:{name}" for name in pair)))

    def _ran(self, name: str) -> bool:
        measurement = self.measurement
        return measurement is not None and name in {one.variant for one in measurement.measured}

    def action_copy(self) -> None:
        if self.keeper.known and self.measurement:
            text = words.markdown(self.keeper.known.view, self.measurement)
            self.app.copy_to_clipboard(text)
            self.desk_app.tell(f"Copied: {text.splitlines()[0][:60]}")

    def action_export(self) -> None:
        from r2p_tui.tui.dialogs.export_measurement import ExportMeasurementDialog

        if self.keeper.known and self.measurement:
            self.app.push_screen(ExportMeasurementDialog(self.keeper.known.view, self.measurement))


def _empty_words(view: RunView) -> Content:
    """What will be here and when, or where to read why nothing is."""
    is_final = view.state.is_final
    comes = "It fills as soon as something has run; nothing needs a key."
    lines = [
        Content.styled("Nothing is measured." if is_final else "Nothing is measured yet.", "bold $text"),
        Content(""),
        Content.styled("Its log says more." if is_final else comes, "$muted"),
        Content.assemble(
            ("escape", "bold $primary"), (" goes back to the runs, enter shows the log there", "$muted")
        ),
    ]
    return Content("\n").join(lines)

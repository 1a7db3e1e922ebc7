"""Write what was measured to a file that the user names: everything as Markdown, or the main table as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, Vertical
from textual.widgets import Input, Label, Static

from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean_line
from r2p_tui.tui import measurement_words
from r2p_tui.tui.dialogs.form import LabelledForm
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import key_line

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import Measurement
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView

_WORDS = "NAME.md holds all tables, NAME.csv the main one; without an ending both are written."


class ExportMeasurementDialog(LabelledForm):
    """Never writes over a file that is there."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "cancel", id="export_measurement.cancel"),
        Binding("ctrl+s,ctrl+j", "save", "write", priority=True, id="export_measurement.write"),
    ]
    SAID = "export-said"

    def __init__(self, view: RunView, measurement: Measurement) -> None:
        super().__init__()
        self._view = view
        self._measurement = measurement

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Write it to a file"
            with Grid():
                yield Label("file", id="label-file")
                yield Input(f"run-{self._view.id:d}-{self._view.kind}", id="field-file")
            yield Static(SafeLine(_WORDS), classes="hint")
            yield Static(id=self.SAID, classes="said")
            yield Static(key_line(("enter", "write"), ("escape", "leave")))

    def save(self) -> None:
        name = self.query_one("#field-file", Input).value.strip()
        if not name:
            self.refuse(UsageError("The file has no name yet.", "For example: results.md"))
            return
        view, measurement = self._view, self._measurement

        def work(_: Desk) -> str:
            return written(name, view, measurement)

        self.write(work, lambda: None)

    def wrong_field(self, error: R2PError) -> str:
        return "file"


def written(name: str, view: RunView, measurement: Measurement) -> str:
    """Write the files that the name asks for, and say which; raises UsageError."""
    from r2p_tui.domain.measurement_export import as_csv, part_of, sheets

    try:
        path = Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError(
            f"{clean_line(name)} cannot be written: there is no such home.", "Give another place."
        ) from error
    texts = {
        ".md": lambda: measurement_words.markdown(view, measurement),
        ".csv": lambda: as_csv(part_of(sheets(measurement), None)),
    }
    wanted = [path.suffix] if path.suffix in texts else list(texts)
    paths = {
        ending: path if path.suffix == ending else path.with_name(path.name + ending) for ending in wanted
    }
    for one in paths.values():
        if one.exists():
            raise UsageError(f"{clean_line(str(one))} is there already.", "Give it another name.")
    for ending, one in paths.items():
        _write(one, texts[ending]())
    return f"Written: {' and '.join(clean_line(str(one)) for one in paths.values())}"


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{clean_line(str(path))} is there already.", "Give it another name.") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no name for a file"
        raise UsageError(
            f"{clean_line(str(path))} cannot be written: {why}.", "Give another place."
        ) from error

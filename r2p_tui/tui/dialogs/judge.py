"""A short list of things to judge, each with its evidence: what the flag and rating dialogs share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.key_line import joined


class JudgeLines(Widget):
    """The entries of a dialog, one a line, cut to the width there is."""

    DEFAULT_CSS = "JudgeLines { height: auto; }"

    def __init__(self, dialog: JudgeDialog, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._dialog = dialog

    def render(self) -> Content:
        lines = list(self._dialog.lines())
        width = max(len(name) for _, name, _ in lines)
        return joined(self._line(index, line, width) for index, line in enumerate(lines))

    def on_click(self, event: events.Click) -> None:
        self._dialog.cursor = event.y

    def _line(self, index: int, line: tuple[Content, str, str], width: int) -> Content:
        mark, name, words = line
        start = Content.assemble(" ", mark, f" {name.ljust(width)}  ")
        room = max(self.size.width - start.cell_length - 1, 0)
        said = SafeLine(words).truncate(room, ellipsis=True).stylize("$muted")
        whole = (start + said).pad_right(max(self.size.width - start.cell_length - said.cell_length, 0))
        return whole.stylize("on $primary 35%") if index == self._dialog.cursor else whole


class JudgeDialog(ModalScreen[None]):
    """Moves over `entries` (name to what it means) and edits the evidence of one.

    Subclasses say how a line is marked and what a change does; every change is stored at once.
    """

    TITLE_TEXT = ""
    HINT = ""
    BINDINGS = [
        Binding("down,j,n", "move(1)", "Next", show=False, id="judge.down"),
        Binding("up,k", "move(-1)", "Previous", show=False, id="judge.up"),
        Binding("enter", "evidence", "Evidence", show=False, id="judge.evidence"),
        Binding("x,delete", "remove", "Take back", show=False, id="judge.remove"),
        Binding("escape", "leave", "Close", show=False, id="judge.close"),
    ]
    DEFAULT_CSS = """
    JudgeDialog {
        .dialog { width: 84; }
        #judge-evidence { display: none; margin-top: 1; }
        &.-writing #judge-evidence { display: block; }
        #judge-hint { margin-top: 1; color: $muted; }
    }
    """
    AUTO_FOCUS = ""

    cursor: reactive[int] = reactive(0)

    def __init__(self, entries: Mapping[str, str], evidence: Mapping[str, str]) -> None:
        super().__init__()
        self._entries = entries
        self._evidence = dict(evidence)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self.TITLE_TEXT
            yield JudgeLines(self, id="judge-list")
            yield Input(
                placeholder="where it shows: section, table, page", select_on_focus=False, id="judge-evidence"
            )
            yield Static(self.HINT, id="judge-hint")

    def mark_of(self, name: str) -> Content:
        """What stands before an entry, always of one width."""
        raise NotImplementedError

    def keep(self, name: str, evidence: str) -> bool:
        """Store an entry with its evidence; False where something else must be said first."""
        raise NotImplementedError

    def take_back(self, name: str) -> None:
        """Store that an entry is not judged any more."""
        raise NotImplementedError

    @property
    def chosen(self) -> str:
        """The entry the cursor is on."""
        return list(self._entries)[self.cursor]

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._entries) - 1))

    def watch_cursor(self) -> None:
        if self.is_mounted:
            self.refresh_list()

    def refresh_list(self) -> None:
        """Draw the entries again."""
        self.query_one(JudgeLines).refresh()

    def lines(self) -> Iterator[tuple[Content, str, str]]:
        """Of every entry its mark, its name, and its evidence or what it means."""
        for name, meaning in self._entries.items():
            yield self.mark_of(name), name, self._evidence.get(name) or meaning

    def action_move(self, steps: int) -> None:
        self.cursor += steps

    def action_evidence(self) -> None:
        field = self.query_one(Input)
        field.value = self._evidence.get(self.chosen, "")
        self.add_class("-writing")
        field.focus()

    def action_remove(self) -> None:
        self._evidence.pop(self.chosen, None)
        self.take_back(self.chosen)
        self.refresh_list()

    def action_leave(self) -> None:
        if self.has_class("-writing"):
            self._stop_writing()
        else:
            self.dismiss()

    @on(Input.Submitted)
    def _evidence_given(self, event: Input.Submitted) -> None:
        event.stop()
        if self.keep(self.chosen, event.value.strip()):
            self._evidence[self.chosen] = event.value.strip()
            self._stop_writing()
            self.refresh_list()

    def _stop_writing(self) -> None:
        self.remove_class("-writing")
        self.set_focus(None)

"""How an idea evolved: from a work to its most influential successor, and on from there, as a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from r2p_tui.domain.citation_chain import END_WORDS, Step
from r2p_tui.domain.citations import Work
from r2p_tui.domain.times import short_date
from r2p_tui.text import clean_line
from r2p_tui.tui.safe_text import SafeLine
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.key_line import key_line

if TYPE_CHECKING:
    from r2p_tui.services.citations import Evolution

Works = tuple[Work, ...]
_MORE = "Walk to the last work and press R; E then goes on."


def show_evolution(app: App[Any], evolution: Evolution, chosen: Callable[[Works | None], None]) -> None:
    """Open the dialog; `chosen` gets the works from the second of the path to the one that was picked."""
    app.push_screen(EvolutionDialog(evolution.steps), chosen)


class EvolutionDialog(ModalScreen[Works | None]):
    """Dismisses with the way to the picked step, or None."""

    BINDINGS = [Binding("escape,q,E", "dismiss(None)", "close", id="evolution.close")]
    DEFAULT_CSS = """
    EvolutionDialog {
        EntryList, EntryList:focus { height: auto; max-height: 26; }
        #evolution-end { margin: 1 0; color: $muted; }
    }
    """

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__()
        self._steps = steps

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "How the idea evolved"
            yield EntryList()
            yield Static(SafeLine(ending(self._steps)), id="evolution-end")
            yield Static(key_line(("enter", "walk there"), ("escape", "close")))

    def on_mount(self) -> None:
        entries = self.query_one(EntryList)
        entries.show([step_entry(step, number) for number, step in enumerate(self._steps)])
        entries.focus()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(tuple(step.work for step in self._steps[1 : event.option_index + 1]))


def step_entry(step: Step, number: int) -> Content:
    """`↳ 2024  DEIM: …`, and below it why it was taken."""
    work = step.work
    when = short_date(work.published_on) if work.published_on else str(work.year or "")
    mark = "  " if number == 0 else "↳ "
    why = ", ".join(step.why) if number else "the walk begins here"
    return Content.assemble(
        (mark, "$accent"),
        (f"{when:<12}", "$muted"),
        (clean_line(work.title), "bold"),
        (f"\n  {'':<12}{clean_line(why)}", "$muted"),
    )


def ending(steps: tuple[Step, ...]) -> str:
    """Why the path goes no further, and what would let it."""
    end = steps[-1].end if steps else ""
    return f"{END_WORDS[end]} {_MORE if end == 'not looked' else ''}".strip()

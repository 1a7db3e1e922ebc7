"""The agenda of the monthly research review: read, written to a file, and its decisions taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from r2p_tui.domain.research_review import Agenda, for_reading, markdown
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean
from r2p_tui.tui.external_editor import edit_in_editor
from r2p_tui.tui.safe_text import SafeText
from r2p_tui.tui.widgets.key_line import joined, key_line
from r2p_tui.tui.widgets.typed_field import LineField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.radar_keeper import RadarKeeper

LARGEST_FILE = 1_000_000
"""Bytes of a filled-in review that are read at most."""

_ASKED = {"write": "write the agenda to", "take": "take the decisions from"}


class ResearchReviewDialog(ModalScreen[None]):
    """Shows the agenda; what was decided is taken in from a file or from $EDITOR, all of it or nothing."""

    BINDINGS = [
        Binding("w", "ask('write')", "write to a file", id="review.write"),
        Binding("t", "ask('take')", "take decisions in", id="review.take"),
        Binding("e", "edit", "decide in $EDITOR", id="review.edit"),
        Binding("down,j", "scroll(1)", show=False, id="review.down"),
        Binding("up,k", "scroll(-1)", show=False, id="review.up"),
        Binding("pagedown,space", "page(1)", show=False, id="review.page_down"),
        Binding("pageup", "page(-1)", show=False, id="review.page_up"),
        Binding("escape,q", "leave", "close", id="review.close"),
    ]
    DEFAULT_CSS = """
    ResearchReviewDialog {
        .dialog { width: 104; height: 90%; }
        #review-text { height: 1fr; scrollbar-size-vertical: 1; }
        #review-text Static { height: auto; }
        #review-file { display: none; margin-top: 1; }
        &.-asking #review-file { display: block; }
        #review-said { height: auto; max-height: 8; margin-top: 1; display: none; }
        &.-told #review-said { display: block; }
        #review-keys { margin-top: 1; }
    }
    """
    AUTO_FOCUS = ""

    def __init__(self, keeper: RadarKeeper) -> None:
        super().__init__()
        self._keeper = keeper
        self._text = ""
        self._file_name = ""
        self._asks: Literal["write", "take"] = "write"

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Research review"
            with VerticalScroll(id="review-text", can_focus=False):
                yield Static("writing the agenda …", id="review-agenda")
            yield LineField(id="review-file")
            yield Static(id="review-said")
            keys = ("w", "write it"), ("t", "take from a file"), ("e", "decide in $EDITOR")
            yield Static(key_line(*keys, ("escape", "close")), id="review-keys")

    def on_mount(self) -> None:
        app = self._app
        now = app.now()

        def work(desk: Desk) -> Agenda:
            from r2p_tui.services import research_review

            return research_review.agenda(desk, now=now)

        app.tasks.run(self, work, self._show, failed=self._refused, group="agenda")

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    def _show(self, agenda: Agenda) -> None:
        """The agenda, or what was decided on it before and could not be taken in."""
        self._file_name = f"research-review-{agenda.held_on.isoformat()}.md"
        self._text = self._keeper.undecided or markdown(agenda)
        self._show_text()

    def _show_text(self) -> None:
        self.query_one("#review-agenda", Static).update(joined(_lines(self._text)))

    # Files

    def action_ask(self, what: Literal["write", "take"]) -> None:
        if not self._text:
            return
        self._asks = what
        field = self.query_one(Input)
        field.placeholder = f"{_ASKED[what]} this file; escape leaves it"
        field.value = field.value or self._file_name
        self.add_class("-asking")
        field.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if not name:
            return
        if self._asks == "write":
            self._keeper.act(_writes(name, self._text), self._stop_asking, self._refused)
        else:
            self._take(lambda: read_review(name))

    def _take(self, text: Callable[[], str]) -> None:
        now = self._app.now()

        def work(desk: Desk) -> str:
            from r2p_tui.services import research_review

            taken = research_review.take(desk, text(), now=now)
            return f"The review is kept: {taken.words}."

        self._keeper.act(work, self._taken, self._refused)

    def _taken(self) -> None:
        self._keeper.undecided = ""
        if self.app.screen is self:
            self.dismiss()

    def action_edit(self) -> None:
        """The agenda in the user's editor; what is decided there is taken in, unless nothing was changed."""
        if not self._text:
            return
        app = self._app
        try:
            edited = edit_in_editor(self._text, app.paths.cache / "editing", app.suspend())
        except R2PError as error:
            self._refused(error)
            return
        if edited.strip() == self._text.strip():
            app.tell("Nothing was decided, so nothing was taken in.")
            return
        self._text = self._keeper.undecided = edited
        self._show_text()
        self._take(lambda: edited)

    # Moving

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        pane = self.query_one(VerticalScroll)
        pane.scroll_relative(y=pages * max(pane.size.height - 1, 1), animate=False)

    def action_leave(self) -> None:
        if self.has_class("-asking"):
            self._stop_asking()
        else:
            self.dismiss()

    def _stop_asking(self) -> None:
        self.remove_class("-asking", "-told")
        self.set_focus(None)

    def _refused(self, error: R2PError) -> None:
        if self not in self.app.screen_stack:
            self._app.show_error(error)
            return
        self.add_class("-told")
        said = Content.styled(clean(error.message), "bold $error")
        self.query_one("#review-said", Static).update(joined([said, SafeText(error.hint)]))


def read_review(name: str) -> str:
    """What a file holds; raises UsageError where it cannot be a filled-in review."""
    try:
        path = Path(name).expanduser()
        # A pipe would be waited for without end.
        if not path.is_file():
            raise UsageError(f"{path} cannot be read: it is no file.", "w writes the agenda to one.")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise UsageError(f"{path} is too large to be a review.", "A review is a page of text.")
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise UsageError(
            f"{name} cannot be read: {_why(error)}.", "w writes the agenda to a file."
        ) from error


def _writes(name: str, text: str) -> Callable[[Desk], str]:
    """Write the agenda, never over a file that is there."""

    def write(_: Desk) -> str:
        try:
            path = Path(name).expanduser()
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise UsageError(f"{name} is there already.", "Give it another name.") from error
        except (OSError, RuntimeError) as error:
            raise UsageError(f"{name} cannot be written: {_why(error)}.", "Give another place.") from error
        return f"The agenda is in {path}. Fill in its decisions, then t takes them in."

    return write


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "it failed"
    return "it is no text" if isinstance(error, UnicodeDecodeError) else "there is no such home"


def _lines(text: str) -> Iterator[Content]:
    """Headings in the colours of headings; the rest as it is meant, without what Markdown needs."""
    for line in clean(for_reading(text)).splitlines():
        heading = line.lstrip("#")
        if heading != line and heading.startswith(" "):
            yield Content.styled(heading.strip(), "bold $primary")
        else:
            yield Content(line)

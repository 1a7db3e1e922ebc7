"""What every top screen has: the first line, the keys, and words for trouble and for a window too small."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from r2p_tui.errors import R2PError
from r2p_tui.text import clean
from r2p_tui.tui.widgets.key_bar import KeyBar
from r2p_tui.tui.widgets.mode_bar import ModeBar

if TYPE_CHECKING:
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.tasks import Tasks


class DeskScreen(Screen[None]):
    """A screen on the desk; one pane below 100 columns, two from there, three from 150."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-one"), (100, "-two"), (150, "-three")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-tall")]
    BINDINGS = [Binding("escape", "leave", "Back", show=False, id="screen.back")]

    @property
    def desk_app(self) -> R2PApp:
        return cast("R2PApp", self.app)

    @property
    def tasks(self) -> Tasks:
        return self.desk_app.tasks

    def on_mount(self) -> None:
        self.when_drawn(self.desk_app.refresh_status)

    def compose(self) -> ComposeResult:
        self._take_breakpoints()
        yield ModeBar()
        yield from self.compose_body()
        yield Static(id="problem")
        yield Static("r2p needs a window of at least 40 columns and 10 lines.", id="too-small")
        yield KeyBar()

    def _take_breakpoints(self) -> None:
        """Before there are widgets: Textual does so with the first frame and styles all of them anew."""
        width, height = self.app.size
        for breakpoints, size in ((self.HORIZONTAL_BREAKPOINTS, width), (self.VERTICAL_BREAKPOINTS, height)):
            self.add_class([name for least, name in breakpoints if size >= least][-1])

    def compose_body(self) -> Iterable[Widget]:
        """The widgets between the first line and the keys; one of them has the id `body`."""
        return ()

    @property
    def is_seen(self) -> bool:
        """Whether it is on top, or right below a dialog."""
        top = self.app.screen
        below = self.app.screen_stack[-2] if isinstance(top, ModalScreen) else None
        return self in (top, below)

    def when_drawn(self, load: Callable[[], object]) -> None:
        """Call `load` once the first frame stands, keys included: opening the store would hold it up."""
        self.call_after_refresh(self.call_after_refresh, self.call_after_refresh, load)

    def show_problem(self, error: R2PError) -> None:
        """Put the error where the content would be."""
        hint = Content.styled(clean(error.hint), "$muted")
        message = Content.styled(clean(error.message), "bold $error")
        self.query_one("#problem", Static).update(Content("\n\n").join([message, hint]))
        self.add_class("-problem")

    def clear_problem(self) -> None:
        self.remove_class("-problem")

    def action_leave(self) -> None:
        """Back to where the user came from; from the root of a mode, to Today."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        elif self.app.current_mode != "today":
            self.app.switch_mode("today")

"""A small Textual program under the guard, with a key for each way to end badly."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import ClassVar

from r2p_tui import terminal

FOREIGN = "[@click=app.quit]nice[/] \x1b]52;c;cjJw\x07"


def start() -> int:
    from textual.app import App, ComposeResult
    from textual.binding import BindingType
    from textual.widgets import Static

    from r2p_tui.tui.driver_guard import GuardedDriver

    class Program(App[int]):
        BINDINGS: ClassVar[list[BindingType]] = [
            ("q", "quit", "Quit"),
            ("e", "fail", "Fail"),
            ("a", "abort", "Abort"),
            ("h", "hang", "Hang"),
            ("ctrl+z", "suspend_process", "Suspend"),
        ]

        def compose(self) -> ComposeResult:
            yield Static("ready")

        def on_mount(self) -> None:
            terminal.install_exit_signals(asyncio.get_running_loop(), self.leave)

        def leave(self, number: int) -> None:
            Path("saved").write_text(f"{number}\n")
            self.exit(128 + number)

        def on_key(self, event: object) -> None:
            self.query_one(Static).update(f"key {getattr(event, 'key', '')}")

        def action_fail(self) -> None:
            raise ValueError(FOREIGN)

        def action_abort(self) -> None:
            os.abort()

        def action_hang(self) -> None:
            Path("hangs").touch()
            while True:
                time.sleep(1)

        def _print_error_renderables(self) -> None:
            self._exit_renderables.clear()

    app = Program(driver_class=GuardedDriver)
    result = app.run()
    if app._exception is not None:
        raise app._exception
    return result or 0


if __name__ == "__main__":
    terminal.SECONDS_TO_LEAVE = 1
    sys.exit(terminal.run_guarded(start, Path("state/crash.log")))

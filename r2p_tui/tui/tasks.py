"""Services run in threads; their results come back as messages, so only the UI thread draws."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from textual.message_pump import MessagePump
from textual.worker import Worker, get_current_worker

from r2p_tui.errors import R2PError

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.app import R2PApp

T = TypeVar("T")
Failed = Callable[[R2PError], None]


class Tasks:
    """Runs services on the desk, which it opens on first use; one writer thread keeps decisions in order."""

    def __init__(self, app: R2PApp, open_desk: Callable[[], Desk]) -> None:
        self._app = app
        self._open_desk = open_desk
        self._desk: Desk | None = None
        self._opening = Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="r2p-writer")

    def desk(self) -> Desk:
        """The open desk; blocks, so never call it on the UI thread."""
        with self._opening:
            if self._desk is None:
                self._desk = self._open_desk()
            return self._desk

    def run(
        self,
        owner: MessagePump,
        work: Callable[[Desk], T],
        done: Callable[[T], None],
        *,
        failed: Failed | None = None,
        group: str = "service",
    ) -> Worker[None]:
        """Do `work` in a thread; a later call of the same group makes an earlier result unwanted."""

        def job() -> None:
            worker = get_current_worker()
            self._deliver(owner, work, done, failed, unwanted=lambda: worker.is_cancelled)

        return self._app.run_worker(
            job, thread=True, group=f"{id(owner)}:{group}", exclusive=True, exit_on_error=True
        )

    def in_order(
        self,
        owner: MessagePump,
        work: Callable[[Desk], T],
        done: Callable[[T], None],
        *,
        failed: Failed | None = None,
    ) -> None:
        """Do `work` after everything given here before: for writes whose order matters."""
        self._writer.submit(self._deliver, owner, work, done, failed, unwanted=lambda: False)

    async def quiet(self) -> None:
        """Wait until every write given so far has been done."""
        await asyncio.wrap_future(self._writer.submit(lambda: None))

    def close(self) -> None:
        """Wait for the writes that are under way, then close the desk."""
        self._writer.shutdown(wait=True)
        if self._desk is not None:
            self._desk.close()

    def _deliver(
        self,
        owner: MessagePump,
        work: Callable[[Desk], T],
        done: Callable[[T], None],
        failed: Failed | None,
        unwanted: Callable[[], bool],
    ) -> None:
        try:
            result = work(self.desk())
        except R2PError as error:
            if not unwanted():
                owner.call_later(failed or self._app.show_error, error)
        except Exception as error:
            self._app.call_later(self._app.crash, error)
        else:
            if not unwanted():
                owner.call_later(done, result)

"""One request at a time to one service, over all processes of this user, with a gap after each."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from r2p_tui.errors import SourceBusyError, SourceError

ARXIV_INTERVAL = 3.0
LONGEST_HOLD_SECONDS = 900.0
LONGEST_QUEUE_SECONDS = 180.0
_POLL_SECONDS = 0.05

Wait = Callable[[float, str], None]
"""Sleeps so many seconds; the text says why, or is empty; may raise to give up."""


@dataclass(frozen=True, slots=True)
class _State:
    """What the lock file holds: when the last request ended (monotonic), and a hold (epoch seconds)."""

    ended: float | None = None
    held_at: float = 0.0
    held_until: float = 0.0


class Limiter:
    """Turns at one service; the lock is an flock, which the kernel frees when its holder dies."""

    def __init__(
        self,
        path: Path,
        service: str,
        *,
        interval: float = ARXIV_INTERVAL,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self._path = path
        self._interval = interval
        self._monotonic = monotonic

    @contextmanager
    def turn(self, *, now: datetime, wait: Wait) -> Iterator[None]:
        """Have the service to oneself for one request.

        Raises SourceBusyError while a hold lasts or the queue is too long, SourceError where the lock file
        cannot be written.
        """
        with self._locked(wait) as handle:
            state = _read(handle)
            self._refuse_while_held(state, now)
            wait(self._gap_left(state), "")
            try:
                yield
            finally:
                _write(handle, replace(state, ended=self._monotonic()))

    def hold(self, seconds: float, *, now: datetime, wait: Wait) -> None:
        """Let no process ask again for so many seconds, at most 15 min; not to be called within a turn."""
        start = now.timestamp()
        with self._locked(wait) as handle:
            until = start + min(seconds, LONGEST_HOLD_SECONDS)
            _write(handle, replace(_read(handle), held_at=start, held_until=until))

    def _gap_left(self, state: _State) -> float:
        if state.ended is None:
            return 0.0
        # After a reboot the stored time may lie ahead of the clock: one whole gap is then enough.
        return min(max(state.ended + self._interval - self._monotonic(), 0.0), self._interval)

    def _refuse_while_held(self, state: _State, now: datetime) -> None:
        # A clock that was set back since then says nothing about the hold any more.
        if state.held_at <= now.timestamp() < state.held_until:
            until = datetime.fromtimestamp(state.held_until, UTC)
            raise SourceBusyError(
                f"{self.service} asked r2p to slow down a moment ago, so r2p leaves it alone.",
                f"Try again after {until.astimezone():%H:%M}.",
                retry_after=state.held_until - now.timestamp(),
            )

    @contextmanager
    def _locked(self, wait: Wait) -> Iterator[int]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SourceError(
                f"r2p cannot pace its requests: {self._path} cannot be written ({error.strerror}).",
                "Give yourself write access, or set R2P_HOME to a folder you own.",
            ) from error
        try:
            self._queue(handle, wait)
            yield handle
        finally:
            os.close(handle)

    def _queue(self, handle: int, wait: Wait) -> None:
        give_up = self._monotonic() + LONGEST_QUEUE_SECONDS
        while not _try_lock(handle):
            if self._monotonic() > give_up:
                raise SourceBusyError(
                    f"Another r2p has been using {self.service} for {LONGEST_QUEUE_SECONDS / 60:.0f} min.",
                    "Try again when it is done.",
                )
            wait(_POLL_SECONDS, f"Waiting for another r2p that is using {self.service}")


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(handle: int) -> _State:
    try:
        values = json.loads(os.pread(handle, 4096, 0) or b"{}")
        return _State(**{name: float(value) for name, value in values.items() if value is not None})
    except (ValueError, TypeError, AttributeError):
        return _State()


def _write(handle: int, state: _State) -> None:
    text = json.dumps(asdict(state)).encode()
    try:
        os.pwrite(handle, text, 0)
        os.ftruncate(handle, len(text))
    except OSError as error:
        raise SourceError(
            f"r2p cannot pace its requests: {error.strerror}.",
            "Free some space on the disk of r2p's folders.",
        ) from error

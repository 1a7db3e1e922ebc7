"""What a client and an engine host say to each other: lines of JSON over a pair of pipes of their own.

Libraries print to file descriptors 1 and 2, which lead to the log, so nothing of theirs gets in between.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Mapping
from typing import Any

_CHUNK = 1 << 16


class Closed(Exception):  # noqa: N818  (an ending, which is what the other side says by it)
    """The other side has closed its end, or is gone."""


class Line:
    """One end of the pair; both file descriptors are closed with it."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._rest = b""
        self._open = True

    def send(self, message: Mapping[str, Any]) -> None:
        """Raises Closed."""
        data = json.dumps(message).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._writing, data) :]
        except OSError as error:
            raise Closed from error

    def receive(self, seconds: float | None = None) -> dict[str, Any]:
        """The next message; raises Closed, and TimeoutError where none came within `seconds`."""
        until = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._rest:
            self._await(until)
            data = os.read(self._reading, _CHUNK)
            if not data:
                raise Closed
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _await(self, until: float | None) -> None:
        left = None if until is None else max(until - time.monotonic(), 0.0)
        if not select.select([self._reading], [], [], left)[0]:
            raise TimeoutError

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._reading)
            os.close(self._writing)

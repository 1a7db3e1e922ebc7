"""A server on loopback that answers each request by a script, byte for byte, and remembers what it saw."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from r2p_tui.sources.http import Timing

NOW = datetime(2025, 8, 20, 13, 0, tzinfo=UTC)
QUICK = Timing(connect=1.0, read=0.3, total=0.6, patience=60.0)

Behaviour = Callable[[socket.socket], None]
Route = Callable[[str], Behaviour]


class FakeClock:
    """Time that passes only by sleeping, so that long waits cost nothing."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


@dataclass
class Seen:
    """One request: when it came, its path and header lines in lower case, when its answer began, its body."""

    came: float
    path: str
    headers: dict[str, str]
    answered: float = 0.0
    method: str = "GET"
    body: bytes = b""


@dataclass
class ScriptedServer:
    """Answers by the path, or else the n-th request by the n-th behaviour and later ones by the last.

    `thinking` is how many seconds it takes before each answer.
    """

    script: list[Behaviour]
    route: Route | None = None
    url: str = ""
    thinking: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    most_at_once: int = 0
    _open: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def handle(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                head += chunk
            head, _, body = head.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
            while len(body) < int(headers.get("content-length", "0")):
                body += connection.recv(65536)
            method, path, _ = lines[0].split(" ")
            seen = Seen(time.monotonic(), path, headers, method=method, body=body)
            with self._lock:
                scripted = None if self.route else self.script[min(len(self.seen), len(self.script) - 1)]
                self.seen.append(seen)
                self._open += 1
                self.most_at_once = max(self.most_at_once, self._open)
            time.sleep(self.thinking)
            # Before the answer goes out: the client cannot come again earlier than this.
            with self._lock:
                self._open -= 1
            seen.answered = time.monotonic()
            behaviour = self.route(seen.path) if self.route else scripted
            assert behaviour
            behaviour(connection)


@contextlib.contextmanager
def scripted(*script: Behaviour, route: Route | None = None) -> Iterator[ScriptedServer]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    server = ScriptedServer(list(script), route, f"http://127.0.0.1:{listener.getsockname()[1]}")
    over = threading.Event()
    threads: list[threading.Thread] = []

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(5)
            threads.append(threading.Thread(target=server.handle, args=(connection,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        over.set()
        acceptor.join()
        listener.close()
        for thread in threads:
            thread.join()


def answer(
    body: bytes | str = b"", status: int = 200, length: int | None = None, **headers: str
) -> Behaviour:
    """A whole answer; `length` lies about the body, and header names are written with underscores."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(content) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content)


def raw(data: bytes) -> Behaviour:
    """These bytes, and the end of the connection."""
    return lambda connection: connection.sendall(data)


def dripping(data: bytes, seconds: float = 0.05) -> Behaviour:
    """One byte at a time, so that no single read is ever late."""

    def drip(connection: socket.socket) -> None:
        for number in range(len(data)):
            connection.sendall(data[number : number + 1])
            time.sleep(seconds)

    return drip


def lingering(behaviour: Behaviour, seconds: float = 0.2) -> Behaviour:
    """The same, with the end of the connection only after a while."""

    def linger(connection: socket.socket) -> None:
        behaviour(connection)
        time.sleep(seconds)

    return linger


def silent(connection: socket.socket) -> None:
    """Never answer; the client hangs up."""
    with contextlib.suppress(OSError):
        connection.recv(1)


def hang_up(connection: socket.socket) -> None:
    """Close without a word."""


def endless(connection: socket.socket) -> None:
    """A body without a length and without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 1_000_000)

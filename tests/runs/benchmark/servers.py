"""Small servers on loopback, each in a thread with a loop of its own, that answer as a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def serving(talk: Talk) -> Iterator[int]:
    """The port of a server that hands each connection to `talk`."""
    up = threading.Event()
    found: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    async def serve() -> None:
        over = asyncio.Event()
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        found.append((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), over))
        up.set()
        async with server:
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert up.wait(10)
    port, loop, over = found[0]
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """First line, headers and body; raises IncompleteReadError at the end of the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first, headers, await reader.readexactly(int(headers.get("content-length", 0)))


def answering(
    answer: Callable[[int, str, dict[str, str], bytes], bytes],
    *,
    seconds: float = 0.0,
    most: int | None = None,
) -> Talk:
    """Answers each request with the bytes that `answer` gives for its number, line, headers and body."""
    numbers = iter(range(10**9))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = 0
        while most is None or count < most:
            asked = await read_request(reader)
            count += 1
            if seconds:
                await asyncio.sleep(seconds)
            writer.write(answer(next(numbers), *asked))
            await writer.drain()

    return talk


def whole(body: bytes = b"fine", status: str = "200 OK", extra: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body

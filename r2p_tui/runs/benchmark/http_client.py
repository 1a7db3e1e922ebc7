"""Connections that put load on one endpoint: one thread, many connections, times taken where bytes arrive.

A thread for each client would wait for the interpreter's lock before it could look at its clock. Here one
loop waits for all connections, and the time of an answer is the time at which the system reported its bytes.
"""

from __future__ import annotations

import asyncio
import select
import selectors
import ssl
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from r2p_tui.domain.endpoint_address import Endpoint, is_loopback
from r2p_tui.errors import NotFoundError, R2PError
from r2p_tui.runs.benchmark.http_answer import Answer, BadAnswerError
from r2p_tui.text import clean_line, shorten

T = TypeVar("T")
_CONNECT_SECONDS = 10.0
_AGENT = "r2p-benchmark"


class EndpointError(R2PError):
    """The endpoint cannot be reached, or does not answer as HTTP."""


class BodyReader(Protocol):
    """What looks into the body of one answer while it comes."""

    def read(self, piece: bytes, now: float, /) -> None: ...

    def fault(self) -> str:
        """Why a whole answer is wrong; empty where it is right."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, as one block of bytes; `expected` is the one right status, None for any below 400."""

    payload: bytes
    method: str = "GET"
    expected: int | None = None
    reader: Callable[[], BodyReader] | None = None


class Exchange(NamedTuple):
    """One request and what became of it; times by the monotonic clock.

    `fault` is empty for a right answer. `answered` tells an answer with an error from none at all.
    """

    arrival: float
    sent: float
    ended: float
    status: int = 0
    size: int = 0
    fault: str = ""
    answered: bool = False
    reader: BodyReader | None = None

    @property
    def is_right(self) -> bool:
        """Whether a whole answer came, and the right one."""
        return self.answered and not self.fault


@dataclass(slots=True)
class Place:
    """An endpoint as it was resolved: its name is looked up once, so that no look-up is measured."""

    endpoint: Endpoint
    addresses: tuple[str, ...]
    tls: ssl.SSLContext | None = field(default=None, repr=False)


class ExactSelector(selectors.DefaultSelector):
    """Waits to the microsecond, where epoll knows milliseconds only, and keeps when the wait ended."""

    def __init__(self) -> None:
        super().__init__()
        self.woke = time.monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0 and hasattr(self, "fileno") and self.fileno() < 1024:
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        events = super().select(timeout)
        self.woke = time.monotonic()
        return events


def run_loop(work: Callable[[ExactSelector], Coroutine[Any, Any, T]]) -> T:
    """Carry out a coroutine on a loop of its own; what ends the process from a signal comes through."""
    selector = ExactSelector()
    loop = asyncio.SelectorEventLoop(selector)
    ended: list[BaseException] = []

    def handle(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException) and not isinstance(error, OSError | BadAnswerError):
            ended.append(error)
            loop.stop()

    loop.set_exception_handler(handle)
    try:
        return loop.run_until_complete(work(selector))
    except RuntimeError:
        if ended:
            raise ended[0] from None
        raise
    finally:
        _close(loop)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


async def find_place(endpoint: Endpoint) -> Place:
    """Look up the host once; raises NotFoundError, and EndpointError where http would leave the machine."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(endpoint.host, endpoint.port)
    except OSError as error:
        raise NotFoundError(f"The host {endpoint.host} was not found.", _said(error)) from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if endpoint.scheme == "https":
        return Place(endpoint, addresses, ssl.create_default_context())
    here = tuple(address for address in addresses if is_loopback(address))
    if not here:
        raise EndpointError(f"{endpoint.host} is not on this machine, and http does not leave it.")
    return Place(endpoint, here)


def payload(
    endpoint: Endpoint,
    method: str,
    body: bytes = b"",
    content_type: str = "",
    token: str = "",
    accept: str = "*/*",
) -> bytes:
    """A whole request; raises ValueError for a token that would end its line."""
    if not token.isascii() or not token.isprintable():
        raise ValueError("a token with characters that no header takes")
    lines = [
        f"{method} {endpoint.path} HTTP/1.1",
        f"Host: {endpoint.authority}",
        f"User-Agent: {_AGENT}",
        f"Accept: {accept}",
        "Accept-Encoding: identity",
    ]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


class Connection(asyncio.Protocol):
    """One connection, one request at a time; `finished` hears of each one exactly once.

    A connection that is still `usable` when `finished` is called may carry the next request.
    """

    __slots__ = (
        "_answer",
        "_arrival",
        "_finished",
        "_reader",
        "_request",
        "_selector",
        "_sent",
        "_transport",
    )

    def __init__(self, selector: ExactSelector, finished: Callable[[Connection, Exchange], None]) -> None:
        self._selector = selector
        self._finished = finished
        self._transport: asyncio.Transport | None = None
        self._request: Request | None = None
        self._answer: Answer | None = None
        self._reader: BodyReader | None = None
        self._arrival = self._sent = 0.0

    @property
    def usable(self) -> bool:
        """Whether a request can be sent now."""
        return self._request is None and self._transport is not None and not self._transport.is_closing()

    @property
    def waiting_since(self) -> float | None:
        """When the request was sent that is under way; None where there is none."""
        return self._sent if self._request is not None else None

    def send(self, request: Request, arrival: float | None = None) -> None:
        """Send a request that arrived at that time, or now; no other may be under way.

        On a connection that was closed meanwhile it is lost at once.
        """
        self._request = request
        self._answer = Answer(request.method)
        self._reader = request.reader() if request.reader else None
        self._sent = time.monotonic()
        self._arrival = self._sent if arrival is None else arrival
        if self._transport is None or self._transport.is_closing():
            self._end("the connection was closed before the request")
        else:
            self._transport.write(request.payload)

    def give_up(self, fault: str) -> None:
        """Count the request that is under way as lost, and close."""
        self._end(fault)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        answer, request = self._answer, self._request
        if answer is None or request is None:
            # Nothing was asked: the next answer could no longer be told from this.
            return self.close()
        try:
            piece = answer.feed(data)
            if piece and self._reader is not None:
                self._reader.read(piece, self._selector.woke)
        except BadAnswerError as error:
            return self._end(str(error), answered=answer.has_head)
        if answer.done:
            self._answered(answer, request)
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        answer, request = self._answer, self._request
        if answer is None or request is None:
            return
        try:
            if exc is not None:
                raise BadAnswerError(f"the connection broke: {_said(exc)}")
            answer.end()
        except BadAnswerError as error:
            self._end(str(error))
        else:
            self._answered(answer, request)

    def _answered(self, answer: Answer, request: Request) -> None:
        fault = _wrong_status(answer.status, request.expected)
        if not fault and self._reader is not None:
            fault = self._reader.fault()
        if not answer.keeps_open:
            self.close()
        self._end(fault, answered=True, keep=True)

    def _end(self, fault: str, *, answered: bool = False, keep: bool = False) -> None:
        answer, reader = self._answer, self._reader
        if answer is None or self._request is None:
            return
        self._request = self._answer = self._reader = None
        if not keep:
            self.close()
        ended = self._selector.woke if answered else time.monotonic()
        self._finished(
            self,
            Exchange(
                self._arrival, self._sent, ended, answer.status, answer.body_size, fault, answered, reader
            ),
        )


async def new_connection(
    place: Place, selector: ExactSelector, finished: Callable[[Connection, Exchange], None]
) -> Connection:
    """A new connection, trying each address in turn; raises OSError or TimeoutError."""
    loop = asyncio.get_running_loop()
    failure: OSError = ConnectionError("no address")
    for address in place.addresses:
        making = loop.create_connection(
            lambda: Connection(selector, finished),
            address,
            place.endpoint.port,
            ssl=place.tls,
            server_hostname=place.endpoint.host if place.tls else None,
        )
        try:
            return (await asyncio.wait_for(making, _CONNECT_SECONDS))[1]
        except (OSError, TimeoutError) as error:
            failure = error
    raise failure


def why_no_connection(place: Place, error: OSError) -> EndpointError:
    """The error in one sentence."""
    shown = place.endpoint.shown
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = shorten(clean_line(error.verify_message), 100)
        return EndpointError(f"{shown} shows a certificate that does not hold: {reason}.")
    if isinstance(error, ConnectionRefusedError):
        return EndpointError(
            f"Nothing listens at {shown}: the connection was refused.", "Start the service, then try again."
        )
    return EndpointError(f"{shown} cannot be reached: {_said(error)}.")


def _wrong_status(status: int, expected: int | None) -> str:
    right = status == expected if expected is not None else status < 300
    return "" if right else f"status {status}"


def _said(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shorten(clean_line(str(words)), 100).rstrip(".")

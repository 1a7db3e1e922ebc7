"""Connections that go only where they were allowed to go, and that end when their time is up."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection

from r2p_tui.config import is_loopback
from r2p_tui.errors import SourceError

_POLL_SECONDS = 0.1


class StoppedError(SourceError):
    """The user gave up waiting; what was stored until then stays."""

    def __init__(self) -> None:
        super().__init__("Stopped before the end.", "What was stored stays; run it again to go on.")


class Exchange:
    """One request under watch: its socket is shut when `seconds` are over or the user has given up."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self.timed_out = False
        self.stopped = False
        self._deadline = time.monotonic() + seconds
        self._cancelled = cancelled
        self._sockets: list[socket.socket] = []
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="r2p-exchange", daemon=True)

    def __enter__(self) -> Exchange:
        self._token = _CURRENT.set(self)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)
        self._over.set()
        self._watcher.join()
        for watched in self._sockets:
            watched.close()

    @property
    def is_shut(self) -> bool:
        return self.timed_out or self.stopped

    def add(self, connected: socket.socket) -> None:
        """Watch a socket too; it is shut at once where the time is already over."""
        # A duplicate, because TLS takes the descriptor out of the socket that it wraps.
        self._sockets.append(connected.dup())
        if self.is_shut:
            self._shut()

    def _watch(self) -> None:
        while not self._over.wait(_POLL_SECONDS):
            self.stopped = self._cancelled()
            self.timed_out = time.monotonic() > self._deadline
            if self.is_shut:
                self._shut()
                return

    def _shut(self) -> None:
        # Shutting down, unlike closing, wakes a thread that is blocked in a read of the same connection.
        for watched in self._sockets:
            with suppress(OSError):
                watched.shutdown(socket.SHUT_RDWR)


_CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


class CheckedAdapter(HTTPAdapter):
    """Opens plain and TLS connections to checked addresses only; never through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, loopback for a name of this machine and global for every other one.

    Raises SourceError where the name is unknown, or where any address is not of that kind.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{host} cannot be found.", "Check the network connection.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not _allowed(address, local=is_loopback(host)):
            raise SourceError(
                f"{host} leads to {address}, which is not a public address, so r2p does not go there.",
                "Check the network: a login page or a name server may stand in between.",
            )
    return addresses


def _allowed(address: str, *, local: bool) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_loopback if local else ip.is_global and not ip.is_multicast


def _connect(connection: HTTPConnection) -> socket.socket:
    """Connect to the very address that was checked, so that a second look-up cannot change it."""
    failure: OSError | None = None
    for address in checked_addresses(connection.host, connection.port):
        try:
            connected = create_connection(
                (address, connection.port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as error:
            failure = error
        else:
            if exchange := _CURRENT.get():
                exchange.add(connected)
            return connected
    raise SourceError(
        f"{connection.host} cannot be reached.", "Check the network connection, then try again."
    ) from failure

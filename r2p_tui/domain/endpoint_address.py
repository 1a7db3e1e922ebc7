"""Which addresses a benchmark may put load on: http on this very machine, https anywhere."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line, shorten

VARIABLE_HINT = "Name a variable that holds the token instead: token_variable=MY_TOKEN"
_PORTS = {"http": 80, "https": 443}
# What cannot stand in the first line of a request, or would start another one.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?|[0-9a-f:.]{2,45}")
_SECRET_QUERY = re.compile(
    r"(?:^|[&;_-])(?:[a-z0-9_-]*(?:token|secret|password|passwd|signature|api_?-?key|access_?-?key|credential)"
    r"[a-z0-9_-]*|key|sig|auth|pwd)=",
    re.I,
)


class Endpoint(NamedTuple):
    """Where requests go; `path` holds the query too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_here(self) -> bool:
        """Whether it is this very machine, by its name alone."""
        return is_loopback(self.host)

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header tells them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The address for people, without its query."""
        return f"{self.scheme}://{self.authority}{self.path.partition('?')[0]}"


def is_address(target: str) -> bool:
    """Whether a target is meant as an address and not as a file."""
    return bool(re.match(r"[a-z][a-z0-9+.-]{1,20}://", target.strip(), re.I))


def is_loopback(host: str) -> bool:
    """Whether a name or an address is of this very machine: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint_of(address: str) -> Endpoint:
    """The parts of an address; raises UsageError for one that no load may be put on."""
    text = address.strip()
    shown = shorten(clean_line(_without_login(text)), 100)
    parts, port = _split(text, shown)
    if parts.scheme not in _PORTS:
        raise UsageError(f"A benchmark speaks http and https, not “{shown}”.")
    if parts.username is not None or parts.password is not None:
        raise UsageError("An address with a name or password in it is not kept by r2p.", VARIABLE_HINT)
    if _SECRET_QUERY.search(parts.query):
        raise UsageError(f"The address {shown} seems to hold a secret.", VARIABLE_HINT)
    host = (parts.hostname or "").rstrip(".")
    if not _HOST.fullmatch(host) or _UNSAFE.search(text):
        raise UsageError(f"“{shown}” is not an address that a request can be sent to.")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"http goes to this machine only, and {host} is another; nothing was sent.",
            "Take its https address, or a tunnel that ends on 127.0.0.1.",
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme, host, port or _PORTS[parts.scheme], path)


def _split(text: str, shown: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError as error:
        raise UsageError(f"“{shown}” is not an address that a request can be sent to.") from error


def _without_login(text: str) -> str:
    """What may be shown of an address: neither what stands before its @ nor its query."""
    return re.sub(r"//[^/?#]*@", "//", text.partition("?")[0])

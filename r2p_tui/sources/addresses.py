"""Addresses as far as asking is concerned: which place they belong to, and where a redirect leads."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from r2p_tui.config import is_loopback


def without_parameters(url: str, parameters: Collection[str]) -> str:
    """The address without the parameters of these names; as it is where it has none of them."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    kept = [(name, value) for name, value in pairs if name not in parameters]
    return url if len(kept) == len(pairs) else parts._replace(query=urlencode(kept)).geturl()


def target_of(url: str, location: str) -> str:
    """Where a redirect leads; an address that nobody can read leads nowhere, and is refused as such."""
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def place_of(url: str) -> str:
    """Scheme, host and port of an address that may be asked at all; empty for every other one."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if not host or parts.username is not None or parts.password is not None:
        return ""
    if parts.scheme == "https":
        return f"https://{host}" if port in (None, 443) else f"https://{host}:{port}"
    if parts.scheme == "http" and is_loopback(host):
        return f"http://{host}:{port or 80}"
    return ""

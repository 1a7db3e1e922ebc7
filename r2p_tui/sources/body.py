"""The body of an answer: whole, decompressed, and not larger than anything we ever asked for."""

from __future__ import annotations

import zlib
from http.client import HTTPException

import requests

BODY_LIMIT = 20_000_000
_CHUNK = 65_536


class BodyTooLargeError(Exception):
    """The body is larger than was asked for, as it came or decompressed."""


def read_body(response: requests.Response, limit: int = BODY_LIMIT) -> bytes:
    """Read a streamed answer of at most `limit` bytes to its end.

    Raises BodyTooLargeError, HTTPException for a body that is not as announced, and what urllib3 raises.
    """
    announced = response.headers.get("Content-Length", "")
    length = int(announced) if announced.isdecimal() else None
    if length is not None and length > limit:
        raise BodyTooLargeError
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise BodyTooLargeError
    if length is not None and length != len(body):
        raise HTTPException("the body is not as long as announced")
    return _plain(bytes(body), response.headers.get("Content-Encoding", "").strip().lower(), limit)


def _plain(body: bytes, coding: str, limit: int) -> bytes:
    if not body or coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip"):
        raise HTTPException("the body is coded in a way that was not asked for")
    inflate = zlib.decompressobj(wbits=31)
    try:
        plain = inflate.decompress(body, limit + 1)
    except zlib.error as error:
        raise HTTPException("the body cannot be decompressed") from error
    if len(plain) > limit:
        raise BodyTooLargeError
    if not inflate.eof:
        raise HTTPException("the compressed body is cut off")
    return plain

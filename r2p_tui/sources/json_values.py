"""JSON from a service, read with mistrust: what is not as documented becomes nothing, never a crash."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

from r2p_tui.errors import SourceError
from r2p_tui.text import clean_line

_MOST = 1_000_000_000
_TAG = re.compile(r"</?[A-Za-z][A-Za-z:]*(\s[^<>]*)?/?>")


def parse_json(body: bytes, service: str) -> Any:
    """The value; raises SourceError for a body that is cut off or no JSON at all."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"The answer of {service} is cut off or not JSON.", "Try again in a few minutes."
        ) from error


def line_of(value: Any) -> str:
    """One clean line; empty for everything that is not text."""
    return clean_line(value) if isinstance(value, str) else ""


def plain_line(value: Any) -> str:
    """`line_of` without the HTML tags and entities that some services leave in titles."""
    return clean_line(unescape(_TAG.sub("", value))) if isinstance(value, str) else ""


def whole_of(value: Any) -> int | None:
    """A count; None for everything that is no whole number, or not one that counts papers."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST
    return int(value) if fits else None


def year_of(value: Any) -> int | None:
    """A year from 1 to 9999."""
    year = whole_of(value)
    return year if year and year <= date.max.year else None


def day_of(value: Any) -> date | None:
    """A day as in 2024-01-31; None for everything else."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def dicts_of(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list; nothing where it is no list."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def dict_of(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}

"""Answers of arXiv as trees: whole, of the expected kind, and without entities."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from r2p_tui.errors import SourceError
from r2p_tui.text import clean_line

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
_DEPTH_OF_BRACKETS = 4
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|\band\b)\s+|\s*,\s*")
_SUFFIX = re.compile(r"(?:jr|sr)\.?|[IVX]{2,4}", re.IGNORECASE)


def parse_tree(body: bytes, root: str, what: str) -> Element:
    """The root element, which must be called `root`; `what` names the answer in the error.

    Raises SourceError for anything that is not one whole document of that kind.
    """
    try:
        tree: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise SourceError(
            f"{what} is cut off or not XML, so nothing of it was stored.", "Try again in a few minutes."
        ) from error
    if tree.tag != root:
        raise SourceError(f"{what} is not what arXiv usually sends.", "Try again in a few minutes.")
    return tree


def text_of(element: Element, path: str) -> str:
    """The text at a path as one clean line; empty where there is none."""
    return clean_line(element.findtext(path) or "")


def moment(text: str) -> datetime | None:
    """An RFC 3339 time in UTC; None where there is none."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def split_authors(line: str) -> tuple[str, ...]:
    """The names in one line, without the affiliations that stand in brackets."""
    for _ in range(_DEPTH_OF_BRACKETS):
        line = _BRACKETS.sub("", line)
    names: list[str] = []
    for name in _BETWEEN_NAMES.split(line):
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        elif name:
            names.append(name)
    return tuple(names)


def first_doi(text: str) -> str | None:
    """The first DOI of a field that may hold several, in lower case as the store keeps it."""
    return next(iter(text.lower().split()), None)

"""How a paper is named by a user: arXiv id, address or DOI; light enough for the hot commands."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from r2p_tui.errors import UsageError

# Compiled when first used: most references need only the first of them.
_ARXIV_ID = r"(\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)*(?:\.[A-Z]{2})?/\d{7})(?:v([1-9]\d{0,2}))?"
_DOI = r"10\.\d{4,9}/[^\s\x00-\x1f]+"
_ARXIV_DOI = r"10\.48550/arxiv\.(.+)"
_SUBJECT_CLASS = r"\.[A-Z]{2}/"
_ARXIV_HOSTS = ("arxiv.org", "www.arxiv.org", "export.arxiv.org")
_ARXIV_PAGES = ("abs", "pdf", "html", "format", "src", "e-print")
_DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")
_PREFIXES = ("arxiv", "doi")


class PaperReference(NamedTuple):
    """One paper as the user names it; `version` is None when any will do."""

    kind: Literal["arxiv", "doi"]
    value: str
    version: int | None = None

    def __str__(self) -> str:
        return self.value + (f"v{self.version}" if self.version else "")


def parse_arxiv_id(text: str) -> PaperReference | None:
    """The whole text as an arXiv id, new or old style, with or without a version; None if it is not one.

    An old id loses its subject class (`math.GT/0309136`), which arXiv itself leaves out.
    """
    match = re.fullmatch(_ARXIV_ID, text, re.ASCII)
    if match is None:
        return None
    number = re.sub(_SUBJECT_CLASS, "/", match[1]) if "/" in match[1] else match[1]
    return PaperReference("arxiv", number, int(match[2]) if match[2] else None)


def parse_reference(text: str) -> PaperReference:
    """An arXiv id, an arXiv address, a DOI or a DOI address; raises UsageError for anything else."""
    wanted = _without_prefix(text.strip())
    if reference := parse_arxiv_id(wanted) or _parse_address(wanted):
        return reference
    raise UsageError(
        f"“{text.strip()[:80]}” is not an arXiv id, an arXiv address or a DOI.",
        "For example: 2304.08069, https://arxiv.org/abs/2304.08069v3, 10.1109/CVPR.2017.106.",
    )


def _without_prefix(text: str) -> str:
    prefix, colon, rest = text.partition(":")
    return rest.lstrip() if colon and prefix.lower() in _PREFIXES else text


def _parse_address(text: str) -> PaperReference | None:
    from urllib.parse import unquote

    wanted = _named_in_address(text) or unquote(text)
    if arxiv_doi := re.fullmatch(_ARXIV_DOI, wanted, re.IGNORECASE):
        wanted = arxiv_doi[1]
    if reference := parse_arxiv_id(wanted):
        return reference
    return PaperReference("doi", wanted.lower()) if re.fullmatch(_DOI, wanted, re.ASCII) else None


def _named_in_address(text: str) -> str | None:
    """What an address of arXiv or of the DOI resolver names, without its query; None for every other text."""
    from urllib.parse import unquote, urlsplit

    try:
        address = urlsplit(text if "://" in text else f"//{text}")
        host, path = (address.hostname or "").lower(), unquote(address.path).strip("/")
    except ValueError:
        return None
    page, _, rest = path.partition("/")
    if host in _ARXIV_HOSTS and page in _ARXIV_PAGES:
        return rest[:-4] if rest.lower().endswith(".pdf") else rest
    return path if host in _DOI_HOSTS else None

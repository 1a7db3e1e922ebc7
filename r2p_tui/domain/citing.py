"""A paper as a BibTeX entry, for the clipboard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}"} | {mark: f"\\{mark}" for mark in "&%$#_"}


def bibtex_entry(
    *,
    title: str,
    authors: Sequence[str],
    published_at: datetime | None,
    arxiv_id: str | None,
    doi: str | None,
) -> str:
    """A `@misc` entry whose key is the first author's name, the year and the first word of the title."""
    year = str(published_at.year) if published_at else ""
    fields = {
        "title": "{" + _escape(title) + "}",
        "author": " and ".join(_escape(name) for name in authors),
        "year": year,
        "eprint": arxiv_id or "",
        "archiveprefix": "arXiv" if arxiv_id else "",
        "doi": doi or "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(title, authors, year)},", *lines, "}"])


def _key(title: str, authors: Sequence[str], year: str) -> str:
    words = (word for word in re.findall(r"\w+", title.lower()) if word not in ("a", "an", "the", "on"))
    last_name = authors[0].split()[-1] if authors and authors[0].split() else "paper"
    return _plain(last_name.lower()) + year + _plain(next(words, ""))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters)


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)

"""What citations and references print: from the bibliography, an .aux file, and our own counting."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from r2p_tui.pdf.tex.comments import strip_comments
from r2p_tui.pdf.tex.source import Source, decode
from r2p_tui.pdf.tex.text import Setting, plain_text
from r2p_tui.pdf.tex.tokens import Budget, Reader, TooMuchError, tokenize

_ITEM = re.compile(r"\\bibitem\b")
_BIBLATEX = re.compile(r"\\entry\{([^{}]+)\}\{")
_FAMILY = re.compile(r"family=\{+([^{}]+)\}")
_YEAR_FIELD = re.compile(r"\\field\{(?:year|labelyear)\}\{(\d{4}[a-z]?)")
_CITED = re.compile(r"\\bibcite\{([^{}]+)\}\{(\d{1,4})\}|\\bibcite\{([^{}]+)\}\{\{(\d{1,4})\}")
_LABELLED = re.compile(r"\\newlabel\{([^{}]+)\}\{\{(?:\\[a-zA-Z@]+ *)?\{?([^{}]{1,20})\}")
_LABEL = re.compile(r"(.+?)\s*\((\d{4}[a-z]?|[^()]{1,12})\)")
# Arguments end at the next command, so that none without an end is searched through to the end of the file.
_NATBIB_OPTIONS = re.compile(
    r"\\(?:usepackage|RequirePackage)\s*\[([^\]\\]*)\]\s*\{natbib\}"
    r"|\\PassOptionsToPackage\s*\{([^}\\]*)\}\s*\{natbib\}|\\setcitestyle\s*\{([^}\\]*)"
)
_BY_NUMBER = re.compile(r"\b(?:numbers|super)\b")
_NUMBERED_CLASSES = re.compile(r"IEEE|revtex|acmart|elsarticle|sn-jnl|svjour|llncs|sig-alternate|spie")
_PACKAGES = re.compile(r"\\usepackage(?:\[[^\]\\]*\])?\{([^}\\]*)\}")
_CITES_IN_BRACKETS = re.compile(r"\b(?:acl|emnlp|naacl|eacl)", re.I)
_HEAD = 1_200
_ITEM_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    authors: str = ""
    year: str = ""


@dataclass(slots=True)
class References:
    r"""The text of `\cite` and `\ref`; `labels` holds what a label stands at: `("Table", "3")`."""

    entries: dict[str, _Entry] = field(default_factory=dict)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    by_number: bool = True
    cite_in_brackets: bool = True

    def refer(self, label: str) -> tuple[str, str]:
        """What kind of thing a label stands at, and its number; both empty where it is not known."""
        return self.labels.get(label, ("", ""))

    def learn(self, label: str, kind: str, number: str) -> None:
        """Take in a label as we counted it; the number that an .aux file gives it is the better one."""
        self.labels[label] = (kind, self.labels.get(label, ("", ""))[1] or number)

    def cite(self, command: str, keys: Sequence[str]) -> str:
        """What a citing command prints; nothing where no key is known."""
        known = [self.entries[key] for key in keys if key in self.entries]
        if not known:
            return ""
        name = command.rstrip("*").lower()
        if name == "citeauthor":
            return ", ".join(entry.authors for entry in known if entry.authors)
        if name in ("citeyear", "citeyearpar") and known[0].year:
            years = ", ".join(entry.year for entry in known)
            return f"({years})" if name == "citeyearpar" else years
        if self.by_number or not known[0].authors:
            return _numbered(name, known)
        return self._by_author(name, known)

    def _by_author(self, name: str, known: Sequence[_Entry]) -> str:
        if name == "citealp":
            return "; ".join(f"{entry.authors}, {entry.year}" for entry in known)
        if name == "citealt":
            return "; ".join(f"{entry.authors} {entry.year}" for entry in known)
        in_brackets = name in ("citep", "parencite", "autocite", "supercite")
        if in_brackets or (name == "cite" and self.cite_in_brackets):
            return "(" + "; ".join(f"{entry.authors}, {entry.year}" for entry in known) + ")"
        return "; ".join(f"{entry.authors} ({entry.year})" for entry in known)


def _numbered(name: str, known: Sequence[_Entry]) -> str:
    numbers = ", ".join(str(entry.number) for entry in known)
    if name in ("citenum", "onlinecite"):
        return numbers
    named = name in ("citet", "textcite", "newcite") and known[0].authors
    return f"{known[0].authors} [{numbers}]" if named else f"[{numbers}]"


def read_references(source: Source, files: Mapping[str, bytes], budget: Budget) -> References:
    """The bibliography that the paper prints, and the labels of an .aux file where the authors sent one."""
    whole = source.preamble + source.body
    entries = _entries(whole, budget)
    for name in _of_main_first(source.name, files, ".bbl"):
        entries = entries or _entries(strip_comments(decode(files[name])), budget)
    references = References(entries)
    for name in _of_main_first(source.name, files, ".aux")[:1]:
        _take_aux(decode(files[name]), references)
    styles = [decode(data) for name, data in files.items() if name.endswith((".sty", ".cls"))]
    numbered = any(map(_cites_by_number, (source.preamble, *styles)))
    labelled = any(entry.authors for entry in entries.values())
    references.by_number = numbered or not labelled or bool(_NUMBERED_CLASSES.match(source.document_class))
    references.cite_in_brackets = any(map(_CITES_IN_BRACKETS.search, _PACKAGES.findall(source.preamble)))
    return references


def _cites_by_number(text: str) -> bool:
    """Whether a preamble or a style asks for citations as numbers."""
    options = (option for found in _NATBIB_OPTIONS.findall(text) for option in found)
    return "acmnumeric" in text or any(map(_BY_NUMBER.search, options))


def _of_main_first(main: str, files: Mapping[str, bytes], ending: str) -> list[str]:
    own = posixpath.splitext(main)[0] + ending
    return sorted((name for name in files if name.endswith(ending)), key=lambda name: (name != own, name))


def _entries(text: str, budget: Budget) -> dict[str, _Entry]:
    """The items of a bibliography in the order in which they are printed."""
    entries: dict[str, _Entry] = {}
    with suppress(TooMuchError):
        for match in islice(_ITEM.finditer(text), _ITEM_LIMIT):
            reader = Reader(tokenize(text[match.end() : match.end() + _HEAD]), budget)
            label = reader.option()
            key = "".join(reader.argument()).strip()
            if key and key not in entries:
                entries[key] = _Entry(len(entries) + 1, *_authors_and_year(label or (), budget))
    return entries or _biblatex_entries(text)


def _authors_and_year(label: Sequence[str], budget: Budget) -> tuple[str, str]:
    match = _LABEL.match(plain_text(label, Setting(budget)).text) if label else None
    return (match[1].strip(), match[2]) if match else ("", "")


def _biblatex_entries(text: str) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for match in _BIBLATEX.finditer(text):
        head = text[match.end() : match.end() + _HEAD].partition("\\entry{")[0]
        families = _FAMILY.findall(head)
        authors = f"{families[0]} et al." if len(families) > 2 else " and ".join(families)
        year = _YEAR_FIELD.search(head)
        if len(entries) < _ITEM_LIMIT:
            entries.setdefault(match[1], _Entry(len(entries) + 1, authors, year[1] if year else ""))
    return entries


def _take_aux(text: str, references: References) -> None:
    for match in _CITED.finditer(text):
        key, number = match[1] or match[3], int(match[2] or match[4])
        old = references.entries.get(key, _Entry(number))
        references.entries[key] = _Entry(number, old.authors, old.year)
    for match in _LABELLED.finditer(text):
        references.labels.setdefault(match[1], ("", match[2].strip()))

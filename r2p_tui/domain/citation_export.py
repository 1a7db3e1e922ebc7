"""Citations for other programs: a table, a graph, a bibliography."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from r2p_tui.domain.citations import Citation, Work
from r2p_tui.domain.citing import bibtex_entry
from r2p_tui.domain.papers import parse_arxiv_id
from r2p_tui.domain.table_export import csv_cell
from r2p_tui.text import clean_line

CSV_COLUMNS: Final = (
    "key", "title", "first_author", "year", "published_on", "venue", "citations", "influential_citations",
    "influential", "class", "class_corrected", "intents", "sentences", "code", "decision",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NODE_KEYS: Final = (
    ("key", "string"), ("title", "string"), ("first_author", "string"), ("year", "int"),
    ("published_on", "string"), ("venue", "string"), ("citations", "int"), ("code", "boolean"),
    ("decision", "string"),
)  # fmt: skip
_EDGE_KEYS: Final = (
    ("influential", "boolean"),
    ("class", "string"),
    ("intents", "string"),
    ("sentences", "int"),
)
_SAID_WITHOUT_VALUE: Final = ("", None)


def to_csv(rows: Iterable[Citation]) -> str:
    """One line a citation under `CSV_COLUMNS`; yes or no as 1 and 0, intents with semicolons between."""
    lines = [",".join(CSV_COLUMNS)]
    lines += [",".join(_csv_text(value) for value in _csv_row(row)) for row in rows]
    return "\n".join(lines) + "\n"


def _csv_row(row: Citation) -> tuple[object, ...]:
    work = row.work
    return (
        work.key, work.title, work.first_author, work.year, work.published_on, work.venue,
        work.citation_count, work.influential_count, int(row.influential), row.evidence_class,
        int(row.corrected), ";".join(row.intents), row.contexts, int(work.has_code), work.decision,
    )  # fmt: skip


def _csv_text(value: object) -> str:
    """A field that no spreadsheet runs as a formula, whatever somebody called a paper."""
    text = clean_line("" if value is None else str(value))
    if text.startswith(("+", "-")) and not _NUMBER.fullmatch(text):
        text = "'" + text
    return csv_cell(text) if text else ""


def to_graphml(works: Iterable[Work], edges: Iterable[Citation]) -> str:
    """A directed graph: an edge leads from the citing work to the cited one.

    The works at the far ends of the edges are nodes as well; an edge to a work told nowhere is left out.
    """
    told = list(edges)
    nodes = {work.work_id: work for work in (*(edge.work for edge in told), *works)}
    drawn = [edge for edge in told if edge.citing_id in nodes and edge.cited_id in nodes]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
            *_key_lines("node", _NODE_KEYS),
            *_key_lines("edge", _EDGE_KEYS),
            '  <graph id="citations" edgedefault="directed">',
            *(_node(work) for work in nodes.values()),
            *(_edge(edge) for edge in drawn),
            "  </graph>",
            "</graphml>",
            "",
        ]
    )


def _key_lines(kind: str, keys: Sequence[tuple[str, str]]) -> list[str]:
    return [
        f'  <key id="{kind}_{name}" for="{kind}" attr.name="{name}" attr.type="{of_type}"/>'
        for name, of_type in keys
    ]


def _node(work: Work) -> str:
    values = (
        work.key, work.title, work.first_author, work.year, work.published_on, work.venue,
        work.citation_count, work.has_code, work.decision,
    )  # fmt: skip
    return f'    <node id="w{work.work_id}">{_data("node", _NODE_KEYS, values)}</node>'


def _edge(edge: Citation) -> str:
    values = (edge.influential, edge.evidence_class, ";".join(edge.intents), edge.contexts)
    ends = f'source="w{edge.citing_id}" target="w{edge.cited_id}"'
    return f"    <edge {ends}>{_data('edge', _EDGE_KEYS, values)}</edge>"


def _data(kind: str, keys: Sequence[tuple[str, str]], values: Sequence[object]) -> str:
    return "".join(
        f'<data key="{kind}_{name}">{_xml_text(value)}</data>'
        for (name, _), value in zip(keys, values, strict=True)
        if value not in _SAID_WITHOUT_VALUE
    )


def _xml_text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return html.escape(_NO_XML.sub("", text))


def to_bibtex(works: Iterable[Work], authors: Mapping[int, Sequence[str]] | None = None) -> str:
    """An entry for each work, each under a key of its own.

    `authors` holds all names by work id; without them it is the first author “and others”.
    """
    entries: list[str] = []
    used: set[str] = set()
    for work in works:
        entry = _entry(work, (authors or {}).get(work.work_id))
        start, end = entry.index("{") + 1, entry.index(",")
        keys = (entry[start:end] + _suffix(count) for count in itertools.count())
        key = next(key for key in keys if key not in used)
        used.add(key)
        entries.append(entry[:start] + key + entry[end:])
    return "\n\n".join(entries) + ("\n" if entries else "")


def _suffix(times: int) -> str:
    """Nothing, then a, b, … z, then numbers."""
    return "" if times == 0 else chr(ord("a") + times - 1) if times <= 26 else f"-{times}"


def _entry(work: Work, authors: Sequence[str] | None) -> str:
    names = authors or ((work.first_author, "others") if work.first_author else ())
    arxiv = parse_arxiv_id(work.key)
    return bibtex_entry(
        title=clean_line(work.title),
        authors=[clean_line(name) for name in names],
        published_at=_published_at(work),
        arxiv_id=arxiv.value if arxiv else None,
        doi=work.key if work.key and not arxiv else None,
    )


def _published_at(work: Work) -> datetime | None:
    day = work.published_on or (date(work.year, 1, 1) if work.year and 1 <= work.year <= 9999 else None)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None

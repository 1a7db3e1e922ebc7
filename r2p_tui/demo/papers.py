"""The packaged papers: facts as their sources state them, abstracts in our own words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files

from r2p_tui.domain.papers import IncomingPaper, Source

PAPERS_FILE = "papers.tsv"


def packaged_papers() -> Iterator[IncomingPaper]:
    """Every paper of the demonstration; what its source did not say is None or empty."""
    lines = files("r2p_tui.demo").joinpath(PAPERS_FILE).read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield _paper(row)


def _paper(row: dict[str, str]) -> IncomingPaper:
    primary = row["primary_category"] or None
    published = _exact_day(row["v1_date"])
    return IncomingPaper(
        arxiv_id=row["arxiv_id"],
        version=int(row["version"]),
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(row["authors"].split("; ")),
        categories=tuple(row["categories"].split()) or ((primary,) if primary else ()),
        source=Source.API,
        primary_category=primary,
        code_url=row["code_url"] or None,
        published_at=published,
        version_dates=((1, published),) if published else (),
    )


def _exact_day(text: str) -> datetime | None:
    """The day, or None for a date that is known to its month only (`2024-12~`)."""
    return None if text.endswith("~") else datetime.fromisoformat(text).replace(tzinfo=UTC)

"""Harvests by OAI-PMH: everything that changed in a listing since a day, in pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from r2p_tui.domain.papers import IncomingPaper, Source, find_code_url, parse_arxiv_id
from r2p_tui.errors import SourceError
from r2p_tui.sources.arxiv.xml import first_doi, moment, parse_tree, split_authors, text_of
from r2p_tui.sources.http import PoliteSession
from r2p_tui.text import clean_line

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
# Archives that are sets below `physics`; every other archive is a group of its own.
_PHYSICS = frozenset(
    {
        *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th"),
        *("math-ph", "nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"),
    }
)


class TokenExpiredError(SourceError):
    """The server has forgotten the harvest that a token stands for; it must begin again."""


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as its last version stands, and the day (UTC) on which arXiv last touched the record."""

    paper: IncomingPaper
    changed_on: date


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a harvest; `token` asks for the next one and is None on the last."""

    records: tuple[Record, ...]
    token: str | None
    answered_at: datetime | None
    unreadable: int = 0


def oai_set(listing: str) -> str:
    """The set that holds a category or an archive: `cs:cs:CV`, `physics:hep-th`, `physics:astro-ph:GA`."""
    archive, _, category = listing.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    return ":".join(part for part in (group, archive, category) if part)


def fetch_page(session: PoliteSession, oai_url: str, listing: str, *, since: date, token: str | None) -> Page:
    """The first page of what changed since a day, or the page that a token stands for.

    Raises TokenExpiredError where the harvest must begin again, SourceError otherwise.
    """
    if token:
        # The token comes percent-encoded and is an opaque value: urlencode encodes it once more, as it must.
        wanted = {"verb": "ListRecords", "resumptionToken": token}
    else:
        # No `until`: the server refuses one that lies ahead of its own clock.
        wanted = {
            "verb": "ListRecords",
            "metadataPrefix": "arXivRaw",
            "set": oai_set(listing),
            "from": since.isoformat(),
        }
    return parse_page(session.get(f"{oai_url}?{urlencode(wanted)}").content, listing)


def parse_page(body: bytes, listing: str) -> Page:
    """A page from its bytes; "no records match" is a page without records."""
    tree = parse_tree(body, f"{_OAI}OAI-PMH", f"The catch-up of {listing}")
    answered_at = moment(tree.findtext(f"{_OAI}responseDate") or "")
    errors = {error.get("code", ""): clean_line(error.text or "") for error in tree.findall(f"{_OAI}error")}
    if "badResumptionToken" in errors:
        raise TokenExpiredError("arXiv's catch-up expired on its way.", "Run r2p sync again.")
    if set(errors) == {"noRecordsMatch"}:
        return Page((), None, answered_at)
    if errors:
        code, text = next(iter(errors.items()))
        raise SourceError(f"arXiv refuses the catch-up of {listing}: {text or code}.", "Try again later.")
    answer = tree.find(f"{_OAI}ListRecords")
    if answer is None:
        raise SourceError(f"The catch-up of {listing} came without records.", "Try again in a few minutes.")
    found = answer.findall(f"{_OAI}record")
    living = [record for record in found if record.find(f"{_OAI}header[@status='deleted']") is None]
    records = tuple(record for element in living if (record := _record(element)))
    token = clean_line(answer.findtext(f"{_OAI}resumptionToken") or "") or None
    return Page(records, token, answered_at, len(living) - len(records))


def _record(element: Element) -> Record | None:
    raw = element.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    changed = moment(element.findtext(f"{_OAI}header/{_OAI}datestamp") or "")
    if raw is None or changed is None:
        return None
    reference = parse_arxiv_id(text_of(raw, f"{_RAW}id"))
    title, dates = text_of(raw, f"{_RAW}title"), _version_dates(raw.findall(f"{_RAW}version"))
    if reference is None or not title or not dates:
        return None
    abstract, comment = text_of(raw, f"{_RAW}abstract"), text_of(raw, f"{_RAW}comments") or None
    categories = tuple(dict.fromkeys(text_of(raw, f"{_RAW}categories").split()))
    paper = IncomingPaper(
        arxiv_id=reference.value,
        version=dates[-1][0],
        title=title,
        abstract=abstract,
        authors=split_authors(text_of(raw, f"{_RAW}authors")),
        categories=categories,
        source=Source.OAI,
        primary_category=next(iter(categories), None),
        doi=first_doi(text_of(raw, f"{_RAW}doi")),
        comment=comment,
        journal_ref=text_of(raw, f"{_RAW}journal-ref") or None,
        license=text_of(raw, f"{_RAW}license") or None,
        code_url=find_code_url(comment, abstract),
        published_at=dates[0][1],
        updated_at=dates[-1][1],
        version_dates=dates,
    )
    return Record(paper, changed.date())


def _version_dates(elements: Iterable[Element]) -> tuple[tuple[int, datetime], ...]:
    dates: dict[int, datetime] = {}
    for element in elements:
        number = element.get("version", "").removeprefix("v")
        try:
            submitted = parsedate_to_datetime(element.findtext(f"{_RAW}date") or "")
        except ValueError:
            continue
        if number.isdecimal() and int(number) > 0:
            dates[int(number)] = submitted.astimezone(UTC)
    return tuple(sorted(dates.items()))

"""Answers in the shapes that arXiv gives them, with invented papers."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

ATOM = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
OPENSEARCH = 'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
OAI = 'xmlns="http://www.openarchives.org/OAI/2.0/"'


def feed_entry(
    paper: str,
    kind: str = "new",
    *,
    day: str = "2025-08-20",
    categories: str = "cs.AI",
    title: str = "",
    creator: str = "Ada Lovelace, Alan Turing",
    extra: str = "",
) -> str:
    """A line of a daily feed; `paper` is an id with its version."""
    terms = "".join(f'<category term="{term}"/>' for term in categories.split())
    name = paper.partition("v")[0]
    return f"""<entry><id>oai:arXiv.org:{paper}</id><title>{escape(title or f"Paper {name}")}</title>
<updated>{day}T04:00:19+00:00</updated><link href="https://arxiv.org/abs/{name}" rel="alternate"/>
<summary>arXiv:{paper} Announce Type: {kind}
Abstract: What {name} says,
  at length.</summary>{terms}<published>{day}T00:00:00-04:00</published>
<arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>{escape(creator)}</dc:creator>{extra}</entry>"""


def feed(*entries: str, title: str = "cs.AI updates on arXiv.org") -> str:
    """A daily feed."""
    head = f"<?xml version='1.0' encoding='UTF-8'?><feed {ATOM} {DC}><title>{title}</title>"
    return f"{head}{''.join(entries)}</feed>"


def record(
    paper: str,
    *dates: str,
    categories: str = "cs.AI",
    changed: str = "2025-08-21",
    title: str = "",
    authors: str = "Ada Lovelace and Alan Turing",
    doi: str = "",
) -> str:
    """A record of a harvest; one date a version, as `20 Aug 2025 10:00:00`."""
    versions = "".join(
        f'<version version="v{number}"><date>Wed, {date} GMT</date><size>1kb</size></version>'
        for number, date in enumerate(dates, 1)
    )
    return f"""<record><header><identifier>oai:arXiv.org:{paper}</identifier><datestamp>{changed}</datestamp>
</header><metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper}</id>{versions}
<title>{escape(title or f"Paper {paper}")}</title><authors>{escape(authors)}</authors>
<categories>{categories}</categories><comments>12 pages</comments>{f"<doi>{doi}</doi>" if doi else ""}
<license>http://creativecommons.org/licenses/by/4.0/</license>
<abstract>What {paper} says,
  at length.</abstract></arXivRaw></metadata></record>"""


def harvest(records: Iterable[str], *, token: str = "", answered: str = "2025-08-26T12:00:00Z") -> str:
    """A page of a harvest; the last page has an empty token."""
    return f"""<?xml version="1.0" encoding="UTF-8"?><OAI-PMH {OAI}><responseDate>{answered}</responseDate>
<ListRecords>{"".join(records)}
<resumptionToken expirationDate="2025-08-27T00:00:00Z">{token}</resumptionToken></ListRecords></OAI-PMH>"""


def oai_error(code: str, text: str = "") -> str:
    """A refusal of a harvest, which comes with HTTP status 200."""
    return f"""<OAI-PMH {OAI}><responseDate>2025-08-26T12:00:00Z</responseDate>
<error code="{code}">{text}</error></OAI-PMH>"""


def api_entry(
    paper: str,
    *,
    published: str = "2025-08-19T10:00:00Z",
    updated: str = "",
    categories: str = "cs.AI",
    title: str = "",
    extra: str = "",
) -> str:
    """An entry of the query API; `paper` is an id with its version."""
    terms = "".join(f'<category term="{term}"/>' for term in categories.split())
    name = paper.partition("v")[0]
    return f"""<entry><id>http://arxiv.org/abs/{paper}</id><title>{escape(title or f"Paper {name}")}</title>
<updated>{updated or published}</updated><published>{published}</published>
<summary>What {name} says,
  at length.</summary><author><name>Ada Lovelace</name></author><author><name>Alan Turing</name></author>
<arxiv:comment>12 pages, code at https://github.com/ada/engine.</arxiv:comment>{extra}
<arxiv:primary_category term="{categories.split()[0]}"/>{terms}</entry>"""


def api(*entries: str, total: int | None = None) -> str:
    """A page of the query API."""
    return f"""<?xml version='1.0' encoding='UTF-8'?><feed {ATOM} {OPENSEARCH}><title>arXiv Query</title>
<opensearch:totalResults>{len(entries) if total is None else total}</opensearch:totalResults>
{"".join(entries)}</feed>"""


def api_error(text: str) -> str:
    """What the query API says of a request that it does not understand."""
    return api(
        f"""<entry><id>https://arxiv.org/api/errors#bad</id><title>Error</title>
<updated>2025-08-20T00:00:00Z</updated><summary>{text}</summary></entry>"""
    )

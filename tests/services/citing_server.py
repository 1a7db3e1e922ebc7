"""A Semantic Scholar on loopback with as many citing works as one likes, each with a day of publication."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sources.scripted_server import Behaviour, answer

FIRST_DAY = date(2023, 5, 1)


@dataclass
class CitingServer:
    """Who cites a work: `days` of publication, one a work. `reach` is the row behind which nothing is shown.

    `count` is what it says to count, the number of days where it is None; `faults` answer a request in the
    place of the server, by its number from 0.
    """

    days: list[date]
    reach: int = 9_999
    count: int | None = None
    faults: dict[int, Behaviour] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def route(self, path: str) -> Behaviour:
        self.asked.append(path)
        if fault := self.faults.get(len(self.asked) - 1):
            return fault
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/batch"):
            return answer(json.dumps([self.paper()]))
        body = self.page(query) if parts.path.endswith("/citations") else self.paper()
        return answer(json.dumps(body), content_type="application/json")

    def paper(self) -> dict[str, Any]:
        count = len(self.days) if self.count is None else self.count
        return {"paperId": "root", "title": "The cited work", "citationCount": count}

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        offset, limit = int(query["offset"]), int(query["limit"])
        assert offset + limit <= self.reach
        first, last = bounds(query.get("publicationDateOrYear", ":"))
        shown = [number for number, day in enumerate(self.days) if first <= day <= last]
        body: dict[str, Any] = {"offset": offset}
        body["data"] = [self.row(number) for number in shown[offset : offset + limit]]
        if offset + limit < len(shown):
            body["next"] = offset + limit
        return body

    def row(self, number: int) -> dict[str, Any]:
        day = self.days[number]
        work = {"paperId": f"w{number}", "title": f"Citing work number {number}", "year": day.year}
        work |= {"publicationDate": day.isoformat(), "authors": [{"name": f"Author {number}"}]}
        return {"contexts": [], "intents": [], "isInfluential": False, "citingPaper": work}


def bounds(text: str) -> tuple[date, date]:
    """The first and the last day that `publicationDateOrYear` asks for."""
    since, colon, until = text.partition(":")
    until = until if colon else since
    last = f"{until}-12-31" if len(until) == 4 else until or "9999-12-31"
    return date.fromisoformat(
        f"{since}-01-01" if len(since) == 4 else since or "0001-01-01"
    ), date.fromisoformat(last)


def daily(count: int, first: date = FIRST_DAY) -> list[date]:
    """So many days, one after the other."""
    return [first + timedelta(days=number) for number in range(count)]

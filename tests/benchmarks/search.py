"""Search over 100,000 papers, as the library screen asks, against plain full-text queries without joins."""

from __future__ import annotations

import sqlite3
import tempfile
from functools import partial
from pathlib import Path

from r2p_tui.config import Settings
from r2p_tui.paths import under
from r2p_tui.services.desk import Desk
from r2p_tui.services.search import search
from r2p_tui.store.connection import connect
from tests.benchmarks.measure import alternate, at_most, compare, median, p95, rounds
from tests.benchmarks.synthetic import fill

COUNT = 100_000
ROUNDS = 7
LIMIT = 0.02
# A search counts, ranks and fetches 200 rows with what the user did: that takes less than to rank all matches
# of a common word, and a few milliseconds more than to find a rare one.
LIMITS = {("model", "rank"): 0.5, ("subdilative", "rank"): 30.0, ("model", "rowid DESC"): 100.0}
# What somebody types, letter by letter and finished, with very common words, rare ones and filters.
QUERIES = {
    "very common word": ["model", "learning", "data", "the"],
    "common word": ["detection", "quantization", "segmentation", "transformer"],
    "rare word": ["transfilter", "subdilative", "zeropoint"],
    "several words": ["object detection", "small object detection", "quantization transformer edge"],
    "phrase": ['"object detection"', '"real-world challenges"'],
    "typing": [
        "de", "det", "dete", "qua", "quantizatio", "tra", "inter", "over", "small ob", "detection tra",
    ],
    "no words": ["", "cat:cs.CV", "kept:", "kept: cat:cs.CV", "pass:2", "year:2023", "flag:", "rel:4.."],
    "words and filters": [
        "model cat:cs.CV", "detection kept:", "detection year:2023", "small -object", "pass:0 edge",
    ],
    "field": ["ti:detection", "au:kimski", "note:detection", "id:2303.00017"],
    "OR and brackets": ["detection OR segmentation", "(drone OR aerial) detection", "kept: (pose OR depth)"],
}  # fmt: skip
PLAIN = "SELECT rowid FROM papers_text WHERE papers_text MATCH ? ORDER BY {} LIMIT 200"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Desk(under(Path(folder)), Settings()) as desk:
        fill(desk.store, COUNT, waiting=2000, decided=8000, read=600, noted=400, flagged=80, surprised=200)
        times = {query: _search(desk, query) for queries in QUERIES.values() for query in queries}
        for kind, queries in QUERIES.items():
            at_most(f"search: {kind}, p95", p95([t for query in queries for t in times[query]]), LIMIT)
        at_most("search: all of these, p95", p95([t for some in times.values() for t in some]), LIMIT)
        connection = connect(desk.paths.store, read_only=True)
        for (word, order), limit in LIMITS.items():
            plain_search = partial(_plain, connection, PLAIN.format(order), word)
            ours, plain = alternate(partial(search, desk, f"{word} "), plain_search, ROUNDS)
            compare(f"search: {word} / MATCH ORDER BY {order}", median(ours), median(plain), limit)
        connection.close()


def _plain(connection: sqlite3.Connection, query: str, word: str) -> list[object]:
    return connection.execute(query, (word,)).fetchall()


def _search(desk: Desk, query: str) -> list[float]:
    search(desk, query)
    return rounds(partial(search, desk, query), ROUNDS)


if __name__ == "__main__":
    main()

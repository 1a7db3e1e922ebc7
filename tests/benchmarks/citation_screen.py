"""The Citations tab in a real terminal: opening 10,000 citing works, sorting them, and keys during a fetch.

Every byte is timed as it arrives. The yardstick is what plain sqlite3 and `sorted` need for the same rows, in
this process. The fetch is fed by a server on this machine that has a page of 1,000 works ready at once.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from r2p_tui.config import load_settings
from r2p_tui.domain.citation_cues import CUES_VERSION
from r2p_tui.domain.citations import Evidence, EvidenceClass, IncomingCitation, IncomingWork
from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.paths import Paths, under
from r2p_tui.services import citations
from r2p_tui.services.desk import Desk
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.citations import save_citations
from r2p_tui.store.papers import save_papers
from r2p_tui.store.work_saving import save_works
from tests.benchmarks.measure import alternate, at_most, compare, duration, median, p95
from tests.benchmarks.synthetic import NOW
from tests.pty_harness import PtyProgram, python

EDGES, MORE = 10_000, 10_000
OPENINGS, SORTINGS, PRESSES = 20, 20, 60
BETWEEN_KEYS = 0.1
OPEN_LIMIT, SORT_LIMIT, KEY_LIMIT = 0.050, 0.100, 0.100
TIMES_PLAIN = 5.0
COLUMNS, ROWS = 120, 40
LIST_START, LIST_COLUMN, FIRST_ROW = 33, 60, 6
NOWHERE = (-1, "")
FETCHED = "1810.04805"
CLASSES = tuple(EvidenceClass)
PAGE = 1_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _serving() as address:
        paths = under(Path(folder))
        paths.config_file.parent.mkdir(parents=True, exist_ok=True)
        paths.config_file.write_text(f'[semantic_scholar]\napi_url = "{address}"\n', encoding="utf-8")
        root = _prepare(paths)
        _compare_with_plain(paths, root)
        program = PtyProgram(
            python("-m", "r2p_tui"), columns=COLUMNS, rows=ROWS, environ={"R2P_HOME": folder, "TZ": "UTC"}
        )
        with program:
            _measure(program)


def _measure(program: PtyProgram) -> None:
    program.wait_for_text("Today")
    program.press("3")
    _open_citations(program, "G")
    openings = [_opening(program) for _ in range(OPENINGS)]
    _tell("enter on a node that was opened before", openings)
    at_most(f"a node of {EDGES:,} edges is open, p95 of {OPENINGS}", p95(openings), OPEN_LIMIT)
    sortings = [_sorting(program) for _ in range(SORTINGS)]
    _tell("s, each order for the first time", sortings[:4])
    _tell("s, again", sortings[4:])
    at_most(f"{EDGES:,} rows are sorted and drawn, p95 of {SORTINGS}", p95(sortings), SORT_LIMIT)
    program.press("g")
    still = _moves(program, lambda count: count < PRESSES)
    program.press("escape")
    program.settle(quiet=0.5)
    _open_citations(program, "g")
    program.press("R")
    program.wait_until(lambda: bool(program.text()) and _marked(program) != NOWHERE, "the first rows")
    busy = _moves(program, lambda _: _is_fetching(program))
    _tell("up and down, nothing else going on", still)
    _tell(f"up and down during a fetch of {MORE - PAGE:,} works", busy)
    at_most(f"a key during a fetch, p95 of {len(busy)}", p95(busy), KEY_LIMIT)


def _tell(what: str, times: list[float]) -> None:
    print(f"  {what}: {len(times)} times, median {duration(median(times))}, p95 {duration(p95(times))}")


# The store


def _prepare(paths: Paths) -> int:
    """Two papers: one with 10,000 citing works, the first of which has as many; one never looked at."""
    with Desk(paths, load_settings(paths.config_file)) as desk:
        with desk.store.write() as session:
            papers = [_paper("1706.03762", "A root", 1000), _paper(FETCHED, "A fetched work", 2000)]
            ids = save_papers(session, papers, NOW).ids
        root = citations.root_of_paper(desk, ids["1706.03762"], now=NOW).work_id
        with desk.store.write() as session:
            works = [_work(number) for number in range(2 * EDGES)]
            stored = save_works(session, works, NOW)
            _cite(session, root, stored[:EDGES], works[:EDGES])
            _cite(session, stored[0], stored[EDGES:], works[EDGES:])
    return root


def _paper(arxiv_id: str, title: str, days: int) -> IncomingPaper:
    return IncomingPaper(
        arxiv_id=arxiv_id, version=1, title=title, abstract="", authors=("A. Author",), categories=("cs.CV",),
        source=Source.API, published_at=NOW - timedelta(days=days), version_dates=(),
    )  # fmt: skip


def _work(number: int) -> IncomingWork:
    chance = random.Random(number)
    day = date(2018, 1, 1) + timedelta(days=chance.randrange(3000))
    return IncomingWork(
        f"Work {number} on {chance.choice(('boxes', 'queries', 'anchors'))} that cites",
        s2_id=f"{number:040x}",
        authors=(f"A{number} Author",), year=day.year, published_on=day, venue="CVPR",
        citation_count=chance.randrange(500), influential_count=chance.randrange(20),
    )  # fmt: skip


def _cite(session: object, cited: int, citing: list[int], works: list[IncomingWork]) -> None:
    edges = [
        IncomingCitation(work, "s2", (f"We cite it, says {number}.",), ("background",), number == 0)
        for number, work in enumerate(works)
    ]
    # The first one is the best: it is the one that enter opens.
    evidence = [
        Evidence(CLASSES[0] if number == 0 else CLASSES[3 + number % 3]) for number in range(len(works))
    ]
    save_citations(session, cited, "citations", citing, edges, evidence, CUES_VERSION, NOW)  # type: ignore[arg-type]
    look = CitationLook(
        work_id=cited, direction="citations", source="s2", state="done", found=len(citing), said=len(citing),
        began_at=NOW, ended_at=NOW,
    )  # fmt: skip
    save_look(session, look)  # type: ignore[arg-type]


# Against plain Python


def _compare_with_plain(paths: Paths, root: int) -> None:
    from r2p_tui.tui.citation_keeper import Arrangement, arranged

    with Desk(paths, load_settings(paths.config_file)) as desk:
        citations.node(desk, root)

        def ours() -> int:
            node = citations.node(desk, root)
            return len(arranged(node.rows, Arrangement("mix"), NOW.date()))

        mine, plain = alternate(ours, lambda: _plain(paths, root))
    compare(f"a node of {EDGES:,} edges read and arranged", median(mine), median(plain), TIMES_PLAIN)


def _plain(paths: Paths, root: int) -> int:
    """The same rows with the standard library alone."""
    query = """
        SELECT w.id, w.title, w.first_author, w.year, w.published_on, w.venue, w.citation_count,
            c.evidence, c.intents
        FROM citations AS c JOIN works AS w ON w.id = c.citing_id WHERE c.cited_id = ?
    """
    connection = sqlite3.connect(paths.store)
    try:
        rows = connection.execute(query, (root,)).fetchall()
    finally:
        connection.close()
    found = [(*row[:8], json.loads(row[8])) for row in rows]
    return len(sorted(found, key=lambda row: (-row[6], row[1].casefold())))


# Keys


def _open_citations(program: PtyProgram, *keys: str) -> None:
    """From the library, where `keys` mark the paper."""
    program.wait_for_text("A fetched work")
    for key in (*keys, "C"):
        program.press(key)
        program.settle(quiet=0.3)
    program.wait_for_text("Citations")
    program.settle(quiet=1.0)


def _opening(program: PtyProgram) -> float:
    """Seconds from enter to the first of the works that cite the marked one; then back up."""
    program.press("g")
    program.settle(quiet=0.1)
    seconds = _seconds_until(program, "enter", lambda: _shows(program, r"▌ +→ Work 0 "))
    program.settle(quiet=0.1)
    program.press("backspace")
    program.wait_until(lambda: bool(re.search(r"▌→ A root", program.text())), "the root again")
    program.settle(quiet=0.2)
    return seconds


def _sorting(program: PtyProgram) -> float:
    """Seconds from the key to the frame with another order."""
    program.lines()
    before = _order(program)
    program.settle(quiet=0.1)
    return _seconds_until(program, "s", lambda: _order(program) not in ("", before))


def _moves(program: PtyProgram, goes_on: Callable[[int], bool]) -> list[float]:
    """Seconds from a key to the frame in which another row is marked: down from the first line, else up."""
    times: list[float] = []
    while goes_on(len(times)):
        program.lines()
        before = _marked(program)
        key = "down" if before[0] == FIRST_ROW else "up"
        times.append(_seconds_until(program, key, partial(_is_marked_elsewhere, program, before)))
        time.sleep(BETWEEN_KEYS)
    return times


def _is_marked_elsewhere(program: PtyProgram, before: tuple[int, str]) -> bool:
    return _marked(program) not in (NOWHERE, before)


def _is_fetching(program: PtyProgram) -> bool:
    heading = program.lines()[4]
    return "page" in heading or "asking" in heading


def _order(program: PtyProgram) -> str:
    line = program.screen.display[5][LIST_START:].strip()
    return re.sub(r"^mix.*", "mix", line)


def _marked(program: PtyProgram) -> tuple[int, str]:
    """The line of the list under the cursor, and what it says."""
    cells, lines = program.screen.buffer, program.screen.display
    rows = (row for row in range(FIRST_ROW, ROWS - 1) if cells[row][LIST_COLUMN].bold)
    return next(((row, lines[row][LIST_START:]) for row in rows), NOWHERE)


def _shows(program: PtyProgram, pattern: str) -> bool:
    return any(re.search(pattern, line) for line in program.screen.display)


def _seconds_until(program: PtyProgram, key: str, shows_it: Callable[[], bool]) -> float:
    program.text()
    found: float | None = None
    pressed = time.monotonic()
    program.press(key)

    def look() -> bool:
        nonlocal found
        program.settle(quiet=0.03)
        found = program.arrival(shows_it)
        return found is not None

    program.wait_until(look, f"the repaint after {key}")
    assert found is not None
    return found - pressed


# The server


class _Answers(BaseHTTPRequestHandler):
    """One paper with 10,000 citing works, a page of 1,000 at a time."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.endswith("/citations"):
            offset = int(parse_qs(url.query).get("offset", ["0"])[0])
            body = _pages()[min(offset // PAGE, len(_pages()) - 1)]
        else:
            body = json.dumps(_row(0, cited=MORE - PAGE)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


_PAGES: list[bytes] = []


def _pages() -> list[bytes]:
    """Pages of up to 1,000 rows; the last one says that there is no other."""
    if not _PAGES:
        for start in range(0, MORE - PAGE, PAGE):
            rows = [
                {
                    "contexts": [f"We build upon it [{number}].", "It is compared with others in Table 3."],
                    "intents": ["background"],
                    "isInfluential": number % 9 == 0,
                    "citingPaper": _row(number, cited=number % 300),
                }
                for number in range(start + 1, start + PAGE + 1)
            ]
            following = {"next": start + PAGE} if start + PAGE < MORE - PAGE else {}
            _PAGES.append(json.dumps({"offset": start, "data": rows, **following}).encode())
    return _PAGES


def _row(number: int, *, cited: int) -> dict[str, object]:
    return {
        "paperId": f"{number + 1_000_000:040x}",
        "externalIds": {"ArXiv": FETCHED} if number == 0 else {"DOI": f"10.1000/fetched.{number}"},
        "title": "A fetched work"
        if number == 0
        else f"Fetched {number}: a title as long as most of them are",
        "authors": [{"authorId": str(number), "name": f"Author Number{number}"}, {"name": "B. Second"}],
        "year": 2020 + number % 6,
        "publicationDate": f"{2020 + number % 6}-0{1 + number % 9}-15",
        "venue": "Conference",
        "abstract": "An abstract of some length. " * 30,
        "citationCount": cited,
        "influentialCitationCount": cited // 10,
        "referenceCount": 40,
    }


@contextmanager
def _serving() -> Iterator[str]:
    _pages()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()

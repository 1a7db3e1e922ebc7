"""Feeds spoilt pages, PDF files, TeX and HTML to everything that reads tables, for as long as it is told to.

python -m tests.fuzz_tables [--minutes 10] [--seed N]

What raises, hangs or makes the reader fail is kept in tests/data/fuzz, where a test replays it for ever.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pymupdf

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.table_export import as_csv, as_latex, as_markdown
from r2p_tui.domain.table_routes import reconcile
from r2p_tui.domain.tables import Box, Table, table_from_values, table_values
from r2p_tui.errors import DocumentError
from r2p_tui.pdf.continuations import join_pages
from r2p_tui.pdf.find.tables import find_tables
from r2p_tui.pdf.grid.table import read_grid
from r2p_tui.pdf.html.tables import read_html
from r2p_tui.pdf.layout import Page, Region, Rule, Word
from r2p_tui.pdf.limits import Limits
from r2p_tui.pdf.number_guard import guarded
from r2p_tui.pdf.read.pages import read_page
from r2p_tui.pdf.sandbox import extract
from r2p_tui.pdf.tex.tables import read_tex

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "data" / "fuzz"
EXAMPLE = HERE.parent / "data" / "inspection_report.pdf"
SHARED = HERE.parent.parent / "shared" / "papers"
PATIENCE_SECONDS = 5
ODD_TEXTS = (
    "",
    " ",
    "✓",
    "±",
    "Table 1:",
    "TABLE IV",
    "1.2.3",
    "-",
    "(a)",
    "\x00",
    "\u202e12",
    "9" * 400,
    "12,34",
    "↑",
)
ODD_NUMBERS = (0.0, -1.0, 1e-9, 1e9, -1e9, 0.5)


class Case(NamedTuple):
    """One input: `kind` says what reads it, `data` is what it reads."""

    kind: str
    data: bytes


class SlowError(Exception):
    """The work took longer than anybody would wait."""


def run(case: Case) -> None:
    """Read the case as r2p would; raises whatever r2p must not raise."""
    READERS[case.kind](case.data)


def read_words(data: bytes) -> None:
    """Pages as JSON through finding, grids and all that is concluded from them."""
    pages = [page_from_values(values) for values in json.loads(data)]
    regions = find_tables(pages)
    regions += [Region(page.number, Box(0, 0, page.width, page.height)) for page in pages]
    by_number = {page.number: page for page in pages}
    found = [read_grid(by_number[region.page], region) for region in regions]
    conclude([guarded(table, by_number[table.page]) for table in found if table is not None])


def conclude(tables: list[Table]) -> None:
    for table in join_pages(tables):
        assert table_from_values(json.loads(json.dumps(table_values(table)))) == table
        assert all(row >= 0 and column >= 0 for row, column in table.places)
        understand(table)
        as_markdown(table), as_csv(table), as_latex(table)
    reconcile({"pdf": tables, "tex": tables[::-1]})


def read_file(data: bytes) -> None:
    """The bytes of a PDF through the child process; only a failure of our own code is a finding."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        try:
            extract(Path(file.name), "pdf", limits=Limits(cpu_seconds=10, wall_seconds=20.0))
        except DocumentError as error:
            assert "failed on this one" not in error.message, error.message
            assert "no usable answer" not in error.message, error.message


def read_source(data: bytes) -> None:
    conclude(list(read_tex({"main.tex": data}).tables))


def read_page_of_web(data: bytes) -> None:
    conclude(list(read_html(data)))


READERS: dict[str, Callable[[bytes], None]] = {
    "words": read_words,
    "file": read_file,
    "tex": read_source,
    "html": read_page_of_web,
}


def page_values(page: Page) -> list[Any]:
    return [page.number, page.width, page.height, page.words, page.rules]


def page_from_values(values: list[Any]) -> Page:
    number, width, height, words, rules = values
    return Page(
        number,
        width,
        height,
        tuple(Word(text, Box(*box), *rest) for text, box, *rest in words),
        tuple(Rule(Box(*box), thickness) for box, thickness in rules),
    )


# --- spoiling ---------------------------------------------------------------------------------------------


class Spoiler:
    """Makes one case after another from good inputs."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        papers = [EXAMPLE, *sorted(SHARED.glob("*.pdf"))]
        self.files = [path.read_bytes() for path in papers]
        self.pages = [page for data in self.files for page in pages_of(data)]
        self.sources = [EXAMPLE.with_suffix(".tex").read_bytes()]
        self.webs = [WEB]

    def case(self) -> Case:
        kind = self.random.choices(("words", "file", "tex", "html"), (70, 4, 13, 13))[0]
        if kind == "words":
            pages = [self.spoilt_page(self.random.choice(self.pages))]
            return Case(kind, json.dumps([page_values(page) for page in pages]).encode())
        source = {"file": self.files, "tex": self.sources, "html": self.webs}[kind]
        return Case(kind, self.spoilt_bytes(self.random.choice(source)))

    def spoilt_page(self, page: Page) -> Page:
        words, rules = list(page.words), list(page.rules)
        for _ in range(self.random.randint(1, 30)):
            change = self.random.choice((self._drop, self._double, self._move, self._retype, self._swap))
            words = change(words) if words else words
        for _ in range(self.random.randint(0, 6)):
            if rules and self.random.random() < 0.5:
                rules.pop(self.random.randrange(len(rules)))
            rules.append(Rule(self._box(page), self.random.choice((0.4, 1.0, 30.0))))
        return Page(page.number, page.width, page.height, tuple(words), tuple(rules))

    def spoilt_bytes(self, data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(self.random.randint(1, 12)):
            at = self.random.randrange(len(out)) if out else 0
            until = at + self.random.randint(1, 40)
            piece = bytes(out[at:until])
            out[at:until] = self.random.choice(
                (b"", piece * 2, piece[::-1], self.random.randbytes(len(piece)), self.random.choice(TOKENS))
            )
        return bytes(out if self.random.random() < 0.9 else out[: self.random.randrange(len(out) + 1)])

    def _drop(self, words: list[Word]) -> list[Word]:
        at = self.random.randrange(len(words))
        return words[:at] + words[at + self.random.randint(1, 40) :]

    def _double(self, words: list[Word]) -> list[Word]:
        return words + self.random.sample(words, min(len(words), 20))

    def _move(self, words: list[Word]) -> list[Word]:
        at = self.random.randrange(len(words))
        across, down = self.random.uniform(-60, 60), self.random.uniform(-60, 60)
        box = words[at].box
        moved = Box(box.left + across, box.top + down, box.right + across, box.bottom + down)
        words[at] = words[at]._replace(box=moved, baseline=words[at].baseline + down)
        return words

    def _retype(self, words: list[Word]) -> list[Word]:
        at = self.random.randrange(len(words))
        size = abs(self.random.choice((*ODD_NUMBERS, words[at].size)))
        words[at] = words[at]._replace(text=self.random.choice(ODD_TEXTS), size=size)
        return words

    def _swap(self, words: list[Word]) -> list[Word]:
        self.random.shuffle(words)
        return words

    def _box(self, page: Page) -> Box:
        across = sorted(self.random.uniform(-20, page.width + 20) for _ in range(2))
        down = sorted(self.random.uniform(-20, page.height + 20) for _ in range(2))
        if self.random.random() < 0.7:
            down[1] = down[0]
        return Box(across[0], down[0], across[1], down[1])


TOKENS = (
    b"&", b"\\\\", b"{", b"}", b"\\multirow{-3}{*}{", b"\\multicolumn{99999}{c}{x}",
    b"\\begin{tabular}{ll}", b"\\end{tabular}",
    b"\\newcommand{\\a}{\\a\\a}", b"\\input{main}", b"%", b"$",
    b"<td colspan=9999>", b"<tr>", b"</table>", b"&#0;",
    b"rowspan='-1'", b"endobj", b"stream", b"/Kids [1 0 R]", b"\x00",
)  # fmt: skip
WEB = b"""<html><body><section class="ltx_section"><h2 class="ltx_title">3 Ablations</h2>
<figure class="ltx_table" id="S3.T2"><figcaption class="ltx_caption">
<span class="ltx_tag ltx_tag_table">Table 2: </span>Parts of the detector.</figcaption>
<table class="ltx_tabular"><tr><th class="ltx_th" colspan="2">Part</th><th class="ltx_th">AP</th></tr>
<tr><td class="ltx_td">mosaic</td><td class="ltx_td">&#10003;</td>
<td class="ltx_td"><math alttext="43.4\\pm 0.2">x</math></td></tr>
<tr><td class="ltx_td" rowspan="2">none</td><td class="ltx_td"></td><td class="ltx_td">41.8</td></tr>
</table></figure></section></body></html>"""


def pages_of(data: bytes) -> list[Page]:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        return [read_page(document[index]) for index in range(min(document.page_count, 12))]


# --- the loop ---------------------------------------------------------------------------------------------


def too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise SlowError(f"longer than {PATIENCE_SECONDS} s")


def attempt(case: Case) -> str:
    """What went wrong, in one line; empty when nothing did."""
    seconds = 30 if case.kind == "file" else PATIENCE_SECONDS
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        run(case)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno} {error}"[:200]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def keep(case: Case) -> Path:
    CORPUS.mkdir(parents=True, exist_ok=True)
    path = CORPUS / f"{case.kind}-{hashlib.sha256(case.data).hexdigest()[:12]}.gz"
    path.write_bytes(gzip.compress(case.data, mtime=0))
    return path


def load(path: Path) -> Case:
    return Case(path.name.partition("-")[0], gzip.decompress(path.read_bytes()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, too_slow)
    spoiler, seen, known = Spoiler(options.seed), Counter[str](), set[str]()
    until = time.monotonic() + options.minutes * 60
    while time.monotonic() < until:
        case = spoiler.case()
        seen[case.kind] += 1
        trouble = attempt(case)
        place = trouble.partition(" ")[0] + trouble.partition(" in ")[2].partition(" ")[0]
        if trouble and place not in known:
            known.add(place)
            print(f"{trouble}  kept as {keep(case).name}", flush=True)  # noqa: T201
    print(f"seed {options.seed}: " + ", ".join(f"{count:,} {kind}" for kind, count in seen.items()))  # noqa: T201
    print(f"{len(known)} findings")  # noqa: T201
    return 1 if known else 0


if __name__ == "__main__":
    raise SystemExit(main())

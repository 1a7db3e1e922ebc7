"""Feeds spoilt pages, PDF files, TeX and HTML to everything that reads tables, for as long as it is told to.

python -m tests.fuzz_tables [--minutes 10] [--seed N] [--kinds words,pdf] [--keep FOLDER]

A finding is kept in the folder, made as small as can be in some seconds. What is worth replaying for ever
goes by hand into tests/data/fuzz, with no text of any paper: tests/pdf/test_fuzz_corpus.py reads it there.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import random
import re
import signal
import sys
import tarfile
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn

import pymupdf

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.table_export import as_csv, as_latex, as_markdown
from r2p_tui.domain.table_routes import reconcile
from r2p_tui.domain.tables import Box, Table, table_from_values, table_values
from r2p_tui.errors import DocumentError
from r2p_tui.pdf import child
from r2p_tui.pdf.continuations import join_pages
from r2p_tui.pdf.find.tables import find_tables
from r2p_tui.pdf.grid.table import read_grid, words_inside
from r2p_tui.pdf.html.tables import read_html
from r2p_tui.pdf.layout import Page, Region, Rule, Word
from r2p_tui.pdf.limits import Limits
from r2p_tui.pdf.number_guard import guarded, numbers_in
from r2p_tui.pdf.read.pages import read_page
from r2p_tui.pdf.tex.archive import read_archive
from r2p_tui.pdf.tex.tables import read_tex
from tests.pdf import made_pdfs

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "data" / "fuzz"
STYLES = HERE / "pdf" / "tex_styles.txt"
EXAMPLE = HERE.parent / "data" / "inspection_report.pdf"
SHARED = HERE.parent.parent / "shared" / "papers"
LIMITS = Limits(cpu_seconds=10, wall_seconds=30.0)
# Seconds of the processor: a page, a file of two pages at most, a source, a web page.
PATIENCE = {"words": 2.0, "pdf": 10.0, "tex": 2.0, "archive": 3.0, "html": 2.0}
SHARES = {"words": 40, "pdf": 30, "tex": 14, "archive": 3, "html": 13}
SECONDS_TO_SHRINK = 20
# Routes are compared pair by pair.
_TABLES_OF_A_LONG_PAPER = 200


class Case(NamedTuple):
    """One input: `kind` says what reads it, `data` is what it reads."""

    kind: str
    data: bytes


_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


class SlowError(Exception):
    """The work took longer than r2p promises."""


# --- what must hold ---------------------------------------------------------------------------------------


def run(case: Case) -> None:
    """Read the case as r2p would; raises what r2p must not raise, and AssertionError for a broken promise."""
    READERS[case.kind](case.data)


def read_words(data: bytes) -> None:
    """Pages as JSON through finding, grids and all that is concluded from them."""
    pages = [page_from_values(values) for values in json.loads(data)]
    regions = find_tables(pages)
    regions += [Region(page.number, Box(0, 0, page.width, page.height)) for page in pages]
    by_number = {page.number: page for page in pages}
    found = []
    for region in regions:
        if table := read_grid(by_number[region.page], region):
            found.append(guarded(table, by_number[region.page]))
            check_numbers(found[-1], by_number[region.page])
    conclude(found)


def check_numbers(table: Table, page: Page) -> None:
    """No digit more often than the words of the region hold it, no other number without a doubt."""
    words = words_inside(page.words, table.box or Box(0, 0, page.width, page.height))
    held = Counter(number for word in page.words for number in numbers_in(word.text))
    digits, shown = digits_of(word.text for word in words), digits_of(cell.text for cell in table.cells)
    assert shown <= digits, f"digits twice: {shown - digits}"
    for cell in table.cells:
        strange = [number for number in numbers_in(cell.text) if number not in held]
        plain = [number for number in _DIGITS.findall(cell.text) if number not in held]
        assert not (strange and plain and cell.confidence), f"made up: {strange}"


def digits_of(texts: Iterable[str]) -> Counter[str]:
    return Counter(
        digit for text in texts for number in numbers_in(text) for digit in re.findall(r"\d", number)
    )


def check_grid(table: Table) -> None:
    """A rectangle: every place at most once, header and lines inside, every confidence a probability."""
    assert all(cell.row >= 0 and cell.column >= 0 for cell in table.cells), "place outside"
    assert all(cell.row_span > 0 and cell.column_span > 0 for cell in table.cells), "empty span"
    assert len(table.places) == sum(cell.row_span * cell.column_span for cell in table.cells), "overlap"
    assert 0 <= table.header_rows <= table.row_count, "header beyond the table"
    assert all(0 <= row < table.row_count for row in table.rules), "line beyond the table"
    assert all(0 <= cell.confidence <= 1 for cell in table.cells), "confidence of a cell"
    assert 0 <= table.confidence <= 1, "confidence"
    assert len({len(row) for row in table.rows}) == 1, "ragged"


def conclude(tables: Sequence[Table]) -> None:
    joined = join_pages(tables)
    for table in (*tables, *joined):
        check_grid(table)
    for table in joined:
        # What a box of "not a number" breaks is broken in the store as well.
        assert table_from_values(json.loads(json.dumps(table_values(table), allow_nan=False))) == table
        understand(table)
        as_markdown(table), as_csv(table), as_latex(table)
    some = joined[:_TABLES_OF_A_LONG_PAPER]
    reconcile({"pdf": some, "tex": some[::-1]})


def read_pdf(data: bytes) -> None:
    """A file through the child's own `main`, limits and all; forked, as starting Python takes longer."""
    answer = forked(data)
    if answer.startswith(b"!"):
        raise RuntimeError(answer[1:].decode())
    head = json.loads(answer)
    if "error" in head:
        assert head["error"][0], "no reason"
        return
    conclude([table_from_values(values) for values in head["tables"]])


def forked(data: bytes) -> bytes:
    """What the child answers; a line that begins with `!` where it raises or dies."""
    given, taken = os.pipe(), os.pipe()
    process = os.fork()
    if not process:
        os.close(given[1])
        os.close(taken[0])
        answer_and_exit(given[0], taken[1])
    os.close(given[0])
    os.close(taken[1])
    feeder = os.fork()
    if not feeder:
        feed_and_exit(given[1], data, taken[0])
    os.close(given[1])
    with open(taken[0], "rb") as out:
        answer = out.read()
    os.waitpid(feeder, 0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if -status == signal.SIGXCPU:
        return b"!SlowError child.py:0 more than %d s" % LIMITS.cpu_seconds
    return b"!crash child.py:%d signal" % -status if status < 0 else answer


def answer_and_exit(given: int, taken: int) -> NoReturn:
    """The whole life of a child process after it has started."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL), signal.setitimer(signal.ITIMER_PROF, 0)
    os.dup2(given, 0), os.dup2(taken, 1)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.argv = ["child", json.dumps({"kind": "pdf", "limits": LIMITS._asdict()})]
    try:
        child.main()
    except BaseException as error:
        os.write(1, b"!" + told(error).encode())
    os._exit(0)


def feed_and_exit(given: int, data: bytes, other: int) -> NoReturn:
    os.close(other)
    signal.setitimer(signal.ITIMER_PROF, 0)
    try:
        with open(given, "wb") as out:
            out.write(data)
    except BrokenPipeError:
        pass
    os._exit(0)


def read_source(data: bytes) -> None:
    conclude(read_tex({"main.tex": data}).tables)


def read_packed(data: bytes) -> None:
    try:
        files = read_archive(data)
    except DocumentError as error:
        assert error.message
    else:
        conclude(read_tex(files).tables)


def read_page_of_web(data: bytes) -> None:
    conclude(read_html(data))


READERS: dict[str, Callable[[bytes], None]] = {
    "words": read_words,
    "pdf": read_pdf,
    "tex": read_source,
    "archive": read_packed,
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

ODD_TEXTS = (
    "✓", "±", "Table 1:", "Table 2.", "TABLE IV", "Figure 1:", "(a)", "1.2.3", "-", "�12", "12,34",
    "9" * 400, "↑",
    "x" * 3000, "³", "½", "١٢", "1e999", "()", "%", ".", "...", "38.5±0.1", "10⁶", "NaN", "|",
)  # fmt: skip
ODD_NUMBERS = (0.0, -1.0, 1e-9, 1e9, -1e9, 0.5, 3e38)
HUGE = (b"0", b"-1", b"99999999999999999999", b"1e9", b"-2147483648", b"4294967296", b".00000001", b"9" * 60)


def pieces(text: str) -> list[str]:
    """What stands between the bars and line ends; `<NL>` and `<NUL>` are what they say."""
    found = re.split(r" ¦ |\n", text.strip("\n"))
    return [piece.replace("<NL>", "\n").replace("<NUL>", "\0") for piece in found]


OPERATORS = pieces(r"""
Q ¦ q ¦ BT ¦ ET ¦ 1 0 0 1 0 0 cm ¦ 0 0 0 0 0 0 cm ¦ 1e30 0 0 1e30 0 0 cm ¦ 0 1 -1 0 0 0 Tm ¦ 0 Tz
3 Tr ¦ /X Do ¦ (12.5) Tj ¦ [(1) -9999999 (2)] TJ ¦ 0 0 9999999 .4 re f ¦ 1 1 1 rg ¦ 0 Tf ¦ [] 0 d
[0 0] 0 d ¦ 0 w ¦ 99999 w ¦ 0 0 m 500 0 l S ¦ Tj ¦ n ¦ W n ¦ BI ID EI
""")
OBJECTS = pieces(r"""
endobj ¦ stream ¦ endstream ¦ /Kids [1 0 R] ¦ /Count -1 ¦ /Rotate 90 ¦ /Rotate 45 ¦ /UserUnit 1e9
/MediaBox [0 0 0 0] ¦ /MediaBox [-9e9 -9e9 9e9 9e9] ¦ /CropBox [9 9 10 10] ¦ /Length 99999999 ¦ <<
>> ¦ [ ¦ ] ¦ 0 0 R ¦ /Filter /FlateDecode ¦ /Encrypt 1 0 R ¦ <NUL> ¦ xref ¦ startxref<NL>0
""")
TEX = pieces(r"""
& ¦ \\ ¦ { ¦ } ¦ [ ¦ ] ¦ $ ¦ ^ ¦ _ ¦ % ¦ <NL><NL> ¦ #1 ¦ ## ¦ ~ ¦ * ¦ \ ¦ \( ¦ \[
\multirow{-3}{*}{ ¦ \multirow{2}{*}{x} ¦ \multicolumn{99999}{c}{x} ¦ \multicolumn{2}{
\SetCell[r=9,c=9]{c} ¦ \begin{tabular}{ll} ¦ \end{tabular} ¦ \begin{tabular}{*{999}{*{999}{c@{.}}}}
\begin{table} ¦ \end{table} ¦ \begin{longtable}{ll} ¦ \endhead ¦ \endfirsthead ¦ \endfoot
\begin{tblr}{colspec={ ¦ \begin{tabularx} ¦ \newcommand{\a}{\a\a} ¦ \def\a#1.{#1#1\a} ¦ \a
\let\a\b ¦ \newenvironment{e}{\begin{e}}{\end{e}} ¦ \begin{e} ¦ \newcolumntype{a}{aa}
\newcommand\n[9]{#1#2#3#4#5#6#7#8#9} ¦ \renewcommand{\thetable}{\thetable} ¦ \input{main} ¦ \ifx
\ifnum1<2 ¦ \iffalse ¦ \else ¦ \fi ¦ \newif\ifq ¦ \verb| ¦ \begin{verbatim} ¦ \caption{
\captionof{table}{x} ¦ \label{l} ¦ \ref{l} ¦ \cite{k} ¦ \bibitem[A(1999)]{k} ¦ \section{
\subfloat[x]{ ¦ \begin{minipage} ¦ \textbf{ ¦ \bf ¦ \hline ¦ \cmidrule(lr){1-9999} ¦ \cline{3-1}
\num{1e ¦ \SI{1}{\ ¦ \frac12 ¦ \sqrt ¦ \char99 ¦ \diagbox{a}{b} ¦ \ding{51} ¦ \xspace ¦ \hskip ¦ \'
² ¦ é ¦ \tablehead{ ¦ \noalign{ ¦ \setcounter{table}{99999999999} ¦ \addtocounter{table}{-9}
\appendix ¦ \left.
""")
HTML = pieces(r"""
<td colspan=9999> ¦ <td colspan=0> ¦ <tr> ¦ <tr class=ltx_tr> ¦ </tr> ¦ </td> ¦ </table> ¦ &#0;
&#xD800; ¦ <th> ¦ rowspan='-1' ¦  rowspan=9999 ¦ <td class='ltx_td ltx_rowspan_3 ltx_colspan_2'>
<table class=ltx_tabular> ¦ <span> ¦ <figure class=ltx_table> ¦ <figcaption> ¦ <math alttext='\frac{
<math alttext='1^{2}'> ¦ <sup>3</sup> ¦ <!-- ¦ --> ¦ <![CDATA[ ¦ <script> ¦ </figure> ¦ <svg ¦ <br>
<thead> ¦ </thead> ¦ <p class=ltx_p> ¦ <a class=ltx_ref href='#S3.T2'> ¦ &lt ¦ &amp ¦ <NUL>
Table 9999999:  ¦ <h2 class=ltx_title> ¦ <td class='ltx_td ltx_border_t ltx_th_column'>7.5</td>
""")
WEB = """<html><body><section class="ltx_section"><h2 class="ltx_title">3 Ablations</h2>
<p class="ltx_p">See <a class="ltx_ref" href="#S3.T2">2</a> for the parts.</p>
<figure class="ltx_table" id="S3.T2"><figcaption class="ltx_caption">
<span class="ltx_tag ltx_tag_table">Table 2: </span>Parts of the detector.</figcaption>
<table class="ltx_tabular"><thead><tr class="ltx_tr"><th class="ltx_td ltx_th" colspan="2">Part</th>
<th class="ltx_td ltx_th">AP</th></tr></thead>
<tr class="ltx_tr"><td class="ltx_td">mosaic</td><td class="ltx_td">&#10003;</td>
<td class="ltx_td"><math alttext="43.4\\pm 0.2">x</math></td></tr>
<tr class="ltx_tr"><td class="ltx_td ltx_border_t" rowspan="2">none</td><td class="ltx_td"></td>
<td class="ltx_td">41.8</td></tr>
<tr class="ltx_tr"><td class="ltx_td">a<sub>1</sub></td>
<td class="ltx_td"><span class="ltx_font_bold">42.5</span></td></tr>
</table></figure></section></body></html>"""


class Spoiler:
    """Makes one case after another from good inputs."""

    def __init__(self, seed: int, kinds: Iterable[str]) -> None:
        self.random = random.Random(seed)
        papers = [EXAMPLE, *sorted(SHARED.glob("*.pdf"))]
        self.pages = [page for path in papers for page in pages_of(path.read_bytes())]
        self.files = [file for path in papers for file in small_files(path.read_bytes())]
        self.files += [made_pdfs.text_page("Table 1: x", "A B C", "d 1.5 2.5")]
        self.sources = [EXAMPLE.with_suffix(".tex").read_text(), *styles()]
        self.sources += [text for path in SHARED.glob("*.tar.gz") for text in texts_of(path.read_bytes())]
        self.kinds = [kind for kind in SHARES if kind in set(kinds)]

    def case(self) -> Case:
        kind = self.random.choices(self.kinds, [SHARES[kind] for kind in self.kinds])[0]
        if kind == "words":
            return Case(kind, json.dumps(self.spoilt_pages()).encode())
        if kind == "pdf":
            return Case(kind, self.spoilt_file(self.random.choice(self.files)))
        if kind == "html":
            return Case(kind, self.spoilt_text(WEB, HTML, WEB).encode("utf-8", "replace"))
        source = self.random.choice(self.sources)
        text = self.spoilt_text(source, TEX, self.random.choice(self.sources)).encode("utf-8", "replace")
        return Case(kind, text if kind == "tex" else self.spoilt_archive(text))

    # Pages

    def spoilt_pages(self) -> list[Any]:
        """A page, or some that follow one another."""
        count = self.random.choice((1, 1, 1, 2, 3))
        first = self.random.choice(self.pages).number
        return [page_values(self.spoilt_page(first + index)) for index in range(count)]

    def spoilt_page(self, number: int) -> Page:
        page = self.random.choice(self.pages)
        words, rules = list(page.words), list(page.rules)
        changes = (
            self._drop,
            self._double,
            self._move,
            self._retype,
            self._swap,
            self._snap,
            self._split,
            self._mix,
        )
        for _ in range(self.random.randint(1, 30)):
            words = self.random.choice(changes)(words) if words else words
        for _ in range(self.random.randint(0, 6)):
            if rules and self.random.random() < 0.5:
                rules.pop(self.random.randrange(len(rules)))
            rules.append(Rule(self._box(page), self.random.choice((0.0, 0.4, 1.0, 2.5))))
        size = self.random.choice(((page.width, page.height),) * 9 + ((1.0, 1.0),))
        return Page(number, *size, tuple(words), tuple(rules), tuple(page.images))

    def _drop(self, words: list[Word]) -> list[Word]:
        at = self.random.randrange(len(words))
        return words[:at] + words[at + self.random.randint(1, 40) :]

    def _double(self, words: list[Word]) -> list[Word]:
        return words + self.random.sample(words, min(len(words), 20))

    def _move(self, words: list[Word]) -> list[Word]:
        at, many = self.random.randrange(len(words)), self.random.choice((1, 1, 10))
        reach = self.random.choice((60, 60, 3, 1e9))
        across, down = self.random.uniform(-reach, reach), self.random.uniform(-reach, reach)
        words[at : at + many] = [moved(word, across, down) for word in words[at : at + many]]
        return words

    def _retype(self, words: list[Word]) -> list[Word]:
        at = self.random.randrange(len(words))
        size = abs(self.random.choice((*ODD_NUMBERS, *[words[at].size] * 6)))
        words[at] = words[at]._replace(text=self.random.choice(ODD_TEXTS), size=size)
        if self.random.random() < 0.3:
            box = words[at].box
            words[at] = words[at]._replace(box=box._replace(right=box.left + self.random.choice(ODD_NUMBERS)))
        return words

    def _swap(self, words: list[Word]) -> list[Word]:
        self.random.shuffle(words)
        return words

    def _snap(self, words: list[Word]) -> list[Word]:
        """All of some words into a few lines and columns, so that grids come about."""
        at = self.random.randrange(len(words))
        wide, high = self.random.choice((30, 60, 90)), self.random.choice((8, 12, 20))
        part = words[at : at + self.random.choice((5, 40, 400))]
        snapped = [
            moved(
                word,
                word.box.left // wide * wide - word.box.left,
                word.baseline // high * high - word.baseline,
            )
            for word in part
        ]
        return words[:at] + snapped + words[at + len(part) :]

    def _split(self, words: list[Word]) -> list[Word]:
        """One word as two that touch, as PDFs with kerning between digits give them."""
        at = self.random.randrange(len(words))
        word = words[at]
        cut = self.random.randrange(len(word.text)) if word.text else 0
        middle = word.box.left + (word.box.right - word.box.left) * cut / max(len(word.text), 1)
        first = word._replace(text=word.text[:cut], box=word.box._replace(right=middle))
        second = word._replace(text=word.text[cut:], box=word.box._replace(left=middle))
        words[at : at + 1] = [part for part in (first, second) if part.text]
        return words

    def _mix(self, words: list[Word]) -> list[Word]:
        """Some words of another page among these."""
        others = self.random.choice(self.pages).words
        at = self.random.randrange(len(others)) if others else 0
        return words + list(others[at : at + self.random.choice((5, 60))])

    def _box(self, page: Page) -> Box:
        across = sorted(self.random.uniform(0, page.width) for _ in range(2))
        down = sorted(self.random.uniform(0, page.height) for _ in range(2))
        if self.random.random() < 0.7:
            down[1] = down[0]
        return Box(across[0], down[0], across[1], down[1])

    # Files

    def spoilt_file(self, data: bytes) -> bytes:
        for _ in range(self.random.choice((1, 1, 2, 5, 20))):
            change = self.random.choice(
                (self._numbers, self._operators, self._objects, self._operators, self._bits)
            )
            data = change(data) if data else data
        return data if self.random.random() < 0.9 else data[: self.random.randrange(len(data) + 1)]

    def _numbers(self, data: bytes) -> bytes:
        """A number, anywhere, made huge, small or nothing."""
        start = self.random.randrange(len(data))
        found = re.compile(rb"-?[\d.]+").search(data, start)
        number = self.random.choice(HUGE)
        return data[: found.start()] + number + data[found.end() :] if found else data

    def _operators(self, data: bytes) -> bytes:
        """Operators between two lines of a content stream."""
        at = data.find(b"\n", self.random.randrange(len(data))) + 1
        piece = " ".join(self.random.choices(OPERATORS, k=self.random.randint(1, 4))).encode()
        return data[:at] + piece * self.random.choice((1, 1, 1, 500)) + b"\n" + data[at:]

    def _objects(self, data: bytes) -> bytes:
        starts = [match.start() for match in re.finditer(rb"\n\d+ 0 obj|/[A-Z][A-Za-z]+ ", data[:4_000_000])]
        at = self.random.choice(starts) if starts else 0
        return data[:at] + b" " + self.random.choice(OBJECTS).encode() + b" " + data[at:]

    def _bits(self, data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(self.random.randint(1, 12)):
            at = self.random.randrange(len(out)) if out else 0
            until = at + self.random.randint(1, 40)
            piece = bytes(out[at:until])
            out[at:until] = self.random.choice(
                (b"", piece * 2, piece[::-1], self.random.randbytes(len(piece)))
            )
        return bytes(out)

    # Texts

    def spoilt_text(self, text: str, tokens: Sequence[str], other: str) -> str:
        for _ in range(self.random.choice((1, 3, 10, 40))):
            at = self.random.randrange(len(text) + 1)
            until = min(at + self.random.choice((0, 1, 10, 200)), len(text))
            start = self.random.randrange(len(other) + 1)
            piece = self.random.choice((
                "",
                text[at:until] * 2,
                self.random.choice(tokens),
                "".join(self.random.choices(tokens, k=4)) * self.random.choice((1, 1, 1, 2_000)),
                other[start : start + 300],
            ))  # fmt: skip
            text = text[:at] + piece + text[until:]
        return text if self.random.random() < 0.95 else (text * (200_000 // (len(text) + 1) + 1))[:400_000]

    def spoilt_archive(self, text: bytes) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
            for name in ("main.tex", "a/b.tex", "main.bbl", "x.sty"):
                entry = tarfile.TarInfo(self.random.choice((name, "../" + name, name * 30)))
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text))
        plain = gzip.decompress(out.getvalue())
        return (
            self._bits(out.getvalue()) if self.random.random() < 0.2 else gzip.compress(self._bits(plain), 1)
        )


def moved(word: Word, across: float, down: float) -> Word:
    left, top, right, bottom = word.box
    box = Box(left + across, top + down, right + across, bottom + down)
    return word._replace(box=box, baseline=word.baseline + down)


def pages_of(data: bytes) -> list[Page]:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        return [read_page(document[index]) for index in range(min(document.page_count, 12))]


def small_files(data: bytes) -> Iterator[bytes]:
    """Some pages as files of their own, with nothing packed, so that a changed byte changes what is drawn."""
    with pymupdf.open(stream=data, filetype="pdf") as document:
        for index in range(2, min(document.page_count, 9), 3):
            with pymupdf.open() as small:
                small.insert_pdf(document, from_page=index, to_page=min(index + 1, document.page_count - 1))
                yield bytes(small.tobytes(garbage=4, expand=255))


def styles() -> list[str]:
    """The hand-written tables of the tests, each as a source."""
    parts = STYLES.read_text().split("\n=== ")
    return [part.partition("\n--- ")[0].partition("\n")[2] for part in parts]


def texts_of(data: bytes) -> list[str]:
    files = read_archive(data)
    return [text.decode("utf-8", "replace") for name, text in files.items() if name.endswith(".tex")]


# --- the loop ---------------------------------------------------------------------------------------------


def too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise SlowError


def told(error: BaseException) -> str:
    """The kind of error, the last place of ours, and what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((entry for entry in reversed(frames) if "r2p_tui" in entry.filename), frames[-1])
    return f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno} {str(error)[:200]}"


def attempt(case: Case, patience: float = 1.0) -> str:
    """What went wrong, in one line; empty when nothing did."""
    before = signal.signal(signal.SIGPROF, too_slow)
    signal.setitimer(signal.ITIMER_PROF, patience * PATIENCE[case.kind])
    try:
        run(case)
    except SlowError as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [entry for entry in frames if "r2p_tui" in entry.filename]
        return f"SlowError {Path(ours[0].filename).name if ours else 'nowhere'}:0 {ours and ours[-1].name}"
    except RuntimeError as error:
        return str(error)
    except Exception as error:
        return told(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return ""


def place(trouble: str) -> str:
    """Kind and line: two findings with the same are one."""
    words = trouble.split(" ")
    return " ".join(words[:4] if words[0] == "AssertionError" else words[:2])


def shrunk(case: Case, trouble: str) -> Case:
    """The case with as much taken out as possible while the same goes wrong."""
    until = time.monotonic() + SECONDS_TO_SHRINK
    units, build = parts_of(case)
    size = max(len(units) // 2, 1)
    while time.monotonic() < until:
        at, before = 0, len(units)
        while at < len(units) and time.monotonic() < until:
            fewer = units[:at] + units[at + size :]
            if place(attempt(build(fewer))) == place(trouble):
                units = fewer
            else:
                at += size
        if size == 1 and len(units) == before:
            break
        size = max(size // 2, 1)
    return build(units)


def parts_of(case: Case) -> tuple[list[Any], Callable[[list[Any]], Case]]:
    """What may be taken out of a case, and the way back."""
    if case.kind != "words":
        units = list(map(bytes, re.findall(rb"\\[a-zA-Z]+|\w+|(?s:.)", case.data)))
        return units, lambda left: Case(case.kind, b"".join(left))
    pages = json.loads(case.data)
    words = [
        (index, which, entry) for index, page in enumerate(pages) for which in (3, 4) for entry in page[which]
    ]

    def build(left: list[Any]) -> Case:
        bare = [[*page[:3], [], []] for page in pages]
        for index, which, entry in left:
            bare[index][which].append(entry)
        return Case("words", json.dumps(bare).encode())

    return words, build


def keep(case: Case, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.kind}-{hashlib.sha256(case.data).hexdigest()[:12]}.gz"
    path.write_bytes(gzip.compress(case.data, mtime=0))
    return path


def load(path: Path) -> Case:
    """A case of the corpus; its name begins with its kind."""
    data = path.read_bytes()
    return Case(path.name.partition("-")[0], gzip.decompress(data) if path.suffix == ".gz" else data)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(SHARES))
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "r2p-fuzz")
    options = parser.parse_args()
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    spoiler, seen, known = Spoiler(options.seed, options.kinds), Counter[str](), Counter[str]()
    until = time.monotonic() + options.minutes * 60
    while time.monotonic() < until:
        case = spoiler.case()
        seen[case.kind] += 1
        trouble = attempt(case)
        if trouble and not known[place(trouble)]:
            path = keep(shrunk(case, trouble), options.keep)
            print(f"{trouble}  kept as {path.name}", flush=True)  # noqa: T201
        if trouble:
            known[place(trouble)] += 1
    print(f"seed {options.seed}: " + ", ".join(f"{count:,} {kind}" for kind, count in seen.items()))  # noqa: T201
    print(f"{len(known)} findings: {dict(known)}")  # noqa: T201
    return 1 if known else 0


if __name__ == "__main__":
    raise SystemExit(main())

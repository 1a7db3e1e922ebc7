"""Documents that mean harm, or nothing at all: each ends in a reason, in time, and with the reader gone."""

from __future__ import annotations

import gzip
import os
import sys
import time
from pathlib import Path

import pymupdf
import pytest

from r2p_tui.domain.tables import Box
from r2p_tui.errors import DocumentError
from r2p_tui.pdf import sandbox
from r2p_tui.pdf.limits import Limits
from r2p_tui.pdf.sandbox import ExtractionCancelledError, extract, render
from tests.pdf import made_pdfs

AES_256: int = pymupdf.PDF_ENCRYPT_AES_256  # type: ignore[attr-defined]
BRIEF = Limits(cpu_seconds=3, wall_seconds=6.0)


def kept(folder: Path, data: bytes, name: str = "paper.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def reason(path: Path, limits: Limits = BRIEF) -> str:
    with pytest.raises(DocumentError) as caught:
        extract(path, "pdf", limits=limits)
    assert "\n" not in caught.value.message
    return caught.value.message


def locked() -> bytes:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "secret")
        return bytes(document.tobytes(encryption=AES_256, user_pw="a", owner_pw="b"))


NO_PDF = {
    "empty": (b"", "The file is empty."),
    "web page": (b"<!DOCTYPE html><html><body>log in</body></html>", "The file is a web page, not a PDF."),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a drawing (SVG)"),
    "archive": (gzip.compress(b"\\documentclass{article}"), "compressed (gzip)"),
    "noise": (bytes(range(256)) * 40, "something else, not a PDF"),
    "only a mark": (b"%PDF-1.7\n", "damaged"),
    "cut off": (made_pdfs.text_page("hello")[:40], "damaged"),
    "locked": (locked(), "The PDF asks for a password."),
}


@pytest.mark.parametrize("name", NO_PDF)
def test_what_is_no_readable_pdf_says_why(name: str, tmp_path: Path) -> None:
    data, words = NO_PDF[name]
    assert words in reason(kept(tmp_path, data))


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    assert "No such file" in reason(tmp_path / "none.pdf")
    assert "Is a directory" in reason(tmp_path)


def test_a_document_that_is_too_large(tmp_path: Path) -> None:
    path = kept(tmp_path, made_pdfs.text_page("hello"))
    assert "larger than" in reason(path, BRIEF._replace(document_bytes=100))


def test_a_page_without_a_table_gives_no_table(tmp_path: Path) -> None:
    result = extract(kept(tmp_path, made_pdfs.text_page("A paper", "without any table.")), "pdf")
    assert (result.tables, result.pages, result.skipped) == ((), 1, ())


def test_a_circle_of_pages_ends(tmp_path: Path) -> None:
    path = kept(tmp_path, made_pdfs.page_tree_in_a_circle())
    try:
        assert extract(path, "pdf", limits=BRIEF).tables == ()
    except DocumentError as error:
        assert error.message


def test_a_small_stream_that_unpacks_to_gigabytes_ends_with_a_reason(tmp_path: Path) -> None:
    path = kept(tmp_path, made_pdfs.memory_bomb())
    assert path.stat().st_size < 100_000
    assert_bounded(path, Limits(memory_bytes=400_000_000, cpu_seconds=4, wall_seconds=8.0))


def test_drawing_that_never_ends_is_stopped(tmp_path: Path) -> None:
    assert_bounded(kept(tmp_path, made_pdfs.drawing_loop()), BRIEF)


def test_a_page_tree_that_claims_a_million_pages(tmp_path: Path) -> None:
    assert "damaged" in reason(kept(tmp_path, made_pdfs.million_pages()))


def test_of_many_pages_the_first_are_read(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(8):
            document.new_page().insert_text((72, 72), "again")
        path = kept(tmp_path, bytes(document.tobytes()))
    result = extract(path, "pdf", limits=Limits(pages=5))
    assert (result.pages, result.skipped) == (8, ("pages 6 to 8: r2p reads 5 pages",))


def assert_bounded(path: Path, limits: Limits) -> None:
    """It ends by itself, with a reason or with what it could not read."""
    try:
        result = extract(path, "pdf", limits=limits)
    except DocumentError as error:
        assert "took more than" in error.message or "memory" in error.message or "crashed" in error.message
    else:
        assert result.tables == ()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import os; os.kill(os.getpid(), 11)", "crashed its reader (SIGSEGV)"),
        ("import sys; sys.exit(3)", "failed on this one"),
        ("print('not json')", "no usable answer"),
        ("print('{}')", "no usable answer"),
        ("import time; time.sleep(60)", "took more than 1 seconds"),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", "more than r2p can hold"),
    ],
)
def test_whatever_the_reader_does_becomes_a_reason(
    script: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "READER", (sys.executable, "-I", "-c", script))
    limits = BRIEF._replace(wall_seconds=1.0 if "sleep" in script else 10.0, answer_bytes=1_000_000)
    assert words in reason(kept(tmp_path, b"%PDF-"), limits)


def test_a_reader_that_starts_others_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "pid"
    script = f"""
import os, time
child = os.fork()
if child:
    open({str(note)!r}, "w").write(str(child))
time.sleep(60)
"""
    monkeypatch.setattr(sandbox, "READER", (sys.executable, "-I", "-c", script))
    reason(kept(tmp_path, b"%PDF-"), BRIEF._replace(wall_seconds=2.0))
    state = Path(f"/proc/{note.read_text()}/stat")
    # Killed at once, it goes as soon as the kernel lets it run.
    deadline = time.monotonic() + 10
    while _lives(state) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(state)


def _lives(state: Path) -> bool:
    try:
        return state.read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_reading_that_is_no_longer_wanted_ends(tmp_path: Path) -> None:
    path = kept(tmp_path, made_pdfs.text_page("hello"))
    with pytest.raises(ExtractionCancelledError):
        extract(path, "pdf", cancelled=lambda: True)


def test_the_reader_gives_up_network_files_and_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "written"
    script = f"""
import ctypes, json, socket, subprocess, sys
from r2p_tui.pdf.confine import confine
from r2p_tui.pdf.limits import Limits
confine(Limits())
refused = []
for name, act in (
    ("socket", lambda: socket.socket()),
    ("program", lambda: subprocess.run(["true"])),
    ("file", lambda: open({str(target)!r}, "w")),
    ("memory", lambda: bytearray(3 << 30)),
):
    try:
        act()
    except (PermissionError, MemoryError):
        refused.append(name)
if sys.platform != "linux" or ctypes.CDLL(None).socket(2, 1, 0) == -1:
    refused.append("native socket")
print(json.dumps({{"error": [" ".join(refused), ""]}}))
"""
    monkeypatch.setattr(sandbox, "READER", (sys.executable, "-c", script))
    assert reason(kept(tmp_path, b"%PDF-")) == "socket program file memory native socket"
    assert not target.exists()


def test_a_region_is_drawn_within_its_room(tmp_path: Path) -> None:
    path = kept(tmp_path, made_pdfs.text_page("hello"))
    picture = render(path, 1, Box(60, 50, 160, 90), width=120, height=60)
    assert picture.width <= 120
    assert picture.height <= 60
    assert len(picture.rgb) == picture.width * picture.height * 3
    assert len(set(picture.rgb)) > 1
    with pytest.raises(DocumentError, match="no page 2"):
        render(path, 2, Box(0, 0, 10, 10), width=10, height=10)


def test_the_child_gets_no_open_files_and_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    script = (
        "import json, os; print(json.dumps({'error': [' '.join(sorted(os.environ)) + ' '"
        " + str(len(os.listdir('/proc/self/fd')) if os.path.isdir('/proc/self/fd') else 4), '']}))"
    )
    monkeypatch.setattr(sandbox, "READER", (sys.executable, "-I", "-c", script))
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        words = reason(kept(tmp_path, b"%PDF-"))
    assert "canary" not in words
    assert "SECRET_KEY" not in words
    assert words.split()[-1] == "4"


def test_the_reader_tells_its_version() -> None:
    assert sandbox.reader_version() == pymupdf.__version__

"""The files of an arXiv e-print, read in memory: plain files only, counted and bounded while reading."""

from __future__ import annotations

import tarfile
import unicodedata
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from r2p_tui.errors import DocumentError
from r2p_tui.text import clean_line

MEMBER_LIMIT = 2_000
BYTE_LIMIT = 200_000_000
RATIO_LIMIT = 100
WANTED = frozenset({".tex", ".ltx", ".latex", ".bbl", ".aux", ".sty", ".cls", ".def"})
SINGLE_NAME = "main.tex"
# Below this size a ratio means nothing: a few lines of text pack very well.
_RATIO_COUNTS_FROM = 1_000_000
_CHUNK = 1 << 16
_ELSEWHERE = "Fetch the source again, or use the PDF."


def read_archive(data: bytes) -> dict[str, bytes]:
    """Path to content of what TeX reads; a lone file is called `main.tex`.

    Links, devices, and paths that lead outside are left out. Raises DocumentError with the reason for a PDF,
    for anything that is no e-print, and where a limit is passed.
    """
    start = data[:1024].lstrip()
    if b"%PDF-" in start:
        raise DocumentError("arXiv has no TeX source of this paper: its authors sent a PDF.", "Use the PDF.")
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise DocumentError("The file is a web page, not a TeX source.", _ELSEWHERE)
    if data[:2] == b"PK":
        raise DocumentError("The file is a zip archive, not an arXiv source.", "Pack it as .tar.gz.")
    plain = _decompressed(data) if data[:2] == b"\x1f\x8b" else data
    files = _members(plain) if _is_tar(plain) else {SINGLE_NAME: _lone_file(plain)}
    if not any(name.lower().endswith((".tex", ".ltx", ".latex")) for name in files):
        raise DocumentError("The archive holds no TeX file.", "Use the PDF.")
    return files


def _decompressed(data: bytes) -> bytes:
    """The content of a gzip file; what was sent beyond its end is not looked at."""
    inflate, plain = zlib.decompressobj(wbits=31), bytearray()
    most = max(min(BYTE_LIMIT, RATIO_LIMIT * len(data)), _RATIO_COUNTS_FROM)
    try:
        for position in range(0, len(data), _CHUNK):
            rest = data[position : position + _CHUNK]
            while rest and not inflate.eof:
                plain += inflate.decompress(rest, _CHUNK)
                rest = inflate.unconsumed_tail
                if len(plain) > most:
                    raise _too_large()
    except zlib.error as error:
        raise DocumentError("The archive is damaged.", _ELSEWHERE) from error
    if not inflate.eof:
        raise DocumentError("The archive is cut off.", _ELSEWHERE)
    return bytes(plain)


def _is_tar(plain: bytes) -> bool:
    if plain[257:262] == b"ustar":
        return True
    try:
        tarfile.TarInfo.frombuf(plain[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _members(plain: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = BYTE_LIMIT
    try:
        with tarfile.open(fileobj=BytesIO(plain), mode="r:", errors="replace") as archive:
            for member in _counted(archive):
                left -= member.size
                if left < 0:
                    raise _too_large()
                name = _safe_name(member.name)
                if name and member.isreg() and not member.issparse():
                    content = archive.extractfile(member)
                    files |= {name: _content(content, member.size)} if content else {}
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        if not files:
            raise DocumentError("The archive is damaged.", clean_line(str(error))[:200]) from error
    return files


def _counted(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for number, member in enumerate(archive, 1):
        if number > MEMBER_LIMIT:
            raise DocumentError(f"The archive has more than {MEMBER_LIMIT:,} members.", "Use the PDF.")
        yield member


def _content(file: IO[bytes], size: int) -> bytes:
    with file:
        return file.read(size)


def _safe_name(name: str) -> str:
    """The path in one spelling, or nothing where it is not wanted or does not stay inside."""
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    unsafe = path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name
    return "" if unsafe or path.suffix.lower() not in WANTED else str(path)


def _lone_file(plain: bytes) -> bytes:
    """A TeX file by itself; raises DocumentError for any other content."""
    if not plain.strip():
        raise DocumentError("The source is empty.", _ELSEWHERE)
    if b"%PDF-" in plain[:1024]:
        raise DocumentError("arXiv has no TeX source of this paper: its authors sent a PDF.", "Use the PDF.")
    if b"\\" not in plain or b"\0" in plain[:1024]:
        raise DocumentError("The file is not a TeX source.", _ELSEWHERE)
    return plain


def _too_large() -> DocumentError:
    size = BYTE_LIMIT // 1_000_000
    return DocumentError(
        f"The archive unpacks to more than {size} MB, or to more than {RATIO_LIMIT} times its size.",
        "Use the PDF.",
    )

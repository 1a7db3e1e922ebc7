"""Archives as arXiv sends them, and archives that nobody should open."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.errors import DocumentError
from r2p_tui.pdf.tex import archive
from r2p_tui.pdf.tex.archive import read_archive

TEX = b"\\documentclass{article}\\begin{document}x\\end{document}"


def packed(*members: tuple[str, bytes | str], kind: bytes = b"", compress: bool = True) -> bytes:
    """A tar with plain files, or, where the second is text, links or devices that point there."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            if isinstance(content, str):
                entry.type, entry.linkname = kind or tarfile.SYMTYPE, content
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue()) if compress else plain.getvalue()


@pytest.mark.parametrize("compress", [True, False])
def test_only_what_tex_reads_is_taken(compress: bool) -> None:
    data = packed(
        ("main.tex", TEX), ("fig/a.pdf", b"%PDF-"), ("sec/one.TEX", b"\\x"), ("main.bbl", b"b"),
        ("./a.sty", b"s"),
        compress=compress,
    )  # fmt: skip
    assert read_archive(data) == {"main.tex": TEX, "sec/one.TEX": b"\\x", "main.bbl": b"b", "a.sty": b"s"}


def test_one_file_by_itself() -> None:
    assert read_archive(gzip.compress(TEX)) == {"main.tex": TEX}
    assert read_archive(TEX) == {"main.tex": TEX}


def test_names_have_one_spelling() -> None:
    assert list(read_archive(packed(("re\u0301sume\u0301.tex", TEX)))) == ["r\u00e9sum\u00e9.tex"]


@pytest.mark.parametrize(
    "name", ["../out.tex", "/etc/out.tex", "a/../../out.tex", "a\\..\\out.tex", "..", "sec/../../x.tex"]
)
def test_nothing_leaves_the_archive(name: str) -> None:
    assert list(read_archive(packed(("main.tex", TEX), (name, b"\\out")))) == ["main.tex"]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_are_left_out(kind: bytes) -> None:
    data = packed(("main.tex", TEX), ("link.tex", "/etc/passwd"), ("hard.tex", "main.tex"), kind=kind)
    assert read_archive(data) == {"main.tex": TEX}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.5 ...", "its authors sent a PDF"),
        (gzip.compress(b"%PDF-1.5 \\x"), "its authors sent a PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04", "zip"),
        (gzip.compress(TEX)[:-12], "cut off"),
        (b"\x1f\x8b\x08garbage", "damaged"),
        (gzip.compress(b""), "empty"),
        (b"", "empty"),
        (b"hello", "not a TeX source"),
        (gzip.compress(bytes(2000)), "not a TeX source"),
        (packed(("figure.png", b"x")), "no TeX file"),
        (packed(("main.tex", "/etc/passwd")), "no TeX file"),
    ],
)
def test_what_is_no_source_has_its_reason(data: bytes, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_archive(data)
    assert words in caught.value.message
    assert caught.value.message.endswith(".")


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(DocumentError, match="100 times its size"):
        read_archive(gzip.compress(bytes(50_000_000)))


def test_too_many_members() -> None:
    members = [(f"{number}.tex", b"") for number in range(archive.MEMBER_LIMIT + 1)]
    with pytest.raises(DocumentError, match="2,000 members"):
        read_archive(packed(*members, compress=False))


def test_a_size_that_the_header_claims_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BYTE_LIMIT", 2_000_000)
    with pytest.raises(DocumentError, match="unpacks to more"):
        read_archive(packed(("main.tex", TEX), ("data.bin", bytes(3_000_000)), compress=False))


def test_a_tar_that_is_cut_off_gives_what_came() -> None:
    data = packed(("main.tex", TEX), ("b.tex", TEX * 500), compress=False)
    assert "main.tex" in read_archive(data[:4000])


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read_archive(packed(("main.tex", TEX), ("../out.tex", TEX), ("link.tex", "../out.tex")))
    assert list(tmp_path.rglob("*.tex")) == []


@given(st.binary(max_size=3000))
def test_any_bytes_give_files_or_a_reason(data: bytes) -> None:
    for candidate in (
        data,
        gzip.compress(data),
        b"\x1f\x8b\x08" + data,
        data.ljust(257)[:257] + b"ustar" + data,
    ):
        try:
            assert read_archive(candidate)
        except DocumentError as error:
            assert error.message

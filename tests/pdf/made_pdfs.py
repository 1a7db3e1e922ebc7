"""PDF files written by hand, byte for byte, among them some that mean harm."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A file of the given objects, numbered from 1; object 1 is the catalogue."""
    out, starts = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        table,
    )
    return bytes(out)


def stream(data: bytes, filters: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), filters, data)


def one_page(
    content: bytes, kids: bytes = b"[3 0 R]", count: int = 1, extra: Mapping[int, bytes] | None = None
) -> bytes:
    """One page; its content is object 4, its font object 5, and `extra` objects follow from 6 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids %b /Count %d >>" % (kids, count),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>",
        content,
        FONT,
        *(extra or {6: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")}).values(),
    ]
    return pdf(objects)


def text_page(*lines: str) -> bytes:
    """One page with the lines one below the other, 14 points apart, from the top left."""
    shown = b"".join(b"(%b) Tj 0 -14 Td " % line.encode("latin-1") for line in lines)
    return one_page(stream(b"BT /F1 10 Tf 72 770 Td %bET" % shown))


def memory_bomb(gigabytes: int = 4) -> bytes:
    """A content stream that is small on the disk and enormous when it is unpacked."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # A block that refers to nothing before it may be repeated without packing it again.
    megabyte = packer.compress(b"q " * 500_000) + packer.flush(zlib.Z_FULL_FLUSH)
    endless = b"\x78\x9c" + megabyte * (gigabytes * 1_000) + b"\x03\x00"
    return one_page(stream(zlib.compress(endless, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def drawing_loop() -> bytes:
    """Forms that draw one another many times: a few hundred bytes, 20^12 operations."""
    depth = 12
    forms = {}
    for level in range(depth):
        inner = b"/Resources << /XObject << /X %d 0 R >> >>" % (7 + level) if level < depth - 1 else b""
        body = b"/X Do " * 20 if level < depth - 1 else b"BT (x) Tj ET"
        forms[6 + level] = stream(body, b"/Type /XObject /Subtype /Form /BBox [0 0 99 99] " + inner)
    return one_page(stream(b"/X Do"), extra=forms)


def page_tree_in_a_circle() -> bytes:
    return one_page(stream(b""), kids=b"[2 0 R]", count=5)


def million_pages() -> bytes:
    """One page that the page tree names a million times."""
    return one_page(
        stream(b"BT /F1 10 Tf 72 770 Td (again) Tj ET"),
        kids=b"[" + b"3 0 R " * 1_000_000 + b"]",
        count=1_000_000,
    )

"""Scalars in TensorBoard's event files, read without TensorBoard.

A file is a row of TFRecords: length (u64), masked CRC-32C of the length, data, masked CRC-32C of the data.
The data are protobuf messages `Event` (tensorflow/core/util/event.proto) with a `Summary` of tagged values,
which hold a float (`simple_value`) or a tensor with one element.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from r2p_tui.runs.reports.growing_file import read_at

_HEADER, _FOOTER = 12, 4
# Images, graphs and weights are far larger than scalars; their records are stepped over.
_LONGEST_RECORD = 262_144
# A CRC in Python costs 0.1 µs a byte: affordable for records of scalars, which a criterion may act on.
_LONGEST_CHECKED = 1_024
_LONGEST_TAG = 200
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# How TensorProto names its element types, and how they lie in `tensor_content`.
_FORMATS = {1: "f", 2: "d", 3: "i", 9: "q", 19: "e"}


class Scalar(NamedTuple):
    """One value of one tag; `time` in seconds since 1970."""

    tag: str
    step: int
    time: float
    value: float


class EventFile:
    """Reads the scalars that were added to a file; a record that is not whole yet is waited for.

    `note` is a sentence once a record is damaged: nothing after it is read, as its length cannot be trusted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note: str | None = None
        self.behind = False
        self._offset = 0

    def poll(self, max_bytes: int = 1_000_000) -> list[Scalar]:
        """The new scalars, from at most `max_bytes` bytes or one record."""
        if self.note is not None:
            return []
        found = read_at(self.path, self._offset, max(max_bytes, _LONGEST_RECORD + _HEADER + _FOOTER))
        if found is None:
            return []
        data, size = found
        if size < self._offset:
            self._offset = 0
            return []
        before = self._offset
        scalars = [scalar for record in self._records(data, size) for scalar in scalars_of(record)]
        self.behind = self.note is None and before < self._offset < size
        return scalars

    def _records(self, data: bytes, size: int) -> Iterator[bytes]:
        start, place = self._offset, 0
        while place + _HEADER <= len(data):
            length, check = struct.unpack_from("<QI", data, place)
            if masked_crc(data[place : place + 8]) != check:
                self.note = (
                    f"{self.path.name} is damaged at byte {start + place:,}; what follows is not read."
                )
                break
            end = place + _HEADER + length + _FOOTER
            if end > (len(data) if length <= _LONGEST_RECORD else size - start):
                break
            record = data[place + _HEADER : end - _FOOTER]
            if (
                length <= _LONGEST_CHECKED
                and masked_crc(record) != struct.unpack_from("<I", data, end - 4)[0]
            ):
                self.note = (
                    f"{self.path.name} is damaged at byte {start + place:,}; what follows is not read."
                )
                break
            place = end
            self._offset = start + place
            if length <= _LONGEST_RECORD:
                yield record


def scalars_of(event: bytes) -> list[Scalar]:
    """The scalars in one `Event`; none where the bytes are no such message."""
    time, step, summaries = 0.0, 0, []
    try:
        for field, kind, value in _fields(event):
            if (field, kind) == (1, _FIXED64):
                time = float(struct.unpack("<d", value)[0])
            elif (field, kind) == (2, _VARINT):
                step = int.from_bytes(value, "little", signed=True)
            elif (field, kind) == (5, _BYTES):
                summaries.append(value)
        pairs = [
            pair
            for summary in summaries
            for field, kind, value in _fields(summary)
            if (field, kind) == (1, _BYTES) and (pair := _tag_and_value(value)) is not None
        ]
    except ValueError:
        return []
    return [Scalar(tag, step, time, value) for tag, value in pairs]


def _tag_and_value(message: bytes) -> tuple[str, float] | None:
    tag, found = "", None
    for field, kind, value in _fields(message):
        if (field, kind) == (1, _BYTES):
            tag = value[:_LONGEST_TAG].decode("utf-8", "replace")
        elif (field, kind) == (2, _FIXED32):
            found = float(struct.unpack("<f", value)[0])
        elif (field, kind) == (8, _BYTES):
            found = _only_element(value)
    return (tag, found) if tag and found is not None else None


def _only_element(tensor: bytes) -> float | None:
    """The element of a tensor that has one: in `tensor_content`, or in the list for its type."""
    content, kind_of, listed = b"", 0, b""
    for field, kind, value in _fields(tensor):
        if (field, kind) == (1, _VARINT):
            kind_of = value[0]
        elif (field, kind) == (4, _BYTES):
            content = value
        elif field in (5, 6) and kind in (_BYTES, _FIXED32, _FIXED64):
            listed += value
    form = _FORMATS.get(kind_of)
    data = content or (listed if kind_of in (1, 2) else b"")
    if form is None or len(data) != struct.calcsize(form):
        return None
    return float(struct.unpack(f"<{form}", data)[0])


def _fields(message: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, wire type and bytes of each field; raises ValueError where the message is torn."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind, size = key & 7, 0
        if kind == _VARINT:
            number, place = _varint(message, place)
            yield key >> 3, kind, number.to_bytes(8, "little")
            continue
        if kind == _BYTES:
            size, place = _varint(message, place)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError("unknown wire type")
        if place + size > len(message):
            raise ValueError("torn field")
        yield key >> 3, kind, message[place : place + size]
        place += size


def _varint(message: bytes, place: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            break
        byte = message[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, place
    raise ValueError("torn number")


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_TABLE = _crc_table()


def masked_crc(data: bytes) -> int:
    """CRC-32C (Castagnoli), turned and shifted as the TFRecord format asks."""
    crc = 0xFFFF_FFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFF_FFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282_EAD8) & 0xFFFF_FFFF

"""Event files: one that a real writer made, others built here from the definition of the format."""

from __future__ import annotations

import struct
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.runs.reports.event_files import EventFile, Scalar, masked_crc, scalars_of

# Written by tensorboardX 2.6: scalars, a histogram and a text between them, and tensors of one element.
RECORDED = b64decode(
    "GAAAAAAAAACjf0siCSOk/9dzwNpBGg1icmFpbi5FdmVudDoyf9o8YCAAAAAAAAAAKe2pUAkAACBA/FTZQRABKhMKEQoKdHJhaW4vbG9z"
    "cxUAAAA/F4SkyiIAAAAAAAAAeBE9/QkAAGBA/FTZQRABKhUKEwoMdmFsL21BUDUwLTk1FQAAgD4xfPmacgAAAAAAAAAlBTqCCQAAgED8"
    "VNlBEAEqZQpjCgd3ZWlnaHRzKlgRAAAAAAAAAEAZAAAAAAAACEAhAAAAAAAACEApAAAAAAAAFEAyGAAAAAAAAAAAAAAAAAAA8D8AAAAA"
    "AAAAQDoYAAAAAAAAAAAAAAAAAADwPwAAAAAAAABAL1Yk6T0AAAAAAAAAYEnx7AkAAIBA/FTZQRABKjAKLgoRbm90ZS90ZXh0X3N1bW1h"
    "cnlCDwgHEgQSAggBQgVoZWxsb0oICgYKBHRleHQ0x33HIgAAAAAAAAB4ET39CQAA0ED8VNlBEOCnEioTChEKCnRyYWluL2xvc3MVAAAA"
    "PknDOmguAAAAAAAAAMXLV/oJAAAAQfxU2UEQ/v//////////ASoYChYKCmVwb2NoX2xvc3NCCAgBKgQAAEA/fYQAeTIAAAAAAAAAJBlW"
    "7AkAAABB/FTZQRD+//////////8BKhwKGgoKZXBvY2hfbG9zc0IMCAIyCJqZmZmZmbk/Nhr3CS4AAAAAAAAAxctX+gkAAABB/FTZQRD+"
    "//////////8BKhgKFgoKZXBvY2hfbG9zc0IICAEiBAAAwD8GmTO2"
)
IN_IT = [
    Scalar("train/loss", 1, 1700000000.5, 0.5),
    Scalar("val/mAP50-95", 1, 1700000001.5, 0.25),
    Scalar("train/loss", 300000, 1700000003.25, 0.125),
    Scalar("epoch_loss", -2, 1700000004.0, 0.75),
    Scalar("epoch_loss", -2, 1700000004.0, 0.1),
    Scalar("epoch_loss", -2, 1700000004.0, 1.5),
]


def varint(number: int) -> bytes:
    number &= 0xFFFF_FFFF_FFFF_FFFF
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*data, number])


def part(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def event(step: int, tag: str, value: bytes) -> bytes:
    summary = part(1, part(1, tag.encode()) + value)
    return b"\x09" + struct.pack("<d", 5.0) + b"\x10" + varint(step) + part(5, summary)


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def simple(step: int, value: float, tag: str = "loss") -> bytes:
    return record(event(step, tag, b"\x15" + struct.pack("<f", value)))


def test_the_checksum_is_castagnoli() -> None:
    # The check value of CRC-32C for "123456789", masked.
    crc = 0xE306_9283
    assert masked_crc(b"123456789") == (((crc >> 15) | (crc << 17)) + 0xA282_EAD8) & 0xFFFF_FFFF


def test_a_file_of_a_real_writer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(RECORDED)
    reader = EventFile(path)
    assert reader.poll() == IN_IT
    assert (reader.poll(), reader.note, reader.behind) == ([], None, False)


def test_a_torn_record_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "events"
    reader, found = EventFile(path), []
    assert reader.poll() == []
    for end in range(0, len(RECORDED) + 1, 5):
        path.write_bytes(RECORDED[:end])
        found += reader.poll()
    assert (found, reader.note) == (IN_IT, None)


@pytest.mark.parametrize("place", [3, 9, 20])
def test_a_damaged_record_ends_the_reading_with_a_note(tmp_path: Path, place: int) -> None:
    whole = simple(1, 0.5)
    broken = bytearray(simple(2, 0.25))
    broken[place] ^= 0x10
    path = tmp_path / "events"
    path.write_bytes(whole + broken + whole)
    reader = EventFile(path)
    assert [scalar.step for scalar in reader.poll()] == [1]
    assert reader.note == f"events is damaged at byte {len(whole)}; what follows is not read."
    assert reader.poll() == []


def test_large_records_are_stepped_over(tmp_path: Path) -> None:
    path = tmp_path / "events"
    picture = record(bytes(3_000_000))
    path.write_bytes(simple(1, 0.5) + picture[:1_000_000])
    reader = EventFile(path)
    assert [scalar.step for scalar in reader.poll()] == [1]
    assert not reader.poll()
    path.write_bytes(simple(1, 0.5) + picture + simple(2, 0.25))
    found = reader.poll() + reader.poll()
    assert [scalar.step for scalar in found] == [2]


def test_a_poll_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(b"".join(simple(step, 0.5) for step in range(20_000)))
    reader, found = EventFile(path), []
    first = reader.poll(1)
    assert 0 < len(first) < 20_000
    assert reader.behind
    found = first
    while part := reader.poll(1):
        found += part
    assert [scalar.step for scalar in found] == list(range(20_000))


@pytest.mark.parametrize(
    ("tensor", "value"),
    [
        (b"\x08\x01" + part(5, struct.pack("<f", 0.5)), 0.5),
        (b"\x08\x01\x2d" + struct.pack("<f", 0.5), 0.5),
        (b"\x08\x02" + part(4, struct.pack("<d", 0.1)), 0.1),
        (b"\x08\x09" + part(4, struct.pack("<q", -3)), -3.0),
        (b"\x08\x01" + part(4, struct.pack("<ff", 1, 2)), None),
        (b"\x08\x07" + part(8, b"text"), None),
        (b"", None),
    ],
)
def test_only_tensors_of_one_number_are_scalars(tensor: bytes, value: float | None) -> None:
    found = [scalar.value for scalar in scalars_of(event(1, "loss", part(8, tensor)))]
    assert found == ([] if value is None else [value])


@given(st.binary(max_size=200))
def test_any_message_is_read_without_error(data: bytes) -> None:
    scalars_of(data)
    scalars_of(part(5, part(1, data)))
    scalars_of(event(1, "loss", part(8, data)))


@given(st.lists(st.tuples(st.integers(0, len(RECORDED) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_bytes_never_raise_and_always_end(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(RECORDED)
    for place, byte in changes:
        data[place] = byte
    path = tmp_path_factory.mktemp("events") / "events"
    path.write_bytes(data)
    reader, found = EventFile(path), []
    while part := reader.poll():
        found += part
    # A changed record is left out together with all that follow it.
    assert found == IN_IT[: len(found)]
    assert (len(found) == len(IN_IT) and reader.note is None) or bytes(data) != RECORDED

"""A log of bounded size whose writer never has to know."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from r2p_tui.runs.log_rotation import KEPT, rotate, rotated


def old_parts(log: Path) -> list[Path]:
    """Those that exist, oldest first."""
    return [part for number in range(KEPT, 0, -1) if (part := rotated(log, number)).exists()]


def whole(log: Path) -> bytes:
    return b"".join(part.read_bytes() for part in (*old_parts(log), log))


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    assert not rotate(log, 10)
    log.write_bytes(b"0123456789")
    assert not rotate(log, 10)
    assert os.listdir(tmp_path) == ["log.txt"]


def test_every_line_is_kept_while_there_is_room(tmp_path: Path) -> None:
    """The writer keeps its file open for appending, as a worker does."""
    log = tmp_path / "log.txt"
    lines = [b"line %d\n" % number for number in range(300)]
    with log.open("ab", buffering=0) as writer:
        for line in lines:
            writer.write(line)
            rotate(log, 1000)
    assert whole(log) == b"".join(lines)
    assert log.stat().st_size <= 1000
    assert rotated(log, 2).exists()


def test_the_oldest_part_goes(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    for number in range(6):
        log.write_bytes(b"%d" % number * 20)
        assert rotate(log, 10)
    assert [part.read_bytes()[:1] for part in old_parts(log)] == [b"3", b"4", b"5"]
    assert sorted(os.listdir(tmp_path)) == ["log.1.txt", "log.2.txt", "log.3.txt", "log.txt"]


def test_a_flood_without_a_newline_stays_within_bounds(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    limit = 100_000
    with log.open("ab", buffering=0) as writer:
        for _ in range(40):
            writer.write(os.urandom(limit // 2) * 5)
            rotate(log, limit)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= (KEPT * 2 + 1) * limit
    assert rotated(log, KEPT).exists()


def test_without_room_the_log_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"x" * 100)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert not rotate(log, 10)
    assert log.read_bytes() == b"x" * 100
    assert os.listdir(tmp_path) == ["log.txt"]

"""A log as a terminal would show it, while it grows, is rotated, or is far too large."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.runs.reports.log_tail import LogTail, last_lines


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_only_whole_lines_come_and_each_once(log: Path) -> None:
    tail = LogTail(log)
    assert tail.poll() == []
    append(log, b"one\ntw")
    assert (tail.poll(), tail.pending) == (["one"], "tw")
    append(log, b"o\n\nthree\r\n")
    assert tail.poll() == ["two", "", "three"]
    assert tail.poll() == []


def test_a_redrawn_line_is_what_it_showed_last(log: Path) -> None:
    tail = LogTail(log)
    append(log, b"\r 1%\r 50%")
    assert (tail.poll(), tail.pending) == ([], " 50%")
    append(log, b"\r        \r")
    tail.poll()
    append(log, b"{'loss': 1}\n 51%\r\n99%\r   \r\n")
    assert tail.poll() == ["{'loss': 1}", " 51%", "99%"]


def test_text_is_safe_to_show(log: Path) -> None:
    append(log, b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07\xff\x07 \x1b[2Kok\b\b \xe2\x80\xae\n\x1b]open\n")
    shown = LogTail(log).poll()
    assert shown == ["red \ufffd\ufffd ok \ufffd", "\ufffd]open"]


def test_a_character_may_arrive_in_two_pieces(log: Path) -> None:
    tail = LogTail(log)
    append(log, "ä".encode()[:1])
    tail.poll()
    append(log, "ä".encode()[1:] + b"\n")
    assert tail.poll() == ["ä"]


def test_rotation_by_copy_and_truncate_starts_anew(log: Path) -> None:
    tail = LogTail(log)
    append(log, b"old 1\nold 2\nhalf")
    tail.poll()
    log.write_bytes(b"new\n")
    assert tail.poll() == ["new"]


def test_a_file_that_has_outgrown_its_old_size_since_rotation_is_noticed(log: Path) -> None:
    tail = LogTail(log)
    append(log, b"old 1\n")
    tail.poll()
    log.write_bytes(b"new 1\nnew 2\nnew 3\n")
    assert tail.poll() == ["new 1", "new 2", "new 3"]


def test_a_poll_ends_at_its_limits_and_loses_nothing(log: Path) -> None:
    lines = [f"line {number}" for number in range(1000)]
    append(log, ("\n".join(lines) + "\n").encode())
    tail, found = LogTail(log), []
    while part := tail.poll(max_lines=7):
        assert len(part) <= 7
        found += part
    assert found == lines
    slow, found = LogTail(log), []
    while part := slow.poll(max_bytes=50):
        found += part
        assert slow.behind is (len(found) < 1000)
    assert found == lines


@pytest.mark.parametrize("filler", [b"x", b"\r", b"\rx", b"\r \x1b", b"\b", b"\x1b]"])
def test_a_line_without_end_takes_little_memory(log: Path, filler: bytes) -> None:
    append(log, filler * (16_000_000 // len(filler)))
    tail = LogTail(log)
    tracemalloc.start()
    while not tail.poll() and tail.behind:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
    assert len(tail.pending) <= 2_000
    append(log, b"\nnext\n")
    line, following = tail.poll()
    assert (len(line) <= 2_000, following) == (True, "next")


def test_long_lines_are_cut_for_display(log: Path) -> None:
    append(log, b"y" * 5_000 + b"\n")
    [line] = LogTail(log).poll()
    assert line == "y" * 1_999 + "…"


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=8)),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_lines_do_not_depend_on_how_they_arrive(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], sizes: list[int]
) -> None:
    data = "".join(f"{text}\n" for text in texts).encode()
    whole, pieces = (tmp_path_factory.mktemp("logs") / name for name in ("whole", "pieces"))
    append(whole, data)
    tail, found, place, turn = LogTail(pieces), [], 0, 0
    while place < len(data):
        size = sizes[turn % len(sizes)]
        append(pieces, data[place : place + size])
        found += tail.poll(max_lines=2)
        place, turn = place + size, turn + 1
    while part := tail.poll():
        found += part
    assert found == LogTail(whole).poll()


@pytest.mark.parametrize("count", [0, 1, 3, 100])
def test_the_last_lines_are_read_from_the_end(log: Path, count: int) -> None:
    lines = [f"line {number}" for number in range(50)]
    append(log, "\n".join(lines).encode())
    assert last_lines(log, count) == lines[max(50 - count, 0) :]
    assert last_lines(log.with_name("absent"), count) == []


def test_the_last_lines_of_a_large_file_cost_no_more_than_they_hold(log: Path) -> None:
    block = b"".join(b"line %07d\n" % number for number in range(100_000))
    with log.open("wb") as file:
        for _ in range(20):
            file.write(block)
    tracemalloc.start()
    found = last_lines(log, 500)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found[0], found[-1], len(found)) == ("line 0099500", "line 0099999", 500)
    assert peak < 1_000_000


def test_a_viewer_goes_on_from_the_last_lines(log: Path) -> None:
    append(log, b"1\n2\n3\n4")
    tail = LogTail(log)
    tail.jump(2)
    assert tail.poll() == ["2", "3"]
    append(log, b"4\n")
    assert tail.poll() == ["44"]

"""Files of a run folder: replaced as a whole, or growing by whole lines."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.runs import MetricPoint
from r2p_tui.runs.rundir import (
    BATCH_MARK,
    LineReader,
    append_line,
    highest_number,
    point_line,
    point_of,
    read_json,
    run_folder,
    write_json,
)


def test_a_file_is_replaced_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spec.json"
    write_json(path, {"a": math.inf, "b": [math.nan, 1]})
    assert read_json(path) == {"a": "inf", "b": ["nan", 1]}

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("r2p_tui.runs.rundir.os.fsync", refuse)
    with pytest.raises(OSError, match="space"):
        write_json(path, {"a": 2})
    assert read_json(path) == {"a": "inf", "b": ["nan", 1]}
    assert [found.name for found in tmp_path.iterdir()] == ["spec.json"]


def test_a_line_counts_once_its_newline_is_there(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    reader = LineReader(path)
    assert reader.read_new() == []
    path.write_bytes(b'{"a": 1}\n{"a": ')
    assert reader.read_new() == [{"a": 1}]
    with path.open("ab") as file:
        file.write(b"2}\nno json\n[3]\n")
    assert reader.read_new() == [{"a": 2}]
    path.write_bytes(b'{"a": 4}\n')
    assert reader.read_new() == [{"a": 4}]


@given(
    st.builds(
        MetricPoint,
        st.floats(0, 4e9),
        st.dictionaries(st.text(max_size=8), st.floats(allow_nan=False), max_size=4),
        st.none() | st.integers(0, 10**6),
        st.none() | st.integers(0, 10**9),
        st.sampled_from(["epoch", "batch"]),
    )
)
def test_a_point_comes_back_from_its_line(point: MetricPoint) -> None:
    assert point_of(point_line(point)) == point


def test_numbers_of_folders(tmp_path: Path) -> None:
    assert highest_number(tmp_path) == 0
    for number in (2, 1_234_567):
        run_folder(tmp_path, number).path.mkdir()
    assert highest_number(tmp_path) == 1_234_567


def test_of_lines_within_an_epoch_only_the_last_is_read(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    told = [("batch", 1), ("batch", 2), ("epoch", 3), ("epoch", 4), ("batch", 5), ("batch", 6)]
    for scope, number in told:
        append_line(path, {"time": float(number), "scope": scope, "values": {"loss": 1.0}})
    reader = LineReader(path)
    assert [line["time"] for line in reader.read_new(last_of=BATCH_MARK)] == [2, 3, 4, 6]
    assert reader.read_new(last_of=BATCH_MARK) == []
    assert len(LineReader(path).read_new()) == len(told)


def test_half_a_line_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"time": 1.0, "eve')
    append_line(path, {"time": 2.0, "event": "note"})
    assert LineReader(path).read_new() == [{"time": 2.0, "event": "note"}]

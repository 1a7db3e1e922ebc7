"""The run folder: the one place that a background process writes to, and all that is known of it.

Whole files are replaced in one step; files of lines only grow, and a line counts once its newline is there.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.domain.runs import MetricPoint, RunSpec, Scope, spec_from_values
from r2p_tui.errors import NotFoundError
from r2p_tui.files import replace_file

# What a line of `metrics.jsonl` within an epoch holds, spelled as `append_line` spells it.
BATCH_MARK = b'"scope":"batch"'
_CHUNK = 4_000_000
_NAME = "{:06}"
_LONGEST_LINE = 1_000_000
# The store counts in 64 bits.
_MOST_COUNTED = 2**63


class RunDir(NamedTuple):
    """The names of what lies in one run folder."""

    path: Path

    @property
    def spec(self) -> Path:
        return self.path / "spec.json"

    @property
    def alive_lock(self) -> Path:
        return self.path / "alive.lock"

    @property
    def supervisor_lock(self) -> Path:
        return self.path / "supervisor.lock"

    @property
    def process(self) -> Path:
        return self.path / "process.json"

    @property
    def stop(self) -> Path:
        return self.path / "stop.json"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def resources(self) -> Path:
        return self.path / "resources.jsonl"

    @property
    def log(self) -> Path:
        return self.path / "log.txt"

    @property
    def secrets(self) -> Path:
        """Variables of the environment that no record keeps; the supervisor removes it as it starts."""
        return self.path / "secrets.json"

    @property
    def environment(self) -> Path:
        """The variables among which the run was submitted, without secrets."""
        return self.path / "environment.json"

    @property
    def diff(self) -> Path:
        return self.path / "diff.patch"

    @property
    def remote(self) -> Path:
        """What is known of a job on another machine."""
        return self.path / "ray.json"

    @property
    def outcome(self) -> Path:
        return self.path / "outcome.json"

    @property
    def measurement(self) -> Path:
        """What was measured so far, as `domain.measurements` spells it."""
        return self.path / "measurement.json"

    @property
    def measured(self) -> Path:
        """Single samples and detections, a file for each variant."""
        return self.path / "measured"

    @property
    def exit(self) -> Path:
        return self.path / "exit.json"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def work(self) -> Path:
        return self.path / "work"

    def read_spec(self) -> RunSpec:
        """What the run was told; raises NotFoundError where the folder does not say."""
        values = read_json(self.spec)
        if values is None:
            raise NotFoundError(f"{self.path} is not the folder of a run.", "See the runs with: r2p runs")
        return spec_from_values(values)


def run_folder(runs: Path, run_id: int) -> RunDir:
    """Where the run of that number lives."""
    return RunDir(runs / _NAME.format(run_id))


def is_remote(folder: RunDir) -> bool:
    """Whether the run was given to another machine, which goes on with it whatever happens here."""
    return folder.remote.exists()


def highest_number(runs: Path) -> int:
    """Of the run folders that are there; 0 where there is none."""
    return max((int(path.name) for path in runs.glob("[0-9]*") if path.name.isdecimal()), default=0)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a file as a whole: after a crash it holds the old value or the new one."""
    replace_file(path, _encoded(json.dumps(_finite(value), ensure_ascii=False, indent=1)))


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in a file; None where there is no such file, or none that can be read."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def append_line(path: Path, value: Mapping[str, Any]) -> None:
    """Add one line in one write, so that lines of several processes stay whole; raises OSError."""
    line = _encoded(json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":")))
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if _ends_within_a_line(handle):
            line = b"\n" + line
        if os.write(handle, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(handle)


def _encoded(text: str) -> bytes:
    """Names that are not UTF-8 reach Python as half characters, which JSON can only spell out."""
    return (text + "\n").encode("utf-8", "backslashreplace")


def _ends_within_a_line(handle: int) -> bool:
    """A disk that was full may have taken half a line; it must not spoil the next."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


class LineReader:
    """Reads what was added to a file of JSON lines since the last look; starts anew where it shrank."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self.offset = offset

    def read_new(self, *, last_of: bytes = b"") -> list[dict[str, Any]]:
        """The mappings of whole lines; other lines are passed over.

        Of lines that hold `last_of` and follow each other only the last is read: there may be a million.
        """
        return [value for line in _thinned(self._lines(), last_of) if (value := _mapping(line)) is not None]

    def _lines(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self.offset:
                    self.offset = 0
                file.seek(self.offset)
                while chunk := file.read(_CHUNK):
                    whole, newline, rest = chunk.rpartition(b"\n")
                    if not newline:
                        # A line without end is passed over once it is longer than any that r2p writes.
                        self.offset += len(chunk) if len(rest) > _LONGEST_LINE else 0
                        return
                    self.offset += len(whole) + 1
                    yield from whole.split(b"\n")
                    file.seek(self.offset)
        except OSError:
            return


def _thinned(lines: Iterable[bytes], last_of: bytes) -> Iterator[bytes]:
    passed: bytes | None = None
    for line in lines:
        if last_of and last_of in line:
            passed = line
            continue
        if passed is not None:
            yield passed
            passed = None
        yield line
    if passed is not None:
        yield passed


def _mapping(line: bytes) -> dict[str, Any] | None:
    try:
        value = _loaded(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _loaded(line: bytes) -> Any:
    """Anybody may have written it: what no text can hold is replaced, and NaN becomes a word."""
    value = json.loads(line, parse_constant=str)
    if b"\\u" not in line and line.isascii():
        return value
    text = json.dumps(value, ensure_ascii=False)
    whole = text.encode("utf-8", "replace").decode()
    return value if whole == text else json.loads(whole)


def read_points(folder: Path) -> list[MetricPoint]:
    """Every metric of a run, in the order of writing."""
    lines = LineReader(RunDir(folder).metrics).read_new()
    return [point for point in map(point_of, lines) if point is not None]


def point_line(point: MetricPoint) -> dict[str, Any]:
    """A point as a line of `metrics.jsonl`."""
    return {
        "time": point.time,
        "epoch": point.epoch,
        "step": point.step,
        "scope": point.scope,
        "values": dict(point.values),
    }


def point_of(line: Mapping[str, Any]) -> MetricPoint | None:
    """The point that a line tells of; None where it tells of none."""
    values = line.get("values")
    time = time_of(line)
    if not isinstance(values, dict) or time is None:
        return None
    numbers = {str(name): number for name, value in values.items() if (number := _number(value)) is not None}
    scope: Scope = "batch" if line.get("scope") == "batch" else "epoch"
    return MetricPoint(time, numbers, _whole(line.get("epoch")), _whole(line.get("step")), scope)


def time_of(line: Mapping[str, Any]) -> float | None:
    """When a line says that it was written; None where it does not."""
    time = line.get("time")
    number = _number(time) if isinstance(time, int | float) else None
    return number if number is not None and math.isfinite(number) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _whole(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _MOST_COUNTED:
        return None
    return value


def _finite(value: Any) -> Any:
    """JSON has no word for infinity and for what is no number; they are kept as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value

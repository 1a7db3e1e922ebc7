"""Put finished runs into the demonstration: `python -m tests.record_demo_runs HOME NUMBER=ID ...`.

NUMBER is the place in the demonstration, ID the run in HOME. The runs are of data sets that `r2p demo data`
draws; nothing of their machine but its hardware goes along.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r2p_tui.demo.runs import MEASURED, RUNS_FILE
from r2p_tui.domain.measurements import Measurement
from r2p_tui.domain.plain_values import from_plain
from r2p_tui.paths import under
from r2p_tui.runs.measured_arrays import FOLDER
from r2p_tui.runs.reports.log_tail import last_lines
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, read_points, run_folder

PACKAGE = Path(__file__).resolve().parent.parent / "r2p_tui" / "demo"
_LOG_LINES = 60
_RESOURCES = 60
_TOLD = ("versions", "hardware")
# Warnings of libraries name places of the machine that are none of a run's.
_PLACE = re.compile(r"/(?:tmp|home|work|root|usr|mnt|opt|var)\b")


def main(arguments: list[str]) -> int:
    home, *words = arguments
    numbers = {int(ran): int(number) for number, ran in (word.split("=") for word in words)}
    file = PACKAGE / RUNS_FILE
    recorded = dict(enumerate(json.loads(file.read_text(encoding="utf-8")), 1))
    for ran, number in sorted(numbers.items(), key=lambda pair: pair[1]):
        folder = run_folder(under(Path(home)).runs, ran)
        recorded[number] = _record(folder, number, numbers)
        _copy_samples(folder, number)
    text = json.dumps(
        [recorded[number] for number in sorted(recorded)], ensure_ascii=False, separators=(",", ":")
    )
    file.write_text(text.replace('},{"spec"', '},\n{"spec"') + "\n", encoding="utf-8")
    return 0


def _copy_samples(folder: RunDir, number: int) -> None:
    target = PACKAGE / MEASURED / str(number)
    shutil.rmtree(target, ignore_errors=True)
    if (samples := folder.path / FOLDER).is_dir():
        shutil.copytree(samples, target)


def _record(folder: RunDir, number: int, numbers: Mapping[int, int]) -> dict[str, Any]:
    spec, outcome, end = (_whole(path) for path in (folder.spec, folder.outcome, folder.exit))
    measurement = read_json(folder.measurement)
    if measurement is not None:
        from_plain(Measurement, measurement)
    data = Path(spec[spec["kind"]]["data"])
    events = LineReader(folder.events).read_new()
    start = next(event["time"] for event in events if event["event"] == "started")
    points = [point for point in read_points(folder.path) if point.scope == "epoch"]
    used = LineReader(folder.resources).read_new()
    spec["folder"] = ""
    spec["baseline"] = numbers.get(spec["baseline"])
    spec["surroundings"] = {name: spec["surroundings"][name] for name in _TOLD}
    log = "\n".join(last_lines(folder.log, _LOG_LINES)) + "\n"
    told = {
        "spec": spec,
        "days_ago": 3 - (number - 1) * 0.5,
        "seconds": round(end["ended_at"] - start, 1),
        "end": {name: end[name] for name in ("state", "reason", "exit_code", "signal", "stopped_by")},
        "points": [
            {
                "time": round(point.time - start, 1),
                "epoch": point.epoch,
                "values": {name: round(value, 5) for name, value in point.values.items()},
            }
            for point in points
        ],
        "events": [
            event | {"time": round(event["time"] - start, 1)}
            for event in events
            if event["event"] != "checkpoint"
        ],
        "resources": [
            line | {"time": round(line["time"] - start, 1)}
            for line in used[:: max(len(used) // _RESOURCES, 1)]
        ],
        "outcome": outcome,
        "log": log,
        "measurement": measurement,
    }
    hidden: dict[str, Any] = json.loads(_hidden(json.dumps(told, ensure_ascii=False), folder, data))
    hidden["log"] = "".join(line for line in hidden["log"].splitlines(True) if not _PLACE.search(line))
    return hidden


def _whole(path: Path) -> dict[str, Any]:
    if (found := read_json(path)) is None:
        raise SystemExit(f"{path} is not there.")
    return found


def _hidden(text: str, folder: RunDir, data: Path) -> str:
    """Files of runs by their names alone, and the data set where the README puts it."""
    runs = re.escape(str(folder.path.parent))
    return re.sub(runs + r"/\d+/(?:[\w-]+/)*", "", text).replace(str(data.parent.parent), "~")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

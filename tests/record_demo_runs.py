"""Write r2p_tui/demo/runs.json from finished runs: `python -m tests.record_demo_runs HOME ID [ID ...]`.

The runs are of the demonstration data set, as `r2p demo data` draws it; nothing of their machine but its
hardware goes along.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r2p_tui.demo.runs import RUNS_FILE
from r2p_tui.paths import under
from r2p_tui.runs.reports.log_tail import last_lines
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, read_points, run_folder

PACKAGE = Path(__file__).resolve().parent.parent / "r2p_tui" / "demo"
DATA = "~/inspection/data.yaml"
_LOG_LINES = 60
_RESOURCES = 60
_TOLD = ("versions", "hardware")


def main(arguments: list[str]) -> int:
    home, *ids = arguments
    recorded = [
        _record(run_folder(under(Path(home)).runs, int(word)), place) for place, word in enumerate(ids)
    ]
    text = json.dumps(recorded, ensure_ascii=False, indent=None, separators=(",", ":"))
    (PACKAGE / RUNS_FILE).write_text(text.replace('},{"spec"', '},\n{"spec"') + "\n", encoding="utf-8")
    return 0


def _record(folder: RunDir, place: int) -> dict[str, Any]:
    spec, outcome, end = (_whole(path) for path in (folder.spec, folder.outcome, folder.exit))
    home = str(Path(spec["train"]["data"]).parent)
    events = LineReader(folder.events).read_new()
    start = next(event["time"] for event in events if event["event"] == "started")
    points = [point for point in read_points(folder.path) if point.scope == "epoch"]
    used = LineReader(folder.resources).read_new()
    used = used[:: max(len(used) // _RESOURCES, 1)]
    spec["train"]["data"] = DATA
    spec["folder"] = ""
    spec["surroundings"] = {name: spec["surroundings"][name] for name in _TOLD}
    log = "\n".join(last_lines(folder.log, _LOG_LINES)) + "\n"
    return {
        "spec": spec,
        "days_ago": 3 - place * 0.5,
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
        "outcome": _without_paths(outcome, folder, home),
        "log": _hidden(log, folder, home),
    }


def _whole(path: Path) -> dict[str, Any]:
    if (found := read_json(path)) is None:
        raise SystemExit(f"{path} is not there.")
    return found


def _without_paths(values: Mapping[str, Any], folder: RunDir, home: str) -> Any:
    return json.loads(_hidden(json.dumps(values, ensure_ascii=False), folder, home))


def _hidden(text: str, folder: RunDir, home: str) -> str:
    """Files by their names alone, and the data set where the README puts it."""
    return re.sub(re.escape(str(folder.path)) + r"/(?:[\w-]+/)*", "", text).replace(home, "~/inspection")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

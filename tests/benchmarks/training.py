"""Training by the worker against bare ultralytics: same seed, settings and images, each in a process.

Both are taken from the start of the process to its end, in turn, and the quicker of each is compared. What
bare ultralytics would fetch is laid beside it as well, and its network is off, so that it waits for nothing.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs.rundir import RunDir, read_points, write_json
from r2p_tui.runs.silence import environment
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure, compare

ROUNDS = 2
IMAGES, VALIDATED, SIDE, EPOCHS = 96, 24, 256, 5
SETTINGS: dict[str, Any] = {"imgsz": SIDE, "batch": 8, "workers": 0, "plots": False, "seed": 3}
LEAST_SECONDS = 60.0
BARE = """
import json, sys
from ultralytics import YOLO
settings = json.loads(sys.argv[1])
YOLO("yolov8n.yaml").train(**settings, device="cpu", exist_ok=True)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _draw(folder / "data")
        epochs = _long_enough(folder)
        pairs = [(_bare(folder, number, epochs), _worker(folder, number, epochs)) for number in range(ROUNDS)]
        wrong = _differences(folder, epochs)
    for place, what in ((0, "seconds"), (1, "processor seconds")):
        bare, ours = min(pair[0][place] for pair in pairs), min(pair[1][place] for pair in pairs)
        compare(f"train {epochs} epochs, {what} / bare ultralytics", ours, bare, 1.03)
    FIGURES.append(Figure("figures that differ from results.csv of bare", wrong, None, None, 0, wrong == 0))
    print(COLUMNS.format(FIGURES[-1].name, wrong, "", "", "none", "PASS" if not wrong else "MISSED"))


def _long_enough(folder: Path) -> int:
    """How many epochs take a minute by either clock, so that the start of a process does not decide."""
    epochs = EPOCHS
    while (seconds := min(_bare(folder, -1, epochs))) < LEAST_SECONDS:
        epochs = math.ceil(epochs * 1.2 * LEAST_SECONDS / seconds)
    return epochs


def _bare(folder: Path, number: int, epochs: int) -> tuple[float, float]:
    where = {"data": str(folder / "data/data.yaml"), "save_dir": str(folder / f"bare{number}")}
    settings = json.dumps(SETTINGS | {"epochs": epochs} | where)
    return _timed([sys.executable, "-c", BARE, settings], folder)


def _worker(folder: Path, number: int, epochs: int) -> tuple[float, float]:
    run = RunDir(folder / f"run{number}")
    run.path.mkdir()
    train = SETTINGS | {"epochs": epochs, "model": "yolov8n.yaml", "data": str(folder / "data/data.yaml")}
    write_json(run.spec, RunSpec("train", "benchmark", train=train, device="cpu").values())
    return _timed([sys.executable, "-m", "r2p_tui.runs.worker", str(run.path)], folder)


def _timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds by the clock and of all processors; other work on the machine adds to the first only."""
    quiet = os.environ | environment(folder)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    with (folder / "log.txt").open("a") as log:
        subprocess.run(command, check=True, env=quiet, stdout=log, stderr=log)
    seconds, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _differences(folder: Path, epochs: int) -> int:
    """Figures in which the last worker's points or its csv differ from the last csv of bare ultralytics."""
    theirs = _rows(folder / f"bare{ROUNDS - 1}/results.csv")
    ours = _rows(folder / f"run{ROUNDS - 1}/work/train/results.csv")
    points = [point for point in read_points(folder / f"run{ROUNDS - 1}") if point.scope == "epoch"]
    if not len(theirs) == len(ours) == len(points) == epochs:
        return epochs
    pairs = [(a[key], b[key]) for a, b in zip(theirs, ours, strict=True) for key in a.keys() - {"time"}]
    pairs += [
        (row["metrics/mAP50(B)"], f"{point.values['map50']:.6g}")
        for row, point in zip(theirs, points, strict=True)
    ]
    return sum(one != other for one, other in pairs)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def _draw(folder: Path) -> None:
    """Bright boxes of two colours on noise, so that there is something to learn in a few epochs."""
    from PIL import Image, ImageDraw

    numbers = random.Random(5)
    for split, count in (("train", IMAGES), ("val", VALIDATED)):
        for kind in ("images", "labels"):
            (folder / kind / split).mkdir(parents=True)
        for number in range(count):
            image, rows = Image.effect_noise((SIDE, SIDE), 20).convert("RGB"), []
            for _ in range(4):
                left, top = numbers.randint(4, 180), numbers.randint(4, 180)
                width, height, colour = (
                    numbers.randint(20, 60),
                    numbers.randint(20, 60),
                    numbers.randint(0, 1),
                )
                box = (left, top, left + width, top + height)
                ImageDraw.Draw(image).rectangle(box, fill=(230, 40, 40) if colour else (40, 230, 40))
                middle = f"{(left + width / 2) / SIDE:.5f} {(top + height / 2) / SIDE:.5f}"
                rows.append(f"{colour} {middle} {width / SIDE:.5f} {height / SIDE:.5f}")
            image.save(folder / "images" / split / f"{number:03}.jpg")
            (folder / "labels" / split / f"{number:03}.txt").write_text("\n".join(rows))
    described = {"train": "images/train", "val": "images/val", "names": ["green", "red"], "path": str(folder)}
    (folder / "data.yaml").write_text(json.dumps(described))

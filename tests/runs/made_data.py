"""Small data sets of coloured boxes, made anew in each test, and the worker that trains on them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs.rundir import RunDir, read_json, write_json

SIDE = 64
TINY: Mapping[str, Any] = {
    "model": "yolov8n.yaml",
    "data": "data.yaml",
    "epochs": 1,
    "imgsz": SIDE,
    "batch": 4,
}


def boxes(seed: int) -> list[tuple[int, int, int, int, int]]:
    """Class, left, top, width and height of two boxes, in pixels."""
    numbers = random.Random(seed)
    return [
        (
            numbers.randint(0, 1),
            numbers.randint(2, 40),
            numbers.randint(2, 40),
            numbers.randint(8, 20),
            numbers.randint(8, 20),
        )
        for _ in range(2)
    ]


def draw(path: Path, seed: int) -> None:
    image = Image.new("RGB", (SIDE, SIDE), (20, 20, 20))
    for kind, left, top, width, height in boxes(seed):
        colour = (220, 40, 40) if kind else (40, 220, 40)
        ImageDraw.Draw(image).rectangle((left, top, left + width, top + height), fill=colour)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def make_yolo(folder: Path, images: int = 8, yaml: str = "") -> Path:
    """Images and labels of both splits, and `data.yaml` with `yaml` added to it."""
    for split, first in (("train", 0), ("val", 1000)):
        for number in range(images):
            draw(folder / "images" / split / f"{number:03}.png", first + number)
            rows = [
                f"{kind} {(left + w / 2) / SIDE:.5f} {(top + h / 2) / SIDE:.5f} {w / SIDE:.5f} {h / SIDE:.5f}"
                for kind, left, top, w, h in boxes(first + number)
            ]
            label = folder / "labels" / split / f"{number:03}.txt"
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = folder / "data.yaml"
    path.write_text(f"train: images/train\nval: images/val\nnames: [green, red]\n{yaml}", encoding="utf-8")
    return path


def make_coco(folder: Path, name: str = "train", images: int = 8, first: int = 0) -> Path:
    """Images in `images/NAME` and the json `NAME.json`, with categories numbered 3 and 7."""
    listed: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number in range(images):
        draw(folder / "images" / name / f"{number:03}.png", first + number)
        listed.append({"id": number, "file_name": f"{number:03}.png", "width": SIDE, "height": SIDE})
        for kind, *box in boxes(first + number):
            entry = {"id": len(annotations), "image_id": number, "category_id": (3, 7)[kind], "bbox": box}
            annotations.append(entry)
    categories = [{"id": 7, "name": "red"}, {"id": 3, "name": "green"}]
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"images": listed, "annotations": annotations, "categories": categories}))
    return path


def make_run(folder: Path, base: Path, *, device: str = "cpu", **train: Any) -> RunDir:
    """A run folder whose spec trains tiny on the CPU, but for what is said."""
    run = RunDir(folder)
    folder.mkdir(parents=True)
    spec = RunSpec("train", "test", folder=str(base), train={**TINY, **train}, device=device)
    write_json(run.spec, spec.values())
    return run


def work(run: RunDir, *, wait: bool = True, code: str = "") -> subprocess.Popen[str]:
    """The worker as its own process, its output in the log; `code` runs in it first."""
    start = f"{code}\nimport sys\nfrom r2p_tui.runs.worker import main\nsys.exit(main(sys.argv[1:]))"
    with run.log.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", start, str(run.path)],
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": "2"},
        )
    if wait:
        process.wait(timeout=540)
    return process


def outcome(run: RunDir) -> dict[str, Any]:
    found = read_json(run.outcome)
    assert found is not None, run.log.read_text(encoding="utf-8")
    return found

"""What INT8 gains and costs on the demonstration detectors: a whole quantize run each, limit 1 point.

YOLOv8n is trained on drawn inspection images, and then RT-DETR with its backbone and neck, half as wide in
its decoder as the original so that a processor trains it: about 40 minutes on two cores. Name a folder in
R2P_QUANTIZATION_WEIGHTS to keep `yolo.pt` and `rtdetr.pt` there, or to take them from there. The figures are
those of the run's own verdict: the best INT8 variant against the best fp32 variant.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from r2p_tui.demo.inspection import Knobs
from r2p_tui.demo.inspection_files import make_data
from r2p_tui.domain.measurements import Against, Change, Goal, Latency, Measurement
from r2p_tui.domain.plain_values import from_plain
from r2p_tui.domain.runs import RunSpec
from r2p_tui.domain.variants import REFERENCE
from r2p_tui.runs.rundir import RunDir, read_json, write_json
from r2p_tui.runs.silence import environment
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure

SPEED_UP, MAX_DROP = 1.5, 1.0
DATA = Knobs(images=760, val=0.5)
# A head of 128 channels, 100 queries and 3 layers, in place of 256, 300 and 6.
DECODER = "RTDETRDecoder, [nc, 128, 100, 4, 8, 3, 512]]"
TRAIN = {
    "yolo": """
import sys
from ultralytics import YOLO
model = YOLO("yolov8n.yaml")
model.train(data=sys.argv[1], epochs=40, imgsz=320, batch=16, optimizer="AdamW", lr0=1e-3, fliplr=0.0,
            close_mosaic=8, device="cpu", workers=0, seed=0, val=False, plots=False, save_dir=sys.argv[2])
""",
    "rtdetr": """
import sys
from ultralytics import RTDETR, YOLO
known = YOLO(sys.argv[3]).model.float().state_dict()
model = RTDETR(sys.argv[4])
own = model.model.state_dict()
taken = {name: value for name, value in known.items() if name in own and own[name].shape == value.shape}
model.model.load_state_dict(taken, strict=False)
model.ckpt = {"model": model.model}
model.train(data=sys.argv[1], epochs=30, imgsz=320, batch=8, nbs=8, optimizer="AdamW", lr0=4e-4,
            warmup_epochs=1, mosaic=0.0, fliplr=0.0, device="cpu", workers=0, seed=0, val=False, plots=False,
            save_dir=sys.argv[2])
""",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_data(folder / "data", DATA)
        weights = Path(os.environ.get("R2P_QUANTIZATION_WEIGHTS") or folder / "weights").expanduser()
        weights.mkdir(parents=True, exist_ok=True)
        for model in ("yolo", "rtdetr"):
            if not (weights / f"{model}.pt").exists():
                _train(model, folder, weights)
            _report(model, _quantized(folder, weights / f"{model}.pt"))


def _train(model: str, folder: Path, weights: Path) -> None:
    design = folder / "yolov8n-rtdetr.yaml"
    design.write_text(_narrow_rtdetr(), encoding="utf-8")
    given = [folder / "data/data.yaml", folder / model, weights / "yolo.pt", design]
    command = [sys.executable, "-c", TRAIN[model], *map(str, given)]
    _carried_out(command, folder)
    (folder / model / "weights/last.pt").rename(weights / f"{model}.pt")


def _narrow_rtdetr() -> str:
    import ultralytics

    whole = Path(ultralytics.__file__).parent / "cfg/models/v8/yolov8-rtdetr.yaml"
    return whole.read_text(encoding="utf-8").replace("RTDETRDecoder, [nc]]", DECODER)


def _quantized(folder: Path, weights: Path) -> Measurement:
    run = RunDir(folder / f"run-{weights.stem}")
    run.path.mkdir()
    told = {"model": str(weights), "data": str(folder / "data/data.yaml"), "imgsz": 320, "max_drop": "1pt"}
    write_json(run.spec, RunSpec("quantize", weights.stem, quantize=told, device="cpu").values())
    _carried_out([sys.executable, "-m", "r2p_tui.runs.worker", str(run.path)], folder)
    return from_plain(Measurement, read_json(run.measurement))


def _carried_out(command: list[str], folder: Path) -> None:
    with (folder / "log.txt").open("a+", encoding="utf-8", errors="replace") as log:
        ended = subprocess.run(command, env=os.environ | environment(folder), stdout=log, stderr=log)
        log.seek(0)
        if ended.returncode:
            raise SystemExit(log.read()[-2000:])


def _report(model: str, found: Measurement) -> None:
    for one in found.measured:
        against = found.against_reference(one.variant)
        print(f"  {model}: {one.variant:<26} {_words(one.latency, against)}", flush=True)
    for sentence in (f"not measured: {one.variant}: {one.reason}" for one in found.variants if one.reason):
        print(f"  {model}: {sentence}")
    goal = found.goal
    if goal is None or goal.speed_up is None or goal.accuracy is None:
        raise SystemExit(f"{model}: nothing to compare")
    print(f"  {model}: {goal.sentence}")
    best, exact = goal.best_int8, goal.best_float
    _figure(f"{model}: speed-up of {best} over {exact}", goal.speed_up, "x", SPEED_UP, at_least=True)
    _figure(f"{model}: points of mAP lost by it", -goal.accuracy.difference, "pt", MAX_DROP, at_least=False)
    _beside_onnx(model, found, goal)


def _beside_onnx(model: str, found: Measurement, goal: Goal) -> None:
    """The best INT8 variant against ONNX Runtime in fp32, whatever the best fp32 variant is."""
    against = found.against_reference(goal.best_int8)
    if found.reference == REFERENCE.name and against and against.speed_up and against.size_ratio:
        _figure(f"{model}: speed-up of it over ONNX Runtime fp32", against.speed_up, "x", 1.0, at_least=True)
        _figure(f"{model}: its size / that of the ONNX in fp32", against.size_ratio, "x", 0.5, at_least=False)


def _words(latency: Latency | None, against: Against | None) -> str:
    told = [f"p50 {latency.p50:.2f} ms"] if latency else []
    if against is not None:
        told += [f"{against.speed_up:.2f}x as fast"] if against.speed_up else []
        told += [f"{against.size_ratio:.2f} of the size"] if against.size_ratio else []
        told += [f"mAP {_points(against.accuracy)}"] if against.accuracy else []
    return ", ".join(told)


def _points(change: Change) -> str:
    if (interval := change.interval) is None:
        return f"{change.difference:+.2f} pt"
    return f"{change.difference:+.2f} pt ({interval.low:+.2f} to {interval.high:+.2f}): {change.verdict}"


def _figure(name: str, value: float, unit: str, limit: float, *, at_least: bool) -> None:
    passed = value >= limit if at_least else value <= limit
    FIGURES.append(Figure(name, value, None, None, limit, passed))
    bound = f"{'>=' if at_least else '<='} {limit:g}"
    print(
        COLUMNS.format(name, f"{value:.3g} {unit}", "", "", bound, "PASS" if passed else "MISS"), flush=True
    )

"""A quantize run: one model in all variants, what each finds, how fast each is, and what that means."""

from __future__ import annotations

import importlib.util
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r2p_tui.domain.measured_data import as_training, check_classes, class_names
from r2p_tui.domain.measurements import Measurement, Surroundings
from r2p_tui.domain.quantization import check_settings
from r2p_tui.domain.runs import RunSpec
from r2p_tui.domain.variants import Variant, chosen_variants
from r2p_tui.errors import UsageError
from r2p_tui.runs.data.training_set import DataSet, Sample, read_dataset
from r2p_tui.runs.engines.availability import device_for
from r2p_tui.runs.engines.detection import preprocess, read_image
from r2p_tui.runs.engines.surroundings import hardware, physical_cores, versions
from r2p_tui.runs.failures import EXTRA_HINT
from r2p_tui.runs.quantize.accuracy_aware import check_enough
from r2p_tui.runs.quantize.calibration_set import CalibrationSet, calibration_set
from r2p_tui.runs.quantize.export import Source, open_source
from r2p_tui.runs.quantize.hosts import Bench
from r2p_tui.runs.quantize.matrix import Matrix
from r2p_tui.runs.quantize.progress import Progress
from r2p_tui.runs.quantize.workshop import STATIC, Workshop
from r2p_tui.runs.rundir import RunDir
from r2p_tui.text import clean_line, count_of

FOLDER = "variants"
_PACKAGES = ("torch", "ultralytics", "onnx", "onnxruntime")


def quantize(run: RunDir, spec: RunSpec) -> dict[str, Any]:
    """Measure all variants as the spec says and return the results; the whole is in `measurement.json`.

    Raises R2PError for what the user can put right; a variant that cannot be made or run is no error.
    """
    began = time.monotonic()
    _check_packages()
    settings = check_settings(spec.quantize)
    base = Path(spec.folder or ".").absolute()
    seed = int(settings.get("seed", spec.seed))
    device = device_for(str(settings.get("device", spec.device)))
    source = open_source(settings, base, run.work, run.path / FOLDER)
    data = read_dataset(as_training(settings), base, seed=int(settings.get("split_seed", seed)))
    single = bool(settings.get("single_cls"))
    names = class_names(data.names, single=single)
    class_notes = check_classes(source.names, names)
    samples = _validation(data, settings, seed)
    if "max_drop" in settings:
        check_enough(len(samples))
    variants = chosen_variants(settings.get("variants") or ())
    calibration = _calibration(settings, base, data, source, variants, seed)
    threads = int(settings.get("threads") or physical_cores())
    progress = Progress(run, _start(settings, seed, source, data, calibration, threads, device, len(samples)))
    for sentence in (*data.notes, *class_notes, *(calibration.notes if calibration else ())):
        progress.note(sentence)
    if calibration is not None:
        progress.note(calibration.about.sentence)
    bench = Bench(
        run.work / "hosts", source.size, threads, device, source.head, names, single, _once(progress),
    )  # fmt: skip
    workshop = Workshop(
        source, run.path / FOLDER, run.work, str(settings["method"]), calibration,
        lambda count: progress.within({"calibrated_images": count}, count),
    )  # fmt: skip
    matrix = Matrix(run, settings, seed, samples, variants, bench, workshop, progress)
    try:
        matrix.measure()
    finally:
        matrix.close()
    return _results(progress.measurement) | {"seconds": time.monotonic() - began}


def _check_packages() -> None:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"Quantizing needs {' and '.join(missing)}, which r2p does not bring along.", EXTRA_HINT
        )


def _validation(data: DataSet, settings: Mapping[str, Any], seed: int) -> list[Sample]:
    """All validation images, or as many as are wanted, drawn by the seed."""
    found = data.splits["val"]
    limit = int(settings.get("images", len(found)))
    if limit >= len(found):
        return list(found)
    drawn = random.Random(seed).sample(range(len(found)), limit)  # noqa: S311  (a draw that can be repeated)
    return [found[place] for place in sorted(drawn)]


def _calibration(
    settings: Mapping[str, Any],
    base: Path,
    data: DataSet,
    source: Source,
    variants: tuple[Variant, ...],
    seed: int,
) -> CalibrationSet | None:
    """None where no variant is calibrated."""
    if not set(variants) & set(STATIC):
        return None

    def fit(file: Path) -> Any:
        return preprocess(read_image(file), source.size, source.head).pixels

    return calibration_set(settings, base, data, fit, seed=seed)


def _start(
    settings: Mapping[str, Any],
    seed: int,
    source: Source,
    data: DataSet,
    calibration: CalibrationSet | None,
    threads: int,
    device: str,
    images: int,
) -> Measurement:
    about = calibration.about if calibration else None
    budget = f"{about.method}, {count_of(about.images, 'calibration image')}" if about else ""
    return Measurement(
        kind="quantize",
        target=clean_line(Path(str(settings["model"])).name),
        surroundings=Surroundings(
            data_sha256=data.sha256,
            hardware=hardware(device),
            threads=threads,
            image_size=source.size[0],
            batch=1,
            images=images,
            budget=budget,
            versions=versions(),
        ),
        model_sha256=source.sha256,
        calibration=about,
        max_drop=settings.get("max_drop"),
        minimum_points=float(settings["minimum_points"]),
        minimum_latency=float(settings["minimum_latency"]),
        seed=seed,
    )


def _once(progress: Progress) -> Any:
    """Each sentence is told once, however many variants look at the same image."""
    told: set[str] = set()

    def note(sentence: str) -> None:
        if sentence not in told:
            told.add(sentence)
            progress.note(sentence)

    return note


def _results(measurement: Measurement) -> dict[str, Any]:
    """What a list of runs shows: the goal, and the figures of its best INT8 variant."""
    goal = measurement.goal
    best = measurement.variant(goal.best_int8) if goal else None
    found: dict[str, Any] = {
        "reference": measurement.reference,
        "goal": goal.sentence if goal else "",
        "goal_met": goal.met if goal else None,
        "best_int8": goal.best_int8 if goal else "",
        "best_float": goal.best_float if goal else "",
        "speed_up": goal.speed_up if goal else None,
        "variants": {one.variant: one.state for one in measurement.variants},
        "data_sha256": measurement.surroundings.data_sha256,
        "model_sha256": measurement.model_sha256,
        "calibration_sha256": measurement.calibration.sha256 if measurement.calibration else "",
    }
    if best is not None:
        found["final"] = {
            name: value
            for name, value in {
                "map50_95": best.accuracy.map50_95 if best.accuracy else None,
                "map50": best.accuracy.map50 if best.accuracy else None,
                "latency_p50_ms": best.latency.p50 if best.latency else None,
                "latency_p99_ms": best.latency.p99 if best.latency else None,
                "size_mb": best.bytes / 1e6 if best.bytes else None,
                "speed_up": goal.speed_up if goal else None,
            }.items()
            if value is not None
        }
    return found

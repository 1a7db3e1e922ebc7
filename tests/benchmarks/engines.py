"""PyTorch on a GPU: fp32, fp16, bf16, compiled and as a CUDA graph, at several batch sizes.

YOLOv8n and RT-DETR-l, built from their yaml (speed does not depend on what was learned), 640 pixels. Each
variant is an engine host of its own; a time lasts from the images in memory to the outputs in memory, so the
GPU has finished. Variants are asked in turn, and the medians of all calls are compared with eager fp32.
Without a GPU it says so and measures nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import numpy as np

from r2p_tui.domain.variants import Variant, chosen_variants
from r2p_tui.runs.engines.availability import missing
from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.runs.gpu import gpus
from tests.benchmarks.measure import compare, median

MODELS = ("yolov8n.yaml", "rtdetr-l.yaml")
BATCHES = (1, 8, 32)
SIZE, TURNS, CALLS, WARM_UP = 640, 10, 20, 5
FULL = Variant("torch", "fp32")
LIMIT = 1.0
"""What gives up precision or is compiled should at least not be slower than eager fp32."""


def main() -> None:
    if not gpus():
        print("  no GPU on this computer: nothing measured")
        return
    for model in MODELS:
        measure_model(model, BATCHES, SIZE, "0")


def measure_model(model: str, batches: Sequence[int], size: int, device: str) -> None:
    """Print the median of each variant at each batch size beside that of eager fp32."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = _weights(model, folder)
        for batch in batches:
            medians = _medians(weights, batch, size, device, folder)
            for variant, seconds in medians.items():
                if variant != FULL:
                    title = f"{Path(model).stem}, batch {batch}: {variant.words} / eager fp32"
                    compare(title, seconds, medians[FULL], LIMIT)


def _weights(model: str, folder: Path) -> Path:
    ultralytics = import_module("ultralytics")
    kind = ultralytics.RTDETR if "rtdetr" in model else ultralytics.YOLO
    file = folder / f"{Path(model).stem}.pt"
    kind(model).save(str(file))
    return file


def _medians(weights: Path, batch: int, size: int, device: str, folder: Path) -> dict[Variant, float]:
    """Seconds of one batch; a variant that cannot run here says why."""
    images = np.random.default_rng(0).random((batch, 3, size, size), dtype=np.float32)
    times: dict[Variant, list[float]] = {}
    with ExitStack() as stack:
        hosts: dict[Variant, EngineHost] = {}
        for variant in (one for one in chosen_variants(()) if one.engine == FULL.engine):
            spec = EngineSpec(
                engine=variant.engine, precision=variant.precision, making=variant.making,
                file=str(weights), image_size=(size, size), batch=batch, threads=2, device=device,
            )  # fmt: skip
            host = EngineHost(spec, folder / f"{weights.stem}-{batch}-{variant.name}")
            try:
                if reason := missing(variant, device):
                    raise EngineError(reason)
                stack.enter_context(host).start()
            except EngineError as error:
                print(f"  batch {batch}: {variant.words} did not run: {error.message}", flush=True)
                continue
            hosts[variant] = host
        for _ in range(TURNS):
            for variant, host in hosts.items():
                times.setdefault(variant, []).extend(host.single_stream(images, CALLS, WARM_UP) / 1000)
    return {variant: median(found) for variant, found in times.items()}

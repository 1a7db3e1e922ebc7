"""The single-stream figure of an engine host against a bare loop around the same ONNX Runtime session.

Each is a process of its own, with the same model, threads, options and images; blocks are taken in turn, in
an order that changes, and the medians of neighbouring blocks are compared. Name a model of your own in
R2P_OVERHEAD_MODEL (.onnx, fixed sizes); a small convolutional one is made otherwise.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.engine import Images
from r2p_tui.runs.engines.spec import EngineSpec
from tests.benchmarks.measure import compare, duration, median

ROUNDS, SAMPLES, WARM_UP, IMAGES, SIDE = 30, 30, 5, 6, 320
LIMIT = 1.03
BARE = """
import gc, json, sys, time
import numpy as np
import onnxruntime as ort
model, images, threads, answers = sys.argv[1], np.load(sys.argv[2]), int(sys.argv[3]), sys.stdout
options = ort.SessionOptions()
options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
options.add_session_config_entry("session.force_spinning_stop", "1")
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
batches = [np.ascontiguousarray(images[n : n + 1]) for n in range(len(images))]
for line in sys.stdin:
    count, warm_up = json.loads(line)
    for n in range(warm_up):
        session.run(None, {name: batches[n % len(batches)]})
    gc.collect(); gc.disable()
    took = []
    for n in range(count):
        batch = batches[n % len(batches)]
        began = time.perf_counter()
        session.run(None, {name: batch})
        took.append(time.perf_counter() - began)
    gc.enable()
    print(json.dumps(took), flush=True)
"""


def main() -> None:
    named = os.environ.get("R2P_OVERHEAD_MODEL")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = Path(named) if named else _model(folder / "model.onnx")
        side = _side(model)
        images = np.random.default_rng(1).random((IMAGES, 3, side, side), dtype=np.float32)
        threads = len(os.sched_getaffinity(0))
        pairs = _pairs(folder, model, images, threads)
    ratios = [host / bare for host, bare in pairs]
    bare, ratio = median([pair[1] for pair in pairs]), median(ratios)
    print(f"  {len(pairs)} rounds of {SAMPLES}, {threads} threads")
    print(f"  ratios {min(ratios):.3f} to {max(ratios):.3f}")
    print(f"  medians: host {duration(median([pair[0] for pair in pairs]))}, bare {duration(bare)}")
    compare("single stream of a host / bare ONNX Runtime, median of rounds", ratio * bare, bare, LIMIT)


def _pairs(folder: Path, model: Path, images: Images, threads: int) -> list[tuple[float, float]]:
    """Median seconds of both in each round."""
    np.save(folder / "images.npy", images)
    spec = EngineSpec(
        engine="onnxruntime",
        precision="fp32",
        file=str(model.absolute()),
        image_size=(images.shape[2], images.shape[3]),
        threads=threads,
    )
    command = [sys.executable, "-c", BARE, str(model), str(folder / "images.npy"), str(threads)]
    with (
        EngineHost(spec, folder / "host") as host,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bare,
    ):
        host.start()
        pairs = [_round(host, bare, images, number) for number in range(ROUNDS + 1)]
        assert bare.stdin is not None
        bare.stdin.close()
    return pairs[1:]


def _round(host: EngineHost, bare: subprocess.Popen[str], images: Images, number: int) -> tuple[float, float]:
    def ours() -> float:
        return float(np.median(host.single_stream(images, SAMPLES, WARM_UP))) / 1000

    def theirs() -> float:
        assert bare.stdin is not None and bare.stdout is not None
        bare.stdin.write(json.dumps([SAMPLES, WARM_UP]) + "\n")
        bare.stdin.flush()
        return float(median(json.loads(bare.stdout.readline())))

    if number % 2:
        first, second = ours(), theirs()
        return first, second
    second, first = theirs(), ours()
    return first, second


def _side(model: Path) -> int:
    import onnxruntime as ort

    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    return int(session.get_inputs()[0].shape[-1])


def _model(file: Path) -> Path:
    """Four convolutions: some milliseconds a call."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    numbers, nodes, weights = np.random.default_rng(0), [], []
    widths, last = (3, 32, 64, 64, 32), "images"
    for layer, (before, after) in enumerate(itertools.pairwise(widths)):
        kernel = numbers.normal(0, 0.05, (after, before, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"w{layer}"))
        attributes: dict[str, Any] = {"strides": [2, 2] if layer < 2 else [1, 1], "pads": [1, 1, 1, 1]}
        nodes.append(helper.make_node("Conv", [last, f"w{layer}"], [f"c{layer}"], **attributes))
        last = f"r{layer}"
        nodes.append(helper.make_node("Relu", [f"c{layer}"], [last]))
    given = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    found = helper.make_tensor_value_info(last, TensorProto.FLOAT, [1, 32, SIDE // 4, SIDE // 4])
    graph = helper.make_graph(nodes, "small", [given], [found], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(file))
    return file

"""ONNX Runtime: graph optimisations on, one pool of threads, which rests between requests."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from r2p_tui.domain.measurements import IntegerProof
from r2p_tui.runs.engines.engine import (
    Arrays,
    Images,
    NodeTime,
    Runner,
    fixed_note,
    fixed_shape,
    wanted_shape,
)
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.integer_kernels import counted, proof_of, qdq_pairs
from r2p_tui.runs.engines.load_errors import onnxruntime_error
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.text import clean_line

_INPUT_TYPES: Mapping[str, Any] = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_PROOF_SECONDS = 600.0


class OnnxRuntimeEngine:
    """An .onnx file on the CPU, or on a GPU where ONNX Runtime was built for it."""

    def __init__(self, spec: EngineSpec, work: Path) -> None:
        self._ort: Any = import_module("onnxruntime")
        self._spec = spec
        self._work = work
        self._name = clean_line(Path(spec.file).name)
        self.version = clean_line(str(self._ort.__version__))
        self.notes: list[str] = []
        self._providers = self._chosen_providers()
        self._open_sizes: list[str] = []
        self._session = self._made()
        self._fix_sizes()
        source = self._session.get_inputs()[0]
        self._input = source.name
        self._type = _INPUT_TYPES[source.type]
        self.input_name = clean_line(source.name)
        self.output_names = tuple(clean_line(one.name) for one in self._session.get_outputs())
        self.device = "GPU" if "CUDAExecutionProvider" in self._session.get_providers() else "CPU"
        self.run = self.runner()

    def runner(self) -> Runner:
        """Sessions may be run by several threads at once, so all share one."""
        run, name, kind = self._session.run, self._input, self._type

        def plain(images: Images) -> Arrays:
            found: Arrays = run(None, {name: images})
            return found

        def cast(images: Images) -> Arrays:
            return [np.asarray(one, dtype=np.float32) for one in run(None, {name: images.astype(kind)})]

        return plain if kind is np.float32 else cast

    def settle(self) -> None:
        return None

    def synchronize(self) -> None:
        """Outputs are copied from a GPU before a call returns."""

    def profile(self, batches: Sequence[Images], count: int) -> list[NodeTime]:
        options = self._options()
        options.enable_profiling = True
        options.profile_file_prefix = str(self._work / "onnxruntime")
        session = self._made(options)
        for number in range(3):
            session.run(None, {self._input: batches[number % len(batches)].astype(self._type)})
        for number in range(count):
            session.run(None, {self._input: batches[number % len(batches)].astype(self._type)})
        told = Path(session.end_profiling())
        events = json.loads(told.read_text(encoding="utf-8"))
        told.unlink(missing_ok=True)
        return node_times(events, count)

    def proof(self) -> IntegerProof | None:
        """Found in a process of its own, so that the second session takes none of this one's memory."""
        if self._spec.precision != "int8":
            return None
        if self.device != "CPU":
            self.notes.append("On a GPU its kernels are not told, so that it ran in INT8 is not proved.")
            return None
        command = [sys.executable, "-P", "-m", __name__, self._spec.file, json.dumps(self._open_sizes)]
        command += [json.dumps(wanted_shape(self._spec)), str(self._work)]
        try:
            told = subprocess.run(command, capture_output=True, timeout=_PROOF_SECONDS, check=True).stdout
            integer, layers = json.loads(told.splitlines()[-1])
        except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
            self.notes.append(f"Its kernels could not be counted: {type(error).__name__}.")
            return None
        return proof_of(integer, layers, qdq_pairs(Path(self._spec.file)), "ONNX Runtime")

    def _chosen_providers(self) -> list[str]:
        if self._spec.device == "cpu":
            return ["CPUExecutionProvider"]
        if "CUDAExecutionProvider" in self._ort.get_available_providers():
            return ["CUDAExecutionProvider", "CPUExecutionProvider"]
        self.notes.append("This ONNX Runtime was built without CUDA, so it ran on the CPU.")
        return ["CPUExecutionProvider"]

    def _options(self) -> Any:
        return options_of(self._ort, self._spec.threads, self._open_sizes, wanted_shape(self._spec))

    def _made(self, options: Any = None) -> Any:
        file = Path(self._spec.file)
        if not file.is_file():
            raise EngineError(f"The model {self._name} is not there.")
        try:
            return self._ort.InferenceSession(
                str(file), options or self._options(), providers=self._providers
            )
        except Exception as error:
            raise onnxruntime_error(str(error), self._name) from error

    def _fix_sizes(self) -> None:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise EngineError(f"{self._name} takes {len(inputs)} inputs, and a detector of images takes 1.")
        if inputs[0].type not in _INPUT_TYPES:
            kind = clean_line(str(inputs[0].type))
            raise EngineError(
                f"{self._name} takes values of the type {kind}, and images are given as floats.",
                "Export it with float inputs.",
            )
        shape = list(inputs[0].shape)
        if fixed_shape(self._spec, shape, self._name):
            return
        if not all(isinstance(size, int | str) and size for size in shape):
            raise EngineError(
                f"{self._name} has open sizes without a name, which ONNX Runtime cannot fix.",
                "Export it again with dynamic=False.",
            )
        self._open_sizes = [size if isinstance(size, str) else "" for size in shape]
        if clash := _clash(self._open_sizes, wanted_shape(self._spec)):
            raise EngineError(
                f"{self._name} wants two sizes to be the same that are not: {clean_line(clash)}."
            )
        self.notes.append(fixed_note(self._spec))
        self._session = self._made()


def options_of(ort: Any, threads: int, open_sizes: Sequence[str], shape: Sequence[int]) -> Any:
    """Threads spin for work during a call only: a host that waits must not take a core from the next."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    for name, size in zip(open_sizes, shape, strict=False):
        if name:
            options.add_free_dimension_override_by_name(name, size)
    return options


def node_times(events: Sequence[Mapping[str, Any]], count: int) -> list[NodeTime]:
    """Milliseconds of each node in one call, from ONNX Runtime's trace; the first three calls warm up."""
    by_name: dict[str, list[float]] = {}
    for event in events:
        name = str(event.get("name", ""))
        if event.get("cat") == "Node" and name.endswith("_kernel_time"):
            operation = str(event.get("args", {}).get("op_name", ""))
            node = name.removesuffix("_kernel_time")
            told = node if operation in node else f"{operation} {node}"
            by_name.setdefault(clean_line(told), []).append(float(event.get("dur", 0.0)) / 1000)
    return [(name, sum(times[-count:]) / max(count, 1)) for name, times in by_name.items()]


def _clash(names: Sequence[str], shape: Sequence[int]) -> str:
    """A name that stands for two sizes at once; empty where there is none."""
    sizes: dict[str, int] = {}
    return next(
        (n for n, size in zip(names, shape, strict=True) if n and sizes.setdefault(n, size) != size), ""
    )


def _count_kernels(file: str, open_sizes: Sequence[str], shape: Sequence[int], work: str) -> tuple[int, int]:
    """Save the model as ONNX Runtime carries it out, and count there."""
    ort: Any = import_module("onnxruntime")
    onnx: Any = import_module("onnx")
    with tempfile.TemporaryDirectory(dir=work) as folder:
        options = options_of(ort, 1, open_sizes, shape)
        options.optimized_model_filepath = str(Path(folder) / "optimized.onnx")
        ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        model = onnx.load(options.optimized_model_filepath, load_external_data=False)
    return counted(node.op_type for node in model.graph.node)


if __name__ == "__main__":
    found = _count_kernels(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4])
    sys.stdout.write(json.dumps(found) + "\n")

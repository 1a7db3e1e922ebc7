"""PyTorch, eager, compiled or as a CUDA graph: the detector itself, fused, as ultralytics opens it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from r2p_tui.domain.measurements import IntegerProof
from r2p_tui.runs.engines.availability import GRAPHS_NEED_GPU, why_no_compiler
from r2p_tui.runs.engines.engine import CHANNELS, Arrays, Images, NodeTime, Runner, dummy
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.runs.weights import check_weights
from r2p_tui.text import clean_line

_TRIES = 6
_CAPTURE_WARM_UP = 3
_FASTER = 0.98
Forward = Callable[[Any], Any]


class TorchEngine:
    """A .pt file; images go in as float32 and come out as float32, whatever is computed in between."""

    def __init__(self, spec: EngineSpec, _work: Path) -> None:
        _refuse(spec)
        self._torch: Any = import_module("torch")
        self._torch.set_num_threads(spec.threads)
        self._torch.set_num_interop_threads(1)
        self._spec = spec
        self.version = clean_line(str(self._torch.__version__))
        self.notes: list[str] = []
        self._target = self._device()
        self.device = self._device_name()
        self._type = {"fp32": self._torch.float32, "fp16": self._torch.float16, "bf16": self._torch.bfloat16}[
            spec.precision
        ]
        self._layout = self._torch.contiguous_format
        self._model = self._opened().to(self._target, self._type)
        self._keep_decoder()
        self.input_name, self.output_names = "images", ("output0",)
        self._forward: Forward = self._made()
        self.run = self.runner()

    def runner(self) -> Runner:
        """A graph has one set of buffers and compiled code one state, so those have one runner only."""
        if self._spec.making and hasattr(self, "run"):
            return self.run
        torch = self._torch

        def run(images: Images) -> Arrays:
            with torch.inference_mode():
                given = torch.from_numpy(images).to(self._target, self._type, memory_format=self._layout)
                return [_first(self._forward(given)).float().cpu().numpy()]

        return run

    def settle(self) -> None:
        """Compiled code is looked at again at its next calls; eager code may be faster in another layout."""
        images = dummy(self._spec)
        if self._spec.making:
            for _ in range(3):
                self.run(images)
        else:
            self._choose_layout(lambda: self.run(images))

    def synchronize(self) -> None:
        if self._target.type == "cuda":
            self._torch.cuda.synchronize()

    def profile(self, batches: Sequence[Images], count: int) -> list[NodeTime]:
        profiler = import_module("torch.profiler")
        kinds = [profiler.ProfilerActivity.CPU]
        on_gpu = self._target.type == "cuda"
        kinds += [profiler.ProfilerActivity.CUDA] if on_gpu else []
        for number in range(3):
            self.run(batches[number % len(batches)])
        with profiler.profile(activities=kinds) as told:
            for number in range(count):
                self.run(batches[number % len(batches)])
            self.synchronize()
        name = "self_device_time_total" if on_gpu else "self_cpu_time_total"
        averages = told.key_averages()
        return [(clean_line(str(one.key)), float(getattr(one, name)) / 1000 / count) for one in averages]

    def proof(self) -> IntegerProof | None:
        return None

    def _device(self) -> Any:
        if self._spec.device == "cpu":
            return self._torch.device("cpu")
        if not self._torch.cuda.is_available():
            raise EngineError(
                "A GPU was asked for, and torch finds none on this computer.", "Use device cpu."
            )
        self._torch.backends.cudnn.benchmark = True
        if self._spec.precision == "fp32" and self._torch.backends.cudnn.allow_tf32:
            self.notes.append("Convolutions in fp32 may be computed in TF32, as torch does by default.")
        return self._torch.device("cuda", 0)

    def _device_name(self) -> str:
        if self._target.type == "cuda":
            return clean_line(str(self._torch.cuda.get_device_name(self._target)))
        return "CPU"

    def _opened(self) -> Any:
        file = Path(self._spec.file)
        name = clean_line(file.name)
        if not file.is_file():
            raise EngineError(f"The weights {name} are not there.")
        check_weights(file)
        try:
            opened = import_module("ultralytics").YOLO(str(file))
        except TypeError as error:
            raise EngineError(
                f"{name} is not a file of weights that ultralytics can read without running code in it.",
                "Take weights of this version of ultralytics.",
            ) from error
        if opened.task != "detect":
            raise EngineError(
                f"{name} is a model for “{clean_line(str(opened.task))}”, not a detector of boxes."
            )
        model = opened.model.float().eval()
        self._check(model, name)
        for weights in model.parameters():
            weights.requires_grad_(False)
        return model.fuse(verbose=False)

    def _keep_decoder(self) -> None:
        """RT-DETR's anchors are infinite at the border, which leaves no box a number in half precision."""
        head = self._model.model[-1]
        if self._spec.precision == "fp32" or type(head).__name__ != "RTDETRDecoder":
            return
        head.float()
        head.register_forward_pre_hook(
            lambda _, given: ([one.float() for one in given[0]], *given[1:]), prepend=True
        )
        self.notes.append("Its decoder stayed in fp32: in less, the boxes of RT-DETR are no numbers.")

    def _check(self, model: Any, name: str) -> None:
        channels = int(model.yaml.get("channels", model.yaml.get("ch", CHANNELS)) or CHANNELS)
        if channels != CHANNELS:
            raise EngineError(f"{name} takes images of {channels} colour channels, not of {CHANNELS}.")
        stride = int(max(model.stride))
        if any(size % stride for size in self._spec.image_size):
            height, width = self._spec.image_size
            raise EngineError(f"{name} takes sizes that {stride} divides, which {height} x {width} is not.")

    def _made(self) -> Forward:
        if self._spec.making == "compile":
            compiled: Forward = self._torch.compile(self._model, dynamic=False)
            return compiled
        if self._spec.making == "graphs":
            images = self._torch.from_numpy(dummy(self._spec)).to(self._target, self._type)
            self._choose_layout(lambda: self._eager(images))
            return self._captured()
        forward: Forward = self._model
        return forward

    def _eager(self, images: Any) -> Any:
        with self._torch.inference_mode():
            return self._model(images.to(memory_format=self._layout))

    def _captured(self) -> Forward:
        """One recording of all kernels, replayed with new images in the same place."""
        torch, cuda = self._torch, self._torch.cuda
        place = torch.from_numpy(dummy(self._spec)).to(self._target, self._type, memory_format=self._layout)
        side = cuda.Stream()
        side.wait_stream(cuda.current_stream())
        with torch.inference_mode(), cuda.stream(side):
            for _ in range(_CAPTURE_WARM_UP):
                self._model(place)
        cuda.current_stream().wait_stream(side)
        graph = cuda.CUDAGraph()
        with torch.inference_mode(), cuda.graph(graph):
            found = _first(self._model(place))

        def forward(images: Any) -> Any:
            place.copy_(images)
            graph.replay()
            return found

        return forward

    def _choose_layout(self, call: Callable[[], object]) -> None:
        """Colours last or first: the faster stays, measured in turn."""
        best: dict[Any, float] = {}
        first, last = self._torch.contiguous_format, self._torch.channels_last
        for layout in (first, last) * 2:
            self._set_layout(layout)
            best[layout] = min(best.get(layout, float("inf")), self._quickest(call))
        wins = best[last] < best[first] * _FASTER
        self._set_layout(last if wins else first)
        if wins:
            self.notes.append("It ran with colours last in memory (channels_last), which was faster.")

    def _set_layout(self, layout: Any) -> None:
        self._layout = layout
        self._model.to(memory_format=layout)

    def _quickest(self, call: Callable[[], object]) -> float:
        times = []
        for _ in range(_TRIES):
            self.synchronize()
            began = time.perf_counter()
            call()
            self.synchronize()
            times.append(time.perf_counter() - began)
        return min(times)


def _refuse(spec: EngineSpec) -> None:
    if spec.precision not in ("fp32", "fp16", "bf16"):
        raise EngineError(f"PyTorch runs in fp32, fp16 or bf16 here, not in {clean_line(spec.precision)}.")
    if spec.making == "graphs" and spec.device == "cpu":
        raise EngineError(GRAPHS_NEED_GPU)
    if spec.making == "compile" and (reason := why_no_compiler()):
        raise EngineError(reason)


def _first(output: Any) -> Any:
    """Detectors give what was found first, and what training needs after it."""
    while isinstance(output, tuple | list):
        output = output[0]
    return output

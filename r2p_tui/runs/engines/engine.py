"""What every engine can do within its host, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.measurements import IntegerProof
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.spec import EngineSpec

Images = NDArray[np.float32]
Arrays = list[NDArray[np.float32]]
Runner = Callable[[Images], Arrays]
NodeTime = tuple[str, float]
CHANNELS = 3

ENGINES: Mapping[str, str] = {
    "torch": "r2p_tui.runs.engines.torch_engine:TorchEngine",
    "onnxruntime": "r2p_tui.runs.engines.onnxruntime_engine:OnnxRuntimeEngine",
    "openvino": "r2p_tui.runs.engines.openvino_engine:OpenVinoEngine",
    "tensorrt": "r2p_tui.runs.engines.tensorrt_engine:TensorRtEngine",
}
"""Where each engine's class is: its library is loaded with it, in the host only."""


class Engine(Protocol):
    """One loaded model; made by `Class(spec, work)`, which raises EngineError.

    `run` takes exactly `spec.batch` images, float32 (batch, 3, height, width), and gives float32 arrays; a
    GPU is done when it returns. One thread at a time may call it; `runner` makes another such function.
    """

    input_name: str
    output_names: tuple[str, ...]
    device: str
    version: str
    notes: list[str]

    def run(self, images: Images) -> Arrays: ...

    def runner(self) -> Runner: ...

    def settle(self) -> None:
        """What is tried out once, after the cold start was measured."""

    def synchronize(self) -> None:
        """Wait until a GPU has done all that it was given."""

    def profile(self, batches: Sequence[Images], count: int) -> list[NodeTime]:
        """Milliseconds of each operation in one call, by name, taken over `count` calls."""

    def proof(self) -> IntegerProof | None:
        """What shows that integers are computed; None where the engine has no way to tell."""


EngineClass = Callable[[EngineSpec, Path], Engine]


def engine_class(name: str, table: Mapping[str, str] = ENGINES) -> EngineClass:
    """The class of an engine of the table; raises EngineError."""
    if name not in table:
        raise EngineError(f"There is no engine “{name}”.", f"Known are: {', '.join(table)}.")
    module, _, class_name = table[name].partition(":")
    found: EngineClass = getattr(import_module(module), class_name)
    return found


def wanted_shape(spec: EngineSpec) -> tuple[int, int, int, int]:
    """The shape of what a model is given at once."""
    return (spec.batch, CHANNELS, *spec.image_size)


def dummy(spec: EngineSpec) -> Images:
    """Grey images for a first answer."""
    return np.full(wanted_shape(spec), 0.45, dtype=np.float32)


def fixed_shape(spec: EngineSpec, shape: Sequence[Any], file: str) -> bool:
    """Whether a model's own input shape is the wanted one; False where it leaves sizes open.

    A size that is open is no whole number above 0. Raises EngineError for a shape that does not fit.
    """
    wanted = wanted_shape(spec)
    if len(shape) != len(wanted):
        raise EngineError(
            f"{file} takes arrays of {len(shape)} dimensions, and batches of images have {len(wanted)}."
        )
    names = ("batch", "colours", "height", "width")
    for name, has, wants in zip(names, shape, wanted, strict=True):
        if _is_size(has) and has != wants:
            raise EngineError(
                _misfit(file, name, shape, wanted), "Export it again with the size that is wanted."
            )
    return all(map(_is_size, shape))


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _misfit(file: str, name: str, has: Sequence[Any], wanted: Sequence[int]) -> str:
    if name == "batch":
        return f"{file} was made for batches of {has[0]}, not of {wanted[0]}."
    if name == "colours":
        return f"{file} takes images of {has[1]} colour channels, not of {wanted[1]}."
    size = " x ".join(str(value) if _is_size(value) else "any" for value in has[2:])
    return f"{file} takes images of {size}, not of {wanted[2]} x {wanted[3]} (height x width)."


def fixed_note(spec: EngineSpec) -> str:
    """For a model whose open sizes were fixed."""
    return f"Its sizes were open; they were fixed to {' x '.join(map(str, wanted_shape(spec)))}."

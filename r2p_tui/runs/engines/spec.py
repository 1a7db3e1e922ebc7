"""What an engine host is told, and what it says of the model that it loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from r2p_tui.domain.measurements import IntegerProof


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """One model under one engine; `making` as in `domain.variants.Variant`, `device` is `cpu` or `0`.

    `file` is a .pt for torch, an .onnx for ONNX Runtime, an .xml (or .onnx) for OpenVINO, an .engine for
    TensorRT. `image_size` is (height, width); `threads` is the same for all engines that are compared.
    """

    engine: str
    precision: str
    file: str
    image_size: tuple[int, int]
    making: str = ""
    batch: int = 1
    threads: int = 1
    device: str = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model that is ready; `cold_start_ms` from the start of its process to the first answer.

    Memory in bytes of the whole process; shapes without a fixed size hold -1. `device` is `CPU` or the GPU.
    """

    cold_start_ms: float
    load_ms: float
    memory_idle: int
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    device: str
    version: str
    proof: IntegerProof | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def ran_on(self) -> str:
        """`CPU` or `GPU`."""
        return "CPU" if self.device == "CPU" else "GPU"

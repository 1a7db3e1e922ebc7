"""The variants of one model: which engine carries it out, in which precision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line

Engine = Literal["torch", "onnxruntime", "openvino", "tensorrt"]
Precision = Literal["fp32", "fp16", "bf16", "int8"]
Making = Literal["", "compile", "graphs", "dynamic"]


class Variant(NamedTuple):
    """One way to carry a model out; `making` tells apart what engine and precision do not."""

    engine: Engine
    precision: Precision
    making: Making = ""

    @property
    def name(self) -> str:
        """`openvino-int8`, `onnxruntime-int8-dynamic`."""
        return "-".join(filter(None, (self.engine, self.precision, self.making)))

    @property
    def words(self) -> str:
        """`OpenVINO INT8`, `ONNX Runtime INT8 dynamic`, for people."""
        return " ".join(filter(None, (_ENGINES[self.engine], _precision_word(self.precision), self.making)))

    @property
    def packages(self) -> tuple[str, ...]:
        """What must be installed to make it and carry it out, as modules are called."""
        return ("openvino", "nncf") if self == Variant("openvino", "int8") else (self.engine,)


_ENGINES: dict[str, str] = {
    "torch": "PyTorch",
    "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO",
    "tensorrt": "TensorRT",
}
VARIANTS: tuple[Variant, ...] = (
    Variant("torch", "fp32"),
    Variant("torch", "fp16"),
    Variant("torch", "bf16"),
    Variant("torch", "fp32", "compile"),
    Variant("torch", "fp16", "graphs"),
    Variant("onnxruntime", "fp32"),
    Variant("onnxruntime", "int8"),
    Variant("onnxruntime", "int8", "dynamic"),
    Variant("openvino", "fp32"),
    Variant("openvino", "bf16"),
    Variant("openvino", "int8"),
    Variant("tensorrt", "fp16"),
    Variant("tensorrt", "int8"),
)
REFERENCE = Variant("onnxruntime", "fp32")
"""What size, speed and accuracy of the others are measured against, unless it was told otherwise."""


def variant_of(name: str) -> Variant:
    """The variant of that name; raises UsageError, naming the nearest."""
    known = {variant.name: variant for variant in VARIANTS}
    if (found := known.get(name.strip().lower())) is not None:
        return found
    near = get_close_matches(name.strip().lower(), known, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(known)}."
    raise UsageError(f"There is no variant “{clean_line(name)[:60]}”.", hint)


def chosen_variants(names: Iterable[str]) -> tuple[Variant, ...]:
    """Those named, in the order of the matrix and with the reference; all where none is named."""
    wanted = {variant_of(name) for name in names}
    return tuple(variant for variant in VARIANTS if not wanted or variant in wanted or variant == REFERENCE)


def display_order(names: Sequence[str]) -> list[str]:
    """Names in the order of the matrix, unknown ones last."""
    places = {variant.name: place for place, variant in enumerate(VARIANTS)}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def _precision_word(precision: str) -> str:
    return "INT8" if precision == "int8" else precision

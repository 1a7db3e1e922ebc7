"""Proof that INT8 ran in INT8: pairs in the ONNX file, and the kernels that an engine made of it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from r2p_tui.domain.measurements import IntegerProof
from r2p_tui.runs.processes import optional

# Operators of ONNX Runtime that multiply integers, and those that do the same in float.
INTEGER_KERNELS = frozenset({
    "QLinearConv", "QLinearConvTranspose", "QLinearMatMul", "QGemm", "QAttention", "ConvInteger",
    "MatMulInteger", "MatMulInteger16", "MatMulIntegerToFloat", "DynamicQuantizeMatMul",
    "ConvIntegerToFloat", "QMoE",
})  # fmt: skip
FLOAT_KERNELS = frozenset({
    "Conv", "ConvTranspose", "FusedConv", "NhwcConv", "NhwcFusedConv", "MatMul", "FusedMatMul", "Gemm",
    "FusedGemm", "Attention", "MultiHeadAttention", "GemmFastGelu",
})  # fmt: skip


def counted(operators: Iterable[str]) -> tuple[int, int]:
    """How many of these operators multiply integers, and how many multiply at all."""
    names = list(operators)
    integer = sum(name in INTEGER_KERNELS for name in names)
    return integer, integer + sum(name in FLOAT_KERNELS for name in names)


def proof_of(integer: int, layers: int, pairs: int | None, engine: str) -> IntegerProof:
    """The proof with its sentence."""
    told = f"{integer} of {layers} layers that multiply were computed in integers by {engine}"
    if layers == 0:
        told = f"{engine} has no layers that multiply, so there is nothing to compute in integers"
    elif integer == 0:
        told = f"None of {layers} layers that multiply were computed in integers by {engine}"
    in_file = "" if pairs is None else f"; the file holds {pairs} Q/DQ pairs"
    return IntegerProof(qdq_pairs=pairs, integer_layers=integer, layers=layers, sentence=f"{told}{in_file}.")


def qdq_pairs(file: Path) -> int | None:
    """How often QuantizeLinear is followed by DequantizeLinear; None where that cannot be read."""
    if file.suffix.lower() != ".onnx" or optional("onnx") is None:
        return None
    try:
        model = import_module("onnx").load(str(file), load_external_data=False)
    except Exception:
        return None
    return pairs_of(model.graph.node)


def pairs_of(nodes: Iterable[Any]) -> int:
    """The pairs among nodes of a graph (`op_type`, `input`, `output`)."""
    listed = list(nodes)
    quantized = {node.output[0] for node in listed if node.op_type == "QuantizeLinear"}
    read = {node.input[0] for node in listed if node.op_type == "DequantizeLinear"}
    return len(quantized & read)

"""What ONNX Runtime and OpenVINO say when they cannot load a model, in one sentence for people."""

from __future__ import annotations

import re

from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.text import clean_line, shorten

_OPSET = re.compile(r"Opset (\d+) is under development.*?till opset (\d+)", re.DOTALL)
_IR = re.compile(r"Unsupported model IR version: (\d+), max supported IR version: (\d+)")
_KERNEL = re.compile(r"Could not find an implementation for (\w+)\((\d+)\)")
_OPERATOR = re.compile(r"No Op registered for (\w+)|is not a registered function/op: (\w+)")
_DOMAIN = re.compile(r"No opset import for domain '([^']*)'")
_NO_RULE = re.compile(r"No conversion rule found for operations: ([^\n]+)")
_NO_MODEL = (
    "INVALID_PROTOBUF",
    "No graph was found in the protobuf",
    "does not have a graph",
    "Unable to read the model",
    "Model can't be parsed",
    "Incorrect format",
)
_EXPORT_HINT = "Export it again with an older opset, for example 17."
_SOURCE_LINE = re.compile(r"\S+\.(?:cc|h|cpp|hpp):\d+ .*\) ")
_LONGEST = 200


def onnxruntime_error(text: str, file: str) -> EngineError:
    """`text` is ONNX Runtime's own message."""
    if found := _OPSET.search(text):
        return EngineError(
            f"{file} needs opset {found[1]}, and this ONNX Runtime knows opsets up to {found[2]}.",
            _EXPORT_HINT,
        )
    if found := _IR.search(text):
        return EngineError(
            f"{file} is written in IR version {found[1]}, and this ONNX Runtime reads up to {found[2]}.",
            _EXPORT_HINT,
        )
    if found := _KERNEL.search(text):
        return EngineError(
            f"ONNX Runtime has no kernel for {found[1]} of opset {found[2]}, which {file} uses.", _EXPORT_HINT
        )
    if found := _OPERATOR.search(text) or _DOMAIN.search(text):
        name = clean_line(next(filter(None, found.groups()), "an operator without a name"))
        return EngineError(
            f"ONNX Runtime does not know {shorten(name, 80)}, which {file} uses.", _EXPORT_HINT
        )
    return _no_model(text, file) or EngineError(
        f"ONNX Runtime cannot load {file}: {_of_onnxruntime(text)}.", _EXPORT_HINT
    )


def openvino_error(text: str, file: str) -> EngineError:
    """`text` is OpenVINO's own message."""
    if found := _NO_RULE.search(text):
        names = shorten(clean_line(found[1]), 120)
        return EngineError(f"OpenVINO does not know {names}, which {file} uses.", _EXPORT_HINT)
    return _no_model(text, file) or EngineError(
        f"OpenVINO cannot load {file}: {_of_openvino(text)}.", _EXPORT_HINT
    )


def _no_model(text: str, file: str) -> EngineError | None:
    if any(words in text for words in _NO_MODEL):
        return EngineError(
            f"{file} is not a model that can be read: it is empty, cut off, or something else."
        )
    return None


def _of_onnxruntime(text: str) -> str:
    """Without the code, the name of the file and the place in the source that stand before the message."""
    first = clean_line(text.strip().split("\n", 1)[0])
    told = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : (?:Load model from .*? failed:)?", "", first)
    return shorten(_SOURCE_LINE.sub("", told), _LONGEST).rstrip(".")


def _of_openvino(text: str) -> str:
    """The last line says what is wrong; the ones before it name source files."""
    lines = [line for line in map(clean_line, text.strip().splitlines()) if line]
    return shorten(lines[-1] if lines else "it gives no reason", _LONGEST).rstrip(".")

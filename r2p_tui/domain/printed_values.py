"""Mappings as programs print them: JSON, or Python's own spelling, which is read without running it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_DEEPEST = 4
_MOST_VALUES = 200
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf|NaN|Infinity)\b"
# `tensor(0.21, device='cuda:0')` and `np.float64(0.21)` stand for the number in them.
_PYTHON = re.compile(
    r"(?P<text>'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\")"
    rf"|(?P<wrapped>(?:tensor|array|(?:np|numpy|torch)\.\w{{1,12}})\((?P<inner>{_NUMBER})[^()]*+\))"
    rf"|(?P<number>{_NUMBER})"
    r"|(?P<word>\w++)"
)
_WORDS = {"None": "null", "True": "true", "False": "false"}
_CONSTANTS = {"nan": "NaN", "inf": "Infinity", "+inf": "Infinity", "-inf": "-Infinity", "-nan": "NaN"}
_WHOLE_NUMBER = re.compile(_NUMBER)


def mapping_in(line: str) -> tuple[str, dict[str, Any]] | None:
    """The mapping that ends a line, and the text before it; None where the line ends in none."""
    start, end = line.find("{"), line.rfind("}")
    if start < 0 or end < start or line[end + 1 :].strip(" .,;\t"):
        return None
    text = line[start : end + 1]
    value = _load(text)
    if value is None and "'" in text:
        value = _load(_PYTHON.sub(_as_json, text))
    return (line[:start], value) if isinstance(value, dict) else None


def numbers_in(mapping: Mapping[str, Any]) -> tuple[dict[str, float], bool]:
    """The numbers of a nested mapping under names joined with `/`, and whether it held nothing else."""
    numbers: dict[str, float] = {}
    pure = _gather(mapping, "", 1, numbers)
    return numbers, pure


def as_number(value: object) -> float | None:
    """A number, or text that spells one; None for all else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value.strip()[:64]):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _gather(mapping: Mapping[str, Any], path: str, depth: int, numbers: dict[str, float]) -> bool:
    pure = True
    for key, value in mapping.items():
        name = f"{path}/{key}" if path else str(key)
        if len(numbers) >= _MOST_VALUES:
            return False
        if isinstance(value, dict):
            pure = depth < _DEEPEST and _gather(value, name, depth + 1, numbers) and pure
        elif (number := as_number(value)) is not None:
            numbers[name] = number
        else:
            pure = False
    return pure


def _load(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _as_json(match: re.Match[str]) -> str:
    if text := match["text"]:
        return json.dumps(text[1:-1].replace("\\'", "'").replace('\\"', '"'))
    if word := match["word"]:
        return _WORDS.get(word, word)
    number = match["inner"] or match["number"]
    if number in _CONSTANTS:
        return _CONSTANTS[number]
    # JSON knows neither `1.` nor `.5`.
    try:
        return repr(float(number)) if "e" in number.lower() or "." in number else number
    except (ValueError, OverflowError):
        return number

"""Frozen dataclasses as values that JSON knows, and back, checked on the way."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_UNIONS = (Union, types.UnionType)


def to_plain(value: Any) -> Any:
    """Nested dataclasses as mappings, tuples as lists; a number that is none becomes None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def from_plain(kind: type[T], value: Any) -> T:
    """The value of that type that `to_plain` wrote, names that it does not know left out.

    Raises ValueError where the values do not fit.
    """
    made: T = _read(kind, value)
    return made


def _read(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in _UNIONS:
        return _one_of(get_args(kind), value)
    if origin is Literal:
        return _must(value, value in get_args(kind), kind)
    if origin is tuple:
        return _tuple(get_args(kind), _must(value, isinstance(value, list | tuple), kind))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        item = get_args(kind)[1]
        return {
            str(key): _read(item, one) for key, one in _must(value, isinstance(value, Mapping), kind).items()
        }
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, _must(value, isinstance(value, Mapping), kind))
    if kind is float:
        return float(_must(value, isinstance(value, int | float) and not isinstance(value, bool), kind))
    if kind is int:
        return _must(value, isinstance(value, int) and not isinstance(value, bool), kind)
    return _must(value, kind is Any or isinstance(value, kind), kind)


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return _must(value, type(None) in kinds, kinds)
    for kind in (kind for kind in kinds if kind is not type(None)):
        try:
            return _read(kind, value)
        except ValueError:
            continue
    return _must(value, False, kinds)


def _tuple(kinds: tuple[Any, ...], values: Any) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], one) for one in values)
    if len(kinds) != len(values):
        raise ValueError(f"{len(values)} values where {len(kinds)} belong")
    return tuple(_read(kind, one) for kind, one in zip(kinds, values, strict=True))


def _dataclass(kind: type[Any], values: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {name: _read(hints[name], value) for name, value in values.items() if name in hints}
    try:
        return kind(**known)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _must(value: Any, fits: bool, kind: Any) -> Any:
    if not fits:
        raise ValueError(f"{type(value).__name__} where {kind} belongs")
    return value

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.measurements import Change, Interval, Latency, MeasuredVariant, Measurement, Surroundings
from r2p_tui.domain.plain_values import from_plain, to_plain


@dataclass(frozen=True)
class _Inner:
    value: float
    word: Literal["a", "b"] = "a"


@dataclass(frozen=True)
class _Outer:
    name: str
    count: int = 0
    inner: _Inner | None = None
    many: tuple[_Inner, ...] = ()
    pair: tuple[int, str] = (0, "")
    table: Mapping[str, float] = field(default_factory=dict)


_inner = st.builds(_Inner, value=st.floats(allow_nan=False, allow_infinity=False), word=st.sampled_from("ab"))
_outer = st.builds(
    _Outer,
    name=st.text(),
    count=st.integers(),
    inner=st.none() | _inner,
    many=st.lists(_inner).map(tuple),
    pair=st.tuples(st.integers(), st.text()),
    table=st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)),
)


@given(_outer)
def test_what_goes_through_json_comes_back_equal(value: _Outer) -> None:
    assert from_plain(_Outer, json.loads(json.dumps(to_plain(value)))) == value


def test_a_measurement_goes_through_json() -> None:
    change = Change(
        verdict="worse", difference=-0.8, interval=Interval(-1.2, -0.3), minimum=0.5, unit="pt", sentence="x"
    )
    latency = Latency(
        samples=3, mean=1, p50=1, p90=None, p95=None, p99=None, maximum=2.5, quantiles=(1.0, 2.5)
    )
    variant = MeasuredVariant(
        variant="onnxruntime-int8", engine="onnxruntime", precision="int8", state="measured", latency=latency
    )
    whole = Measurement(
        kind="quantize",
        target="yolov8n.pt",
        surroundings=Surroundings(threads=2, versions={"torch": "2"}),
        variants=(variant,),
    )
    assert from_plain(Measurement, json.loads(json.dumps(to_plain(whole)))) == whole
    assert from_plain(Change, to_plain(change)) == change


def test_names_that_nobody_knows_are_left_out() -> None:
    assert from_plain(_Outer, {"name": "x", "of a later version": 1}) == _Outer("x")


def test_a_number_that_is_none_becomes_null() -> None:
    assert to_plain({"a": math.nan, "b": (math.inf, 1.0)}) == {"a": None, "b": [None, 1.0]}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"name": 1},
        {"name": "x", "count": True},
        {"name": "x", "count": 1.5},
        {"name": "x", "inner": {"value": "1"}},
        {"name": "x", "inner": {"value": 1, "word": "c"}},
        {"name": "x", "many": {"value": 1}},
        {"name": "x", "pair": [1]},
        {"name": "x", "table": [1]},
        {"name": "x", "table": {"a": None}},
        [],
        None,
    ],
)
def test_values_that_do_not_fit_are_refused(values: Any) -> None:
    with pytest.raises(ValueError):
        from_plain(_Outer, values)

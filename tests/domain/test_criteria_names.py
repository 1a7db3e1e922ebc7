"""Which metric tells most of a run, and the units that names of metrics end in."""

from __future__ import annotations

import pytest

from r2p_tui.domain.criteria_names import better, main_metric, unit_of
from r2p_tui.domain.runs import Criterion

REPORTED = ("epoch_seconds", "map50", "map50_95", "val_loss")


@pytest.mark.parametrize(
    ("criteria", "metric"),
    [
        ((), "map50"),
        ((Criterion("kill", "val_loss rising for 5 epochs"),), "val_loss"),
        ((Criterion("kill", "val_loss rising"), Criterion("success", "mAP50-95 >= 0.4")), "map50_95"),
        ((Criterion("success", "accuracy >= 0.9"),), "map50"),
    ],
)
def test_the_metric_of_a_criterion_tells_most(criteria: tuple[Criterion, ...], metric: str) -> None:
    assert main_metric(REPORTED, criteria) == metric


def test_without_a_known_name_the_first_tells_and_without_any_none() -> None:
    assert main_metric({"zeta", "beta"}, ()) == "beta"
    assert main_metric((), (Criterion("success", "map50 >= 0.5"),)) == ""


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("latency_ms", "ms"),
        ("epoch_seconds", "s"),
        ("size_mb", "MB"),
        ("fps", "fps"),
        ("map50", ""),
        ("images_per_s", ""),
        ("flops_per_mb", ""),
        ("s", ""),
    ],
)
def test_units(name: str, unit: str) -> None:
    assert unit_of(name) == unit


def test_a_rate_is_no_time() -> None:
    assert better("warmup_s") == "down"
    assert better("widgets_per_s") is None

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.measurement_pair import MeasuredPair
from r2p_tui.domain.measurements import Measurement
from r2p_tui.domain.plain_values import to_plain
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.domain.variant_comparison import Samples
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.runs.measured_arrays import save_samples
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services.desk import Desk
from r2p_tui.services.measurements import compare, measurement, named_side, side, with_prices, with_reference
from r2p_tui.services.run_comparing import Comparison
from r2p_tui.store.measurements import keep_measurement
from tests.made_measurements import (
    CLASSES,
    made_ablation,
    made_benchmark,
    made_endpoint,
    made_quantization,
    write_measurement,
)
from tests.services.stored_runs import add_run

FP32, INT8 = "onnxruntime-fp32", "openvino-int8"
IMAGES = 60


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


def put(desk: Desk, found: Measurement, name: str = "a run", *, stored: bool = False) -> int:
    number = add_run(desk, RunSpec(found.kind, name), state=RunState.DONE)
    if stored:
        with desk.store.write() as session:
            keep_measurement(session, number, found.kind, to_plain(found))
    else:
        write_measurement(run_folder(desk.paths.runs, number), found)
    return number


def samples(milliseconds: float, hits: float = 0.9, *, seed: int = 0) -> Samples:
    """Ten rounds of times around a median, and a detector that finds a share of one object an image."""
    numbers = np.random.default_rng(seed)
    rounds = np.repeat(np.arange(10), 20)
    times = milliseconds * (1 + 0.01 * numbers.standard_normal(200))
    found = numbers.random(IMAGES) < hits
    places = np.arange(IMAGES)
    detections = Detections(
        image=places.astype(np.int32),
        class_id=(places % 2).astype(np.int16),
        score=np.linspace(0.9, 0.5, IMAGES, dtype=np.float32),
        matched=np.where(found, 2**10 - 1, 0).astype(np.uint16),
        boxes=np.eye(2, dtype=np.int32)[places % 2],
        names=("dent", "stain"),
        images=tuple(f"{place}.png" for place in places),
    )
    return Samples(times, rounds.astype(np.int32), detections)


def keep(desk: Desk, run: int, **kept: Samples) -> None:
    for name, one in kept.items():
        save_samples(run_folder(desk.paths.runs, run).path, name.replace("_", "-"), one)


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stored", [True, False])
def test_a_measurement_is_read_from_the_folder_or_from_the_store(desk: Desk, stored: bool) -> None:
    found = made_benchmark()
    assert measurement(desk, put(desk, found, stored=stored)).scenarios == found.scenarios


def test_the_folder_is_newer_than_the_store_and_a_torn_one_counts_for_nothing(desk: Desk) -> None:
    number = put(desk, made_benchmark(), stored=True)
    folder = run_folder(desk.paths.runs, number)
    newer = replace(made_benchmark(), scenarios=())
    write_measurement(folder, newer)
    assert measurement(desk, number).scenarios == ()
    folder.measurement.write_text('{"kind": "benchmark", "target": 7}')
    assert len(measurement(desk, number).scenarios) == 5
    folder.measurement.write_text("[")
    assert len(measurement(desk, number).scenarios) == 5


def test_foreign_text_is_cleaned_on_the_way_in(desk: Desk) -> None:
    found = measurement(desk, put(desk, made_quantization()))
    names = {one.name for one in found.against[0].classes}
    assert names.isdisjoint({CLASSES[-1]})
    assert not any("\x1b" in name or "\u202e" in name for name in names)


@pytest.mark.parametrize(
    "text", ['{"kind": "benchmark"}', '{"kind": "bread", "target": "x"}', "[" * 99 + "]" * 99]
)
def test_what_cannot_be_read_is_said(desk: Desk, text: str) -> None:
    number = add_run(desk, RunSpec("benchmark", "x"), state=RunState.DONE)
    run_folder(desk.paths.runs, number).measurement.write_text(text)
    with pytest.raises(R2PError, match=r"cannot be read|measured nothing"):
        measurement(desk, number)


def test_values_nested_too_deep_are_refused(desk: Desk) -> None:
    number = add_run(desk, RunSpec("benchmark", "x"), state=RunState.DONE)
    deep = '{"a": ' * 60 + "1" + "}" * 60
    run_folder(desk.paths.runs, number).measurement.write_text(deep)
    with pytest.raises(R2PError, match="nested too deep"):
        measurement(desk, number)


def test_a_run_that_measures_nothing_or_nothing_yet_says_which(desk: Desk) -> None:
    command = add_run(desk, state=RunState.DONE)
    with pytest.raises(NotFoundError, match="of the kind command"):
        measurement(desk, command)
    going = add_run(desk, RunSpec("quantize", "x"), state=RunState.RUNNING)
    with pytest.raises(NotFoundError, match="nothing yet"):
        measurement(desk, going)
    failed = add_run(desk, RunSpec("quantize", "x"), state=RunState.FAILED, reason="No images.")
    with pytest.raises(NotFoundError, match=r"measured nothing\. No images\."):
        measurement(desk, failed)


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "variant"),
    [
        ("1", INT8),
        ("last", INT8),
        ("#1", INT8),
        ("run:1", INT8),
        ("my run", INT8),
        ("1:torch-fp32", "torch-fp32"),
        ("run:1:TORCH-fp32", "torch-fp32"),
        ("my run:onnxruntime-int8", "onnxruntime-int8"),
    ],
)
def test_a_word_stands_for_a_run_and_a_variant(desk: Desk, word: str, variant: str) -> None:
    put(desk, made_quantization(), "my run")
    told = side(desk, word)
    assert (told.view.id, told.variant) == (1, variant)


def test_a_name_with_a_colon_is_a_name_first(desk: Desk) -> None:
    put(desk, made_quantization(), "a")
    put(desk, made_quantization(), "a:torch-fp32")
    view, named = named_side(desk, "a:torch-fp32")
    assert (view.id, named) == (2, "")


@pytest.mark.parametrize("word", ["run:9", "9", "nobody:torch-fp32", ":torch-fp32"])
def test_a_run_that_is_not_there_is_refused(desk: Desk, word: str) -> None:
    put(desk, made_quantization())
    with pytest.raises(NotFoundError):
        side(desk, word)


def test_a_service_has_no_variant(desk: Desk) -> None:
    assert side(desk, str(put(desk, made_endpoint()))).variant == ""


# --- comparing --------------------------------------------------------------------------------------------


def pair(desk: Desk, *words: str, price: float | None = None) -> MeasuredPair:
    found = compare(desk, *(side(desk, word) for word in words), price=price)
    assert isinstance(found, MeasuredPair)
    return found


def test_two_variants_of_a_run_are_compared_by_their_single_samples(desk: Desk) -> None:
    number = put(desk, made_quantization())
    keep(desk, number, onnxruntime_fp32=samples(6.8), openvino_int8=samples(4.1, seed=1))
    found = pair(desk, f"{number}:{FP32}", f"{number}:{INT8}")
    assert found.against.latency
    assert found.against.latency.verdict == "better"
    assert found.against.latency.difference == pytest.approx(-39.7, abs=1.5)
    assert [one.name for one in found.against.classes] == ["dent", "stain"]
    assert found.missing == ()
    assert (found.against.reference, found.against.variant) == (f"#{number} {FP32}", f"#{number} {INT8}")


def test_what_is_the_same_is_not_called_better(desk: Desk) -> None:
    one, other = (put(desk, made_quantization(), name) for name in ("a", "b"))
    keep(desk, one, openvino_int8=samples(4.1))
    keep(desk, other, openvino_int8=samples(4.1, seed=5))
    found = pair(desk, str(one), str(other))
    assert found.against.latency
    assert found.against.latency.verdict == "no practical difference"
    assert any("did not take turns" in line for line in found.missing)
    assert all(one.same for one in found.fairness)


def test_without_single_samples_only_figures_are_compared(desk: Desk) -> None:
    number = put(desk, made_quantization())
    found = pair(desk, f"{number}:{FP32}", f"{number}:{INT8}")
    assert found.against.latency is None
    assert any("Single latencies" in line for line in found.missing)


def test_damaged_samples_are_said(desk: Desk) -> None:
    number = put(desk, made_quantization())
    keep(desk, number, onnxruntime_fp32=samples(6.8), openvino_int8=samples(4.1))
    path = run_folder(desk.paths.runs, number).measured / f"{INT8}.npz"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(R2PError, match="are damaged"):
        pair(desk, f"{number}:{FP32}", f"{number}:{INT8}")


def test_two_services_are_compared_in_the_scenario_that_both_were_in(desk: Desk) -> None:
    one, other = (put(desk, made_endpoint(), name) for name in ("a", "b"))
    keep(desk, one, server=replace(samples(480.0), detections=None))
    keep(desk, other, server=replace(samples(520.0, seed=3), detections=None))
    found = pair(desk, str(one), str(other))
    assert found.against.latency
    assert found.against.latency.verdict == "worse"
    assert "Latency is that of the scenario “server”." in found.missing
    assert not any("ccuracy" in line for line in found.missing)


def test_a_part_of_one_side_is_one_sentence(desk: Desk) -> None:
    put(desk, made_quantization())
    put(desk, made_endpoint())
    assert sum("no accuracy" in line for line in pair(desk, "1", "2").missing) == 1


def test_trainings_are_compared_as_runs(desk: Desk) -> None:
    for name in ("a", "b"):
        add_run(desk, RunSpec("train", name), state=RunState.DONE)
    assert isinstance(compare(desk, side(desk, "1"), side(desk, "2")), Comparison)


def test_nothing_is_compared_with_itself(desk: Desk) -> None:
    put(desk, made_ablation())
    with pytest.raises(UsageError):
        compare(desk, side(desk, "1"), side(desk, "1"))


# --- another reference, another price ---------------------------------------------------------------------


def test_all_variants_are_measured_against_another_reference(desk: Desk) -> None:
    number = put(desk, made_quantization())
    keep(desk, number, torch_fp32=samples(11.9), openvino_int8=samples(4.1))
    found = with_reference(desk, number, measurement(desk, number), "torch-fp32")
    assert found.reference == "torch-fp32"
    assert {one.reference for one in found.against} == {"torch-fp32"}
    best = found.against_reference(INT8)
    assert best
    assert best.speed_up == pytest.approx(11.9 / 4.1, rel=0.01)
    assert best.latency is not None
    assert found.against_reference("openvino-fp32").latency is None  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["tensorrt-int8", "nothing"])
def test_a_reference_must_have_been_measured(desk: Desk, name: str) -> None:
    number = put(desk, made_quantization())
    with pytest.raises(UsageError):
        with_reference(desk, number, measurement(desk, number), name)


def test_a_price_gives_costs_from_what_was_held() -> None:
    found = with_prices(made_benchmark(), 0.6)
    [cost] = found.costs.values()
    assert cost.per_thousand == pytest.approx(0.6 / 3600 / 171.4 * 1000)
    assert cost.interval
    for variant in ("onnxruntime-fp32", "openvino-int8"):
        one = with_prices(made_quantization(), 0.6).costs[variant]
        assert one.interval and one.interval.low < one.per_thousand < one.interval.high
    assert set(with_prices(made_quantization(), 0.6).costs) == {
        one.variant for one in made_quantization().measured
    }
    assert with_prices(made_endpoint(), None) == made_endpoint()


def test_costs_of_both_sides_follow_a_price(desk: Desk) -> None:
    number = put(desk, replace(made_quantization(), costs={}))
    found = pair(desk, f"{number}:{FP32}", f"{number}:{INT8}", price=1.0)
    assert found.first.cost
    assert found.second.cost
    assert found.second.cost.per_thousand < found.first.cost.per_thousand

"""Variants against each other: what is compared, what is told to be missing, and the goal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from r2p_tui.domain.detection_accuracy import accuracy
from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.latency import summarize
from r2p_tui.domain.measurements import Goal, MeasuredVariant
from r2p_tui.domain.variant_comparison import Samples, compare_all, compare_variants, goal
from tests.domain.detection_examples import detections, pair

BEFORE, SAME = "onnxruntime-fp32", "onnxruntime-int8"


def measured(
    name: str, found: Detections | None = None, median: float = 10.0, seed: int = 0, **changes: Any
) -> tuple[MeasuredVariant, Samples]:
    """A variant with 10 rounds of 50 latencies around `median`."""
    numbers = np.random.default_rng(seed)
    times = median * np.exp(numbers.normal(0, 0.05, 500))
    rounds = np.repeat(np.arange(10, dtype=np.int32), 50)
    engine, precision, *_ = name.split("-")
    variant = MeasuredVariant(
        variant=name,
        engine=engine,
        precision=precision,
        state="measured",
        bytes=1000,
        latency=summarize(times, rounds),
        accuracy=accuracy(found, resamples=0) if found is not None else None,
    )
    return replace(variant, **changes), Samples(times, rounds, found)


def worse(side: Detections, share: float, seed: int = 0) -> Detections:
    """The same detector with a share of its detections gone."""
    kept = np.random.default_rng(seed).random(side.image.size) >= share
    return Detections(
        image=side.image[kept],
        class_id=side.class_id[kept],
        score=side.score[kept],
        matched=side.matched[kept],
        boxes=side.boxes,
        names=side.names,
        images=side.images,
    )


def test_a_variant_against_itself_is_no_practical_difference() -> None:
    one = measured(BEFORE, detections(images=60))
    against = compare_variants(*one, *one)
    for change in (against.accuracy, against.per_image, against.latency):
        assert change is not None
        assert change.verdict == "no practical difference"
        assert change.difference == 0
    assert against.accuracy is not None
    assert against.accuracy.p_value == 1
    assert against.speed_up == 1
    assert against.size_ratio == 1
    assert against.missing == ()
    assert {one.change.verdict for one in against.classes} == {"no practical difference"}


def test_what_is_worse_and_faster_is_found_so() -> None:
    found = detections(images=200)
    before = measured(BEFORE, found)
    after = measured(SAME, worse(found, 0.3), median=5.0, seed=1, bytes=250)
    against = compare_variants(*before, *after)
    assert against.accuracy is not None
    assert against.latency is not None
    assert against.accuracy.verdict == "worse"
    assert against.accuracy.unit == "pt"
    assert after[0].accuracy is not None
    assert before[0].accuracy is not None
    lost = after[0].accuracy.map50_95 - before[0].accuracy.map50_95
    assert against.accuracy.difference == pytest.approx(100 * lost)
    assert against.accuracy.interval is not None
    assert against.accuracy.interval.low < against.accuracy.difference < against.accuracy.interval.high < 0
    assert against.accuracy.samples == 200
    assert against.latency.verdict == "better"
    assert against.latency.difference == pytest.approx(-50, abs=2)
    assert against.speed_up == pytest.approx(2, rel=0.05)
    assert against.speed_up_interval is not None
    assert against.size_ratio == 0.25
    assert [one.name for one in against.classes] == list(found.names)
    assert against.per_image is not None
    assert against.per_image.verdict == "worse"


def test_too_few_images_say_how_many_more() -> None:
    before, after = pair(12, 5)
    against = compare_variants(*measured(BEFORE, before), *measured(SAME, after))
    assert against.accuracy is not None
    assert against.accuracy.verdict == "not enough data"
    assert against.accuracy.needed is not None
    assert against.accuracy.needed > 12
    assert "more images" in against.accuracy.sentence


def test_where_neither_side_finds_anything_there_is_no_verdict() -> None:
    side, _ = pair(20, 0)
    blind = worse(side, 1.0)
    sides = measured(BEFORE, blind), measured(SAME, blind, 5.0)
    against = compare_variants(*sides[0], *sides[1])
    assert against.accuracy is None and against.per_image is None
    assert "Neither side found anything, so accuracy is not compared." in against.missing
    reached = goal([one for one, _ in sides], {one.variant: kept for one, kept in sides})
    assert reached.met is None


def test_a_float_variant_that_finds_less_is_no_baseline() -> None:
    side, _ = pair(60, 0)
    sides = [
        measured("torch-fp32", side, 12.0),
        measured("openvino-fp32", worse(side, 1.0), 6.0),
        measured("openvino-int8", side, 5.0, seed=1),
    ]
    reached = goal([one for one, _ in sides], {one.variant: kept for one, kept in sides})
    assert reached.best_float == "torch-fp32" and reached.met


def test_a_goal_missed_by_little_shows_by_how_much() -> None:
    side, _ = pair(60, 0)

    def reached_at(median: float) -> Goal:
        sides = [measured("onnxruntime-fp32", side, median), measured("openvino-int8", side, 10.0, seed=1)]
        return goal([one for one, _ in sides], {one.variant: kept for one, kept in sides})

    reached = reached_at(14.99 / (reached_at(10.0).speed_up or 1.0))
    assert reached.met is False and reached.speed_up == pytest.approx(1.499)
    assert "is 1.499x as fast" in reached.sentence and "0.001x too slow" in reached.sentence
    assert reached.sentence.endswith("the intervals do not rule out that it is met.")


def test_each_device_is_a_race_of_its_own() -> None:
    side, _ = pair(60, 0)
    sides = [
        measured("torch-fp32", side, 1.0, device="GPU"),
        measured("onnxruntime-fp32", side, 14.0, device="CPU"),
        measured("openvino-int8", side, 5.0, device="CPU"),
    ]
    kept = {one.variant: samples for one, samples in sides}
    reached = goal([one for one, _ in sides], kept)
    assert (reached.best_float, reached.best_int8, reached.met) == ("onnxruntime-fp32", "openvino-int8", True)
    against = compare_variants(*sides[0], *sides[2])
    assert "OpenVINO INT8 ran on CPU, and PyTorch fp32 on GPU" in against.missing[-1]


def test_one_image_has_no_interval() -> None:
    before, after = pair(1, 3)
    against = compare_variants(*measured(BEFORE, before), *measured(SAME, after))
    assert against.accuracy is not None
    assert against.accuracy.interval is None
    assert against.accuracy.verdict == "not enough data"


# --- what is missing --------------------------------------------------------------------------------------


def only(against: Any) -> str:
    (sentence,) = against.missing
    assert isinstance(sentence, str)
    assert sentence.endswith(".")
    return sentence


def test_what_was_not_measured_is_told() -> None:
    found = detections()
    one = measured(BEFORE, found)
    skipped = replace(measured(SAME)[0], state="skipped", reason="onnxruntime is not installed.")
    told = only(compare_variants(*one, skipped, None))
    assert told == "ONNX Runtime INT8 was not measured: onnxruntime is not installed."
    against = compare_variants(*one, *measured(SAME))
    assert only(against) == "Accuracy was not measured for ONNX Runtime INT8."
    assert against.latency is not None
    assert only(compare_variants(*measured(BEFORE), *measured(SAME))).startswith(
        "Accuracy was measured for n"
    )
    against = compare_variants(*one, *measured(SAME, found, latency=None))
    assert only(against) == "Latency was not measured for ONNX Runtime INT8."
    assert against.accuracy is not None


def test_samples_that_are_not_kept_are_told() -> None:
    variant, samples = measured(SAME, detections())
    against = compare_variants(*measured(BEFORE, detections()), variant, None)
    assert len(against.missing) == 2
    assert "Single detections of ONNX Runtime INT8" in against.missing[0]
    assert "Single latencies of ONNX Runtime INT8" in against.missing[1]
    assert against.speed_up == pytest.approx(1)
    empty = Samples(np.zeros(0), np.zeros(0, np.int32), samples.detections)
    assert "Single latencies" in only(compare_variants(*measured(BEFORE, detections()), variant, empty))


def test_other_images_and_labels_are_left_out() -> None:
    found = detections(images=40)
    part = found.restricted(np.arange(5, 40))
    against = compare_variants(*measured(BEFORE, found), *measured(SAME, part))
    assert only(against) == "5 images were seen by one side only, and left out."
    assert against.accuracy is not None
    assert against.accuracy.samples == 35
    assert against.accuracy.difference == 0
    boxes = found.boxes.copy()
    boxes[:3] += 1
    relabelled = replace(found, boxes=boxes)
    assert "3 images had other labels" in only(
        compare_variants(*measured(BEFORE, found), *measured(SAME, relabelled))
    )
    strange = replace(found, images=tuple(f"other {name}" for name in found.images))
    told = compare_variants(*measured(BEFORE, found), *measured(SAME, strange))
    assert "share no image" in only(told)
    assert told.accuracy is None


def test_other_classes_are_told() -> None:
    found = detections()
    other = replace(found, names=("x", "y", "z"))
    assert "know other classes" in only(compare_variants(*measured(BEFORE, found), *measured(SAME, other)))


def test_times_that_cannot_be_compared_are_told() -> None:
    variant, samples = measured(SAME)
    still = Samples(np.zeros(500), samples.rounds)
    against = compare_variants(*measured(BEFORE), variant, still)
    assert any(sentence.startswith("Latency is not compared: ") for sentence in against.missing)


# --- many variants ----------------------------------------------------------------------------------------


def test_many_variants_are_corrected_together() -> None:
    found = detections(images=60)
    sides = [measured(f"v{k}-fp32", worse(found, 0.08, seed=k), seed=k) for k in range(4)]
    reference = measured(BEFORE, found)
    samples = {variant.variant: kept for variant, kept in [reference, *sides]}
    skipped = replace(sides[0][0], variant="gone", state="skipped")
    together = compare_all(reference[0], [reference[0], *(one for one, _ in sides), skipped], samples)
    assert [one.variant for one in together] == [variant.variant for variant, _ in sides]
    alone = [compare_variants(*reference, *side) for side in sides]
    for one, other in zip(together, alone, strict=True):
        assert one.accuracy is not None
        assert other.accuracy is not None
        assert one.accuracy.interval == other.accuracy.interval
        assert one.accuracy.p_value is not None
        assert other.accuracy.p_value is not None
        assert one.accuracy.p_value >= other.accuracy.p_value
    least = min(range(4), key=lambda place: alone[place].accuracy.p_value or 0)  # type: ignore[union-attr]
    corrected, single = together[least].accuracy, alone[least].accuracy
    assert corrected is not None
    assert single is not None
    assert corrected.p_value == pytest.approx(min(4 * (single.p_value or 0), 1))


@pytest.mark.slow
def test_null_comparisons_are_seldom_better() -> None:
    """Two detectors equally good: of 100 comparisons at 95 %, 2 or 3 are called better by chance."""
    verdicts = []
    for seed in range(100):
        one, two = pair(60, seed)
        sides = (one, two) if seed % 2 else (two, one)
        against = compare_variants(measured(BEFORE, sides[0])[0], *_found(sides))
        assert against.accuracy is not None
        verdicts.append(against.accuracy.verdict)
    assert verdicts.count("better") <= 8


def _found(sides: tuple[Detections, Detections]) -> tuple[Samples, MeasuredVariant, Samples]:
    nothing = np.zeros(0), np.zeros(0, np.int32)
    return Samples(*nothing, sides[0]), measured(SAME, sides[1])[0], Samples(*nothing, sides[1])


# --- the goal ---------------------------------------------------------------------------------------------


def judged(*sides: tuple[MeasuredVariant, Samples]) -> Any:
    return goal([variant for variant, _ in sides], {one.variant: kept for one, kept in sides})


def test_the_best_pair_is_named() -> None:
    found = detections(images=60)
    made = judged(
        measured("torch-fp32", found, 12.0),
        measured("onnxruntime-fp32", found, 7.0),
        measured("torch-fp16", found, 6.0),
        measured("onnxruntime-int8", found, 5.6),
        measured("openvino-int8", found, 4.1),
    )
    assert (made.best_float, made.best_int8, made.met) == ("onnxruntime-fp32", "openvino-int8", True)
    assert made.speed_up == pytest.approx(7 / 4.1)
    assert made.speed_up_interval is not None
    assert made.accuracy.difference == 0
    assert made.sentence.startswith(
        "The goal (1.5x and at most 1 pt lost) is met: OpenVINO INT8 is 1.71x as fast as ONNX Runtime fp32 ("
    )
    assert "loses no mAP" in made.sentence


def test_too_slow_says_by_how_much_and_what_a_faster_one_loses() -> None:
    found = detections(images=60)
    made = judged(
        measured("onnxruntime-fp32", found, 7.0),
        measured("onnxruntime-int8", found, 5.6),
        measured("openvino-int8", worse(found, 0.3), 3.5),
    )
    assert made.met is False
    assert made.best_int8 == "onnxruntime-int8"
    assert "is not met: ONNX Runtime INT8 is 1.25x as fast" in made.sentence
    assert "0.25x too slow" in made.sentence
    assert "; OpenVINO INT8 is 2.00x as fast but loses" in made.sentence


def test_too_inaccurate_says_by_how_much() -> None:
    found = detections(images=60)
    made = judged(measured("openvino-fp32", found, 7.0), measured("openvino-int8", worse(found, 0.3), 3.5))
    assert made.met is False
    assert made.speed_up == pytest.approx(2)
    assert "pt too much lost" in made.sentence
    assert "too slow" not in made.sentence


def test_doubt_is_told() -> None:
    found = detections(images=60)
    made = judged(
        measured("openvino-fp32", found, 6.03, seed=1), measured("openvino-int8", found, 4.0, seed=2)
    )
    assert made.met is (made.speed_up >= 1.5)
    assert made.speed_up_interval.low < 1.5
    assert "the intervals do not rule out a lower speed-up" in made.sentence


def test_without_a_side_the_goal_is_not_known() -> None:
    found = detections()
    fast, exact = measured("openvino-int8", found), measured("openvino-fp32", found)
    assert judged(exact).sentence == "Whether the goal is met is not known: no INT8 variant was measured."
    assert judged(fast).met is None
    assert "no float variant and INT8 variant" in judged().sentence
    blind = judged(measured("openvino-fp32"), measured("openvino-int8"))
    assert blind.met is None
    assert "accuracy was not measured" in blind.sentence
    assert (
        judged(measured("torch-bf16", found, 9.0), measured("torch-int8", found, 3.0)).best_float
        == "torch-bf16"
    )

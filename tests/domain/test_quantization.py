"""Settings of a quantize run, its calibration images, and the search for layers that stay in float."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.measurements import LayerError
from r2p_tui.domain.quantization import (
    DEFAULTS,
    FEWEST_CALIBRATION_IMAGES,
    calibration_words,
    check_settings,
    chosen_images,
    fewest_layers,
    halves,
    kept_words,
    layers_to_keep,
    limit_words,
    overlap_words,
    set_digest,
    steps,
    with_kept,
)
from r2p_tui.domain.variants import VARIANTS
from r2p_tui.errors import UsageError

LEAST: dict[str, Any] = {"model": "best.pt", "data": "data.yaml"}
ERRORS = tuple(LayerError(name, error) for name, error in (("a", 0.1), ("b", 0.5), ("c", 0.0), ("d", 0.5)))


# --- settings ---------------------------------------------------------------------------------------------


def test_what_is_not_told_has_its_default() -> None:
    assert check_settings(LEAST) == {**DEFAULTS, **LEAST}


def test_values_are_read_from_text_as_what_they_stand_for() -> None:
    told = {"samples": "459", "method": " Entropy", "price_per_hour": "0.5", "threads": "2", "imgsz": "320"}
    checked = check_settings(LEAST | told | {"variants": "openvino-int8, torch-fp32"})
    assert checked["samples"] == 459
    assert checked["method"] == "entropy"
    assert checked["price_per_hour"] == 0.5
    assert checked["threads"] == 2
    assert checked["imgsz"] == 320
    assert checked["variants"] == ["torch-fp32", "openvino-int8"]


@pytest.mark.parametrize(
    ("told", "share"),
    [
        ("1pt", 0.01),
        ("0.5 pt", 0.005),
        ("2 points", 0.02),
        ("1pp", 0.01),
        (0.01, 0.01),
        (0, 0),
    ],
)
def test_a_drop_is_told_in_points_or_as_a_share(told: object, share: float) -> None:
    assert check_settings(LEAST | {"max_drop": told})["max_drop"] == pytest.approx(share)


@pytest.mark.parametrize(
    "told", [1, "1", "1%", "-1pt", "pt", "60pt", True, "nan", "1e999", ["1pt"], "0.01", "0.5"]
)
def test_a_drop_that_may_mean_two_things_or_nothing_is_refused(told: object) -> None:
    with pytest.raises(UsageError, match="“max_drop” must be points, such as 1pt"):
        check_settings(LEAST | {"max_drop": told})


def test_a_limit_on_the_drop_is_that_of_the_goal_unless_told() -> None:
    assert check_settings(LEAST | {"max_drop": "0.3pt"})["goal_drop"] == pytest.approx(0.003)
    both = check_settings(LEAST | {"max_drop": "0.3pt", "goal_drop": "2pt"})
    assert both["goal_drop"] == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("name", "value"),
    [("samples", 0), ("samples", 1.5), ("method", "kl"), ("variants", 3), ("variants", [3]), ("threads", 0),
     ("device", "gpu"), ("price_per_hour", -1), ("imgsz", 8), ("model", "https://x/y.pt"), ("images", True)],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"“{name}” must be"):
        check_settings(LEAST | {name: value})


def test_unknown_names_name_the_nearest() -> None:
    with pytest.raises(UsageError, match="no setting “calibraton”") as caught:
        check_settings(LEAST | {"calibraton": "images"})
    assert "“calibration”" in caught.value.hint
    with pytest.raises(UsageError, match="no variant “openvino-int4”") as other:
        check_settings(LEAST | {"variants": ["openvino-int4"]})
    assert "openvino-int8" in other.value.hint


@pytest.mark.parametrize("missing", ["model", "data"])
def test_model_and_data_are_needed(missing: str) -> None:
    with pytest.raises(UsageError, match=f"needs its {missing}"):
        check_settings({name: value for name, value in LEAST.items() if name != missing})


def test_four_images_are_refused_with_the_limit_and_its_reason() -> None:
    with pytest.raises(UsageError) as caught:
        check_settings(LEAST | {"calibration_images": 4})
    assert "4 images" in caught.value.message
    assert str(FEWEST_CALIBRATION_IMAGES) in caught.value.message
    assert "range of every layer" in caught.value.message
    assert check_settings(LEAST | {"calibration_images": FEWEST_CALIBRATION_IMAGES})


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "max_drop": st.sampled_from(["1pt", "0.25pt", 0.01]),
            "samples": st.integers(1, 10_000),
            "variants": st.lists(st.sampled_from([one.name for one in VARIANTS]), max_size=4),
            "minimum_points": st.floats(0, 5),
        },
    )
)
def test_what_was_checked_may_be_checked_again_after_it_was_kept(told: dict[str, Any]) -> None:
    once = check_settings(LEAST | told)
    assert check_settings(json.loads(json.dumps(once))) == once


def test_steps_are_two_for_each_variant_and_the_reference_is_among_them() -> None:
    assert len(steps(check_settings(LEAST))) == 2 * len(VARIANTS)
    assert steps(check_settings(LEAST | {"variants": "openvino-int8"})) == [
        "accuracy of ONNX Runtime fp32", "accuracy of OpenVINO INT8",
        "latency of ONNX Runtime fp32", "latency of OpenVINO INT8",
    ]  # fmt: skip


# --- calibration images -----------------------------------------------------------------------------------


@given(st.lists(st.text(min_size=1), unique=True, max_size=60), st.integers(1, 80), st.integers(0, 99))
def test_the_draw_hangs_on_the_seed_and_not_on_the_order(names: list[str], count: int, seed: int) -> None:
    chosen = chosen_images(names, count, seed)
    assert chosen == chosen_images(names[::-1], count, seed)
    assert len(chosen) == min(count, len(names))
    assert set(chosen) <= set(names)


def test_another_seed_draws_others() -> None:
    names = [f"{number:03}.png" for number in range(200)]
    assert chosen_images(names, 50, 0) != chosen_images(names, 50, 1)


def test_the_hash_of_a_set_does_not_hang_on_the_order() -> None:
    assert set_digest(["a", "b"]) == set_digest(["b", "a"]) != set_digest(["a", "c"])


def test_an_overlap_is_told_with_its_number_and_the_first_file() -> None:
    assert overlap_words(1, "/data/a.png").startswith("1 calibration image is also a validation image")
    assert "1,200 calibration images are" in overlap_words(1200, "/data/\x1b[31ma.png")
    assert "\x1b" not in overlap_words(2, "/data/\x1b[31ma.png")


def test_a_small_set_is_told_what_is_advised() -> None:
    assert "300 are advised" in calibration_words(40, "train", "f" * 64, "minmax")
    assert "advised" not in calibration_words(300, "train", "f" * 64, "minmax")


# --- layers in float --------------------------------------------------------------------------------------


def test_the_most_sensitive_layers_come_first() -> None:
    assert layers_to_keep(ERRORS) == ["b", "d", "a", "c"]
    assert [(one.name, one.kept_float) for one in with_kept(ERRORS, ["d"])] == [
        ("b", False), ("d", True), ("a", False), ("c", False),
    ]  # fmt: skip


@given(st.integers(1, 200), st.data())
def test_the_search_finds_the_fewest_where_more_layers_lose_less(layers: int, data: st.DataObject) -> None:
    needed = data.draw(st.integers(0, layers))
    tried: list[int] = []

    def drop_with(count: int) -> float:
        tried.append(count)
        return 0.0 if count >= needed else 0.05

    found = fewest_layers(layers, 0.01, drop_with, 0.0 if needed == 0 else 0.05)
    assert (found.layers, found.met) == (needed, True)
    assert len(tried) == len(set(tried)) <= 2 * layers.bit_length() + 1
    assert 0 not in tried


def test_where_nothing_suffices_the_best_is_taken_and_said_not_to() -> None:
    found = fewest_layers(10, 0.01, lambda count: 0.04 if count < 8 else 0.02, 0.05)
    assert not found.met
    assert found.drop == 0.02
    assert dict(found.tried)[10] == 0.02


def test_within_the_limit_nothing_is_tried() -> None:
    def never(_count: int) -> float:
        raise AssertionError

    assert fewest_layers(10, 0.01, never, 0.01).layers == 0
    assert not fewest_layers(0, 0.01, never, 0.02).met


@given(st.lists(st.sampled_from([f"{number:x}" for number in range(200)]), max_size=120))
def test_halves_share_no_image_and_are_about_equal(digests: list[str]) -> None:
    first, second = halves(digests)
    assert sorted(first + second) == list(range(len(digests)))
    assert not {digests[place] for place in first} & {digests[place] for place in second}
    different = [len({digests[place] for place in half}) for half in (first, second)]
    assert abs(different[0] - different[1]) <= 1


def test_an_image_is_in_the_same_half_wherever_it_stands() -> None:
    digests = [f"{number:04x}" for number in range(40)]
    first = {digests[place] for place in halves(digests)[0]}
    turned = digests[::-1]
    assert first == {turned[place] for place in halves(turned)[0]}


def test_what_layers_in_float_cost_is_told_in_time() -> None:
    assert kept_words(3, 64, 5.0, 5.4) == "3 of 64 layers stay in float; that costs 0.40 ms (8 %)."
    assert kept_words(1, 64, 5.0, 4.9) == "1 of 64 layers stays in float; that saves 0.10 ms (2 %)."
    assert kept_words(1, 64, None, 4.9) == "1 of 64 layers stays in float."


def test_a_limit_is_kept_or_not_in_words() -> None:
    assert "0.80 pt are lost: the limit is kept (1 pt)" in limit_words(0.008, 0.01, 120)
    assert "the limit is not kept" in limit_words(0.012, 0.01, 120)
    assert "nothing is lost" in limit_words(-0.002, 0.01, 120)

"""What a quantize run may be told, and its decisions: calibration images, halves, layers left in float."""

from __future__ import annotations

import difflib
import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from r2p_tui.domain import measured_data, train_settings
from r2p_tui.domain.measurements import LayerError
from r2p_tui.domain.setting_values import Setting, bounded_number, read_number, whole_number
from r2p_tui.domain.variants import chosen_variants, variant_of
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line, count_of, shorten

METHODS = ("minmax", "entropy", "percentile")
FEWEST_CALIBRATION_IMAGES = 32
"""Below it the range of an activation is that of single pictures, and another draw gives another model."""
ADVISED_CALIBRATION_IMAGES = 300
"""What NNCF takes by default; ModelOpt advises 500."""
FEWEST_TO_CHOOSE_BY = 20
"""Fewer validation images than that for each half cannot tell a point of mAP from chance."""
_POINTS = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(?:pt|pts|point|points|pp)")
_LARGEST_SHARE = 0.5
_HASH_SHOWN = 12

METRICS = ("map50_95", "map50", "size_mb", "latency_p50_ms", "latency_p90_ms", "latency_p99_ms", "speed_up")
"""What such a run reports of its variants, for criteria."""

DEFAULTS: Mapping[str, Any] = {
    "calibration_images": ADVISED_CALIBRATION_IMAGES,
    "method": "minmax",
    "samples": 600,
    "rounds": 12,
    "warm_up": 10,
    "minimum_points": 0.5,
    "minimum_latency": 5.0,
    "goal_speed_up": 1.5,
    "goal_drop": 0.01,
}


class Found(NamedTuple):
    """How many of the most sensitive layers stay in float, and the drop of mAP (a share of 1) with that.

    `met` says whether the drop is within the limit; `tried` are all pairs of count and drop, as tried.
    """

    layers: int
    drop: float
    met: bool
    tried: tuple[tuple[int, float], ...]


def check_settings(quantize: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with every value in its own type, and defaults for what was not told.

    Limits on mAP are shares of 1; a limit on the drop is that of the goal too, unless the goal has its own.
    What it gives may be checked again. Raises UsageError for an unknown setting, naming the nearest one, for
    a value that it cannot have, and where model or data are missing.
    """
    told = {str(name): _checked(str(name), value) for name, value in quantize.items() if value is not None}
    for name, example in (("model", "best.pt"), ("data", "data.yaml")):
        if not told.get(name):
            raise UsageError(f"Quantizing needs its {name}.", f"For example: {name}={example}")
    checked = {**DEFAULTS, **told}
    if "goal_drop" not in told and "max_drop" in told:
        checked["goal_drop"] = told["max_drop"]
    if checked["calibration_images"] < FEWEST_CALIBRATION_IMAGES:
        raise too_few_images(checked["calibration_images"])
    return checked


def steps(checked: Mapping[str, Any]) -> list[str]:
    """What will be done, in words: the accuracy of each variant, then the latency of all in turn."""
    words = [variant.words for variant in chosen_variants(checked.get("variants") or ())]
    return [f"accuracy of {one}" for one in words] + [f"latency of {one}" for one in words]


# --- calibration ------------------------------------------------------------------------------------------


def too_few_images(count: int) -> UsageError:
    """The refusal of so few calibration images, with the limit and its reason."""
    return UsageError(
        f"{count_of(count, 'image')} cannot calibrate INT8: it needs {FEWEST_CALIBRATION_IMAGES}, as below "
        "that single pictures decide the range of every layer.",
        f"Name a folder of training images with --calibration; {ADVISED_CALIBRATION_IMAGES} are advised.",
    )


def chosen_images(paths: Sequence[str], count: int, seed: int) -> list[str]:
    """As many of them as are wanted, drawn by the seed; the order in which they are given does not matter."""
    ordered = sorted(paths)
    if len(ordered) <= count:
        return ordered
    return sorted(random.Random(seed).sample(ordered, count))  # noqa: S311  (a draw that can be repeated)


def overlap_words(count: int, first: str) -> str:
    """Why the calibration images are refused: so many of them are validation images, such as the first."""
    are = "image is also a validation image" if count == 1 else "images are also validation images"
    told = f"{count:,} calibration {are}, such as {clean_line(first)}"
    return f"{told}: what is measured on them would flatter INT8."


def set_digest(digests: Sequence[str]) -> str:
    """The hash of a set of images, from the hash of each; their order does not matter."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def calibration_words(count: int, source: str, sha256: str, method: str) -> str:
    """One sentence about the set, with what would be better."""
    few = "" if count >= ADVISED_CALIBRATION_IMAGES else f"; {ADVISED_CALIBRATION_IMAGES} are advised"
    return (
        f"Calibrated by {method} on {count_of(count, 'image')} of {clean_line(source)} "
        f"(set {sha256[:_HASH_SHOWN]}), none of which is a validation image{few}."
    )


# --- a limit on the drop ----------------------------------------------------------------------------------


def halves(digests: Sequence[str]) -> tuple[list[int], list[int]]:
    """Places of the images to choose layers by, and of those to report on, by the hash of their content.

    Equal images are in the same half, so nothing is reported on what was chosen by.
    """
    places: dict[str, list[int]] = {}
    for place, digest in enumerate(digests):
        places.setdefault(digest, []).append(place)
    parted: tuple[list[int], list[int]] = ([], [])
    for number, digest in enumerate(sorted(places)):
        parted[number % 2].extend(places[digest])
    return sorted(parted[0]), sorted(parted[1])


def layers_to_keep(errors: Sequence[LayerError]) -> list[str]:
    """The order in which layers are returned to float: the most sensitive first, equal ones by name."""
    return [one.name for one in sorted(errors, key=lambda one: (-one.error, one.name))]


def fewest_layers(layers: int, limit: float, drop_with: Callable[[int], float], plain: float) -> Found:
    """The smallest number of layers in float with which the drop is within the limit.

    The number is doubled from 1 until it suffices, and then halved in between; `plain` is the drop with
    none. It takes for granted that more layers in float lose no more, which is so but for chance.
    """
    tried: dict[int, float] = {0: plain}

    def suffices(count: int) -> bool:
        if count not in tried:
            tried[count] = drop_with(count)
        return tried[count] <= limit

    low, high = 0, 1
    if suffices(0) or not layers:
        return Found(0, plain, plain <= limit, ((0, plain),))
    while not suffices(high) and high < layers:
        low, high = high, min(high * 2, layers)
    while suffices(high) and high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    best = high if tried[high] <= limit else min(tried, key=lambda count: (tried[count], count))
    return Found(best, tried[best], tried[best] <= limit, tuple(tried.items()))


def with_kept(errors: Sequence[LayerError], kept: Sequence[str]) -> tuple[LayerError, ...]:
    """The errors, the largest first, those marked that stay in float."""
    marked = [replace(one, kept_float=one.name in kept) for one in errors]
    return tuple(sorted(marked, key=lambda one: (-one.error, one.name)))


def kept_words(kept: int, layers: int, plain_ms: float | None, kept_ms: float | None) -> str:
    """`3 of 64 layers stay in float; that costs 0.40 ms (8 %)`, with the times of both."""
    told = f"{kept} of {count_of(layers, 'layer')} {'stays' if kept == 1 else 'stay'} in float"
    if not plain_ms or kept_ms is None:
        return f"{told}."
    cost = kept_ms - plain_ms
    verb = "costs" if cost >= 0 else "saves"
    return f"{told}; that {verb} {abs(cost):.2f} ms ({abs(cost) / plain_ms * 100:.0f} %)."


def limit_words(drop: float, limit: float, images: int) -> str:
    """Whether the limit holds on images that no layer was chosen by."""
    lost = f"{drop * 100:.2f} pt are lost" if drop > 0 else "nothing is lost"
    met = "the limit is kept" if drop <= limit else "the limit is not kept"
    return f"On {count_of(images, 'image')} that no layer was chosen by {lost}: {met} ({limit * 100:g} pt)."


# --- values -----------------------------------------------------------------------------------------------


def _checked(name: str, value: object) -> object:
    setting = SETTINGS.get(name)
    if setting is None:
        near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.5)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(sorted(SETTINGS))}"
        raise UsageError(f"Quantizing has no setting “{shorten(clean_line(name), 60)}”.", hint)
    try:
        return setting.read(value)
    except (ValueError, TypeError, OverflowError) as error:
        told = shorten(clean_line(str(value)), 80)
        raise UsageError(f"“{name}” must be {setting.wanted}, not “{told}”.") from error


def _drop(value: object) -> float:
    """A number is a share of 1, text is in points; text without them could mean either, and is refused."""
    points = _POINTS.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if isinstance(value, str) and points is None:
        raise ValueError
    number = float(points[1]) / 100 if points else read_number(value)
    if not 0 <= number <= _LARGEST_SHARE:
        raise ValueError
    return number


def _method(value: object) -> str:
    word = str(value).strip().lower()
    if word not in METHODS:
        raise ValueError
    return word


def _variants(value: object) -> list[str]:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        raise ValueError
    named = {variant_of(one) for one in listed if one.strip()}
    return [variant.name for variant in chosen_variants(one.name for one in named) if variant in named]


def _device(value: object) -> str:
    word = str(value).strip()
    if not re.fullmatch(r"auto|cpu|\d|GPU-[\w-]+", word):
        raise ValueError
    return word


_KNOWN = train_settings.SETTINGS
_DROP = Setting(_drop, "points, such as 1pt or 0.5pt")
SETTINGS: Mapping[str, Setting] = {
    **{
        name: _KNOWN[name]
        for name in ("model", "imgsz", "seed", "download", "weights_sha256", "weights_file")
    },
    **measured_data.SETTINGS,
    "calibration": Setting(_KNOWN["data"].read, "a folder of images, a data yaml or a COCO json"),
    "calibration_images": whole_number(1, 100_000),
    "method": Setting(_method, f"one of {', '.join(METHODS)}"),
    "max_drop": _DROP,
    "variants": Setting(_variants, "names of variants, such as onnxruntime-int8,openvino-int8"),
    "samples": whole_number(1, 1_000_000),
    "rounds": whole_number(1, 1000),
    "warm_up": whole_number(0, 10_000),
    "images": whole_number(1, 1_000_000),
    "minimum_points": bounded_number(0, 50),
    "minimum_latency": bounded_number(0, 100),
    "threads": whole_number(1, 1024),
    "device": Setting(_device, "auto, cpu, or the number of a GPU"),
    "price_per_hour": bounded_number(0, 1_000_000),
    "goal_speed_up": bounded_number(0.1, 1000),
    "goal_drop": _DROP,
}  # fmt: skip

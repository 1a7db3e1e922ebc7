"""A limit on the drop of mAP, met by leaving the most sensitive layers in float.

Which layers stay is chosen by measuring, and what was chosen by must not be reported on: the luck of the best
of many tries would be in the figure. So the validation images are parted in two by the hash of their content:
one half to choose by, the other for every figure of every variant of the run. Labelled training images would
leave all validation images for the figures, but the model knows them by heart: it loses less on them than on
new ones, and too few layers would be kept. The price is a wider interval, which the run shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.detection_accuracy import average_precision, mean_precision
from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.quantization import FEWEST_TO_CHOOSE_BY, Found, fewest_layers, halves
from r2p_tui.errors import UsageError


class Halves(NamedTuple):
    """Places of the images to choose layers by, and of those to report on."""

    choosing: NDArray[np.int64]
    reporting: NDArray[np.int64]


def halves_of(images: Sequence[str]) -> Halves:
    """Of images named by their hash; raises UsageError where they are too few to be parted."""
    choosing, reporting = halves([name.partition("#")[0] for name in images])
    check_enough(2 * min(len(choosing), len(reporting)))
    return Halves(np.array(choosing, np.int64), np.array(reporting, np.int64))


def check_enough(images: int) -> None:
    """Raise UsageError where so many validation images cannot be parted."""
    if images < 2 * FEWEST_TO_CHOOSE_BY:
        raise UsageError(
            f"{images} validation images cannot be parted to choose layers by and to report on; "
            f"a limit on the drop needs {2 * FEWEST_TO_CHOOSE_BY}.",
            "Take more validation images, or leave out max_drop.",
        )


def map_of(detections: Detections) -> float:
    """mAP50-95 as a share of 1, without an interval."""
    return float(mean_precision(average_precision(detections))[0])


def drop(before: Detections, after: Detections, places: NDArray[np.int64]) -> float:
    """How much mAP50-95 is lost on the images at these places, as a share of 1; below 0 where it rose."""
    return map_of(before.restricted(places)) - map_of(after.restricted(places))


def meet_limit(
    order: Sequence[str], limit: float, plain: float, drop_with: Callable[[Sequence[str]], float]
) -> tuple[list[str], Found]:
    """The layers that stay in float, from the most sensitive on, and what was found on the way."""
    found = fewest_layers(len(order), limit, lambda count: drop_with(order[:count]), plain)
    return list(order[: found.layers]), found

"""Own ablations: one training repeated with one thing removed at a time; what can go, and the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from r2p_tui.domain import train_settings
from r2p_tui.domain.own_ablation_parts import Removal, read_setting, removals, shown
from r2p_tui.domain.train_settings import DEFAULT_EPOCHS
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line

METRICS: Mapping[str, str] = {
    "map50_95": "mAP50-95",
    "map50": "mAP50",
    "precision": "precision",
    "recall": "recall",
}
DEFAULT_SEEDS = 3
FEWEST_SEEDS = 2
MOST_TRAININGS = 1_000
DEFAULT_MINIMUM = 1.0
_MOST_SEEDS = 50
_HIGHEST_SEED = 2**31 - 1
_OF_STUDY = ("train", "off", "seeds", "epochs", "metric", "minimum", "run", "resume_from")
_POINTS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:pts?|points?)?")


class Training(NamedTuple):
    """One training of a study, counted from 1; without a removal it is the full one."""

    number: int
    seed: int
    removal: Removal | None

    @property
    def key(self) -> str:
        """`full` or `without_mosaic`."""
        return self.removal.key if self.removal else "full"

    @property
    def told(self) -> str:
        """`without mosaic, seed 1`, for people."""
        return f"{self.removal.told if self.removal else 'full'}, seed {self.seed}"


def check_settings(ablate: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a study with every value in its own type and its seeds listed.

    `train` are those of the training that is repeated, `off` what is removed, `seeds` a number of seeds or
    the seeds, `minimum` the smallest difference that matters, in points. Raises UsageError.
    """
    if unknown := sorted(set(map(str, ablate)) - set(_OF_STUDY)):
        near = get_close_matches(unknown[0], _OF_STUDY, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(_OF_STUDY)}"
        raise UsageError(f"An ablation has no setting “{shown(unknown[0])}”.", hint)
    train = _repeated(ablate.get("train"))
    told = ablate.get("epochs")
    epochs = read_setting("epochs", train.get("epochs", DEFAULT_EPOCHS) if told is None else told)
    off = _names(ablate.get("off"))
    chosen = removals(train, off, epochs)
    seeds = _seeds(ablate.get("seeds"), int(train.get("seed", 0)))
    if len(seeds) * (len(chosen) + 1) > MOST_TRAININGS:
        raise UsageError(
            f"That would be {len(seeds) * (len(chosen) + 1):,} trainings, more than {MOST_TRAININGS:,}.",
            "Remove less, or take fewer seeds.",
        )
    checked: dict[str, Any] = {
        "train": train,
        "off": [one.name for one in chosen],
        "seeds": list(seeds),
        "epochs": epochs,
        "metric": _metric(ablate.get("metric")),
        "minimum": points_of(ablate.get("minimum")),
    }
    return checked | {
        name: ablate[name] for name in ("run", "resume_from") if ablate.get(name) not in (None, "")
    }


def plan(checked: Mapping[str, Any]) -> tuple[Training, ...]:
    """The trainings of checked settings in their order: all of one seed before the next.

    So a study that is stopped leaves matched pairs. Raises UsageError.
    """
    chosen = removals(checked["train"], checked["off"], checked["epochs"])
    pairs = [(seed, removal) for seed in checked["seeds"] for removal in (None, *chosen)]
    return tuple(Training(number, seed, removal) for number, (seed, removal) in enumerate(pairs, 1))


def settings_of(training: Training, checked: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of training with the budget of the study, its seed, and without what is removed."""
    changed = training.removal.settings if training.removal else {}
    whole = {**checked["train"], "epochs": checked["epochs"], "seed": training.seed, **changed}
    return {name: value for name, value in whole.items() if value is not None}


def points_of(value: object) -> float:
    """`1pt`, `0.5 points` or a number, as points (hundredths of the metric); raises UsageError."""
    found = _POINTS.fullmatch(str(DEFAULT_MINIMUM if value is None else value).strip().lower())
    points = float(found[1]) if found else 0.0
    if not 0 < points <= 100:
        raise UsageError(
            f"“{shown(value)}” is no difference in points.", "Write 1pt for a hundredth of the metric."
        )
    return points


# --- values -----------------------------------------------------------------------------------------------


def _repeated(train: object) -> dict[str, Any]:
    """The training from its start: what it was resumed from is not repeated."""
    if not isinstance(train, Mapping) or not train:
        raise UsageError("An ablation needs the training that it repeats.", "For example: r2p ablate 12")
    checked = train_settings.check_settings(train)
    return {name: value for name, value in checked.items() if name != "resume_from"}


def _names(value: object) -> list[str]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        names = []
    cleaned = [clean_line(name) for name in names if name.strip()]
    if not cleaned:
        raise UsageError("Say what to remove.", "For example: --off mosaic --off hsv_h")
    return cleaned


def _seeds(value: object, first: int) -> tuple[int, ...]:
    """So many seeds from the seed of the training on, or the seeds that are listed."""
    listed = list(_listed(DEFAULT_SEEDS if value is None else value, first))
    if len(set(listed)) < len(listed):
        raise UsageError("A seed is named twice, and would only train the same again.")
    if len(listed) < FEWEST_SEEDS:
        raise UsageError("One seed cannot tell a difference from chance.", "Take at least two: --seeds 2")
    if len(listed) > _MOST_SEEDS:
        raise UsageError(f"An ablation takes at most {_MOST_SEEDS} seeds.", "Take fewer: --seeds 5")
    return tuple(listed)


def _listed(value: object, first: int) -> Iterator[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words:
        raise _no_seeds(value)
    numbers = [str(word).strip() for word in words]
    if any(not number.isdecimal() or len(number) > 10 or int(number) > _HIGHEST_SEED for number in numbers):
        raise _no_seeds(value)
    if len(numbers) == 1 and isinstance(value, str) and "," not in value:
        count = min(int(numbers[0]), _MOST_SEEDS + 1)
        start = min(first, _HIGHEST_SEED - count)
        yield from range(start, start + count)
    else:
        yield from map(int, numbers)


def _no_seeds(value: object) -> UsageError:
    return UsageError(
        f"“{shown(value)}” is neither a number of seeds nor a list of them.", "Write 3, or 0,1,2."
    )


def _metric(value: object) -> str:
    name = str(value or "map50_95").strip().lower().replace("-", "_")
    if name not in METRICS:
        near = get_close_matches(name, METRICS, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(METRICS)}"
        raise UsageError(f"An ablation cannot be judged by “{shown(value)}”.", hint)
    return name

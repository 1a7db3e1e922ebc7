"""Engines timed in turn, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.engine import Images
from r2p_tui.runs.engines.errors import EngineError

Times = NDArray[np.float64]


class RoundsError(EngineError):
    """What one of the hosts answered; `name` says which."""

    def __init__(self, name: str, error: EngineError) -> None:
        super().__init__(error.message, error.hint)
        self.name = name


def interleave(
    hosts: Mapping[str, EngineHost],
    images: Images,
    *,
    samples: int,
    rounds: int,
    warm_up: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, tuple[Times, tuple[Times, ...]]]:
    """All milliseconds of each host in the order of time, and the same by rounds.

    Each round takes a block from every host, in an order shuffled anew; `samples` are spread over the rounds
    as evenly as whole numbers allow. `warm_up` calls go before each block, as caches hold the last model.
    `progress` gets the blocks that are done and those there are. Raises RoundsError.
    """
    sizes = block_sizes(samples, rounds)
    taken: dict[str, list[Times]] = {name: [] for name in hosts}
    done = 0
    for order, size in zip(orders(tuple(hosts), len(sizes), seed), sizes, strict=True):
        for name in order:
            try:
                taken[name].append(hosts[name].single_stream(images, size, warm_up))
            except EngineError as error:
                raise RoundsError(name, error) from error
            done += 1
            if progress is not None:
                progress(done, len(sizes) * len(hosts))
    return {name: (np.concatenate(blocks), tuple(blocks)) for name, blocks in taken.items()}


def block_sizes(samples: int, rounds: int) -> list[int]:
    """How many samples each round takes; never more rounds than samples, and at least one sample."""
    samples = max(samples, 1)
    rounds = max(1, min(rounds, samples))
    whole, over = divmod(samples, rounds)
    return [whole + (number < over) for number in range(rounds)]


def orders(names: Sequence[str], rounds: int, seed: int) -> list[list[str]]:
    """The order of each round, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (an order, no secret)
    return [chance.sample(list(names), len(names)) for _ in range(rounds)]

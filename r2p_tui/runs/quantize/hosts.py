"""The engines of a run's variants: started, asked what they find, and timed in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.variants import Variant
from r2p_tui.errors import R2PError
from r2p_tui.runs.data.training_set import Sample
from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.detection import Head, evaluate
from r2p_tui.runs.engines.engine import Images
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.rounds import RoundsError, interleave
from r2p_tui.runs.engines.spec import EngineSpec, Loaded

# A variant so slow that its samples would take longer is timed with fewer of them.
LONGEST_SECONDS = 180.0
FEWEST_SAMPLES = 20
# So many times slower than the quickest, a variant would take the run's whole time for nothing.
TOO_SLOW, TOO_SLOW_MS = 20.0, 500.0
_PROBES = 3
Times = NDArray[np.float64]


@dataclass(frozen=True)
class Bench:
    """What is the same for all variants: where they run, and on which images."""

    work: Path
    size: tuple[int, int]
    threads: int
    device: str
    head: Head
    names: tuple[str, ...]
    single_class: bool
    note: Callable[[str], None]

    def host(self, variant: Variant, file: Path, name: str) -> EngineHost:
        """An engine for a file, not started yet."""
        spec = EngineSpec(
            engine=variant.engine,
            precision=variant.precision,
            making=variant.making if variant.engine == "torch" else "",
            file=str(file),
            image_size=self.size,
            threads=self.threads,
            device=self.device,
        )
        return EngineHost(spec, self.work / name)

    def detections(
        self,
        host: EngineHost,
        samples: Sequence[Sample],
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Detections, Times, Times]:
        """What a started engine finds, and the times before and after it; raises R2PError."""
        return evaluate(
            host, samples, self.names, self.size, self.head, progress=progress, note=self.note,
            single_class=self.single_class,
        )  # fmt: skip


class TooSlowError(R2PError):
    """A variant that nobody would take; its accuracy is not worth the time that finding it out takes."""


def check_pace(host: EngineHost, images: Images, quickest: float | None) -> float:
    """The median of a few calls in ms; raises TooSlowError where it is far above the quickest so far."""
    took = float(np.median(host.single_stream(images, _PROBES, 1)))
    if quickest is not None and took > max(TOO_SLOW * quickest, TOO_SLOW_MS):
        raise TooSlowError(
            f"It takes {took:,.0f} ms an image, {took / quickest:,.0f} times as long as the quickest so far, "
            "so no more was measured."
        )
    return took


class Timed(NamedTuple):
    """Milliseconds of single calls, and the round of each; `loaded` is the most memory seen meanwhile."""

    times: Times
    rounds: NDArray[np.int32]
    loaded: int


@dataclass
class Timing:
    """Times of all hosts that lasted, and why the others did not; `slow` had fewer samples, with reasons."""

    timed: dict[str, Timed] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    slow: dict[str, str] = field(default_factory=dict)


def time_all(
    hosts: Mapping[str, EngineHost],
    images: Images,
    *,
    samples: int,
    rounds: int,
    warm_up: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Timing:
    """Time all hosts in turn; one that ends is left out, and the others are timed again from the start.

    Those that would take longer than LONGEST_SECONDS are timed after the others, with as many samples as
    fit, so that they do not hold up the rest.
    """
    made = Timing()
    medians = _probed(hosts, images, made)
    fitting = {name: int(min(samples, LONGEST_SECONDS * 1000 / took)) for name, took in medians.items()}
    quick = [name for name in medians if fitting[name] >= samples]
    _in_turn({name: hosts[name] for name in quick}, images, made, samples, rounds, warm_up, seed, progress)
    for name in (name for name in medians if name not in quick):
        count = max(fitting[name], FEWEST_SAMPLES)
        made.slow[name] = (
            f"It takes {medians[name]:,.0f} ms an image, so it was timed alone, with {count} samples."
        )
        _in_turn({name: hosts[name]}, images, made, count, rounds, min(warm_up, 2), seed, None)
    return made


def started(host: EngineHost) -> Loaded:
    """Start a host, and end what is left of it where that fails."""
    try:
        return host.start()
    except BaseException:
        host.close()
        raise


def _probed(hosts: Mapping[str, EngineHost], images: Images, made: Timing) -> dict[str, float]:
    medians = {}
    for name, host in hosts.items():
        try:
            medians[name] = float(np.median(host.single_stream(images, _PROBES, 1)))
        except R2PError as error:
            made.failed[name] = error.message
    return medians


def _in_turn(
    hosts: dict[str, EngineHost],
    images: Images,
    made: Timing,
    samples: int,
    rounds: int,
    warm_up: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    while hosts:
        loaded = dict.fromkeys(hosts, 0)

        def look(done: int, whole: int, *, loaded: dict[str, int] = loaded) -> None:
            for name in loaded:
                loaded[name] = max(loaded[name], _memory(hosts[name]))
            if progress:
                progress(done, whole)

        try:
            found = interleave(
                hosts, images, samples=samples, rounds=rounds, warm_up=warm_up, seed=seed, progress=look
            )
        except RoundsError as error:
            made.failed[error.name] = error.message
            del hosts[error.name]
            continue
        for name, (times, blocks) in found.items():
            numbers = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
            made.timed[name] = Timed(times, numbers.astype(np.int32), loaded[name])
        return


def _memory(host: EngineHost) -> int:
    """Bytes that it holds; 0 once it has ended."""
    try:
        return host.memory()[0]
    except EngineError:
        return 0

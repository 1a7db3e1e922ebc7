"""The scenarios of a model on its engine host: one after the other, by many clients, in batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.benchmark import mean_interval
from r2p_tui.domain.latency import summarize
from r2p_tui.domain.measurements import Scenario
from r2p_tui.domain.variants import Variant
from r2p_tui.runs.benchmark.memory import MemoryFollower, look_every
from r2p_tui.runs.benchmark.model_facts import ModelFacts
from r2p_tui.runs.data.training_set import DataSet
from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.detection import Head
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.text import count_of

Images = NDArray[np.float32]
Times = NDArray[np.float64]
Rounds = NDArray[np.int32]
ROUNDS = 10
_LONGEST_SINGLE_STREAM = 300.0
_SLICES = 5
_NOISE_IMAGES = 16


@dataclass(slots=True)
class Model:
    """The model that is measured, and what it is measured with."""

    file: Path
    variant: Variant
    size: tuple[int, int]
    facts: ModelFacts
    data: DataSet | None
    settings: Mapping[str, Any]
    threads: int
    device: str
    names: tuple[str, ...] = ()
    head: Head | None = None

    def spec(self, batch: int) -> EngineSpec:
        """For the engine host."""
        return EngineSpec(
            engine=self.variant.engine,
            precision=self.variant.precision,
            making=self.variant.making,
            file=str(self.file),
            image_size=self.size,
            batch=batch,
            threads=self.threads,
            device=self.device,
        )

    @property
    def is_single_class(self) -> bool:
        """Whether it was trained to tell no classes apart."""
        return bool(self.settings.get("single_cls"))

    @property
    def batch(self) -> int:
        """Of single requests: 1, or what the file was made for."""
        return self.facts.batch or 1

    def noise(self, count: int = _NOISE_IMAGES) -> Images:
        """Neutral images: noise of all grey levels, the same for the same seed."""
        numbers = np.random.default_rng(int(self.settings.get("seed", 0)))
        return numbers.random((count, 3, *self.size), dtype=np.float32)


def single_stream(model: Model, host: EngineHost, images: Images) -> tuple[Scenario, Times, Rounds]:
    """The figures, and the milliseconds and the round of each request."""
    samples, warm_up = int(model.settings["samples"]), int(model.settings["warm_up"])
    rounds: list[NDArray[np.float64]] = []
    began = time.monotonic()
    for size in _rounds(samples):
        rounds.append(host.single_stream(images, size, warm_up if not rounds else 1))
        if time.monotonic() - began > _LONGEST_SINGLE_STREAM:
            break
    times = np.concatenate(rounds)
    numbers = np.repeat(np.arange(len(rounds), dtype=np.int32), [len(one) for one in rounds])
    notes = []
    if len(times) < samples:
        notes.append(
            f"It ended after {_LONGEST_SINGLE_STREAM:g} s with {len(times):,} of {samples:,} samples."
        )
    rates = [1e3 / float(one.mean()) * model.batch for one in rounds if one.mean() > 0]
    scenario = Scenario(
        name="single stream",
        words="One request after the other.",
        latency=summarize(times, numbers),
        throughput=1e3 / float(times.mean()) * model.batch,
        throughput_interval=mean_interval(rates),
        requests=len(times),
        seconds=float(times.sum()) / 1e3,
        batch=model.batch,
        notes=tuple(notes),
    )
    return scenario, times, numbers


def held_by(host: EngineHost, images: Images) -> int:
    """Bytes of the engine with its model, without the images that it was given to be asked about."""
    return max(host.memory()[0] - images.nbytes, 0)


def serve(
    model: Model, host: EngineHost, images: Images, seconds: float | None = None
) -> tuple[Scenario, list[int]]:
    """The server's figures, and the memory of the engine while it lasted, in bytes."""
    settings = model.settings
    rate = settings.get("rate")
    clients = None if rate is not None else int(settings["clients"])
    wanted = float(settings["seconds"]) if seconds is None else seconds
    with MemoryFollower(lambda: held_by(host, images), look_every(wanted)) as follower:
        times = host.server(
            images, clients=clients, rate=rate, seconds=wanted, seed=int(settings.get("seed", 0)), workers=1
        )
    words = (
        f"{count_of(clients, 'client')}, each asks anew when it has its answer"
        if clients is not None
        else f"{rate:g} requests a second on average, at random times (Poisson)"
    )
    held = len(times.latencies) / times.seconds if times.seconds > 0 else None
    notes = []
    if (
        rate is not None
        and held is not None
        and held * model.batch < 0.95 * rate
        and times.seconds > 1.05 * wanted
    ):
        notes.append(
            f"It holds {held:.3g} requests a second, fewer than arrive: the queue grew until the end."
        )
    scenario = Scenario(
        name="server",
        words=words,
        latency=summarize(times.latencies) if len(times.latencies) else None,
        throughput=held * model.batch if held is not None else None,
        requests=times.requests,
        errors=times.errors,
        lost=times.lost,
        seconds=times.seconds,
        clients=clients,
        batch=model.batch,
        notes=tuple(notes),
    )
    return scenario, follower.samples


def _rounds(samples: int) -> Iterator[int]:
    count = min(ROUNDS, samples)
    for number in range(count):
        yield samples // count + (number < samples % count)


def offline(model: Model, host: EngineHost, images: Images, batch: int) -> Scenario:
    """Throughput in batches of that size, for which the host was started."""
    seconds = float(model.settings["seconds"])
    parts = [host.offline(_filled(images, batch), batch, seconds / _SLICES) for _ in range(_SLICES)]
    done, took = sum(part[0] for part in parts), sum(part[1] for part in parts)
    return Scenario(
        name="offline",
        words=f"Batches of {batch}, as fast as they go.",
        throughput=done / took if took > 0 else None,
        throughput_interval=mean_interval([part[0] / part[1] for part in parts if part[1] > 0]),
        requests=done,
        seconds=took,
        batch=batch,
    )


def _filled(images: Images, batch: int) -> Images:
    """At least one whole batch."""
    return images if len(images) >= batch else np.resize(images, (batch, *images.shape[1:]))

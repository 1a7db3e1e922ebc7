"""An engine with one model, for the runs that measure it: a process of its own, started and ended here."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.measurements import LayerTime
from r2p_tui.domain.plain_values import from_plain, to_plain
from r2p_tui.runs.engines.engine import CHANNELS, Arrays, Images
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.host_environment import host_environment
from r2p_tui.runs.engines.host_memory import memory_of
from r2p_tui.runs.engines.host_process import HostProcess
from r2p_tui.runs.engines.spec import EngineSpec, Loaded
from r2p_tui.runs.engines.timing import ServerTimes

HOST = "r2p_tui.runs.engines.host"
START_SECONDS = 1800.0
CALL_SECONDS = 1800.0
DRAIN_SECONDS = 60.0
_AT_ONCE = 64


class EngineHost:
    """A context manager; nothing runs before `start`, and nothing is left after `close`.

    All methods but `memory` are for one thread at a time. Every one raises EngineError; after a crash or a
    timeout the host is gone for good. `module` is what is started, for other engines than those of r2p.
    """

    def __init__(
        self,
        spec: EngineSpec,
        work: Path,
        log: Path | None = None,
        *,
        module: str = HOST,
        start_seconds: float = START_SECONDS,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self.spec = spec
        self._work = work.absolute()
        self._log = log.absolute() if log else self._work / "host.log"
        self._module = module
        self._start_seconds = start_seconds
        self._call_seconds = call_seconds
        self._host: HostProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> Loaded:
        """Load the model, and tell what it is; the cold start lasts from here to its first answer."""
        if self._host is not None:
            raise EngineError("This engine was started before.")
        self._work.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        environment = host_environment(os.environ, self.spec, self._work)
        self._host = HostProcess(self._module, self._work, self._log, environment)
        try:
            order = {"do": "load", "spec": to_plain(self.spec), "work": str(self._work)}
            told = self._host.ask(order, self._start_seconds)
            told |= {"cold_start_ms": (time.perf_counter() - began) * 1000, "memory_idle": self.memory()[0]}
            loaded = from_plain(Loaded, told)
            settled = from_plain(Loaded, told | self._host.ask({"do": "settle"}, self._start_seconds))
        except BaseException:
            self.close()
            raise
        return replace(loaded, proof=settled.proof, notes=settled.notes)

    def infer(self, images: Images) -> Arrays:
        """What the model gives for float32 (n, 3, height, width): float32 arrays with n rows each."""
        self._check(images)
        step = max(_AT_ONCE // self.spec.batch, 1) * self.spec.batch
        parts = [self._ask({"do": "infer"}, images[at : at + step])[1] for at in range(0, len(images), step)]
        return [np.concatenate(each) for each in zip(*parts, strict=True)]

    def single_stream(self, images: Images, count: int, warm_up: int = 0) -> NDArray[np.float64]:
        """Milliseconds of each of `count` calls (one batch each), after `warm_up` that do not count."""
        order = {"do": "single stream", "count": count, "warm_up": warm_up}
        return self._ask(order, images)[1][0].astype(np.float64)

    def offline(self, images: Images, batch: int, seconds: float) -> tuple[int, float]:
        """Images that were done in batches, one after the other, and the seconds that it really took."""
        if batch != self.spec.batch:
            raise EngineError(
                f"This model was loaded for batches of {self.spec.batch}, not of {batch}.",
                "Start an engine with that batch size.",
            )
        told, _ = self._ask({"do": "offline", "seconds": seconds}, images, seconds)
        return int(told["images"]), float(told["seconds"])

    def server(
        self,
        images: Images,
        *,
        clients: int | None,
        rate: float | None,
        seconds: float,
        seed: int,
        workers: int,
    ) -> ServerTimes:
        """Requests for `seconds`: by `clients` that wait for their answers, or as Poisson arrivals at `rate`.

        One of the two is given. Each request is one batch; `workers` of them are answered at once.
        """
        asked = [value for value in (clients, rate) if value is not None]
        if len(asked) != 1 or asked[0] <= 0 or workers < 1:
            raise EngineError("A service is asked by clients, or at a rate, above 0, by one of the two.")
        order: dict[str, Any] = {"seconds": seconds, "workers": workers}
        if clients is not None:
            order |= {"do": "closed loop", "clients": clients}
        else:
            drain = max(DRAIN_SECONDS, 2 * seconds)
            order |= {"do": "open loop", "rate": rate, "seed": seed, "drain_seconds": drain}
        told, arrays = self._ask(order, images, seconds)
        counts = (int(told["requests"]), int(told["errors"]), int(told["lost"]))
        return ServerTimes(arrays[0].astype(np.float64), *counts, float(told["seconds"]))

    def profile(self, images: Images, count: int) -> tuple[LayerTime, ...]:
        """Where the time of a call goes, longest first; it loads the model anew, so ask for memory before."""
        told, _ = self._ask({"do": "profile", "count": count}, images)
        return from_plain(tuple[LayerTime, ...], told["layers"])

    def memory(self) -> tuple[int, int]:
        """Bytes that the host holds now, and the most that it ever held; any thread may ask, at any time."""
        return memory_of(self._running().pid)

    def close(self) -> None:
        if self._host is not None:
            self._host.close()

    def _running(self) -> HostProcess:
        if self._host is None or not self._host.is_open:
            raise EngineError("The engine is not running.")
        return self._host

    def _ask(
        self, order: Mapping[str, Any], images: Images, seconds: float = 0.0
    ) -> tuple[dict[str, Any], Arrays]:
        """The answer to an order that takes images, and the arrays that came with it."""
        self._check(images)
        host = self._running()
        given, answer = self._work / f"images-{host.pid}.npy", self._work / f"answer-{host.pid}.npz"
        try:
            np.save(given, images, allow_pickle=False)
            files = {"images": str(given), "answer": str(answer)}
            told = host.ask({**order, **files}, self._call_seconds + 4 * seconds)
            return told, _arrays(answer)
        except OSError as error:
            raise EngineError(f"The engine's images cannot be handed over: {error.strerror}.") from error
        finally:
            for file in (given, answer):
                with suppress(OSError):
                    file.unlink(missing_ok=True)

    def _check(self, images: Images) -> None:
        wanted = (CHANNELS, *self.spec.image_size)
        if images.dtype != np.float32 or images.ndim != 4 or images.shape[1:] != wanted or not len(images):
            shape = " x ".join(map(str, images.shape))
            raise EngineError(
                f"The engine takes float32 images of n x {' x '.join(map(str, wanted))}, "
                f"and was given {images.dtype} of {shape or 'no size'}."
            )


def _arrays(file: Path) -> Arrays:
    if not file.exists():
        return []
    with np.load(file, allow_pickle=False) as found:
        return [found[f"arr_{number}"] for number in range(len(found.files))]


__all__ = ["EngineError", "EngineHost", "EngineSpec", "Loaded", "ServerTimes"]

"""`python -m r2p_tui.runs.engines.host READ WRITE`: one engine with one model, in a process of its own.

The numbers are the file descriptors of its two pipes. It leads a process group, and ends with all of it as
soon as its parent is gone or closes the pipes, also in the middle of a call.
"""

from __future__ import annotations

import gc
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from r2p_tui.domain.plain_values import from_plain, to_plain
from r2p_tui.runs.engines import timing
from r2p_tui.runs.engines.engine import (
    ENGINES,
    Engine,
    Images,
    Runner,
    dummy,
    engine_class,
    wanted_shape,
)
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.host_errors import as_engine_error
from r2p_tui.runs.engines.host_parent import listen
from r2p_tui.runs.engines.layer_times import longest
from r2p_tui.runs.engines.spec import EngineSpec
from r2p_tui.runs.engines.wire import Line
from r2p_tui.runs.rundir import RunDir
from r2p_tui.runs.silence import silence

Command = Mapping[str, Any]
Answer = dict[str, Any]


class Host:
    """Carries commands out; each gives a mapping for the answer, arrays go to files."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        self._engine: Engine | None = None
        self._spec: EngineSpec | None = None

    def carry_out(self, command: Command) -> Answer:
        """Raises what the engine raises."""
        does: dict[str, Callable[[Command], Answer]] = {
            "load": self._load,
            "settle": self._settle,
            "infer": self._infer,
            "single stream": self._single_stream,
            "offline": self._offline,
            "open loop": self._open_loop,
            "closed loop": self._closed_loop,
            "profile": self._profile,
        }
        return does[command["do"]](command)

    def _load(self, command: Command) -> Answer:
        """Up to the first answer, with which a cold start ends."""
        spec = from_plain(EngineSpec, command["spec"])
        began = time.perf_counter()
        engine = engine_class(spec.engine, self._table)(spec, Path(command["work"]))
        load_ms = (time.perf_counter() - began) * 1000
        first = engine.run(dummy(spec))
        self._engine, self._spec = engine, spec
        gc.collect()
        return {
            "load_ms": load_ms,
            "inputs": {engine.input_name: wanted_shape(spec)},
            "outputs": {name: one.shape for name, one in zip(engine.output_names, first, strict=False)},
            "device": engine.device,
            "version": engine.version,
        }

    def _settle(self, _: Command) -> Answer:
        engine, _spec = self._ready()
        engine.settle()
        proof = engine.proof()
        gc.collect()
        return {"proof": to_plain(proof), "notes": list(engine.notes)}

    def _infer(self, command: Command) -> Answer:
        engine, spec = self._ready()
        images = _array(command)
        found = [engine.run(batch) for batch in batches_of(images, spec.batch)]
        outputs = [np.concatenate(parts)[: len(images)] for parts in zip(*found, strict=True)]
        np.savez(command["answer"], *outputs)
        return {"outputs": len(outputs)}

    def _single_stream(self, command: Command) -> Answer:
        engine, spec = self._ready()
        batches = batches_of(_array(command), spec.batch)
        took = timing.single_stream(
            engine.run, self._synchronize(), batches, command["count"], command["warm_up"]
        )
        np.savez(command["answer"], took)
        return {}

    def _offline(self, command: Command) -> Answer:
        engine, spec = self._ready()
        batches = batches_of(_array(command), spec.batch)
        images, seconds = timing.offline(engine.run, self._synchronize(), batches, command["seconds"])
        return {"images": images, "seconds": seconds}

    def _open_loop(self, command: Command) -> Answer:
        _, spec = self._ready()
        arrivals = timing.poisson_arrivals(command["rate"], command["seconds"], command["seed"])
        batches = batches_of(_array(command), spec.batch)
        times = timing.open_loop(
            self._runners(command, batches[0]), batches, arrivals, command["drain_seconds"]
        )
        return _told(times, command)

    def _closed_loop(self, command: Command) -> Answer:
        _, spec = self._ready()
        batches = batches_of(_array(command), spec.batch)
        runners = self._runners(command, batches[0])
        return _told(timing.closed_loop(runners, batches, command["clients"], command["seconds"]), command)

    def _profile(self, command: Command) -> Answer:
        engine, spec = self._ready()
        nodes = engine.profile(batches_of(_array(command), spec.batch), command["count"])
        return {"layers": to_plain(longest(nodes))}

    def _ready(self) -> tuple[Engine, EngineSpec]:
        if self._engine is None or self._spec is None:
            raise EngineError("No model was loaded.")
        return self._engine, self._spec

    def _synchronize(self) -> Callable[[], None] | None:
        """On a CPU there is nothing to wait for, and not even a call is made."""
        engine, spec = self._ready()
        return None if spec.device == "cpu" else engine.synchronize

    def _runners(self, command: Command, batch: Images) -> list[Runner]:
        """Each has answered once before the clock starts."""
        engine, _ = self._ready()
        runners = [engine.runner() for _ in range(command["workers"])]
        for run in runners:
            run(batch)
        return runners


def batches_of(images: Images, size: int) -> list[Images]:
    """Whole batches, each laid out by itself; the last is filled up with its last image."""
    parts = [images[start : start + size] for start in range(0, len(images), size)]
    if missing := size - len(parts[-1]):
        parts[-1] = np.concatenate([parts[-1], np.repeat(parts[-1][-1:], missing, axis=0)])
    return [np.ascontiguousarray(part) for part in parts]


def _array(command: Command) -> Images:
    loaded: Images = np.load(command["images"], allow_pickle=False)
    return loaded


def _told(times: timing.ServerTimes, command: Command) -> Answer:
    np.savez(command["answer"], times.latencies)
    return {
        "requests": times.requests,
        "errors": times.errors,
        "lost": times.lost,
        "seconds": times.seconds,
    }


def main(argv: Sequence[str], table: Mapping[str, str] = ENGINES) -> int:
    """Answer commands until the parent closes the pipes."""
    parent, reading, writing = os.getppid(), int(argv[0]), int(argv[1])
    for descriptor in (reading, writing):
        os.set_inheritable(descriptor, False)
    line = Line(reading, writing)
    commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(line, commands.put, parent), daemon=True).start()
    host = Host(table)
    while True:
        command = commands.get()
        if command["do"] == "load":
            silence(RunDir(Path(command["work"])))
        line.send(_answered(host, command))


def _answered(host: Host, command: Command) -> Answer:
    try:
        return {"ok": True, **host.carry_out(command)}
    except Exception as error:
        traceback.print_exception(error)
        sys.stderr.flush()
        found = as_engine_error(error)
        return {"ok": False, "message": found.message, "hint": found.hint}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

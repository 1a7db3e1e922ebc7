"""An engine of plain numpy for tests: `making` says what it does wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from r2p_tui.domain.measurements import IntegerProof
from r2p_tui.runs.engines.engine import Arrays, Images, NodeTime, Runner
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.spec import EngineSpec

BUSY_SECONDS = 0.02


class FakeEngine:
    input_name = "images"
    output_names = ("means", "corner")
    device = "paper"

    def __init__(self, spec: EngineSpec, work: Path) -> None:
        self._spec = spec
        self._calls = 0
        self.version = os.environ["OMP_NUM_THREADS"]
        self.notes = ["It is not real."]
        self._misbehave(spec.making, work)

    def run(self, images: Images) -> Arrays:
        self._calls += 1
        assert images.shape == (self._spec.batch, 3, *self._spec.image_size)
        if self._spec.making == "slow":
            time.sleep(BUSY_SECONDS)
        if self._spec.making == "third fails" and self._calls > 3 and self._calls % 3 == 0:
            raise EngineError("Every third fails.")
        if self._calls > 1:
            self._later(self._spec.making)
        return [images.mean(axis=(2, 3)), images[:, 0, :1, :1].copy()]

    def runner(self) -> Runner:
        return self.run

    def settle(self) -> None:
        self.notes.append("It has settled.")

    def synchronize(self) -> None: ...

    def profile(self, batches: Sequence[Images], count: int) -> list[NodeTime]:
        return [("mean", 3.0), ("\x1b[31mcorner", 1.0), ("nothing", 0.0)]

    def proof(self) -> IntegerProof | None:
        return IntegerProof(qdq_pairs=2, integer_layers=1, layers=2, sentence="One of two.")

    def _misbehave(self, making: str, work: Path) -> None:
        if making == "prints":
            sys.stdout.write('{"ok": false, "message": "spoofed"}\n')
            sys.stdout.flush()
            os.write(1, b'{"ok": false, "message": "spoofed"}\n')
        elif making == "refuses":
            raise EngineError("It does not want to.", "Ask nicely.")
        elif making == "raises":
            raise RuntimeError("first line\nsecond line")
        elif making == "exits":
            os.write(2, b"the last word\n")
            os._exit(7)
        elif making == "hangs":
            time.sleep(600)
        elif making == "child":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            (work / "child.pid").write_text(str(child.pid))
        elif making == "network":
            socket.create_connection(("192.0.2.1", 80), timeout=1)

    def _later(self, making: str) -> None:
        if making == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif making == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        elif making == "memory":
            np.zeros(1 << 62, dtype=np.uint8)

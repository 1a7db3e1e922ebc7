"""`python -m r2p_tui.runs.cluster.job`: carries out a training on a cluster and reports it in its own output.

It runs in the folder that was sent, which holds `spec.json`. What the worker writes into its run folder is
printed, each line of it behind a mark; the worker's own output passes through line by line.
"""

from __future__ import annotations

import codecs
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from r2p_tui.runs.cluster.logs import PREFIX
from r2p_tui.runs.rundir import LineReader, RunDir, read_json, write_json

_LOOK_EVERY_SECONDS = 0.5
_CHUNK = 65_536
_LONGEST_LINE = 65_536


class _Relay:
    """One writer for everything, so that no line is torn by another."""

    def __init__(self, run: RunDir) -> None:
        self._run = run
        self._files = {"metrics": LineReader(run.metrics), "event": LineReader(run.events)}
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def output(self, data: bytes, *, last: bool = False) -> None:
        """Whole lines of the worker; of a line that was drawn several times, the last state."""
        *lines, self._rest = (self._rest + self._decoder.decode(data, last)).split("\n")
        if self._rest and (last or len(self._rest) > _LONGEST_LINE):
            lines, self._rest = [*lines, self._rest], ""
        for line in lines:
            _print(line.rstrip("\r").rpartition("\r")[2])

    def news(self) -> None:
        for name, reader in self._files.items():
            for value in reader.read_new():
                self.tell(name, value)

    def tell(self, name: str, value: Any) -> None:
        _print(PREFIX + json.dumps({name: value}, ensure_ascii=False, separators=(",", ":")))


def main() -> int:
    """The worker's exit status; 128 and the signal's number where a signal ended it."""
    here = Path.cwd()
    told = read_json(here / "spec.json")
    if told is None:
        _print("There is no spec.json in the folder of the job.")
        return 2
    run = RunDir(Path(tempfile.mkdtemp(prefix="r2p-run-")))
    write_json(run.spec, {**told, "folder": str(here)})
    relay = _Relay(run)
    relay.tell("event", {"event": "note", "time": time.time(), "sentence": _where(run)})
    status = _carry_out(run, here, relay)
    relay.news()
    if (outcome := read_json(run.outcome)) is not None:
        relay.tell("outcome", outcome)
    return status if status >= 0 else 128 - status


def _carry_out(run: RunDir, here: Path, relay: _Relay) -> int:
    path = os.pathsep.join(entry for entry in (str(here), os.environ.get("PYTHONPATH", "")) if entry)
    worker = subprocess.Popen(
        [sys.executable, "-m", "r2p_tui.runs.worker", str(run.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
    )
    signal.signal(signal.SIGTERM, lambda *_: worker.terminate())
    pipe = worker.stdout.fileno() if worker.stdout else -1
    while (data := _read(pipe)) or (data is None and worker.poll() is None):
        relay.output(data or b"")
        relay.news()
    relay.output(b"", last=True)
    return worker.wait()


def _read(pipe: int) -> bytes | None:
    """Empty at the end, None for silence: what the worker leaves behind may keep the pipe open."""
    if not select.select([pipe], [], [], _LOOK_EVERY_SECONDS)[0]:
        return None
    return os.read(pipe, _CHUNK)


def _where(run: RunDir) -> str:
    node = os.uname().nodename
    return f"Weights and checkpoints stay on the cluster, in {run.path} on {node}."


def _print(line: str) -> None:
    data = (line + "\n").encode("utf-8", "replace")
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    sys.exit(main())

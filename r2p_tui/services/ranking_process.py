"""The owner's end of the ranking's process: start it, talk to it, and be sure that it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock, Timer
from typing import Any, Literal

from r2p_tui.domain.triage import Terms
from r2p_tui.text import clean_line, shorten

PATIENCE_SECONDS = 180.0


class RankingStoppedError(Exception):
    """The process is gone; `reason` is a clause without a full stop."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """Scores that changed since they were last told; `ranks` is False where there is nothing to go by."""

    scores: dict[int, tuple[float, Terms]]
    ranks: bool
    mode: Literal["keywords", "decisions"]
    trained_on: int
    share: float


class RankingProcess:
    """One running process; it ends with `close`, with its owner, or when an answer takes minutes."""

    def __init__(self) -> None:
        """Start it without waiting; raises RankingStoppedError when the system refuses."""
        self._talking = Lock()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "r2p_tui.services.ranking_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise RankingStoppedError(f"its process could not be started ({error})") from error

    @property
    def pid(self) -> int:
        return self._process.pid

    def begin(self, keywords: Sequence[str]) -> None:
        """Forget all papers and rank by these keywords; raises RankingStoppedError."""
        with self._talking:
            self._send({"begin": keywords})

    def give(self, papers: Iterable[Sequence[Any]]) -> None:
        """Hand over papers; raises RankingStoppedError."""
        with self._talking:
            self._send({"add": list(papers)})

    def ask(self, waiting: Sequence[int], judged: Sequence[Sequence[Any]]) -> Answer:
        """Rank the waiting papers and wait for it; raises RankingStoppedError."""
        with self._talking:
            timer = Timer(PATIENCE_SECONDS, self._process.kill)
            timer.daemon = True
            timer.start()
            try:
                self._send({"rank": waiting, "judged": judged})
                return self._receive()
            finally:
                timer.cancel()

    def close(self) -> None:
        """Kill it, which is safe because it keeps nothing, and leave no trace of it."""
        self._process.kill()
        with self._talking:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    _close_quietly(pipe)
            self._process.wait()

    def _send(self, request: dict[str, Any]) -> None:
        pipe = self._process.stdin
        try:
            assert pipe is not None  # noqa: S101  (it was asked for)
            pipe.write(json.dumps(request, separators=(",", ":")).encode() + b"\n")
            pipe.flush()
        except (OSError, ValueError) as error:
            raise self._gone() from error

    def _receive(self) -> Answer:
        pipe = self._process.stdout
        try:
            assert pipe is not None  # noqa: S101  (it was asked for)
            line = pipe.readline()
            found = json.loads(line) if line else {}
        except (OSError, ValueError) as error:
            raise self._gone() from error
        if "scores" not in found:
            raise self._gone(found.get("error", ""))
        scores = {row[0]: (row[1], _terms(row[2])) for row in found["scores"]}
        return Answer(scores, found["ranks"], found["mode"], found["trained_on"], found["share"])

    def _gone(self, error: str = "") -> RankingStoppedError:
        if error:
            return RankingStoppedError(f"it failed ({shorten(clean_line(error), 120)})")
        return RankingStoppedError("its process ended unexpectedly")


def _terms(pairs: Iterable[tuple[str, float]]) -> Terms:
    return tuple((term, weight) for term, weight in pairs)


def _environment() -> dict[str, str]:
    """Ours, with the same module path, and one thread for arithmetic: the other cores are the user's."""
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": paths}


def _close_quietly(pipe: Any) -> None:
    """Closing flushes, and nobody may be there to take it."""
    try:
        pipe.close()
    except OSError:
        pipe.close()

"""How a run ended, in the words of `exit.json`."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from r2p_tui.domain.runs import RunState
from r2p_tui.text import clean_line

StoppedBy = Literal["user", "criterion", "time-box"]
# How a worker of ours ends that cannot write its outcome, and what that means.
DISK_FULL_STATUS = 74
DISK_FULL = "The disk is full; checkpoints that were written before are intact."
STOPPERS: tuple[StoppedBy, ...] = ("user", "criterion", "time-box")


class Stop(NamedTuple):
    """Why a run is being ended before its time; `by` is None where the machine or a stranger wants it."""

    by: StoppedBy | None
    reason: str


class Verdict(NamedTuple):
    """`exit_code` is None for a worker that never started or was ended by a signal."""

    state: RunState
    reason: str
    exit_code: int | None = None
    signal: int | None = None
    stopped_by: StoppedBy | None = None

    def values(self, ended_at: float) -> dict[str, Any]:
        """As `exit.json` holds it."""
        return {**self._asdict(), "state": self.state.value, "ended_at": ended_at}


def stop_from(values: Mapping[str, Any] | None) -> Stop | None:
    """The request that `stop.json` holds; an unknown sender counts as the user."""
    if values is None:
        return None
    by: StoppedBy = next((known for known in STOPPERS if known == values.get("by")), "user")
    return Stop(by, clean_line(str(values.get("reason") or "")))


def verdict(status: int | None, stop: Stop | None, outcome: Mapping[str, Any] | None) -> Verdict:
    """Judge by the exit status (negative for a signal; None where nobody could see it).

    `stop` counts only if it was acted on, `outcome` is what a worker of ours wrote as its last words.
    """
    code = status if status is not None and status >= 0 else None
    number = -status if status is not None and status < 0 else None
    if stop is not None:
        state = RunState.CANCELLED if stop.by else RunState.LOST
        return Verdict(state, stop.reason, code, number, stop.by)
    if number is not None:
        return Verdict(RunState.LOST, _killed(number), None, number)
    told = clean_line(str((outcome or {}).get("reason") or ""))
    if code == 0:
        return Verdict(RunState.DONE, told, 0)
    if code is None:
        return Verdict(RunState.LOST, "It ended, and nobody saw how.")
    return Verdict(RunState.FAILED, told or f"It ended with exit status {code}.", code)


def unwritten_outcome(status: int | None) -> Mapping[str, Any] | None:
    """What a worker of ours says by its exit status where the disk had no room for more."""
    return {"reason": DISK_FULL} if status == DISK_FULL_STATUS else None


def _killed(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    perhaps = "; perhaps the machine ran out of memory" if number == signal.SIGKILL else ""
    return f"It was killed from outside by {name}{perhaps}."

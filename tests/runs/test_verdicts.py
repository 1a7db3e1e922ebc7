"""How an end is put into words."""

from __future__ import annotations

import signal

import pytest

from r2p_tui.domain.runs import RunState
from r2p_tui.runs.verdicts import Stop, Verdict, stop_from, verdict

USER = Stop("user", "No longer wanted.")


@pytest.mark.parametrize(
    ("status", "stop", "outcome", "expected"),
    [
        (0, None, None, Verdict(RunState.DONE, "", 0)),
        (0, None, {"reason": "Trained 3 epochs."}, Verdict(RunState.DONE, "Trained 3 epochs.", 0)),
        (0, USER, None, Verdict(RunState.CANCELLED, "No longer wanted.", 0, None, "user")),
        (3, None, None, Verdict(RunState.FAILED, "It ended with exit status 3.", 3)),
        (1, None, {"reason": "No\x1b[2J images."}, Verdict(RunState.FAILED, "No\ufffd[2J images.", 1)),
        (-15, USER, None, Verdict(RunState.CANCELLED, "No longer wanted.", None, 15, "user")),
        (-11, None, None, Verdict(RunState.LOST, "It was killed from outside by SIGSEGV.", None, 11)),
        (-999, None, None, Verdict(RunState.LOST, "It was killed from outside by signal 999.", None, 999)),
        (None, None, None, Verdict(RunState.LOST, "It ended, and nobody saw how.")),
        (0, Stop(None, "Shut down."), None, Verdict(RunState.LOST, "Shut down.", 0)),
    ],
)
def test_verdicts(status: int | None, stop: Stop | None, outcome: dict[str, str], expected: Verdict) -> None:
    assert verdict(status, stop, outcome) == expected


def test_a_kill_from_outside_names_its_likely_cause() -> None:
    assert "out of memory" in verdict(-signal.SIGKILL, None, None).reason


def test_an_end_as_it_is_kept() -> None:
    assert verdict(3, None, None).values(5.0) == {
        "state": "failed",
        "reason": "It ended with exit status 3.",
        "exit_code": 3,
        "signal": None,
        "stopped_by": None,
        "ended_at": 5.0,
    }


def test_requests_to_stop() -> None:
    assert stop_from(None) is None
    assert stop_from({"by": "time-box", "reason": "Over."}) == Stop("time-box", "Over.")
    assert stop_from({"by": ["me"], "reason": None}) == Stop("user", "")

"""What Today tells of runs: those that go on, however many wait behind them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.runs import RunState
from r2p_tui.paths import Paths
from r2p_tui.services import today
from r2p_tui.services.desk import Desk
from tests.services.stored_runs import add_run


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


def test_a_run_that_goes_on_is_told_of_behind_a_long_queue(desk: Desk) -> None:
    going_on = [add_run(desk, state=RunState.RUNNING) for _ in range(4)]
    for _ in range(60):
        add_run(desk)
    add_run(desk, state=RunState.DONE)
    assert [one.view.id for one in today.running(desk)] == going_on[:0:-1]

"""A run as the faces show it: what its folder says beside the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.paths import Paths
from r2p_tui.runs.rundir import run_folder, write_json
from r2p_tui.services import runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.run_views import data_sha256
from tests.services.stored_runs import add_run


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings(), offline=True) as found:
        yield found


def test_a_run_whose_end_is_written_is_not_called_unsupervised(desk: Desk) -> None:
    number = add_run(desk, state=RunState.RUNNING)
    assert runs.view_of(desk, number).state_text == "running, unsupervised"
    write_json(run_folder(desk.paths.runs, number).exit, {"state": "done"})
    assert runs.view_of(desk, number).state_text == "running"


def test_the_hash_of_the_data_stands_in_the_events_or_else_in_the_results(desk: Desk) -> None:
    spec = RunSpec("train", "one", train={"model": "m.yaml", "data": "d.yaml"})
    silent, packaged, command = add_run(desk, spec), add_run(desk, spec), add_run(desk)
    write_json(run_folder(desk.paths.runs, packaged).outcome, {"results": {"data_sha256": "abc"}})
    told = add_run(desk, spec, events=[{"time": 1.0, "event": "started"}, {"time": 2.0, "data_sha256": "d"}])
    found = [data_sha256(runs.view_of(desk, number)) for number in (silent, packaged, command, told)]
    assert found == ["", "abc", "", "d"]

"""The runs of the demonstration are whole, tell one story, and name no machine."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from r2p_tui.demo.library import prepare_demo
from r2p_tui.demo.runs import packaged_runs
from r2p_tui.domain import quantization
from r2p_tui.domain.criteria import parse
from r2p_tui.domain.measurement_pair import MeasuredPair
from r2p_tui.domain.runs import RunState
from r2p_tui.domain.train_settings import check_settings
from r2p_tui.paths import under
from r2p_tui.runs.rundir import RunDir, read_json
from r2p_tui.services import runs
from r2p_tui.services.desk import open_desk
from r2p_tui.services.measurements import compare, measurement, side, with_reference
from r2p_tui.services.run_following import Follower, log_tail
from r2p_tui.services.run_queue import refresh

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_the_library_shows_them_as_if_they_had_run_here(tmp_path: Path) -> None:
    with open_desk(prepare_demo(under(tmp_path), now=NOW), offline=True) as desk:
        refresh(desk, now=NOW)
        views = runs.list_runs(desk)
        assert [view.state for view in views] == [RunState.DONE] * len(packaged_runs())
        for view in views:
            if view.kind == "train":
                assert view.epoch == view.epochs == len(Follower(desk, view.id).new_points())
                assert view.lights[0].light in ("met", "broken") and view.lights[0].sentence
            assert view.ended_at is not None and view.started_at is not None and view.ended_at <= NOW
            assert log_tail(desk, view.id)
            assert [event["event"] for event in runs.events(desk, view.id)][-1] == "ended"


def test_flips_and_mosaic_hurt_where_the_camera_never_moves() -> None:
    """The finding is measured: both runs differ in augmentation alone."""
    default, fixed = packaged_runs()[:2]
    assert default.spec.train.keys() < fixed.spec.train.keys()
    assert fixed.spec.train["fliplr"] == fixed.spec.train["mosaic"] == 0
    by_name = {run.spec.name: run.points[-1].values["map50"] for run in (default, fixed)}
    assert by_name[fixed.spec.name] > by_name[default.spec.name] + 0.1
    assert default.outcome["results"]["data_sha256"] == fixed.outcome["results"]["data_sha256"]


def test_one_of_them_was_quantized(tmp_path: Path) -> None:
    """Measured on images that no training saw; single samples are there, so that variants can be compared."""
    with open_desk(prepare_demo(under(tmp_path), now=NOW), offline=True) as desk:
        view = next(view for view in runs.list_runs(desk) if view.kind == "quantize")
        found = measurement(desk, view.id)
        assert found.goal is not None and found.goal.met and found.goal.best_int8 == "openvino-int8"
        training = runs.view_of(desk, view.spec.baseline or 0)
        outcome = read_json(RunDir(training.folder).outcome) or {}
        assert outcome["results"]["weights_sha256"] == found.model_sha256
        again = with_reference(desk, view.id, found, found.reference)
        assert again.against == found.against
        pair = compare(
            desk, *(side(desk, f"{view.id}:{name}") for name in ("openvino-fp32", "openvino-int8"))
        )
        assert isinstance(pair, MeasuredPair) and pair.against.accuracy is not None
        assert pair.against.speed_up == pytest.approx(found.goal.speed_up)


def test_what_they_were_told_could_be_told_again() -> None:
    for run in packaged_runs():
        if run.spec.kind == "train":
            check_settings(run.spec.train)
        else:
            quantization.check_settings(run.spec.quantize)
        for criterion in run.spec.criteria:
            parse(criterion.text)


def test_they_name_no_place_of_the_machine_that_measured() -> None:
    for run in packaged_runs():
        texts = [run.log, str(run.spec.values()), str(run.outcome), str(run.events), str(run.measurement)]
        assert not re.search(r"/(?:tmp|home|work|root|usr|mnt|opt|var)\b", " ".join(texts))
        assert run.spec.surroundings.keys() == {"versions", "hardware"}

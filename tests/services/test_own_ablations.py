"""From a training that ended to the study that repeats it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.config import Settings
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.runs.rundir import RunDir, write_json
from r2p_tui.services import own_ablations, runs
from r2p_tui.services.desk import Desk
from r2p_tui.services.own_ablations import ablation_spec, checked_ablate, estimated_seconds, resumed_spec
from r2p_tui.services.run_views import RunView
from tests.services.stored_runs import NOW, add_run


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings()) as found:
        yield found


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all that a training needs were installed, with one known model."""
    monkeypatch.setattr(own_ablations, "find_spec", lambda name: name)
    monkeypatch.setattr("r2p_tui.runs.weights.known_models", lambda: frozenset({"yolov8n.yaml"}))


def trained(
    desk: Desk,
    where: Path,
    state: RunState = RunState.DONE,
    *,
    train: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
    **spec: Any,
) -> RunView:
    """A training of forty epochs that took twenty minutes."""
    data = where / "data.yaml"
    data.write_text("names: [bolt]\n")
    told = RunSpec(
        "train", "yolov8n parts", train={"model": "yolov8n.yaml", "data": str(data), **(train or {})}, **spec
    )
    stored: dict[str, Any] = {
        "epoch": 40,
        "started_at": NOW - timedelta(minutes=20),
        "reason": "It was too slow.",
    }
    number = add_run(desk, replace(told, epochs=40), state=state, **(stored | dict(fields or {})))
    return runs.view_of(desk, number)


def test_a_study_is_told_all_of_the_training(desk: Desk, tmp_path: Path) -> None:
    view = trained(desk, tmp_path, train={"mixup": 0.1}, seed=5, device="cpu", folder="/parts")
    spec = ablation_spec(view, ["mosaic", "hsv_h"])
    assert (spec.kind, spec.name, spec.device, spec.folder) == (
        "ablate", "yolov8n parts ablation", "cpu", "/parts",
    )  # fmt: skip
    assert spec.ablate == {
        "train": {**view.spec.train, "epochs": 40, "seed": 5}, "off": ["mosaic", "hsv_h"],
        "seeds": [5, 6, 7], "epochs": 40, "metric": "map50_95", "minimum": 1.0, "run": view.id,
    }  # fmt: skip
    assert spec.epochs == 9
    told = ablation_spec(
        view, ["mosaic"], seeds="1,2", epochs=20, metric="map50", minimum="2pt", name="mine", device="auto"
    )
    assert (told.name, told.device, told.epochs, told.seed) == ("mine", "auto", 4, 1)
    assert (told.ablate["epochs"], told.ablate["metric"], told.ablate["minimum"]) == (20, "map50", 2.0)


def test_a_seed_among_the_settings_is_where_it_begins(desk: Desk, tmp_path: Path) -> None:
    view = trained(desk, tmp_path, train={"seed": 11}, seed=5)
    assert ablation_spec(view, ["mosaic"]).ablate["seeds"] == [11, 12, 13]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RunState.RUNNING, "has not ended"),
        (RunState.QUEUED, "has not ended"),
        (RunState.FAILED, "failed, and would fail again: It was too slow."),
    ],
)
def test_a_training_that_cannot_be_repeated(desk: Desk, tmp_path: Path, state: RunState, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        ablation_spec(trained(desk, tmp_path, state), ["mosaic"])
    assert words in raised.value.message and raised.value.hint


def test_a_training_that_was_stopped_can_be_repeated(desk: Desk, tmp_path: Path) -> None:
    assert ablation_spec(trained(desk, tmp_path, RunState.CANCELLED), ["mosaic"]).epochs == 6


def test_only_trainings_of_this_computer_are_repeated(desk: Desk, tmp_path: Path) -> None:
    command = runs.view_of(desk, add_run(desk, state=RunState.DONE))
    with pytest.raises(UsageError, match="of the kind command; only a training can be repeated"):
        ablation_spec(command, ["mosaic"])
    with pytest.raises(UsageError, match="trained on ray:http://box:8265; an ablation repeats"):
        ablation_spec(trained(desk, tmp_path, on="ray:http://box:8265"), ["mosaic"])


def test_a_cpu_has_no_mixed_precision_to_remove(desk: Desk, tmp_path: Path) -> None:
    view = trained(desk, tmp_path, device="cpu")
    with pytest.raises(UsageError, match="removing amp changes nothing"):
        ablation_spec(view, ["amp"])
    assert ablation_spec(view, ["amp"], device="auto").ablate["off"] == ["amp"]


def test_a_model_yaml_beside_the_user_is_named_from_the_root(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text("backbone: []\nhead: []\n")
    spec = ablation_spec(trained(desk, tmp_path), ["model=small.yaml"])
    assert spec.ablate["off"] == [f"model={tmp_path}/small.yaml"]
    assert checked_ablate(spec) == spec


def test_what_is_checked_before_it_is_kept(desk: Desk, tmp_path: Path) -> None:
    spec = ablation_spec(trained(desk, tmp_path), ["mosaic"])
    assert checked_ablate(spec) == spec
    assert checked_ablate(replace(spec, epochs=None)).epochs == 6
    unknown = ablation_spec(trained(desk, tmp_path), ["model=yolov8q.yaml"])
    with pytest.raises(UsageError, match=r"There is no model “yolov8q\.yaml”\."):
        checked_ablate(unknown)
    (tmp_path / "data.yaml").unlink()
    with pytest.raises(NotFoundError, match="any more, which data names"):
        checked_ablate(spec)


def test_packages_that_are_missing_are_named(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ablation_spec(trained(desk, tmp_path), ["mosaic"])
    monkeypatch.setattr(own_ablations, "find_spec", lambda name: None)
    with pytest.raises(R2PError, match="Training needs torch and ultralytics"):
        checked_ablate(spec)


def test_a_submitted_study_counts_its_trainings(desk: Desk, tmp_path: Path) -> None:
    runs.pause_queue(desk, True, now=NOW)
    view = runs.submit(desk, ablation_spec(trained(desk, tmp_path), ["mosaic", "hsv"]), now=NOW)
    assert (view.kind, view.state, view.epochs) == ("ablate", RunState.QUEUED, 9)


# --- how long it takes ------------------------------------------------------------------------------------


def test_time_is_estimated_from_the_training(desk: Desk, tmp_path: Path) -> None:
    view = trained(desk, tmp_path)
    assert estimated_seconds(view, ablation_spec(view, ["mosaic"], seeds=2)) == 4 * 20 * 60
    assert estimated_seconds(view, ablation_spec(view, ["mosaic"], seeds=2, epochs=20)) == 2 * 20 * 60


def test_a_resumed_training_counts_its_own_epochs_alone(desk: Desk, tmp_path: Path) -> None:
    view = trained(desk, tmp_path)
    results = {"seconds": 100.0, "first_epoch": 31, "epochs": 40}
    write_json(RunDir(view.folder).outcome, {"ok": True, "results": results})
    assert estimated_seconds(view, ablation_spec(view, ["mosaic"], seeds=2)) == 4 * 40 * 10


def test_time_that_nobody_knows(desk: Desk, tmp_path: Path) -> None:
    view = trained(desk, tmp_path, fields={"epoch": None})
    assert estimated_seconds(view, ablation_spec(view, ["mosaic"])) is None


# --- going on ---------------------------------------------------------------------------------------------


def studied(desk: Desk, folder: Path, state: RunState, results: Mapping[str, Any]) -> RunView:
    spec = ablation_spec(trained(desk, folder), ["mosaic"])
    view = runs.view_of(desk, add_run(desk, spec, state=state))
    write_json(RunDir(view.folder).outcome, {"ok": state is RunState.DONE, "results": results})
    return view


@pytest.mark.parametrize(
    ("state", "results"), [(RunState.CANCELLED, {}), (RunState.LOST, {}), (RunState.DONE, {"failed": 1})]
)
def test_a_study_goes_on(desk: Desk, tmp_path: Path, state: RunState, results: Mapping[str, Any]) -> None:
    view = studied(desk, tmp_path, state, results)
    spec = resumed_spec(view)
    assert spec.ablate == {**view.spec.ablate, "resume_from": str(view.folder)}
    assert (spec.resumes, spec.epochs) == (view.id, 6)
    assert checked_ablate(spec).ablate["resume_from"] == str(view.folder)
    with pytest.raises(NotFoundError, match="which resume_from names"):
        checked_ablate(replace(spec, ablate={**spec.ablate, "resume_from": str(tmp_path / "gone")}))


@pytest.mark.parametrize(
    ("state", "words"),
    [(RunState.RUNNING, "has not ended"), (RunState.DONE, "finished all its 6 trainings")],
)
def test_a_study_that_has_nothing_left(desk: Desk, tmp_path: Path, state: RunState, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        resumed_spec(studied(desk, tmp_path, state, {"failed": 0}))
    assert words in raised.value.message

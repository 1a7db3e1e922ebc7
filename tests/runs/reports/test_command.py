"""Metrics of a program from its output, its tables and its event files together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r2p_tui.domain.runs import MetricPoint, RunSpec
from r2p_tui.runs.reports.command import CommandMetrics
from tests.runs.reports.test_event_files import simple

PROGRAM = """
import sys, time
for epoch in range(1, 4):
    for step in range(1, 21):
        loss = 1 / (epoch * step)
        sys.stderr.write(f"\\rEpoch {epoch}/3:  {5 * step}%|##| {step}/20 [00:01<00:00, loss={loss:.4f}]")
        sys.stderr.flush()
        time.sleep(0.005)
    sys.stderr.write("\\n")
    print(f"epoch {epoch}/3 train_loss={1 / epoch:.3f} val_loss: {2 / epoch:.3f}", flush=True)
print("the last words: accuracy=0.75", end="")
"""


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        self.now += 10.0
        return self.now


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def metrics_of(run: Path, work: Path, *watch: str, epochs: int | None = None) -> CommandMetrics:
    spec = RunSpec("command", "x", folder=str(work), watch=watch, epochs=epochs)
    return CommandMetrics(run, spec, started=1_000.0, clock=Clock(2_000.0))


def write(path: Path, data: str | bytes, changed: float = 1_500.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (changed, changed))


def epochs_of(points: list[MetricPoint], name: str) -> list[tuple[int | None, float]]:
    return [(p.epoch, p.values[name]) for p in points if p.scope == "epoch" and name in p.values]


def test_a_program_with_progress_bars_is_followed_while_it_runs(run: Path, work: Path) -> None:
    metrics = metrics_of(run, work)
    points = []
    with (run / "log.txt").open("ab") as log:
        program = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=log, stderr=log)
        while program.poll() is None:
            points += metrics.poll()
    points += metrics.finish()
    assert program.returncode == 0
    assert epochs_of(points, "train_loss") == [(1, 1.0), (2, 0.5), (3, 0.333)]
    assert epochs_of(points, "val_loss") == [(1, 2.0), (2, 1.0), (3, 0.667)]
    bars = [(p.epoch, p.step, p.values["loss"]) for p in points if "loss" in p.values]
    assert [epoch for epoch, _, _ in bars] == sorted(epoch or 0 for epoch, _, _ in bars)
    # Each epoch's last bar has its newline; those before it are seen as often as there is a look.
    assert {(1, 0.05), (2, 0.025), (3, 0.0167)} <= {(epoch, loss) for epoch, _, loss in bars}
    assert points[-1].values == {"accuracy": 0.75}
    assert metrics.epochs == 3
    assert metrics.finish() == []


def test_a_number_that_is_half_written_is_waited_for(run: Path, work: Path) -> None:
    metrics = metrics_of(run, work)
    write(run / "log.txt", "epoch 1 step 5 loss=0.2")
    assert metrics.poll() == []
    write(run / "log.txt", "epoch 1 step 5 loss=0.25\n")
    assert [point.values for point in metrics.poll()] == [{"loss": 0.25}]


def test_the_first_place_that_reports_a_name_owns_it(run: Path, work: Path) -> None:
    metrics = metrics_of(run, work)
    write(run / "log.txt", "epoch 1 loss=0.5\nepoch 1 loss=0.5\n")
    write(work / "results.csv", "epoch,loss,metrics/mAP50(B)\n1,0.51,0.2\n")
    points = metrics.poll()
    assert epochs_of(points, "loss") == [(1, 0.5)]
    assert epochs_of(points, "map50") == [(1, 0.2)]
    write(work / "results.csv", "epoch,loss,metrics/mAP50(B)\n1,0.51,0.2\n2,0.4,0.3\n")
    points = metrics.poll()
    assert [dict(point.values) for point in points] == [{"map50": 0.3}]


def test_values_of_batches_do_not_take_the_name_from_those_of_epochs(run: Path, work: Path) -> None:
    metrics = metrics_of(run, work)
    write(run / "log.txt", "epoch 1 step 5 loss=0.7\n")
    write(work / "results.csv", "epoch,loss\n1,0.5\n")
    assert [(p.scope, p.values["loss"]) for p in metrics.poll()] == [("batch", 0.7), ("epoch", 0.5)]


def test_tables_are_found_where_they_appear(run: Path, work: Path) -> None:
    metrics = metrics_of(run, work)
    assert metrics.poll() == []
    row = "epoch,{}\n1,0.5\n"
    write(work / "runs/detect/train7/results.csv", row.format("here"))
    write(work / "runs/detect/train6/results.csv", row.format("older"), changed=900.0)
    write(work / "a/b/c/d/e/results.csv", row.format("too_deep"))
    for skipped in (".cache", "node_modules", ".venv", "datasets"):
        write(work / skipped / "results.csv", row.format("skipped"))
    assert [dict(point.values) for point in metrics.poll()] == [{"here": 0.5}]
    write(work / "runs/detect/train6/results.csv", row.format("older"), changed=1_600.0)
    assert [dict(point.values) for point in metrics.poll()] == [{"older": 0.5}]


def test_named_files_are_read_wherever_they_are(run: Path, work: Path, tmp_path: Path) -> None:
    write(work / "out/a-scores.csv", "epoch,f1\n1,0.5\n")
    write(tmp_path / "else/train.log", "epoch 1: dice=0.75\n")
    write(work / ".hidden/results.csv", "epoch,loss\n1,0.25\n")
    metrics = metrics_of(
        run,
        work,
        "out/*-scores.csv",
        str(tmp_path / "else/train.log"),
        ".hidden",
        "absent",
        "",
        "\0",
        "../**/[",
    )
    found = [dict(point.values) for point in metrics.poll()]
    assert sorted(found, key=str) == [{"dice": 0.75}, {"f1": 0.5}, {"loss": 0.25}]


def test_a_run_without_a_folder_looks_nowhere(run: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(work / "results.csv", "epoch,loss\n1,0.5\n")
    monkeypatch.chdir(work)
    metrics = CommandMetrics(run, RunSpec("command", "x", watch=("results.csv",)), started=1_000.0)
    assert metrics.poll() == []


def test_event_files_are_named_by_their_folders(run: Path, work: Path) -> None:
    name = "events.out.tfevents.1"
    write(work / "logs/train" / name, simple(0, 0.5, "epoch_loss") + simple(1, 0.25, "epoch_loss"))
    write(work / "logs/validation" / name, simple(0, 0.75, "epoch_loss"))
    write(work / "logs/Loss_ours" / name, simple(3, 0.125, "Loss"))
    points = metrics_of(run, work).poll()
    assert epochs_of(points, "train_epoch_loss") == [(0, 0.5), (1, 0.25)]
    assert epochs_of(points, "val_epoch_loss") == [(0, 0.75)]
    assert [(p.scope, p.step, p.time) for p in points if "loss_ours" in p.values] == [("batch", 3, 5.0)]


def test_the_epoch_of_an_event_is_told_by_its_step_or_its_neighbour(run: Path, work: Path) -> None:
    lightning = [simple(120, 0.5, "train_loss"), simple(120, 0.25, "val_loss"), simple(120, 2.0, "epoch")]
    write(work / "a/events.out.tfevents.1", b"".join(lightning))
    batch, epoch = metrics_of(run, work).poll()
    assert (batch.scope, batch.epoch, batch.step) == ("batch", 2, 120)
    assert (epoch.epoch, dict(epoch.values)) == (2, {"val_loss": 0.25})
    write(work / "a/events.out.tfevents.1", simple(3, 0.5, "Acc/test") + simple(500, 0.75, "Acc/test"))
    points = metrics_of(run, work, epochs=40).poll()
    assert epochs_of(points, "acc_test") == [(3, 0.5), (None, 0.75)]


def test_a_damaged_event_file_is_noted(run: Path, work: Path) -> None:
    write(work / "events.out.tfevents.1", b"x" * 100)
    metrics = metrics_of(run, work)
    assert metrics.poll() == []
    assert metrics.notes == ["events.out.tfevents.1 is damaged at byte 0; what follows is not read."]


def test_a_poll_is_bounded_and_finish_reads_the_rest(run: Path, work: Path) -> None:
    count = 60_000
    write(
        run / "log.txt",
        "".join(f"step {step} loss=0.5 and what else there is to say\n" for step in range(count)),
    )
    write(work / "results.csv", "epoch,f1\n" + "".join(f"{epoch},0.5\n" for epoch in range(100_000)))
    metrics = metrics_of(run, work)
    first = metrics.poll()
    assert metrics.behind
    assert 0 < len(first) < count
    points = first + metrics.finish()
    assert sum("loss" in point.values for point in points) == count
    assert sum("f1" in point.values for point in points) == 100_000


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["log", "table", "events"]), st.binary(max_size=80)), max_size=8))
def test_no_file_can_end_the_supervision(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, bytes]]
) -> None:
    work = tmp_path_factory.mktemp("work")
    places = {"log": "log.txt", "table": "results.csv", "events": "events.out.tfevents.1"}
    metrics = metrics_of(work, work)
    for place, data in parts:
        with (work / places[place]).open("ab") as file:
            file.write(data)
        metrics.poll()
    metrics.finish()

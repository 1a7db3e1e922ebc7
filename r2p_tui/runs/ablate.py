"""An ablation within the worker: its trainings one after the other, each in a process of its own.

A training has a run folder below `trainings`, so its memory is its own, and a crash of one leaves the others.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.domain.measurements import Measurement, Surroundings
from r2p_tui.domain.own_ablation import Training, check_settings, plan, settings_of
from r2p_tui.domain.own_ablation_worth import judged
from r2p_tui.domain.plain_values import to_plain
from r2p_tui.domain.runs import MetricPoint, RunSpec
from r2p_tui.errors import R2PError
from r2p_tui.runs.rundir import LineReader, RunDir, append_line, point_line, point_of, read_json, write_json
from r2p_tui.text import clean_line, count_of

_LOOK_EVERY_SECONDS = 1.0
# The supervisor forces what has not ended by then, so the training must have ended before.
_SHARE_OF_GRACE = 0.8
_LIVE = ("train_loss", "val_loss")


class Ended(NamedTuple):
    """A training that has ended; `value` is None, with the reason, where it brought none."""

    training: Training
    value: float | None
    reason: str
    results: Mapping[str, Any]

    @property
    def data(self) -> str:
        """The hash of the images and labels that it read."""
        return str(self.results.get("data_sha256") or "")


def ablate(run: RunDir, spec: RunSpec) -> dict[str, Any]:
    """Carry out all trainings of the study and return what came out; raises R2PError where none gave a pair.

    Trainings that ended well in the folder of `resume_from`, or in this one, are taken over. The metric of a
    training is that of its best weights, validated once more at its end.
    """
    began = time.monotonic()
    study = _Study(run, spec, check_settings(spec.ablate))
    for ended in study.trainings():
        study.tell(ended)
    return study.results() | {"seconds": time.monotonic() - began}


def worker_command(folder: Path) -> list[str]:
    """What carries out the training in a folder."""
    return [sys.executable, "-m", "r2p_tui.runs.worker", str(folder)]


class _Study:
    """What is known of the trainings so far, and where it is written."""

    def __init__(self, run: RunDir, spec: RunSpec, checked: Mapping[str, Any]) -> None:
        self._run = run
        self._spec = spec
        self._checked = checked
        self._plan = plan(checked)
        self._ended: list[Ended] = []
        self._notes: list[str] = []

    def trainings(self) -> Iterator[Ended]:
        """Each as it ends; the rest of a seed is left out where its full training failed."""
        earlier = self._taken_over()
        without_full: set[int] = set()
        for training in self._plan:
            if training.seed in without_full:
                yield Ended(training, None, "there is nothing to compare it with", {})
                continue
            ended = earlier.get(training.number) or self._carried_out(training)
            if training.removal is None and ended.value is None:
                without_full.add(training.seed)
            yield ended

    def tell(self, ended: Ended) -> None:
        """One more training: its point, its note where it failed, and all that follows so far."""
        self._ended.append(ended)
        if ended.value is None:
            self._note(f"{ended.training.told} is left out: {ended.reason.rstrip('.')}.")
        elif (epochs := _count(ended.results.get("epochs"))) and epochs < self._checked["epochs"]:
            self._note(f"{ended.training.told} ended by itself after {epochs} epochs.")
        self._note_differences()
        self._point(ended)
        write_json(self._run.measurement, to_plain(self._measurement()))

    def results(self) -> dict[str, Any]:
        """At a glance; raises R2PError where no training of the full settings ended well."""
        measured = self._measurement()
        done = [ended for ended in self._ended if ended.value is not None]
        if not any(ended.training.removal is None for ended in done):
            reason = next((ended.reason for ended in self._ended if ended.reason), "")
            raise R2PError(f"No training of the full settings ended well: {reason.rstrip('.')}.")
        rows = measured.ablation.rows if measured.ablation else ()
        return {
            "metric": self._checked["metric"],
            "trainings": len(done),
            "failed": len(self._ended) - len(done),
            "worth": {row.name: row.worth for row in rows},
            "sentences": [row.sentence for row in rows],
            "epochs": self._checked["epochs"],
            "data_sha256": measured.surroundings.data_sha256,
            "versions": dict(measured.surroundings.versions),
            "device": measured.surroundings.hardware,
        }

    # --- one training -------------------------------------------------------------------------------------

    def _folder(self, training: Training) -> RunDir:
        name = f"{training.number:03}-{training.key}-seed{training.seed}"
        return RunDir(self._run.path / "trainings" / name)

    def _taken_over(self) -> dict[int, Ended]:
        """What this folder or that of an earlier study holds of the trainings, by their numbers."""
        earlier = self._checked.get("resume_from")
        places = [self._run.path, *([Path(str(earlier))] if earlier else [])]
        found = {training.number: self._found(training, places) for training in self._plan}
        copied = sum(self._keep(training, found[training.number]) for training in self._plan)
        if copied:
            number = count_of(len(self._plan), "training")
            are = "is" if copied == 1 else "are"
            self._note(f"{copied} of {number} {are} taken over from the earlier study.")
        return {
            training.number: self._ended_as(training, read_json(folder.outcome) or {})
            for training in self._plan
            if (folder := found[training.number]) is not None
        }

    def _found(self, training: Training, places: Sequence[Path]) -> RunDir | None:
        """The folder of the same training, if it ended well."""
        wanted = settings_of(training, self._checked)
        for place in places:
            for path in sorted((place / "trainings").glob(f"*-{training.key}-seed{training.seed}")):
                folder = RunDir(path)
                told, outcome = read_json(folder.spec) or {}, read_json(folder.outcome) or {}
                if told.get("train") == wanted and outcome.get("ok") is True:
                    return folder
        return None

    def _keep(self, training: Training, found: RunDir | None) -> bool:
        """Whether a copy was made: the folder of the earlier study may be removed; its end stays known."""
        folder = self._folder(training)
        if found is None or found.path.parent == folder.path.parent:
            return False
        folder.path.mkdir(parents=True, exist_ok=True)
        shutil.copy2(found.spec, folder.spec)
        shutil.copy2(found.outcome, folder.outcome)
        return True

    def _carried_out(self, training: Training) -> Ended:
        folder = self._folder(training)
        with suppress(FileNotFoundError):
            shutil.rmtree(folder.path)
        folder.path.mkdir(parents=True)
        spec = RunSpec(
            "train",
            f"{self._spec.name}: {training.told}",
            folder=self._spec.folder,
            train=settings_of(training, self._checked),
            seed=training.seed,
            device=self._spec.device,
            epochs=self._checked["epochs"],
        )
        write_json(folder.spec, spec.values())
        sys.stdout.write(f"\n[r2p] training {training.number} of {len(self._plan)}: {training.told}\n")
        sys.stdout.flush()
        status = self._watched(training, folder)
        outcome = read_json(folder.outcome) or {"reason": f"It ended with status {status} and said no more."}
        _tidy(folder)
        return self._ended_as(training, outcome)

    def _watched(self, training: Training, folder: RunDir) -> int:
        """Its exit status; it writes to our log, and its figures become points within an epoch of ours."""
        process = subprocess.Popen(worker_command(folder.path), cwd=folder.path, stdin=subprocess.DEVNULL)
        lines = LineReader(folder.metrics)
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(timeout=_LOOK_EVERY_SECONDS)
                self._live(training, lines)
        except BaseException:
            self._end(process)
            _tidy(folder)
            raise

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(timeout=max(self._spec.grace * _SHARE_OF_GRACE, 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ended_as(self, training: Training, outcome: Mapping[str, Any]) -> Ended:
        results = outcome.get("results")
        results = results if outcome.get("ok") is True and isinstance(results, Mapping) else {}
        value = _value(results, self._checked["metric"])
        reason = clean_line(str(outcome.get("reason") or "")) or "it did not say why"
        if outcome.get("ok") is True:
            reason = "" if value is not None else f"it told no {self._checked['metric']}"
        return Ended(training, value, reason, results)

    # --- what is written ----------------------------------------------------------------------------------

    def _live(self, training: Training, lines: LineReader) -> None:
        """The last that the training reported: its losses, and the metric as `current_`.

        The epoch is how many trainings have ended, so that the time left counts the one that goes on.
        """
        metric = self._checked["metric"]
        points = [point for point in map(point_of, lines.read_new()) if point is not None]
        values = {name: number for point in points for name, number in point.values.items()}
        told = {name: values[name] for name in _LIVE if name in values}
        told |= {f"current_{metric}": values[metric]} if metric in values else {}
        if told:
            step = (training.number - 1) * self._checked["epochs"] + (points[-1].epoch or 0)
            self._write(MetricPoint(time.time(), told, training.number - 1, step, "batch"))

    def _point(self, ended: Ended) -> None:
        """One epoch of ours; a training that was taken over tells when it really ended."""
        training = ended.training
        name = self._checked["metric"] if training.removal is None else training.key
        values = {} if ended.value is None else {name: ended.value}
        failed = sum(one.value is None for one in self._ended)
        values |= {"failed_trainings": float(failed)} if failed else {}
        moment = time.time()
        with suppress(OSError):
            moment = min(moment, self._folder(training).outcome.stat().st_mtime)
        step = training.number * self._checked["epochs"]
        self._write(MetricPoint(moment, values, training.number, step, "epoch"))

    def _write(self, point: MetricPoint) -> None:
        append_line(self._run.metrics, point_line(point))

    def _note(self, sentence: str) -> None:
        told = clean_line(sentence[:1].upper() + sentence[1:])
        if told not in self._notes:
            self._notes.append(told)
            append_line(self._run.events, {"time": time.time(), "event": "note", "sentence": told})

    def _note_differences(self) -> None:
        """What should have been the same for all trainings, and was not."""
        done = [ended for ended in self._ended if ended.value is not None]
        data = {(ended.training.seed, ended.data) for ended in done}
        if len(data) > len({seed for seed, _ in data}):
            self._note("The data changed meanwhile; only trainings on the same data are compared.")
        for name, words in (("device", "hardware"), ("versions", "versions of packages")):
            if len({str(ended.results.get(name)) for ended in done}) > 1:
                self._note(f"Not all trainings had the same {words}.")

    def _measurement(self) -> Measurement:
        values = {
            (ended.training.key, ended.training.seed, ended.data): ended.value
            for ended in self._ended
            if ended.value is not None
        }
        return Measurement(
            kind="ablate",
            target=_target(self._checked["train"]),
            surroundings=self._surroundings(),
            model_sha256=str(self._first("model_sha256") or ""),
            reference="full",
            ablation=judged(self._checked, values),
            notes=tuple(self._notes),
        )

    def _surroundings(self) -> Surroundings:
        images, versions = self._first("images"), self._first("versions")
        train = self._checked["train"]
        seeds = count_of(len(self._checked["seeds"]), "seed")
        return Surroundings(
            data_sha256=self._data(),
            hardware=str(self._first("device") or ""),
            image_size=_count(train.get("imgsz", 640)),
            batch=_count(train.get("batch", 16)),
            images=_count(images.get("val")) if isinstance(images, Mapping) else 0,
            budget=f"{count_of(self._checked['epochs'], 'epoch')} each, {seeds}",
            versions={str(name): str(text) for name, text in versions.items()}
            if isinstance(versions, Mapping)
            else {},
        )

    def _data(self) -> str:
        """The hash of the data that all read; empty where they differ, as with a split for each seed."""
        found = {ended.data for ended in self._ended if ended.value is not None}
        return found.pop() if len(found) == 1 else ""

    def _first(self, name: str) -> Any:
        return next((ended.results[name] for ended in self._ended if ended.results.get(name)), None)


def _value(results: Mapping[str, Any], metric: str) -> float | None:
    """That of the best weights validated again; where a training does not tell it, of its best epoch."""
    for part in ("validated", "best"):
        told = results.get(part)
        value = told.get(metric) if isinstance(told, Mapping) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
    return None


def _tidy(folder: RunDir) -> None:
    """Of a training that has ended only its figures and its best weights are kept: there are many of them."""
    with suppress(OSError):
        shutil.rmtree(folder.work)
    for path in folder.checkpoints.glob("epoch-*.pt"):
        with suppress(OSError):
            path.unlink()


def _target(train: Mapping[str, Any]) -> str:
    data = Path(str(train["data"]))
    named = data.parent.name if data.stem in ("data", "dataset", "coco") else data.stem
    return clean_line(f"{Path(str(train['model'])).stem} {named}")


def _count(value: object) -> int:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else 0

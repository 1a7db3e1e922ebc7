"""What a training tells while it runs, through ultralytics' callbacks: metrics and checkpoints."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from r2p_tui.domain.run_metrics import loss_sums, metric_name
from r2p_tui.domain.runs import MetricPoint
from r2p_tui.errors import UsageError
from r2p_tui.runs import checkpoints
from r2p_tui.runs.rundir import RunDir, append_line, point_line
from r2p_tui.text import clean_line, count_of

_BATCH_SECONDS = 0.5


class Reports:
    """Callbacks of one training; every figure is the one that ultralytics writes to its `results.csv`.

    `images` says how many images were laid out, so that none is left out in silence.
    """

    def __init__(self, run: RunDir, images: Mapping[str, int], *, ignore_missing: bool) -> None:
        self.final: dict[str, float] = {}
        self.best: dict[str, float] = {}
        self.best_epoch = 0
        self.last_epoch = 0
        self.first_epoch = 0
        self.validated: dict[str, float] = {}
        self.speeds: list[float] = []
        self._run = run
        self._images = images
        self._ignore_missing = ignore_missing
        self._step = 0
        self._next_batch = 0.0
        self._in_epoch = False
        self._epoch_began = 0.0
        self._train_seconds = 0.0

    def callbacks(self) -> dict[str, Callable[[Any], None]]:
        """By the names of ultralytics' events."""
        return {
            "on_pretrain_routine_end": self._ready,
            "on_train_start": self._started,
            "on_train_epoch_start": self._epoch_started,
            "on_train_batch_end": self._batch_ended,
            "on_train_epoch_end": self._epoch_trained,
            "on_model_save": self._saved,
            "on_fit_epoch_end": self._epoch_ended,
        }

    def _ready(self, trainer: Any) -> None:
        for split, loader in (("train", trainer.train_loader), ("val", trainer.test_loader)):
            used = {Path(file).name for file in loader.dataset.im_files}
            lost = self._images[split] - len(used)
            if lost > 0:
                self._report_lost(split, used, lost)

    def _report_lost(self, split: str, used: set[str], lost: int) -> None:
        folder = self._run.work / "dataset" / "images" / split
        names = [str(link.resolve()) for link in sorted(folder.iterdir()) if link.name not in used]
        sentence = f"{count_of(lost, 'image')} for {split} cannot be read: {', '.join(names[:3])}"
        sentence += ", …" if lost > 3 else ""
        if not self._ignore_missing:
            raise UsageError(f"{sentence}.", "Replace them, or leave them out with: ignore_bad_labels=true")
        self.note(f"{sentence}; left out.")

    def note(self, sentence: str) -> None:
        """Tell something that is no metric."""
        append_line(
            self._run.events, {"time": time.time(), "event": "note", "sentence": clean_line(sentence)}
        )

    def _started(self, trainer: Any) -> None:
        self._step = trainer.start_epoch * len(trainer.train_loader)
        self.first_epoch = trainer.start_epoch + 1

    def _epoch_started(self, trainer: Any) -> None:  # noqa: ARG002  (ultralytics passes it)
        self._in_epoch = True
        self._epoch_began = time.monotonic()

    def _batch_ended(self, trainer: Any) -> None:
        self._step += 1
        now = time.monotonic()
        if now < self._next_batch:
            return
        self._next_batch = now + _BATCH_SECONDS
        losses = {f"train/{name}": float(value) for name, value in trainer.loss_items.items()}
        values = {metric_name(name): value for name, value in losses.items()}
        values["train_loss"] = sum(losses.values())
        self._write(values, trainer.epoch + 1, "batch")

    def _epoch_trained(self, trainer: Any) -> None:  # noqa: ARG002
        self._train_seconds = time.monotonic() - self._epoch_began

    def _saved(self, trainer: Any) -> None:
        epoch = trainer.epoch + 1
        with _unbroken():
            best = bool(trainer.best_fitness == trainer.fitness)
            made = checkpoints.save(Path(trainer.last), self._run.checkpoints, epoch, best=best)
            event = {"epoch": epoch, "file": f"checkpoints/{made.path.name}", "sha256": made.sha256}
            append_line(self._run.events, {"time": time.time(), "event": "checkpoint", **event})

    def _epoch_ended(self, trainer: Any) -> None:
        if not self._in_epoch:
            # Ultralytics ends with one more call, for the best weights validated again.
            self.validated = _named(trainer.metrics)
            return
        self._in_epoch = False
        columns = {**trainer.label_loss_items(trainer.tloss), **trainer.metrics, **trainer.lr}
        values = _named(columns)
        values["epoch_seconds"] = float(trainer.epoch_time)
        if self._train_seconds > 0:
            values["images_per_second"] = self._images["train"] / self._train_seconds
            self.speeds.append(values["images_per_second"])
        self.last_epoch = trainer.epoch + 1
        self._write(values, self.last_epoch, "epoch")
        self.final = values
        if trainer.best_fitness == trainer.fitness:
            self.best, self.best_epoch = values, self.last_epoch

    def _write(self, values: Mapping[str, float], epoch: int, scope: Any) -> None:
        point = MetricPoint(time.time(), values, epoch, self._step, scope)
        append_line(self._run.metrics, point_line(point))


def speed(speeds: list[float]) -> float | None:
    """Images per second over all epochs but the first, which warms up, unless it is the only one."""
    counted = speeds[1:] or speeds
    return len(counted) / math.fsum(1 / each for each in counted) if counted else None


def _named(columns: Mapping[str, Any]) -> dict[str, float]:
    plain = {str(name): float(value) for name, value in columns.items()}
    return {metric_name(name): value for name, value in plain.items()} | loss_sums(plain)


@contextmanager
def _unbroken() -> Iterator[None]:
    """A request to end waits until a checkpoint is written whole.

    A blocked signal would go to another thread, such as torch starts, and be handled here all the same.
    """
    requests: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: requests.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if requests:
            signal.raise_signal(signal.SIGTERM)

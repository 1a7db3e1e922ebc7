"""The variants of a run, one after the other: made, asked what they find, and then timed in turn."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from r2p_tui.domain.benchmark import mean_interval
from r2p_tui.domain.detection_accuracy import accuracy
from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.economics import cost_per_thousand
from r2p_tui.domain.latency import summarize
from r2p_tui.domain.measurements import MeasuredVariant
from r2p_tui.domain.quantization import kept_words, layers_to_keep, limit_words, with_kept
from r2p_tui.domain.variant_comparison import Samples, compare_all, goal, words_of
from r2p_tui.domain.variants import REFERENCE, Variant
from r2p_tui.errors import R2PError
from r2p_tui.runs.checkpoints import sha256_of
from r2p_tui.runs.data.training_set import Sample
from r2p_tui.runs.engines.availability import missing
from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.detection import preprocess, read_image
from r2p_tui.runs.failures import explain
from r2p_tui.runs.measured_arrays import load_samples, save_samples
from r2p_tui.runs.quantize.accuracy_aware import Halves, drop, halves_of, map_of, meet_limit
from r2p_tui.runs.quantize.export import size_of
from r2p_tui.runs.quantize.hosts import Bench, Timing, TooSlowError, check_pace, started, time_all
from r2p_tui.runs.quantize.progress import Progress
from r2p_tui.runs.quantize.sensitivity import IMAGES, Reading, layer_errors
from r2p_tui.runs.quantize.workshop import STATIC, Workshop
from r2p_tui.runs.rundir import RunDir
from r2p_tui.runs.telling import tell
from r2p_tui.text import count_of

PLAIN = "-plain"
"""What the name of a variant ends in where it is kept beside the one that leaves layers in float."""
TRIAL = "-trial"
_TIMED_IMAGES = 16


class Matrix:
    """Measures the variants of one run; `close` ends every engine."""

    def __init__(
        self,
        run: RunDir,
        settings: Mapping[str, Any],
        seed: int,
        samples: Sequence[Sample],
        variants: Sequence[Variant],
        bench: Bench,
        workshop: Workshop,
        progress: Progress,
    ) -> None:
        self._run = run
        self._settings = settings
        self._seed = seed
        self._samples = samples
        self._variants = variants
        self._bench = bench
        self._shop = workshop
        self._progress = progress
        self._limit: float | None = settings.get("max_drop")
        self._hosts: dict[str, EngineHost] = {}
        self._found: dict[str, Detections] = {}
        self._halves: Halves | None = None
        self._order: list[str] = []
        self._quickest: float | None = None
        self._first = np.full((1, 3, *bench.size), 0.45, np.float32)

    def measure(self) -> None:
        """All of it; what was measured is in the measurement at any time."""
        for number, variant in enumerate(self._variants, 1):
            self._guarded(variant, number)
        self._time()
        self._compare()

    def close(self) -> None:
        """End every engine."""
        for host in self._hosts.values():
            host.close()

    # --- made and asked ---------------------------------------------------------------------------------

    def _guarded(self, variant: Variant, number: int) -> None:
        """Nothing that befalls one variant ends the run."""
        name = variant.name
        if why := missing(variant, self._bench.device):
            self._put_without(variant, "skipped", why)
        else:
            try:
                self._one(variant)
            except Exception as error:
                if not isinstance(error, R2PError):
                    traceback.print_exception(error)
                if name in self._hosts:
                    self._hosts.pop(name).close()
                self._found.pop(name, None)
                state = "skipped" if isinstance(error, TooSlowError) else "failed"
                self._put_without(variant, state, explain(error).reason)
        self._progress.step(number, _values(self._known(name), None))

    def _put_without(self, variant: Variant, state: Any, why: str) -> None:
        self._progress.put(
            MeasuredVariant(
                variant=variant.name,
                engine=variant.engine,
                precision=variant.precision,
                state=state,
                reason=why,
            )
        )

    def _one(self, variant: Variant) -> None:
        file = self._shop.make(variant)
        self._ask(variant, variant.name, file)
        if variant in STATIC:
            self._spare(variant, "which layers suffer", self._sensitivity)
            if self._limit is not None:
                self._spare(variant, "how to keep the limit", lambda: self._keep_limit(variant))

    def _spare(self, variant: Variant, what: str, step: Callable[[], None]) -> None:
        """A step that the variant can do without: its failure is told, and what was measured stays."""
        try:
            step()
        except Exception as error:
            if not isinstance(error, R2PError):
                traceback.print_exception(error)
            self._progress.note(f"{variant.words}: {what} was not found: {explain(error).reason}")

    def _ask(self, variant: Variant, name: str, file: Path, kept: Sequence[str] = ()) -> None:
        """Start an engine, find objects on all images, and put what is known of the variant."""
        host = self._bench.host(variant, file, name)
        loaded = started(host)
        self._hosts[name] = host
        took = check_pace(host, self._first, self._quickest)
        self._quickest = min(took, self._quickest or took)
        found, before, after = self._bench.detections(host, self._samples)
        self._found[name] = found
        if self._limit is not None and self._halves is None:
            self._halves = halves_of(found.images)
            self._progress.update(
                surroundings=replace(
                    self._progress.measurement.surroundings, images=len(self._halves.reporting)
                )
            )
        self._progress.put(
            MeasuredVariant(
                variant=name,
                engine=variant.engine,
                precision=variant.precision,
                state="measured",
                file=str(file.relative_to(self._run.path)),
                bytes=size_of(file),
                sha256=sha256_of(file if file.suffix != ".xml" else file.with_suffix(".bin")),
                float_layers=tuple(kept),
                notes=(*self._shop.notes(variant), *loaded.notes),
                proof=loaded.proof,
                preprocess=summarize(before),
                postprocess=summarize(after),
                accuracy=accuracy(self._reported(found), self._seed),
                cold_start_ms=loaded.cold_start_ms,
                memory_idle=loaded.memory_idle,
                device=loaded.ran_on,
            )
        )

    def _reported(self, found: Detections) -> Detections:
        """The images that figures are given of: all, or the half that nothing was chosen by."""
        return found if self._halves is None else found.restricted(self._halves.reporting)

    # --- layers in float --------------------------------------------------------------------------------

    def _sensitivity(self) -> None:
        """The error of each layer, once for all variants."""
        if self._order:
            return
        source = self._shop.source
        errors = layer_errors(
            self._shop.prepared,
            self._shop.ranges,
            self._shop.images.stacked(IMAGES),
            Reading(source.head, len(source.names), source.size),
            self._bench.threads,
            lambda number, one: self._progress.within({"layer_error": one.error}, number, always=True),
        )
        self._order = layers_to_keep(errors)
        self._progress.update(layers=with_kept(errors, ()))

    def _keep_limit(self, variant: Variant) -> None:
        """Leave layers in float where plain INT8 loses more than the limit; both are measured then."""
        name = variant.name
        reference = self._reference()
        if reference is None or self._halves is None or self._limit is None:
            self._progress.note(f"{variant.words}: without a float variant no drop can be told.")
            return
        halves, limit = self._halves, self._limit
        plain = drop(self._found[reference], self._found[name], halves.choosing)
        chosen = self._to_choose_by(halves)
        baseline = map_of(self._found[reference].restricted(halves.choosing))

        def drop_with(kept: Sequence[str]) -> float:
            file = self._shop.make(variant, kept, TRIAL)
            with self._bench.host(variant, file, f"{name}{TRIAL}") as host:
                host.start()
                return baseline - map_of(self._bench.detections(host, chosen)[0])

        kept, found = meet_limit(self._order, limit, plain, drop_with)
        self._shop.forget(TRIAL)
        self._progress.note(_tried_words(variant.words, plain, limit, found))
        if kept:
            self._swap_plain(name)
            self._ask(variant, name, self._shop.make(variant, kept, "-kept"), kept)
            self._mark_kept(kept)
        lost = drop(self._found[reference], self._found[name], halves.reporting)
        told = limit_words(lost, limit, len(halves.reporting))
        self._progress.note(f"{variant.words}: {told}")
        self._add_notes(name, (told,))

    def _to_choose_by(self, halves: Halves) -> list[Sample]:
        """The samples of that half; those that were left out as unreadable are in neither."""
        images = next(iter(self._found.values())).images
        wanted = {images[place].partition("#")[0] for place in halves.choosing}
        return [one for one in self._samples if sha256_of(one.image) in wanted]

    def _swap_plain(self, name: str) -> None:
        """Plain INT8 stays in the matrix under another name, so that its cost can be told from timings."""
        self._progress.put(replace(self._known(name), variant=name + PLAIN))
        self._hosts[name + PLAIN] = self._hosts.pop(name)
        self._found[name + PLAIN] = self._found.pop(name)

    def _mark_kept(self, kept: Sequence[str]) -> None:
        layers = self._progress.measurement.layers
        names = [one.name for one in layers if one.kept_float or one.name in kept]
        self._progress.update(layers=with_kept(layers, names))

    def _add_notes(self, name: str, notes: Sequence[str]) -> None:
        made = self._known(name)
        self._progress.put(replace(made, notes=(*made.notes, *notes)))

    def _known(self, name: str) -> MeasuredVariant:
        """What is known of a variant that was put before."""
        return next(one for one in self._progress.measurement.variants if one.variant == name)

    def _reference(self) -> str | None:
        """What the others are measured against: ONNX Runtime in fp32, or else the first in float."""
        if REFERENCE.name in self._found:
            return REFERENCE.name
        measured = self._progress.measurement.measured
        return next(
            (one.variant for one in measured if one.precision != "int8" and one.variant in self._found), None
        )

    # --- timed and compared -----------------------------------------------------------------------------

    def _time(self) -> None:
        step = max(len(self._samples) // _TIMED_IMAGES, 1)
        usable = set(next(iter(self._found.values())).images) if self._found else set()
        images = [
            preprocess(read_image(one.image), self._bench.size, self._bench.head).pixels
            for one in self._samples[::step][:_TIMED_IMAGES]
            if sha256_of(one.image) in usable
        ]
        if not images or not self._hosts:
            return
        samples, rounds = int(self._settings["samples"]), int(self._settings["rounds"])
        counted = f"{samples:,} samples each, in {count_of(rounds, 'round')}"
        tell(self._run, f"Timing {count_of(len(self._hosts), 'variant')} in turn: {counted}.")
        timing = time_all(
            self._hosts, np.stack(images), samples=samples, rounds=rounds,
            warm_up=self._settings["warm_up"], seed=self._seed,
            progress=lambda done, _: self._progress.within({"timed_blocks": done}, done),
        )  # fmt: skip
        self.close()
        self._put_times(timing)

    def _put_times(self, timing: Timing) -> None:
        for name, why in timing.failed.items():
            self._found.pop(name, None)
            self._progress.put(replace(self._known(name), state="failed", reason=why))
        reference = self._reference()
        base = timing.timed.get(reference or "")
        for made in self._progress.measurement.variants:
            timed = timing.timed.get(made.variant)
            if timed is None:
                continue
            latency = summarize(timed.times, timed.rounds)
            samples = Samples(timed.times, timed.rounds, self._reported(self._found[made.variant]))
            whole = replace(
                made,
                latency=latency,
                memory_load=timed.loaded or None,
                notes=(*made.notes, *([timing.slow[made.variant]] if made.variant in timing.slow else [])),
                arrays=save_samples(self._run.path, made.variant, samples),
            )
            self._progress.put(whole)
        self._tell_times(float(np.median(base.times)) if base is not None else None)
        for made in self._progress.measurement.measured:
            self._tell_cost_of_float(made)

    def _tell_times(self, base: float | None) -> None:
        """A step for each variant, those too that did not run, so that the steps end with the run."""
        for number, variant in enumerate(self._variants, len(self._variants) + 1):
            made = self._known(variant.name)
            speed_up = base / made.latency.p50 if base is not None and made.latency else None
            self._progress.step(number, _values(made, speed_up))

    def _tell_cost_of_float(self, made: MeasuredVariant) -> None:
        plain = self._progress.measurement.variant(made.variant + PLAIN)
        if plain is None or not made.float_layers:
            return
        told = kept_words(
            len(made.float_layers),
            len(self._order),
            plain.latency.p50 if plain.latency else None,
            made.latency.p50 if made.latency else None,
        )
        self._add_notes(made.variant, (told,))
        first = f"the most sensitive is {made.float_layers[0]}"
        self._progress.note(f"{words_of(made.variant)}: {told[:-1]}; {first}.")

    def _compare(self) -> None:
        measurement = self._progress.measurement
        timed = {one.variant: one for one in measurement.measured if one.arrays}
        reference = self._reference()
        if reference is None or reference not in timed:
            self._progress.note("No float variant was measured, so nothing can be compared.")
            return
        samples = {name: load_samples(self._run.path, one.arrays) for name, one in timed.items()}
        minimum = measurement.minimum_points
        against = compare_all(
            timed[reference], tuple(timed.values()), samples, minimum_points=minimum,
            minimum_latency=measurement.minimum_latency, seed=self._seed,
        )  # fmt: skip
        self._progress.update(reference=reference, against=against)
        reached = goal(
            tuple(timed.values()), samples, speed_up=float(self._settings["goal_speed_up"]),
            max_drop=float(self._settings["goal_drop"]), minimum_points=minimum, seed=self._seed,
        )  # fmt: skip
        self._progress.update(goal=reached, costs=self._costs(samples))
        self._progress.note(reached.sentence)

    def _costs(self, samples: Mapping[str, Samples]) -> dict[str, Any]:
        """Of one request after the other on a machine that is kept busy."""
        price = self._settings.get("price_per_hour")
        if price is None:
            return {}
        costs = {}
        for name, one in samples.items():
            rounds = [1000 / one.latency_ms[one.rounds == at].mean() for at in np.unique(one.rounds)]
            throughput = float(1000 / one.latency_ms.mean())
            costs[name] = cost_per_thousand(throughput, float(price), mean_interval(rounds))
        return costs


def _values(made: MeasuredVariant, speed_up: float | None) -> dict[str, float | None]:
    return {
        "map50_95": made.accuracy.map50_95 if made.accuracy else None,
        "map50": made.accuracy.map50 if made.accuracy else None,
        "size_mb": made.bytes / 1e6 if made.bytes else None,
        "latency_p50_ms": made.latency.p50 if made.latency else None,
        "latency_p90_ms": made.latency.p90 if made.latency else None,
        "latency_p99_ms": made.latency.p99 if made.latency else None,
        "speed_up": speed_up,
    }


def _tried_words(words: str, plain: float, limit: float, found: Any) -> str:
    loses = f"{words} with all layers in INT8 loses {plain * 100:.2f} pt on the images to choose by"
    if not found.layers:
        return f"{loses}, which is within the limit of {limit * 100:g} pt."
    tries = len(found.tried) - 1
    kept = f"{count_of(found.layers, 'layer')} in float"
    end = "within it" if found.met else "still more than it"
    return (
        f"{loses}, more than the limit of {limit * 100:g} pt; with {kept} it loses "
        f"{found.drop * 100:.2f} pt, {end} ({tries} tried)."
    )

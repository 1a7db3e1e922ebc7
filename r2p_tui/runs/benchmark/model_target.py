"""A model under benchmark: cold start, single stream, server, batches, what surrounds it, where time goes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from r2p_tui.domain.detection_accuracy import accuracy
from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.latency import summarize
from r2p_tui.domain.measured_data import as_training, check_classes, class_names
from r2p_tui.domain.measurements import Latency, MeasuredVariant
from r2p_tui.domain.variant_comparison import Samples
from r2p_tui.domain.variants import variant_of
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.runs.benchmark.memory import MemoryFollower
from r2p_tui.runs.benchmark.model_checks import run_checks
from r2p_tui.runs.benchmark.model_facts import read_facts, size_of
from r2p_tui.runs.benchmark.model_scenarios import Images, Model, held_by, offline, serve, single_stream
from r2p_tui.runs.benchmark.recording import Recorder
from r2p_tui.runs.checkpoints import sha256_of
from r2p_tui.runs.data.training_set import DataSet, read_dataset
from r2p_tui.runs.engines.availability import device_for, missing
from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.detection import Head, evaluate, head_of_outputs, postprocess, preprocess
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.engines.spec import Loaded
from r2p_tui.runs.engines.surroundings import hardware, physical_cores, versions
from r2p_tui.runs.measured_arrays import save_samples
from r2p_tui.text import clean_line, count_of

_OWN_IMAGES = 64
_PROFILE_CALLS = 30
_TIMED = 100


def measure_model(settings: Mapping[str, Any], base: Path, recorder: Recorder) -> None:
    """All scenarios and checks; raises R2PError where the model cannot be loaded, or its data not be read."""
    model = _model(settings, base)
    recorder.update(surroundings=_surroundings(model, recorder), model_sha256=sha256_of(model.file))
    with EngineHost(model.spec(model.batch), recorder.run.work / "engine") as host:
        recorder.tell(f"{model.variant.words} loads {clean_line(model.file.name)}.")
        loaded = host.start()
        model.head, model.names = _head(model, loaded, recorder)
        images = _images(model, recorder)
        measured = _of_file(model, loaded)
        measured = _measure_one(model, host, images, recorder, measured)
        if settings["checklist"]:
            run_checks(model, host, images, recorder, measured)
        _write_variant(recorder, replace(measured, profile=_profile(host, images, recorder)))
    _offline_batches(model, images, recorder)
    recorder.price(model.variant.name, settings.get("price_per_hour"))


def _model(settings: Mapping[str, Any], base: Path) -> Model:
    file = (base / Path(str(settings["target"])).expanduser()).absolute()
    facts = read_facts(file)
    variant = variant_of(str(settings["variant"]))
    device = device_for(str(settings.get("device", "auto")))
    if why := missing(variant, device):
        raise UsageError(f"{variant.words} cannot run here: {why}")
    data = _data(settings, base)
    return Model(
        file,
        variant,
        size_of(settings, facts),
        facts,
        data,
        settings,
        int(settings.get("threads", physical_cores())),
        device,
    )


def _data(settings: Mapping[str, Any], base: Path) -> DataSet | None:
    if "data" not in settings:
        return None
    return read_dataset(as_training(settings), base, seed=int(settings.get("split_seed", 0)))


def _surroundings(model: Model, recorder: Recorder) -> Any:
    return replace(
        recorder.measurement.surroundings,
        data_sha256=model.data.sha256 if model.data else "",
        hardware=hardware(model.device),
        threads=model.threads,
        image_size=max(model.size),
        batch=model.batch,
        images=len(model.data.splits["val"]) if model.data else 0,
        versions=versions(),
    )


def _head(model: Model, loaded: Loaded, recorder: Recorder) -> tuple[Head | None, tuple[str, ...]]:
    """How its outputs are read, and the classes; no head where it is no detector that r2p knows."""
    own = class_names(model.data.names, single=model.is_single_class) if model.data else ()
    names = model.facts.names or own
    if model.data:
        for sentence in check_classes(names, own):
            recorder.note(sentence)
    if model.facts.head is not None:
        return model.facts.head, names
    if not names:
        return None, ()
    try:
        return head_of_outputs(list(loaded.outputs.values()), len(names), model.facts.described), names
    except UsageError:
        if model.data is None:
            return None, names
        raise


def _images(model: Model, recorder: Recorder) -> Images:
    """The user's own images, spread over the validation data, or noise where there are none."""
    if model.data is None:
        recorder.note("No data were named, so times were taken on noise; accuracy was not measured.")
        return model.noise()
    samples = model.data.splits["val"]
    picked = samples[:: max(len(samples) // _OWN_IMAGES, 1)][:_OWN_IMAGES]
    made = []
    for sample in picked:
        try:
            made.append(preprocess(sample.image, model.size, model.head or "yolo").pixels)
        except R2PError as error:
            recorder.note(error.message)
    return np.stack(made) if made else model.noise()


def _of_file(model: Model, loaded: Loaded) -> MeasuredVariant:
    size = model.file.stat().st_size
    weights = model.file.with_suffix(".bin")
    if model.file.suffix.lower() == ".xml" and weights.is_file():
        size += weights.stat().st_size
    return MeasuredVariant(
        variant=model.variant.name,
        engine=model.variant.engine,
        precision=model.variant.precision,
        state="measured",
        file=clean_line(model.file.name),
        bytes=size,
        sha256=sha256_of(model.file),
        notes=tuple(clean_line(note) for note in loaded.notes),
        proof=loaded.proof,
        cold_start_ms=loaded.cold_start_ms,
        memory_idle=loaded.memory_idle,
        device=loaded.ran_on,
    )


def _measure_one(
    model: Model, host: EngineHost, images: Images, recorder: Recorder, measured: MeasuredVariant
) -> MeasuredVariant:
    """Single stream, accuracy with what surrounds the model, and the server, as far as they are wanted."""
    wanted = model.settings["scenarios"]
    times, rounds = np.zeros(0), np.zeros(0, np.int32)
    loaded = [0]
    if "single stream" in wanted:
        with MemoryFollower(lambda: held_by(host, images)) as follower:
            scenario, times, rounds = single_stream(model, host, images)
        loaded += follower.samples
        measured = replace(measured, latency=scenario.latency)
        recorder.add_scenario(scenario)
        _write_variant(recorder, measured)
    measured, found = _accuracy(model, host, recorder, measured)
    arrays = save_samples(recorder.run.path, measured.variant, Samples(times, rounds, found))
    measured = replace(measured, arrays=arrays)
    _write_variant(recorder, measured)
    if "server" in wanted:
        scenario, memory = serve(model, host, images)
        recorder.add_scenario(scenario)
        loaded += memory
    measured = replace(measured, memory_load=max(loaded) or None)
    _write_variant(recorder, measured)
    return measured


def _accuracy(
    model: Model, host: EngineHost, recorder: Recorder, measured: MeasuredVariant
) -> tuple[MeasuredVariant, Detections | None]:
    """Accuracy on all validation images, and the times around the model taken on them, or on noise."""
    if model.head is None:
        recorder.note("It is no detector of boxes that r2p knows, so only the model itself was timed.")
        return measured, None
    if model.data is None:
        before, after = _around_noise(model, host, model.head)
        return replace(measured, preprocess=before, postprocess=after), None
    recorder.tell(f"Accuracy is measured on {count_of(len(model.data.splits['val']), 'image')}.")
    found, before_ms, after_ms = evaluate(
        host, model.data.splits["val"], model.names, model.size, model.head, note=recorder.note,
        single_class=model.is_single_class,
    )  # fmt: skip
    figures = accuracy(found, int(model.settings.get("seed", 0)))
    recorder.step({"map50_95": figures.map50_95, "map50": figures.map50})
    measured = replace(measured, preprocess=summarize(before_ms), postprocess=summarize(after_ms))
    return replace(measured, accuracy=figures), found


def _around_noise(model: Model, host: EngineHost, head: Head) -> tuple[Latency, Latency]:
    numbers = np.random.default_rng(0)
    picture = numbers.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    outputs = host.infer(model.noise(1))
    before = [_ms(lambda: preprocess(picture, model.size, head)) for _ in range(_TIMED)]
    after = [
        _ms(lambda: postprocess(outputs, head, len(model.names), size=model.size, floor=0.25, several=False))
        for _ in range(_TIMED)
    ]
    return summarize(before), summarize(after)


def _ms(work: Any) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1e6


def _profile(host: EngineHost, images: Images, recorder: Recorder) -> Any:
    try:
        return host.profile(images, _PROFILE_CALLS)
    except EngineError as error:
        recorder.note(f"Where the time goes could not be found: {error.message}")
        return ()


def _offline_batches(model: Model, images: Images, recorder: Recorder) -> None:
    """A host for each batch size: engines are loaded for one."""
    if "offline" not in model.settings["scenarios"]:
        return
    for batch in model.settings["batches"]:
        if model.facts.batch is not None and batch != model.facts.batch:
            recorder.note(
                f"Batches of {batch} were left out: the file was made for batches of {model.facts.batch}."
            )
            continue
        try:
            with EngineHost(model.spec(batch), recorder.run.work / f"engine-{batch}") as host:
                host.start()
                recorder.add_scenario(offline(model, host, images, batch))
        except EngineError as error:
            recorder.note(f"Batches of {batch} were left out: {error.message}")


def _write_variant(recorder: Recorder, measured: MeasuredVariant) -> None:
    recorder.update(variants=(measured,), reference=measured.variant)

"""The deployment checklist for a model: each check carries the model out and judges what it did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter_ns

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.deployment_checklist import (
    EDGE_CASES,
    EVALUATION,
    Distribution,
    EdgeCase,
    Light,
    judge_distribution,
    judge_edge_cases,
    judge_evaluation,
    judge_load,
    judge_memory,
    not_run,
)
from r2p_tui.domain.measurements import Check, MeasuredVariant, Scenario
from r2p_tui.errors import R2PError
from r2p_tui.runs.benchmark.model_scenarios import Images, Model, serve
from r2p_tui.runs.benchmark.odd_inputs import odd_images
from r2p_tui.runs.benchmark.recording import Recorder
from r2p_tui.runs.data.pixels import all_facts
from r2p_tui.runs.data.training_set import Sample
from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.detection import postprocess, preprocess, read_image
from r2p_tui.runs.engines.errors import EngineError

_CALLS = 50
_TURNS = 2
_LIGHT_IMAGES = 48
_LOAD_SECONDS = 6.0
_SHOWN_SCORE = 0.25
_JPEG = b"\xff\xd8"


def run_checks(
    model: Model, host: EngineHost, images: Images, recorder: Recorder, measured: MeasuredVariant
) -> None:
    """All five, each written down as soon as it was judged."""
    recorder.tell("The deployment checklist begins.")
    recorder.add_check(_check_evaluation(model, measured))
    recorder.add_check(judge_distribution(_distribution(model, host, images)))
    server, memory = _load(model, host, images)
    recorder.add_check(judge_load(server))
    recorder.add_check(_check_edges(model, host, recorder.run.work / "odd"))
    usual = measured.latency.p50 if measured.latency else None
    recorder.add_check(judge_memory(measured.cold_start_ms, usual, memory, measured.memory_idle))
    passed = sum(check.state == "passed" for check in recorder.measurement.checklist)
    recorder.step({"checks_passed": float(passed)})


def _check_evaluation(model: Model, measured: MeasuredVariant) -> Check:
    if measured.accuracy is None:
        why = (
            "no data were named to evaluate on" if model.data is None else "it is no detector that r2p knows"
        )
        return not_run(EVALUATION, f"{why}; name them with data=FILE" if model.data is None else why)
    return judge_evaluation(measured.accuracy, model.settings.get("expected_map50_95"))


def _distribution(model: Model, host: EngineHost, images: Images) -> Distribution:
    if model.data is None:
        return Distribution()
    noise = model.noise()
    own, neutral = [], []
    for _ in range(_TURNS):
        own.append(_usual_ms(model, host, images))
        neutral.append(_usual_ms(model, host, noise))
    return Distribution(
        own_ms=min(own),
        noise_ms=min(neutral),
        train=_light(model.data.splits["train"]),
        measured=_light(model.data.splits["val"]),
    )


def _usual_ms(model: Model, host: EngineHost, images: Images) -> float:
    """The median of a call, with reading its outputs: how long that takes hangs on what is found."""
    usual = float(np.median(host.single_stream(images, _CALLS, 3)))
    if model.head is None:
        return usual
    after = []
    for image in images[:_CALLS]:
        outputs = host.infer(image[None])
        began = perf_counter_ns()
        postprocess(outputs, model.head, len(model.names), size=model.size, floor=_SHOWN_SCORE, several=False)
        after.append((perf_counter_ns() - began) / 1e6)
    return usual + median(after)


def _light(samples: Sequence[Sample]) -> Light | None:
    picked = samples[:: max(len(samples) // _LIGHT_IMAGES, 1)][:_LIGHT_IMAGES]
    facts = [one for one in all_facts([str(sample.image) for sample in picked], processes=1) if not one.fault]
    if len(facts) < 2:
        return None
    brightness = np.array([one.brightness for one in facts])
    longest = np.array([max(one.width, one.height) for one in facts])
    return Light(len(facts), float(np.median(brightness)), float(brightness.std()), float(np.median(longest)))


def _load(model: Model, host: EngineHost, images: Images) -> tuple[Scenario, list[int]]:
    """A load of its own, as memory is followed over it; 50 clients unless others were named."""
    return serve(model, host, images, min(float(model.settings["seconds"]), _LOAD_SECONDS))


def _check_edges(model: Model, host: EngineHost, folder: Path) -> Check:
    if model.head is None:
        return not_run(EDGE_CASES, "how images are fitted to a model that is no known detector is not told")
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for number, (name, content) in enumerate(odd_images().items()):
        file = folder / f"{number:02}{'.jpg' if content.startswith(_JPEG) else '.png'}"
        file.write_bytes(content)
        cases.append(_edge_case(name, model, host, file))
        file.unlink()
    return judge_edge_cases(cases, still_right=_answers(model, host))


def _answers(model: Model, host: EngineHost) -> bool:
    try:
        return _is_finite(host.infer(model.noise(1)))
    except EngineError:
        return False


def _edge_case(name: str, model: Model, host: EngineHost, file: Path) -> EdgeCase:
    assert model.head is not None  # noqa: S101  (looked at before)
    try:
        image = read_image(file)
        prepared = preprocess(image, model.size, model.head)
        outputs = host.infer(prepared.pixels[None])
        if not _is_finite(outputs):
            return EdgeCase(name, "wrong", "outputs that are no numbers")
        found = postprocess(
            outputs,
            model.head,
            len(model.names),
            size=model.size,
            scale=prepared.scale,
            pad=prepared.pad,
            floor=_SHOWN_SCORE,
            several=False,
        )
    except EngineError as error:
        return EdgeCase(name, "crashed", error.message)
    except R2PError as error:
        return EdgeCase(name, "refused", error.message)
    except Exception as error:
        return EdgeCase(name, "crashed", f"{type(error).__name__}: {error}")
    outside = boxes_outside(found.boxes, image.shape[0], image.shape[1])
    if outside:
        return EdgeCase(name, "wrong", f"{outside} of {len(found.boxes)} boxes outside of the image")
    return EdgeCase(name, "answered", f"{len(found.boxes)} boxes")


def boxes_outside(boxes: NDArray[np.floating], height: int, width: int) -> int:
    """How many boxes have no part within the image: those at its border are cut there, as always."""
    if not len(boxes):
        return 0
    left, top, right, bottom = boxes.T
    inside = (right > 0) & (bottom > 0) & (left < width) & (top < height) & (right >= left) & (bottom >= top)
    return int((~(inside & np.isfinite(boxes).all(axis=1))).sum())


def _is_finite(outputs: Sequence[NDArray[np.floating]]) -> bool:
    return all(np.isfinite(one).all() for one in outputs)

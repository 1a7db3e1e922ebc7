"""A benchmark run: a model, an endpoint or a command is measured as its settings say."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from r2p_tui.domain.benchmark import check_settings, target_words
from r2p_tui.domain.measurements import Measurement, Surroundings
from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs.benchmark.recording import Recorder
from r2p_tui.runs.engines.surroundings import hardware
from r2p_tui.runs.rundir import RunDir


def benchmark(run: RunDir, spec: RunSpec) -> dict[str, Any]:
    """Measure what the spec names and return the results; raises R2PError for what the user can put right."""
    settings = check_settings(spec.benchmark)
    settings.setdefault("seed", spec.seed)
    settings.setdefault("device", spec.device) if settings["kind"] == "model" else None
    base = Path(spec.folder or ".").absolute()
    recorder = Recorder(run, _empty(settings))
    if settings["kind"] == "endpoint":
        from r2p_tui.runs.benchmark.endpoint import measure_endpoint

        measure_endpoint(settings, base, recorder)
    elif settings["kind"] == "command":
        from r2p_tui.runs.benchmark.command_target import measure_command

        measure_command(settings, base, recorder, spec.environment)
    else:
        from r2p_tui.runs.benchmark.model_target import measure_model

        measure_model(settings, base, recorder)
    return _results(recorder.measurement)


def _empty(settings: Mapping[str, Any]) -> Measurement:
    return Measurement(
        kind="benchmark",
        target=target_words(settings),
        surroundings=Surroundings(
            hardware=hardware(),
            batch=1,
            budget=_budget(settings),
            versions={"python": platform.python_version()},
        ),
    )


def _budget(settings: Mapping[str, Any]) -> str:
    """What decides on how much was measured, in words that two runs can be compared by."""
    if settings["kind"] == "command":
        return f"{settings['repeats']} repeats, {settings['warm_up']} before"
    load = f"{settings['rate']:g} a second" if "rate" in settings else f"{settings['clients']} clients"
    return f"{settings['samples']} samples, {load}, {settings['seconds']:g} s, {settings['warm_up']} before"


def _results(measured: Measurement) -> dict[str, Any]:
    """The main figures; the whole is in `measurement.json`."""
    results: dict[str, Any] = {"target": measured.target}
    for scenario in measured.scenarios:
        key = scenario.name.replace(" ", "_") + (
            f"_batch_{scenario.batch}" if scenario.name == "offline" else ""
        )
        results[key] = {
            "p50_ms": scenario.latency.p50 if scenario.latency else None,
            "p99_ms": scenario.latency.p99 if scenario.latency else None,
            "requests_per_second": scenario.throughput,
            "requests": scenario.requests,
            "errors": scenario.errors,
            "lost": scenario.lost,
        }
    results["checklist"] = {check.name: check.state for check in measured.checklist}
    return results

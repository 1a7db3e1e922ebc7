"""Plots of what runs measured: `r2p plot --of`."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run
from tests.cli.finished_runs import put_run
from tests.made_measurements import made_ablation, made_endpoint, made_quantization, write_measurement


@pytest.fixture
def quantized(desk: Desk) -> str:
    number = put_run(desk, "q", points=[{"latency_p50_ms": 6.8}], spec={"kind": "quantize", "argv": ()})
    write_measurement(run_folder(desk.paths.runs, number), made_quantization())
    return str(number)


def lettered(out: str) -> dict[str, str]:
    """The lines of the legend by the name behind the letter."""
    return {line.split()[1]: line for line in out.splitlines() if line[:3].strip() in set("abcdefgh")}


def test_a_quantized_model_is_drawn_as_latency_against_accuracy(r2p: Run, quantized: str) -> None:
    out = r2p("plot", quantized).out
    assert out.startswith("latency against accuracy")
    legend = lettered(out)
    assert len(legend) == 8
    assert legend["openvino-int8"].endswith("front")
    assert not legend["torch-bf16"].endswith("front")
    assert "None is both faster and more accurate than: openvino-int8 (4.10 ms, 76.2 %)" in " ".join(
        out.split()
    )


def test_the_knee_is_marked(r2p: Run, desk: Desk, quantized: str) -> None:
    found = made_quantization()
    accuracy = {"openvino-int8": 0.70, "onnxruntime-int8": 0.761}
    variants = tuple(
        replace(
            one, accuracy=replace(one.accuracy, map50_95=accuracy.get(one.variant, one.accuracy.map50_95))
        )
        if one.accuracy
        else one
        for one in found.variants
    )
    write_measurement(run_folder(desk.paths.runs, int(quantized)), replace(found, variants=variants))
    out = r2p("plot", quantized).out
    assert lettered(out)["onnxruntime-int8"].endswith("knee")
    assert "The knee is onnxruntime-int8." in " ".join(out.split())
    told = json.loads(r2p("plot", quantized, "--json").out)
    assert [one["variant"] for one in told["points"] if one["knee"]] == ["onnxruntime-int8"]


def test_curves_are_still_reached_by_their_metric(r2p: Run, quantized: str) -> None:
    assert r2p("plot", quantized, "--metric", "latency_p50_ms").out.startswith("latency_p50_ms by epoch")


def test_a_run_that_measured_nothing_yet_shows_its_curves(r2p: Run, desk: Desk) -> None:
    number = put_run(desk, "q", points=[{"size_mb": 3.0}], spec={"kind": "quantize", "argv": ()})
    assert r2p("plot", str(number)).out.startswith("size_mb by epoch")


def test_latencies_lie_over_each_other(r2p: Run, quantized: str) -> None:
    out = r2p("plot", quantized, "--of", "latency", "--width", "80").out
    assert len(lettered(out)) == 8
    assert "openvino-int8 has the lowest median: 4.10 ms." in out
    assert "p99 needs 459 samples; 259 are missing." in out
    alone = r2p("plot", f"{quantized}:openvino-int8", "--of", "latency").out
    assert lettered(alone) == {}
    assert "openvino-int8  p50 4.10" in alone


def test_a_service_is_drawn_by_its_scenarios_and_beside_others(r2p: Run, desk: Desk, quantized: str) -> None:
    number = put_run(desk, "service", spec={"kind": "benchmark", "argv": ()})
    write_measurement(run_folder(desk.paths.runs, number), made_endpoint())
    alone = r2p("plot", str(number), "--of", "latency").out
    assert re.search(r"^a  server +p50 480", alone, re.MULTILINE)
    assert re.search(r"^b  first token, server +p50 92", alone, re.MULTILINE)
    both = r2p("plot", str(number), f"{quantized}:openvino-int8", "--of", "latency").out
    assert f"#{number} server" in both
    assert f"#{quantized} openvino-int8" in both


def test_classes_and_layers_have_words(r2p: Run, quantized: str) -> None:
    assert r2p("plot", quantized, "--of", "classes").out.endswith("Worse: stain.\n")
    out = r2p("plot", quantized, "--of", "layers", "--height", "5").out
    assert "/model.22/cv3.0/conv is the most sensitive of 64 layers." in out
    assert "and 59 more layers; see them with --height 64" in out
    assert len(json.loads(r2p("plot", quantized, "--of", "layers", "--json").out)["layers"]) == 64


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["1", "--of", "pie"], "pie"),
        (["1", "--of", "latency", "--metric", "map50"], "--metric draws curves"),
        (["1", "1", "--of", "classes"], "--of classes takes one run."),
        (["2", "--of", "pareto"], "No latency together with accuracy was measured in #2."),
        (["2", "--of", "layers"], "No layer was measured in #2."),
        (["2", "--of", "latency"], "No latency was measured in #2."),
        (["1:torch-fp16", "--of", "latency"], "has not measured torch-fp16"),
        (["3", "--of", "pareto"], "measures nothing"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    r2p: Run, desk: Desk, quantized: str, words: list[str], sentence: str
) -> None:
    number = put_run(desk, "ablation", spec={"kind": "ablate", "argv": ()})
    write_measurement(run_folder(desk.paths.runs, number), made_ablation())
    put_run(desk, "a command")
    result = r2p("plot", *words)
    assert result.status != ExitCode.OK
    assert sentence in result.err
    assert result.out == ""

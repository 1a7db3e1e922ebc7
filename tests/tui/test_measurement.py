"""The screen of a measurement: the verdict first, then every part, followed while the run goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.domain.measurements import Measurement
from r2p_tui.domain.runs import RunSpec, RunState
from r2p_tui.errors import UsageError
from r2p_tui.runs.rundir import run_folder
from r2p_tui.services import quantizing, runs
from r2p_tui.services.desk import Desk
from r2p_tui.store.runs import Run
from r2p_tui.tui import run_words
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.compare_measured import CompareMeasuredDialog
from r2p_tui.tui.dialogs.measured_variant import MeasuredVariantDialog
from r2p_tui.tui.dialogs.quantize import QuantizeDialog
from r2p_tui.tui.measurement_keys import MEASUREMENT_KEYS
from r2p_tui.tui.screens.measurement import MeasurementScreen
from r2p_tui.tui.screens.runs import RunsScreen
from r2p_tui.tui.widgets.fact_sheet import FactSheet
from r2p_tui.tui.widgets.key_bar import KeyBar
from r2p_tui.tui.widgets.row_list import RowList
from r2p_tui.tui.widgets.run_figure import RunFigure
from r2p_tui.tui.widgets.tab_line import TabLine
from tests.made_measurements import (
    made_ablation,
    made_benchmark,
    made_endpoint,
    made_quantization,
    write_measurement,
)
from tests.services.stored_runs import add_run

from .conftest import NOW
from .hostile_library import ESCAPES, LITERAL
from .sample_runs import ended, living
from .settling import press, settled, until
from .test_bytes import FORBIDDEN, _actions

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]


def put(desk: Desk, measurement: Measurement | None, state: RunState = RunState.DONE, **fields: Any) -> int:
    """A run of that kind with what it would have left in its folder."""
    kind = measurement.kind if measurement else "quantize"
    spec = RunSpec(kind, "yolov8n inspection INT8", epochs=14)
    run_id = add_run(desk, spec, state=state, now=NOW, epoch=14, **{"reason": "", **fields})
    if measurement is not None:
        write_measurement(run_folder(desk.paths.runs, run_id), measurement)
    return run_id


@pytest.fixture
def quantized(desk: Desk) -> int:
    return put(desk, made_quantization(), best={"speed_up": 1.66, "latency_p50_ms": 4.1})


async def opened(pilot: Pilots, run_id: int) -> MeasurementScreen:
    await settled(pilot)
    screen = MeasurementScreen(run_id)
    pilot.app.push_screen(screen)
    await settled(pilot)
    await until(pilot, lambda: screen.keeper.known is not None or screen.has_class("-problem"))
    await settled(pilot)
    return screen


async def go_to(pilot: Pilots, screen: MeasurementScreen, part: str) -> None:
    for _ in screen.parts:
        if screen.part == part:
            return
        await press(pilot, "tab")
    assert screen.part == part


def seen(pilot: Pilots) -> str:
    """All that stands on the terminal."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def rows_of(screen: MeasurementScreen) -> list[str]:
    found = screen._widget.query(RowList).first()
    return [found.render_line(line).text.rstrip() for line in range(min(found.size.height, len(found.rows)))]


def said(screen: Any, selector: str) -> str:
    return str(screen.query_one(selector, Static).content)


def told(pilot: Pilots) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


def footer(pilot: Pilots) -> list[str]:
    return [entry.words for entry in pilot.app.screen.query_one(KeyBar)._entries()]


# From the runs


async def test_a_run_that_measured_is_drawn_as_its_variants(
    desk: Desk, quantized: int, make_app: MakeApp
) -> None:
    ended(desk, "YOLOv8n inspection", 40, 0.55)
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        figure = screen.query_one(RunFigure)
        await press(pilot, "j")
        await until(pilot, lambda: not figure.curves.display)
        assert any("OpenVINO INT8" in line for line in figure.words)
        await press(pilot, "k")
        assert figure.curves.display
        await press(pilot, "space", "j")
        assert figure.curves.display, "curves of a marked run stay in sight"
        await press(pilot, "k", "space", "j")
        assert not figure.curves.display
        await press(pilot, "l")
        assert not figure.curves.display, "steps that are a variant each make no curve"


async def test_a_key_opens_what_a_run_measured(desk: Desk, quantized: int, make_app: MakeApp) -> None:
    ended(desk, "YOLOv8n inspection", 40, 0.55, reason="")
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        runs_screen = pilot.app.screen
        assert isinstance(runs_screen, RunsScreen)
        await until(pilot, lambda: runs_screen.keeper.loaded)
        await press(pilot, "g")
        assert "quantize" in footer(pilot) and "results" not in footer(pilot)
        await press(pilot, "v")
        assert told(pilot) == ["Run 2 is of the kind train, which measures nothing."]
        await press(pilot, "j")
        assert "results" in footer(pilot) and "quantize" not in footer(pilot)
        assert "step 14/14" in seen(pilot) and "up to 1.66x" in seen(pilot)
        await press(pilot, "C")
        assert told(pilot)[-1] == "A quantize run is not cloned: start another with r2p quantize."
        assert isinstance(pilot.app.screen, RunsScreen)
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, MeasurementScreen)
        assert said(pilot.app.screen, "#headline") == (
            "✓ Goal met: OpenVINO INT8 is 1.66x as fast as ONNX Runtime fp32, mAP -0.5 pt (-0.8 to -0.2)."
        )
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, RunsScreen)


async def test_the_side_of_a_run_begins_with_its_verdict(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "shift+tab")
        await until(pilot, lambda: "✓ OpenVINO INT8 is 1.66 times" in seen(pilot))


@pytest.mark.parametrize(
    ("kind", "best", "words"),
    [
        ("quantize", {"speed_up": 1.656, "latency_p50_ms": 4.1}, "up to 1.66x"),
        ("quantize", {"latency_p50_ms": 6.84, "map50_95": 0.7}, "p50 6.84 ms"),
        ("benchmark", {"latency_p50_ms": 12.31, "errors": 0.0}, "p50 12.3 ms"),
        ("ablate", {"map50_95": 0.61}, "map50_95 0.61"),
    ],
)
def test_the_list_tells_the_main_figure(desk: Desk, kind: Any, best: dict[str, float], words: str) -> None:
    run_id = add_run(desk, RunSpec(kind, "a run", epochs=6), state=RunState.DONE, best=best, epoch=3)
    view = runs.view_of(desk, run_id)
    assert run_words.metric_words(view) == words
    assert run_words.progress(view, NOW) == ("training 3/6" if kind == "ablate" else "step 3/6")


# The parts


async def test_the_verdict_comes_first_then_every_variant(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, quantized)
        assert said(screen, "#headline").startswith("✓ OpenVINO INT8 is 1.66 times as fast")
        assert said(screen, "#measured-standing") == "8 measured, 4 skipped, 1 failed"
        rows = {row[4:28].strip(): row for row in rows_of(screen)}
        best = rows["OpenVINO INT8"]
        assert "3.60" in best and "4.10" in best and "1.66x ▲" in best and "-0.5 (-0.8 to -0.2) =" in best
        assert "refused" in best and "faster, same mAP" in best
        assert "the reference" in rows["ONNX Runtime fp32"]
        assert "▼" in rows["PyTorch fp32"]
        assert "skipped: TensorRT needs an NVIDIA GPU." in rows["TensorRT fp16"]
        assert "failed: OpenVINO ended with signal 11" in rows["OpenVINO bf16"]
        assert rows_of(screen)[-1].strip().startswith("TensorRT INT8"), "what did not run stands last"
        detail = " ".join(screen.query_one("#verdicts", FactSheet).words)
        assert "60 of 66 kernels ran on integers" in detail and "/model.22/cv3.0/conv" in detail
        figures = " ".join(screen.query_one("#figures", FactSheet).words)
        for words in ("210 MB idle", "655 ms to the first answer", "0.90 ms before", "259 are missing"):
            assert words in figures


async def test_the_cursor_tells_of_another_variant(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, quantized)
        await press(pilot, "g")
        assert (
            screen.chosen == "torch-fp32"
            and "PyTorch fp32" in screen.query_one("#verdicts", FactSheet).words[0]
        )
        await press(pilot, "G")
        assert "TensorRT needs an NVIDIA GPU." in screen.query_one("#verdicts", FactSheet).words[1]
        await press(pilot, "k", "k", "k", "k", "k", "enter")
        assert isinstance(pilot.app.screen, MeasuredVariantDialog)
        assert "62 Q/DQ pairs" in seen(pilot) and "cold start" in seen(pilot)
        await press(pilot, "j", "k", "escape")
        assert isinstance(pilot.app.screen, MeasurementScreen)


async def test_only_parts_that_are_there_are_offered(desk: Desk, make_app: MakeApp) -> None:
    wanted = {
        put(desk, made_quantization()): ["table", "pareto", "classes", "latency", "layers", "time", "about"],
        put(desk, made_benchmark()): ["checklist", "table", "latency", "time", "about"],
        put(desk, made_endpoint()): ["checklist", "latency", "about"],
        put(desk, made_ablation()): ["ablation", "about"],
    }
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        for run_id, parts in wanted.items():
            screen = await opened(pilot, run_id)
            assert screen.parts == parts == list(screen.query_one(TabLine).labels)
            await pilot.press("tab")
            assert screen.part == parts[1]
            await press(pilot, "shift+tab", "shift+tab", "escape")
            assert screen.part == parts[-1]


async def test_the_front_is_drawn_with_its_knee(desk: Desk, make_app: MakeApp) -> None:
    run_id = put(desk, with_a_knee(made_quantization()))
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, run_id)
        await go_to(pilot, screen, "pareto")
        text = seen(pilot)
        assert "ONNX Runtime INT8 ◆ knee" in text and "mAP50-95, %" in text
        places = {row[4:32].strip(): row.split()[-1] for row in rows_of(screen)}
        assert places["OpenVINO INT8"] == "front" and places["ONNX Runtime INT8"] == "knee"
        assert places["PyTorch bf16"] == "beaten"
        sentences = screen.query_one("ParetoPlot").words  # type: ignore[attr-defined]
        assert sentences[0].startswith("Not beaten by any other: h OpenVINO INT8 (4.10 ms, 76.2 %)")
        assert "At the knee stands ONNX Runtime INT8." in sentences
        await press(pilot, "j")
        assert screen.chosen == "onnxruntime-int8"


def with_a_knee(measurement: Measurement) -> Measurement:
    """With one variant that is nearly as fast as the fastest, and nearly as accurate as the best."""
    return replace(
        measurement,
        variants=tuple(
            replace(one, accuracy=replace(one.accuracy, map50_95=0.7665))
            if one.variant == "onnxruntime-int8" and one.accuracy
            else one
            for one in measurement.variants
        ),
    )


async def test_classes_that_lose_most_come_first(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, quantized)
        await go_to(pilot, screen, "classes")
        first, second, *_ = rows_of(screen)
        assert (
            "stain" in first
            and "62.0 -> 59.7" in first
            and "●" in first
            and "█" in first
            and "▼ worse" in first
        )
        assert "missing_screw" in second and "? not enough data" in second and "█" not in second
        assert "OpenVINO INT8 against ONNX Runtime fp32" in seen(pilot)
        await press(pilot, "h")
        assert screen.chosen == "openvino-fp32" and "OpenVINO fp32 against" in seen(pilot)
        await press(pilot, "l", "j")
        assert "missing_screw" in screen.query_one("#part-classes #told", FactSheet).words[0]


async def test_marked_latencies_lie_over_each_other(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, quantized)
        await go_to(pilot, screen, "latency")
        assert (
            "d ONNX Runtime fp32" in seen(pilot)
            and "h OpenVINO INT8" in seen(pilot)
            and "2 of 8" in seen(pilot)
        )
        await press(pilot, "space", "l", "space", "l", "space", "l", "space", "l", "space", "l", "space", "l")
        assert screen.marks[:2] == ("openvino-int8", "torch-fp32") and "5 of 8" in seen(pilot)
        await press(pilot, "h", "space")
        assert len(screen.marks) == 5
        await go_to(pilot, screen, "table")
        assert "›a  PyTorch fp32" in "\n".join(rows_of(screen))


async def test_layers_and_times_are_bars(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, quantized)
        await go_to(pilot, screen, "layers")
        rows = rows_of(screen)
        assert "/model.22/cv3.0/conv" in rows[0] and rows[0].endswith("float") and "█" in rows[0]
        assert not rows[2].endswith("float") and "2 of 64 layers left in float" in seen(pilot)
        await press(pilot, "G")
        assert screen._widget.query(RowList).first().cursor == 63
        await go_to(pilot, screen, "time")
        assert "Conv" in rows_of(screen)[0] and "62 %" in rows_of(screen)[0]


async def test_a_benchmark_begins_with_its_checks(desk: Desk, make_app: MakeApp) -> None:
    run_id = put(desk, made_benchmark())
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, run_id)
        assert "50 clients" in said(screen, "#headline") and "1 of 5 checks failed: edge cases" in said(
            screen, "#headline"
        )
        assert "✗ edge cases." in seen(pilot) and "– own inputs." in seen(pilot)
        assert "8,766 sent" not in seen(pilot)
        await press(pilot, *"jjjj", "G")
        assert "Cost" in seen(pilot) and "per 1,000 requests" in seen(pilot)
        await press(pilot, "g")
        assert "Deployment checklist" in seen(pilot)
        assert footer(pilot) == ["next part", "copy", "export", "help"]


async def test_an_ablation_says_what_each_thing_is_worth(desk: Desk, make_app: MakeApp) -> None:
    run_id = put(desk, made_ablation())
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, run_id)
        assert (
            said(screen, "#headline")
            == "Mosaic is essential, hsv_h helps, fliplr hurts; no evidence for mixup."
        )
        rows = rows_of(screen)
        assert "without mosaic" in rows[0] and "▼ essential" in rows[0] and "-5.9 (-7.1 to -4.7)" in rows[0]
        assert "? no evidence" in rows[2] and "▲ hurts" in rows[3]
        assert "With everything: map50_95 0.612" in seen(pilot) and "0.548 0.551 0.560" in seen(pilot)


# Going on, and going wrong


async def test_what_is_measured_meanwhile_comes_to_the_screen(desk: Desk, make_app: MakeApp) -> None:
    whole = made_quantization()
    with living(desk) as live:
        _becomes_a_quantization(desk, live.id)
        live.report(2, latency_p50_ms=6.8)
        async with make_app("runs").run_test(size=(80, 24)) as pilot:
            screen = await opened(pilot, live.id)
            assert said(screen, "#headline") == "It is still being measured: step 3 of 14."
            assert "Nothing is measured yet." in said(screen, "#empty")
            assert footer(pilot) == ["help"]
            await press(pilot, "space", "c", "y", "e", "enter", "tab", "l", "j", "G")
            assert pilot.app.screen is screen and not told(pilot)
            write_measurement(live.folder, replace(whole, variants=whole.variants[:6], against=(), goal=None))
            await until(pilot, lambda: screen.parts)
            await settled(pilot)
            assert said(screen, "#headline") == "ONNX Runtime fp32: p50 6.80 ms."
            assert said(screen, "#waiting") == "It is still being measured: step 3 of 14."
            await press(pilot, "g")
            write_measurement(live.folder, whole)
            await until(pilot, lambda: len(screen._widget.query(RowList).first().rows) == 13)
            assert screen.chosen == "torch-fp32", "the cursor stays where it was put"


def _becomes_a_quantization(desk: Desk, run_id: int) -> None:
    with desk.store.write() as session:
        run = session.get(Run, run_id)
        assert run is not None
        run.kind, run.spec = "quantize", {**run.spec, "kind": "quantize", "epochs": 14}
        session.add(run)


async def test_nothing_is_read_for_a_screen_that_nobody_sees(
    quantized: int, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, quantized)
        looks: list[int] = []
        monkeypatch.setattr(screen.keeper, "look", lambda: looks.append(1))
        screen._tick()
        assert looks == [1]
        await press(pilot, "1")
        looks.clear()
        screen._tick()
        assert looks == []


@pytest.mark.parametrize(
    ("state", "reason", "line"),
    [
        (RunState.FAILED, "The disk is full.", "It failed: The disk is full."),
        (RunState.LOST, "Its computer was restarted.", "It was lost: Its computer was restarted."),
        (RunState.CANCELLED, "You stopped it.", "It was stopped: You stopped it."),
        (RunState.DONE, "", "It measured nothing."),
    ],
)
async def test_a_run_without_results_says_why(
    desk: Desk, make_app: MakeApp, state: RunState, reason: str, line: str
) -> None:
    run_id = put(desk, None, state, reason=reason or "It ended.")
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, run_id)
        assert said(screen, "#headline") == line
        assert "enter shows the log there" in said(screen, "#empty")


async def test_what_a_failed_run_measured_is_shown_with_its_reason(desk: Desk, make_app: MakeApp) -> None:
    run_id = put(desk, made_quantization(), RunState.FAILED, reason="The disk is full.")
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, run_id)
        waiting = said(screen, "#waiting")
        assert waiting == "It failed: The disk is full. What it measured before that is kept."
        assert len(rows_of(screen)) > 5


async def test_a_spoilt_file_is_told(desk: Desk, make_app: MakeApp) -> None:
    run_id = put(desk, made_quantization())
    path = run_folder(desk.paths.runs, run_id).measurement
    path.write_text(json.dumps({"kind": "quantize", "target": 7}))
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, run_id)
        assert screen.has_class("-problem") and "cannot be read" in said(screen, "#problem")


@pytest.mark.parametrize("size", [(40, 10), (200, 60)])
async def test_every_size_shows_every_part(quantized: int, make_app: MakeApp, size: tuple[int, int]) -> None:
    async with make_app("runs").run_test(size=size) as pilot:
        screen = await opened(pilot, quantized)
        for _ in screen.parts:
            widget = screen.query_one(f"#part-{screen.part}")
            assert widget.region.bottom <= size[1] - 1 and widget.region.right <= size[0]
            assert widget.size.height > 1, "room for the part itself"
            await press(pilot, "tab")


# Taking it elsewhere


async def test_all_of_it_is_copied_as_markdown(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        await opened(pilot, quantized)
        await press(pilot, "y")
        assert "yolov8n" in pilot.app.clipboard.splitlines()[0]
        assert "| openvino-int8 |" in pilot.app.clipboard


async def test_it_is_written_to_files_that_are_not_there_yet(
    quantized: int, make_app: MakeApp, tmp_path: Path
) -> None:
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        await opened(pilot, quantized)
        await press(pilot, "e")
        field = pilot.app.screen.query_one("#field-file", Input)
        assert field.value == f"run-{quantized}-quantize"
        field.value = str(tmp_path / "results")
        await press(pilot, "enter")
        assert "openvino-int8" in (tmp_path / "results.md").read_text()
        assert (tmp_path / "results.csv").read_text().startswith("variant,")
        await press(pilot, "e")
        pilot.app.screen.query_one("#field-file", Input).value = str(tmp_path / "results.csv")
        await press(pilot, "enter")
        assert "is there already" in said(pilot.app.screen, "#export-said")
        pilot.app.screen.query_one("#field-file", Input).value = str(tmp_path / "no" / "folder.md")
        await press(pilot, "enter")
        assert "cannot be written" in said(pilot.app.screen, "#export-said")
        pilot.app.screen.query_one("#field-file", Input).value = ""
        await press(pilot, "enter")
        assert "has no name yet" in said(pilot.app.screen, "#export-said")


async def test_two_variants_are_compared(quantized: int, make_app: MakeApp) -> None:
    async with make_app("runs").run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, quantized)
        await press(pilot, "c")
        assert told(pilot) == ["Mark a variant with space, then go to the one to compare it with."]
        await press(pilot, "space", "g", "c")
        dialog = pilot.app.screen
        assert isinstance(dialog, CompareMeasuredDialog)
        await until(pilot, lambda: "latency p50 ms" in seen(pilot))
        assert "PyTorch fp32 against OpenVINO INT8" in seen(pilot)
        assert "Is it fair" in seen(pilot) and "+190 %" in seen(pilot)
        await press(pilot, "x", "j", "k")
        await until(pilot, lambda: "-65.5 %" in seen(pilot))
        pilot.app.clear_notifications()
        await press(pilot, "escape", "G", "c")
        assert pilot.app.screen is screen and len(told(pilot)) == 1


# Quantizing what was trained


async def test_a_training_is_quantized(
    desk: Desk, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = ended(desk, "YOLOv8n inspection", 40, 0.55, reason="")
    asked: list[tuple[str, dict[str, Any]]] = []

    def quantize_spec(_: Desk, model: str, settings: dict[str, Any], **more: Any) -> RunSpec:
        asked.append((model, {**settings, **more}))
        if "entropi" in settings.values():
            raise UsageError("There is no method “entropi”.", "Did you mean --method entropy?")
        return RunSpec("command", "as if it quantized", argv=("true",))

    monkeypatch.setattr(quantizing, "quantize_spec", quantize_spec)
    runs.pause_queue(desk, True, now=NOW)
    async with make_app("runs").run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        await until(pilot, lambda: screen.keeper.loaded)
        await press(pilot, "Q")
        dialog = pilot.app.screen
        assert isinstance(dialog, QuantizeDialog)
        fields = {field.id: field for field in dialog.query(Input)}
        assert fields["field-model"].value == str(trained) and fields["field-data"].value == "inspection.yaml"
        assert fields["field-max_drop"].value == "1pt"
        fields["field-more"].value = "threads"
        await press(pilot, "enter")
        assert "is no setting" in said(dialog, "#quantize-said") and pilot.app.focused is fields["field-more"]
        fields["field-more"].value, fields["field-method"].value = "threads=2", "entropi"
        await press(pilot, "enter")
        words = said(dialog, "#quantize-said")
        assert "There is no method" in words and "--" not in words
        assert pilot.app.focused is fields["field-method"]
        fields["field-method"].value = "entropy"
        fields["field-variants"].value = "openvino-int8, onnxruntime-int8"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, RunsScreen)
        assert "Run 2 is queued." in told(pilot)
    model, settings = asked[-1]
    assert model == str(trained) and settings["variants"] == ["openvino-int8", "onnxruntime-int8"]
    assert (settings["threads"], settings["method"], settings["device"]) == ("2", "entropy", "auto")


async def test_what_has_not_ended_is_not_quantized(desk: Desk, make_app: MakeApp) -> None:
    with living(desk):
        async with make_app("runs").run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            screen = pilot.app.screen
            assert isinstance(screen, RunsScreen)
            await until(pilot, lambda: screen.keeper.loaded)
            await press(pilot, "Q")
            assert told(pilot) == ["Only what a training made can be quantized, once it has ended."]


# Foreign text


def hostile(value: Any) -> Any:
    """Plain values with every text of a measurement made hostile, but for words that r2p chooses itself."""
    words = " ".join([*LITERAL, *ESCAPES])
    chosen = {
        "kind",
        "state",
        "verdict",
        "variant",
        "reference",
        "best_float",
        "best_int8",
        "engine",
        "worth",
    }
    if isinstance(value, dict):
        return {name: item if name in chosen else hostile(item) for name, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return f"{value} {words}" if isinstance(value, str) else value


@pytest.mark.parametrize("made", [made_quantization, made_benchmark, made_ablation])
async def test_nothing_foreign_is_obeyed(
    desk: Desk, make_app: MakeApp, made: Callable[[], Measurement]
) -> None:
    run_id = put(desk, made())
    path = run_folder(desk.paths.runs, run_id).measurement
    path.write_text(json.dumps(hostile(json.loads(path.read_text()))))
    async with make_app("runs").run_test(size=(160, 45)) as pilot:
        screen = await opened(pilot, run_id)
        for _ in screen.parts:
            text = seen(pilot)
            assert FORBIDDEN.search(text.replace("\n", "")) is None
            assert [found for widget in screen.walk_children() for found in _actions(widget)] == []
            if screen.part in ("classes", "layers", "checklist", "ablation", "about"):
                assert "[@click" in text
            await press(pilot, "tab")
        await press(pilot, "y")
        assert FORBIDDEN.search(pilot.app.clipboard.replace("\n", "")) is None


def test_every_key_has_a_name_of_its_own() -> None:
    ids = [one.id for one in MEASUREMENT_KEYS if isinstance(one, Binding)]
    assert all(ids) and len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("size", "part"),
    [
        (size, part)
        for size in [(80, 24), (120, 40)]
        for part in ("table", "pareto", "classes", "latency", "checklist")
    ],
    ids=str,
)
def test_measurement_snapshot(
    snap_compare: Any, desk: Desk, make_app: MakeApp, size: tuple[int, int], part: str
) -> None:
    made = made_benchmark() if part == "checklist" else with_a_knee(made_quantization())
    run_id = put(desk, made)

    async def show(pilot: Pilots) -> None:
        await go_to(pilot, await opened(pilot, run_id), part)

    assert snap_compare(make_app("runs"), terminal_size=size, run_before=show)

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from r2p_tui.domain.benchmark import steps
from r2p_tui.domain.runs import RunSpec
from r2p_tui.errors import ExitCode
from r2p_tui.services import run_models
from r2p_tui.services.desk import Desk
from tests.cli.conftest import NOW, Run
from tests.cli.finished_runs import put_run


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, desk: Desk, tmp_path: Path) -> list[RunSpec]:
    """What is submitted, checked as it would be; nothing is started."""
    seen: list[RunSpec] = []
    monkeypatch.setattr(run_models, "find_spec", lambda _: object())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "best.onnx").write_bytes(b"onnx")
    (tmp_path / "data.yaml").write_text("names: [a]")
    (tmp_path / "body.json").write_text("{}")

    def submit(desk: Desk, spec: RunSpec, **_: object) -> object:
        from r2p_tui.services.run_checks import checked
        from r2p_tui.services.runs import view_of

        seen.append(checked(desk, spec, now=NOW))
        return view_of(desk, put_run(desk, spec.name, spec={"kind": spec.kind, "argv": ()}))

    monkeypatch.setattr("r2p_tui.services.runs.submit", submit)
    return seen


class Answers(BaseHTTPRequestHandler):
    """Says ok to everything."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/ask"
        server.shutdown()


def test_options_of_a_model_become_settings(r2p: Run, told: list[RunSpec]) -> None:
    result = r2p(
        "bench", "best.onnx", "--data", "data.yaml", "--variant", "openvino-fp32",
        "--scenario", "single-stream", "--scenario", "offline", "--batch", "1,4", "--samples", "459",
        "--seconds", "5", "--threads", "2",
        "--imgsz", "320", "--price", "$1", "--no-checklist", "--seed", "3", "--name", "mine",
    )  # fmt: skip
    assert result.status == ExitCode.OK
    [spec] = told
    settings = spec.benchmark
    assert settings["scenarios"] == ["single stream", "offline"]
    assert (settings["batches"], settings["samples"], settings["seconds"]) == ([1, 4], 459, 5.0)
    assert (settings["variant"], settings["price_per_hour"], settings["checklist"]) == (
        "openvino-fp32",
        1.0,
        False,
    )
    assert (spec.name, spec.seed, spec.epochs) == ("mine", 3, len(steps(settings)))


def test_options_of_a_service_become_settings(r2p: Run, told: list[RunSpec]) -> None:
    r2p(
        "bench", "https://x.example/v1", "--body", "body.json", "--rate", "20", "--method", "put",
        "--expect-status", "201", "--expect-text", "ok", "--set", "timeout=5",
    )  # fmt: skip
    settings = told[0].benchmark
    assert (settings["rate"], settings["method"], settings["expected_status"]) == (20.0, "PUT", 201)
    assert Path(settings["body_file"]).is_absolute()
    assert settings["timeout"] == 5.0
    r2p("bench", "https://x.example/v1", "--model-name", "small", "--prompt", "Say hello.")
    assert (told[1].benchmark["model"], told[1].benchmark["prompt"]) == ("small", "Say hello.")


def test_a_command_is_kept_as_it_was_typed(r2p: Run, told: list[RunSpec]) -> None:
    r2p("bench", "--repeats", "3", "--", sys.executable, "-c", "print(1)", "--repeats", "9")
    assert told[0].benchmark["target"] == [sys.executable, "-c", "print(1)", "--repeats", "9"]
    assert told[0].benchmark["repeats"] == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say what to measure"),
        (["a", "b"], "One thing is measured at a time."),
        (["best.onnx", "--", "true"], "There are two targets"),
        (["gone.onnx"], "There is no file gone.onnx."),
        (["12"], "no run “12”"),
        (["http://example.org/"], "http goes to this machine only"),
        (["https://me:secret@x.example/"], "name or password"),
        (["best.onnx", "--method", "GET"], "“method” is for an endpoint"),
        (["best.onnx", "--scenario", "sever"], "There is no scenario “sever”."),
        (["best.onnx", "--variant", "tensorrt-fp16"], "a .onnx file is for"),
        (["best.onnx", "--clients", "none"], "“clients” must be a whole number"),
        (["best.onnx", "--set", "clients=3", "--clients", "3"], "clients is told twice."),
        (["https://x.example/", "--token-variable", "NO_SUCH_TOKEN"], "There is no variable NO_SUCH_TOKEN"),
        (["--", "no-such-program"], "There is no program “no-such-program”"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_started(
    r2p: Run, told: list[RunSpec], words: list[str], sentence: str
) -> None:
    result = r2p("bench", *words)
    assert result.status in (ExitCode.USAGE, ExitCode.NOT_FOUND)
    assert sentence in result.err
    assert "secret" not in result.err
    assert (result.out, told) == ("", [])


def test_a_command_is_measured_from_birth_to_end(
    r2p: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = r2p("bench", "--repeats", "3", "--price", "1", "--wait", "--", sys.executable, "-c", "print(1)")
    assert result.status == ExitCode.OK, result.err
    assert "single stream" in result.out
    assert "p99 needs 459 samples; 456 are missing." in result.out
    assert "Deployment checklist" in result.out
    assert max(len(line) for line in result.out.splitlines() if not line.startswith("folder")) <= 80


@pytest.mark.slow
def test_a_service_is_measured_and_told_as_json(r2p: Run, desk: Desk, service: str) -> None:
    words = ["bench", service, "--samples", "20", "--seconds", "1", "--clients", "2", "--warm-up", "2"]
    result = r2p(*words, "--wait", "--json")
    assert result.status == ExitCode.OK, result.err
    told = json.loads(result.out)
    assert told["run"]["kind"] == "benchmark"
    server = next(one for one in told["measurement"]["scenarios"] if one["name"] == "server")
    assert server["requests"] > 10
    assert (server["errors"], server["lost"]) == (0, 0)


@pytest.mark.slow
def test_a_command_that_fails_says_so(r2p: Run, desk: Desk) -> None:
    result = r2p("bench", "--wait", "--", sys.executable, "-c", "raise SystemExit(3)")
    assert result.status == ExitCode.FAILED
    assert "3" in result.out + result.err

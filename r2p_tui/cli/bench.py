"""`r2p bench`: a model, a service or a command under the field's own scenarios, in the background."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from r2p_tui.cli.parser import Parser, whole
from r2p_tui.cli.run_options import add_criteria, add_start
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.desk import Desk

WORDS = "MODEL | RUN[:VARIANT] | ADDRESS | -- COMMAND ..."
EXAMPLE = "r2p bench best.onnx --data data.yaml --clients 50 --price 0.50 --wait"
# The name of an option, where that of the setting is another one.
_SETTINGS = {
    "batch": "batches",
    "price": "price_per_hour",
    "model_name": "model",
    "scenario": "scenarios",
    "expect_status": "expected_status",
    "expect_text": "expected_text",
    "expect_exit": "expected_exit",
    "body": "body_file",
}
_OPTIONS = (
    "variant", "data", "imgsz", "threads", "batch", "clients", "rate", "seconds", "samples", "warm_up",
    "repeats", "method", "body", "token_variable", "model_name", "prompt", "expect_status", "expect_text",
    "expect_exit", "price",
)  # fmt: skip


def configure(parser: Parser) -> None:
    """Declare what is measured, how it is asked, and what is told of each kind of target."""
    parser.hands_on = True
    parser.add_argument("target", nargs="*", metavar="TARGET", help="a model file, a run, or an address")
    add = parser.add_argument_group("how it is asked").add_argument
    add(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one: single-stream, offline or server",
    )
    add("--samples", metavar="N", help="requests one after the other (p99 needs 459)")
    add("--batch", metavar="N,N", help="images in a batch for offline, as 1,8,32")
    add("--clients", metavar="N", help="clients of the server scenario that ask at the same time (50)")
    add("--rate", metavar="N", help="instead of clients: requests a second at random times")
    add("--seconds", metavar="N", help="how long offline and server last")
    add("--warm-up", metavar="N", help="requests before anything counts")
    add("--no-checklist", action="store_true", help="leave the deployment checklist out")
    add("--price", metavar="MONEY", help="what an hour of the machine costs, as 0.50")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="another setting, such as timeout=5")
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=0, metavar="N", help="seed of chance (0)")
    _add_of_targets(parser)
    add_criteria(parser)
    add_start(parser)


def _add_of_targets(parser: Parser) -> None:
    add = parser.add_argument_group("of a model").add_argument
    add("--variant", metavar="NAME", help="engine and precision, as onnxruntime-fp32 or openvino-fp32")
    add("--data", metavar="FILE", help="your images: a YOLO data yaml or a COCO json")
    add("--imgsz", metavar="N", help="size of the images in pixels")
    add("--threads", metavar="N", help="threads of the engine (default: one a core)")
    add = parser.add_argument_group("of an address").add_argument
    add("--method", metavar="NAME", help="GET, POST, ... (default: POST where something is sent)")
    add("--body", metavar="FILE", help="what is sent")
    add("--token-variable", metavar="NAME", help="the variable that holds the token, never the token")
    add("--model-name", metavar="NAME", help="of an OpenAI-compatible service: its model, and")
    add("--prompt", metavar="TEXT", help="what it is asked; times to first token and tokens a second")
    add("--expect-status", metavar="N", help="the status of a good answer")
    add("--expect-text", metavar="TEXT", help="what a good answer holds")
    add = parser.add_argument_group("of a command").add_argument
    add("--repeats", metavar="N", help="how often it is started (10)")
    add("--expect-exit", metavar="N", help="its exit status when all is well (0)")


def run(options: Namespace) -> ExitCode:
    """Put the benchmark into the queue; with --wait print what it measured."""
    from r2p_tui.cli.measuring import start

    target = _target(options)
    return start(options, lambda desk: _spec(desk, target, options))


def _target(options: Namespace) -> str | Sequence[str]:
    """One word, or all words behind two dashes."""
    if options.handed_on and not options.target:
        return tuple(options.handed_on)
    if options.handed_on:
        raise UsageError(
            "There are two targets: one before the dashes, and a command behind them.",
            f"For example: {EXAMPLE}",
        )
    if not options.target:
        raise UsageError(
            "Say what to measure: a model, a run, an address or a command.", f"For example: {EXAMPLE}"
        )
    if len(options.target) > 1:
        raise UsageError(
            "One thing is measured at a time.",
            "Put a command after two dashes: r2p bench -- python predict.py",
        )
    return str(options.target[0])


def _spec(desk: Desk, target: str | Sequence[str], options: Namespace) -> RunSpec:
    from r2p_tui.cli.measuring import name_or_nothing
    from r2p_tui.services.benchmarking import benchmark_spec

    return benchmark_spec(
        desk, target, _settings(options), name=name_or_nothing(options), device=options.device
    )


def _settings(options: Namespace) -> dict[str, Any]:
    from r2p_tui.cli.measuring import with_set

    told = {_SETTINGS.get(name, name): getattr(options, name) for name in _OPTIONS}
    settings = {name: value for name, value in told.items() if value is not None}
    if options.scenario:
        settings["scenarios"] = options.scenario
    if options.no_checklist:
        settings["checklist"] = False
    if "price_per_hour" in settings:
        settings["price_per_hour"] = str(settings["price_per_hour"]).lstrip("$")
    return with_set(
        settings, options.set, {own: f"--{name.replace('_', '-')}" for name, own in _SETTINGS.items()}
    )

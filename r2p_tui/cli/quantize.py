"""`r2p quantize`: one model in all variants that run here, with what each costs and gains."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli.parser import Parser, whole
from r2p_tui.cli.run_options import add_criteria, add_start
from r2p_tui.errors import ExitCode

if TYPE_CHECKING:
    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.desk import Desk

WORDS = "MODEL | RUN"
EXAMPLE = "r2p quantize best.pt --data data.yaml --max-drop 1pt --wait"
# The name of an option, where that of the setting is another one.
_SETTINGS = {"price": "price_per_hour"}
_OPTIONS = (
    "data", "calibration", "calibration_images", "method", "max_drop", "imgsz", "samples", "images",
    "threads", "price",
)  # fmt: skip


def configure(parser: Parser) -> None:
    """Declare the model, its data, the limit on the loss, and how much is measured."""
    parser.add_argument(
        "model", metavar="MODEL", help="a .pt file, or a run whose best checkpoint is taken: 12, last, a name"
    )
    parser.add_argument(
        "--data", metavar="FILE", help="the data set: a YOLO data yaml (default: the run's own)"
    )
    add = parser.add_argument_group("calibration and limit").add_argument
    add("--calibration", metavar="FOLDER", help="images for calibration (default: those for training)")
    add("--calibration-images", metavar="N", help="how many of them")
    add("--method", metavar="NAME", help="minmax, entropy or percentile")
    add("--max-drop", metavar="PT", help="the largest loss of mAP50-95, as 1pt; sensitive layers stay float")
    add = parser.add_argument_group("what is measured").add_argument
    add(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one beside the reference, as openvino-int8; again for more",
    )
    add("--imgsz", metavar="N", help="size of the images in pixels")
    add("--samples", metavar="N", help="requests that are timed of each variant (p99 needs 459)")
    add("--images", metavar="N", help="at most so many images for validation")
    add("--threads", metavar="N", help="threads of every engine (default: one a core)")
    add("--price", metavar="MONEY", help="what an hour of the machine costs, as 0.50")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="another setting")
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=0, metavar="N", help="seed of chance (0)")
    add_criteria(parser)
    add_start(parser)


def run(options: Namespace) -> ExitCode:
    """Put the run into the queue; with --wait print what it measured."""
    from r2p_tui.cli.measuring import start

    return start(options, lambda desk: _spec(desk, options))


def _spec(desk: Desk, options: Namespace) -> RunSpec:
    from r2p_tui.cli.measuring import name_or_nothing
    from r2p_tui.services.quantizing import quantize_spec

    return quantize_spec(
        desk, options.model, _settings(options), name=name_or_nothing(options), device=options.device
    )


def _settings(options: Namespace) -> dict[str, Any]:
    from r2p_tui.cli.measuring import with_set

    told = {_SETTINGS.get(name, name): getattr(options, name) for name in _OPTIONS}
    settings = {name: value for name, value in told.items() if value is not None}
    if options.variant:
        settings["variants"] = options.variant
    if "price_per_hour" in settings:
        settings["price_per_hour"] = str(settings["price_per_hour"]).lstrip("$")
    return with_set(settings, options.set, {own: f"--{name}" for name, own in _SETTINGS.items()})

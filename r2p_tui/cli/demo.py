"""`r2p demo`: the terminal program on a library that is not the user's, and a data set to train on."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser
from r2p_tui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from r2p_tui.demo.inspection import Knobs
    from r2p_tui.demo.inspection_files import MadeData
    from r2p_tui.paths import Paths

WORDS = "[data DIR]"
EXAMPLE = """r2p demo
  r2p demo data inspection --images 500 --crowding 0.6 --label-noise 0.1"""
# name: (what it turns, type); the defaults stand in `demo/inspection.py`.
_KNOBS: dict[str, tuple[str, type]] = {
    "images": ("how many images (default 200)", int),
    "seed": ("the same seed draws the same images (default 0)", int),
    "size": ("the side of an image in pixels (default 320)", int),
    "crowding": ("few objects at 0, about 15 an image at 1 (default 0.3)", float),
    "occlusion": ("the share of objects with something over them (default 0.1)", float),
    "object_size": ("tiny at 0, large at 1 (default 0.5)", float),
    "imbalance": ("classes equally often at 0, 100 to 1 at 1 (default 0)", float),
    "label_noise": ("the share of labels that are wrong (default 0)", float),
    "val": ("the share of images for validation (default 0.2)", float),
}


def configure(parser: Parser) -> None:
    """Declare the way back to the start, and the knobs of the data set."""
    parser.add_argument(
        "words", nargs="*", metavar="data DIR", help="draw a data set of inspection images into a folder"
    )
    parser.add_argument("--fresh", action="store_true", help="forget what was tried there before")
    parser.add_argument(
        "--prepare", action="store_true", help="print its folder and stop, for use as --home FOLDER"
    )

    group = parser.add_argument_group("for data DIR")
    for name, (help_line, kind) in _KNOBS.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=_reader(kind), metavar="N", help=help_line)
    group.add_argument("--coco", action="store_true", help="write train.json and val.json too")
    group.add_argument("--force", action="store_true", help="replace a data set that r2p drew there")


def run(options: Namespace) -> ExitCode | int:
    """Open the demonstration, print where it is, or draw the data set."""
    if options.words:
        return _draw_data(options)
    if told := [name for name in (*_KNOBS, "coco", "force") if getattr(options, name) not in (None, False)]:
        name = told[0].replace("_", "-")
        raise UsageError(
            f"--{name} goes with a data set.", f"For example: r2p demo data inspection --{name} ..."
        )

    def prepare() -> Paths:
        from r2p_tui.demo.library import prepare_demo
        from r2p_tui.services.desk import utc_now

        return prepare_demo(options.paths, now=utc_now(), fresh=options.fresh)

    if options.prepare:
        output.write(str(prepare().data.parent))
        return ExitCode.OK
    return int(options.screens(prepare, options, True))


# --- the data set -----------------------------------------------------------------------------------------


def _draw_data(options: Namespace) -> ExitCode:
    from pathlib import Path

    from r2p_tui.cli.data import rarely
    from r2p_tui.cli.progress import Progress
    from r2p_tui.demo.inspection import Knobs
    from r2p_tui.demo.inspection_files import make_data

    if options.words[0] != "data" or len(options.words) != 2 or not options.words[1]:
        raise UsageError("A data set is drawn into one folder.", "For example: r2p demo data inspection")
    if options.fresh or options.prepare:
        raise UsageError("--fresh and --prepare go with the library.", "Leave them out.")
    knobs = Knobs(**{name: value for name in _KNOBS if (value := getattr(options, name)) is not None})
    with Progress() as progress:
        made = make_data(
            Path(options.words[1]), knobs, coco=options.coco, force=options.force, progress=rarely(progress)
        )
    _write_made(made, knobs)
    return ExitCode.OK


def _write_made(made: MadeData, knobs: Knobs) -> None:
    """What was drawn, and the commands that come next."""
    import shlex

    from r2p_tui.cli.plot_text import bars

    total = sum(made.boxes.values())
    splits = ", ".join(f"{count:,} {split}" for split, count in made.images.items())
    output.write(f"{made.data_file}: {knobs.images:,} images ({splits}), {total:,} boxes")
    for line in bars(((name, count, "") for name, count in made.boxes.items()), min(output.line_width(), 80)):
        output.write(f"  {line}")
    name = shlex.quote(str(made.data_file))
    output.write("\nNext:")
    output.write(f"  r2p data check {name} --imgsz {knobs.size}")
    output.write(f"  r2p run train --model yolov8n.yaml --data {name} --epochs 3 --imgsz {knobs.size}")


def _reader(kind: type) -> Any:
    """A number as an option takes it; raises the error that argparse tells in a sentence."""

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or value != value:
            what = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"“{text[:40]}” is not {what}")
        return value

    return read

"""`r2p data check`: what is wrong with a data set, before anything is trained on it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from r2p_tui.cli import output
from r2p_tui.cli.parser import Parser, add_json, add_limit, whole
from r2p_tui.errors import ExitCode, UsageError
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.cli.progress import Progress
    from r2p_tui.domain.data_check import FileNote, Finding, Plot, Report

WORDS = "check FILE"
EXAMPLE = """r2p data check inspection/data.yaml --imgsz 640
  r2p data check annotations/instances_train.json --model rtdetr-l.yaml
  r2p data check data.yaml --json > findings.json"""
_STYLES = {"problem": "red", "look": "yellow", "fine": "dim"}
_MARGIN = 9
# Shown even when nothing is wrong: what every model is up against.
_ALWAYS = ("imbalance", "sizes")


def configure(parser: Parser) -> None:
    """Declare the file, and through whose eyes it is looked at."""
    parser.description = (
        "Look at every image and label of a data set before training.\n"
        "The exit status is 0 where nothing is wrong, and 1 where there are problems."
    )
    parser.add_argument("words", nargs="+", metavar="check FILE", help="a YOLO data yaml or a COCO json")
    parser.add_argument("--model", metavar="NAME", help="whose strides count (default yolov8n.yaml)")
    parser.add_argument(
        "--imgsz",
        type=whole(1, 1_000_000),
        metavar="PIXELS",
        help="the image size of the training (default 640)",
    )
    add_limit(parser, 3)
    add_json(parser)


def run(options: Namespace) -> ExitCode:
    """Print the findings; the status is 1 where one of them is a problem."""
    from r2p_tui.cli.progress import Progress
    from r2p_tui.services.data_check import IMAGE_SIZE, MODEL, check

    path = _path(options.words)
    model, imgsz = options.model or MODEL, options.imgsz or IMAGE_SIZE
    with Progress() as progress:
        report = check(path, model=model, imgsz=imgsz, progress=rarely(progress))
    if options.json:
        output.write_json(report_json(report))
    else:
        _write(report, options.limit)
    return ExitCode.FAILED if report.has_problems else ExitCode.OK


def report_json(report: Report) -> dict[str, object]:
    """The report with all files of all findings."""
    from dataclasses import asdict

    return {
        "file": report.file,
        "model": report.view.model,
        "imgsz": report.view.image_size,
        "strides": list(report.view.strides),
        "images": dict(report.images),
        "boxes": report.boxes,
        "names": list(report.names),
        "problems": report.count("problem"),
        "findings": [
            asdict(finding)
            | {
                "files": [note._asdict() for note in finding.files],
                "plot": finding.plot and _plot_json(finding.plot),
            }
            for finding in report.findings
        ],
    }


def _path(words: list[str]) -> Path:
    action, *rest = words
    if action != "check" or len(rest) != 1:
        said = output.fit(output.one_line(action), 40)
        known = "r2p data check takes one file." if action == "check" else f"r2p data does not know “{said}”."
        raise UsageError(known, "For example: r2p data check data.yaml")
    return Path(rest[0])


def rarely(progress: Progress) -> Callable[[str, int, int | None], None]:
    """A hundred reports on a terminal, which rewrites its line; four elsewhere, where each is a line."""
    import sys

    parts = 100 if sys.stderr.isatty() else 4

    def show(step: str, done: int, total: int | None) -> None:
        if not total or done == total or done % max(total // parts, 1) == 0:
            progress.show(step, done, total)

    return show


def _plot_json(plot: Plot) -> dict[str, object]:
    return {"title": plot.title, "rows": [row._asdict() for row in plot.rows]}


# --- printing ---------------------------------------------------------------------------------------------


def _write(report: Report, limit: int) -> None:
    width = min(output.line_width(), 100)
    for line in output.wrap(_head(report), width):
        output.write(line, style="bold")
    for line in output.wrap(_summary(report), width):
        output.write(line)
    troubled = {finding.topic for finding in report.findings if finding.severity != "fine"}
    before = ""
    for finding in report.findings:
        if finding.severity != "fine" or before != "fine":
            output.write()
        before = finding.severity
        _write_finding(finding, width, limit)
    for finding in report.findings:
        if finding.plot and (finding.key in _ALWAYS or finding.topic in troubled):
            _write_plot(finding.plot, width)


def _head(report: Report) -> str:
    splits = ", ".join(f"{count:,} {split}" for split, count in report.images.items())
    total = count_of(sum(report.images.values()), "image")
    return (
        f"{output.one_line(report.file)}: {total} ({splits}), {count_of(report.boxes, 'box', 'boxes')}, "
        f"{count_of(len(report.names), 'class', 'classes')}; as {report.view.model} sees it at"
        f" {report.view.image_size} px"
    )


def _summary(report: Report) -> str:
    problems, looks = report.count("problem"), report.count("look")
    said = count_of(problems, "problem") if problems else "No problems"
    more = f"{looks} to look at" if looks else "nothing that needs a look"
    return f"{said}, {more}, {report.count('fine')} fine."


def _write_finding(finding: Finding, width: int, limit: int) -> None:
    room = width - _MARGIN
    first, *others = output.wrap(finding.sentence, room)
    output.write(f"{finding.severity:<{_MARGIN}}{first}", style=_STYLES[finding.severity])
    margin = " " * _MARGIN
    for line in others:
        output.write(margin + line, style="dim" if finding.severity == "fine" else None)
    if finding.hint:
        for line in output.wrap(finding.hint, room):
            output.write(margin + line)
    if finding.severity != "fine":
        for line in _file_lines(finding.files, room, limit):
            output.write(margin + line)


def _file_lines(files: tuple[FileNote, ...], room: int, limit: int) -> Iterator[str]:
    for path, note in files[:limit]:
        line = output.one_line(f"{path}: {note}" if note else path)
        yield from output.wrap(line, room, "  ")
    if len(files) > limit:
        rest = f"and {count_of(len(files) - limit, 'more file')}; see them with: --limit {len(files)}"
        yield from output.wrap(rest, room, "  ")


def _write_plot(plot: Plot, width: int) -> None:
    from r2p_tui.cli.plot_text import bars

    output.write()
    output.write(plot.title, style="bold")
    for line in bars(plot.rows, width):
        output.write(line)

"""Look at a data set before any training: the gap is more often in the data than in the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from r2p_tui.domain.data_check import DataSet, Finding, ModelView, Report, make_report, model_view
from r2p_tui.domain.data_check_classes import class_findings
from r2p_tui.domain.data_check_copies import copy_findings
from r2p_tui.domain.data_check_files import file_findings, label_findings
from r2p_tui.domain.data_check_light import light_findings, resolution_findings
from r2p_tui.domain.data_check_outliers import outlier_findings
from r2p_tui.domain.data_check_sizes import crowding_findings, size_findings
from r2p_tui.errors import UsageError
from r2p_tui.runs.data.check_set import complete, read_listing
from r2p_tui.runs.data.listing import is_coco
from r2p_tui.runs.data.pixels import all_facts

Progress = Callable[[str, int, int | None], None]

MODEL = "yolov8n.yaml"
IMAGE_SIZE = 640
IMAGE_SIZES = (16, 16384)


def check(
    file: Path,
    *,
    model: str = MODEL,
    imgsz: int = IMAGE_SIZE,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Report:
    """Read every image and label that a YOLO data yaml or a COCO json names, and say what is found.

    `progress` hears a step, how much of it is done, and of how much. Raises UsageError, NotFoundError or
    DocumentError where there is no data set to look at; faults inside of one are findings.
    """
    low, high = IMAGE_SIZES
    if not low <= imgsz <= high:
        raise UsageError(f"--imgsz goes from {low} to {high}.")
    say = progress or (lambda *_: None)
    # Raises for what is no data set, before anything is said to be read.
    is_coco(file)
    say("Reading labels", 0, None)
    listing = read_listing(file)
    paths = list(dict.fromkeys(entry.path for entry in listing.entries))
    facts = all_facts(
        [str(path) for path in paths],
        lambda done: say("Reading images", done, len(paths)),
        processes,
    )
    data = complete(listing, dict(zip(paths, facts, strict=True)))
    say("Comparing", 0, None)
    view = model_view(model, imgsz)
    return make_report(data, view, findings_on(data, view))


def findings_on(data: DataSet, view: ModelView) -> Iterator[Finding]:
    """Every finding, topic by topic."""
    yield from file_findings(data)
    yield from label_findings(data)
    yield from class_findings(data)
    yield from size_findings(data, view)
    yield from crowding_findings(data)
    yield from copy_findings(data)
    yield from outlier_findings(data)
    yield from light_findings(data)
    yield from resolution_findings(data, view)

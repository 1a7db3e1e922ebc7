"""Data sets laid out anew below the run's folder.

Ultralytics writes beside the labels, mends images in their place, and loads caches that it finds there as
pickles. It is shown a folder of links instead: the user's files are neither changed nor trusted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from r2p_tui.runs.data.training_set import SPLITS, DataSet, Sample

_LONGEST_NAME = 200


def lay_out(found: DataSet, folder: Path) -> Path:
    """Links to all images and labels below a new folder, and the yaml for ultralytics; raises OSError."""
    for split in SPLITS:
        _link(found.splits[split], folder / "images" / split, folder / "labels" / split)
    described = {"path": str(folder), "names": list(found.names), "nc": len(found.names)}
    described |= {split: f"images/{split}" for split in SPLITS}
    target = folder / "data.yaml"
    # JSON is YAML, and leaves nothing to quote.
    target.write_text(json.dumps(described, indent=1), encoding="utf-8")
    return target


def _link(samples: Sequence[Sample], images: Path, labels: Path) -> None:
    """The numbers keep ultralytics in the order of the original paths, so that a seed means the same."""
    images.mkdir(parents=True)
    labels.mkdir(parents=True)
    for number, sample in enumerate(samples):
        name = f"{number:07d}_{sample.image.name}"
        if len(os.fsencode(name)) > _LONGEST_NAME:
            name = f"{number:07d}{sample.image.suffix}"
        (images / name).symlink_to(sample.image)
        label = labels / f"{name.rpartition('.')[0]}.txt"
        if sample.rows is not None:
            label.write_text(sample.rows, encoding="utf-8")
        elif sample.label_file is not None:
            label.symlink_to(sample.label_file)

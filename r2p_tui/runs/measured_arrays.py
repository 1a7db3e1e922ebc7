"""Single samples of a measured variant in its run's folder, so that two runs can be compared per image."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.detection_matching import Detections
from r2p_tui.domain.variant_comparison import Samples
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.files import replace_file
from r2p_tui.text import clean_line

FOLDER = "measured"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LARGEST = 2**30
_LATENCY = ("latency_ms", "rounds")
_DETECTIONS = ("image", "class_id", "score", "matched", "boxes")
_TEXTS = ("names", "images")


def save_samples(run_folder: Path, variant: str, samples: Samples) -> str:
    """Keep the samples of a variant; the file's name below the run folder, for `MeasuredVariant.arrays`.

    Raises UsageError for a name that is no plain file name, and OSError.
    """
    if not _NAME.fullmatch(variant):
        raise UsageError(f"“{clean_line(variant)[:60]}” cannot be the name of a file of samples.")
    arrays: dict[str, NDArray[np.generic]] = {name: getattr(samples, name) for name in _LATENCY}
    if samples.detections is not None:
        arrays |= {name: getattr(samples.detections, name) for name in _DETECTIONS}
        arrays |= {name: np.array(getattr(samples.detections, name), np.str_) for name in _TEXTS}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    target = run_folder / FOLDER / f"{variant}.npz"
    target.parent.mkdir(exist_ok=True)
    replace_file(target, buffer.getvalue())
    return f"{FOLDER}/{target.name}"


def scenario_arrays(scenario: str) -> str:
    """Under which name the requests of a scenario are kept."""
    return scenario.replace(" ", "-")


def load_samples(run_folder: Path, arrays: str) -> Samples:
    """The samples that `save_samples` kept under that name.

    Raises UsageError for a name outside the run's folder, NotFoundError, and DocumentError for damage.
    """
    place = PurePosixPath(arrays)
    if place.parts[:-1] != (FOLDER,) or place.suffix != ".npz" or not _NAME.fullmatch(place.name):
        raise UsageError(f"“{clean_line(arrays)[:60]}” is no file of samples of a run.")
    path = run_folder / place
    try:
        return _checked(_read(path))
    except FileNotFoundError:
        raise NotFoundError(
            f"The single samples {clean_line(arrays)} are not there any more.", "Measure the variant again."
        ) from None
    except Exception as error:
        # What unpacks answers damage with errors of every kind.
        raise DocumentError(
            f"The single samples {clean_line(arrays)} are damaged.", "Measure the variant again."
        ) from error


def _read(path: Path) -> dict[str, NDArray[np.generic]]:
    """All arrays of a file of a sensible size; raises ValueError and what zip raises."""
    with zipfile.ZipFile(path) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _LARGEST:
            raise ValueError("a file far too large")
    with np.load(path, allow_pickle=False) as opened:
        return {name: opened[name] for name in opened.files}


def _checked(arrays: dict[str, NDArray[np.generic]]) -> Samples:
    latency, rounds = (arrays[name] for name in _LATENCY)
    detections = None
    if "image" in arrays:
        texts = {name: tuple(clean_line(str(one)) for one in arrays[name]) for name in _TEXTS}
        detections = Detections(**{name: arrays[name] for name in _DETECTIONS}, **texts)  # type: ignore[arg-type]
    return Samples(latency, rounds, detections)  # type: ignore[arg-type]

"""Images as numbers: size, hashes, light; read in processes of their own, each image within limits."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from r2p_tui.domain.data_check import ImageFacts
from r2p_tui.errors import DocumentError
from r2p_tui.text import clean_line, shorten

# Formats that are decoded in this process; none that would start another program.
FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "JPEG2000", "AVIF", "PPM")
LARGEST_FILE = 256 * 2**20
LARGEST_IMAGE = 100_000_000
_TOO_LARGE = f"more than {LARGEST_IMAGE // 1_000_000} million pixels"
THUMBNAIL = 32
# JPEG files larger than this are decoded smaller, which is several times faster.
_WHOLE = 2_500_000
_REDUCED = (1024, 1024)
_ALONE = 48
_CHUNK = 16
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)


def facts_of(path: str) -> ImageFacts:
    """What one image file says; every error is a sentence in `fault`."""
    try:
        if Path(path).stat().st_size > LARGEST_FILE:
            return ImageFacts(fault=f"larger than {LARGEST_FILE // 2**20} MiB")
        content = Path(path).read_bytes()
        return _facts(content) if content else ImageFacts(fault="an empty file")
    except UnidentifiedImageError:
        return ImageFacts(fault="no image that r2p can read")
    except Image.DecompressionBombError:
        return ImageFacts(fault=_TOO_LARGE)
    except Exception as error:
        # Decoders answer a damaged file with errors of every kind.
        return ImageFacts(fault=_said(error))


def all_facts(
    paths: Sequence[str], progress: Callable[[int], None] | None = None, processes: int | None = None
) -> Iterator[ImageFacts]:
    """The facts of each file in their order; `progress` hears how many are done.

    Raises DocumentError where a decoder takes its whole process down.
    """
    done = 0
    try:
        for done, facts in enumerate(_spread(paths, processes), 1):
            yield facts
            if progress:
                progress(done)
    except BrokenProcessPool as error:
        raise DocumentError(
            f"An image after {clean_line(paths[max(done - 1, 0)])} ended the process that read it.",
            "Take damaged images out of the data set, or free some memory.",
        ) from error


def _spread(paths: Sequence[str], processes: int | None) -> Iterator[ImageFacts]:
    workers = processes or min(os.cpu_count() or 1, 16)
    if workers == 1 or len(paths) <= _ALONE:
        yield from map(facts_of, paths)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(facts_of, paths, chunksize=_CHUNK)


def _facts(content: bytes) -> ImageFacts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(content), formats=_formats())
        width, height = image.size
        if width * height > LARGEST_IMAGE:
            return ImageFacts(width, height, fault=_TOO_LARGE)
        whole = width * height <= _WHOLE or image.format not in ("JPEG", "MPO")
        if not whole:
            image.draft("RGB", _REDUCED)
        turned = image.getexif().get(_ORIENTATION) in _TURNED
        image.load()
        pixels = (
            hashlib.sha256(repr(image.size).encode() + _colours(image).tobytes()).hexdigest() if whole else ""
        )
        grey = _grey(image)
    # A filter that reaches over its neighbours: the same shot in another size then gives the same cells.
    small = np.asarray(grey.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BICUBIC))
    # Contrast is that of structures, not of the noise of the sensor, which other sizes would average away.
    return ImageFacts(
        *((height, width) if turned else (width, height)),
        digest=hashlib.sha256(content).hexdigest(),
        pixels=pixels,
        dhash=difference_hash(grey),
        thumbnail=small.tobytes(),
        brightness=float(small.mean()),
        contrast=float(small.std()),
        odd_end=image.format == "JPEG" and content[-2:] != b"\xff\xd9",
    )


@lru_cache(maxsize=1)
def _formats() -> tuple[str, ...]:
    """Those that this Pillow can read."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def difference_hash(grey: Image.Image) -> int:
    """64 bits: whether each cell of an 8 x 8 grid is brighter than its right neighbour (dHash)."""
    cells = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), np.int16)
    bits = (cells[:, :-1] > cells[:, 1:]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _colours(image: Image.Image) -> Image.Image:
    """Pixels that are equal where the picture is, whatever the format; deep grey levels stay as they are."""
    if image.mode == "RGB" or image.mode in _DEEP:
        return image
    return image.convert("RGBA" if "A" in image.mode else "RGB")


def _grey(image: Image.Image) -> Image.Image:
    """256 grey levels; of 16 bits the upper 8, as trainings read them."""
    if image.mode not in _DEEP:
        return image.convert("L")
    levels = np.asarray(image, np.float32) / 256
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def _said(error: BaseException) -> str:
    """A system's or a decoder's words as the end of a sentence."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shorten(clean_line(words), 100).rstrip(".")

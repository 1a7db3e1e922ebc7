"""Images as a detector takes them: read as trainings read them, and fitted to a fixed size."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from r2p_tui.errors import DocumentError
from r2p_tui.runs.data.pixels import LARGEST_FILE, LARGEST_IMAGE
from r2p_tui.text import clean_line

Head = Literal["yolo", "end2end", "rtdetr"]
Bytes = NDArray[np.uint8]
_GREY = 114
_ENDS = {b"\xff\xd8": b"\xff\xd9", b"\x89P": b"IEND\xaeB`\x82"}


class Prepared(NamedTuple):
    """An image as the model takes it: RGB float32 (3, height, width) of 0 to 1.

    A place x of the original lies at `x * scale + pad`; both are (horizontal, vertical).
    """

    pixels: NDArray[np.float32]
    scale: tuple[float, float]
    pad: tuple[int, int]


def read_image(path: str | Path) -> Bytes:
    """The pixels (height, width, 3) in the order BGR, turned as the camera says, 16 bits cut to 8.

    Read by what ultralytics reads with, so that a model sees what its training saw. Raises DocumentError in
    one sentence for what is no whole image.
    """
    file = Path(path)
    try:
        _refuse_unfit(file)
        from ultralytics.utils.patches import imread

        image = imread(file)
    except DocumentError:
        raise
    except Exception as error:
        # Decoders answer a damaged file with errors of every kind.
        raise _unreadable(file, getattr(error, "strerror", None) or "its content is damaged") from error
    if image is None:
        raise _unreadable(file, "it is no image, or damaged")
    return as_bgr(image, clean_line(file.name))


def as_bgr(image: NDArray[Any], name: str = "The image") -> Bytes:
    """Pixels (height, width, 3) of 8 bits from grey, BGRA or 16-bit ones; raises DocumentError."""
    pixels = image[..., None] if image.ndim == 2 else image
    if pixels.ndim != 3 or 0 in pixels.shape or pixels.shape[2] not in (1, 3, 4):
        shape = " x ".join(map(str, image.shape))
        raise DocumentError(f"{name} cannot be used: its pixels are {shape}, which is no picture in colour.")
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise DocumentError(f"{name} cannot be used: its pixels are {pixels.dtype}, not of 8 or 16 bits.")
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[..., :3]


def preprocess(
    image: NDArray[Any] | str | Path, size: int | tuple[int, int], head: Head = "yolo"
) -> Prepared:
    """An image (BGR array, or a file) fitted to `size`, (height, width) or one side of a square.

    As ultralytics does it when it validates with `rect=False`: YOLO gets the whole image with grey bars,
    RT-DETR gets it stretched. Raises DocumentError.
    """
    pixels = as_bgr(image) if isinstance(image, np.ndarray) else read_image(image)
    height, width = (size, size) if isinstance(size, int) else size
    fitted, scale, pad = (_stretched if head == "rtdetr" else _letterboxed)(pixels, height, width)
    planes = np.ascontiguousarray(fitted[..., ::-1].transpose(2, 0, 1), np.float32)
    planes /= 255
    return Prepared(planes, scale, pad)


def _stretched(image: Bytes, height: int, width: int) -> tuple[Bytes, tuple[float, float], tuple[int, int]]:
    scale = width / image.shape[1], height / image.shape[0]
    return _resized(image, height, width), scale, (0, 0)


def _letterboxed(image: Bytes, height: int, width: int) -> tuple[Bytes, tuple[float, float], tuple[int, int]]:
    """In two steps that round apart, as the data loader and then the letter box of ultralytics do."""
    rows, columns = image.shape[:2]
    longest = max(height, width)
    ratio = longest / max(rows, columns)
    small = _resized(
        image, *(min(max(math.ceil(side * ratio), 1), longest) for side in (rows, columns))
    ) if ratio != 1 else image  # fmt: skip
    ratio = min(height / small.shape[0], width / small.shape[1], 1.0)
    small = _resized(small, *(max(round(side * ratio), 1) for side in small.shape[:2]))
    top, left = ((whole - side) / 2 for whole, side in zip((height, width), small.shape[:2], strict=True))
    pad = round(left - 0.1), round(top - 0.1)
    fitted = np.full((height, width, 3), _GREY, np.uint8)
    fitted[pad[1] : pad[1] + small.shape[0], pad[0] : pad[0] + small.shape[1]] = small
    return fitted, (small.shape[1] / columns, small.shape[0] / rows), pad


def _resized(image: Bytes, height: int, width: int) -> Bytes:
    import cv2

    if image.shape[:2] == (height, width):
        return image
    made: Bytes = cv2.resize(np.ascontiguousarray(image), (width, height), interpolation=cv2.INTER_LINEAR)
    return made


def _refuse_unfit(file: Path) -> None:
    """Raise for what would fill the memory, and for files that end early, which decoders fill with grey."""
    from PIL import Image, UnidentifiedImageError

    size = file.stat().st_size
    if not size:
        raise _unreadable(file, "it is empty")
    if size > LARGEST_FILE:
        raise _unreadable(file, f"it is larger than {LARGEST_FILE // 2**20} MiB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(file) as image:
                if image.width * image.height > LARGEST_IMAGE:
                    raise _unreadable(file, f"it has more than {LARGEST_IMAGE // 1_000_000} million pixels")
                if _ends_early(file):
                    image.load()
        except Image.DecompressionBombError:
            raise _unreadable(file, f"it has more than {LARGEST_IMAGE // 1_000_000} million pixels") from None
        except UnidentifiedImageError:
            return  # Another decoder may know it.


def _ends_early(file: Path) -> bool:
    with file.open("rb") as opened:
        end = _ENDS.get(opened.read(2), b"")
        opened.seek(-min(len(end), file.stat().st_size), 2)
        return opened.read() != end if end else False


def _unreadable(file: Path, why: str) -> DocumentError:
    return DocumentError(f"The image {clean_line(file.name)} cannot be read: {clean_line(str(why))}.")

"""A region of a PDF's page as pixels, by PyMuPDF: imported only in the child process."""

from __future__ import annotations

import pymupdf

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.layout import Picture

_MOST_PIXELS = 4_000
_MARGIN_POINTS = 4.0


def draw_region(page: pymupdf.Page, box: Box, width: int, height: int) -> Picture:
    """The region with a small margin, as large as fits into `width` x `height` pixels, undistorted."""
    margin = (-_MARGIN_POINTS, -_MARGIN_POINTS, _MARGIN_POINTS, _MARGIN_POINTS)
    clip = (pymupdf.Rect(box) + margin) & page.rect
    if clip.is_empty:
        clip = page.rect
    # One pixel less on each side, since what is cut in the middle of a pixel is drawn in full.
    across, down = (min(max(side, 2), _MOST_PIXELS) - 1 for side in (width, height))
    scale = min(across / clip.width, down / clip.height)
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=clip, alpha=False)
    return Picture(pixels.width, pixels.height, pixels.samples)

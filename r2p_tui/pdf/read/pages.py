"""Words and rules of PDF pages, by PyMuPDF: imported only in the child process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pymupdf

from r2p_tui.domain.tables import Box
from r2p_tui.pdf.layout import Page, Word
from r2p_tui.pdf.read.glyph_runs import Glyph, words_of_line
from r2p_tui.pdf.read.strokes import SHORTEST_RULE, THICKEST_RULE, Shape, pictures_of, rules_of, shaded
from r2p_tui.pdf.read.turning import Turn, transform

_TEXT = pymupdf.TEXT_PRESERVE_WHITESPACE
# Plots hold many thousand paths; of these only the bounds are asked for, which takes a fraction of the time.
_MOST_PATHS = 1_500
# A path of more pieces is the line of a plot.
_MOST_PIECES = 1_000
_VISIBLE_FLAGS = 16 | 32
_PALE = 0.93
_DIRECTIONS = {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): 270}


def read_page(page: pymupdf.Page) -> Page:
    """All that stands on the page, turned upright; takes about 30 ms. Raises what PyMuPDF raises."""
    box = page.cropbox
    lines = [line for block in _blocks(page) for line in block]
    turn = Turn(_reading_direction(lines), box.width, box.height)
    shapes = [shape._replace(box=transform(shape.box, turn)) for shape in _shapes(page)]
    upright = Box(0, 0, *turn.size)
    pictures = pictures_of(shapes)
    words = [word for word in _words(lines, turn, shapes) if word.text and _inside(word.box, upright)]
    return Page(
        page.number + 1,
        upright.right,
        upright.bottom,
        tuple(words),
        tuple(rules_of(shapes, upright)),
        pictures,
        (turn.degrees - page.rotation) % 360,
    )


# --- words ----------------------------------------------------------------------------------------------


def _blocks(page: pymupdf.Page) -> Iterator[list[dict[str, Any]]]:
    content: dict[str, Any] = page.get_text("rawdict", flags=_TEXT)
    for number, block in enumerate(content["blocks"]):
        yield [{**line, "block": number} for line in block.get("lines", ())]


def _direction(line: dict[str, Any]) -> int | None:
    """By how many degrees the text must be turned clockwise to be upright; None for slanted text."""
    return _DIRECTIONS.get((round(line["dir"][0], 2), round(line["dir"][1], 2)))


def _reading_direction(lines: list[dict[str, Any]]) -> int:
    """The direction of most of the page's text."""
    votes: Counter[int] = Counter({0: 1})
    for line in lines:
        if (degrees := _direction(line)) is not None:
            votes[degrees] += sum(len(span["chars"]) for span in line["spans"])
    return votes.most_common(1)[0][0]


def _words(lines: list[dict[str, Any]], turn: Turn, shapes: list[Shape]) -> Iterator[Word]:
    for number, line in enumerate(lines):
        degrees = _direction(line)
        if degrees is None or (turn.degrees and degrees != turn.degrees):
            continue
        glyphs = list(_glyphs(line, turn))
        if any(glyph.pale for glyph in glyphs):
            glyphs = [g for g in glyphs if not g.pale or shaded(g.box, shapes)]
        yield from words_of_line(glyphs, line["block"], number, degrees - turn.degrees)


def _glyphs(line: dict[str, Any], turn: Turn) -> Iterator[Glyph]:
    for span in line["spans"]:
        if span.get("alpha", 255) < 16 or not span.get("char_flags", _VISIBLE_FLAGS) & _VISIBLE_FLAGS:
            continue
        pale = _is_pale(span["color"])
        size, font, flags = span["size"], span["font"], span["flags"]
        for char in span["chars"]:
            x, y = char["origin"]
            box = Box(*char["bbox"])
            if turn.degrees:
                x, y, _, _ = transform(Box(x, y, x, y), turn)
                box = transform(box, turn)
            yield Glyph(char["c"], box, x, y, size, font, flags, pale)


def _is_pale(color: int) -> bool:
    return min(color >> 16 & 255, color >> 8 & 255, color & 255) > 255 * _PALE


def _inside(box: Box, page: Box) -> bool:
    middle, height = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return page.left <= middle <= page.right and page.top <= height <= page.bottom


# --- rules and pictures ---------------------------------------------------------------------------------


def _shapes(page: pymupdf.Page) -> Iterator[Shape]:
    bounds = page.get_bboxlog()
    paths = sum(kind.endswith("path") for kind, _ in bounds)
    for kind, box in bounds:
        if kind in ("fill-image", "fill-imgmask", "fill-shade"):
            yield Shape(Box(*box), "picture", 0.0, 0.0)
        elif paths > _MOST_PATHS and kind.endswith("path") and _is_thin(box):
            yield Shape(Box(*box), "bar", min(box[2] - box[0], box[3] - box[1]), 0.0)
    if 0 < paths <= _MOST_PATHS:
        for drawing in page.get_cdrawings():
            yield from _shapes_of_drawing(drawing)


def _shapes_of_drawing(drawing: dict[str, Any]) -> Iterator[Shape]:
    width = drawing.get("width") or 0.5
    stroke, fill = drawing.get("color"), drawing.get("fill")
    if len(drawing["items"]) > _MOST_PIECES or not all(_is_straight(item) for item in drawing["items"]):
        yield Shape(Box(*drawing["rect"]), "curve", width, 1.0 if fill is None else _lightness(fill))
        return
    for item in drawing["items"]:
        if item[0] == "l":
            if stroke is not None:
                yield Shape(_around(item[1], item[2]), "line", width, _lightness(stroke))
        else:
            corners = [(item[1][0], item[1][1]), (item[1][2], item[1][3])] if item[0] == "re" else item[1]
            yield from _shapes_of_rectangle(_around(*corners), width, stroke, fill)


def _is_straight(item: Any) -> bool:
    """Whether this piece of a path is a rectangle or a line along an edge of the paper."""
    return item[0] in ("re", "qu") or (item[0] == "l" and _upright(item[1], item[2]))


def _shapes_of_rectangle(box: Box, width: float, stroke: Any, fill: Any) -> Iterator[Shape]:
    if fill is not None:
        yield Shape(box, "bar", min(box.right - box.left, box.bottom - box.top), _lightness(fill))
    if stroke is not None:
        for side in (
            box._replace(bottom=box.top),
            box._replace(top=box.bottom),
            box._replace(right=box.left),
            box._replace(left=box.right),
        ):
            yield Shape(side, "line", width, _lightness(stroke))


def _is_thin(box: tuple[float, float, float, float]) -> bool:
    across, down = box[2] - box[0], box[3] - box[1]
    return min(across, down) <= THICKEST_RULE and max(across, down) >= SHORTEST_RULE


def _upright(start: Any, end: Any) -> bool:
    return bool(abs(start[0] - end[0]) < 1 or abs(start[1] - end[1]) < 1)


def _around(*points: Any) -> Box:
    across, down = [point[0] for point in points], [point[1] for point in points]
    return Box(min(across), min(down), max(across), max(down))


def _lightness(color: Any) -> float:
    """0 for black, 1 for white; gray, RGB and CMYK as PyMuPDF gives them."""
    return float(min(color)) if len(color) in (1, 3) else 1.0 - max(color)

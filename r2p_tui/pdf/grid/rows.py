"""Rows of the body: lines that bear values are rows; other texts are laid to rows column by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from r2p_tui.pdf.grid.columns import Columns, Scale
from r2p_tui.pdf.grid.label_layout import Anchor, Text, lay_texts
from r2p_tui.pdf.grid.pieces import Line, is_value
from r2p_tui.pdf.grid.rulings import Rulings
from r2p_tui.pdf.grid.runs import Run, runs_of
from r2p_tui.pdf.grid.spots import Spot
from r2p_tui.pdf.grid.wrapping import join_costs

_VALUE_SHARE = 0.5
_OFF_GRID = 0.7
_TILED = 0.8
_CLOSEST_LINES = 0.8


@dataclass(frozen=True)
class Body:
    """The rows below the header: their spots, and the baseline of each row."""

    spots: tuple[Spot, ...]
    baselines: tuple[float, ...]
    value_columns: frozenset[int]


@dataclass(frozen=True)
class _Placed:
    """Runs of one column, the lines they come from, and the lines whose rows they take."""

    run: Run
    line: int
    rows: tuple[int, ...]


def read_body(lines: Sequence[Line], columns: Columns, rulings: Rulings, scale: Scale) -> Body:
    """The body lines as rows; every piece of every line has a spot."""
    runs = [_section_or_runs(runs_of(line, columns, scale), columns, scale) for line in lines]
    values = value_columns(runs, columns.count)
    anchors = _anchors(lines, runs, values)
    if len({rulings.tile(lines[index].baseline) for index in anchors}) < _TILED * len(anchors):
        rulings = replace(rulings, row_edges=())
    placed = list(_placed(lines, runs, anchors, values, rulings, columns, scale))
    own_rows = sorted({row for entry in placed for row in entry.rows} | anchors)
    number = {line: row for row, line in enumerate(own_rows)}
    spots: dict[tuple[int, int], Spot] = {}
    for entry in sorted(placed, key=lambda entry: (entry.line, entry.run.left)):
        _put(spots, entry, number)
    return Body(tuple(spots.values()), tuple(lines[line].baseline for line in own_rows), values)


def _section_or_runs(runs: list[Run], columns: Columns, scale: Scale) -> list[Run]:
    """A text alone on its line that is centred on the table heads the rows below: it spans all columns."""
    if len(runs) != 1 or is_value(runs[0].text):
        return runs
    only = runs[0]
    centred = abs(only.middle - (columns.left + columns.right) / 2) <= 2 * scale.em
    if only.first > 0 and (centred or only.first != only.last):
        return [Run(0, columns.count - 1, only.pieces)]
    return runs


def value_columns(runs: Iterable[Sequence[Run]], count: int) -> frozenset[int]:
    """Columns that mostly hold numbers, marks or dashes."""
    seen: list[list[bool]] = [[] for _ in range(count)]
    for line in runs:
        for run in line:
            if run.first == run.last:
                seen[run.first].append(is_value(run.text))
    return frozenset(
        c for c, values in enumerate(seen) if values and sum(values) >= _VALUE_SHARE * len(values)
    )


def _put(spots: dict[tuple[int, int], Spot], entry: _Placed, number: dict[int, int]) -> None:
    """Pieces that meet in one place share it, in the order of reading."""
    rows = [number[line] for line in entry.rows]
    key = (rows[0], entry.run.first)
    held = spots.get(key)
    pieces = (*held.pieces, *entry.run.pieces) if held else entry.run.pieces
    row_span = max(len(rows), held.row_span if held else 1)
    column_span = max(entry.run.last - entry.run.first + 1, held.column_span if held else 1)
    spots[key] = Spot(*key, row_span, column_span, pieces)


def _anchors(lines: Sequence[Line], runs: Sequence[Sequence[Run]], values: frozenset[int]) -> set[int]:
    """The lines that are rows whatever else happens."""
    bearing = {
        index
        for index, line in enumerate(runs)
        if any(
            run.last in values and run.last > 0 and (len(line) > 1 or run.first == run.last) for run in line
        )
    }
    if bearing and values - {0}:
        return _on_the_grid(bearing, lines, runs)
    most = max(len(line) for line in runs)
    if most == 1:
        return set(range(len(lines)))
    return {index for index, line in enumerate(runs) if line[0].first == 0 and len(line) > max(1, most // 2)}


def _on_the_grid(bearing: set[int], lines: Sequence[Line], runs: Sequence[Sequence[Run]]) -> set[int]:
    """Without poor lines that stand between two rows: these are texts centred on several rows."""
    order = sorted(bearing)
    beside = {b: (a, c) for a, b, c in zip([order[0], *order], order, [*order[1:], order[-1]], strict=False)}
    poor = {i for i, near in beside.items() if 2 * len(runs[i]) <= max(len(runs[other]) for other in near)}
    steps = [lines[b].baseline - lines[a].baseline for a, b in pairwise(i for i in order if i not in poor)]
    reach = _OFF_GRID * median(steps) if steps else 0.0
    between = {
        i
        for i in poor
        if all(other == i or abs(lines[other].baseline - lines[i].baseline) < reach for other in beside[i])
    }
    return bearing - between


def _placed(
    lines: Sequence[Line], runs: Sequence[Sequence[Run]], anchors: set[int], values: frozenset[int],
    rulings: Rulings, columns: Columns, scale: Scale,
) -> Iterable[_Placed]:  # fmt: skip
    """Runs over several columns take the row of their line; the others are laid column by column."""
    for index, line in enumerate(runs):
        for run in line:
            if run.first != run.last:
                rows = (index,) if index in anchors or len(line) == 1 else (_nearest(index, anchors, lines),)
                yield _Placed(run, index, rows)
    for column in range(columns.count):
        texts = {
            index: run for index, line in enumerate(runs) for run in line if run.first == run.last == column
        }
        if not texts:
            continue
        yield from _placed_column(column, texts, lines, anchors, values, rulings, columns, scale)


def _placed_column(
    column: int, texts: dict[int, Run], lines: Sequence[Line], anchors: set[int], values: frozenset[int],
    rulings: Rulings, columns: Columns, scale: Scale,
) -> Iterable[_Placed]:  # fmt: skip
    off_grid = texts.keys() - anchors
    leads = all(c not in values for c in range(column + 1))
    if not off_grid and not (leads and len(texts) < len(anchors)):
        yield from (_Placed(run, index, (index,)) for index, run in texts.items())
        return
    left, right = columns.bodies[column]
    cuts = sorted(bar.at for bar in (*rulings.full, *rulings.partial) if bar.covers(left, right))
    rows = lay_texts(
        _texts(texts, lines, anchors, rulings, scale),
        [Anchor(index, (y := lines[index].baseline), rulings.tile(y)) for index in sorted(anchors)],
        cuts,
        line_pitch(lines, scale),
    )
    yield from (_Placed(run, index, rows[index]) for index, run in texts.items())


def _texts(
    runs: dict[int, Run], lines: Sequence[Line], anchors: set[int], rulings: Rulings, scale: Scale
) -> list[Text]:
    order = sorted(runs)
    heights = [lines[index].baseline for index in order]
    steps = sorted(
        lines[b].baseline - lines[a].baseline for a, b in pairwise(range(len(lines))) if {a, b} <= anchors
    )
    row_pitch = steps[len(steps) // 10] if steps else None
    costs = join_costs([runs[i] for i in order], heights, row_pitch, scale.space, scale.em)
    return [
        Text(index, y, rulings.tile(y), runs[index].pieces[0].size, cost)
        for index, y, cost in zip(order, heights, costs, strict=True)
    ]


def line_pitch(lines: Sequence[Line], scale: Scale) -> float:
    """The distance of two neighbouring lines of text in points, whether they share a row or not."""
    steps = sorted(b.baseline - a.baseline for a, b in pairwise(lines))
    apart = [step for step in steps if step >= _CLOSEST_LINES * scale.em]
    return apart[len(apart) // 4] if apart else 1.2 * scale.em


def _nearest(index: int, anchors: set[int], lines: Sequence[Line]) -> int:
    if not anchors:
        return index
    return min(anchors, key=lambda other: abs(lines[other].baseline - lines[index].baseline))

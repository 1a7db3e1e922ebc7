"""An own ablation in the terminal: what it will train, its table, and a sentence for each thing removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import OwnAblation

_MAX_WIDTH = 100
_LEFT = 1


def plan_words(checked: Mapping[str, Any]) -> str:
    """What will be trained: `6 trainings of 40 epochs: full, without mosaic; each with the seeds 0, 1, 2`."""
    from r2p_tui.domain.own_ablation import plan
    from r2p_tui.text import count_of

    trainings = plan(checked)
    told = [one.removal.told for one in trainings if one.removal and one.seed == checked["seeds"][0]]
    seeds = ", ".join(map(str, checked["seeds"]))
    number = count_of(len(trainings), "training")
    epochs = count_of(checked["epochs"], "epoch")
    return f"{number} of {epochs}: full, {', '.join(told)}; each with the seeds {seeds}."


def write_own_ablation(study: OwnAblation) -> None:
    """The table with a line below it for each judgement; a narrow terminal loses columns from the middle."""
    from r2p_tui.domain.own_ablation_worth import as_table

    table = as_table(study)
    output.write(output.one_line(table.caption), style="bold")
    rows = [[output.one_line(cell) for cell in row] for row in table.rows]
    shown = _fitting(rows, output.line_width(otherwise=output.UNLIMITED))
    widths = [max(output.display_width(row[place]) for row in rows) for place in shown]
    for number, row in enumerate(rows):
        cells = [
            output.pad(row[place], width, "<" if place < _LEFT or place == len(row) - 1 else ">")
            for place, width in zip(shown, widths, strict=True)
        ]
        output.write("  ".join(cells).rstrip(), style=None if number else "dim")
    output.write()
    limit = min(output.line_width(), _MAX_WIDTH)
    for one in study.rows:
        output.write("\n".join(output.wrap(output.one_line(one.sentence), limit, "")))


def _fitting(rows: list[list[str]], limit: int) -> list[int]:
    """The places of the columns that stay: seeds go first, then the interval."""
    shown = list(range(len(rows[0])))
    for spared in (4, 3):
        width = sum(max(output.display_width(row[place]) for row in rows) + 2 for place in shown) - 2
        if width > limit:
            shown.remove(spared)
    return shown

"""Two runs that were not measured apart, side by side: what they were told differently, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.measurement_tables import write_table
from r2p_tui.domain.curves import best_and_last, written_apart
from r2p_tui.domain.measurement_tables import Column, ReadingTable
from r2p_tui.domain.table_numbers import signed

if TYPE_CHECKING:
    from r2p_tui.services.run_comparing import Comparison, Measured
    from r2p_tui.services.run_views import RunView

_LONGEST = 60


def comparison_values(found: Comparison) -> dict[str, Any]:
    """Under stable names; a verdict is about the best values, the second against the first."""
    from r2p_tui.cli.run_text import finite, run_values

    return {
        "first": run_values(found.first),
        "second": run_values(found.second),
        "settings": [one._asdict() for one in found.settings],
        "metrics": [finite(one._asdict()) | {"difference": finite(one.difference)} for one in found.metrics],
    }


def write_comparison(found: Comparison) -> None:
    """Metrics with their best and last values, the sentence that follows, and the settings."""
    output.write(f"{_label(found.second)} against {_label(found.first)}", style="bold")
    output.write(f"{found.second.state_text} against {found.first.state_text}", style="dim")
    output.write()
    heads = (Column(f"#{found.first.id}"), Column(f"#{found.second.id}"))
    if found.metrics:
        columns = (Column("metric", False), *heads, Column("difference"), Column("verdict", False))
        rows = tuple(map(_metric_row, found.metrics))
        write_table(ReadingTable("Best, and last where it differs", columns, rows))
        output.write(_verdict_words(found))
        output.write()
    if not found.settings:
        output.write("Both were told the same.")
        return
    told = (Column("setting", False), *(head._replace(right=False) for head in heads))
    cells = tuple((one.name, _cut(one.first), _cut(one.second)) for one in found.settings)
    write_table(ReadingTable("Told differently", told, cells))


def _label(view: RunView) -> str:
    return f"#{view.id} {output.one_line(view.name)}"


def _metric_row(one: Measured) -> tuple[str, ...]:
    values = [best_and_last(best, last, one.best) for best, last in zip(one.best, one.last, strict=True)]
    difference = ""
    if one.difference is not None and one.verdict != "equal":
        difference = signed(one.difference, *(written_apart(value, one.best) for value in one.best))
    return (one.name, *values, difference, one.verdict)


def _verdict_words(found: Comparison) -> str:
    names = {word: [one.name for one in found.metrics if one.verdict == word] for word in ("better", "worse")}
    parts = [
        f"{word} in {', '.join(output.one_line(name) for name in some[:4])}"
        for word, some in names.items()
        if some
    ]
    one_of_each = "One training each tells nothing of chance; r2p ablate repeats them with other seeds."
    if not parts:
        return "Neither is better in a metric that both have."
    return f"The second is {' and '.join(parts)}. {one_of_each}"


def _cut(text: str) -> str:
    return output.fit(output.one_line(text), _LONGEST)

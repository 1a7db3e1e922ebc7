"""Two measured things as tables for readers: verdicts, every figure of both, and what they had alike."""

from __future__ import annotations

from collections.abc import Iterator

from r2p_tui.domain.measurement_pair import Figure, MeasuredPair, figures
from r2p_tui.domain.measurement_tables import VERDICT, Column, ReadingTable, without_empty
from r2p_tui.domain.measurement_words import change_text, difference, figure
from r2p_tui.domain.measurements import Against, FairnessCheck

SAME_WORDS = {True: "same", False: "different", None: "not known"}


def pair_tables(pair: MeasuredPair) -> list[ReadingTable]:
    """Those of a comparison that have rows."""
    found = [verdict_table(pair.against), figure_table(pair), fairness_table(pair)]
    return [table for table in found if table.rows]


def verdict_table(against: Against) -> ReadingTable:
    """What the second is against the first, with how sure that is."""
    parts = {"latency": against.latency, "mAP50-95": against.accuracy, "F1 of images": against.per_image}
    columns = (
        Column("what", False), Column("change"), Column("unit", False), Column("matters from"),
        Column("p", spare=2), Column("effect", False, spare=3), VERDICT,
    )  # fmt: skip
    rows = [
        (
            name,
            change_text(one),
            one.unit,
            figure(one.minimum),
            "" if one.p_value is None else f"{one.p_value:.2g}",
            "" if one.effect is None else f"{one.effect:.2g} {one.effect_name}".strip(),
            one.verdict,
        )
        for name, one in parts.items()
        if one
    ]
    return without_empty(ReadingTable("Verdicts, the second against the first", columns, tuple(rows)))


def figure_table(pair: MeasuredPair) -> ReadingTable:
    """Every figure of both sides."""
    heads = map(Column, _heads(pair))
    columns = (Column("figure", False), *heads, Column("change"))
    rows = tuple(
        (
            f"{one.name} {one.unit}".rstrip(),
            _counted(one.first, one.unit),
            _counted(one.second, one.unit),
            moved(one),
        )
        for one in figures(pair.first, pair.second)
    )
    return without_empty(ReadingTable("Figures", columns, rows))


def _heads(pair: MeasuredPair) -> tuple[str, str]:
    """What tells the two apart in few letters: their runs, else their variants."""
    first, second = pair.first, pair.second
    if first.run != second.run or not (first.variant and second.variant):
        return f"#{first.run}", f"#{second.run}"
    return first.variant.variant, second.variant.variant


def _counted(value: float | None, unit: str) -> str:
    """What has no unit and is whole was counted."""
    return f"{value:,.0f}" if value is not None and not unit and value == int(value) else figure(value)


def moved(one: Figure) -> str:
    """The change in per cent of the first; of what is a share itself in points."""
    if one.first is None or one.second is None:
        return ""
    if one.unit == "%":
        return f"{difference(one.second - one.first)} pt"
    return f"{difference((one.second / one.first - 1) * 100)} %" if one.first else ""


def fairness_table(pair: MeasuredPair) -> ReadingTable:
    """What both sides had alike; anything else makes the comparison unfair."""
    columns = (
        Column("what", False),
        Column("same", False),
        Column("of both, or first against second", False),
    )
    return ReadingTable("Fairness", columns, tuple(_fairness_row(one) for one in pair.fairness))


def _fairness_row(one: FairnessCheck) -> tuple[str, ...]:
    values = one.first if one.first == one.second else f"{one.first} against {one.second}"
    return (one.name, SAME_WORDS[one.same], values)


def told(against: Against) -> Iterator[str]:
    """What each change is, in a sentence with its name before it."""
    parts = {"Latency": against.latency, "mAP50-95": against.accuracy, "F1 of images": against.per_image}
    yield from (f"{name}: {change.sentence}" for name, change in parts.items() if change)

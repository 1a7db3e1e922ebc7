"""Differences between rows: each against its baseline, and what one component is worth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from r2p_tui.domain.table_body import Body, BodyRow
from r2p_tui.domain.table_columns import holds_marks, row_label
from r2p_tui.domain.table_labels import added, has, plain_label, removed, says_full, says_only, summands
from r2p_tui.domain.table_numbers import Value
from r2p_tui.domain.understanding import Column, Delta, Direction, Worth
from r2p_tui.text import count_of

DIGITS: Final = 10  # beyond these, a difference is the noise of binary fractions


class _Pair(NamedTuple):
    """Two rows that differ in one component."""

    factor: str
    present: BodyRow
    absent: BodyRow


def deltas_to(body: Body, columns: Sequence[Column], baselines: Mapping[int, int]) -> tuple[Delta, ...]:
    """The difference of every measured cell to the baseline row of its section, in the units of the table."""
    rows = {row.index: row for row in body.rows}
    return tuple(
        delta
        for row in body.rows
        if (base := rows.get(baselines.get(row.section, -1))) and base is not row
        for column in columns
        if column.role == "metric" and (delta := _delta(row, base, column))
    )


def worth_of_components(body: Body, columns: Sequence[Column], full: int | None) -> tuple[Worth, ...]:
    """What each component brings in each metric, averaged over the pairs of rows that differ only in it."""
    pairs, words = _pairs(body, columns, full)
    by_factor: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        by_factor[pair.factor].append(pair)
    return tuple(
        worth
        for factor, found in by_factor.items()
        for column in columns
        if column.role == "metric" and (worth := _worth(factor, found, column, words))
    )


def is_better(difference: float, direction: Direction | None) -> bool | None:
    """Whether a difference is an improvement; None for no difference, or where no direction is known."""
    if not difference or direction is None:
        return None
    return (difference > 0) == (direction == "up")


def _delta(row: BodyRow, base: BodyRow, column: Column) -> Delta | None:
    value, reference = row.values[column.index], base.values[column.index]
    if value is None or reference is None or _units_differ(value, reference):
        return None
    difference = (
        value.number if _is_signed(value, reference) else round(value.number - reference.number, DIGITS)
    )
    relative = difference / abs(reference.number) if reference.number else None
    return Delta(row.index, column.index, difference, relative, is_better(difference, column.direction))


def _units_differ(value: Value, reference: Value) -> bool:
    return bool(value.unit and reference.unit and value.unit != reference.unit)


def _is_signed(value: Value, reference: Value) -> bool:
    """Whether a cell such as `+1.2` is itself the difference to a plain number."""
    return value.text.lstrip()[:1] == "+" and not reference.text.strip().startswith(("+", "-", "−"))


def _worth(factor: str, pairs: Sequence[_Pair], column: Column, words: str) -> Worth | None:
    index = column.index
    differences = [
        present.number - absent.number
        for pair in pairs
        if (present := pair.present.values[index])
        and (absent := pair.absent.values[index])
        and not _units_differ(present, absent)
    ]
    if not differences:
        return None
    mean = round(sum(differences) / len(differences), DIGITS)
    reason = (
        words
        if len(differences) == 1
        else f"mean of {count_of(len(differences), 'pair')} of rows that differ only in it"
    )
    return Worth(factor, index, mean, reason, is_better(mean, column.direction))


def _pairs(body: Body, columns: Sequence[Column], full: int | None) -> tuple[list[_Pair], str]:
    """The pairs of the first way that yields any, and the words for a single one."""
    marked = [column for column in columns if holds_marks(column)]
    if marked and (pairs := list(_paired(_by_marks(body, columns, marked)))):
        return pairs, "two rows that differ only in it"
    labels = [row_label(row, columns) for row in body.rows]
    if pairs := list(_left_out(body, labels, full)):
        return pairs, "the row with it less the row without it"
    if any(len(added(label)) > 1 for label in labels) or not any(map(added, labels)):
        return list(_paired(_by_sums(body, labels, columns))), "two rows that differ only in it"
    if pairs := list(_additions_to_the_full(body, labels)):
        return pairs, "the difference to the full row, as each addition to it stands alone"
    return list(_steps(body, labels)), "the difference to the row above, as additions add up"


class _Made(NamedTuple):
    """A row, the components in it, and all else that must be equal for a fair comparison."""

    row: BodyRow
    components: frozenset[str]
    rest: tuple[str, ...]


def _paired(made: Sequence[_Made]) -> Iterator[_Pair]:
    """Rows that differ in exactly one component; rows that cannot be told apart are compared with none."""
    if _ambiguous(made):
        made = [entry._replace(rest=(*entry.rest, f"section {entry.row.section}")) for entry in made]
    counts = Counter((entry.components, entry.rest) for entry in made)
    found = {
        (entry.components, entry.rest): entry.row
        for entry in made
        if counts[entry.components, entry.rest] == 1
    }
    for (components, rest), row in found.items():
        for component in sorted(components):
            if other := found.get((components - {component}, rest)):
                yield _Pair(component, row, other)


def _ambiguous(made: Sequence[_Made]) -> bool:
    return len({(entry.components, entry.rest) for entry in made}) < len(made)


def _conditions(columns: Sequence[Column]) -> list[int]:
    """The columns that must be equal for a fair comparison: settings, and labels of groups."""
    labels = [column.index for column in columns if column.role == "label"]
    return [column.index for column in columns if column.role in ("factor", "setting")] + labels[:-1]


def _by_marks(body: Body, columns: Sequence[Column], marked: Sequence[Column]) -> list[_Made]:
    names = {column.index: column.name or f"column {column.index + 1}" for column in marked}
    others = [index for index in _conditions(columns) if index not in names]
    repeated = {
        label for label, count in Counter(row_label(row, columns) for row in body.rows).items() if count > 1
    }
    made = []
    for row in body.rows:
        label = row_label(row, columns)
        components = frozenset(name for index, name in names.items() if body.is_on(row.texts[index]))
        rest = (label if label in repeated else "", *(row.texts[index] for index in others))
        if not says_only(label):
            made.append(_Made(row, components, rest))
    return made


def _left_out(body: Body, labels: Sequence[str], full: int | None) -> Iterator[_Pair]:
    """Rows without one thing, each against the row that says it has it, or else the full row."""
    rows = list(zip(body.rows, labels, strict=True))
    having = {(row.section, has(label).lower()): row for row, label in rows if has(label)}
    whole = next((row for row, label in rows if row.index == full and not removed(label)), None)
    for row, label in rows:
        parts = removed(label)
        reference = having.get((row.section, parts[0].lower()), whole) if len(parts) == 1 else None
        if reference:
            yield _Pair(parts[0], reference, row)


def _by_sums(body: Body, labels: Sequence[str], columns: Sequence[Column]) -> list[_Made]:
    """`Base`, `Base + A`, `Base + A + B`; also `+ A`, `+ B`, `+ A + B` below a base."""
    others = _conditions(columns)
    made, base = [], ""
    for row, label in zip(body.rows, labels, strict=True):
        parts = added(label)
        if not parts:
            base, *summed = summands(label) or (plain_label(label),)
            parts = tuple(summed)
        made.append(_Made(row, frozenset(parts), (base, *(row.texts[index] for index in others))))
    return made


def _additions_to_the_full(body: Body, labels: Sequence[str]) -> Iterator[_Pair]:
    """`Full`, then `+ A`, `+ B`: what is added to something complete is tried one at a time."""
    above: tuple[BodyRow, str] | None = None
    for row, label in zip(body.rows, labels, strict=True):
        parts = added(label)
        if not parts:
            above = (row, label)
        elif above and says_full(above[1]) and above[0].section == row.section:
            yield _Pair(parts[0], row, above[0])


def _steps(body: Body, labels: Sequence[str]) -> Iterator[_Pair]:
    """`+ A`, then `+ B`: each row has all of the row above and one thing more."""
    for above, row, label in zip(body.rows, body.rows[1:], labels[1:], strict=False):
        if (parts := added(label)) and above.section == row.section:
            yield _Pair(parts[0], row, above)

"""What each removed thing of an own ablation is worth: pairs of the same seed compared, and said in words.

`essential`: without it the metric is worse, and by the smallest difference that matters at the least (the
whole interval lies beyond it). `helps`: worse, but perhaps by less. `hurts`: better without it. `no evidence`
is all else, also a difference that is surely too small to matter. Each is judged after Holm's correction for
the number of things removed.
"""

from __future__ import annotations

import statistics as plain
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from r2p_tui.domain.measurements import AblationRow, Change, OwnAblation
from r2p_tui.domain.own_ablation import FEWEST_SEEDS, METRICS
from r2p_tui.domain.own_ablation_parts import Removal, removals
from r2p_tui.domain.tables import Cell, Table
from r2p_tui.text import count_of

POINTS = 100.0
"""A point is a hundredth of the metric."""

_FINE = 0.5
Values = Mapping[tuple[str, int, str], float]
"""The metric of each training by its key (`full`, `without_mosaic`), its seed, and the hash of its data."""


class _Pairs(NamedTuple):
    """What was measured with a thing and without it, by seed."""

    removal: Removal
    full: tuple[float, ...]
    without: tuple[float, ...]
    seeds: tuple[int, ...]


def judged(checked: Mapping[str, Any], values: Values) -> OwnAblation:
    """The study of these settings as far as it has come: only pairs of one seed and the same data count."""
    from r2p_tui.domain.statistics_family import surely_beyond

    full = {(seed, data): value for (key, seed, data), value in values.items() if key == "full"}
    chosen = removals(checked["train"], checked["off"], checked["epochs"])
    pairs = [_paired(removal, full, values, checked["seeds"]) for removal in chosen]
    minimum = float(checked["minimum"])
    changes = _changes(pairs, minimum)
    sure = iter(surely_beyond([change for change in changes if change is not None]))
    worths = [_worth(change, change is not None and next(sure)) for change in changes]
    metric = str(checked["metric"])
    ordered = sorted(full, key=lambda place: list(checked["seeds"]).index(place[0]))
    tested = sum(change is not None for change in changes)
    return OwnAblation(
        run=checked.get("run"),
        metric=metric,
        seeds=tuple(seed for seed, _ in ordered),
        epochs=checked["epochs"],
        full=tuple(full[place] for place in ordered),
        rows=tuple(
            _row(pair, change, worth, metric, tested)
            for pair, change, worth in zip(pairs, changes, worths, strict=True)
        ),
    )


def as_table(study: OwnAblation) -> Table:
    """The study in r2p's own form of an ablation table: the full training first, one row a removed thing.

    The metric stands in per cent, so that differences are points; a deviation is that over seeds. Where there
    is no evidence, the last column says `negligible` (surely too small to matter) or `undecided`.
    """
    name = METRICS.get(study.metric, study.metric)
    header = ("Training", f"{name} (%)", "Change (pt)", "95 % interval", "Seeds", "Judgement")
    rows = [("full", _mean(study.full), "", "", str(len(study.full)), ""), *map(_cells, study.rows)]
    cells = [
        Cell(row, column, text)
        for row, texts in enumerate((header, *rows))
        for column, text in enumerate(texts)
    ]
    of = f" of run {study.run}" if study.run else ""
    return Table(
        number="",
        part="",
        caption=f"Ablation{of}: one thing removed at a time, {count_of(study.epochs, 'epoch')} each.",
        page=0,
        box=None,
        route="own",
        header_rows=1,
        cells=tuple(cells),
    )


# --- judging ----------------------------------------------------------------------------------------------


def _paired(
    removal: Removal, full: Mapping[tuple[int, str], float], values: Values, seeds: Sequence[int]
) -> _Pairs:
    found = [
        (value, values[removal.key, seed, data], seed)
        for seed in seeds
        for (one, data), value in full.items()
        if one == seed and (removal.key, seed, data) in values
    ]
    with_it, without, of_seeds = ([pair[place] for pair in found] for place in range(3))
    return _Pairs(removal, tuple(with_it), tuple(without), tuple(map(int, of_seeds)))


def _changes(pairs: Sequence[_Pairs], minimum: float) -> list[Change | None]:
    """In points, without it less with it, corrected together; None where there are too few pairs."""
    from r2p_tui.domain.statistics import compare_seeds, corrected

    enough = [pair for pair in pairs if len(pair.full) >= FEWEST_SEEDS]
    found = corrected(
        [
            compare_seeds(_points(pair.full), _points(pair.without), minimum=minimum, unit="pt", paired=True)
            for pair in enough
        ]
    )
    by_key = {pair.removal.key: change for pair, change in zip(enough, found, strict=True)}
    return [by_key.get(pair.removal.key) for pair in pairs]


def _points(values: Sequence[float]) -> list[float]:
    return [POINTS * value for value in values]


def _row(pair: _Pairs, change: Change | None, worth: str, metric: str, tested: int) -> AblationRow:
    removal = pair.removal
    same = change is not None and pair.full == pair.without
    sentence = _same_words(pair) if same else _words(pair, change, worth, METRICS[metric], tested)
    if change is not None:
        change = replace(change, sentence=sentence)
    return AblationRow(
        name=removal.name if removal.is_change else removal.name.partition("=")[0],
        told=removal.told,
        values=pair.without,
        change=change,
        worth=worth,
        sentence=sentence,
        seeds=pair.seeds,
    )


def _worth(change: Change | None, beyond: bool) -> str:
    """`beyond` says whether the change is surely larger than what matters."""
    if change is None or change.interval is None:
        return "no evidence"
    if change.verdict == "worse":
        return "essential" if beyond else "helps"
    return "hurts" if change.verdict == "better" else "no evidence"


# --- words ------------------------------------------------------------------------------------------------


def _words(pair: _Pairs, change: Change | None, worth: str, metric: str, tested: int) -> str:
    subject, lacking = _subject(pair.removal)
    if change is None or change.interval is None:
        have = count_of(len(pair.full), "pair")
        return f"No evidence on {subject} yet: {have} of trainings, and at least {FEWEST_SEEDS} are needed."
    if worth == "no evidence":
        return _undecided(subject, change, tested)
    verb = {"essential": "is essential", "helps": "helps", "hurts": "hurts"}[worth]
    moved = "rises" if worth == "hurts" else "falls"
    ends = sorted((abs(change.interval.low), abs(change.interval.high)))
    span = f"95 %: {_figure(ends[0], change)} to {_figure(ends[1], change)}; {_seeds(change)}"
    amount = _figure(abs(change.difference), change)
    return _capital(f"{subject} {verb}: {lacking} {metric} {moved} by {amount} pt ({span}).")


def _undecided(subject: str, change: Change, tested: int) -> str:
    assert change.interval is not None  # noqa: S101
    low, high = change.interval.low, change.interval.high
    span = f"95 %: {_figure(low, change)} to {_figure(high, change)}; {_seeds(change)}"
    told = f"{_figure(change.difference, change)} pt ({span})"
    least = f"{change.minimum:g} pt"
    if change.verdict == "no practical difference":
        return _capital(f"{subject} makes no practical difference: {told}, less than {least} either way.")
    chance = f"among {tested} comparisons" if tested > 1 else "with so few seeds"
    doubt = f", which may be chance {chance}" if low * high > 0 else ""
    more = f"; {count_of(change.needed, 'more seed')} would tell {least} from 0" if change.needed else ""
    return f"No evidence that {subject} matters: {told}{doubt}{more}."


def _same_words(pair: _Pairs) -> str:
    subject, lacking = _subject(pair.removal)
    if not any(pair.full):
        return f"No evidence on {subject}: nothing was found with it or without it, so train longer."
    return _capital(
        f"{subject} changes nothing: {lacking} each training came out the same to the last digit."
    )


def _subject(removal: Removal) -> tuple[str, str]:
    """What is judged, and the words for its absence."""
    name, _, _ = removal.name.partition("=")
    if removal.is_change:
        return f"the present {name}", f"with {removal.name}"
    return ("starting from weights" if name == "weights" else name), "without it"


def _capital(sentence: str) -> str:
    """Names of settings stay as they are written."""
    words = ("the present ", "starting from ")
    return sentence[:1].upper() + sentence[1:] if sentence.startswith(words) else sentence


def _seeds(change: Change) -> str:
    return count_of(change.samples, "seed")


def _figure(value: float, change: Change) -> str:
    """With one decimal, two where less than half a point matters; never a minus before a zero."""
    digits = 1 if change.minimum >= _FINE else 2
    return f"{round(value, digits) + 0.0:.{digits}f}"


# --- the table --------------------------------------------------------------------------------------------


def _cells(row: AblationRow) -> tuple[str, ...]:
    change, count = row.change, str(len(row.values))
    if change is None or change.interval is None:
        return (row.told, _mean(row.values), "", "", count, _judgement(row))
    low, high = (_signed(end, change) for end in (change.interval.low, change.interval.high))
    difference = _signed(change.difference, change)
    return (row.told, _mean(row.values), difference, f"[{low}, {high}]", count, _judgement(row))


def _judgement(row: AblationRow) -> str:
    """In one word, since a cell such as “no evidence” reads as if evidence had been removed."""
    if row.worth != "no evidence":
        return row.worth
    settled = row.change is not None and row.change.verdict == "no practical difference"
    return "negligible" if settled else "undecided"


def _signed(value: float, change: Change) -> str:
    text = _figure(value, change)
    return text if text.startswith("-") or not float(text) else f"+{text}"


def _mean(values: Sequence[float]) -> str:
    """`61.2 ± 0.9`, in per cent."""
    if not values:
        return ""
    mean = POINTS * plain.fmean(values)
    return f"{mean:.2f} ± {POINTS * plain.stdev(values):.2f}" if len(values) > 1 else f"{mean:.2f}"

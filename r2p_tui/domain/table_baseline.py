"""Which row the others are measured against, with the reason: the full model where a table has one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from r2p_tui.domain.table_body import Body, BodyRow
from r2p_tui.domain.table_columns import COSTS, holds_marks, row_label
from r2p_tui.domain.table_labels import (
    added,
    cites,
    left_out,
    plain_label,
    removed,
    says_base,
    says_full,
    says_only,
)
from r2p_tui.domain.table_shape import Shape
from r2p_tui.domain.understanding import Column, Kind

_DEFAULT: Final = re.compile(
    r"default|we (?:use|set|choose|chose|adopt|select|pick|fix)|is (?:used|chosen|set|selected)"
    r"|by setting|final (?:model|setting)|best (?:results?|performance)? ?(?:with|at|for|when)"
    r"|works? best|optimal",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"(?<!\w)(?:ours?|our (?:\w+ ){0,3}(?:method|model|approach)|proposed)(?!\w)", re.IGNORECASE
)


class Baseline(NamedTuple):
    """The row that the others are measured against, or None, and why."""

    row: int | None
    reason: str


class _Candidate(NamedTuple):
    row: BodyRow
    label: str


def find_baseline(body: Body, columns: Sequence[Column], shape: Shape, kind: Kind) -> Baseline:
    """The row for the whole table; none where rows are no variants of one thing."""
    if kind not in ("ablation", "main result"):
        return Baseline(None, "a table of this kind has no baseline")
    if shape.transposed:
        return Baseline(None, "each row is a measure of its own")
    if shape.across:
        return Baseline(None, "what it compares stands in the columns")
    if not any(column.role == "metric" for column in columns):
        return Baseline(None, "nothing is measured")
    candidates = _measured_rows(body, columns)
    rules = _STUDY_RULES if kind == "ablation" else _COMPARISON_RULES
    return _first_that_fits(rules, body, columns, candidates)


def section_baselines(body: Body, columns: Sequence[Column], whole: int | None) -> dict[int, int]:
    """The baseline row of each group of rows: its own where words name one, else that of the table."""
    if whole is None:
        return {}
    whole_row = next((row for row in body.rows if row.index == whole), None)
    if whole_row is None:
        return {}
    found = {row.section: whole for row in body.rows}
    label = _group_label(whole_row, columns)
    for section in found:
        rows = [_Candidate(row, row_label(row, columns)) for row in body.rows if row.section == section]
        if section != whole_row.section and len(rows) > 1:
            found[section] = _own_baseline(rows, label, columns, whole)
    return found


def best_rows(candidates: Sequence[BodyRow], columns: Sequence[Column]) -> list[BodyRow]:
    """The rows that lead in the most metrics, costs aside unless all are costs; empty without a direction."""
    metrics = [column for column in columns if column.role == "metric" and column.direction]
    metrics = [column for column in metrics if column.metric not in COSTS] or metrics
    wins = dict.fromkeys((row.index for row in candidates), 0.0)
    for column in metrics:
        numbers = {row.index: value.number for row in candidates if (value := row.values[column.index])}
        if numbers:
            lead = max(numbers.values()) if column.direction == "up" else min(numbers.values())
            leaders = [index for index, number in numbers.items() if number == lead]
            for index in leaders:
                wins[index] += 1 / len(leaders)
    most = max(wins.values(), default=0.0)
    return [row for row in candidates if most and wins[row.index] >= most - 1e-9]


def _measured_rows(body: Body, columns: Sequence[Column]) -> list[_Candidate]:
    metrics = [column.index for column in columns if column.role == "metric"]
    return [
        _Candidate(row, row_label(row, columns))
        for row in body.rows
        if any(row.values[index] for index in metrics)
    ]


_Rule = Callable[[Body, Sequence[Column], Sequence[_Candidate]], tuple[list[_Candidate], str]]


def _first_that_fits(
    rules: Iterable[_Rule], body: Body, columns: Sequence[Column], candidates: Sequence[_Candidate]
) -> Baseline:
    for rule in rules:
        rows, reason = rule(body, columns, candidates)
        if rows:
            chosen = _best(rows, columns)
            more = ", the best of them" if len(rows) > 1 else ""
            return Baseline(chosen.row.index, reason.format(label=chosen.label) + more)
    return Baseline(None, "no row says that it is one")


def _best(rows: Sequence[_Candidate], columns: Sequence[Column]) -> _Candidate:
    """Of several, the one that leads in the most metrics; the lowest in the table where they lead alike."""
    leaders = {row.index for row in best_rows([candidate.row for candidate in rows], columns)}
    return next((candidate for candidate in reversed(rows) if candidate.row.index in leaders), rows[-1])


def _full(_: Body, __: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    full = [candidate for candidate in rows if says_full(candidate.label) and not cites(candidate.label)]
    return full, "“{label}” names the full model"


def _nothing_removed(
    _: Body, __: Sequence[Column], rows: Sequence[_Candidate]
) -> tuple[list[_Candidate], str]:
    """In a table of `w/o` rows, the row that leaves nothing out."""
    parts = left_out([candidate.label for candidate in rows])
    cut = [candidate.label for candidate, out in zip(rows, parts, strict=True) if out]
    if not cut:
        return [], ""
    whole = [
        candidate for candidate in rows if not removed(candidate.label) and not says_only(candidate.label)
    ]
    stems = [candidate for candidate in whole if _is_stem(candidate.label, cut)]
    unbased = [
        candidate for candidate in whole if not says_base(candidate.label) and not added(candidate.label)
    ]
    return stems or unbased or whole, "“{label}” leaves nothing out"


def _most_marks(
    body: Body, columns: Sequence[Column], rows: Sequence[_Candidate]
) -> tuple[list[_Candidate], str]:
    marked = [column.index for column in columns if holds_marks(column)]
    rows = [candidate for candidate in rows if not says_only(candidate.label)] or rows
    counts = [sum(body.is_on(candidate.row.texts[index]) for index in marked) for candidate in rows]
    most = max(counts, default=0)
    if not most:
        return [], ""
    return [
        row for row, count in zip(rows, counts, strict=True) if count == most
    ], "it has the most check marks"


def _last_addition(_: Body, __: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    """In a table of `+` rows, the one where all is added."""
    plus = [candidate for candidate in rows if added(candidate.label)]
    if len(plus) < 2:
        return [], ""
    most = max(len(added(candidate.label)) for candidate in plus)
    if most > 1:
        return [candidate for candidate in plus if len(added(candidate.label)) == most], "it adds the most"
    return plus[-1:], "all is added in the last step, “{label}”"


def _base(_: Body, __: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    base = [candidate for candidate in rows if says_base(candidate.label) and not cites(candidate.label)]
    return base, "“{label}” names the baseline"


def _stem(_: Body, __: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    """The row whose name begins the names of at least half of the others, and of two."""
    labels = [plain_label(candidate.label) for candidate in rows]
    counts, ordered = Counter(labels), sorted(labels)
    enough = max(2, (len(labels) - 1) / 2)
    stems = [
        row
        for row, label in zip(rows, labels, strict=True)
        if len(label) > 1 and counts[label] == 1 and _begins(label, ordered) >= enough
    ]
    return stems[:1], "the others are variants of “{label}”"


def _stated_default(
    body: Body, columns: Sequence[Column], rows: Sequence[_Candidate]
) -> tuple[list[_Candidate], str]:
    """The one row whose value a sentence with the word default, or `we use`, names."""
    sentences = re.split(r"(?<=[.;])\s+", " ".join([body.table.caption, *body.table.mentions])[:4000])
    factors = [column.index for column in columns if column.role in ("factor", "label")][:1]
    for sentence in sentences:
        if not factors or not _DEFAULT.search(sentence):
            continue
        named = [row for row in rows if _names(sentence, row.row.texts[factors[0]])]
        if len(named) == 1:
            return named, f"the text says “{_DEFAULT.search(sentence)[0]}” of it"  # type: ignore[index]
    return [], ""


def _boldest(
    body: Body, columns: Sequence[Column], rows: Sequence[_Candidate]
) -> tuple[list[_Candidate], str]:
    """The row that alone has the most bold numbers, more than half of its metrics.

    Where many rows have bold numbers, bold marks winners and not the row, so the row must also lead.
    """
    counts = {row.row.index: body.bold_counts.get(row.row.index, 0) for row in rows}
    most = max(counts.values(), default=0)
    bold = [row for row in rows if most and counts[row.row.index] == most]
    metrics = sum(column.role == "metric" for column in columns)
    leaders = {row.index for row in best_rows([row.row for row in rows], columns)}
    few = sum(count > 0 for count in counts.values()) <= 2
    if len(bold) == 1 and 2 * most > metrics and (few or bold[0].row.index in leaders):
        return bold, "it has the most bold numbers"
    return [], ""


def _leader(_: Body, columns: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    best = {row.index for row in best_rows([candidate.row for candidate in rows], columns)}
    return [row for row in rows if row.row.index in best][
        -1:
    ], "it leads in the most metrics, and no row says that it is the full one"


def _own(_: Body, __: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    return [row for row in rows if _OWN.search(row.label)], "“{label}” is the authors' own"


def _uncited(_: Body, __: Sequence[Column], rows: Sequence[_Candidate]) -> tuple[list[_Candidate], str]:
    """Where most rows cite the paper they come from, those that cite none are the authors' own."""
    own = [row for row in rows if not any(cites(text) for text in (row.label, *row.row.texts[:3]))]
    return (own, "“{label}” cites no other paper") if 0 < len(own) <= len(rows) / 2 else ([], "")


def _named_in_caption(
    body: Body, _: Sequence[Column], rows: Sequence[_Candidate]
) -> tuple[list[_Candidate], str]:
    named = [row for row in rows if len(row.label) > 2 and _names(body.table.caption, plain_label(row.label))]
    return (named, "the caption names “{label}”") if len(named) <= max(1, len(rows) // 3) else ([], "")


_STUDY_RULES: Final[tuple[_Rule, ...]] = (
    _full, _nothing_removed, _most_marks, _last_addition, _base, _stem, _stated_default, _boldest, _leader,
)  # fmt: skip
_COMPARISON_RULES: Final[tuple[_Rule, ...]] = (_own, _uncited, _named_in_caption, _boldest, _leader)


def _own_baseline(rows: Sequence[_Candidate], label: str, columns: Sequence[Column], whole: int) -> int:
    same = [row for row in rows if label and _group_label(row.row, columns) == label]
    named = [row for row in rows if says_full(row.label)] or [row for row in rows if says_base(row.label)]
    chosen = same or named
    return _best(chosen, columns).row.index if chosen else whole


def _group_label(row: BodyRow, columns: Sequence[Column]) -> str:
    """Labels and settings of a row, from the second group of rows on without the group's own name."""
    texts = [row.texts[column.index] for column in columns if column.role in ("label", "factor", "setting")]
    return " ".join(texts[1:] if any(texts[1:]) and row.section else texts).strip().lower()


def _is_stem(label: str, cut: Sequence[str]) -> bool:
    plain = plain_label(label)
    return len(plain) > 1 and any(other.startswith(plain) for other in map(plain_label, cut))


def _begins(label: str, ordered: Sequence[str]) -> int:
    """How many of the sorted names go on after this one, not counting lists that begin with it."""
    return sum(
        bisect_left(ordered, label + chr(ord(mark) + 1)) - bisect_left(ordered, label + mark)
        for mark in " -(/+_["
    )


def _names(sentence: str, text: str) -> bool:
    """Whether a sentence has this text as a word of its own."""
    return bool(text) and re.search(rf"(?<![\w.]){re.escape(text)}(?!\w|\.\d)", sentence) is not None

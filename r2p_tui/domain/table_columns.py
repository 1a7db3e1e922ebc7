"""The columns of a table: which name the rows, which are set, which are measured, and which way is better."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from r2p_tui.domain.metrics import (
    LEVELS,
    Metric,
    find_metric,
    find_metric_in_words,
    is_setting,
    is_symbol,
    says_arrow,
    stated_direction,
)
from r2p_tui.domain.table_body import Body, BodyRow
from r2p_tui.domain.table_labels import added, removed
from r2p_tui.domain.table_numbers import is_missing
from r2p_tui.domain.understanding import Column, Direction, Role

MOST: Final = 0.5
NEARLY_ALL: Final = 0.8
HIGHEST_SCORE: Final = 100
MOST_LOOKED_AT: Final = 100  # cells of a column, to see whether they look measured
_MARKS: Final = "it holds check marks"
AVERAGES: Final = ("average", "score")
IDENTIFIERS: Final = (
    "",
    "#",
    "no",
    "no.",
    "id",
    "exp",
    "exp.",
    "row",
    "idx",
    "index",
    "case",
    "nr",
    "nr.",
    "setting id",
)


@dataclass(frozen=True, slots=True)
class _Content:
    """What the body of one column holds, as shares of its cells that say something."""

    filled: int
    marks: float
    numbers: float
    decimals: float
    largest: float
    precise: bool


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is known of the whole table before its columns are judged one by one.

    `spoken` is the metric of the caption, `foreign` the same unless a column of its own has it; `first` is
    the leftmost column of a known metric.
    """

    body: Body
    contents: tuple[_Content, ...]
    spoken: Metric | None
    foreign: Metric | None
    first: int


def read_columns(body: Body, directions: Mapping[int, Direction]) -> tuple[Column, ...]:
    """A judgement of each column; `directions` are the user's, and beat all."""
    sight = _look_at(body)
    columns: list[Column] = []
    for index in range(body.width):
        columns.append(_column(sight, index, columns))
    columns = [_directed_average(column, columns, sight.spoken) for column in columns]
    columns = [_directed_like_others(column, columns, sight) for column in columns]
    names = short_names(body.headers)
    return tuple(
        replace(_overridden(column, directions), name=name)
        for column, name in zip(columns, names, strict=True)
    )


def short_names(headers: Sequence[str]) -> list[str]:
    """Of each header as few of its lowest levels as tell it from the others; all, where others are alike."""
    levels = [header.split(LEVELS) for header in headers]
    endings = [[LEVELS.join(parts[-count:]) for count in range(1, len(parts) + 1)] for parts in levels]
    known = Counter(ending for of_column in endings for ending in of_column)
    return [
        next((ending for ending in of_column if known[ending] == 1), header)
        for of_column, header in zip(endings, headers, strict=True)
    ]


def holds_marks(column: Column) -> bool:
    """Whether a column is one of check marks."""
    return column.reason == _MARKS


def settle_roles(columns: Sequence[Column], body: Body, *, is_study: bool) -> tuple[Column, ...]:
    """Factors are what a study varies; elsewhere, and where nothing varies, they are settings."""
    return tuple(
        replace(column, role="setting")
        if column.role == "factor" and not (is_study and varies(body, column.index))
        else column
        for column in columns
    )


def row_label(row: BodyRow, columns: Sequence[Column]) -> str:
    """What names a row inside its group: its last label; empty where only settings tell the rows apart."""
    texts = [row.texts[column.index] for column in columns if column.role == "label"]
    return next((text for text in reversed(texts) if text), "")


def without_measures(columns: Sequence[Column], directions: Mapping[int, Direction]) -> tuple[Column, ...]:
    """The columns of a transposed table: each row is another measure, unless the user gave a direction."""
    reason = "each row is a measure of its own"
    return tuple(
        replace(column, role="other", metric=None, unit=None, direction=None, reason=reason)
        if column.role in ("metric", "factor") and column.index not in directions
        else column
        for column in columns
    )


def varies(body: Body, index: int) -> bool:
    """Whether a column says two different things; an empty place counts where others are filled."""
    return len({text.lower() for text in body.column(index)}) > 1


def _content(body: Body, index: int) -> _Content:
    values = body.numbers(index)
    words = [row.texts[index] for row in body.rows if row.texts[index] and row.values[index] is None]
    marks = sum(map(body.is_mark, words))
    missing = sum(map(is_missing, words))
    filled = len(values) + len(words) - missing
    return _Content(
        filled,
        sum(body.is_mark(text) or is_missing(text) for text in words) / (len(values) + len(words))
        if marks
        else 0.0,
        len(values) / (filled or 1),
        sum("." in value.text for value in values) / (filled or 1),
        max((abs(value.number) for value in values), default=0.0),
        _are_precise([value.text for value in values[:MOST_LOOKED_AT]]),
    )


def _are_precise(texts: Sequence[str]) -> bool:
    """Whether numbers look measured: with decimals, three digits that count, and hardly two alike."""
    exact = [text for text in texts if "." in text and len(re.sub(r"\D", "", text).lstrip("0")) > 2]
    return (
        len(texts) > 2
        and len(exact) >= NEARLY_ALL * len(texts)
        and len(set(texts)) >= NEARLY_ALL * len(texts)
    )


def _look_at(body: Body) -> _Sight:
    contents = tuple(_content(body, index) for index in range(body.width))
    spoken = _spoken_metric(body)
    named = {metric.name for header in body.headers if (metric := find_metric(header))}
    foreign = None if spoken and spoken.name in named else spoken
    return _Sight(body, contents, spoken, foreign, _first_measured(body, contents))


def _spoken_metric(body: Body) -> Metric | None:
    """The metric that the caption names, else the direction that it states."""
    caption = body.table.caption
    found = find_metric_in_words(caption)
    stated = stated_direction(caption)
    if found is None and stated:
        word = "lower" if stated == "down" else "higher"
        return Metric("", stated, None, f"the caption says that {word} is better")
    return found


def _first_measured(body: Body, contents: Sequence[_Content]) -> int:
    """The leftmost column of numbers whose header names a metric; the width where there is none."""
    for index, content in enumerate(contents):
        header = body.headers[index]
        named = find_metric(header)
        if content.numbers >= MOST and named and named.name not in AVERAGES and not is_setting(header):
            return index
    return body.width


def _column(sight: _Sight, index: int, before: Sequence[Column]) -> Column:
    header, content = sight.body.headers[index], sight.contents[index]
    named = find_metric(header)
    if not content.filled and not content.marks:
        return _plain(index, header, "other", "the column is empty")
    if content.marks >= NEARLY_ALL:
        return _plain(index, header, "factor", _MARKS)
    if index == 0 and content.numbers >= MOST and is_symbol(header):
        return _plain(index, header, "factor", "its header names what one sets")
    if named and content.numbers >= MOST and not (_is_set(header, named, content) and index <= sight.first):
        return _measured(index, header, _better_informed(named, sight.foreign))
    if index == 0 and (content.numbers < MOST or header.strip().lower() in IDENTIFIERS):
        return _plain(index, header, "label", "it names the rows")
    if content.numbers < MOST and any(added(text) or removed(text) for text in sight.body.column(index)):
        return _plain(index, header, "label", "it says what is added or left out")
    if is_setting(header) and not (is_symbol(header) and content.precise) and not _among_scores(sight, index):
        return _plain(index, header, "factor", "its header names what one sets")
    return _unnamed_numbers(sight, index) if content.numbers >= MOST else _words(index, header, before)


def _among_scores(sight: _Sight, index: int) -> bool:
    """Whether a column of decimals stands between two of the same scale that name no setting."""
    if not 0 < index < len(sight.contents) - 1 or not sight.body.headers[index]:
        return False
    near = [sight.contents[place] for place in (index - 1, index, index + 1)]
    alike = all(content.numbers >= NEARLY_ALL and content.decimals >= NEARLY_ALL for content in near)
    named = any(is_setting(sight.body.headers[place]) for place in (index - 1, index + 1))
    least, most = min(content.largest for content in near), max(content.largest for content in near)
    return alike and not named and most <= 10 * least


def _is_set(header: str, named: Metric, content: _Content) -> bool:
    """Whether a header that could be both, as `loss` or `rank`, is rather what one sets."""
    return (
        is_setting(header) and not says_arrow(named.reason) and named.unit is None and content.decimals < MOST
    )


def _better_informed(named: Metric, spoken: Metric | None) -> Metric:
    """A header that names only the data takes its measure from the caption."""
    if not named.of_data or spoken is None or says_arrow(named.reason):
        return named
    return replace(spoken, name=spoken.name or named.name)


def _words(index: int, header: str, before: Sequence[Column]) -> Column:
    if before and not header and all(column.role == "label" for column in before):
        return _plain(index, header, "label", "it names the rows together with the column before")
    if before and all(column.role == "other" for column in before):
        return _plain(index, header, "label", "it names the rows")
    if any(column.role == "metric" for column in before):
        return _plain(index, header, "other", "it holds words")
    return _plain(index, header, "factor", "it holds words that tell the rows apart")


def _unnamed_numbers(sight: _Sight, index: int) -> Column:
    """Numbers under a header that is no known metric: set if left of the metrics and whole, else measured."""
    header, content = sight.body.headers[index], sight.contents[index]
    if index == 0 or (
        index < sight.first < sight.body.width and not content.precise and _looks_set(sight, index)
    ):
        return _plain(index, header, "factor", "it holds plain numbers left of what is measured")
    if sight.spoken:
        return _measured(index, header, sight.spoken)
    if content.decimals >= MOST and content.largest <= HIGHEST_SCORE:
        guess = "no metric is named; a score is taken to be better when higher"
        return Column(index, header, "metric", None, None, "up", guess)
    return _plain(index, header, "other", "no metric is named")


def _looks_set(sight: _Sight, index: int) -> bool:
    """Whether numbers are whole, or a named setting stands between them and the first metric."""
    followed = any(is_setting(later) for later in sight.body.headers[index + 1 : sight.first])
    return followed or sight.contents[index].decimals < MOST


def _directed_average(column: Column, columns: Sequence[Column], spoken: Metric | None) -> Column:
    """An average goes the way of what it averages."""
    if column.metric not in AVERAGES or says_arrow(column.reason):
        return column
    if spoken and spoken.direction:
        return replace(column, direction=spoken.direction, reason=spoken.reason)
    others = {
        other.direction
        for other in columns
        if other.role == "metric" and other.metric not in (*AVERAGES, *COSTS)
    }
    if others == {"down"}:
        return replace(column, direction="down", reason="all that it averages is better when lower")
    return column


def _directed_like_others(column: Column, columns: Sequence[Column], sight: _Sight) -> Column:
    """Numbers without a name go the way that all arrows of the table point, or that of an average of them."""
    unnamed = not column.metric and column.role in ("metric", "other")
    if not unnamed or sight.contents[column.index].numbers < MOST:
        return column
    arrows = [other.direction for other in columns if says_arrow(other.reason)]
    if len(arrows) > 1 and len(set(arrows)) == 1:
        reason = "all arrows in the header point this way"
        return replace(column, role="metric", direction=arrows[0], reason=reason)
    average = next((other for other in columns if other.metric == "average" and other.role == "metric"), None)
    if column.role == "other" and average and _is_averaged(sight, column.index, average.index):
        reason = "it goes the way of the average beside it"
        return replace(column, role="metric", direction=average.direction, reason=reason)
    return column


def _is_averaged(sight: _Sight, index: int, average: int) -> bool:
    """Whether numbers are of the size of an average in the same table."""
    largest, mean = sight.contents[index].largest, sight.contents[average].largest
    return mean / 4 <= largest <= 4 * mean


COSTS: Final = frozenset(
    {
        "FPS",
        "throughput",
        "latency",
        "time",
        "speed",
        "speed-up",
        "compression",
        "FLOPs",
        "params",
        "memory",
        "energy",
        "cost",
    }
)


def _overridden(column: Column, directions: Mapping[int, Direction]) -> Column:
    if (direction := directions.get(column.index)) is None:
        return column
    role: Role = "metric" if column.role in ("other", "setting") else column.role
    return replace(column, direction=direction, role=role, reason="you said so")


def _plain(index: int, header: str, role: Role, reason: str) -> Column:
    return Column(index, header, role, None, None, None, reason)


def _measured(index: int, header: str, metric: Metric) -> Column:
    name = metric.name or header.split(LEVELS)[-1]
    return Column(index, header, "metric", name, metric.unit, metric.direction, metric.reason)

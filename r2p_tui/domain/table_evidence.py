"""What the grid of a table says about its kind: what is compared, by what, and what is listed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Final, NamedTuple

from r2p_tui.domain.metrics import LEVELS, is_setting, is_symbol
from r2p_tui.domain.table_body import Body
from r2p_tui.domain.table_columns import AVERAGES, COSTS, holds_marks, row_label
from r2p_tui.domain.table_cues import COUNTS, DATA_NAMES, HYPERPARAMETER_NAMES, LAYER_NAMES
from r2p_tui.domain.table_labels import (
    added,
    cites,
    has,
    left_out,
    plain_label,
    says_base,
    says_full,
    says_only,
    summands,
    uncited,
)
from r2p_tui.domain.table_shape import Shape, compared_names
from r2p_tui.domain.understanding import Column, Kind
from r2p_tui.text import count_of

FEW_NUMBERS: Final = 0.2
_IS_FULL: Final = re.compile(r"\bfull\b|\bdefault\b", re.IGNORECASE)
_OURS: Final = re.compile(r"\b(?:ours?|proposed)\b", re.IGNORECASE)
_VENUES: Final = re.compile(r"\b(?:venue|year|publication|reference)\b", re.IGNORECASE)
_STUDIED: Final = re.compile(r"ablat|variant|w/o|without", re.IGNORECASE)
_METHODS: Final = re.compile(
    r"(?:(?:base|backbone|language )?models?|methods?|networks?|arch(?:itectures?|\.)?|detectors?|backbones?"
    r"|approach(?:es)?|data(?: ?sets?)?|tasks?|type|venue|year|language|setting|training|split|supervision"
    r"|inputs?|modality|rounds?|(?:input |image )?(?:size|resolution)s?|[a-z])",
    re.IGNORECASE,
)
_DATA_HEADS: Final = re.compile(
    r"data|task|split|bench|corpus|domain|environment|categor|class", re.IGNORECASE
)
# Words that names of unrelated models share.
_COMMON_WORDS: Final = re.compile(
    r"base|baseline|large|small|tiny|medium|huge|chat|instruct|net|models?|network|method|ours?|full|the|and|with"
    r"|for|without|only|proposed|pre|train|against|number|rated|compared|name",
    re.IGNORECASE,
)
_OF_WHAT: Final = re.compile(r"\s(?:in|of|for|on|at|per|with|to)\s|\s*[(\[]")
_WORD: Final = re.compile(r"[^\W\d_][\w.]{2,}")


class Evidence(NamedTuple):
    """One observation: which kind it speaks for, how loudly, and in words."""

    kind: Kind
    weight: float
    reason: str


@dataclass(frozen=True)
class Scene:
    """A table as its kind is judged; `names` are what it compares, be they rows or columns."""

    body: Body
    columns: Sequence[Column]
    shape: Shape

    @cached_property
    def labels(self) -> list[str]:
        return [row_label(row, self.columns) for row in self.body.rows]

    @cached_property
    def names(self) -> list[str]:
        return compared_names(self.body) if self.shape.across else self.labels

    @cached_property
    def metrics(self) -> list[Column]:
        return [column for column in self.columns if column.role == "metric"]

    @cached_property
    def measures(self) -> bool:
        """Whether anything but costs and averages is measured."""
        return self.shape.transposed or bool(
            {column.metric for column in self.metrics} - {None, *COSTS, *AVERAGES}
        )

    @cached_property
    def costs_only(self) -> bool:
        return bool(self.metrics) and all(column.metric in COSTS for column in self.metrics)

    @cached_property
    def numbers_share(self) -> float:
        """The share of the filled places right of the first column that state a number."""
        rows = self.body.rows
        numbers = sum(value is not None for row in rows for value in row.values)
        return numbers / (sum(bool(text) for row in rows for text in row.texts[1:]) or 1)


def evidence_of_the_grid(scene: Scene) -> Iterator[Evidence]:
    """All that rows and columns say, each with its weight and its words; sentences about it aside."""
    return chain(
        _titles(scene),
        _variants(scene),
        _rivals(scene),
        _marks(scene),
        _told_apart(scene),
        _crossed(scene),
        _named_in_the_caption(scene),
        _measures(scene),
        _listings(scene),
    )


def _titles(scene: Scene) -> Iterator[Evidence]:
    for title in scene.body.titles:
        if _STUDIED.search(title):
            yield Evidence("ablation", 3.0, f"a row announces “{title}”")
            return


# --- variants of one thing ------------------------------------------------------------------------------


def _variants(scene: Scene) -> Iterator[Evidence]:
    """Names that take away, add, or vary one thing; a few among many say less."""
    if scene.numbers_share < FEW_NUMBERS or not (scene.metrics or scene.shape.transposed):
        return
    names = scene.names
    count = len(names) or 1
    where = "columns" if scene.shape.across else "rows"
    without = [name for name, parts in zip(names, left_out(names), strict=True) if parts]
    plus = [name for name in names if added(name)]
    present = [name for name in names if has(name)]
    if without:
        weight = min(1.5 * len(without), 4.0) * min(1.0, 4 * len(without) / count)
        yield Evidence("ablation", weight, f"{where} leave something out, as “{without[0]}”")
    if plus:
        weight = min(1.2 * len(plus), 3.5) * min(1.0, 3 * len(plus) / count)
        yield Evidence("ablation", weight, f"{where} add something, as “{plus[0]}”")
    if len(present) > 1:
        yield Evidence("ablation", 1.5, f"{where} say what is there, as “{present[0]}”")
    yield from _sums(names)
    yield from _named([name for name in names if not cites(name)])
    if (word := _shared_word(names)) and not any(map(cites, names)):
        yield Evidence("ablation", 1.2, f"most {where} are variants of “{word}”")


def _sums(names: Sequence[str]) -> Iterator[Evidence]:
    """Names that are `A + B`; more so where `A` stands alone, most where one part is added to many."""
    sums = _sums_of(names)
    if len(sums) < 2 or len(sums) < 0.25 * len(names):
        return
    grown = _grown(names)
    bases_by_part = Counter(part for part, _ in {(parts[-1], parts[0]) for parts in grown})
    part, bases = bases_by_part.most_common(1)[0] if grown else ("", 0)
    if bases > 2:
        yield Evidence("ablation", 4.0, f"“{part}” is added to each of {bases} rows")
    else:
        yield Evidence(
            "ablation", 2.5 if grown else 1.2, f"rows are sums of parts, as “{' + '.join(sums[0])}”"
        )


def _grown(names: Sequence[str]) -> list[tuple[str, ...]]:
    """The parts of those sums whose first part stands alone in another row."""
    alone = {_key(name) for name in names}
    return [parts for parts in _sums_of(names) if parts[0].lower() in alone]


def _sums_of(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [parts for name in names if (parts := summands(name)) and not cites(name)]


def _key(name: str) -> str:
    return uncited(plain_label(name)).lower()


def _named(names: Sequence[str]) -> Iterator[Evidence]:
    """Rows that are called full, base, or only."""
    for weight, says in (
        (1.5, lambda name: _IS_FULL.search(name) and says_full(name)),
        (1.0, says_base),
        (0.8, says_only),
    ):
        if named := [name for name in names if says(name)]:
            yield Evidence("ablation", weight, f"a row is called “{named[0]}”")


def _shared_word(names: Sequence[str]) -> str:
    """The word of a name that most of these names have; empty where there is none."""
    if len(set(names)) < 2:
        return ""
    words = Counter(word for name in names for word in _words(plain_label(name)))
    word, count = words.most_common(1)[0] if words else ("", 0)
    return word if count >= min(len(names), max(3, 0.6 * len(names))) else ""


def _words(name: str) -> set[str]:
    return {word for word in _WORD.findall(name) if not _COMMON_WORDS.fullmatch(word)}


# --- other people's methods -----------------------------------------------------------------------------


def _rivals(scene: Scene) -> Iterator[Evidence]:
    """Rows or columns that are other people's methods; rows of data sets cite them without competing."""
    body = scene.body
    if scene.shape.lists_data:
        return
    grown = {parts[0].lower() for parts in _grown(scene.labels)}
    citing = [
        _key(label) not in grown and any(map(cites, (label, *row.texts[:3])))
        for label, row in zip(scene.labels, body.rows, strict=True)
    ]
    if scene.shape.across:
        citing = [cites(name) for name in scene.names]
    share = sum(citing) / (len(citing) or 1)
    if share:
        weight = (
            3.0 if share >= 0.5 else 2.5 if share >= 0.3 else 1.4 if sum(citing) > 1 or share >= 0.15 else 0.5
        )
        where = "column" if scene.shape.across else "row"
        yield Evidence("main result", weight, f"{count_of(sum(citing), where)} cite other papers")
    if any(map(_OURS.search, scene.names)):
        yield Evidence("main result", 1.0 if share else 0.6, "one of those compared is called ours")
    if any(map(_VENUES.search, body.headers)):
        yield Evidence("main result", 2.0, "a column names years or venues")


# --- settings that are varied ---------------------------------------------------------------------------


def _marks(scene: Scene) -> Iterator[Evidence]:
    marked = [column for column in scene.columns if holds_marks(column)]
    if marked and not scene.metrics and len(marked) >= 0.5 * (len(scene.columns) - 1):
        if not scene.shape.lists_data:
            yield Evidence("other", 3.0, "it compares by check marks and measures nothing")
    elif marked and scene.metrics:
        shown = ", ".join(column.name for column in marked[:3] if column.name)
        loud = len(marked) > 1 or _is_switched(scene, marked[0])
        yield Evidence(
            "ablation", 3.0 if loud else 1.5, f"check marks switch {shown or 'components'} on and off"
        )


def _is_switched(scene: Scene, column: Column) -> bool:
    """Whether one column of marks alternates, as when each method is shown with and without a part."""
    states = [scene.body.is_on(text) for text in scene.body.column(column.index) if text]
    changes = sum(state != following for state, following in pairwise(states))
    return len(states) > 3 and changes >= 0.6 * (len(states) - 1)


def _told_apart(scene: Scene) -> Iterator[Evidence]:
    """Rows, or columns, that are values of a setting and not methods."""
    first = scene.columns[0] if scene.columns else None
    if first is None:
        return
    name = first.header.split(LEVELS)[-1].strip()
    level = scene.shape.level
    if level or (level == "" and scene.shape.across):
        yield Evidence("ablation", 3.0, f"its columns are values of {level or name or 'one setting'}")
    elif scene.shape.across or scene.costs_only:
        return
    elif scene.metrics and first.role == "factor":
        yield Evidence(
            "ablation",
            1.5 if holds_marks(first) else 2.5,
            f"its rows are told apart by {name or 'a setting'}",
        )
    elif scene.metrics and _names_a_setting(first, name):
        yield Evidence("ablation", 2.0, f"its rows are told apart by {name}")
    elif scene.metrics and (symbols := _symbols(scene.columns)):
        yield Evidence("ablation", 1.2, f"its rows differ in {', '.join(symbols[:3])}")


def _symbols(columns: Sequence[Column]) -> list[str]:
    return [column.header for column in columns[1:] if column.role == "factor" and is_symbol(column.header)]


def _names_a_setting(label: Column, name: str) -> bool:
    return label.role == "label" and is_setting(name) and not _METHODS.fullmatch(name)


def _crossed(scene: Scene) -> Iterator[Evidence]:
    """The same thing again and again with another setting: a controlled comparison, not one of rivals."""
    if scene.shape.across or not scene.metrics or any(map(cites, scene.labels)):
        return
    repeated = {label for label, count in Counter(scene.labels).items() if label and count > 1}
    again = [row for row, label in zip(scene.body.rows, scene.labels, strict=True) if label in repeated]
    if len(again) < max(3, 0.6 * len(scene.labels)):
        return
    for column in scene.columns[1:]:
        name = column.header.split(LEVELS)[-1].strip()
        varied = len({row.texts[column.index] for row in again}) > 1
        if (
            column.role in ("factor", "setting")
            and varied
            and not _METHODS.fullmatch(name)
            and not _DATA_HEADS.search(name)
        ):
            yield Evidence("ablation", 2.0, f"the same rows are repeated with another {name or 'setting'}")
            return


def _named_in_the_caption(scene: Scene) -> Iterator[Evidence]:
    """The caption speaks of the column in which rows differ."""
    if not scene.metrics or scene.shape.across or scene.costs_only:
        return
    caption = scene.body.table.caption.lower()
    for column in scene.columns:
        name = column.header.split(LEVELS)[-1].strip()
        if (
            column.role not in ("label", "factor", "setting")
            or _METHODS.fullmatch(name)
            or _DATA_HEADS.search(name)
        ):
            continue
        noun = _OF_WHAT.split(name, maxsplit=1)[0].split(" ")[-1].lower()
        stem = noun.removesuffix("s")
        if (
            len(stem) > 3
            and not _COMMON_WORDS.fullmatch(noun)
            and re.search(rf"(?<!\w){re.escape(stem)}", caption)
        ):
            yield Evidence("ablation", 1.5, f"the caption speaks of what rows differ in, “{noun}”")
            return


# --- what is measured or listed -------------------------------------------------------------------------


def _measures(scene: Scene) -> Iterator[Evidence]:
    metrics = scene.metrics
    if scene.shape.transposed:
        yield Evidence("main result", 2.0, "its rows are benchmarks and metrics")
    elif scene.costs_only:
        yield Evidence("other", 1.2, f"it measures only costs, as {metrics[0].metric}")
    elif metrics and len(scene.labels) > 1:
        yield Evidence(
            "main result", 1.0, f"it measures {metrics[0].metric or metrics[0].header or 'scores'}"
        )
    if scene.numbers_share < FEW_NUMBERS:
        yield Evidence("other", 3.2, "it holds words and hardly a number")
    elif not metrics and not scene.shape.transposed:
        yield Evidence("other", 1.0, "it measures nothing that r2p knows")


def _listings(scene: Scene) -> Iterator[Evidence]:
    """Rows or columns that are names of settings or layers, or counts of data."""
    headers = [header.split(LEVELS)[-1] for header in scene.body.headers[1:]]
    kinds: tuple[tuple[Kind, re.Pattern[str], str], ...] = (
        ("hyperparameters", HYPERPARAMETER_NAMES, "settings"),
        ("data", DATA_NAMES, "counts and parts of data"),
    )
    for kind, names, what in kinds:
        rows = [label for label in scene.labels if names.fullmatch(_bare(label))]
        if len(rows) >= max(2, 0.3 * len(scene.labels)):
            yield Evidence(kind, 3.5, f"its rows name {what}, as “{rows[0]}”")
        across = [header for header in headers if _is_listed(kind, names, _bare(header))]
        if not scene.measures and len(across) >= max(2, 0.5 * len(headers)):
            yield Evidence(kind, 3.0, f"its columns name {what}, as “{across[0]}”")
    layers = [label for label in scene.labels if LAYER_NAMES.fullmatch(_bare(label))]
    if not scene.measures and len(layers) >= max(3, 0.6 * len(scene.labels)):
        yield Evidence("hyperparameters", 3.5, f"its rows are layers of a network, as “{layers[0]}”")
    if not scene.measures and scene.shape.lists_data:
        yield Evidence("data", 3.0, "its rows are data sets, and none is measured")


def _is_listed(kind: Kind, names: re.Pattern[str], header: str) -> bool:
    return bool(names.fullmatch(header) or (kind == "data" and COUNTS.fullmatch(header)))


def _bare(text: str) -> str:
    return re.sub(r"\s*\([^)]*\)|[$*†‡:]", "", text).strip()

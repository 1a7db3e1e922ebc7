"""Questions about ablations: the words a row may contain, the metrics it may report, what it is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from r2p_tui.domain.metrics import find_metric, metrics_asked
from r2p_tui.domain.table_numbers import is_check, is_cross, is_missing
from r2p_tui.domain.terms import STOP_WORDS
from r2p_tui.text import clean_line

LONGEST_QUESTION = 400
MOST_WORDS = 12

# Besides the words that say little anywhere: those that only make a question of what is asked.
_ASKING_WORDS = """
ablate ablated ablating ablation ablations add added adding affect affects bring brings change changes cost
costs count effect effects gain gains help helped helpful helps hurt hurts impact impacts influence matter
matters model models need needs number remove removed removes removing replace replaced replacing row rows
still table tables use value values w w/ w/o wins wo work worse worst worth
"""
_ASKING = frozenset(_ASKING_WORDS.split())
# What carries the name of a metric and is a component: a loss with a name of its own.
_NAMED_LOSS = re.compile(
    r"(?<!\S)((?!(?:val|train|test|eval|dev)\w*\s)[\w-]+)\s+loss(?:es)?\b", re.IGNORECASE
)
_LOSS_OF_OVERLAP = re.compile(r"\b(?:[CDEGS]|Wise-?)IoU\b")
_EDGES = re.compile(r"^[^\w+]+|[^\w+]+$")


@dataclass(frozen=True, slots=True)
class Question:
    """`words` as typed, each to be found by its stem; `metrics` by their names, such as AP_S."""

    words: tuple[str, ...]
    metrics: tuple[str, ...]


def read_question(text: str) -> Question:
    """What a question asks for; words that only name a metric, or only ask, are left out of `words`.

    A question of nothing but such words is taken by its words as they stand.
    """
    question = clean_line(text)[:LONGEST_QUESTION]
    chunks = list(dict.fromkeys(filter(None, (_EDGES.sub("", chunk) for chunk in question.split()))))
    metrics = _metrics(question)
    telling = [chunk for chunk in _without_metrics(chunks, metrics) if _says_something(chunk)]
    if not telling and not metrics:
        telling = [chunk for chunk in chunks if any(map(str.isalnum, chunk))]
    return Question(tuple(telling[:MOST_WORDS]), metrics)


def names_factor(factor: str, words: Sequence[str]) -> bool:
    """Whether a factor, as a header or a label prints it, is the one that all these words name."""
    printed = [_stem(word) for word in re.findall(r"[^\W_]+", factor)]
    asked = [_stem(word) for text in words for word in re.findall(r"[^\W_]+", text)]
    return bool(asked) and all(any(_alike(word, one) for one in printed) for word in asked)


def reports(header: str, metrics: Sequence[str]) -> bool:
    """Whether a column reports one of these metrics, or a kind of it: AP50 and mAP for AP."""
    metric = find_metric(header) if metrics else None
    return metric is not None and any(_is_kind_of(metric.name, asked) for asked in metrics)


def row_name(label: str, cells: Sequence[tuple[str, str]], row: int) -> str:
    """What tells a row from others: its label, and what columns without a metric set or switch on."""
    told = [_told(header, text) for header, text in cells if find_metric(header) is None]
    return ", ".join(filter(None, [label, *told])) or f"row {row}"


def _told(header: str, text: str) -> str:
    if is_check(text):
        return header
    return "" if is_cross(text) or is_missing(text) else f"{header} {text}".strip()


def _is_kind_of(metric: str, asked: str) -> bool:
    metric, asked = metric.removeprefix("m"), asked.removeprefix("m")
    return metric == asked or (metric.startswith(asked) and metric[len(asked)] in "_@0123456789")


def _metrics(question: str) -> tuple[str, ...]:
    """The metrics asked for; a loss with a name of its own, such as focal loss, is a component."""
    without_losses = _NAMED_LOSS.sub(_without_loss, question)
    return metrics_asked(_LOSS_OF_OVERLAP.sub("", without_losses))


def _without_loss(found: re.Match[str]) -> str:
    return found[1] if _says_something(found[1]) else found[0]


def _without_metrics(chunks: list[str], metrics: tuple[str, ...]) -> list[str]:
    """The chunks without which the question would ask about the same metrics."""
    if not metrics:
        return chunks
    return [
        chunk
        for index, chunk in enumerate(chunks)
        if _metrics(" ".join(chunks[:index] + chunks[index + 1 :])) == metrics
    ]


def _says_something(chunk: str) -> bool:
    plain = chunk.casefold()
    if plain in STOP_WORDS or plain in _ASKING:
        return False
    return any(map(str.isalnum, chunk)) and (len(chunk) > 1 or not chunk.isascii() or chunk.isupper())


def _stem(word: str) -> str:
    plain = word.casefold()
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss") else plain


def _alike(asked: str, printed: str) -> bool:
    return asked == printed or (len(asked) >= 4 and printed.startswith(asked))

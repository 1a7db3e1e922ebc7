"""The metrics of machine learning that r2p knows: names, aliases, units, and which way is better."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, cast

from r2p_tui.domain.metric_names import (
    BENCHMARKS,
    METRICS,
    NAMED_IN_CAPTIONS,
    QUESTION_WORDS,
    SETTINGS,
    SYMBOLS,
    TEXT_CORPORA,
)
from r2p_tui.domain.understanding import Direction


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric read from a header; `reason` says in words why the direction is what it is.

    `of_data` tells that the header names only what was measured on, so a caption may know better.
    """

    name: str
    direction: Direction | None
    unit: str | None
    reason: str
    of_data: bool = False


LONGEST_HEADER = 160
LEVELS = " / "

_ARROW: Final = "the header has the arrow "
_UP: Final = "↑⇑▲⬆↗"
_DOWN: Final = "↓⇓▼⬇↘"
_UNITS: Final = re.compile(
    r"[(\[]\s*(?:in\s)?(%|ms|s|secs?|seconds|µs|us|mins?|hrs?|hours?|h|days?|fps|hz|db|mm|cm|m|px|pixels?|[kmgt]i?b|m|b|k|"
    r"[gmt]?flops?|[gmt]?macs?|×|x|w|j|mj|kwh|\$|img/s|imgs?/s|tok(?:en)?s?/s|×?10[\^\d⁰-⁹-]+)\s*[)\]]",
    re.IGNORECASE,
)
_DOWN_UNITS: Final = (
    "ms",
    "s",
    "sec",
    "secs",
    "seconds",
    "us",
    "µs",
    "min",
    "mins",
    "hours",
    "hrs",
    "hr",
    "h",
    "days",
    "day",
)
_UP_UNITS: Final = ("fps", "hz", "img/s", "imgs/s", "tok/s", "tokens/s")
_SIZE_NAMES: Final = (
    "small|medium|large|sm|md|lg|rare|common|frequent|novel|base|easy|mod|hard|s|m|l|r|c|f|b|h|e|n"
)
_AVERAGE_PRECISION: Final = re.compile(
    rf"(?P<m>m)?(?P<kind>AP|AR)\s?(?P<target>3D|BEV|\^[bm]|\^?(?:bb|bbox|box|mask|segm|kp|val|test|dev))?(?P<early>\^?[sml](?=\s?@?1))?"
    r"\s?@?\s?[\[(]?(?:(?P<range>all|0?\.?50?\s?[:-]\s?(?:0?\.05:)?0?\.?95)|(?P<iou>0?\.\d{1,2}|[5-9][05])(?!\d)"
    r"|(?P<count>1k|10k|1000|100|300|10|1)(?!\d))?[\])]?"
    rf"\s?\^?(?P<size>{_SIZE_NAMES})?\.?",
    re.IGNORECASE,
)
_SIZES: Final = {
    "s": "S",
    "m": "M",
    "l": "L",
    "small": "S",
    "medium": "M",
    "large": "L",
    "sm": "S",
    "md": "M",
    "lg": "L",
}
_WORDS_DOWN: Final = re.compile(
    r"(?:lower|smaller|less|fewer)(?: (?:values?|scores?|numbers?))?(?: (?:is|are|means?|indicates?))?"
    r" (?:the )?better",
    re.IGNORECASE,
)
_WORDS_UP: Final = re.compile(
    r"(?:higher|larger|bigger|greater|more)(?: (?:values?|scores?|numbers?))?"
    r"(?: (?:is|are|means?|indicates?))? (?:the )?better",
    re.IGNORECASE,
)


_AFTER_A_MEASURE: Final = re.compile(
    r"\s*(?:$|[.,;:()/↓]|(?:in|on|of|for|is|are|and|or|by|with|over|scores?)\b)"
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})", re.IGNORECASE)


def _inside(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@.-])(?:{pattern})(?![\w@-])", re.IGNORECASE)


_KNOWN: Final = [
    (Metric(name or "", cast("Direction | None", direction), unit, ""), _inside(pattern))
    for name, direction, unit, pattern in METRICS
]
_BENCHMARK: Final = _whole(BENCHMARKS)
_BENCHMARK_INSIDE: Final = _inside(BENCHMARKS)
_CORPUS: Final = _inside(TEXT_CORPORA)
_SETTING: Final = _whole(SETTINGS)
_SYMBOL: Final = re.compile(SYMBOLS)
_QUESTIONS: Final = [(_inside(words), names) for words, names in QUESTION_WORDS]


@lru_cache(maxsize=4096)
def find_metric(header: str) -> Metric | None:
    """The metric a header names, or None; its levels are joined by ` / `, and the lowest counts first.

    An arrow beats the list of known metrics, which beats the unit.
    """
    if len(header) > LONGEST_HEADER:
        return None
    levels = [part for part in header.split(LEVELS) if part.strip()]
    found = next(filter(None, (_known(level) for level in reversed(levels))), None)
    if found is None or found.name == "average":
        found = _known_of_data(levels) or found
    return _with_arrow(header, _with_unit(found, header))


def find_metric_in_words(text: str) -> Metric | None:
    """The measure that a caption or a sentence names; None where several disagree in direction."""
    text = text[:2000]
    found = [metric for metric, match in _matches(text) if _is_measured(metric, text[match.end() :])]
    found += [
        metric for word in re.findall(r"\bm?A[PR][\w@.]*", text) if (metric := _average_precision(word))
    ]
    stated = stated_direction(text)
    if not found or (len({metric.direction for metric in found}) > 1 and stated is None):
        return None
    if stated:
        return Metric(found[0].name, stated, None, f"the caption says that {_better_word(stated)} is better")
    return replace(found[0], unit=None, reason=f"the caption speaks of {found[0].name}")


def _is_measured(metric: Metric, following: str) -> bool:
    """Whether words of a caption name a measure; MAE is also a kind of pre-training."""
    if metric.name == "MAE" and not _AFTER_A_MEASURE.match(following):
        return False
    return metric.name in NAMED_IN_CAPTIONS


def stated_direction(text: str) -> Direction | None:
    """What `lower is better` or its opposite says; None where a text says neither or both."""
    down, up = _WORDS_DOWN.search(text), _WORDS_UP.search(text)
    if bool(down) == bool(up):
        return None
    return "down" if down else "up"


def is_setting(header: str) -> bool:
    """Whether a header names what one sets: a size, a rate, a symbol of a hyperparameter."""
    leaf = _without_extras(header.split(LEVELS)[-1])
    return bool(leaf) and bool(_SETTING.fullmatch(leaf) or _SYMBOL.fullmatch(leaf))


def says_arrow(reason: str) -> bool:
    """Whether a direction was read from an arrow, which nothing but the user overrules."""
    return reason.startswith(_ARROW)


def is_symbol(header: str) -> bool:
    """Whether a header is a single symbol, such as γ or d_k."""
    return bool(_SYMBOL.fullmatch(_without_extras(header)))


def is_benchmark(text: str) -> bool:
    """Whether a text names a benchmark or a data set that r2p knows."""
    return bool(
        _BENCHMARK.fullmatch(_without_extras(text)) or _BENCHMARK_INSIDE.search(text[:LONGEST_HEADER])
    )


def metrics_asked(question: str) -> tuple[str, ...]:
    """The names of metrics that a question in plain words asks about: `small objects` asks about AP_S."""
    names = [name for words, found in _QUESTIONS if words.search(question) for name in found]
    named = [
        metric.name
        for word in re.findall(r"[\w@.:-]+", question[:1000])
        if (metric := _average_precision(word))
    ]
    known = [metric.name for metric, _ in _matches(question[:1000]) if metric.name not in _VAGUE]
    return tuple(dict.fromkeys([*named, *known, *names]))


_VAGUE: Final = frozenset(
    {
        "average",
        "score",
        "drop",
        "relative gain",
        "similarity",
        "cost",
        "variance",
        "speed",
        "time",
        "distance",
    }
)


def _matches(text: str) -> list[tuple[Metric, re.Match[str]]]:
    return [
        (replace(metric, name=metric.name or found.group().strip()), found)
        for metric, pattern in _KNOWN
        if (found := pattern.search(text))
    ]


def _known(level: str) -> Metric | None:
    """The metric of one header level."""
    plain = _without_extras(level)
    if found := _average_precision(plain):
        return replace(found, reason=f"{found.name} is better when higher")
    arrowed = re.sub(r"\s*([↑↓])", r" \1", plain + _arrow(level))
    for metric, pattern in _KNOWN:
        if match := pattern.search(arrowed) or (arrowed != level and pattern.search(level)) or None:
            name = metric.name or match.group().strip()
            return replace(
                metric, name=name, reason=f"{name} is better when {_better_word(metric.direction)}"
            )
    return None


def _known_of_data(levels: list[str]) -> Metric | None:
    """A column named after what was measured on, where no level names the measure itself."""
    for level in reversed(levels):
        plain = _without_extras(level)
        if _CORPUS.fullmatch(plain):
            return Metric(
                "PPL", "down", None, f"{plain} is a text corpus, and perplexity is better when lower", True
            )
        if _BENCHMARK.fullmatch(plain) or _BENCHMARK_INSIDE.search(plain):
            return Metric(
                plain, "up", None, f"{plain} is a benchmark, and scores are better when higher", True
            )
    return None


def _average_precision(text: str) -> Metric | None:
    text = re.sub(r"[_{}]", "", text).strip()
    found = _AVERAGE_PRECISION.fullmatch(text)
    if found is None or not (found["m"] or found["kind"].isupper()):
        return None
    size = (found["size"] or found["early"] or "").lower().lstrip("^")
    size = f"_{_SIZES.get(size, size)}" if size else ""
    iou = found["iou"] or ""
    threshold = f"{float(iou) * 100:.0f}" if "." in iou else iou
    return Metric(f"{'m' if found['m'] else ''}{found['kind'].upper()}{threshold}{size}", "up", None, "")


def _with_unit(found: Metric | None, header: str) -> Metric | None:
    stated = _UNITS.search(header)
    if stated is None:
        return found
    unit = stated[1]
    if found:
        direction, reason = found.direction, found.reason
        if found.name == "speed" and unit.lower() in _DOWN_UNITS:
            direction, reason = "down", f"its unit is {unit}, and times are better when lower"
        return replace(found, unit=unit, direction=direction, reason=reason)
    if unit.lower() in _DOWN_UNITS and not is_setting(header):
        return Metric("time", "down", unit, f"its unit is {unit}, and times are better when lower")
    if unit.lower() in _UP_UNITS:
        return Metric("FPS" if unit.lower() == "fps" else "throughput", "up", unit, f"its unit is {unit}")
    return None


def _with_arrow(header: str, found: Metric | None) -> Metric | None:
    arrow = _arrow(header)
    if not arrow:
        return found
    direction: Direction = "up" if arrow == "↑" else "down"
    reason = f"{_ARROW}{arrow}"
    if found:
        return replace(found, direction=direction, reason=reason)
    return Metric(_without_extras(header.split(LEVELS)[-1]) or header, direction, None, reason)


def _arrow(header: str) -> str:
    """The arrow of the lowest level that has one alone; `↑↓` says nothing."""
    for level in reversed(header.split(LEVELS)):
        up, down = any(mark in level for mark in _UP), any(mark in level for mark in _DOWN)
        if up != down:
            return "↑" if up else "↓"
    return ""


def _without_extras(text: str) -> str:
    """A header without arrows, units, brackets, footnote marks and TeX's dollar signs."""
    text = re.sub(rf"[{_UP}{_DOWN}$*†‡§]|\(\s*[{_UP}{_DOWN}]\s*\)", "", text[:LONGEST_HEADER])
    text = re.sub(r"\(\s*\)|\[\s*\]", "", _UNITS.sub("", text))
    return re.sub(r"\s+", " ", text).strip(" :,.?%")


def _better_word(direction: str | None) -> str:
    return {"up": "higher", "down": "lower"}.get(direction or "", "")

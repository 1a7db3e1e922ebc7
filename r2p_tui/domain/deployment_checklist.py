"""Five checks before anything is deployed: from figures to passed or failed, thresholds told in words.

A check that could not be carried out is `not run` and says why; it is never passed by default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from r2p_tui.domain.measurements import Accuracy, Check, CheckState, Scenario
from r2p_tui.text import clean_line, count_of, shorten

EVALUATION = "own evaluation"
DISTRIBUTION = "own input distribution"
LOAD = "concurrent load"
EDGE_CASES = "edge cases"
START_AND_MEMORY = "cold start and memory"
NAMES = (EVALUATION, DISTRIBUTION, LOAD, EDGE_CASES, START_AND_MEMORY)

LEAST_MAP50 = 0.05
"""Below this a detector finds next to nothing, whatever its training said."""
LARGEST_LOSS = 0.02
"""How far mAP50-95 may lie below what was told of the model: 2 points."""
SLOWER = 1.25
"""Own images may take so many times as long as neutral noise before figures taken on noise mislead."""
LEVELS_APART = 8.0
SIZES_APART = 1.5
GROWTH_SHARE = 0.05
GROWTH_BYTES = 20 * 2**20
"""Memory that grows by more than both between the first and the last third of a load looks like a leak."""
_MIB = 2**20

Fate = Literal["answered", "refused", "wrong", "crashed"]


class EdgeCase(NamedTuple):
    """One odd input and what became of it; `said` is a sentence or a status."""

    name: str
    fate: Fate
    said: str = ""

    @property
    def is_fine(self) -> bool:
        """A refusal with a reason is a good answer to an input that makes no sense."""
        return self.fate in ("answered", "refused")


class Light(NamedTuple):
    """Medians over some images, and the deviation of brightness: grey levels of 255, longer sides in px."""

    images: int
    brightness: float
    deviation: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Own inputs against neutral ones; medians in ms, None where they were not taken."""

    own_ms: float | None = None
    noise_ms: float | None = None
    train: Light | None = None
    measured: Light | None = None


def not_run(name: str, why: str) -> Check:
    """The check that could not be carried out, and why."""
    return Check(name=name, state="not run", sentence=_sentence(why))


def judge_evaluation(accuracy: Accuracy, expected: float | None = None) -> Check:
    """Whether the model finds what it should on its validation images; `expected` is its told mAP50-95."""
    figures = {"map50_95": accuracy.map50_95, "map50": accuracy.map50, "images": float(accuracy.images)}
    seen = f"mAP50-95 {accuracy.map50_95:.3f}, mAP50 {accuracy.map50:.3f}"
    seen += f" on {count_of(accuracy.images, 'image')}"
    if not math.isfinite(accuracy.map50) or accuracy.map50 < LEAST_MAP50:
        return _failed(EVALUATION, f"{seen}: below {LEAST_MAP50:g} it finds next to nothing", figures)
    if expected is None:
        return _passed(EVALUATION, f"{seen}; what was expected was not told", figures)
    figures["expected_map50_95"] = expected
    loss = expected - accuracy.map50_95
    words = f"{seen}; {expected:.3f} was expected, and {LARGEST_LOSS * 100:g} points less would be too little"
    return _judged(EVALUATION, loss <= LARGEST_LOSS, words, figures)


def judge_answer(right: int, asked: int, faults: Sequence[str], what: str) -> Check:
    """Whether known requests had the right answer; `what` says what made an answer right."""
    figures = {"asked": float(asked), "right": float(right)}
    words = f"{right:,} of {count_of(asked, 'answer')} right ({what})"
    return _judged(EVALUATION, right == asked > 0, words, figures, _told(faults))


def judge_command(
    right: int, runs: int, expected_exit: int, metrics: Mapping[str, float], faults: Sequence[str]
) -> Check:
    """Whether a command ended as expected each time; what it printed is told beside that."""
    printed = ", ".join(f"{name} {value:g}" for name, value in list(metrics.items())[:5])
    words = f"{right:,} of {count_of(runs, 'run')} ended with exit status {expected_exit}"
    words += f"; it printed {printed}" if printed else "; it printed no metric that r2p knows"
    figures = {"runs": float(runs), "right": float(right), **metrics}
    return _judged(EVALUATION, right == runs > 0, words, figures, _told(faults))


def judge_distribution(seen: Distribution) -> Check:
    """Whether own images take as long as neutral ones, and look like those that it was trained with."""
    figures: dict[str, float] = {}
    wrong: list[str] = []
    fine: list[str] = []
    if seen.own_ms is not None and seen.noise_ms:
        ratio = seen.own_ms / seen.noise_ms
        figures |= {"own_ms": seen.own_ms, "noise_ms": seen.noise_ms, "ratio": ratio}
        words = f"own images take {ratio:.2f} times as long as noise"
        words += f" ({seen.own_ms:.3g} against {seen.noise_ms:.3g} ms)"
        (fine if ratio <= SLOWER else wrong).append(words)
    if seen.train is not None and seen.measured is not None:
        for part, is_wrong in _drift(seen.train, seen.measured, figures):
            (wrong if is_wrong else fine).append(part)
    if not figures:
        return not_run(DISTRIBUTION, "there are no own inputs to measure with")
    return _judged(DISTRIBUTION, not wrong, "; ".join(wrong or fine), figures, tuple(fine if wrong else ()))


def judge_spread(medians: Mapping[str, float]) -> Check:
    """Whether the user's own inputs take alike; medians in ms by what was sent."""
    low, high = min(medians.values()), max(medians.values())
    ratio = high / low if low > 0 else math.inf
    words = f"the slowest of {count_of(len(medians), 'own input')} takes {ratio:.2f} times the quickest"
    return _judged(
        DISTRIBUTION, ratio <= SLOWER, words, {"ratio": ratio, "quickest_ms": low, "slowest_ms": high}
    )


def judge_load(server: Scenario) -> Check:
    """Whether a service held its load: nothing lost, no errors."""
    figures = {
        "requests": float(server.requests),
        "errors": float(server.errors),
        "lost": float(server.lost),
        "requests_per_second": server.throughput or 0.0,
    }
    words = (
        f"{server.words}: {count_of(server.requests, 'request')} in {server.seconds:.3g} s,"
        f" {server.lost:,} lost, {count_of(server.errors, 'error')}"
    )
    if server.latency is not None:
        figures["p50_ms"] = server.latency.p50
        if server.latency.p99 is None:
            words += "; too few requests for p99"
        else:
            figures["p99_ms"] = server.latency.p99
            words += f"; p99 {server.latency.p99:.4g} ms"
    return _judged(LOAD, not server.lost and not server.errors and server.requests > 0, words, figures)


def judge_edge_cases(cases: Sequence[EdgeCase], *, still_right: bool = True) -> Check:
    """Whether odd inputs were answered or refused with a reason, and normal ones are still answered then."""
    if not cases:
        return not_run(EDGE_CASES, "no odd input was tried")
    bad = [case for case in cases if not case.is_fine]
    fates = {
        fate: sum(case.fate == fate for case in cases) for fate in ("answered", "refused", "wrong", "crashed")
    }
    words = f"{len(cases) - len(bad)} of {len(cases)} odd inputs were answered or refused with a reason"
    if bad:
        words += f"; not {', '.join(case.name for case in bad[:4])}" + (", …" if len(bad) > 4 else "")
    if not still_right:
        words += "; a normal input was not answered rightly afterwards"
    details = tuple(_case_words(case) for case in cases)
    figures = {name: float(count) for name, count in fates.items()}
    return _judged(EDGE_CASES, not bad and still_right, words, figures, details)


def judge_memory(
    cold_start_ms: float | None, usual_ms: float | None, memory: Sequence[int], idle: int | None
) -> Check:
    """Whether memory stands still under load; `memory` in bytes in the order of time."""
    figures: dict[str, float] = {}
    words = []
    if cold_start_ms is not None:
        figures["cold_start_ms"] = cold_start_ms
        words.append(f"the first answer came after {_time(cold_start_ms)}")
        if usual_ms:
            figures["usual_ms"] = usual_ms
            words[-1] += f", a usual one takes {_time(usual_ms)}"
    if idle is not None:
        figures["idle_bytes"] = float(idle)
        words.append(f"{idle / _MIB:,.0f} MiB idle")
    if len(memory) < 3:
        words.append("memory under load could not be followed")
        return Check(
            name=START_AND_MEMORY, state="not run", sentence=_sentence("; ".join(words)), figures=figures
        )
    first, last = _thirds(memory)
    growth = last - first
    figures |= {"peak_bytes": float(max(memory)), "growth_bytes": growth}
    grows = growth > max(GROWTH_BYTES, GROWTH_SHARE * first)
    words.append(f"{max(memory) / _MIB:,.0f} MiB at most under load")
    words.append(
        f"it grew by {growth / _MIB:,.0f} MiB between the first and the last third"
        if grows
        else f"it did not grow by more than {GROWTH_BYTES // _MIB} MiB and {GROWTH_SHARE * 100:g} %"
    )
    return _judged(START_AND_MEMORY, not grows, "; ".join(words), figures)


def _drift(train: Light, measured: Light, figures: dict[str, float]) -> list[tuple[str, bool]]:
    apart = measured.brightness - train.brightness
    bound = max(LEVELS_APART, train.deviation)
    sizes = max(measured.longest, train.longest) / max(min(measured.longest, train.longest), 1.0)
    figures |= {"brightness_apart": apart, "sizes_apart": sizes}
    way = "brighter" if apart > 0 else "darker"
    light = f"measured images are {abs(apart):.0f} of 255 levels {way} than those of training"
    light += f" (up to {bound:.0f} is usual)"
    size = f"their longer sides differ {sizes:.2f} times (up to {SIZES_APART:g} is usual)"
    return [(light, abs(apart) >= bound), (size, sizes > SIZES_APART)]


def _thirds(memory: Sequence[int]) -> tuple[float, float]:
    part = max(len(memory) // 3, 1)
    return _median(memory[:part]), _median(memory[-part:])


def _median(values: Sequence[int]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    return float(ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2)


def _case_words(case: EdgeCase) -> str:
    said = shorten(clean_line(case.said), 120)
    return f"{case.name}: {case.fate}" + (f" ({said})" if said else "")


def _told(faults: Sequence[str]) -> tuple[str, ...]:
    return tuple(shorten(clean_line(fault), 160) for fault in faults[:5])


def _judged(
    name: str, passed: bool, words: str, figures: Mapping[str, float], details: tuple[str, ...] = ()
) -> Check:
    state: CheckState = "passed" if passed else "failed"
    return Check(name=name, state=state, sentence=_sentence(words), figures=figures, details=details)


def _passed(name: str, words: str, figures: Mapping[str, float]) -> Check:
    return _judged(name, True, words, figures)


def _failed(name: str, words: str, figures: Mapping[str, float]) -> Check:
    return _judged(name, False, words, figures)


def _sentence(words: str) -> str:
    """With a capital, except for words such as mAP50 that are spelt with a small letter."""
    text = words.strip().rstrip(".")
    spelt = text[1:2].isupper() or text[1:2].isdigit()
    return f"{text if spelt else text[:1].upper() + text[1:]}."


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1e3:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"

"""The cue rules for citations against sentences labelled by hand: macro F1, and what lies behind it.

Two yardsticks run beside them: one class for all, and a bare list of keywords. Of the held-out half only
counts are printed. `python -m tests.benchmarks.citation_cues tuning` leaves that half closed, and names
every sentence of the other one that the rules class otherwise.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from r2p_tui.domain.citation_cues import classify
from r2p_tui.domain.citations import EvidenceClass
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure

SENTENCES = Path(__file__).resolve().parent.parent / "data" / "citing_sentences"
HALVES = ("tuning", "held_out")
COLUMN_NAMES = ["class", "title", "sentence"]
RESAMPLES = 2000
TIMES_KEYWORDS = 1.2
LEAST = 0.75

KEYWORDS = (
    (EvidenceClass.FAILS, ("fail", "could not", "cannot", "unable", "irreproducib")),
    (EvidenceClass.REPLICATES, ("reproduc", "replicat", "re-implement", "confirm")),
    (EvidenceClass.DEPLOYS, ("deploy", "production", "quantiz", "compress", "speed", "real-time")),
    (EvidenceClass.EXTENDS, ("extend", "extension", "build", "modif", "inspired", "improve")),
    (EvidenceClass.COMPARES, ("compar", "outperform", "baseline", "state of the art", "better", "than")),
)


class Labelled(NamedTuple):
    """A sentence, the title of the work it stands in (may be empty), and the class that a reader gave it."""

    evidence_class: EvidenceClass
    title: str
    sentence: str


class Scores(NamedTuple):
    """Precision, recall and F1 of one class; each 0 where it has no denominator."""

    precision: float
    recall: float
    f1: float


Classifier = Callable[[Labelled], EvidenceClass]
Pairs = Counter[tuple[EvidenceClass, EvidenceClass]]


def main(halves: Sequence[str] = HALVES) -> None:
    for half in halves:
        labelled = read_half(half)
        pairs = judge(labelled, by_rules)
        print(f"\n{half}: {len(labelled)} sentences\n{confusion(pairs)}\n{by_class(pairs)}")
        if half == "tuning":
            print("\n".join(complaints(labelled)))
        _report(half, labelled, pairs)


def read_half(half: str, folder: Path = SENTENCES) -> list[Labelled]:
    """The sentences of all files of a half, in their order; ValueError for an unknown class or column."""
    return [entry for path in sorted(folder.glob(f"{half}*.tsv")) for entry in read_file(path)]


def read_file(path: Path) -> list[Labelled]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    if header != COLUMN_NAMES or any(len(row) != len(COLUMN_NAMES) for row in rows):
        raise ValueError(f"{path.name}: each line has {len(COLUMN_NAMES)} columns, named in the first")
    return [Labelled(EvidenceClass(name), title, sentence) for name, title, sentence in rows]


def by_rules(entry: Labelled) -> EvidenceClass:
    return classify(entry.title, (entry.sentence,)).evidence_class


def by_keywords(entry: Labelled) -> EvidenceClass:
    """The first class of which any word stands anywhere in title or sentence."""
    text = f"{entry.title} {entry.sentence}".casefold()
    found = (label for label, words in KEYWORDS if any(word in text for word in words))
    return next(found, EvidenceClass.MENTIONS)


def one_for_all(_: Labelled) -> EvidenceClass:
    """The class that most citations have in practice; the halves hold as many of each."""
    return EvidenceClass.MENTIONS


def judge(labelled: Sequence[Labelled], classifier: Classifier) -> Pairs:
    """How often each pair of a class by hand and a class by the classifier occurs."""
    return Counter((entry.evidence_class, classifier(entry)) for entry in labelled)


def scores(pairs: Pairs, label: EvidenceClass) -> Scores:
    hits = pairs[label, label]
    said = sum(count for (_, found), count in pairs.items() if found == label)
    wanted = sum(count for (by_hand, _), count in pairs.items() if by_hand == label)
    return Scores(_share(hits, said), _share(hits, wanted), _share(2 * hits, said + wanted))


def macro_f1(pairs: Pairs) -> float:
    """The mean F1 of all six classes."""
    return sum(scores(pairs, label).f1 for label in EvidenceClass) / len(EvidenceClass)


def interval(pairs: Pairs, seed: int = 0) -> tuple[float, float]:
    """Where the macro F1 of 95 % of all resamples of the sentences lies (bootstrap, percentiles)."""
    chance = random.Random(seed)
    outcomes = list(pairs.elements())
    drawn = sorted(macro_f1(Counter(chance.choices(outcomes, k=len(outcomes)))) for _ in range(RESAMPLES))
    return drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES) - 1]


def confusion(pairs: Pairs) -> str:
    """The matrix: a line for each class by hand, a column for each class by the rules."""
    lines = [f"{'by hand / rules':<16}" + "".join(f"{label:>12}" for label in EvidenceClass)]
    lines += [
        f"{by_hand:<16}" + "".join(f"{pairs[by_hand, found] or '':>12}" for found in EvidenceClass)
        for by_hand in EvidenceClass
    ]
    return "\n".join(lines)


def by_class(pairs: Pairs) -> str:
    """Precision, recall and F1, a line for each class."""
    lines = [f"{'':<16}{'precision':>12}{'recall':>12}{'F1':>12}"]
    lines += [
        f"{label:<16}" + "".join(f"{value:>12.3f}" for value in scores(pairs, label))
        for label in EvidenceClass
    ]
    return "\n".join(lines)


def complaints(labelled: Sequence[Labelled]) -> list[str]:
    """Each sentence that the rules class otherwise, with the rules that they went by."""
    said = []
    for entry in labelled:
        evidence = classify(entry.title, (entry.sentence,))
        if evidence.evidence_class != entry.evidence_class:
            rules = ", ".join(f"{cue.rule}: {cue.words}" for cue in evidence.cues) or "no cue"
            said.append(f"  {entry.evidence_class} taken for {evidence.evidence_class} ({rules})")
            said.append(f"    {entry.title} | {entry.sentence}")
    return said


def _report(half: str, labelled: Sequence[Labelled], pairs: Pairs) -> None:
    """The rules must be good enough by themselves, and clearly better than keywords."""
    value, (low, high) = macro_f1(pairs), interval(pairs)
    print(f"macro F1 {value:.3f}; 95 % of resamples between {low:.3f} and {high:.3f}")
    print(f"macro F1 of one class for all {macro_f1(judge(labelled, one_for_all)):.3f}")
    keywords = macro_f1(judge(labelled, by_keywords))
    _figure(Figure(f"macro F1, {half}", value, None, None, LEAST, value >= LEAST))
    ratio = value / keywords
    better = Figure(
        f"macro F1 against keywords, {half}", value, keywords, ratio, TIMES_KEYWORDS, ratio >= TIMES_KEYWORDS
    )
    _figure(better)


def _figure(figure: Figure) -> None:
    FIGURES.append(figure)
    yardstick = "" if figure.yardstick is None else f"{figure.yardstick:.3f}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
    limit = f">= {figure.limit:g}{'' if figure.ratio is None else 'x'}"
    verdict = "PASS" if figure.passed else "MISS"
    print(COLUMNS.format(figure.name, f"{figure.measured:.3f}", yardstick, ratio, limit, verdict), flush=True)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Cue rules against labelled citing sentences.")
    parser.add_argument("halves", nargs="*", choices=HALVES, metavar="HALF")
    main(parser.parse_args().halves or HALVES)

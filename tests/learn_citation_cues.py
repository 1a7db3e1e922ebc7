"""Writes `r2p_tui/domain/citation_cue_weights.py`: what each word family speaks for, by the tuning half.

`python -m tests.learn_citation_cues`, after every change of the families. A logistic regression
over which families stand in a sentence; the title plays no part, and the held-out half is not read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression

import r2p_tui.domain
from r2p_tui.domain.citation_cue_reading import FAMILIES
from r2p_tui.domain.citation_cues import families_of
from r2p_tui.domain.citations import EvidenceClass
from tests.benchmarks.citation_cues import Labelled, read_half

WRITTEN = Path(r2p_tui.domain.__path__[0]) / "citation_cue_weights.py"
STRENGTH: Final = 0.3
"""The inverse of the penalty on large weights."""
WITHOUT_PHRASES: Final = (
    "denied", "close numbers", "far numbers", "wished", "others act", "conceded", "told of others",
)  # fmt: skip
NAMES: Final = (*FAMILIES, *WITHOUT_PHRASES)

Row = tuple[float, ...]

HEAD = '''"""What each word family speaks for, as data; written by `tests/learn_citation_cues.py`.

A row holds one weight for each class, in the order of `EvidenceClass`: replicates, fails, deploys, extends,
compares, mentions. The class with the greatest sum over the families of a sentence is right.
"""

from __future__ import annotations

from typing import Final

'''


def main() -> None:
    base, weights = fitted(read_half("tuning"))
    lines = [f'    "{name}": {row},\n' for name, row in weights.items()]
    text = f"{HEAD}BASE: Final = {base}\nWEIGHTS: Final = {{\n{''.join(lines)}}}\n"
    WRITTEN.write_text(text, encoding="utf-8")


def fitted(labelled: list[Labelled]) -> tuple[Row, dict[str, Row]]:
    """The base of each class, and the weights of each family; from sentences without a telling title."""
    said = [entry for entry in labelled if not entry.title]
    present = [families_of(entry.sentence) for entry in said]
    table = np.array([[name in families for name in NAMES] for families in present], dtype=float)
    model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
    model.fit(table, [list(EvidenceClass).index(entry.evidence_class) for entry in said])
    return _row(model.intercept_), {name: _row(model.coef_[:, place]) for place, name in enumerate(NAMES)}


def _row(values: np.ndarray) -> Row:
    return tuple(round(float(value), 2) + 0.0 for value in values)


if __name__ == "__main__":
    main()

"""Criteria: measurable sentences that a run is judged by, such as `map50 >= 0.60 by epoch 40`.

A sentence names a metric and says what of it: a comparison with a number (`map50 >= 60%`,
`latency_p99_ms < 33ms`) or with another run (`map50 >= run:12`, `latency_p99_ms <= 90% of baseline`,
`drop <= 1pt vs run:12`), or what it does (`val_loss rising for 5 epochs`, `map50 flat for 10 epochs`,
`val_loss is nan`). `best` judges the best value so far, otherwise the last one counts. `by epoch 40`,
`by day 5`, `by 90 min` set a deadline; values up to `after epoch 3` do not count.

A success criterion is met when its sentence is true: with a deadline, once before it is enough. A kill
criterion without a deadline stops the run as soon as its sentence is true. With a deadline it is a demand:
the run is stopped if the sentence was not true in time (`map50 < 0.10 by epoch 5` demands at least 0.10).
A limit on a drop, and a comparison that asks to be as good as another run, is always a demand: without a
deadline it holds at every epoch, against the same epoch of the other run, and with a deadline or as success
against the best that the other run reached. A value that is nan meets no comparison. A metric that the run
never reports stops nothing, as its name may be misspelt.
"""

from r2p_tui.domain.criteria_history import History, Moment, Reading, RecordedHistory
from r2p_tui.domain.criteria_judging import Judgement, Light, judge
from r2p_tui.domain.criteria_language import LONGEST, CriterionError, parse
from r2p_tui.domain.criteria_meaning import FLAT_TOLERANCE, explain
from r2p_tui.domain.criteria_sentences import Sentence

__all__ = [
    "FLAT_TOLERANCE",
    "LONGEST",
    "CriterionError",
    "History",
    "Judgement",
    "Light",
    "Moment",
    "Reading",
    "RecordedHistory",
    "Sentence",
    "explain",
    "judge",
    "parse",
]

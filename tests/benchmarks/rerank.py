"""Re-ranking 10,000 waiting papers after a decision, from the store and back into it.

The yardstick is what scikit-learn needs to do it anew: TF-IDF of all papers, logistic regression on the
decisions, a probability for each waiting paper. It explains nothing and stores nothing.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from r2p_tui.config import Settings, TriageSettings
from r2p_tui.domain.triage import Decision
from r2p_tui.paths import under
from r2p_tui.services import triage
from r2p_tui.services.desk import Desk
from r2p_tui.services.ranking import Ranker
from r2p_tui.store import triage as store
from tests.benchmarks.measure import at_most, compare, median, rounds
from tests.benchmarks.synthetic import NOW, fill

WAITING, DECIDED = 10_000, 1_000
ROUNDS = 9
SETTINGS = Settings(triage=TriageSettings(keywords=("small object", "quantization")))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Desk(under(Path(folder)), SETTINGS) as desk:
        fill(desk.store, WAITING + 2 * DECIDED, waiting=WAITING, decided=DECIDED)
        with Ranker() as ranker:
            first = _seconds(lambda: ranker.rank(desk, cross=False, now=NOW))
            pairs = [_round(desk, ranker, number) for number in range(ROUNDS)]
        ours, anew = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
        at_most("re-rank 10,000 after a decision, stored", ours, 1.0)
        compare("re-rank 10,000 / scikit-learn anew", ours, anew, 0.5)
        compare("rank 10,000 for the first time / scikit-learn anew", first, anew, 8.0)
        at_most("list 10,000 waiting", median(rounds(lambda: triage.waiting(desk, cross=False))), 0.1)


def _round(desk: Desk, ranker: Ranker, number: int) -> tuple[float, float]:
    """Decide one of the best papers, then rank with r2p and anew; seconds of both."""
    best = triage.waiting(desk, cross=False)[number]
    decision: Decision = "skip" if number % 3 == 0 else "keep"
    triage.decide(desk, best.paper_id, decision, session_id=None, now=NOW)
    return _seconds(lambda: ranker.rank(desk, cross=False, now=NOW)), _seconds(_anew(desk))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = perf_counter()
    work()
    return perf_counter() - started


def _anew(desk: Desk) -> Callable[[], object]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    with desk.store.read() as session:
        decided = store.decisions_in_force(session, DECIDED)
        waiting = [_text(row) for row in store.texts_of(session, store.waiting_ids(session, cross=False))]
        known = {row.paper_id: row for row in store.texts_of(session, [row.paper_id for row in decided])}
    texts = [_text(known[row.paper_id]) for row in decided]
    liked = [row.decision != "skip" for row in decided]

    def rank() -> object:
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, stop_words="english", sublinear_tf=True)
        matrix = words.fit_transform(texts + waiting)
        model = LogisticRegression(class_weight="balanced").fit(matrix[: len(texts)], liked)
        return model.predict_proba(matrix[len(texts) :])

    return rank


def _text(row: store.PaperText) -> str:
    return f"{row.title}\n{row.abstract}"


if __name__ == "__main__":
    main()

"""How good the user's judgement was: every score of the predictions that came true or did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from r2p_tui.domain.calibration import (
    CalibrationBin,
    CalibrationVerdict,
    calibration_curve,
    judge_calibration,
)
from r2p_tui.domain.prediction_entry import KINDS
from r2p_tui.domain.predictions import Murphy, murphy
from r2p_tui.domain.scoreboard import Scores, alike, breakdown, headline, over_time, pairs_of, score
from r2p_tui.errors import UsageError
from r2p_tui.services.desk import Desk
from r2p_tui.store import prediction_scores as store

Part = tuple[str, Scores]


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """The scores of the predictions that came true or did not.

    `murphy` is None where there are none. `over_time` is the Brier score of all until the end of a quarter.
    A prediction counts in each of its tags.
    """

    scores: Scores
    verdict: CalibrationVerdict
    curve: tuple[CalibrationBin, ...]
    murphy: Murphy | None
    by_kind: tuple[Part, ...]
    by_ring: tuple[Part, ...]
    by_tag: tuple[Part, ...]
    by_year: tuple[Part, ...]
    over_time: tuple[tuple[date, float], ...]

    @property
    def headline(self) -> str:
        """`Brier 0.18 (base rate 0.24) · slightly over-confident above 70 %`, in one line."""
        return headline(self.scores, self.verdict)


def scoreboard(desk: Desk, *, kind: str | None = None) -> Scoreboard:
    """The scores of all, or of one kind; raises UsageError for a kind that there is not."""
    if kind is not None and kind not in KINDS:
        raise UsageError(f"“{kind[:40]}” is no kind of prediction.", f"The kinds: {', '.join(KINDS)}.")
    with desk.store.read() as session:
        judged = [one for one in store.judged(session) if kind in (None, one.kind)]
    pairs, every = pairs_of(judged), alike(judged)
    return Scoreboard(
        score(every),
        judge_calibration(pairs),
        calibration_curve(pairs),
        murphy(pairs),
        breakdown(every, "kind"),
        breakdown(every, "ring"),
        breakdown(every, "tag"),
        breakdown(every, "year"),
        over_time(judged),
    )

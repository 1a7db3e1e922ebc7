"""Rate the seven factors of adoption, with what the ratings speak for below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.radar import Factor, Rating, Technique
from r2p_tui.domain.radar_advice import FACTORS, advise, check_rating
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line
from r2p_tui.tui.dialogs.judge import JudgeDialog, JudgeLines
from r2p_tui.tui.radar_words import advised
from r2p_tui.tui.widgets.key_line import joined
from r2p_tui.tui.widgets.score_field import score_marks
from r2p_tui.tui.widgets.typed_field import LineField

if TYPE_CHECKING:
    from r2p_tui.services.desk import Desk
    from r2p_tui.tui.radar_keeper import RadarKeeper

_SCORES = frozenset("12345")
_ASKED = "what that goes by: a number, a run, a page, somebody who knows"


class RateTechniqueDialog(JudgeDialog, inherit_bindings=False):
    """A number rates the factor under the cursor and asks for the evidence; enter stores both."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]
    HINT = "1 to 5 rate it · enter changes the evidence · escape closes"
    BINDINGS = [one for one in JudgeDialog.BINDINGS if getattr(one, "id", "") != "judge.remove"]
    DEFAULT_CSS = """
    RateTechniqueDialog {
        .dialog { width: 100; }
        #rate-about { height: auto; margin-top: 1; }
        #rate-advice { height: auto; max-height: 2; margin-top: 1; }
        &.-low.-writing #rate-advice { display: none; }
        &.-high #rate-advice { max-height: 9; }
    }
    """

    def __init__(self, keeper: RadarKeeper, technique: Technique) -> None:
        ratings = {rating.factor: rating for rating in technique.ratings}
        super().__init__(
            {factor.value: text.question for factor, text in FACTORS.items()},
            {factor.value: clean_line(rating.reason) for factor, rating in ratings.items()},
        )
        self._keeper = keeper
        self._technique = technique
        self._ratings = ratings
        self._score: int | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Would you adopt {clean_line(self._technique.name)}?")
            yield JudgeLines(self, id="judge-list")
            yield Static(id="rate-about")
            yield LineField(placeholder=_ASKED, id="judge-evidence")
            yield Static(id="rate-advice")
            yield Static(self.HINT, id="judge-hint")

    def on_mount(self) -> None:
        self.refresh_list()

    def refresh_list(self) -> None:
        super().refresh_list()
        self.query_one("#rate-about", Static).update(self._anchors())
        advice = advise(self._ratings.values(), self._technique.ring)
        lines = [advised(advice, self._technique.ring)]
        lines += [Content.styled(f"· {clean_line(reason)}", "$muted") for reason in advice.reasons]
        self.query_one("#rate-advice", Static).update(joined(lines))

    def on_key(self, event: events.Key) -> None:
        """Numbers are scores while no evidence is being written."""
        if event.key in _SCORES and not self.has_class("-writing"):
            event.stop()
            self._score = int(event.key)
            self.action_evidence()
            self.refresh_list()

    def action_leave(self) -> None:
        self._score = None
        super().action_leave()
        self.refresh_list()

    def mark_of(self, name: str) -> Content:
        rating = self._ratings.get(Factor(name))
        score = self._score if self._score and name == self.chosen else rating.score if rating else None
        return Content.styled(score_marks(score), "$accent")

    def keep(self, name: str, evidence: str) -> bool:
        factor, now = Factor(name), self._keeper.now()
        known = self._ratings.get(factor)
        score = self._score or (known.score if known else 0)
        if not score:
            self.notify("Rate it from 1 to 5 first; your words are still in the field.", markup=False)
            return False
        try:
            check_rating(factor, score, evidence)
        except R2PError as error:
            self.notify(clean(f"{error.message} {error.hint}"), markup=False)
            return False
        self._ratings[factor], self._score = Rating(factor, score, evidence, now), None
        technique = self._technique

        def rate(desk: Desk) -> str:
            from r2p_tui.services import radar

            radar.rate(desk, technique.id, factor, score, reason=evidence, now=now)
            return ""

        self._keeper.act(rate)
        return True

    def _anchors(self) -> Content:
        """The whole question, how much it weighs, and what 1 and 5 mean."""
        text = FACTORS[Factor(self.chosen)]
        weight = f"{text.weight:.0%}".replace("%", " %")
        return joined(
            [
                Content.assemble((f"{weight}  ", "$muted"), (text.question, "bold")),
                Content.assemble(("1  ", "$primary"), (text.one, "$muted")),
                Content.assemble(("5  ", "$primary"), (text.five, "$muted")),
            ]
        )

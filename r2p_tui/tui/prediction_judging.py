"""Judging predictions one after another: the verdict, what was missed, then the next that is due."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.times import local_day
from r2p_tui.errors import R2PError
from r2p_tui.tui.prediction_keeper import PredictionKeeper
from r2p_tui.tui.prediction_words import day_span, interval_words
from r2p_tui.tui.widgets.ask_line import AskLine, Question
from r2p_tui.tui.widgets.prediction_list import PredictionList

if TYPE_CHECKING:
    from r2p_tui.store.predictions import PredictionLine
    from r2p_tui.tui.app import R2PApp

_WHY = {
    Outcome.AMBIGUOUS: ("Why can it not be decided?", "both readings of the criteria are true"),
    Outcome.ANNULLED: ("Why is it annulled?", "the vendor was sold, the question has no object any more"),
}
_MISSED = "What did you miss?"
_MISSED_HINT = "what you did not see coming; enter alone goes on"
_AGAIN = "It is not resolved yet."
_AGAIN_HINT = "enter tries again, escape leaves it unresolved"
_NO_REASON = "Say why in a few words; escape leaves it unresolved."


class PredictionJudging:
    """Asks on `line` about what is marked in `rows`; `changed` is called when the store is different."""

    def __init__(
        self,
        app: R2PApp,
        keeper: PredictionKeeper,
        rows: PredictionList,
        line: AskLine,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._app = app
        self._keeper = keeper
        self._rows = rows
        self._line = line
        self._changed = changed
        self._asked: tuple[str, int] | None = None
        self._about = 0

    def follow(self) -> None:
        """Where the user went elsewhere, what must be asked twice is asked anew, and a question goes."""
        marked = self._rows.marked.id if self._rows.marked is not None else 0
        if self._asked is not None and self._asked[1] != marked:
            self._asked = None
        if self._line.is_open and self._about != marked and not self._is_answering():
            self._leave_question()

    def _is_answering(self) -> bool:
        """Whether its row only went from the list: keys of a word must not judge the one that is marked."""
        return self._line.has_keys and self._about not in (row.id for row in self._rows.rows)

    def _leave_question(self) -> None:
        typed, has_keys = self._line.typed.strip(), self._line.has_keys
        self._line.leave()
        if has_keys:
            self._to_rows()
        if typed:
            self._put_aside(typed)

    def _ask(self, prediction: PredictionLine, question: Question, typed: str = "") -> None:
        self._about = prediction.id
        self._line.ask(question, typed)

    # Verdicts

    def decide(self, prediction: PredictionLine, outcome: Outcome) -> None:
        """Yes and no at once, the others once there is a reason."""
        if not self._may_be_judged(prediction, outcome.value):
            return
        if outcome in _WHY:
            self._ask_why(prediction, outcome)
        else:
            self._resolve(prediction, outcome)

    def measure(self, prediction: PredictionLine) -> None:
        """Ask for the number that came out, which decides about an interval."""
        interval = interval_words(prediction)
        if not interval:
            self._app.tell(f"Prediction {prediction.id} has no interval: y or n decides it.")
        elif self._may_be_judged(prediction, "number"):
            self._ask_number(prediction, interval)

    def _ask_number(self, prediction: PredictionLine, interval: str) -> None:
        def answered(words: str) -> str:
            try:
                value = _number(words, prediction.unit)
            except ValueError:
                return "That is no number; for example 24 or 23.5. escape leaves it unresolved."
            self._resolve(prediction, None, value=value)
            return ""

        said = f"Which number came out? You said {interval}."
        hint = f"a number, {prediction.unit}" if prediction.unit else "a number"
        self._ask(prediction, Question(said, hint, answered, self._to_rows))

    def _ask_why(self, prediction: PredictionLine, outcome: Outcome) -> None:
        def answered(words: str) -> str:
            if not words:
                return _NO_REASON
            self._resolve(prediction, outcome, reason=words)
            return ""

        self._ask(prediction, Question(*_WHY[outcome], answered, self._to_rows))

    def _may_be_judged(self, prediction: PredictionLine, what: str) -> bool:
        """Before its day only when the key comes twice; never when it is resolved."""
        if prediction.outcome is not None:
            self._app.tell(
                f"Prediction {prediction.id} was resolved as {prediction.outcome}. U takes that back."
            )
            return False
        days = (prediction.due_on - local_day(self._app.now())).days
        said = f"It is due in {day_span(days)}. The same key once more resolves it now."
        return days <= 0 or self._is_asked_twice(what, prediction, said)

    def _is_asked_twice(self, what: str, prediction: PredictionLine, said: str) -> bool:
        if self._asked == (what, prediction.id):
            self._asked = None
            return True
        self._asked = (what, prediction.id)
        self._app.tell(said)
        return False

    # What follows a verdict

    def _resolve(
        self,
        prediction: PredictionLine,
        outcome: Outcome | None,
        *,
        value: float | None = None,
        reason: str = "",
        missed: str = "",
    ) -> None:
        """Write it, and ask the next question at once: a key that comes early must not judge anything.

        `missed` is what was typed to that question before.
        """
        question = self._what_was_missed(prediction.id)

        def done(ended: Outcome) -> None:
            # The row stays where it is until the question is answered.
            self._rows.exchange(prediction._replace(outcome=ended, resolved_at=self._app.now()))
            self._app.tell(f"Prediction {prediction.id} is resolved as {ended}. U takes it back.")

        def failed(error: R2PError) -> None:
            self._app.show_error(error)
            if not self._line.asks(question):
                return
            typed = self._line.typed
            self._line.close()
            if typed or reason:
                # Were the keys to go to the rows now, the rest of a word would judge what is marked.
                self._ask(prediction, Question(_AGAIN, _AGAIN_HINT, again, self._to_rows), typed)
            else:
                self._to_rows()

        def again(words: str) -> str:
            self._resolve(prediction, outcome, value=value, reason=reason, missed=words)
            return ""

        self._keeper.resolve(prediction.id, outcome, value=value, reason=reason, done=done, failed=failed)
        self._ask(prediction, question, missed)

    def _what_was_missed(self, prediction_id: int) -> Question:
        following = self._next_due(prediction_id)

        def go_on() -> None:
            self._to_rows()
            if following is not None:
                self._rows.mark(following)

        def load() -> None:
            self._keeper.when_written(self._changed)

        def answered(words: str) -> str:
            if words:
                self._keeper.say_missed(prediction_id, words, lambda error: self._give_back(words, error))
            go_on()
            load()
            return ""

        return Question(_MISSED, _MISSED_HINT, answered, go_on, load)

    def _give_back(self, words: str, error: R2PError) -> None:
        """Words that could not be kept are not lost: other questions may be open by now."""
        self._app.show_error(error)
        self._put_aside(words)

    def _put_aside(self, words: str) -> None:
        self._app.copy_to_clipboard(words)
        self._app.tell("What you wrote is not kept; it is on the clipboard.")

    def _to_rows(self) -> None:
        self._rows.focus()

    def _next_due(self, prediction_id: int) -> int | None:
        """The next that is due, going round; where none is, the row below, or the one above."""
        rows, today = self._rows.rows, local_day(self._app.now())
        ids = [row.id for row in rows]
        here = ids.index(prediction_id) if prediction_id in ids else 0
        round_trip = [*rows[here + 1 :], *rows[:here]]
        due = (row.id for row in round_trip if row.outcome is None and row.due_on <= today)
        beside = [*ids[here + 1 : here + 2], *ids[max(here - 1, 0) : here]]
        return next(due, beside[0] if beside else None)

    # Going back

    def take_back(self, prediction: PredictionLine) -> None:
        """Undo a resolution; why is asked, since it stays in the history."""
        if prediction.outcome is None:
            self._app.tell(f"Prediction {prediction.id} is not resolved.")
            return

        def answered(words: str) -> str:
            if not words:
                return "Say why in a few words; escape leaves it resolved."
            self._keeper.take_back(
                prediction.id, words, self._changed, lambda error: self._give_back(words, error)
            )
            self._to_rows()
            return ""

        hint = "the reason stays in its history"
        self._ask(prediction, Question("Why is it taken back?", hint, answered, self._to_rows))

    def delete(self, prediction: PredictionLine) -> None:
        """Take it out of every list when the key comes twice."""
        said = f"The same key once more deletes prediction {prediction.id}."
        if prediction.outcome is not None:
            self._app.tell(f"Prediction {prediction.id} is resolved: it counts, so it is not deleted.")
        elif self._is_asked_twice("delete", prediction, said):
            self._keeper.delete(prediction.id, self._changed)


def _number(words: str, unit: str | None) -> float:
    """A finite number, with its unit or without; raises ValueError."""
    value = float(words.removesuffix(unit or "").strip().replace(",", ""))
    if value != value or abs(value) == float("inf"):
        raise ValueError(words)
    return value

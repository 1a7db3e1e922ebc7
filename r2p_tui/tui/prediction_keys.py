"""The keys of the predictions screen."""

from __future__ import annotations

from functools import partial

from textual.binding import BindingType

from r2p_tui.tui.described_key import described_key

_key = partial(described_key, "predictions")

PREDICTION_KEYS: list[BindingType] = [
    _key("y", "decide('yes')", "Resolve as yes: it came true", "yes", "yes"),
    _key("n", "decide('no')", "Resolve as no: it did not", "no", "no"),
    _key("a", "decide('ambiguous')", "Resolve as ambiguous, with the reason", "ambiguous", "ambiguous"),
    _key("equals_sign", "measure", "The number that came out decides an interval", "value", "value", "="),
    _key("x", "decide('annulled')", "Annul it, with the reason", "annulled"),
    _key("U", "take_back", "Take the resolution back, with the reason", "take_back", "take back"),
    _key("u", "update", "How likely it is now, and why", "update", "update"),
    _key("enter", "why", "All that you wrote, and why", "why", "why", "enter"),
    _key("v", "view(1)", "Next: review, calibration, scores, evidence", "next_view", "view"),
    _key("p", "app.predict", "Write a prediction", "predict", "new"),
    _key("slash", "filter", "Show only those that say some words", "filter", "", "/"),
    _key("f", "state(1)", "Show all, due, open or resolved ones", "state"),
    _key("tab", "view(1)", "Next view", "next_view_too"),
    _key("shift+tab", "view(-1)", "The view before", "previous_view"),
    _key("e", "evidence", "The evidence from its day to its due day", "evidence"),
    _key("l,right", "another_measure(1)", "Evidence: next of citations, stars, votes", "next_measure"),
    _key("h,left", "another_measure(-1)", "Evidence: the one before", "previous_measure"),
    _key("space", "scroll", "Scroll what you wrote, or the scores", "scroll"),
    _key("D", "delete", "Delete it, where it is not resolved", "delete"),
    _key("i", "open_paper", "The paper behind it", "paper"),
    _key("o", "open_outside", "Open that paper in the browser", "outside"),
    _key("c", "copy", "Copy the prediction, or the numbers in sight", "copy"),
    _key("question_mark", "app.help", "All keys of this screen", "help", "help", display="?"),
]

"""The keys of the radar screen."""

from __future__ import annotations

from functools import partial

from textual.binding import BindingType

from r2p_tui.tui.described_key import described_key

_key = partial(described_key, "radar")

RADAR_KEYS: list[BindingType] = [
    _key("m", "move", "Move it to another ring", "move", "move"),
    _key("a", "add", "Put a technique on the radar", "add", "add"),
    _key("c", "confirm", "It was looked at and stays where it is", "confirm", "confirm"),
    _key("f", "rate", "Rate the seven factors of adoption", "rate"),
    _key("v", "view", "Next: plot and table, plot, table", "view", "view"),
    _key("w", "review", "The agenda of the research review", "review", "review"),
    _key("N", "next_action", "What comes next with it, and until when", "next_action"),
    _key("b", "bucket", "Next bucket: core, adjacency, exploratory", "bucket"),
    _key("e", "edit", "Quadrant, owner, what it is, papers behind it", "edit"),
    _key("p,P", "predict", "Write a prediction about it", "predict"),
    _key("o", "open_paper", "Open the paper behind it", "paper"),
    _key("slash", "filter", "Show only some of them", "filter", display="/"),
    _key("space", "scroll", "Scroll what is known of it", "scroll"),
    _key("y", "copy", "Copy where it stands and why", "copy"),
    _key("D", "drop", "Take it off the radar; pressed twice", "drop"),
    _key("question_mark", "app.help", "All keys of this screen", "help", "help", display="?"),
]

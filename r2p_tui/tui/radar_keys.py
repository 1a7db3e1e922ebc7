"""The keys of the radar screen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from textual.binding import ActiveBinding, BindingType

from r2p_tui.tui.described_key import described_key

_key = partial(described_key, "radar")
_FIRST, _OPEN = "radar.add", "radar.open"
ON_EMPTY = frozenset({_FIRST, "radar.review", "radar.help", "screen.back"})
"""Keys that do something where there is no technique at all."""
WITHOUT_MARKED = ON_EMPTY | {"radar.view", "radar.filter"}
"""Those where there are some, but none is listed."""

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


def as_shown(one: ActiveBinding, *, whole: bool) -> ActiveBinding:
    """A key beside a marked technique: the footer holds six, and enter leads back from the `whole` of one."""
    if one.binding.id == _FIRST:
        return one._replace(binding=replace(one.binding, show=False))
    if one.binding.id == _OPEN and whole:
        return one._replace(binding=replace(one.binding, description="back", tooltip="Back to the radar"))
    return one

"""The keys of the screen of a measurement."""

from __future__ import annotations

from functools import partial

from textual.binding import BindingType

from r2p_tui.tui.described_key import described_key

_key = partial(described_key, "measurement")

MEASUREMENT_KEYS: list[BindingType] = [
    _key("tab", "part(1)", "Next part: table, Pareto, classes, latency …", "next_part", "next part"),
    _key("shift+tab", "part(-1)", "The part before", "previous_part"),
    _key("enter", "details", "All that is known of this variant", "details", "details", "enter"),
    _key("l,right", "other(1)", "Next variant", "next_variant", "variant"),
    _key("h,left", "other(-1)", "The variant before", "previous_variant"),
    _key("space", "mark", "Mark: its latency stays over the others, c compares it", "mark", "mark"),
    _key("c", "compare", "Compare two marked variants", "compare", "compare"),
    _key("y", "copy", "Copy all tables as Markdown", "copy", "copy"),
    _key("e", "export", "Write all of it to a file: CSV or Markdown", "export", "export"),
    _key("j,down", "move(1)", "Down", "down"),
    _key("k,up", "move(-1)", "Up", "up"),
    _key("g,home", "end(0)", "To the beginning", "first"),
    _key("G,end", "end(1)", "To the end", "last"),
    _key("pagedown,ctrl+d", "move(10)", "Page down", "page_down"),
    _key("pageup,ctrl+u", "move(-10)", "Page up", "page_up"),
    _key("question_mark", "app.help", "All keys of this screen", "help", "help", display="?"),
]

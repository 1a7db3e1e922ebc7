"""The keys of the runs screen."""

from __future__ import annotations

from functools import partial

from textual.binding import BindingType

from r2p_tui.tui.described_key import described_key

_key = partial(described_key, "runs")

RUN_KEYS: list[BindingType] = [
    _key("space", "mark", "Mark: its curve stays over the others", "mark", "mark"),
    _key("v", "results", "What it measured, by variant, class and layer", "results", "results"),
    _key("enter", "whole_log", "The whole log", "log", "log"),
    _key("m", "metrics", "Choose what is drawn", "metrics", "metric"),
    _key("s", "stop", "Stop this run, or take it out of the queue", "stop", "stop"),
    _key("n", "new", "New run", "new", "new"),
    _key("Q", "quantize", "Quantize what it trained, and measure what that costs", "quantize", "quantize"),
    _key("c", "compare", "Compare two marked runs", "compare"),
    _key("x", "answer(True)", "Stop it, as its criterion asks", "answer_stop", "stop it"),
    _key("o", "answer(False)", "Let it go on, though its criterion asks", "answer_go_on", "go on"),
    _key("R", "resume", "Resume from its last checkpoint", "resume"),
    _key("C", "clone", "Clone with changes", "clone"),
    _key("p", "pause", "Pause the queue, or let it go on", "pause"),
    _key("tab", "view(1)", "Next: curves, log, resources, criteria, about", "next_view"),
    _key("shift+tab", "view(-1)", "The one before", "previous_view"),
    _key("l,right", "metric(1)", "Next metric", "next_metric"),
    _key("h,left", "metric(-1)", "Previous metric", "previous_metric"),
    _key("L", "log_scale", "Log scale", "log_scale"),
    _key("S", "smooth", "Smoothing: none, 0.6, 0.9", "smooth"),
    _key("z", "zoom", "Zoom to a range", "zoom"),
    _key("left_square_bracket", "cut(1, 0)", "Cut the first quarter off", "cut_start", display="["),
    _key("right_square_bracket", "cut(0, 1)", "Cut the last quarter off", "cut_end", display="]"),
    _key("0", "show_all", "The whole range again", "show_all"),
    _key("y", "copy", "Copy the numbers, or the log in sight", "copy"),
    _key("question_mark", "app.help", "All keys of this screen", "help", "help", display="?"),
]

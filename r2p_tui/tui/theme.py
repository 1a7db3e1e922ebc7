"""The colours: one accent for what is chosen, one for what is due, and the rest steps back."""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="r2p",
    primary="#5fa8d3",
    secondary="#7d8ca3",
    accent="#8fc1a9",
    warning="#e0af68",
    error="#e06c75",
    success="#8fc1a9",
    foreground="#d7dae0",
    background="#14171c",
    surface="#14171c",
    panel="#1b2027",
    dark=True,
    variables={"border": "#2b323c", "border-blurred": "#232931"},
)

# Two colours of ours that every other theme has too: what steps back, and what is due.
EVERY_THEME = {"muted": "#8b94a3", "due": "#e0af68"}

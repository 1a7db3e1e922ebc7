"""Keys of which the help says more than the footer."""

from __future__ import annotations

from textual.binding import Binding


def described_key(
    area: str, keys: str, action: str, words: str, name: str, shown: str = "", display: str = ""
) -> Binding:
    """A key with the id `area.name`: `words` is for the help, `shown` for the footer, where it has one."""
    return Binding(
        keys, action, shown or words, bool(shown), display or None, tooltip=words, id=f"{area}.{name}"
    )

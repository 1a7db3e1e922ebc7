"""What both faces say of runs."""

from __future__ import annotations

import pytest

from r2p_tui.domain.runs import light_word, not_set_words


@pytest.mark.parametrize(
    ("role", "light", "word"),
    [
        ("success", "met", "met"),
        ("success", "broken", "missed"),
        ("success", "pending", "pending"),
        ("kill", "met", "kept"),
        ("kill", "pending", "kept so far"),
        ("kill", "broken", "broken"),
        ("soft-kill", "pending", "kept so far"),
        ("soft-kill", "unknown", "unknown"),
    ],
)
def test_lights_in_words(role: str, light: str, word: str) -> None:
    assert light_word(role, light) == word


def test_variables_that_are_not_set() -> None:
    assert not_set_words(()) == ""
    assert not_set_words(("A",)).endswith("so A is not set.")
    assert not_set_words(("A", "B")).endswith("so A and B are not set.")

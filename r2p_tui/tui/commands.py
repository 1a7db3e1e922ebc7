"""The palette: every key of the screen and of the program, found by typing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen


def described_bindings(screen: Screen[Any]) -> Iterator[ActiveBinding]:
    """The bindings of a screen and its app that say what they do, each action once."""
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.description and binding.id and binding.action not in seen and active.enabled:
            seen.add(binding.action)
            yield active


class KeyCommands(Provider):
    """Offers what the keys do, with the key beside it."""

    async def discover(self) -> Hits:
        for name, key, run in self._commands():
            yield DiscoveryHit(name, run, help=key)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, key, run in self._commands():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=key)

    def _commands(self) -> Iterator[tuple[str, str, Any]]:
        for active in described_bindings(self.screen):
            binding, node = active.binding, active.node
            run = partial(self.app.run_action, binding.action, default_namespace=node)
            yield binding.description, f"key {self.app.get_key_display(binding)}", run
        yield "Change the colours", "theme", self.app.action_change_theme

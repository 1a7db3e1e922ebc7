"""Whether there is code for the paper: whose it is, whether it lives, and when somebody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from r2p_tui.domain.code import FOUND_BY
from r2p_tui.domain.code_words import community_words, life_words, looked_words, origin_words, state_words
from r2p_tui.text import clean_line
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.domain.code import Candidate
    from r2p_tui.domain.code_words import LookFacts

_MUTED = "$muted"
_KEY = "R looks"


class CodeLine(Static):
    """One look for code, or the repository that the paper names as long as nobody looked."""

    DEFAULT_CSS = """
    CodeLine { height: auto; margin-bottom: 1; }
    """

    def show(self, look: LookFacts | None, named: Candidate | None, *, looking: bool = False) -> None:
        """Fill the line; while `looking`, that is said as well."""
        end = "looking …" if looking else f"{_KEY} again" if look is not None else _KEY
        state, url, lines = _told(look, end) if look is not None else _named(named, end)
        head = Content.assemble(
            ("code: ", _MUTED), (clean_line(state), "bold"), (f"  {clean_line(url)}" if url else "", _MUTED)
        )
        rest = [Content.styled(clean_line(line), _MUTED) for line in lines if line]
        self.update(joined([head, *rest]))


def _told(look: LookFacts, end: str) -> tuple[str, str, list[str]]:
    url = (look.url or "") if look.state != "none" else ""
    last = _joined(community_words(look), looked_words(look), end)
    return state_words(look), url, [origin_words(look), life_words(look), look.reason, last]


def _named(named: Candidate | None, end: str) -> tuple[str, str, list[str]]:
    if named is None:
        return "not looked for yet", "", [end]
    return named.state, named.repository.address, [_joined(FOUND_BY[named.found_by], end)]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)

"""What is said of a paper's code, alike in every face."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from r2p_tui.domain.code import FOUND_BY
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.text import count_of

_MODELS_NAMED = 3


class LookFacts(Protocol):
    """What a look for the code of a paper brought; a number that nobody told is None."""

    @property
    def state(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def found_by(self) -> str: ...
    @property
    def stars(self) -> int | None: ...
    @property
    def upvotes(self) -> int | None: ...
    @property
    def licence(self) -> str | None: ...
    @property
    def archived(self) -> Any: ...
    @property
    def pushed_at(self) -> datetime | None: ...
    @property
    def models(self) -> Sequence[Any]: ...
    @property
    def model_count(self) -> int | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def looked_at(self) -> datetime: ...


def state_words(look: LookFacts) -> str:
    """`official`, `community`, `none found`."""
    return "none found" if look.state == "none" else look.state


def origin_words(look: LookFacts) -> str:
    """What told of the address; empty where nothing was found."""
    return FOUND_BY.get(look.found_by, "") if look.state != "none" else ""


def life_words(look: LookFacts) -> str:
    """Stars, last commit, licence, and whether its owner has closed it; empty where nobody told."""
    known = look.pushed_at is not None
    parts = [count_of(look.stars, "star") if look.stars is not None else ""]
    parts += [f"last commit {_day(look.pushed_at)}" if look.pushed_at else ""]
    parts += [look.licence or ("no licence that GitHub knows" if known else "")]
    parts += ["archived: nobody works on it any more" if look.archived else ""]
    return " · ".join(part for part in parts if part)


def community_words(look: LookFacts, *, names: bool = False) -> str:
    """Models and votes on Hugging Face, with `names` of some models; empty where it tells of none."""
    parts = []
    if look.model_count:
        named = ", ".join(str(name) for name in look.models[:_MODELS_NAMED]) if names else ""
        more = ", …" if named and look.model_count > _MODELS_NAMED else ""
        parts.append(count_of(look.model_count, "model") + (f" ({named}{more})" if named else ""))
    if look.upvotes:
        parts.append(count_of(look.upvotes, "vote"))
    return f"Hugging Face: {', '.join(parts)}" if parts else ""


def looked_words(look: LookFacts) -> str:
    """When somebody looked last."""
    return f"looked on {_day(look.looked_at)}"


def told(look: LookFacts) -> tuple[str, ...]:
    """All of it in lines, the state first; no line is empty."""
    where = " · ".join(part for part in (look.url or "", origin_words(look)) if part)
    lines = (where, life_words(look), community_words(look, names=True), looked_words(look), look.reason)
    return (state_words(look), *(line for line in lines if line))


def _day(moment: datetime) -> str:
    return short_date(local_day(moment))

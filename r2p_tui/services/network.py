"""The way from a desk to the outside world, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from r2p_tui.errors import SourceError
from r2p_tui.services.desk import Desk
from r2p_tui.sources.arxiv import Arxiv
from r2p_tui.sources.doi import DoiResolver

if TYPE_CHECKING:
    from r2p_tui.sources.github import GitHub
    from r2p_tui.sources.huggingface import HuggingFace
    from r2p_tui.sources.openalex import OpenAlex
    from r2p_tui.sources.semantic_scholar import SemanticScholar


def open_arxiv(
    desk: Desk,
    *,
    now: datetime,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Arxiv:
    """ArXiv as the settings name it; raises SourceError when the desk is offline, before any look-up."""
    _refuse_offline(desk, "arXiv")
    return Arxiv(desk.settings.arxiv, desk.paths.limiter, now=now, notice=notice, cancelled=cancelled)


def open_doi_resolver(desk: Desk, *, now: datetime) -> DoiResolver:
    """The resolver of DOIs; raises SourceError when the desk is offline, before any look-up."""
    _refuse_offline(desk, "doi.org")
    return DoiResolver(desk.paths.limiter, now=now)


def open_semantic_scholar(
    desk: Desk,
    *,
    now: datetime,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SemanticScholar:
    """Semantic Scholar with the user's key, where there is one.

    Raises SourceError when the desk is offline, ConfigError for a key file that others may read.
    """
    _refuse_offline(desk, "Semantic Scholar")
    from r2p_tui.sources.api_keys import api_key
    from r2p_tui.sources.semantic_scholar import SemanticScholar

    key = api_key("semantic_scholar", desk.paths.config)
    return SemanticScholar(
        desk.settings.semantic_scholar,
        desk.paths.limiter,
        now=now,
        api_key=key,
        notice=notice,
        cancelled=cancelled,
    )


def open_openalex(
    desk: Desk,
    *,
    now: datetime,
    without_key: bool = False,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> OpenAlex | None:
    """OpenAlex with the user's key; None where there is no key.

    `without_key` asks for the little that OpenAlex gives to everybody.

    Raises SourceError when the desk is offline, ConfigError for a key file that others may read.
    """
    _refuse_offline(desk, "OpenAlex")
    from r2p_tui.sources.api_keys import api_key
    from r2p_tui.sources.openalex import OpenAlex

    key = api_key("openalex", desk.paths.config)
    if key is None and not without_key:
        return None
    settings, limits = desk.settings.openalex, desk.paths.limiter
    return OpenAlex(settings, limits, now=now, api_key=key, notice=notice, cancelled=cancelled)


def open_huggingface(
    desk: Desk,
    *,
    now: datetime,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> HuggingFace:
    """The papers of Hugging Face, for which no key is needed; raises SourceError when the desk is offline."""
    _refuse_offline(desk, "Hugging Face")
    from r2p_tui.sources.huggingface import HuggingFace

    settings, limits = desk.settings.huggingface, desk.paths.limiter
    return HuggingFace(settings, limits, now=now, notice=notice, cancelled=cancelled)


def open_github(
    desk: Desk,
    *,
    now: datetime,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> GitHub:
    """GitHub's public API, with the user's token where there is one.

    Raises SourceError when the desk is offline, ConfigError for a key file that others may read.
    """
    _refuse_offline(desk, "GitHub")
    from r2p_tui.sources.api_keys import api_key
    from r2p_tui.sources.github import GitHub

    settings, limits = desk.settings.github, desk.paths.limiter
    key = api_key("github", desk.paths.config)
    return GitHub(settings, limits, now=now, api_key=key, notice=notice, cancelled=cancelled)


def _refuse_offline(desk: Desk, service: str) -> None:
    if desk.offline:
        raise SourceError(
            f"r2p is offline, so it did not ask {service}.",
            "Leave out --offline; everything stored is still here.",
        )

"""Repositories of GitHub: how many like them, when they last changed, and whether they live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from r2p_tui.config import GitHubSettings
from r2p_tui.domain.code import RepositoryFacts
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import NotFoundError, SourceBusyError, SourceError
from r2p_tui.sources.http import Answer, PoliteSession, RefusedError, Timing, retry_after_seconds
from r2p_tui.sources.json_values import dict_of, line_of, parse_json, whole_of

SERVICE = "GitHub"
_INTERVAL = 1.0
_HEADERS = {"X-GitHub-Api-Version": "2022-11-28"}
_NOT_THERE = (404, 410, 451)
# In the place of a licence: none that GitHub knows, or a file that it cannot tell the licence from.
_NO_LICENCE = ("", "NOASSERTION")


class GitHub:
    """Asks the public API, 60 times an hour, or 5,000 times with a token; for one thread."""

    def __init__(
        self,
        settings: GitHubSettings,
        limits: Path,
        *,
        now: datetime,
        api_key: str | None = None,
        notice: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        timing: Timing | None = None,
    ) -> None:
        self._url = settings.api_url
        self._now = now
        self._has_key = api_key is not None
        self._session = PoliteSession(
            SERVICE,
            bases=(self._url,),
            limits=limits,
            now=now,
            interval=_INTERVAL,
            accept="application/vnd.github+json",
            own_headers={"Authorization": f"Bearer {api_key}"} if api_key else None,
            # It says with 403 and 429 when it may be asked again, mostly far beyond any patience.
            slow_down=(503,),
            notice=notice,
            cancelled=cancelled,
            timing=timing,
        )

    def repository(self, path: str) -> RepositoryFacts:
        """The facts of `owner/name`, followed to its new place where it was renamed.

        Raises NotFoundError where there is none for everybody to see, SourceBusyError with the time from
        which on GitHub answers again, SourceError, StoppedError.
        """
        try:
            answer = self._session.get(f"{self._url}/repos/{quote(path)}", _HEADERS)
        except RefusedError as error:
            raise self._refusal(error, path) from error
        return _facts(dict_of(parse_json(answer.content, SERVICE)))

    def _refusal(self, error: RefusedError, path: str) -> Exception:
        answer = error.answer
        if answer.status_code in _NOT_THERE:
            hint = "It was removed, or is not public yet."
            return NotFoundError(f"GitHub shows no repository {path}.", hint)
        if answer.status_code == 401:
            return SourceError(
                "GitHub does not accept the token.", "Renew it, or take it away: public facts need none."
            )
        if answer.status_code not in (403, 429):
            return error
        seconds = _wait_seconds(answer, self._now)
        if seconds is None and answer.status_code == 403 and b"rate limit" not in answer.content:
            message = f"GitHub does not let r2p see {path} (status 403)."
            return SourceError(message, "Open its page in a browser.")
        return self._busy(seconds)

    def _busy(self, seconds: float | None) -> SourceBusyError:
        more = "" if self._has_key else " With a token of your own it answers more often: see README."
        when = "later"
        if seconds is not None:
            moment = datetime.fromtimestamp(self._now.timestamp() + seconds, UTC).astimezone()
            day = "" if moment.date() == local_day(self._now) else f"{short_date(moment.date())}, "
            when = f"after {day}{moment:%H:%M}"
        message = "GitHub answers no more questions for now."
        return SourceBusyError(message, f"Try again {when}.{more}", retry_after=seconds)


def _wait_seconds(answer: Answer, now: datetime) -> float | None:
    """How long GitHub wants to be left alone; None where it does not say so."""
    asked = retry_after_seconds(answer.headers.get("Retry-After"), now)
    if asked is not None:
        return asked
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") != "0" or not (reset.isascii() and reset.isdecimal()):
        return None
    # Beyond a day the number is no time of a window that lasts an hour.
    return min(max(float(reset) - now.timestamp(), 0.0), 86_400.0)


def _facts(record: dict[str, Any]) -> RepositoryFacts:
    if not line_of(record.get("full_name")):
        raise SourceError(f"{SERVICE} sent no repository.", "Try again in a few minutes.")
    licence = line_of(dict_of(record.get("license")).get("spdx_id"))
    return RepositoryFacts(
        stars=whole_of(record.get("stargazers_count")),
        pushed_at=_moment(line_of(record.get("pushed_at"))),
        licence=None if licence in _NO_LICENCE else licence,
        archived=record.get("archived") is True,
        forks=whole_of(record.get("forks_count")),
        description=line_of(record.get("description")),
    )


def _moment(text: str) -> datetime | None:
    """A time in ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

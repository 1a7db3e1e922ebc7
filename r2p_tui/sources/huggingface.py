"""Papers on Hugging Face: the repository attached to one, votes, and the models that name it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote

from r2p_tui.config import HuggingFaceSettings
from r2p_tui.domain.code import HubPaper, parse_repository
from r2p_tui.errors import SourceError
from r2p_tui.sources.http import PoliteSession, RefusedError, Timing
from r2p_tui.sources.json_values import dict_of, dicts_of, line_of, parse_json, whole_of

SERVICE = "Hugging Face"
_INTERVAL = 1.0
_MODELS = 20


class HuggingFace:
    """Asks the papers API, which needs no key; for one thread."""

    def __init__(
        self,
        settings: HuggingFaceSettings,
        limits: Path,
        *,
        now: datetime,
        notice: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        timing: Timing | None = None,
    ) -> None:
        self._url = settings.api_url
        self._session = PoliteSession(
            SERVICE,
            bases=(self._url,),
            limits=limits,
            now=now,
            interval=_INTERVAL,
            accept="application/json",
            notice=notice,
            cancelled=cancelled,
            timing=timing,
        )

    def paper(self, arxiv_id: str) -> HubPaper | None:
        """The paper of an arXiv id without a version; None where nobody ever named it there.

        Raises SourceError, SourceBusyError, StoppedError.
        """
        try:
            answer = self._session.get(f"{self._url}/api/papers/{quote(arxiv_id, safe='')}")
        except RefusedError as error:
            if error.answer.status_code == 404:
                return None
            raise
        record = dict_of(parse_json(answer.content, SERVICE))
        # Whatever answers in its place has no id, and would read as a paper without code.
        if not line_of(record.get("id")):
            raise SourceError(f"{SERVICE} sent no paper.", "Try again in a few minutes.")
        return _paper(record)


def _paper(record: dict[str, Any]) -> HubPaper:
    by = line_of(record.get("githubRepoAddedBy"))
    models = tuple(name for one in dicts_of(record.get("linkedModels")) if (name := line_of(one.get("id"))))
    return HubPaper(
        repository=parse_repository(line_of(record.get("githubRepo"))),
        repository_by=cast(Literal["user", "auto"], by) if by in ("user", "auto") else None,
        stars=whole_of(record.get("githubStars")),
        upvotes=whole_of(record.get("upvotes")),
        project_page=line_of(record.get("projectPage")),
        models=models[:_MODELS],
        model_count=_total(record, "Models"),
        dataset_count=_total(record, "Datasets"),
        space_count=_total(record, "Spaces"),
        accounts=_accounts(record),
        submitted_by=_names(dict_of(record.get("submittedOnDailyBy"))),
    )


def _total(record: dict[str, Any], kind: str) -> int:
    """What it counts, and at least what it lists."""
    return max(whole_of(record.get(f"numTotal{kind}")) or 0, len(list(dicts_of(record.get(f"linked{kind}")))))


def _accounts(record: dict[str, Any]) -> tuple[str, ...]:
    """Accounts that authors claimed, and the names of the organization that the paper is filed under."""
    organization = dict_of(record.get("organization"))
    accounts = [dict_of(author.get("user")).get("user") for author in dicts_of(record.get("authors"))]
    names = map(line_of, (*accounts, organization.get("name"), organization.get("fullname")))
    return tuple(name for name in names if name)


def _names(person: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for key in ("user", "fullname") if (name := line_of(person.get(key))))

"""The code of a paper: asked of Hugging Face and GitHub, kept with the date of the look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from r2p_tui.domain.code import (
    Candidate,
    CodeState,
    HubPaper,
    Repository,
    RepositoryFacts,
    candidates,
    parse_repository,
)
from r2p_tui.errors import NotFoundError, R2PError, SourceError
from r2p_tui.services.desk import Desk
from r2p_tui.services.network import open_github, open_huggingface
from r2p_tui.sources.checked_connection import StoppedError
from r2p_tui.store.code import CodeLook, code_of, save_code
from r2p_tui.store.code_watch import AppearedCode, due_for_look, mark_code_seen
from r2p_tui.store.code_watch import appeared as appeared_in_store
from r2p_tui.store.papers import Paper
from r2p_tui.text import count_of

if TYPE_CHECKING:
    from r2p_tui.sources.github import GitHub
    from r2p_tui.sources.huggingface import HuggingFace

T = TypeVar("T")
WEEK = timedelta(days=7)
WEEKLY_AT_MOST = 20
_REPOSITORIES_AT_MOST = 3
_PAGE = "https://huggingface.co/papers"
# What Hugging Face told stays true when it does not answer once.
_TOLD_BY_HUB = ("authors", "people", "machine", "models")


class Told(NamedTuple):
    """A look for code; a service that did not answer leaves in it what was told earlier."""

    look: CodeLook
    huggingface_answered: bool
    github_answered: bool


def code(desk: Desk, paper_id: int) -> CodeLook | None:
    """What the last look for the code of a paper brought; None where nobody looked."""
    with desk.store.read() as session:
        return code_of(session, paper_id)


def named_by_paper(paper: Paper) -> Candidate | None:
    """The repository that the paper itself names, known without asking anybody."""
    return next(iter(candidates(_texts(paper), paper.authors, None)), None)


def look(desk: Desk, paper_id: int, now: datetime, cancelled: Callable[[], bool] = lambda: False) -> CodeLook:
    """Look for the code of a paper, and keep what is found.

    A service that fails is named in `reason`, and what it told earlier stays. Raises NotFoundError for a
    paper that is not in the store, SourceError where offline or no service answered: all stays as it was.
    """
    return _look(desk, paper_id, _Services.open(desk, now, cancelled), now, by_user=True)


def look_weekly(desk: Desk, now: datetime, cancelled: Callable[[], bool] = lambda: False) -> str:
    """Look for the code of at most 20 kept papers whose last look is a week old; one sentence, or none.

    Nothing that goes wrong is raised: the sentence says it, and the next time goes on from there.
    """
    if desk.offline or desk.read_only:
        return ""
    try:
        with desk.store.read() as session:
            due = due_for_look(session, now - WEEK, WEEKLY_AT_MOST)
        return _look_at_all(desk, due, now, cancelled) if due else ""
    except StoppedError:
        return ""
    except R2PError as error:
        return f"Looking for code: {error.message}"


def look_again(
    desk: Desk, paper_ids: Sequence[int], now: datetime, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Told]:
    """Look for the code of papers, one after the other; news that the user has not seen stays news.

    Raises SourceError where no service answers, StoppedError, NotFoundError; what came before is kept.
    """
    services = _Services.open(desk, now, cancelled)
    for paper_id in paper_ids:
        if cancelled():
            return
        look = _look(desk, paper_id, services, now, by_user=False)
        yield Told(look, services.answers_from("Hugging Face"), services.answers_from("GitHub"))


def appeared(desk: Desk) -> tuple[AppearedCode, ...]:
    """The papers whose code came to light and was not seen by the user, the newest first."""
    with desk.store.read() as session:
        return tuple(appeared_in_store(session))


def mark_seen(desk: Desk, paper_id: int) -> None:
    """Remember that the user saw where the code of a paper is."""
    with desk.store.write() as session:
        mark_code_seen(session, paper_id)


def _look_at_all(desk: Desk, due: Sequence[int], now: datetime, cancelled: Callable[[], bool]) -> str:
    new = sum(told.look.appeared_at == now for told in look_again(desk, due, now, cancelled))
    return f"Code appeared for {count_of(new, 'kept paper')}." if new else ""


class _Services:
    """The two services during one errand; one that failed is not asked again before its end."""

    def __init__(self, huggingface: HuggingFace, github: GitHub) -> None:
        self._huggingface, self._github = huggingface, github
        self._failed: dict[str, SourceError] = {}
        self.errors: list[SourceError] = []
        self.answers = 0

    @classmethod
    def open(cls, desk: Desk, now: datetime, cancelled: Callable[[], bool]) -> _Services:
        huggingface = open_huggingface(desk, now=now, cancelled=cancelled)
        return cls(huggingface, open_github(desk, now=now, cancelled=cancelled))

    def next_paper(self) -> None:
        """Count answers and errors anew."""
        self.errors, self.answers = [], 0

    def answers_from(self, service: str) -> bool:
        """Whether a service was not found to fail so far."""
        return service not in self._failed

    def hub(self, arxiv_id: str | None) -> HubPaper | None:
        """What Hugging Face tells, which may be nothing; None where it does not answer."""
        if arxiv_id is None:
            return HubPaper()
        return self._ask("Hugging Face", lambda: self._huggingface.paper(arxiv_id) or HubPaper())

    def facts(self, repository: Repository) -> RepositoryFacts | None:
        """What GitHub tells; None where it does not answer. Raises NotFoundError."""
        return self._ask("GitHub", lambda: self._github.repository(repository.path))

    def _ask(self, service: str, ask: Callable[[], T]) -> T | None:
        if service not in self._failed:
            try:
                answer = ask()
            except StoppedError:
                raise
            except SourceError as error:
                self._failed[service] = error
            except NotFoundError:
                self.answers += 1
                raise
            else:
                self.answers += 1
                return answer
        self.errors.append(self._failed[service])
        return None


class _Found(NamedTuple):
    """The first repository that is there, what GitHub tells of it, and sentences on those that are not."""

    candidate: Candidate | None
    facts: RepositoryFacts | None
    missing: tuple[str, ...]


def _look(desk: Desk, paper_id: int, services: _Services, now: datetime, *, by_user: bool) -> CodeLook:
    with desk.store.read() as session:
        paper, earlier = session.get(Paper, paper_id), code_of(session, paper_id)
    if paper is None:
        raise NotFoundError(f"There is no paper {paper_id} in the store.", "Find it with: r2p search")
    services.next_paper()
    hub = services.hub(paper.arxiv_id)
    options = candidates(_texts(paper), paper.authors, hub)
    found = _first_there(options if hub or not earlier else (*options, *_remembered(earlier)), services)
    if services.errors and not services.answers:
        raise services.errors[0]
    fresh = _outcome(paper, earlier, hub, found, now)
    fresh.reason = " ".join([*found.missing, *(error.message for error in services.errors)])
    if not by_user:
        fresh.appeared_at = _appearance(earlier, fresh, now)
    if desk.read_only:
        return fresh
    with desk.store.write() as session:
        return save_code(session, fresh)


def _appearance(earlier: CodeLook | None, fresh: CodeLook, now: datetime) -> datetime | None:
    """Since when there is news of code; a first look at a paper makes none."""
    if earlier is None or fresh.state == "none":
        return None
    return now if earlier.state == "none" else earlier.appeared_at


def _texts(paper: Paper) -> list[tuple[str, str]]:
    return [
        ("comment", paper.comment or ""),
        ("abstract", paper.abstract),
        ("paper", paper.code_url or ""),
    ]


def _remembered(earlier: CodeLook) -> list[Candidate]:
    """The repository that Hugging Face told of the last time that it answered."""
    repository = parse_repository(earlier.url or "")
    if repository is None or earlier.found_by not in _TOLD_BY_HUB:
        return []
    return [Candidate(cast(CodeState, earlier.state), repository, earlier.found_by)]


def _first_there(options: Sequence[Candidate], services: _Services) -> _Found:
    missing: list[str] = []
    for option in options[:_REPOSITORIES_AT_MOST]:
        if option.repository.host != "github.com":
            return _Found(option, None, tuple(missing))
        try:
            return _Found(option, services.facts(option.repository), tuple(missing))
        except NotFoundError as error:
            missing.append(error.message)
    return _Found(None, None, tuple(missing))


def _outcome(
    paper: Paper, earlier: CodeLook | None, hub: HubPaper | None, found: _Found, now: datetime
) -> CodeLook:
    fresh = CodeLook(paper_id=int(paper.id or 0), looked_at=now, state="none")
    if hub is not None:
        fresh.upvotes, fresh.models, fresh.model_count = hub.upvotes, list(hub.models), hub.model_count
    elif earlier is not None:
        fresh.upvotes, fresh.models, fresh.model_count = earlier.upvotes, earlier.models, earlier.model_count
    if found.candidate is not None:
        fresh.state, repository, fresh.found_by = found.candidate
        fresh.url = repository.address
        _tell_life(fresh, found, earlier, hub)
    elif fresh.model_count or (hub and hub.space_count) or _had_models(earlier, hub):
        fresh.state, fresh.found_by, fresh.url = "community", "models", f"{_PAGE}/{paper.arxiv_id}"
    return fresh


def _had_models(earlier: CodeLook | None, hub: HubPaper | None) -> bool:
    """Whether Hugging Face, which does not answer now, told of models or demos the last time."""
    return hub is None and earlier is not None and earlier.found_by == "models"


def _tell_life(fresh: CodeLook, found: _Found, earlier: CodeLook | None, hub: HubPaper | None) -> None:
    """What GitHub tells, else what it told of the same repository, else the stars that Hugging Face knows."""
    if found.facts is not None:
        facts = found.facts
        fresh.stars, fresh.pushed_at, fresh.licence = facts.stars, facts.pushed_at, facts.licence
        fresh.archived = int(facts.archived)
    elif earlier is not None and earlier.url == fresh.url:
        fresh.stars, fresh.pushed_at, fresh.licence = earlier.stars, earlier.pushed_at, earlier.licence
        fresh.archived = earlier.archived
    elif hub is not None and found.candidate and found.candidate.repository.is_same(hub.repository):
        fresh.stars = hub.stars

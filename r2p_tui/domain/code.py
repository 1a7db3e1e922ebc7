"""The code of a paper: which repository is its authors' own, and which is the community's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

CodeState = Literal["official", "community", "none"]

_HOSTS = "github.com", "gitlab.com", "huggingface.co"
_NAME = r"[A-Za-z0-9_.-]+"
_ADDRESS = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:www\.)?({'|'.join(map(re.escape, _HOSTS))})/({_NAME})/({_NAME})",
    re.IGNORECASE | re.ASCII,
)
_SHORT = re.compile(rf"({_NAME})/({_NAME})", re.ASCII)
# What stands in the place of an owner in addresses that lead to no repository.
_NO_OWNERS = frozenset((
    "about", "api", "apps", "blog", "collections", "datasets", "docs", "enterprise", "explore",
    "features", "groups", "help", "learn", "login", "models", "orgs", "papers", "pricing", "search",
    "settings", "site", "spaces", "sponsors", "tasks", "topics", "trending", "users",
))  # fmt: skip
_LEAST_LETTERS = 5


class Repository(NamedTuple):
    """A repository of GitHub or GitLab, or a model of Hugging Face with the code that loads it."""

    host: str
    owner: str
    name: str

    @property
    def address(self) -> str:
        return f"https://{self.host}/{self.path}"

    @property
    def path(self) -> str:
        """`owner/name`, as the APIs of the hosts call it."""
        return f"{self.owner}/{self.name}"

    def is_same(self, other: Repository | None) -> bool:
        """Whether both name one repository; none of the hosts tells capitals apart."""
        return other is not None and self.address.casefold() == other.address.casefold()


@dataclass(frozen=True, slots=True)
class HubPaper:
    """What Hugging Face tells of a paper; `repository_by` says who attached the repository, a person or not.

    `accounts` are names of its authors' accounts and of its organization; `submitted_by` is account and name
    of the person who put the paper there. `models` names some of `model_count` models.
    """

    repository: Repository | None = None
    repository_by: Literal["user", "auto"] | None = None
    stars: int | None = None
    upvotes: int | None = None
    project_page: str = ""
    models: tuple[str, ...] = ()
    model_count: int = 0
    dataset_count: int = 0
    space_count: int = 0
    accounts: tuple[str, ...] = ()
    submitted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """How alive a repository is; `licence` is an SPDX id, None where there is none or it is not known."""

    stars: int | None = None
    pushed_at: datetime | None = None
    licence: str | None = None
    archived: bool = False
    forks: int | None = None
    description: str = ""


class Candidate(NamedTuple):
    """A repository that may be a paper's code, and what told of it: a key of `FOUND_BY`."""

    state: CodeState
    repository: Repository
    found_by: str


FOUND_BY = {
    "comment": "named in the paper's comment",
    "abstract": "named in the paper's abstract",
    "paper": "named by the paper",
    "authors": "attached on Hugging Face by its authors",
    "people": "attached on Hugging Face, not known to be by its authors",
    "machine": "found by Hugging Face itself, not known to be by its authors",
    "models": "models that name the paper",
    "": "",
}


def parse_repository(text: str) -> Repository | None:
    """The repository that an address names, or `owner/name` on GitHub; None for anything else."""
    if short := _SHORT.fullmatch(text.strip()):
        return _repository("github.com", *short.groups())
    return next(repositories_in(text), None)


def repositories_in(text: str) -> Iterator[Repository]:
    """Every repository that a text names, in its order; data sets, demos and people are none."""
    # Comments are TeX, in which an underscore is often escaped.
    for match in _ADDRESS.finditer(text.replace("\\_", "_")):
        if found := _repository(match[1].lower(), match[2], match[3]):
            yield found


def _repository(host: str, owner: str, name: str) -> Repository | None:
    name = re.sub(r"\.git$", "", name.rstrip(".-"), flags=re.IGNORECASE)
    if owner.casefold() in _NO_OWNERS or not owner.strip(".-") or not name.strip(".-"):
        return None
    return Repository(host, owner, name)


def candidates(
    texts: Iterable[tuple[str, str]], authors: Sequence[str], hub: HubPaper | None
) -> tuple[Candidate, ...]:
    """The repositories that may be a paper's code, the likeliest first, each once.

    `texts` are the paper's own, each with the key of `FOUND_BY` for it. A repository is official where
    - the paper's own comment or abstract names it (one with code before one with weights), or
    - it is attached to the paper on Hugging Face, and its owner is an account or an organization of the
      paper, or bears the name of an author, or
    - a person attached it there who put the paper there as one of its authors; what Hugging Face attached
      by itself is often somebody else's attempt, and counts by its owner alone.
    Every other repository is the community's. A paper that names the repository of others as if it were its
    own is taken at its word.
    """
    found: list[Candidate] = []
    for origin, text in texts:
        found += [Candidate("official", one, origin) for one in repositories_in(text)]
    found.sort(key=lambda one: one.repository.host == "huggingface.co")
    if hub is not None:
        found += _attached(hub, authors)
    first: dict[str, Candidate] = {}
    for one in found:
        first.setdefault(one.repository.address.casefold(), one)
    return tuple(first.values())


def _attached(hub: HubPaper, authors: Sequence[str]) -> Iterator[Candidate]:
    by_person = hub.repository_by != "auto"
    page = parse_repository(hub.project_page) if "://" in hub.project_page else None
    for repository, person in ((hub.repository, by_person), (page, True)):
        if repository is None:
            continue
        if belongs_to_authors(repository, hub, authors) or (person and _put_there_by_author(hub, authors)):
            yield Candidate("official", repository, "authors")
        else:
            yield Candidate("community", repository, "people" if person else "machine")


def belongs_to_authors(repository: Repository, hub: HubPaper, authors: Iterable[str]) -> bool:
    """Whether the owner is an account or an organization of the paper, or bears an author's name."""
    owner = _letters(repository.owner)
    accounts = {_letters(account) for account in hub.accounts}
    names = {name for author in authors for name in _account_names(author)}
    return owner in accounts - {""} or owner.rstrip("0123456789") in names


def _account_names(author: str) -> set[str]:
    """What somebody of this name calls an account: all names, or the first or its letter with the last."""
    words = [letters for word in author.split() if (letters := _letters(word))]
    if len(words) < 2:
        return set()
    first, last = words[0], words[-1]
    names = {"".join(words), first + last, last + first, first[0] + last}
    # Two short names make a word that anybody may be called.
    return {name for name in names if len(name) >= _LEAST_LETTERS}


def _put_there_by_author(hub: HubPaper, authors: Iterable[str]) -> bool:
    accounts = {_letters(account) for account in hub.accounts}
    names = {_name_key(author) for author in authors}
    return any(_letters(one) in accounts or _name_key(one) in names for one in hub.submitted_by if one)


def _name_key(name: str) -> tuple[str, ...]:
    """The words of a name in an order of their own, since some say the last one first."""
    return tuple(sorted(letters for word in re.split(r"[\s,]+", name) if (letters := _letters(word))))


def _letters(text: str) -> str:
    """Letters and digits without accents, for comparing names of people and accounts."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())

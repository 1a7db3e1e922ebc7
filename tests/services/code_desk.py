"""A desk whose Hugging Face and GitHub are one server on loopback that knows what a test tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from r2p_tui.config import GitHubSettings, HuggingFaceSettings, Settings
from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.store.papers import save_papers
from r2p_tui.store.triage import TriageDecision, save_decision
from tests.sources.scripted_server import NOW, Behaviour, answer

RT_DETR = "lyuwenyu/RT-DETR"


@dataclass
class World:
    """Papers of Hugging Face by id, repositories of GitHub by path, and answers that replace all others."""

    papers: dict[str, dict[str, Any]] = field(default_factory=dict)
    repositories: dict[str, dict[str, Any]] = field(default_factory=dict)
    hub_says: Behaviour | None = None
    github_says: Behaviour | None = None

    def route(self, path: str) -> Behaviour:
        name = path.split("/", 3)[3] if path.startswith("/api/papers/") else path.removeprefix("/repos/")
        known = self.papers if path.startswith("/api/papers/") else self.repositories
        says = self.hub_says if known is self.papers else self.github_says
        if says is not None:
            return says
        return answer(json.dumps(known[name])) if name in known else answer('{"error":"none"}', 404)


def repository(stars: int = 2431, **told: Any) -> dict[str, Any]:
    licence = {"spdx_id": "Apache-2.0"}
    facts = {"full_name": "x/y", "stargazers_count": stars, "pushed_at": "2025-07-02T09:30:00Z"}
    return facts | {"license": licence, "archived": False} | told


def hub_paper(path: str = RT_DETR, by: str = "user", **told: Any) -> dict[str, Any]:
    found = {"id": "x", "githubRepo": f"https://github.com/{path}", "githubRepoAddedBy": by}
    return found | {"githubStars": 2000, "upvotes": 25} | told


def desk_at(paths: Paths, url: str, *, offline: bool = False, read_only: bool = False) -> Desk:
    settings = Settings(huggingface=HuggingFaceSettings(api_url=url), github=GitHubSettings(api_url=url))
    return Desk(paths, settings, offline=offline, read_only=read_only)


def put(desk: Desk, arxiv_id: str, abstract: str = "", *, comment: str = "", keep: bool = False) -> int:
    """A paper by Wenyu Lyu; its number in the store."""
    paper = IncomingPaper(
        arxiv_id,
        1,
        f"Paper {arxiv_id}",
        abstract,
        ("Wenyu Lyu",),
        ("cs.CV",),
        Source.API,
        comment=comment or None,
    )
    with desk.store.write() as session:
        paper_id = save_papers(session, [paper], NOW).ids[arxiv_id]
        if keep:
            save_decision(
                session, TriageDecision(paper_id=paper_id, decision="keep", route="add", decided_at=NOW)
            )
    return paper_id

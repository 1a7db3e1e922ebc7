"""Papers on Hugging Face: what is read of them, and what is no answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.config import HuggingFaceSettings
from r2p_tui.domain.code import HubPaper, Repository, candidates
from r2p_tui.errors import SourceBusyError, SourceError
from r2p_tui.sources.huggingface import HuggingFace, _paper
from tests.sources.scripted_server import NOW, QUICK, ScriptedServer, answer, scripted

PAPER: dict[str, Any] = {
    "id": "2304.08069",
    "title": "DETRs",
    "authors": [{"name": "Wenyu Lyu", "user": {"user": "lyuwenyu"}}, {"name": "Yian Zhao"}, None],
    "upvotes": 25,
    "projectPage": "https://zhao-yian.github.io/RTDETR",
    "githubRepo": "https://github.com/lyuwenyu/RT-DETR",
    "githubRepoAddedBy": "user",
    "githubStars": 2431,
    "organization": {"name": "PekingU", "fullname": "Peking University"},
    "submittedOnDailyBy": {"user": "akhaliq", "fullname": "AK"},
    "linkedModels": [{"id": "PekingU/rtdetr_r50vd"}, {"id": "PekingU/evil\u202egpj\x1b[31m"}, 3],
    "numTotalModels": 40,
    "linkedSpaces": [{"id": "a/b"}],
}


def ask(server: ScriptedServer, folder: Path, arxiv_id: str = "2304.08069") -> HubPaper | None:
    settings = HuggingFaceSettings(api_url=server.url)
    return HuggingFace(settings, folder, now=NOW, timing=QUICK).paper(arxiv_id)


def test_everything_that_is_told(tmp_path: Path) -> None:
    with scripted(answer(json.dumps(PAPER))) as server:
        paper = ask(server, tmp_path)
    assert server.seen[0].path == "/api/papers/2304.08069"
    assert paper == HubPaper(
        repository=Repository("github.com", "lyuwenyu", "RT-DETR"),
        repository_by="user",
        stars=2431,
        upvotes=25,
        project_page="https://zhao-yian.github.io/RTDETR",
        models=("PekingU/rtdetr_r50vd", "PekingU/evil\ufffdgpj\ufffd[31m"),
        model_count=40,
        dataset_count=0,
        space_count=1,
        accounts=("lyuwenyu", "PekingU", "Peking University"),
        submitted_by=("akhaliq", "AK"),
    )


def test_a_repository_by_its_short_name(tmp_path: Path) -> None:
    with scripted(answer(json.dumps({"id": "1", "githubRepo": "thu-ml/Causal-Forcing"}))) as server:
        paper = ask(server, tmp_path)
    assert paper == HubPaper(repository=Repository("github.com", "thu-ml", "Causal-Forcing"))


def test_a_paper_that_was_never_named_there_is_no_error(tmp_path: Path) -> None:
    with scripted(answer('{"error":"Paper not found"}', 404)) as server:
        assert ask(server, tmp_path) is None
        assert len(server.seen) == 1


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "{}", '{"error": "x"}', '{"id": 3}', "[" * 100_000])
def test_what_is_no_paper_is_an_error(tmp_path: Path, body: str) -> None:
    with scripted(answer(body)) as server, pytest.raises(SourceError, match="Hugging Face"):
        ask(server, tmp_path)


def test_too_many_questions(tmp_path: Path) -> None:
    with scripted(answer("", 429, Retry_After="3600")) as server:
        with pytest.raises(SourceBusyError, match="slow down"):
            ask(server, tmp_path)
        assert len(server.seen) == 1


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(PAPER, values)))
def test_whatever_stands_in_the_fields_is_read(record: dict[str, Any]) -> None:
    paper = _paper(record)
    assert paper.model_count >= len(paper.models)


@pytest.fixture
def recorded(
    shared: Path, fake_services: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> dict[str, tuple[dict[str, Any], HubPaper | None]]:
    """The recorded papers of one day by their ids, as they came and as they are read."""
    path = next((shared / "recorded" / "hf").glob("*daily_papers*.json"))
    body = json.loads(path.read_text(encoding="utf-8"))["response"]["body"]
    with fake_services() as url:
        hub = HuggingFace(HuggingFaceSettings(api_url=url), tmp_path, now=NOW)
        return {row["paper"]["id"]: (row["paper"], hub.paper(row["paper"]["id"])) for row in body}


def test_recorded_papers(recorded: dict[str, tuple[dict[str, Any], HubPaper | None]]) -> None:
    assert len(recorded) == 30
    with_code = {key: paper for key, (_, paper) in recorded.items() if paper and paper.repository}
    assert len(with_code) == 16
    assert {paper.repository_by for paper in with_code.values()} == {"user"}
    for given_paper, read in recorded.values():
        assert read is not None
        assert read.upvotes == given_paper["upvotes"]


def test_what_authors_attached_that_day_is_official(
    recorded: dict[str, tuple[dict[str, Any], HubPaper | None]],
) -> None:
    """All sixteen are tied to an author, by account, by organization or by the name of who put it there."""
    for raw, paper in recorded.values():
        if paper and paper.repository:
            authors = [author["name"] for author in raw["authors"]]
            (found,) = candidates((), authors, paper)
            assert found.state == "official", (raw["id"], found)

"""Which repository is a paper's own, and which is somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.code import HubPaper, Repository, candidates, parse_repository, repositories_in
from r2p_tui.domain.code_words import told
from r2p_tui.store.code import CodeLook

AUTHORS = ("Wenyu Lyu", "Yian Zhao", "José Müller", "Yi Li")
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


def states(
    *, comment: str = "", abstract: str = "", hub: HubPaper | None = None
) -> list[tuple[str, str, str]]:
    texts = (("comment", comment), ("abstract", abstract))
    return [(one.state, one.repository.path, one.found_by) for one in candidates(texts, AUTHORS, hub)]


def attached(path: str, by: str | None = "user", **told: object) -> HubPaper:
    return HubPaper(Repository("github.com", *path.split("/")), by, **told)  # type: ignore[arg-type]


# --- addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Code: https://github.com/lyuwenyu/RT-DETR.", "https://github.com/lyuwenyu/RT-DETR"),
        (r"\url{http://www.GitHub.com/a/b.git}", "https://github.com/a/b"),
        ("see github.com/a/b/tree/main/c?x=1#y", "https://github.com/a/b"),
        (r"https://github.com/a/b\_c", "https://github.com/a/b_c"),
        ("(https://gitlab.com/group/name)", "https://gitlab.com/group/name"),
        ("https://huggingface.co/PekingU/rtdetr_r50vd", "https://huggingface.co/PekingU/rtdetr_r50vd"),
        ("lyuwenyu/RT-DETR", "https://github.com/lyuwenyu/RT-DETR"),
        ("https://huggingface.co/datasets/a/b", None),
        ("https://huggingface.co/spaces/a/b", None),
        ("https://huggingface.co/papers/2304.08069", None),
        ("https://github.com/orgs/a/repositories", None),
        ("https://github.com/owner", None),
        ("https://gist.github.com/a/b", None),
        ("https://github.com.evil.example/a/b", None),
        ("https://github.com/../..", None),
        ("no/such thing", None),
        ("", None),
    ],
)
def test_what_names_a_repository(text: str, address: str | None) -> None:
    found = parse_repository(text)
    assert (found.address if found else None) == address


def test_all_repositories_of_a_text_in_its_order() -> None:
    text = "https://huggingface.co/a/weights and https://github.com/a/code, github.com/a/more."
    assert [one.path for one in repositories_in(text)] == ["a/weights", "a/code", "a/more"]


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in repositories_in(text):
        assert parse_repository(one.address) == one


# --- whose it is ------------------------------------------------------------------------------------------


def test_what_the_paper_names_is_its_own_and_code_comes_before_weights() -> None:
    abstract = "Weights: https://huggingface.co/a/weights, code: https://github.com/a/code."
    assert states(abstract=abstract) == [
        ("official", "a/code", "abstract"),
        ("official", "a/weights", "abstract"),
    ]
    both = states(comment="https://github.com/a/other", abstract="https://github.com/a/code")
    assert [path for _, path, _ in both] == ["a/other", "a/code"]


@pytest.mark.parametrize(
    ("hub", "state", "found_by"),
    [
        (attached("lyuwenyu/RT-DETR", "user"), "official", "authors"),
        (attached("lyuwenyu/RT-DETR", "auto"), "official", "authors"),
        (attached("wlyu/RT-DETR", "auto"), "community", "machine"),
        (attached("yzhao/x", "auto"), "official", "authors"),
        (attached("jose-muller/x", "auto"), "official", "authors"),
        (attached("yianzhao2020/x", "auto"), "official", "authors"),
        (attached("liyi/x", "auto"), "community", "machine"),
        (attached("Avalee21/promptbreeder", "auto"), "community", "machine"),
        (attached("Avalee21/promptbreeder", "user"), "community", "people"),
        (attached("MiniMax-AI/MSA", "auto", accounts=("MiniMaxAI",)), "official", "authors"),
        (attached("lab/x", "user", submitted_by=("someone", "Lyu, Wenyu")), "official", "authors"),
        (attached("lab/x", "user", accounts=("zhao7",), submitted_by=("zhao7", "Z.")), "official", "authors"),
        (attached("lab/x", "user", submitted_by=("reader", "A Reader")), "community", "people"),
        (attached("lab/x", "auto", submitted_by=("someone", "Wenyu Lyu")), "community", "machine"),
        (attached("lab/x", None, submitted_by=("someone", "Wenyu Lyu")), "official", "authors"),
        (attached("--/x", "auto", accounts=("!!",)), "community", "machine"),
    ],
    ids=str,
)
def test_what_is_attached_needs_a_tie_to_the_authors(hub: HubPaper, state: str, found_by: str) -> None:
    assert [(one, by) for one, _, by in states(hub=hub)] == [(state, found_by)]


def test_a_project_page_that_is_a_repository_counts() -> None:
    hub = HubPaper(project_page="https://github.com/yianzhao/page", upvotes=3)
    assert states(hub=hub) == [("official", "yianzhao/page", "authors")]
    assert states(hub=HubPaper(project_page="https://yianzhao.github.io/page")) == []


def test_one_repository_told_twice_is_one_and_keeps_the_better_origin() -> None:
    hub = attached("A/Code", "auto")
    assert states(abstract="https://github.com/a/code", hub=hub) == [("official", "a/code", "abstract")]


# --- words ------------------------------------------------------------------------------------------------


def test_everything_that_is_known_is_said() -> None:
    look = CodeLook(
        paper_id=1,
        looked_at=DAY,
        state="official",
        url="https://github.com/a/code",
        found_by="comment",
        stars=1204,
        upvotes=1,
        licence="Apache-2.0",
        archived=1,
        pushed_at=DAY,
        models=["a/one", "a/two", "b/three", "c/four"],
        model_count=12,
        reason="GitHub did not answer in time.",
    )
    assert told(look) == (
        "official",
        "https://github.com/a/code · named in the paper's comment",
        "1,204 stars · last commit 20 Nov 2026 · Apache-2.0 · archived: nobody works on it any more",
        "Hugging Face: 12 models (a/one, a/two, b/three, …), 1 vote",
        "looked on 20 Nov 2026",
        "GitHub did not answer in time.",
    )


def test_where_nothing_was_found_only_the_day_is_said() -> None:
    look = CodeLook(paper_id=1, looked_at=DAY, state="none", stars=None, model_count=0, upvotes=0)
    assert told(look) == ("none found", "looked on 20 Nov 2026")
    known = CodeLook(paper_id=1, looked_at=DAY, state="official", url="u", stars=0, pushed_at=DAY, archived=0)
    assert told(known)[2] == "0 stars · last commit 20 Nov 2026 · no licence that GitHub knows"

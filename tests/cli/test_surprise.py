from __future__ import annotations

import json
from pathlib import Path

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.services.surprises import list_surprises
from r2p_tui.store.claims import Claim
from r2p_tui.store.surprises import Surprise
from tests.cli.conftest import NOW, Run, put


def stored(desk: Desk) -> list[Surprise]:
    return list_surprises(desk, limit=100)


def test_it_prints_the_number(r2p: Run, desk: Desk) -> None:
    assert r2p("surprise", "31 FPS on our T4, paper says 108") == (ExitCode.OK, "surprise 1\n", "")
    assert r2p("surprise", "words", "without", "quotes").out == "surprise 2\n"
    assert [row.text for row in stored(desk)] == ["words without quotes", "31 FPS on our T4, paper says 108"]


def test_everything_that_goes_with_it_is_stored(
    r2p: Run, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [key] = put(desk, "RT-DETR")
    work = tmp_path / "poc" / "src"
    work.mkdir(parents=True)
    git = tmp_path / "poc" / ".git"
    git.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs/heads").mkdir(parents=True)
    (git / "refs/heads/main").write_text("a" * 40 + "\n")
    (git / "config").write_text('[remote "origin"]\n\turl = https://me:secret@example.org/poc.git\n')
    monkeypatch.chdir(work)
    words = [
        "--kind",
        "latency",
        "--claim",
        "108 FPS",
        "slow on T4",
        "--observed",
        "31",
        "--paper",
        key + "v1",
    ]
    assert r2p("surprise", *words).status == ExitCode.OK
    [row] = stored(desk)
    assert (row.text, row.kind, row.unit) == ("slow on T4", "latency", "FPS")
    assert (row.claim, row.claimed_value, row.observed, row.observed_value) == ("108 FPS", 108, "31", 31)
    assert (row.repository, row.branch, row.commit_sha, row.folder) == (
        "https://example.org/poc.git",
        "main",
        "a" * 40,
        str(work),
    )
    assert row.paper_id is not None


def test_json_is_the_stored_row(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "RT-DETR")
    values = json.loads(r2p("surprise", "slow", "--claim", "RT-DETR:tab2", "--paper", key, "--json").out)
    [row] = stored(desk)
    assert (values["id"], values["paper"], values["text"], values["claim"]) == (
        row.id,
        key,
        "slow",
        "RT-DETR:tab2",
    )
    listed = json.loads(r2p("surprises", "--json").out)["surprises"][0]
    assert listed == values


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_words_come_from_standard_input(r2p: Run, desk: Desk, arguments: list[str]) -> None:
    assert r2p("surprise", *arguments, stdin="größer\nals gedacht\n".encode()).out == "surprise 1\n"
    assert stored(desk)[0].text == "größer\nals gedacht"


def test_input_that_is_no_text_is_stored_as_far_as_it_is(r2p: Run, desk: Desk) -> None:
    assert r2p("surprise", stdin=b"a\xff\x00\x1b[2Jb").status == ExitCode.OK
    assert stored(desk)[0].text == "a\ufffd\ufffd\ufffd[2Jb"


def test_words_that_look_like_options(r2p: Run, desk: Desk) -> None:
    r2p("surprise", "-3 % mAP after export")
    r2p("surprise", "--", "--fast", "made it slower")
    r2p("surprise", "less", "--observed", "-3")
    assert [row.text for row in stored(desk)] == ["less", "--fast made it slower", "-3 % mAP after export"]
    assert stored(desk)[0].observed_value == -3


def test_no_words_store_nothing(r2p: Run, paths: Paths) -> None:
    result = r2p("surprise", stdin=b" \n")
    assert (result.status, result.out) == (ExitCode.USAGE, "")
    assert "few words" in result.err
    assert not paths.store.exists()


def test_a_near_kind_is_taken_and_said(r2p: Run, desk: Desk) -> None:
    result = r2p("surprise", "slow", "--kind", "latncy")
    assert (result.status, result.out) == (ExitCode.OK, "surprise 1\n")
    assert "latency" in result.err
    assert stored(desk)[0].kind == "latency"


@pytest.mark.parametrize(
    ("option", "value", "status", "said"),
    [
        ("--kind", "mood", ExitCode.USAGE, "“mood” is not a kind of surprise."),
        ("--paper", "foo", ExitCode.USAGE, "“foo” is not an arXiv id"),
        ("--paper", "9999.99999", ExitCode.NOT_FOUND, "9999.99999 is not in your library."),
    ],
)
def test_what_is_wrong_with_the_trimmings_does_not_cost_the_words(
    r2p: Run, desk: Desk, option: str, value: str, status: ExitCode, said: str
) -> None:
    result = r2p("surprise", "slow", option, value)
    assert (result.status, result.out) == (status, "surprise 1\n")
    assert said in result.err
    assert "Surprise 1 is stored all the same" in result.err
    [row] = stored(desk)
    assert (row.text, row.kind, row.paper_id) == ("slow", "other", None)


def test_the_remedy_for_an_unknown_paper_works(r2p: Run, desk: Desk) -> None:
    err = r2p("surprise", "slow", "--paper", "2411.00001").err
    assert "r2p surprises link 1 2411.00001" in err
    put(desk, "RT-DETR")
    assert r2p("surprises", "link", "1", "2411.00001").out == "surprise 1 is about 2411.00001  RT-DETR\n"
    assert json.loads(r2p("surprises", "--paper", "2411.00001", "--json").out)["surprises"][0]["id"] == 1


@pytest.mark.parametrize("words", [["link"], ["link", "1"], ["link", "x", "2411.00001"], ["lonk", "1", "y"]])
def test_half_a_link_is_refused(r2p: Run, words: list[str]) -> None:
    assert r2p("surprises", *words).status == ExitCode.USAGE


def test_words_that_cannot_be_stored_are_printed_again(r2p: Run, paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    paths.store.write_bytes(b"not a database" * 1000)
    result = r2p("surprise", stdin=b"31 FPS, not 108")
    assert (result.status, result.out) == (ExitCode.STORE, "")
    assert "Not stored: 31 FPS, not 108\n" in result.err


def test_reading_only_stores_nothing_and_gives_the_words_back(r2p: Run, paths: Paths) -> None:
    result = r2p("surprise", "31 FPS", "--read-only")
    assert result.status == ExitCode.STORE
    assert "Not stored: 31 FPS\n" in result.err
    assert not paths.store.exists()


@pytest.fixture
def claim(desk: Desk) -> Claim:
    """Claim 12, of the paper 2411.00001: 108 FPS in Table 2."""
    put(desk, "RT-DETR", "Another paper")
    kept = Claim(
        id=12,
        paper_id=1,
        metric="speed",
        value=108,
        unit="FPS",
        condition="RT-DETR-L",
        text="108",
        table_key="2",
        table_name="Table 2",
        row=3,
        column=4,
        route="pdf",
        created_at=NOW,
    )
    with desk.store.write() as session:
        session.add(kept)
    return kept


WORDS = "speed 108 (Table 2, RT-DETR-L)"


@pytest.mark.parametrize("numbers", [[], ["--observed", "31"], ["--observed", "31 FPS"], ["--unit", "FPS"]])
def test_a_kept_claim_gives_its_paper_value_and_unit(
    r2p: Run, desk: Desk, claim: Claim, numbers: list[str]
) -> None:
    assert r2p("surprise", "slow", "--claim", "claim:12", *numbers) == (ExitCode.OK, "surprise 1\n", "")
    [row] = stored(desk)
    assert (row.claim_id, row.paper_id, row.claim) == (12, 1, WORDS)
    assert (row.claimed_value, row.unit) == (108, "FPS")


def test_a_claim_as_json_is_the_stored_row(r2p: Run, desk: Desk, claim: Claim) -> None:
    values = json.loads(r2p("surprise", "slow", "--claim", "claim:12", "--observed", "31", "--json").out)
    assert (values["claim_id"], values["paper"], values["claimed_value"]) == (12, "2411.00001", 108)
    assert json.loads(r2p("surprises", "--json").out)["surprises"] == [values]


def test_a_bare_number_without_other_numbers_is_the_claim_and_that_is_said(
    r2p: Run, desk: Desk, claim: Claim
) -> None:
    result = r2p("surprise", "slow", "--claim", "12")
    assert result.status == ExitCode.OK
    assert result.err == f"12 is taken as the claim {WORDS}; for the number write --claim 12.0\n"
    r2p("surprise", "slow", "--claim", "12.0")
    assert [(row.claim_id, row.claimed_value) for row in stored(desk)] == [(None, 12), (12, 108)]


@pytest.mark.parametrize("numbers", [["--observed", "31"], ["--unit", "FPS"]])
def test_a_bare_number_beside_other_numbers_is_a_value_and_that_is_said(
    r2p: Run, desk: Desk, claim: Claim, numbers: list[str]
) -> None:
    result = r2p("surprise", "slow", "--claim", "12", *numbers)
    assert result.err == f"12 is taken as a number; for the claim {WORDS} write --claim claim:12\n"
    [row] = stored(desk)
    assert (row.claim_id, row.paper_id, row.claimed_value) == (None, None, 12)


def test_a_number_that_no_claim_has_is_a_value(r2p: Run, desk: Desk, claim: Claim) -> None:
    assert r2p("surprise", "slow", "--claim", "108") == (ExitCode.OK, "surprise 1\n", "")
    [row] = stored(desk)
    assert (row.claim_id, row.claimed_value) == (None, 108)


def test_a_claim_that_is_not_kept_does_not_cost_the_words(r2p: Run, desk: Desk, claim: Claim) -> None:
    with desk.store.write() as session:
        session.add(claim.sqlmodel_update({"undone_at": NOW}))
    for name in ("claim:12", "claim:99"):
        result = r2p("surprise", "slow", "--claim", name)
        assert result.status == ExitCode.NOT_FOUND
        assert f"There is no claim {name[6:]}." in result.err
    assert [(row.claim_id, row.claim) for row in stored(desk)] == [(None, "claim:99"), (None, "claim:12")]


def test_a_claim_brings_its_own_paper_and_says_so(r2p: Run, desk: Desk, claim: Claim) -> None:
    result = r2p("surprise", "slow", "--claim", "claim:12", "--paper", "2411.00002")
    assert result.err == "Claim 12 is of 2411.00001, and so is this surprise.\n"
    assert stored(desk)[0].paper_id == 1


def test_a_claim_that_is_deleted_leaves_the_surprise(r2p: Run, desk: Desk, claim: Claim) -> None:
    r2p("surprise", "slow", "--claim", "claim:12")
    with desk.store.write() as session:
        session.delete(claim)
    [row] = stored(desk)
    assert (row.claim_id, row.claim, row.claimed_value) == (None, WORDS, 108)

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from r2p_tui.services.predictions import update, view
from tests.cli.conftest import NOW, Run
from tests.cli.judged_predictions import predicted


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("r2p_tui.services.desk.utc_now", lambda: NOW + timedelta(days=100))


def outcome(desk: Desk, number: int) -> str | None:
    return view(desk, number, now=NOW).line.outcome


def test_it_ends_with_a_score_and_the_question_what_was_missed(r2p: Run, desk: Desk) -> None:
    number = predicted(desk)
    update(desk, number, "0.9", "They ship.", now=NOW + timedelta(days=50))
    ended = r2p("resolve", str(number), "yes")
    assert (ended.status, ended.out) == (ExitCode.OK, f"prediction {number} resolved as yes\n")
    assert ended.err.splitlines() == [
        "You said 30 %: Brier 0.49, time-weighted 0.25 (0 is best).",
        f'What did you miss? Say it with: r2p resolve {number} --missed "..."',
    ]
    said = r2p("resolve", str(number), "--missed", "the licence")
    assert (said.out, said.err) == (f"prediction {number} has what you missed\n", "")
    assert view(desk, number, now=NOW).resolutions[-1].missed == "the licence"


def test_what_was_missed_can_be_said_at_once(r2p: Run, desk: Desk) -> None:
    number = predicted(desk)
    ended = r2p("resolve", str(number), "no", "--missed", "the price", "--json")
    values = json.loads(ended.out)
    assert (values["outcome"], values["brier"]) == ("no", pytest.approx(0.09))
    assert values["resolutions"][0]["missed"] == "the price"
    assert ended.err == ""


def test_a_value_decides_an_interval(r2p: Run, desk: Desk) -> None:
    for value, ended in (("24", "yes"), ("31", "no")):
        number = predicted(desk, kind="result", low="20", high="30", unit="%")
        assert (
            r2p("resolve", str(number), "--value", value).out == f"prediction {number} resolved as {ended}\n"
        )
    number = predicted(desk, kind="result", low="20", high="30", unit="%")
    assert "which is yes and not no" in r2p("resolve", str(number), "no", "--value", "24").err
    assert outcome(desk, number) is None


@pytest.mark.parametrize("word", ["ambiguous", "annulled"])
def test_what_counts_in_no_score_needs_a_reason(r2p: Run, desk: Desk, word: str) -> None:
    number = predicted(desk)
    refused = r2p("resolve", str(number), word)
    assert (refused.status, refused.out, outcome(desk, number)) == (ExitCode.USAGE, "", None)
    assert f"Why is prediction {number} {word}?" in refused.err
    ended = r2p("resolve", str(number), word, "--reason", "the vendor is gone", "--missed", "that")
    assert (ended.status, ended.err) == (ExitCode.OK, "")


def test_a_second_verdict_needs_the_first_to_be_taken_back(r2p: Run, desk: Desk) -> None:
    number = predicted(desk)
    r2p("resolve", str(number), "yes")
    refused = r2p("resolve", str(number), "no")
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    assert f"Prediction {number} was resolved as yes on 28 Feb 2027." in refused.err
    assert f"r2p resolve {number} --undo" in refused.err
    assert "Why do you take" in r2p("resolve", str(number), "--undo").err
    undone = r2p("resolve", str(number), "--undo", "--reason", "a typo")
    assert undone.out == f"prediction {number} is not resolved any more\n"
    assert r2p("resolve", str(number), "no").status == ExitCode.OK
    history = r2p("predictions", "show", str(number)).out
    assert "taken back yes on 28 Feb 2027 (until 28 Feb 2027: a typo)" in history
    assert outcome(desk, number) == "no"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), ExitCode.USAGE),
        (("1",), ExitCode.USAGE),
        (("one", "yes"), ExitCode.USAGE),
        (("0", "yes"), ExitCode.USAGE),
        (("1", "maybe"), ExitCode.USAGE),
        (("1", "\x1b[31m"), ExitCode.USAGE),
        (("1", "yes", "no"), ExitCode.USAGE),
        (("1", "--value", "many"), ExitCode.USAGE),
        (("1", "--value", "nan"), ExitCode.USAGE),
        (("1", "--value", "24"), ExitCode.USAGE),
        (("1", "--reason", "x"), ExitCode.USAGE),
        (("1", "--missed", "x"), ExitCode.USAGE),
        (("1", "yes", "--undo"), ExitCode.USAGE),
        (("1", "--undo", "--reason", "x"), ExitCode.USAGE),
        (("99", "yes"), ExitCode.NOT_FOUND),
        (("99", "--undo", "--reason", "x"), ExitCode.NOT_FOUND),
        (("99", "--missed", "x"), ExitCode.NOT_FOUND),
    ],
)
def test_what_cannot_be_done_is_explained(
    r2p: Run, desk: Desk, words: tuple[str, ...], status: ExitCode
) -> None:
    number = predicted(desk)
    refused = r2p("resolve", *words)
    assert (refused.status, refused.out) == (status, "")
    assert [line.startswith("r2p: ") for line in refused.err.splitlines()] == [True, False]
    assert "\x1b" not in refused.err
    assert outcome(desk, number) is None


def test_a_store_that_is_only_read_is_not_changed(r2p: Run, desk: Desk) -> None:
    number = predicted(desk)
    desk.close()
    assert r2p("--read-only", "resolve", str(number), "yes").status == ExitCode.STORE
    assert outcome(desk, number) is None

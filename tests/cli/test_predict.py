from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from r2p_tui.cli import predict
from r2p_tui.domain.prediction_entry import PredictionEntry, reasoning_hash
from r2p_tui.domain.predictions import Outcome
from r2p_tui.domain.radar import Bucket, Ring
from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.store.predictions import Prediction, resolve
from r2p_tui.store.radar import add_technique
from tests.cli.conftest import NOW, Result, Run, put

STATEMENT = "DETRs replace YOLO in our new edge work"
ANSWERS = {
    "--p": "0.3",
    "--by": "2y",
    "--criteria": "more than half of the projects in my list",
    "--reason": "NMS is what costs us",
}
NO_RECORD = "You have no resolved free prediction yet.\n"


def words(**changes: str | None) -> list[str]:
    """The command with all that it needs, but for what is changed; None leaves an answer out."""
    answers = ANSWERS | {f"--{name}": value for name, value in changes.items()}
    return [word for name, value in answers.items() if value is not None for word in (name, value)]


def stored(desk: Desk) -> list[Prediction]:
    from sqlmodel import col, select

    with desk.store.read() as session:
        return list(session.scalars(select(Prediction).order_by(col(Prediction.id))))


def test_it_prints_the_number_and_the_record_beside_it(r2p: Run, desk: Desk) -> None:
    assert r2p("predict", STATEMENT, *words()) == (ExitCode.OK, "prediction 1\n", NO_RECORD)
    assert r2p("predict", "words", "without", *words(), "quotes").out == "prediction 2\n"
    assert [row.statement for row in stored(desk)] == [STATEMENT, "words without quotes"]


def test_everything_that_goes_with_it_is_stored_and_hashed(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "RT-DETR")
    with desk.store.write() as session:
        number = add_technique(
            session, "DETRs", ring=Ring.HOLD, quadrant="Models", bucket=Bucket.CORE, reason="r", now=NOW
        )
    more = ["--low", "-3", "--high", "5", "--unit", "pt", "--tag", "edge", "--tag", "NMS"]
    result = r2p("predict", STATEMENT, *words(p="30 %"), *more, "--paper", key, "--technique", " detrs ")
    assert result == (ExitCode.OK, "prediction 1\n", "You have no resolved result prediction yet.\n")
    [row] = stored(desk)
    assert (row.paper_id, row.technique_id, row.ring) == (1, number, "HOLD")
    assert (row.kind, row.low, row.high, row.unit, row.tags) == ("result", -3, 5, "pt", ["edge", "NMS"])
    assert (row.probability, row.criteria, row.reasoning) == (0.3, ANSWERS["--criteria"], ANSWERS["--reason"])
    values = {name: getattr(row, name) for name in PredictionEntry._fields}
    assert row.reasoning_hash == reasoning_hash(PredictionEntry(**values), row.created_at)


def test_json_is_what_was_stored(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "RT-DETR")
    result = r2p("predict", STATEMENT, *words(kind="poc"), "--tag", "edge", "--paper", key + "v1", "--json")
    values: dict[str, Any] = json.loads(result.out)
    [row] = stored(desk)
    assert values.pop("base_rate") == {"yes": 0, "resolved": 0}
    assert values.pop("paper") == key
    assert values.pop("technique") is None
    assert values.pop("due_on") == row.due_on.isoformat()
    assert values.pop("created_at")[:19] == row.created_at.isoformat()[:19]
    assert values == {name: getattr(row, name) for name in values}
    assert set(values) >= {"id", "statement", "kind", "criteria", "reasoning", "probability", "ring", "tags"}


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_the_statement_comes_from_standard_input(r2p: Run, desk: Desk, arguments: list[str]) -> None:
    result = r2p("predict", *arguments, *words(), stdin="größer\nals \x1b[2Jgedacht\n".encode())
    assert result.out == "prediction 1\n"
    assert stored(desk)[0].statement == "größer als \ufffd[2Jgedacht"


def test_the_users_own_record_is_said(r2p: Run, desk: Desk) -> None:
    for number, outcome in enumerate((Outcome.YES, Outcome.NO, Outcome.NO, Outcome.ANNULLED, None), 1):
        r2p("predict", STATEMENT, *words(kind="adoption"))
        if outcome:
            with desk.store.write() as session:
                resolve(session, number, outcome, reason="r", now=NOW)
    result = r2p("predict", STATEMENT, *words(kind="adoption"))
    assert result.err == "Of your 3 resolved adoption predictions 1 came true (33 %); you say 30 %.\n"
    assert r2p("predict", STATEMENT, *words(kind="poc")).err.startswith("You have no resolved POC")


@pytest.mark.parametrize(
    ("changes", "question", "hint"),
    [
        ({"p": None}, "How likely is it?", "--p"),
        ({"p": "70"}, "70 does not.", "Did you mean 0.70?"),
        ({"p": "1.2"}, "1.2 does not.", "Did you mean 1.2%?"),
        ({"by": None}, "By when will you know?", "--by"),
        ({"by": "2020-01-01"}, "2020-01-01 is before today", "Did you mean"),
        ({"criteria": None}, "How will you decide whether it came true?", "--criteria"),
        ({"criteria": "it is widely used"}, "What count or share do you mean by “widely”?", "--criteria"),
        ({"criteria": STATEMENT}, "That is the prediction again.", "--criteria"),
        ({"reason": None}, "Why do you think so?", "--reason"),
        ({"reason": " "}, "Why do you think so?", "--reason"),
        ({"low": "3"}, "Where does the interval end on the other side?", "--high"),
        ({"low": "3", "high": "1"}, "3 is not below 1.", "Did you mean --low 1 --high 3?"),
        ({"kind": "adopton"}, "“adopton” is not a kind of prediction.", "Did you mean adoption?"),
    ],
    ids=str,
)
def test_what_is_missing_is_asked_and_the_words_are_given_back(
    r2p: Run, paths: Paths, changes: dict[str, str | None], question: str, hint: str
) -> None:
    result = r2p("predict", *words(**changes), stdin=STATEMENT.encode())
    assert (result.status, result.out) == (ExitCode.USAGE, "")
    assert question in result.err
    assert hint in result.err
    assert f"Not stored: {STATEMENT}\n" in result.err
    for name in ("criteria", "reason"):
        assert name in changes or ANSWERS[f"--{name}"] in result.err
    assert not paths.store.exists()


def test_no_statement_is_asked_for_first(r2p: Run, paths: Paths) -> None:
    result = r2p("predict", stdin=b" \n")
    assert (result.status, result.out) == (ExitCode.USAGE, "")
    assert "What do you predict?" in result.err
    assert not paths.store.exists()


@pytest.mark.parametrize(
    ("option", "value", "status", "said"),
    [
        ("--paper", "foo", ExitCode.USAGE, "“foo” is not an arXiv id"),
        ("--paper", "9999.99999", ExitCode.NOT_FOUND, "9999.99999 is not in your library."),
        ("--technique", "DETRs", ExitCode.NOT_FOUND, "“DETRs” is not on your radar."),
    ],
)
def test_what_it_is_about_does_not_cost_the_words(
    r2p: Run, desk: Desk, option: str, value: str, status: ExitCode, said: str
) -> None:
    result = r2p("predict", STATEMENT, *words(), option, value)
    assert (result.status, result.out) == (status, "prediction 1\n")
    assert said in result.err
    assert "Prediction 1 is stored all the same" in result.err
    [row] = stored(desk)
    assert (row.paper_id, row.technique_id, row.ring) == (None, None, None)


def test_words_that_cannot_be_stored_are_printed_again(r2p: Run, paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    paths.store.write_bytes(b"not a database" * 1000)
    result = r2p("predict", *words(), stdin=STATEMENT.encode())
    assert (result.status, result.out) == (ExitCode.STORE, "")
    assert f"Not stored: {STATEMENT}\n" in result.err
    assert ANSWERS["--criteria"] in result.err
    assert ANSWERS["--reason"] in result.err


def test_reading_only_stores_nothing_and_gives_the_words_back(r2p: Run, paths: Paths) -> None:
    result = r2p("predict", STATEMENT, *words(), "--read-only")
    assert result.status == ExitCode.STORE
    assert f"Not stored: {STATEMENT}\n" in result.err
    assert not paths.store.exists()


def test_a_store_that_is_not_there_yet_is_made(r2p: Run, paths: Paths) -> None:
    assert r2p("predict", STATEMENT, *words()).out == "prediction 1\n"
    assert paths.store.exists()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fourteen hours ahead of UTC, where the day begins before anyone else's does."""
    monkeypatch.setenv("TZ", "XXX-14")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_today_is_the_day_of_the_users_own_clock(
    r2p: Run, desk: Desk, zone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Evening(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromisoformat("2026-11-20T22:00:00+00:00")

    monkeypatch.setattr(predict, "datetime", Evening)
    refused: Result = r2p("predict", STATEMENT, *words(by="2026-11-20"))
    assert "2026-11-20 is before today, 2026-11-21." in refused.err
    assert r2p("predict", STATEMENT, *words(by="2026-11-21")).status == ExitCode.OK
    assert r2p("predict", STATEMENT, *words(by="1d")).status == ExitCode.OK
    assert [row.due_on for row in stored(desk)] == [
        date(2026, 11, 21),
        date(2026, 11, 21) + timedelta(days=1),
    ]

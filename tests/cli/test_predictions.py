from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from r2p_tui.domain.predictions import Outcome
from r2p_tui.errors import ExitCode
from r2p_tui.services.desk import Desk
from r2p_tui.services.papers import find_view
from r2p_tui.services.predictions import resolve, update, view
from r2p_tui.store.prediction_evidence import EvidenceSnapshot, add_snapshot
from tests.cli.conftest import NOW, Run, put
from tests.cli.judged_predictions import CRITERIA, STATEMENT, predicted

DAY = timedelta(days=1)
TWO_YEARS_ON = NOW + 2 * 365 * DAY


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time the commands think it is: change the one entry."""
    times = [NOW]
    monkeypatch.setattr("r2p_tui.services.desk.utc_now", lambda: times[0])
    return times


def test_without_predictions_it_says_how_to_write_one(r2p: Run, desk: Desk, clock: list[datetime]) -> None:
    empty = r2p("predictions")
    assert (empty.status, empty.out) == (ExitCode.OK, "")
    assert "r2p predict " in empty.err
    assert json.loads(r2p("predictions", "--json").out)["predictions"] == []


def test_the_list_begins_with_what_is_due(r2p: Run, desk: Desk, clock: list[datetime]) -> None:
    [key] = put(desk, "RT-DETR")
    predicted(desk, kind="adoption", paper_id=find_view(desk, key).paper_id)
    predicted(desk, "INT8 costs 1 point of mAP", "0.055", due="2d")
    resolve(desk, predicted(desk, "Code is published"), Outcome.AMBIGUOUS, reason="half of it", now=NOW)
    clock[0] = NOW + 4 * DAY
    listed = r2p("predictions")
    assert listed.out.splitlines() == [
        "2  due 2 d    5.5 %  free                  INT8 costs 1 point of mAP",
        f"1  in 2 y      30 %  adoption  {key}  {STATEMENT}",
        "3  ambiguous   30 %  free                  Code is published",
    ]
    assert listed.err == "1 due, 1 open, 1 resolved.\n"
    assert r2p("predictions", "--due").out.split()[0] == "2"
    assert r2p("predictions", "--open").out.split()[0] == "1"
    assert r2p("predictions", "--resolved").out.split()[0] == "3"
    assert r2p("predictions", "yolo", "EDGE").out.split()[0] == "1"
    nothing = r2p("predictions", "yolo", "--due")
    assert (nothing.status, nothing.out) == (ExitCode.OK, "")
    assert nothing.err.endswith("None of them matches.\n")
    assert r2p("predictions", "--limit", "1").err.endswith("2 more predictions with --limit.\n")
    assert r2p("predictions", "yolo", "--limit", "1").err.endswith("There may be more with --limit.\n")
    assert r2p("predictions", "--due", "--open").status == ExitCode.USAGE
    clock[0] = NOW + 2 * DAY
    assert r2p("predictions", "--due").out.startswith("2  due today")
    clock[0] = NOW
    assert r2p("predictions", "--due").err.endswith("None is due.\n")


def test_the_list_as_json(r2p: Run, desk: Desk, clock: list[datetime]) -> None:
    [key] = put(desk, "RT-DETR")
    number = predicted(
        desk, kind="result", low="20", high="30", unit="%", paper_id=find_view(desk, key).paper_id
    )
    update(desk, number, "0.4", "They ship.", now=NOW + DAY)
    clock[0] = TWO_YEARS_ON + 5 * DAY
    values = json.loads(r2p("predictions", "--json").out)
    assert {name: values[name] for name in ("due", "open", "resolved", "oldest_due")} == {
        "due": 1,
        "open": 0,
        "resolved": 0,
        "oldest_due": "2028-11-20",
    }
    assert values["predictions"] == [
        {
            "id": number,
            "statement": STATEMENT,
            "kind": "result",
            "state": "due",
            "probability": 0.4,
            "first_probability": 0.3,
            "low": 20,
            "high": 30,
            "unit": "%",
            "due_on": "2028-11-20",
            "days": -4,
            "created_at": "2026-11-20T08:00:00.000Z",
            "paper": key,
            "technique": None,
            "ring": None,
            "updates": 1,
            "outcome": None,
            "resolved_at": None,
        }
    ]


def test_all_that_is_known_of_one(
    r2p: Run, desk: Desk, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    [key] = put(desk, "RT-DETR")
    paper_id = find_view(desk, key).paper_id
    number = predicted(desk, tags=("edge",), kind="adoption", paper_id=paper_id)
    update(desk, number, "60%", "Two vendors ship it.", now=NOW + 300 * DAY)
    with desk.store.write() as session:
        for day, count in ((1, 40), (600, 1204)):
            add_snapshot(
                session, EvidenceSnapshot(paper_id=paper_id, taken_at=NOW + day * DAY, citations=count)
            )
    clock[0] = TWO_YEARS_ON
    resolve(desk, number, Outcome.NO, reason="two boards", missed="the price", now=clock[0])
    assert r2p("predictions", "show", str(number)).out.splitlines() == [
        f"{number} · {STATEMENT}",
        "due        20 Nov 2028",
        "kind       adoption · edge",
        f"criteria   {CRITERIA}",
        "reasoning  No NMS.",
        "frozen     as written on 20 Nov 2026; the hash agrees",
        "forecasts  30 % on 20 Nov 2026",
        "           60 % on 16 Sep 2027: Two vendors ship it.",
        f"paper      {key} · RT-DETR",
        "evidence   citations 40 -> 1,204 (2 snapshots)",
        "resolved   no on 19 Nov 2028: two boards",
        "missed     the price",
        "scores     Brier 0.09, time-weighted 0.25 (0 is best, 1 worst)",
    ]
    values = json.loads(r2p("predictions", "show", str(number), "--json").out)
    assert (values["criteria"], values["tags"], values["hash_holds"]) == (CRITERIA, ["edge"], True)
    assert [one["probability"] for one in values["forecasts"]] == [0.3, 0.6]
    assert [one["citations"] for one in values["evidence"]] == [40, 1204]
    assert (values["resolutions"][0]["missed"], values["state"]) == ("the price", "resolved")


def test_a_later_view(r2p: Run, desk: Desk, clock: list[datetime]) -> None:
    number = str(predicted(desk))
    clock[0] = NOW + DAY
    changed = r2p("predictions", "update", number, "--p", "40%", "--reason", "two vendors ship it")
    assert changed.status == ExitCode.OK
    assert "40 % on 21 Nov 2026: two vendors ship it" in changed.out
    without = r2p("predictions", "update", number, "--reason", "x")
    assert (without.status, "How likely is it now?" in without.err) == (ExitCode.USAGE, True)
    meant = r2p("predictions", "update", number, "--p", "70", "--reason", "x")
    assert (meant.status, "Did you mean 0.70?" in meant.err) == (ExitCode.USAGE, True)
    assert "Why do you think so now?" in r2p("predictions", "update", number, "--p", "0.7").err
    assert view(desk, int(number), now=NOW).line.updates == 1


def test_a_view_from_after_the_due_day_is_kept_and_said_to_count_for_nothing(
    r2p: Run, desk: Desk, clock: list[datetime]
) -> None:
    number = predicted(desk, due="1d")
    counts_in_no_score = "It comes after the due day, so it is kept and counts in no score.\n"
    for days, told in ((1, ""), (3, counts_in_no_score)):
        clock[0] = NOW + days * DAY
        assert r2p("predictions", "update", str(number), "--p", "0.9", "--reason", "it did").err == told
    resolve(desk, number, Outcome.YES, now=NOW + 4 * DAY)
    # 30 % for the first of 40 hours, 90 % for the other 16: what came later changes nothing.
    assert view(desk, number, now=NOW + 4 * DAY).weighted == pytest.approx((24 * 0.49 + 16 * 0.01) / 40)


def test_a_paper_that_nobody_knows_is_told_apart_from_one_that_nobody_was_asked_about(
    r2p: Run, desk: Desk
) -> None:
    [key] = put(desk, "RT-DETR")
    paper_id = find_view(desk, key).paper_id
    number = str(predicted(desk, paper_id=paper_id))
    assert "none yet; each sync takes a snapshot" in r2p("predictions", "show", number).out
    with desk.store.write() as session:
        add_snapshot(session, EvidenceSnapshot(paper_id=paper_id, taken_at=NOW + DAY))
    assert "none yet: nobody knew the paper (1 snapshot)" in r2p("predictions", "show", number).out


def test_linking_to_a_paper_later(r2p: Run, desk: Desk) -> None:
    number = predicted(desk)
    [key] = put(desk, "RT-DETR")
    linked = r2p("predictions", "link", str(number), key)
    assert (linked.status, linked.out) == (ExitCode.OK, f"prediction {number} is about {key}  RT-DETR\n")
    seen = view(desk, number, now=NOW)
    assert (seen.paper_key, seen.hash_holds) == (key, True)
    assert r2p("predictions", "link", str(number), "2401.99999").status == ExitCode.NOT_FOUND
    assert r2p("predictions", "link", "99", key).status == ExitCode.NOT_FOUND
    assert r2p("predictions", "link", str(number)).status == ExitCode.USAGE


def test_deleting(r2p: Run, desk: Desk, clock: list[datetime]) -> None:
    first, second = predicted(desk), predicted(desk)
    assert r2p("predictions", "delete", str(first)).out == f"prediction {first} deleted\n"
    assert r2p("predictions", "show", str(first)).status == ExitCode.NOT_FOUND
    resolve(desk, second, Outcome.YES, now=NOW)
    refused = r2p("predictions", "delete", str(second))
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    assert "was resolved as yes on 20 Nov 2026" in refused.err
    assert json.loads(r2p("predictions", "show", str(second), "--json").out)["outcome"] == "yes"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("show",), ExitCode.USAGE),
        (("show", "twelve"), ExitCode.USAGE),
        (("show", "1", "2"), ExitCode.USAGE),
        (("show", "9" * 30), ExitCode.USAGE),
        (("show", "99"), ExitCode.NOT_FOUND),
        (("delete", "99"), ExitCode.NOT_FOUND),
        (("update", "99", "--p", "0.5", "--reason", "x"), ExitCode.NOT_FOUND),
        (("--p", "0.5"), ExitCode.USAGE),
        (("show", "1", "--scale", "percent"), ExitCode.USAGE),
        (("export",), ExitCode.USAGE),
        (("export", "predictions.txt"), ExitCode.USAGE),
        (("export", "x.ics", "--scale", "percent"), ExitCode.USAGE),
        (("export", "no/such/folder/x.csv"), ExitCode.FAILED),
        (("import", "no-such-file.csv"), ExitCode.USAGE),
    ],
)
def test_what_cannot_be_done_is_explained(
    r2p: Run, desk: Desk, words: tuple[str, ...], status: ExitCode
) -> None:
    refused = r2p("predictions", *words)
    assert (refused.status, refused.out) == (status, "")
    assert [line.startswith("r2p: ") for line in refused.err.splitlines()] == [True, False]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the commands run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_out_to_fatebook_and_in_again(r2p: Run, desk: Desk, clock: list[datetime], folder: Path) -> None:
    number = predicted(desk)
    update(desk, number, "0.4", "They ship.", now=NOW)
    exported = r2p("predictions", "export", "mine.csv")
    assert (exported.status, exported.out) == (ExitCode.OK, "mine.csv\n")
    rows = list(csv.DictReader(io.StringIO((folder / "mine.csv").read_text())))
    assert [row["Forecast (scale = 0-1)"] for row in rows] == ["0.3", "0.4"]
    again = r2p("predictions", "import", "mine.csv")
    assert again.out == ""
    assert again.err == f"Left out, since it is here already: {STATEMENT}\n0 predictions imported.\n"
    percent = r2p("predictions", "export", "-", "--as", "csv", "--scale", "percent")
    assert [row["forecast"] for row in csv.DictReader(io.StringIO(percent.out))] == ["30%", "40%"]
    moved = percent.out.replace(STATEMENT, "Another statement")
    taken = r2p("predictions", "import", "-", stdin=moved.encode())
    assert (taken.out, taken.err) == (f"prediction {number + 1}\n", "1 prediction imported.\n")
    values = json.loads(r2p("predictions", "import", "-", "--json", stdin=moved.encode()).out)
    assert values == {"added": [], "known": ["Another statement"], "refused": []}


def test_forecasts_of_one_of_several_people(r2p: Run, desk: Desk, folder: Path) -> None:
    predicted(desk)
    mine = r2p("predictions", "export", "-", "--as", "csv").out.replace(STATEMENT, "Ours")
    header, row = csv.reader(io.StringIO(mine))
    by = header.index("Forecast created by")
    table = io.StringIO()
    csv.writer(table).writerows(
        [
            header,
            *([*row[:by], name, chance, *row[by + 2 :]] for name, chance in (("Ann", "0.7"), ("Bo", "0.2"))),
        ]
    )
    (folder / "ours.csv").write_text(table.getvalue())
    assert "Ann, Bo" in r2p("predictions", "import", "ours.csv").err
    assert r2p("predictions", "import", "ours.csv", "--forecaster", "Bo").out == "prediction 2\n"
    assert view(desk, 2, now=NOW).line.probability == 0.2


def test_a_file_that_is_no_table_of_predictions(r2p: Run, desk: Desk, folder: Path) -> None:
    (folder / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    (folder / "other.csv").write_text("a,b\n1,2\n")
    for name in ("bytes.csv", "other.csv", "."):
        refused = r2p("predictions", "import", name)
        assert (refused.status, refused.out) == (ExitCode.USAGE, "")
        assert "inside r2p" not in refused.err


def test_due_days_for_a_calendar(r2p: Run, desk: Desk, clock: list[datetime], folder: Path) -> None:
    predicted(desk)
    assert r2p("predictions", "export", "due.ics").err == "1 due day.\n"
    written = (folder / "due.ics").read_bytes()
    [event] = Calendar.from_ical(written).walk("VEVENT")
    assert str(event["SUMMARY"]).endswith(STATEMENT)
    clock[0] = NOW + DAY
    r2p("predictions", "export", "due.ics")
    assert (folder / "due.ics").read_bytes() == written
    assert r2p("predictions", "export", "-", "--as", "ics").out.encode() == written


def test_text_from_elsewhere_steers_no_terminal(r2p: Run, desk: Desk, folder: Path) -> None:
    text = (
        'questionTitle,forecast,qCreatedAt,resolveBy,notes\n"red \x1b[31m",5,2025-01-02,2027-01-03,\x9b31m\n'
    )
    taken = r2p("predictions", "import", "-", stdin=text.encode())
    assert taken.status == ExitCode.OK
    shown = r2p("predictions").out + r2p("predictions", "show", "1").out
    shown += r2p("predictions", "export", "-", "--as", "csv").out
    assert not {"\x1b", "\x9b"} & set(shown)
    assert "red" in shown

"""Predictions from and to CSV of Fatebook."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.predictions import Forecast, Outcome
from r2p_tui.errors import UsageError
from r2p_tui.formats import fatebook
from r2p_tui.formats.fatebook import EXPORT_COLUMNS, IMPORT_COLUMNS, FatebookQuestion, read
from r2p_tui.text import clean, clean_line

MADE = datetime(2026, 11, 21, 7, 27, 41, tzinfo=UTC)
QUESTION = FatebookQuestion(
    "RT-DETR replaces YOLO in more than half of new edge deployments",
    MADE,
    (Forecast(0.3, MADE), Forecast(0.45, MADE + timedelta(days=90), "two more customers\nasked for it")),
    date(2028, 11, 21),
    Outcome.NO,
    datetime(2028, 11, 22, 9, 0, 0, tzinfo=UTC),
    "more than half of those I see",
    "the licence is free",
    "missed: the licence changed",
    ("edge", "detection"),
)
# As `questionsToCsv` of Fatebook writes: texts in quotes, all else bare, seconds without a zero in front.
EXPORTED = """\
Question title,Multiple choice option,Forecast created by,Forecast (scale = 0-1),Forecast created at,\
Question created by,Question created at,Question resolve by,Resolution,Resolved at,\
Your Brier score for this question,Your relative Brier score for this question,Question notes,\
Question shared with,Question shared publicly,Question comments,Question tags
"Will ""RT-DETR"" ship, here?",,"Ann",0.7,2026-01-05 10:00:7,"Ann",2026-01-05 10:00:07,2026-06-01 00:00:00,\
"YES",2026-05-01 12:30:00,0.18,-0.02,"it
depends","Bob",false,"Bob: hm, no","edge; detection"
"Will ""RT-DETR"" ship, here?",,"Bob",0.2,2026-01-06 10:00:00,"Ann",2026-01-05 10:00:07,2026-06-01 00:00:00,\
"YES",2026-05-01 12:30:00,0.18,-0.02,"it
depends","Bob",false,"Bob: hm, no","edge; detection"
"Will ""RT-DETR"" ship, here?",,"Ann",0.9,2026-03-01 08:00:00,"Ann",2026-01-05 10:00:07,2026-06-01 00:00:00,\
"YES",2026-05-01 12:30:00,0.18,-0.02,"it
depends","Bob",false,"Bob: hm, no","edge; detection"
"Which is fastest?","YOLO","Ann",0.25,2026-01-07 10:00:00,"Ann",2026-01-07 10:00:00,2026-06-01 00:00:00,,,,,,\
"",true,"",""
"""


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_an_export_of_fatebook_gives_one_persons_forecasts_by_question() -> None:
    shipped, fastest = read(EXPORTED, forecaster="ann")
    assert shipped.title == 'Will "RT-DETR" ship, here?'
    assert [(made.probability, made.made_at.isoformat()) for made in shipped.forecasts] == [
        (0.7, "2026-01-05T10:00:07+00:00"),
        (0.9, "2026-03-01T08:00:00+00:00"),
    ]
    assert shipped.resolution is Outcome.YES
    assert shipped.resolved_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    assert (shipped.resolve_by, shipped.notes, shipped.tags) == (
        date(2026, 6, 1), "it\ndepends", ("edge", "detection"),
    )  # fmt: skip
    assert (fastest.title, fastest.option, fastest.resolution) == ("Which is fastest?", "YOLO", None)


def test_whose_forecasts_are_meant_is_asked_where_several_people_forecast() -> None:
    with pytest.raises(UsageError, match="Several people forecast in this file: Ann, Bob"):
        read(EXPORTED)
    with pytest.raises(UsageError, match="Nobody called “Cy” forecasts in this file"):
        read(EXPORTED, forecaster="Cy")
    assert [made.probability for made in read(EXPORTED, forecaster="Bob")[0].forecasts] == [0.2]


def test_the_export_counts_to_one_under_the_headers_of_fatebook() -> None:
    text = fatebook.write_export([QUESTION], forecaster="Ann")
    assert tuple(next(csv.reader(io.StringIO(text)))) == EXPORT_COLUMNS
    assert EXPORTED.splitlines()[0].split(",") == list(EXPORT_COLUMNS)
    first, second = lines_of(text)
    assert (first["Forecast (scale = 0-1)"], second["Forecast (scale = 0-1)"]) == ("0.3", "0.45")
    assert first["Forecast created at"] == "2026-11-21 07:27:41"
    assert first["Resolution"] == "NO" and first["Question tags"] == "edge; detection"
    assert read(text) == [QUESTION]


def test_the_import_counts_in_percent_and_names_its_zone() -> None:
    text = fatebook.write_import([QUESTION])
    assert tuple(next(csv.reader(io.StringIO(text)))) == IMPORT_COLUMNS
    first, second = lines_of(text)
    assert (first["forecast"], second["forecast"]) == ("30%", "45%")
    assert (first["qCreatedAt"], second["fCreatedAt"]) == ("2026-11-21T07:27:41Z", "2027-02-19T07:27:41Z")
    assert (first["resolution"], first["resolveBy"], first["tags"]) == ("NO", "2028-11-21", "edge,detection")
    assert read(text) == [QUESTION]


def test_notes_can_be_read_by_people_and_come_back_from_fatebook() -> None:
    notes = lines_of(fatebook.write_import([QUESTION]))[0]["notes"]
    assert notes == (
        "Criteria: more than half of those I see\n"
        "Reasoning: the licence is free\n"
        "View of 2027-02-19 07:27:41: two more customers\n"
        "  asked for it\n"
        "Notes: missed: the licence changed"
    )
    text = fatebook.write_export([QUESTION])
    imported = text.replace(
        "the licence changed", "the licence changed Imported from your spreadsheet on 2026-11-22 10:00:00."
    )
    assert imported != text and read(imported) == [QUESTION]


def test_a_line_that_somebody_added_on_fatebook_is_kept_as_a_note() -> None:
    text = fatebook.write_export([QUESTION]).replace("Reasoning: ", "Bob disagrees\nReasoning: ")
    (question,) = read(text)
    assert (question.criteria, question.reasoning) == (QUESTION.criteria, QUESTION.reasoning)
    assert question.notes == "missed: the licence changed\nBob disagrees"


def test_an_annulled_question_is_ambiguous_there_and_annulled_here() -> None:
    annulled = FatebookQuestion("a", MADE, (Forecast(0.5, MADE),), None, Outcome.ANNULLED, MADE)
    for text in (fatebook.write_export([annulled]), fatebook.write_import([annulled])):
        assert "AMBIGUOUS" in text and "ANNULLED" not in text
        assert read(text) == [annulled]


@pytest.mark.parametrize("title", ["=1+1", "+1 accelerator", "-x", "@home", "-3"])
def test_no_title_is_run_by_a_spreadsheet_and_every_title_comes_back(title: str) -> None:
    question = FatebookQuestion(title, MADE, (Forecast(0.5, MADE),))
    for text in (fatebook.write_export([question]), fatebook.write_import([question])):
        assert not text.splitlines()[1].startswith(("=", "+", "@", "-x"))
        assert read(text) == [question]


def imported(*rows: str, header: str = "questionTitle,forecast,qCreatedAt,resolution,resolvedAt,tags") -> str:
    return "\n".join((header, *rows)) + "\n"


def test_an_import_without_optional_columns_follows_the_rules_of_fatebook() -> None:
    (question,) = read(imported("a,30 %,2026-11-21,yes,,"))
    assert question.forecasts == (Forecast(0.3, datetime(2026, 11, 21, tzinfo=UTC)),)
    assert question.resolved_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert read("\ufeff" + imported("a,30,2026-11-21T01:00:00+02:00,no,2026-12-01,", ""))[
        0
    ].created_at == datetime(2026, 11, 20, 23, tzinfo=UTC)


def test_forecasts_are_put_in_the_order_of_time_and_the_last_row_decides() -> None:
    text = imported(
        "a,60,2026-01-01,,2026-03-01,x", "b,1%,2026-01-01,,,", "a,40,2026-01-01,no,2026-05-01,2026-02-01;y",
        header="questionTitle,forecast,qCreatedAt,resolution,fCreatedAt,tags",
    )  # fmt: skip
    text = text.replace("no,2026-05-01,2026-02-01;y", "no,2026-02-01,y")
    first, second = read(text)
    assert [made.probability for made in first.forecasts] == [0.4, 0.6]
    assert (first.resolution, first.tags, second.title) == (Outcome.NO, ("y",), "b")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a,130,2026-01-01,,,", "Line 3: the forecast “130” is not within 0 and 100."),
        ("a,lots,2026-01-01,,,", "Line 3: the forecast “lots” is no number."),
        ("a,nan,2026-01-01,,,", "Line 3: the forecast “nan” is no number."),
        ("a,-3,2026-01-01,,,", "Line 3: the forecast “-3” is no number."),
        ("a,,2026-01-01,,,", "Line 3: the forecast “” is no number."),
        (",30,2026-01-01,,,", "Line 3: the question has no title."),
        ("a,30,,,,", "Line 3: “” is no time such as 2026-11-21 07:27:41."),
        ("a,30,11/21/2026,,,", "Line 3: “11/21/2026” is no time such as 2026-11-21 07:27:41."),
        ("a,30,2026-02-30,,,", "Line 3: day is out of range for month."),
        ("a,30,9999-12-31,yes,,", "Line 3: date value out of range."),
        ("a,30,2026-01-01,maybe,,", "Line 3: the resolution “MAYBE” is none of YES, NO and AMBIGUOUS."),
        ('a,30,2026-01-01,"yes"x,,', "Line 3 is no CSV: ',' expected after '\"'."),
        ('"a,30,2026-01-01,yes,,', "Line 3 is no CSV: unexpected end of data."),
    ],
)
def test_a_bad_row_is_refused_with_its_line(row: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(imported("fine,30,2026-01-01,,,", row))
    assert refused.value.message == problem and refused.value.hint


def test_the_line_of_a_row_is_counted_over_texts_of_several_lines() -> None:
    with pytest.raises(UsageError, match="Line 4: the forecast “x”"):
        read(imported('"two\nlines",30,2026-01-01,,,', "a,x,2026-01-01,,,"))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "questionTitle,forecast\na,30\n", "\n\n"])
def test_a_file_with_other_headers_is_none_of_fatebook(text: str) -> None:
    with pytest.raises(UsageError, match="This is no CSV of Fatebook"):
        read(text)


def test_probabilities_under_the_headers_of_percents_are_asked_about() -> None:
    with pytest.raises(UsageError, match="No forecast in this file is above 1") as refused:
        read(imported("a,0.3,2026-01-01,,,", "b,1,2026-01-01,,,"))
    assert refused.value.hint == "Write 30 or 30% for a probability of 0.3."
    assert [q.forecasts[0].probability for q in read(imported("a,0.3%,2026-01-01,,,"))] == [0.003]
    assert [q.forecasts[0].probability for q in read(imported("a,1,2026-01-01,,,"))] == [0.01]


def test_a_file_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = imported(*(f"q{number},30,2026-01-01,,," for number in range(4)))
    monkeypatch.setattr(fatebook, "MOST_ROWS", 3)
    with pytest.raises(UsageError, match="more than 3 forecasts"):
        read(text)
    monkeypatch.setattr(fatebook, "MOST_CHARACTERS", 10)
    with pytest.raises(UsageError, match="characters"):
        read(text)


def test_many_long_views_of_one_question_come_back() -> None:
    views = tuple(Forecast(0.5, MADE + timedelta(days=day), f"{day} " + "why " * 5_000) for day in range(10))
    question = FatebookQuestion(
        "a", MADE, tuple(made._replace(reasoning=made.reasoning.strip()) for made in views)
    )
    assert read(fatebook.write_export([question])) == [question]


def test_foreign_text_is_cleaned_when_it_enters() -> None:
    (question,) = read(imported('"a\x1b[2J\nb",30,2026-01-01,,,"x\x07"'))
    assert (question.title, question.tags) == ("a\ufffd[2J b", ("x\ufffd",))


LINE = st.text(max_size=30).map(clean_line)
TEXT = st.text(st.one_of(st.sampled_from("\n :CN"), st.characters()), max_size=60).map(
    lambda text: clean(text).strip()
)
TAG = LINE.map(lambda text: " ".join(text.replace(",", " ").replace(";", " ").split())).filter(bool)
TIMES = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
FORECASTS = st.dictionaries(TIMES, st.tuples(st.floats(0, 1), TEXT), min_size=1, max_size=4).map(
    lambda told: tuple(Forecast(told[when][0], when, told[when][1]) for when in sorted(told))
)
ENDINGS = st.one_of(st.just((None, None)), st.tuples(st.sampled_from(Outcome), TIMES))


@st.composite
def questions(draw: st.DrawFn) -> FatebookQuestion:
    resolution, resolved_at = draw(ENDINGS)
    return FatebookQuestion(
        draw(LINE.filter(bool)), draw(TIMES), draw(FORECASTS),
        draw(st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))), resolution, resolved_at,
        draw(TEXT), draw(TEXT), draw(TEXT), tuple(draw(st.lists(TAG, unique=True, max_size=3))),
    )  # fmt: skip


@given(st.lists(questions(), min_size=1, max_size=4, unique_by=lambda one: (one.title, one.created_at)))
def test_what_was_written_is_read_back_equal(asked: list[FatebookQuestion]) -> None:
    assert read(fatebook.write_export(asked)) == asked
    assert read(fatebook.write_import(asked)) == asked

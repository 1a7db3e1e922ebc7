"""Predictions as CSV of fatebook.io: as its export writes them, and as its import of spreadsheets reads them.

Both have a row for each forecast, and know a question by its title and the time of its making. The export
counts from 0 to 1, the import in percent. Notes hold what Fatebook has no column for; see `fatebook_notes`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from r2p_tui.domain.predictions import Forecast, Outcome
from r2p_tui.errors import UsageError
from r2p_tui.formats.cells import csv_text
from r2p_tui.formats.fatebook_notes import Notes, View, read_notes, time_text, write_notes
from r2p_tui.text import clean, clean_line, shorten

EXPORT_COLUMNS: Final = (
    "Question title", "Multiple choice option", "Forecast created by", "Forecast (scale = 0-1)",
    "Forecast created at", "Question created by", "Question created at", "Question resolve by", "Resolution",
    "Resolved at", "Your Brier score for this question", "Your relative Brier score for this question",
    "Question notes", "Question shared with", "Question shared publicly", "Question comments",
    "Question tags",
)  # fmt: skip
IMPORT_COLUMNS: Final = (
    "questionTitle", "forecast", "qCreatedAt", "resolution", "resolvedAt", "resolveBy", "fCreatedAt", "tags",
    "notes",
)  # fmt: skip
MOST_CHARACTERS: Final = 50_000_000
MOST_ROWS: Final = 200_000
_RESOLUTIONS: Final = {Outcome.YES: "YES", Outcome.NO: "NO", Outcome.AMBIGUOUS: "AMBIGUOUS"}
_OUTCOMES: Final = {word: outcome for outcome, word in _RESOLUTIONS.items()}
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
# Parts without a leading zero: Fatebook's export writes seconds so, see its issue 90.
_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
# What Fatebook takes where a time is not given.
_UNTIL_RESOLVED = timedelta(hours=24)
_SPLIT = "Split it, and import one part after the other."
_HEADERS = "Export your questions on fatebook.io, or name the columns as its import does: " + ", ".join(
    IMPORT_COLUMNS
)


@dataclass(frozen=True, slots=True)
class FatebookQuestion:
    """A question with one person's forecasts, in the order of time.

    Reading gives back what was written where times are whole seconds in UTC, no two forecasts share a second,
    texts have no white space around them, and tags have neither comma nor semicolon. `resolved_at` is given
    exactly where `resolution` is. `option` is the one of a question with several to choose from.
    """

    title: str
    created_at: datetime
    forecasts: tuple[Forecast, ...]
    resolve_by: date | None = None
    resolution: Outcome | None = None
    resolved_at: datetime | None = None
    criteria: str = ""
    reasoning: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    option: str = ""


class _Shape(NamedTuple):
    """How a kind of file is read: the headers of each value, and what a forecast counts to."""

    headers: Mapping[str, tuple[str, ...]]
    whole: int


_EXPORT = _Shape(
    {
        "title": ("question title",),
        "option": ("multiple choice option",),
        "forecaster": ("forecast created by",),
        "forecast": ("forecast (scale = 0-1)",),
        "made_at": ("forecast created at",),
        "created_at": ("question created at",),
        "resolve_by": ("question resolve by",),
        "resolution": ("resolution", "question resolution"),
        "resolved_at": ("resolved at", "question resolved at"),
        "notes": ("question notes",),
        "tags": ("question tags",),
    },
    1,
)
_IMPORT = _Shape(
    {
        "title": ("questiontitle",),
        "forecast": ("forecast",),
        "made_at": ("fcreatedat",),
        "created_at": ("qcreatedat",),
        "resolve_by": ("resolveby",),
        "resolution": ("resolution",),
        "resolved_at": ("resolvedat",),
        "notes": ("notes",),
        "tags": ("tags",),
    },
    100,
)
_NEEDED = ("title", "forecast", "created_at")


class _Row(NamedTuple):
    """One forecast of a file, with all that its row says of the question."""

    question: FatebookQuestion
    forecast: Forecast
    views: tuple[View, ...]
    forecaster: str


def write_export(questions: Iterable[FatebookQuestion], *, forecaster: str = "") -> str:
    """The file that Fatebook's export gives, 0 to 1; its own scores stay empty, for Fatebook to work out."""
    rows = [
        (
            question.title, question.option, forecaster, _decimal(forecast.probability, 1),
            _export_time(forecast.made_at), forecaster, _export_time(question.created_at),
            f"{question.resolve_by} 00:00:00" if question.resolve_by else "", _resolution(question),
            _export_time(question.resolved_at), "", "", write_notes(_notes_of(question)), "", "false", "",
            "; ".join(map(_tag, question.tags)),
        )
        for question in questions
        for forecast in question.forecasts
    ]  # fmt: skip
    return csv_text(EXPORT_COLUMNS, rows)


def write_import(questions: Iterable[FatebookQuestion]) -> str:
    """The file that Fatebook's import reads, in percent; a question annulled is an ambiguous one there."""
    rows = [
        (
            f"{question.title}: {question.option}" if question.option else question.title,
            _decimal(forecast.probability, 100) + "%", _import_time(question.created_at),
            _resolution(question), _import_time(question.resolved_at), str(question.resolve_by or ""),
            _import_time(forecast.made_at), ",".join(map(_tag, question.tags)),
            write_notes(_notes_of(question)),
        )
        for question in questions
        for forecast in question.forecasts
    ]  # fmt: skip
    return csv_text(IMPORT_COLUMNS, rows)


def read(text: str, *, forecaster: str = "") -> list[FatebookQuestion]:
    """The questions of either kind of file, told apart by its headers, in the order of their first rows.

    Where several people forecast, `forecaster` says whose are meant. As in Fatebook, the last row of a
    question decides what is said of it. Raises UsageError with the number of the line that cannot be read.
    """
    shape, lines = _table(text)
    if shape.whole > 1:
        _check_percent([values["forecast"] for _, values in lines])
    rows = [_row(line, values, shape) for line, values in lines]
    name = _chosen(rows, forecaster)
    found: dict[tuple[str, str, datetime], list[_Row]] = {}
    for row in rows:
        if row.forecaster.casefold() == name:
            asked = row.question
            found.setdefault((asked.title, asked.option, asked.created_at), []).append(row)
    return [_question(of_one) for of_one in found.values()]


def _question(rows: Sequence[_Row]) -> FatebookQuestion:
    last = rows[-1]
    reasons = {view.made_at: view.reasoning for view in last.views}
    told = [row.forecast._replace(reasoning=reasons.get(row.forecast.made_at, "")) for row in rows]
    return replace(last.question, forecasts=tuple(sorted(told, key=lambda forecast: forecast.made_at)))


def _chosen(rows: Iterable[_Row], forecaster: str) -> str:
    """The name whose forecasts are meant, in small letters; raises UsageError where that is not clear."""
    names = {row.forecaster.casefold(): row.forecaster for row in rows}
    people = ", ".join([shorten(name, 40) for name in names.values() if name][:5])
    wanted = clean_line(forecaster)
    if wanted and wanted.casefold() not in names:
        raise UsageError(f"Nobody called “{shorten(wanted, 40)}” forecasts in this file.", people)
    named = [wanted.casefold()] if wanted else [name for name in names if name]
    if len(named) > 1:
        raise UsageError(f"Several people forecast in this file: {people}.", "Say whose forecasts to take.")
    return named[0] if named else ""


def _table(text: str) -> tuple[_Shape, list[tuple[int, dict[str, str]]]]:
    """The kind of file, and each row as the number of its first line and its cells by what they hold."""
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"The file has more than {MOST_CHARACTERS // 10**6} million characters.", _SPLIT)
    header: list[str] | None = None
    found: list[tuple[int, list[str]]] = []
    for line, cells in _lines(text.removeprefix("\ufeff")):
        if header is None:
            header = [cell.casefold() for cell in cells]
        elif len(found) == MOST_ROWS:
            raise UsageError(f"The file has more than {MOST_ROWS:,} forecasts.", _SPLIT)
        else:
            found.append((line, cells))
    shape = next((shape for shape in (_EXPORT, _IMPORT) if _places(shape, header or []) is not None), None)
    if shape is None or header is None:
        raise UsageError("This is no CSV of Fatebook: its first line does not name the columns.", _HEADERS)
    places = _places(shape, header) or {}
    return shape, [
        (line, {name: cells[place] if place < len(cells) else "" for name, place in places.items()})
        for line, cells in found
    ]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, trimmed, with the number of its first line."""
    # Notes may hold more than the 128 KiB that csv allows a cell; the whole text is bounded.
    csv.field_size_limit(MOST_CHARACTERS)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    first = 1
    try:
        for cells in lines:
            if any(trimmed := [cell.strip() for cell in cells]):
                yield first, trimmed
            first = lines.line_num + 1
    except csv.Error as error:
        raise UsageError(f"Line {first} is no CSV: {error}.", "Export the file once more.") from error


def _places(shape: _Shape, header: Sequence[str]) -> dict[str, int] | None:
    """Where each value stands; None where what is needed is not there."""
    found = {
        name: header.index(title)
        for name, titles in shape.headers.items()
        for title in titles
        if title in header
    }
    return found if all(name in found for name in _NEEDED) else None


def _check_percent(forecasts: Sequence[str]) -> None:
    """Refuse a file of percents that looks as if it counted from 0 to 1."""
    numbers = [float(text) for text in forecasts if _NUMBER.fullmatch(text)]
    if (
        numbers
        and len(numbers) == len(forecasts)
        and max(numbers) <= 1
        and any(0 < one < 1 for one in numbers)
    ):
        raise UsageError(
            "No forecast in this file is above 1, but under these headers they count in percent.",
            "Write 30 or 30% for a probability of 0.3.",
        )


def _row(line: int, values: Mapping[str, str], shape: _Shape) -> _Row:
    told = {name: values.get(name, "") for name in shape.headers}
    try:
        return _read_row(told, shape)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"Line {line}: {error}.", "Nothing was read; correct the line and try again."
        ) from error


def _read_row(told: Mapping[str, str], shape: _Shape) -> _Row:
    """Raises ValueError, or OverflowError for a time out of reach, in words that follow `Line 3: `."""
    title = clean_line(told["title"])
    if not title:
        raise ValueError("the question has no title")
    created_at = _time(told["created_at"])
    notes = read_notes(clean(told["notes"]))
    resolution, resolved_at = _ending(told, created_at, annulled=notes.annulled)
    separator = ";" if shape is _EXPORT else ","
    question = FatebookQuestion(
        title,
        created_at,
        (),
        _time(told["resolve_by"]).date() if told["resolve_by"] else None,
        resolution,
        resolved_at,
        notes.criteria,
        notes.reasoning,
        notes.more,
        tuple(dict.fromkeys(filter(None, map(clean_line, told["tags"].split(separator))))),
        clean_line(told.get("option", "")),
    )
    made_at = _time(told["made_at"]) if told["made_at"] else created_at
    forecast = Forecast(_probability(told["forecast"], shape.whole), made_at)
    return _Row(question, forecast, notes.views, clean_line(told.get("forecaster", "")))


def _ending(
    told: Mapping[str, str], created_at: datetime, *, annulled: bool
) -> tuple[Outcome, datetime] | tuple[None, None]:
    word = told["resolution"].upper()
    if not word:
        return None, None
    if word not in _OUTCOMES:
        raise ValueError(f"the resolution “{_quoted(word)}” is none of YES, NO and AMBIGUOUS")
    outcome = _OUTCOMES[word]
    if annulled and outcome is Outcome.AMBIGUOUS:
        outcome = Outcome.ANNULLED
    return outcome, _time(told["resolved_at"]) if told["resolved_at"] else created_at + _UNTIL_RESOLVED


def _probability(text: str, whole: int) -> float:
    bare = text.removesuffix("%").rstrip() if whole > 1 else text
    number = Decimal(bare) if _NUMBER.fullmatch(bare) else None
    if number is None:
        raise ValueError(f"the forecast “{_quoted(text)}” is no number")
    if number > whole:
        raise ValueError(f"the forecast “{_quoted(text)}” is not within 0 and {whole}")
    return float(number / whole)


def _time(text: str) -> datetime:
    """A time in UTC, where the text names no other zone; a day alone is its first moment."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f"“{_quoted(text)}” is no time such as 2026-11-21 07:27:41")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = found[7]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if zone and zone != "Z":
        ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment += ahead if zone[0] == "-" else -ahead
    return moment


def _quoted(text: str) -> str:
    return shorten(clean_line(text), 40)


def _notes_of(question: FatebookQuestion) -> Notes:
    return Notes(
        question.criteria,
        question.reasoning,
        question.resolution is Outcome.ANNULLED,
        tuple(View(made.made_at, made.reasoning) for made in question.forecasts if made.reasoning),
        question.notes,
    )


def _resolution(question: FatebookQuestion) -> str:
    """Fatebook knows no annulled questions: they are ambiguous there, and their notes say so."""
    return _RESOLUTIONS.get(question.resolution, "AMBIGUOUS") if question.resolution else ""


def _decimal(probability: float, whole: int) -> str:
    """The number in full, as Python would write it, without an exponent."""
    number = Decimal(repr(float(probability))) * whole
    return f"{number.normalize():f}"


def _export_time(moment: datetime | None) -> str:
    return time_text(moment) if moment else ""


def _import_time(moment: datetime | None) -> str:
    return _export_time(moment).replace(" ", "T") + "Z" if moment else ""


def _tag(tag: str) -> str:
    return " ".join(tag.replace(",", " ").replace(";", " ").split())

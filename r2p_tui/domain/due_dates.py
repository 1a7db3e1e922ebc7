"""Due dates as people say them: `2y`, `18mo`, `6 weeks`, `2028-11-21`, `tomorrow`."""

from __future__ import annotations

from datetime import date, timedelta

from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line

MAX_YEARS = 50
_MOST_DIGITS = 6
_WAYS = "Write 90d, 6w, 18mo, 2y or a day such as {example}."

# Months and days in one of each unit.
_UNITS = {
    **dict.fromkeys(("d", "day", "days"), (0, 1)),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), (0, 7)),
    **dict.fromkeys(("mo", "mos", "month", "months"), (1, 0)),
    **dict.fromkeys(("q", "quarter", "quarters"), (3, 0)),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), (12, 0)),
}
_NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "next"), 1),
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_FILLERS = ("in", "within", "and")


def due_date(text: str, today: date) -> date:
    """The calendar day that is meant; a month later than the 31st is the last day of a shorter month.

    Raises UsageError for a day before today, more than 50 years ahead, or in no day at all, with the
    nearest reading as the hint.
    """
    words = clean_line(text).lower()
    if words in ("today", "tomorrow"):
        return today + timedelta(days=words == "tomorrow")
    day = _written_day(words) or _after(words, today)
    if day is None:
        raise UsageError(f"“{clean_line(text)[:40]}” is no day.", _nearest(words, today))
    return accept_day(day, today, words[:40])


def accept_day(day: date, today: date, said: str = "") -> date:
    """The day itself, where something can fall due on it; raises UsageError about what was `said`."""
    last = add_months(today, MAX_YEARS * 12)
    if day < today:
        raise UsageError(
            f"{day.isoformat()} is before today, {today.isoformat()}.",
            f"Did you mean {_next_such_day(day, today).isoformat()}?",
        )
    if day > last:
        raise UsageError(
            f"{said or day.isoformat()} is more than {MAX_YEARS} years ahead.",
            f"The last day that can be taken is {last.isoformat()}.",
        )
    return day


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is shorter; up to the year 9998."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _day_within(year, month + 1, day.day)


def _day_within(year: int, month: int, day: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(day, last.day))


def _written_day(words: str) -> date | None:
    """`2028-11-21` and nothing like it: other ISO forms are for machines."""
    if len(words) != 10 or words[4] + words[7] != "--":
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _after(words: str, today: date) -> date | None:
    """Amounts with their units, the months before the days; None where something else stands there."""
    parts = [part for part in _split(words) if part not in _FILLERS]
    months = days = 0
    for amount, unit in zip(parts[::2], parts[1::2], strict=False):
        if unit not in _UNITS or (count := _count(amount)) is None:
            return None
        months, days = months + count * _UNITS[unit][0], days + count * _UNITS[unit][1]
    if not parts or len(parts) % 2:
        return None
    # Far beyond the limit one number is as good as another, and years end at 9999.
    ahead = add_months(today, min(months, (MAX_YEARS + 1) * 12))
    return ahead + timedelta(days=min(days, (MAX_YEARS + 1) * 366))


def _split(words: str) -> list[str]:
    """`1y 6mo` as 1, y, 6, mo: cut at white space and where digits meet letters."""
    spaced = ""
    for before, letter in zip(" " + words, words, strict=False):
        spaced += " " * (before.isalnum() and letter.isalnum() and before.isdigit() != letter.isdigit())
        spaced += letter
    return spaced.split()


def _count(amount: str) -> int | None:
    if amount.isascii() and amount.isdigit():
        return int(amount) if len(amount) <= _MOST_DIGITS else 10**_MOST_DIGITS
    return _NUMBERS.get(amount)


def _next_such_day(day: date, today: date) -> date:
    """The same day of the year, the first time that it is not over."""
    this_year = _day_within(today.year, day.month, day.day)
    return this_year if this_year >= today else _day_within(today.year + 1, day.month, day.day)


def _nearest(words: str, today: date) -> str:
    meant = _nearest_day(words, today) or _nearest_span(words) or ""
    day = _written_day(meant) or _after(meant, today)
    if day is None or day > add_months(today, MAX_YEARS * 12):
        return _WAYS.format(example=add_months(today, 24).isoformat())
    return f"Did you mean {meant}?"


def _nearest_day(words: str, today: date) -> str | None:
    """The day in `2028/11/21`, `21.11.2028`, `11/21/2028`, `2027-02-29`, `2028-11` or `2028`."""
    for mark in "./":
        words = words.replace(mark, "-")
    parts = words.split("-")
    numbers = [int(part) if part.isascii() and part.isdigit() and len(part) <= 4 else 0 for part in parts]
    if len(numbers) > 1 and numbers[0] <= 31:
        numbers.reverse()
    year, month, day = [*numbers, 12, 31][:3] if len(numbers) == 1 else [*numbers, 31][:3]
    if len(numbers) == 3 and month > 12 >= day:
        month, day = day, month
    if len(numbers) > 3 or not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if not today.year <= year <= today.year + MAX_YEARS:
        return None
    meant = _day_within(year, month, day)
    return (meant if meant >= today else _next_such_day(meant, today)).isoformat()


def _nearest_span(words: str) -> str | None:
    """`2 yaers` as 2 years, `18m` as 18mo, `1.5y` as 18mo, and a number alone as so many years."""
    words = words.lstrip("-")
    amount = words.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = words[len(amount) :].strip()
    whole, _, rest = amount.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(amount) > _MOST_DIGITS:
        return None
    if rest == "5" and _UNITS.get(unit) == (12, 0):
        return f"{int(whole) * 12 + 6}mo"
    if rest or int(whole) == 0:
        return None
    if unit in ("", "m"):
        return f"{whole}mo" if unit else f"{whole}y" if int(whole) <= MAX_YEARS else None
    import difflib

    near = difflib.get_close_matches(unit, _UNITS, n=1, cutoff=0.6)
    return f"{whole} {near[0]}" if near else None

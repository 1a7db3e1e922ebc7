"""What requests cost, and when the effort of making them cheaper has paid for itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from r2p_tui.domain.measurements import Cost, Interval
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line, count_of

_SECONDS_PER_HOUR = 3600
_MONTHS = 12
_DAYS = 365.25 / _MONTHS


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value between its worst and best case; `low` and `high` are equal to it where it is exact."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PayBack:
    """Whether an effort pays: money saved a month, months until it is paid, return after 12 months.

    `months` counts from the day of the change, None for never; `months_low` and `months_high` are the best
    and the worst case, None for never too. `roi_12` is (12 months' savings - effort) / effort, None where
    there was no effort.
    """

    effort: Estimate
    monthly_saving: Estimate
    months: float | None
    months_low: float | None
    months_high: float | None
    roi_12: Estimate | None
    sentence: str


def exactly(value: float) -> Estimate:
    """A value without a range."""
    return Estimate(value, value, value)


def cost_per_thousand(
    throughput: float,
    price_per_hour: float,
    throughput_interval: Interval | None = None,
    *,
    currency: str = "$",
) -> Cost:
    """What 1,000 requests cost on a machine that is kept busy; `throughput` in requests a second.

    There is no interval where that of the throughput reaches down to 0. Raises UsageError for a throughput
    that is not above 0, or a price below it.
    """
    _must(throughput > 0 and math.isfinite(throughput), f"{throughput:g} requests a second have no price.")
    _must(price_per_hour >= 0 and math.isfinite(price_per_hour), f"{price_per_hour:g} an hour is no price.")
    of = _per_thousand(price_per_hour)
    interval = None
    if throughput_interval is not None and 0 < throughput_interval.low <= throughput_interval.high:
        interval = Interval(
            of(throughput_interval.high), of(throughput_interval.low), throughput_interval.level
        )
    sign = clean_line(currency)[:8]
    span = _span(interval, sign)
    sentence = (
        f"{_money(of(throughput), sign)} per 1,000 requests{span}, at {_money(price_per_hour, sign)} an hour"
        f" and {throughput:,.4g} requests a second."
    )
    return Cost(
        price_per_hour=price_per_hour,
        per_thousand=of(throughput),
        interval=interval,
        sentence=sentence,
    )


def pay_back(
    before: Cost,
    after: Cost,
    *,
    requests_per_month: float | Estimate,
    effort: float | Estimate,
    running_per_month: float | Estimate = 0.0,
    currency: str = "$",
) -> PayBack:
    """When going from one cost to the other has paid its one-time `effort`, all in the same currency.

    What is saved is the difference in cost of the requests of a month, less `running_per_month` that the
    change itself costs: true where capacity is paid as it is used. Ranges join the worst ends of all inputs,
    and the best: wider than an interval of 95 %. Raises UsageError for amounts below 0.
    """
    requests, spent, running = (
        _amount(requests_per_month, "requests a month"),
        _amount(effort, "effort"),
        _amount(running_per_month, "running cost"),
    )
    saved = _saving(_cost_range(before), _cost_range(after), requests, running)
    sign = clean_line(currency)[:8]
    back = PayBack(
        effort=spent,
        monthly_saving=saved,
        months=_months(spent.value, saved.value),
        months_low=_months(spent.low, saved.high),
        months_high=_months(spent.high, saved.low),
        roi_12=_returned(spent, saved),
        sentence="",
    )
    return replace(back, sentence=_sentence(back, sign))


def _per_thousand(price_per_hour: float) -> Callable[[float], float]:
    return lambda throughput: price_per_hour / _SECONDS_PER_HOUR / throughput * 1000


def _saving(before: Estimate, after: Estimate, requests: Estimate, running: Estimate) -> Estimate:
    """Money a month; a loss grows with requests as a saving does, so all corners are tried."""
    least, most = before.low - after.high, before.high - after.low
    thousands = (requests.low / 1000, requests.high / 1000)
    return Estimate(
        min(least * amount for amount in thousands) - running.high,
        (before.value - after.value) * requests.value / 1000 - running.value,
        max(most * amount for amount in thousands) - running.low,
    )


def _months(effort: float, saving: float) -> float | None:
    if saving <= 0:
        return None
    return effort / saving


def _returned(effort: Estimate, saving: Estimate) -> Estimate | None:
    if effort.low <= 0:
        return None
    low, high = _MONTHS * saving.low, _MONTHS * saving.high
    return Estimate(
        min((low - spent) / spent for spent in (effort.low, effort.high)),
        (_MONTHS * saving.value - effort.value) / effort.value,
        max((high - spent) / spent for spent in (effort.low, effort.high)),
    )


def _sentence(back: PayBack, sign: str) -> str:
    saved = back.monthly_saving
    if saved.value == 0 and saved.low == saved.high:
        return "Nothing is saved, so the effort is never paid back."
    if back.months is None:
        worse = (
            "Nothing is saved" if saved.value == 0 else f"It costs {_money(-saved.value, sign)} a month more"
        )
        best = "" if back.months_low is None else f"; at best it is paid back after {_time(back.months_low)}"
        return f"{worse}, so the effort is never paid back{best}."
    saves = f"Saves {_money(saved.value, sign)} a month{_range_words(saved, sign)}"
    return f"{saves}; {_paid(back, back.months, sign)}."


def _paid(back: PayBack, months: float, sign: str) -> str:
    low, high = back.months_low, back.months_high
    if back.effort.high == 0:
        return "there was no effort to pay back"
    span = "" if low == high else f" ({_time(low)} to {_time(high)})"
    paid = f"the effort of {_money(back.effort.value, sign)} is paid back after {_time(months)}{span}"
    if back.roi_12 is None:
        return paid
    roi = back.roi_12
    spread = "" if roi.low == roi.high else f" ({roi.low * 100:,.0f} to {roi.high * 100:,.0f} %)"
    return f"{paid}, and 12 months return {roi.value * 100:,.0f} %{spread}"


def _time(months: float | None) -> str:
    if months is None:
        return "never"
    if 0 < months < 1:
        return count_of(max(round(months * _DAYS), 1), "day")
    return f"{months:,.1f} months" if months < 120 else f"{months / 12:,.0f} years"


def _range_words(saved: Estimate, sign: str) -> str:
    return "" if saved.low == saved.high else f" ({_money(saved.low, sign)} to {_money(saved.high, sign)})"


def _span(interval: Interval | None, sign: str) -> str:
    if interval is None:
        return ""
    low, high = _money(interval.low, sign), _money(interval.high, sign)
    return f" ({interval.level * 100:g} %: {low} to {high})"


def _money(amount: float, sign: str) -> str:
    """`$0.0123`, `$1,250.00`, `-$3.20`: cents from one up, three digits that count below it."""
    size = abs(amount)
    text = f"{size:,.2f}" if size >= 1 or size == 0 else f"{size:.3g}" if size >= 1e-4 else f"{size:.2e}"
    return f"{'-' if amount < 0 else ''}{sign}{text}"


def _cost_range(cost: Cost) -> Estimate:
    if cost.interval is None:
        return exactly(cost.per_thousand)
    return Estimate(cost.interval.low, cost.per_thousand, cost.interval.high)


def _amount(given: float | Estimate, name: str) -> Estimate:
    amount = given if isinstance(given, Estimate) else exactly(float(given))
    parts = (amount.low, amount.value, amount.high)
    _must(all(math.isfinite(part) and part >= 0 for part in parts), f"{name} must be 0 or more.")
    _must(amount.low <= amount.value <= amount.high, f"{name} lies outside its own range.")
    return amount


def _must(holds: bool, message: str) -> None:
    if not holds:
        raise UsageError(message[:1].upper() + message[1:], "Give amounts as plain numbers, 0 or more.")

"""The number in a cell: its unit, its deviation, a delta given in brackets, and marks."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Mark = Literal["best", "second", ""]


@dataclass(frozen=True, slots=True)
class Value:
    """The number of one cell; 64.4% is 64.4 with `percent` set, and 12.3M is 12,300,000.

    `given_delta` is the signed difference the paper itself prints beside the number, `count` the n of `n=5`.
    """

    number: float
    text: str
    unit: str | None = None
    deviation: float | None = None
    count: int | None = None
    given_delta: float | None = None
    percent: bool = False
    mark: Mark = ""


LONGEST_NUMBER = 80  # characters; a longer cell is prose
LARGEST_PLAIN = 1e9  # beyond it, a difference is written with a power of ten
# Decimals of a difference that no printed number gives an example for.
DIGITS_ALONE = 4
ROUNDING_NOISE = 1e-9
MULTIPLIERS = {"k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}
UNITS = (
    "tokens/s", "tok/s", "img/s", "imgs/s", "images/s", "it/s", "GFLOPs", "GFLOPS", "MFLOPs", "TFLOPs",
    "GMACs", "FLOPs", "GiB", "MiB", "KiB", "GB", "MB", "KB", "TB", "FPS", "fps", "Hz", "dB", "ms", "µs",
    "us", "ns", "secs", "sec", "mins", "min", "hours", "hour", "hrs", "hr", "days", "day", "mm", "cm", "px",
    "pts", "pt", "pp", "mJ", "kW", "bits", "bit", "s", "h", "m", "d", "W", "J", "×", "%", "°",
)  # fmt: skip

CHECKS = frozenset({"✓", "✔", "☑", "✅", "√", "yes", "y", "true", "on", "●", "w/", "with", "+"})
CROSSES = frozenset(
    {"✗", "✘", "✕", "✖", "☒", "❌", "×", "x", "no", "n", "false", "off", "○", "w/o", "without"}
)
MISSING = frozenset(
    {"", "-", "--", "---", "–", "—", "−", "/", "n/a", "na", "n.a.", "n.a", "…", "...", "none"}
)

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "﹣": "-", "⋅": "·", "∙": "·", "•": "·", "∼": "~", "≈": "~", "▲": "↑", "▼": "↓"}
)
_MARKUP = re.compile(
    r"\\(?:textbf|mathbf|bm|underline|textit|mathrm|text|emph)\b|[{}]|\*\*|__|(?<!\\)\$(?=[^$]*\$)|(?<!\\)\$$|\\(?=\$)"
)
_BEST = re.compile(r"\*\*|\\(?:textbf|mathbf|bm)\b")
_SECOND = re.compile(r"__|\\underline\b")
_FOOTNOTE = re.compile(r"[\s^]*(?:[*†‡§¶#⋆★◦∗]+|\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+$")

_DIGITS = r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
# A text layer that loses superscripts writes 2.3·1019 for 2.3·10^19; 2 × 1024 stays what it says, a size.
_POWER = (
    r"(?:[eE]\s?[+-]?\d{1,3}|\s*[·×x*]\s*10\^\s*[+-]?\d{1,3}|\s*[·×x]\s*10-\d{1,2}"
    r"|\s*·\s*10\d{1,2}|(?<=\.\d)\s?×\s?10\d{1,2}|(?<=\.\d\d)\s?×\s?10\d{1,2})"
)
_UNIT = "|".join(re.escape(unit) for unit in UNITS)
_NUMBER = re.compile(
    rf"(?P<about>[~><≥≤±]|<=|>=)?\s*(?P<sign>[+-])?\s*(?P<money>[$€£])?(?P<digits>{_DIGITS})(?P<power>{_POWER})?"
    rf"(?:\s?(?P<scale>[kKMGBT])(?![A-Za-z]))?\s*(?P<unit>{_UNIT}|x(?![\w]))?(?![\w.])"
)
_PRECISION = re.compile(
    r"(?:\d[\d,]*(?:\.(?P<decimals>\d+))?|\.(?P<bare>\d+))\s?(?P<scale>[kKMGBT](?![A-Za-z]))?"
)
_TEN_TO = re.compile(r"(?P<sign>[+-])?10\^\s*(?P<exponent>[+-]?\d{1,3})$")
_QUARTER = re.compile(r"1\s?/\s?(\d{1,4})$")
_COUNT = re.compile(r"[nN]\s*=\s*(\d{1,9})")
_DEVIATION = re.compile(rf"\s*_?(?:±|\+/?-|\\pm)\s*(?P<number>{_DIGITS})\s*%?")
_DELTA = re.compile(
    rf"\s*[(\[]\s*(?P<sign>[+-]|↑|↓)\s*(?P<number>{_DIGITS})\s*(?:%|pp|pts?|×|x)?\s*[↑↓]?\s*[)\]]"
    rf"|\s*(?P<arrow>↑|↓)\s*(?P<up>{_DIGITS})\s*%?"
    rf"|\s*[(\[]\s*(?P<after>{_DIGITS})\s*%?\s*(?P<afterarrow>↑|↓)\s*[)\]]"
    rf"|\s+(?P<bare>[+-])(?P<loose>{_DIGITS})|(?P<tight>[+-])(?P<decimal>\d*\.\d+)"
)
_BRACKET = re.compile(rf"\s*\(\s*(?P<number>{_DIGITS})\s*(?P<percent>%)?\s*\)")
_INTERVAL = re.compile(rf"\s*[(\[]\s*-?{_DIGITS}\s*[,;-]\s*-?{_DIGITS}\s*[)\]]")
_COUNT_AFTER = re.compile(r"\s*\(?\s*[nN]\s*=\s*(\d{1,9})\s*\)?")
_UNIT_AFTER = re.compile(rf"\s*(?P<unit>{_UNIT})(?!\w)")
_LONE_MARK = re.compile(r"\s*[↑↓†‡*]")
_NOTE = re.compile(r"\s*\([^()\d]{1,30}\)")


def parse_value(text: str) -> Value | None:
    """The value a cell states, or None for words, check marks, dashes, ranges and cells with two values."""
    if len(text) > LONGEST_NUMBER or not any(character.isdecimal() for character in text):
        return None
    plain = _plain(text)
    value = _special(plain, text) or _general(plain, text)
    return value if value and math.isfinite(value.number) else None


def signed(difference: float, *like: str) -> str:
    """A difference as text, with decimals and multiplier of the texts it lies between: `-0.90`, `+1.2M`.

    One decimal more where the difference needs it, as a mean does; without texts as many as it needs.
    """
    found = list(filter(None, (_PRECISION.search(_plain(text[:LONGEST_NUMBER])) for text in like)))
    scale = next((match["scale"] for match in found if match["scale"]), "")
    scaled = difference / 10 ** MULTIPLIERS.get(scale, 0)
    if not scaled:
        return "0"
    decimals = max((len(match["decimals"] or match["bare"] or "") for match in found), default=0)
    most = decimals + 1 if found else DIGITS_ALONE
    while decimals < most and abs(round(scaled, decimals) - scaled) > ROUNDING_NOISE:
        decimals += 1
    if abs(scaled) >= LARGEST_PLAIN or not round(scaled, decimals):
        return f"{scaled:+.2g}{scale}"
    return f"{scaled:+,.{decimals}f}{scale}"


def is_check(text: str) -> bool:
    """Whether a cell only says that something is there: a check mark, yes, w/."""
    return _bare(text) in CHECKS


def is_cross(text: str) -> bool:
    """Whether a cell only says that something is absent: a cross, no, w/o."""
    return _bare(text) in CROSSES


def is_missing(text: str) -> bool:
    """Whether a cell is empty or a stand-in for nothing: a dash, N/A."""
    return _bare(text) in MISSING


def best_mark(texts: Iterable[str]) -> Mark:
    """The mark that markup in the texts sets: bold is best, underlined is second."""
    joined = " ".join(texts)
    if _BEST.search(joined):
        return "best"
    return "second" if _SECOND.search(joined) else ""


def _bare(text: str) -> str:
    return _FOOTNOTE.sub("", text.strip()).strip().lower() if len(text) <= LONGEST_NUMBER else text


def _plain(text: str) -> str:
    """One spelling for signs, powers and spaces; markup and footnote marks are gone."""
    text = text.replace(r"\cdot", "·").replace(r"\times", "×").replace(r"\pm", "±").replace(r"\%", "%")
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", _superscript, text)
    text = unicodedata.normalize("NFKC", text).replace("μs", "µs").replace("μ", "µ")
    text = _MARKUP.sub("", text.translate(_SIGNS)).replace("_", " ").strip()
    return _FOOTNOTE.sub("", text).strip()


def _superscript(match: re.Match[str]) -> str:
    """A power as `^n`; behind decimals it can only be a footnote mark."""
    if re.search(r"\.\d+\s?%?$", match.string[: match.start()][-LONGEST_NUMBER:]):
        return "†"
    return "^" + match.group().translate(_SUPERSCRIPTS)


def _special(plain: str, text: str) -> Value | None:
    mark = best_mark((text,))
    if found := _COUNT.fullmatch(plain):
        return Value(float(found[1]), text, count=int(found[1]), mark=mark)
    if (found := _QUARTER.fullmatch(plain)) and int(found[1]):
        return Value(1 / int(found[1]), text, mark=mark)
    if found := _TEN_TO.fullmatch(plain):
        return Value(float(f"{found['sign'] or ''}1e{found['exponent']}"), text, mark=mark)
    if plain.startswith("(") and plain.endswith(")") and _NUMBER.fullmatch(plain[1:-1].strip()):
        return _general(plain[1:-1].strip(), text)
    if plain[:1] in ("↑", "↓"):
        return _general(("+" if plain[0] == "↑" else "-") + plain[1:].strip(), text)
    return None


def _general(plain: str, text: str) -> Value | None:
    found = _NUMBER.match(plain)
    if found is None:
        return None
    number = _number(found)
    extras = _extras(plain[found.end() :], number, whole="." not in found["digits"])
    if extras is None:
        return None
    unit = found["money"] or found["unit"]
    unit = "×" if unit == "x" else unit
    percent = unit == "%" or extras.percent
    return Value(
        -number if found["sign"] == "-" else number,
        text,
        "%" if percent else unit or extras.unit,
        extras.deviation,
        extras.count,
        extras.given_delta,
        percent,
        best_mark((text,)),
    )


def _number(found: re.Match[str]) -> float:
    exponent = MULTIPLIERS.get(found["scale"] or "", 0)
    if power := found["power"]:
        exponent += int(re.sub(r"^(?:[eE]|\s*[·×x*]\s*10\^?)\s*", "", power))
    return float(Decimal(_joined(found["digits"])).scaleb(exponent))


def _joined(digits: str) -> str:
    return re.sub(r"[,\s]", "", digits)


@dataclass(slots=True)
class _Extras:
    deviation: float | None = None
    count: int | None = None
    given_delta: float | None = None
    percent: bool = False
    unit: str | None = None


def _extras(rest: str, number: float, *, whole: bool) -> _Extras | None:
    """What follows the number; None where something stays that cannot be explained, as a second value."""
    extras = _Extras()
    while rest := _FOOTNOTE.sub("", rest).rstrip():
        length = _take_extra(rest, extras, number, whole)
        if not length:
            return None
        rest = rest[length:]
    return extras


def _take_extra(rest: str, extras: _Extras, number: float, whole: bool) -> int:
    """Reads one addition at the start of `rest` into `extras`; how many characters it took, 0 for none."""
    if (found := _DEVIATION.match(rest)) and extras.deviation is None:
        extras.deviation = float(_joined(found["number"]))
        extras.percent |= "%" in found.group()
        return found.end()
    if (found := _DELTA.match(rest)) and extras.given_delta is None:
        return found.end() if _take_delta(found, extras, number) else 0
    if found := _COUNT_AFTER.match(rest):
        extras.count = int(found[1])
        return found.end()
    if found := _BRACKET.match(rest):
        return found.end() if _take_bracket(found, extras, number, whole) else 0
    if found := _UNIT_AFTER.match(rest):
        extras.unit = found["unit"]
        extras.percent |= extras.unit == "%"
        return found.end()
    found = _INTERVAL.match(rest) or _NOTE.match(rest) or _LONE_MARK.match(rest)
    return found.end() if found else 0


def _take_bracket(found: re.Match[str], extras: _Extras, number: float, whole: bool) -> bool:
    """A small number in brackets is the deviation; one as large as the value is a second value."""
    bracket = float(_joined(found["number"]))
    if found["percent"]:
        return True
    if "." not in found["number"] and not whole:
        return bracket <= 99  # a rank, or a deviation in the last digits: neither is taken for a deviation
    if bracket > abs(number) / 2:
        return False
    extras.deviation = bracket
    return True


def _take_delta(found: re.Match[str], extras: _Extras, number: float) -> bool:
    """A signed number after the value; without brackets or an arrow, a large one is the end of a range."""
    sign = found["sign"] or found["arrow"] or found["afterarrow"] or found["bare"] or found["tight"]
    size = float(
        _joined(found["number"] or found["up"] or found["after"] or found["loose"] or found["decimal"])
    )
    if (found["bare"] or found["tight"]) and size > abs(number) / 2:
        return False
    extras.given_delta = -size if sign in ("-", "↓") else size
    return True

"""Numbers and units as siunitx prints them."""

from __future__ import annotations

import re

_PREFIXES = {
    "nano": "n", "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "kilo": "k", "mega": "M",
    "giga": "G", "tera": "T", "peta": "P", "pico": "p", "femto": "f", "kibi": "Ki", "mebi": "Mi",
    "gibi": "Gi", "tebi": "Ti",
}  # fmt: skip
_UNITS = {
    "second": "s", "metre": "m", "meter": "m", "gram": "g", "kilogram": "kg", "byte": "B", "bit": "bit",
    "hertz": "Hz", "watt": "W", "joule": "J", "volt": "V", "ampere": "A", "newton": "N", "pascal": "Pa",
    "kelvin": "K", "minute": "min", "hour": "h", "day": "d", "percent": "%", "degree": "°",
    "celsius": "°C", "degreeCelsius": "°C", "decibel": "dB", "liter": "L", "litre": "L",
    "electronvolt": "eV", "eV": "eV", "mole": "mol", "radian": "rad", "pixel": "px", "flop": "FLOP",
    "ohm": "Ω", "ns": "ns", "us": "µs", "ms": "ms", "s": "s", "mm": "mm", "cm": "cm", "km": "km",
    "kg": "kg", "Hz": "Hz", "kHz": "kHz", "MHz": "MHz", "GHz": "GHz", "mW": "mW", "W": "W", "kW": "kW",
    "kWh": "kWh", "m": "m", "um": "µm", "nm": "nm", "dB": "dB", "GB": "GB", "MB": "MB", "h": "h",
    "per": "/", "squared": "²", "cubed": "³", "square": "", "cubic": "", "of": "",
}  # fmt: skip
_PART = re.compile(r"\\([a-zA-Z]+)|([^\\\s{}]+)")
_UNCERTAINTY = re.compile(r"\s*(?:\+-|\\pm|±)\s*")
_EXPONENT = re.compile(r"(?<=[\d.])\s*[eEdD]\s*([+-]?\d+)")
_RAISE = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number_text(text: str) -> str:
    """`1.2e-4` as 1.2×10⁻⁴, `1.2 +- 0.3` with a ±; other texts without white space."""
    plain = _UNCERTAINTY.sub("±", text.strip())
    plain = _EXPONENT.sub(lambda found: "×10" + found[1].lstrip("+").translate(_RAISE), plain)
    return "".join(plain.split()).replace(";", "; ")


def unit_text(text: str) -> str:
    r"""`\milli\second` as ms, `\giga\byte\per\second` as GB/s; unknown units stay as they are."""
    found = []
    for match in _PART.finditer(text):
        name = match[1]
        found.append((match[2] or _PREFIXES.get(name) or _UNITS.get(name, name)).replace("~", " "))
    return "".join(found).replace(".", "·")

"""What a surprise consists of, how its numbers are read, and how its gap is told."""

from __future__ import annotations

import re
from typing import NamedTuple

from r2p_tui.errors import UsageError
from r2p_tui.text import clean, clean_line

KINDS = (
    "data", "augmentation", "accuracy", "latency", "memory", "cost", "dependency", "edge case", "label",
    "other",
)  # fmt: skip
MAX_TEXT = 100_000
_MAX_FIELD = 400
_MAX_DIGITS = 40
_MAX_ID_DIGITS = 18

# Compiled when first used: a surprise without numbers should not wait for it.
_MEASURE = (
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)"
    r"\s*(?P<unit>(?:[^\W\d_]|[%°µ/²³])*)"
)


class Measure(NamedTuple):
    """A finite number and its unit, as somebody wrote them."""

    value: float
    unit: str | None = None


class Place(NamedTuple):
    """The work tree, by its remote address or folder, and the folder in which the words were typed."""

    repository: str | None = None
    branch: str | None = None
    commit_sha: str | None = None
    folder: str | None = None


class SurpriseEntry(NamedTuple):
    """A surprise that passed every check; made by `make_entry`, stored as it stands."""

    text: str
    kind: str = "other"
    claim: str | None = None
    claimed_value: float | None = None
    observed: str | None = None
    observed_value: float | None = None
    unit: str | None = None
    place: Place = Place()
    claim_id: int | None = None


class ClaimMention(NamedTuple):
    """A kept claim that somebody may have meant; `sure` where nothing else can be meant."""

    number: int
    sure: bool


class KeptClaim(NamedTuple):
    """What a surprise takes over from a kept claim; `paper` is what the commands call its paper."""

    number: int
    paper_id: int
    paper: str
    value: float
    unit: str | None
    words: str


def make_entry(
    text: str,
    *,
    kind: str = "other",
    claim: str | None = None,
    observed: str | None = None,
    unit: str | None = None,
    place: Place = Place(),  # noqa: B008  (a tuple cannot change)
) -> SurpriseEntry:
    """Clean and check what the user typed; raises UsageError for no or too much text and an unknown kind."""
    words = clean(text).strip()
    if not words:
        raise UsageError(
            "A surprise needs a few words.", 'For example: r2p surprise "31 FPS, paper says 108"'
        )
    if len(words) > MAX_TEXT:
        raise UsageError(
            f"A surprise holds at most {MAX_TEXT:,} characters; this one has {len(words):,}.",
            "Keep the sentence here and the log in a file.",
        )
    if kind not in KINDS:
        raise unknown_kind(kind)
    claim, observed, unit = _field(claim), _field(observed), _field(unit)
    claimed, seen, unit = _in_one_unit(claim, observed, unit)
    return SurpriseEntry(words, kind, claim, claimed, observed, seen, unit, Place(*map(_field, place)))


def mention_of(claim: str | None) -> ClaimMention | None:
    """The kept claim in `claim:12`, for sure, or in a bare `12`, perhaps; None for anything else."""
    if claim is None:
        return None
    before, mark, number = claim.strip().rpartition(":")
    sure = before.strip().lower() == "claim"
    if bool(mark) != sure or not number.strip().isdecimal() or len(number) > _MAX_ID_DIGITS:
        return None
    return ClaimMention(int(number), sure)


def with_claim(entry: SurpriseEntry, kept: KeptClaim) -> SurpriseEntry:
    """The entry about a kept claim: its value and unit, unless what was seen has another unit."""
    about = entry._replace(claim=_field(kept.words), claim_id=kept.number)
    if entry.unit and kept.unit and entry.unit.casefold() != kept.unit.casefold():
        return about._replace(claimed_value=None, observed_value=None)
    return about._replace(claimed_value=kept.value, unit=entry.unit or kept.unit)


def unknown_kind(word: str) -> UsageError:
    """The complaint about a kind that r2p does not know, with the nearest it knows."""
    near = nearest_kind(word)
    hint = f"Did you mean {near}?" if near else f"Kinds: {', '.join(KINDS)}."
    return UsageError(f"“{clean_line(word)[:40]}” is not a kind of surprise.", hint)


def parse_measure(text: str) -> Measure | None:
    """`31`, `31.5`, `1,204`, `31 FPS`, `-3 %`; None for anything else, such as `RT-DETR:tab2` or `31,5`."""
    match = re.fullmatch(_MEASURE, text.strip())
    if match is None or len(match["number"]) > _MAX_DIGITS:
        return None
    value = float(match["number"].replace(",", ""))
    return Measure(value, match["unit"] or None) if abs(value) != float("inf") else None


def nearest_kind(word: str) -> str | None:
    """The kind that `word` names, begins or misspells, in any case; None when none is near."""
    wanted = clean_line(word).lower().replace("-", " ").replace("_", " ")
    if wanted in KINDS:
        return wanted
    begun = [kind for kind in KINDS if wanted and kind.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    import difflib

    return next(iter(difflib.get_close_matches(wanted, KINDS, n=1, cutoff=0.6)), None)


def gap(claimed: float | None, observed: float | None, unit: str | None = None) -> str:
    """`31 of 108 FPS, 71 % less`; one number alone says which it is; empty without numbers."""
    suffix = f" {unit}" if unit else ""
    if observed is None:
        return "" if claimed is None else f"claimed {_number(claimed)}{suffix}"
    if claimed is None:
        return f"saw {_number(observed)}{suffix}"
    return f"{_number(observed)} of {_number(claimed)}{suffix}{_difference(claimed, observed)}"


def _difference(claimed: float, observed: float) -> str:
    if observed == claimed:
        return ", as claimed"
    if claimed == 0:
        return ""
    percent = abs((observed - claimed) / claimed) * 100
    direction = "less" if observed < claimed else "more"
    return f", {percent:,.0f} % {direction}" if percent >= 1 else f", under 1 % {direction}"


def _number(value: float) -> str:
    large = abs(value) >= 1e9 or 0 < abs(value) < 1e-4
    return f"{value:.4g}" if large else f"{value:,.4f}".rstrip("0").rstrip(".")


def _field(value: str | None) -> str | None:
    return (clean_line(value)[:_MAX_FIELD] or None) if value is not None else None


def _in_one_unit(
    claim: str | None, observed: str | None, unit: str | None
) -> tuple[float | None, float | None, str | None]:
    """Both values and their unit; without values where the units differ, since their gap would be a lie."""
    claimed = parse_measure(claim) if claim else None
    seen = parse_measure(observed) if observed else None
    units = {name.casefold(): name for name in (_unit(claimed), _unit(seen), unit) if name}
    if len(units) > 1:
        return None, None, unit
    return _value(claimed), _value(seen), next(iter(units.values()), None)


def _unit(measure: Measure | None) -> str | None:
    return measure.unit if measure else None


def _value(measure: Measure | None) -> float | None:
    return measure.value if measure else None

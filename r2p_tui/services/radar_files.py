"""The radar as files of other programs, with words on what they cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from r2p_tui.domain.radar import Ring
from r2p_tui.domain.radar_export import (
    HOSTED_QUADRANTS,
    FourRings,
    check_quadrants,
    hosted_names,
    missing_quadrants,
    without_skip,
)
from r2p_tui.domain.times import local_day
from r2p_tui.errors import NotFoundError, R2PError, UsageError
from r2p_tui.files import write_named_file
from r2p_tui.formats.radar_aoe import aoe_files
from r2p_tui.formats.radar_csv import byor_csv, byor_json
from r2p_tui.formats.radar_zalando import zalando_config
from r2p_tui.services.desk import Desk
from r2p_tui.services.radar import RadarView, radar
from r2p_tui.text import count_of

Kind = Literal["byor-csv", "byor-json", "aoe", "zalando"]
# Where an AOE radar keeps its own look and words, which an export never writes over.
_CONFIG = "config.json"
_OWN_FILES = ("about.md", _CONFIG)
_MOST_NAMED = 3


class Exported(NamedTuple):
    """What to write: one text, or for AOE texts by their paths in a folder; and what is to be said of it."""

    text: str
    files: Mapping[str, str]
    said: tuple[str, ...]


class Written(NamedTuple):
    """The files that were written; and what is to be said of others in their folder."""

    paths: tuple[Path, ...]
    said: tuple[str, ...]


def export(
    desk: Desk, kind: Kind, *, skip_as: Ring | None = None, hosted: bool = False, now: datetime
) -> Exported:
    """The radar for another program; what is in SKIP is drawn in `skip_as`, or left out where only four fit.

    `hosted` renames the quadrants to those of Thoughtworks' own site. Raises UsageError, NotFoundError where
    nothing is on the radar.
    """
    if hosted and not kind.startswith("byor"):
        raise UsageError(
            "Only Thoughtworks' site wants its own names.", "Leave --hosted, or use --as byor-csv."
        )
    if skip_as is Ring.SKIP:
        raise UsageError("SKIP cannot stand for itself.", "Name another ring, such as hold.")
    view = radar(desk, now=now)
    if not view.techniques:
        raise NotFoundError("Nothing is on the radar yet.", "Add a technique with: r2p radar add")
    check_quadrants(view.techniques, view.quadrants)
    if kind == "aoe":
        if skip_as:
            raise UsageError("AOE's radar has a ring SKIP.", "Leave --skip-as out.")
        files = aoe_files(view.techniques, view.quadrants, local_day(now))
        return Exported("", files, ("SKIP is a ring of its own in its config.json.",))
    return _four_rings(kind, view, skip_as, hosted, now)


def _four_rings(kind: Kind, view: RadarView, skip_as: Ring | None, hosted: bool, now: datetime) -> Exported:
    drawn = without_skip(view.techniques, since=view.since, skip_as=skip_as)
    said = _said_of_skip(drawn, skip_as)
    if kind == "zalando":
        text = zalando_config(drawn.entries, view.quadrants, local_day(now))
        return Exported(text, {}, (*said, "Zalando's file holds no descriptions."))
    if empty := missing_quadrants(drawn.entries, view.quadrants):
        said.append(f"BYOR wants something in each of four quadrants; nothing stands in {', '.join(empty)}.")
    entries = drawn.entries
    if hosted:
        entries = hosted_names(entries, view.quadrants)
        pairs = zip(view.quadrants, HOSTED_QUADRANTS, strict=True)
        said.append(f"Quadrants are renamed: {', '.join(f'{ours} to {theirs}' for ours, theirs in pairs)}.")
    text = byor_csv(entries) if kind == "byor-csv" else byor_json(entries)
    return Exported(text, {}, tuple(said))


def _said_of_skip(drawn: FourRings, skip_as: Ring | None) -> list[str]:
    if not drawn.skipped:
        return []
    who = f"{count_of(len(drawn.skipped), 'technique')} in SKIP"
    names = ", ".join(drawn.skipped)
    are = "is" if len(drawn.skipped) == 1 else "are"
    if skip_as:
        return [f"{who} {are} drawn as {skip_as}: {names}."]
    return [f"{who} {are} left out, since that radar has four rings: {names}. Draw with --skip-as hold."]


def write(exported: Exported, place: Path) -> Written:
    """Write a text to a file, or files into a folder, each whole or not at all; raises R2PError."""
    wanted = {place / name: text for name, text in exported.files.items()} or {place: exported.text}
    if exported.files and place.exists() and not place.is_dir():
        raise UsageError(f"{place} is a file; AOE's radar is a folder.", "Name a folder, new or not.")
    said = _said_of_folder(place, wanted) if exported.files else []
    for path in [place / name for name in _OWN_FILES if (place / name).exists()]:
        wanted.pop(path, None)
    for path, text in wanted.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_named_file(path, text.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise R2PError(f"{path} cannot be written: {reason}.", "Choose another place.") from error
    return Written(tuple(wanted), tuple(said))


def _said_of_folder(place: Path, wanted: Mapping[Path, str]) -> list[str]:
    """On a configuration of the user's own, and on items of techniques that were dropped since."""
    said = []
    if _is_another(place / _CONFIG, wanted[place / _CONFIG]):
        said.append(
            f"{_CONFIG} is there already and stays; AOE leaves out what stands in a ring or quadrant that it"
            " does not name."
        )
    found = (path for path in (place / "radar").rglob("*.md") if path not in wanted)
    if others := sorted(path.relative_to(place).as_posix() for path in found):
        names = ", ".join(others[:_MOST_NAMED]) + ", …" * (len(others) > _MOST_NAMED)
        files = count_of(len(others), "file")
        said.append(f"{files} below radar that this export did not write, and that AOE draws too: {names}.")
    return said


def _is_another(path: Path, text: str) -> bool:
    """Whether something else than the text is there already."""
    try:
        return path.read_text("utf-8", "replace") != text
    except FileNotFoundError:
        return False
    except OSError:
        return True

"""The radar for AOEpeople/aoe_technology_radar: Markdown files by day, and its `config.json`.

Its rings are configurable, so SKIP is the fifth. An item is known by the name of its file; each dated folder
in which it appears is a revision of it.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

import yaml

from r2p_tui.domain.radar import Move, Ring, Technique
from r2p_tui.domain.radar_export import check_quadrants, next_words
from r2p_tui.domain.times import local_day, short_date

_RING_STYLES: Final = {
    Ring.ADOPT: ("#588157", 0.42, 5),
    Ring.TRIAL: ("#457b9d", 0.6, 3),
    Ring.ASSESS: ("#bc6c25", 0.76, 2),
    Ring.HOLD: ("#d62828", 0.89, 1),
    Ring.SKIP: ("#6c757d", 1, 0.75),
}
_RING_WORDS: Final = {
    Ring.ADOPT: "In production, and the first choice for new work.",
    Ring.TRIAL: "Tried on our own data, in a project that can bear the risk.",
    Ring.ASSESS: "Worth understanding; a proof of concept is next.",
    Ring.HOLD: "Not for new work now.",
    Ring.SKIP: "Decided against, for a reason that is written down.",
}
_QUADRANT_COLORS: Final = ("#a3b18a", "#588157", "#3f633e", "#40713f")
# Windows keeps these names for devices.
_TAKEN = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_LONGEST_SLUG = 60


class _Quoted(str):
    """A string that stays one: AOE's YAML reader takes a bare `1e3` for a number, ours does not."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


def aoe_files(techniques: Iterable[Technique], quadrants: Sequence[str], day: date) -> dict[str, str]:
    """What to write where, by path: `about.md`, `config.json`, `radar/2026-11-21/rt-detr.md` and so on.

    `day` is that of the export. Raises UsageError for a technique in a quadrant that is not named.
    """
    told = sorted(techniques, key=lambda technique: technique.id)
    check_quadrants(told, quadrants)
    quadrant_ids = dict(zip(quadrants, _unique(_slug(name, "quadrant") for name in quadrants), strict=True))
    files = {"about.md": _about(day), "config.json": _config(quadrant_ids)}
    names = _unique(_slug(technique.name, f"technique-{technique.id}") for technique in told)
    for technique, name in zip(told, names, strict=True):
        for moved_on, text in _revisions(technique, quadrant_ids[technique.quadrant]):
            files[f"radar/{moved_on}/{name}.md"] = text
    return dict(sorted(files.items()))


def _revisions(technique: Technique, quadrant: str) -> Iterator[tuple[date, str]]:
    """A file for each day on which the technique moved; the last also says what stands now."""
    days = [(day, list(moves)) for day, moves in groupby(technique.moves, lambda move: _day(move))]
    for day, moves in days:
        now = day == days[-1][0]
        lines = [_move_words(move) for move in moves]
        if now:
            lines = [technique.description, *lines, next_words(technique), *_behind(technique)]
        front = {
            "title": _Quoted(technique.name),
            "ring": moves[-1].to_ring.lower(),
            "quadrant": _Quoted(quadrant),
            "tags": [technique.bucket.value],
            "featured": True,
        }
        yield day, _markdown(front, [line for line in lines if line])


def _day(move: Move) -> date:
    """The calendar day of the user's own clock, as everywhere else."""
    return local_day(move.moved_at)


def _move_words(move: Move) -> str:
    where = f"From {move.from_ring} to {move.to_ring}" if move.from_ring else f"New in {move.to_ring}"
    return f"{where} on {short_date(_day(move))}: {move.reason}"


def _behind(technique: Technique) -> list[str]:
    papers = [f"- {paper.key}: {paper.title}" for paper in technique.papers]
    owner = [f"Owner: {technique.owner}"] if technique.owner else []
    return [*owner, *(["Papers behind it:\n\n" + "\n".join(papers)] if papers else [])]


def _markdown(front: dict[str, object], paragraphs: Sequence[str]) -> str:
    header = yaml.dump(front, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    # AOE shows raw HTML of a file as it is.
    body = html.escape("\n\n".join(paragraphs), quote=False)
    return f"---\n{header}---\n\n{body}\n"


def _config(quadrant_ids: dict[str, str]) -> str:
    config = {
        "quadrants": [
            {"id": quadrant_id, "title": name, "description": "", "color": color}
            for (name, quadrant_id), color in zip(quadrant_ids.items(), _QUADRANT_COLORS, strict=True)
        ],
        "rings": [
            {
                "id": ring.lower(), "title": ring.capitalize(), "description": _RING_WORDS[ring],
                "color": color, "radius": radius, "strokeWidth": stroke,
            }
            for ring, (color, radius, stroke) in _RING_STYLES.items()
        ],
        "labels": {"title": "Technology Radar"},
    }  # fmt: skip
    return json.dumps(config, indent=2, ensure_ascii=False) + "\n"


def _about(day: date) -> str:
    words = f"Written by r2p on {short_date(day)}. Each day on which a technique moved is an edition."
    return f"# About this radar\n\n{words}\n"


def _slug(name: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-")
    return otherwise if not slug or _TAKEN.fullmatch(slug) else slug


def _unique(slugs: Iterable[str]) -> list[str]:
    """The slugs in their order; what came before keeps its name, later ones are numbered."""
    used: dict[str, None] = {}
    for slug in slugs:
        name, count = slug, 1
        while name in used:
            count += 1
            name = f"{slug}-{count}"
        used[name] = None
    return list(used)

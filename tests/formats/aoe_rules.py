"""How the AOE technology radar reads its files, written from its `buildData.ts`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import yaml


@dataclass
class Item:
    """An item as it stands after the last edition; `revisions` are (edition, ring)."""

    title: str
    ring: str
    quadrant: str
    body: str
    release: str
    tags: list[str]
    revisions: list[tuple[str, str]] = field(default_factory=list)
    flag: str = "default"


def read_radar(files: dict[str, str]) -> dict[str, Item]:
    """The items by id; those whose ring or quadrant the configuration does not name are dropped, as there."""
    config = json.loads(files["config.json"])
    items: dict[str, Item] = {}
    for path in sorted(path for path in files if path.startswith("radar/")):
        _, release, name = path.split("/")
        _, front, body = files[path].split("---\n", 2)
        data = yaml.safe_load(front)
        body = body.strip()
        known = items.get(name.removesuffix(".md"))
        kept = known.body if known else ""
        item = Item(data["title"], data["ring"], data["quadrant"], body or kept, release, data["tags"])
        item.revisions = [*(known.revisions if known else []), (release, data["ring"])]
        items[name.removesuffix(".md")] = item
    editions = sorted({release for item in items.values() for release, _ in item.revisions})
    for item in items.values():
        if len(editions) > 1 and item.release == editions[-1]:
            item.flag = "new" if len(item.revisions) == 1 else "changed"
    rings = {ring["id"] for ring in config["rings"]}
    quadrants = {quadrant["id"] for quadrant in config["quadrants"]}
    return {key: item for key, item in items.items() if item.ring in rings and item.quadrant in quadrants}

"""The radar for AOE, read back by the rules of its generator."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from r2p_tui.domain.radar import Ring
from r2p_tui.errors import UsageError
from r2p_tui.formats.radar_aoe import aoe_files
from tests.formats.aoe_rules import read_radar
from tests.formats.techniques import QUADRANTS, RADAR, at, technique

DAY = date(2026, 11, 21)


def test_aoe_reads_every_technique_with_its_history() -> None:
    files = aoe_files(RADAR, QUADRANTS, DAY)
    items = read_radar(files)
    assert {item.title: item.ring for item in items.values()} == {one.name: one.ring.lower() for one in RADAR}
    assert items["rt-detr"].revisions == [("2026-03-02", "assess"), ("2026-11-03", "trial")]
    assert items["rt-detr"].flag == "default"
    assert items["deformable-attention"].flag == "changed"
    assert items["rt-detr"].body.split("\n\n") == [
        "Detection without NMS &lt;and&gt; &amp; more",
        "From ASSESS to TRIAL on 3 Nov 2026: reason 2",
        "Owner: Ann",
        "Papers behind it:",
        "- 2304.08069: DETRs Beat YOLOs",
    ]
    assert "Written by r2p on 21 Nov 2026" in files["about.md"]


def test_the_configuration_has_five_rings_that_grow_and_four_quadrants() -> None:
    config = json.loads(aoe_files((), QUADRANTS, DAY)["config.json"])
    assert [ring["id"] for ring in config["rings"]] == ["adopt", "trial", "assess", "hold", "skip"]
    radii = [ring["radius"] for ring in config["rings"]]
    assert radii == sorted(set(radii)) and radii[-1] == 1
    assert [quadrant["title"] for quadrant in config["quadrants"]] == list(QUADRANTS)


def test_moves_of_one_day_are_one_edition_and_end_in_the_last_ring() -> None:
    moved = technique(
        1, "LoRA", "Training", (None, Ring.ASSESS, at(11, 3, 8)), (Ring.ASSESS, Ring.HOLD, at(11, 3, 20))
    )
    files = aoe_files([moved], QUADRANTS, DAY)
    assert [path for path in files if path.startswith("radar/")] == ["radar/2026-11-03/lora.md"]
    assert read_radar(files)["lora"].ring == "hold"
    assert "reason 1" in files["radar/2026-11-03/lora.md"] and "reason 2" in files["radar/2026-11-03/lora.md"]


@pytest.mark.parametrize("name", ["1e3", "2024-01-01", "yes", "null", "a: b", "#1", '"', "- x", "naïve “é”"])
def test_a_title_is_a_string_for_every_reader_of_yaml(name: str) -> None:
    files = aoe_files([technique(1, name, "Data", (None, Ring.TRIAL, at(11, 3)))], QUADRANTS, DAY)
    (path,) = (path for path in files if path.startswith("radar/"))
    assert re.search(r'^title: ".*"$', files[path], re.MULTILINE)
    assert [item.title for item in read_radar(files).values()] == [name]


def test_file_names_are_safe_and_each_technique_keeps_its_own() -> None:
    names = ("../../etc/passwd", "C++", "C#", "蒸留", "CON", "x" * 300)
    told = [
        technique(number, name, "Data", (None, Ring.TRIAL, at(11, 3))) for number, name in enumerate(names, 1)
    ]
    files = [path for path in aoe_files(told[::-1], QUADRANTS, DAY) if path.startswith("radar/")]
    assert sorted(path.split("/")[2] for path in files) == [
        "c-2.md", "c.md", "etc-passwd.md", "technique-4.md", "technique-5.md", "x" * 60 + ".md",
    ]  # fmt: skip
    assert "radar/2026-11-03/c.md" in files and all(path.count("/") == 2 for path in files)
    assert 'title: "C++"' in aoe_files(told, QUADRANTS, DAY)["radar/2026-11-03/c.md"]


def test_a_quadrant_that_the_settings_do_not_name_is_asked_about() -> None:
    stray = technique(1, "LoRA", "Tricks", (None, Ring.TRIAL, at(11, 3)))
    with pytest.raises(UsageError, match="“LoRA” stands in the quadrant “Tricks”") as refused:
        aoe_files([stray], QUADRANTS, DAY)
    assert refused.value.hint == 'Move it: r2p radar edit "LoRA" --quadrant "Models"'

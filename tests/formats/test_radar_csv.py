"""The radar for Build Your Own Radar, held against the rules of its reader."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.radar import Movement, Ring
from r2p_tui.domain.radar_export import HOSTED_QUADRANTS, BlipEntry, hosted_names, without_skip
from r2p_tui.errors import UsageError
from r2p_tui.formats.radar_csv import byor_csv, byor_json
from r2p_tui.text import clean_line
from tests.formats.byor_rules import byor_problems, rows_of
from tests.formats.techniques import QUADRANTS, RADAR, SINCE

KINDS = {"csv": byor_csv, "json": byor_json}
ENTRY = BlipEntry("RT-DETR", Ring.TRIAL, "Models", Movement.IN, "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("skip_as", [None, Ring.HOLD])
def test_a_whole_radar_passes_the_rules_of_byor(kind: str, skip_as: Ring | None) -> None:
    entries = without_skip(RADAR, since=SINCE, skip_as=skip_as).entries
    text = KINDS[kind](entries)
    assert byor_problems(text, kind) == []
    told = {row["name"]: (row["ring"], row["isNew"], row["status"]) for row in rows_of(text, kind)}
    assert told["RT-DETR"] == ("Trial", "FALSE", "Moved In")
    assert told["Copy-paste augmentation"] == ("Assess", "TRUE", "New")
    assert told["TensorRT"] == ("Hold", "FALSE", "Moved Out")
    assert told["Quantization-aware training"] == ("Adopt", "FALSE", "No Change")
    assert told.get("Deformable attention") == (("Hold", "FALSE", "No Change") if skip_as else None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_hosted_site_gets_the_names_that_it_draws(kind: str) -> None:
    entries = hosted_names(without_skip(RADAR, since=SINCE).entries, QUADRANTS)
    text = KINDS[kind](entries)
    assert byor_problems(text, kind) == []
    assert {row["quadrant"] for row in rows_of(text, kind)} == set(HOSTED_QUADRANTS)


@pytest.mark.parametrize("kind", KINDS)
def test_skip_is_never_written(kind: str) -> None:
    with pytest.raises(UsageError, match="BYOR has no ring SKIP, where “RT-DETR” stands"):
        KINDS[kind]([ENTRY._replace(ring=Ring.SKIP)])


@pytest.mark.parametrize(
    "name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "-3.5", "a, b", 'the "x"']
)
def test_no_name_is_run_by_a_spreadsheet_and_every_name_comes_back(name: str) -> None:
    text = byor_csv([ENTRY._replace(name=name)])
    row = text.splitlines()[1].lstrip('"')
    assert not row.startswith(("=", "+", "@")) and not row.startswith("-2")
    assert rows_of(text, "csv")[0]["name"] == name


def test_a_description_is_text_even_where_byor_shows_html() -> None:
    text = byor_json([ENTRY._replace(description="a <script>x</script> & b\nsecond line")])
    assert json.loads(text)[0]["description"] == "a &lt;script&gt;x&lt;/script&gt; &amp; b<br>second line"


WORDS = st.text(max_size=30).map(clean_line)
ENTRIES = st.lists(
    st.builds(
        BlipEntry, WORDS.filter(bool), st.sampled_from(list(Ring)[:4]), st.sampled_from(QUADRANTS),
        st.sampled_from(Movement), WORDS,
    ),
    max_size=8,
)  # fmt: skip


@given(ENTRIES)
def test_both_files_say_the_same_and_all_of_it(entries: list[BlipEntry]) -> None:
    from_csv, from_json = rows_of(byor_csv(entries), "csv"), rows_of(byor_json(entries), "json")
    assert from_csv == from_json
    told = [
        (row["name"], row["ring"].upper(), row["quadrant"], html.unescape(row["description"]))
        for row in from_csv
    ]
    assert told == [(entry.name, entry.ring, entry.quadrant, entry.description) for entry in entries]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"isNew": True}, "row 1: isNew is no string"),
        ({"ring": "Skip"}, "row 1: ring Skip"),
        ({"status": "Up"}, "row 1: status"),
        ({"name": ""}, "row 1: no name"),
        ({"isNew": "TRUE"}, "row 1: isNew and status differ"),
        ({"description": "<img src=x>"}, "row 1: tag img"),
        ({"ring": "Hold"}, "rings ['hold', 'trial']"),
        ({"quadrant": "Fifth"}, "quadrants ['Data', 'Deployment', 'Fifth', 'Models', 'Training']"),
    ],
)
def test_the_rules_of_byor_are_able_to_fail(change: dict[str, object], problem: str) -> None:
    entries = [
        ENTRY._replace(name=f"{number}", quadrant=name) for number, name in enumerate((*QUADRANTS, "Data"))
    ]
    rows = json.loads(byor_json(entries))
    assert byor_problems(json.dumps(rows), "json") == []
    place = -1 if "quadrant" in change else 0
    rows[place] |= change
    assert byor_problems(json.dumps(rows), "json") == [problem]

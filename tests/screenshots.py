"""The pictures in screenshots/, taken from the running program on its demonstration library."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from r2p_tui.config import load_settings
from r2p_tui.demo.library import prepare_demo
from r2p_tui.domain.papers import PaperReference
from r2p_tui.paths import Paths, under
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store.papers import find_paper
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.screens.triage import TriageScreen
from tests.tui.settling import settled

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "screenshots"
README = PROJECT / "README.md"
NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)
WIDE, SMALL = (120, 40), (80, 24)
READ_IN_TWO_PASSES = PaperReference("arxiv", "1708.02002")
WITH_ABLATIONS = PaperReference("arxiv", "1706.03762")
WIDELY_CITED = PaperReference("arxiv", "2005.12872")
QUESTION = "AP_S"

# A cell of the picture is 12.2 units wide and a letter of this font 0.602 em, so that columns stay aligned
# in renderers that do not stretch text.
FONT = '"DejaVu Sans Mono", "Fira Code", Menlo, Consolas, monospace'
FONT_SIZE = 12.2 / 0.602

Take = Callable[[str], Awaitable[None]]


def main() -> int:
    """Take every picture in both sizes, as PNG too where the README shows it; returns an exit status."""
    _hold_still()
    FOLDER.mkdir(exist_ok=True)
    # A clock that counts real seconds would make every picture a new one.
    with tempfile.TemporaryDirectory() as home, patch.object(TriageScreen, "_tick"):
        paths = prepare_demo(under(Path(home)), now=NOW)
        asyncio.run(_visit(paths, WIDE, ""))
        asyncio.run(_visit(prepare_demo(under(Path(home)), now=NOW, fresh=True), SMALL, "-80x24"))
    if shutil.which("rsvg-convert") is None:
        sys.stderr.write("rsvg-convert was not found: there are SVG pictures, but no PNG pictures.\n")
        return 0
    for name in re.findall(r"screenshots/([\w-]+)\.png", README.read_text(encoding="utf-8")):
        svg = FOLDER / f"{name}.svg"
        subprocess.run(["rsvg-convert", svg, "--output", svg.with_suffix(".png")], check=True)
    return 0


async def _visit(paths: Paths, size: tuple[int, int], suffix: str) -> None:
    """Walk through the screens as a user would."""
    settings = load_settings(paths.config_file)

    def desk() -> Desk:
        return open_desk(paths, offline=True)

    app = R2PApp(paths, settings, desk, demo=True, now=lambda: NOW)
    async with app.run_test(size=size) as pilot:

        async def take(name: str) -> None:
            await settled(pilot)
            picture = app.export_screenshot(title="r2p")
            (FOLDER / f"{name}{suffix}.svg").write_text(_self_contained(picture), encoding="utf-8")

        await take("today")
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("g")
        await take("triage")
        await pilot.press("question_mark")
        await take("help")
        await pilot.press("escape", "3")
        await take("library")
        app.open_paper(_paper_id(paths, READ_IN_TWO_PASSES))
        await take("paper")
        await pilot.press("l")
        await take("notes")
        app.open_paper(_paper_id(paths, WITH_ABLATIONS), tables=True)
        await take("tables")
        await pilot.press("p")
        await take("deltas")
        await pilot.press("escape")
        app.open_paper(_paper_id(paths, WIDELY_CITED), citations=True)
        await settled(pilot)
        await pilot.press("enter")
        await take("citations")
        await pilot.press("escape", "escape", "A")
        await settled(pilot)
        await pilot.press(*QUESTION, "enter")
        await take("ablations")
        await pilot.press("escape", "5")
        await settled(pilot)
        await pilot.press("G", "space", "k", "space")
        await take("runs")
        await pilot.press("c")
        await take("compared-runs")
        await pilot.press("escape", "g", "v")
        await take("measurement")
        await pilot.press("tab")
        await take("pareto")
        await pilot.press("tab", "tab")
        await take("latency")
        await pilot.press("escape", "6")
        await take("radar")
        await pilot.press("7")
        await take("predictions")


def _paper_id(paths: Paths, reference: PaperReference) -> int:
    with open_desk(paths, offline=True) as desk, desk.store.read() as session:
        paper = find_paper(session, reference)
    if paper is None or paper.id is None:
        raise LookupError(f"{reference} is not in the demonstration library")
    return paper.id


def _hold_still() -> None:
    """One time zone, and nothing that moves."""
    os.environ |= {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none"}
    os.environ.pop("NO_COLOR", None)
    time.tzset()


def _self_contained(svg: str) -> str:
    """The picture with fonts of the reader's own machine instead of addresses to fetch them from."""
    # Some renderers drop the space that a run of text begins with.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace;", f"font-family: {FONT};")
    svg = svg.replace("font-size: 20px;", f"font-size: {FONT_SIZE:.3f}px;")
    return re.sub(r"<!-- Generated .*?-->\s*", "", svg)


if __name__ == "__main__":
    sys.exit(main())

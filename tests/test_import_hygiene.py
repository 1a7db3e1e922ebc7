"""Start-up is a feature: what a command loads is looked up in `sys.modules`, never guessed from a clock."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import r2p_tui
from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.paths import Paths
from r2p_tui.services.desk import open_desk
from r2p_tui.store.papers import save_papers

PACKAGE = Path(r2p_tui.__file__).parent
HEAVY = {
    "textual", "sqlmodel", "sqlalchemy", "pydantic", "requests", "urllib3", "httpx", "mcp", "torch", "rich",
    "click", "numpy", "scipy", "sklearn", "alembic", "arxiv", "platformdirs", "zoneinfo",
}  # fmt: skip
# The standard library's own slow ones, each of which would cost a hot command a tenth of its time or more.
SLOW = {
    "dataclasses", "inspect", "asyncio", "subprocess", "logging", "shutil", "tomllib", "traceback", "hashlib",
    "calendar",
}  # fmt: skip
SCREENS = {"textual", "rich", "torch", "sklearn", "scipy", "numpy"}

PREDICTION = [
    "DETRs replace YOLO",
    *("--p", "0.3"),
    *("--by", "2y"),
    *("--criteria", "more than half of my projects"),
    *("--reason", "NMS"),
]

# Runs the commands between the ";" one after the other, then reports what is loaded.
PROGRAM = """
import os, sys
from r2p_tui.__main__ import main
report, *words = sys.argv[1:]
status = 0
while words:
    end = words.index(";")
    sys.argv, words = ["r2p", *words[:end]], words[end + 1:]
    try:
        status = max(status, main())
    except SystemExit as leaving:
        status = max(status, leaving.code or 0)
with open(report, "w") as file:
    file.write("\\n".join({name.partition(".")[0] for name in sys.modules}))
sys.exit(status)
"""


def loaded_by(report: Path, *commands: list[str]) -> set[str]:
    """The top-level modules that a fresh process has loaded when the commands are done."""
    words = [word for command in commands for word in (*command, ";")]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(report), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    names = set(report.read_text().split())
    assert "r2p_tui" in names
    return names


@pytest.fixture
def store(paths: Paths) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with open_desk(paths) as desk, desk.store.write() as session:
        save_papers(session, [IncomingPaper("2304.08069", 1, "RT-DETR", "", (), ("cs.CV",), Source.API)], now)


@pytest.mark.parametrize(
    "arguments",
    [
        ["surprise", "31 FPS", "--claim", "108 FPS", "--observed", "31", "--kind", "latency"],
        ["surprise", "31 FPS", "--claim", "12"],
        ["--help"],
        ["--version"],
        ["predict", *PREDICTION],
        ["predict", *PREDICTION, "--paper", "2304.08069", "--tag", "edge", "--kind", "adoption"],
        ["surprise", "31 FPS", "--paper", "2304.08069"],
        ["surprise", "--help"],
        ["predict", "--help"],
        ["completions", "zsh"],
    ],
    ids=" ".join,
)
def test_a_hot_command_loads_nothing_heavy(store: None, tmp_path: Path, arguments: list[str]) -> None:
    assert loaded_by(tmp_path / "report", arguments) & (HEAVY | SLOW) == set()


def test_its_json_loads_nothing_heavy_either(store: None, tmp_path: Path) -> None:
    about = ["--paper", "2304.08069", "--json"]
    commands = ["surprise", "31 FPS", *about], ["predict", *PREDICTION, *about]
    assert loaded_by(tmp_path / "report", *commands) & (HEAVY | SLOW) == set()


def test_the_other_commands_load_no_screens_and_nothing_that_learns(store: None, tmp_path: Path) -> None:
    commands = (
        "search detr",
        "show 2304.08069",
        "triage",
        "triage keep 2304.08069",
        "add 2304.08069",
        "surprises",
        "backup",
        "paths",
        "doctor",
    )
    names = loaded_by(tmp_path / "report", *map(str.split, commands))
    assert "sqlalchemy" in names
    assert names & SCREENS == set()


ALLOWED = {
    "textual": ("tui",),
    "rich": ("tui",),
    "sqlmodel": ("store",),
    "sqlalchemy": ("store",),
    "sqlite3": ("store",),
    "alembic": ("store",),
    "requests": ("sources",),
    "urllib3": ("sources",),
    "arxiv": ("sources",),
    "sklearn": ("domain/ranking.py", "domain/features.py"),
    "scipy": ("domain/ranking.py", "domain/features.py", "domain/statistics", "domain/benchmark.py"),
    "numpy": (
        "domain/ranking.py",
        "domain/features.py",
        "domain/boxes.py",
        "domain/data_check",
        "domain/detection_",
        "domain/latency.py",
        "domain/statistics",
        "domain/variant_changes.py",
        "demo/inspection",
        "runs/data/pixels.py",
        "runs/benchmark",
        "runs/engines",
        "runs/measured_arrays.py",
        "runs/quantize",
    ),
    "click": (),
    "plotext": ("cli/plot_drawing.py",),
    "torch": ("runs/engines/detection_heads.py",),
}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_heavy_libraries_are_imported_only_where_they_belong() -> None:
    misplaced = [
        (str(path.relative_to(PACKAGE)), name)
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in imports_of(path)
        if name in ALLOWED and not str(path.relative_to(PACKAGE)).startswith(ALLOWED[name] or ("nowhere",))
    ]
    assert misplaced == []


LIGHT = (
    "errors.py",
    "text.py",
    "paths.py",
    "domain/surprises.py",
    "domain/times.py",
    "store/connection.py",
    "store/quick.py",
    "services/surprises.py",
    *(f"cli/{name}.py" for name in ("main", "commands", "parser", "output", "surprise", "worktree")),
)


def test_the_light_modules_stay_light() -> None:
    """Every hot command imports these at its start."""
    for name in (
        "errors.py",
        "text.py",
        "paths.py",
        "cli/main.py",
        "cli/commands.py",
        "cli/parser.py",
        "cli/output.py",
    ):
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        at_top = {
            alias.name if isinstance(node, ast.Import) else str(node.module)
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not at_top & (HEAVY | SLOW), name

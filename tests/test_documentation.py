"""What the documents name exists, and what exists is named where somebody would look for it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding

from r2p_tui.cli.commands import COMMANDS
from r2p_tui.config import parse_settings
from r2p_tui.demo.papers import packaged_papers
from r2p_tui.demo.runs import MEASURED
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.screens.library import LibraryScreen
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.screens.today import TodayScreen
from r2p_tui.tui.screens.triage import TriageScreen
from r2p_tui.tui.widgets.paper_list import PaperList

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "r2p_tui"
README = (PROJECT / "README.md").read_text(encoding="utf-8")
MAP = (PACKAGE / "README.md").read_text(encoding="utf-8")
CHANGELOG = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
DOCUMENTS = {"README.md": README, "r2p_tui/README.md": MAP, "CHANGELOG.md": CHANGELOG}

# Textual's names of keys that are written differently on paper.
KEY_NAMES = {"/": "slash", "?": "question_mark"}
# Machine paths and registries have no place in a project that others clone.
FORBIDDEN = re.compile(r"/(?:work|root|tmp|home/\w+)/|py(?:pi|thonhosted)\.|npmjs|anaconda\.", re.IGNORECASE)


def section(document: str, heading: str) -> str:
    """The text below a heading, up to the next one of its level."""
    return document.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


# README


def test_the_readme_lists_every_command_and_no_other() -> None:
    listed = set(re.findall(r"^\| `r2p ([a-z]+)`", section(README, "Commands"), re.MULTILINE))
    assert listed == COMMANDS.keys()


def test_the_commands_in_the_readme_are_described_as_in_their_help() -> None:
    for name, (_, help_line) in COMMANDS.items():
        line = re.search(rf"^\| `r2p {name}` \| (.*) \|$", README, re.MULTILINE)
        assert line is not None
        told = line[1].partition(":")[0].partition(";")[0]
        assert told == help_line or help_line.startswith(told) or name == "demo", name


def test_every_key_in_the_readme_is_bound() -> None:
    keys = re.findall(
        r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", section(README, "Ten keys"), re.MULTILINE))
    )
    keys += re.findall(r"`(escape|ctrl\+\w|q)`", section(README, "Ten keys"))
    assert len(keys) >= 10
    assert {KEY_NAMES.get(key, key) for key in keys} <= set(bound_keys())


def bound_keys() -> Iterator[str]:
    yield R2PApp.COMMAND_PALETTE_BINDING
    for owner in (R2PApp, TodayScreen, TriageScreen, LibraryScreen, PaperScreen, PaperList):
        for base in owner.__mro__:
            for binding in vars(base).get("BINDINGS", ()):
                yield from (binding.key if isinstance(binding, Binding) else binding[0]).split(",")


def test_the_make_targets_in_the_documents_exist() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = {
        name
        for text in DOCUMENTS.values()
        for name in re.findall(r"(?:^    |`)make ([a-z-]+)", text, re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


def test_the_settings_in_the_readme_are_read_and_none_is_left_out() -> None:
    import tomllib
    from dataclasses import fields

    from r2p_tui.config import Settings

    shown = tomllib.loads(re.search(r"```toml\n(.*?)```", README, re.DOTALL)[1])  # type: ignore[index]
    settings = parse_settings(shown, "README.md")
    assert shown.keys() == {one.name for one in fields(Settings)}
    for name in shown.keys() - {"keys"}:
        assert shown[name].keys() == {one.name for one in fields(getattr(settings, name))}


def test_keys_that_can_be_changed_have_the_ids_shown() -> None:
    ids = {binding.id for binding in TriageScreen.BINDINGS if isinstance(binding, Binding)}
    named = re.findall(r'^"([a-z.]+)" = ', section(README, "Settings"), re.MULTILINE)
    assert named
    assert set(named) <= ids


def test_the_number_of_papers_in_the_demonstration_is_told_truly() -> None:
    count = len(list(packaged_papers()))
    for name in ("README.md", "CHANGELOG.md"):
        assert re.findall(r"(\d+) real papers", DOCUMENTS[name]) == [str(count)]


# The map of the house


def mapped() -> Iterator[Path]:
    """Every file and folder of the tree in the map; one line may name several files."""
    folders: list[tuple[int, str]] = []
    for line in re.search(r"```text\n(.*?)```", MAP, re.DOTALL)[1].splitlines():  # type: ignore[index]
        depth = len(line) - len(line.lstrip())
        names = re.match(r"\s*((?:[\w.]+(?:/|\.\w+)(?: |$))+)", line)
        assert names, line
        folders = [folder for folder in folders if folder[0] < depth]
        here = "".join(name for _, name in folders)
        for name in names[1].split():
            yield PACKAGE / (here + name)
            if name.endswith("/"):
                folders.append((depth, name))


def test_everything_on_the_map_exists() -> None:
    missing = [str(path) for path in mapped() if not path.exists()]
    assert not missing


def test_every_module_and_data_file_is_on_the_map() -> None:
    files = {
        path
        for path in PACKAGE.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and path.name != "__init__.py"
        and path != PACKAGE / "README.md"
    }
    samples = PACKAGE / "demo" / MEASURED
    assert samples in set(mapped())
    assert {path for path in files if samples not in path.parents} - set(mapped()) == set()


# All documents


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    folder = (PROJECT / name).parent
    for target in re.findall(r"\]\(([^)#]+)\)", DOCUMENTS[name]):
        if "://" not in target:
            assert (folder / target).exists(), target


def test_no_tracked_text_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.md", "*.toml", "*.txt", "Makefile", "*.tsv", "*.svg", ".ci"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("needs a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        found = FORBIDDEN.search((PROJECT / name).read_text(encoding="utf-8"))
        assert found is None, f"{name}: {found[0] if found else ''}"

"""The demonstration library is made once, kept, mended, and never comes near the user's files."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from r2p_tui.config import load_settings
from r2p_tui.demo import library
from r2p_tui.demo.library import LISTING, prepare_demo
from r2p_tui.demo.papers import packaged_papers
from r2p_tui.domain.announcements import last_possible_day
from r2p_tui.domain.papers import PaperReference
from r2p_tui.errors import StoreError
from r2p_tui.paths import Paths
from r2p_tui.services import triage
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.reading import load_note, open_reading
from r2p_tui.store.announcements import PaperAnnouncement
from r2p_tui.store.papers import find_paper
from r2p_tui.store.reading import flags_of, readings_of, viability_of

NOW = datetime(2026, 11, 20, 13, 2, tzinfo=UTC)
READ = PaperReference("arxiv", "1708.02002")


def contents(store: Path) -> bytes:
    """Every row of every table as SQL, the same for equal stores."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(store)) as connection:
        return "\n".join(connection.iterdump()).encode()


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def paper_id(desk: Desk, reference: PaperReference = READ) -> int:
    with desk.store.read() as session:
        paper = find_paper(session, reference)
    assert paper is not None
    assert paper.id is not None
    return paper.id


@pytest.fixture
def demo(paths: Paths) -> Iterator[Desk]:
    with open_desk(prepare_demo(paths, now=NOW), offline=True) as desk:
        yield desk


def test_every_packaged_paper_is_there_with_its_settings(demo: Desk) -> None:
    with demo.store.read() as session:
        for paper in packaged_papers():
            stored = find_paper(session, PaperReference("arxiv", str(paper.arxiv_id)))
            assert stored is not None
            assert (stored.title, stored.abstract) == (paper.title, paper.abstract)
            assert stored.latest_version == paper.version
    assert demo.settings.arxiv.categories == ("cs.CV", "cs.LG")
    assert demo.settings.triage.keywords


def test_the_paper_that_was_read_has_note_flags_ratings_and_passes(demo: Desk) -> None:
    read = paper_id(demo)
    note = load_note(demo, read)
    assert note is not None
    assert note.revision == 1
    assert note.version_read == 2
    with demo.store.read() as session:
        assert [one.verdict for one in readings_of(session, read)] == ["go on", "stop"]
        assert len(flags_of(session, read)) == 2
        assert len(viability_of(session, read)) == 4


def test_two_builds_are_equal(paths: Paths, tmp_path: Path) -> None:
    first = contents(prepare_demo(paths, now=NOW).store)
    second = contents(prepare_demo(Paths(*[tmp_path / "other"] * 4), now=NOW).store)
    assert first == second


def test_what_was_tried_is_kept_until_a_fresh_start_is_asked_for(paths: Paths) -> None:
    with open_desk(prepare_demo(paths, now=NOW), offline=True) as desk:
        open_reading(desk, paper_id(desk), 3, now=NOW)
    later = NOW + timedelta(days=3)
    with open_desk(prepare_demo(paths, now=later), offline=True) as desk, desk.store.read() as session:
        assert len(readings_of(session, paper_id(desk))) == 3
    fresh = prepare_demo(paths, now=later, fresh=True)
    with open_desk(fresh, offline=True) as desk, desk.store.read() as session:
        assert len(readings_of(session, paper_id(desk))) == 2


def test_new_packaged_data_makes_a_new_library_and_removes_the_old(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = prepare_demo(paths, now=NOW)
    monkeypatch.setattr(library, "__version__", "99.0")
    new = prepare_demo(paths, now=NOW)
    assert new.store != old.store
    assert [path.name for path in (paths.cache / "demo").iterdir()] == [new.data.parent.name]


@pytest.mark.parametrize("damage", [b"", b"not a database" * 100], ids=["empty", "other bytes"])
def test_a_damaged_library_is_made_again(paths: Paths, damage: bytes) -> None:
    where = prepare_demo(paths, now=NOW)
    healthy = contents(where.store)
    where.store.write_bytes(damage)
    assert contents(prepare_demo(paths, now=NOW).store) == healthy


def test_a_damaged_page_is_noticed(paths: Paths) -> None:
    where = prepare_demo(paths, now=NOW)
    healthy = contents(where.store)
    spoilt = bytearray(where.store.read_bytes())
    spoilt[4096 * 2 : 4096 * 20] = b"\xff" * 4096 * 18
    where.store.write_bytes(spoilt)
    assert contents(prepare_demo(paths, now=NOW).store) == healthy


def test_the_users_own_files_are_untouched(paths: Paths) -> None:
    with open_desk(paths) as desk, desk.store.write():
        pass
    paths.config.mkdir(parents=True)
    paths.config_file.write_text('[triage]\nkeywords = ["mine"]\n', encoding="utf-8")
    before = {folder: fingerprints(folder) for folder in (paths.config, paths.data)}
    for fresh in (False, True):
        with open_desk(prepare_demo(paths, now=NOW, fresh=fresh), offline=True) as desk:
            open_reading(desk, paper_id(desk), 3, now=NOW)
            assert desk.paths.store.is_relative_to(paths.cache)
    assert {folder: fingerprints(folder) for folder in (paths.config, paths.data)} == before
    assert load_settings(paths.config_file).triage.keywords == ("mine",)


def test_a_cache_that_cannot_be_written_gives_one_clear_error(paths: Paths) -> None:
    paths.cache.parent.mkdir(parents=True)
    paths.cache.write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be made") as caught:
        prepare_demo(paths, now=NOW)
    assert "R2P_HOME" in caught.value.hint
    assert paths.cache.read_text(encoding="utf-8") == "a file where a folder should be"


def test_a_build_that_fails_leaves_nothing_behind(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library, "_fill_store", no_room)
    with pytest.raises(StoreError, match="No space left on device"):
        prepare_demo(paths, now=NOW)
    assert list((paths.cache / "demo").iterdir()) == []


def test_two_first_starts_at_once_share_one_library(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    fill, expected = library._fill_store, []

    def overtaken(desk: Desk, now: datetime) -> None:
        monkeypatch.setattr(library, "_fill_store", fill)
        expected.append(prepare_demo(paths, now=now))
        fill(desk, now)

    monkeypatch.setattr(library, "_fill_store", overtaken)
    assert prepare_demo(paths, now=NOW) == expected[0]
    assert len(list((paths.cache / "demo").iterdir())) == 1


@pytest.mark.parametrize("day", [20, 21, 22, 23])
def test_the_others_were_announced_on_the_last_weekday(paths: Paths, day: int) -> None:
    """At a weekend that is Friday."""
    now = NOW.replace(day=day)
    with open_desk(prepare_demo(paths, now=now), offline=True) as desk:
        waiting = triage.waiting(desk, cross=False)
        with desk.store.read() as session:
            for row in waiting:
                session.get_one(PaperAnnouncement, (row.paper_id, LISTING, last_possible_day(now.date())))
    assert len(waiting) > 40


def test_the_data_is_found_through_the_package() -> None:
    for name in ("papers.tsv", "examples.toml", "settings.toml"):
        assert files("r2p_tui.demo").joinpath(name).is_file()


@pytest.mark.slow
def test_the_wheel_carries_the_data(tmp_path: Path) -> None:
    """Needs hatchling from the package index, so it is left out of the quick run."""
    project = Path(__file__).resolve().parent.parent.parent
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        str(tmp_path),
        str(project),
    ]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {f"r2p_tui/demo/{name}" for name in ("papers.tsv", "examples.toml", "settings.toml")} <= names

import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from r2p_tui.config import ArxivSettings
from r2p_tui.paths import Paths, under
from r2p_tui.services import doctor
from r2p_tui.services.backup import back_up
from r2p_tui.services.desk import open_desk
from r2p_tui.services.doctor import Finding, Terminal, examine, synced_folder, this_terminal
from r2p_tui.services.document_files import kept_path
from r2p_tui.store import health
from r2p_tui.store.connection import SCHEMA_VERSION, attach
from r2p_tui.store.health import kept_documents
from tests.store.sample import NOW, damage, fingerprint, make_store, spoil_pages_of

GOOD_TERMINAL = Terminal("xterm-256color", "256 colours", "utf-8", (120, 40))


def _examine(paths: Paths, terminal: Terminal = GOOD_TERMINAL) -> dict[str, Finding]:
    """The findings by name; where a name comes twice, the worse one."""
    order = {"ok": 0, "warn": 1, "fail": 2}
    findings = sorted(examine(paths, now=NOW, terminal=terminal), key=lambda finding: order[finding.state])
    for finding in findings:
        assert finding.sentence.endswith("."), finding
        assert "\n" not in finding.sentence
        assert finding.state == "ok" or finding.hint, finding
    return {finding.name: finding for finding in findings}


@pytest.fixture
def healthy(paths: Paths) -> Paths:
    make_store(paths, papers=8)
    back_up(open_desk(paths), now=NOW - timedelta(hours=3))
    for folder in paths:
        folder.mkdir(mode=0o700, exist_ok=True)
    for document in kept_documents(paths.store):
        kept = kept_path(paths, *document)
        kept.parent.mkdir(exist_ok=True)
        kept.touch()
    return paths


def test_a_healthy_desk_has_nothing_to_complain_of(healthy: Paths) -> None:
    found = _examine(healthy)
    assert {name: finding.state for name, finding in found.items() if finding.state != "ok"} == {}
    assert "8 papers" in found["store"].sentence
    assert "3 h old" in found["backups"].sentence
    assert sys.version.split()[0] in found["r2p"].sentence
    assert "journal mode" in found["SQLite"].sentence


def test_a_new_desk_has_nothing_to_complain_of_and_stays_untouched(paths: Paths) -> None:
    assert {finding.state for finding in _examine(paths).values()} == {"ok"}
    assert not paths.data.exists()


@pytest.mark.parametrize("how", ["header", "schema page", "truncated", "zero-filled", "not a database"])
def test_a_broken_store_is_a_finding_not_a_crash(how: str, healthy: Paths) -> None:
    damage(healthy.store, how)
    before = fingerprint(healthy.store)
    finding = _examine(healthy)["store"]
    assert finding.state == "fail"
    assert "r2p restore" in finding.hint
    assert fingerprint(healthy.store) == before


@pytest.mark.parametrize("table", ["papers", "notes", "triage_decisions"])
def test_a_broken_page_is_found(table: str, healthy: Paths) -> None:
    spoil_pages_of(healthy.store, table, keep_root=False)
    assert _examine(healthy)["store"].state == "fail"


def test_documents_that_are_gone_are_missed(healthy: Paths) -> None:
    assert "2 documents" in _examine(healthy)["files"].sentence
    min((healthy.data / "documents").iterdir()).unlink()
    finding = _examine(healthy)["files"]
    assert (finding.state, finding.sentence.split(" are ")[0]) == ("warn", "1 of 2 documents")


def test_a_reference_to_nothing_is_found(healthy: Paths) -> None:
    with closing(attach(healthy.store)) as connection:
        connection.execute("DELETE FROM papers WHERE id = 1")
    finding = _examine(healthy)["store"]
    assert finding.state == "fail"
    assert "points to no row of papers" in finding.sentence


def test_a_search_index_out_of_step_is_found(healthy: Paths) -> None:
    with closing(attach(healthy.store)) as connection:
        connection.execute("INSERT INTO papers_text (papers_text) VALUES ('delete-all')")
    finding = _examine(healthy)["store"]
    assert finding.state == "warn"
    assert "--salvage" in finding.hint


def test_a_newer_store_is_named(healthy: Paths) -> None:
    with closing(attach(healthy.store)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    finding = _examine(healthy)["store"]
    assert finding.state == "fail"
    assert "newer r2p" in finding.sentence


def test_a_folder_in_the_place_of_the_store_is_named(paths: Paths) -> None:
    paths.store.mkdir(parents=True)
    assert _examine(paths)["store"].state == "fail"


def test_a_store_that_is_gone_is_missed_where_backups_tell_of_it(healthy: Paths) -> None:
    healthy.store.unlink()
    finding = _examine(healthy)["store"]
    assert finding.state == "fail"
    assert "r2p restore" in finding.hint


@pytest.mark.parametrize(
    "text", ["[arxiv\n", "[arxiv]\ncategoris = []\n", "\x00\x1b]52;c;x\x07", "[arxiv]\napi_url = 3\n"]
)
def test_a_broken_configuration_is_a_finding_not_a_crash(text: str, healthy: Paths) -> None:
    healthy.config_file.write_text(text)
    finding = _examine(healthy)["settings"]
    assert finding.state == "fail"
    assert str(healthy.config_file) in finding.sentence


def test_a_configuration_that_is_not_text_is_a_finding(healthy: Paths) -> None:
    healthy.config_file.write_bytes(b"\xff\xfe\x00")
    assert _examine(healthy)["settings"].state == "fail"


def test_folders_that_others_may_enter_are_warned_of(healthy: Paths) -> None:
    healthy.data.chmod(0o755)
    healthy.store.chmod(0o644)
    found = _examine(healthy)
    assert "chmod 700" in found["data folder"].hint
    assert "chmod 600" in found["store"].hint


def test_a_file_in_the_place_of_a_folder_is_found(healthy: Paths) -> None:
    healthy.cache.rmdir()
    healthy.cache.write_text("in the way")
    assert _examine(healthy)["cache folder"].state == "fail"


def test_backups_that_are_missing_old_or_broken_are_warned_of(healthy: Paths) -> None:
    (newest,) = healthy.backups.glob("*.sqlite3")
    damage(newest, "truncated")
    assert _examine(healthy)["backups"].state == "fail"
    newest.unlink()
    assert _examine(healthy)["backups"].state == "warn"
    back_up(open_desk(healthy), now=NOW - timedelta(days=8))
    found = _examine(healthy)["backups"]
    assert (found.state, "8 d old" in found.sentence) == ("warn", True)


def test_little_space_is_warned_of(healthy: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "free_megabytes", lambda _path: 499)
    finding = _examine(healthy)["disk"]
    assert (finding.state, "499 MB" in finding.sentence) == ("warn", True)


def test_a_network_file_system_is_warned_of(healthy: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "filesystem", lambda _path: "nfs4")
    finding = _examine(healthy)["disk"]
    assert (finding.state, "nfs4" in finding.sentence) == ("warn", True)


@pytest.mark.parametrize(
    "folder",
    [
        "Dropbox",
        "OneDrive - Company",
        "Library/Mobile Documents/com~apple~CloudDocs",
        "Google Drive",
        "Nextcloud",
    ],
)
def test_folders_of_sync_services_are_known_by_name(folder: str, tmp_path: Path) -> None:
    assert synced_folder(tmp_path / folder / "r2p/data/r2p.sqlite3") is not None
    assert synced_folder(tmp_path / "plain/r2p.sqlite3") is None


def test_folders_of_sync_services_are_known_by_their_marks(tmp_path: Path) -> None:
    home = tmp_path / "shared with the laptop"
    (home / ".stfolder").mkdir(parents=True)
    paths = under(home / "r2p")
    assert synced_folder(paths.store) == home
    finding = _examine(paths)["disk"]
    assert (finding.state, str(home) in finding.sentence) == ("warn", True)


@pytest.mark.parametrize(
    ("terminal", "state", "word"),
    [
        (Terminal("xterm", "16 colours", "UTF-8", (80, 24)), "ok", "80 x 24"),
        (Terminal("dumb", "16 colours", "utf-8", (120, 40)), "warn", "dumb"),
        (Terminal("", "16 colours", "utf-8", (120, 40)), "warn", "No TERM"),
        (Terminal("xterm", "16 colours", "ascii", (120, 40)), "warn", "ascii"),
        (Terminal("xterm", "16 colours", "utf-8", (79, 40)), "warn", "79 x 40"),
        (Terminal("xterm", "16 colours", "utf-8", (200, 23)), "warn", "200 x 23"),
        (Terminal("xterm", "16 colours", "utf-8", None), "ok", "pipe"),
    ],
)
def test_terminals_are_judged(terminal: Terminal, state: str, word: str, paths: Paths) -> None:
    finding = _examine(paths, terminal)["terminal"]
    assert (finding.state, word in finding.sentence) == (state, True)


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million colours"),
        ({"TERM": "tmux-256color"}, "256 colours"),
        ({"TERM": "xterm"}, "16 colours"),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "no colours, as NO_COLOR asks"),
    ],
)
def test_the_environment_says_how_many_colours_there_are(environ: dict[str, str], colours: str) -> None:
    assert this_terminal(environ).colours == colours


def test_optional_parts_are_looked_for_and_not_loaded(paths: Paths) -> None:
    before = set(sys.modules)
    found = _examine(paths)
    assert "torch" in found["torch"].sentence
    assert {"torch", "ultralytics"} & (set(sys.modules) - before) == set()


def _keys(paths: Paths) -> dict[str, Finding]:
    """The findings on keys by the service that they name."""
    found = [one for one in examine(paths, now=NOW, terminal=GOOD_TERMINAL) if one.name == "keys"]
    return {one.sentence.partition(":")[0]: one for one in found}


def test_it_tells_where_each_key_comes_from_and_never_the_key(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S2_API_KEY", "s2-secret-of-mine")
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    folder = paths.config / "keys"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "openalex").write_text("openalex-secret-of-mine")
    (folder / "openalex").chmod(0o600)
    found = _keys(paths)
    assert found.keys() == {"Semantic Scholar", "OpenAlex", "GitHub"}
    assert found["Semantic Scholar"].sentence == "Semantic Scholar: key from environment S2_API_KEY."
    assert found["OpenAlex"].sentence == "OpenAlex: key from keys/openalex."
    assert "no key" in found["GitHub"].sentence
    assert {one.state for one in found.values()} == {"ok"}
    assert "secret" not in str(found)


def test_a_key_that_others_may_read_is_a_finding_and_hides_no_other(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("S2_API_KEY", "SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    file = paths.config / "keys" / "semantic_scholar"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text("s2-secret-of-mine")
    file.chmod(0o644)
    [bad] = [one for one in examine(paths, now=NOW, terminal=GOOD_TERMINAL) if one.state == "fail"]
    assert str(file) in bad.sentence
    assert f"chmod 600 {file}" in bad.hint
    assert {"OpenAlex", "GitHub"} <= _keys(paths).keys()


def test_a_missing_git_is_a_warning(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert _examine(paths)["git"].state == "warn"


def test_the_network_is_asked_only_when_told_to(healthy: Paths) -> None:
    asked: list[tuple[str, Path]] = []

    def probe(settings: ArxivSettings, limits: Path, now: datetime) -> Iterable[Finding]:
        asked.append((settings.feed_url, limits))
        yield Finding("network", "ok", "It answers.")

    healthy.config_file.write_text('[arxiv]\nfeed_url = "http://127.0.0.1:9/atom"\n')
    examine(healthy, now=NOW, terminal=GOOD_TERMINAL, probe=probe)
    assert asked == []
    found = examine(healthy, now=NOW, terminal=GOOD_TERMINAL, network=True, probe=probe)
    assert asked == [("http://127.0.0.1:9/atom", healthy.limiter)]
    assert found[-1].sentence == "It answers."


def test_services_that_do_not_answer_are_named_one_by_one(healthy: Paths) -> None:
    """Nothing listens on the discard port of this machine."""
    lines = [f'{name}_url = "http://127.0.0.1:9/{name}"\n' for name in ("api", "feed", "oai")]
    healthy.config_file.write_text("[arxiv]\n" + "".join(lines))
    found = examine(healthy, now=NOW, terminal=GOOD_TERMINAL, network=True)
    answers = [finding for finding in found if finding.name == "network"]
    assert [finding.state for finding in answers] == ["warn"] * 3
    assert all(finding.hint for finding in answers)


def test_an_error_nobody_thought_of_is_a_finding(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: Path) -> int:
        raise RuntimeError("out of \x1b[31mthe blue")

    monkeypatch.setattr(doctor, "free_megabytes", broken)
    (finding,) = [one for one in examine(paths, now=NOW, terminal=GOOD_TERMINAL) if one.name == "disk"]
    assert finding.state == "fail"
    assert "the blue" in finding.sentence
    assert "\x1b" not in finding.sentence


def test_looking_needs_neither_a_screen_nor_an_engine() -> None:
    script = (
        "import sys; from r2p_tui.services import doctor; from r2p_tui.paths import find_paths;"
        "from datetime import datetime, UTC; doctor.examine(find_paths(), now=datetime.now(UTC));"
        "print([name for name in ('textual', 'sqlalchemy', 'requests', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

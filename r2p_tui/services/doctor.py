"""Look at everything r2p stands on, and say in plain words what is well and what is not."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from r2p_tui import __version__
from r2p_tui.config import ArxivSettings, load_settings
from r2p_tui.domain.times import ago
from r2p_tui.errors import R2PError, SourceError, StoreError
from r2p_tui.paths import Paths
from r2p_tui.runs.local import outlives_logout
from r2p_tui.services.document_files import kept_path
from r2p_tui.sources.api_keys import Service, key_origin
from r2p_tui.store.backup import list_backups, verify
from r2p_tui.store.connection import SCHEMA_VERSION, free_megabytes
from r2p_tui.store.health import Journal, examine_store, explain_journal, kept_documents
from r2p_tui.text import clean_line, count_of

State = Literal["ok", "warn", "fail"]

LITTLE_SPACE = 500
OLD_BACKUP = timedelta(days=7)
SMALLEST_SIZE = (80, 24)
# Names, or beginnings of names, of the folders that other programs copy to and from a network.
_SYNCED = (
    "Dropbox", "OneDrive", "iCloud Drive", "iCloudDrive", "Mobile Documents", "CloudStorage", "Google Drive",
    "GoogleDrive", "My Drive", "Nextcloud", "ownCloud", "Syncthing",
)  # fmt: skip
_SYNC_MARKS = (".stfolder", ".dropbox", ".dropbox.cache", ".nextcloudsync.log", ".owncloudsync.log")
_OPTIONAL = {"torch": "training runs", "ultralytics": "training runs"}
_KEYS: dict[Service, tuple[str, str]] = {
    "semantic_scholar": ("Semantic Scholar", "it shares one pool with everybody, and may have to wait"),
    "openalex": ("OpenAlex", "it is asked only where Semantic Scholar gives no answer"),
    "github": ("GitHub", "it answers 60 questions an hour"),
}
_OWN_FOLDER = "Give yourself write access, or set R2P_HOME to a folder you own."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, in one sentence, and what to do where it is not well."""

    name: str
    state: State
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What r2p would draw on; `size` is None where standard output is not a terminal."""

    term: str
    colours: str
    encoding: str
    size: tuple[int, int] | None


def examine(
    paths: Paths,
    *,
    now: datetime,
    network: bool = False,
    terminal: Terminal | None = None,
    probe: Callable[[ArxivSettings, Path, datetime], Iterable[Finding]] | None = None,
) -> list[Finding]:
    """Examine everything; asks the network only if told to, and turns every error into a finding."""
    checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("r2p", _program),
        ("SQLite", partial(_journal, paths.store)),
        ("settings", partial(_settings, paths.config_file)),
        ("folders", partial(_folders, paths)),
        ("disk", partial(_disk, paths.store)),
        ("store", partial(_store, paths)),
        ("files", partial(_files_of_papers, paths)),
        ("backups", partial(_backups, paths, now)),
        ("terminal", partial(_terminal, terminal or this_terminal())),
        ("documents", _documents),
        ("parts", _optional_parts),
        *(("keys", partial(_key, service, paths.config)) for service in _KEYS),
    ]
    if network:
        checks.append(("network", partial(_network, paths, now, probe or ask_arxiv)))
    return [finding for name, check in checks for finding in _findings(name, check)]


def this_terminal(environ: Mapping[str, str] = os.environ) -> Terminal:
    """The terminal of standard output, and what the environment says of it."""
    term, deep = environ.get("TERM", ""), environ.get("COLORTERM", "")
    if environ.get("NO_COLOR"):
        colours = "no colours, as NO_COLOR asks"
    elif deep in ("truecolor", "24bit"):
        colours = "16 million colours"
    else:
        colours = "256 colours" if "256color" in term else "16 colours"
    width, height = shutil.get_terminal_size()
    size = (width, height) if sys.stdout.isatty() else None
    return Terminal(term, colours, sys.stdout.encoding or "", size)


def synced_folder(path: Path) -> Path | None:
    """The folder above `path` that a file-sync service seems to own, by its name or by its marks."""
    for folder in path.parents:
        if folder.name.startswith(_SYNCED) or any((folder / mark).exists() for mark in _SYNC_MARKS):
            return folder
    return None


def ask_arxiv(settings: ArxivSettings, limits: Path, now: datetime) -> Iterator[Finding]:
    """Ask each of arXiv's services for something small, once and at arXiv's pace."""
    from r2p_tui.sources.http import PoliteSession, Timing

    addresses = {
        "feed": f"{settings.feed_url}/{settings.categories[0]}",
        "search": f"{settings.api_url}?id_list=1706.03762",
        "harvest": f"{settings.oai_url}?verb=Identify",
    }
    timing = Timing(connect=5, read=10, total=15, patience=15, tries=1)
    bases = (settings.feed_url, settings.api_url, settings.oai_url)
    session = PoliteSession("arXiv", bases=bases, limits=limits, now=now, timing=timing)
    for name, address in addresses.items():
        try:
            session.get(address)
        except SourceError as error:
            yield Finding("network", "warn", f"{name}: {error.message}", error.hint)
        else:
            yield Finding("network", "ok", f"arXiv's {name} service answers at {address}.")


def _findings(name: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    # A doctor that falls over what it was called for is of no use, so no error gets past this place.
    try:
        return list(check())
    except R2PError as error:
        return [Finding(name, "fail", error.message, error.hint)]
    except Exception as error:
        return [Finding(name, "fail", f"It could not be examined: {clean_line(str(error))}.")]


def _program() -> Iterator[Finding]:
    yield Finding("r2p", "ok", f"r2p {__version__} on Python {platform.python_version()}.")


def _journal(store: Path) -> Iterator[Finding]:
    journal = explain_journal(store)
    yield Finding("SQLite", "ok", f"SQLite {journal.sqlite}, journal mode {journal.mode}: {journal.reason}.")


def _settings(file: Path) -> Iterator[Finding]:
    settings = load_settings(file)
    if not file.exists():
        yield Finding("settings", "ok", f"There is no {file}, so the defaults hold.")
        return
    yield Finding("settings", "ok", f"{file} is in order; listings: {', '.join(settings.arxiv.categories)}.")


def _folders(paths: Paths) -> Iterator[Finding]:
    for name, folder in paths._asdict().items():
        yield _folder(f"{name} folder", folder)
    if paths.store.exists() and (mode := stat.S_IMODE(paths.store.stat().st_mode)) & 0o077:
        sentence = f"Others on this machine may read {paths.store} ({mode:04o})."
        yield Finding("store", "warn", sentence, f"Make it yours alone: chmod 600 {paths.store}")


def _folder(name: str, folder: Path) -> Finding:
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        if os.access(above, os.W_OK | os.X_OK):
            return Finding(name, "ok", f"{folder} will be made when it is needed.")
        return Finding(name, "fail", f"{folder} cannot be made: {above} is read-only.", _OWN_FOLDER)
    if not folder.is_dir():
        return Finding(name, "fail", f"{folder} is not a folder.", "Move that file away.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(name, "fail", f"{folder} may not be written.", _OWN_FOLDER)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        sentence = f"Others on this machine may look into {folder} ({mode:04o})."
        return Finding(name, "warn", sentence, f"Make it yours alone: chmod 700 {folder}")
    return Finding(name, "ok", f"{folder} is yours alone and may be written.")


def _disk(store: Path) -> Iterator[Finding]:
    free, journal = free_megabytes(store), explain_journal(store)
    sentence = f"{free:,} MB free on the disk of the store{_kind(journal)}."
    if free < LITTLE_SPACE:
        yield Finding(
            "disk", "warn", sentence, f"Keep at least {LITTLE_SPACE} MB free for new papers and backups."
        )
    else:
        yield Finding("disk", "ok", sentence)
    if journal.on_network:
        sentence = f"The store lies on a network file system ({journal.filesystem})."
        hint = "Use r2p on one machine at a time, or set R2P_HOME to a local folder."
        yield Finding("disk", "warn", sentence, hint)
    if folder := synced_folder(store):
        sentence = f"{folder} seems to be copied by a file-sync service, which can spoil a store in use."
        hint = "Set R2P_HOME to a folder that is not synced, and let it copy the backups instead."
        yield Finding("disk", "warn", sentence, hint)


def _kind(journal: Journal) -> str:
    return f" ({journal.filesystem})" if journal.filesystem else ""


def _store(paths: Paths) -> Iterator[Finding]:
    store = paths.store
    if not store.exists():
        yield _no_store(paths)
        return
    health = examine_store(store)
    if health.complaints:
        sentence = f"{store} is damaged: {clean_line(health.complaints[0])}."
        yield Finding("store", "fail", sentence, "Put the newest good backup in its place with: r2p restore")
    elif health.schema < SCHEMA_VERSION:
        sentence = f"{store} has schema {health.schema}; r2p brings it to {SCHEMA_VERSION} when it opens it."
        yield Finding("store", "ok", sentence)
    else:
        papers, rows = health.rows.get("papers", 0), sum(health.rows.values())
        sentence = f"{store} is healthy: {count_of(papers, 'paper')}, {count_of(rows, 'row')} in all."
        yield Finding("store", "ok", sentence)
    if health.stale_indexes:
        sentence = f"The search index {', '.join(health.stale_indexes)} does not match its rows."
        yield Finding("store", "warn", sentence, "Build it anew, losing nothing, with: r2p restore --salvage")


def _files_of_papers(paths: Paths) -> Iterator[Finding]:
    """Whether the files of papers are where the store says; backups do not hold them."""
    kept: list[tuple[str, str, str]] = []
    with suppress(StoreError):  # what is wrong with the store is said above
        kept = kept_documents(paths.store) if paths.store.exists() else []
    if not kept:
        return
    lost = [name for sha256, kind, name in kept if not kept_path(paths, sha256, kind, name).is_file()]
    folder = paths.data / "documents"
    if lost:
        sentence = f"{len(lost):,} of {count_of(len(kept), 'document')} are missing from {folder}."
        hint = "Tables that were read stay; fetch a document anew with: r2p tables PAPER --again"
        yield Finding("files", "warn", sentence, hint)
    else:
        yield Finding("files", "ok", f"{count_of(len(kept), 'document')} of papers in {folder}.")


def _no_store(paths: Paths) -> Finding:
    if list_backups(paths.backups):
        sentence = f"{paths.store} is missing, but there are backups of it."
        return Finding("store", "fail", sentence, "Bring the newest one back with: r2p restore")
    return Finding(
        "store", "ok", f"There is no store at {paths.store} yet.", "Begin one with: r2p sync, or r2p add"
    )


def _backups(paths: Paths, now: datetime) -> Iterator[Finding]:
    backups = list_backups(paths.backups)
    if not backups:
        state: State = "warn" if paths.store.exists() else "ok"
        yield Finding(
            "backups", state, f"There is no backup in {paths.backups}.", "Make one with: r2p backup"
        )
        return
    newest = backups[0]
    age = ago(newest.taken_at, now)
    said = f"{count_of(len(backups), 'backup')}, the newest {'just now' if age == 'now' else age + ' old'}"
    try:
        verify(newest.path)
    except R2PError as error:
        yield Finding(
            "backups", "fail", f"{said}, which is no good: {error.message}", "Make one with: r2p backup"
        )
        return
    if now - newest.taken_at > OLD_BACKUP:
        yield Finding("backups", "warn", f"{said} and healthy.", "Make a new one with: r2p backup")
    else:
        yield Finding("backups", "ok", f"{said} and healthy.")


def _terminal(terminal: Terminal) -> Iterator[Finding]:
    if terminal.size is None:
        yield Finding(
            "terminal", "ok", "Output goes to a file or a pipe, so there is no terminal to look at."
        )
        return
    width, height = terminal.size
    name = clean_line(terminal.term) or "No TERM"
    sentence = f"{name}, {terminal.colours}, {terminal.encoding}, {width} x {height}."
    if terminal.term in ("", "dumb", "unknown"):
        yield Finding(
            "terminal", "warn", sentence, "The screens need a terminal with a cursor; commands work."
        )
    elif terminal.encoding.lower().replace("-", "") != "utf8":
        yield Finding("terminal", "warn", sentence, "Set a UTF-8 locale, for example: export LC_ALL=C.UTF-8")
    elif width < SMALLEST_SIZE[0] or height < SMALLEST_SIZE[1]:
        yield Finding("terminal", "warn", sentence, "The screens are made for 80 x 24 and more.")
    else:
        yield Finding("terminal", "ok", sentence)


def _documents() -> Iterator[Finding]:
    from r2p_tui.pdf.sandbox import reader_version

    yield Finding(
        "documents", "ok", f"PDF files are read by PyMuPDF {reader_version()}, in a process of its own."
    )


def _optional_parts() -> Iterator[Finding]:
    if shutil.which("git"):
        yield Finding("git", "ok", "git is there: a surprise notes repository, branch and commit.")
    else:
        yield Finding("git", "warn", "git is not there, so a surprise notes only its folder.", "Install git.")
    if outlives_logout():
        yield Finding("runs", "ok", "Background runs go on when you log out.")
    else:
        yield Finding(
            "runs",
            "warn",
            "This machine ends background runs when you log out (KillUserProcesses=yes).",
            "Let them go on with: loginctl enable-linger",
        )
    for module, purpose in _OPTIONAL.items():
        there = "installed" if find_spec(module) else "not installed"
        yield Finding(module, "ok", f"{module} is {there}; only {purpose} need it.")


def _key(service: Service, folder: Path) -> Iterator[Finding]:
    """Where the key of a service comes from; never the key."""
    name, without = _KEYS[service]
    origin = key_origin(service, folder)
    if origin == "none":
        yield Finding("keys", "ok", f"{name}: no key, and none is needed; {without}.")
    else:
        yield Finding("keys", "ok", f"{name}: key from {origin}.")


def _network(
    paths: Paths, now: datetime, probe: Callable[[ArxivSettings, Path, datetime], Iterable[Finding]]
) -> Iterable[Finding]:
    return probe(load_settings(paths.config_file).arxiv, paths.limiter, now)

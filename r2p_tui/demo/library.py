"""The offline demonstration library: real papers in folders of their own, far from the user's."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from r2p_tui import __version__
from r2p_tui.demo import examples
from r2p_tui.demo.citations import CITATIONS_FILE, UNREAD, WORKS_FILE, packaged_looks, packaged_works
from r2p_tui.demo.judgement import JUDGEMENT_FILE, add_predictions, add_techniques
from r2p_tui.demo.papers import PAPERS_FILE, packaged_papers
from r2p_tui.demo.runs import RUNS_FILE, packaged_runs, write_folder
from r2p_tui.demo.tables import TABLES_FILE, extractions, load_tables
from r2p_tui.domain.announcements import eastern_day, last_possible_day
from r2p_tui.domain.citation_cues import CUES_VERSION
from r2p_tui.domain.papers import Announcement
from r2p_tui.errors import StoreDamagedError, StoreError
from r2p_tui.paths import Paths, under
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.backup import verify
from r2p_tui.store.citation_looks import save_look
from r2p_tui.store.citations import save_citations
from r2p_tui.store.connection import SCHEMA_VERSION
from r2p_tui.store.measurements import keep_measurement
from r2p_tui.store.papers import save_papers
from r2p_tui.store.reading import save_note
from r2p_tui.store.runs import add_events, add_points
from r2p_tui.store.tables import replace_tables
from r2p_tui.store.work_saving import save_works

# No arXiv category: of many papers nobody has said which listing announced them.
LISTING = "demo"
SETTINGS_FILE = "settings.toml"
_PACKAGED = (
    PAPERS_FILE,
    TABLES_FILE,
    CITATIONS_FILE,
    WORKS_FILE,
    RUNS_FILE,
    examples.EXAMPLES_FILE,
    JUDGEMENT_FILE,
    SETTINGS_FILE,
)
_UNFINISHED = ".new-"


def prepare_demo(paths: Paths, *, now: datetime, fresh: bool = False) -> Paths:
    """The folders of the demonstration, below the user's cache; their own store and settings stay untouched.

    What was tried there is kept, until `fresh` asks for a new start, the packaged data has changed, or the
    store is damaged. Raises StoreError where nothing can be written.
    """
    home = paths.cache / "demo"
    root = home / _edition()
    try:
        if fresh or not _is_usable(root):
            _discard(root)
            _build(root, now)
            _discard_other_editions(root)
    except OSError as error:
        raise StoreError(
            f"The demonstration library cannot be made in {home}: {error.strerror}.",
            "Make that folder writable, or set R2P_HOME to another one.",
        ) from error
    return under(root)


def _edition() -> str:
    """A folder name that changes with r2p, with the schema of the store and with the packaged data."""
    digest = hashlib.sha256(f"{__version__} {SCHEMA_VERSION}".encode())
    for name in _PACKAGED:
        digest.update(_packaged(name))
    return digest.hexdigest()[:12]


def _packaged(name: str) -> bytes:
    return files("r2p_tui.demo").joinpath(name).read_bytes()


def _is_usable(root: Path) -> bool:
    """Whether a library stands there and its store is whole."""
    if not under(root).store.exists():
        return False
    try:
        _, rows = verify(under(root).store)
    except StoreDamagedError:
        return False
    return rows > 0


def _build(root: Path, now: datetime) -> None:
    """Fill a folder beside `root` and rename it, so that a half-made library is never seen."""
    root.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=root.parent))
    try:
        _fill(under(unfinished), now)
        _move_into_place(unfinished, root)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move_into_place(finished: Path, root: Path) -> None:
    try:
        finished.rename(root)
    except OSError:
        # Another r2p was faster: its library stands there and is as good.
        if not root.is_dir():
            raise


def _fill(paths: Paths, now: datetime) -> None:
    paths.config.mkdir(mode=0o700)
    paths.config_file.write_bytes(_packaged(SETTINGS_FILE))
    with open_desk(paths, offline=True) as desk:
        _fill_store(desk, now)
        _fill_citations(desk, now)


def _fill_store(desk: Desk, now: datetime) -> None:
    """All of it in one transaction: forty separate commits would take longer than reading the papers."""
    papers, written, runs = list(packaged_papers()), examples.load_examples(), packaged_runs()
    versions = {str(paper.arxiv_id): paper.version for paper in papers}
    today, days_ago = eastern_day(now), examples.days_since_announced(written, now)
    announced = [
        Announcement(key, 1, LISTING, "new", last_possible_day(today - timedelta(days=days_ago.get(key, 0))))
        for key in versions
    ]
    with desk.store.write() as session:
        ids = save_papers(session, papers, now).ids
        save_announcements(session, announced, ids)
        session.add_all(examples.sittings(written, now))
        session.add_all(examples.readings(written, ids, versions, now))
        session.flush()
        session.add_all(examples.decisions(written, ids, now))
        for note in examples.notes(written, ids, now):
            save_note(session, note.paper_id, note.values, revision=0, now=note.written_at)
        session.add_all(examples.judgements(written, ids, now))
        session.add_all(examples.surprises(written, ids, now))
        for found in extractions(load_tables(), ids, now):
            replace_tables(session, found.extraction, found.tables, found.rows)
        for number, run in enumerate(runs, 1):
            session.add(run.record(number, now))
            add_points(session, number, run.timed_points(now))
            add_events(session, number, run.timed_events(now))
            if run.measurement is not None:
                keep_measurement(session, number, run.spec.kind, run.measurement)
    add_predictions(desk, ids, add_techniques(desk, ids, now), now)
    for number, run in enumerate(runs, 1):
        write_folder(desk.paths, number, run, now)


def _fill_citations(desk: Desk, now: datetime) -> None:
    """The works that cite each other, after the papers that some of them are."""
    works = packaged_works()
    with desk.store.write() as session:
        ids = dict(zip(works, save_works(session, list(works.values()), now), strict=True))
        for look in packaged_looks(works):
            work_id, others = ids[look.key], [ids[other] for other in look.others]
            evidence = [UNREAD] * len(others)
            save_citations(
                session, work_id, look.direction, others, look.citations, evidence, CUES_VERSION, now
            )
            save_look(session, look.record(work_id, now))


def _discard(root: Path) -> None:
    # Renamed first, so that an interrupted removal never leaves half a library under a good name.
    if root.exists():
        doomed = Path(tempfile.mkdtemp(prefix=".old-", dir=root.parent))
        root.rename(doomed)
        shutil.rmtree(doomed)


def _discard_other_editions(root: Path) -> None:
    for other in root.parent.iterdir():
        if other != root and not other.name.startswith(_UNFINISHED):
            shutil.rmtree(other, ignore_errors=True)

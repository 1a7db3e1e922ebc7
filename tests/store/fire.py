"""What happens to a store under fire, as a program of its own: one import, then forks that are cheap to kill.

`python fire.py SCENARIO FOLDER [NUMBER]` prints what it saw as JSON; the tests judge it.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from r2p_tui.errors import R2PError
from r2p_tui.store import connection as connections
from r2p_tui.store.backup import list_backups, make_backup
from r2p_tui.store.connection import begin, connect
from r2p_tui.store.engine import open_store
from r2p_tui.store.migrations import run as migrations
from r2p_tui.store.surprises import Surprise

NOW = datetime(2026, 11, 21, 7, 27, tzinfo=UTC)
WRITERS = 3
_INSERT = "INSERT INTO surprises (text, kind, created_at) VALUES (?, 'other', '2026-11-21T07:27:00.000Z')"
_NAMES = "SELECT substr(text, 1, instr(text, ' ') - 1) FROM surprises"
# Large enough that SQLite writes pages before the commit: a kill then leaves a journal to roll back.
_FILLER = "x" * 6000


def kill(folder: Path, rounds: int) -> dict[str, Any]:
    """Kill writers at random moments; each says over a pipe what it has committed."""
    path, backups = folder / "r2p.sqlite3", folder / "backups"
    open_store(path, backups).close()
    acknowledged: list[str] = []
    for number in range(rounds):
        work = _write_directly if number % 2 else _write_through_the_store
        pipes = [_start(work, path, f"{number}.{writer}") for writer in range(WRITERS)]
        heard = _listen([pipe for _, pipe in pipes], random.randint(1, 9))
        time.sleep(random.uniform(0, 0.01))
        for child, _ in pipes:
            os.kill(child, signal.SIGKILL)
        for child, pipe in pipes:
            acknowledged += _complete_lines(pipe, heard[pipe])
            os.waitpid(child, 0)
    with closing(connect(path)) as connection:
        stored = [row[0] for row in connection.execute(_NAMES)]
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    return {
        "acknowledged": len(acknowledged),
        "lost": sorted(set(acknowledged) - set(stored)),
        "twice": len(stored) - len(set(stored)),
        "integrity": sound,
        "orphans": orphans,
    }


def count(folder: Path, rounds: int) -> dict[str, Any]:
    """Six processes read a number and write it back plus one, half of them by the engine."""
    path, backups = folder / "r2p.sqlite3", folder / "backups"
    with open_store(path, backups) as store, store.write() as session:
        session.execute(text("INSERT INTO triage_sessions (id, started_at, seconds) VALUES (1, '2026', 0)"))
    children = [
        _fork(lambda work=work: work(path, rounds))  # type: ignore[misc]
        for work in (_count_directly, _count_through_the_store) * 3
    ]
    failed = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    with closing(connect(path)) as connection:
        (seconds,) = connection.execute("SELECT seconds FROM triage_sessions").fetchone()
    return {"exit_codes": failed, "sum": seconds}


def create(folder: Path, processes: int) -> dict[str, Any]:
    """Let several processes make the same store in the same moment."""
    ready, go = os.pipe()

    def make() -> None:
        os.read(ready, 1)
        open_store(folder / "r2p.sqlite3", folder / "backups").close()

    children = [_fork(make) for _ in range(processes)]
    os.write(go, b"." * processes)
    return {"exit_codes": [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]}


def create_as_wal(folder: Path, processes: int) -> dict[str, Any]:
    """The same with a write-ahead log."""
    connections.WAL_SAFE_VERSION = (3, 0, 0)
    return create(folder, processes)


def back_up_under_writers(folder: Path, backups: int) -> dict[str, Any]:
    """Take backups while three processes write numbers in order."""
    path, place = folder / "r2p.sqlite3", folder / "backups"
    open_store(path, place).close()
    pipes = [_start(_write_directly, path, f"0.{writer}") for writer in range(WRITERS)]
    gaps, counts = [], []
    for _ in range(backups):
        time.sleep(0.05)
        backup = make_backup(path, place, reason="manual", now=NOW)
        with closing(connect(backup.path)) as connection:
            for writer in range(WRITERS):
                query = f"{_NAMES} WHERE text LIKE ? ORDER BY id"
                seen = [row[0] for row in connection.execute(query, (f"0.{writer}.%",))]
                gaps += [] if seen == [f"0.{writer}.{number}" for number in range(len(seen))] else [seen]
            counts.append(backup.rows)
    for child, pipe in pipes:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(pipe)
    return {"gaps": gaps, "rows": counts}


def full(folder: Path, _number: int) -> dict[str, Any]:
    """Fill the disk under a store that is being written, free some of it, and go on."""
    path, backups = folder / "r2p.sqlite3", folder / "backups"
    ballast = folder / "ballast"
    with open_store(path, backups) as store:
        kept = make_backup(path, backups, reason="manual", now=NOW).path.name
        errors, acknowledged = [], 0
        ballast.write_bytes(bytes(os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize - 300_000))
        for attempt in range(400):
            error = _told(lambda attempt=attempt: _add(store, f"{attempt}"))  # type: ignore[misc]
            if error:
                errors.append(error)
                break
            acknowledged += 1
        rows = _surprises(path)
        backup_error = _told(lambda: make_backup(path, backups, reason="manual", now=NOW))
        left = sorted(file.name for file in backups.iterdir())
        upgrade_error = _told(lambda: open_store(folder / "second/r2p.sqlite3", folder / "second/backups"))
        ballast.unlink()
        retried = _told(lambda: _add(store, "after"))
    with closing(connect(path)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return {
        "error": errors,
        "acknowledged": acknowledged,
        "rows_when_full": rows,
        "rows_in_the_end": _surprises(path),
        "backup_error": backup_error,
        "backups": left == sorted([".lock", kept]),
        "creation_error": upgrade_error,
        "creation_retry": _told(lambda: open_store(folder / "second/r2p.sqlite3", folder / "second/backups")),
        "retry": retried,
        "integrity": sound,
    }


def read_only(folder: Path, _number: int) -> dict[str, Any]:
    """Read and try to write where the disk is mounted read-only."""
    path, backups = folder / "r2p.sqlite3", folder / "backups"
    with open_store(path, backups) as store:
        with store.read() as session:
            rows = session.execute(text("SELECT count(*) FROM surprises")).scalar()
        write = _told(lambda: _add(store, "no"))
    return {
        "rows": rows,
        "write": write,
        "backup": _told(lambda: make_backup(path, backups, reason="manual", now=NOW)),
        "backups": len(list_backups(backups)),
        "new_store": _told(lambda: open_store(folder / "other/r2p.sqlite3", folder / "other/backups")),
    }


def migrate(folder: Path, _number: int) -> dict[str, Any]:
    """Die between the statements of a migration: whatever has been done by then must be undone."""
    path = folder / "r2p.sqlite3"
    killed: list[list[int]] = []
    for statement in range(1, 60):
        child = _fork(lambda statement=statement: _upgrade_until(path, statement))  # type: ignore[misc]
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with closing(connect(path)) as connection:
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if code == 0:
            return {"killed": killed, "tables": tables}
        killed.append([code, tables])
    return {"killed": killed, "tables": None}


def _upgrade_until(path: Path, statement: int) -> None:
    from sqlalchemy import Engine, event

    seen = 0

    def count_down(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement * 3:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count_down)
    migrations.upgrade(path)


def _write_directly(path: Path, name: str, acknowledge: Callable[[str], None]) -> None:
    with closing(connect(path)) as connection:
        for number in range(1_000_000):
            begin(connection, writing=True)
            connection.execute(_INSERT, (f"{name}.{number} {_FILLER}",))
            connection.execute("COMMIT")
            acknowledge(f"{name}.{number}")


def _write_through_the_store(path: Path, name: str, acknowledge: Callable[[str], None]) -> None:
    with open_store(path, path.parent / "backups") as store:
        for number in range(1_000_000):
            with store.write() as session:
                session.add(Surprise(text=f"{name}.{number} {_FILLER}", created_at=NOW))
            acknowledge(f"{name}.{number}")


def _count_directly(path: Path, rounds: int) -> None:
    with closing(connect(path)) as connection:
        for _ in range(rounds):
            begin(connection, writing=True)
            (seconds,) = connection.execute("SELECT seconds FROM triage_sessions").fetchone()
            connection.execute("UPDATE triage_sessions SET seconds = ?", (seconds + 1,))
            connection.execute("COMMIT")


def _count_through_the_store(path: Path, rounds: int) -> None:
    with open_store(path, path.parent / "backups") as store:
        for _ in range(rounds):
            with store.write() as session:
                seconds = session.execute(text("SELECT seconds FROM triage_sessions")).scalar_one()
                session.execute(text("UPDATE triage_sessions SET seconds = :s"), {"s": seconds + 1})


def _add(store: Any, words: str) -> None:
    with store.write() as session:
        session.add(Surprise(text=f"{words} {_FILLER}", created_at=NOW))


def _surprises(path: Path) -> int:
    with closing(connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM surprises").fetchone()[0])


def _told(action: Callable[[], object]) -> list[str]:
    """The kind of error, its message and hint; nothing where all went well."""
    try:
        action()
    except R2PError as error:
        return [type(error).__name__, error.message, error.hint]
    return []


def _start(
    work: Callable[[Path, str, Callable[[str], None]], None], path: Path, name: str
) -> tuple[int, int]:
    reading, writing = os.pipe()

    def acknowledge(line: str) -> None:
        os.write(writing, f"{line}\n".encode())

    child = _fork(lambda: work(path, name, acknowledge))
    os.close(writing)
    return child, reading


def _fork(work: Callable[[], object]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _listen(pipes: list[int], lines: int) -> dict[int, bytes]:
    """What comes out of the pipes until that many lines have come."""
    heard = dict.fromkeys(pipes, b"")
    while sum(said.count(b"\n") for said in heard.values()) < lines:
        for pipe in select.select(pipes, [], [], 30)[0]:
            heard[pipe] += os.read(pipe, 4096)
    return heard


def _complete_lines(pipe: int, heard: bytes) -> list[str]:
    with os.fdopen(pipe, "rb") as file:
        whole, _, _ = (heard + file.read()).rpartition(b"\n")
    return whole.decode().split("\n") if whole else []


if __name__ == "__main__":
    scenario, place, *numbers = sys.argv[1:]
    result = globals()[scenario](Path(place), int(numbers[0]) if numbers else 0)
    sys.stdout.write(json.dumps(result))

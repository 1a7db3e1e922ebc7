"""Checkpoints of a run: whole or not there, their hashes in a manifest, the last two and the best kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.files import sync_folder
from r2p_tui.runs.rundir import read_json, write_json

MANIFEST = "manifest.json"
BEST = "best.pt"
_FORMER = ".best.pt.former"
_KEEP = 2
_CHUNK = 4_000_000


class Checkpoint(NamedTuple):
    """A checkpoint as the manifest names it; `epoch` counts from 1."""

    path: Path
    epoch: int
    sha256: str
    size: int


def save(source: Path, folder: Path, epoch: int, *, best: bool = False) -> Checkpoint:
    """Keep a copy as the checkpoint of an epoch, perhaps as the best one too; drop all but the last two.

    Raises OSError, and then every earlier checkpoint is as it was, and the manifest names no torn one.
    """
    path = folder / f"epoch-{epoch:04d}.pt"
    try:
        made = _copy(source, path, epoch)
        entries = _entries(folder) | _entry(made)
        numbered = sorted(entries.keys() - {BEST}, key=lambda name: _epoch(entries[name]))
        dropped = [name for name in numbered[:-_KEEP] if name != path.name]
        kept = {name: value for name, value in entries.items() if name not in dropped}
        with _former_best(folder):
            write_json(folder / MANIFEST, kept | (_entry(_linked(made)) if best else {}))
    except BaseException:
        if path.name not in _entries(folder):
            path.unlink(missing_ok=True)
        raise
    # Files that the manifest names are never dropped before it stops naming them.
    for name in dropped:
        (folder / Path(name).name).unlink(missing_ok=True)
    return made


def save_best(source: Path, folder: Path, epoch: int) -> Checkpoint:
    """Keep a copy as the best so far; raises OSError as `save` does."""
    with _former_best(folder):
        made = _copy(source, folder / BEST, epoch)
        write_json(folder / MANIFEST, _entries(folder) | _entry(made))
    return made


def newest_valid(folder: Path) -> Checkpoint | None:
    """The checkpoint of the last epoch whose bytes are still those that were written; None where none is."""
    found = [made for name in _entries(folder).keys() - {BEST} if (made := _named(folder, name))]
    return next((made for made in sorted(found, key=lambda made: -made.epoch) if is_valid(made)), None)


def best_valid(folder: Path) -> Checkpoint | None:
    """The best checkpoint, if its bytes are still those that were written."""
    made = _named(folder, BEST)
    # After a death between the new best and the manifest, the one that the manifest means lies aside.
    found = [made, made._replace(path=folder / _FORMER)] if made else []
    return next((each for each in found if is_valid(each)), None)


def listed(path: Path) -> Checkpoint | None:
    """What the manifest beside a checkpoint says of it."""
    return _named(path.parent, path.name)


def is_valid(made: Checkpoint) -> bool:
    """Whether the file has the size and the hash that the manifest gives."""
    try:
        return made.path.stat().st_size == made.size and sha256_of(made.path) == made.sha256
    except OSError:
        return False


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: Path, target: Path, epoch: int) -> Checkpoint:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        digest, size = _copy_bytes(source, draft)
        os.replace(draft, target)  # noqa: PTH105  (tests have each call of `os` here fail in turn)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return Checkpoint(target, epoch, digest, size)


@contextmanager
def _former_best(folder: Path) -> Iterator[None]:
    """Sets the best so far aside, and puts it back where the manifest still means it after a failure.

    A first one that the manifest does not name yet goes again.
    """
    best, former = folder / BEST, folder / _FORMER
    try:
        with suppress(OSError):
            former.unlink(missing_ok=True)
            former.hardlink_to(best)
        yield
    except BaseException:
        meant = _named(folder, BEST)
        if meant and is_valid(meant._replace(path=former)):
            former.rename(best)
        elif meant is None and not former.exists():
            best.unlink(missing_ok=True)
        # Two names of one file are not renamed into one.
        former.unlink(missing_ok=True)
        raise
    former.unlink(missing_ok=True)


def _linked(made: Checkpoint) -> Checkpoint:
    """The same bytes under the name of the best, without writing them twice where links are known."""
    best = made.path.with_name(BEST)
    draft = best.with_name(f".{BEST}.{os.getpid()}")
    try:
        try:
            draft.unlink(missing_ok=True)
            draft.hardlink_to(made.path)
        except OSError:
            return _copy(made.path, best, made.epoch)
        os.replace(draft, best)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(best.parent)
    return made._replace(path=best)


def _copy_bytes(source: Path, draft: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                _write_whole(handle, chunk)
        os.fsync(handle)
    finally:
        os.close(handle)
    return digest.hexdigest(), size


def _write_whole(handle: int, data: bytes) -> None:
    """A nearly full disk takes a part of a write without an error; the next write then fails."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _entries(folder: Path) -> dict[str, Any]:
    return {
        name: value for name, value in (read_json(folder / MANIFEST) or {}).items() if isinstance(value, dict)
    }


def _entry(made: Checkpoint) -> dict[str, Any]:
    return {made.path.name: {"epoch": made.epoch, "sha256": made.sha256, "size": made.size}}


def _named(folder: Path, name: str) -> Checkpoint | None:
    value = _entries(folder).get(name)
    if value is None or Path(name).name != name:
        return None
    return Checkpoint(folder / name, _epoch(value), str(value.get("sha256")), _whole(value.get("size")))


def _epoch(value: Mapping[str, Any]) -> int:
    return _whole(value.get("epoch"))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1

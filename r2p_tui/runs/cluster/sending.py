"""What a job takes along to a cluster: one archive with its code, its entrypoint and its environment."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import r2p_tui
from r2p_tui.domain.runs import RunSpec
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.runs.cluster.connection import Submission, TooLargeError
from r2p_tui.runs.rundir import RunDir
from r2p_tui.runs.secrets import LEFT_OUT, is_secret
from r2p_tui.text import clean_line, count_of, shorten

# The dashboard of a Ray head takes no more in one request.
MOST_BYTES = 100 * 1024**2
LARGEST_FILE_BYTES = 25_000_000
_MOST_FILES = 50_000
_SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "site-packages", "node_modules", ".tox", ".nox", "__pycache__"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints"}
)
_GIT_SECONDS = 60
# Ray waits 3 seconds before it kills, unless the job's own environment says otherwise.
_STOP_WAIT = "RAY_JOB_STOP_WAIT_TIME_S"
_PATHS = ("model", "data", "val_data", "weights_file", "resume_from")
_PACKAGE = Path(r2p_tui.__file__).parent
_NEEDED_FOLDERS = ("domain", "runs")


def submission_of(run: RunDir, spec: RunSpec) -> Submission:
    """All that `Cluster.submit` needs, its archive written below the run's `work`; raises R2PError."""
    try:
        if spec.kind in ("command", "shell"):
            entrypoint, archive, notes = _entrypoint(spec), *_code(run, spec)
        elif spec.kind == "train":
            entrypoint, archive, notes = "python -m r2p_tui.runs.cluster.job", *_training(run, spec)
        else:
            raise UsageError(
                f"A run of the kind {spec.kind} is not sent to another machine.", "Leave out --on."
            )
    except OSError as error:
        raise _unreadable(error.filename or spec.folder, error) from error
    variables, left_out = _variables(spec)
    variables.setdefault(_STOP_WAIT, str(max(int(spec.grace) - 5, 1)))
    runtime_env: dict[str, Any] = {"env_vars": variables}
    if archive is not None:
        runtime_env["working_dir"] = str(archive)
    cpus, gpus = _reserved(spec.device)
    return Submission(entrypoint, runtime_env, cpus, gpus, (*notes, *left_out))


def _entrypoint(spec: RunSpec) -> str:
    if not spec.argv or not spec.argv[0]:
        raise UsageError("The run has no command.", "Name it after --, as in: r2p run command -- ls")
    return spec.argv[0] if spec.kind == "shell" else shlex.join(spec.argv)


def _reserved(device: str) -> tuple[int, int]:
    """Processors and GPUs; with `auto`, Ray starts the job on its head and reserves nothing."""
    if device == "auto":
        return 0, 0
    return (1, 0) if device == "cpu" else (0, 1)


def _variables(spec: RunSpec) -> tuple[dict[str, str], list[str]]:
    """What the run names of its environment, and a note on secrets: Ray shows variables to everyone."""
    kept: dict[str, str] = {}
    secrets = []
    for name, value in spec.environment.items():
        if is_secret(name) or value == LEFT_OUT:
            secrets.append(name)
        else:
            kept[name] = value
    if not secrets:
        return kept, []
    names = shorten(clean_line(", ".join(sorted(secrets))), 80)
    return kept, [f"Not sent, as Ray shows a job's variables to everyone who reaches the cluster: {names}."]


# --- a command: the files of its folder ---------------------------------------------------------------------


def _code(run: RunDir, spec: RunSpec) -> tuple[Path | None, list[str]]:
    if not spec.folder:
        return None, []
    folder = Path(spec.folder)
    if not folder.is_dir():
        raise UsageError(f"The folder {folder} is not there, so nothing was sent.")
    files = {path: path.stat().st_size for path in _files(folder, avoided=run.path.parent)}
    large = sorted((path for path, size in files.items() if size > LARGEST_FILE_BYTES), key=str)
    sent = sorted(files.keys() - set(large))
    archive = _archive_of(run, folder, sent, {path: files[path] for path in sent})
    notes = [f"Sent {count_of(len(sent), 'file')} of {folder} ({_megabytes(archive.stat().st_size)})."]
    if large:
        names = shorten(", ".join(clean_line(str(path.relative_to(folder))) for path in large), 120)
        notes.append(f"Not sent, as each is over {_megabytes(LARGEST_FILE_BYTES)}: {names}.")
    return archive, notes


def _files(folder: Path, avoided: Path) -> Iterator[Path]:
    """Of a git checkout what git does not ignore; never what leads out of the folder."""
    root = folder.resolve()
    for number, path in enumerate(_in_git(folder) or _walk(folder)):
        if number >= _MOST_FILES:
            raise UsageError(
                f"{folder} holds over {_MOST_FILES:,} files, which is too much to send to a cluster."
            )
        if _SKIPPED.isdisjoint(path.relative_to(folder).parts) and path.is_file():
            real = path.resolve()
            if real.is_relative_to(root) and not real.is_relative_to(avoided.resolve()):
                yield path


def _in_git(folder: Path) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_GIT_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return []
    names = done.stdout.split(b"\0") if done.returncode == 0 else []
    return sorted({folder / os.fsdecode(name) for name in names if name})


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED and not Path(where, name, "pyvenv.cfg").exists()
        )
        yield from (Path(where, name) for name in sorted(names))


def _archive_of(run: RunDir, folder: Path, paths: Iterable[Path], sizes: Mapping[Path, int]) -> Path:
    with _archive(run) as (archive, target):
        for path in paths:
            data, mode = _read(path)
            _add(target, path.relative_to(folder).as_posix(), data, mode)
            # Checked on the way: a home folder would otherwise be packed to its end.
            if target.fp is not None and target.fp.tell() > MOST_BYTES:
                raise too_large(folder, sizes)
    return archive


def too_large(folder: Path, sizes: Mapping[Path, int]) -> TooLargeError:
    """Names the folders (or files at the top) that weigh most."""
    weights: Counter[str] = Counter()
    for path, size in sizes.items():
        weights[path.relative_to(folder).parts[0]] += size
    largest = ", ".join(f"{clean_line(name)} ({_megabytes(size)})" for name, size in weights.most_common(3))
    return TooLargeError(
        f"{folder} is too large to send: a Ray head takes {_megabytes(MOST_BYTES)}. Largest: {largest}.",
        "Put data on the cluster and name them there; what .gitignore names is not sent.",
    )


@contextmanager
def _archive(run: RunDir) -> Iterator[tuple[Path, zipfile.ZipFile]]:
    """A new one; what goes wrong with its file is told as that, so files are read by `_read` meanwhile."""
    archive = run.work / "to-the-cluster.zip"
    try:
        run.work.mkdir(exist_ok=True)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
            yield archive, target
    except OSError as error:
        with suppress(OSError):
            archive.unlink(missing_ok=True)
        raise R2PError(
            f"{clean_line(str(archive))} cannot be written, so nothing was sent: {error.strerror}."
        ) from error


def _read(path: Path) -> tuple[bytes, int]:
    """What a file holds, and its mode."""
    try:
        return path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: object, error: OSError) -> R2PError:
    return R2PError(f"{clean_line(str(path))} cannot be read, so nothing was sent: {error.strerror}.")


def _add(target: zipfile.ZipFile, name: str, data: bytes, mode: int = 0o100644) -> None:
    """Without times, so that the same files make the same archive and are sent once."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise R2PError(
            f"The name of {clean_line(name)} is not UTF-8, so nothing was sent.",
            "Rename it, or name it in .gitignore.",
        ) from error
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (mode & 0xFFFF) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    target.writestr(entry, data)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 10_000_000 else f"{size / 1e6:,.0f} MB"


# --- a training: what it was told, and the part of r2p that carries it out ----------------------------------


def _training(run: RunDir, spec: RunSpec) -> tuple[Path, list[str]]:
    folder = Path(spec.folder) if spec.folder else None
    train, on_cluster = dict(spec.train), []
    sent: dict[str, Path] = {}
    for name in _PATHS:
        if not (value := train.get(name)):
            continue
        local = folder / Path(str(value)).expanduser() if folder else Path(str(value)).expanduser()
        if folder and local.is_file() and local.resolve().is_relative_to(folder.resolve()):
            train[name] = local.resolve().relative_to(folder.resolve()).as_posix()
            sent[train[name]] = local
        elif name != "model" or local.is_absolute():
            on_cluster.append(f"{name} {value}")
    device = spec.device if spec.device in ("auto", "cpu") else "auto"
    sizes: dict[Path, int] = {}
    with _archive(run) as (archive, target):
        _add(target, "spec.json", json.dumps(_told(spec, train, device)).encode())
        for path in _own_files():
            _add(target, path.relative_to(_PACKAGE.parent).as_posix(), _read(path)[0])
        for name, path in sent.items():
            data, _ = _read(path)
            sizes[path] = len(data)
            _add(target, name, data)
    if archive.stat().st_size > MOST_BYTES and folder:
        raise too_large(folder, sizes)
    return archive, _notes_on_data(on_cluster, sent)


def _told(spec: RunSpec, train: Mapping[str, Any], device: str) -> dict[str, Any]:
    """Criteria are judged here, and the surroundings are nobody else's business."""
    left_out: dict[str, Any] = {
        "criteria": [],
        "surroundings": {},
        "environment": {},
        "watch": [],
        "time_box": None,
    }
    return {**spec.values(), **left_out, "train": dict(train), "device": device, "folder": "", "on": "local"}


def _own_files() -> Iterator[Path]:
    yield from sorted(_PACKAGE.glob("*.py"))
    for folder in _NEEDED_FOLDERS:
        yield from sorted((_PACKAGE / folder).rglob("*.py"))


def _notes_on_data(on_cluster: Iterable[str], sent: Mapping[str, Path]) -> list[str]:
    notes = [f"Sent along: {shorten(clean_line(', '.join(sent)), 120)}."] if sent else []
    named = "".join(f", {one}" for one in on_cluster)
    return [
        *notes,
        f"Looked for on the cluster, not here: images and labels{shorten(clean_line(named), 160)}.",
    ]

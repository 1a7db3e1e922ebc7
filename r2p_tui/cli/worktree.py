"""Where the user works: repository, branch and commit, read from git's files without starting git.

Plain string methods: compiling regular expressions would cost more than the reading does.
"""

from __future__ import annotations

import os
from pathlib import Path

from r2p_tui.domain.surprises import Place

_MAX_BYTES = 32_000_000
_MAX_HOPS = 5


def find_place(folder: Path | None = None) -> Place:
    """The place of `folder`, the current one by default; what cannot be told is None."""
    try:
        here = folder or Path.cwd()
    except OSError:
        return Place()
    if (found := _find_git(here)) is None:
        return Place(folder=str(here))
    top, git = found
    shared = git / (_read(git / "commondir").strip() or ".")
    branch, commit = _head(git, shared)
    return Place(_remote(_read(shared / "config")) or str(top), branch, commit, str(here))


def without_credentials(address: str) -> str:
    """A remote's address with no user, password, token, query or fragment in it."""
    scheme, separator, rest = address.partition("://")
    if separator:
        rest = rest.partition("?")[0].partition("#")[0]
    else:
        scheme, rest = "", address
    host, slash, path = rest.partition("/")
    return scheme + separator + host.rpartition("@")[2] + slash + path


def _find_git(folder: Path) -> tuple[Path, Path] | None:
    """The top of the work tree around `folder`, and the git folder that belongs to it."""
    for top in (folder, *folder.parents):
        candidate = top / ".git"
        if os.path.isdir(candidate):  # noqa: PTH112  (pathlib raises where a folder may not be entered)
            return top, candidate
        # A linked work tree or submodule has a file here that names its git folder.
        pointer = _read(candidate).strip()
        if pointer.startswith("gitdir:"):
            return top, top / pointer.removeprefix("gitdir:").strip()
    return None


def _head(git: Path, shared: Path) -> tuple[str | None, str | None]:
    """The branch that is checked out, None when detached, and the commit, None before the first."""
    value = _read(git / "HEAD").strip()
    branch = (
        value.removeprefix("ref:").strip().removeprefix("refs/heads/") if value.startswith("ref:") else None
    )
    for _ in range(_MAX_HOPS):
        if not value.startswith("ref:"):
            break
        value = _resolve(value.removeprefix("ref:").strip(), git, shared)
    return branch, value if _is_commit(value) else None


def _resolve(reference: str, git: Path, shared: Path) -> str:
    if not reference.startswith("refs/") or ".." in reference:
        return ""
    for folder in dict.fromkeys((git, shared)):
        if value := _read(folder / reference).strip():
            return value
    packed = _read(shared / "packed-refs") + "\n"
    end = packed.find(f" {reference}\n")
    return packed[packed.rfind("\n", 0, end) + 1 : end] if end > 0 else ""


def _is_commit(value: str) -> bool:
    return len(value) in (40, 64) and set(value) <= set("0123456789abcdef")


def _remote(config: str) -> str | None:
    """The address of `origin`, else of the remote that comes first."""
    addresses: dict[str, str] = {}
    remote = None
    for line in map(str.strip, config.splitlines()):
        if line.startswith("["):
            kind, _, name = line.strip("[]").partition('"')
            remote = name.rstrip('" ') if kind.strip().lower() == "remote" else None
            continue
        key, _, value = line.partition("=")
        if remote and key.strip().lower() == "url":
            addresses.setdefault(remote, value.strip().strip('"'))
    address = addresses.get("origin") or next(iter(addresses.values()), "")
    return without_credentials(address) or None


def _read(path: Path) -> str:
    """A plain file of sensible size; anything else reads as empty."""
    try:
        if path.is_file() and path.stat().st_size <= _MAX_BYTES:
            return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return ""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from r2p_tui.cli.worktree import find_place, without_credentials
from r2p_tui.domain.surprises import Place

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="compares with git's own answers")


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "poc"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def told_by_git(folder: Path) -> tuple[str | None, str]:
    branch = git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    return (None if branch == "HEAD" else branch), git(folder, "rev-parse", "HEAD")


def seen(folder: Path) -> tuple[str | None, str | None]:
    place = find_place(folder)
    return place.branch, place.commit_sha


@needs_git
def test_a_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature/fast-nms")
    inside = repository / "a" / "b"
    inside.mkdir(parents=True)
    assert seen(inside) == told_by_git(repository)
    assert find_place(inside).repository == str(repository)
    assert find_place(inside).folder == str(inside)


@needs_git
def test_packed_references(repository: Path) -> None:
    git(repository, "tag", "main-of-old")
    git(repository, "branch", "domain")
    git(repository, "commit", "-q", "--allow-empty", "-m", "second")
    git(repository, "pack-refs", "--all")
    assert not (repository / ".git/refs/heads/main").exists()
    assert seen(repository) == told_by_git(repository)


@needs_git
def test_a_detached_head(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert seen(repository) == told_by_git(repository)
    assert find_place(repository).branch is None


@needs_git
def test_a_reference_to_a_reference(repository: Path) -> None:
    git(repository, "symbolic-ref", "refs/heads/current", "refs/heads/main")
    git(repository, "symbolic-ref", "HEAD", "refs/heads/current")
    assert seen(repository) == ("current", git(repository, "rev-parse", "HEAD"))


@needs_git
def test_a_linked_work_tree(repository: Path, tmp_path: Path) -> None:
    git(repository, "remote", "add", "origin", "git@example.org:team/poc.git")
    other = tmp_path / "other"
    git(repository, "worktree", "add", "-q", "-b", "side", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "on the side")
    assert seen(other) == told_by_git(other)
    assert find_place(other).repository == "example.org:team/poc.git"


@needs_git
def test_a_submodule(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q", "-b", "main")
    git(outer, "submodule", "--quiet", "add", str(repository), "inner")
    assert seen(outer / "inner") == told_by_git(outer / "inner")


@needs_git
def test_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert seen(tmp_path) == ("main", None)


@needs_git
def test_the_remote_is_origin_else_the_first(repository: Path) -> None:
    git(repository, "remote", "add", "zeta", "https://example.org/zeta.git")
    git(repository, "remote", "add", "alpha", "https://example.org/alpha.git")
    assert find_place(repository).repository == "https://example.org/zeta.git"
    git(repository, "remote", "add", "origin", "https://token@example.org/origin.git")
    assert find_place(repository).repository == "https://example.org/origin.git"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://me:secret@example.org/a.git", "https://example.org/a.git"),
        ("https://secret@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("https://me:p@ss@example.org/a", "https://example.org/a"),
        ("https://example.org/a.git?private_token=secret#x", "https://example.org/a.git"),
        ("ssh://git@example.org/a.git", "ssh://example.org/a.git"),
        ("git@example.org:a/b.git", "example.org:a/b.git"),
        ("/srv/git/me@home/a.git", "/srv/git/me@home/a.git"),
        ("../other", "../other"),
    ],
)
def test_no_credentials_are_kept(address: str, kept: str) -> None:
    assert without_credentials(address) == kept
    assert "secret" not in kept


def test_outside_of_git_only_the_folder_is_known(tmp_path: Path) -> None:
    assert find_place(tmp_path) == Place(folder=str(tmp_path))


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert find_place() == Place()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xfe",
        b"ref: refs/heads/main",
        b"ref: ../../secret",
        b"ref: refs/heads/../../../secret",
        b"x" * 40,
    ],
)
def test_what_cannot_be_told_is_left_out(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "secret").write_text("b" * 40)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_bytes(head)
    assert find_place(tmp_path).commit_sha is None


def test_references_that_go_in_circles_end(tmp_path: Path) -> None:
    heads = tmp_path / ".git/refs/heads"
    heads.mkdir(parents=True)
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/a\n")
    (heads / "a").write_text("ref: refs/heads/b\n")
    (heads / "b").write_text("ref: refs/heads/a\n")
    assert seen(tmp_path) == ("a", None)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git/HEAD")
    assert seen(tmp_path) == (None, None)


def test_a_folder_that_may_not_be_entered_is_only_named(repository: Path) -> None:
    here = repository / "inside"
    here.mkdir()
    repository.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        assert find_place(here) == Place(folder=str(here))
    finally:
        if is_root:
            os.seteuid(0)
        repository.chmod(0o755)

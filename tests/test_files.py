"""Files are replaced as a whole, and what the user names is written where it really is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from r2p_tui.files import replace_file, sync_folder, write_named_file


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "notes.csv"
    write_named_file(file, b"old")
    monkeypatch.setattr(os, "fsync", _full)
    for write in (replace_file, write_named_file):
        with pytest.raises(OSError, match="No space"):
            write(file, b"new")
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]


def test_permissions_stay(tmp_path: Path) -> None:
    file = tmp_path / "private.csv"
    file.write_bytes(b"old")
    file.chmod(0o600)
    replace_file(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere/radar.csv", tmp_path / "radar.csv"
    link.symlink_to(target)
    for content in (b"one", b"two"):
        write_named_file(link, content)
        assert link.is_symlink() and target.read_bytes() == content


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_named_file(pipe, b"through")
        assert os.read(reader, 100) == b"through" and pipe.is_fifo()
    finally:
        os.close(reader)


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    write_named_file(file, b"mine", replace=False)
    with pytest.raises(FileExistsError):
        write_named_file(file, b"other", replace=False)
    assert file.read_bytes() == b"mine"


def test_a_file_system_that_cannot_sync_folders_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", cannot)
    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(OSError, match="No space"):
        sync_folder(tmp_path)

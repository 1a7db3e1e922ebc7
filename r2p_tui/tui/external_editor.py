"""A text in the user's own editor: whatever happens there, what was written is not lost."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from textual.app import SuspendNotSupported

from r2p_tui.errors import R2PError

_FALLBACKS = ("sensible-editor", "nano", "vi")


def edit_in_editor(text: str, folder: Path, suspend: AbstractContextManager[None]) -> str:
    """What the user made of the text, in $VISUAL, $EDITOR or the first editor found; blocks until it ends.

    The text lies in a file of `folder` that only the user may read. It is removed when its content has been
    taken over, and kept when anything fails; R2PError says where.
    """
    command = _editor_command()
    path = _write_private(text, folder)
    try:
        with suspend, _interrupts_left_to_the_editor():
            status = subprocess.run([*command, str(path)], check=False).returncode
        if status != 0:
            raise R2PError(f"{command[0]} ended with an error ({status}).", f"Your text is kept in {path}.")
        edited = path.read_text(encoding="utf-8", errors="replace")
    except SuspendNotSupported as error:
        path.unlink()
        raise R2PError(
            "This terminal cannot hand over to an editor.", "Write in the field instead."
        ) from error
    except OSError as error:
        raise R2PError(
            f"{command[0]} could not be run: {error.strerror}.", f"Your text is kept in {path}."
        ) from error
    path.unlink(missing_ok=True)
    return edited if text.endswith("\n") else edited.removesuffix("\n")


def _editor_command() -> list[str]:
    """The editor's command line; raises R2PError where none is to be found."""
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = shlex.split(wanted)
    except ValueError as error:
        raise R2PError(
            f"The editor command cannot be read: {wanted}", "Check $VISUAL and $EDITOR."
        ) from error
    command = command or [name for name in _FALLBACKS if shutil.which(name)][:1]
    if not command or shutil.which(command[0]) is None:
        name = f"{command[0]} is not installed" if command else "No editor is installed"
        raise R2PError(f"{name}.", "Set EDITOR to one, for example: export EDITOR=nano")
    return command


def _write_private(text: str, folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file, name = tempfile.mkstemp(prefix="note-", suffix=".md", dir=folder)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise R2PError(
            f"{folder} cannot be written: {error.strerror}.", "Check its permissions: r2p doctor"
        ) from error
    return Path(name)


@contextmanager
def _interrupts_left_to_the_editor() -> Iterator[None]:
    """Ctrl+C reaches the whole foreground group: it is meant for the editor, and must not end r2p."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

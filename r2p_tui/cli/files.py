"""Files that the user names: read whole, up to a size, and written."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

from r2p_tui.errors import R2PError, UsageError
from r2p_tui.files import write_named_file


def read_text(name: str, *, most_bytes: int, too_large: str) -> str:
    """The text of a file, or for `-` of standard input; raises UsageError with a hint.

    `too_large` is the hint for what has more bytes.
    """
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise UsageError(
            f"{name} cannot be read: {error.strerror}.", "Check the name of the file."
        ) from error
    if len(content) > most_bytes:
        raise UsageError(f"{name} is larger than {most_bytes // 1_000_000} MB.", too_large)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is no text in UTF-8.", "Save it again as UTF-8.") from error


def write_text(name: str, text: str, *, replace: bool = True) -> None:
    """Write a file as it is, line ends included; raises R2PError, also for one that is not to be replaced."""
    try:
        write_named_file(Path(name), text.encode(), replace=replace)
    except FileExistsError as error:
        raise UsageError(f"{name} is there already.", "Choose another name, or say --force.") from error
    except OSError as error:
        raise R2PError(f"{name} cannot be written: {error.strerror}.", "Choose another place.") from error

"""The border to the terminal: everything a command prints passes here, is cleaned again, and is fitted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from r2p_tui.domain.cell_text import display_width as display_width
from r2p_tui.domain.cell_text import fit as fit
from r2p_tui.domain.cell_text import head_of
from r2p_tui.domain.cell_text import pad as pad
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line

UNLIMITED = 10**9
_WRAP = 80
_STYLES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33"}


def prepare() -> None:
    """Make both streams safe to write to: closed ones lead nowhere, and no character is refused."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def drop() -> None:
    """Send what is still to be written nowhere, once stdout has refused it."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(text: str = "", *, style: str | None = None) -> None:
    """Lines of data on stdout; the style shows on a terminal only."""
    sys.stdout.write(_styled(clean(text), style, sys.stdout) + "\n")


def write_drawn(lines: Sequence[str]) -> None:
    """Lines of a drawing on stdout; all but their colours is cleaned, and those show on a terminal only."""
    import re

    parts = re.split(r"(\x1b\[[0-9;]*m)", "\n".join(lines))
    cleaned = [clean(part) if index % 2 == 0 else part * shows_styles() for index, part in enumerate(parts)]
    sys.stdout.write("".join(cleaned) + "\n")


def shows_styles(stream: TextIO | None = None) -> bool:
    """Whether colours and bold letters are for a reader who sees them; for stdout unless told."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in (None, "", "dumb"):
        return False
    return (stream or sys.stdout).isatty()


def say(text: str, *, style: str | None = None) -> None:
    """Talk on stderr, which no script reads as data."""
    sys.stderr.write(_styled(clean(text), style, sys.stderr) + "\n")


def complain(error: R2PError) -> None:
    """The sentence and its hint, on stderr."""
    say(f"r2p: {error.message}", style="bold")
    if error.hint:
        say(f"  {error.hint}")


def write_json(value: Any) -> None:
    """One JSON document in ASCII on stdout: control characters in the data are escaped by their numbers."""
    import json

    document = json.dumps(value, indent=2, default=_plain)
    # JSON allows a bare DEL, the one control character that ASCII escapes leave alone.
    sys.stdout.write(document.replace("\x7f", "\\u007f") + "\n")


def table(rows: Sequence[Sequence[str]], align: str = "", *, whole: bool = False) -> None:
    """Columns as wide as their widest cell, without those that are empty throughout.

    The last one is cut at the terminal's edge, unless `whole`; a pipe gets it whole. `align` holds `<` or `>`
    for each column, `<` where it is short.
    """
    cells = [[clean_line(cell) for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    shown = [index for index, width in enumerate(widths[:-1]) if width]
    left = UNLIMITED if whole else line_width(otherwise=UNLIMITED) - sum(widths[index] + 2 for index in shown)
    sides = align.ljust(len(widths), "<")
    for row in cells:
        padded = [pad(row[index], widths[index], sides[index]) for index in shown]
        write("  ".join([*padded, fit(row[-1], max(left, 10))]).rstrip())


def line_width(otherwise: int = _WRAP) -> int:
    """The terminal's columns, or `otherwise` where stdout is no terminal; COLUMNS wins over both."""
    if (columns := os.environ.get("COLUMNS", "")).isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _WRAP
    except (OSError, ValueError):
        return otherwise


def one_line(text: str) -> str:
    """Foreign text for the middle of a line."""
    return clean_line(text)


def wrap(text: str, width: int, indent: str = "") -> Iterator[str]:
    """The text in lines of at most `width` cells; a word that is longer than a line is broken."""
    room = max(width - display_width(indent), 10)
    for paragraph in clean(text).split("\n"):
        line = ""
        for word in paragraph.split():
            if line and display_width(line) + 1 + display_width(word) > room:
                yield indent + line
                line = ""
            line = f"{line} {word}" if line else word
            while display_width(line) > room:
                head = head_of(line, room)
                yield indent + head
                line = line[len(head) :]
        yield indent + line if line else ""


def _styled(text: str, style: str | None, stream: TextIO) -> str:
    if style is None or not shows_styles(stream):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def _plain(value: Any) -> str:
    from datetime import datetime

    from r2p_tui.domain.times import utc_text

    return utc_text(value) if isinstance(value, datetime) else str(value)

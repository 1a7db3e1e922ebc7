"""What a program prints, line by line as a terminal would show it, from a file that grows and is rotated."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

from r2p_tui.runs.reports.growing_file import GrowingFile, read_at
from r2p_tui.text import clean, shorten

SHOWN_WIDTH = 2_000
_CHUNK = 262_144
_BLOCK = 65_536
_FARTHEST_BACK = 64_000_000
# Colours, cursor movements, titles and links of terminals.
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[()][A-Z0-9]|[@-Z\\^_=>c78]"
    r"|\][^\x07\x1b\n]{0,2000}+(?:\x07|\x1b\\))"
)
_BLANKS = b" \t\b\r"


class LogTail:
    """Follows a log; a line that was redrawn with carriage returns counts as what it showed last.

    Starts anew after a rotation by copy and truncate. Lines longer than `width` characters are cut. At most
    four bytes for each of these characters are kept of a line that has not ended.
    """

    def __init__(self, path: Path, width: int = SHOWN_WIDTH) -> None:
        self._file = GrowingFile(path)
        self._width = width
        self._rest = b""
        self._overlong = False

    @property
    def behind(self) -> bool:
        """Whether the last poll left something unread."""
        return self._file.behind

    @property
    def pending(self) -> str:
        """What the line that has not ended shows now, such as a progress bar."""
        return self._shown(self._rest)

    def poll(self, max_lines: int = 10_000, max_bytes: int = 4_000_000) -> list[str]:
        """The whole lines since the last call, at most `max_lines` from about `max_bytes`."""
        lines: list[str] = []
        left = max_bytes
        while left > 0 and len(lines) < max_lines:
            data, anew = self._file.read(min(_CHUNK, left))
            if anew:
                self._rest, self._overlong = b"", False
            if not data:
                break
            left -= len(data)
            lines += self._take(data, max_lines - len(lines))
        return lines

    def jump(self, lines: int) -> None:
        """Go on with the last `lines` whole lines of the file, found from its end."""
        self._file.move_to(_start_of_last(self._file.path, lines))
        self._rest, self._overlong = b"", False

    def _take(self, data: bytes, room: int) -> list[str]:
        pieces = data.split(b"\n")
        ended, unread = pieces[:-1][:room], pieces[room:] if len(pieces) > room + 1 else []
        if unread:
            self._file.give_back(len(b"\n".join(unread)))
        lines = []
        for piece in ended:
            lines.append(self._shown(self._joined(piece)))
            self._rest, self._overlong = b"", False
        if not unread:
            self._rest = self._joined(pieces[-1])
        return lines

    def _joined(self, piece: bytes) -> bytes:
        """The unfinished line with more of it, as far as it can still be seen."""
        if not self._rest and len(piece) <= 4 * self._width and b"\r" not in piece:
            return piece
        if self._overlong and b"\r" not in piece:
            return self._rest
        line = _last_state(self._rest + piece)
        self._overlong = len(line) > 4 * self._width
        return line[: 4 * self._width + 1]

    def _shown(self, line: bytes) -> str:
        if b"\r" in line:
            line = _last_state(line).rstrip(b"\r")
        text = line.decode("utf-8", "replace")
        if "\x1b" in text:
            text = _ESCAPES.sub("", text)
        return shorten(clean(text.replace("\b", "")).rstrip(), self._width)


def last_lines(path: Path, count: int, width: int = SHOWN_WIDTH) -> list[str]:
    """The last lines of a file of any size, read from its end; a line without newline counts too."""
    if count <= 0:
        return []
    tail = LogTail(path, width)
    tail.jump(count)
    lines: deque[str] = deque(maxlen=count)
    while found := tail.poll(count, _FARTHEST_BACK):
        lines += found
        if not tail.behind:
            break
    if pending := tail.pending:
        lines.append(pending)
    return list(lines)


def _last_state(line: bytes) -> bytes:
    """What stands after the last carriage return; where nothing does, what stood before, and the return."""
    drawn = line.rstrip(_BLANKS)
    after = line[len(drawn) :]
    return drawn.rpartition(b"\r")[2] + (b"\r" if b"\r" in after else after)


def _start_of_last(path: Path, lines: int) -> int:
    """Where the last `lines` whole lines begin; looks back 64 MB at most."""
    found = read_at(path, 0, 0)
    if found is None or lines <= 0:
        return found[1] if found else 0
    end = found[1]
    farthest = max(end - _FARTHEST_BACK, 0)
    left, start = lines + 1, end
    while start > farthest:
        size = min(_BLOCK, start - farthest)
        block = (read_at(path, start - size, size) or (b"", 0))[0]
        newlines = block.count(b"\n")
        if newlines >= left:
            return start - size + _place_from_end(block, left) + 1
        left, start = left - newlines, start - size
    return farthest


def _place_from_end(block: bytes, count: int) -> int:
    place = len(block)
    for _ in range(count):
        place = block.rfind(b"\n", 0, place)
    return place

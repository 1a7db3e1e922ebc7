"""One answer of an HTTP/1.1 server, read from bytes as they come and within limits."""

from __future__ import annotations

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 64 * 2**20
_LONGEST_SIZE_LINE = 1024
_NO_BODY = (204, 304)


class BadAnswerError(Exception):
    """What came is not an answer of HTTP/1.1, or is larger than r2p reads; the text says which."""


class Answer:
    """Status and headers once `has_head`, then pieces of the body; `done` at its last byte.

    Header names are in lower case. After `done` the same object reads no more.
    """

    __slots__ = (
        "_buffer", "_chunked", "_in_chunk", "_left", "_method", "body_size", "done", "has_head", "headers",
        "status",
    )  # fmt: skip

    def __init__(self, method: str = "GET") -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.has_head = False
        self.done = False
        self.body_size = 0
        self._method = method
        self._buffer = b""
        self._left: int | None = 0
        self._chunked = False
        self._in_chunk = False

    @property
    def keeps_open(self) -> bool:
        """Whether the connection may carry another request."""
        closes = self.headers.get("connection", "").lower() == "close"
        return self.done and not closes and self._left is not None

    def feed(self, data: bytes) -> bytes:
        """What these bytes add to the body; raises BadAnswerError."""
        if not self.has_head:
            data = self._read_head(data)
            if not self.has_head:
                return b""
        if self._chunked:
            body = self._read_chunks(data)
        elif self._left is None:
            body = data
        else:
            body, rest = data[: self._left], data[self._left :]
            self._left -= len(body)
            self._end(rest) if self._left == 0 else None
        self.body_size += len(body)
        if self.body_size > LARGEST_BODY:
            raise BadAnswerError(f"an answer of more than {LARGEST_BODY // 2**20} MiB")
        return body

    def end(self) -> None:
        """The server has closed the connection; raises BadAnswerError where that cut the answer short."""
        if not self.has_head or self._chunked or self._left is not None:
            raise BadAnswerError("the connection was closed before the answer was whole")
        self.done = True

    def _read_head(self, data: bytes) -> bytes:
        """The bytes behind the head; interim answers (status 1xx) are passed over."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, rest = self._buffer[:end], self._buffer[end + 4 :]
            self._parse_head(head)
            if self.status >= 200:
                self._buffer = b""
                self.has_head = True
                self._set_length(rest)
                return rest
            self._buffer = rest
        if len(self._buffer) > LARGEST_HEAD:
            raise BadAnswerError("headers without an end")
        if self._buffer[:5] != b"HTTP/"[: len(self._buffer)]:
            raise BadAnswerError("no answer of HTTP")
        return b""

    def _parse_head(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        status = rest[:3]
        if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdigit()):
            raise BadAnswerError("no answer of HTTP")
        self.status = int(status)
        self.headers = {name.strip().lower(): value.strip() for name, _, value in map(_parted, lines)}
        if version == "HTTP/1.0" and self.headers.get("connection", "").lower() != "keep-alive":
            self.headers["connection"] = "close"

    def _set_length(self, rest: bytes) -> None:
        length = self.headers.get("content-length")
        if self._method == "HEAD" or self.status in _NO_BODY:
            self._end(rest)
        elif "chunked" in self.headers.get("transfer-encoding", "").lower():
            self._chunked = True
        elif length is None:
            self._left = None
        elif not (length.isascii() and length.isdigit()) or len(length) > 18:
            raise BadAnswerError("a length that is no number")
        else:
            self._left = int(length)
            self.done = self._left == 0 and not rest

    def _read_chunks(self, data: bytes) -> bytes:
        self._buffer += data
        pieces = []
        while self._buffer and not self.done:
            if self._in_chunk:
                if (piece := self._chunk_piece()) is None:
                    break
                pieces.append(piece)
            elif not self._next_chunk():
                break
        return b"".join(pieces)

    def _chunk_piece(self) -> bytes | None:
        """What is there of the chunk; its closing line end is read with it."""
        assert self._left is not None  # noqa: S101  (chunks have a size)
        piece, self._buffer = self._buffer[: self._left], self._buffer[self._left :]
        self._left -= len(piece)
        if self._left == 0:
            if len(self._buffer) < 2:
                return piece or None
            if self._buffer[:2] != b"\r\n":
                raise BadAnswerError("a chunk of another size than it says")
            self._buffer = self._buffer[2:]
            self._in_chunk = False
        return piece

    def _next_chunk(self) -> bool:
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            if len(line) > _LONGEST_SIZE_LINE:
                raise BadAnswerError("a chunk without a size")
            return False
        size = _chunk_size(line)
        if size:
            self._left, self._in_chunk, self._buffer = size, True, rest
            return True
        # Behind the last chunk come trailers, and an empty line.
        if not rest.startswith(b"\r\n") and b"\r\n\r\n" not in rest:
            if len(rest) > LARGEST_HEAD:
                raise BadAnswerError("trailers without an end")
            return False
        self._buffer, self._left = b"", 0
        self._end(rest[2:] if rest.startswith(b"\r\n") else rest.partition(b"\r\n\r\n")[2])
        return True

    def _end(self, rest: bytes) -> None:
        if rest:
            raise BadAnswerError("more than the answer")
        self.done = True


def _parted(line: str) -> tuple[str, str, str]:
    if ":" not in line:
        raise BadAnswerError("a header without a colon")
    return line.partition(":")


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    try:
        if not digits or len(digits) > 15 or digits[:1] in b"+-":
            raise ValueError
        return int(digits, 16)
    except ValueError as error:
        raise BadAnswerError("a chunk without a size") from error

"""What is sent to an endpoint: the user's own request, and odd ones that it should survive."""

from __future__ import annotations

import json
import mimetypes
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r2p_tui.domain.benchmark import is_chat
from r2p_tui.domain.endpoint_address import Endpoint, endpoint_of
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs.benchmark.http_client import BodyReader, Request, payload
from r2p_tui.runs.benchmark.odd_inputs import odd_images, odd_texts
from r2p_tui.runs.benchmark.openai_endpoint import StreamReader, WholeReader, chat_body, chat_path
from r2p_tui.text import clean_line, shorten

_MOST_BODIES = 256
_LARGEST_BODY = 64 * 2**20
_KEPT = 64 * 1024
LEFT_OUT = "(left out)"


class TextReader:
    """Keeps the beginning of an answer; it is wrong where the text that was expected is nowhere in it."""

    def __init__(self, expected: str = "") -> None:
        self._expected = expected.encode()
        self._found = not expected
        self._body = self._last = b""

    def read(self, piece: bytes, _now: float) -> None:
        if len(self._body) < _KEPT:
            self._body += piece[: _KEPT - len(self._body)]
        if not self._found:
            seen = self._last + piece
            self._found = self._expected in seen
            self._last = seen[-len(self._expected) :]

    def fault(self) -> str:
        return "" if self._found else "the expected text is not in the answer"

    @property
    def text(self) -> str:
        return self._body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked and how; `bodies` are the user's own inputs by name, one at least."""

    endpoint: Endpoint
    settings: Mapping[str, Any]
    bodies: Mapping[str, bytes]
    content_type: str
    token: str = ""

    @property
    def chat(self) -> bool:
        return is_chat(self.settings)

    @property
    def streams(self) -> bool:
        return self.chat and bool(self.settings.get("stream", True))

    def requests(self) -> list[Request]:
        """One for each of the user's inputs."""
        return [self.request(body) for body in self.bodies.values()]

    def request(self, body: bytes, reader: Callable[[], BodyReader] | None = None) -> Request:
        method = str(self.settings["method"])
        accept = "text/event-stream" if self.streams else "*/*"
        block = payload(self.endpoint, method, body, self.content_type, self.token, accept)
        return Request(block, method, self.settings.get("expected_status"), reader or self._reader())

    def odd_bodies(self) -> dict[str, bytes]:
        """Inputs that make no sense, of the kind that the user sends; none where nothing is sent."""
        if self.chat:
            return {name: chat_body(self.settings, text) for name, text in odd_texts().items()}
        if not any(self.bodies.values()):
            return {}
        if self.content_type.startswith("image/"):
            return {"an empty body": b"", **odd_images()}
        odd = {name: text.encode("utf-8", "replace") for name, text in odd_texts().items()}
        if "json" in self.content_type:
            whole = next(iter(self.bodies.values()))
            odd = {name: json.dumps(text).encode() for name, text in odd_texts().items()}
            odd |= {
                "an empty body": b"",
                "half of a JSON": whole[: max(len(whole) // 2, 1)],
                "an empty list": b"[]",
            }
        return odd

    def hidden(self, text: str) -> str:
        """Text of the server in one line, without the token, should it have come back."""
        told = text.replace(self.token, LEFT_OUT) if self.token else text
        return shorten(clean_line(told), 160)

    def _reader(self) -> Callable[[], BodyReader] | None:
        if self.chat:
            reader = StreamReader if self.streams else WholeReader
            return lambda: reader(self.hidden)
        expected = str(self.settings.get("expected_text", ""))
        return (lambda: TextReader(expected)) if expected else None


def asking(settings: Mapping[str, Any], base: Path) -> Asking:
    """Read what the settings name; raises R2PError where a file or a token is missing."""
    endpoint = endpoint_of(str(settings["target"]))
    if is_chat(settings):
        endpoint = endpoint._replace(path=chat_path(endpoint.path))
        bodies, guessed = {"prompt": chat_body(settings)}, "application/json"
    else:
        bodies, guessed = _bodies(settings, base)
    content_type = str(settings.get("content_type") or guessed) if any(bodies.values()) else ""
    return Asking(endpoint, settings, bodies, content_type, _token(settings))


def _bodies(settings: Mapping[str, Any], base: Path) -> tuple[dict[str, bytes], str]:
    """Inputs by name, and their type as far as it can be told."""
    if "body_file" in settings:
        return _files((base / Path(str(settings["body_file"])).expanduser()).absolute())
    body = str(settings.get("body", "")).encode()
    return {"body": body}, "application/json" if _is_json(body) else "text/plain; charset=utf-8"


def _files(path: Path) -> tuple[dict[str, bytes], str]:
    name = clean_line(str(path))
    try:
        files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        files = [one for one in files if not one.name.startswith(".")][:_MOST_BODIES]
        if sum(one.stat().st_size for one in files) > _LARGEST_BODY:
            raise UsageError(
                f"{name} holds more than {_LARGEST_BODY // 2**20} MiB, too much to send again and again."
            )
        bodies = {one.name: one.read_bytes() for one in files}
    except OSError as error:
        raise NotFoundError(f"What is to be sent cannot be read: {name} ({error.strerror}).") from error
    if not bodies:
        raise NotFoundError(f"The folder {name} has no file to send.")
    types = {mimetypes.guess_type(one)[0] for one in bodies}
    if len(types) > 1:
        raise UsageError(
            f"The files of {name} have several types.", "Send one type at a time, or name content_type."
        )
    return bodies, types.pop() or "application/octet-stream"


def _token(settings: Mapping[str, Any]) -> str:
    name = settings.get("token_variable")
    if name is None:
        return ""
    token = os.environ.get(str(name), "").strip()
    if not token:
        raise UsageError(
            f"The variable {name}, which is to hold the token, is not set.",
            "Set it where the run is submitted.",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"What the variable {name} holds cannot be a token.")
    return token


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict | list)
    except (ValueError, RecursionError):
        return False

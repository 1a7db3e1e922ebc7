"""Chat completions as OpenAI spells them: what is sent, and tokens counted as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from r2p_tui.text import clean_line, shorten

_LONGEST_LINE = 2**20
_PATH = "/chat/completions"


def chat_path(path: str) -> str:
    """The path of chat completions where an address ends before it, as base addresses do."""
    head, mark, query = path.partition("?")
    if head.rstrip("/").rpartition("/")[2] in ("", "v1"):
        head = (head.rstrip("/") or "/v1") + _PATH
    return head + mark + query


def chat_body(settings: Mapping[str, Any], prompt: str | None = None) -> bytes:
    """A request for one answer to one prompt; it asks for the usage, which counts tokens exactly."""
    body: dict[str, Any] = {
        "model": settings["model"],
        "messages": [{"role": "user", "content": settings["prompt"] if prompt is None else prompt}],
    }
    if "max_tokens" in settings:
        body["max_tokens"] = settings["max_tokens"]
    if settings.get("stream", True):
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(body).encode()


Hide = Callable[[str], str]


class StreamReader:
    """Server-sent events: when the first text came, how many tokens there were, whether it ended well.

    Tokens are those of the usage, else the pieces of text, which `counted` says. Source of the format:
    https://html.spec.whatwg.org/multipage/server-sent-events.html. `hide` takes secrets out of what it says.
    """

    def __init__(self, hide: Hide = clean_line) -> None:
        self._hide = hide
        self.first: float | None = None
        self.last: float | None = None
        self.counted = True
        self._pieces = 0
        self._usage: int | None = None
        self._line = b""
        self._fault = ""
        self._ended = False

    @property
    def tokens(self) -> int:
        return self._pieces if self._usage is None else self._usage

    def read(self, piece: bytes, now: float) -> None:
        *lines, self._line = (self._line + piece).replace(b"\r\n", b"\n").split(b"\n")
        if len(self._line) > _LONGEST_LINE:
            self._fault = self._fault or "an event without an end"
            self._line = b""
        for line in lines:
            if line.startswith(b"data:"):
                self._event(line[5:].strip(), now)

    def fault(self) -> str:
        if self._fault:
            return self._fault
        if not self._ended:
            return "the stream ended early"
        return "" if self.first is not None else "an answer without text"

    def _event(self, data: bytes, now: float) -> None:
        if data == b"[DONE]":
            self._ended = True
            return
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            self._fault = self._fault or "an event that is not JSON"
            return
        if not isinstance(event, dict) or event.get("error"):
            self._fault = self._fault or _error_words(event, self._hide)
            return
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            self._choice(choice, now)
        if (tokens := _tokens(event)) is not None:
            self._usage, self.counted = tokens, False

    def _choice(self, choice: object, now: float) -> None:
        if not isinstance(choice, dict):
            return
        delta = choice.get("delta")
        texts = delta if isinstance(delta, dict) else choice
        if any(
            texts.get(name) for name in ("content", "reasoning_content", "reasoning", "text", "tool_calls")
        ):
            self.first = now if self.first is None else self.first
            self.last = now
            self._pieces += 1
        self._ended = self._ended or bool(choice.get("finish_reason"))


class WholeReader:
    """One answer in one piece, with the tokens that its usage counts; `hide` as above."""

    def __init__(self, hide: Hide = clean_line) -> None:
        self._hide = hide
        self._body = b""
        self.first = self.last = None
        self.counted = False

    @property
    def tokens(self) -> int:
        return _tokens(_loaded(self._body)) or 0

    def read(self, piece: bytes, _now: float) -> None:
        self._body += piece

    def fault(self) -> str:
        answer = _loaded(self._body)
        if not isinstance(answer, dict):
            return "an answer that is not JSON"
        if answer.get("error"):
            return _error_words(answer, self._hide)
        choices = answer.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        told = message.get("content") or message.get("tool_calls") if isinstance(message, dict) else None
        return "" if told else "an answer without text"


def _loaded(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def _tokens(answer: object) -> int | None:
    usage = answer.get("usage") if isinstance(answer, dict) else None
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0 else None


def _error_words(event: object, hide: Hide) -> str:
    error = event.get("error") if isinstance(event, dict) else None
    said = error.get("message") if isinstance(error, dict) else error
    words = shorten(hide(said), 100) if isinstance(said, str) else ""
    return f"an error instead of text: {words}" if words else "an error instead of text"

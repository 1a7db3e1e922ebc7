"""Chat completions: tokens and their times from streams, whatever the pieces; faults told."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.runs.benchmark.openai_endpoint import StreamReader, WholeReader, chat_body, chat_path
from tests.runs.benchmark.runs import carried_out, checks
from tests.runs.benchmark.servers import answering, read_request, serving, whole

WORDS = ["One", " two", " three", " fôur"]


def event(value: object) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def delta(text: str | None, finish: str | None = None) -> dict[str, object]:
    return {
        "choices": [
            {
                "delta": {"content": text} if text is not None else {"role": "assistant"},
                "finish_reason": finish,
            }
        ]
    }


STREAM = b": keep-alive\n\n" + b"".join(
    [
        event(delta(None)),
        event(delta("")),
        *(event(delta(word)) for word in WORDS),
        event(delta(None, "stop")),
    ]
)
USAGE = event({"choices": [], "usage": {"completion_tokens": 9, "prompt_tokens": 3}})
DONE = event(b"[DONE]")


@given(st.lists(st.integers(0, len(STREAM)), max_size=12), st.booleans())
def test_a_stream_reads_the_same_whatever_its_pieces(cuts: list[int], with_usage: bool) -> None:
    sent = STREAM + (USAGE if with_usage else b"") + DONE
    places = sorted({0, len(sent), *cuts})
    reader = StreamReader()
    for number, (start, end) in enumerate(pairwise(places)):
        reader.read(sent[start:end], float(number))
    assert reader.fault() == ""
    assert (reader.tokens, reader.counted) == ((9, False) if with_usage else (4, True))
    assert reader.first is not None and reader.last is not None and reader.first <= reader.last


def test_the_first_token_is_the_first_text_and_not_the_role() -> None:
    reader = StreamReader()
    for now, piece in enumerate([event(delta(None)), event(delta("")), event(delta("a")), event(delta("b"))]):
        reader.read(piece, float(now))
    assert (reader.first, reader.last) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (event(delta("a")), "ended early"),
        (DONE, "without text"),
        (event(b"{half"), "not JSON"),
        (event({"error": {"message": "too \x1b[1mbusy"}}), "too \ufffd[1mbusy"),
        (event([1, 2]), "an error instead"),
        (b"data: " + b"x" * (2**20 + 5), "without an end"),
        (event({"choices": [None, {"delta": 3}], "usage": []}) + DONE, "without text"),
    ],
)
def test_what_is_wrong_with_a_stream_is_told(sent: bytes, fault: str) -> None:
    reader = StreamReader()
    reader.read(sent, 1.0)
    assert fault in reader.fault()


def test_a_token_that_comes_back_in_an_error_is_left_out() -> None:
    def hide(text: str) -> str:
        return text.replace("sk-secret", "(left out)")

    error = {"error": {"message": "bad key sk-secret"}}
    stream, whole_answer = StreamReader(hide), WholeReader(hide)
    stream.read(event(error), 1.0)
    whole_answer.read(json.dumps(error).encode(), 1.0)
    for reader in (stream, whole_answer):
        assert reader.fault() == "an error instead of text: bad key (left out)"


def test_whole_answers_are_read_as_well() -> None:
    reader = WholeReader()
    reader.read(b'{"choices": [{"message": {"content": "hi"}}], "usage": ', 1.0)
    reader.read(b'{"completion_tokens": 7}}', 2.0)
    assert (reader.fault(), reader.tokens) == ("", 7)
    for body, fault in ((b"<html>", "not JSON"), (b"{}", "without text"), (b'{"error": "no"}', "instead")):
        reader = WholeReader()
        reader.read(body, 1.0)
        assert fault in reader.fault()


def test_paths_and_bodies_are_what_openai_takes() -> None:
    assert chat_path("/") == "/v1/chat/completions" == chat_path("/v1") == chat_path("/v1/")
    assert chat_path("/v1/chat/completions?a=b") == "/v1/chat/completions?a=b"
    assert chat_path("/openai/v1") == "/openai/v1/chat/completions"
    body = json.loads(chat_body({"model": "m", "prompt": "Say “hi”.", "max_tokens": 5}))
    assert body["messages"] == [{"role": "user", "content": "Say “hi”."}] and body["stream"] is True
    assert "stream" not in json.loads(chat_body({"model": "m", "prompt": "x", "stream": False}))


async def _chat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Waits 40 ms for the first token, and 10 ms for each of three more; an empty prompt is refused."""
    while True:
        line, _, body = await read_request(reader)
        asked = json.loads(body)
        assert line.startswith("POST /v1/chat/completions")
        if not asked["messages"][0]["content"].strip():
            writer.write(whole(b'{"error": "empty"}', "400 Bad Request"))
            continue
        writer.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n"
        )
        for number, word in enumerate(WORDS):
            await asyncio.sleep(0.01 if number else 0.04)
            piece = event(delta(word))
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        piece = event(delta(None, "stop")) + USAGE + DONE
        writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(piece), piece))


def test_a_streaming_endpoint_tells_its_first_token_and_its_rate(tmp_path: Path) -> None:
    with serving(_chat) as port:
        measured = carried_out(
            tmp_path,
            target=f"http://127.0.0.1:{port}/v1",
            model="tiny",
            prompt="Count.",
            seconds=1.5,
            samples=8,
            clients=4,
            warm_up=1,
        )
    single, server = measured.scenarios
    assert single.first_token is not None and single.latency is not None
    assert 38 <= single.first_token.p50 < single.latency.p50
    assert single.latency.p50 - single.first_token.p50 >= 28
    # Nine tokens each, as the usage says, in 70 ms and a little.
    assert single.tokens_per_second is not None and 40 < single.tokens_per_second <= 9 / 0.068
    assert server.tokens_per_second is not None and server.tokens_per_second > single.tokens_per_second
    assert server.lost == server.errors == 0
    assert checks(measured)["edge cases"].state == "passed"


def test_a_whole_answer_is_measured_without_a_first_token(tmp_path: Path) -> None:
    answer = json.dumps(
        {"choices": [{"message": {"content": "hi"}}], "usage": {"completion_tokens": 5}}
    ).encode()
    with serving(answering(lambda *_: whole(answer))) as port:
        measured = carried_out(
            tmp_path, target=f"http://127.0.0.1:{port}/v1", model="m", prompt="p", stream=False,
            seconds=0.5, samples=10, clients=2, warm_up=0, checklist=False,
        )  # fmt: skip
    assert all(one.first_token is None and one.tokens_per_second for one in measured.scenarios)

"""Answers of HTTP/1.1: the same whatever the pieces, cut ones and nonsense told apart from whole ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.runs.benchmark import http_answer
from r2p_tui.runs.benchmark.http_answer import Answer, BadAnswerError

WHOLE = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", True),
    (b"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", 200, b"", True),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    (b"HTTP/1.1 404 Not Found\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nno", 404, b"no", False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", False),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", True),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\n\r\n\r\n\r\n0\r\n\r\n",
        200, b"abc\r\n\r\n", True,
    ),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX: 1\r\nY: 2\r\n\r\n",
        200, b"0123456789", True,
    ),
]  # fmt: skip


def read(pieces: list[bytes]) -> tuple[Answer, bytes]:
    answer = Answer()
    return answer, b"".join(answer.feed(piece) for piece in pieces if piece)


@pytest.mark.parametrize(("sent", "status", "body", "open_"), WHOLE)
def test_whole_answers(sent: bytes, status: int, body: bytes, open_: bool) -> None:
    for pieces in ([sent], [bytes([one]) for one in sent]):
        answer, found = read(pieces)
        assert (answer.status, found, answer.done, answer.keeps_open) == (status, body, True, open_)
        assert answer.body_size == len(body)


@given(st.sampled_from(WHOLE), st.lists(st.integers(0, 120), max_size=8))
def test_pieces_do_not_matter(case: tuple[bytes, int, bytes, bool], cuts: list[int]) -> None:
    sent = case[0]
    places = sorted({0, len(sent), *(min(cut, len(sent)) for cut in cuts)})
    answer, body = read([sent[a:b] for a, b in pairwise(places)])
    assert (answer.status, body, answer.done) == (case[1], case[2], True)


@pytest.mark.parametrize(("sent", "_status", "_body", "_open"), WHOLE)
def test_an_answer_that_is_cut_is_never_whole(sent: bytes, _status: int, _body: bytes, _open: bool) -> None:
    for end in range(len(sent)):
        answer = Answer()
        answer.feed(sent[:end]) if end else None
        assert not answer.done
        with pytest.raises(BadAnswerError):
            answer.end()


def test_without_a_length_the_end_of_the_connection_is_the_end() -> None:
    answer, body = read([b"HTTP/1.1 200 OK\r\n\r\nas long", b" as it comes"])
    assert body == b"as long as it comes" and not answer.done
    answer.end()
    assert answer.done and not answer.keeps_open


def test_an_answer_to_head_has_no_body() -> None:
    answer = Answer("HEAD")
    answer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    assert answer.done and answer.keeps_open


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 two OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 2000,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_nonsense_is_told(sent: bytes) -> None:
    with pytest.raises(BadAnswerError):
        Answer().feed(sent)


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_answer, "LARGEST_BODY", 1000)
    answer = Answer()
    answer.feed(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 900)
    with pytest.raises(BadAnswerError, match="more than"):
        answer.feed(b"x" * 200)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(sent: bytes) -> None:
    answer = Answer()
    try:
        answer.feed(b"HTTP/1.1 200 OK\r\n" + sent)
        answer.end()
    except BadAnswerError:
        return
    assert answer.done

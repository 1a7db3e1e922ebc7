"""Endpoints under benchmark: scenarios, the checklist, tokens that stay secret, and what is refused."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.deployment_checklist import NAMES
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs.benchmark import endpoint_checks
from r2p_tui.runs.benchmark.endpoint_requests import TextReader
from r2p_tui.runs.benchmark.http_client import EndpointError
from r2p_tui.runs.measured_arrays import load_samples
from r2p_tui.runs.rundir import RunDir, read_points
from tests.runs.benchmark.runs import carried_out, checks
from tests.runs.benchmark.servers import answering, serving, whole

QUICK: dict[str, Any] = {"seconds": 0.6, "samples": 20, "warm_up": 2, "clients": 10}
SECRET = "tok-3141592653589793"


@pytest.fixture(autouse=True)
def _short_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_checks, "LOAD_SECONDS", 0.3)


def test_a_service_is_measured_in_both_scenarios(tmp_path: Path) -> None:
    with serving(answering(lambda *_: whole(), seconds=0.002)) as port:
        measured = carried_out(tmp_path, target=f"http://127.0.0.1:{port}/x?y=1", price_per_hour=3.6, **QUICK)
    single, server = measured.scenarios
    assert (single.name, single.requests, single.lost) == ("single stream", 20, 0)
    assert single.latency is not None and single.latency.p99 is None and "439" in single.latency.refused[-1]
    assert (server.name, server.clients, server.errors, server.lost) == ("server", 10, 0, 0)
    assert server.requests > 50 and server.latency is not None and server.latency.samples == server.requests
    assert measured.target == f"http://127.0.0.1:{port}/x"
    rate = max(one.throughput or 0 for one in measured.scenarios)
    assert measured.costs["endpoint"].per_thousand == pytest.approx(1 / rate)
    points = read_points(RunDir(tmp_path / "run").path)
    assert [point.epoch for point in points] == [1, 2, 3]
    kept = load_samples(tmp_path / "run", "measured/server.npz")
    assert len(kept.latency_ms) == server.requests and sorted(set(kept.rounds)) == list(range(12))


def test_the_checklist_has_five_checks_and_says_what_was_not_run(tmp_path: Path) -> None:
    with serving(answering(lambda *_: whole())) as port:
        found = checks(carried_out(tmp_path, target=f"http://127.0.0.1:{port}/", **QUICK))
    assert tuple(found) == NAMES
    assert found["own evaluation"].state == "passed"
    assert found["own input distribution"].state == "not run"
    assert found["edge cases"].state == "not run" and "no body" in found["edge cases"].sentence
    # The server of this test is this very process.
    assert found["cold start and memory"].figures["peak_bytes"] > 10 * 2**20


def test_poisson_arrivals_are_told_in_words(tmp_path: Path) -> None:
    with serving(answering(lambda *_: whole())) as port:
        settings = QUICK | {"scenarios": "server", "rate": 100, "checklist": False}
        (server,) = carried_out(tmp_path, target=f"http://127.0.0.1:{port}/", **settings).scenarios
    assert server.clients is None and "100 requests a second" in server.words and 20 < server.requests < 130


def test_odd_inputs_that_crash_are_found(tmp_path: Path) -> None:
    def answer(_number: int, _line: str, _headers: dict[str, str], body: bytes) -> bytes:
        try:
            text = json.loads(body)
        except ValueError:
            return whole(b"not JSON", "400 Bad Request")
        if text == "":
            return whole(b"Traceback (most recent call last)", "500 Internal Server Error")
        return whole(b'{"label": "clip"}')

    with serving(answering(answer)) as port:
        settings = QUICK | {"body": '{"text": "clip"}', "expected_text": "clip"}
        found = checks(carried_out(tmp_path, target=f"http://127.0.0.1:{port}/", **settings))
    edges = found["edge cases"]
    assert edges.state == "failed" and "empty text" in edges.sentence
    assert edges.figures["crashed"] == 1 and edges.figures["refused"] == 2
    assert any("half of a JSON: refused (status 400 not JSON)" in one for one in edges.details)
    assert found["own evaluation"].state == "passed"


def test_a_folder_of_images_is_sent_in_turn(tmp_path: Path) -> None:
    from r2p_tui.runs.benchmark.odd_inputs import odd_images

    (tmp_path / "images").mkdir()
    images = odd_images()
    (tmp_path / "images/a.png").write_bytes(images["grey"])
    (tmp_path / "images/b.png").write_bytes(images["palette"])
    sent: set[bytes] = set()
    types: set[str] = set()

    def answer(_number: int, _line: str, headers: dict[str, str], body: bytes) -> bytes:
        sent.add(body)
        types.add(headers.get("content-type", ""))
        return whole() if len(body) > 100 else whole(b"too small", "422 Unprocessable Content")

    with serving(answering(answer)) as port:
        settings = QUICK | {"body_file": "images", "clients": 2}
        found = checks(carried_out(tmp_path, target=f"http://127.0.0.1:{port}/", **settings))
    assert {images["grey"], images["palette"]} < sent and types <= {"image/png", ""}
    assert "ratio" in found["own input distribution"].figures
    assert found["edge cases"].state == "passed" and found["edge cases"].figures["refused"] >= 1


def test_expected_text_may_come_late_and_in_pieces() -> None:
    reader = TextReader("needle")
    for piece in (b"x" * 70_000, b"nee"):
        reader.read(piece, 0.0)
        assert reader.fault()
    reader.read(b"dle and more", 0.0)
    assert reader.fault() == "" and len(reader.text) == 65_536


def test_a_token_goes_to_the_server_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", SECRET)
    seen: set[str] = set()

    def answer(_number: int, _line: str, headers: dict[str, str], body: bytes) -> bytes:
        seen.add(headers.get("authorization", ""))
        # A server that repeats what it was given, as error pages do.
        return whole(
            f"you are {headers.get('authorization')}".encode(), "200 OK" if body else "400 Bad Request"
        )

    with serving(answering(answer)) as port:
        carried_out(
            tmp_path, target=f"http://127.0.0.1:{port}/", token_variable="MY_TOKEN", body="hello", **QUICK
        )
        with pytest.raises(EndpointError) as caught:
            carried_out(tmp_path, target=f"http://127.0.0.1:{port}/", token_variable="MY_TOKEN", **QUICK)
    assert seen == {f"Bearer {SECRET}"}
    assert SECRET not in caught.value.message + caught.value.hint and "left out" in caught.value.hint
    for file in (tmp_path / "run").rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ü"])
def test_what_is_no_token_is_refused_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("MY_TOKEN", token)
    with pytest.raises(UsageError, match="MY_TOKEN") as caught:
        carried_out(tmp_path, target="http://127.0.0.1:9/", token_variable="MY_TOKEN")
    assert not token or token not in caught.value.message


def test_no_load_is_put_on_what_answers_wrongly(tmp_path: Path) -> None:
    asked: list[int] = []

    def answer(number: int, *_: object) -> bytes:
        asked.append(number)
        return whole(b"no such \x1b[31mpage", "404 Not Found")

    with serving(answering(answer)) as port, pytest.raises(EndpointError) as caught:
        carried_out(tmp_path, target=f"http://127.0.0.1:{port}/", **QUICK)
    assert "status 404" in caught.value.message and "no such" in caught.value.hint
    assert "\x1b" not in caught.value.hint and len(asked) <= 2


def test_a_dead_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with serving(answering(lambda *_: whole())) as port:
        pass
    with pytest.raises(EndpointError, match="Nothing listens"):
        carried_out(tmp_path, target=f"http://127.0.0.1:{port}/")


def test_a_server_without_tls_is_told_from_a_dead_one(tmp_path: Path) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(whole(b"speak plainly", "400 Bad Request"))

    with serving(plain) as port, pytest.raises(EndpointError, match="cannot be reached"):
        carried_out(tmp_path, target=f"https://127.0.0.1:{port}/")


def test_a_body_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot be read"):
        carried_out(tmp_path, target="http://127.0.0.1:9/", body_file="nowhere.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="no file to send"):
        carried_out(tmp_path, target="http://127.0.0.1:9/", body_file="empty")

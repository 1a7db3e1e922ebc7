"""The deployment checklist for an endpoint: each check sends requests and judges what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from r2p_tui.domain.deployment_checklist import (
    DISTRIBUTION,
    EDGE_CASES,
    START_AND_MEMORY,
    EdgeCase,
    Fate,
    judge_answer,
    judge_edge_cases,
    judge_load,
    judge_memory,
    judge_spread,
    not_run,
)
from r2p_tui.domain.measurements import Check, Scenario
from r2p_tui.runs.benchmark.endpoint_requests import Asking, TextReader
from r2p_tui.runs.benchmark.http_client import Exchange, Place
from r2p_tui.runs.benchmark.load import Load, Plan, put_load
from r2p_tui.runs.benchmark.memory import MemoryFollower, look_every, tree_memory
from r2p_tui.runs.benchmark.recording import Recorder

LOAD_SECONDS = 10.0
LOAD_CLIENTS = 50
_KNOWN_REQUESTS = 5
_MOST_INPUTS = 20
_EACH_INPUT = 5


def run_checks(
    place: Place,
    asked: Asking,
    recorder: Recorder,
    *,
    first_ms: float,
    memory: Sequence[int],
    pids: Sequence[int],
    timeout: float,
) -> None:
    """All five, each written down as soon as it was judged; `memory` was taken under the server's load."""
    recorder.tell("The deployment checklist begins.")
    recorder.add_check(_check_answers(place, asked, timeout))
    recorder.add_check(_check_inputs(place, asked, timeout))
    server = next((one for one in recorder.measurement.scenarios if one.name == "server"), None)
    idle = memory[0] if memory else None
    if server is None:
        server, memory = _own_load(place, asked, pids, timeout)
    recorder.add_check(judge_load(server))
    recorder.add_check(_check_edges(place, asked, timeout))
    recorder.add_check(_check_memory(asked, recorder, first_ms, memory, idle))
    passed = sum(check.state == "passed" for check in recorder.measurement.checklist)
    recorder.step({"checks_passed": float(passed)})


def _check_answers(place: Place, asked: Asking, timeout: float) -> Check:
    load = _ask(place, asked, next(iter(asked.bodies.values())), _KNOWN_REQUESTS, timeout)
    wanted = asked.settings.get("expected_status")
    what = f"status {wanted}" if wanted is not None else "a status below 300"
    if asked.chat:
        what += " and some text"
    elif "expected_text" in asked.settings:
        what += " and the expected text"
    else:
        what += "; no text was expected of it"
    return judge_answer(len(load.right), load.sent, list(load.faults), what)


def _check_inputs(place: Place, asked: Asking, timeout: float) -> Check:
    if len(asked.bodies) < 2:
        return not_run(
            DISTRIBUTION, "one request was given; a folder named as body_file would show how inputs differ"
        )
    medians = {}
    for name, body in list(asked.bodies.items())[:_MOST_INPUTS]:
        load = _ask(place, asked, body, _EACH_INPUT, timeout)
        if times := load.latencies_ms():
            medians[name] = median(times)
    return (
        judge_spread(medians) if medians else not_run(DISTRIBUTION, "none of the inputs was answered rightly")
    )


def _own_load(
    place: Place, asked: Asking, pids: Sequence[int], timeout: float
) -> tuple[Scenario, Sequence[int]]:
    from r2p_tui.runs.benchmark.endpoint import scenario_of

    plan = Plan(seconds=LOAD_SECONDS, clients=LOAD_CLIENTS, timeout=timeout)
    with MemoryFollower(lambda: tree_memory(pids), look_every(LOAD_SECONDS)) as follower:
        load = put_load(place, asked.requests(), plan)
    return scenario_of("server", load, asked.settings), follower.samples


def _check_edges(place: Place, asked: Asking, timeout: float) -> Check:
    odd = asked.odd_bodies()
    if not odd:
        return not_run(EDGE_CASES, "the request has no body, so there is no input to vary")
    cases = [_edge_case(name, place, asked, body, timeout) for name, body in odd.items()]
    after = _ask(place, asked, next(iter(asked.bodies.values())), 1, timeout)
    return judge_edge_cases(cases, still_right=bool(after.right))


def _edge_case(name: str, place: Place, asked: Asking, body: bytes, timeout: float) -> EdgeCase:
    reader = TextReader()
    request = asked.request(body, lambda: reader)
    load = put_load(place, [request], Plan(seconds=timeout, requests=1, timeout=timeout))
    exchange = load.exchanges[0]
    said = asked.hidden(reader.text) if exchange.status >= 300 else ""
    return EdgeCase(name, _fate(exchange), f"{_status_words(exchange)} {said}".strip())


def _fate(exchange: Exchange) -> Fate:
    if not exchange.answered or exchange.status >= 500:
        return "crashed"
    if 400 <= exchange.status < 500:
        return "refused"
    return "answered" if exchange.status < 300 else "wrong"


def _status_words(exchange: Exchange) -> str:
    return f"status {exchange.status}" if exchange.answered else exchange.fault


def _check_memory(
    asked: Asking, recorder: Recorder, first_ms: float, memory: Sequence[int], idle: int | None
) -> Check:
    usual = next((one.latency.p50 for one in recorder.measurement.scenarios if one.latency), None)
    if memory:
        return judge_memory(first_ms, usual, memory, idle)
    seen = judge_memory(first_ms, usual, (), None)
    where = (
        "its process was not found on this machine" if asked.endpoint.is_here else "it is on another machine"
    )
    return not_run(START_AND_MEMORY, f"{seen.sentence.rstrip('.')}: {where}")


def _ask(place: Place, asked: Asking, body: bytes, count: int, timeout: float) -> Load:
    plan = Plan(seconds=timeout * count, requests=count, timeout=timeout)
    return put_load(place, [asked.request(body)], plan)

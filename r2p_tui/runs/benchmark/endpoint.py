"""An endpoint under benchmark: asked once, then one after the other, then by many; then the checklist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from r2p_tui.domain.benchmark import mean_interval, poisson_arrivals
from r2p_tui.domain.latency import summarize
from r2p_tui.domain.measurements import Latency, Scenario
from r2p_tui.runs.benchmark.endpoint_checks import run_checks
from r2p_tui.runs.benchmark.endpoint_requests import Asking, TextReader, asking
from r2p_tui.runs.benchmark.http_client import (
    EndpointError,
    Exchange,
    Place,
    find_place,
    run_loop,
    why_no_connection,
)
from r2p_tui.runs.benchmark.load import MOST_CONNECTIONS, Load, Plan, put_load
from r2p_tui.runs.benchmark.memory import MemoryFollower, listeners, look_every, tree_memory
from r2p_tui.runs.benchmark.openai_endpoint import StreamReader, WholeReader
from r2p_tui.runs.benchmark.recording import Recorder
from r2p_tui.text import count_of

TIMEOUT = 30.0
TIMEOUT_OF_CHAT = 120.0
_BUSY = 0.7
# The one arrival of the first request falls in it; its answer is waited for.
_FIRST_SECONDS = 0.05
_SHOWN_FAULTS = 3


def measure_endpoint(settings: Mapping[str, Any], base: Path, recorder: Recorder) -> None:
    """All scenarios and checks; raises R2PError where a first request is not answered rightly."""
    asked = asking(settings, base)
    place = run_loop(lambda _: find_place(asked.endpoint))
    first = first_answer(place, asked)
    recorder.tell(f"The first answer came after {first * 1e3:,.0f} ms, connecting included.")
    timeout = _timeout(asked)
    _warm_up(place, asked, timeout)
    memory: list[int] = []
    pids = listeners(asked.endpoint.port) if asked.endpoint.is_here else []
    for name in settings["scenarios"]:
        if name == "offline":
            recorder.note("An endpoint decides itself on batches, so there is no offline scenario.")
            continue
        with MemoryFollower(lambda: tree_memory(pids), look_every(float(settings["seconds"]))) as follower:
            load = put_load(place, asked.requests(), plan_of(name, settings, timeout))
        memory = follower.samples if name == "server" else memory
        recorder.add_scenario(scenario_of(name, load, settings), load.latencies_ms())
    recorder.price("endpoint", settings.get("price_per_hour"))
    if settings["checklist"]:
        run_checks(place, asked, recorder, first_ms=first * 1e3, memory=memory, pids=pids, timeout=timeout)


def first_answer(place: Place, asked: Asking) -> float:
    """Seconds of the very first request with its connection; raises EndpointError where it is not right."""
    request = asked.requests()[0]
    load = put_load(place, [request], Plan(seconds=_FIRST_SECONDS, arrivals=(0.0,), timeout=_timeout(asked)))
    first = load.exchanges[0] if load.exchanges else None
    if first is not None and first.is_right:
        return first.ended - first.arrival
    if load.failure is not None:
        raise why_no_connection(place, load.failure) from load.failure
    raise _refused(place, asked, first)


def _refused(place: Place, asked: Asking, first: Exchange | None) -> EndpointError:
    """Why no load was put on it, with what the server says."""
    fault = first.fault if first is not None else "no answer"
    reader, said = TextReader(), ""
    if first is not None and first.answered:
        put_load(
            place,
            [asked.request(next(iter(asked.bodies.values())), lambda: reader)],
            Plan(seconds=5, requests=1),
        )
        said = asked.hidden(reader.text)
    words = (
        f"{asked.endpoint.shown} did not answer the first request rightly ({fault}), so no load was put on."
    )
    return EndpointError(words, f"It said: {said}" if said else "Try the same request by hand.")


def plan_of(name: str, settings: Mapping[str, Any], timeout: float) -> Plan:
    """How the scenario of that name asks."""
    seconds = float(settings["seconds"])
    if name == "single stream":
        return Plan(seconds=seconds, requests=settings["samples"], timeout=timeout)
    if (rate := settings.get("rate")) is None:
        return Plan(seconds=seconds, clients=settings["clients"], timeout=timeout)
    arrivals = poisson_arrivals(rate, seconds, int(settings.get("seed", 0)))
    return Plan(seconds=seconds, arrivals=arrivals, timeout=timeout)


def scenario_of(name: str, load: Load, settings: Mapping[str, Any]) -> Scenario:
    """The figures of a load."""
    latencies = load.latencies_ms()
    first_token, tokens = _streamed(load)
    return Scenario(
        name=name,
        words=_words(name, load.plan, settings),
        latency=summarize(latencies) if latencies else None,
        throughput=load.held,
        throughput_interval=mean_interval(load.each_second()),
        requests=load.sent,
        errors=load.errors,
        lost=load.lost,
        seconds=load.seconds,
        clients=load.plan.clients if load.plan.arrivals is None else None,
        first_token=first_token,
        tokens_per_second=tokens,
        notes=tuple(_notes(name, load)),
    )


def _words(name: str, plan: Plan, settings: Mapping[str, Any]) -> str:
    if name == "single stream":
        return "One request after the other."
    if plan.arrivals is not None:
        return f"{settings['rate']:g} requests a second on average, at random times (Poisson)"
    return f"{count_of(plan.clients, 'client')}, each asks anew when it has its answer"


def _notes(name: str, load: Load) -> Iterator[str]:
    if load.faults:
        told = [
            f"{count_of(count, 'time')} {fault}" for fault, count in load.faults.most_common(_SHOWN_FAULTS)
        ]
        yield f"Not answered rightly: {'; '.join(told)}."
    if load.reconnects:
        yield f"Connections were closed and opened anew {count_of(load.reconnects, 'time')}."
    seconds = load.each_second()
    if name == "server" and len(seconds) > 1:
        yield f"Whole seconds held between {min(seconds):,} and {max(seconds):,} requests."
    wanted = load.plan.requests
    if wanted is not None and load.sent < wanted:
        yield f"It ended after {load.seconds:.3g} s with {load.sent:,} of {count_of(wanted, 'request')}."
    if load.connections >= MOST_CONNECTIONS and load.plan.arrivals is not None:
        yield f"All {MOST_CONNECTIONS:,} connections were in use; waiting for one is in the latencies."
    if load.processor > _BUSY:
        yield (
            f"Putting the load on took {load.processor * 100:.0f} % of a core of this machine:"
            f" some of the latency may be r2p's own."
        )
    yield from _token_notes(load)


def _token_notes(load: Load) -> Iterator[str]:
    if any(isinstance(one.reader, StreamReader) and one.reader.counted for one in load.right):
        yield "The service does not tell its usage; pieces of text were counted as tokens."


def _streamed(load: Load) -> tuple[Latency | None, float | None]:
    """Times to the first token, and tokens of all answers a second."""
    readers = [(one, one.reader) for one in load.right if isinstance(one.reader, StreamReader | WholeReader)]
    if not readers:
        return None, None
    firsts = [(reader.first - one.arrival) * 1e3 for one, reader in readers if reader.first is not None]
    tokens = sum(reader.tokens for one, reader in readers)
    span = max(one.ended for one, _ in readers) - load.began
    return summarize(firsts) if firsts else None, tokens / span if tokens and span > 0 else None


def _warm_up(place: Place, asked: Asking, timeout: float) -> None:
    if count := int(asked.settings["warm_up"]):
        clients = min(count, int(asked.settings["clients"]))
        put_load(
            place, asked.requests(), Plan(seconds=timeout, clients=clients, requests=count, timeout=timeout)
        )


def _timeout(asked: Asking) -> float:
    return float(asked.settings.get("timeout", TIMEOUT_OF_CHAT if asked.chat else TIMEOUT))

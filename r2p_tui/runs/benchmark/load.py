"""Load on one endpoint: N clients that each wait for their answer, or arrivals that wait for nobody.

Every request is accounted for: answered rightly, answered with an error, or lost.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle

from r2p_tui.runs.benchmark.http_client import (
    Connection,
    ExactSelector,
    Exchange,
    Place,
    Request,
    new_connection,
    run_loop,
)

MOST_CONNECTIONS = 1_000
_LOOK_SECONDS = 0.1
_PAUSE_SECONDS = 0.2
NO_CONNECTION = "no connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to ask: by `clients` that wait for their answer, or at `arrivals` (seconds from the start).

    It ends after `seconds` or `requests`, whichever comes first; then answers under way are waited for, no
    longer than `timeout` seconds each.
    """

    seconds: float
    clients: int = 1
    arrivals: Sequence[float] | None = None
    requests: int | None = None
    timeout: float = 30.0


@dataclass(slots=True)
class Load:
    """What came of a load; times of exchanges in seconds of the monotonic clock, from `began` to `until`.

    `late` is how many seconds after its arrival each request of an open loop was sent though a connection
    was free; `processor` the share of one core that putting the load on took. `failure` is why a connection
    could not be opened, of the last one.
    """

    plan: Plan
    began: float = 0.0
    until: float = 0.0
    exchanges: list[Exchange] = field(default_factory=list)
    connections: int = 0
    reconnects: int = 0
    processor: float = 0.0
    late: list[float] = field(default_factory=list)
    failure: OSError | None = None

    @property
    def sent(self) -> int:
        return len(self.exchanges)

    @property
    def right(self) -> list[Exchange]:
        return [one for one in self.exchanges if one.is_right]

    @property
    def errors(self) -> int:
        return sum(one.answered and bool(one.fault) for one in self.exchanges)

    @property
    def lost(self) -> int:
        return sum(not one.answered for one in self.exchanges)

    @property
    def seconds(self) -> float:
        """How long the load was held, without waiting for the last answers."""
        return self.until - self.began

    @property
    def faults(self) -> Counter[str]:
        """How often each error and each loss was seen."""
        return Counter(one.fault for one in self.exchanges if one.fault)

    def latencies_ms(self) -> list[float]:
        """Of right answers, from arrival to the last byte."""
        return [(one.ended - one.arrival) * 1e3 for one in self.exchanges if one.is_right]

    def each_second(self) -> list[int]:
        """Right answers in each whole second of the load."""
        counts = [0] * int(self.seconds)
        for one in self.exchanges:
            second = int(one.ended - self.began)
            if one.is_right and second < len(counts):
                counts[second] += 1
        return counts

    @property
    def held(self) -> float:
        """Right answers a second while the load was held."""
        within = sum(one.is_right and one.ended <= self.until for one in self.exchanges)
        return within / self.seconds if self.seconds > 0 else 0.0


def put_load(place: Place, requests: Sequence[Request], plan: Plan) -> Load:
    """Carry the plan out, the requests taken in turn; what goes wrong with one is counted, not raised."""
    load = Load(plan)

    async def work(selector: ExactSelector) -> None:
        kind = _Closed if plan.arrivals is None else _Open
        await kind(place, requests, load, selector).run()

    with _without_garbage_collection():
        run_loop(work)
    return load


class _Loop:
    """What both ways of asking share: connections, time-outs, the end."""

    def __init__(
        self, place: Place, requests: Sequence[Request], load: Load, selector: ExactSelector
    ) -> None:
        self._place = place
        self._requests = cycle(requests)
        self._load = load
        self._plan = load.plan
        self._selector = selector
        self._open: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._over = False
        self._news = asyncio.Event()

    async def run(self) -> None:
        processor = time.process_time()
        self._load.began = time.monotonic()
        end = self._load.began + self._plan.seconds
        await self._begin()
        while not self._is_over() and (left := end - time.monotonic()) > 0:
            await self._look(min(left, _LOOK_SECONDS))
        self._stop()
        self._load.processor = (time.process_time() - processor) / max(self._load.seconds, 1e-9)
        while self._under_way():
            await self._look(_LOOK_SECONDS)
        for connection in self._open:
            connection.close()
        await asyncio.sleep(0)

    async def _begin(self) -> None:
        raise NotImplementedError

    def _is_over(self) -> bool:
        return self._over

    def _stop(self) -> None:
        if not self._over:
            self._over = True
            self._load.until = time.monotonic()
            self._news.set()

    def _under_way(self) -> bool:
        return bool(self._tasks) or any(one.waiting_since is not None for one in self._open)

    async def _look(self, seconds: float) -> None:
        """Wait until something ends or the time is over, then give up what has waited for too long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()
        late = time.monotonic() - self._plan.timeout
        for connection in list(self._open):
            since = connection.waiting_since
            if since is not None and since < late:
                connection.give_up(f"no answer within {self._plan.timeout:g} s")

    def _enough(self) -> bool:
        wanted = self._plan.requests
        return wanted is not None and self._load.sent + self._sent_and_waiting() >= wanted

    def _sent_and_waiting(self) -> int:
        return sum(one.waiting_since is not None for one in self._open)

    def _start(self, arrival: float | None = None, pause: float = 0.0) -> None:
        task = self._loop.create_task(self._connect(arrival, pause))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, arrival: float | None, pause: float) -> None:
        if pause:
            await asyncio.sleep(pause)
        wanted = time.monotonic()
        try:
            connection = await new_connection(self._place, self._selector, self._finished)
        except OSError as error:
            self._load.failure = error
            self._load.exchanges.append(
                Exchange(arrival or wanted, wanted, time.monotonic(), fault=NO_CONNECTION)
            )
            if not self._over:
                await asyncio.sleep(_PAUSE_SECONDS)
            self._without_connection()
            return
        self._load.connections += 1
        self._open.add(connection)
        self._connected(connection, arrival)

    def _finished(self, connection: Connection, exchange: Exchange) -> None:
        self._load.exchanges.append(exchange)
        if not connection.usable:
            self._open.discard(connection)
        if self._over:
            self._news.set()
        self._next(connection, exchange)

    def _connected(self, connection: Connection, arrival: float | None) -> None:
        raise NotImplementedError

    def _without_connection(self) -> None:
        raise NotImplementedError

    def _next(self, connection: Connection, exchange: Exchange, /) -> None:
        raise NotImplementedError


class _Closed(_Loop):
    """Each client sends its next request once its last was answered, or lost."""

    async def _begin(self) -> None:
        for _ in range(self._plan.clients):
            self._start()

    def _connected(self, connection: Connection, arrival: float | None) -> None:
        if self._stops():
            return
        connection.send(next(self._requests), arrival)

    def _without_connection(self) -> None:
        if not self._stops():
            self._start()

    def _next(self, connection: Connection, exchange: Exchange) -> None:
        if self._stops():
            return
        if connection.usable:
            connection.send(next(self._requests))
        else:
            self._load.reconnects += 1
            self._start(pause=0.0 if exchange.answered else _PAUSE_SECONDS)

    def _stops(self) -> bool:
        if not self._over and self._plan.requests is not None and self._enough():
            self._stop()
        return self._over


class _Open(_Loop):
    """Requests are sent when they arrive, on a free connection or a new one; waiting for one is latency."""

    async def _begin(self) -> None:
        self._coming = False
        self._free: list[Connection] = []
        self._waiting: deque[float] = deque()
        self._arrivals = iter(self._plan.arrivals or ())
        self._await_next()
        await asyncio.sleep(0)

    def _await_next(self) -> None:
        offset = next(self._arrivals, None)
        self._coming = offset is not None and offset < self._plan.seconds
        if self._coming and offset is not None:
            at = self._load.began + offset
            self._loop.call_at(at, self._arrived, at)

    def _arrived(self, at: float) -> None:
        self._await_next()
        while self._free:
            connection = self._free.pop()
            if connection.usable:
                connection.send(next(self._requests), at)
                self._load.late.append(time.monotonic() - at)
                return
            self._open.discard(connection)
        if len(self._open) + len(self._tasks) < MOST_CONNECTIONS:
            self._start(at)
        else:
            self._waiting.append(at)

    def _under_way(self) -> bool:
        return super()._under_way() or bool(self._waiting) or self._coming

    def _connected(self, connection: Connection, arrival: float | None) -> None:
        connection.send(next(self._requests), arrival)

    def _without_connection(self) -> None:
        self._take_waiting()

    def _next(self, connection: Connection, _exchange: Exchange) -> None:
        if not connection.usable:
            self._load.reconnects += 1
            self._take_waiting()
        elif self._waiting:
            connection.send(next(self._requests), self._waiting.popleft())
        else:
            self._free.append(connection)

    def _take_waiting(self) -> None:
        if self._waiting:
            self._start(self._waiting.popleft())


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A collection would look like an answer that came late."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

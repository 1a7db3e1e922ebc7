"""The only way out: every request to a service is paced, bounded in time and size, checked and explained."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

import requests
import stamina
from requests.structures import CaseInsensitiveDict
from stamina.instrumentation import set_on_retry_hooks
from urllib3.exceptions import HTTPError, ReadTimeoutError

from r2p_tui import __version__
from r2p_tui.domain.times import local_day, short_date
from r2p_tui.errors import SourceBusyError, SourceError
from r2p_tui.sources.addresses import place_of, target_of, without_parameters
from r2p_tui.sources.body import BODY_LIMIT, BodyTooLargeError, read_body
from r2p_tui.sources.checked_connection import CheckedAdapter, Exchange, StoppedError
from r2p_tui.sources.limiter import ARXIV_INTERVAL, Limiter
from r2p_tui.text import clean_line, shorten

USER_AGENT = f"r2p/{__version__} (reads papers in a terminal for one person)"
_REDIRECTS = 4
_SLICE_SECONDS = 0.2
_LONGEST_SECONDS = 30 * 86_400.0
_MOVED = (301, 302, 303, 307, 308)
SLOW_DOWN = (403, 429, 503)
_LATER = (500, 502, 504)
_RANDOM = random.SystemRandom()

# The waits are shown by the session itself; the library's own log lines would write over a screen.
set_on_retry_hooks([])
# Its debug lines hold whole addresses, and some services want their key in the address.
logging.getLogger("urllib3").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long is waited for what, in seconds; `patience` bounds all tries and waits of one `get`."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 120.0
    patience: float = 60.0
    tries: int = 4
    hold: float = 600.0
    first_backoff: float = 2.0
    first_backoff_when_busy: float = 8.0


TIMING = Timing()


class Clock:
    """Steady time and sleep, together, so that a test can have both pass at once."""

    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, its body decompressed; `url` is without a key, the names are those of `requests`."""

    url: str
    status_code: int
    headers: Mapping[str, str]
    content: bytes


class RefusedError(SourceError):
    """The service did not accept the request itself; asking again would not help."""

    def __init__(self, message: str, hint: str, answer: Answer) -> None:
        super().__init__(message, hint)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked, wherever it leads; with a body it is a POST."""

    headers: Mapping[str, str]
    body: bytes | None
    limit: int
    web_page: bool


class _Failure(Exception):  # noqa: N818  (it carries an error, and is not one that anybody is told)
    """One try failed: what to tell the user, whether another try may help, and what the service asks for."""

    def __init__(
        self,
        error: SourceError,
        *,
        again: bool = True,
        busy: bool = False,
        retry_after: float | None = None,
        place: str = "",
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.again = again
        self.busy = busy
        self.retry_after = retry_after
        self.place = place


class PoliteSession:
    """Asks addresses of one service, one at a time; for one thread.

    `bases` are the configured addresses; only their hosts and `hosts` are ever asked. `own_headers` and
    `own_parameters` of the address hold keys: they go to `bases` alone, and into no message. `slow_down` are
    the statuses by which the service asks for patience. `notice` is told of every wait that a user would
    wonder about. `now` is the time at the start; a steady clock counts on.
    """

    def __init__(
        self,
        service: str,
        *,
        bases: Collection[str],
        hosts: Collection[str] = (),
        limits: Path,
        now: datetime,
        interval: float = ARXIV_INTERVAL,
        loopback_interval: float = 0.0,
        accept: str = "application/atom+xml, application/xml, text/xml",
        own_headers: Mapping[str, str] | None = None,
        own_parameters: Mapping[str, str] | None = None,
        slow_down: Collection[int] = SLOW_DOWN,
        notice: Callable[[str], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        clock: Clock | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._service = service
        self._own_places = {place_of(base) for base in bases}
        self._places = self._own_places | {f"https://{host}" for host in hosts}
        self._own_headers, self._own_parameters = dict(own_headers or {}), dict(own_parameters or {})
        self._slow_down = slow_down
        self._limits = limits
        self._interval, self._loopback_interval = interval, loopback_interval
        self._headers = {
            "User-Agent": USER_AGENT,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        self._notice, self._cancelled, self._last_notice = notice, cancelled, ""
        self._clock = clock or Clock()
        self._started, self._began = now, self._clock.monotonic()
        self._timing = timing or TIMING

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        limit: int = BODY_LIMIT,
        web_page: bool = False,
    ) -> Answer:
        """The answer, with status 200 or 304, and at most `limit` bytes; `web_page` says that one is wanted.

        Raises RefusedError for a request that the service does not accept (400, 404, ...), SourceBusyError
        where it asks for more patience than a user has, SourceError for every other failure, StoppedError on
        cancelling.
        """
        # A library's own name would hide who is asking.
        wanted = {name: value for name, value in (headers or {}).items() if name.lower() != "user-agent"}
        return self._ask(url, _Call(wanted, None, limit, web_page))

    def post(self, url: str, payload: object, *, limit: int = BODY_LIMIT) -> Answer:
        """The answer to a JSON body, asked again as with `get`: only for what may be repeated."""
        body = json.dumps(payload).encode()
        return self._ask(url, _Call({"Content-Type": "application/json"}, body, limit, web_page=False))

    def _ask(self, url: str, call: _Call) -> Answer:
        again = stamina.retry_context(on=self._another_try(), attempts=None, timeout=None)
        try:
            for attempt in again:
                with attempt:
                    return self._follow(url, call)
        except _Failure as failure:
            if failure.busy:
                self._hold(failure)
            raise failure.error from failure
        raise AssertionError("a retry context ends with an answer or an error")

    def _another_try(self) -> Callable[[Exception], bool | float]:
        """Decides after a failure whether to try again, and takes the wait itself, so that it can be seen."""
        timing, give_up, tries = self._timing, self._clock.monotonic() + self._timing.patience, 0

        def decide(error: Exception) -> bool | float:
            nonlocal tries
            tries += 1
            if not isinstance(error, _Failure) or not error.again or tries >= timing.tries:
                return False
            pause = self._pause(error, tries)
            if self._clock.monotonic() + pause > give_up:
                return False
            when = f" in {pause:.0f} s" if pause >= 1 else ""
            self._notice(f"{error.error.message.rstrip('.')}; trying again{when}")
            self._wait(pause, "")
            return 0.0

        return decide

    def _pause(self, failure: _Failure, tries: int) -> float:
        if failure.retry_after is not None:
            return failure.retry_after
        first = self._timing.first_backoff_when_busy if failure.busy else self._timing.first_backoff
        return _RANDOM.uniform(0.0, first * 2 ** (tries - 1))

    def _hold(self, failure: _Failure) -> None:
        """Keep every process away for a while, and tell the user until when."""
        seconds = max(failure.retry_after or 0.0, self._timing.hold)
        until = (self._now() + timedelta(seconds=seconds)).astimezone()
        day = "" if until.date() == local_day(self._now()) else f"{short_date(until.date())}, "
        failure.error.hint = f"Try again after {day}{until:%H:%M}; what is stored stays."
        self._limiter(failure.place).hold(seconds, now=self._now(), wait=self._wait)

    def _follow(self, url: str, call: _Call) -> Answer:
        for _ in range(_REDIRECTS + 1):
            self._check(url)
            answer = self._exchange(url, call)
            if answer.status_code not in _MOVED:
                return self._judge(answer, web_page=call.web_page)
            target = target_of(url, answer.headers.get("Location", ""))
            # A service may repeat the whole address that it was asked, and with it the key.
            url = without_parameters(target, self._own_parameters)
        message = f"{self._service} sends r2p from one address to the next without end."
        raise SourceError(message, "Try again later.")

    def _check(self, url: str) -> None:
        if place_of(url) not in self._places:
            raise SourceError(
                f"{self._service} points to “{shorten(clean_line(self._masked(url)), 80)}”, "
                "where r2p does not go.",
                "If this network has a login page, open it in a browser first.",
            )

    def _masked(self, text: str) -> str:
        values = (*self._own_headers.values(), *self._own_parameters.values())
        # A token stands behind its kind in a header, and may stand alone elsewhere.
        for secret in (*values, *(value.rpartition(" ")[2] for value in values)):
            for spelling in (secret, quote(secret, safe="")):
                text = text.replace(spelling, "…") if spelling else text
        return text

    def _prepared(self, url: str, call: _Call) -> requests.PreparedRequest:
        own = place_of(url) in self._own_places
        headers = self._headers | dict(call.headers) | (self._own_headers if own else {})
        method = "GET" if call.body is None else "POST"
        parameters = self._own_parameters if own else {}
        return requests.Request(method, url, headers=headers, params=parameters, data=call.body).prepare()

    def _exchange(self, url: str, call: _Call) -> Answer:
        request = self._prepared(url, call)
        with (
            self._limiter(place_of(url)).turn(now=self._now(), wait=self._wait),
            Exchange(self._timing.total, self._cancelled) as exchange,
        ):
            try:
                answer = self._read(request, url, call.limit)
                if exchange.is_shut:
                    # Without a length, a connection that was shut looks like a body that is complete.
                    raise HTTPException("the answer was not read to its end")
                return answer
            except BodyTooLargeError as error:
                raise SourceError(
                    f"The answer of {self._service} is larger than {call.limit // 1_000_000} MB.",
                    "It was not read; try again later.",
                ) from error
            except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
                # What lies below names the whole address, and with it a key that belongs into no log.
                raise self._explained(error, exchange) from None if self._own_parameters else error

    def _read(self, request: requests.PreparedRequest, url: str, limit: int) -> Answer:
        timeout = (self._timing.connect, self._timing.read)
        # One adapter an exchange: a pool would use a connection again that its server is about to close.
        with (
            closing(CheckedAdapter()) as adapter,
            closing(adapter.send(request, stream=True, timeout=timeout, verify=True)) as response,
        ):
            body = read_body(response, limit)
            return Answer(url, response.status_code, CaseInsensitiveDict(response.headers), body)

    def _explained(self, error: Exception, exchange: Exchange) -> Exception:
        """What to tell the user of a failure below HTTP; most of them may pass."""
        if exchange.stopped:
            return StoppedError()
        if isinstance(error, requests.exceptions.SSLError):
            return SourceError(
                f"{self._service} did not prove who it is, so r2p did not go on.",
                "Check this computer's clock, and whether the network has a login page.",
            )
        late = exchange.timed_out or isinstance(error, requests.Timeout | TimeoutError | ReadTimeoutError)
        what = "did not answer in time" if late else "broke off its answer"
        return _Failure(SourceError(f"{self._service} {what}.", "Try again in a few minutes."))

    def _judge(self, answer: Answer, *, web_page: bool) -> Answer:
        status = answer.status_code
        if status in self._slow_down:
            raise self._busy(answer)
        if status in _LATER:
            message = f"{self._service} has a problem of its own (status {status})."
            raise _Failure(SourceError(message, "Try again in a few minutes."))
        if status == 304:
            return answer
        if status != 200:
            message = f"{self._service} does not accept the request (status {status})."
            raise RefusedError(message, "Check the addresses in config.toml.", answer)
        start = answer.content[:2000].lstrip().lower()
        if start.startswith(b"rate exceeded"):
            raise self._busy(answer)
        # The title of a paper may well hold a tag; JSON that begins as such is no page.
        page = start.startswith(b"<!doctype html") or (b"<html" in start and start[:1] not in (b"{", b"["))
        if page and not web_page:
            raise SourceError(
                f"A web page came in the place of data from {self._service}.",
                "If this network has a login page, open it in a browser first.",
            )
        return answer

    def _busy(self, answer: Answer) -> _Failure:
        asked = retry_after_seconds(answer.headers.get("Retry-After"), self._now())
        status = f" (status {answer.status_code})" if answer.status_code != 200 else ""
        error = SourceBusyError(f"{self._service} asks r2p to slow down{status}.", retry_after=asked)
        # A refusal (403) is how arXiv bars an address that did not slow down: asking again makes it worse.
        again = answer.status_code != 403
        return _Failure(error, again=again, busy=True, retry_after=asked, place=place_of(answer.url))

    def _limiter(self, place: str) -> Limiter:
        """One for the service; each place on this machine has its own, without a gap."""
        local = place.startswith("http:")
        name = place.removeprefix("http://").replace(":", "-") if local else _file_name(self._service)
        return Limiter(
            self._limits / f"{name}.lock",
            self._service,
            interval=self._loopback_interval if local else self._interval,
            monotonic=self._clock.monotonic,
        )

    def _now(self) -> datetime:
        return self._started + timedelta(seconds=self._clock.monotonic() - self._began)

    def _wait(self, seconds: float, why: str) -> None:
        if why and why != self._last_notice:
            self._last_notice = why
            self._notice(why)
        while seconds > 0:
            if self._cancelled():
                raise StoppedError
            self._clock.sleep(min(seconds, _SLICE_SECONDS))
            seconds -= _SLICE_SECONDS


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """What a Retry-After header asks for: seconds or an HTTP date; None where it says nothing usable."""
    if value is None:
        return None
    text = value.strip()
    if text.isdecimal() and text.isascii():
        return min(float(text), _LONGEST_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), _LONGEST_SECONDS)


def _file_name(service: str) -> str:
    return service.lower().replace(" ", "-")

"""A Ray cluster as r2p sees it: the Jobs interface at the address that the user gave, its faults sorted."""

from __future__ import annotations

import importlib
import logging
import os
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple

from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean_line, shorten

ENDED = frozenset({"SUCCEEDED", "FAILED", "STOPPED"})
_PREFIX = "ray:"
# Ray prefers these to the address that it is given.
_OVERRULING = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS")
_CONNECT_SECONDS = 10
_ANSWER_SECONDS = {"PUT": 300, "POST": 60}
_SHORT_ANSWER_SECONDS = 20
_STATUS = re.compile(r"status code (\d{3})")
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_TOO_LARGE = re.compile(r"exceeds the maximum size|EntityTooLarge|Maximum request body size", re.I)
_LONGEST = 300


class UnreachableError(R2PError):
    """The cluster gave no answer; its jobs go on."""


class UnknownJobError(R2PError):
    """The cluster answered that it has no such job."""


class RefusedError(R2PError):
    """The cluster answered and does not want what it was sent."""


class TooLargeError(RefusedError):
    """More was sent than the cluster takes."""


class Job(NamedTuple):
    """What the cluster tells of a job; `message` may have many lines."""

    status: str
    message: str = ""
    node: str = ""
    exit_code: int | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


class Submission(NamedTuple):
    """All that makes a job; `cpus` and `gpus` are what its entrypoint reserves."""

    entrypoint: str
    runtime_env: Mapping[str, Any]
    cpus: int = 0
    gpus: int = 0
    notes: tuple[str, ...] = ()


def address_of(on: str) -> str:
    """The address in `ray:http://HOST:8265`; raises UsageError."""
    address = on.removeprefix(_PREFIX).rstrip("/")
    if not on.startswith(_PREFIX) or not re.fullmatch(r"https?://[^\s/]+", address):
        raise UsageError(
            f"“{shorten(clean_line(on), 60)}” is no Ray cluster.", "For example: ray:http://HOST:8265"
        )
    return address


class Cluster:
    """Blocking calls, but for `tail`; each raises UnreachableError, UnknownJobError or RefusedError."""

    def __init__(self, address: str, make_client: Callable[[str], Any] | None = None) -> None:
        self.address = address
        self._make_client = make_client or ray_client
        self._client: Any = None

    def connect(self) -> None:
        """Does nothing where there is a connection; raises UsageError where Ray is not installed."""
        if self._client is None:
            self._client = self._ask(self._make_client, self.address)

    def submit(self, submission_id: str, submission: Submission) -> None:
        """Submit under this id; a job that has it already counts as this one."""
        self.connect()
        try:
            self._ask(
                self._client.submit_job,
                submission_id=submission_id,
                entrypoint=submission.entrypoint,
                runtime_env=dict(submission.runtime_env),
                entrypoint_num_cpus=submission.cpus or None,
                entrypoint_num_gpus=submission.gpus or None,
            )
        except R2PError as error:
            if "already exists" not in error.message:
                raise

    def job(self, submission_id: str) -> Job:
        self.connect()
        told = self._ask(self._client.get_job_info, submission_id)
        status = getattr(told.status, "value", told.status)
        node = told.driver_node_id or ""
        return Job(str(status), str(told.message or ""), str(node), getattr(told, "driver_exit_code", None))

    def stop(self, submission_id: str) -> None:
        """Only asks; the job ends a little later."""
        self.connect()
        self._ask(self._client.stop_job, submission_id)

    def log(self, submission_id: str) -> str:
        """All that the job has printed so far."""
        self.connect()
        return str(self._ask(self._client.get_job_logs, submission_id))

    async def tail(self, submission_id: str) -> AsyncGenerator[str]:
        """The job's log from its first character, until the job has ended; raises what the client raises."""
        async with aclosing(self._client.tail_job_logs(submission_id)) as pieces:
            async for piece in pieces:
                yield piece

    def _ask(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except R2PError:
            raise
        except Exception as error:
            raise self._sorted(error) from error

    def _sorted(self, error: Exception) -> R2PError:
        text = str(error)
        match = _STATUS.search(text)
        said = shorten(clean_line(text), _LONGEST)
        if _TOO_LARGE.search(text):
            return TooLargeError(f"The cluster at {self.address} takes no more than it was sent: {said}")
        if "already exists" in text:
            return RefusedError(said)
        if match and match[1] == "404" and "does not exist" in text:
            return UnknownJobError(f"The cluster at {self.address} does not know the job.")
        if isinstance(error, OSError) or (match and int(match[1]) in _TRANSIENT):
            return UnreachableError(f"The cluster at {self.address} does not answer: {said}")
        return RefusedError(f"{self.address} does not answer as a Ray cluster does: {said}")


def ray_client(address: str) -> Any:
    """Ray's own client for exactly this address; raises UsageError where Ray is not installed."""
    for name in _OVERRULING:
        os.environ.pop(name, None)
    # What it says about uploads and connections is not of the job's log.
    logging.disable(logging.WARNING)
    try:
        plain: Any = importlib.import_module("ray.job_submission").JobSubmissionClient
    except ImportError as error:
        raise UsageError(
            "Runs on another machine need Ray, which is not installed.",
            "Install it with: pip install 'r2p-tui[ray]'",
        ) from error

    class Client(plain):  # type: ignore[misc]
        """Never waits for ever, and asks nobody but the address."""

        def _do_request(self, method: str, *arguments: Any, **named: Any) -> Any:
            timeout = _CONNECT_SECONDS, _ANSWER_SECONDS.get(method, _SHORT_ANSWER_SECONDS)
            named = {"timeout": timeout, "allow_redirects": False, **named}
            return super()._do_request(method, *arguments, **named)

    return Client(address)

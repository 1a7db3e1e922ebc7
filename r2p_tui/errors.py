"""One error tree: a sentence, a hint and an exit code, shown alike by every face."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status promises to scripts."""

    OK = 0
    FAILED = 1
    USAGE = 2
    STORE = 3
    SOURCE = 4
    NOT_FOUND = 5
    INTERRUPTED = 130


class R2PError(Exception):
    """Something the user can be told in one sentence, with a hint on what to do next."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(R2PError):
    """The request itself is malformed or refused."""

    exit_code = ExitCode.USAGE


class ConfigError(R2PError):
    """The configuration file cannot be used."""

    exit_code = ExitCode.USAGE


class NotFoundError(R2PError):
    """The thing asked for is not in the store, or not known to its source."""

    exit_code = ExitCode.NOT_FOUND


class StoreError(R2PError):
    """The store cannot be read or written; its file is left as it was."""

    exit_code = ExitCode.STORE


class StoreDamagedError(StoreError):
    """The store's file is not a healthy SQLite database."""


class StoreTooNewError(StoreError):
    """A newer r2p wrote the store; this one must not touch it."""


class StoreBusyError(StoreError):
    """Another process held the store for longer than the wait limit."""


class StoreFullError(StoreError):
    """The disk that holds the store has no room; nothing was half written."""


class StoreReadOnlyError(StoreError):
    """The store or its folder may not be written."""


class EditConflictError(R2PError):
    """Another window saved the same thing since it was read here."""


class SourceError(R2PError):
    """An outside service did not give a usable answer; the store is unchanged."""

    exit_code = ExitCode.SOURCE


class SourceBusyError(SourceError):
    """The service asks us to slow down; `retry_after` is in seconds, if it said so."""

    def __init__(self, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class DocumentError(R2PError):
    """A document cannot be read; the reason is kept with the paper, and nothing is tried again by itself."""

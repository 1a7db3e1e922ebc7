"""The desk: folders, settings and the open store, handed to every service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from r2p_tui.config import Settings, load_settings
from r2p_tui.paths import Paths, find_paths
from r2p_tui.store.engine import Store, open_store


@dataclass(frozen=True)
class Desk:
    """Everything a use case needs; the store opens on first use, and may be used from several threads."""

    paths: Paths
    settings: Settings
    offline: bool = False
    read_only: bool = False

    @cached_property
    def store(self) -> Store:
        return open_store(self.paths.store, self.paths.backups, read_only=self.read_only)

    def with_settings(self, settings: Settings) -> Desk:
        """The same desk with other settings and a store of its own."""
        return replace(self, settings=settings)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_desk(paths: Paths | None = None, *, offline: bool = False, read_only: bool = False) -> Desk:
    """The user's desk; reads the settings now and the store when it is first needed.

    Raises ConfigError; the store's own errors come with its first use.
    """
    where = paths or find_paths()
    return Desk(where, load_settings(where.config_file), offline=offline, read_only=read_only)


def utc_now() -> datetime:
    """The one clock of the faces; services take the time as an argument."""
    return datetime.now(UTC)

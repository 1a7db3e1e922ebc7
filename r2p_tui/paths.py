"""Where files live: `R2P_HOME`, else the XDG variables and their defaults, else the platform's folders."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

APP = "r2p"


class Paths(NamedTuple):
    """The four folders and the files in them; nothing here touches the disk."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def store(self) -> Path:
        return self.data / "r2p.sqlite3"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def quarantine(self) -> Path:
        return self.data / "quarantine"

    @property
    def log(self) -> Path:
        return self.state / "r2p.log"

    @property
    def runs(self) -> Path:
        return self.data / "runs"

    @property
    def slots(self) -> Path:
        return self.state / "slots"

    @property
    def limiter(self) -> Path:
        return self.state / "limits"


def find_paths(environ: dict[str, str] | None = None, platform: str = sys.platform) -> Paths:
    """The folders for this user: pure but for the environment and the home folder."""
    env = os.environ if environ is None else environ
    if home := env.get("R2P_HOME"):
        return under(Path(home).expanduser().absolute())
    # The XDG defaults are spelled out because importing platformdirs would double the time of a hot command.
    if platform.startswith("linux"):
        user = Path.home()
        defaults = (user / ".config", user / ".local/share", user / ".local/state", user / ".cache")
    else:
        import platformdirs

        defaults = (
            platformdirs.user_config_path(),
            platformdirs.user_data_path(),
            platformdirs.user_state_path(),
            platformdirs.user_cache_path(),
        )
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    roots = [_absolute(env.get(name)) or default for name, default in zip(names, defaults, strict=True)]
    return Paths(*(root / APP for root in roots))


def under(root: Path) -> Paths:
    """All four folders below one."""
    return Paths(root / "config", root / "data", root / "state", root / "cache")


def _absolute(value: str | None) -> Path | None:
    # The XDG specification says that a relative value is to be ignored.
    return Path(value) if value and os.path.isabs(value) else None  # noqa: PTH117  (pathlib would be slower here)

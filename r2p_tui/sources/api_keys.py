"""The user's own keys: from the environment, the keyring of the system, or a file that only they can read."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Literal

from r2p_tui.errors import ConfigError

Service = Literal["semantic_scholar", "openalex", "github"]
KEYRING_SERVICE = "r2p"
_NAMES: dict[Service, str] = {
    "semantic_scholar": "Semantic Scholar",
    "openalex": "OpenAlex",
    "github": "GitHub",
}
_VARIABLES: dict[Service, tuple[str, ...]] = {
    "semantic_scholar": ("S2_API_KEY", "SEMANTIC_SCHOLAR_API_KEY"),
    "openalex": ("OPENALEX_API_KEY",),
    "github": ("GITHUB_TOKEN",),
}
_LONGEST = 1000
_KEYRING_SECONDS = 3.0
# A keyring that did not answer once is not asked again: it would hold up every look.
_keyring_is_silent = threading.Event()


def api_key(service: Service, folder: Path) -> str | None:
    """The user's key, None where there is none; `folder` is the one with config.toml.

    Raises ConfigError for a file that others may read, and for what cannot be a key.
    """
    return _key_and_origin(service, folder)[0]


def key_origin(service: Service, folder: Path) -> str:
    """Where the key comes from: `environment S2_API_KEY`, `keyring`, `keys/semantic_scholar` or `none`.

    Raises as `api_key` does.
    """
    return _key_and_origin(service, folder)[1]


def _key_and_origin(service: Service, folder: Path) -> tuple[str | None, str]:
    for variable in _VARIABLES[service]:
        if key := os.environ.get(variable, "").strip():
            return _checked(key, service, origin := f"environment {variable}"), origin
    if key := _from_keyring(service).strip():
        return _checked(key, service, "keyring"), "keyring"
    if key := _from_file(folder / "keys" / service).strip():
        return _checked(key, service, origin := f"keys/{service}"), origin
    return None, "none"


def _checked(key: str, service: Service, origin: str) -> str:
    """Only what can stand in a header: anything else would break a request, or smuggle something in."""
    if len(key) > _LONGEST or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            f"The key for {_NAMES[service]} ({origin}) is not one: it has spaces or strange characters.",
            "Copy it again from the page of the service.",
        )
    return key


def _from_keyring(service: Service) -> str:
    """Empty where there is no key and no keyring; one that asks its user for a password is not waited for."""
    if _keyring_is_silent.is_set():
        return ""
    found: list[str] = []
    asking = threading.Thread(target=_ask_keyring, args=(service, found), daemon=True)
    asking.start()
    asking.join(_KEYRING_SECONDS)
    if asking.is_alive():
        _keyring_is_silent.set()
    return found[0] if found else ""


def _ask_keyring(service: Service, found: list[str]) -> None:
    try:
        import keyring

        key = keyring.get_password(KEYRING_SERVICE, service)
    except Exception:
        # A keyring fails in as many ways as there are desktops, and its errors have no common class.
        return
    if isinstance(key, str):
        found.append(key)


def _from_file(path: Path) -> str:
    try:
        # Without waiting: a pipe in its place would never give an end.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise ConfigError(f"{path} is not a file.", "Put the key into a file of that name.")
        if mode & 0o077:
            raise ConfigError(f"Others may read your key in {path}.", f"Run: chmod 600 {path}")
        return os.read(handle, _LONGEST * 2).decode("utf-8", "replace")
    finally:
        os.close(handle)

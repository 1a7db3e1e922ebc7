"""Every test lives in its own R2P_HOME; the recorded services are used where they are at hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import settings

from r2p_tui.paths import Paths, under

# `make test` tries the same examples every time; `make test-slow` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("searching", deadline=None, max_examples=200)
settings.load_profile("steady")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: gzip writes the time, and each worker must see the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private home: no test can touch the user's files, nor use keys of theirs."""
    folder = tmp_path / "r2p"
    monkeypatch.setenv("R2P_HOME", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("NO_COLOR", "S2_API_KEY", "SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def paths(home: Path) -> Paths:
    return under(home)


@pytest.fixture
def shared() -> Path:
    """The recorded answers and papers, which are not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("needs the recorded services beside the checkout (../shared)")
    return SHARED


@pytest.fixture
def fake_services(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AbstractContextManager[str]]]:
    """`with fake_services(today=..., faults={...}) as base_url`: arXiv and others on loopback."""
    monkeypatch.syspath_prepend(str(shared / "tools"))
    import fake_services as services

    services.requests_seen.clear()
    yield services.serve
    sys.modules.pop("fake_services", None)

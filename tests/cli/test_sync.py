from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.sync import SyncResult
from tests.cli.conftest import Run

Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> str:
    """A Friday noon at arXiv."""
    moment = datetime(2026, 11, 20, 17, tzinfo=UTC)
    monkeypatch.setattr("r2p_tui.services.desk.utc_now", lambda: moment)
    return "2026-11-20"


def configure(paths: Paths, base: str) -> None:
    paths.config.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(
        f'[arxiv]\ncategories = ["cs.AI"]\napi_url = "{base}/api/query"\nfeed_url = "{base}/atom"\n'
        f'oai_url = "{base}/oai"\nfiles_url = "{base}"\n'
    )


def test_a_sync_and_a_second_one(r2p: Run, paths: Paths, fake_services: Serve, today: str) -> None:
    with fake_services(today=today) as base:
        configure(paths, base)
        first = json.loads(r2p("sync", "--json").out)
        second = r2p("sync")
    assert (first["new"], first["cross"]) == (41, 45)
    assert [row["listing"] for row in first["listings"]] == ["cs.AI"]
    assert second.status == ExitCode.OK
    assert second.out.splitlines()[-1] == "total  0 new, 0 cross, 0 replaced"
    assert "cs.AI feed" in second.err


def test_a_service_that_fails_is_one_line_and_a_status(
    r2p: Run, paths: Paths, fake_services: Serve, today: str
) -> None:
    with fake_services(today=today, faults={"/atom": "html200"}) as base:
        configure(paths, base)
        result = r2p("sync", "--json")
    assert (result.status, result.out) == (ExitCode.SOURCE, "")
    assert sum(line.startswith("r2p: ") for line in result.err.splitlines()) == 1


def test_what_is_new_of_kept_papers_is_told(r2p: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = SyncResult((), 0, 0, 0, "Nothing new.", kept="2 new citing papers of 1 kept paper.")
    monkeypatch.setattr("r2p_tui.services.sync.sync", lambda *_, **__: told)
    assert r2p("sync").out.splitlines()[-1] == "kept   2 new citing papers of 1 kept paper."
    assert json.loads(r2p("sync", "--json").out)["kept"] == told.kept


def test_offline_asks_nobody(r2p: Run, paths: Paths, fake_services: Serve, today: str) -> None:
    with fake_services(today=today) as base:
        configure(paths, base)
        assert r2p("--offline", "sync").status == ExitCode.SOURCE
    import fake_services as services

    assert services.requests_seen == []

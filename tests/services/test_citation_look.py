"""Looks at who cites a work: whole, once, again after a cut anywhere; one request when nothing is new."""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.paths import Paths, under
from r2p_tui.services import citation_look
from r2p_tui.services.citation_look import LookProgress, look
from r2p_tui.services.citation_watch import watch
from r2p_tui.services.citations import keep, node
from r2p_tui.sources.checked_connection import StoppedError
from tests.services.arxiv_desk import dump
from tests.services.citation_desk import (
    CHAIN,
    CHAIN_PAGES,
    CHAIN_ROWS,
    NOW,
    ROOT,
    citation_desk,
    paged,
    stored,
)
from tests.services.killed_look import look_until_killed

FakeServices = Callable[..., AbstractContextManager[str]]
DAY = timedelta(days=1)
OF_CHAIN = IncomingWork(title="The work of the recorded chain", s2_id=CHAIN, citation_count=CHAIN_ROWS)


@pytest.fixture
def chain(fake_services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    """The recorded pages, and beside them the paper that they cite, which was not recorded."""
    services = sys.modules["fake_services"]
    answer = services.answer

    def with_paper(recordings: Any, method: str, url: str, *rest: Any) -> Any:
        if url.startswith(f"/graph/v1/paper/{CHAIN}?"):
            return services.as_json({"paperId": CHAIN, "title": OF_CHAIN.title, "citationCount": CHAIN_ROWS})
        return answer(recordings, method, url, *rest)

    monkeypatch.setattr(services, "answer", with_paper)
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(100, "title"))
    return fake_services


def requests() -> list[str]:
    return [path for _, _, path in sys.modules["fake_services"].requests_seen]


def offsets() -> list[int]:
    return [int(path.partition("offset=")[2].partition("&")[0]) for path in requests() if "offset=" in path]


# --- the recorded chain -----------------------------------------------------------------------------------


def test_the_recorded_chain_is_fetched_whole_and_once(chain: FakeServices, paths: Paths) -> None:
    steps: list[LookProgress] = []
    with chain() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, OF_CHAIN)
        first = look(desk, work_id, now=NOW, report=steps.append)
        assert offsets() == list(range(0, 1900, 100))
        assert len(requests()) == CHAIN_PAGES
        again = look(desk, work_id, now=NOW + DAY)
        assert len(requests()) == CHAIN_PAGES + 1, "a look at a finished one is one request"
        rows = node(desk, work_id).rows
    # Rows of the recording that are one work by title, year and author come together.
    assert first.new + first.known == CHAIN_ROWS
    assert first.new == first.found == len(rows) == len({row.citing_id for row in rows})
    assert first.said == CHAIN_ROWS
    assert (again.new, again.found, again.message) == (0, first.found, "Nothing new.")
    assert [step.rows for step in steps] == sorted(step.rows for step in steps)
    assert steps[-1] == LookProgress(first.found, CHAIN_ROWS, f"page {CHAIN_PAGES} from Semantic Scholar")


def killed(home: Path, url: str, work_id: int, rows: int, fields: str | None, within_a_write: bool) -> None:
    # The fork server has one thread and has imported everything, so that each child is safe and quick.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([look_until_killed.__module__])
    arguments = (home, url, work_id, NOW, rows, fields)
    child = context.Process(
        target=look_until_killed, args=arguments, kwargs={"within_a_write": within_a_write}
    )
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL


def test_kill_9_after_every_page_of_the_chain_ends_as_one_clean_look(
    chain: FakeServices, tmp_path: Path
) -> None:
    clean, broken = under(tmp_path / "clean"), under(tmp_path / "broken")
    with chain() as url:
        with citation_desk(clean, url) as desk:
            look(desk, stored(desk, OF_CHAIN)[0], now=NOW)
        sys.modules["fake_services"].requests_seen.clear()
        with citation_desk(broken, url) as desk:
            (work_id,) = stored(desk, OF_CHAIN)
        for page in range(CHAIN_PAGES):
            killed(tmp_path / "broken", url, work_id, 100, "title", within_a_write=False)
            assert offsets() == list(range(0, page * 100 + 1, 100)), "each goes on where the last one died"
        with citation_desk(broken, url) as desk:
            assert node(desk, work_id).look.state == "done"
            assert look(desk, work_id, now=NOW).message == "Nothing new."
        assert len(requests()) == CHAIN_PAGES + 1
    before, after = dump(clean.store), dump(broken.store)
    for rows in (before, after):
        rows.pop("citation_news")
    assert after == before


def test_kill_9_within_a_write_loses_that_page_and_nothing_else(
    fake_services: FakeServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(300))
    with fake_services() as url:
        with citation_desk(under(tmp_path), url) as desk:
            (work_id,) = stored(desk, ROOT)
        killed(tmp_path, url, work_id, 300, None, within_a_write=True)
        with citation_desk(under(tmp_path), url) as desk:
            assert node(desk, work_id).rows == []
        killed(tmp_path, url, work_id, 300, None, within_a_write=False)
        killed(tmp_path, url, work_id, 300, None, within_a_write=True)
        with citation_desk(under(tmp_path), url) as desk:
            half = node(desk, work_id)
            assert (half.look.state, len(half.rows)) == ("going", 300)
            result = look(desk, work_id, now=NOW)
    assert offsets() == [0, 0, 300, 300, 600, 900]
    assert result.found == result.new + 300 == 999


def test_stopping_keeps_what_came_and_goes_on_there(
    fake_services: FakeServices, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(300))
    seen: list[LookProgress] = []
    with fake_services() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(StoppedError):
            look(desk, work_id, now=NOW, report=seen.append, cancelled=lambda: len(seen) > 2)
        assert node(desk, work_id).look.state == "going"
        look(desk, work_id, now=NOW + DAY)
        assert node(desk, work_id).look.state == "done"
    assert offsets() == [0, 300, 600, 900]


def test_a_place_of_last_month_is_left_for_the_beginning(
    fake_services: FakeServices, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(500))
    seen: list[LookProgress] = []
    with fake_services() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(StoppedError):
            look(desk, work_id, now=NOW, report=seen.append, cancelled=lambda: len(seen) > 1)
        look(desk, work_id, now=NOW + 30 * DAY)
    assert offsets() == [0, 0, 500]


# --- the user's key ---------------------------------------------------------------------------------------


@pytest.fixture
def headers(tmp_path: Path) -> Iterator[Callable[[], list[dict[str, str]]]]:
    def read() -> list[dict[str, str]]:
        lines = (tmp_path / "requests.log").read_text().splitlines()
        return [
            {name.lower(): value for name, value in json.loads(line)["headers"].items()} for line in lines
        ]

    yield read


def test_the_key_is_on_every_request(
    fake_services: FakeServices,
    paths: Paths,
    tmp_path: Path,
    headers: Callable[[], list[dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("S2_API_KEY", "secret-of-a-test")
    with fake_services(log=str(tmp_path / "requests.log")) as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, ROOT)
        look(desk, work_id, now=NOW)
        look(desk, work_id, "references", now=NOW)
        look(desk, work_id, now=NOW + DAY)
        keep(desk, work_id, now=NOW)
        watch(desk, now=NOW)
    assert requests()[-1].startswith("/graph/v1/paper/batch")
    assert [header["x-api-key"] for header in headers()] == ["secret-of-a-test"] * 5


def test_without_a_key_no_header_is_sent(
    fake_services: FakeServices, paths: Paths, tmp_path: Path, headers: Callable[[], list[dict[str, str]]]
) -> None:
    with fake_services(log=str(tmp_path / "requests.log")) as url, citation_desk(paths, url) as desk:
        look(desk, stored(desk, ROOT)[0], now=NOW)
    assert all("x-api-key" not in header for header in headers())
    assert headers()

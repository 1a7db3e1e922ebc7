"""What services get wrong: one sentence, what was fetched stays, and the number of requests is bounded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from r2p_tui.domain.citations import IncomingWork
from r2p_tui.errors import (
    ConfigError,
    ExitCode,
    NotFoundError,
    SourceBusyError,
    SourceError,
    StoreReadOnlyError,
)
from r2p_tui.paths import Paths
from r2p_tui.services import citation_look
from r2p_tui.services.citation_look import look
from r2p_tui.services.citations import node, root_of
from r2p_tui.services.desk import Desk
from r2p_tui.sources import http, semantic_scholar
from r2p_tui.sources.semantic_scholar import CITATION_FIELDS
from tests.services.citation_desk import NOW, ROOT, citation_desk, paged, stored
from tests.sources.scripted_server import FakeClock

FakeServices = Callable[..., AbstractContextManager[str]]
DAY = timedelta(days=1)
PATH = "/graph/v1/paper/ARXIV:2304.08069"
IMPATIENT = http.Timing(connect=1.0, read=0.3, total=0.5)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "Clock", FakeClock)


def requests() -> list[str]:
    return [path for _, _, path in sys.modules["fake_services"].requests_seen]


@contextmanager
def citation_desk_with(fake_services: FakeServices, paths: Paths, faults: dict[str, str]) -> Iterator[Desk]:
    """A desk whose services have these faults."""
    with fake_services(faults=faults) as url, citation_desk(paths, url) as desk:
        yield desk


def page_at(offset: int) -> str:
    """The beginning of the path of one page."""
    return f"{PATH}/citations?fields={CITATION_FIELDS}&offset={offset}&"


FAULTS = {
    "429-bare": ("asks r2p to slow down (status 429)", 6),
    "503": ("asks r2p to slow down (status 503)", 6),
    "hang": ("did not answer in time", 6),
    "html200": ("A web page came", 1),
    "null": ("sent a page of citations without rows", 1),
    "cut": ("broke off its answer", 6),
    "500-html": ("a problem of its own (status 500)", 6),
    "empty200": ("asks r2p to slow down", 6),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_middle_keeps_what_came_and_is_told(
    fault: str, fake_services: FakeServices, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(400))
    if fault == "hang":
        monkeypatch.setattr(http, "TIMING", IMPATIENT)
        monkeypatch.setattr(semantic_scholar, "_WITHOUT_KEY", IMPATIENT)
    words, tries = FAULTS[fault]
    with citation_desk_with(fake_services, paths, {page_at(400): fault}) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(SourceError) as caught:
            look(desk, work_id, now=NOW)
        after = node(desk, work_id)
        asked = [path for path in requests() if "offset=400" in path]
        assert 1 <= len(asked) <= tries
        # One page, its tries, and one question to OpenAlex, which was not recorded.
        assert len(requests()) == 1 + len(asked) + 1
    assert words in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message
    assert len(after.rows) == 400
    assert (after.look.state, after.look.reason) == ("failed", caught.value.message)


@pytest.mark.parametrize("fault", ["429-bare:40", "null:1", "cut:40"])
def test_the_look_after_a_fault_goes_on_where_it_was(
    fault: str, fake_services: FakeServices, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citation_look, "open_semantic_scholar", paged(400))
    with citation_desk_with(fake_services, paths, {page_at(400): fault}) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(SourceError):
            look(desk, work_id, now=NOW)
    seen = len(requests())
    with fake_services() as url, citation_desk(paths, url) as desk:
        result = look(desk, work_id, now=NOW + DAY)
        assert node(desk, work_id).look.state == "done"
    later = [path.partition("offset=")[2].partition("&")[0] for path in requests()[seen:]]
    assert later == ["400", "800"]
    assert result.found == result.new + 400 == 999


def test_a_fault_of_the_first_page_leaves_nothing_and_is_told(
    fake_services: FakeServices, paths: Paths
) -> None:
    with citation_desk_with(fake_services, paths, {f"{PATH}/citations": "html200"}) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(SourceError):
            look(desk, work_id, now=NOW)
        state = node(desk, work_id).look
    assert state.state == "failed"
    assert "A web page came" in state.reason


def test_a_fault_of_the_freshness_check_keeps_every_row(fake_services: FakeServices, paths: Paths) -> None:
    with fake_services() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, ROOT)
        look(desk, work_id, now=NOW)
    with citation_desk_with(fake_services, paths, {f"{PATH}?": "html200"}) as desk:
        with pytest.raises(SourceError):
            look(desk, work_id, now=NOW + DAY)
        after = node(desk, work_id)
    assert after.look.state == "failed"
    assert len(after.rows) == 999
    with fake_services() as url, citation_desk(paths, url) as desk:
        seen = len(requests())
        assert look(desk, work_id, now=NOW + 2 * DAY).message == "Nothing new."
        assert len(requests()) == seen + 1


def test_an_exhausted_pool_without_a_key_says_what_can_be_done(
    fake_services: FakeServices, paths: Paths
) -> None:
    with citation_desk_with(fake_services, paths, {"/graph": "429-bare"}) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(SourceBusyError) as caught:
            look(desk, work_id, now=NOW)
    assert caught.value.hint == "Try again later, or use a key of your own: see README."


@pytest.mark.parametrize(
    "reference", ["9999.00001", "arXiv:9999.00001v2", "https://arxiv.org/abs/9999.00001"]
)
def test_a_paper_that_nobody_knows(reference: str, fake_services: FakeServices, paths: Paths) -> None:
    with fake_services() as url, citation_desk(paths, url) as desk, pytest.raises(NotFoundError) as caught:
        root_of(desk, reference, now=NOW)
    assert caught.value.message == "Semantic Scholar does not know ARXIV:9999.00001."
    assert caught.value.hint == "Check the id; a new paper is known there after a few days."
    assert caught.value.exit_code is ExitCode.NOT_FOUND
    assert len(requests()) == 1


def test_a_stored_paper_that_nobody_knows(fake_services: FakeServices, paths: Paths) -> None:
    with fake_services() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, replace(ROOT, arxiv_id="9999.00001", citation_count=None))
        with pytest.raises(NotFoundError, match="does not know"):
            look(desk, work_id, now=NOW)
        state = node(desk, work_id).look
    assert (state.state, state.reason) == ("failed", "Semantic Scholar does not know ARXIV:9999.00001.")


def test_a_work_of_which_only_the_title_is_known(paths: Paths) -> None:
    with citation_desk(paths, "http://127.0.0.1:9") as desk:
        (work_id,) = stored(desk, IncomingWork(title="Somebody wrote this"))
        with pytest.raises(NotFoundError, match="Only the title of this work is known") as caught:
            look(desk, work_id, now=NOW)
    assert caught.value.hint


def test_offline_nothing_is_asked_and_nothing_changes(fake_services: FakeServices, paths: Paths) -> None:
    with fake_services() as url:
        with citation_desk(paths, url) as desk:
            (work_id,) = stored(desk, ROOT)
            look(desk, work_id, now=NOW)
            before = node(desk, work_id)
        seen = len(requests())
        with citation_desk(paths, url, offline=True) as desk:
            assert node(desk, work_id) == before
            assert root_of(desk, "2304.08069", now=NOW).work_id == work_id
            with pytest.raises(SourceError) as caught:
                look(desk, work_id, now=NOW + DAY)
            assert node(desk, work_id) == before
        assert len(requests()) == seen
    assert caught.value.message == "r2p is offline, so it did not ask Semantic Scholar."


def test_with_a_store_for_reading_only_nobody_is_asked(fake_services: FakeServices, paths: Paths) -> None:
    with fake_services() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, ROOT)
        with replace(desk, read_only=True) as reading:
            assert node(reading, work_id).look.state == "never"
            with pytest.raises(StoreReadOnlyError):
                look(reading, work_id, now=NOW)
    assert requests() == []


def test_a_key_that_others_may_read_is_refused_before_any_request(
    fake_services: FakeServices, paths: Paths
) -> None:
    folder = paths.config / "keys"
    folder.mkdir(parents=True)
    (folder / "semantic_scholar").write_text("secret\n")
    (folder / "semantic_scholar").chmod(0o644)
    with fake_services() as url, citation_desk(paths, url) as desk:
        (work_id,) = stored(desk, ROOT)
        with pytest.raises(ConfigError) as caught:
            look(desk, work_id, now=NOW)
        assert node(desk, work_id).look.state == "never"
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"
    assert requests() == []

"""Search as a use case: messages that tell what was counted, ranked and shown."""

from collections.abc import Iterator

import pytest

from r2p_tui.config import Settings
from r2p_tui.errors import UsageError
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.services.search import search
from r2p_tui.store import search as store
from tests.benchmarks import synthetic


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, Settings()) as desk:
        yield desk


def test_an_empty_library_says_so(desk: Desk) -> None:
    result = search(desk, "")
    assert (result.rows, result.total, result.more, result.message) == ([], 0, False, "The library is empty.")


def test_the_message_tells_what_is_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    synthetic.fill(desk.store, 60, decided=20)
    whole = search(desk, "model")
    assert whole.message == f"{whole.total} papers match."
    assert (len(whole.rows), whole.more) == (whole.total, False)
    few = search(desk, "model", limit=3)
    assert few.message == f"{whole.total} papers match; the best 3 are shown."
    assert (len(few.rows), few.total, few.more) == (3, whole.total, True)
    assert search(desk, "xyzzy").message == "No paper matches."
    assert search(desk, f"id:{whole.rows[0].key}").message == "1 paper matches."
    monkeypatch.setattr(store, "RANKED", 5)
    monkeypatch.setattr(store, "COUNTED", 10)
    many = search(desk, "model", limit=3)
    assert many.message.startswith("More than 10 papers match; your own first")
    assert (many.total, many.more) == (10, True)


def test_the_last_word_may_go_on_unless_the_search_is_complete(desk: Desk) -> None:
    synthetic.fill(desk.store, 30)
    assert search(desk, "mode").rows
    assert not search(desk, "mode", typing=False).rows


def test_an_error_names_the_word_and_its_column(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"“catt:” at column 7"):
        search(desk, "model catt:cs.CV")

import gzip
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from r2p_tui.domain.radar import Ring
from r2p_tui.errors import StoreBusyError, StoreDamagedError
from r2p_tui.paths import Paths
from r2p_tui.store.connection import attach
from r2p_tui.store.engine import open_store
from r2p_tui.store.health import examine_store
from r2p_tui.store.radar import techniques
from r2p_tui.store.salvage import Salvaged, salvage_file
from r2p_tui.store.surprises import Surprise
from tests.store.freeze import FROZEN
from tests.store.sample import (
    NOW,
    Rows,
    damage,
    fingerprint,
    is_healthy,
    make_store,
    rows_of,
    spoil_pages_of,
    table_of,
)

PAPERS = 60
OWN_WORK = ("notes", "readings", "triage_decisions", "documents", "table_corrections", "claims", "surprises")
JUDGEMENT = (
    "predictions", "prediction_updates", "prediction_resolutions", "techniques", "technique_moves",
    "technique_papers", "technique_ratings", "research_reviews",
)  # fmt: skip


@pytest.fixture
def store_file(paths: Paths) -> Path:
    return make_store(paths, papers=PAPERS)


def _salvage(paths: Paths) -> Salvaged:
    return salvage_file(paths.store, paths.quarantine, now=NOW)


def _is_in_order(paths: Paths) -> bool:
    health = examine_store(paths.store)
    open_store(paths.store, paths.backups, now=NOW).close()
    return is_healthy(paths.store) and not health.complaints and not health.stale_indexes


def test_a_healthy_store_comes_through_whole(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    salvaged = _salvage(paths)
    assert rows_of(store_file) == before
    assert salvaged.incomplete == ()
    assert salvaged.rows["papers"] == PAPERS
    assert salvaged.kept is not None
    assert rows_of(salvaged.kept) == before
    assert _is_in_order(paths)


def test_a_search_index_that_lost_its_rows_is_made_anew(paths: Paths, store_file: Path) -> None:
    with closing(attach(store_file)) as connection:
        connection.execute("INSERT INTO papers_text (papers_text) VALUES ('delete-all')")
    assert examine_store(store_file).stale_indexes == ("papers_text",)
    before = rows_of(store_file)
    _salvage(paths)
    assert rows_of(store_file) == before
    assert _is_in_order(paths)


@pytest.mark.parametrize("table", OWN_WORK)
def test_rows_on_healthy_pages_of_a_damaged_table_are_kept(
    table: str, paths: Paths, store_file: Path
) -> None:
    with closing(attach(store_file)) as connection:
        connection.execute("UPDATE readings SET reason = hex(randomblob(900))")
        connection.execute("UPDATE surprises SET folder = hex(randomblob(900))")
        connection.execute("UPDATE triage_decisions SET decided_at = hex(randomblob(900))")
        connection.execute("UPDATE documents SET name = hex(randomblob(900))")
        connection.execute("UPDATE table_corrections SET correction = hex(randomblob(900))")
        connection.execute("UPDATE claims SET note = hex(randomblob(900))")
    before = rows_of(store_file)
    assert spoil_pages_of(store_file, table) > 0
    damaged = fingerprint(store_file)
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    assert salvaged.incomplete == (table,)
    assert 0 < len(after[table]) < len(before[table])
    assert set(after[table]) <= set(before[table])
    claims = {row[0] for row in after["claims"]}
    before["surprises"] = [(*row[:-1], row[-1] if row[-1] in claims else None) for row in before["surprises"]]
    assert {name: rows for name, rows in after.items() if name != table} == {
        name: rows for name, rows in before.items() if name != table
    }
    assert salvaged.kept is not None
    assert fingerprint(salvaged.kept) == damaged
    assert _is_in_order(paths)


def test_no_word_of_the_user_is_lost_with_its_paper(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    assert spoil_pages_of(store_file, "papers") > 0
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    for table in OWN_WORK + JUDGEMENT:
        assert after[table] == before[table]
    assert salvaged.nameless > 0
    with closing(attach(store_file)) as connection:
        known = connection.execute("SELECT id, arxiv_id FROM papers ORDER BY id").fetchall()
        titles = [
            title for (title,) in connection.execute("SELECT title FROM papers WHERE title LIKE '%lost)'")
        ]
    assert known == [(number, f"2611.{number:05}") for number in range(1, PAPERS + 1)]
    assert len(titles) == salvaged.nameless
    assert _is_in_order(paths)


def test_a_correction_is_not_lost_with_the_works_that_it_is_about(paths: Paths, store_file: Path) -> None:
    with closing(attach(store_file)) as connection:
        connection.execute("UPDATE works SET venue = hex(randomblob(900))")
    before = rows_of(store_file)
    assert spoil_pages_of(store_file, "works") > 0
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    assert salvaged.incomplete == ("works",)
    assert after["evidence_corrections"] == before["evidence_corrections"]
    assert after["citations"] == before["citations"]
    assert _names_of_works(after) == _names_of_works(before)
    assert _titles_of_works(after) < _titles_of_works(before) | {""}
    assert _is_in_order(paths)


def _names_of_works(rows: Rows) -> dict[object, object]:
    return {row[0]: row[3] for row in rows["works"]}


def _titles_of_works(rows: Rows) -> set[object]:
    return {row[5] for row in rows["works"]}


def test_papers_without_a_page_left_keep_what_was_written_on_them(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    spoil_pages_of(store_file, "papers", keep_root=False)
    spoil_pages_of(store_file, "sqlite_autoindex_papers_1", keep_root=False)
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    for table in OWN_WORK + JUDGEMENT:
        assert after[table] == before[table]
    assert salvaged.rows["papers"] == salvaged.nameless == PAPERS // 4
    assert _is_in_order(paths)


def test_what_became_of_a_lost_prediction_goes_with_it_and_the_others_stay(
    paths: Paths, store_file: Path
) -> None:
    """What is never erased in use may go where the statement that it was about cannot be read."""
    with closing(attach(store_file)) as connection:
        connection.execute("UPDATE predictions SET origin = hex(randomblob(900))")
    before = rows_of(store_file)
    assert spoil_pages_of(store_file, "predictions") > 0
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    kept = {row[0] for row in after["predictions"]}
    assert salvaged.incomplete == ("predictions",)
    assert 0 < len(kept) < len(before["predictions"])
    assert set(after["predictions"]) <= set(before["predictions"])
    for table in "prediction_updates", "prediction_resolutions":
        assert after[table] == [row for row in before[table] if row[1] in kept]
    assert after["techniques"] == before["techniques"]
    assert _is_in_order(paths)


@pytest.mark.parametrize("table", ["techniques", "technique_moves"])
def test_a_technique_keeps_its_history_without_its_name_and_its_name_without_its_history(
    table: str, paths: Paths, store_file: Path
) -> None:
    before = rows_of(store_file)
    spoil_pages_of(store_file, table, keep_root=False)
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    assert salvaged.incomplete == (table,)
    assert after["predictions"] == before["predictions"]
    with open_store(paths.store, paths.backups, now=NOW) as store, store.read() as session:
        found = techniques(session)
    assert [one.id for one in found] == [row[0] for row in before["techniques"]]
    assert {one.name.endswith("(name lost)") for one in found} == {table == "techniques"}
    assert {len(one.moves) for one in found} == {2 if table == "techniques" else 1}
    assert {one.ring for one in found} == {Ring.HOLD}
    assert _is_in_order(paths)


@pytest.mark.parametrize("how", ["header", "schema page"])
def test_a_lost_schema_is_mended(how: str, paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    damage(store_file, how)
    salvaged = _salvage(paths)
    assert rows_of(store_file) == before
    assert salvaged.incomplete == ()


def test_a_truncated_store_gives_what_is_left_of_it(paths: Paths, store_file: Path) -> None:
    before = rows_of(store_file)
    damage(store_file, "truncated")
    salvaged = _salvage(paths)
    after = rows_of(store_file)
    assert salvaged.incomplete
    for table in OWN_WORK:
        assert {row[:-1] for row in after[table]} <= {row[:-1] for row in before[table]}
    assert _is_in_order(paths)


@pytest.mark.parametrize("how", ["header", "schema page"])
def test_a_lost_schema_of_a_store_that_was_migrated_is_mended(how: str, paths: Paths) -> None:
    """Its later tables lie behind the rows of the earlier ones, which no new store knows."""
    oldest = min(FROZEN.glob("store_v*.sqlite3.gz"))
    paths.data.mkdir(parents=True)
    paths.store.write_bytes(gzip.decompress(oldest.read_bytes()))
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as session:
        session.add_all(table_of(1))
    before = rows_of(paths.store)
    damage(paths.store, how)
    salvaged = _salvage(paths)
    assert rows_of(paths.store) == before
    assert salvaged.incomplete == ()
    assert _is_in_order(paths)


@pytest.mark.parametrize("how", ["zero-filled", "not a database"])
def test_where_nothing_can_be_read_nothing_is_touched(how: str, paths: Paths, store_file: Path) -> None:
    damage(store_file, how)
    before, files = fingerprint(store_file), set(paths.data.iterdir())
    with pytest.raises(StoreDamagedError, match="Nothing in") as caught:
        _salvage(paths)
    assert caught.value.hint
    assert fingerprint(store_file) == before
    assert set(paths.data.iterdir()) == files


def test_an_open_store_is_left_alone(paths: Paths, store_file: Path) -> None:
    with open_store(paths.store, paths.backups, now=NOW) as store:
        with pytest.raises(StoreBusyError):
            _salvage(paths)
        with store.read() as session:
            assert session.execute(text("SELECT count(*) FROM papers")).scalar() == PAPERS


def test_a_surprise_that_belongs_to_no_paper_gets_none(paths: Paths) -> None:
    with open_store(paths.store, paths.backups, now=NOW) as store, store.write() as session:
        session.add(Surprise(text="on its own", created_at=NOW))
    salvaged = _salvage(paths)
    assert (salvaged.rows["surprises"], salvaged.rows["papers"], salvaged.nameless) == (1, 0, 0)

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.domain.table_corrections import Correction
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.paths import Paths
from r2p_tui.pdf.sandbox import ExtractionCancelledError
from r2p_tui.services import table_cache
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.document_files import Fingerprint, fingerprint, kind_of_file
from r2p_tui.services.documents import path_of
from r2p_tui.services.tables import (
    PaperTables,
    attach_document,
    correct,
    corrections_of,
    extract_tables,
    load_table,
    load_tables,
    tables_of_file,
    undo_correction,
)
from r2p_tui.store.claims import Claim
from r2p_tui.store.papers import Paper, save_papers
from r2p_tui.store.tables import TableRow
from tests.services.arxiv_desk import desk_at
from tests.services.table_reader import (
    NOT_THERE,
    NOW,
    PDF,
    ROWS,
    FakeArxiv,
    FakeReader,
    arxiv,
    made_table,
    reader,
)

__all__ = ["arxiv", "reader"]
LATER = NOW + timedelta(hours=1)
DAMAGED = DocumentError("The PDF is damaged and cannot be opened.", "Fetch it again.")
NO_SOURCE = DocumentError("arXiv has no TeX source of this paper: its authors sent a PDF.", "Use the PDF.")


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


@pytest.fixture
def paper_id(desk: Desk) -> int:
    paper = IncomingPaper("2304.08069", 2, "RT-DETR", "", (), ("cs.CV",), Source.API)
    with desk.store.write() as session:
        return save_papers(session, [paper], NOW).ids["2304.08069"]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(PDF)
    return path


def texts(found: PaperTables) -> list[str]:
    return [view.table.rows[1][3] for view in found.views]


# A file


def test_a_file_is_read_once_without_a_store(desk: Desk, paths: Paths, pdf: Path, reader: FakeReader) -> None:
    reader.will_find("pdf", made_table("3"), made_table("", box=None), made_table("4", part="b"))
    first = tables_of_file(desk, pdf)
    assert [view.key for view in first] == ["3", "p7-1", "4b"]
    assert tables_of_file(desk, pdf) == first
    assert tables_of_file(desk, pdf, again=True) == first
    assert reader.asked == ["pdf", "pdf"]
    assert [path.relative_to(paths.cache).parts[0] for path in paths.cache.rglob("*.json")] == ["tables"]
    assert not paths.data.exists()
    assert not paths.state.exists()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"tables": [{}], "pages": 1}', b"\xff"])
def test_a_damaged_entry_of_the_cache_is_made_anew(
    desk: Desk, paths: Paths, pdf: Path, reader: FakeReader, damage: bytes
) -> None:
    reader.will_find("pdf", made_table())
    wanted = tables_of_file(desk, pdf)
    [entry] = paths.cache.rglob("*.json")
    entry.write_bytes(damage)
    assert tables_of_file(desk, pdf) == wanted
    assert json.loads(entry.read_bytes())["pages"] == 9
    assert reader.asked == ["pdf", "pdf"]


def test_a_newer_extractor_reads_again_and_leaves_nothing_of_before(
    desk: Desk, paths: Paths, pdf: Path, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.will_find("pdf", made_table())
    tables_of_file(desk, pdf)
    [before] = paths.cache.rglob("*.json")
    monkeypatch.setattr(table_cache, "EXTRACTOR_VERSION", 10**6)
    tables_of_file(desk, pdf)
    [after] = paths.cache.rglob("*.json")
    assert before != after
    assert len(reader.asked) == 2


def test_a_cache_that_cannot_be_written_does_no_harm(
    desk: Desk, paths: Paths, pdf: Path, reader: FakeReader
) -> None:
    paths.cache.parent.mkdir(parents=True)
    paths.cache.write_text("a file where the folder should be")
    reader.will_find("pdf", made_table())
    assert len(tables_of_file(desk, pdf)) == 1


def test_a_file_offers_only_its_own_route(desk: Desk, pdf: Path, reader: FakeReader) -> None:
    with pytest.raises(UsageError, match=r"paper\.pdf is a PDF, which has no tex route"):
        tables_of_file(desk, pdf, route="tex")
    reader.will_find("pdf", made_table())
    assert len(tables_of_file(desk, pdf, route="pdf")) == 1


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.PDF", b"", "pdf"),
        ("a.tar.gz", b"", "tex"),
        ("main.tex", b"", "tex"),
        ("2304.08069", b"\n%PDF-1.5", "pdf"),
        ("2304.08069v2", b"\x1f\x8b\x08", "tex"),
        ("page", b"\n<!DOCTYPE html>", "html"),
    ],
)
def test_what_a_file_is(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert kind_of_file(path) == kind


def test_files_that_r2p_does_not_read(tmp_path: Path) -> None:
    other = tmp_path / "notes.docx"
    other.write_bytes(b"PK\x03\x04")
    with pytest.raises(DocumentError, match="neither a PDF nor"):
        kind_of_file(other)
    with pytest.raises(NotFoundError, match=r"no file .*missing\.pdf"):
        fingerprint(tmp_path / "missing.pdf")
    with pytest.raises(DocumentError, match="is not a file"):
        fingerprint(tmp_path)
    with pytest.raises(DocumentError, match="is not a file"):
        fingerprint(Path("/dev/zero"))
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(DocumentError, match="larger than 100 MB"):
        fingerprint(huge)


# A paper


def test_a_paper_has_none_until_somebody_asks(desk: Desk, paper_id: int) -> None:
    assert load_tables(desk, paper_id) == PaperTables(paper_id, "none")
    with pytest.raises(NotFoundError):
        extract_tables(desk, paper_id + 1, now=NOW)


def test_what_is_missing_is_fetched_read_and_kept(
    desk: Desk, paths: Paths, paper_id: int, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    arxiv.documents |= {"pdf": PDF, "tex": b"\x1f\x8b source"}
    reader.will_find("pdf", made_table(), skipped=("page 9: damaged",))
    reader.will_find("tex", made_table(route="tex", page=0))
    said: list[str] = []
    found = extract_tables(desk, paper_id, now=NOW, report=said.append)
    assert (found.state, found.reason, found.extracted_at, found.stale) == ("ready", "", NOW, False)
    assert [view.key for view in found.views] == ["3"]
    assert (found.routes, found.skipped) == (("pdf", "tex"), ("page 9: damaged",))
    assert arxiv.asked == [("2304.08069", "pdf", 2), ("2304.08069", "tex", 2)]
    assert said == [
        "Fetching the PDF of 2304.08069",
        "Reading the PDF",
        "Fetching the TeX source of 2304.08069",
        "Reading the TeX source",
    ]
    assert sorted(path.read_bytes() for path in (paths.data / "documents").iterdir()) == [
        b"\x1f\x8b source",
        PDF,
    ]
    assert load_tables(desk, paper_id) == found
    assert extract_tables(desk, paper_id, now=LATER) == found
    assert (len(arxiv.asked), len(reader.asked)) == (2, 2)


def test_the_web_page_is_asked_for_only_without_a_source(
    desk: Desk, paper_id: int, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    arxiv.documents |= {"pdf": PDF, "tex": b"%PDF-", "html": b"<html>"}
    reader.will_find("pdf", made_table())
    reader.answers["tex"] = NO_SOURCE
    reader.will_find("html", made_table(route="html", page=0))
    found = extract_tables(desk, paper_id, now=NOW)
    assert [kind for _, kind, _ in arxiv.asked] == ["pdf", "tex", "html"]
    assert found.routes == ("pdf", "html")
    assert found.skipped == (f"TeX source: {NO_SOURCE.message}",)


def test_a_route_that_is_asked_for_is_the_one_that_counts(
    desk: Desk, paper_id: int, pdf: Path, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    arxiv.documents |= {"tex": b"\x1f\x8b source"}
    reader.will_find("tex", made_table(route="tex", page=0))
    found = extract_tables(desk, paper_id, now=NOW, route="tex")
    assert ([view.table.route for view in found.views], found.routes) == (["tex"], ("tex",))
    assert [kind for _, kind, _ in arxiv.asked] == ["tex"]
    attach_document(desk, paper_id, pdf, now=NOW)
    reader.answers["pdf"] = DAMAGED
    assert extract_tables(desk, paper_id, now=NOW, route="tex").state == "ready"
    failed = extract_tables(desk, paper_id, now=NOW, route="pdf")
    assert (failed.state, failed.reason) == ("ready", f"{DAMAGED.message} {DAMAGED.hint}")
    assert [view.table.route for view in failed.views] == ["tex"]


def test_a_failure_is_a_state_that_is_not_tried_again_by_itself(
    desk: Desk, paper_id: int, pdf: Path, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    attach_document(desk, paper_id, pdf, now=NOW)
    reader.answers["pdf"] = DAMAGED
    arxiv.documents |= {"tex": NOT_THERE, "html": NOT_THERE}
    found = extract_tables(desk, paper_id, now=NOW)
    assert (found.state, found.reason) == ("failed", f"{DAMAGED.message} {DAMAGED.hint}")
    assert found.views == ()
    assert extract_tables(desk, paper_id, now=LATER) == load_tables(desk, paper_id) == found
    assert reader.asked == ["pdf"]
    reader.will_find("pdf", made_table())
    assert extract_tables(desk, paper_id, now=LATER, again=True).state == "ready"


def test_offline_is_a_state_and_coming_online_is_enough(
    desk: Desk, paths: Paths, paper_id: int, reader: FakeReader, request: pytest.FixtureRequest
) -> None:
    with open_desk(paths, offline=True) as offline:
        found = extract_tables(offline, paper_id, now=NOW)
    assert found.state == "failed"
    assert "r2p is offline" in found.reason
    arxiv: FakeArxiv = request.getfixturevalue("arxiv")
    arxiv.documents |= {"pdf": PDF, "tex": NOT_THERE, "html": NOT_THERE}
    reader.will_find("pdf", made_table())
    assert extract_tables(desk, paper_id, now=LATER).state == "ready"


def test_tables_outlive_a_try_that_fails(
    desk: Desk, paper_id: int, pdf: Path, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    attach_document(desk, paper_id, pdf, now=NOW)
    arxiv.documents |= {"tex": NOT_THERE, "html": NOT_THERE}
    reader.will_find("pdf", made_table())
    before = extract_tables(desk, paper_id, now=NOW)
    reader.answers["pdf"] = DAMAGED
    after = extract_tables(desk, paper_id, now=LATER, again=True)
    assert (after.state, after.extracted_at, after.views) == ("ready", NOW, before.views)
    assert DAMAGED.message in after.reason


def test_a_paper_that_arxiv_does_not_know_needs_a_file(
    desk: Desk, pdf: Path, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    with desk.store.write() as session:
        paper = Paper(doi="10.1/x", title="Elsewhere", abstract="", authors=[], added_at=NOW)
        session.add(paper)
        session.flush()
    assert paper.id is not None
    found = extract_tables(desk, paper.id, now=NOW)
    assert found.state == "failed"
    assert "r2p tables FILE --paper 10.1/x" in found.reason
    attach_document(desk, paper.id, pdf, now=NOW)
    reader.will_find("pdf", made_table())
    assert extract_tables(desk, paper.id, now=LATER).state == "ready"
    assert arxiv.asked == []


def test_a_source_is_fetched_from_arxiv_and_read_in_a_process_of_its_own(
    paths: Paths, fake_services: Callable[..., AbstractContextManager[str]]
) -> None:
    paper = IncomingPaper("1706.03762", 7, "Attention", "", (), ("cs.CL",), Source.API)
    with fake_services() as url, desk_at(paths, url) as desk:
        with desk.store.write() as session:
            number = save_papers(session, [paper], NOW).ids["1706.03762"]
        found = extract_tables(desk, number, now=NOW, route="tex")
        assert (found.state, found.routes) == ("ready", ("tex",))
        assert "3" in {view.key for view in found.views}
        without = extract_tables(desk, number, now=NOW, route="html")
    assert without.views == found.views
    assert "arXiv has no web page of 1706.03762v7." in without.reason


def test_stopping_keeps_nothing(desk: Desk, paper_id: int, pdf: Path, reader: FakeReader) -> None:
    attach_document(desk, paper_id, pdf, now=NOW)
    reader.answers["pdf"] = ExtractionCancelledError("Reading the document was stopped.")
    with pytest.raises(ExtractionCancelledError):
        extract_tables(desk, paper_id, now=NOW)
    assert load_tables(desk, paper_id).state == "none"


def test_a_newer_version_is_fetched_when_the_user_asks_again(
    desk: Desk, paper_id: int, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    arxiv.documents |= {"pdf": PDF, "tex": NOT_THERE, "html": NOT_THERE}
    reader.will_find("pdf", made_table())
    extract_tables(desk, paper_id, now=NOW)
    newer = IncomingPaper("2304.08069", 3, "RT-DETR", "", (), ("cs.CV",), Source.API)
    with desk.store.write() as session:
        save_papers(session, [newer], LATER)
    arxiv.asked.clear()
    extract_tables(desk, paper_id, now=LATER)
    assert arxiv.asked == []
    arxiv.documents["pdf"] = PDF + b" version 3"
    assert not extract_tables(desk, paper_id, now=LATER, again=True).stale
    assert ("2304.08069", "pdf", 3) in arxiv.asked


def test_what_the_user_has_is_kept_and_makes_the_tables_stale(
    desk: Desk, paper_id: int, pdf: Path, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    arxiv.documents |= {"pdf": PDF + b" of arXiv", "tex": NOT_THERE, "html": NOT_THERE}
    reader.will_find("pdf", made_table())
    extract_tables(desk, paper_id, now=NOW)
    document = attach_document(desk, paper_id, pdf, now=LATER)
    assert path_of(desk, document).read_bytes() == PDF
    assert Fingerprint(document.sha256, document.size) == fingerprint(pdf)
    assert load_tables(desk, paper_id).stale
    pdf.unlink()
    asked = len(arxiv.asked)
    assert not extract_tables(desk, paper_id, now=LATER).stale
    assert [kind for _, kind, _ in arxiv.asked[asked:]] == ["tex", "html"]


def test_a_file_that_cannot_be_kept_leaves_no_trace(
    desk: Desk, paths: Paths, paper_id: int, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    with pytest.raises(DocumentError, match=r"empty\.pdf is empty"):
        attach_document(desk, paper_id, empty, now=NOW)
    assert list((paths.data / "documents").iterdir()) == []


# Corrections


AP = Correction("cell", 1, 3, "54.8", "54.9", row_label="full model", column_header="AP")


@pytest.fixture
def extracted(desk: Desk, paper_id: int, pdf: Path, reader: FakeReader, arxiv: FakeArxiv) -> PaperTables:
    arxiv.documents |= {"tex": NOT_THERE, "html": NOT_THERE}
    attach_document(desk, paper_id, pdf, now=NOW)
    reader.will_find("pdf", made_table("3"), made_table("4"))
    return extract_tables(desk, paper_id, now=NOW)


def row_texts(desk: Desk) -> set[str]:
    """The numbers of the metric AP that the search knows."""
    with desk.store.read() as session:
        cells = [cell for row in session.exec(select(TableRow)) for cell in row.cells]
    return {text for header, text in cells if header == "AP"}


def test_a_correction_shows_and_is_undone(desk: Desk, extracted: PaperTables) -> None:
    paper_id = extracted.paper_id
    view = correct(desk, paper_id, "3", AP, now=NOW)
    assert (view.table.rows[1][3], view.corrections, view.unfit) == ("54.9", 1, 0)
    assert load_table(desk, paper_id, "3") == view
    assert corrections_of(desk, paper_id, "3") == [AP]
    assert texts(load_tables(desk, paper_id)) == ["54.9", "54.8"]
    assert "54.9" in row_texts(desk)
    assert undo_correction(desk, paper_id, "3", now=LATER).table.rows[1][3] == "54.8"
    assert load_tables(desk, paper_id) == extracted
    assert "54.9" not in row_texts(desk)
    with pytest.raises(UsageError, match="no correction to undo"):
        undo_correction(desk, paper_id, "3", now=LATER)


def test_corrections_are_undone_from_the_newest(desk: Desk, extracted: PaperTables) -> None:
    paper_id = extracted.paper_id
    correct(desk, paper_id, "3", AP, now=NOW)
    correct(desk, paper_id, "3", replace(AP, old="54.9", new="55.0"), now=NOW)
    assert undo_correction(desk, paper_id, "3", now=LATER).table.rows[1][3] == "54.9"


def test_a_correction_survives_a_new_extraction_of_other_shape(
    desk: Desk, extracted: PaperTables, reader: FakeReader
) -> None:
    paper_id = extracted.paper_id
    correct(desk, paper_id, "3", AP, now=NOW)
    moved = (ROWS[0], ROWS[2], ROWS[1], ROWS[3])
    reader.will_find("pdf", made_table("3", rows=moved), made_table("4"))
    found = extract_tables(desk, paper_id, now=LATER, again=True)
    assert (found.views[0].table.rows[2][3], found.views[0].corrections) == ("54.9", 1)
    assert "54.9" in row_texts(desk)


def test_a_correction_that_no_longer_fits_is_kept_and_counted(
    desk: Desk, extracted: PaperTables, reader: FakeReader
) -> None:
    paper_id = extracted.paper_id
    correct(desk, paper_id, "3", AP, now=NOW)
    other = (("", "FPS"), ("a", "10"))
    reader.will_find("pdf", made_table("3", rows=other))
    found = extract_tables(desk, paper_id, now=LATER, again=True)
    assert (found.views[0].corrections, found.views[0].unfit) == (0, 1)
    reader.will_find("pdf", made_table("3"))
    assert texts(extract_tables(desk, paper_id, now=LATER, again=True)) == ["54.9"]


def test_a_correction_of_nothing_is_refused(desk: Desk, extracted: PaperTables) -> None:
    paper_id = extracted.paper_id
    nowhere = replace(AP, row=99, column=99, old="7", row_label="nobody", column_header="nothing")
    with pytest.raises(UsageError, match="does not fit Table 3"):
        correct(desk, paper_id, "3", nowhere, now=NOW)
    assert corrections_of(desk, paper_id, "3") == []
    with pytest.raises(NotFoundError, match="no table 9"):
        correct(desk, paper_id, "9", AP, now=NOW)


def test_claims_outlive_a_new_extraction(desk: Desk, extracted: PaperTables) -> None:
    claim = Claim(
        paper_id=extracted.paper_id, metric="AP", value=54.8, text="54.8", table_key="3",
        table_name="Table 3", row=1, column=3, route="pdf", created_at=NOW,
    )  # fmt: skip
    with desk.store.write() as session:
        session.add(claim)
    extract_tables(desk, extracted.paper_id, now=LATER, again=True)
    with desk.store.read() as session:
        assert [one.text for one in session.exec(select(Claim))] == ["54.8"]


# Rows for search


def test_rows_are_kept_for_search_with_their_deltas(desk: Desk, extracted: PaperTables) -> None:
    with desk.store.read() as session:
        rows = {row.label: row for row in session.exec(select(TableRow).where(TableRow.table_key == "3"))}
    assert rows.keys() == {"full model", "w/o mosaic", "w/o matching"}
    row = rows["w/o mosaic"]
    assert (row.table_name, row.kind, row.page, row.row, row.confidence) == ("Table 3", "ablation", 7, 2, 0.9)
    assert ["AP", "53.9"] in row.cells
    [[value, better]] = [delta[1:3] for delta in row.deltas if delta[0] == "AP"]
    assert (round(value, 6), better) == (-0.9, False)
    assert [label for label, one in rows.items() if one.is_baseline] == ["full model"]

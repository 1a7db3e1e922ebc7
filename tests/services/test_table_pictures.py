from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_tui.domain.papers import IncomingPaper, Source
from r2p_tui.domain.tables import Box
from r2p_tui.errors import DocumentError, NotFoundError
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk, open_desk
from r2p_tui.services.table_pictures import region_of, region_picture
from r2p_tui.services.tables import attach_document, extract_tables
from r2p_tui.store.papers import save_papers
from tests.pdf.made_pdfs import text_page
from tests.services.table_reader import NOT_THERE, NOW, FakeArxiv, FakeReader, arxiv, made_table, reader

__all__ = ["arxiv", "reader"]


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with open_desk(paths) as desk:
        yield desk


@pytest.fixture
def paper_id(desk: Desk, tmp_path: Path, reader: FakeReader, arxiv: FakeArxiv) -> int:
    """A paper of one page, on which Table 3 stands; where Table 4 stands is not known."""
    with desk.store.write() as session:
        paper = IncomingPaper("2304.08069", 2, "RT-DETR", "", (), ("cs.CV",), Source.API)
        paper_id = save_papers(session, [paper], NOW).ids["2304.08069"]
    pdf = tmp_path / "paper.pdf"
    pdf.write_bytes(text_page("AP 54.8 53.9 53.2"))
    attach_document(desk, paper_id, pdf, now=NOW)
    arxiv.documents |= {"tex": NOT_THERE, "html": NOT_THERE}
    shown = made_table("3", page=1, box=Box(60, 60, 260, 90))
    reader.will_find("pdf", shown, made_table("4", page=0, box=None))
    extract_tables(desk, paper_id, now=NOW)
    return paper_id


def test_the_region_fits_the_room_and_shows_what_stands_there(desk: Desk, paper_id: int) -> None:
    picture = region_picture(desk, paper_id, "3", width=200, height=100)
    assert 0 < picture.width <= 200
    assert 0 < picture.height <= 100
    assert len(picture.rgb) == 3 * picture.width * picture.height
    assert min(picture.rgb) < 128 < max(picture.rgb)


def test_a_table_without_a_place_has_no_picture(desk: Desk, paper_id: int) -> None:
    with pytest.raises(DocumentError, match="place of Table 4"):
        region_picture(desk, paper_id, "4", width=200, height=100)
    with pytest.raises(NotFoundError):
        region_picture(desk, paper_id, "5", width=200, height=100)


def test_a_pdf_that_is_gone_is_said_to_be_missing(desk: Desk, paths: Paths, paper_id: int) -> None:
    for document in (paths.data / "documents").iterdir():
        document.unlink()
    with pytest.raises(DocumentError, match="is not here") as refused:
        region_picture(desk, paper_id, "3", width=200, height=100)
    assert refused.value.hint == "Fetch it with: r2p tables 2304.08069 --again"


def test_the_region_of_cells_stands_for_a_missing_box() -> None:
    table = made_table(box=None)
    assert region_of(table) == Box(46, 96, 244, 142)
    assert region_of(made_table(box=None, page=9)) is None

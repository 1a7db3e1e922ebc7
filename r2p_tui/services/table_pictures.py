"""The picture of a table's region, as the PDF shows it."""

from __future__ import annotations

from r2p_tui.domain.tables import Box, Table
from r2p_tui.errors import DocumentError
from r2p_tui.pdf.layout import Picture
from r2p_tui.pdf.sandbox import render
from r2p_tui.services.desk import Desk
from r2p_tui.services.documents import missing_document, paper_of, path_of
from r2p_tui.services.tables import load_table
from r2p_tui.store.documents import documents_of

_MARGIN = 4.0


def region_picture(desk: Desk, paper_id: int, key: str, *, width: int, height: int) -> Picture:
    """A table's place on its page, as large as fits into `width` x `height` pixels.

    Takes as long as starting a process. Raises NotFoundError for an unknown table, and DocumentError where
    there is no PDF or the table has no place in it.
    """
    table = load_table(desk, paper_id, key).table
    box = region_of(table)
    if box is None:
        raise DocumentError(
            f"The place of {table.name} in the PDF is not known.", "Only the PDF route knows it."
        )
    with desk.store.read() as session:
        document = documents_of(session, paper_id).get("pdf")
    path = path_of(desk, document) if document else None
    if path is None or not path.is_file():
        raise missing_document(paper_of(desk, paper_id), "pdf")
    return render(path, table.page, box, width=width, height=height)


def region_of(table: Table) -> Box | None:
    """The box of the table with a little room around it, or of its cells on its page; None without places."""
    boxes = (
        [table.box]
        if table.box
        else [cell.box for cell in table.cells if cell.box and cell.page == table.page]
    )
    if not table.page or not boxes:
        return None
    return Box(
        min(box.left for box in boxes) - _MARGIN,
        min(box.top for box in boxes) - _MARGIN,
        max(box.right for box in boxes) + _MARGIN,
        max(box.bottom for box in boxes) + _MARGIN,
    )

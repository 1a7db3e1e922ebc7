"""Tables over several pages."""

from __future__ import annotations

from r2p_tui.domain.tables import Cell, Table
from r2p_tui.pdf.continuations import join_pages


def table(page: int, *rows: list[str], number: str = "2", header_rows: int = 1) -> Table:
    cells = tuple(
        Cell(y, x, text, page=page) for y, row in enumerate(rows) for x, text in enumerate(row) if text
    )
    return Table(number, "", "Settings", page, None, "pdf", header_rows, cells, rules=(header_rows,))


HEAD = ["Model", "AP"]


def test_a_repeated_header_is_kept_once() -> None:
    (joined,) = join_pages(
        [table(3, HEAD, ["a", "1"]), table(4, HEAD, ["b", "2"]), table(5, HEAD, ["c", "3"])]
    )
    assert joined.rows == [HEAD, ["a", "1"], ["b", "2"], ["c", "3"]]
    assert [cell.page for cell in joined.cells] == [3, 3, 3, 3, 4, 4, 5, 5]
    assert joined.rules == (1, 2, 3)


def test_a_continuation_without_header_is_appended_whole() -> None:
    (joined,) = join_pages([table(3, HEAD, ["a", "1"]), table(4, ["b", "2"], ["c", "3"], header_rows=0)])
    assert joined.rows == [HEAD, ["a", "1"], ["b", "2"], ["c", "3"]]


def test_what_is_no_continuation_stays_apart() -> None:
    alone = table(3, HEAD, ["a", "1"])
    for other in (
        table(4, HEAD, ["b", "2"], number="3"),
        table(5, HEAD, ["b", "2"]),
        table(4, [*HEAD, "FPS"], ["b", "2", "9"]),
    ):
        assert join_pages([alone, other]) == [alone, other]
    nameless = table(3, HEAD, ["a", "1"], number="")
    assert len(join_pages([nameless, table(4, HEAD, ["b", "2"], number="")])) == 2

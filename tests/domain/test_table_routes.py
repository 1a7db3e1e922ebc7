"""Tables that several routes found: which are the same, which leads, and where they differ."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.table_routes import Difference, folded, reconcile
from r2p_tui.domain.tables import Box, Cell, Route, Table

ROWS = [
    ["Method", "AP", "AP50"],
    ["base", "40.1", "60.2"],
    ["+ mosaic", "41.5", "61.0"],
    ["full", "42.0", "62.3"],
]


def table(rows: list[list[str]] = ROWS, route: Route = "tex", number: str = "1", **values: object) -> Table:
    """A table of the route; PDF cells have a page and a box each."""
    on_page = route == "pdf"
    cells = tuple(
        Cell(
            row, column, text,
            page=3 if on_page else None, box=Box(column, row, column + 1, row + 1) if on_page else None,
            confidence=0.8 if on_page else 1.0,
        )
        for row, line in enumerate(rows) for column, text in enumerate(line) if text
    )  # fmt: skip
    made = Table(
        number, "", "Ablation of the parts of the detector.", 3 if on_page else 0,
        Box(0, 0, 9, 9) if on_page else None, route, 1, cells, confidence=0.8 if on_page else 1.0,
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def changed(row: int, column: int, text: str) -> list[list[str]]:
    rows = [list(line) for line in ROWS]
    rows[row][column] = text
    return rows


def test_the_source_leads_and_the_pdf_gives_the_places() -> None:
    (found,) = reconcile({"pdf": [table(route="pdf")], "tex": [table()]})
    assert found.table.route == "tex"
    assert found.routes == ("tex", "pdf")
    assert found.agreement == "agrees with the PDF"
    assert (found.table.page, found.table.box) == (3, Box(0, 0, 9, 9))
    assert all(cell.page == 3 and cell.box for cell in found.table.cells)
    assert found.differences == ()


def test_agreement_raises_confidence() -> None:
    (found,) = reconcile({"pdf": [table(route="pdf")], "html": [table(route="html")]}, prefer="pdf")
    assert found.table.route == "pdf"
    assert found.table.confidence > 0.95
    assert all(cell.confidence > 0.95 for cell in found.table.cells)
    assert found.agreement == "agrees with HTML"


def test_a_difference_has_both_values_and_lowers_confidence() -> None:
    (found,) = reconcile({"tex": [table()], "pdf": [table(changed(2, 1, "415"), "pdf")]})
    assert found.differences == (Difference(2, 1, "41.5", "415", "pdf"),)
    assert found.agreement == "differs from the PDF in 1 cell"
    (cell,) = [cell for cell in found.table.cells if cell.text == "41.5"]
    assert cell.confidence < 0.7
    assert found.table.confidence < 1


def test_three_routes_at_once() -> None:
    (found,) = reconcile(
        {"tex": [table()], "html": [table(route="html")], "pdf": [table(changed(1, 1, "4.01"), "pdf")]}
    )
    assert found.routes == ("tex", "html", "pdf")
    assert found.agreement == "differs from the PDF in 1 cell, agrees with HTML"


def test_spelling_is_no_difference() -> None:
    tex = [
        ["Method", "dₖ", "Δ"],
        ["ByteNet [18]", "10²⁰", "−1.2"],
        ["ours (ref)", "✓", "5.0 ± 0.1"],
        ["x", "79.8_0.3", "a–b"],
    ]
    pdf = [
        ["Method", "dk", "∆"],
        ["ByteNet", "1020", "-1.2"],
        ["ours (ref)", "✔", "5.0±0.1"],
        ["x", "79.80.3", "a-b"],
    ]
    (found,) = reconcile({"tex": [table(tex)], "pdf": [table(pdf, "pdf")]})
    assert found.differences == ()


def test_an_interval_is_no_citation() -> None:
    tex, pdf = changed(1, 1, "40 [38,42]"), changed(1, 1, "40 [38,43]")
    (found,) = reconcile({"tex": [table(tex)], "pdf": [table(pdf, "pdf")]})
    assert [(entry.text, entry.other) for entry in found.differences] == [("40 [38,42]", "40 [38,43]")]


def test_a_number_that_one_route_lacks_is_a_difference() -> None:
    (lacking,) = reconcile({"tex": [table()], "pdf": [table(changed(3, 2, ""), "pdf")]})
    assert lacking.differences == (Difference(3, 2, "62.3", "", "pdf"),)
    (more,) = reconcile({"tex": [table(changed(3, 2, ""))], "pdf": [table(route="pdf")]})
    assert [(entry.text, entry.other) for entry in more.differences] == [("", "62.3")]


def test_a_row_and_a_column_too_many_do_not_shift_the_rest() -> None:
    wide = [["", *line] for line in ROWS]
    wide.insert(1, ["", "", "(%)", "(%)"])
    (found,) = reconcile({"tex": [table()], "pdf": [table(wide, "pdf")]})
    assert [entry for entry in found.differences if entry.text] == []


def test_a_table_of_one_route_is_kept_in_its_place() -> None:
    other = [["a", "b"], ["x", "7.7"], ["y", "8.8"], ["z", "9.9"], ["w", "1.1"]]
    third = [["c", "d"], ["p", "0.1"], ["q", "0.2"], ["r", "0.3"], ["s", "0.4"]]
    on_page = [table(route="pdf"), table(other, "pdf", "2", caption="Second one here.")]
    on_page.append(table(third, "pdf", "3", page=9, caption="Third one of all."))
    found = reconcile(
        {"tex": [table(), table(third, number="3", caption="Third one of all.")], "pdf": on_page}
    )
    assert [(entry.table.number, entry.routes) for entry in found] == [
        ("1", ("tex", "pdf")), ("2", ("pdf",)), ("3", ("tex", "pdf")),
    ]  # fmt: skip
    assert found[1].agreement == ""


def test_the_printed_number_wins_over_the_counted_one() -> None:
    other = [["a", "b"], ["x", "7.7"], ["y", "8.8"], ["z", "9.9"], ["w", "1.1"]]
    found = reconcile(
        {
            "tex": [table(number="1"), table(other, number="2", caption="")],
            "pdf": [table(route="pdf", number="2"), table(other, "pdf", "3", caption="")],
        }
    )
    assert [entry.table.number for entry in found] == ["2", "3"]
    assert all(entry.agreement == "agrees with the PDF" for entry in found)


def test_the_same_number_with_other_content_is_not_the_same_table() -> None:
    other = [["a", "b"], ["x", "7.7"], ["y", "8.8"], ["z", "9.9"], ["w", "1.1"]]
    found = reconcile({"tex": [table()], "pdf": [table(other, "pdf", caption="About speed.")]})
    assert len(found) == 2


def test_nothing_at_all() -> None:
    assert reconcile({}) == []
    assert reconcile({"tex": [], "pdf": []}, prefer="html") == []


TEXTS = st.sampled_from(["", "1.5", "2.5", "a", "b", "✓", "−3", "x [1]"])


@given(*[st.lists(st.lists(st.lists(TEXTS, max_size=4), max_size=4), max_size=3) for _ in range(3)])
def test_every_table_is_kept_once(
    tex: list[list[list[str]]], html: list[list[list[str]]], pdf: list[list[list[str]]]
) -> None:
    by_route: dict[Route, list[Table]] = {
        "tex": [table(rows) for rows in tex], "html": [table(rows, "html") for rows in html],
        "pdf": [table(rows, "pdf") for rows in pdf],
    }  # fmt: skip
    found = reconcile(by_route)
    assert sum(len(entry.routes) for entry in found) == len(tex) + len(html) + len(pdf)
    for entry in found:
        assert bool(entry.differences) == ("differs" in entry.agreement)


@given(st.text())
def test_space_around_a_text_does_not_count(text: str) -> None:
    assert folded(f"\t{text} ") == folded(text)

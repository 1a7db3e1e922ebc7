from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.tables import Box, Cell, Table
from r2p_tui.errors import DocumentError, ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from tests.cli.conftest import Run, put
from tests.services.table_reader import NOT_THERE, PDF, FakeArxiv, FakeReader, arxiv, made_table, reader

__all__ = ["arxiv", "reader"]
PLAIN = (("", "value"), ("learning rate", "0.001"), ("batch", "16"))
DAMAGED = DocumentError("The PDF is damaged and cannot be opened.", "Fetch it again.")


@pytest.fixture
def pdf(tmp_path: Path, reader: FakeReader) -> str:
    """A PDF with an ablation as Table 3b and something else as Table 4."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(PDF)
    plain = made_table("4", rows=PLAIN, caption="Hyperparameters of the training.")
    reader.will_find("pdf", made_table("3", part="b"), plain)
    return str(path)


def documents(result_out: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result_out)
    return found


def test_a_file_as_json_without_store_or_network(r2p: Run, paths: Paths, pdf: str) -> None:
    result = r2p("tables", pdf, "--json", "--offline")
    assert (result.status, result.err) == (ExitCode.OK, "")
    first, second = documents(result.out)
    assert (first["key"], first["number"], first["part"], first["page"]) == ("3b", "3", "b", 7)
    assert (first["bbox"], first["route"], first["confidence"]) == ([50, 100, 300, 140], "pdf", 0.9)
    assert (first["kind"], first["header_rows"], first["baseline_row"]) == ("ablation", 1, 1)
    assert first["kind_reason"]
    assert first["rows"][2] == ["w/o mosaic", "", "✓", "53.9", "4.6"]
    assert [(one["column"], one["direction"]) for one in first["metrics"]] == [(3, "up"), (4, "down")]
    [loss] = [one for one in first["deltas"] if (one["row"], one["column"]) == (2, 3)]
    assert (round(loss["value"], 6), loss["better"]) == (-0.9, False)
    assert second["caption"] == "Hyperparameters of the training."
    assert not paths.data.exists()
    assert not paths.config.exists()


def test_people_see_names_and_signed_deltas(r2p: Run, pdf: str) -> None:
    out = r2p("tables", pdf).out
    lines = out.splitlines()
    assert lines[0] == "Table 3b · ablation, confidence 0.90 · page 7 · from PDF · deltas to row 1"
    row = next(line for line in lines if "w/o mosaic" in line)
    assert row.startswith("2  w/o mosaic")
    assert "53.9 -0.9 ▼" in row
    faster = next(line for line in lines if "w/o matching" in line)
    assert "4.5 -0.1 ▲" in faster
    assert "Table 4 · hyperparameters" in out


def test_what_each_factor_is_worth_stands_together(r2p: Run, pdf: str) -> None:
    lines = [line for line in r2p("tables", pdf).out.splitlines() if line.startswith("  worth:")]
    assert lines == ["  worth: matching +1.6 AP ▲, +0.1 latency (ms) ▼; mosaic +0.9 AP ▲"]


def test_a_table_without_a_number_is_named_by_its_key(r2p: Run, pdf: str, reader: FakeReader) -> None:
    reader.will_find("pdf", made_table(""))
    assert r2p("tables", pdf).out.startswith("Table on page 7 [p7-1] · ")


GROUPS = (
    ("Method", "mosaic", "AP"),
    ("A method whose name alone is wider than a narrow terminal, and then some", "", ""),
    ("small", "", "30.0"),
    ("small (ours)", "✓", "31.0"),
)


def test_a_wide_table_goes_on_below_and_loses_nothing(
    r2p: Run, pdf: str, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each value stands behind the number and the label of its row, whatever the width."""
    rows = (("Method", *(f"Metric {n}" for n in range(9))), ("ours", *(f"{n}1.5" for n in range(9))))
    reader.will_find("pdf", made_table("1", rows=rows, caption="Results."))
    for width in (34, 60):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = r2p("tables", pdf).out.splitlines()
        assert max(map(len, lines)) <= width
        values = [line.split()[2:] for line in lines if line.startswith("1  ours")]
        assert len(values) > 1
        assert [value for line in values for value in line] == list(rows[1][1:])


def test_a_long_header_hides_no_number(
    r2p: Run, pdf: str, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (("Method", "latency of one image on the smallest device (ms)"), ("ours", "31.5"))
    reader.will_find("pdf", made_table("1", rows=rows, caption="Results."))
    monkeypatch.setenv("COLUMNS", "30")
    lines = r2p("tables", pdf).out.splitlines()
    assert max(map(len, lines)) <= 30
    assert lines[-1].endswith("31.5")
    assert lines[-3].endswith("…")


def test_a_row_of_one_text_makes_no_column_wide(
    r2p: Run, pdf: str, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.will_find("pdf", made_table("1", rows=GROUPS))
    monkeypatch.setenv("COLUMNS", "50")
    out = r2p("tables", pdf).out
    assert "1  A method whose name alone is wider than a narr…\n" in out
    assert "3  small (ours)  ✓" in out
    monkeypatch.delenv("COLUMNS")
    assert f"1  {GROUPS[1][0]}\n" in r2p("tables", pdf).out


def test_a_header_over_several_columns_stands_over_those_that_go_on_below(
    r2p: Run, pdf: str, reader: FakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = (
        Cell(0, 1, "COCO val", column_span=2), Cell(1, 0, "Method"), Cell(1, 1, "Average precision"),
        Cell(1, 2, "Average recall"), Cell(2, 0, "ours"), Cell(2, 1, "31.5"), Cell(2, 2, "42.5"),
    )  # fmt: skip
    reader.will_find("pdf", Table("1", "", "Results.", 7, None, "pdf", 2, cells))
    monkeypatch.setenv("COLUMNS", "36")
    assert r2p("tables", pdf).out.count("COCO val") == 2
    monkeypatch.delenv("COLUMNS")
    assert r2p("tables", pdf).out.count("COCO val") == 1


def test_a_terminal_gets_no_line_that_is_too_long(
    r2p: Run, pdf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, r2p("tables", pdf).out.splitlines())) <= 40


def test_a_long_caption_is_cut_for_people_only(r2p: Run, pdf: str, reader: FakeReader) -> None:
    caption = "word " * 200 + "end"
    reader.will_find("pdf", made_table(caption=caption))
    lines = r2p("tables", pdf).out.splitlines()
    assert [line.endswith("…") for line in lines[1:5]] == [False, False, True, False]
    assert documents(r2p("tables", pdf, "--json").out)[0]["caption"] == caption


def test_only_ablations_or_one_table(r2p: Run, pdf: str) -> None:
    assert [one["key"] for one in documents(r2p("tables", pdf, "--ablations", "--json").out)] == ["3b"]
    assert [one["key"] for one in documents(r2p("tables", pdf, "--table", "3B", "--json").out)] == ["3b"]
    assert r2p("tables", pdf, "--table", "9").status == ExitCode.NOT_FOUND
    assert "Tables: 3b, 4." in r2p("tables", pdf, "--table", "9").err
    assert [one["key"] for one in documents(r2p("tables", pdf, "--table", "Table 3b", "--json").out)] == [
        "3b"
    ]
    none = r2p("tables", pdf, "--table", "4", "--ablations", "--json")
    assert (none.status, none.out) == (ExitCode.NOT_FOUND, "")
    assert none.err.startswith("r2p: Table 4 is no ablation: r2p takes it for hyperparameters.\n")


def test_no_table_is_an_empty_list_and_a_word(r2p: Run, pdf: str, reader: FakeReader) -> None:
    reader.will_find("pdf")
    assert r2p("tables", pdf, "--json") == (ExitCode.OK, "[]\n", "No table was found.\n")


def test_no_ablation_is_said_with_what_there_is(r2p: Run, pdf: str, reader: FakeReader) -> None:
    reader.will_find("pdf", made_table("4", rows=PLAIN, caption="Hyperparameters of the training."))
    result = r2p("tables", pdf, "--ablations")
    assert result == (ExitCode.OK, "", "No ablation table was found; 1 other table without --ablations.\n")


@pytest.mark.parametrize("shape", ["--csv", "--md"])
def test_one_table_for_other_programs_is_only_its_rows(r2p: Run, pdf: str, shape: str) -> None:
    alone = r2p("tables", pdf, shape, "--table", "3b").out
    assert "w/o mosaic" in alone
    assert "Table 3b" not in alone
    both = r2p("tables", pdf, shape).out
    assert (
        both.index("Table 3b")
        < both.index("w/o mosaic")
        < both.index("Table 4")
        < both.index("learning rate")
    )


def test_several_tables_in_one_csv_are_told_apart(r2p: Run, pdf: str, reader: FakeReader) -> None:
    """Names start with #, tell each number once, and cannot swallow the rows below them as one field."""
    evil = 'Table 3: rows of a,"b, and | more'
    rows = (("name", "AP"), ('say "x", y', "1.5"), ("a|b", "2.5"))
    reader.will_find("pdf", made_table("3", rows=rows, caption=evil), made_table("4", rows=rows))
    lines = list(csv.reader(r2p("tables", pdf, "--csv").out.splitlines()))
    names = [line for line in lines if line and line[0].startswith("# ")]
    assert [name[0] for name in names] == ["# Table 3: rows of a", names[1][0]]
    assert lines[1:4] == [list(row) for row in rows]
    assert lines[4] == []
    markdown = r2p("tables", pdf, "--md").out
    assert markdown.startswith('**Table 3: rows of a,"b, and \\| more**\n\n| name | AP |')


def test_shapes_exclude_each_other(r2p: Run, pdf: str) -> None:
    assert r2p("tables", pdf, "--csv", "--json").status == ExitCode.USAGE


def test_the_text_of_a_table_cannot_steer_the_terminal(r2p: Run, pdf: str, reader: FakeReader) -> None:
    evil = "\x1b[2Jgone\u202e"
    reader.will_find("pdf", made_table(number="1", caption=evil, rows=((evil, "AP"), (evil, "1.0"))))
    for shape in ([], ["--json"], ["--csv"], ["--md"]):
        out = r2p("tables", pdf, *shape).out
        assert "gone" in out
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["missing.pdf"], ExitCode.NOT_FOUND),
        (["/dev/null"], ExitCode.FAILED),
        (["."], ExitCode.FAILED),
        (["missing"], ExitCode.USAGE),
        ([""], ExitCode.USAGE),
        (["a.pdf", "b.pdf"], ExitCode.USAGE),
    ],
)
def test_what_is_no_file_is_one_line(r2p: Run, words: list[str], status: ExitCode) -> None:
    result = r2p("tables", *words)
    assert result.status == status
    assert result.out == ""
    assert result.err.startswith("r2p: ")
    assert len(result.err.splitlines()) == 2


def test_a_document_that_cannot_be_read_gives_its_reason(r2p: Run, pdf: str, reader: FakeReader) -> None:
    reader.answers["pdf"] = DAMAGED
    result = r2p("tables", pdf, "--json")
    assert result == (ExitCode.FAILED, "", f"r2p: {DAMAGED.message}\n  {DAMAGED.hint}\n")


def test_another_route_than_the_file_has_is_refused(r2p: Run, pdf: str) -> None:
    result = r2p("tables", pdf, "--route", "tex")
    assert (result.status, result.out) == (ExitCode.USAGE, "")
    assert "Use --route pdf." in result.err


# Papers


@pytest.fixture
def paper(desk: Desk, pdf: str, arxiv: FakeArxiv) -> str:
    gone = DocumentError("arXiv has no TeX source of this paper.", "Use the PDF.")
    arxiv.documents |= {"pdf": PDF, "tex": gone, "html": gone}
    [key] = put(desk, "RT-DETR")
    return key


def test_a_paper_is_fetched_and_read_once(r2p: Run, paper: str, reader: FakeReader, arxiv: FakeArxiv) -> None:
    result = r2p("tables", paper, "--json")
    assert [one["key"] for one in documents(result.out)] == ["3b", "4"]
    assert "Fetching the PDF of 2411.00001\nReading the PDF\n" in result.err
    assert "left out: TeX source: arXiv has no TeX source of this paper.\n" in result.err
    asked = len(arxiv.asked)
    assert documents(r2p("tables", paper, "--json").out) == documents(result.out)
    assert (len(arxiv.asked), reader.asked) == (asked, ["pdf"])
    r2p("tables", paper, "--again")
    assert reader.asked == ["pdf", "pdf"]


def test_a_failure_is_told_and_tried_again_only_on_demand(r2p: Run, paper: str, reader: FakeReader) -> None:
    found = reader.answers["pdf"]
    reader.answers["pdf"] = DAMAGED
    first = r2p("tables", paper)
    assert (first.status, first.out) == (ExitCode.FAILED, "")
    assert first.err.endswith(f"r2p: {DAMAGED.message}\n  {DAMAGED.hint}\n")
    kept = r2p("tables", paper)
    assert (kept.status, kept.out) == (ExitCode.FAILED, "")
    assert kept.err == f"r2p: {DAMAGED.message} {DAMAGED.hint}\n  Try once more with: --again\n"
    assert reader.asked == ["pdf"]
    reader.answers["pdf"] = found
    assert r2p("tables", paper, "--again").status == ExitCode.OK


def test_trouble_with_arxiv_is_no_trouble_with_the_document(
    r2p: Run, paper: str, reader: FakeReader, arxiv: FakeArxiv
) -> None:
    arxiv.documents["pdf"] = NOT_THERE
    result = r2p("tables", paper)
    assert (result.status, result.out) == (ExitCode.SOURCE, "")
    assert result.err.endswith(f"r2p: {NOT_THERE.message}\n  {NOT_THERE.hint}\n")


def test_a_store_for_reading_only_asks_nothing_of_arxiv(r2p: Run, paper: str, arxiv: FakeArxiv) -> None:
    result = r2p("tables", paper, "--read-only")
    assert (result.status, result.out, arxiv.asked) == (ExitCode.STORE, "", [])


def test_an_unknown_paper_says_how_to_add_it(r2p: Run, desk: Desk) -> None:
    result = r2p("tables", "9999.99999")
    assert (result.status, result.out) == (ExitCode.NOT_FOUND, "")
    assert "r2p add 9999.99999" in result.err


def test_a_file_is_kept_with_a_paper(r2p: Run, paper: str, pdf: str, arxiv: FakeArxiv) -> None:
    result = r2p("tables", pdf, "--paper", paper, "--json")
    assert [one["key"] for one in documents(result.out)] == ["3b", "4"]
    assert "pdf" not in [kind for _, kind, _ in arxiv.asked]
    Path(pdf).unlink()
    assert documents(r2p("tables", paper, "--json").out) == documents(result.out)


def test_tables_outlive_their_documents(
    r2p: Run, paths: Paths, paper: str, arxiv: FakeArxiv, reader: FakeReader
) -> None:
    """As after a restore, which brings the store and no files."""
    before = documents(r2p("tables", paper, "--json").out)
    shutil.rmtree(paths.data / "documents")
    asked = len(arxiv.asked)
    assert documents(r2p("tables", paper, "--json").out) == before
    assert r2p("tables", "correct", paper, "3b", "kind", "data").status == ExitCode.OK
    assert (len(arxiv.asked), reader.asked) == (asked, ["pdf"])
    gone = arxiv.documents.copy()
    arxiv.documents["pdf"] = NOT_THERE
    refused = r2p("tables", paper, "--again", "--table", "4", "--json")
    assert refused.status == ExitCode.OK
    assert f"tables of before; reading them again failed: {NOT_THERE.message}" in refused.err
    assert documents(refused.out) == before[1:]
    arxiv.documents |= gone
    assert r2p("tables", paper, "--again").status == ExitCode.OK
    assert reader.asked == ["pdf", "pdf"]


def test_a_paper_is_no_file_to_keep_with_another(r2p: Run, paper: str) -> None:
    assert r2p("tables", paper, "--paper", paper).status == ExitCode.USAGE


# Corrections


def test_a_cell_is_corrected_and_the_correction_undone(r2p: Run, paper: str) -> None:
    r2p("tables", paper)
    [view] = documents(r2p("tables", "correct", paper, "3b", "1", "4", "54.9", "--json").out)
    assert (view["rows"][1][3], view["corrections"]) == ("54.9", 1)
    assert "1 corrected" in r2p("tables", paper).out
    assert "54.9" in r2p("tables", paper, "--again").out
    [view] = documents(r2p("tables", "undo", paper, "3b", "--json").out)
    assert (view["rows"][1][3], view["corrections"]) == ("54.8", 0)
    assert r2p("tables", "undo", paper, "3b").status == ExitCode.USAGE


def test_places_of_a_correction_are_named_as_they_are_printed(r2p: Run, paper: str) -> None:
    r2p("tables", paper)
    [view] = documents(r2p("tables", "correct", paper, "Table 3B", "w/o mosaic", "AP", "50", "--json").out)
    assert (view["rows"][2][3], view["corrections"]) == ("50", 1)
    [view] = documents(r2p("tables", "correct", paper, "3b", "h1", "1", "name", "--json").out)
    assert view["rows"][0][0] == "name"


def test_kind_baseline_and_direction_are_corrected(r2p: Run, paper: str) -> None:
    r2p("tables", paper)

    def corrected(*words: str) -> dict[str, Any]:
        [view] = documents(r2p("tables", "correct", paper, "3b", *words, "--json").out)
        return view

    assert corrected("kind", "main", "result")["kind"] == "main result"
    assert corrected("kind", "ablation")["kind"] == "ablation"
    assert corrected("baseline", "w/o mosaic")["baseline_row"] == 2
    assert [one["direction"] for one in corrected("direction", "AP", "down")["metrics"]] == ["down", "down"]
    assert corrected("header", "rows", "2")["header_rows"] == 2


def test_rows_and_columns_are_split_and_joined(r2p: Run, paper: str) -> None:
    r2p("tables", paper)

    def rows(*words: str) -> list[list[str]]:
        [view] = documents(r2p("tables", "correct", paper, "3b", *words, "--json").out)
        found: list[list[str]] = view["rows"]
        return found

    assert rows("join", "columns", "AP", "/")[1] == ["full model", "✓", "✓", "54.8/4.6"]
    assert rows("split", "column", "4", "/")[1] == ["full model", "✓", "✓", "54.8", "4.6"]
    assert rows("join", "rows", "2")[2][3] == "53.9 53.2"
    assert rows("split", "row", "2")[2:] == [["w/o mosaic", "✓", "✓", "53.9", "4.6"],
                                             ["w/o matching", "", "", "53.2", "4.5"]]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ["correct"],
        ["correct", "PAPER", "3b", "1", "3"],
        ["correct", "PAPER", "3b", "kind"],
        ["correct", "PAPER", "3b", "kind", "great"],
        ["correct", "PAPER", "3b", "baseline", "h1"],
        ["correct", "PAPER", "3b", "direction", "AP", "sideways"],
        ["correct", "PAPER", "3b", "header", "rows", "many"],
        ["correct", "PAPER", "3b", "split", "column"],
        ["correct", "PAPER", "3b", "join", "columns", "5"],
        ["correct", "PAPER", "3b", "kind", "data", "--again"],
        ["undo"],
        ["undo", "PAPER"],
        ["undo", "PAPER", "3b", "--table", "4"],
    ],
)
def test_half_a_correction_is_refused(r2p: Run, paper: str, words: list[str]) -> None:
    r2p("tables", paper)
    result = r2p("tables", *(paper if word == "PAPER" else word for word in words))
    assert (result.status, result.out) == (ExitCode.USAGE, "")
    assert len(result.err.splitlines()) == 2
    assert r2p("tables", "undo", paper, "3b").status == ExitCode.USAGE


@pytest.mark.parametrize("words", [["3b", "99", "3", "x"], ["3b", "1", "BLEU", "x"], ["9", "1", "3", "x"]])
def test_a_place_that_is_not_there_is_told_with_those_that_are(
    r2p: Run, paper: str, words: list[str]
) -> None:
    assert "Read them with: r2p tables" in r2p("tables", "correct", paper, *words).err
    r2p("tables", paper)
    result = r2p("tables", "correct", paper, *words)
    assert (result.status, result.out) == (ExitCode.NOT_FOUND, "")
    assert re.search(r"\n  (There are|Tables): ", result.err)


def test_a_table_without_a_place_says_so_in_json(r2p: Run, pdf: str, reader: FakeReader) -> None:
    reader.will_find("pdf", made_table("", page=0, box=None), made_table("5", box=Box(1.23456, 2, 3, 4)))
    first, second = documents(r2p("tables", pdf, "--json").out)
    assert (first["key"], first["bbox"]) == ("p0-1", None)
    assert second["bbox"] == [1.23, 2, 3, 4]

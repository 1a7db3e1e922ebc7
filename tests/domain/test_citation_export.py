"""Citations as CSV, GraphML and BibTeX, read back by others' readers where there are any."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_export import CSV_COLUMNS, to_bibtex, to_csv, to_graphml
from r2p_tui.domain.citations import EvidenceClass
from tests.domain.citation_rows import citation, work

ROW = citation(
    work(5, 'Small, "fast" & good', day=date(2024, 5, 6), cited=12, key="2405.01234", author="Ada Lovelace",
        code=True),
    influential=True,
    evidence=EvidenceClass.EXTENDS,
    intents=("background", "methodology"),
    contexts=3,
    cited_id=1,
)  # fmt: skip
NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


def test_csv_has_a_line_for_each_citation() -> None:
    header, row = csv.reader(io.StringIO(to_csv([ROW])))
    assert tuple(header) == CSV_COLUMNS
    assert row == [
        "2405.01234", 'Small, "fast" & good', "Ada Lovelace", "2024", "2024-05-06", "", "12", "", "1",
        "extends", "0", "background;methodology", "3", "1", "",
    ]  # fmt: skip


def test_csv_runs_as_no_formula() -> None:
    for title in ("=1+1", "+1+cmd", "-1+cmd", "@x"):
        assert f"'{title}" in to_csv([citation(work(title=title))])


@given(st.text(max_size=40))
def test_any_title_stays_in_its_field(title: str) -> None:
    rows = list(csv.reader(io.StringIO(to_csv([citation(work(title=title))]))))
    assert [len(row) for row in rows] == [len(CSV_COLUMNS)] * 2


@given(st.text(max_size=40))
def test_graphml_is_well_formed_whatever_a_title_says(title: str) -> None:
    graph = ElementTree.fromstring(
        to_graphml([work(1, title)], [citation(work(2, title), cited_id=1)]).encode()
    )
    assert len(graph.findall(f".//{NAMESPACE}node")) == 2
    assert len(graph.findall(f".//{NAMESPACE}edge")) == 1


def test_graphml_declares_each_key_and_its_type() -> None:
    graph = ElementTree.fromstring(to_graphml([work(1, "Root", year=2020)], [ROW]).encode())
    keys = {key.get("id"): key for key in graph.findall(f"{NAMESPACE}key")}
    used = {data.get("key") for data in graph.iter(f"{NAMESPACE}data")}
    assert used <= set(keys)
    assert keys["node_year"].get("attr.type") == "int"
    edge = graph.find(f".//{NAMESPACE}edge")
    assert edge is not None and (edge.get("source"), edge.get("target")) == ("w5", "w1")
    said = {data.get("key"): data.text for data in edge}
    assert said["edge_influential"] == "true"
    assert said["edge_class"] == "extends"


def test_graphml_leaves_out_edges_to_nowhere() -> None:
    assert "<edge " not in to_graphml([], [ROW])


def test_bibtex_has_one_key_for_each_work() -> None:
    works = [work(number, "Small things", year=2024, key=key, author="Ada Lovelace")
        for number, key in ((1, "2405.01234"), (2, "10.1/x"), (3, ""))]  # fmt: skip
    text = to_bibtex(works, {3: ["Ada Lovelace", "Charles Babbage"]})
    assert re.findall(r"@misc\{(.*),", text) == [
        "lovelace2024small", "lovelace2024smalla", "lovelace2024smallb",
    ]  # fmt: skip
    assert "eprint = {2405.01234}" in text
    assert "doi = {10.1/x}" in text
    assert "Ada Lovelace and others" in text
    assert "Ada Lovelace and Charles Babbage" in text
    assert to_bibtex([]) == ""

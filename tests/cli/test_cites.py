"""`r2p cites`: fetched once, printed from the store, and honest about what is missing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from xml.etree import ElementTree

import pytest

from r2p_tui.cli import cites
from r2p_tui.domain.citation_filter import INTENTS
from r2p_tui.domain.citation_order import ORDERS
from r2p_tui.domain.citations import EvidenceClass
from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from tests.cli.citing_works import CITING, ROOT, SENTENCE, put_graph
from tests.cli.conftest import Run
from tests.sources.scripted_server import Behaviour, ScriptedServer, answer, scripted

KEY = "2401.00001"
FIRST, SECOND, THIRD = (str(citation.work.arxiv_id) for citation, _ in CITING)


@pytest.fixture
def graph(desk: Desk) -> int:
    return put_graph(desk)


def keys(out: str) -> list[str]:
    """The arXiv ids that stand first in their line."""
    return re.findall(r"^(\d{4}\.\d{5})", out, re.MULTILINE)


def document(out: str) -> dict[str, Any]:
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_the_help_spells_what_the_domain_knows() -> None:
    assert tuple(EvidenceClass) == cites._CLASSES
    assert cites._INTENTS == INTENTS
    assert cites._ORDERS == ORDERS


# What is stored


@pytest.mark.usefixtures("graph")
def test_what_is_stored_is_printed_without_asking_anybody(r2p: Run) -> None:
    result = r2p("cites", KEY)
    assert result.status == ExitCode.OK
    first, second, third = result.out.splitlines()
    assert re.split(r" {2,}", first)[:4] == [FIRST, "2025-03-01", "extends", "influential"]
    assert first.endswith("  A better way to see screws")
    assert "fails to replicate" in second
    assert third.startswith(f"{THIRD}  2023 ")
    assert "  code  " in third
    assert result.err == f"{KEY} is cited by 3 works.\n"


@pytest.mark.usefixtures("graph")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--class", "fails"), [SECOND]),
        (("--class", "fails", "--class", "extends"), [FIRST, SECOND]),
        (("--class", "ext"), [FIRST]),
        (("--influential",), [FIRST]),
        (("--intent", "methodology"), [FIRST]),
        (("--since", "2025"), [FIRST]),
        (("--since", "2024-06-01"), [FIRST, SECOND]),
        (("--code",), [THIRD]),
        (("--library",), []),
        (("--keywords",), []),
        (("--class", "fails", "--influential"), []),
    ],
)
def test_options_choose_what_is_shown(r2p: Run, options: tuple[str, ...], found: list[str]) -> None:
    result = r2p("cites", KEY, *options)
    assert result.status == ExitCode.OK
    assert sorted(keys(result.out)) == sorted(found)
    assert f"{len(found)} of them match" in result.err


@pytest.mark.usefixtures("graph")
def test_keywords_are_those_of_the_settings(r2p: Run, paths: Paths) -> None:
    paths.config.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text('[triage]\nkeywords = ["survey"]\n', encoding="utf-8")
    assert keys(r2p("cites", KEY, "--keywords").out) == [THIRD]


@pytest.mark.usefixtures("graph")
def test_orders_differ_and_the_limit_is_told(r2p: Run) -> None:
    assert keys(r2p("cites", KEY, "--order", "date").out) == [FIRST, SECOND, THIRD]
    assert keys(r2p("cites", KEY, "--order", "mix").out)[-1] == THIRD
    one = r2p("cites", KEY, "--order", "velocity", "--limit", "1")
    assert keys(one.out) == [FIRST]
    assert "the first 1 are shown" in one.err


@pytest.mark.usefixtures("graph")
def test_sentences_come_with_the_words_that_told(r2p: Run) -> None:
    out = r2p("cites", KEY, "--sentences").out
    assert f"“{SENTENCE}”" in " ".join(out.split())
    assert "because: “could not reproduce”" in out
    assert "No sentence is known." in out


@pytest.mark.usefixtures("graph")
def test_a_corrected_class_is_told_as_the_users(r2p: Run, desk: Desk, graph: int) -> None:
    from r2p_tui.services.citations import correct, node
    from r2p_tui.services.desk import utc_now

    [row] = [row for row in node(desk, graph).rows if row.work.key == SECOND]
    correct(desk, row.citing_id, row.cited_id, EvidenceClass.REPLICATES, now=utc_now())
    result = r2p("cites", KEY, "--class", "replicates", "--sentences")
    assert "replicates (by you)" in result.out
    assert "The class is yours." in result.out
    [told] = document(r2p("cites", KEY, "--class", "replicates", "--json").out)["citations"]
    assert (told["class"], told["corrected"]) == ("replicates", True)


@pytest.mark.usefixtures("graph")
def test_json_has_stable_names_and_sentences_on_demand(r2p: Run) -> None:
    told = document(r2p("cites", KEY, "--json", "--class", "fails", "--sentences").out)
    assert (told["paper"], told["direction"], told["total"], told["matching"]) == (KEY, "citations", 3, 1)
    assert told["look"]["state"] == "done"
    [row] = told["citations"]
    assert (row["paper"], row["class"], row["published_on"]) == (SECOND, "fails", "2024-06-01")
    assert (row["sentences"], row["because"]) == ([SENTENCE], ["could not reproduce"])
    assert row["in_library"] is False
    without = document(r2p("cites", KEY, "--json").out)
    assert all("sentences" not in one for one in without["citations"])
    assert len(without["citations"]) == 3


@pytest.mark.usefixtures("graph")
def test_backward_is_another_list(r2p: Run) -> None:
    told = document(r2p("cites", FIRST, "--back", "--json", "--offline").out)
    assert (told["direction"], [one["paper"] for one in told["citations"]]) == ("references", [KEY])
    assert "cites 1 work." in r2p("cites", FIRST, "--back", "--offline").err


@pytest.mark.usefixtures("graph")
def test_exports_hold_all_that_match_and_nothing_else(r2p: Run) -> None:
    bibtex = r2p("cites", KEY, "--export", "bibtex", "--limit", "1")
    assert bibtex.out.count("@") == 3
    assert "Ada Author and Bob Other" in bibtex.out
    assert bibtex.err == ""
    rows = list(csv.DictReader(io.StringIO(r2p("cites", KEY, "--export", "csv", "--influential").out)))
    assert [row["key"] for row in rows] == [FIRST]
    tree = ElementTree.fromstring(r2p("cites", KEY, "--export", "graphml").out)
    assert len(tree.findall(".//{*}node")) == 4
    assert len(tree.findall(".//{*}edge")) == 3


def test_what_a_look_should_tell_is_told(r2p: Run, desk: Desk) -> None:
    put_graph(desk, state="failed", reason="Semantic Scholar was busy.")
    result = r2p("cites", KEY, "--offline")
    assert (result.status, len(keys(result.out))) == (ExitCode.OK, 3)
    assert "The last look did not come to its end. Semantic Scholar was busy." in result.err


@pytest.mark.usefixtures("graph")
def test_titles_cannot_steer_the_terminal(r2p: Run, desk: Desk) -> None:
    with desk.store.write() as session:
        session.connection().exec_driver_sql("UPDATE works SET title = title || ?", ("\x1b[2Jx\u202e",))
    for shape in (
        (),
        ("--json",),
        ("--sentences",),
        *(("--export", kind) for kind in ("csv", "bibtex", "graphml")),
    ):
        out = r2p("cites", KEY, *shape).out
        assert "screws" in out
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.usefixtures("graph")
def test_a_terminal_gets_no_line_that_is_too_long(r2p: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for options in ((), ("--sentences",)):
        assert max(map(len, r2p("cites", KEY, *options).out.splitlines())) <= 100


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("not a paper",),
        (KEY, "--since", "soon"),
        (KEY, "--since", ""),
        (KEY, "--since", '2024" influential'),
        (KEY, "--class", "great"),
        (KEY, "--intent", "praise"),
        (KEY, "--order", "luck"),
        (KEY, "--export", "pdf"),
        (KEY, "--json", "--export", "csv"),
        (KEY, "--limit", "0"),
    ],
)
@pytest.mark.usefixtures("graph")
def test_wrong_use_is_one_sentence_with_a_hint(r2p: Run, words: tuple[str, ...]) -> None:
    refused = r2p("cites", *words)
    assert (refused.status, refused.out) == (ExitCode.USAGE, "")
    assert len(refused.err.splitlines()) == 2


# Fetching

Route = Callable[[str], Behaviour]


def as_json(value: object, status: int = 200) -> Behaviour:
    return answer(json.dumps(value), status)


def row(number: int) -> dict[str, Any]:
    work = {"paperId": f"{number:040x}", "title": f"Citing work number {number}", "year": 2024}
    return {"contexts": [], "intents": [], "isInfluential": False, "citingPaper": work}


class Scholar:
    """Semantic Scholar with four citing works on two pages; `second` and `paper` can be something else."""

    def __init__(self) -> None:
        self.second = as_json({"offset": 2, "data": [row(3), row(4)]})
        self.paper = as_json({"paperId": "a" * 40, "title": ROOT.title, "citationCount": 4,
                              "externalIds": {"ArXiv": KEY}})  # fmt: skip

    def __call__(self, path: str) -> Behaviour:
        if "/graph/v1/paper/" not in path:
            return as_json({"error": "not here"}, 403)
        if "/citations" not in path:
            return self.paper
        return (
            self.second if "offset=2" in path else as_json({"offset": 0, "next": 2, "data": [row(1), row(2)]})
        )


@pytest.fixture
def scholar() -> Scholar:
    return Scholar()


@pytest.fixture
def server(paths: Paths, scholar: Scholar) -> Iterator[ScriptedServer]:
    with scripted(route=scholar) as running:
        settings = "".join(
            f'[{name}]\napi_url = "{running.url}"\n' for name in ("semantic_scholar", "openalex")
        )
        paths.config.mkdir(parents=True, exist_ok=True)
        paths.config_file.write_text(settings, encoding="utf-8")
        yield running


@pytest.mark.usefixtures("desk")
def test_the_first_time_asks_and_the_second_does_not(r2p: Run, server: ScriptedServer) -> None:
    first = r2p("cites", KEY)
    assert (first.status, len(first.out.splitlines())) == (ExitCode.OK, 4)
    assert "Semantic Scholar" in first.err
    asked = len(server.seen)
    second = r2p("cites", KEY)
    assert (second.status, second.out, len(server.seen)) == (ExitCode.OK, first.out, asked)
    assert r2p("cites", KEY, "--offline").out == first.out


@pytest.mark.usefixtures("desk")
def test_a_refresh_asks_once_and_says_that_nothing_is_new(r2p: Run, server: ScriptedServer) -> None:
    before = r2p("cites", KEY).out
    asked = len(server.seen)
    again = r2p("cites", KEY, "--refresh")
    assert (again.status, again.out, len(server.seen)) == (ExitCode.OK, before, asked + 1)
    assert "Nothing new." in again.err


@pytest.mark.usefixtures("desk")
def test_an_outage_leaves_what_was_read_and_the_next_call_goes_on(
    r2p: Run, server: ScriptedServer, scholar: Scholar
) -> None:
    whole, scholar.second = scholar.second, as_json({"message": "Forbidden"}, 403)
    broken = r2p("cites", KEY)
    assert (broken.status, len(broken.out.splitlines())) == (ExitCode.SOURCE, 2)
    assert broken.err.splitlines()[-2].startswith("r2p: ")
    told = document(r2p("cites", KEY, "--offline", "--json").out)
    assert (told["look"]["state"], told["total"]) == ("failed", 2)
    assert told["look"]["reason"]
    scholar.second = whole
    asked = len(server.seen)
    mended = r2p("cites", KEY)
    assert (mended.status, len(mended.out.splitlines())) == (ExitCode.OK, 4)
    assert [
        seen.path for seen in server.seen[asked:] if "/citations" in seen.path and "offset=2" not in seen.path
    ] == []


@pytest.mark.usefixtures("desk")
def test_an_outage_with_nothing_stored_is_only_an_error(
    r2p: Run, server: ScriptedServer, scholar: Scholar
) -> None:
    scholar.paper = as_json({"message": "Forbidden"}, 403)
    refused = r2p("cites", KEY, "--json")
    assert (refused.status, refused.out) == (ExitCode.SOURCE, "")
    assert len(server.seen) <= 4


@pytest.mark.usefixtures("desk", "server")
def test_a_paper_that_nobody_knows_is_said(r2p: Run, scholar: Scholar) -> None:
    scholar.paper = as_json({"error": "Paper with id ARXIV:2401.00001 not found"}, 404)
    refused = r2p("cites", KEY)
    assert (refused.status, refused.out) == (ExitCode.NOT_FOUND, "")
    assert refused.err.count("\n") >= 2


@pytest.mark.usefixtures("desk")
def test_offline_an_unknown_paper_asks_nobody(r2p: Run, server: ScriptedServer) -> None:
    refused = r2p("cites", KEY, "--offline")
    assert (refused.status, refused.out, server.seen) == (ExitCode.SOURCE, "", [])
    assert "offline" in refused.err


@pytest.mark.usefixtures("graph")
def test_a_store_for_reading_only_is_read(r2p: Run, server: ScriptedServer) -> None:
    result = r2p("cites", KEY, "--read-only")
    assert (result.status, len(keys(result.out)), server.seen) == (ExitCode.OK, 3, [])


@pytest.mark.usefixtures("desk")
def test_an_id_with_a_version_is_the_same_paper(r2p: Run, server: ScriptedServer) -> None:
    first = r2p("cites", KEY).out
    asked = len(server.seen)
    assert r2p("cites", f"https://arxiv.org/abs/{KEY}v3").out == first
    assert len(server.seen) == asked


FakeServices = Callable[..., AbstractContextManager[str]]


def test_a_real_chain_is_fetched_whole_and_asked_again_once(
    r2p: Run, paths: Paths, fake_services: FakeServices
) -> None:
    import fake_services as services

    with fake_services() as url:
        paths.config.mkdir(parents=True)
        paths.config_file.write_text(f'[semantic_scholar]\napi_url = "{url}"\n', encoding="utf-8")
        first = r2p("cites", "2304.08069", "--limit", "3")
        assert first.status == ExitCode.OK
        assert "2304.08069 is cited by 999 works" in first.err
        asked = len(services.requests_seen)
        assert asked <= 4
        assert r2p("cites", "2304.08069", "--limit", "3").out == first.out
        assert len(services.requests_seen) == asked
        r2p("cites", "2304.08069", "--refresh")
        assert [path for *_, path in services.requests_seen[asked:] if "/citations" in path] == []
        assert len(services.requests_seen) == asked + 1

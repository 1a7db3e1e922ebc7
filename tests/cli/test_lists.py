"""What the listing commands print when all is well."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from r2p_tui.errors import ExitCode
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.services.surprises import log_surprise
from r2p_tui.store.reading import Note, Reading
from tests.cli.conftest import NOW, Run, put


def test_triage_lists_what_waits(r2p: Run, desk: Desk) -> None:
    put(desk, "First", "Second", "Third")
    assert r2p("triage") == (
        ExitCode.OK,
        "2411.00003  cs.CV  Third\n2411.00002  cs.CV  Second\n2411.00001  cs.CV  First\n",
        "",
    )
    limited = r2p("triage", "--limit", "1")
    assert limited.out == "2411.00003  cs.CV  Third\n"
    assert "2 more papers" in limited.err


def test_triage_as_json(r2p: Run, desk: Desk) -> None:
    put(desk, "First", "Second")
    values = json.loads(r2p("triage", "--json", "--limit", "1").out)
    assert values["waiting"] == 2
    assert list(values["papers"][0]) == [
        "paper", "title", "category", "published_on", "has_code", "decision", "last_pass", "relevance",
        "flags", "score", "kind", "because",
    ]  # fmt: skip
    assert values["papers"][0]["published_on"] == "2026-11-20"


def test_a_decision_takes_a_paper_off_the_list(r2p: Run, desk: Desk) -> None:
    first, second = put(desk, "First", "Second")
    assert r2p("triage", "keep", first).out == f"keep  {first}  First\n"
    assert first not in r2p("triage").out
    changed = json.loads(r2p("triage", "skip", first, second, "--json").out)["decided"]
    assert [(row["paper"], row["decision"]) for row in changed] == [(first, "skip"), (second, "skip")]
    nothing = r2p("triage")
    assert (nothing.status, nothing.out) == (ExitCode.OK, "")
    assert "r2p sync" in nothing.err


def test_search_finds_words(r2p: Run, desk: Desk) -> None:
    put(desk, "Detection transformers", "Quantization of heads")
    assert r2p("search", "quantization").out == "2411.00002  2026-11-20  cs.CV  Quantization of heads\n"
    values = json.loads(r2p("search", "cat:cs.CV", "detection", "--json").out)
    assert (values["query"], values["total"], values["more"]) == ("cat:cs.CV detection", 1, False)
    assert values["papers"][0]["paper"] == "2411.00001"
    assert r2p("search", "flamingo", "--json").status == ExitCode.OK


def test_show_tells_all(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "Detection transformers", abstract="One sentence. " * 20, authors=("Ada B", "Carl D"))
    r2p("triage", "keep", key)
    log_surprise(desk, "slow on T4", claim="108 FPS", observed="31", paper_id=1, now=NOW)
    with desk.store.write() as session:
        session.add(
            Reading(paper_id=1, pass_number=1, seconds=421, started_at=NOW, finished_at=NOW, verdict="go on")
        )
        session.add(
            Note(paper_id=1, relevance=4, summary="It works.", answers={}, created_at=NOW, updated_at=NOW)
        )
    text = r2p("show", f"https://arxiv.org/abs/{key}v1").out
    lines = text.splitlines()
    assert lines[0] == "Detection transformers"
    assert lines[1].startswith(f"{key}v2 · cs.CV cs.LG · 20 Nov 2026 · kept ")
    assert lines[2] == "Ada B, Carl D"
    assert "  pass 1 · 07:01 · go on" in lines
    assert "  Relevance: 4/5" in lines
    assert "  In one sentence: It works." in lines
    assert any("slow on T4 (31 of 108 FPS, 71 % less)" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_show_as_json_has_every_part(r2p: Run, desk: Desk) -> None:
    [key] = put(desk, "Detection transformers")
    values = json.loads(r2p("show", key, "--json").out)
    assert values["published_at"] == "2026-11-20T08:00:00.000Z"
    assert (values["decision"], values["note"], values["readings"], values["surprises"]) == (
        None,
        None,
        [],
        [],
    )
    assert not {"id", "text_rank", "details_rank"} & values.keys()


def test_surprises_newest_first_with_their_gap(r2p: Run, desk: Desk) -> None:
    put(desk, "Detection transformers")
    log_surprise(desk, "older", now=datetime(2026, 11, 18, 12, tzinfo=UTC))
    log_surprise(
        desk, "slow\non T4", kind="latency", claim="108 FPS", observed="31", paper_id=1,
        now=datetime(2026, 11, 19, 12, tzinfo=UTC),
    )  # fmt: skip
    assert r2p("surprises").out.splitlines() == [
        "2  2026-11-19  latency  2411.00001  slow on T4 (31 of 108 FPS, 71 % less)",
        "1  2026-11-18  other                older",
    ]
    assert r2p("surprises", "--limit", "1", "--paper", "2411.00001").out.startswith("2  ")


def test_backup_prints_the_path_of_a_verified_copy(r2p: Run, desk: Desk, paths: Paths) -> None:
    put(desk, "Detection transformers")
    made = r2p("backup")
    [path] = paths.backups.glob("*.sqlite3")
    assert made.out == f"{path}\n"
    assert path.name in r2p("backup", "--list").out
    listed = json.loads(r2p("backup", "--list", "--json").out)["backups"]
    assert [row["path"] for row in listed] == [str(path)]
    desk.close()
    assert json.loads(r2p("restore", path.name, "--json").out)["backup"] == str(path)


def test_doctor_lists_findings(r2p: Run, desk: Desk) -> None:
    put(desk, "Detection transformers")
    findings = json.loads(r2p("doctor", "--json").out)["findings"]
    assert {"name", "state", "sentence", "hint"} == set(findings[0])
    text = r2p("doctor").out
    assert all(finding["name"] in text for finding in findings)
    assert {finding["state"] for finding in findings} <= {"ok", "warn", "fail"}


def test_paths_are_whole_in_a_narrow_terminal(
    r2p: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert str(paths.store) in r2p("paths").out
    assert json.loads(r2p("paths", "--json").out)["store"] == str(paths.store)


def test_the_demonstration_lies_apart(r2p: Run, paths: Paths) -> None:
    home = r2p("demo", "--prepare").out.strip()
    assert home.startswith(str(paths.cache))
    assert json.loads(r2p("--home", home, "triage", "--json").out)["waiting"] > 10
    assert not paths.store.exists()

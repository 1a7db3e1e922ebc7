"""r2p and the open tools on tables typed by hand: PDF only, whole pages, no box given.

`known` are the papers that r2p was tuned on, `new` papers that it was not until the first run,
`later` tables typed after that. The seconds of a page are of whole
papers for r2p, of the pages with tables for the others. `python -m tests.benchmarks.tables --help` has
more options: other interpreters for the open tools, one set or tool only, a line for each table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import Any

from r2p_tui.domain.tables import Box
from r2p_tui.errors import DocumentError
from r2p_tui.pdf.sandbox import extract
from tests.benchmarks import measure, open_tools
from tests.benchmarks.measure import COLUMNS, FIGURES, Figure
from tests.benchmarks.table_truths import (
    MEASURES,
    PAPERS,
    SETS,
    Candidate,
    Judgement,
    Truth,
    judge,
    judged_numbers,
    load_scorer,
    mean,
    read_truths,
)

OURS = "r2p"
SCRIPT = Path(open_tools.__file__)
PROMISES = {"found": 0.95, "num": 0.97, "fact": 0.90}
SECONDS_A_PAGE = 0.5
LINE = "{:<36} {:<6} {:>7} {:>7} {:>7} {:>7} {:>9}"
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
TOOL_SECONDS = 1800


@dataclass(slots=True)
class Reading:
    """What one tool made of all papers; `seconds` and `pages` by paper, `remarks` for the reader."""

    tool: str
    candidates: dict[str, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    pages: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """One tool on one set."""

    tool: str
    set: str
    judgements: list[Judgement]
    seconds_a_page: float

    def values(self) -> dict[str, Any]:
        """Plain values, for the kept results."""
        means = {name: round(mean(self.judgements, name), 4) for name in ("found", *MEASURES)}
        start = {"tool": self.tool, "set": self.set, "tables": len(self.judgements)}
        return {**start, **means, "seconds_a_page": round(self.seconds_a_page, 3)}


def main() -> None:
    options = _options()
    scorer = load_scorer()
    if scorer is None:
        print("tables: the true tables and their scorer are not beside the checkout (../shared)")
        return
    sets = {name: read_truths(SETS[name]) for name in options.set or SETS}
    truths = [truth for part in sets.values() for truth in part]
    print(LINE.format("", "set", "found", *MEASURES, "s a page"), flush=True)
    results: list[Result] = []
    for reading in _readings(options, truths):
        for remark in reading.remarks:
            print(f"{reading.tool}: {remark}", flush=True)
        if not reading.pages:
            continue
        for name, part in sets.items():
            results.append(_result(reading, name, part, scorer))
            _print(results[-1], each=options.each)
    ours = [result for result in results if result.tool == OURS]
    bins = _calibration(ours, scorer)
    _promises(ours, [result for result in results if result.tool != OURS])
    if options.save:
        _save(results, bins)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.tables")
    parser.add_argument("--set", action="append", choices=SETS, help="only this set")
    parser.add_argument("--tool", action="append", choices=(OURS, *open_tools.TOOLS), help="only this tool")
    parser.add_argument(
        "--python",
        action="append",
        metavar="PATH",
        help="run the open tools with this interpreter; may be given several times",
    )
    parser.add_argument("--each", action="store_true", help="a line for each table")
    parser.add_argument("--save", action="store_true", help="keep the figures in tests/benchmarks/results")
    return parser.parse_known_args()[0]


# --- reading ---------------------------------------------------------------------------------------------


def _readings(options: argparse.Namespace, truths: Sequence[Truth]) -> list[Reading]:
    chosen = options.tool or (OURS, *open_tools.TOOLS)
    readings = [read_with_r2p({truth.document for truth in truths})] if OURS in chosen else []
    for python in options.python or [sys.executable]:
        readings += [read_with(tool, python, truths) for tool in open_tools.TOOLS if tool in chosen]
    return readings


def read_with_r2p(documents: set[str]) -> Reading:
    """All tables of whole papers, each in its child process as the program reads them."""
    reading = Reading(OURS)
    for document in sorted(documents):
        try:
            found = extract(PAPERS / document, "pdf")
        except DocumentError as error:
            reading.remarks.append(f"{document}: {error.message}")
            continue
        reading.seconds[document] = found.seconds
        reading.pages[document] = found.pages
        reading.candidates[document] = [
            Candidate(table.page, table.box, table.rows, table)
            for table in found.tables
            if table.box is not None
        ]
    return reading


def read_with(tool: str, python: str, truths: Sequence[Truth]) -> Reading:
    """The pages of the truths with an open tool, in its own process; a crash keeps what came before it."""
    pages: dict[str, set[int]] = defaultdict(set)
    for truth in truths:
        pages[str(PAPERS / truth.document)].add(truth.page)
    requests = json.dumps([[path, sorted(numbers)] for path, numbers in sorted(pages.items())])
    command = [python, "-P", str(SCRIPT), tool]
    reading = Reading(tool)
    try:
        process = subprocess.run(
            command, input=requests, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reading.remarks.append(str(error))
        return reading
    for line in process.stdout.splitlines():
        _take(json.loads(line), reading)
    if process.returncode:
        last = (process.stderr.strip().splitlines() or [f"status {process.returncode}"])[-1]
        reading.remarks.append(last)
    return reading


def _take(answer: dict[str, Any], reading: Reading) -> None:
    """Keep one line of an open tool's answer."""
    if "versions" in answer:
        versions = answer["versions"]
        reading.tool += f" {next(iter(versions.values()))}"
        reading.remarks.append("with " + ", ".join(f"{name} {version}" for name, version in versions.items()))
        return
    document = Path(answer["path"]).name
    if answer["trouble"]:
        reading.remarks.append(f"{document} page {answer['page']}: {answer['trouble'][:120]}")
    reading.seconds[document] += answer["seconds"]
    reading.pages[document] += 1
    reading.candidates[document] += [
        Candidate(answer["page"], Box(*box), rows) for box, rows in answer["tables"]
    ]


# --- judging ---------------------------------------------------------------------------------------------


def _result(reading: Reading, name: str, truths: Sequence[Truth], scorer: ModuleType) -> Result:
    judgements = [judge(truth, reading.candidates.get(truth.document, ()), scorer) for truth in truths]
    documents = {truth.document for truth in truths} & reading.pages.keys()
    seconds = sum(reading.seconds[document] for document in documents)
    pages = sum(reading.pages[document] for document in documents)
    return Result(reading.tool, name, judgements, seconds / pages if pages else 0.0)


def _print(result: Result, *, each: bool) -> None:
    scores = [f"{mean(result.judgements, name):.3f}" for name in ("found", *MEASURES)]
    print(LINE.format(result.tool, result.set, *scores, f"{result.seconds_a_page:.2f}"), flush=True)
    for judgement in result.judgements if each else ():
        values = ["-" if (score := judgement.scores[name]) is None else f"{score:.3f}" for name in MEASURES]
        found = "yes" if judgement.candidate else "no"
        print(LINE.format("  " + judgement.truth.name, "", found, *values, ""), flush=True)


def _calibration(ours: Sequence[Result], scorer: ModuleType) -> list[dict[str, Any]]:
    """Print and return, for each bin of confidence, how many numbers there are and how many are right."""
    rows: list[dict[str, Any]] = []
    for result in ours:
        numbers = [pair for entry in result.judgements for pair in judged_numbers(entry, scorer)]
        print(
            f"\nconfidence of a number and share of right facts, {result.set} papers: {len(numbers)} numbers"
        )
        for low, high in zip(BINS, (*BINS[1:], 2.0), strict=True):
            inside = [pair for pair in numbers if low <= pair[0] < high]
            if not inside:
                continue
            said, right = fmean(pair[0] for pair in inside), fmean(pair[1] for pair in inside)
            upper = f"to {high:.2f}" if high <= 1 else ""
            print(f"  {low:.2f} {upper:<8} {len(inside):>5} numbers, said {said:.3f}, right {right:.3f}")
            rows.append(
                {"set": result.set, "from": low, "numbers": len(inside), "said": said, "right": right}
            )
    return rows


def _promises(ours: Sequence[Result], others: Sequence[Result]) -> None:
    if ours:
        print(f"\n{measure.heading()}")
    for result in ours:
        for name, limit in PROMISES.items():
            value = mean(result.judgements, name)
            _report(Figure(f"{name}, {result.set} papers", value, None, None, limit, value >= limit))
        if same_set := [other for other in others if other.set == result.set]:
            _report(_against(result, same_set))
        measure.at_most(f"seconds a page, {result.set} papers", result.seconds_a_page, SECONDS_A_PAGE)


def _against(ours: Result, others: Sequence[Result]) -> Figure:
    """The facts of r2p over those of the best open tool of this run."""
    best = max(others, key=lambda other: mean(other.judgements, "fact"))
    value, yardstick = mean(ours.judgements, "fact"), mean(best.judgements, "fact")
    ratio = value / yardstick if yardstick else float("inf")
    return Figure(
        f"fact, {ours.set} papers / {best.tool.split()[0]}", value, yardstick, ratio, 1.0, ratio > 1
    )


def _report(figure: Figure) -> None:
    yardstick = "" if figure.yardstick is None else f"{figure.yardstick:.3f}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
    limit = f">= {figure.limit:g}" if figure.ratio is None else f"> {figure.limit:g}x"
    verdict = "PASS" if figure.passed else "MISS"
    print(COLUMNS.format(figure.name, f"{figure.measured:.3f}", yardstick, ratio, limit, verdict), flush=True)
    FIGURES.append(figure)


def _save(results: Sequence[Result], bins: list[dict[str, Any]]) -> None:
    """Beside the promises, the figures of every tool and the calibration."""
    measure.save("tables", FIGURES)
    content = {
        "machine": measure.machine(),
        "results": [result.values() for result in results],
        "calibration": bins,
    }
    path = measure.RESULTS / "table_scores.json"
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

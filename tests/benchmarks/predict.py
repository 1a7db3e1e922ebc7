"""`r2p predict` as the user runs it, against the least that a Python program with SQLite can take."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks.measure import alternate, compare, median

ROUNDS = 25
LIMIT = 3.0
STATEMENT = "RT-DETR-style detectors replace YOLO in more than half of new edge deployments I see"
WHOLE = (
    STATEMENT,
    *("--p", "0.3"),
    *("--by", "2y"),
    *("--criteria", "of the deployments in my project list, more than half run a DETR-style detector"),
    *("--reason", "no NMS to tune, but the tools around YOLO are years ahead"),
)
CASES = {
    "r2p predict": WHOLE,
    "r2p predict, about a paper": (*WHOLE, "--paper", "2304.08069"),
    "r2p predict, an interval with tags": (
        *WHOLE,
        *("--kind", "result", "--low", "20", "--high", "30", "--unit", "%", "--tag", "edge", "--tag", "nms"),
    ),
}


def main() -> None:
    """Whole processes, taken in turn: the console script of this environment, and `import sqlite3`."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        # The user's own, but for a private store; Python may keep its bytecode, as it does for users.
        environment = {**os.environ, "R2P_HOME": str(home / "r2p")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        script = Path(sys.executable).with_name("r2p")

        def run(*command: str | Path) -> None:
            subprocess.run(command, env=environment, check=True, capture_output=True)

        def least() -> None:
            run(sys.executable, "-c", "import sqlite3")

        run(script, "predict", *WHOLE)  # makes the store and the bytecode
        _add_the_paper(home / "r2p")
        for name, arguments in CASES.items():
            measured, yardstick = alternate(partial(run, script, "predict", *arguments), least, ROUNDS)
            compare(name, median(measured), median(yardstick), LIMIT)


def _add_the_paper(home: Path) -> None:
    from datetime import UTC, datetime

    from r2p_tui.domain.papers import IncomingPaper, Source
    from r2p_tui.paths import under
    from r2p_tui.services.desk import open_desk
    from r2p_tui.store.papers import save_papers

    paper = IncomingPaper("2304.08069", 3, "RT-DETR", "", (), ("cs.CV",), Source.API)
    with open_desk(under(home)) as desk, desk.store.write() as session:
        save_papers(session, [paper], datetime.now(UTC))


if __name__ == "__main__":
    main()

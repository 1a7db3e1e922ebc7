"""`r2p surprise` as the user runs it, against the least that a Python program with SQLite can take."""

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
WORDS = "31 FPS on our T4, paper says 108"
CASES = {
    "r2p surprise": (WORDS,),
    "r2p surprise, with numbers": (WORDS, "--kind", "latency", "--claim", "108", "--observed", "31"),
}


def main() -> None:
    """Whole processes, taken in turn: the console script of this environment, and `import sqlite3`."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        work = _work_tree(home / "poc")
        environment = _environment(home)
        script = Path(sys.executable).with_name("r2p")

        def run(*command: str | Path) -> None:
            subprocess.run(command, cwd=work, env=environment, check=True, stdout=subprocess.DEVNULL)

        def least() -> None:
            run(sys.executable, "-c", "import sqlite3")

        for name, arguments in CASES.items():
            surprise = partial(run, script, "surprise", *arguments)
            surprise()  # makes the store and the bytecode
            measured, yardstick = alternate(surprise, least, ROUNDS)
            compare(name, median(measured), median(yardstick), LIMIT)


def _work_tree(folder: Path) -> Path:
    """A small repository on a branch, three folders deep."""
    heads = folder / ".git" / "refs" / "heads"
    heads.mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (heads / "main").write_text("a" * 40 + "\n")
    (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = https://example.org/poc.git\n')
    deep = folder / "src" / "detector"
    deep.mkdir(parents=True)
    return deep


def _environment(home: Path) -> dict[str, str]:
    """The user's own, but for a private store; Python may keep its bytecode, as it does for users."""
    environment = {**os.environ, "R2P_HOME": str(home / "r2p")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


if __name__ == "__main__":
    main()

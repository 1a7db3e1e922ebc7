"""`python -m tests.benchmarks [NAME ...] [--save]`: each in its own process; exit 1 on a missed promise."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import measure


def main() -> int:
    names = _names()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(names)}")
    parser.add_argument("--save", action="store_true", help="keep the figures in tests/benchmarks/results")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"unknown benchmark: {', '.join(sorted(unknown))}")
    if options.here:
        return _run(options.names[0], save=options.save)
    print(", ".join(f"{key} {value}" for key, value in measure.machine().items()))
    print(measure.heading(), flush=True)
    return max([_apart(name, save=options.save) for name in options.names or names], default=0)


def _names() -> list[str]:
    """The modules of this folder that have a `main`; the helpers among them have none."""
    folder = Path(__file__).parent
    modules = (path for path in folder.glob("*.py") if "__" not in path.stem)
    return sorted(path.stem for path in modules if "\ndef main(" in path.read_text(encoding="utf-8"))


def _apart(name: str, *, save: bool) -> int:
    command = [sys.executable, "-m", "tests.benchmarks", name, "--here", *(["--save"] if save else [])]
    return subprocess.run(command, check=False).returncode


def _run(name: str, *, save: bool) -> int:
    importlib.import_module(f"tests.benchmarks.{name}").main()
    if save:
        measure.save(name, measure.FIGURES)
    return 0 if all(figure.passed for figure in measure.FIGURES) else 1


if __name__ == "__main__":
    sys.exit(main())

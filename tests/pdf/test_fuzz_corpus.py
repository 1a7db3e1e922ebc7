"""What `python -m tests.fuzz_tables` once found, and inputs of its kind made by hand, stay harmless.

The name of a file begins with its kind; those that only harm by their length are packed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.errors import DocumentError
from r2p_tui.pdf.limits import Limits
from r2p_tui.pdf.sandbox import extract
from tests.fuzz_tables import CORPUS, READERS, attempt, conclude, load

# Of what the fuzzer itself waits: a busy machine is no finding, a square of the length is.
PATIENCE = 4.0
FILES = sorted(CORPUS.iterdir())


@pytest.mark.parametrize(
    "path", [path for path in FILES if not path.name.startswith("pdf-")], ids=lambda p: p.name
)
def test_pages_and_sources_are_read_in_bounded_time(path: Path) -> None:
    assert attempt(load(path), PATIENCE) == ""


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name.startswith("pdf-")], ids=lambda p: p.name
)
def test_files_give_tables_or_a_reason(path: Path) -> None:
    try:
        conclude(extract(path, "pdf", limits=Limits(cpu_seconds=10, wall_seconds=30.0)).tables)
    except DocumentError as error:
        assert "failed on this one" not in error.message
        assert "no usable answer" not in error.message
        assert "crashed" not in error.message


def test_every_kind_but_archives_is_in_the_corpus() -> None:
    assert {load(path).kind for path in FILES} == READERS.keys() - {"archive"}

"""A short run of what `python -m tests.soak` does for hours."""

from __future__ import annotations

import sys

import pytest

from tests.soak import GROWTH_LIMIT, soak


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
def test_memory_and_open_files_do_not_grow() -> None:
    growth = soak(seconds=60)
    assert growth.memory < GROWTH_LIMIT
    assert growth.files <= 0

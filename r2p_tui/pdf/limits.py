"""How much of a document is read, and what reading it may cost."""

from __future__ import annotations

from typing import NamedTuple

MEGABYTE = 1_000_000


class Limits(NamedTuple):
    """Bytes, seconds and counts; what lies beyond the first pages or characters is left out and told."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 65.0
    open_files: int = 64
    document_bytes: int = 100 * MEGABYTE
    answer_bytes: int = 64 * MEGABYTE
    pages: int = 500
    characters: int = 5_000_000

"""Results of reading documents, kept under the document's content and the extractor's version."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from r2p_tui.domain.tables import table_from_values, table_values
from r2p_tui.pdf.sandbox import EXTRACTOR_VERSION, DocumentKind, Extraction, extract


def cached_extraction(
    folder: Path,
    document: Path,
    sha256: str,
    kind: DocumentKind,
    *,
    again: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Extraction:
    """What is in a document: from the cache where it was read before, and from a child process elsewhere.

    A damaged entry counts as none, and a folder that cannot be written does no harm. Raises DocumentError.
    """
    entry = folder / f"{sha256}-{kind}-{EXTRACTOR_VERSION}.json"
    if not again and (found := _load(entry)) is not None:
        return found
    made = extract(document, kind, cancelled=cancelled)
    with suppress(OSError):
        _save(entry, made)
        _forget_older(entry, f"{sha256}-{kind}-*.json")
    return made


def _load(entry: Path) -> Extraction | None:
    try:
        values = json.loads(entry.read_bytes())
        tables = tuple(table_from_values(table) for table in values["tables"])
        return Extraction(tables, values["pages"], values["seconds"], tuple(values["skipped"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _save(entry: Path, made: Extraction) -> None:
    """Under its name only when it is whole, so that no reader sees a part of it; raises OSError."""
    values: dict[str, Any] = {
        "tables": [table_values(table) for table in made.tables],
        "pages": made.pages,
        "seconds": made.seconds,
        "skipped": made.skipped,
    }
    entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(
        "w", dir=entry.parent, prefix=".", delete=False, encoding="utf-8"
    ) as file:
        unfinished = Path(file.name)
        try:
            file.write(json.dumps(values, separators=(",", ":")))
            file.flush()
            unfinished.replace(entry)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def _forget_older(entry: Path, pattern: str) -> None:
    for other in entry.parent.glob(pattern):
        if other != entry:
            other.unlink(missing_ok=True)

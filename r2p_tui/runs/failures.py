"""Why a run failed, in one sentence for the user; the traceback is for the log."""

from __future__ import annotations

import errno
from typing import NamedTuple

from r2p_tui.errors import R2PError
from r2p_tui.runs.silence import RefusedError
from r2p_tui.runs.verdicts import DISK_FULL
from r2p_tui.text import clean_line, shorten

_LONGEST = 240
# Torch writes files by itself, and does not say why it could not.
_FULL = ("no space left", "pytorchstreamwriter failed writing")
EXTRA_HINT = "Install it with: pip install 'r2p-tui[jobs]'"


class Failure(NamedTuple):
    """A sentence, and what may help."""

    reason: str
    hint: str = ""


def explain(error: BaseException) -> Failure:
    """The known causes by name, everything else by its own first line."""
    for cause in _causes(error):
        if isinstance(cause, R2PError):
            return Failure(clean_line(cause.message), clean_line(cause.hint))
        if found := _known(cause):
            return found
    first = clean_line(str(error).strip().split("\n", 1)[0])
    reason = f"It failed with {type(error).__name__}" + (f": {first}" if first else ".")
    return Failure(shorten(reason, _LONGEST), "The traceback is at the end of the log.")


def _causes(error: BaseException) -> list[BaseException]:
    """An error and what it arose from; libraries wrap what happened in errors of their own."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _known(error: BaseException) -> Failure | None:
    text = str(error).lower()
    if isinstance(error, RefusedError):
        return Failure(
            f"A library wanted to leave this computer, which runs may not: {clean_line(str(error))}.",
            "Everything that a run needs must be here before it starts.",
        )
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or any(words in text for words in _FULL):
        return Failure(
            DISK_FULL,
            "Make room, then resume the run.",
        )
    if "out of memory" in text and ("cuda" in text or type(error).__name__ == "OutOfMemoryError"):
        return Failure("The GPU's memory is too small for this training.", "Take a smaller batch or imgsz.")
    if isinstance(error, MemoryError) or "can't allocate memory" in text or "cannot allocate memory" in text:
        return Failure("The memory of this computer is too small.", "Take a smaller batch or fewer workers.")
    if "unable to write to file </torch" in text or "bus error" in text:
        return Failure(
            "The shared memory of this computer is too small for the data loaders.", "Set workers=0."
        )
    if isinstance(error, ModuleNotFoundError):
        return Failure(f"The package {error.name} is not installed.", EXTRA_HINT)
    if "no kernel image is available" in text or "cuda driver version is insufficient" in text:
        return Failure(
            "This installation of torch does not fit this computer's GPU.", "Install a torch that does."
        )
    if "final batch=1 training" in text:
        return Failure(
            "The last batch would hold one image, which cannot be normalised.", "Change batch by one."
        )
    return None

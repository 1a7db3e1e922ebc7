"""What goes wrong within a host, and how a host ended, each in one sentence."""

from __future__ import annotations

import signal

from r2p_tui.errors import R2PError
from r2p_tui.runs.engines.errors import EngineError
from r2p_tui.runs.failures import explain
from r2p_tui.text import clean_line, shorten

_LONGEST = 200
_MEMORY = ("bad_alloc", "can't allocate memory", "cannot allocate memory", "failed to allocate memory")
_MEMORY_HINT = "Take a smaller batch or image size, or close other programs."
_SIGNALS = {
    signal.SIGSEGV: "of a segmentation fault (SIGSEGV), which is a defect in the engine",
    signal.SIGABRT: "because it gave up (SIGABRT)",
    signal.SIGILL: "of an instruction that this processor does not know (SIGILL)",
    signal.SIGBUS: "of a bus error (SIGBUS)",
    signal.SIGFPE: "of an arithmetic error (SIGFPE)",
}


def as_engine_error(error: BaseException) -> EngineError:
    """The known causes by name, everything else by its own first line."""
    text = str(error).lower()
    if isinstance(error, R2PError):
        return EngineError(error.message, error.hint)
    if type(error).__name__ in ("OutOfMemoryError", "AcceleratorError") and "out of memory" in text:
        return EngineError("The GPU's memory is too small for this model at this batch size.", _MEMORY_HINT)
    if isinstance(error, MemoryError) or any(words in text for words in _MEMORY):
        return EngineError("The memory of this computer is too small for this model.", _MEMORY_HINT)
    if isinstance(error, NotImplementedError) or "not implemented for" in text:
        return EngineError(f"The engine lacks an operation that the model needs: {_first_line(error)}.")
    failure = explain(error)
    return EngineError(failure.reason, failure.hint)


def end_of(status: int | None, log_line: str) -> EngineError:
    """Why a host is gone: `status` as `Popen.returncode` has it, None where it is still there."""
    last = f"; its last line was: “{shorten(clean_line(log_line), _LONGEST)}”" if log_line.strip() else ""
    hint = "The rest of what it said is in its log."
    if "bad_alloc" in log_line or "MemoryError" in log_line:
        return EngineError("The engine's process ended because memory ran out.", _MEMORY_HINT)
    if status is None:
        return EngineError(f"The engine's process no longer answers{last}.", hint)
    if status == -signal.SIGKILL:
        return EngineError(
            "The engine's process was killed (SIGKILL), as the system does where memory runs out.",
            _MEMORY_HINT,
        )
    if status < 0:
        return EngineError(f"The engine's process ended {_signal(-status)}{last}.", hint)
    return EngineError(f"The engine's process ended with status {status}{last}.", hint)


def _signal(number: int) -> str:
    try:
        known = signal.Signals(number)
    except ValueError:
        return f"of signal {number}"
    return _SIGNALS.get(known, f"of a signal ({known.name})")


def _first_line(error: BaseException) -> str:
    return shorten(clean_line(str(error).strip().split("\n", 1)[0]), _LONGEST).rstrip(".")

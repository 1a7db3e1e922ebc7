from __future__ import annotations

import signal

import pytest

from r2p_tui.errors import UsageError
from r2p_tui.runs.engines.host_errors import as_engine_error, end_of


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried to allocate"), "GPU's memory"),
        (MemoryError(), "memory of this computer"),
        (RuntimeError("std::bad_alloc"), "memory of this computer"),
        (RuntimeError("\"slow_conv2d\" not implemented for 'Half'"), "lacks an operation"),
        (UsageError("Said before."), "Said before."),
        (ModuleNotFoundError("No module named 'x'", name="x"), "The package x is not installed."),
        (ValueError("\x1b[31mred\nsecond"), "red"),
    ],
)
def test_one_sentence_for_each(error: Exception, words: str) -> None:
    message = as_engine_error(error).message
    assert words in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("status", "line", "words"),
    [
        (-signal.SIGSEGV, "", "of a segmentation fault (SIGSEGV)"),
        (-signal.SIGKILL, "x", "memory runs out"),
        (-signal.SIGABRT, "  what():  std::bad_alloc", "because memory ran out"),
        (-signal.SIGABRT, "terminate called", "(SIGABRT); its last line was: “terminate called”."),
        (-signal.SIGUSR1, "", "(SIGUSR1)"),
        (-200, "", "signal 200"),
        (3, "\x1b]0;title\x07 last", "with status 3"),
        (None, "", "no longer answers"),
    ],
)
def test_how_a_process_ended(status: int | None, line: str, words: str) -> None:
    message = end_of(status, line).message
    assert words in message and message.isprintable()

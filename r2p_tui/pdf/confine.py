"""What the child process gives up before it looks at a document: memory, time, files and the network."""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import sys
from contextlib import suppress
from typing import Any

from r2p_tui.pdf.limits import Limits

_FORBIDDEN_EVENTS = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.system",
    "ftplib.",
    "urllib.",
)
_WRITING = set("wax+")

# Numbers of `socket`, `execve`, `execveat` and `ptrace` in the kernel's tables.
_SYSTEM_CALLS = {"x86_64": (0xC000003E, (41, 59, 322, 101)), "aarch64": (0xC00000B7, (198, 221, 281, 117))}
_OTHER_TABLE_OF_X86 = 0x40000000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06


def confine(limits: Limits) -> None:
    """Take from this process, for good, what reading a document does not need."""
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds, hard_grace=2)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_NPROC, 0)
    sys.addaudithook(_refuse)
    _filter_system_calls()


def _limit(what: int, value: int, hard_grace: int = 0) -> None:
    # macOS knows some of the limits by name only.
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(what)
        bound = value + hard_grace
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (min(value, allowed), allowed))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(f"{event} is not for a process that reads documents")
    if event == "open" and isinstance(arguments[1], str) and _WRITING & set(arguments[1]):
        raise PermissionError("a process that reads documents writes no files")


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction))]


def _filter_system_calls() -> None:
    """Native code cannot reach the network either, where the kernel is Linux; elsewhere this does nothing."""
    if sys.platform != "linux" or platform.machine() not in _SYSTEM_CALLS:
        return
    table, refused = _SYSTEM_CALLS[platform.machine()]
    steps = [(_LOAD, 0, 0, 4), (_IF_EQUAL, 1, 0, table), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, 0)]
    tests = [(_IF_EQUAL, 0, 1, number) for number in refused]
    if platform.machine() == "x86_64":
        tests.append((_IF_AT_LEAST, 0, 1, _OTHER_TABLE_OF_X86))
    for test in tests:
        steps += [test, (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    instructions = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    program = _Program(len(steps), ctypes.cast(instructions, ctypes.POINTER(_Instruction)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)

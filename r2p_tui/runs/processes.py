"""Processes that cannot be mistaken for others: known by pid, start and boot, never by the pid alone."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PROC = Path("/proc")
_BOOT_ID = PROC / "sys/kernel/random/boot_id"
_SET_CHILD_SUBREAPER = 36
_SIGNAL_THE_GROUP = 4
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Identity(NamedTuple):
    """One process among all that ever bear its pid; `start_ticks` counts from the boot named by `boot_id`."""

    pid: int
    pgid: int
    start_ticks: int
    boot_id: str


class Facts(NamedTuple):
    """What the kernel tells of a process; `is_zombie` means that it ended and was not yet waited for."""

    pid: int
    parent: int
    group: int
    start_ticks: int
    cpu_ticks: int
    is_zombie: bool


def identity_of(pid: int) -> Identity | None:
    """None where there is no such process, or where the system does not tell when it started."""
    facts, boot = facts_of(pid), boot_id()
    return Identity(pid, facts.group, facts.start_ticks, boot) if facts and boot else None


def identity_from(values: object) -> Identity | None:
    """The identity in a mapping of `process.json`; None where it tells of none."""
    if not isinstance(values, Mapping):
        return None
    pid, pgid, start, boot = (values.get(name) for name in Identity._fields)
    if not (isinstance(pid, int) and isinstance(pgid, int) and isinstance(start, int)):
        return None
    return Identity(pid, pgid, start, str(boot or ""))


def is_same(identity: Identity) -> bool:
    """Whether this very process is still there, be it as a zombie."""
    facts = facts_of(identity.pid)
    same_start = facts is not None and facts.start_ticks == identity.start_ticks
    return same_start and bool(identity.boot_id) and identity.boot_id == boot_id()


def is_running(identity: Identity) -> bool:
    """Whether this very process is there and has not ended."""
    facts = facts_of(identity.pid)
    return is_same(identity) and facts is not None and not facts.is_zombie


def signal_group(identity: Identity, number: int) -> bool:
    """Signal the group that this process leads; False, and no signal, where it is another or leads none."""
    leads = identity.pgid == identity.pid > 1 and identity.pgid != os.getpgrp()
    return leads and _signal(identity, number, _send_to_group)


def signal_one(identity: Identity, number: int) -> bool:
    """Signal this very process; False, and no signal, where it is gone."""
    return identity.pid > 1 and _signal(identity, number, _send_to_one)


def _signal(identity: Identity, number: int, send: Callable[[int, int | None, int], None]) -> bool:
    """The handle is opened before the look, so that what was looked at is what gets the signal."""
    handle = _open_handle(identity.pid)
    try:
        if not is_same(identity):
            return False
        send(identity.pid, handle, number)
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def _open_handle(pid: int) -> int | None:
    if not (hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _send_to_one(pid: int, handle: int | None, number: int) -> None:
    if handle is None:
        os.kill(pid, number)
    else:
        signal.pidfd_send_signal(handle, number)


def _send_to_group(pid: int, handle: int | None, number: int) -> None:
    """Kernels before 6.9 cannot signal a group through a handle."""
    if handle is not None:
        try:
            return signal.pidfd_send_signal(handle, number, None, _SIGNAL_THE_GROUP)
        except OSError as error:
            if isinstance(error, ProcessLookupError | PermissionError):
                raise
    return os.killpg(pid, number)


def facts_of(pid: int) -> Facts | None:
    """What is known of a process now; None where there is none."""
    if not sys.platform.startswith("linux"):
        return _facts_elsewhere(pid)
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
        # The name in brackets may hold anything, brackets and spaces too.
        fields = text[text.rindex(")") + 2 :].split()
        cpu = int(fields[11]) + int(fields[12])
        return Facts(pid, int(fields[1]), int(fields[2]), int(fields[19]), cpu, fields[0] in "ZX")
    except (OSError, ValueError, IndexError):
        return None


def _facts_elsewhere(pid: int) -> Facts | None:
    psutil = optional("psutil")
    if psutil is None or pid <= 0:
        return None
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        start, used = int(process.create_time() * 1e6), int((times.user + times.system) * TICKS_PER_SECOND)
        zombie = process.status() == psutil.STATUS_ZOMBIE
        return Facts(pid, process.ppid(), os.getpgid(pid), start, used, zombie)
    except (psutil.Error, OSError):
        return None


@cache
def boot_id() -> str:
    """Names the time since the machine started; empty where the system has no name for it."""
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    try:
        command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def all_pids() -> list[int]:
    """Every process that the system shows."""
    if not sys.platform.startswith("linux"):
        psutil = optional("psutil")
        return list(psutil.pids()) if psutil else []
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def descendants(
    pid: int, is_other: Callable[[int], bool] = lambda _: False, *, among: list[Facts] | None = None
) -> list[Identity]:
    """The children of a process, their children and so on; no zombies, and not what `is_other` heads.

    It looks at all processes: the kernel's list of children may leave some out while others end.
    """
    children: dict[int, list[Facts]] = {}
    for facts in all_facts() if among is None else among:
        children.setdefault(facts.parent, []).append(facts)
    return [
        Identity(facts.pid, facts.group, facts.start_ticks, boot_id())
        for facts in _below(pid, children, is_other)
        if not facts.is_zombie
    ]


def _below(pid: int, children: Mapping[int, list[Facts]], is_other: Callable[[int], bool]) -> Iterator[Facts]:
    """A pid that is used anew during the look could make a circle of it."""
    waiting, seen = [pid], {pid}
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child.pid not in seen and not is_other(child.pid):
                yield child
                seen.add(child.pid)
                waiting.append(child.pid)


def all_facts() -> list[Facts]:
    """What is known of every process."""
    return [facts for pid in all_pids() if (facts := facts_of(pid)) is not None]


def family_pids(pid: int) -> list[int]:
    """A process and its descendants, found quickly; one that was just born or orphaned may be missing."""
    if not sys.platform.startswith("linux"):
        return [pid, *(found.pid for found in descendants(pid))]
    found = {pid: None}
    waiting = [pid]
    while waiting:
        fresh = [child for child in _children_of(waiting.pop()) if child not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    return list(found)


def _children_of(pid: int) -> list[int]:
    try:
        threads = (PROC / str(pid) / "task").iterdir()
        texts = [(thread / "children").read_text() for thread in threads]
    except OSError:
        return []
    return [int(word) for text in texts for word in text.split()]


def environment_of(pid: int) -> dict[bytes, bytes]:
    """The environment that a process was started with; empty where we may not see it."""
    if sys.platform.startswith("linux"):
        try:
            entries = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return {}
        return {name: value for name, _, value in (entry.partition(b"=") for entry in entries)}
    psutil = optional("psutil")
    try:
        found = psutil.Process(pid).environ() if psutil else {}
    except (psutil.Error, OSError):
        return {}
    return {os.fsencode(name): os.fsencode(value) for name, value in found.items()}


def become_subreaper() -> bool:
    """Let orphaned descendants become our children; False where the kernel knows no such thing."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0  # type: ignore[no-any-return]
    except (OSError, AttributeError):
        return False


def optional(name: str) -> Any:
    """A module that may not be installed; None then."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None

"""Slots: where a run may run. Each is a lock file that the run's own processes hold until they end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from r2p_tui.runs.gpu import Gpu, gpus

REMOTE_SLOTS = 16


class Slot(NamedTuple):
    """Room for one run; `device` is what the run is told, `wants` which requests it can serve."""

    device: str
    host: str
    wants: tuple[str, ...]
    lock: Path


def devices(on: str, known: Sequence[Gpu] | None = None) -> tuple[str, ...]:
    """What a run may ask for, here or on another machine; a GPU goes by its number or its UUID."""
    cards = (gpus() if known is None else known) if on == "local" else ()
    names = [name for number, card in enumerate(cards) for name in (str(number), card.uuid) if name]
    return ("auto", "cpu", "cuda", *names)


def slots(folder: Path, cpu_slots: int, known: Sequence[Gpu] | None = None) -> Iterator[Slot]:
    """The slots of this machine, GPUs first; those that others compute on or nobody can read are passed over.

    Without any GPU the processor serves requests for one as well: the run then says why it cannot go on.
    """
    cards = gpus() if known is None else known
    for number, card in enumerate(cards):
        if card.uuid and not card.busy_by:
            served = ("auto", "cuda", str(number), card.uuid)
            yield Slot(card.uuid, "local", served, folder / f"{card.uuid}.lock")
    wants = ("cpu",) if cards else ("cpu", "auto", "cuda")
    for number in range(cpu_slots):
        yield Slot("cpu", "local", wants, folder / f"cpu-{number}.lock")
    for number in range(REMOTE_SLOTS):
        yield Slot("remote", "remote", ("auto", "cpu", "cuda"), folder / f"remote-{number}.lock")

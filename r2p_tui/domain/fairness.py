"""Whether two measurements may be compared: what was the same on both sides, and what was not."""

from __future__ import annotations

from collections.abc import Sequence

from r2p_tui.domain.measurements import FairnessCheck, Surroundings
from r2p_tui.text import clean_line

_HASH_SHOWN = 12
_WIDEST = 80


def fairness(first: Surroundings, second: Surroundings) -> tuple[FairnessCheck, ...]:
    """What both must share, each with what either side had; hashes are shortened for people.

    Versions are compared of packages that both name: one side may have needed more of them.
    """
    checks = (
        _check("data", first.data_sha256, second.data_sha256, shown=_HASH_SHOWN),
        _check("images", first.images, second.images),
        _check("hardware", first.hardware, second.hardware),
        _check("threads", first.threads, second.threads),
        _check("batch", first.batch, second.batch),
        _check("image size", first.image_size, second.image_size),
        _check("tuning budget", first.budget, second.budget),
    )
    return (*checks, *_versions(first, second))


def unfair_words(checks: Sequence[FairnessCheck]) -> str:
    """One sentence that names what differs and what is not known; empty where all was the same."""
    differing = [
        f"{check.name} ({check.first} against {check.second})" for check in checks if check.same is False
    ]
    unknown = [check.name for check in checks if check.same is None]
    told = []
    if differing:
        told.append(f"not the same on both sides: {', '.join(differing)}")
    if unknown:
        told.append(f"not known on both sides: {', '.join(unknown)}")
    sentence = "; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _check(name: str, first: str | int, second: str | int, shown: int = _WIDEST) -> FairnessCheck:
    same = first == second if first and second else None
    return FairnessCheck(name, same, _words(first, shown), _words(second, shown))


def _versions(first: Surroundings, second: Surroundings) -> tuple[FairnessCheck, ...]:
    shared = sorted(set(first.versions) & set(second.versions))
    if not shared:
        return (_check("versions", "", ""),)
    return tuple(
        _check(f"version of {clean_line(name)[:_WIDEST]}", first.versions[name], second.versions[name])
        for name in shared
    )


def _words(value: str | int, shown: int) -> str:
    return clean_line(str(value))[:shown] if value else "not known"

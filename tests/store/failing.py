"""Make the N-th call to the file system fail, as a full or broken disk would."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_CALLS = ("open", "fsync", "rename", "replace", "link", "utime", "mkdir")


class FailingCalls:
    """While it is entered, call number `call` that concerns `folder` raises the system's error `number`.

    `failed` names that call afterwards; it is empty where there were fewer calls. `calls` has them all.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, call: int, number: int) -> None:
        self._monkeypatch, self._folder, self._left, self._number = monkeypatch, str(folder), call, number
        self._open: dict[int, str] = {}
        self.failed = ""
        self.calls: list[str] = []

    def __enter__(self) -> FailingCalls:
        self._context = self._monkeypatch.context()
        patch = self._context.__enter__()
        for name in _CALLS:
            patch.setattr(os, name, self._wrapped(name, getattr(os, name)))
        return self

    def __exit__(self, *details: Any) -> None:
        self._context.__exit__(*details)

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            subject = self._open.get(arguments[0], "") if name == "fsync" else os.fspath(arguments[0])
            if str(subject).startswith(self._folder):
                self.calls.append(f"{name} {Path(str(subject)).name}")
                self._left -= 1
                if self._left == 0:
                    self.failed = f"{name} {subject}"
                    raise OSError(self._number, os.strerror(self._number), str(subject))
            result = call(*arguments, **options)
            if name == "open":
                self._open[result] = str(subject)
            return result

        return wrapped

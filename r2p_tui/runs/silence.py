"""Shuts off in a worker what libraries do behind one's back: network, telemetry, installs, pickles.

The environment is read by ultralytics while it is imported, so all of this comes before. An audit hook then
stands behind the settings: it cannot be taken off again, and forked data loaders inherit it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from r2p_tui.runs.rundir import RunDir, append_line
from r2p_tui.text import clean_line, shorten

_AF_UNIX = 1
_REACHING_OUT = frozenset({
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
})  # fmt: skip
_STARTING = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"})
_INSTALLERS = frozenset({
    "pip", "pip3", "uv", "uvx", "pipx", "conda", "mamba", "apt", "apt-get", "sudo", "brew",
    "curl", "wget", "git", "gsutil", "aws", "huggingface-cli", "hf",
})  # fmt: skip
_FONTS = ("Arial.ttf", "Arial.Unicode.ttf")
_INTEGRATIONS = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")
_KEYS = (
    "ULTRALYTICS_API_KEY", "WANDB_API_KEY", "COMET_API_KEY", "CLEARML_API_ACCESS_KEY", "NEPTUNE_API_TOKEN",
    "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "OPENAI_API_KEY", "ROBOFLOW_API_KEY", "MLFLOW_TRACKING_URI",
)  # fmt: skip


class RefusedError(PermissionError):
    """A library wanted to leave the machine, or to install something."""


def silence(run: RunDir) -> None:
    """Prepare this process for training libraries; call it before any of them is imported. Raises OSError."""
    config = run.work / "ultralytics"
    os.environ.update(environment(run.work))
    for name in _KEYS:
        os.environ.pop(name, None)
    _write_settings(config / "Ultralytics", run.work)
    _lay_fonts(config / "Ultralytics")
    watch(run.events)


def environment(work: Path) -> dict[str, str]:
    """The variables under which training libraries stay quiet and write only below `work`."""
    return {
        "YOLO_OFFLINE": "1",
        "YOLO_AUTOINSTALL": "0",
        "ULTRALYTICS_SAFE_LOAD": "1",
        "YOLO_CONFIG_DIR": str(work / "ultralytics"),
        "MPLBACKEND": "Agg",
        "TORCH_HOME": str(work / "torch"),
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "WANDB_MODE": "disabled",
        "DO_NOT_TRACK": "1",
    }


def watch(events: Path) -> None:
    """From now on refuse every way out of this process and its forks; each refusal is noted in `events`."""
    told: set[str] = set()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _REACHING_OUT and event not in _STARTING:
            return
        wanted = _wish(event, arguments)
        if wanted:
            _note(events, wanted, told)
            raise RefusedError(f"r2p refused: {wanted}")

    sys.addaudithook(hook)


def _wish(event: str, arguments: tuple[Any, ...]) -> str:
    """What a library is about to do, if it is something that is refused."""
    if event in _STARTING:
        installer = _installer(_words(event, arguments))
        return f"start {installer}" if installer else ""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if int(getattr(arguments[0], "family", 0)) == _AF_UNIX:
            return ""
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else address
        return f"connect to {_shown(host)}"
    return f"look up {_shown(arguments[0])}"


def _words(event: str, arguments: tuple[Any, ...]) -> list[str]:
    """The program and its arguments, of each way in which Python starts one."""
    if event == "os.system":
        return _split(arguments[0])
    program, argv = arguments[0], arguments[1]
    listed = _split(argv) if isinstance(argv, str | bytes) else [_decoded(word) for word in argv or ()]
    words = [_decoded(program), *listed] if program else listed
    # A shell is judged by what it is told to run.
    return words + [part for word in words for part in _split(word)] if _is_shell(words) else words


def _installer(words: Sequence[str]) -> str:
    names = [Path(word).name for word in words]
    if "-m" in names:
        module = names[names.index("-m") + 1 : names.index("-m") + 2]
        if module and module[0] in _INSTALLERS | {"ensurepip"}:
            return module[0]
    heads = names[:2] if not _is_shell(words) else names
    return next((name for name in heads if name in _INSTALLERS), "")


def _is_shell(words: Sequence[str]) -> bool:
    return any(Path(word).name in ("sh", "bash", "dash", "zsh") for word in words[:2])


def _split(value: object) -> list[str]:
    return _decoded(value).replace(";", " ").replace("&", " ").replace("|", " ").split()


def _decoded(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else str(value)


def _shown(value: object) -> str:
    return shorten(clean_line(_decoded(value)), 80)


def _note(events: Path, wanted: str, told: set[str]) -> None:
    """One line for each thing that was wanted, however often."""
    if wanted not in told:
        told.add(wanted)
        with suppress(OSError):
            append_line(events, {"time": time.time(), "event": "note", "sentence": f"Refused: {wanted}."})


def _write_settings(config: Path, work: Path) -> None:
    config.mkdir(parents=True, exist_ok=True)
    settings = {
        "settings_version": "0.0.8",
        "datasets_dir": str(work / "datasets"),
        "weights_dir": str(work / "weights"),
        "runs_dir": str(work / "runs"),
        "uuid": "",
        "api_key": "",
        "openai_api_key": "",
        "vscode_msg": False,
        "openvino_msg": False,
    }
    settings |= dict.fromkeys(_INTEGRATIONS, False)
    (config / "settings.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")


def _lay_fonts(config: Path) -> None:
    """Ultralytics fetches Arial where it finds none; matplotlib brings a font that does as well."""
    package = importlib.util.find_spec("matplotlib")
    if package is None or package.origin is None:
        return
    font = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    for name in _FONTS:
        with suppress(OSError):
            shutil.copyfile(font, config / name)

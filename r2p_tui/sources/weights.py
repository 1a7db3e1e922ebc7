"""Weights of models, fetched on request only: assets of ultralytics, files of the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from r2p_tui.errors import NotFoundError, SourceError, UsageError
from r2p_tui.files import replace_file
from r2p_tui.sources.http import PoliteSession, RefusedError, Timing

ASSETS_URL = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
HUB_URL = "https://huggingface.co"
LIMIT = 2_000_000_000
# Where the two send on to for large files.
_STORES = (
    "objects.githubusercontent.com",
    "release-assets.githubusercontent.com",
    "cdn-lfs.huggingface.co",
    "cdn-lfs.hf.co",
    "cdn-lfs-us-1.hf.co",
    "cdn-lfs-eu-1.hf.co",
    "cas-bridge.xethub.hf.co",
    "us.aws.cdn.hf.co",
)
_INTERVAL = 1.0
_TIMING = Timing(total=3600.0, patience=120.0)
_ASSET = re.compile(r"[A-Za-z0-9][\w.-]*\.pt")
_HUB = re.compile(r"hf:(?P<repository>[\w.-]+/[\w.-]+)/(?P<file>[\w.-]+(?:/[\w.-]+)*)")


@dataclass(frozen=True, slots=True)
class FetchedWeights:
    """A file of weights in the cache and the hash of its bytes; `url` is empty for one that was there."""

    path: Path
    sha256: str
    size: int
    url: str = ""


def fetch_weights(
    name: str,
    folder: Path,
    *,
    limits: Path,
    now: datetime,
    sha256: str = "",
    assets_url: str = ASSETS_URL,
    hub_url: str = HUB_URL,
    limit: int = LIMIT,
    notice: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    timing: Timing | None = None,
) -> FetchedWeights:
    """A file named as ultralytics' own (`yolov8n.pt`) or `hf:OWNER/REPOSITORY/FILE`, kept below `folder`.

    `limits` is the folder in which requests are paced. Raises UsageError for a name that is neither and for
    bytes that do not have the given SHA-256, NotFoundError where there is no such file, SourceError else.
    """
    service, address, kept, base = _address(name, folder, assets_url.rstrip("/"), hub_url.rstrip("/"))
    if kept.is_file():
        return _checked(name, kept, kept.read_bytes(), sha256, "")
    session = PoliteSession(
        service,
        bases=[base],
        hosts=_STORES,
        limits=limits,
        now=now,
        interval=_INTERVAL,
        accept="application/octet-stream, */*",
        notice=notice,
        cancelled=cancelled,
        timing=timing or _TIMING,
    )
    try:
        data = session.get(address, limit=limit).content
    except RefusedError as error:
        raise _refused(name, service, error) from error
    fetched = _checked(name, kept, data, sha256, address)
    _keep(kept, data)
    return fetched


def _address(name: str, folder: Path, assets_url: str, hub_url: str) -> tuple[str, str, Path, str]:
    """Service, address, place in the cache, and the base that may be asked."""
    if match := _HUB.fullmatch(name):
        parts = [*match["repository"].split("/"), *match["file"].split("/")]
        if not any(set(part) == {"."} for part in parts) and parts[-1].endswith(".pt"):
            address = f"{hub_url}/{quote(match['repository'])}/resolve/main/{quote(match['file'])}"
            return "Hugging Face", address, folder.joinpath("hf", *parts), hub_url
    elif _ASSET.fullmatch(name):
        return "GitHub", f"{assets_url}/{quote(name)}", folder / "ultralytics" / name, assets_url
    raise UsageError(
        f"“{name}” is no file of weights that r2p can fetch.",
        "For example: yolov8n.pt, or hf:OWNER/REPOSITORY/FILE.pt",
    )


def _refused(name: str, service: str, error: RefusedError) -> Exception:
    status = error.answer.status_code
    if status in (404, 410):
        return NotFoundError(f"{service} has no weights “{name}”.", "Check the name.")
    if status == 401:
        return SourceError(f"{service} gives “{name}” only to those who have signed in, or has no such file.")
    return error


def _checked(name: str, kept: Path, data: bytes, wanted: str, url: str) -> FetchedWeights:
    digest = hashlib.sha256(data).hexdigest()
    hint = "It was not kept." if url else f"It lies at {kept}; remove it, and it is fetched anew."
    if wanted and digest != wanted:
        raise UsageError(
            f"{name} is not the file that was asked for: its SHA-256 is {digest}, and not {wanted}.", hint
        )
    if data[:4] != b"PK\x03\x04":
        raise SourceError(f"What came for {name} is not a file of weights.", hint)
    return FetchedWeights(kept, digest, len(data), url)


def _keep(path: Path, data: bytes) -> None:
    """Put the whole file in place at once; raises SourceError where the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise SourceError(
            f"{path.name} was fetched, but cannot be kept in {path.parent} ({error.strerror}).",
            "Make room, or give yourself write access.",
        ) from error

"""The user's settings: one TOML file, every key known, every mistake named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from r2p_tui.errors import ConfigError
from r2p_tui.text import clean_line

# Plain names and addresses only: letters of other scripts can look like these.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+")
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)*(\.[A-Za-z-]+)?")


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """Which listings are read, and from where."""

    categories: tuple[str, ...] = ("cs.CV", "cs.LG")
    api_url: str = "https://export.arxiv.org/api/query"
    feed_url: str = "https://rss.arxiv.org/atom"
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    files_url: str = "https://arxiv.org"


@dataclass(frozen=True, slots=True)
class TriageSettings:
    """The morning's time budget, what interests the user before r2p has learned it, and cross-lists."""

    minutes: int = 15
    keywords: tuple[str, ...] = ()
    cross_lists: bool = False


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """After how many seconds without a key the timer of a pass pauses."""

    idle_seconds: int = 120


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How many runs the processor takes at once (a GPU takes one), and where weights come from."""

    cpu_slots: int = 1
    assets_url: str = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
    hub_url: str = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class SemanticScholarSettings:
    """Where citations, and the sentences they stand in, are asked for."""

    api_url: str = "https://api.semanticscholar.org"


@dataclass(frozen=True, slots=True)
class OpenAlexSettings:
    """Where citations are asked for a second time."""

    api_url: str = "https://api.openalex.org"


@dataclass(frozen=True, slots=True)
class HuggingFaceSettings:
    """Where models and the code of a paper are asked for."""

    api_url: str = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """Where it is asked how alive a repository is."""

    api_url: str = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class RadarSettings:
    """The four quadrants in their order, the minutes of a research review, and when a technique is stale."""

    quadrants: tuple[str, ...] = ("Models", "Data", "Training", "Deployment")
    review_minutes: int = 60
    stale_days: int = 31


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; `keys` maps the id of a key binding to the keys that replace its own."""

    arxiv: ArxivSettings = field(default_factory=ArxivSettings)
    triage: TriageSettings = field(default_factory=TriageSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    runs: RunSettings = field(default_factory=RunSettings)
    semantic_scholar: SemanticScholarSettings = field(default_factory=SemanticScholarSettings)
    openalex: OpenAlexSettings = field(default_factory=OpenAlexSettings)
    huggingface: HuggingFaceSettings = field(default_factory=HuggingFaceSettings)
    github: GitHubSettings = field(default_factory=GitHubSettings)
    radar: RadarSettings = field(default_factory=RadarSettings)
    keys: Mapping[str, str] = field(default_factory=dict)


def load_settings(path: Path) -> Settings:
    """Read the file, or the defaults where there is none; ConfigError names file, key and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text.", "Save it again as UTF-8.") from error
    return parse_settings(_read_toml(text, path), str(path))


def _read_toml(text: str, path: Path) -> dict[str, Any]:
    # Imported here, as the other helpers below are: most starts find no file, and none finds a mistake.
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not valid TOML: {error}.", "Mend that line, or move the file away."
        ) from error


def parse_settings(table: Mapping[str, Any], where: str) -> Settings:
    """Check a parsed file against what r2p knows."""
    settings = Settings()
    sections = {f.name for f in fields(Settings)}
    for name, values in table.items():
        _known(name, sections, f"[{name}] in {where}")
        if not isinstance(values, dict):
            raise ConfigError(
                f"{name} in {where} must be a section.", f"Write [{name}] on a line of its own."
            )
        if name == "keys":
            keys = {key: _text(f"keys.{key}", value, where) for key, value in values.items()}
            settings = replace(settings, keys=keys)
        else:
            section = _section(getattr(settings, name), name, values, where)
            settings = replace(settings, **{name: section})
    return settings


def _section(defaults: Any, name: str, values: Mapping[str, Any], where: str) -> Any:
    known = {f.name for f in fields(defaults)}
    changes = {}
    for key, value in values.items():
        label = f"{name}.{key}"
        _known(key, known, f"{label} in {where}")
        changes[key] = _CHECKS[label](label, value, where)
    return replace(defaults, **changes)


def _known(name: str, known: set[str], label: str) -> None:
    if name in known:
        return
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean “{near[0]}”?" if near else f"Known here: {', '.join(sorted(known))}."
    raise ConfigError(f"r2p does not know {clean_line(label)}.", hint)


def _text(label: str, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{clean_line(label)} in {where} must be text.", 'Put it in quotes: "…".')
    return clean_line(value)


def _texts(label: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{label} in {where} must be a list of texts.", 'For example ["one", "two"].')
    return tuple(clean_line(item) for item in value)


def _categories(label: str, value: Any, where: str) -> tuple[str, ...]:
    names = _texts(label, value, where)
    for name in names:
        if not _CATEGORY.fullmatch(name):
            raise ConfigError(
                f"“{name}” in {where} is not an arXiv category.", "For example cs.CV, stat.ML, eess.IV."
            )
    if not names:
        raise ConfigError(f"{label} in {where} is empty.", 'Name at least one, such as ["cs.CV"].')
    return tuple(dict.fromkeys(names))


def _quadrants(label: str, value: Any, where: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in _texts(label, value, where))
    if len({name.casefold() for name in names}) != 4 or len(names) != 4 or not all(names):
        raise ConfigError(
            f"{label} in {where} must name four different quadrants.",
            'For example ["Models", "Data", "Training", "Deployment"].',
        )
    return names


def _url(label: str, value: Any, where: str) -> str:
    from urllib.parse import urlsplit

    address = _text(label, value, where)
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        host, parts, port = "", urlsplit(""), None
    allowed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    strange = port == 0 or "@" in parts.netloc or " " in address or not _HOST.fullmatch(host)
    if not allowed or strange or parts.query or parts.fragment:
        raise ConfigError(
            f"{label} in {where} is not an allowed address: “{address[:120]}”.",
            "Use https, or http on this machine (127.0.0.1).",
        )
    return address.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine without asking a resolver."""
    if host == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _whole(low: int, high: int) -> Callable[[str, Any, str], int]:
    def check(label: str, value: Any, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ConfigError(
                f"{label} in {where} must be a whole number from {low} to {high}.", f"Not {value!r:.40}."
            )
        return value

    return check


def _flag(label: str, value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{label} in {where} must be true or false.", f"Not {value!r:.40}.")
    return value


_CHECKS: dict[str, Callable[[str, Any, str], Any]] = {
    "arxiv.categories": _categories,
    "arxiv.api_url": _url,
    "arxiv.feed_url": _url,
    "arxiv.oai_url": _url,
    "arxiv.files_url": _url,
    "triage.minutes": _whole(1, 240),
    "triage.keywords": _texts,
    "triage.cross_lists": _flag,
    "reading.idle_seconds": _whole(10, 3600),
    "runs.cpu_slots": _whole(1, 64),
    "runs.assets_url": _url,
    "runs.hub_url": _url,
    "semantic_scholar.api_url": _url,
    "openalex.api_url": _url,
    "huggingface.api_url": _url,
    "github.api_url": _url,
    "radar.quadrants": _quadrants,
    "radar.review_minutes": _whole(10, 480),
    "radar.stale_days": _whole(1, 366),
}

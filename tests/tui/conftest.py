"""The real app on a small library with a frozen clock; nothing blinks, nothing reaches the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from textual._styles_cache import StylesCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.timer import Timer
from textual.widgets import Input, TextArea

from r2p_tui.config import ArxivSettings, Settings, TriageSettings
from r2p_tui.domain.papers import Announcement, IncomingPaper, Source
from r2p_tui.paths import Paths
from r2p_tui.services.desk import Desk
from r2p_tui.services.ranking import RankingResult
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.papers import save_papers
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.screens.triage import TriageScreen

WIDE, SMALL = "(120, 40)", "(80, 24)"
NOW = datetime(2026, 11, 20, 8, 2, tzinfo=UTC)
SETTINGS = Settings(
    arxiv=ArxivSettings(categories=("cs.CV", "cs.LG")),
    triage=TriageSettings(minutes=15, keywords=("small object", "quantization")),
)

TITLES = (
    ("Sharper boxes for small objects with cheap attention", "cs.CV", True),
    ("Post-training quantization of detection heads", "cs.CV", True),
    ("Real-time detection without anchors on edge devices", "cs.CV", False),
    ("How much data does a detector need", "cs.LG", False),
    ("Distilling queries: a smaller decoder for detection transformers", "cs.CV", True),
    ("Labels that disagree: noise in box annotations", "cs.CV", False),
    ("Mixed precision for transformers that must not drift", "cs.LG", False),
    ("A survey of augmentation that helps small data sets", "cs.CV", False),
    ("Sparse attention as a schedule", "cs.LG", True),
    ("On the variance of mAP between seeds", "cs.CV", False),
    ("Calibration images: how many are enough for INT8", "cs.CV", True),
    ("Lighting shifts break detectors in the factory", "cs.CV", False),
)


def paper(number: int, title: str, category: str, has_code: bool) -> IncomingPaper:
    code = f"https://github.com/example/repo{number}" if has_code else None
    return IncomingPaper(
        arxiv_id=f"2611.{10000 + number}",
        version=1,
        title=title,
        abstract=f"We study {title.lower()}. Small object detection is measured on two data sets.",
        authors=("Ada Example", "Bo Sample"),
        categories=(category, "cs.AI"),
        source=Source.API,
        code_url=code,
        published_at=NOW - timedelta(days=1, hours=number),
        version_dates=((1, NOW - timedelta(days=1, hours=number)),),
    )


def fill(desk: Desk, papers: list[IncomingPaper]) -> dict[str, int]:
    """Store papers as announced today; ids by arXiv id."""
    with desk.store.write() as session:
        saved = save_papers(session, papers, NOW)
        rows = [Announcement(str(p.arxiv_id), 1, p.categories[0], "new", date(2026, 11, 20)) for p in papers]
        save_announcements(session, rows, saved.ids)
    return saved.ids


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a picture in both sizes, `make test` takes the small one; what both sizes do, other tests check."""
    names = {item.nodeid for item in items}
    for item in items:
        if "_snapshot[" in item.nodeid and item.nodeid.replace(WIDE, SMALL) in names - {item.nodeid}:
            item.add_marker("slow")


@pytest.fixture(autouse=True, scope="session")
def _style_sheets_are_read_once() -> Iterator[None]:
    """Each app would read the same style sheets anew, which takes longer than most of what is tested."""
    known: dict[Any, list[RuleSet]] = {}
    read = Stylesheet._parse_rules

    def read_once(sheet: Stylesheet, *args: Any, **options: Any) -> list[RuleSet]:
        key = (args, *sorted(options.items()), *sorted(sheet._variables.items()))
        if key not in known:
            known[key] = read(sheet, *args, **options)
        return known[key]

    with patch.object(Stylesheet, "_parse_rules", read_once):
        yield


@pytest.fixture(autouse=True)
def _drawn_lines_go() -> Iterator[None]:
    """Textual holds on to the lines that its last thousand widgets drew, and the collector walks them."""
    yield
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """No blinking cursor, no animation, one time zone."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    for field in (Input, TextArea):
        monkeypatch.setattr(field.cursor_blink, "_default", False)


class StillRanker:
    """Ranks nothing, so that a screen's test does not wait for scikit-learn; one test uses the real one."""

    def rank(self, desk: Desk, *, cross: bool, now: datetime) -> RankingResult:
        return RankingResult({}, 0, "keywords", "")

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def still_ranking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real_ranking" not in request.keywords:
        monkeypatch.setattr("r2p_tui.services.ranking.Ranker", StillRanker)


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Triage's clock moves only when a test says so."""
    real = TriageScreen.set_interval

    def set_interval(screen: TriageScreen, seconds: float, callback: Any = None, **options: Any) -> Timer:
        if callback == screen._tick:
            options["pause"] = True
        return real(screen, seconds, callback, **options)

    monkeypatch.setattr(TriageScreen, "set_interval", set_interval)


@pytest.fixture
def steady_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sample tables mean does not move with the rules that find it: pictures show the screen."""
    from tests.tui.sample_tables import steady_understanding

    monkeypatch.setattr("r2p_tui.services.table_views._understanding", steady_understanding)


@pytest.fixture
def desk(paths: Paths) -> Iterator[Desk]:
    with Desk(paths, SETTINGS, offline=True) as desk:
        yield desk


@pytest.fixture
def library(desk: Desk) -> dict[str, int]:
    """Twelve papers announced today, none decided."""
    return fill(desk, [paper(number, *facts) for number, facts in enumerate(TITLES)])


@pytest.fixture
def make_app(paths: Paths) -> Callable[..., R2PApp]:
    """An app on this test's store, with the clock at NOW."""

    def make(start: str = "today", settings: Settings = SETTINGS, **options: Any) -> R2PApp:
        return R2PApp(
            paths,
            settings,
            lambda: Desk(paths, settings, offline=True),
            start=start,
            now=options.pop("now", lambda: NOW),
            **options,
        )

    return make

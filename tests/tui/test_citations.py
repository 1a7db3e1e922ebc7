"""The Citations tab: walk forward and back, read why, filter, decide; and what it says of trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from r2p_tui.domain.citations import Direction, EvidenceClass, IncomingWork
from r2p_tui.errors import R2PError, SourceError
from r2p_tui.services import citation_watch, citations
from r2p_tui.services.citations import LookProgress, LookResult
from r2p_tui.services.desk import Desk
from r2p_tui.store.citation_looks import CitationLook, save_look
from r2p_tui.store.papers import Paper
from r2p_tui.store.triage import decision_of
from r2p_tui.tui.app import R2PApp
from r2p_tui.tui.dialogs.citation_timeline import TimelineDialog
from r2p_tui.tui.dialogs.evidence import EvidenceDialog
from r2p_tui.tui.dialogs.evolution import EvolutionDialog
from r2p_tui.tui.parts.citations import CitationsPart
from r2p_tui.tui.screens.paper import PaperScreen
from r2p_tui.tui.widgets.citation_tree import Branch
from r2p_tui.tui.widgets.entry_list import EntryList
from r2p_tui.tui.widgets.month_bars import MonthBars
from r2p_tui.tui.widgets.tab_line import TabLine

from .conftest import NOW
from .sample_citations import CITING, SUCCESSOR, THIRD, TITLE, Edge, add_paper, keep_citations, save_edges
from .settling import settled

MakeApp = Callable[..., R2PApp]
Pilots = Pilot[Any]
WIDE, SMALL = (120, 40), (80, 24)
REPLICATION, NEGATIVE, BENCHMARK = (CITING[number].work.title for number in (1, 2, 4))


@pytest.fixture
def paper_id(library: dict[str, int], desk: Desk) -> int:
    """A paper of which nobody asked yet who cites it."""
    return add_paper(desk)


@pytest.fixture
def root(paper_id: int, desk: Desk) -> int:
    """Its work, with the sample citations stored."""
    return keep_citations(desk, paper_id)


class Typed(str):
    """Letters that are typed without a rest between them."""


async def press(pilot: Pilots, *keys: str) -> None:
    for key in keys:
        await pilot.press(*key if isinstance(key, Typed) else (key,))
        await settled(pilot)


async def open_part(pilot: Pilots, paper_id: int) -> CitationsPart:
    await settled(pilot)
    pilot.app.open_paper(paper_id, citations=True)  # type: ignore[attr-defined]
    await settled(pilot)
    return pilot.app.screen.query_one(CitationsPart)


def told(app: Any) -> str:
    return "\n".join(str(note.message) for note in app._notifications)


def words(part: CitationsPart, name: str) -> str:
    """What one of the lines around the list says; empty where it is not in sight."""
    widget = part.query_one(f"#{name}", Static)
    return str(widget.content) if widget.display else ""


def titles(part: CitationsPart) -> list[str]:
    return [row.work.title for row in part.works.rows]


def marked(part: CitationsPart) -> str:
    assert part.works.marked is not None
    return part.works.marked.work.title


def line(part: CitationsPart, number: int) -> str:
    return part.works.render_line(number).text


def tree(part: CitationsPart) -> list[tuple[int, str, str, int | None]]:
    def shown(branch: Branch) -> tuple[int, str, str, int | None]:
        return branch.depth, branch.work.title, branch.direction, branch.leads_to

    return [shown(branch) for branch in part.branches.rows]


class Looks:
    """Stands in for the service: stores edges page by page, tells so, waits where a test wants to look."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, Direction, bool]] = []
        self.pages: list[tuple[Edge, ...]] = [CITING[:3], CITING[3:]]
        self.error: R2PError | None = None
        self.said = len(CITING)
        self.go_on = Event()
        self.go_on.set()
        self.paged = Event()

    def __call__(
        self,
        desk: Desk,
        work_id: int,
        direction: Direction,
        *,
        whole: bool,
        report: Any,
        cancelled: Any,
        **_: Any,
    ) -> LookResult:
        self.calls.append((work_id, direction, whole))
        found = 0
        for number, page in enumerate(self.pages, 1):
            with desk.store.write() as session:
                save_edges(session, work_id, page, direction=direction, state="going")
            found += len(page)
            report(LookProgress(found, self.said, f"page {number}"))
            self.paged.set()
            while not self.go_on.wait(0.01):
                if cancelled():
                    raise SourceError("Stopped.")
        if self.error is not None:
            self._end(desk, work_id, direction, "failed", self.error.message)
            raise self.error
        self._end(desk, work_id, direction, "done")
        return LookResult(found, 0, found, self.said, f"{found} works cite it.")

    def _end(self, desk: Desk, work_id: int, direction: Direction, state: str, reason: str = "") -> None:
        with desk.store.write() as session:
            save_look(
                session,
                CitationLook(
                    work_id=work_id, direction=direction, source="s2", state=state, reason=reason,
                    said=self.said, began_at=NOW, ended_at=NOW,
                ),
            )  # fmt: skip

    async def first_page(self, pilot: Pilots) -> None:
        """Wait until one page is stored and told."""
        while not self.paged.is_set():
            await pilot.pause(0.01)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looks]:
    found = Looks()
    monkeypatch.setattr(citations, "look", found)
    yield found
    found.go_on.set()


# Looking


async def test_nothing_is_asked_before_it_is_wanted(paper_id: int, make_app: MakeApp, looks: Looks) -> None:
    async with make_app().run_test(size=SMALL) as pilot:
        part = await open_part(pilot, paper_id)
        assert "Nobody asked yet who cites this. enter asks Semantic Scholar." in words(part, "citation-said")
        assert not looks.calls
        await press(pilot, "enter")
        assert len(looks.calls) == 1
        assert len(titles(part)) == len(CITING)
        assert words(part, "citation-count") == "7 works cite it"
        assert pilot.app.screen.query_one(TabLine).labels["citations"] == "Citations 7"
        assert "7 works cite it." in told(pilot.app)
        assert part.works.has_focus


async def test_rows_appear_as_they_come_and_a_look_can_be_stopped(
    paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    looks.go_on.clear()
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await pilot.press("R")
        await looks.first_page(pilot)
        while not part.works.rows:
            await pilot.pause(0.01)
        assert len(titles(part)) == 3
        assert "page 1 · 3 of 7" in words(part, "citation-fresh")
        await pilot.press("G", "escape")
        await settled(pilot)
        assert part.works.cursor == 2
        assert "What was fetched stays" in told(pilot.app)
        assert len(titles(part)) == 3
        assert "The last look was cut off. R goes on" in words(part, "citation-remarks")


async def test_what_was_fetched_before_an_error_stays_with_the_reason(
    paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    looks.pages, looks.error = [CITING[:3]], SourceError("Semantic Scholar is busy.", "Try again later.")
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "R")
        assert len(titles(part)) == 3
        assert "Semantic Scholar is busy. What was fetched stays" in words(part, "citation-remarks")


async def test_an_error_takes_the_place_of_rows(paper_id: int, make_app: MakeApp, looks: Looks) -> None:
    looks.pages, looks.error = [], SourceError("Semantic Scholar is busy.", "Try again later.")
    async with make_app().run_test(size=SMALL) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "R")
        said = words(part, "citation-said")
        assert "Semantic Scholar is busy." in said and "Try again later." in said
        looks.pages, looks.error = [CITING], None
        await press(pilot, "enter")
        assert len(titles(part)) == len(CITING)


async def test_offline_says_so_and_shows_what_is_stored(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "R")
        assert len(titles(part)) == len(CITING)
        assert "r2p is offline" in words(part, "citation-remarks")
        await press(pilot, "G", "enter")
        assert "r2p is offline" in words(part, "citation-said")


async def test_nobody_cites_it(paper_id: int, make_app: MakeApp, looks: Looks) -> None:
    looks.pages, looks.said = [], 0
    async with make_app().run_test(size=SMALL) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "enter")
        assert "Nobody cites this yet." in words(part, "citation-said")


async def test_a_second_refresh_reads_all_again_where_some_are_missing(
    paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    looks.said = 12
    async with make_app().run_test(size=WIDE) as pilot:
        await open_part(pilot, paper_id)
        await press(pilot, "R", "R", "R")
        assert [whole for *_, whole in looks.calls] == [False, True, True]


async def test_another_work_waits_until_the_look_is_over(
    root: int, paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    looks.go_on.clear()
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await pilot.press("R")
        await looks.first_page(pilot)
        part.works.mark(next(row.work.work_id for row in part.works.rows if row.work.title == BENCHMARK))
        await pilot.press("enter")
        while "one is next" not in told(pilot.app):
            await pilot.pause(0.01)
        assert "elsewhere: page" in words(part, "citation-fresh")
        looks.go_on.set()
        await settled(pilot)
        assert looks.calls[0][0] == root
        assert len(looks.calls) == 2 and looks.calls[1][0] != root


# Walking


async def test_the_best_mix_comes_first_and_is_explained(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        assert titles(part)[:2] == [REPLICATION, SUCCESSOR.title]
        assert "★ ✓ replicates" in line(part, 0) and "2.2/mo" in line(part, 0)
        assert "= influenced by it 3.0 + replicates 3.0" in words(part, "citation-order")
        first = words(part, "citation-order")
        await press(pilot, "j")
        assert words(part, "citation-order") != first
        await press(pilot, "s")
        assert words(part, "citation-order") == "most influenced by it first"
        await press(pilot, "s")
        assert titles(part)[0] == "A survey of detection transformers"
        await press(pilot, "s")
        assert words(part, "citation-order") == "newest first"
        assert titles(part)[0].startswith("Inspection lines")
        await press(pilot, "s")
        assert titles(part)[:2] == [REPLICATION, SUCCESSOR.title]


async def test_three_levels_forward_and_back_to_the_same_row(
    root: int, paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "j", "enter")
        assert tree(part)[:2] == [(0, TITLE, "citations", 7), (1, SUCCESSOR.title, "citations", 2)]
        await press(pilot, "enter", "backspace")
        assert not looks.calls, "what is stored is not asked for"
        await press(pilot, "backspace")
        assert marked(part) == SUCCESSOR.title
        await press(pilot, "backspace")
        assert "The walk begins here" in told(pilot.app)


async def test_a_work_that_nobody_looked_at_is_asked_for_when_it_is_opened(
    root: int, paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    looks.pages = [(Edge(IncomingWork("Deeper still", s2_id="d" * 40, year=2026)),)]
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "enter")
        assert len(looks.calls) == 1 and titles(part) == ["Deeper still"]
        await press(pilot, "backspace", "enter")
        assert len(looks.calls) == 1
        assert (1, REPLICATION, "citations", 1) in tree(part)


async def test_b_turns_to_what_it_cites(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "b")
        assert titles(part) == ["Attention before it was cheap"]
        assert words(part, "citation-count") == "1 work is cited by it"
        assert tree(part)[0][2] == "references"
        assert pilot.app.screen.query_one(TabLine).labels["citations"] == "Citations 7"
        await press(pilot, "b")
        assert len(titles(part)) == len(CITING)


async def test_in_a_small_window_the_tree_takes_the_place_of_the_list(
    root: int, paper_id: int, make_app: MakeApp
) -> None:
    async with make_app().run_test(size=SMALL) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "j", "enter")
        assert SUCCESSOR.title[:20] in words(part, "citation-trail")
        assert not part.branches.display
        await press(pilot, "tab")
        assert part.branches.display and part.branches.has_focus
        await press(pilot, "g", "enter")
        assert not part.branches.display and part.works.has_focus
        assert marked(part) == SUCCESSOR.title
        await press(pilot, "tab", "escape")
        assert part.works.has_focus and isinstance(pilot.app.screen, PaperScreen)


async def test_the_tab_is_reached_with_a_key_and_from_the_library(
    root: int, paper_id: int, make_app: MakeApp
) -> None:
    async with make_app(start="library").run_test(size=WIDE) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "C")
        assert pilot.app.screen.query_one(CitationsPart).works.has_focus
        await press(pilot, "L")
        assert pilot.app.screen.query_one(TabLine).chosen == "claims"
        await press(pilot, "escape", "C")
        assert isinstance(pilot.app.screen, PaperScreen)
        assert pilot.app.screen.query_one(TabLine).chosen == "citations"


# Sentences


async def test_the_sentences_say_why(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        assert "because “re-implement” (runs it again)" in words(part, "sentences-head")
        body = part.query_one("#sentences-body", Static).content
        spans = {str(body)[span.start : span.end]: str(span.style) for span in body.spans}  # type: ignore[union-attr]
        assert "underline" in spans["re-implement"]
        assert any("bold" in style for text, style in spans.items() if text.startswith("Example et al."))
        await press(pilot, "G")
        assert "No citing sentence is known" in words(part, "sentences-body")


async def test_a_corrected_class_stays_until_it_is_given_back(
    root: int, paper_id: int, make_app: MakeApp
) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        part.works.mark(next(row.work.work_id for row in part.works.rows if row.work.title == NEGATIVE))
        await press(pilot, "e")
        assert isinstance(pilot.app.screen, EvidenceDialog)
        await press(pilot, "5")
        assert marked(part) == NEGATIVE
        row = part.works.marked
        assert row is not None and (row.evidence_class, row.corrected) == (EvidenceClass.COMPARES, True)
        assert "compares (you said so), the rules say fails to replicate" in words(part, "sentences-head")
        assert "compares*" in line(part, part.works.cursor)
        await press(pilot, "e", "0")
        row = part.works.marked
        assert row is not None and (row.evidence_class, row.corrected) == (EvidenceClass.FAILS, False)
        await press(pilot, "e", "escape", "e", "0")
        row = part.works.marked
        assert row is not None and row.evidence_class == EvidenceClass.FAILS


# Filter


async def test_only_influential_ones_since_a_year(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "slash")
        await press(pilot, Typed("influential since:2026-05"), "enter")
        assert titles(part) == [REPLICATION]
        assert words(part, "citation-count") == "7 works cite it · 1 shown"
        assert part.works.has_focus
        await press(pilot, "escape")
        assert len(titles(part)) == len(CITING)
        assert isinstance(pilot.app.screen, PaperScreen)
        assert not part.query_one("#citation-filter").display


async def test_a_filter_that_cannot_be_read_is_told_and_the_rows_stay(
    root: int, paper_id: int, make_app: MakeApp
) -> None:
    async with make_app().run_test(size=SMALL) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "slash")
        part.query_one(Input).value = "class:reproduces"
        await settled(pilot)
        assert "names no class" in words(part, "filter-refused")
        assert len(titles(part)) == len(CITING)
        part.query_one(Input).value = "class:deploys nothing-like-this"
        await settled(pilot)
        assert not words(part, "filter-refused")
        assert "None of 7 matches" in words(part, "citation-said")
        assert part.query_one(Input).has_focus
        await press(pilot, "escape", "escape")
        assert len(titles(part)) == len(CITING)


async def test_works_with_a_keyword_of_the_settings(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "slash")
        await press(pilot, Typed("keywords"), "enter")
        assert set(titles(part)) == {NEGATIVE, BENCHMARK}


# Deciding


async def test_a_kept_work_is_a_paper_of_the_library_until_it_is_undone(
    root: int, paper_id: int, make_app: MakeApp, desk: Desk
) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "i")
        assert "not in the library yet" in told(pilot.app)
        await press(pilot, "k")
        row = part.works.marked
        assert row is not None and row.work.title == REPLICATION and part.works.cursor == 0
        assert row.work.decision == "keep" and row.work.paper_id is not None
        with desk.store.read() as session:
            stored, made = session.get(Paper, row.work.paper_id), decision_of(session, row.work.paper_id)
        assert stored is not None and stored.title == REPLICATION
        assert made is not None and made.decision == "keep"
        await press(pilot, "k")
        assert "Kept already" in told(pilot.app)
        await press(pilot, "u")
        with desk.store.read() as session:
            assert decision_of(session, row.work.paper_id) is None
        assert part.works.marked is not None and part.works.marked.work.decision is None
        await press(pilot, "j", "l")
        assert marked(part) == SUCCESSOR.title and "~" in line(part, 1)
        await press(pilot, "u", "u")
        assert "Nothing was decided here" in told(pilot.app)


async def test_a_key_for_a_cited_work_does_not_decide_on_the_paper_behind(
    paper_id: int, make_app: MakeApp, desk: Desk
) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        await open_part(pilot, paper_id)
        await press(pilot, "k", "l", "x", "e", "y", "u")
        with desk.store.read() as session:
            assert decision_of(session, paper_id) is None


async def test_the_kept_work_opens_as_a_paper(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "k", "i")
        screen = pilot.app.screen
        assert isinstance(screen, PaperScreen) and screen.paper_id != paper_id
        await press(pilot, "escape")
        assert pilot.app.screen.query_one(CitationsPart) is part


async def test_what_is_new_counts_as_seen_once_it_was_in_sight(
    root: int, paper_id: int, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    news = citation_watch.NewsOfPaper(paper_id, TITLE, 3)
    monkeypatch.setattr(citation_watch, "news", lambda _: (news,))
    monkeypatch.setattr(citation_watch, "mark_seen", lambda _, paper, **__: seen.append(paper))
    async with make_app().run_test(size=WIDE) as pilot:
        await settled(pilot)
        pilot.app.open_paper(paper_id)  # type: ignore[attr-defined]
        await settled(pilot)
        assert pilot.app.screen.query_one(TabLine).labels["citations"] == "Citations 7 ▲3"
        assert not seen
        await press(pilot, "C")
        assert seen == [paper_id]


# The other keys


async def test_the_marked_work_is_copied_and_opened_outside(
    root: int, paper_id: int, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    async with make_app().run_test(size=WIDE) as pilot:
        await open_part(pilot, paper_id)
        await press(pilot, "y", "o")
        assert REPLICATION in pilot.app.clipboard and pilot.app.clipboard.startswith("@misc{")
        assert [address.rsplit("/", 1)[1] for address in opened] == [CITING[1].work.arxiv_id]


async def test_the_timeline_marks_what_was_kept(root: int, paper_id: int, make_app: MakeApp) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        await open_part(pilot, paper_id)
        await press(pilot, "T")
        assert "None of them is kept yet" in _all_text(pilot)
        await press(pilot, "escape", "k", "T")
        assert isinstance(pilot.app.screen, TimelineDialog)
        assert pilot.app.screen.query_one(MonthBars)
        text = _all_text(pilot)
        assert "6 citing works since Dec 2025" in text and "not drawn: 1 without a month" in text
        assert f"Jun 2026  {REPLICATION}" in text


def _all_text(pilot: Pilots) -> str:
    return "\n".join(str(one.content) for one in pilot.app.screen.query(Static))


async def test_how_the_idea_evolved_is_a_path_that_can_be_walked(
    root: int, paper_id: int, make_app: MakeApp
) -> None:
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "E")
        assert isinstance(pilot.app.screen, EvolutionDialog)
        entries = [str(one.prompt) for one in pilot.app.screen.query_one(EntryList).options]
        assert len(entries) >= 3 and SUCCESSOR.title in entries[1] and "influenced by it" in entries[1]
        await press(pilot, "j", "j", "enter")
        assert [row[0] for row in tree(part)] == [0, 1, 2]
        assert [row[1] for row in tree(part)] == [TITLE, SUCCESSOR.title, THIRD.title]
        assert len(titles(part)) == 1


async def test_hostile_titles_and_sentences_are_shown_as_text(
    paper_id: int, make_app: MakeApp, looks: Looks
) -> None:
    title = "[@click=app.quit]nice[/] \x1b]52;c;aGk=\x07 \u202egnp.exe [/"
    sentence = "We [b]extend[/b] it \x1b[2J and [link='https://attack.example']more[/link]"
    hostile = IncomingWork(title, s2_id="e" * 40, year=2026, venue="[bold]V[/]", authors=("[/]",))
    looks.pages = [(Edge(hostile, EvidenceClass.EXTENDS, sentence, "[b]extend", "[/rule]"),)]
    async with make_app().run_test(size=WIDE) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "enter")
        shown = line(part, 0) + words(part, "sentences-head") + words(part, "sentences-body")
        assert "[@click=app.quit]nice[/]" in line(part, 0) and "[b]extend[/b]" in shown
        assert "\x1b" not in shown and "\u202e" not in shown
        await press(pilot, "T", "escape", "E", "escape", "e", "escape", "k", "enter", "tab")
        assert "[@click" in part.branches.render_line(1).text
        assert "\x1b" not in part.branches.render_line(1).text


async def test_a_work_without_a_year_or_a_key_is_no_trouble(
    paper_id: int, make_app: MakeApp, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks.pages = [(Edge(IncomingWork("Only a title is known of this work")),)]
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    async with make_app().run_test(size=SMALL) as pilot:
        part = await open_part(pilot, paper_id)
        await press(pilot, "enter", "s", "s", "s", "s", "o", "T", "escape")
        assert titles(part) == ["Only a title is known of this work"]
        assert "no page to open" in told(pilot.app) and not opened


# Pictures

STATES = {
    "list": ("j",),
    "deeper": ("j", "enter", "enter"),
    "tree": ("j", "enter", "tab"),
    "filter": ("slash", Typed("influential since:2023"), "enter"),
    "refused": ("slash", *"class:reproduces"),
    "references": ("b",),
    "evidence": ("e",),
    "timeline": ("T",),
    "evolution": ("E",),
}


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=str)
@pytest.mark.parametrize("keys", STATES.values(), ids=STATES)
def test_citations_snapshot(
    snap_compare: Any,
    root: int,
    paper_id: int,
    make_app: MakeApp,
    size: tuple[int, int],
    keys: tuple[str, ...],
    desk: Desk,
) -> None:
    if keys == STATES["timeline"]:
        first = next(row for row in citations.node(desk, root).rows if row.work.title == REPLICATION)
        citations.keep(desk, first.work.work_id, now=NOW)

    async def show(pilot: Pilots) -> None:
        await open_part(pilot, paper_id)
        await press(pilot, *keys)

    assert snap_compare(make_app(), terminal_size=size, run_before=show)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=str)
@pytest.mark.parametrize("state", ["never", "failed", "cut"])
def test_without_an_answer_snapshot(
    snap_compare: Any,
    paper_id: int,
    make_app: MakeApp,
    desk: Desk,
    looks: Looks,
    size: tuple[int, int],
    state: str,
) -> None:
    busy = SourceError("Semantic Scholar gives no more answers without a key just now.", "Try again later.")
    looks.pages, looks.error = ([CITING[:4]] if state == "cut" else []), busy

    async def show(pilot: Pilots) -> None:
        await open_part(pilot, paper_id)
        await press(pilot, *(() if state == "never" else ("enter",)))

    assert snap_compare(make_app(), terminal_size=size, run_before=show)

"""The sentences of one citation: the cited work coloured, the words that decided the class underlined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from r2p_tui.domain.citation_mentions import mentions_of
from r2p_tui.domain.citations import CLASS_WORDS, Citation, Cue
from r2p_tui.errors import R2PError
from r2p_tui.text import clean, clean_line, count_of
from r2p_tui.tui.citation_words import about_citation, about_work, class_sentence
from r2p_tui.tui.widgets.citation_list import CLASS_MARKS
from r2p_tui.tui.widgets.key_line import joined

if TYPE_CHECKING:
    from r2p_tui.services.citations import CitationText

PAUSE = 0.05
"""Seconds that the mark must rest before sentences are asked for, so that moving stays quick."""
SENTENCES_AT_MOST = 60
CUES_TOLD = 4
_TITLE = -1
_NO_SENTENCE = "No citing sentence is known: the class goes by the title alone. o opens the work."


class SentencesPane(VerticalScroll, can_focus=False):
    """What is known of the marked citation at once; its sentences as soon as the store answers."""

    DEFAULT_CSS = """
    SentencesPane {
        scrollbar-size-vertical: 1;
        & > Static { height: auto; max-width: 100; }
        & > #sentences-head { margin-bottom: 1; }
    }
    """

    class Wanted(Message):
        """The mark rests on this citation, whose sentences are not known here."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    def __init__(self, today: date, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._today = today
        self._waits: Timer | None = None
        self.text: CitationText | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="sentences-head")
        yield Static(id="sentences-body")

    def show(self, citation: Citation | None) -> None:
        """A citation, or nothing."""
        if citation is not None and self.text is not None and _is_about(self.text, citation):
            self.fill(citation, self.text)
            return
        self.text = None
        head = _citation_facts(citation, self._today) if citation else Content("")
        self.query_one("#sentences-head", Static).update(head)
        self.query_one("#sentences-body", Static).update(Content(""))
        self.scroll_home(animate=False)
        if self._waits is not None:
            self._waits.stop()
        if citation is not None:
            self._waits = self.set_timer(PAUSE, lambda: self.post_message(self.Wanted(citation)))

    def fill(self, citation: Citation, text: CitationText) -> None:
        """Its sentences, and why it has its class."""
        self.text = text
        head = _citation_facts(citation, self._today, text)
        self.query_one("#sentences-head", Static).update(head)
        self.query_one("#sentences-body", Static).update(joined(sentences(text), "\n\n"))

    def forget(self) -> None:
        """Ask for the sentences again when the citation is shown next."""
        self.text = None

    def say(self, error: R2PError) -> None:
        """What went wrong, in the place of the sentences."""
        words = Content.styled(clean_line(error.message), "$error")
        self.query_one("#sentences-body", Static).update(words)

    def scroll_on(self) -> None:
        """Down by a page; from the end to the beginning."""
        if self.scroll_offset.y >= self.max_scroll_y:
            self.scroll_home(animate=False)
        else:
            self.scroll_page_down(animate=False)


def _is_about(text: CitationText, citation: Citation) -> bool:
    return (text.citing.work_id, text.cited.work_id) == (citation.citing_id, citation.cited_id)


def _citation_facts(citation: Citation, today: date, text: CitationText | None = None) -> Content:
    """Title, who and when, and what it does with the cited work and why."""
    work, cues = citation.work, text.evidence.cues if text else ()
    title = _stylized(Content.styled(_one_line(work.title), "bold"), _spans_in(cues, _TITLE), "underline")
    does = Content.styled(f"{CLASS_MARKS[citation.evidence_class]} {class_sentence(citation)}", "$accent")
    about = about_citation(citation)
    return joined(
        [
            title,
            Content.styled(about_work(work, today), "$muted"),
            does + (because(text) if text else "") + Content.styled(f" · {about}" if about else "", "$muted"),
        ]
    )


def because(text: CitationText) -> Content:
    """` because “we re-implement” (runs it again)`; what the rules say where the user says otherwise."""
    cues = text.evidence.cues
    told = list(dict.fromkeys((clean_line(cue.words), clean_line(cue.rule)) for cue in cues))[:CUES_TOLD]
    rules = CLASS_WORDS[text.evidence.evidence_class] if text.corrected is not None else ""
    parts: list[tuple[str, str]] = [(f", the rules say {rules}" if rules else "", "$muted")]
    for number, (words, rule) in enumerate(told):
        start = ", " if number else " because "
        parts += [(start, "$muted"), (f"“{words}”", "underline"), (f" ({rule})", "$muted")]
    return Content.assemble(*parts)


def sentences(text: CitationText) -> Iterator[Content]:
    """Each sentence with its highlights; the first ones where there are very many."""
    if not text.contexts:
        yield Content.styled(_NO_SENTENCE, "$muted")
    cited = text.cited
    for place, sentence in enumerate(text.contexts[:SENTENCES_AT_MOST]):
        line = _one_line(sentence)
        marked = mentions_of(cited.title, cited.first_author, cited.year, line)
        content = _stylized(Content(line), marked, "bold $accent")
        yield Content("“") + _stylized(content, _spans_in(text.evidence.cues, place), "underline") + "”"
    left = len(text.contexts) - SENTENCES_AT_MOST
    if left > 0:
        yield Content.styled(f"{count_of(left, 'more sentence')} not shown", "$muted")


def _one_line(text: str) -> str:
    """Cleaned and without line breaks; every character keeps its place, as offsets point there."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _spans_in(cues: tuple[Cue, ...], place: int) -> tuple[tuple[int, int], ...]:
    return tuple((cue.start, cue.end) for cue in cues if cue.place == place)


def _stylized(content: Content, spans: tuple[tuple[int, int], ...], style: str) -> Content:
    for start, end in spans:
        content = content.stylize(style, start, end)
    return content

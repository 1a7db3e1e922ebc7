"""What the demonstration shows as somebody's work is marked as an example and fits the domain's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from r2p_tui.demo import examples
from r2p_tui.demo.papers import packaged_papers
from r2p_tui.domain.reading import PASSES, RED_FLAGS, VIABILITY, NoteValues, find_pass
from r2p_tui.store.reading import RedFlag, Viability

NOW = datetime(2026, 11, 20, 13, 2, tzinfo=UTC)
WRITTEN = examples.load_examples()
IDS = {str(paper.arxiv_id): number for number, paper in enumerate(packaged_papers(), start=1)}
VERSIONS = {str(paper.arxiv_id): paper.version for paper in packaged_papers()}


def test_a_few_papers_are_decided_each_way_and_none_twice() -> None:
    decided = list(examples.decisions(WRITTEN, IDS, NOW))
    assert {row.decision for row in decided} == {"keep", "skip", "later"}
    assert len({row.paper_id for row in decided}) == len(decided)
    assert len(decided) < len(IDS) / 3
    assert all(row.score is None for row in decided)


def test_every_decision_falls_into_its_sitting_before_now() -> None:
    sittings = {row.id: row for row in examples.sittings(WRITTEN, NOW)}
    for row in examples.decisions(WRITTEN, IDS, NOW):
        sitting = sittings[row.session_id]
        assert sitting.ended_at is not None
        assert sitting.started_at < row.decided_at <= sitting.ended_at < NOW


def test_one_paper_is_read_in_two_passes_and_one_stopped_in_the_first() -> None:
    decided = examples.decisions(WRITTEN, IDS, NOW)
    kept = {row.paper_id for row in decided if row.decision == "keep"}
    histories: dict[int, list[tuple[int, str | None]]] = {}
    for row in examples.readings(WRITTEN, IDS, VERSIONS, NOW):
        histories.setdefault(row.paper_id, []).append((row.pass_number, row.verdict))
        low, high = find_pass(row.pass_number).minutes
        assert low <= row.seconds / 60 <= high
        assert row.finished_at is not None
        assert row.finished_at < NOW
    assert sorted(histories.values()) == [[(1, "go on"), (2, "stop")], [(1, "stop")]]
    assert histories.keys() <= kept


def test_the_note_of_the_second_pass_answers_every_question_of_two_passes() -> None:
    longest = max(examples.notes(WRITTEN, IDS, NOW), key=lambda note: len(note.values.answers))
    asked = {question.key for one in PASSES[:2] for question in one.questions}
    assert longest.values.answers.keys() == asked
    assert all(getattr(longest.values, name) for name in NoteValues.__slots__)


def test_notes_are_stored_as_they_are_written() -> None:
    for note in examples.notes(WRITTEN, IDS, NOW):
        assert note.values.cleaned() == note.values


def test_flags_and_ratings_use_the_known_words() -> None:
    rows = list(examples.judgements(WRITTEN, IDS, NOW))
    assert {row.kind for row in rows if isinstance(row, RedFlag)} <= RED_FLAGS.keys()
    assert {row.dimension for row in rows if isinstance(row, Viability)} == VIABILITY.keys()
    assert all(row.evidence for row in rows)


def test_whatever_nobody_said_or_saw_is_marked_as_an_example() -> None:
    """Reasons, ratings, surprises and what touches the reader's own context; the rest quotes the paper."""
    invented = list(_invented_texts(WRITTEN))
    assert len(invented) > 10
    for text in invented:
        assert text.startswith("Example"), text


def test_surprises_carry_no_numbers() -> None:
    for row in examples.surprises(WRITTEN, IDS, NOW):
        assert not any(letter.isdigit() for letter in row.text)
        assert (row.claim, row.claimed_value, row.observed, row.observed_value) == (None, None, None, None)


def _invented_texts(written: examples.Table) -> Iterator[str]:
    for paper in written["papers"]:
        note: dict[str, Any] = paper["note"]
        yield from (one["reason"] for one in paper["readings"])
        yield from (evidence for _, evidence in paper.get("viability", {}).values())
        yield note["body"]
        yield from (texts["production"] for texts in (note, note["answers"]) if "production" in texts)
    yield from (one["text"] for one in written["surprises"])

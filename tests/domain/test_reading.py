from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.reading import (
    PASSES,
    NoteValues,
    PassClock,
    differences,
    field_label,
    find_pass,
    merge,
    standing,
)
from r2p_tui.errors import UsageError


@dataclass
class Read:
    pass_number: int
    verdict: str | None = None
    seconds: float = 60.0
    version_read: int = 1


def test_three_passes_with_their_time_and_their_own_questions() -> None:
    assert [one.span for one in PASSES] == ["5-10 min", "30-60 min", "2-4 h"]
    keys = [question.key for one in PASSES for question in one.questions]
    assert len(keys) == len(set(keys))
    assert all(len(one.questions) == 5 for one in PASSES)
    with pytest.raises(UsageError, match="no pass 4"):
        find_pass(4)


def test_clock_counts_while_nothing_holds_it() -> None:
    clock = PassClock(100, idle_seconds=60, at=0)
    clock.tick(10)
    clock.hold("space", 20)
    clock.tick(30)
    clock.release("space", 40)
    clock.tick(45)
    assert clock.seconds == 125
    assert clock.held_by is None


def test_clock_stops_when_no_key_came_for_too_long_and_goes_on_with_the_next() -> None:
    clock = PassClock(0, idle_seconds=60, at=0)
    clock.key(10)
    clock.tick(500)
    assert clock.seconds == 70
    assert clock.held_by == "idle"
    clock.key(600)
    clock.tick(605)
    assert clock.seconds == 75
    assert clock.held_by is None


def test_one_hold_does_not_lift_another() -> None:
    clock = PassClock(0, idle_seconds=60, at=0)
    clock.hold("space", 5)
    clock.hold("away", 6)
    clock.release("away", 20)
    clock.key(30)
    clock.tick(40)
    assert clock.seconds == 5
    assert clock.held_by == "space"


def test_saved_seconds_are_not_saved_twice() -> None:
    clock = PassClock(30, idle_seconds=60, at=0)
    clock.tick(5)
    assert clock.unsaved == 5
    clock.mark_saved(clock.unsaved)
    clock.tick(7)
    assert clock.unsaved == 2


@given(st.lists(st.tuples(st.sampled_from("tksrab"), st.floats(0, 300)), max_size=40))
def test_clock_never_counts_more_than_has_passed_nor_backwards(steps: list[tuple[str, float]]) -> None:
    clock, at, before = PassClock(0, idle_seconds=60, at=0), 0.0, 0.0
    for step, seconds in steps:
        at += seconds
        match step:
            case "t":
                clock.tick(at)
            case "k":
                clock.key(at)
            case "s":
                clock.hold("space", at)
            case "r":
                clock.release("space", at)
            case "a":
                clock.hold("away", at)
            case _:
                clock.release("away", at)
        assert before <= clock.seconds <= at + 1e-6
        before = clock.seconds


@pytest.mark.parametrize(
    ("history", "state", "next_pass", "says"),
    [
        ([], "unread", 1, "Not read yet"),
        ([Read(1)], "reading", 1, "Pass 1 is open"),
        ([Read(1, "go on")], "between", 2, "Pass 1 is done."),
        ([Read(1, "stop")], "stopped", 1, "Stopped in pass 1."),
        ([Read(1, "stop"), Read(1)], "reading", 1, "Pass 1 is open"),
        ([Read(1, "go on"), Read(2), Read(1, "go on")], "reading", 2, "Pass 2 is open"),
        ([Read(1, "go on"), Read(2, "go on"), Read(3, "go on")], "read", None, "all three"),
    ],
)
def test_standing_of_a_paper(history: list[Read], state: str, next_pass: int | None, says: str) -> None:
    found = standing(history)
    assert (found.state, found.next_pass) == (state, next_pass)
    assert says in found.sentence
    assert found.seconds == 60.0 * len(history)


VALUES = st.builds(
    NoteValues,
    relevance=st.none() | st.integers(1, 5),
    summary=st.text(),
    body=st.text(),
    answers=st.dictionaries(st.sampled_from(["technique", "ideas"]), st.text(min_size=1)),
)


@given(VALUES)
def test_values_survive_the_way_through_flat_text(values: NoteValues) -> None:
    cleaned = values.cleaned()
    assert NoteValues.from_fields(cleaned.as_fields()) == cleaned


def test_values_are_cleaned_and_checked() -> None:
    assert NoteValues(summary="a\x1b]52;c;aGk=\x07b").cleaned().summary == "a\ufffd]52;c;aGk=\ufffdb"
    with pytest.raises(UsageError, match="Relevance 7"):
        NoteValues(relevance=7).cleaned()


def test_differences_are_in_the_order_of_the_form() -> None:
    mine = NoteValues(summary="a", answers={"ideas": "x", "category": "y"})
    theirs = NoteValues(relevance=3, summary="b")
    found = [pair.name for pair in differences(mine, theirs)]
    assert found == ["relevance", "summary", "answer:category", "answer:ideas"]
    assert field_label("answer:technique") == "What is the main technique, in one paragraph?"


def test_merge_takes_each_side_where_only_it_changed() -> None:
    base = NoteValues(summary="old", results="old")
    mine = NoteValues(summary="mine", results="old")
    theirs = NoteValues(summary="old", results="theirs", relevance=4)
    assert merge(base, mine, theirs, "--") == NoteValues(summary="mine", results="theirs", relevance=4)


@given(VALUES, VALUES, VALUES)
def test_merge_loses_no_text_of_either_side(base: NoteValues, mine: NoteValues, theirs: NoteValues) -> None:
    base, mine, theirs = base.cleaned(), mine.cleaned(), theirs.cleaned()
    merged = merge(base, mine, theirs, "-- other window --")
    everything = "\n".join(merged.as_fields().values())
    before = base.as_fields()
    for side in (mine, theirs):
        for name, text in side.as_fields().items():
            assert text == before.get(name) or text.strip() in everything

"""The agenda of a review with its minutes, as Markdown, and decisions read back from it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.radar import Ring
from r2p_tui.domain.research_review import (
    LONGEST_REVIEW,
    PARTS,
    Agenda,
    Decision,
    Item,
    Part,
    for_reading,
    make_agenda,
    markdown,
    parse_decisions,
)
from r2p_tui.errors import UsageError

TODAY = date(2026, 11, 21)
SINCE = date(2026, 10, 20)
# The minutes that an item of each part takes at least.
LEAST: dict[Part, int] = {"moves": 1, "decisions": 3, "deep dives": 8, "nominations": 2}


def items(part: Part, count: int) -> list[Item]:
    ring = Ring.TRIAL if part == "decisions" else None
    return [Item(part, f"{part} {number}", "because", ring=ring) for number in range(count)]


def agenda(*given: Item, minutes: int = 60) -> Agenda:
    return make_agenda(given, minutes=minutes, since=SINCE, held_on=TODAY)


# --- minutes ------------------------------------------------------------------------------------------------


@given(st.tuples(*[st.integers(0, 30)] * 4), st.integers(10, 480))
def test_the_minutes_sum_to_those_of_the_review_and_nothing_is_lost(
    counts: tuple[int, ...], minutes: int
) -> None:
    numbers = dict(zip(PARTS, counts, strict=True))
    found = agenda(*(item for part in PARTS for item in items(part, numbers[part])), minutes=minutes)
    assert sum(item.minutes for item in found.items) + found.closing + found.spare == minutes
    assert 3 <= found.closing <= max(3, minutes // 12)
    assert found.spare >= 0
    assert all(item.minutes >= 1 for item in found.items)
    left_out = dict(found.left_out)
    assert all(found.spare < LEAST[part] for part in left_out)
    for part in PARTS:
        shown = found.of(part)
        assert [item.name for item in shown] == [f"{part} {number}" for number in range(len(shown))]
        assert len(shown) + left_out.get(part, 0) == numbers[part]
        times = [item.minutes for item in shown]
        assert times == sorted(times, reverse=True)
        assert max(times, default=0) - min(times, default=0) <= 1


def test_an_hour_is_spent_on_all_parts() -> None:
    found = agenda(*(item for part in PARTS for item in items(part, 3)))
    spent = {part: found.minutes_of(part) for part in PARTS}
    assert spent == {"moves": 7, "decisions": 17, "deep dives": 24, "nominations": 7}
    assert (found.closing, found.left_out) == (5, ())


def test_parts_without_items_leave_their_time_to_the_others() -> None:
    found = agenda(*items("decisions", 20))
    assert len(found.items) == 18
    assert found.left_out == (("decisions", 2),)


def test_time_that_nothing_needs_is_left_over_and_does_not_close_the_review() -> None:
    found = agenda(*items("moves", 1))
    assert (found.minutes_of("moves"), found.closing, found.spare) == (3, 5, 52)
    assert "## Closing: read out what was decided (5 min)\n\nLeft over: 52 min.\n" in markdown(found)
    full = agenda(*items("decisions", 30))
    assert (full.spare, "Left over" in markdown(full)) == (0, False)


def test_a_part_alone_takes_the_time_that_nothing_else_can_use() -> None:
    found = agenda(*items("moves", 40))
    assert (len(found.items), found.minutes_of("moves"), found.left_out) == (23, 55, (("moves", 17),))


def test_decisions_that_were_not_listed_are_counted_too() -> None:
    found = make_agenda(items("decisions", 20), minutes=60, since=SINCE, held_on=TODAY, more_decisions=300)
    assert found.left_out == (("decisions", 302),)


# --- Markdown -----------------------------------------------------------------------------------------------


def test_the_agenda_as_markdown() -> None:
    found = agenda(
        Item("moves", "RT-DETR", "ASSESS to TRIAL, 3 Nov 2026: 31 FPS"),
        Item("decisions", "DEIM", "“run it” was due on 5 Nov 2026", ring=Ring.ASSESS),
        Item("decisions", "Prediction 12", "due since 1 Nov 2026, 30 %: it spreads"),
        *items("nominations", 30),
    )
    assert found.left_out == (("nominations", 22),)
    told = markdown(found)
    assert told.startswith(
        "# Research review, 21 Nov 2026\n\n60 min · since 20 Oct 2026\n\n## Moves since last"
    )
    assert "\n- 3 min · RT-DETR: ASSESS to TRIAL, 3 Nov 2026: 31 FPS\n" in told
    assert f"## Decisions to take ({found.minutes_of('decisions')} min)\n" in told
    assert "· DEIM (ASSESS): “run it” was due on 5 Nov 2026\n" in told
    assert "## Deep dives proposed\n\nNo paper asks for one.\n" in told
    assert "\n- no time for 22 more\n" in told
    assert f"read out what was decided ({found.closing} min)\n" in told
    assert told.endswith("-->\n\n- DEIM:\n")


def test_what_is_read_has_no_comment_and_no_escapes() -> None:
    told = markdown(agenda(Item("decisions", "a*b <!-- c", "why", ring=Ring.HOLD)))
    shown = for_reading(told)
    assert "a\\*b" in told
    assert "· a*b <!-- c (HOLD): why\n" in shown
    assert shown.endswith("\n\n## Decisions\n\n- a*b <!-- c:\n")
    assert for_reading("a\n<!-- no end") == "a\n"


def test_foreign_text_is_no_markup_and_names_come_back() -> None:
    name = "A*B `c` [x](http://e.x) <img src=x> \\ _d_"
    told = markdown(agenda(Item("decisions", name, "<script>\n# x", ring=Ring.HOLD)))
    assert "<script>" not in told.replace("\\<script>", "")
    assert "\n# x" not in told
    line = told.splitlines()[-1]
    assert parse_decisions(f"{line} stays", TODAY) == (Decision(1, name, None),)


@pytest.mark.parametrize(
    "name",
    [
        "a <!-- b",
        "SAM: stays",
        "x: HOLD because y",
        "# x",
        "- y",
        "1. z",
        "> q",
        "_d_ &lt; ~~e~~",
        "a_b",
        "c\\",
    ],
)
def test_odd_names_come_back_from_a_whole_review(name: str) -> None:
    """Nor does what the agenda says of them hide the decisions below."""
    about = [Item("moves", name, f"{name} -->"), Item("decisions", name, name, ring=Ring.HOLD)]
    told = markdown(agenda(*about))
    assert parse_decisions(told, TODAY) == ()
    [decision] = parse_decisions(f"{told.rstrip()} SKIP because superseded by a:", TODAY)
    assert (decision.name, decision.ring, decision.reason) == (name, Ring.SKIP, "superseded by a:")


def test_markup_is_taken_from_names_and_nothing_else() -> None:
    told = markdown(agenda(Item("nominations", "train_on_val R&D _d_ &lt; ~x~", "2 * 3")))
    assert "train_on_val R&D \\_d\\_ \\&lt; \\~x\\~: 2 \\* 3" in told


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1))
def test_every_name_comes_back(text: str) -> None:
    name = " ".join(text.split())
    if not name:
        return
    line = markdown(agenda(Item("decisions", name, "why", ring=Ring.HOLD))).splitlines()[-1]
    [decision] = parse_decisions(f"{line} ADOPT because it pays", TODAY)
    assert decision == Decision(1, name, Ring.ADOPT, "it pays")


# --- decisions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "decision"),
    [
        ("- DEIM: stays", ("DEIM", None, "", "", None)),
        ("- DEIM:stays", ("DEIM", None, "", "", None)),
        ("- DEIM: HOLD, because slow", ("DEIM", Ring.HOLD, "slow", "", None)),
        ("* DEIM: Stays.", ("DEIM", None, "", "", None)),
        ("3. DEIM: stays because nothing is new", ("DEIM", None, "nothing is new", "", None)),
        ("DEIM: adopt because it pays", ("DEIM", Ring.ADOPT, "it pays", "", None)),
        (
            "- DEIM: TRIAL because 31 FPS; enough; next: run it by hand by 2w",
            ("DEIM", Ring.TRIAL, "31 FPS; enough", "run it by hand", date(2026, 12, 5)),
        ),
        (
            "- SAM 2: labels: SKIP because superseded by SAM 3",
            ("SAM 2: labels", Ring.SKIP, "superseded by SAM 3", "", None),
        ),
        (
            "- DEIM: stays; next: ask Ana by 2026-12-01.",
            ("DEIM", None, "", "ask Ana", date(2026, 12, 1)),
        ),
    ],
)
def test_a_decision_is_read(line: str, decision: tuple[object, ...]) -> None:
    assert parse_decisions(line, TODAY) == (Decision(1, *decision),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("- DEIM", "says neither"),
        ("- DEIM: goes on", "says neither"),
        ("- DEIM: TRIAL", "says neither"),
        ("- DEIM: TRIAL because", "Why does DEIM move"),
        ("- DEIM: TRIAL because:", "Why does DEIM move"),
        ("<!-- - DEIM: stays", "the comment that begins here has no end"),
        ("- DEIM: trail because fast", "“trail” is no ring"),
        ("- : stays", "cannot be understood"),
        ("- DEIM: stays whatever", "cannot be understood"),
        ("- DEIM: TRIAL because fast; next: run it", "By when is “run it”"),
        ("- DEIM: TRIAL because fast; next: run it by someday", "someday"),
        ("some words", "says neither"),
    ],
)
def test_a_line_that_is_no_decision_is_named_by_its_number(line: str, fault: str) -> None:
    with pytest.raises(UsageError, match="Line 2: ") as told:
        parse_decisions(f"- A: stays\n{line}\n- B: stays", TODAY)
    assert fault in told.value.message
    assert told.value.hint.startswith("Nothing was changed.")


def test_all_bad_lines_are_named_up_to_five() -> None:
    with pytest.raises(UsageError) as told:
        parse_decisions("\n".join(f"- T{n}: maybe" for n in range(8)), TODAY)
    assert all(f"Line {n}:" in told.value.message for n in range(1, 6))
    assert told.value.message.endswith("And 3 more lines.")


def test_only_the_section_of_decisions_counts_and_open_lines_decide_nothing() -> None:
    told = markdown(agenda(*items("moves", 2), *items("decisions", 3)))
    assert parse_decisions(told, TODAY) == ()
    filled = told.replace("- decisions 1:\n", "- decisions 1: stays\n") + "\n## Notes\n\nNot a decision.\n"
    [decision] = parse_decisions(filled.replace("\n", "\r\n"), TODAY)
    assert (decision.name, filled.split("\n")[decision.line - 1]) == ("decisions 1", "- decisions 1: stays")


def test_a_part_of_the_section_counts_and_so_does_a_second_section() -> None:
    first = "## Decisions\n### Models\n- A: stays\n## Notes\n- B: stays\n"
    text = f"{first}## decisions\n- C: stays\n# End\n- D: stays"
    assert [decision.name for decision in parse_decisions(text, TODAY)] == ["A", "C"]


def test_one_technique_is_decided_on_once() -> None:
    with pytest.raises(UsageError, match="Line 3: deim is decided on twice"):
        parse_decisions("- DEIM: stays\n\n- deim: ADOPT because it pays", TODAY)


def test_a_text_that_is_no_review_is_refused() -> None:
    with pytest.raises(UsageError, match="longer than any review"):
        parse_decisions("x" * (LONGEST_REVIEW + 1), TODAY)
    with pytest.raises(UsageError, match="501 decisions are more than a review takes"):
        parse_decisions("\n".join(f"- T{n}: stays" for n in range(501)), TODAY)
    assert parse_decisions("", TODAY) == ()
    assert parse_decisions("<!-- - A: stays\n-->\n", TODAY) == ()

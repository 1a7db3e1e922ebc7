"""Whether criteria can be decided; where not, the question that would make them so.

Criteria can be decided where they say how much (`map50 >= 0.60`, "at least three of my projects"), where
to look ("I count them in my project list"), what will have happened ("Ultralytics releases it"), or
anything else that the statement does not: to refuse what could be decided is worse than to take what could
not. A word that everybody reads in their own way ("popular", "works well") takes that away again, unless a
measure stands beside it.
"""

from __future__ import annotations

from r2p_tui.domain.prediction_cues import (
    AMOUNTS,
    BEFORE_A_MEASURE,
    BEHIND_A_MEASURE,
    COMPARISONS,
    DEADLINES,
    EMPTY,
    EVENTS,
    NUMBER_WORDS,
    OPINIONS,
    QUALITIES,
    QUANTIFIERS,
    SHARES,
    SOURCES,
    SUCCESSES,
    TERMS,
    TIME_UNITS,
    TIMES,
    UNITS,
)

AGAIN = "That is the prediction again. Where will you look, and what must it show?"
NOTHING_TO_SEE = "What will you look at, and what must it show, to decide it?"
_ASKED = (
    (OPINIONS, "What must somebody else be able to see, where you say “{}”?"),
    (AMOUNTS, "What count or share do you mean by “{}”?"),
    (QUALITIES | COMPARISONS | SUCCESSES, "What will you measure, and which value do you mean by “{}”?"),
    (TIMES, "What must have happened by the due date, where you say “{}”?"),
)
_SIGNS = "<>=≤≥≈~±+-−$€"
_EDGES = "\"'“”„‘’`()[]{}.,;:!?…*_"
_NO_MEASURES = ("2d", "3d", "4d", "4k", "8k")
_LONGEST_CUE = 4
_REACH = 3
_FEWEST_BESIDE_A_SHARE = 4
_FEWEST_NEW = 2
_FEWEST_BESIDE_A_SUCCESS = 3
_LAST_LATIN_LETTER = "\u024f"


def question_about(criteria: str, statement: str = "") -> str | None:
    """None where a reader could decide by them; else a question that quotes the vague word."""
    words = _words(criteria)
    said, before = _stems(words), _stems(_words(statement))
    if said and said == before:
        return AGAIN
    if any(_is_measure(words, index) for index in range(len(words))) or _in_another_alphabet(criteria):
        return None
    excused = _excused(words, before)
    for cues, question in _ASKED:
        if vague := _first_of(cues - excused, words):
            return question.format(vague)
    if said and said <= before:
        return AGAIN
    counted = any(_is_count(words, index) for index in range(len(words)))
    shared = len(words) >= _FEWEST_BESIDE_A_SHARE and not QUANTIFIERS.isdisjoint(words)
    told = _new(words, before) >= _FEWEST_NEW or _first_of(EVENTS | SOURCES, words)
    return None if counted or shared or told else NOTHING_TO_SEE


def _excused(words: list[str], before: set[str]) -> frozenset[str]:
    """Vague words that enough stands beside: `faster than X on our T4`, `export works without custom ops`."""
    compared = "than" in words and _new(words, before, COMPARISONS) >= _FEWEST_NEW
    described = _new(words, before, SUCCESSES) >= _FEWEST_BESIDE_A_SUCCESS
    return (COMPARISONS if compared else frozenset()) | (SUCCESSES if described else frozenset())


def _new(words: list[str], before: set[str], without: frozenset[str] = frozenset()) -> int:
    """How much is said that the statement does not say, and that is no time."""
    return len(_stems([word for word in words if word not in without and not _says_when(word)]) - before)


def _in_another_alphabet(text: str) -> bool:
    """Whether the words may be of a language about which nothing is known here."""
    return any(letter > _LAST_LATIN_LETTER and letter.isalpha() for letter in text)


def _says_when(word: str) -> bool:
    return word in DEADLINES or word in TIME_UNITS or word in NUMBER_WORDS or word[:1].isdigit()


def _words(text: str) -> list[str]:
    """Lower-case words without what stands around them; `<`, `>` and `=` are words of their own."""
    lowered = text.casefold().replace("’", "'").replace("≤", "<").replace("≥", ">")
    for sign in "<>=":
        lowered = lowered.replace(sign, f" {sign} ")
    for dash in "—–/":
        lowered = lowered.replace(dash, " ")
    return [word.strip(_EDGES) or word for word in lowered.split()]


def _stems(words: list[str]) -> set[str]:
    """What the words say, roughly: two texts of the same stems say the same."""
    return {part.rstrip("s") for word in words if word not in EMPTY for part in word.split("-")}


def _is_measure(words: list[str], index: int) -> bool:
    """Whether a number, count or share stands here that is compared with something, or has a unit."""
    word, nearby, behind = words[index], words[max(index - _REACH, 0) : index], words[index + 1 : index + 2]
    compared = not BEFORE_A_MEASURE.isdisjoint(nearby) or not BEHIND_A_MEASURE.isdisjoint(behind)
    if word in SHARES:
        return compared
    if word in ("a", "an"):
        return not (BEFORE_A_MEASURE.isdisjoint(nearby[-1:]) or UNITS.isdisjoint(behind))
    return _is_number(words, index) and (compared or (_unit_of(word) or "".join(behind)) in UNITS)


def _is_count(words: list[str], index: int) -> bool:
    """A number of something: `five` alone says nothing, and `2 years` only when."""
    behind = words[index + 1 : index + 2]
    return _is_number(words, index) and len(words) > 1 and TIME_UNITS.isdisjoint(behind)


def _is_number(words: list[str], index: int) -> bool:
    """A number that could measure something: no year, date, span until the due date, paper or `3d`."""
    word = words[index].lstrip(_SIGNS)
    if word not in NUMBER_WORDS and not word[:1].isdigit():
        return False
    if word in _NO_MEASURES or _is_date_or_id(word) or (word == "no" and index + 1 == len(words)):
        return False
    behind_deadline = index > 0 and words[index - 1] in DEADLINES
    unit = words[index + 1] if index + 1 < len(words) else ""
    if len(word) == 4 and word.isdigit() and word[:2] in ("19", "20"):
        return unit in UNITS or (index > 0 and not behind_deadline)
    return not (behind_deadline and unit in TIME_UNITS)


def _is_date_or_id(word: str) -> bool:
    """`2028-11-21`, and `2304.08069` or `2304.08069v3`."""
    first, dot, second = word.partition("v")[0].partition(".")
    return word.count("-") == 2 or bool(dot and len(first) == 4 and len(second) in (4, 5))


def _unit_of(number: str) -> str:
    return "" if number in NUMBER_WORDS else number.lstrip(_SIGNS).lstrip("0123456789.,+-")


def _first_of(cues: frozenset[str], words: list[str]) -> str | None:
    """The first word, or the longest row of words there, that is among the cues and in no fixed term."""
    start = 0
    while start < len(words):
        rows = [" ".join(words[start : start + length]) for length in range(_LONGEST_CUE, 0, -1)]
        if found := next((row for row in rows if row in cues), None):
            if not any(row in TERMS for row in rows):
                return found
            start += 1
        start += 1
    return None

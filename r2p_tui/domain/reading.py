"""Three-pass reading: the questions of each pass, its clock, its verdict, and the values of the note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, NamedTuple, Protocol

from r2p_tui.errors import UsageError
from r2p_tui.text import clean

Verdict = Literal["go on", "stop"]
Hold = Literal["space", "idle", "away"]

GO_ON: Verdict = "go on"
STOP: Verdict = "stop"


class Question(NamedTuple):
    """What a pass asks; `key` names its answer in the note."""

    key: str
    text: str


class Pass(NamedTuple):
    """One pass of the three; `minutes` is the range it should take."""

    number: int
    name: str
    minutes: tuple[int, int]
    questions: tuple[Question, ...]

    @property
    def span(self) -> str:
        """`5-10 min`, `2-4 h`."""
        low, high = self.minutes
        return f"{low // 60}-{high // 60} h" if low >= 60 and low % 60 == 0 else f"{low}-{high} min"


PASSES: tuple[Pass, ...] = (
    Pass(
        1,
        "a first look",
        (5, 10),
        (
            Question("category", "What kind of paper is it: method, measurement, system, data set, survey?"),
            Question("context", "Which work does it build on, and which problem of yours does it touch?"),
            Question("correctness", "Do its assumptions hold at first sight, and on your kind of data?"),
            Question("contributions", "What does it say is new, and is that much?"),
            Question("clarity", "Is it written well enough to build from? Is there code?"),
        ),
    ),
    Pass(
        2,
        "what it shows",
        (30, 60),
        (
            Question("technique", "What is the main technique, in one paragraph?"),
            Question("evidence", "Which key results, against which baselines, on which hardware?"),
            Question("figures", "Do figures and tables stand up: axes, units, error bars, fair comparisons?"),
            Question("unread", "Which references must be read next, and why?"),
            Question("production", "What would break first in production?"),
        ),
    ),
    Pass(
        3,
        "rebuild it",
        (120, 240),
        (
            Question("rebuild", "Build it again in your head: where does your version differ from theirs?"),
            Question("assumptions", "Which assumptions are never spelled out?"),
            Question("missing", "Which related work is not cited, or cited and not compared with?"),
            Question("experiments", "Which experiment is missing, and what would it have shown?"),
            Question("ideas", "Which ideas does it give you for your own work?"),
        ),
    ),
)

RED_FLAGS: Mapping[str, str] = {
    "weak baselines": "compared with old, small or untuned models",
    "cherry-picked examples": "pictures chosen by hand, no failures shown",
    "new metric": "wins on a measure that only this paper uses",
    "toy data": "small or easy data, far from where you would use it",
    "missing ablations": "no row that shows which part does the work",
    "reproducibility": "no code, no seeds, or details left out",
    "compute advantage": "more training, data or hardware than the baselines had",
}

VIABILITY: Mapping[str, str] = {
    "computational efficiency": "speed, memory and cost on your hardware",
    "integration complexity": "how little must change around it; 5 is a drop-in",
    "robustness": "shifts, noise and edge cases in your data",
    "maintainability": "licence, code quality, dependencies, who looks after it",
}

TEXT_FIELDS: Mapping[str, str] = {
    "summary": "In one sentence",
    "key_insight": "Key insight",
    "results": "Results",
    "limitations": "Limitations",
    "production": "Production viability",
    "implementation": "If I were to implement it",
    "body": "Free notes",
}

ANSWER_PREFIX = "answer:"


def find_pass(number: int) -> Pass:
    """Pass 1, 2 or 3; raises UsageError for another number."""
    if number not in (1, 2, 3):
        raise UsageError(f"There is no pass {number}.", "The passes are 1, 2 and 3.")
    return PASSES[number - 1]


def question_text(key: str) -> str:
    """The question that an answer belongs to; the key itself where it is not known any more."""
    return next((q.text for one in PASSES for q in one.questions if q.key == key), key)


def field_label(name: str) -> str:
    """What the screens call a field of `NoteValues.as_fields`."""
    if name.startswith(ANSWER_PREFIX):
        return question_text(name.removeprefix(ANSWER_PREFIX))
    return TEXT_FIELDS.get(name, name.capitalize())


@dataclass(frozen=True, slots=True)
class NoteValues:
    """What the user can fill in of a note; `answers` maps the key of a question to its answer."""

    relevance: int | None = None
    summary: str = ""
    key_insight: str = ""
    results: str = ""
    limitations: str = ""
    production: str = ""
    implementation: str = ""
    body: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    def as_fields(self) -> dict[str, str]:
        """All values as flat text, only those that say something; `from_fields` reads them back."""
        texts = {name: getattr(self, name) for name in TEXT_FIELDS}
        texts |= {ANSWER_PREFIX + key: answer for key, answer in self.answers.items()}
        texts["relevance"] = "" if self.relevance is None else str(self.relevance)
        return {name: text for name, text in texts.items() if text}

    @classmethod
    def from_fields(cls, texts: Mapping[str, str]) -> NoteValues:
        """The values that flat text stands for, cleaned; a relevance other than 1 to 5 is none."""
        known = {f.name for f in fields(cls)} - {"relevance", "answers"}
        answers = {
            name.removeprefix(ANSWER_PREFIX): clean(text)
            for name, text in texts.items()
            if name.startswith(ANSWER_PREFIX) and text
        }
        relevance = texts.get("relevance", "")
        return cls(
            relevance=int(relevance) if relevance in set("12345") else None,
            answers=answers,
            **{name: clean(text) for name, text in texts.items() if name in known},
        )

    def cleaned(self) -> NoteValues:
        """The same values as they may be stored; raises UsageError for a relevance outside 1 to 5."""
        if self.relevance is not None and self.relevance not in range(1, 6):
            raise UsageError(f"Relevance {self.relevance} is not on the scale.", "Use 1 to 5.")
        return NoteValues.from_fields(self.as_fields())


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that two windows filled differently."""

    name: str
    mine: str
    theirs: str


def differences(mine: NoteValues, theirs: NoteValues) -> list[FieldConflict]:
    """The fields in which two notes differ, in the order of the form."""
    left, right = mine.as_fields(), theirs.as_fields()
    order = ["relevance", *TEXT_FIELDS, *(ANSWER_PREFIX + q.key for one in PASSES for q in one.questions)]
    rank = {name: place for place, name in enumerate(order)}
    names = sorted(left.keys() | right.keys(), key=lambda name: rank.get(name, len(rank)))
    pairs = (FieldConflict(name, left.get(name, ""), right.get(name, "")) for name in names)
    return [pair for pair in pairs if pair.mine != pair.theirs]


def merge(base: NoteValues, mine: NoteValues, theirs: NoteValues, mark: str) -> NoteValues:
    """Both notes in one: a field that one side left alone is the other's, two texts follow each other.

    `mark` is the line put between two texts. A second relevance is kept as a line of the free notes.
    """
    before, merged, extra = base.as_fields(), mine.as_fields(), ""
    for pair in differences(mine, theirs):
        if pair.mine == before.get(pair.name, ""):
            merged[pair.name] = pair.theirs
        elif pair.theirs == before.get(pair.name, "") or pair.theirs in pair.mine:
            continue
        elif pair.name == "relevance" and pair.mine:
            extra = f"{mark}\nRelevance there: {pair.theirs}"
        else:
            merged[pair.name] = f"{pair.mine}\n\n{mark}\n{pair.theirs}" if pair.mine else pair.theirs
    result = NoteValues.from_fields(merged)
    return replace(result, body=f"{result.body}\n\n{extra}".strip()) if extra else result


class PassClock:
    """Counts the seconds of a pass while nothing holds it; every method takes the monotonic time `at`.

    Several things may hold it at once: the user (`space`), no key for `idle_seconds` (`idle`), or another
    screen or window in front (`away`). It runs when all of them have let go.
    """

    def __init__(self, seconds: float, idle_seconds: float, at: float) -> None:
        self.seconds = seconds
        self._saved = seconds
        self._idle_seconds = idle_seconds
        self._counted_to = at
        self._last_key = at
        self._holds: set[Hold] = set()

    @property
    def held_by(self) -> Hold | None:
        """What holds the clock, the user's own wish first; None while it runs."""
        return next((hold for hold in ("space", "away", "idle") if hold in self._holds), None)

    @property
    def unsaved(self) -> float:
        """Seconds counted since the last `mark_saved`."""
        return self.seconds - self._saved

    def tick(self, at: float) -> None:
        """Count up to now, but not beyond the moment the user has been idle too long."""
        idle_from = self._last_key + self._idle_seconds
        if not self._holds:
            self.seconds += max(min(at, idle_from) - self._counted_to, 0.0)
        self._counted_to = max(self._counted_to, at)
        if at >= idle_from:
            self._holds.add("idle")

    def key(self, at: float) -> None:
        """The user is there: an idle clock goes on from here."""
        self.tick(at)
        self._last_key = at
        self._holds.discard("idle")

    def hold(self, reason: Hold, at: float) -> None:
        """Stop counting until `release` is called with the same reason."""
        self.tick(at)
        self._holds.add(reason)

    def release(self, reason: Hold, at: float) -> None:
        """Let go of one reason; coming back counts as a sign of life."""
        self.key(at)
        self._holds.discard(reason)

    def mark_saved(self, seconds: float) -> None:
        """So many of the counted seconds are in the store now."""
        self._saved += seconds


class PassRecord(Protocol):
    """What the standing of a paper needs to know of one reading."""

    @property
    def pass_number(self) -> int: ...
    @property
    def version_read(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def verdict(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a paper stands; `next_pass` is None when all is read, `seconds` counts all passes."""

    state: Literal["unread", "reading", "between", "stopped", "read"]
    next_pass: int | None
    last_pass: int
    seconds: float
    version_read: int | None
    sentence: str


def standing(readings: Iterable[PassRecord]) -> Standing:
    """Judge from the history, oldest first; an open pass comes before any verdict."""
    history = list(readings)
    seconds = sum(one.seconds for one in history)
    if not history:
        return Standing("unread", 1, 0, 0.0, None, "Not read yet.")
    last = next((one for one in reversed(history) if one.verdict is None), history[-1])
    number, version = last.pass_number, last.version_read
    if last.verdict is None:
        return Standing("reading", number, number, seconds, version, f"Pass {number} is open.")
    if last.verdict == STOP:
        return Standing("stopped", number, number, seconds, version, f"Stopped in pass {number}.")
    if number == 3:
        return Standing("read", None, 3, seconds, version, "Read in all three passes.")
    return Standing("between", number + 1, number, seconds, version, f"Pass {number} is done.")

"""What a run's criteria and its time-box say to each new value, and what follows from that."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.domain.criteria import Judgement, judge, parse
from r2p_tui.domain.criteria_history import Moment, RecordedHistory
from r2p_tui.domain.criteria_sentences import Sentence
from r2p_tui.domain.runs import Criterion, MetricPoint, RunSpec
from r2p_tui.domain.times import span_text
from r2p_tui.errors import R2PError
from r2p_tui.runs.rundir import read_points, run_folder
from r2p_tui.runs.verdicts import Stop
from r2p_tui.text import clean_line

WARNING_SECONDS = 10.0
_JUDGE_EVERY_SECONDS = 1.0
_SENTENCES_EVERY_SECONDS = 5.0
_SHORTEST_WARNED_TIME_BOX = 60.0
_WARN_AT = 0.9
# Long histories take long to judge; the processor is the worker's.
_REST_PER_WORK = 20.0


@dataclass
class Findings:
    """What to write and what to do; `warnings` belong into the log too."""

    events: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stop: Stop | None = None

    def warn(self, index: int | None, sentence: str) -> None:
        self.events.append({"event": "warning", "index": index, "sentence": sentence})
        self.warnings.append(sentence)

    def note(self, sentence: str) -> None:
        self.events.append({"event": "note", "sentence": sentence})


class _Warned(NamedTuple):
    """When a hard kill was announced, and a mark of the values that were known then."""

    seconds: float
    values: int


@dataclass
class _Watched:
    """One criterion and what was last said about it; `trouble` is why it cannot be judged."""

    index: int
    criterion: Criterion
    sentence: Sentence | None = None
    trouble: str = ""
    light: str = ""
    said: str = ""
    told: str = ""
    told_at: float = 0.0
    warned: _Warned | None = None
    is_asked: bool = False


class Watcher:
    """Judges what comes in; it writes nothing and stops nobody.

    `seconds` are counted from the start of the worker. Runs that a criterion compares with are read from the
    folders beside this one, once. `asked` are the criteria whose question waits or was answered already.
    """

    def __init__(
        self,
        spec: RunSpec,
        folder: Path,
        started: float,
        *,
        warning_seconds: float = WARNING_SECONDS,
        asked: Collection[int] = (),
    ) -> None:
        self._spec = spec
        self._warning_seconds = warning_seconds
        self._watched = [_watched(index, criterion) for index, criterion in enumerate(spec.criteria)]
        for watched in self._watched:
            watched.is_asked = watched.index in asked
        sentences = [watched.sentence for watched in self._watched if watched.sentence]
        references = dict(_references(sentences, spec, folder))
        self._history = RecordedHistory(started=started, references=references)
        self._started = started
        self._is_taken_over = False
        self._epoch: int | None = None
        self._epochs = spec.epochs
        self._next_judging = 0.0
        self._is_box_warned = False

    def look(
        self,
        points: Iterable[MetricPoint],
        seconds: float,
        *,
        epochs: int | None = None,
        ended: bool = False,
    ) -> Findings:
        """What follows from these new points and from the time; `ended` is for the last look.

        `epochs` is how many the run itself says that there are, where its spec does not.
        """
        self._epochs = self._spec.epochs or epochs
        findings = Findings()
        has_news = self._take(points)
        if ended or has_news or seconds >= self._next_judging:
            self._judge_all(findings, seconds, ended=ended)
        if not ended:
            self._stop_what_was_warned(findings, seconds)
            self._look_at_the_time_box(findings, seconds)
        return findings

    def _take(self, points: Iterable[MetricPoint]) -> bool:
        """Whether any of them can change a judgement."""
        judged = [point for point in points if point.scope == "epoch" or point.epoch is None]
        self._history.add(judged)
        self._epoch = next(
            (point.epoch for point in reversed(judged) if point.epoch is not None), self._epoch
        )
        if judged and self._spec.resumes is not None:
            self._is_taken_over = judged[-1].time < self._started
        return bool(judged)

    def _judge_all(self, findings: Findings, seconds: float, *, ended: bool) -> None:
        began = time.perf_counter()
        moment = Moment(seconds, self._epoch, self._epochs, ended)
        for watched in self._watched:
            judgement = self._judgement(watched, moment)
            self._tell(watched, judgement, findings, seconds, ended=ended)
            # Who resumes a run that a criterion stopped wants to see how it goes on.
            if not ended and not self._is_taken_over:
                self._act(watched, judgement, findings, seconds)
        spent = time.perf_counter() - began
        self._next_judging = seconds + max(_JUDGE_EVERY_SECONDS, _REST_PER_WORK * spent)

    def _judgement(self, watched: _Watched, moment: Moment) -> Judgement:
        if watched.sentence is None:
            return Judgement("unknown", watched.trouble, ())
        return judge(watched.sentence, watched.criterion.role, self._history, moment)

    def _tell(
        self, watched: _Watched, judgement: Judgement, findings: Findings, seconds: float, *, ended: bool
    ) -> None:
        """A new light at once; a new sentence, such as a forecast, now and then."""
        watched.said = clean_line(judgement.sentence)
        is_due = ended or seconds >= watched.told_at + _SENTENCES_EVERY_SECONDS
        if judgement.light == watched.light and (watched.said == watched.told or not is_due):
            return
        watched.light, watched.told, watched.told_at = judgement.light, watched.said, seconds
        event = {"event": "criterion", "index": watched.index, "role": watched.criterion.role}
        event |= {"text": clean_line(watched.criterion.text), "light": judgement.light}
        event |= {"sentence": watched.said, "numbers": [list(number) for number in judgement.numbers]}
        findings.events.append(event)

    def _act(self, watched: _Watched, judgement: Judgement, findings: Findings, seconds: float) -> None:
        is_broken = judgement.light == "broken"
        if watched.criterion.role == "soft-kill":
            if is_broken and not watched.is_asked:
                question = f"{watched.said} Shall it go on?"
                findings.events.append({"event": "question", "index": watched.index, "sentence": question})
            watched.is_asked = is_broken
        elif watched.criterion.role == "kill":
            self._act_on_kill(watched, findings, seconds, is_broken=is_broken)

    def _act_on_kill(self, watched: _Watched, findings: Findings, seconds: float, *, is_broken: bool) -> None:
        """The first breach is announced; the next value decides, and so does silence."""
        values = self._mark_of_values(watched)
        if not is_broken:
            if watched.warned:
                findings.note(f"{watched.said} The run goes on.")
            watched.warned = None
        elif watched.warned is None:
            watched.warned = _Warned(seconds, values)
            findings.warn(watched.index, f"{watched.said} {self._announcement()}")
        elif values != watched.warned.values:
            self._stop_for(watched, findings)

    def _announcement(self) -> str:
        if self._spec.warn_only:
            return "The run goes on, because it was started with --warn-only."
        return (
            "The run stops with the next value that leaves it so, or in "
            f"{self._warning_seconds:g} s if none comes."
        )

    def _stop_what_was_warned(self, findings: Findings, seconds: float) -> None:
        for watched in self._watched:
            if watched.warned and seconds - watched.warned.seconds >= self._warning_seconds:
                self._stop_for(watched, findings)

    def _stop_for(self, watched: _Watched, findings: Findings) -> None:
        if findings.stop is None and not self._spec.warn_only:
            text = clean_line(watched.criterion.text)
            findings.stop = Stop("criterion", f"Stopped by its kill criterion “{text}”: {watched.said}")

    def _mark_of_values(self, watched: _Watched) -> int:
        """Changes with each value of the judged metric, of any metric where the sentence names none."""
        named = watched.sentence.metric if watched.sentence else None
        names = [named] if named else self._history.names()
        latest = [(len(found), found[-1]) for name in names if (found := self._history.readings(name))]
        return hash(tuple(latest))

    def _look_at_the_time_box(self, findings: Findings, seconds: float) -> None:
        box = self._spec.time_box
        if box is None:
            return
        if seconds >= box:
            findings.stop = findings.stop or Stop("time-box", f"Its time-box of {span_text(box)} is over.")
        elif box >= _SHORTEST_WARNED_TIME_BOX and seconds >= _WARN_AT * box and not self._is_box_warned:
            self._is_box_warned = True
            left = span_text(box - seconds)
            used = f"{_WARN_AT:.0%} of the time-box of {span_text(box)}"
            findings.warn(None, f"{used} is used; {left} are left.")


def _watched(index: int, criterion: Criterion) -> _Watched:
    try:
        return _Watched(index, criterion, parse(criterion.text))
    except R2PError as error:
        return _Watched(index, criterion, trouble=clean_line(error.message))


def _references(
    sentences: Iterable[Sentence], spec: RunSpec, folder: Path
) -> Iterator[tuple[str, list[MetricPoint]]]:
    for name in {sentence.reference for sentence in sentences} - {""}:
        number = name.removeprefix("run:") if name != "baseline" else str(spec.baseline or "")
        if number.isdecimal():
            yield name, read_points(run_folder(folder.parent, int(number)).path)

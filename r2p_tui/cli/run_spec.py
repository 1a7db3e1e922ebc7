"""From what was typed behind `r2p run` to what a run is told."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.errors import UsageError

if TYPE_CHECKING:
    from r2p_tui.domain.runs import Criterion, RunSpec

KINDS = ("train", "command", "shell")
COMMAND_EXAMPLE = "r2p run command -- python train.py --lr 0.1"
TRAIN_EXAMPLE = "r2p run train --model yolov8n.yaml --data data.yaml"
SHELL_EXAMPLE = 'r2p run shell "python train.py | tee out.txt"'
_OF_TRAINING = ("model", "data", "imgsz", "batch", "set", "download")
_OF_COMMANDS = ("folder", "watch")
_WITH_OPTION = ("model", "data", "epochs", "imgsz", "batch")
_ROLES = {"success": "success", "kill": "kill", "soft_kill": "soft-kill"}
_LONGEST_NAME = 60


def spec_of(options: Namespace) -> RunSpec:
    """The spec that the options ask for; raises UsageError, CriterionError or NotFoundError."""
    from r2p_tui.domain.runs import RunSpec

    kind, *words = options.words or [""]
    _check_kind(kind, options)
    on = _machine(options.on)
    criteria = tuple(criteria_of(options))
    train = _train_settings(words, options) if kind == "train" else {}
    argv = () if kind == "train" else _argv(kind, words, options.handed_on)
    return RunSpec(
        kind=kind,
        name=name_of(options.name) or _name_of(train, argv),
        argv=argv,
        # A training here names its files from the root; one elsewhere takes along what lies in this folder.
        folder="" if kind == "train" and on == "local" else _folder(options.folder),
        train=train,
        criteria=criteria,
        time_box=options.time_box,
        warn_only=options.warn_only,
        seed=options.seed,
        device=options.device,
        environment=dict(pair_of(text, "--env") for text in options.env),
        watch=tuple(options.watch),
        epochs=options.epochs,
        baseline=options.baseline,
        on=on,
    )


def _folder(named: str | None) -> str:
    return str(Path(named or ".").expanduser().absolute())


def time_box(text: str) -> float:
    """`20s`, `90 min`, `2h`, `1d` or `1h 30min` as seconds; raises ArgumentTypeError."""
    from r2p_tui.domain.times import seconds_of

    try:
        return seconds_of(text)
    except UsageError as error:
        raise ArgumentTypeError(f"{error.message} {error.hint}".rstrip(".")) from error


def _check_kind(kind: str, options: Namespace) -> None:
    if kind not in KINDS:
        import difflib

        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"Did you mean: r2p run {near[0]}" if near else f"For example: {TRAIN_EXAMPLE}"
        said = f"“{output.one_line(kind)[:40]}” is nothing to run" if kind else "Say what to run"
        raise UsageError(f"{said}: train, command or shell.", hint)
    for name in _OF_COMMANDS if kind == "train" else _OF_TRAINING:
        if getattr(options, name):
            other = "command" if kind == "train" else "train"
            example = COMMAND_EXAMPLE if kind == "train" else TRAIN_EXAMPLE
            raise UsageError(f"--{name} goes with r2p run {other}.", f"For example: {example}")


def _argv(kind: str, words: Sequence[str], handed_on: Sequence[str]) -> tuple[str, ...]:
    """A program and its arguments as they were typed, or one line for the shell."""
    if kind == "shell":
        lines = [*words, *handed_on]
        if len(lines) != 1 or not lines[0].strip():
            raise UsageError("A shell takes one line in quotes.", f"For example: {SHELL_EXAMPLE}")
        return tuple(lines)
    if words and handed_on:
        raise UsageError(
            f"There are two commands: “{output.one_line(' '.join(words))[:40]}” stands before the dashes.",
            f"For example: {COMMAND_EXAMPLE}",
        )
    if not handed_on or not handed_on[0]:
        raise UsageError(
            "Put the command after two dashes, so that its options stay its own.",
            f"For example: {COMMAND_EXAMPLE}",
        )
    return tuple(handed_on)


# --- training ---------------------------------------------------------------------------------------------


def _train_settings(words: Sequence[str], options: Namespace) -> dict[str, Any]:
    """The settings as they were typed, checked; raises UsageError or NotFoundError."""
    from r2p_tui.domain.train_settings import check_settings

    if words or options.handed_on:
        word = output.one_line([*words, *options.handed_on][0])[:40]
        raise UsageError(f"r2p run train does not take “{word}”.", f"For example: {TRAIN_EXAMPLE}")
    own = {name: getattr(options, name) for name in _WITH_OPTION}
    settings = {name: value for name, value in own.items() if value is not None}
    settings |= {"download": True} if options.download else {}
    for name, value in (pair_of(text, "--set") for text in options.set):
        _check_set(name, value, options, settings)
        settings[name] = value
    for name in ("model", "data"):
        if not settings.get(name):
            raise UsageError(f"A training needs its {name}: --{name}.", f"For example: {TRAIN_EXAMPLE}")
    return check_settings(settings)


def _check_set(name: str, value: str, options: Namespace, before: Mapping[str, Any]) -> None:
    """One place for each setting; raises UsageError."""
    shown = output.one_line(f"{name}={value}")
    if name == "download" and options.download:
        raise UsageError("download is told with --download, not with --set.", f"Leave out: --set {shown}")
    if name == "seed" or (name in _WITH_OPTION and getattr(options, name) is not None):
        raise UsageError(f"{name} is told with --{name}, not with --set.", f"Try: --{name} {value}")
    if name in before:
        raise UsageError(f"{name} is told twice with --set.", f"Keep one of them: --set {shown}")


# --- what all kinds take ----------------------------------------------------------------------------------


def criteria_of(options: Namespace) -> Iterator[Criterion]:
    """The criteria in the order of their roles; raises UsageError that points at the word."""
    from r2p_tui.domain.criteria import CriterionError, parse
    from r2p_tui.domain.runs import Criterion

    for name, role in _ROLES.items():
        for text in getattr(options, name):
            line = re.sub(r"\s", " ", text).strip()
            try:
                parse(line)
            except CriterionError as error:
                # The lines of the hint stand below each other, since its marks point upwards.
                raise UsageError(error.message, error.hint.replace("\n", "\n  ")) from error
            yield Criterion(role, line)  # type: ignore[arg-type]


def name_of(name: str | None) -> str:
    """A name that no number and no word of r2p's can be taken for."""
    if name is None:
        return ""
    from r2p_tui.services.runs import digits_of, is_last

    text = output.one_line(name)
    if not text or is_last(text) or digits_of(text):
        raise UsageError(f"“{text[:40]}” cannot name a run.", "For example: --name yolov8n-inspection")
    return text


def _name_of(train: Mapping[str, Any], argv: Sequence[str]) -> str:
    """`yolov8n parts` for a training, else the command's last names of files."""
    if train:
        data = Path(str(train["data"]))
        folder = data.parent.name if data.stem in ("data", "dataset", "coco") else data.stem
        return output.one_line(f"{Path(str(train['model'])).stem} {folder}")
    line = " ".join(Path(word).name if "/" in word and " " not in word else word for word in argv)
    return output.fit(output.one_line(line), _LONGEST_NAME)


def _machine(on: str) -> str:
    if on == "local" or re.fullmatch(r"ray:https?://[^\s/]+/?", on):
        return on.rstrip("/")
    raise UsageError(
        f"“{output.one_line(on)[:60]}” is no machine to run on.", "For example: --on ray:http://gpu-box:8265"
    )


def pair_of(text: str, option: str) -> tuple[str, str]:
    """`NAME=VALUE` as both; raises UsageError for anything else."""
    name, sign, value = text.partition("=")
    if not sign or not re.fullmatch(r"[A-Za-z_]\w*", name.strip()):
        example = "mosaic=0" if option == "--set" else "OMP_NUM_THREADS=4"
        raise UsageError(
            f"{option} takes a name and a value, not “{output.one_line(text)[:40]}”.",
            f"For example: {option} {example}",
        )
    return name.strip(), value

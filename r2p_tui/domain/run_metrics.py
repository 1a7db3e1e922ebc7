"""Metrics in what training programs print: one spelling of names, and careful readers of single lines.

Doubt means silence: a number that is perhaps a metric is left out, since a criterion may stop a run over it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from r2p_tui.domain.printed_values import mapping_in, numbers_in
from r2p_tui.domain.runs import MetricPoint, Scope

LONGEST_LINE = 65_536
_LONGEST_NAME = 80

_OTHER_CHARACTERS = re.compile(r"[^a-z0-9]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EPOCH_NAMES = ("epoch", "current_epoch")
_EPOCHS_NAMES = ("epochs", "num_epochs", "max_epochs", "total_epochs", "n_epochs", "num_train_epochs")
_STEP_NAMES = (
    "step",
    "global_step",
    "iter",
    "iteration",
    "iters",
    "batch",
    "batch_idx",
    "trainer_global_step",
)
# Numbers that programs print beside their metrics.
_NOT_METRICS = _words(
    "time timestamp ts data data_time date eta elapsed elapsed_time runtime pid rank local_rank world_size"
    " port line version seed gpu gpus device devices node nodes worker workers year id run index unnamed_0"
    " level lineno duration mem max_mem memory v_num train training test testing val valid validation"
    " eval"
) | {*_EPOCH_NAMES, *_EPOCHS_NAMES, *_STEP_NAMES}
# Where one of these is printed without an epoch or a step, the line tells of settings.
_SETTINGS = _words(
    "epochs num_epochs max_epochs total_epochs n_epochs num_train_epochs batch_size batch num_workers"
    " weight_decay momentum imgsz img_size image_size max_steps warmup_steps warmup_epochs patience seed"
    " hidden_size num_layers dropout num_classes nproc_per_node world_size"
)
_KNOWN = _words(
    "loss losses acc accuracy lr learning ap ar map mar iou miou giou f1 auc auroc precision recall psnr ssim"
    " bleu rouge perplexity ppl mae mse rmse mape dice fid wer cer top1 top5 fitness elbo reward"
    " fps latency sensitivity specificity mcc kappa"
)
_KNOWN_START = re.compile(r"(?:m?ap|acc|top|f1|auc|loss)_?\d+(?:_95)?$|\w*(?:loss|acc)$")
_EVALUATIONS = _words("val valid validation test eval evaluation dev epoch")
_MEAN_PRECISION = re.compile(r"(?:^|_)map\d*(?:_|$)")
_RANGE = r"(?:0?\.50?|50)(?::0?\.05)?[:-](?:0?\.)?95"
# `mAP50:95`, `AP@[.5:.05:.95]` and `mAP@0.5`: a precision with the IoU at which a box counts as found.
_AT_IOU = re.compile(
    rf"(?<![a-z])(?:m?ap(?:\s?[@_]?\s?\[\s?(?:iou=)?{_RANGE}\s?\]|[@_]?{_RANGE})(?!\d|[.-][\d.])"
    r"|(?P<name>m?ap)[@_]?0?\.(?P<at>50?|75)(?!\d|[.:-][\d.]))",
    re.I,
)


def metric_name(text: str) -> str:
    """The one spelling of a name: `metrics/mAP50-95(B)` is `map50_95`; empty where nothing is left."""
    name = _with_iou_spelt(text[:1000]).lower().strip().replace("(b)", "").removeprefix("metrics/")
    return _OTHER_CHARACTERS.sub("_", name).strip("_")[:_LONGEST_NAME].strip("_")


def _with_iou_spelt(text: str) -> str:
    """`mAP50` and `mAP50-95`, as ultralytics spells them; an AP over the range is the mean of COCO."""
    return _AT_IOU.sub(lambda found: f"{found['name']}{found['at']:0<2}" if found["at"] else "mAP50-95", text)


def is_metric(name: str) -> bool:
    """Whether a name, spelt by `metric_name`, can be one: not a clock, a counter or an address."""
    return bool(name) and not name.isdigit() and name not in _NOT_METRICS and not name.startswith("hparams_")


def is_evaluation(name: str) -> bool:
    """Whether the name says that the value is of a whole epoch or validation, not of one batch."""
    return not _EVALUATIONS.isdisjoint(name.split("_")) or bool(_MEAN_PRECISION.search(name))


def epoch_of(values: Mapping[str, float]) -> tuple[int | None, bool]:
    """The epoch among named values, and whether it lies inside of one, as 0.5 does."""
    for name in _EPOCH_NAMES:
        if (value := values.get(name)) is not None and abs(value) < 1e9:
            return int(value), value != int(value)
    return None, False


def step_of(values: Mapping[str, float]) -> int | None:
    """The step among named values, whatever the program calls it."""
    for name in _STEP_NAMES:
        if (value := values.get(name)) is not None and abs(value) < 1e15:
            return int(value)
    return None


def loss_sums(columns: Mapping[str, float]) -> dict[str, float]:
    """`train_loss` and `val_loss` as sums over ultralytics' columns, given as it spells them."""
    sums: dict[str, float] = {}
    if not any(column.startswith("metrics/") for column in columns):
        return sums
    for part in ("train", "val"):
        losses = [
            value
            for column, value in columns.items()
            if column.startswith(f"{part}/") and column.endswith("_loss")
        ]
        if losses:
            sums[f"{part}_loss"] = sum(losses)
    return sums


class MetricLine(NamedTuple):
    """What one line told; `epochs` and `steps` are the totals in `3/40`; values may be empty."""

    values: Mapping[str, float]
    epoch: int | None = None
    epochs: int | None = None
    step: int | None = None
    steps: int | None = None
    scope: Scope = "batch"


class LineMetrics:
    """Turns lines into points, carrying the epoch and the step from the lines before."""

    def __init__(self) -> None:
        self.epoch: int | None = None
        self.epochs: int | None = None
        self._counters: dict[bool, tuple[int, int]] = {}

    def read(self, line: str, time: float) -> list[MetricPoint]:
        """The points of one line: at most one for its batch and one for its epoch."""
        found = values_of_line(line)
        if found is None:
            return []
        step = self._carry(found)
        whole, parts = _by_scope(found)
        points = []
        if parts:
            points.append(MetricPoint(time, parts, self.epoch, step, "batch"))
        if whole:
            points.append(MetricPoint(time, whole, self.epoch, step, "epoch"))
        return points

    def read_bar(self, line: str, time: float) -> list[MetricPoint]:
        """The point of a progress bar that is still being drawn; none of it is final for the epoch."""
        found = values_of_line(line)
        if found is None or found.step is None or not found.values:
            return []
        step = self._carry(found)
        return [MetricPoint(time, found.values, self.epoch, step, "batch")]

    def _carry(self, line: MetricLine) -> int | None:
        """Remember the epoch; steps that start again with each one are counted on, validation for itself."""
        if line.epoch is not None:
            self.epoch = line.epoch
        self.epochs = line.epochs or self.epochs
        if line.step is None:
            return None
        kind = any(map(is_evaluation, line.values))
        base, last = self._counters.get(kind, (0, -1))
        if line.step < last:
            base += last + 1
        self._counters[kind] = (base, line.step)
        return base + line.step


def _by_scope(line: MetricLine) -> tuple[dict[str, float], dict[str, float]]:
    """The values of the epoch and those of the batch.

    `val_loss` beside a plain step is of a validation; in the middle of a counted pass (10/100) it is not.
    """
    everything = dict(line.values)
    if line.scope == "epoch":
        return everything, {}
    whole = {name: value for name, value in everything.items() if is_evaluation(name)}
    if line.step is not None and line.steps is not None:
        return (everything, {}) if whole and line.step == line.steps else ({}, everything)
    return whole, {name: value for name, value in everything.items() if name not in whole}


def values_of_line(line: str) -> MetricLine | None:
    """What a line tells of metrics, epoch and step; None where it tells nothing that is safe to use."""
    if len(line) > LONGEST_LINE or not _HINT.search(line) or not _ANY_NUMBER.search(line):
        return None
    if "{" in line and (found := mapping_in(line)) is not None:
        return _of_mapping(*found)
    line = _with_iou_spelt(line)
    if "IoU=" in line:
        return _of_coco(line)
    return _of_pairs(line)


_HINT = re.compile(r"[=:{]|\bep(?:och)?|step|iter|batch", re.I)
_ANY_NUMBER = re.compile(r"\d|nan|inf", re.I)
_COCO = re.compile(
    r"(?:Average Precision\s{1,4}\(AP\)|(?<![A-Za-z])m?AP)\s{0,4}@\s?\[\s?"
    r"IoU=(\d\.\d\d(?::\d\.\d\d)?)\s{0,10}\|\s?area=\s{0,4}all\s{0,4}"
    r"(?:\|\s?maxDets=\s{0,4}\d{1,4}\s{0,4})?\]\s?[=:]\s?(-?\d\.\d{1,6})"
)
_COCO_NAMES = {"0.50:0.95": "map50_95", "0.50": "map50", "0.75": "map75"}


def _of_coco(line: str) -> MetricLine | None:
    match = _COCO.search(line)
    if match is None or match[1] not in _COCO_NAMES or float(match[2]) < 0:
        return None
    return MetricLine({_COCO_NAMES[match[1]]: float(match[2])})


def _of_mapping(before: str, mapping: dict[str, object]) -> MetricLine | None:
    numbers, pure = numbers_in(mapping)
    named = {name: value for key, value in numbers.items() if (name := metric_name(key))}
    epoch, inside = epoch_of(named)
    step, steps = step_of(named), None
    epochs = next((int(named[name]) for name in _EPOCHS_NAMES if 0 < named.get(name, 0) < 1e9), None)
    if epoch is None and step is None:
        measured = pure and not before.strip() and any(value != int(value) for value in _finite(named))
        if _SETTINGS & named.keys() or not (measured or any(map(_is_known, named))):
            return None
        epoch, epochs, span, inside = _epoch_in(before)
        step, steps = _step_in(before, span)
    values = {name: value for name, value in named.items() if is_metric(name)}
    scope: Scope = "epoch" if epoch is not None and step is None and not inside else "batch"
    return MetricLine(values, epoch, epochs, step, steps, scope) if values or epoch is not None else None


def _finite(named: Mapping[str, float]) -> Iterator[float]:
    return (value for value in named.values() if math.isfinite(value))


def _is_known(name: str) -> bool:
    return not _KNOWN.isdisjoint(name.split("_")) or bool(_KNOWN_START.match(name))


# Epochs and steps. Every repetition is bounded, so that no line costs more than its length.

_TOTAL = r"(?:\s{0,3}(?:/|of)\s{0,3}(?P<total>\d{1,9}))?"
_EPOCH = re.compile(
    r"(?<![\w./-])(?:ep(?:och)?|train(?=: \d{1,9} \[))(?:\s?\((?:train|val|test)\))?"
    r"(?:\s{0,4}[:=#|]\s{0,4}|\s{1,4})?\[?\s{0,6}"
    rf"(?P<number>\d{{1,9}}+)(?P<part>\.\d{{1,9}}+)?{_TOTAL}(?![\w%/]|\.\w|:\d)",
    re.I,
)
_EPOCH_BAR = re.compile(
    r"(?<!\w)epochs?:?\s{1,4}\d{1,3}%\|[^|]{0,300}\|\s{0,6}(?P<number>\d{1,9})/(?P<total>\d{1,9})", re.I
)
# "Best at epoch 3", "resuming from epoch 3": another epoch than the one that runs.
_MENTION = re.compile(r"\b(?:best|resum\w{0,5}|restor\w{0,5}|load\w{0,5}|sav\w{0,5}|every|until)\b", re.I)
_STEP = re.compile(
    r"(?<![\w./-])(?:global[_ ])?(?:step|iter(?:ation)?s?|batch)(?:\s?\((?:train|val|test)\))?"
    rf"(?:\s{{0,4}}[:=#]\s{{0,4}}|\s{{1,4}})?\[?\s{{0,8}}(?P<number>\d{{1,12}}+){_TOTAL}(?![\w%/]|\.\w|:\d)",
    re.I,
)
_FRACTION = re.compile(
    r"\[\s{0,8}(?P<a>\d{1,12}+)\s{0,3}/\s{0,3}(?P<b>\d{1,12}+)\s{0,3}[\](,|]"
    r"|(?<![\w./])(?P<c>\d{1,12}+)/(?P<d>\d{1,12}+)\s{1,3}[\[━]"
)


def _epoch_in(line: str) -> tuple[int | None, int | None, tuple[int, int], bool]:
    """Epoch, epochs, where they stand, and whether the epoch is a fraction."""
    match = _EPOCH_BAR.search(line) or _EPOCH.search(line)
    if match is None or _MENTION.search(line, 0, match.start()):
        return None, None, (0, 0), False
    total = match["total"]
    part = match.groupdict().get("part")
    inside = part is not None and float(part) > 0
    return int(match["number"]), int(total) if total else None, match.span(), inside


def _step_in(line: str, epoch_span: tuple[int, int]) -> tuple[int | None, int | None]:
    if (match := _STEP.search(line)) is not None:
        return int(match["number"]), int(match["total"]) if match["total"] else None
    for match in _FRACTION.finditer(line):
        if match.start() >= epoch_span[1] or match.end() <= epoch_span[0]:
            return int(match["a"] or match["c"]), int(match["b"] or match["d"])
    return None, None


# Pairs: `loss=0.21`, `train loss: 0.21`, and `loss 0.21` where the line names its epoch or step.

_NUMBER = r"[-+]?(?:\d{1,30}+(?:\.\d{0,30}+)?|\.\d{1,30}+)(?:[eE][-+]?\d{1,4}+)?|[-+]?(?:nan|inf(?:inity)?)"
_PAIR = re.compile(
    r"(?<![\w./:@%&?-])(?P<name>[A-Za-z_][\w@./-]{0,60}+(?:\ ?\([\w%]{1,8}\))?)"
    r"(?P<gap>\s{0,8}[=:]\s{0,12}|\s{1,4})"
    r"(?:(?:tensor|array|(?:np|numpy|torch)\.\w{1,12})\()?"
    # A number with a sign behind it ends a name, and `40%|` is how far a progress bar has come.
    rf"(?!\d{{1,3}}%\|)(?P<value>{_NUMBER})%?+(?![\w/\\@]|[.:,-]\.?\d|\s{{0,3}}[=:]\s{{0,3}}[-+.]?\d)",
    re.I,
)
# `AR@0.5:0.95` may be a range as well as a value.
_THRESHOLD = re.compile(r"\d?\.\d{1,3}$")
_FILE = re.compile(r"\.(?:py|pth?|onnx|ya?ml|json|txt|csv|jpe?g|png|log|cpp|cu|so|c|h)$", re.I)
_PROSE = re.compile(r"[ ][A-Za-z]{2,30}+(?![\w@./-]{0,60}+(?:\ \w{1,20})?\s{0,8}[:=])")
_WORDS_BEFORE = re.compile(r"(?<![\w./-])(?:[A-Za-z][A-Za-z\d-]{0,20}+ ){1,3}$")
_WINDOW = 64
_MODIFIERS = _words(
    "train training val valid validation test testing eval evaluation avg average mean best total running"
    " global learning min max lowest highest last prev previous target"
)
_TAILS = _words("loss acc accuracy rate score precision recall norm map iou")
_NO_PART = _words(
    "the a an is are with and at of in to for now has by on was our this info debug warning error epoch step"
    " iter iteration batch had got from"
)
_SECTION = re.compile(r"\W{0,8}(test|val|valid|validation|eval|evaluation)(?: set)?\s{0,2}[:\[\]|-]", re.I)
_SECTION_NAMES = {"valid": "val", "validation": "val", "evaluation": "eval"}


class _Pair(NamedTuple):
    name: str
    value: float
    sign: str
    known: bool
    whole_line: bool
    integer: bool


def _of_pairs(line: str) -> MetricLine | None:
    epoch, epochs, span, inside = _epoch_in(line)
    step, steps = _step_in(line, span)
    marked = epoch is not None or step is not None
    pairs = list(_pairs_in(line, marked))
    if not marked and not _are_metrics(pairs):
        return None
    section = _section_of(line)
    values = _unanimous(
        (_in_section(section, pair.name), pair.value) for pair in pairs if is_metric(pair.name)
    )
    if not values and epoch is None:
        return None
    scope: Scope = "epoch" if epoch is not None and step is None and not inside else "batch"
    return MetricLine(values, epoch, epochs, step, steps, scope)


def _unanimous(named: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Without the names that were given two values: nothing tells which one counts."""
    found: dict[str, set[str]] = {}
    values = {}
    for name, value in named:
        # As text, since nan differs from itself.
        found.setdefault(name, set()).add(str(value))
        values[name] = value
    return {name: value for name, value in values.items() if len(found[name]) == 1}


def _are_metrics(pairs: list[_Pair]) -> bool:
    """Whether pairs can be trusted on a line that names neither epoch nor step."""
    if any(pair.name in _SETTINGS for pair in pairs):
        return False
    metrics = [pair for pair in pairs if is_metric(pair.name)]
    if any(pair.known for pair in metrics):
        return True
    if len(metrics) == 1:
        return metrics[0].sign == "=" and metrics[0].whole_line and not metrics[0].integer
    return any(not pair.integer for pair in metrics)


def _pairs_in(line: str, marked: bool) -> Iterator[_Pair]:
    end = 0
    for match in _PAIR.finditer(line):
        gap = match["gap"]
        sign = gap.strip()
        before, end = end, match.end()
        base = metric_name(match["name"])
        if _FILE.search(match["name"]) or not (is_metric(base) or base in _SETTINGS):
            continue
        known = _is_known(base)
        glued = sign == ":" and not gap[-1].isspace()
        if glued and (not known or _THRESHOLD.search(match["name"])):
            continue
        if not sign and not (known and marked):
            continue
        if not known and sign == ":" and _PROSE.match(line, end):
            continue
        name = _with_words_before(base, line[max(before, match.start() - _WINDOW) : match.start()])
        whole = not line[: match.start()].strip() and not line[end:].strip()
        yield _Pair(name, float(match["value"]), sign, known, whole, match["value"].isdigit())


def _with_words_before(base: str, before: str) -> str:
    """`loss` after "train " is `train_loss`: words that qualify belong to the name, other words do not."""
    found = _WORDS_BEFORE.search(before)
    words = found[0].lower().split() if found else []
    parts = [base]
    for word in reversed(words):
        describes = len(parts) == 1 and len(words) <= 2 and base in _TAILS and word not in _NO_PART
        if word not in _MODIFIERS and not describes:
            break
        parts.insert(0, word)
    return metric_name("_".join(parts))


def _section_of(line: str) -> str:
    """`Test: [10/78] loss: 0.3` tells of another loss than the training's."""
    match = _SECTION.match(line)
    word = match[1].lower() if match else ""
    return _SECTION_NAMES.get(word, word)


def _in_section(section: str, name: str) -> str:
    return name if not section or not _EVALUATIONS.isdisjoint(name.split("_")) else f"{section}_{name}"

"""What a quantize, benchmark or ablate run measured, as its results keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["better", "worse", "no practical difference", "not enough data"]
MeasuredState = Literal["measured", "skipped", "failed"]
CheckState = Literal["passed", "failed", "not run"]
MINIMUM_POINTS, MINIMUM_LATENCY = 0.5, 5.0
"""The smallest differences that matter unless it is told otherwise: points of mAP, per cent of latency."""
VERDICTS: tuple[Verdict, ...] = ("better", "worse", "no practical difference", "not enough data")


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a true value lies with the confidence `level`."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference (second less first, in `unit`), how sure it is, and what follows.

    `minimum` is the smallest difference that matters in practice; `p_value` is corrected where several were
    tested; `needed` is how many more images, samples or seeds would settle it, where that can be told;
    `freedom` are the degrees of freedom of an interval by Student's t.
    """

    verdict: Verdict
    difference: float
    interval: Interval | None
    minimum: float
    unit: str
    sentence: str
    tests: Mapping[str, float] = field(default_factory=dict)
    p_value: float | None = None
    effect: float | None = None
    effect_name: str = ""
    samples: int = 0
    needed: int | None = None
    freedom: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Times of single requests in milliseconds; a percentile is None where too few samples stand behind it.

    `refused` says which percentiles were refused and how many samples are missing. `quantiles` are those from
    0 to 100 % in steps of 1 %, for drawing; `round_medians` are medians of rounds taken in turn with others.
    """

    samples: int
    mean: float
    p50: float
    p90: float | None
    p95: float | None
    p99: float | None
    maximum: float
    refused: tuple[str, ...] = ()
    quantiles: tuple[float, ...] = ()
    round_medians: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way of asking: `single stream`, `offline` or `server`; throughput in requests (images) a second.

    `lost` are requests that were sent and never answered, `errors` those that were answered with an error.
    `first_token` and `tokens_per_second` are for endpoints that stream text.
    """

    name: str
    words: str
    latency: Latency | None = None
    throughput: float | None = None
    throughput_interval: Interval | None = None
    requests: int = 0
    errors: int = 0
    lost: int = 0
    seconds: float = 0.0
    clients: int | None = None
    batch: int = 1
    first_token: Latency | None = None
    tokens_per_second: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """Average precision of one class, as shares of 1; `boxes` are labelled objects."""

    name: str
    map50_95: float
    map50: float
    boxes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """What a detector finds on the validation images, as shares of 1."""

    map50_95: float
    map50: float
    interval: Interval | None
    images: int
    classes: tuple[ClassAccuracy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerProof:
    """What shows that INT8 ran in INT8: pairs in the file, and kernels that the engine really took."""

    qdq_pairs: int | None
    integer_layers: int
    layers: int
    sentence: str


@dataclass(frozen=True, slots=True)
class LayerTime:
    """Where time goes: one kind of operation or one layer; `share` of the whole."""

    name: str
    milliseconds: float
    share: float


@dataclass(frozen=True, slots=True)
class LayerError:
    """How much quantizing this layer alone moves the output: noise over signal, 0 is none."""

    name: str
    error: float
    kept_float: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredVariant:
    """One variant with all that was measured of it; times in ms, sizes in bytes.

    `arrays` names the file below the run folder that holds single samples and detections; `device` is `CPU`
    or `GPU`, where that is known.
    """

    variant: str
    engine: str
    precision: str
    state: MeasuredState
    reason: str = ""
    file: str = ""
    bytes: int | None = None
    sha256: str = ""
    float_layers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proof: IntegerProof | None = None
    latency: Latency | None = None
    preprocess: Latency | None = None
    postprocess: Latency | None = None
    accuracy: Accuracy | None = None
    cold_start_ms: float | None = None
    memory_idle: int | None = None
    memory_load: int | None = None
    profile: tuple[LayerTime, ...] = ()
    arrays: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class ClassChange:
    """One class on both sides (average precision as shares of 1), and the change."""

    name: str
    before: float
    after: float
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """One measured thing against another.

    `accuracy` is the change of mAP50-95 in points, `per_image` that of F1 of single images, `latency` that of
    the median in per cent. `speed_up` above 1 is faster; `size_ratio` below 1 is smaller.
    """

    reference: str
    variant: str
    accuracy: Change | None = None
    per_image: Change | None = None
    latency: Change | None = None
    speed_up: float | None = None
    speed_up_interval: Interval | None = None
    size_ratio: float | None = None
    classes: tuple[ClassChange, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FairnessCheck:
    """Whether both sides had the same of something; `same` is None where one side does not tell."""

    name: str
    same: bool | None
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One item of the deployment checklist, with what was seen."""

    name: str
    state: CheckState
    sentence: str
    figures: Mapping[str, float] = field(default_factory=dict)
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Dollars (or any currency) per 1,000 requests, from throughput and a price per hour."""

    price_per_hour: float
    per_thousand: float
    interval: Interval | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What the run was for: the best INT8 against the best float variant, and whether that is enough."""

    met: bool | None
    best_float: str
    best_int8: str
    speed_up: float | None
    speed_up_interval: Interval | None
    accuracy: Change | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What two measurements must share to be compared; empty or 0 where it is not known."""

    data_sha256: str = ""
    hardware: str = ""
    threads: int = 0
    image_size: int = 0
    batch: int = 0
    images: int = 0
    budget: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The images by which ranges were found; their hash covers the bytes of each."""

    images: int
    sha256: str
    method: str
    source: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationRow:
    """One thing removed: the metric without it for each seed in `seeds`, and the change.

    `change` is without it less with it; `worth` says `essential`, `helps`, `hurts` or `no evidence`.
    """

    name: str
    told: str
    values: tuple[float, ...]
    change: Change | None
    worth: str
    sentence: str
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAblation:
    """Trainings of one run again, each with one thing removed, seeds and budget matched."""

    run: int | None
    metric: str
    seeds: tuple[int, ...]
    epochs: int
    full: tuple[float, ...]
    rows: tuple[AblationRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """All that one run measured; which parts are there depends on the kind of the run.

    `max_drop` is the limit on the loss of mAP50-95, as a share of 1; `minimum_points` and `minimum_latency`
    (per cent) are the smallest differences that matter, and `seed` is that of all that was drawn.
    """

    kind: Literal["quantize", "benchmark", "ablate"]
    target: str
    surroundings: Surroundings
    model_sha256: str = ""
    calibration: Calibration | None = None
    max_drop: float | None = None
    minimum_points: float = MINIMUM_POINTS
    minimum_latency: float = MINIMUM_LATENCY
    seed: int = 0
    reference: str = ""
    variants: tuple[MeasuredVariant, ...] = ()
    against: tuple[Against, ...] = ()
    layers: tuple[LayerError, ...] = ()
    goal: Goal | None = None
    scenarios: tuple[Scenario, ...] = ()
    checklist: tuple[Check, ...] = ()
    costs: Mapping[str, Cost] = field(default_factory=dict)
    ablation: OwnAblation | None = None
    notes: tuple[str, ...] = ()

    @property
    def measured(self) -> tuple[MeasuredVariant, ...]:
        """Those variants that ran."""
        return tuple(one for one in self.variants if one.state == "measured")

    def variant(self, name: str) -> MeasuredVariant | None:
        """The variant of that name, whether it ran or not."""
        return next((one for one in self.variants if one.variant == name), None)

    def against_reference(self, name: str) -> Against | None:
        """What the variant of that name is, measured against the reference."""
        return next((one for one in self.against if one.variant == name), None)

"""Fourteen techniques of an inspection team: every ring, moves both ways, two that went stale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from r2p_tui.domain.radar import Bucket, Factor, Ring, Technique
from r2p_tui.services import radar
from r2p_tui.services.desk import Desk

from .conftest import NOW

CORE, NEAR, FAR = Bucket.CORE, Bucket.ADJACENCY, Bucket.EXPLORATORY


class Step(NamedTuple):
    """A ring, how many days before NOW it was taken, why, and what came next."""

    ring: Ring
    days: int
    reason: str
    next_action: str = ""
    next_on: date | None = None


class Sample(NamedTuple):
    """A technique with its whole history."""

    name: str
    quadrant: str
    bucket: Bucket
    owner: str
    steps: tuple[Step, ...]
    description: str = ""
    papers: tuple[str, ...] = ()


RT_DETR, SCORE, DISTIL = "RT-DETR on edge devices", "Score-blending ensembles", "Query distillation"
SAMPLES = (
    Sample(
        "YOLOv8 detectors", "Models", CORE, "Ada",
        (Step(Ring.ADOPT, 300, "in production on three lines, 41 FPS on T4"),),
    ),
    Sample(
        RT_DETR, "Models", CORE, "Ada",
        (
            Step(Ring.ASSESS, 140, "108 FPS on T4 claimed", "measure on our T4", date(2026, 8, 1)),
            Step(Ring.TRIAL, 8, "54.1 mAP50 on our set, not 51.8", "latency on T4", date(2026, 11, 18)),
        ),
        "A detector without anchors or NMS, whose encoder mixes scales.",
        ("2611.10000", "2611.10002"),
    ),
    Sample(
        DISTIL, "Models", NEAR, "Bo",
        (Step(Ring.ASSESS, 20, "a smaller decoder at 1.2 mAP less", "read section 4", date(2026, 12, 4)),),
        papers=("2611.10004",),
    ),
    Sample(
        SCORE, "Models", CORE, "Bo",
        (
            Step(Ring.TRIAL, 200, "1.1 mAP more in the pilot", "benchmark latency", date(2026, 6, 1)),
            Step(Ring.HOLD, 12, "twice the latency for 0.4 mAP on our set"),
        ),
    ),
    Sample("Anchor-based heads", "Models", CORE, "Ada", (Step(Ring.SKIP, 90, "superseded by RT-DETR"),)),
    Sample(
        "Label noise audit", "Data", CORE, "Cem",
        (Step(Ring.ADOPT, 120, "found 3.1 % wrong boxes in a day"),),
        papers=("2611.10005",),
    ),
    Sample(
        "Copy-paste augmentation", "Data", NEAR, "Cem",
        (Step(Ring.TRIAL, 45, "rare classes gain 4 points", "train with 2,000 pastes", date(2026, 11, 27)),),
    ),
    Sample(
        "Synthetic scratches", "Data", FAR, "",
        (Step(Ring.ASSESS, 60, "no photographs of scratches needed", "try 200 images", date(2026, 12, 11)),),
    ),
    Sample("Mosaic", "Training", CORE, "Bo", (Step(Ring.HOLD, 70, "hurts on a fixed camera"),)),
    Sample(
        "Mixed precision", "Training", CORE, "Bo", (Step(Ring.ADOPT, 250, "half the memory, no loss seen"),)
    ),
    Sample(
        "Sparse attention schedule", "Training", NEAR, "Dee",
        (Step(Ring.ASSESS, 5, "trains in 70 % of the time", "run the authors' code", date(2026, 12, 1)),),
        papers=("2611.10008",),
    ),
    Sample(
        "INT8 calibration by coverage", "Deployment", CORE, "Dee",
        (
            Step(Ring.ASSESS, 100, "128 images may be enough", "collect 512", date(2026, 9, 1)),
            Step(Ring.TRIAL, 15, "0.6 mAP lost instead of 1.9", "a week in shadow", date(2026, 11, 30)),
        ),
        papers=("2611.10010",),
    ),
    Sample("TensorRT engines", "Deployment", CORE, "Dee", (Step(Ring.ADOPT, 400, "2.6 times the speed"),)),
    Sample(
        "Serverless inference", "Deployment", NEAR, "Dee",
        (Step(Ring.SKIP, 30, "constraint not met: frames may not leave the plant"),),
    ),
)  # fmt: skip
STALE = ("Synthetic scratches", "Copy-paste augmentation")
RATINGS: Mapping[Factor, tuple[int, str]] = {
    Factor.ADVANTAGE: (4, "54.1 against 51.8 mAP50 on our set"),
    Factor.CAPACITY: (4, "two of us have shipped a transformer"),
    Factor.REVERSIBILITY: (5, "one line of the config file"),
    Factor.IMPROVEMENT: (3, "2.3 points; the pilot asked for 3"),
    Factor.MATURITY: (4, "in ultralytics since 8.0"),
}


def fill_radar(desk: Desk, samples: tuple[Sample, ...] = SAMPLES) -> dict[str, Technique]:
    """The samples by name; all but two of them were confirmed a week ago."""
    found = {one.name: _add(desk, one) for one in samples}
    for factor, (score, reason) in RATINGS.items():
        if RT_DETR in found:
            radar.rate(desk, RT_DETR, factor, score, reason=reason, now=_moment(7))
    for name, one in found.items():
        if name not in STALE and one.moves[-1].moved_at < _moment(7):
            radar.confirm(desk, name, now=_moment(7))
    return {name: radar.find(desk, name) for name in found}


def _add(desk: Desk, one: Sample) -> Technique:
    first, *later = one.steps
    added = radar.add(
        desk, one.name, ring=first.ring, quadrant=one.quadrant, bucket=one.bucket, owner=one.owner,
        description=one.description, reason=first.reason, next_action=first.next_action,
        next_on=first.next_on, papers=one.papers, now=_moment(first.days),
    )  # fmt: skip
    for step in later:
        added = radar.move(
            desk, one.name, step.ring, reason=step.reason, next_action=step.next_action, next_on=step.next_on,
            now=_moment(step.days),
        )  # fmt: skip
    return added


def _moment(days: int) -> datetime:
    return NOW - timedelta(days=days)

"""Techniques for the tests of radar files."""

from __future__ import annotations

from datetime import UTC, date, datetime

from r2p_tui.domain.radar import Bucket, Move, PaperBehind, Ring, Technique

QUADRANTS = ("Models", "Data", "Training", "Deployment")
SINCE = datetime(2026, 10, 21, tzinfo=UTC)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def technique(
    number: int,
    name: str,
    quadrant: str,
    *moves: tuple[Ring | None, Ring, datetime],
    description: str = "",
    owner: str = "",
    next_action: str = "",
    next_on: date | None = None,
    papers: tuple[PaperBehind, ...] = (),
) -> Technique:
    """A technique whose moves give their number as the reason."""
    told = tuple(
        Move(came, went, f"reason {index}", when) for index, (came, went, when) in enumerate(moves, 1)
    )
    return Technique(
        number, name, quadrant, owner, Bucket.CORE, description, next_action, next_on,
        moves[0][2], moves[-1][2], told, papers,
    )  # fmt: skip


RADAR = (
    technique(
        1, "RT-DETR", "Models", (None, Ring.ASSESS, at(3, 2)), (Ring.ASSESS, Ring.TRIAL, at(11, 3)),
        description="Detection without NMS <and> & more", owner="Ann",
        papers=(PaperBehind(7, "2304.08069", "DETRs Beat YOLOs"),),
    ),
    technique(2, "Quantization-aware training", "Training", (None, Ring.ADOPT, at(2, 1))),
    technique(3, "Copy-paste augmentation", "Data", (None, Ring.ASSESS, at(11, 10))),
    technique(4, "TensorRT", "Deployment", (None, Ring.ADOPT, at(2, 1)), (Ring.ADOPT, Ring.HOLD, at(11, 12))),
    technique(
        5, "Deformable attention", "Models", (None, Ring.HOLD, at(4, 1)), (Ring.HOLD, Ring.SKIP, at(11, 14))
    ),
)  # fmt: skip

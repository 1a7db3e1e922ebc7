"""Understanding a table: which kind it is, its baseline, its deltas, and what each component is worth."""

from __future__ import annotations

from collections.abc import Sequence

from r2p_tui.domain.table_baseline import Baseline, find_baseline, section_baselines
from r2p_tui.domain.table_body import Body
from r2p_tui.domain.table_columns import read_columns, settle_roles, without_measures
from r2p_tui.domain.table_kinds import Verdict, judge_kind
from r2p_tui.domain.table_shape import Shape, read_shape
from r2p_tui.domain.table_worth import deltas_to, worth_of_components
from r2p_tui.domain.tables import Table
from r2p_tui.domain.understanding import (
    KINDS,
    Column,
    Delta,
    Direction,
    Kind,
    Overrides,
    Role,
    Understanding,
    Worth,
)

__all__ = [
    "KINDS",
    "Column",
    "Delta",
    "Direction",
    "Kind",
    "Overrides",
    "Role",
    "Understanding",
    "Worth",
    "understand",
]

_NO_OVERRIDES = Overrides()
_YOU_SAID = "you said so"


def understand(table: Table, overrides: Overrides = _NO_OVERRIDES) -> Understanding:
    """All that r2p makes of a table; total, and linear in its cells times its columns.

    Differences are only taken in ablations and main results; what a component is worth only in ablations, and
    in whatever else the user calls the baseline of.
    """
    body = Body(table)
    shape = read_shape(body)
    columns = read_columns(body, overrides.directions)
    verdict = Verdict(overrides.kind, _YOU_SAID, 1.0) if overrides.kind else judge_kind(body, columns, shape)
    if shape.transposed:
        columns = without_measures(columns, overrides.directions)
    columns = settle_roles(columns, body, is_study=verdict.kind in ("ablation", "hyperparameters"))
    baseline = _baseline(body, columns, shape, verdict.kind, overrides.baseline_row)
    baselines = section_baselines(body, columns, baseline.row)
    return Understanding(
        kind=verdict.kind,
        kind_reason=verdict.reason,
        kind_confidence=verdict.confidence,
        columns=columns,
        baseline_row=baseline.row,
        baseline_reason=baseline.reason,
        deltas=deltas_to(body, columns, baselines),
        worth=worth_of_components(body, columns, baseline.row) if verdict.kind == "ablation" else (),
    )


def _baseline(
    body: Body, columns: Sequence[Column], shape: Shape, kind: Kind, chosen: int | None
) -> Baseline:
    """The user's row where the table still has it, else what the table says."""
    if chosen is not None and any(row.index == chosen for row in body.rows):
        return Baseline(chosen, _YOU_SAID)
    return find_baseline(body, columns, shape, kind)

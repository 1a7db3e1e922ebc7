"""Whether a text of a column goes on in the line below: what wrapping and manual breaks look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from r2p_tui.pdf.grid.runs import Run

SURE, LIKELY, UNLIKELY = 0.05, 0.2, 0.65
_TIGHT = 0.95
_NO_FARTHER = 1.25
_STANDS_OUT = 0.5
_STARTS_A_LABEL = re.compile(r"(w/o?|with|without|no|\+|-|–|[(\[]?([a-z]|[ivx]+|\d+)[)\].])(\s|$)")


def join_costs(
    texts: Sequence[Run], baselines: Sequence[float], row_pitch: float | None, space: float, em: float
) -> list[float]:
    """For each text of a column the cost of reading it as going on from the one above; the first costs most.

    `row_pitch` is the distance of rows that follow one another, None where it is not known.
    """
    lowercase = median(run.text[0].islower() for run in texts)
    costs = [UNLIKELY]
    for index in range(1, len(texts)):
        before, after = texts[index - 1], texts[index]
        others = [run.right for number, run in enumerate(texts) if number != index - 1]
        edge = max(others) if max(others) >= before.right - _STANDS_OUT * em else float("inf")
        first = after.pieces[0].box
        full = before.right + space + (first.right - first.left) > edge
        goes_on = _goes_on(before.text, after.text, usual=lowercase > 0.5)
        step = baselines[index] - baselines[index - 1]
        near = step <= _NO_FARTHER * _least_step_beside(baselines, index)
        tight = row_pitch is not None and step <= _TIGHT * row_pitch
        if not near or _set_off(before, after):
            costs.append(UNLIKELY)
        elif tight or (full and goes_on) or (after.text[0] == "(" and goes_on):
            costs.append(SURE)
        else:
            costs.append(LIKELY if full or goes_on else UNLIKELY)
    return costs


def _least_step_beside(baselines: Sequence[float], index: int) -> float:
    """The lesser of the distances just above and just below: lines of one cell are closest."""
    steps = [baselines[i] - baselines[i - 1] for i in (index - 1, index + 1) if 0 < i < len(baselines)]
    return min(steps, default=float("inf"))


def _goes_on(before: str, after: str, *, usual: bool) -> bool:
    """Whether the words themselves go on; `usual` where most texts begin in lower case anyway."""
    if before.endswith(("-", ",", "(", "&", " and", " with", " of")):
        return True
    if _STARTS_A_LABEL.match(after):
        return False
    return after[0] in "(&" or (after[0].islower() and not usual)


def _set_off(before: Run, after: Run) -> bool:
    """Whether the lower text is emphasised and the upper is not: then it begins something."""
    bold_before, bold_after = before.pieces[-1].words[-1].bold, after.pieces[0].words[0].bold
    italic_before, italic_after = (w.italic for w in (before.pieces[-1].words[-1], after.pieces[0].words[0]))
    return (bold_after and not bold_before) or (italic_before != italic_after and bold_before == bold_after)

"""Claims: a cell of a table becomes a number the user can measure against."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from r2p_tui.domain.claims import Statement, field_text, read_statement
from r2p_tui.errors import NotFoundError
from r2p_tui.services.desk import Desk
from r2p_tui.services.tables import TableView, load_table
from r2p_tui.store.claims import Claim, claim_of_cell, claims_in_force
from r2p_tui.store.papers import Paper
from r2p_tui.store.surprises import papers_by_id


def keep_claim(
    desk: Desk,
    paper_id: int,
    key: str,
    row: int,
    column: int,
    *,
    metric: str | None = None,
    unit: str | None = None,
    dataset: str | None = None,
    hardware: str | None = None,
    condition: str | None = None,
    note: str = "",
    now: datetime,
) -> Claim:
    """Keep a cell as a claim; what is not given is read from the table, and an empty text leaves it out.

    A cell that is kept already keeps its number and takes the new fields. Raises NotFoundError for a table
    that is not there, UsageError for a cell without a number.
    """
    view = load_table(desk, paper_id, key)
    claim = _claim(paper_id, view, read_statement(view.table, view.understanding, row, column), now)
    for name, text in {"unit": unit, "dataset": dataset, "hardware": hardware}.items():
        if text is not None:
            setattr(claim, name, field_text(text))
    if condition is not None:
        claim.condition = field_text(condition) or ""
    claim.metric = field_text(metric or "") or claim.metric
    claim.note = field_text(note) or ""
    return _save(desk, claim)


def list_claims(desk: Desk, *, paper_id: int | None = None) -> list[Claim]:
    """The claims that were not dropped, newest first; of one paper, or of all."""
    with desk.store.read() as session:
        return claims_in_force(session, paper_id)


def papers_of_claims(desk: Desk, claims: Iterable[Claim]) -> dict[int, Paper]:
    """The papers that these claims come from, by their ids."""
    with desk.store.read() as session:
        return papers_by_id(session, {claim.paper_id for claim in claims})


def drop_claim(desk: Desk, claim_id: int, *, now: datetime) -> Claim:
    """Take a claim off the list; surprises that name it still do. Raises NotFoundError."""
    return drop_claims(desk, [claim_id], now=now)[0]


def drop_claims(desk: Desk, claim_ids: Iterable[int], *, now: datetime) -> list[Claim]:
    """Take claims off the list, all or, where one is not there, none; raises NotFoundError."""
    with desk.store.write() as session:
        dropped = [_in_force(session.get(Claim, number), number) for number in dict.fromkeys(claim_ids)]
        for claim in dropped:
            claim.undone_at = now
        session.flush()
    return dropped


def _in_force(claim: Claim | None, number: int) -> Claim:
    if claim is None or claim.undone_at is not None:
        raise NotFoundError(f"There is no claim {number}.", "See them with: r2p claims")
    return claim


def _claim(paper_id: int, view: TableView, stated: Statement, now: datetime) -> Claim:
    table, cell = view.table, stated.cell
    return Claim(
        paper_id=paper_id,
        metric=stated.metric,
        value=stated.value.number,
        unit=stated.unit,
        dataset=stated.dataset,
        hardware=stated.hardware,
        condition=stated.condition,
        text=cell.text,
        header=stated.header,
        table_key=view.key,
        table_name=table.name,
        page=cell.page or table.page,
        box=list(cell.box) if cell.box else None,
        row=cell.row,
        column=cell.column,
        route=table.route,
        created_at=now,
    )


def _save(desk: Desk, claim: Claim) -> Claim:
    """A new claim, or the earlier one of its cell with the new fields under the old number."""
    with desk.store.write() as session:
        earlier = claim_of_cell(session, claim.paper_id, claim.table_key, claim.row, claim.column)
        if earlier is None:
            session.add(claim)
            session.flush()
            return claim
        for name in type(claim).model_fields.keys() - {"id", "created_at"}:
            setattr(earlier, name, getattr(claim, name))
        session.flush()
        return earlier

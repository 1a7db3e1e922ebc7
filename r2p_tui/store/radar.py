"""The radar: techniques, the moves that are their history, their papers and how their factors were rated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, Index, Select, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Field, Session, SQLModel, col

from r2p_tui.domain.radar import Bucket, Factor, Move, PaperBehind, Rating, Ring, Technique
from r2p_tui.errors import NotFoundError
from r2p_tui.store.fields import day_field, paper_key, time_field
from r2p_tui.store.papers import Paper
from r2p_tui.text import clean_line

_RINGS = "('ADOPT', 'TRIAL', 'ASSESS', 'HOLD', 'SKIP')"


class TechniqueRecord(SQLModel, table=True):
    """A technique beside its history; `name_key` is the name without its case, and nobody else's."""

    __tablename__ = "techniques"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="has_a_name"),
        CheckConstraint("bucket IN ('core', 'adjacency', 'exploratory')", name="known_bucket"),
        CheckConstraint("next_on IS NULL OR length(next_action) > 0", name="a_date_for_something"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    quadrant: str
    owner: str = ""
    bucket: str
    description: str = ""
    next_action: str = ""
    next_on: date | None = day_field(default=None)
    created_at: datetime = time_field()
    reviewed_at: datetime = time_field()
    dropped_at: datetime | None = time_field(default=None)


class MoveRecord(SQLModel, table=True):
    """One step from ring to ring, why, and what was to be done next."""

    __tablename__ = "technique_moves"
    __table_args__ = (
        CheckConstraint(f"to_ring IN {_RINGS}", name="known_ring"),
        CheckConstraint(f"from_ring IS NULL OR from_ring IN {_RINGS}", name="known_ring_before"),
        CheckConstraint("from_ring IS NULL OR from_ring <> to_ring", name="moves_somewhere"),
        CheckConstraint("length(reason) > 0", name="for_a_reason"),
        CheckConstraint(
            "to_ring NOT IN ('TRIAL', 'ASSESS') OR (length(next_action) > 0 AND next_on IS NOT NULL)",
            name="goes_on_with_something",
        ),
        Index("technique_moves_by_technique", "technique_id", "id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    technique_id: int = Field(foreign_key="techniques.id")
    from_ring: str | None = None
    to_ring: str
    reason: str
    next_action: str = ""
    next_on: date | None = day_field(default=None)
    moved_at: datetime = time_field()


class TechniquePaper(SQLModel, table=True):
    """A paper that stands behind a technique."""

    __tablename__ = "technique_papers"
    __table_args__ = (
        Index("technique_papers_by_paper", "paper_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    technique_id: int = Field(foreign_key="techniques.id", ondelete="CASCADE", primary_key=True)
    paper_id: int = paper_key(primary_key=True)


class RatingRecord(SQLModel, table=True):
    """How a factor was rated, 1 to 5; the latest of each counts."""

    __tablename__ = "technique_ratings"
    __table_args__ = (
        CheckConstraint(
            "factor IN ('advantage', 'capacity', 'reversibility', 'improvement', 'maturity', 'criticality',"
            " 'shadow mode')",
            name="one_of_seven",
        ),
        CheckConstraint("score BETWEEN 1 AND 5", name="score_from_1_to_5"),
        Index("technique_ratings_by_technique", "technique_id", "id"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    technique_id: int = Field(foreign_key="techniques.id", ondelete="CASCADE")
    factor: str
    score: int
    reason: str = ""
    rated_at: datetime = time_field()


def name_key(name: str) -> str:
    """What two spellings of one name have in common."""
    return name.casefold()


def techniques(session: Session) -> list[Technique]:
    """All that were not dropped, with their history, by name."""
    query = select(TechniqueRecord).where(col(TechniqueRecord.dropped_at).is_(None))
    return _with_history(session, session.scalars(query.order_by(col(TechniqueRecord.name_key))).all())


def technique(session: Session, which: int | str) -> Technique:
    """One by its number, or by its name in any case; raises NotFoundError, also where it was dropped."""
    (found,) = _with_history(session, [_record(session, which)])
    return found


def dropped(session: Session, name: str) -> int | None:
    """The number of the technique of this name that was dropped."""
    query = select(col(TechniqueRecord.id)).where(
        col(TechniqueRecord.name_key) == name_key(name), col(TechniqueRecord.dropped_at).is_not(None)
    )
    return session.scalars(query).first()


def ring_of(session: Session, technique_id: int) -> Ring:
    """Where a technique stands; raises NotFoundError."""
    ring = session.scalars(_rings(technique_id)).first()
    if ring is None:
        raise _not_there(technique_id)
    return Ring(ring)


def ring_at(session: Session, technique_id: int, moment: datetime) -> Ring | None:
    """Where a technique stood at a moment; None before its first move."""
    ring = session.scalars(_rings(technique_id).where(col(MoveRecord.moved_at) <= moment)).first()
    return Ring(ring) if ring else None


def _rings(technique_id: int) -> Select[str]:
    """Where its moves led, the latest first."""
    query = select(col(MoveRecord.to_ring)).where(col(MoveRecord.technique_id) == technique_id)
    return query.order_by(col(MoveRecord.id).desc()).limit(1)


def add_technique(
    session: Session,
    name: str,
    *,
    ring: Ring,
    quadrant: str,
    owner: str = "",
    bucket: Bucket,
    description: str = "",
    reason: str,
    next_action: str = "",
    next_on: date | None = None,
    now: datetime,
) -> int:
    """Add a technique with its first move; its number. SQLite refuses a name that is taken."""
    record = TechniqueRecord(
        name=name,
        name_key=name_key(name),
        quadrant=quadrant,
        owner=owner,
        bucket=bucket.value,
        description=description,
        created_at=now,
        reviewed_at=now,
    )
    session.add(record)
    session.flush()
    _add_move(session, record, Move(None, ring, reason, now, next_action, next_on))
    return cast("int", record.id)


def add_move(
    session: Session,
    technique_id: int,
    ring: Ring,
    *,
    reason: str,
    next_action: str = "",
    next_on: date | None = None,
    now: datetime,
) -> None:
    """Move a technique from where it stands: it counts as reviewed, and what was to be done next is replaced.

    Raises NotFoundError. SQLite refuses a move to where it stands, and TRIAL or ASSESS without what is next.
    """
    move = Move(ring_of(session, technique_id), ring, reason, now, next_action, next_on)
    _add_move(session, _record(session, technique_id), move)


def _add_move(session: Session, record: TechniqueRecord, move: Move) -> None:
    record.next_action, record.next_on, record.reviewed_at = move.next_action, move.next_on, move.moved_at
    session.add(
        MoveRecord(
            technique_id=cast("int", record.id),
            from_ring=move.from_ring and move.from_ring.value,
            to_ring=move.to_ring.value,
            reason=move.reason,
            next_action=move.next_action,
            next_on=move.next_on,
            moved_at=move.moved_at,
        )
    )
    session.flush()


def set_next(session: Session, technique_id: int, next_action: str, next_on: date | None) -> None:
    """Say what is to be done next, and by when; no words take it away. Raises NotFoundError."""
    _change(session, technique_id, next_action=next_action, next_on=next_on)


def confirm(session: Session, technique_id: int, now: datetime) -> None:
    """Remember that somebody looked at it and left it where it is; raises NotFoundError."""
    _change(session, technique_id, reviewed_at=now)


def drop(session: Session, technique_id: int, now: datetime) -> None:
    """Take a technique off the radar; its history and the predictions about it stay. Raises NotFoundError."""
    _change(session, technique_id, dropped_at=now)


def take_up(
    session: Session,
    technique_id: int,
    ring: Ring,
    *,
    reason: str,
    next_action: str = "",
    next_on: date | None = None,
    now: datetime,
) -> None:
    """Put a technique that was dropped on the radar again: a move from no ring, behind its history."""
    record = session.get_one(TechniqueRecord, technique_id)
    record.dropped_at = None
    _add_move(session, record, Move(None, ring, reason, now, next_action, next_on))


def edit(
    session: Session,
    technique_id: int,
    *,
    quadrant: str | None = None,
    owner: str | None = None,
    bucket: Bucket | None = None,
    description: str | None = None,
) -> None:
    """Change what is given and leave the rest; raises NotFoundError."""
    given = {
        "quadrant": quadrant, "owner": owner, "bucket": bucket and bucket.value, "description": description
    }  # fmt: skip
    _change(session, technique_id, **{name: value for name, value in given.items() if value is not None})


def _change(session: Session, technique_id: int, **values: Any) -> None:
    record = _record(session, technique_id)
    for name, value in values.items():
        setattr(record, name, value)
    session.flush()


def rate(session: Session, technique_id: int, factor: Factor, score: int, reason: str, now: datetime) -> None:
    """Rate a factor, 1 to 5; earlier ratings stay as history."""
    session.add(
        RatingRecord(technique_id=technique_id, factor=factor.value, score=score, reason=reason, rated_at=now)
    )
    session.flush()


def link_paper(session: Session, technique_id: int, paper_id: int) -> bool:
    """Put a paper behind a technique; False where it is there already."""
    link = upsert(TechniquePaper).values(technique_id=technique_id, paper_id=paper_id)
    return bool(session.connection().execute(link.on_conflict_do_nothing()).rowcount)


def put_papers(session: Session, technique_id: int, paper_ids: Iterable[int]) -> None:
    """Put just these papers behind a technique."""
    behind = col(TechniquePaper.technique_id) == technique_id
    wanted = set(paper_ids)
    session.connection().execute(
        delete(TechniquePaper).where(behind, col(TechniquePaper.paper_id).not_in(wanted))
    )
    for paper_id in wanted:
        link_paper(session, technique_id, paper_id)


def unlink_paper(session: Session, technique_id: int, paper_id: int) -> bool:
    """Take a paper away from behind a technique; False where it was not there."""
    link = delete(TechniquePaper).where(
        col(TechniquePaper.technique_id) == technique_id, col(TechniquePaper.paper_id) == paper_id
    )
    return bool(session.connection().execute(link).rowcount)


def _record(session: Session, which: int | str) -> TechniqueRecord:
    key = col(TechniqueRecord.id) if isinstance(which, int) else col(TechniqueRecord.name_key)
    query = select(TechniqueRecord).where(
        key == (which if isinstance(which, int) else name_key(which)),
        col(TechniqueRecord.dropped_at).is_(None),
    )
    record = session.scalars(query).first()
    if record is None:
        raise _not_there(which)
    return record


def _not_there(which: int | str) -> NotFoundError:
    name = f"Technique {which}" if isinstance(which, int) else f"“{clean_line(which)}”"
    return NotFoundError(f"{name} is not on the radar.", "See what is there with: r2p radar")


def _with_history(session: Session, records: Sequence[TechniqueRecord]) -> list[Technique]:
    """Put to each what the other tables say of it, in one query each however many there are."""
    ids = [record.id for record in records if record.id is not None]
    moves, papers, ratings = _moves(session, ids), _papers(session, ids), _ratings(session, ids)
    return [
        Technique(
            id=number,
            name=record.name,
            quadrant=record.quadrant,
            owner=record.owner,
            bucket=Bucket(record.bucket),
            description=record.description,
            next_action=record.next_action,
            next_on=record.next_on,
            created_at=record.created_at,
            reviewed_at=record.reviewed_at,
            moves=tuple(moves[number]),
            papers=tuple(papers[number]),
            ratings=tuple(ratings[number].values()),
        )
        for number, record in zip(ids, records, strict=True)
    ]


def _moves(session: Session, ids: Sequence[int]) -> dict[int, list[Move]]:
    found: dict[int, list[Move]] = defaultdict(list)
    query = select(MoveRecord).where(col(MoveRecord.technique_id).in_(ids)).order_by(col(MoveRecord.id))
    for row in session.scalars(query):
        before = Ring(row.from_ring) if row.from_ring else None
        move = Move(before, Ring(row.to_ring), row.reason, row.moved_at, row.next_action, row.next_on)
        found[row.technique_id].append(move)
    return found


def _papers(session: Session, ids: Sequence[int]) -> dict[int, list[PaperBehind]]:
    found: dict[int, list[PaperBehind]] = defaultdict(list)
    key = func.coalesce(Paper.arxiv_id, Paper.doi, Paper.source_key)
    query = (
        select(col(TechniquePaper.technique_id), col(Paper.id), key, col(Paper.title))
        .join(Paper, col(Paper.id) == TechniquePaper.paper_id)
        .where(col(TechniquePaper.technique_id).in_(ids))
        .order_by(col(Paper.id))
    )
    for technique_id, *paper in session.execute(query):
        found[technique_id].append(PaperBehind(*paper))
    return found


def _ratings(session: Session, ids: Sequence[int]) -> dict[int, dict[Factor, Rating]]:
    """The latest of each factor, in the order of the factors' first ratings."""
    found: dict[int, dict[Factor, Rating]] = defaultdict(dict)
    query = select(RatingRecord).where(col(RatingRecord.technique_id).in_(ids)).order_by(col(RatingRecord.id))
    for row in session.scalars(query):
        factor = Factor(row.factor)
        found[row.technique_id][factor] = Rating(factor, row.score, row.reason, row.rated_at)
    return found

"""What hangs on works that prove to be another one, moved to it: nothing that the user made is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from r2p_tui.store.citation_edges import Edge, Ends, edges_at, save_edges, united
from r2p_tui.store.fields import to_json

_MOVED = "(SELECT value FROM json_each(:gone))"
# ruff: noqa: S608  (only names of this file come together in its SQL)
_STATEMENTS = (
    f"UPDATE evidence_corrections SET cited_id = :kept WHERE cited_id IN {_MOVED}",
    f"UPDATE evidence_corrections SET citing_id = :kept WHERE citing_id IN {_MOVED}",
    # A look that came to its end says most; of several the latest.
    f"""DELETE FROM citation_looks WHERE (work_id = :kept OR work_id IN {_MOVED})
        AND (work_id, direction, source) NOT IN (
            SELECT work_id, direction, source FROM (
                SELECT *, row_number() OVER (
                    PARTITION BY direction, source
                    ORDER BY state = 'done' DESC, coalesce(ended_at, '') DESC, began_at DESC, found DESC,
                        work_id
                ) AS place
                FROM citation_looks WHERE work_id = :kept OR work_id IN {_MOVED}
            ) WHERE place = 1
        )""",
    f"UPDATE citation_looks SET work_id = :kept WHERE work_id IN {_MOVED}",
    # News may be told twice, but none is passed over.
    f"""INSERT INTO citation_news (work_id, seen_at, asked_at, counted)
        SELECT :kept, min(seen_at), min(asked_at), min(counted) FROM citation_news
        WHERE work_id IN {_MOVED} HAVING count(*)
        ON CONFLICT DO UPDATE SET seen_at = min(seen_at, excluded.seen_at),
            asked_at = min(asked_at, excluded.asked_at), counted = min(counted, excluded.counted)""",
    f"UPDATE work_aliases SET work_id = :kept WHERE work_id IN {_MOVED}",
    f"DELETE FROM works WHERE id IN {_MOVED}",
)
_IN_FORCE = """
    SELECT cited_id, citing_id, evidence FROM evidence_corrections
    WHERE cited_id = ? OR citing_id = ? ORDER BY corrected_at, id
"""


def move_graph(session: Session, gone: Sequence[int], kept: int) -> None:
    """Give all citations, corrections, looks, news and names of works to another one, and remove the works.

    A citation between two of them is none any more.
    """
    moved = [_moved(edge, set(gone), kept) for work_id in gone for edge in _edges_of(session, work_id)]
    values = {"gone": to_json(list(gone)), "kept": kept}
    for statement in _STATEMENTS:
        session.connection().exec_driver_sql(statement, values)
    known = {edge.ends: edge for edge in _edges_of(session, kept)} if moved else {}
    edges: dict[Ends, Edge] = {}
    for edge in moved:
        if edge.ends.cited_id != edge.ends.citing_id:
            other = edges.get(edge.ends) or known.get(edge.ends)
            edges[edge.ends] = united(other, edge) if other else edge
    in_force = session.connection().exec_driver_sql(_IN_FORCE, (kept, kept))
    corrected = {Ends(cited, citing): evidence for cited, citing, evidence in in_force}
    save_edges(session, [replace(edge, corrected=corrected.get(ends)) for ends, edge in edges.items()])


def _edges_of(session: Session, work_id: int) -> list[Edge]:
    return edges_at(session, "cited_id", work_id) + edges_at(session, "citing_id", work_id)


def _moved(edge: Edge, gone: set[int], kept: int) -> Edge:
    cited, citing = (kept if work_id in gone else work_id for work_id in edge.ends)
    return replace(edge, ends=Ends(cited, citing))

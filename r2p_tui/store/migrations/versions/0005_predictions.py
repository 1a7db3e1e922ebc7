"""Predictions that stay as they were written, the evidence beside them, the radar, and its reviews."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE techniques (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    quadrant TEXT NOT NULL,
    owner TEXT NOT NULL,
    bucket TEXT NOT NULL,
    description TEXT NOT NULL,
    next_action TEXT NOT NULL,
    next_on TEXT,
    created_at TEXT NOT NULL,
    reviewed_at TEXT NOT NULL,
    dropped_at TEXT,
    PRIMARY KEY (id),
    CONSTRAINT has_a_name CHECK (length(name) > 0),
    CONSTRAINT known_bucket CHECK (bucket IN ('core', 'adjacency', 'exploratory')),
    CONSTRAINT a_date_for_something CHECK (next_on IS NULL OR length(next_action) > 0),
    UNIQUE (name_key)
) STRICT;

CREATE TABLE technique_moves (
    id INTEGER NOT NULL,
    technique_id INTEGER NOT NULL,
    from_ring TEXT,
    to_ring TEXT NOT NULL,
    reason TEXT NOT NULL,
    next_action TEXT NOT NULL,
    next_on TEXT,
    moved_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_ring CHECK (to_ring IN ('ADOPT', 'TRIAL', 'ASSESS', 'HOLD', 'SKIP')),
    CONSTRAINT known_ring_before CHECK
        (from_ring IS NULL OR from_ring IN ('ADOPT', 'TRIAL', 'ASSESS', 'HOLD', 'SKIP')),
    CONSTRAINT moves_somewhere CHECK (from_ring IS NULL OR from_ring <> to_ring),
    CONSTRAINT for_a_reason CHECK (length(reason) > 0),
    CONSTRAINT goes_on_with_something CHECK
        (to_ring NOT IN ('TRIAL', 'ASSESS') OR (length(next_action) > 0 AND next_on IS NOT NULL)),
    FOREIGN KEY(technique_id) REFERENCES techniques (id)
) STRICT;
CREATE INDEX technique_moves_by_technique ON technique_moves (technique_id, id);

CREATE TABLE technique_papers (
    technique_id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    PRIMARY KEY (technique_id, paper_id),
    FOREIGN KEY(technique_id) REFERENCES techniques (id) ON DELETE CASCADE,
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX technique_papers_by_paper ON technique_papers (paper_id);

CREATE TABLE technique_ratings (
    id INTEGER NOT NULL,
    technique_id INTEGER NOT NULL,
    factor TEXT NOT NULL,
    score INTEGER NOT NULL,
    reason TEXT NOT NULL,
    rated_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_of_seven CHECK (factor IN ('advantage', 'capacity', 'reversibility', 'improvement',
        'maturity', 'criticality', 'shadow mode')),
    CONSTRAINT score_from_1_to_5 CHECK (score BETWEEN 1 AND 5),
    FOREIGN KEY(technique_id) REFERENCES techniques (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX technique_ratings_by_technique ON technique_ratings (technique_id, id);

CREATE TABLE predictions (
    id INTEGER NOT NULL,
    statement TEXT NOT NULL,
    kind TEXT NOT NULL,
    probability REAL NOT NULL,
    due_on TEXT NOT NULL,
    low REAL,
    high REAL,
    unit TEXT,
    tags TEXT NOT NULL,
    paper_id INTEGER,
    technique_id INTEGER,
    ring TEXT,
    created_at TEXT NOT NULL,
    deleted_at TEXT,
    origin TEXT,
    criteria TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    reasoning_hash TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT says_something CHECK (length(statement) > 0),
    CONSTRAINT known_kind CHECK (kind IN ('adoption', 'result', 'poc', 'free')),
    CONSTRAINT probability_from_0_to_1 CHECK (probability BETWEEN 0 AND 1),
    CONSTRAINT can_be_judged CHECK
        (origin IS NOT NULL OR (length(criteria) > 0 AND length(reasoning) > 0)),
    CONSTRAINT is_an_interval CHECK ((low IS NULL) = (high IS NULL) AND (low IS NULL OR low < high)),
    CONSTRAINT interval_of_a_result CHECK (low IS NULL OR kind = 'result'),
    CONSTRAINT known_ring CHECK (ring IS NULL OR ring IN ('ADOPT', 'TRIAL', 'ASSESS', 'HOLD', 'SKIP')),
    CONSTRAINT is_a_sha256 CHECK (length(reasoning_hash) = 64),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE SET NULL,
    FOREIGN KEY(technique_id) REFERENCES techniques (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX predictions_by_due ON predictions (due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX predictions_by_paper ON predictions (paper_id);
CREATE INDEX predictions_by_technique ON predictions (technique_id);

CREATE TABLE prediction_updates (
    id INTEGER NOT NULL,
    prediction_id INTEGER NOT NULL,
    probability REAL NOT NULL,
    reasoning TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT probability_from_0_to_1 CHECK (probability BETWEEN 0 AND 1),
    FOREIGN KEY(prediction_id) REFERENCES predictions (id)
) STRICT;
CREATE INDEX prediction_updates_by_time ON prediction_updates (prediction_id, made_at, id);

CREATE TABLE prediction_resolutions (
    id INTEGER NOT NULL,
    prediction_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    value REAL,
    reason TEXT NOT NULL,
    missed TEXT NOT NULL,
    resolved_at TEXT NOT NULL,
    undone_at TEXT,
    undone_reason TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_outcome CHECK (outcome IN ('yes', 'no', 'ambiguous', 'annulled')),
    CONSTRAINT annulled_for_a_reason CHECK (outcome <> 'annulled' OR length(reason) > 0),
    FOREIGN KEY(prediction_id) REFERENCES predictions (id)
) STRICT;
CREATE UNIQUE INDEX prediction_resolutions_in_force ON prediction_resolutions (prediction_id)
    WHERE undone_at IS NULL;
CREATE INDEX prediction_resolutions_by_prediction ON prediction_resolutions (prediction_id, id);
CREATE INDEX prediction_resolutions_by_time ON prediction_resolutions (resolved_at, prediction_id)
    WHERE undone_at IS NULL;

CREATE TABLE evidence_snapshots (
    paper_id INTEGER NOT NULL,
    taken_at TEXT NOT NULL,
    citations INTEGER,
    influential INTEGER,
    stars INTEGER,
    votes INTEGER,
    PRIMARY KEY (paper_id, taken_at),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE research_reviews (
    id INTEGER NOT NULL,
    held_on TEXT NOT NULL,
    agenda TEXT NOT NULL,
    decisions TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
"""

# What is refused, and in which words. A row whose parent is lost may go, so that a salvage can end.
REFUSALS = {
    "predictions_stay_as_written": (
        "BEFORE UPDATE OF id, statement, kind, criteria, reasoning, reasoning_hash, probability, low, high,"
        " unit, due_on, ring, created_at ON predictions",
        "a prediction stays as it was written",
    ),
    "predictions_are_kept": ("BEFORE DELETE ON predictions", "a prediction is never erased"),
    "predictions_are_not_replaced": (
        "BEFORE INSERT ON predictions WHEN new.id IN (SELECT id FROM predictions)",
        "a prediction stays as it was written",
    ),
    "predictions_resolved_stay": (
        "BEFORE UPDATE OF deleted_at ON predictions WHEN new.deleted_at IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM prediction_resolutions WHERE prediction_id = old.id AND undone_at IS NULL)",
        "a resolved prediction is not deleted",
    ),
    "prediction_updates_stay": ("BEFORE UPDATE ON prediction_updates", "an update stays as it was written"),
    "prediction_updates_are_kept": (
        "BEFORE DELETE ON prediction_updates WHEN old.prediction_id IN (SELECT id FROM predictions)",
        "an update is never erased",
    ),
    "prediction_updates_are_not_replaced": (
        "BEFORE INSERT ON prediction_updates WHEN new.id IN (SELECT id FROM prediction_updates)",
        "an update stays as it was written",
    ),
    "prediction_resolutions_stay": (
        "BEFORE UPDATE ON prediction_resolutions WHEN"
        " (old.id, old.prediction_id, old.outcome, old.value, old.reason, old.resolved_at) IS NOT"
        " (new.id, new.prediction_id, new.outcome, new.value, new.reason, new.resolved_at)"
        " OR (old.missed <> '' AND new.missed <> old.missed)"
        " OR (old.undone_at IS NOT NULL"
        " AND (old.undone_at, old.undone_reason) IS NOT (new.undone_at, new.undone_reason))",
        "a resolution can only be taken back",
    ),
    "prediction_resolutions_are_kept": (
        "BEFORE DELETE ON prediction_resolutions WHEN old.prediction_id IN (SELECT id FROM predictions)",
        "a resolution is never erased",
    ),
    "prediction_resolutions_are_not_replaced": (
        "BEFORE INSERT ON prediction_resolutions WHEN new.id IN (SELECT id FROM prediction_resolutions)"
        " OR (new.undone_at IS NULL AND EXISTS (SELECT 1 FROM prediction_resolutions"
        " WHERE prediction_id = new.prediction_id AND undone_at IS NULL))",
        "a prediction is resolved once",
    ),
    "predictions_deleted_stay_open": (
        "BEFORE INSERT ON prediction_resolutions WHEN new.undone_at IS NULL AND EXISTS"
        " (SELECT 1 FROM predictions WHERE id = new.prediction_id AND deleted_at IS NOT NULL)",
        "a deleted prediction is not resolved",
    ),
    "technique_moves_stay": ("BEFORE UPDATE ON technique_moves", "a move stays as it was made"),
    "technique_moves_are_kept": (
        "BEFORE DELETE ON technique_moves WHEN old.technique_id IN (SELECT id FROM techniques)",
        "a move is never erased",
    ),
    "technique_moves_are_not_replaced": (
        "BEFORE INSERT ON technique_moves WHEN new.id IN (SELECT id FROM technique_moves)",
        "a move stays as it was made",
    ),
}


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for name, (event, reason) in REFUSALS.items():
        op.execute(f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{reason}'); END")

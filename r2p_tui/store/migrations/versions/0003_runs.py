"""Background runs: what they were told, where they stand, and copies of what their folders say."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE runs (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    wants TEXT NOT NULL,
    device TEXT NOT NULL,
    host TEXT NOT NULL,
    remote_id TEXT,
    spec TEXT NOT NULL,
    resumes INTEGER,
    created_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    reason TEXT NOT NULL,
    stopped_by TEXT,
    epoch INTEGER,
    step INTEGER,
    latest TEXT NOT NULL,
    best TEXT NOT NULL,
    lights TEXT NOT NULL,
    questions TEXT NOT NULL,
    metrics_offset INTEGER NOT NULL,
    events_offset INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_kind CHECK (kind IN ('train', 'quantize', 'benchmark', 'command', 'shell')),
    CONSTRAINT known_state CHECK (state IN
        ('queued', 'starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'lost')),
    CONSTRAINT has_a_name CHECK (length(name) > 0),
    CONSTRAINT ended_when_final CHECK
        ((state IN ('done', 'failed', 'cancelled', 'lost')) = (ended_at IS NOT NULL)),
    CONSTRAINT fails_for_a_reason CHECK (state NOT IN ('failed', 'lost') OR length(reason) > 0),
    FOREIGN KEY(resumes) REFERENCES runs (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX runs_by_state ON runs (state, id);

CREATE TABLE run_points (
    run_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    time REAL NOT NULL,
    epoch INTEGER,
    step INTEGER,
    metrics TEXT NOT NULL,
    PRIMARY KEY (run_id, position),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE run_events (
    run_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    time REAL NOT NULL,
    event TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (run_id, position),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE run_queue (
    id INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT only_one CHECK (id = 1)
) STRICT;
INSERT INTO run_queue (id, paused) VALUES (1, 0);
"""

# The same table as `domain.runs.TRANSITIONS`; a test compares them.
TRANSITIONS = """
CREATE TRIGGER runs_take_allowed_steps BEFORE UPDATE OF state ON runs
WHEN old.state <> new.state AND (old.state, new.state) NOT IN (VALUES
    ('queued', 'starting'), ('queued', 'cancelled'), ('queued', 'failed'),
    ('starting', 'running'), ('starting', 'stopping'), ('starting', 'done'), ('starting', 'failed'),
    ('starting', 'cancelled'), ('starting', 'lost'),
    ('running', 'stopping'), ('running', 'done'), ('running', 'failed'), ('running', 'cancelled'),
    ('running', 'lost'),
    ('stopping', 'done'), ('stopping', 'failed'), ('stopping', 'cancelled'), ('stopping', 'lost'))
BEGIN SELECT RAISE(ABORT, 'a run cannot take this step'); END
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(TRANSITIONS)

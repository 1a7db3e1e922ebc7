"""What runs measured, and a kind of run for ablations."""

from alembic import op

revision = "0006"
down_revision = "0005"

RUNS = """
CREATE TABLE runs_anew (
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
    CONSTRAINT known_kind CHECK (kind IN ('train', 'quantize', 'benchmark', 'ablate', 'command', 'shell')),
    CONSTRAINT known_state CHECK (state IN
        ('queued', 'starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'lost')),
    CONSTRAINT has_a_name CHECK (length(name) > 0),
    CONSTRAINT ended_when_final CHECK
        ((state IN ('done', 'failed', 'cancelled', 'lost')) = (ended_at IS NOT NULL)),
    CONSTRAINT fails_for_a_reason CHECK (state NOT IN ('failed', 'lost') OR length(reason) > 0),
    FOREIGN KEY(resumes) REFERENCES runs (id) ON DELETE SET NULL
) STRICT
"""
MEASUREMENTS = """
CREATE TABLE measurements (
    run_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (run_id),
    CONSTRAINT known_kind CHECK (kind IN ('quantize', 'benchmark', 'ablate')),
    FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
) STRICT
"""


def upgrade() -> None:
    kept = _triggers_of_runs()
    op.execute(RUNS)
    # The columns are the same, in the same order: only what `kind` may be has changed.
    op.execute("INSERT INTO runs_anew SELECT * FROM runs")
    op.execute("DROP TABLE runs")
    op.execute("ALTER TABLE runs_anew RENAME TO runs")
    op.execute("CREATE INDEX runs_by_state ON runs (state, id)")
    for statement in kept:
        op.execute(statement)
    op.execute(MEASUREMENTS)


def _triggers_of_runs() -> list[str]:
    rows = op.get_bind().exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'runs' ORDER BY name"
    )
    return [row[0] for row in rows]

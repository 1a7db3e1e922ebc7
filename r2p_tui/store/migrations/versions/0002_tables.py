"""Tables of papers: documents, what was extracted of them, corrections, rows for search, and claims."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE documents (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    version INTEGER,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_kind CHECK (kind IN ('pdf', 'tex', 'html')),
    CONSTRAINT known_origin CHECK (origin IN ('arxiv', 'user')),
    CONSTRAINT is_a_sha256 CHECK (length(sha256) = 64),
    UNIQUE (paper_id, kind, sha256),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE table_extractions (
    paper_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    extractor_version INTEGER NOT NULL,
    asked_route TEXT NOT NULL,
    routes TEXT NOT NULL,
    documents TEXT NOT NULL,
    skipped TEXT NOT NULL,
    extracted_at TEXT,
    tried_at TEXT NOT NULL,
    PRIMARY KEY (paper_id),
    CONSTRAINT known_state CHECK (state IN ('ready', 'failed')),
    CONSTRAINT failed_for_a_reason CHECK (state = 'ready' OR length(reason) > 0),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE paper_tables (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    table_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    content TEXT NOT NULL,
    agreement TEXT NOT NULL,
    differences TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (paper_id, table_key),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE table_rows (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    table_key TEXT NOT NULL,
    table_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    confidence REAL NOT NULL,
    page INTEGER NOT NULL,
    "row" INTEGER NOT NULL,
    label TEXT NOT NULL,
    cells TEXT NOT NULL,
    deltas TEXT NOT NULL,
    is_baseline INTEGER NOT NULL,
    caption TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_kind CHECK (kind IN ('ablation', 'main result', 'hyperparameters', 'data', 'other')),
    UNIQUE (paper_id, table_key, "row"),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX table_rows_by_kind ON table_rows (kind, paper_id);

CREATE TABLE table_corrections (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    table_key TEXT NOT NULL,
    correction TEXT NOT NULL,
    corrected_at TEXT NOT NULL,
    undone_at TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX table_corrections_by_table ON table_corrections (paper_id, table_key, id);

CREATE TABLE claims (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    metric TEXT NOT NULL,
    value REAL NOT NULL,
    unit TEXT,
    dataset TEXT,
    hardware TEXT,
    condition TEXT NOT NULL,
    text TEXT NOT NULL,
    header TEXT NOT NULL,
    table_key TEXT NOT NULL,
    table_name TEXT NOT NULL,
    page INTEGER NOT NULL,
    box TEXT,
    "row" INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    route TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    undone_at TEXT,
    PRIMARY KEY (id),
    CONSTRAINT names_a_metric CHECK (length(metric) > 0),
    CONSTRAINT known_route CHECK (route IN ('pdf', 'tex', 'html')),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX claims_by_paper ON claims (paper_id, id);
CREATE UNIQUE INDEX claims_in_force ON claims (paper_id, table_key, "row", "column")
    WHERE undone_at IS NULL;

ALTER TABLE surprises ADD COLUMN claim_id INTEGER REFERENCES claims (id) ON DELETE SET NULL;
CREATE INDEX surprises_by_claim ON surprises (claim_id);

CREATE VIRTUAL TABLE table_rows_text USING fts5(
    label, cells, caption, content='table_rows', content_rowid='id',
    tokenize='porter unicode61 remove_diacritics 2'
);
"""

_ADD = (
    "INSERT INTO table_rows_text (rowid, label, cells, caption)"
    " VALUES (new.id, new.label, new.cells, new.caption);"
)
_REMOVE = (
    "INSERT INTO table_rows_text (table_rows_text, rowid, label, cells, caption)"
    " VALUES ('delete', old.id, old.label, old.cells, old.caption);"
)
# Rows are replaced, never changed; an update is served all the same, so that no way leads past the index.
TRIGGERS = (
    f"CREATE TRIGGER table_rows_text_insert AFTER INSERT ON table_rows BEGIN {_ADD} END",
    f"CREATE TRIGGER table_rows_text_delete AFTER DELETE ON table_rows BEGIN {_REMOVE} END",
    f"CREATE TRIGGER table_rows_text_update AFTER UPDATE ON table_rows BEGIN {_REMOVE} {_ADD} END",
)


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in TRIGGERS:
        op.execute(statement)

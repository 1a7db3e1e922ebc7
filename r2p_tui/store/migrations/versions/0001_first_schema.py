"""The first schema: papers, announcements, triage, reading, surprises, and their full-text indexes."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE papers (
    id INTEGER NOT NULL,
    arxiv_id TEXT,
    doi TEXT,
    source_key TEXT,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    authors TEXT NOT NULL,
    primary_category TEXT,
    comment TEXT,
    journal_ref TEXT,
    license TEXT,
    code_url TEXT,
    published_at TEXT,
    updated_at TEXT,
    latest_version INTEGER NOT NULL,
    text_rank INTEGER NOT NULL,
    details_rank INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT has_a_key CHECK (arxiv_id IS NOT NULL OR doi IS NOT NULL OR source_key IS NOT NULL),
    CONSTRAINT has_a_title CHECK (length(title) > 0),
    CONSTRAINT version_from_one CHECK (latest_version >= 1),
    UNIQUE (arxiv_id),
    UNIQUE (source_key)
) STRICT;
CREATE INDEX ix_papers_doi ON papers (doi);
CREATE INDEX ix_papers_published_at ON papers (published_at);

CREATE TABLE sync_cursors (
    listing TEXT NOT NULL,
    announced_on TEXT,
    high_id TEXT,
    etag TEXT,
    last_modified TEXT,
    harvested_from TEXT,
    resumption_token TEXT,
    checked_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (listing)
) WITHOUT ROWID, STRICT;

CREATE TABLE triage_sessions (
    id INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    seconds REAL NOT NULL,
    PRIMARY KEY (id)
) STRICT;

CREATE TABLE announcements (
    paper_id INTEGER NOT NULL,
    listing TEXT NOT NULL,
    announced_on TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (paper_id, listing, announced_on),
    CONSTRAINT known_kind CHECK (kind IN ('new', 'cross', 'replace', 'replace-cross')),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX announcements_by_kind ON announcements (kind, paper_id);

CREATE TABLE note_drafts (
    paper_id INTEGER NOT NULL,
    window TEXT NOT NULL,
    revision INTEGER NOT NULL,
    fields TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (paper_id, window),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE notes (
    paper_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    version_read INTEGER NOT NULL,
    relevance INTEGER,
    summary TEXT NOT NULL,
    key_insight TEXT NOT NULL,
    results TEXT NOT NULL,
    limitations TEXT NOT NULL,
    production TEXT NOT NULL,
    implementation TEXT NOT NULL,
    body TEXT NOT NULL,
    answers TEXT NOT NULL,
    answers_text TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (paper_id),
    CONSTRAINT relevance_from_1_to_5 CHECK (relevance BETWEEN 1 AND 5),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE paper_categories (
    paper_id INTEGER NOT NULL,
    category TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (paper_id, category),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX paper_categories_by_category ON paper_categories (category, paper_id);

CREATE TABLE paper_scores (
    paper_id INTEGER NOT NULL,
    score REAL NOT NULL,
    terms TEXT NOT NULL,
    scored_at TEXT NOT NULL,
    PRIMARY KEY (paper_id),
    CONSTRAINT score_from_0_to_1 CHECK (score BETWEEN 0 AND 1),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE paper_versions (
    paper_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    submitted_at TEXT,
    PRIMARY KEY (paper_id, version),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE readings (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    pass_number INTEGER NOT NULL,
    version_read INTEGER NOT NULL,
    seconds REAL NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    verdict TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT three_passes CHECK (pass_number IN (1, 2, 3)),
    CONSTRAINT known_verdict CHECK (verdict IN ('go on', 'stop')),
    CONSTRAINT stop_needs_a_reason CHECK (verdict IS NOT 'stop' OR length(reason) > 0),
    CONSTRAINT finished_with_a_verdict CHECK ((verdict IS NULL) = (finished_at IS NULL)),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX readings_by_paper ON readings (paper_id, pass_number);
CREATE UNIQUE INDEX readings_open ON readings (paper_id, pass_number) WHERE finished_at IS NULL;

CREATE TABLE red_flags (
    paper_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    evidence TEXT NOT NULL,
    flagged_at TEXT NOT NULL,
    PRIMARY KEY (paper_id, kind),
    CONSTRAINT one_of_seven CHECK (kind IN ('weak baselines', 'cherry-picked examples', 'new metric', 'toy data', 'missing ablations', 'reproducibility', 'compute advantage')),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE surprises (
    id INTEGER NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    paper_id INTEGER,
    claim TEXT,
    claimed_value REAL,
    observed_value REAL,
    observed TEXT,
    unit TEXT,
    repository TEXT,
    branch TEXT,
    commit_sha TEXT,
    folder TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT says_something CHECK (length(text) > 0),
    CONSTRAINT known_kind CHECK (kind IN ('data', 'augmentation', 'accuracy', 'latency', 'memory', 'cost', 'dependency', 'edge case', 'label', 'other')),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX surprises_by_paper ON surprises (paper_id);
CREATE INDEX surprises_by_time ON surprises (created_at);

CREATE TABLE triage_decisions (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    session_id INTEGER,
    decision TEXT NOT NULL,
    route TEXT NOT NULL,
    score REAL,
    decided_at TEXT NOT NULL,
    undone_at TEXT,
    PRIMARY KEY (id),
    CONSTRAINT known_decision CHECK (decision IN ('keep', 'skip', 'later')),
    CONSTRAINT known_route CHECK (route IN ('triage', 'add')),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE,
    FOREIGN KEY(session_id) REFERENCES triage_sessions (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX triage_decisions_by_time ON triage_decisions (decided_at);
CREATE UNIQUE INDEX triage_decisions_in_force ON triage_decisions (paper_id) WHERE undone_at IS NULL;

CREATE TABLE viability (
    paper_id INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    score INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    rated_at TEXT NOT NULL,
    PRIMARY KEY (paper_id, dimension),
    CONSTRAINT one_of_four CHECK (dimension IN ('computational efficiency', 'integration complexity', 'robustness', 'maintainability')),
    CONSTRAINT score_from_1_to_5 CHECK (score BETWEEN 1 AND 5),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

"""

# External-content indexes: the text stays in its table, and triggers keep the index in step.
TEXT_INDEXES = {
    "papers": ("id", ("title", "abstract", "authors")),
    "notes": (
        "paper_id",
        (
            "summary",
            "key_insight",
            "results",
            "limitations",
            "production",
            "implementation",
            "body",
            "answers_text",
        ),
    ),
    "surprises": ("id", ("text",)),
}


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table, (key, columns) in TEXT_INDEXES.items():
        for statement in text_index(table, key, columns):
            op.execute(statement)


def text_index(table: str, key: str, columns: tuple[str, ...]) -> list[str]:
    names = ", ".join(columns)
    old, new = (", ".join(f"{side}.{name}" for name in columns) for side in ("old", "new"))
    remove = f"INSERT INTO {table}_text ({table}_text, rowid, {names}) VALUES ('delete', old.{key}, {old});"
    add = f"INSERT INTO {table}_text (rowid, {names}) VALUES (new.{key}, {new});"
    return [
        f"CREATE VIRTUAL TABLE {table}_text USING fts5({names}, content='{table}', content_rowid='{key}',"
        " tokenize='porter unicode61 remove_diacritics 2')",
        f"CREATE TRIGGER {table}_text_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {table}_text_delete AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {table}_text_update AFTER UPDATE OF {names} ON {table} BEGIN {remove} {add} END",
    ]

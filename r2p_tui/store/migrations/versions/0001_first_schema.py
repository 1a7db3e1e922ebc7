"""The first schema: papers, announcements, triage, reading, surprises, and their full-text indexes."""

from alembic import op

# ruff: noqa: S608  (only names of this file come together in its SQL)

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
    categories TEXT DEFAULT '[]' NOT NULL,
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
    last_read_at TEXT,
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
    CONSTRAINT one_of_seven CHECK (kind IN (
        'weak baselines', 'cherry-picked examples', 'new metric', 'toy data', 'missing ablations',
        'reproducibility', 'compute advantage'
    )),
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
    CONSTRAINT known_kind CHECK (kind IN (
        'data', 'augmentation', 'accuracy', 'latency', 'memory', 'cost', 'dependency', 'edge case',
        'label', 'other'
    )),
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
CREATE INDEX triage_decisions_by_kind ON triage_decisions (decision, decided_at, paper_id)
    WHERE undone_at IS NULL;
CREATE INDEX triage_decisions_by_time ON triage_decisions (decided_at);
CREATE UNIQUE INDEX triage_decisions_in_force ON triage_decisions (paper_id) WHERE undone_at IS NULL;

CREATE TABLE viability (
    paper_id INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    score INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    rated_at TEXT NOT NULL,
    PRIMARY KEY (paper_id, dimension),
    CONSTRAINT one_of_four CHECK (dimension IN (
        'computational efficiency', 'integration complexity', 'robustness', 'maintainability'
    )),
    CONSTRAINT score_from_1_to_5 CHECK (score BETWEEN 1 AND 5),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

"""

# What a paper can be found by, besides words: one word each, which nobody types and stemming leaves alone.
# cs.CV is cs0cv9 and cs9, q-bio.QM is q1bio0qm9 and q1bio9, 2024 is y2024 (by the id where there is no date);
# paper9 is every paper, so that NOT has a left side.
FACETS = """
    'paper9 '
    || replace(replace(replace(replace({row}.categories, '.', '0'), '-', '1'), '","', '9 '), '"]', '9')
    || replace(replace({row}.categories, '-', '1'), '.', '9 0')
    || CASE
        WHEN {row}.published_at IS NOT NULL THEN ' y' || substr({row}.published_at, 1, 4)
        WHEN {row}.arxiv_id GLOB '[0-9][0-9][0-9][0-9].*' THEN ' y20' || substr({row}.arxiv_id, 1, 2)
        ELSE ''
    END
    || CASE WHEN {row}.code_url IS NULL THEN '' ELSE ' code9' END
"""
NOTE_FIELDS = "summary, key_insight, results, limitations, production, implementation, body, answers_text"
NOTE = f"SELECT {NOTE_FIELDS.replace(', ', ' || char(10) || ')} FROM notes WHERE paper_id = {{row}}.id"
SURPRISES = """
    SELECT group_concat(text, char(10)) FROM (
        SELECT text FROM surprises WHERE paper_id = {row} AND id IS NOT {without} ORDER BY id
    )
"""
DOCUMENT = (
    f"{{row}}.id, {{row}}.title, {{row}}.abstract, {{row}}.authors, ({NOTE}), ({{surprises}}), {FACETS}"
)
COLUMNS = "title, abstract, authors, notes, surprises, facets"


def document(row: str) -> str:
    """The values that are indexed for a row of papers, its id first."""
    surprises = SURPRISES.format(row=f"{row}.id", without="NULL")
    return DOCUMENT.format(row=row, surprises=surprises)


# One document a paper, with what the user wrote about it, so that the words of a search may stand in either.
# title_words knows which words of titles begin with what somebody is typing, and how common they are.
TEXT_INDEX = f"""
CREATE VIEW papers_text_source (id, {COLUMNS}) AS SELECT {document("papers")} FROM papers;
CREATE VIRTUAL TABLE papers_text USING fts5(
    {COLUMNS}, content='papers_text_source', content_rowid='id',
    tokenize='porter unicode61 remove_diacritics 2'
);
INSERT INTO papers_text (papers_text, rank) VALUES ('hashsize', 16777216);
CREATE VIRTUAL TABLE title_words USING fts5(
    title, content='papers', content_rowid='id',
    detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE title_word_counts USING fts5vocab('title_words', 'row');
"""


def upgrade() -> None:
    for statement in (TABLES + TEXT_INDEX).split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in triggers():
        op.execute(statement)


def triggers() -> list[str]:
    """Keep the indexes in step with papers, notes and surprises.

    A document leaves the index as it stood: before an update or a delete that is what the source says, and
    after an insert it is the source without the new row. (Before an insert is too early: upserts pass there.)
    """
    paper_fields = "arxiv_id, title, abstract, authors, categories, published_at, code_url"
    add_paper = f"INSERT INTO papers_text (rowid, {COLUMNS}) SELECT {document('new')};"
    without_new = SURPRISES.format(row="new.paper_id", without="new.id")
    return [
        _trigger("papers_text_insert", "AFTER INSERT ON papers", add_paper),
        *_around("papers", paper_fields, "id"),
        _trigger(
            "notes_text_insert",
            "AFTER INSERT ON notes",
            _remove("new.paper_id", notes="NULL"),
            _add("new.paper_id"),
        ),
        *_around("notes", NOTE_FIELDS, "paper_id"),
        _trigger(
            "surprises_text_insert",
            "AFTER INSERT ON surprises",
            _remove("new.paper_id", surprises=f"({without_new})"),
            _add("new.paper_id"),
        ),
        *_around("surprises", "text, paper_id", "paper_id"),
        _trigger("title_words_insert", "AFTER INSERT ON papers", _title("new")),
        _trigger("title_words_delete", "AFTER DELETE ON papers", _title("old", "'delete'")),
        _trigger(
            "title_words_update", "AFTER UPDATE OF title ON papers", _title("old", "'delete'"), _title("new")
        ),
    ]


def _trigger(name: str, event: str, *statements: str) -> str:
    return f"CREATE TRIGGER {name} {event} BEGIN {' '.join(statements)} END"


def _around(table: str, fields: str, key: str) -> list[str]:
    old, both = f"old.{key}", f"old.{key}, new.{key}"
    return [
        _trigger(f"{table}_text_before_update", f"BEFORE UPDATE OF {fields} ON {table}", _remove(both)),
        _trigger(f"{table}_text_after_update", f"AFTER UPDATE OF {fields} ON {table}", _add(both)),
        _trigger(f"{table}_text_before_delete", f"BEFORE DELETE ON {table}", _remove(old)),
        _trigger(f"{table}_text_after_delete", f"AFTER DELETE ON {table}", _add(old)),
    ]


def _remove(ids: str, notes: str = "notes", surprises: str = "surprises") -> str:
    return (
        f"INSERT INTO papers_text (papers_text, rowid, {COLUMNS})"
        f" SELECT 'delete', id, title, abstract, authors, {notes}, {surprises}, facets"
        f" FROM papers_text_source WHERE id IN ({ids});"
    )


def _add(ids: str) -> str:
    return (
        f"INSERT INTO papers_text (rowid, {COLUMNS}) SELECT id, {COLUMNS}"
        f" FROM papers_text_source WHERE id IN ({ids});"
    )


def _title(side: str, command: str = "") -> str:
    names, values = ("title_words, ", f"{command}, ") if command else ("", "")
    return f"INSERT INTO title_words ({names}rowid, title) VALUES ({values}{side}.id, {side}.title);"

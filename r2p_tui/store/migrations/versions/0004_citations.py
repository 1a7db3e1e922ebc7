"""The citation graph: works, citations with their sentences, corrections, looks, news, and looks for code."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE works (
    id INTEGER NOT NULL,
    s2_id TEXT,
    openalex_id TEXT,
    arxiv_id TEXT,
    doi TEXT,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    first_author TEXT NOT NULL,
    year INTEGER,
    published_on TEXT,
    venue TEXT NOT NULL,
    citation_count INTEGER,
    influential_count INTEGER,
    reference_count INTEGER,
    code_url TEXT,
    added_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    line TEXT GENERATED ALWAYS AS (coalesce(year, '') || char(31) || coalesce(published_on, '') || char(31)
        || coalesce(citation_count, '') || char(31) || coalesce(influential_count, '') || char(31)
        || (code_url IS NOT NULL) || char(31) || coalesce(arxiv_id, doi, '') || char(31) || first_author
        || char(31) || venue || char(31) || title) STORED,
    PRIMARY KEY (id),
    UNIQUE (s2_id),
    UNIQUE (openalex_id),
    UNIQUE (arxiv_id),
    UNIQUE (doi)
) STRICT;
CREATE INDEX works_by_title ON works (title_key);

CREATE TABLE work_texts (
    work_id INTEGER NOT NULL,
    authors TEXT NOT NULL,
    abstract TEXT NOT NULL,
    PRIMARY KEY (work_id),
    FOREIGN KEY(work_id) REFERENCES works (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE work_aliases (
    name TEXT NOT NULL,
    work_id INTEGER NOT NULL,
    PRIMARY KEY (name),
    FOREIGN KEY(work_id) REFERENCES works (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX work_aliases_by_work ON work_aliases (work_id);

CREATE TABLE citations (
    cited_id INTEGER NOT NULL,
    citing_id INTEGER NOT NULL,
    influential INTEGER NOT NULL,
    intents TEXT NOT NULL,
    contexts INTEGER NOT NULL,
    sources TEXT NOT NULL,
    evidence TEXT NOT NULL,
    rules_version INTEGER NOT NULL,
    corrected TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    line TEXT GENERATED ALWAYS AS (influential || ' ' || contexts || ' ' || coalesce(corrected, evidence)
        || ' ' || (corrected IS NOT NULL) || ' ' || first_seen_at || ' ' || intents) STORED,
    PRIMARY KEY (cited_id, citing_id),
    CONSTRAINT cites_another CHECK (citing_id <> cited_id),
    CONSTRAINT known_evidence CHECK (evidence IN
        ('replicates', 'fails', 'deploys', 'extends', 'compares', 'mentions')),
    CONSTRAINT known_correction CHECK (corrected IS NULL OR corrected IN
        ('replicates', 'fails', 'deploys', 'extends', 'compares', 'mentions')),
    FOREIGN KEY(cited_id) REFERENCES works (id) ON DELETE CASCADE,
    FOREIGN KEY(citing_id) REFERENCES works (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX citations_by_citing ON citations (citing_id, cited_id);
CREATE INDEX citations_by_time ON citations (cited_id, first_seen_at);

CREATE TABLE citation_contexts (
    cited_id INTEGER NOT NULL,
    citing_id INTEGER NOT NULL,
    contexts TEXT NOT NULL,
    cues TEXT NOT NULL,
    PRIMARY KEY (cited_id, citing_id),
    FOREIGN KEY(cited_id) REFERENCES works (id) ON DELETE CASCADE,
    FOREIGN KEY(citing_id) REFERENCES works (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX citation_contexts_by_citing ON citation_contexts (citing_id);

CREATE TABLE evidence_corrections (
    id INTEGER NOT NULL,
    cited_id INTEGER NOT NULL,
    citing_id INTEGER NOT NULL,
    evidence TEXT,
    corrected_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_evidence CHECK (evidence IS NULL OR evidence IN
        ('replicates', 'fails', 'deploys', 'extends', 'compares', 'mentions')),
    FOREIGN KEY(cited_id) REFERENCES works (id) ON DELETE CASCADE,
    FOREIGN KEY(citing_id) REFERENCES works (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX evidence_corrections_by_cited ON evidence_corrections (cited_id, citing_id, id);
CREATE INDEX evidence_corrections_by_citing ON evidence_corrections (citing_id);

CREATE TABLE citation_looks (
    work_id INTEGER NOT NULL,
    direction TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    next_offset INTEGER NOT NULL,
    windows TEXT NOT NULL,
    cursor TEXT,
    found INTEGER NOT NULL,
    said INTEGER,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    PRIMARY KEY (work_id, direction, source),
    CONSTRAINT known_direction CHECK (direction IN ('citations', 'references')),
    CONSTRAINT known_source CHECK (source IN ('s2', 'openalex', 'facts')),
    CONSTRAINT known_state CHECK (state IN ('going', 'done', 'failed')),
    CONSTRAINT failed_for_a_reason CHECK (state <> 'failed' OR length(reason) > 0),
    CONSTRAINT ended_when_done CHECK (state <> 'done' OR ended_at IS NOT NULL),
    FOREIGN KEY(work_id) REFERENCES works (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

CREATE TABLE citation_news (
    work_id INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    asked_at TEXT,
    counted INTEGER,
    PRIMARY KEY (work_id),
    FOREIGN KEY(work_id) REFERENCES works (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE code_looks (
    paper_id INTEGER NOT NULL,
    looked_at TEXT NOT NULL,
    state TEXT NOT NULL,
    url TEXT,
    found_by TEXT NOT NULL,
    stars INTEGER,
    upvotes INTEGER,
    licence TEXT,
    archived INTEGER,
    pushed_at TEXT,
    models TEXT NOT NULL,
    model_count INTEGER,
    reason TEXT NOT NULL,
    appeared_at TEXT,
    PRIMARY KEY (paper_id),
    CONSTRAINT known_state CHECK (state IN ('official', 'community', 'none')),
    FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
) STRICT;
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)

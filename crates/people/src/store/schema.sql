-- One row: what the whole file knows.
CREATE TABLE place (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    founded INTEGER NOT NULL CHECK (founded IN (0, 1)),
    last_event INTEGER NOT NULL,
    handed_over INTEGER NOT NULL
) STRICT;
INSERT INTO place VALUES (1, 0, 0, 0);

-- Times are milliseconds since 1970, ids 16 bytes.
CREATE TABLE persons (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    tie TEXT NOT NULL,
    role TEXT NOT NULL,
    groups TEXT NOT NULL,
    state TEXT NOT NULL,
    until INTEGER,
    added INTEGER NOT NULL,
    CHECK (tie <> 'volunteer' OR until IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX persons_by_name ON persons (folded) WHERE state <> 'gone';
CREATE INDEX persons_by_end ON persons (until) WHERE until IS NOT NULL AND state <> 'gone';

-- Keys of nobody are the break-glass keys.
CREATE TABLE keys (
    id BLOB PRIMARY KEY,
    person BLOB REFERENCES persons (id),
    credential BLOB NOT NULL,
    label TEXT NOT NULL,
    attested INTEGER NOT NULL CHECK (attested IN (0, 1)),
    added INTEGER NOT NULL,
    used INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_by_person ON keys (person);

CREATE TABLE challenges (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    browser BLOB NOT NULL CHECK (length(browser) = 32),
    purpose TEXT NOT NULL,
    bucket TEXT NOT NULL,
    is_anonymous INTEGER NOT NULL CHECK (is_anonymous IN (0, 1)),
    state BLOB NOT NULL,
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenges_by_bucket ON challenges (bucket, made);
CREATE INDEX challenges_by_end ON challenges (ends);

CREATE TABLE requests (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    subject BLOB CHECK (length(subject) = 16),
    body TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    asked_by BLOB,
    asked INTEGER NOT NULL,
    state TEXT NOT NULL,
    ready INTEGER,
    ends INTEGER NOT NULL,
    settled INTEGER,
    link BLOB UNIQUE CHECK (length(link) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_open ON requests (ends) WHERE state IN ('waiting', 'approved');
CREATE INDEX requests_by_subject ON requests (subject) WHERE state IN ('waiting', 'approved');

CREATE TABLE approvals (
    request BLOB NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    approver BLOB NOT NULL REFERENCES persons (id),
    key BLOB NOT NULL,
    proof BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (request, approver)
) STRICT, WITHOUT ROWID;
CREATE TABLE glass_assertions (
    request BLOB NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    key BLOB NOT NULL,
    proof BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (request, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    person BLOB NOT NULL REFERENCES persons (id),
    key BLOB NOT NULL,
    binding TEXT NOT NULL,
    bound BLOB,
    begun INTEGER NOT NULL,
    authenticated INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    address TEXT,
    agent TEXT NOT NULL,
    ended INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_person ON sessions (person, begun);
CREATE INDEX sessions_live ON sessions (ends) WHERE ended IS NULL;
CREATE INDEX sessions_live_by_person ON sessions (person, begun) WHERE ended IS NULL;
-- Only live sessions have cookies: ending one deletes them.
CREATE TABLE cookies (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    session BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cookies_by_session ON cookies (session);
-- From a session to a tool under another name: a ticket, then a pass. Ending the session deletes both.
CREATE TABLE tickets (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    session BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    browser BLOB NOT NULL CHECK (length(browser) = 32),
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_session ON tickets (session);
CREATE TABLE passes (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    session BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passes_by_session ON passes (session, host);

CREATE TABLE attempts (
    bucket TEXT PRIMARY KEY,
    failed REAL NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    person BLOB,
    about TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_person ON events (person, number);

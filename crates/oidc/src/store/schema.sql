-- Times are milliseconds since 1970, hashes 32 bytes, sessions and persons 16.
CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    secret BLOB CHECK (length(secret) = 32),
    body TEXT NOT NULL,
    added INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What signs. The private half is sealed with a key that is not in this file.
CREATE TABLE keys (
    kid TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    public TEXT NOT NULL,
    sealed BLOB NOT NULL,
    signs_from INTEGER NOT NULL,
    signs_until INTEGER NOT NULL,
    kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Requests between two moments: pushed and not used, waiting for somebody to sign in, asking to end a session.
CREATE TABLE requests (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    client TEXT REFERENCES clients (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('pushed', 'waiting', 'logout')),
    body TEXT NOT NULL,
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_client ON requests (client, made);
CREATE INDEX requests_by_end ON requests (ends);

-- A person's session let in a client. All tokens of a family hang on one of these.
CREATE TABLE grants (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    client TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    session BLOB NOT NULL CHECK (length(session) = 16),
    person BLOB NOT NULL CHECK (length(person) = 16),
    body TEXT NOT NULL,
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    ended INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_session ON grants (session, client, made);
CREATE INDEX grants_by_client ON grants (client);

CREATE TABLE secrets (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('code', 'access', 'refresh')),
    grant_id BLOB NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    ends INTEGER NOT NULL,
    used INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX secrets_by_grant ON secrets (grant_id);
CREATE INDEX secrets_by_end ON secrets (ends);

-- Proofs and assertions that were seen, until they are too old to be taken anyway.
CREATE TABLE proofs (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    whose TEXT NOT NULL,
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX proofs_by_whose ON proofs (whose);
CREATE INDEX proofs_by_end ON proofs (ends);

-- Clients that are still to be told that a session ended.
CREATE TABLE logouts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    client TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    session BLOB NOT NULL CHECK (length(session) = 16),
    person BLOB NOT NULL CHECK (length(person) = 16),
    tries INTEGER NOT NULL,
    next INTEGER NOT NULL
) STRICT;
CREATE INDEX logouts_by_next ON logouts (next);

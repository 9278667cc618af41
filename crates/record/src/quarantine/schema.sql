CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    arrived INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS told (
    id TEXT NOT NULL,
    reader TEXT NOT NULL,
    token BLOB NOT NULL,
    at INTEGER NOT NULL,
    asked INTEGER,
    given INTEGER,
    PRIMARY KEY (id, reader)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_by_token ON told (token);

CREATE TABLE IF NOT EXISTS asked (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    compartment TEXT NOT NULL,
    asker TEXT NOT NULL,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    rule TEXT NOT NULL,
    through TEXT NOT NULL,
    times INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS asked_until ON asked (until);
CREATE INDEX IF NOT EXISTS asked_verdict ON asked (verdict, id);

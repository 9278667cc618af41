-- Accounts at the provider that an organisation keeps: whose one is was said by whoever held an invitation's link, or touched a key.
CREATE TABLE accounts (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    person BLOB NOT NULL REFERENCES persons (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    label TEXT NOT NULL,
    added INTEGER NOT NULL,
    used INTEGER,
    UNIQUE (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_by_person ON accounts (person);
-- A session is begun by a key, or by an account.
ALTER TABLE sessions RENAME COLUMN key TO touched;
ALTER TABLE sessions ADD COLUMN key BLOB;
UPDATE sessions SET key = touched;
ALTER TABLE sessions ADD COLUMN account BLOB CHECK ((account IS NULL) <> (key IS NULL));
ALTER TABLE sessions DROP COLUMN touched;

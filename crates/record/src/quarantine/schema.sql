CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    arrived INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BLOB
) STRICT;

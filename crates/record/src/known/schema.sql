-- What earlier sweeps know: a cache beside the record, which may be deleted at any time.
CREATE TABLE knowledge (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    rules BLOB
) STRICT;
CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    form TEXT NOT NULL,
    knowledge INTEGER NOT NULL REFERENCES knowledge (id),
    size INTEGER NOT NULL,
    format TEXT NOT NULL,
    items INTEGER NOT NULL,
    items_read INTEGER NOT NULL,
    findings TEXT,
    until INTEGER,
    scanned BLOB NOT NULL,
    in_history INTEGER NOT NULL,
    UNIQUE (sha256, form)
) STRICT;
CREATE INDEX contents_by_size ON contents (size);
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    content INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_content ON files (content);
CREATE TABLE former_files (
    path TEXT NOT NULL,
    content INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (content, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    newest INTEGER NOT NULL,
    observables INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

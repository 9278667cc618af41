-- What a front keeps. There is no name of a party in it, and of the blind tier only what releases carry.
-- Times are microseconds since 1970, UTC. "Never" is the largest number.

CREATE TABLE stream (
    id INTEGER NOT NULL PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The highest marking that the stream may carry: 2 AMBER for a group, 3 AMBER+STRICT for one organisation. Never 4, RED.
    ceiling INTEGER NOT NULL CHECK (ceiling BETWEEN 0 AND 3),
    -- The end of the chain, and the last number that an entry got.
    head_number INTEGER NOT NULL,
    head_epoch INTEGER NOT NULL,
    head_digest BLOB,
    head_seq INTEGER NOT NULL,
    head_added INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
    hash BLOB NOT NULL PRIMARY KEY,
    -- The key that this credential's receipts are signed with.
    receipt_key BLOB,
    -- Look-ups that one slot allows.
    budget INTEGER NOT NULL
) STRICT;

CREATE TABLE reader (
    credential BLOB NOT NULL REFERENCES credential (hash) ON DELETE CASCADE,
    stream INTEGER NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
    may_write INTEGER NOT NULL,
    PRIMARY KEY (credential, stream)
) STRICT;

CREATE TABLE release (
    stream INTEGER NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    digest BLOB NOT NULL,
    manifest BLOB NOT NULL,
    signature BLOB NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (stream, number)
) STRICT;

CREATE TABLE part (
    stream INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (stream, number, name, chunk),
    FOREIGN KEY (stream, number) REFERENCES release (stream, number) ON DELETE CASCADE
) STRICT;

-- Entries that came together have one time; times of a stream only grow. So "added after" is a place in the sequence.
CREATE TABLE batch (
    stream INTEGER NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
    added INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    PRIMARY KEY (stream, added)
) STRICT;

CREATE TABLE entry (
    stream INTEGER NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    added INTEGER NOT NULL,
    version INTEGER NOT NULL,
    -- When the object ends; the same for all its versions, as the newest says.
    expires INTEGER NOT NULL,
    tlp INTEGER NOT NULL CHECK (tlp BETWEEN 0 AND 3),
    -- 1 when no version of the object in this stream is newer, or older.
    newest INTEGER NOT NULL,
    oldest INTEGER NOT NULL,
    object TEXT NOT NULL,
    type TEXT NOT NULL,
    spec_version TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT;
CREATE UNIQUE INDEX entry_by_object ON entry (stream, object, version);
CREATE INDEX entry_by_type ON entry (stream, type, seq);

CREATE TABLE receipt (
    stream INTEGER NOT NULL,
    number INTEGER NOT NULL,
    receipt_key BLOB NOT NULL,
    at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (stream, number, receipt_key),
    FOREIGN KEY (stream, number) REFERENCES release (stream, number) ON DELETE CASCADE
) STRICT;

-- No foreign key: a budget is spent even when the credential is taken away and given again.
CREATE TABLE budget (
    credential BLOB NOT NULL,
    slot INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (credential, slot)
) STRICT;

CREATE TABLE key_log (
    seq INTEGER NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL UNIQUE,
    entry BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- What parties send: objects where they may write, and sightings. The body goes when the desk has taken it.
CREATE TABLE submission (
    id TEXT NOT NULL PRIMARY KEY,
    credential BLOB NOT NULL,
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    received INTEGER NOT NULL,
    status TEXT NOT NULL,
    body BLOB
) STRICT;
CREATE INDEX submission_waiting ON submission (received) WHERE body IS NOT NULL;

-- What the desk keeps: names, plain text, decisions. It never leaves the desk.
-- Times are microseconds since 1970, UTC. "Never" is the largest number.

CREATE TABLE party (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    credential BLOB NOT NULL UNIQUE,
    receipt_key BLOB,
    budget INTEGER NOT NULL,
    created INTEGER NOT NULL,
    revoked INTEGER
) STRICT;

CREATE TABLE stream (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    -- 1 when one organisation reads it: then it has one member at the most.
    is_for_one INTEGER NOT NULL,
    members INTEGER NOT NULL,
    created INTEGER NOT NULL,
    CHECK (is_for_one = 0 OR members <= 1)
) STRICT;

CREATE TABLE membership (
    party TEXT NOT NULL REFERENCES party (id),
    stream TEXT NOT NULL REFERENCES stream (id),
    may_write INTEGER NOT NULL,
    PRIMARY KEY (party, stream)
) STRICT;

CREATE TABLE object (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    spec_version TEXT NOT NULL,
    json TEXT NOT NULL,
    tlp INTEGER NOT NULL CHECK (tlp BETWEEN 0 AND 4),
    -- 0 held, 1 blind, 2 open.
    tier INTEGER NOT NULL CHECK (tier BETWEEN 0 AND 2),
    -- 0 imported, 1 reviewed, 2 granted, 3 withdrawn.
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    source TEXT NOT NULL,
    -- What is indicated, by its digest: the same from two sources is found by it.
    fingerprint BLOB,
    imported INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) STRICT;
CREATE INDEX object_by_state ON object (state, id);
CREATE INDEX object_by_fingerprint ON object (fingerprint) WHERE fingerprint IS NOT NULL;

-- A grant is of an object, whatever its version.
CREATE TABLE granted (
    object TEXT NOT NULL,
    stream TEXT NOT NULL REFERENCES stream (id),
    PRIMARY KEY (stream, object)
) STRICT;
CREATE INDEX granted_by_object ON granted (object);

CREATE TABLE draft (
    id TEXT NOT NULL PRIMARY KEY,
    stream TEXT NOT NULL REFERENCES stream (id),
    number INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    digest BLOB NOT NULL,
    manifest BLOB NOT NULL,
    author TEXT NOT NULL,
    created INTEGER NOT NULL,
    -- NULL until the front has it.
    published INTEGER
) STRICT;
-- One release stands at a number.
CREATE UNIQUE INDEX draft_published ON draft (stream, number) WHERE published IS NOT NULL;

CREATE TABLE approval (
    draft TEXT NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    approver TEXT NOT NULL,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (draft, approver)
) STRICT;

CREATE TABLE audit (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- Orders of the desk that came on a stick and were done. Each names the digest of the one before; none is done twice or left out.
CREATE TABLE done_order (
    number INTEGER NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- A party that joined shows what it said then; what the desk knows it by, which follows from its code, opens nothing any more.
ALTER TABLE credential ADD COLUMN shown BLOB;
UPDATE credential SET shown = hash;
CREATE UNIQUE INDEX credential_by_shown ON credential (shown);

-- No foreign key: who may read is replaced as a whole, and joining stays.
CREATE TABLE joined (
    credential BLOB NOT NULL PRIMARY KEY,
    shown BLOB NOT NULL UNIQUE,
    receipt_key BLOB NOT NULL,
    at INTEGER NOT NULL,
    -- As it was signed.
    bytes BLOB NOT NULL
) STRICT;

-- What the hub signed in return, once the desk had the receipt.
ALTER TABLE receipt ADD COLUMN seen BLOB;

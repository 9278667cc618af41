-- Numbers that parties agreed to tell: one statement of each for a stream and a week. What it says goes when the desk has it; that it came
-- stays as long as another could come in its place. No foreign key: who may read is replaced as a whole.
CREATE TABLE counts (
    credential BLOB NOT NULL,
    stream TEXT NOT NULL,
    week TEXT NOT NULL,
    received INTEGER NOT NULL,
    digest BLOB NOT NULL,
    -- As it was signed.
    bytes BLOB,
    PRIMARY KEY (credential, stream, week)
) STRICT;
CREATE INDEX counts_waiting ON counts (received) WHERE bytes IS NOT NULL;

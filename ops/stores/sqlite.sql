CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    originator_id BLOB NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL
);
CREATE UNIQUE INDEX events_of_record ON events (originator_id, originator_version);

CREATE TABLE receipts (
    command BLOB PRIMARY KEY,
    subject BLOB NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    answer BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE claims (
    name TEXT PRIMARY KEY,
    record BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE serials (
    prefix TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE snapshots (
    record BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    state BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE followers (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    note TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE ledger (
    id TEXT NOT NULL,
    schema_version INTEGER NOT NULL
);

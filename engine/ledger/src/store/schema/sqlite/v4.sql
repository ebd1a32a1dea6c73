-- Schema 4. Entries are found by person and by project without reading all of them. From here on the versions of SQLite and
-- PostgreSQL have the same numbers. Versions only go forward; this file is never changed once a ledger was written with it.

CREATE INDEX entries_of_actor ON entries (actor, seq);
CREATE INDEX entries_of_account ON entries (account, seq) WHERE account IS NOT NULL;

PRAGMA user_version = 4;

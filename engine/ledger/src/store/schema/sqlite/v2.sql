-- Schema 2. Documents that entries speak of: policy bundles. Each has the SHA-256 of its bytes for a name, so an entry that
-- holds the digest in `$.document` proves the text. Versions only go forward; this file is never changed once a ledger
-- was written with it.

CREATE TABLE documents (
    digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
    seq    INTEGER NOT NULL REFERENCES entries (seq),
    bytes  BLOB NOT NULL
) STRICT;
CREATE TRIGGER documents_stay BEFORE DELETE ON documents
    BEGIN SELECT RAISE(ABORT, 'documents are never deleted'); END;
CREATE TRIGGER documents_are_final BEFORE UPDATE ON documents
    BEGIN SELECT RAISE(ABORT, 'documents are never changed'); END;

CREATE INDEX entries_of_kind ON entries (kind, seq);

PRAGMA user_version = 2;

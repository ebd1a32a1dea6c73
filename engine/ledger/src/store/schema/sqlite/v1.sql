-- Schema 1. Versions only go forward; this file is never changed once a ledger was written with it.
-- Times are microseconds since 1970 UTC, amounts are points. `entries.seq` is dense and starts at 0.

CREATE TABLE entries (
    seq       INTEGER PRIMARY KEY CHECK (seq >= 0),
    at        INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    actor     TEXT NOT NULL,
    role      TEXT,
    account   TEXT,
    query_id  TEXT,
    body      TEXT NOT NULL,
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT;
CREATE INDEX entries_of_query ON entries (query_id) WHERE query_id IS NOT NULL;

-- Texts behind the commitments. The only rows that may be deleted: erasing one leaves the log provable.
CREATE TABLE openings (
    seq   INTEGER NOT NULL REFERENCES entries (seq),
    field TEXT NOT NULL,
    salt  BLOB NOT NULL CHECK (length(salt) = 32),
    text  TEXT NOT NULL,
    PRIMARY KEY (seq, field)
) STRICT;

CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    spent   INTEGER NOT NULL CHECK (spent > 0)
) STRICT;

CREATE TABLE queries (
    query_id        TEXT PRIMARY KEY,
    account         TEXT NOT NULL REFERENCES accounts (account),
    user_id         TEXT NOT NULL,
    role            TEXT NOT NULL,
    idempotency_key TEXT,
    body_digest     TEXT,
    sql_fingerprint TEXT NOT NULL,
    policy_digest   TEXT NOT NULL,
    profile         TEXT NOT NULL,
    snapshots       TEXT NOT NULL,
    plan_digest     TEXT NOT NULL,
    submitted_at    INTEGER NOT NULL,
    intent_seq      INTEGER NOT NULL UNIQUE REFERENCES entries (seq),
    state           TEXT NOT NULL CHECK (state IN ('running', 'released', 'failed', 'forfeited')),
    failure_class   TEXT,
    ended_at        INTEGER,
    outcome_seq     INTEGER UNIQUE REFERENCES entries (seq),
    CHECK ((idempotency_key IS NULL) = (body_digest IS NULL)),
    CHECK ((state = 'running') = (outcome_seq IS NULL)),
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK ((state = 'failed') = (failure_class IS NOT NULL)),
    CHECK (outcome_seq > intent_seq)
) STRICT;
CREATE UNIQUE INDEX queries_by_key ON queries (account, user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX queries_running ON queries (intent_seq) WHERE state = 'running';

CREATE TABLE charges (
    query_id     TEXT PRIMARY KEY REFERENCES queries (query_id),
    account      TEXT NOT NULL REFERENCES accounts (account),
    cost         INTEGER NOT NULL CHECK (cost > 0),
    spent_before INTEGER NOT NULL CHECK (spent_before >= 0),
    spent_after  INTEGER NOT NULL CHECK (spent_after = spent_before + cost),
    spend_limit  INTEGER NOT NULL CHECK (spent_after <= spend_limit),
    intent_seq   INTEGER NOT NULL UNIQUE REFERENCES entries (seq)
) STRICT;
CREATE INDEX charges_of_account ON charges (account, intent_seq);

CREATE TABLE answers (
    query_id TEXT PRIMARY KEY REFERENCES queries (query_id),
    digest   TEXT NOT NULL CHECK (length(digest) = 64),
    bytes    BLOB NOT NULL
) STRICT;

CREATE TABLE tokens (
    token_id    TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
    issued_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL CHECK (expires_at > issued_at),
    issued_seq  INTEGER NOT NULL UNIQUE REFERENCES entries (seq),
    revoked_at  INTEGER,
    revoked_seq INTEGER UNIQUE REFERENCES entries (seq),
    CHECK ((revoked_at IS NULL) = (revoked_seq IS NULL))
) STRICT;

-- The last net: what the code never does, the file does not allow either.

CREATE TRIGGER entries_are_dense BEFORE INSERT ON entries
    WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entries)
    BEGIN SELECT RAISE(ABORT, 'audit entries are numbered without gaps'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER openings_are_final BEFORE UPDATE ON openings
    BEGIN SELECT RAISE(ABORT, 'openings are never changed'); END;

CREATE TRIGGER accounts_stay BEFORE DELETE ON accounts
    BEGIN SELECT RAISE(ABORT, 'accounts are never deleted'); END;
CREATE TRIGGER accounts_only_grow BEFORE UPDATE ON accounts
    WHEN NEW.account <> OLD.account OR NEW.spent <= OLD.spent
    BEGIN SELECT RAISE(ABORT, 'nothing is refunded'); END;
CREATE TRIGGER charges_stay BEFORE DELETE ON charges
    BEGIN SELECT RAISE(ABORT, 'charges are never deleted'); END;
CREATE TRIGGER charges_are_final BEFORE UPDATE ON charges
    BEGIN SELECT RAISE(ABORT, 'charges are never changed'); END;

CREATE TRIGGER queries_stay BEFORE DELETE ON queries
    BEGIN SELECT RAISE(ABORT, 'queries are never deleted'); END;
CREATE TRIGGER queries_end_once BEFORE UPDATE ON queries WHEN OLD.state <> 'running'
    BEGIN SELECT RAISE(ABORT, 'a query ends once'); END;
CREATE TRIGGER queries_keep_their_intent BEFORE UPDATE OF query_id, account, user_id, role, idempotency_key, body_digest,
    sql_fingerprint, policy_digest, profile, snapshots, plan_digest, submitted_at, intent_seq ON queries
    BEGIN SELECT RAISE(ABORT, 'the intent of a query is never changed'); END;
CREATE TRIGGER answers_stay BEFORE DELETE ON answers
    BEGIN SELECT RAISE(ABORT, 'answers are never deleted'); END;
CREATE TRIGGER answers_are_final BEFORE UPDATE ON answers
    BEGIN SELECT RAISE(ABORT, 'answers are never changed'); END;

CREATE TRIGGER tokens_stay BEFORE DELETE ON tokens
    BEGIN SELECT RAISE(ABORT, 'tokens are never deleted'); END;
CREATE TRIGGER tokens_are_revoked_once BEFORE UPDATE ON tokens WHEN OLD.revoked_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a token is revoked once'); END;
CREATE TRIGGER tokens_are_final BEFORE UPDATE OF token_id, user_id, secret_hash, issued_at, expires_at, issued_seq
    ON tokens
    BEGIN SELECT RAISE(ABORT, 'tokens are never changed'); END;

PRAGMA application_id = 1414681426;
PRAGMA user_version = 1;

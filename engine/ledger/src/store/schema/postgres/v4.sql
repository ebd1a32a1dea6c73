-- Schema 4, the first on PostgreSQL: all that schemas 1 to 4 of SQLite say, table by table and rule by rule. Versions only go
-- forward; this file is never changed once a ledger was written with it.
-- Times are microseconds since 1970 UTC, amounts are points. `entries.seq` is dense and starts at 0.

CREATE TABLE ledger_version (version BIGINT NOT NULL);
INSERT INTO ledger_version VALUES (4);

CREATE TABLE entries (
    seq       BIGINT PRIMARY KEY CHECK (seq >= 0),
    at        BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    actor     TEXT NOT NULL,
    role      TEXT,
    account   TEXT,
    query_id  TEXT,
    body      TEXT NOT NULL,
    leaf_hash BYTEA NOT NULL CHECK (octet_length(leaf_hash) = 32)
);
CREATE INDEX entries_of_query ON entries (query_id) WHERE query_id IS NOT NULL;
CREATE INDEX entries_of_kind ON entries (kind, seq);
CREATE INDEX entries_of_actor ON entries (actor, seq);
CREATE INDEX entries_of_account ON entries (account, seq) WHERE account IS NOT NULL;

-- Texts behind the commitments. The only rows that may be deleted: erasing one leaves the log provable.
CREATE TABLE openings (
    seq   BIGINT NOT NULL REFERENCES entries (seq),
    field TEXT COLLATE "C" NOT NULL,
    salt  BYTEA NOT NULL CHECK (octet_length(salt) = 32),
    text  TEXT NOT NULL,
    PRIMARY KEY (seq, field)
);

CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    spent   BIGINT NOT NULL CHECK (spent > 0)
);

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
    submitted_at    BIGINT NOT NULL,
    intent_seq      BIGINT NOT NULL UNIQUE REFERENCES entries (seq),
    state           TEXT NOT NULL CHECK (state IN ('running', 'released', 'failed', 'forfeited')),
    failure_class   TEXT,
    ended_at        BIGINT,
    outcome_seq     BIGINT UNIQUE REFERENCES entries (seq),
    CHECK ((idempotency_key IS NULL) = (body_digest IS NULL)),
    CHECK ((state = 'running') = (outcome_seq IS NULL)),
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK ((state = 'failed') = (failure_class IS NOT NULL)),
    CHECK (outcome_seq > intent_seq)
);
CREATE UNIQUE INDEX queries_by_key ON queries (account, user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX queries_running ON queries (intent_seq) WHERE state = 'running';

CREATE TABLE charges (
    query_id     TEXT PRIMARY KEY REFERENCES queries (query_id),
    account      TEXT NOT NULL REFERENCES accounts (account),
    cost         BIGINT NOT NULL CHECK (cost > 0),
    spent_before BIGINT NOT NULL CHECK (spent_before >= 0),
    spent_after  BIGINT NOT NULL CHECK (spent_after = spent_before + cost),
    spend_limit  BIGINT NOT NULL CHECK (spent_after <= spend_limit),
    intent_seq   BIGINT NOT NULL UNIQUE REFERENCES entries (seq)
);
CREATE INDEX charges_of_account ON charges (account, intent_seq);

CREATE TABLE answers (
    query_id TEXT PRIMARY KEY REFERENCES queries (query_id),
    digest   TEXT NOT NULL CHECK (length(digest) = 64),
    bytes    BYTEA NOT NULL
);

CREATE TABLE tokens (
    token_id    TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    secret_hash BYTEA NOT NULL CHECK (octet_length(secret_hash) = 32),
    issued_at   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL CHECK (expires_at > issued_at),
    issued_seq  BIGINT NOT NULL UNIQUE REFERENCES entries (seq),
    revoked_at  BIGINT,
    revoked_seq BIGINT UNIQUE REFERENCES entries (seq),
    CHECK ((revoked_at IS NULL) = (revoked_seq IS NULL))
);

CREATE TABLE documents (
    digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
    seq    BIGINT NOT NULL REFERENCES entries (seq),
    bytes  BYTEA NOT NULL
);

CREATE TABLE reviews (
    query_id    TEXT PRIMARY KEY REFERENCES queries (query_id),
    held_seq    BIGINT NOT NULL UNIQUE REFERENCES entries (seq),
    reviewers   BIGINT NOT NULL CHECK (reviewers = 2),
    state       TEXT NOT NULL CHECK (state IN ('held', 'released', 'refused')),
    decided_at  BIGINT,
    decided_seq BIGINT UNIQUE REFERENCES entries (seq),
    CHECK ((state = 'held') = (decided_at IS NULL)),
    CHECK ((state = 'held') = (decided_seq IS NULL)),
    CHECK (decided_seq > held_seq)
);
CREATE INDEX reviews_held ON reviews (held_seq) WHERE state = 'held';

CREATE TABLE votes (
    query_id TEXT NOT NULL REFERENCES reviews (query_id),
    checker  TEXT NOT NULL,
    seq      BIGINT NOT NULL UNIQUE REFERENCES entries (seq),
    decision TEXT NOT NULL CHECK (decision IN ('release', 'refuse')),
    PRIMARY KEY (query_id, checker)
);

-- The last net: what the code never does, the database does not allow either.

CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;

CREATE FUNCTION entries_are_dense() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entries) THEN
            RAISE EXCEPTION 'audit entries are numbered without gaps';
        END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER entries_are_dense BEFORE INSERT ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_are_dense();
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION never('audit entries are never deleted');
CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
    FOR EACH ROW EXECUTE FUNCTION never('audit entries are never changed');
CREATE TRIGGER openings_are_final BEFORE UPDATE ON openings
    FOR EACH ROW EXECUTE FUNCTION never('openings are never changed');

CREATE TRIGGER accounts_stay BEFORE DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION never('accounts are never deleted');
CREATE TRIGGER accounts_only_grow BEFORE UPDATE ON accounts FOR EACH ROW
    WHEN (NEW.account <> OLD.account OR NEW.spent <= OLD.spent)
    EXECUTE FUNCTION never('nothing is refunded');
CREATE TRIGGER charges_stay BEFORE DELETE ON charges
    FOR EACH ROW EXECUTE FUNCTION never('charges are never deleted');
CREATE TRIGGER charges_are_final BEFORE UPDATE ON charges
    FOR EACH ROW EXECUTE FUNCTION never('charges are never changed');

CREATE TRIGGER queries_stay BEFORE DELETE ON queries
    FOR EACH ROW EXECUTE FUNCTION never('queries are never deleted');
CREATE TRIGGER queries_end_once BEFORE UPDATE ON queries FOR EACH ROW WHEN (OLD.state <> 'running')
    EXECUTE FUNCTION never('a query ends once');
CREATE TRIGGER queries_keep_their_intent BEFORE UPDATE OF query_id, account, user_id, role, idempotency_key, body_digest,
    sql_fingerprint, policy_digest, profile, snapshots, plan_digest, submitted_at, intent_seq ON queries
    FOR EACH ROW EXECUTE FUNCTION never('the intent of a query is never changed');
CREATE TRIGGER answers_stay BEFORE DELETE ON answers
    FOR EACH ROW EXECUTE FUNCTION never('answers are never deleted');
CREATE TRIGGER answers_are_final BEFORE UPDATE ON answers
    FOR EACH ROW EXECUTE FUNCTION never('answers are never changed');

CREATE TRIGGER tokens_stay BEFORE DELETE ON tokens
    FOR EACH ROW EXECUTE FUNCTION never('tokens are never deleted');
CREATE TRIGGER tokens_are_revoked_once BEFORE UPDATE ON tokens FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL)
    EXECUTE FUNCTION never('a token is revoked once');
CREATE TRIGGER tokens_are_final BEFORE UPDATE OF token_id, user_id, secret_hash, issued_at, expires_at, issued_seq
    ON tokens FOR EACH ROW EXECUTE FUNCTION never('tokens are never changed');

CREATE TRIGGER documents_stay BEFORE DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION never('documents are never deleted');
CREATE TRIGGER documents_are_final BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION never('documents are never changed');

CREATE TRIGGER reviews_begin_held BEFORE INSERT ON reviews FOR EACH ROW WHEN (NEW.state <> 'held')
    EXECUTE FUNCTION never('a review begins with an answer that is held');
CREATE TRIGGER reviews_stay BEFORE DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION never('reviews are never deleted');
CREATE TRIGGER reviews_end_once BEFORE UPDATE ON reviews FOR EACH ROW WHEN (OLD.state <> 'held')
    EXECUTE FUNCTION never('a review ends once');
CREATE TRIGGER reviews_keep_their_answer BEFORE UPDATE OF query_id, held_seq, reviewers ON reviews
    FOR EACH ROW EXECUTE FUNCTION never('what is reviewed is never changed');
CREATE FUNCTION reviews_end_by_votes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> (SELECT CASE
                WHEN count(*) <> OLD.reviewers THEN 'held'
                WHEN count(*) FILTER (WHERE decision = 'release') = OLD.reviewers THEN 'released'
                ELSE 'refused' END
            FROM votes WHERE query_id = OLD.query_id) THEN
            RAISE EXCEPTION 'a review ends as its votes say';
        END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER reviews_end_by_votes BEFORE UPDATE OF state ON reviews
    FOR EACH ROW EXECUTE FUNCTION reviews_end_by_votes();

CREATE TRIGGER votes_stay BEFORE DELETE ON votes
    FOR EACH ROW EXECUTE FUNCTION never('votes are never deleted');
CREATE TRIGGER votes_are_final BEFORE UPDATE ON votes
    FOR EACH ROW EXECUTE FUNCTION never('votes are never changed');
CREATE FUNCTION votes_are_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.checker = (SELECT user_id FROM queries WHERE query_id = NEW.query_id) THEN
            RAISE EXCEPTION 'nobody reviews an answer of their own';
        END IF;
        IF (SELECT state FROM reviews WHERE query_id = NEW.query_id) IS DISTINCT FROM 'held' THEN
            RAISE EXCEPTION 'a review that has ended takes no vote';
        END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER votes_are_in_order BEFORE INSERT ON votes
    FOR EACH ROW EXECUTE FUNCTION votes_are_in_order();
-- Only a text of a vote that nothing waits for can be erased: the decision is public in the log after the end.
CREATE FUNCTION openings_of_votes_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM votes v JOIN reviews r ON r.query_id = v.query_id
                WHERE v.seq = OLD.seq AND r.state = 'held') THEN
            RAISE EXCEPTION 'a decision is kept until its review has ended';
        END IF;
        RETURN OLD;
    END $$;
CREATE TRIGGER openings_of_votes_stay BEFORE DELETE ON openings FOR EACH ROW WHEN (OLD.field = 'decision')
    EXECUTE FUNCTION openings_of_votes_stay();

CREATE TRIGGER entries_are_never_emptied BEFORE TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION never('audit entries are never deleted');
CREATE TRIGGER openings_are_never_emptied BEFORE TRUNCATE ON openings
    FOR EACH STATEMENT EXECUTE FUNCTION never('openings are erased one by one');
CREATE TRIGGER accounts_are_never_emptied BEFORE TRUNCATE ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION never('accounts are never deleted');
CREATE TRIGGER charges_are_never_emptied BEFORE TRUNCATE ON charges
    FOR EACH STATEMENT EXECUTE FUNCTION never('charges are never deleted');
CREATE TRIGGER queries_are_never_emptied BEFORE TRUNCATE ON queries
    FOR EACH STATEMENT EXECUTE FUNCTION never('queries are never deleted');
CREATE TRIGGER answers_are_never_emptied BEFORE TRUNCATE ON answers
    FOR EACH STATEMENT EXECUTE FUNCTION never('answers are never deleted');
CREATE TRIGGER tokens_are_never_emptied BEFORE TRUNCATE ON tokens
    FOR EACH STATEMENT EXECUTE FUNCTION never('tokens are never deleted');
CREATE TRIGGER documents_are_never_emptied BEFORE TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION never('documents are never deleted');
CREATE TRIGGER reviews_are_never_emptied BEFORE TRUNCATE ON reviews
    FOR EACH STATEMENT EXECUTE FUNCTION never('reviews are never deleted');
CREATE TRIGGER votes_are_never_emptied BEFORE TRUNCATE ON votes
    FOR EACH STATEMENT EXECUTE FUNCTION never('votes are never deleted');

-- Schema 5. What released answers leave for later queries of their account to be decided by. The log does not speak of it: how
-- much it is tells of the answer. Versions only go forward; this file is never changed once a ledger was written with it.

CREATE TABLE remembered (
    seq     BIGINT NOT NULL REFERENCES queries (outcome_seq),
    place   BIGINT NOT NULL CHECK (place >= 0),
    account TEXT NOT NULL REFERENCES accounts (account),
    topic   TEXT NOT NULL,
    body    BYTEA NOT NULL,
    PRIMARY KEY (seq, place)
);
CREATE INDEX remembered_of_topic ON remembered (account, topic, seq, place);

CREATE FUNCTION remembered_comes_with_an_answer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM queries
                WHERE outcome_seq = NEW.seq AND account = NEW.account AND state = 'released') THEN
            RAISE EXCEPTION 'what is remembered is of an answer';
        END IF;
        RETURN NEW;
    END $$;
CREATE TRIGGER remembered_comes_with_an_answer BEFORE INSERT ON remembered
    FOR EACH ROW EXECUTE FUNCTION remembered_comes_with_an_answer();
CREATE TRIGGER remembered_stays BEFORE DELETE ON remembered
    FOR EACH ROW EXECUTE FUNCTION never('what is remembered is never forgotten');
CREATE TRIGGER remembered_is_final BEFORE UPDATE ON remembered
    FOR EACH ROW EXECUTE FUNCTION never('what is remembered is never changed');
CREATE TRIGGER remembered_is_never_emptied BEFORE TRUNCATE ON remembered
    FOR EACH STATEMENT EXECUTE FUNCTION never('what is remembered is never forgotten');

UPDATE ledger_version SET version = 5;

-- Schema 5. What released answers leave for later queries of their account to be decided by. The log does not speak of it: how
-- much it is tells of the answer. Versions only go forward; this file is never changed once a ledger was written with it.

CREATE TABLE remembered (
    seq     INTEGER NOT NULL REFERENCES queries (outcome_seq),
    place   INTEGER NOT NULL CHECK (place >= 0),
    account TEXT NOT NULL REFERENCES accounts (account),
    topic   TEXT NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (seq, place)
) STRICT;
CREATE INDEX remembered_of_topic ON remembered (account, topic, seq, place);

CREATE TRIGGER remembered_comes_with_an_answer BEFORE INSERT ON remembered
    WHEN NOT EXISTS (SELECT 1 FROM queries
        WHERE outcome_seq = NEW.seq AND account = NEW.account AND state = 'released')
    BEGIN SELECT RAISE(ABORT, 'what is remembered is of an answer'); END;
CREATE TRIGGER remembered_stays BEFORE DELETE ON remembered
    BEGIN SELECT RAISE(ABORT, 'what is remembered is never forgotten'); END;
CREATE TRIGGER remembered_is_final BEFORE UPDATE ON remembered
    BEGIN SELECT RAISE(ABORT, 'what is remembered is never changed'); END;

PRAGMA user_version = 5;

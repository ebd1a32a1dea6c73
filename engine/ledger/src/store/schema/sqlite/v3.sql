-- Schema 3. Answers that people look at before they leave. A query whose answer is held has the state 'released' in
-- `queries` from then on, because it has ended; whether its answer is served is decided here, and by its outcome in the log,
-- which says 'held'. Versions only go forward; this file is never changed once a ledger was written with it.

CREATE TABLE reviews (
    query_id    TEXT PRIMARY KEY REFERENCES queries (query_id),
    held_seq    INTEGER NOT NULL UNIQUE REFERENCES entries (seq),
    reviewers   INTEGER NOT NULL CHECK (reviewers = 2),
    state       TEXT NOT NULL CHECK (state IN ('held', 'released', 'refused')),
    decided_at  INTEGER,
    decided_seq INTEGER UNIQUE REFERENCES entries (seq),
    CHECK ((state = 'held') = (decided_at IS NULL)),
    CHECK ((state = 'held') = (decided_seq IS NULL)),
    CHECK (decided_seq > held_seq)
) STRICT;
CREATE INDEX reviews_held ON reviews (held_seq) WHERE state = 'held';

CREATE TABLE votes (
    query_id TEXT NOT NULL REFERENCES reviews (query_id),
    checker  TEXT NOT NULL,
    seq      INTEGER NOT NULL UNIQUE REFERENCES entries (seq),
    decision TEXT NOT NULL CHECK (decision IN ('release', 'refuse')),
    PRIMARY KEY (query_id, checker)
) STRICT;

CREATE TRIGGER reviews_begin_held BEFORE INSERT ON reviews WHEN NEW.state <> 'held'
    BEGIN SELECT RAISE(ABORT, 'a review begins with an answer that is held'); END;
CREATE TRIGGER reviews_stay BEFORE DELETE ON reviews
    BEGIN SELECT RAISE(ABORT, 'reviews are never deleted'); END;
CREATE TRIGGER reviews_end_once BEFORE UPDATE ON reviews WHEN OLD.state <> 'held'
    BEGIN SELECT RAISE(ABORT, 'a review ends once'); END;
CREATE TRIGGER reviews_keep_their_answer BEFORE UPDATE OF query_id, held_seq, reviewers ON reviews
    BEGIN SELECT RAISE(ABORT, 'what is reviewed is never changed'); END;
CREATE TRIGGER reviews_end_by_votes BEFORE UPDATE OF state ON reviews
    WHEN NEW.state <> (SELECT CASE
            WHEN count(*) <> OLD.reviewers THEN 'held'
            WHEN sum(decision = 'release') = OLD.reviewers THEN 'released'
            ELSE 'refused' END
        FROM votes WHERE query_id = OLD.query_id)
    BEGIN SELECT RAISE(ABORT, 'a review ends as its votes say'); END;
CREATE TRIGGER votes_stay BEFORE DELETE ON votes
    BEGIN SELECT RAISE(ABORT, 'votes are never deleted'); END;
CREATE TRIGGER votes_are_final BEFORE UPDATE ON votes
    BEGIN SELECT RAISE(ABORT, 'votes are never changed'); END;
CREATE TRIGGER votes_are_of_others BEFORE INSERT ON votes
    WHEN NEW.checker = (SELECT user_id FROM queries WHERE query_id = NEW.query_id)
    BEGIN SELECT RAISE(ABORT, 'nobody reviews an answer of their own'); END;
CREATE TRIGGER votes_come_before_the_end BEFORE INSERT ON votes
    WHEN (SELECT state FROM reviews WHERE query_id = NEW.query_id) IS NOT 'held'
    BEGIN SELECT RAISE(ABORT, 'a review that has ended takes no vote'); END;
-- Only a text of a vote that nothing waits for can be erased: the decision is public in the log after the end.
CREATE TRIGGER openings_of_votes_stay BEFORE DELETE ON openings
    WHEN OLD.field = 'decision' AND EXISTS (
        SELECT 1 FROM votes v JOIN reviews r ON r.query_id = v.query_id WHERE v.seq = OLD.seq AND r.state = 'held')
    BEGIN SELECT RAISE(ABORT, 'a decision is kept until its review has ended'); END;

PRAGMA user_version = 3;

//! A file that somebody edited, and a disk that fails.

use super::*;
use crate::{NewEntry, NewToken, Voted};

on_both!(
    every_edit_of_log_and_books_is_found_at_the_next_start,
    the_database_itself_stops_careless_edits,
    a_damaged_answer_is_never_served,
    an_answer_is_compared_with_the_log_too,
    a_changed_opening_is_an_error,
    after_a_failure_nothing_works_until_the_ledger_is_opened_again,
    a_defect_in_a_write_closes_the_ledger,
    errors_do_not_quote_the_sql_of_researchers,
    a_disk_that_fails_at_any_step_closes_the_ledger,
);

/// A closed ledger with one released, one failed and one forfeited query, one that waits for a second decision, one that
/// two people released, a token and a start.
async fn used(on: On) -> Home {
    let home = Home::new(on);
    let ledger = home.open().await;
    ledger.record(NewEntry::new(crate::Kind::Start, "system", NOW)).await.unwrap();
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), NOW).await.unwrap();
    let receipt = reserve(&ledger, "q_2").await;
    ledger.settle(receipt, failed(), NOW).await.unwrap();
    let _cut_off = reserve(&ledger, "q_3").await;
    let token = NewToken {
        token_id: "t1".into(),
        user: "ana".into(),
        secret_hash: [7; 32],
        issued_at: NOW,
        expires_at: LATER,
        issued_by: "olga".into(),
        policy_revision: Some(1),
    };
    ledger.store_token(token).await.unwrap();
    for (query_id, checkers) in [("q_4", &["chidi"][..]), ("q_5", &["chidi", "mira"])] {
        let receipt = reserve(&ledger, query_id).await;
        ledger.settle(receipt, held("44"), NOW).await.unwrap();
        for checker in checkers {
            let voted = ledger.vote(vote(query_id, checker)).await.unwrap();
            assert!(matches!(voted, Voted::Counted(_)));
        }
    }
    ledger.close().await;
    home.open().await.close().await;
    home
}

async fn every_edit_of_log_and_books_is_found_at_the_next_start(on: On) {
    for edit in [
        "UPDATE entries SET body = replace(body, '\"cost\":10', '\"cost\":1') WHERE seq = 1",
        "UPDATE entries SET actor = 'ben' WHERE seq = 1",
        "UPDATE entries SET at = at + 1 WHERE seq = 0",
        "UPDATE entries SET leaf_hash = (SELECT leaf_hash FROM entries WHERE seq = 1) WHERE seq = 0",
        "UPDATE entries SET kind = 'party' WHERE seq = 0",
        "DELETE FROM entries WHERE seq = 0",
        "UPDATE accounts SET spent = 1",
        "UPDATE charges SET cost = 1, spent_after = spent_before + 1 WHERE query_id = 'q_1'",
        "DELETE FROM charges WHERE query_id = 'q_3'; UPDATE accounts SET spent = 40",
        "UPDATE charges SET spend_limit = 1000",
        "UPDATE queries SET user_id = 'ben' WHERE query_id = 'q_1'",
        "UPDATE queries SET policy_digest = 'other' WHERE query_id = 'q_1'",
        "UPDATE queries SET state = 'running', outcome_seq = NULL, ended_at = NULL WHERE query_id = 'q_1'",
        "UPDATE queries SET state = 'released', failure_class = NULL WHERE query_id = 'q_2'",
        "UPDATE queries SET failure_class = 'other' WHERE query_id = 'q_2'",
        "DELETE FROM answers",
        "INSERT INTO answers SELECT 'q_2', digest, bytes FROM answers WHERE query_id = 'q_1'",
        "UPDATE answers SET digest = replace(digest, '7', '8')",
        "UPDATE tokens SET user_id = 'ben'",
        "UPDATE tokens SET expires_at = expires_at + 1",
        "DELETE FROM tokens",
        // Somebody lets an answer out, or keeps it in.
        "DELETE FROM votes WHERE query_id = 'q_4'; DELETE FROM reviews WHERE query_id = 'q_4'",
        "UPDATE reviews SET state = 'released', decided_at = 1, decided_seq = (SELECT max(seq) FROM entries)
             WHERE query_id = 'q_4'",
        "UPDATE reviews SET state = 'refused' WHERE query_id = 'q_5'",
        "UPDATE reviews SET state = 'held', decided_at = NULL, decided_seq = NULL WHERE query_id = 'q_5'",
        "UPDATE reviews SET decided_at = decided_at + 1 WHERE query_id = 'q_5'",
        "UPDATE reviews SET reviewers = 1 WHERE query_id = 'q_4'",
        "INSERT INTO reviews (query_id, held_seq, reviewers, state) SELECT query_id, outcome_seq, 2, 'held'
             FROM queries WHERE query_id = 'q_1'",
        "UPDATE votes SET decision = 'refuse' WHERE query_id = 'q_4'",
        "UPDATE votes SET decision = 'refuse' WHERE query_id = 'q_5' AND checker = 'mira'",
        "UPDATE votes SET checker = 'mira' WHERE query_id = 'q_4'",
        "UPDATE votes SET checker = 'ana' WHERE query_id = 'q_4'",
        "DELETE FROM votes WHERE query_id = 'q_4'",
        "INSERT INTO votes SELECT query_id, 'mira', 0, 'release' FROM votes WHERE query_id = 'q_4'",
        "DELETE FROM openings WHERE field = 'decision'",
        "UPDATE openings SET text = 'refuse' WHERE field = 'decision'",
        // Somebody makes an account forget a part of what it was answered, or remember what it was not.
        "DELETE FROM remembered WHERE place = 0",
        "INSERT INTO accounts VALUES ('other', 1); UPDATE remembered SET account = 'other'",
        "INSERT INTO remembered SELECT q.outcome_seq, 0, q.account, 'cells', r.body FROM queries q, remembered r
             WHERE q.query_id = 'q_2' LIMIT 1",
        "INSERT INTO remembered SELECT 0, 0, account, topic, body FROM remembered WHERE place = 0 LIMIT 1",
    ] {
        let home = used(on).await;
        home.tamper(edit).await;
        let error = home.refusal().await;
        assert!(matches!(error, LedgerError::Damaged(_)), "{edit}: {error}");
    }
}

async fn the_database_itself_stops_careless_edits(on: On) {
    let home = used(on).await;
    let of_one = match on {
        On::Sqlite => {
            ["REPLACE INTO charges SELECT * FROM charges", "REPLACE INTO votes SELECT * FROM votes"]
        }
        On::Postgres => ["TRUNCATE entries CASCADE", "TRUNCATE openings"],
    };
    for sql in [
        "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
        "UPDATE entries SET at = at",
        "INSERT INTO entries SELECT 99, at, kind, actor, role, account, query_id, body, leaf_hash FROM entries LIMIT 1",
        "UPDATE openings SET text = text",
        "DELETE FROM accounts",
        "UPDATE accounts SET spent = spent - 1",
        "DELETE FROM charges",
        "UPDATE charges SET cost = cost",
        "DELETE FROM queries",
        "UPDATE queries SET state = 'running', ended_at = NULL, outcome_seq = NULL",
        "UPDATE queries SET policy_digest = 'other'",
        "DELETE FROM answers",
        "UPDATE answers SET bytes = bytes",
        "DELETE FROM tokens",
        "UPDATE tokens SET expires_at = expires_at + 1",
        "DELETE FROM votes",
        "UPDATE votes SET decision = 'release'",
        "INSERT INTO votes SELECT 'q_4', 'ana', 0, 'release'",
        "INSERT INTO votes SELECT 'q_5', 'zoe', 0, 'release'",
        "DELETE FROM reviews",
        "UPDATE reviews SET reviewers = reviewers",
        "UPDATE reviews SET state = 'released', decided_at = 1, decided_seq = 1000 WHERE state = 'held'",
        "UPDATE reviews SET state = 'held', decided_at = NULL, decided_seq = NULL WHERE state <> 'held'",
        "DELETE FROM openings WHERE field = 'decision'",
        "DELETE FROM remembered",
        "UPDATE remembered SET topic = 'other'",
        "INSERT INTO remembered SELECT q.intent_seq, 9, q.account, 'cells', r.body FROM queries q, remembered r
             WHERE q.query_id = 'q_1' LIMIT 1",
        "INSERT INTO remembered SELECT q.outcome_seq, 9, q.account, 'cells', r.body FROM queries q, remembered r
             WHERE q.query_id = 'q_2' LIMIT 1",
        "INSERT INTO remembered SELECT q.outcome_seq, 9, 'lung-study', 'cells', r.body FROM queries q, remembered r
             WHERE q.query_id = 'q_1' LIMIT 1",
    ]
    .into_iter()
    .chain(of_one)
    {
        assert!(!home.edit(sql).await, "{sql}");
    }
    assert!(home.edit("DELETE FROM openings WHERE field <> 'decision'").await);
}

async fn a_damaged_answer_is_never_served(on: On) {
    for bytes in ["43", ""] {
        let home = used(on).await;
        let edit = format!("UPDATE answers SET bytes = CAST('{bytes}' AS {})", on.bytes());
        home.tamper(&edit).await;
        let ledger = home.open().await;
        let error = ledger.answer("q_1").await.unwrap_err();
        assert!(matches!(error, LedgerError::Damaged(_)), "{error}");
        assert_eq!(ledger.balance(PROJECT).await.unwrap(), 50);
    }
}

/// Bytes and digest changed together while the ledger is open: the log still knows better.
async fn an_answer_is_compared_with_the_log_too(on: On) {
    let home = used(on).await;
    let ledger = home.open().await;
    let digest = digest_of(b"43");
    let bytes = on.bytes();
    home.tamper(&format!("UPDATE answers SET bytes = CAST('43' AS {bytes}), digest = '{digest}'"))
        .await;
    let error = ledger.answer("q_1").await.unwrap_err();
    assert!(matches!(error, LedgerError::Damaged(_)), "{error}");
}

async fn a_changed_opening_is_an_error(on: On) {
    let home = used(on).await;
    home.tamper("UPDATE openings SET text = 'select 1' WHERE field = 'sql'").await;
    let ledger = home.open().await;
    assert!(matches!(ledger.opening(1).await.err(), Some(LedgerError::Damaged(_))));
}

#[tokio::test]
async fn damaged_pages_are_found_at_the_next_start() {
    let home = used(On::Sqlite).await;
    let mut bytes = std::fs::read(home.path()).unwrap();
    for byte in bytes.iter_mut().skip(4096) {
        *byte ^= 0xff;
    }
    std::fs::write(home.path(), bytes).unwrap();
    let error = home.refusal().await;
    assert!(matches!(error, LedgerError::Damaged(_) | LedgerError::Unavailable(_)), "{error}");
}

async fn after_a_failure_nothing_works_until_the_ledger_is_opened_again(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    home.tamper("ALTER TABLE answers RENAME TO elsewhere").await;
    let error = ledger.settle(receipt, released("42"), LATER).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    home.tamper("ALTER TABLE elsewhere RENAME TO answers").await;
    assert_eq!(ledger.reserve(intent("q_2")).await.unwrap_err(), error);
    assert_eq!(ledger.balance(PROJECT).await.unwrap_err(), error);
    assert_eq!(ledger.query("q_1").await.unwrap_err(), error);
    ledger.close().await;
    let (ledger, recovery) = home.try_open().await.unwrap();
    assert_eq!(recovery.forfeited, 1);
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

async fn a_defect_in_a_write_closes_the_ledger(on: On) {
    struct Stumble;
    impl crate::Steps for Stumble {
        fn reached(&self, step: crate::Step) -> std::io::Result<()> {
            assert_ne!(step, crate::Step::IntentWritten, "stumbled");
            Ok(())
        }
    }
    let home = Home::new(on);
    let (ledger, _) = Ledger::open(home.config(Arc::new(Stumble)), NOW).await.unwrap();
    let error = ledger.reserve(intent("q_1")).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable(_)), "{error}");
    assert!(ledger.reserve(intent("q_2")).await.is_err());
    ledger.close().await;
    let ledger = home.open().await;
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 0);
    assert!(ledger.entries(0, 10).await.unwrap().is_empty());
}

async fn errors_do_not_quote_the_sql_of_researchers(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    home.tamper("DROP TABLE charges").await;
    let error = ledger.reserve(intent("q_1")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("I21"), "{error}");
}

/// The disk fails at each place of a query in turn: it is told, nothing goes on, and what is on the disk is read back.
async fn a_disk_that_fails_at_any_step_closes_the_ledger(on: On) {
    struct Fail(crate::Step);
    impl crate::Steps for Fail {
        fn reached(&self, step: crate::Step) -> std::io::Result<()> {
            if step == self.0 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            Ok(())
        }
    }
    use crate::Step;
    for (step, spent, entries) in [
        (Step::BeforeIntent, 0, 0),
        (Step::IntentWritten, 0, 0),
        (Step::IntentCommitted, 10, 2),
        (Step::BeforeOutcome, 10, 2),
        (Step::OutcomeWritten, 10, 2),
        (Step::OutcomeCommitted, 10, 2),
    ] {
        let home = Home::new(on);
        home.open().await.close().await;
        let (ledger, _) = Ledger::open(home.config(Arc::new(Fail(step))), NOW).await.unwrap();
        let error = match ledger.reserve(intent("q_1")).await {
            Ok(reservation) => {
                ledger.settle(fresh(reservation), released("42"), NOW).await.unwrap_err()
            }
            Err(error) => error,
        };
        assert!(error.to_string().contains("the disk is gone"), "{step:?}: {error}");
        assert_eq!(ledger.balance(PROJECT).await.unwrap_err(), error, "{step:?}");
        ledger.close().await;
        let (ledger, recovery) = home.try_open().await.unwrap();
        assert_eq!(ledger.balance(PROJECT).await.unwrap(), spent, "{step:?}");
        assert_eq!(recovery.entries, entries, "{step:?}");
    }
}

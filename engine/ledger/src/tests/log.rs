//! What stands in the audit log, and what must not.

use super::*;
use crate::{AuditEntry, Kind, LeafHash, NewEntry, Sealed};

on_both!(
    a_query_leaves_two_entries_numbered_from_zero,
    texts_stand_in_the_log_as_commitments_only,
    the_same_text_has_another_commitment_each_time,
    a_text_can_be_erased_and_the_log_still_holds,
    leaf_hashes_are_those_of_rfc_6962,
    a_repeat_is_logged_without_a_charge,
    the_log_is_read_in_pages,
    nobody_records_what_did_not_happen,
    bodies_without_a_canonical_form_are_refused,
);

async fn log(ledger: &Ledger) -> Vec<AuditEntry> {
    ledger.entries(0, 100).await.unwrap()
}

async fn a_query_leaves_two_entries_numbered_from_zero(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    let log = log(&ledger).await;
    let story: Vec<_> = log.iter().map(|e| (e.seq, e.kind, e.actor.as_str(), e.at)).collect();
    assert_eq!(story, [(0, Kind::Intent, "ana", NOW), (1, Kind::Outcome, "ana", LATER)]);
    for entry in &log {
        assert_eq!(entry.query_id.as_deref(), Some("q_1"));
        assert_eq!(entry.account.as_deref(), Some(PROJECT));
        assert_eq!(entry.role.as_deref(), Some("researcher"));
    }
    let intent = &log[0].body;
    assert_eq!((&intent["spent_before"], &intent["spent_after"]), (&json!(0), &json!(10)));
    assert_eq!(log[1].body["answer_digest"], json!(digest_of(b"42")));
}

async fn texts_stand_in_the_log_as_commitments_only(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt =
        fresh(ledger.reserve(repeatable("q_1", "secret-key", "secret-body")).await.unwrap());
    ledger.settle(receipt, failed(), LATER).await.unwrap();
    let refusal = NewEntry {
        sealed: vec![Sealed::new("sql", "select name from patients")],
        ..NewEntry::new(Kind::Refusal, "ana", NOW)
    };
    ledger.record(refusal).await.unwrap();
    let log = log(&ledger).await;
    let public: String = log.iter().map(|entry| entry.leaf_data().unwrap()).collect();
    for secret in ["I21", "Smith", "name", "secret"] {
        assert!(!public.contains(secret), "`{secret}` is in the log");
    }
    for (entry, field, text) in [
        (&log[0], "sql", "select count(*) from patients where diagnosis = 'I21'"),
        (&log[1], "cause", "cell `Smith` was too wide"),
        (&log[2], "sql", "select name from patients"),
    ] {
        let openings = ledger.opening(entry.seq).await.unwrap();
        assert_eq!(openings.len(), 1);
        assert_eq!((openings[0].field.as_str(), openings[0].text.as_str()), (field, text));
        assert_eq!(entry.body["commitments"][field], json!(openings[0].commitment()));
    }
}

async fn the_same_text_has_another_commitment_each_time(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _first = reserve(&ledger, "q_1").await;
    let _second = reserve(&ledger, "q_2").await;
    let log = log(&ledger).await;
    assert_ne!(log[0].body["commitments"], log[1].body["commitments"]);
}

async fn a_text_can_be_erased_and_the_log_still_holds(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), LATER).await.unwrap();
    ledger.close().await;
    home.tamper("DELETE FROM openings").await;
    let ledger = home.open().await;
    assert!(ledger.opening(0).await.unwrap().is_empty());
}

async fn leaf_hashes_are_those_of_rfc_6962(on: On) {
    // The leaf hash of an empty leaf, as published with the test data of certificate transparency.
    let empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(LeafHash::of(b"").to_string(), empty);
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = ledger.record(NewEntry::new(Kind::Start, "system", Moment(7))).await.unwrap();
    let entry = log(&ledger).await.remove(0);
    let leaf = r#"{"account":null,"actor":"system","at":7,"body":{},"kind":"start","query_id":null,"role":null,"seq":0,"v":1}"#;
    assert_eq!(entry.leaf_data().unwrap(), leaf);
    assert_eq!(entry.leaf_hash, LeafHash::of(leaf.as_bytes()));
    assert_eq!(receipt.leaf_hash(), entry.leaf_hash);
}

async fn a_repeat_is_logged_without_a_charge(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _receipt = fresh(ledger.reserve(repeatable("q_1", "key", "body")).await.unwrap());
    let _again = ledger.reserve(repeatable("q_2", "key", "body")).await.unwrap();
    let log = log(&ledger).await;
    assert_eq!((log[1].kind, log[1].query_id.as_deref()), (Kind::Replay, Some("q_1")));
}

async fn the_log_is_read_in_pages(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    for _ in 0..5 {
        ledger.record(NewEntry::new(Kind::LogRead, "olga", NOW)).await.unwrap();
    }
    let numbers = |page: Vec<AuditEntry>| page.iter().map(|e| e.seq).collect::<Vec<_>>();
    assert_eq!(numbers(ledger.entries(0, 2).await.unwrap()), [0, 1]);
    assert_eq!(numbers(ledger.entries(3, 10).await.unwrap()), [3, 4]);
    assert!(ledger.entries(5, 10).await.unwrap().is_empty());
}

async fn nobody_records_what_did_not_happen(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    for kind in [Kind::Intent, Kind::Outcome, Kind::Forfeited, Kind::Replay, Kind::TokenIssued] {
        let error = ledger.record(NewEntry::new(kind, "ana", NOW)).await.unwrap_err();
        assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    }
    assert!(log(&ledger).await.is_empty());
}

async fn bodies_without_a_canonical_form_are_refused(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    let long = "x".repeat(70_000);
    for body in [
        json!([1]),
        json!({ "mean": 0.5 }),
        json!({ "n": u64::MAX }),
        json!({ "deep": deep }),
        json!({ "commitments": {} }),
        json!({ "long": long }),
    ] {
        let entry = NewEntry { body, ..NewEntry::new(Kind::Refusal, "ana", NOW) };
        let error = ledger.record(entry).await.unwrap_err();
        assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    }
    ledger.record(NewEntry::new(Kind::Refusal, "ana", NOW)).await.unwrap();
    assert_eq!(log(&ledger).await.len(), 1);
}

//! Erasing sealed texts: gone for good, recorded, and the log as provable as before.

use super::*;
use crate::{Erasure, Kind};

on_both!(
    what_is_erased_is_gone_and_the_ledger_opens_again,
    what_is_not_there_is_not_erased,
    decisions_are_not_erased,
);

const CANARY: &str = "I21"; // a constant of the SQL of every intent here

fn erasure(seq: u64, fields: &[&str]) -> Erasure {
    Erasure {
        seq,
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        by: "olga".into(),
        role: Some("officer".into()),
        reason: "an NHS number was sent by mistake".into(),
        policy_revision: Some(1),
        at: LATER,
    }
}

async fn what_is_erased_is_gone_and_the_ledger_opens_again(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, released("42"), NOW).await.unwrap();
    let before = ledger.entries(0, 10).await.unwrap();
    assert!(ledger.opening(0).await.unwrap()[0].text.contains(CANARY));
    ledger.erase_openings(erasure(0, &["sql"])).await.unwrap().unwrap();
    assert!(ledger.opening(0).await.unwrap().is_empty());
    ledger.close().await;

    let ledger = home.open().await;
    let after = ledger.entries(0, 10).await.unwrap();
    assert_eq!(after[..before.len()], before[..]);
    let entry = &after[before.len()];
    assert_eq!((entry.kind, entry.actor.as_str()), (Kind::OpeningErased, "olga"));
    assert_eq!(entry.query_id.as_deref(), Some("q_1"));
    let body = json!({
        "entry": 0,
        "fields": ["sql"],
        "policy_revision": 1,
        "reason": "an NHS number was sent by mistake",
    });
    assert_eq!(entry.body, body);
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
    assert_eq!(ledger.balance(PROJECT).await.unwrap(), 10);
}

async fn what_is_not_there_is_not_erased(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let _receipt = reserve(&ledger, "q_1").await;
    for nothing in [erasure(0, &["sql", "cause"]), erasure(7, &["sql"]), erasure(0, &["SQL"])] {
        assert!(ledger.erase_openings(nothing).await.unwrap().is_none());
    }
    let none = ledger.erase_openings(erasure(0, &[])).await;
    assert!(matches!(none, Err(LedgerError::Invalid(_))));
    assert_eq!(ledger.opening(0).await.unwrap().len(), 1);
    assert_eq!(ledger.entries(0, 10).await.unwrap().len(), 1);
    ledger.erase_openings(erasure(0, &["sql", "sql"])).await.unwrap().unwrap();
    assert!(ledger.erase_openings(erasure(0, &["sql"])).await.unwrap().is_none());
}

async fn decisions_are_not_erased(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let receipt = reserve(&ledger, "q_1").await;
    ledger.settle(receipt, held("42"), NOW).await.unwrap();
    let _held = ledger.vote(vote("q_1", "chidi")).await.unwrap();
    let refused = ledger.erase_openings(erasure(2, &["decision"])).await;
    assert!(matches!(refused, Err(LedgerError::Invalid(_))));
    ledger.erase_openings(erasure(2, &["to_author"])).await.unwrap().unwrap();
    let _released = ledger.vote(vote("q_1", "mira")).await.unwrap();
    assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
}

/// The file of the ledger keeps no trace of the text, in whatever page.
#[tokio::test]
async fn what_is_erased_is_in_no_file() {
    let home = Home::file();
    let ledger = home.open().await;
    let mut intent = intent("q_1");
    intent.sql = "select 'canary-4711'".into();
    let _receipt = fresh(ledger.reserve(intent).await.unwrap());
    ledger.erase_openings(erasure(0, &["sql"])).await.unwrap().unwrap();
    ledger.close().await;
    for file in std::fs::read_dir(home.folder.path()).unwrap().map(Result::unwrap) {
        let bytes =
            if file.path().is_file() { std::fs::read(file.path()).unwrap() } else { vec![] };
        let found = bytes.windows(11).any(|window| window == b"canary-4711");
        assert!(!found, "{}", file.path().display());
    }
}

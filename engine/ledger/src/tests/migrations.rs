//! Ledgers of earlier versions are brought on, with all that is in them.

use super::*;
use crate::{Kind, LeafHash, QueryState, ReviewState, Voted};

/// Each version of the tables with the rows that a ledger of that version held besides.
const VERSIONS: [(&str, &str); 4] = [
    (include_str!("../store/schema/sqlite/v1.sql"), include_str!("fixtures/v1.sql")),
    (include_str!("../store/schema/sqlite/v2.sql"), include_str!("fixtures/v2.sql")),
    (include_str!("../store/schema/sqlite/v3.sql"), include_str!("fixtures/v3.sql")),
    (include_str!("../store/schema/sqlite/v4.sql"), include_str!("fixtures/v4.sql")),
];

/// A file as the program of that version left it.
async fn left_behind(version: usize) -> Home {
    let home = Home::file();
    std::fs::write(home.path(), b"").unwrap();
    for (tables, rows) in VERSIONS.into_iter().take(version) {
        assert!(home.edit(tables).await);
        assert!(home.edit(rows).await);
    }
    home
}

#[tokio::test]
async fn every_earlier_version_is_brought_on() {
    for version in 1..=VERSIONS.len() {
        let home = left_behind(version).await;
        let entries = home.count("SELECT count(*) FROM entries").await;
        let (ledger, recovery) = home.try_open().await.unwrap();
        assert_eq!((recovery.created, recovery.forfeited), (false, 1), "version {version}");
        assert_eq!(i64::try_from(recovery.entries).unwrap(), entries + 1, "version {version}");
        assert_eq!(home.count("SELECT user_version FROM pragma_user_version").await, 5);
        assert_eq!(answer_of(&ledger, "q_1").await.bytes, b"42");
        let state = ledger.query("q_3").await.unwrap().unwrap().state;
        assert_eq!(state, QueryState::Forfeited);
        assert!(ledger.find_token("t2").await.unwrap().unwrap().revoked_at.is_some());
        let again = ledger.reserve(repeatable("q_9", "key-1", "body-1")).await.unwrap();
        assert!(matches!(again, Reservation::Replay { query_id } if query_id == "q_1"));
        let receipt = reserve(&ledger, "q_9").await;
        ledger.settle(receipt, held("49"), LATER).await.unwrap();
        assert!(matches!(ledger.answer("q_9").await.unwrap(), Some(Answer::Held)));
        let kept = ledger.remembered(PROJECT, "cells").await.unwrap();
        assert_eq!(kept.len(), 2, "only what was answered since");
    }
}

#[tokio::test]
async fn what_waits_for_a_decision_still_waits() {
    let home = left_behind(3).await;
    let ledger = home.open().await;
    assert!(matches!(ledger.answer("q_4").await.unwrap(), Some(Answer::Held)));
    let last = ledger.vote(vote("q_4", "mira")).await.unwrap();
    assert_eq!(last, Voted::Counted(ReviewState::Released));
    assert_eq!(answer_of(&ledger, "q_4").await.bytes, b"44");
    assert_eq!(answer_of(&ledger, "q_5").await.bytes, b"45");
}

#[tokio::test]
async fn an_edited_ledger_of_an_earlier_version_is_not_touched() {
    for edit in
        ["UPDATE entries SET actor = 'ben' WHERE seq = 1", "DELETE FROM entries WHERE seq = 0"]
    {
        let home = left_behind(1).await;
        home.tamper(edit).await;
        assert!(matches!(home.refusal().await, LedgerError::Damaged(_)), "{edit}");
        assert_eq!(home.count("SELECT user_version FROM pragma_user_version").await, 1, "{edit}");
    }
}

/// The log of an old ledger has the leaves that it had: other people's proofs stay good.
#[tokio::test]
async fn no_leaf_changes_on_the_way() {
    let home = left_behind(3).await;
    let ledger = home.open().await;
    let first = ledger.entries(0, 1).await.unwrap().remove(0);
    assert_eq!(first.kind, Kind::Start);
    let leaf = r#"{"account":null,"actor":"system","at":1790000000000000,"body":{},"kind":"start","query_id":null,"role":null,"seq":0,"v":1}"#;
    assert_eq!(first.leaf_hash, LeafHash::of(leaf.as_bytes()));
}

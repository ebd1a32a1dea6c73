//! Documents that entries speak of.

use serde_json::json;

use super::*;
use crate::{Kind, NewEntry};

on_both!(
    a_document_is_durable_with_its_entry_and_kept_once,
    a_document_of_another_digest_is_not_recorded,
    a_changed_or_missing_document_is_noticed,
);

fn about(document: &[u8]) -> NewEntry {
    let body = json!({ "document": digest_of(document) });
    NewEntry { body, ..NewEntry::new(Kind::PolicyDraft, "olga", NOW) }
}

async fn a_document_is_durable_with_its_entry_and_kept_once(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    for _ in 0..2 {
        ledger.record_document(about(b"rules"), b"rules".to_vec()).await.unwrap();
    }
    ledger.close().await;
    let ledger = home.open().await;
    assert_eq!(ledger.document(&digest_of(b"rules")).await.unwrap().unwrap(), b"rules");
    assert_eq!(ledger.document(&digest_of(b"other")).await.unwrap(), None);
    let drafts = ledger.entries_of(&[Kind::PolicyDraft], 1, 10).await.unwrap();
    assert_eq!(drafts.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1]);
    let last = ledger.latest_of(&[Kind::PolicyDraft, Kind::Start], 1).await.unwrap();
    assert_eq!(last.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1]);
}

async fn a_document_of_another_digest_is_not_recorded(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let error = ledger.record_document(about(b"rules"), b"other".to_vec()).await.unwrap_err();
    assert!(matches!(error, LedgerError::Invalid(_)), "{error}");
    assert!(ledger.entries(0, 10).await.unwrap().is_empty());
}

async fn a_changed_or_missing_document_is_noticed(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    ledger.record_document(about(b"rules"), b"rules".to_vec()).await.unwrap();
    ledger.close().await;
    home.tamper(&format!("UPDATE documents SET bytes = CAST('x' AS {})", on.bytes())).await;
    let ledger = home.open().await;
    let error = ledger.document(&digest_of(b"rules")).await.unwrap_err();
    assert!(matches!(error, LedgerError::Damaged(_)), "{error}");
    ledger.close().await;
    home.tamper("DELETE FROM documents").await;
    assert!(home.refusal().await.to_string().contains("a document in the log is missing"));
}

//! API tokens.

use super::*;
use crate::{Kind, NewToken};

on_both!(
    a_token_admits_its_secret_until_it_expires,
    a_revoked_token_admits_nobody,
    issue_and_revocation_are_logged_without_the_hash,
    tokens_that_make_no_sense_are_refused,
);

const HASH: [u8; 32] = [7; 32];
const EXPIRY: Moment = Moment(1_790_000_002_000_000);

fn token(token_id: &str) -> NewToken {
    NewToken {
        token_id: token_id.into(),
        user: "ana".into(),
        secret_hash: HASH,
        issued_at: NOW,
        expires_at: EXPIRY,
        issued_by: "olga".into(),
        policy_revision: Some(1),
    }
}

async fn a_token_admits_its_secret_until_it_expires(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    ledger.store_token(token("t1")).await.unwrap();
    ledger.close().await;
    let ledger = home.open().await;
    let found = ledger.find_token("t1").await.unwrap().unwrap();
    assert_eq!((found.user.as_str(), found.revoked_at), ("ana", None));
    assert!(found.admits(&HASH, NOW));
    assert!(found.admits(&HASH, LATER));
    assert!(!found.admits(&HASH, EXPIRY));
    assert!(!found.admits(&HASH, Moment(NOW.0 - 1)));
    assert!(!found.admits(&[8; 32], LATER));
    assert!(ledger.find_token("t2").await.unwrap().is_none());
}

async fn a_revoked_token_admits_nobody(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    ledger.store_token(token("t1")).await.unwrap();
    assert!(ledger.revoke_token("t1", "olga", Some(1), LATER).await.unwrap().is_some());
    assert!(ledger.revoke_token("t1", "olga", Some(1), LATER).await.unwrap().is_none());
    assert!(ledger.revoke_token("t2", "olga", Some(1), LATER).await.unwrap().is_none());
    ledger.close().await;
    let ledger = home.open().await;
    assert!(!ledger.find_token("t1").await.unwrap().unwrap().admits(&HASH, LATER));
}

async fn issue_and_revocation_are_logged_without_the_hash(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    ledger.store_token(token("t1")).await.unwrap();
    ledger.revoke_token("t1", "paul", Some(1), LATER).await.unwrap();
    let log = ledger.entries(0, 10).await.unwrap();
    let story: Vec<_> = log.iter().map(|e| (e.kind, e.actor.as_str(), e.at)).collect();
    assert_eq!(story, [(Kind::TokenIssued, "olga", NOW), (Kind::TokenRevoked, "paul", LATER)]);
    let issued =
        json!({ "expires_at": EXPIRY.0, "policy_revision": 1, "token_id": "t1", "user": "ana" });
    assert_eq!(log[0].body, issued);
}

async fn tokens_that_make_no_sense_are_refused(on: On) {
    let home = Home::new(on);
    let ledger = home.open().await;
    let stillborn = NewToken { expires_at: NOW, ..token("t1") };
    assert!(matches!(ledger.store_token(stillborn).await, Err(LedgerError::Invalid(_))));
    ledger.store_token(token("t1")).await.unwrap();
    let error = ledger.store_token(token("t1")).await.unwrap_err();
    assert_eq!(error, LedgerError::DuplicateToken { token_id: "t1".into() });
    assert_eq!(ledger.entries(0, 10).await.unwrap().len(), 1);
}

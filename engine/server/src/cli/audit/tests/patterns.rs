//! What a copied log shows of an attack.

use serde_json::{Value, json};
use tempfile::TempDir;
use tresor_ledger::{Intent, Ledger, Moment, Outcome, Reservation, digest_of};

use super::{ANSWER, Review, config, runtime};
use crate::stop::Stop;

const LEFT_OUT: &str = "not ((c.p.birth_year = ?) and (c.p.sex = ?))";

/// A log of pairs: a group, and the group without somebody.
fn pairs(pairs: i64) -> Review {
    let folder = TempDir::new().unwrap();
    let written = runtime::block_on(async {
        let (ledger, _) = Ledger::open(config(folder.path()), Moment(0)).await.unwrap();
        for at in 1..=pairs {
            ask(&ledger, 2 * at, &["c.p.region = ?"]).await;
            ask(&ledger, 2 * at + 1, &["c.p.region = ?", LEFT_OUT]).await;
        }
        ledger.checkpoint().await.unwrap();
        ledger.close().await;
        Ok::<_, Stop>(())
    });
    assert!(written.is_ok(), "no runtime");
    Review { folder, salt: String::new() }
}

async fn ask(ledger: &Ledger, at: i64, conditions: &[&str]) {
    let at = Moment(at * 60_000_000);
    let intent = Intent {
        query_id: format!("q_{:032x}", at.0),
        account: "heart-study".to_owned(),
        user: "eve".to_owned(),
        role: "researcher".to_owned(),
        idempotency: None,
        sql: "select".to_owned(),
        sql_fingerprint: format!("select count(*) where {}", conditions.join(" and ")),
        policy_revision: Some(1),
        policy_digest: "policy".to_owned(),
        profile: "sample".to_owned(),
        snapshots: vec!["s".to_owned()],
        plan_digest: "p".to_owned(),
        cost: 1,
        limit: 100,
        at,
        details: json!({ "tables": ["c.p"], "columns": ["c.p.region:filter"], "conditions": conditions }),
        sealed: vec![],
    };
    let Ok(Reservation::Fresh(receipt)) = ledger.reserve(intent).await else {
        panic!("not charged")
    };
    let outcome = Outcome::Released {
        answer: ANSWER.to_vec(),
        digest: digest_of(ANSWER),
        summary: json!({}),
        sealed: vec![],
        reviewers: 0,
        remembered: vec![],
    };
    ledger.settle(receipt, outcome, at).await.unwrap();
}

#[test]
fn an_attack_is_seen_in_a_copy_and_is_no_finding() {
    let review = pairs(3);
    let text = review.sound("patterns --log @log");
    for words in [
        "6 queries looked through, without the texts that are sealed; alerts: 1",
        "near_duplicates of eve in heart-study",
        "  3 where 3 are an alert, within 7 days; from 1970-01-01T00:03:00Z to 1970-01-01T00:07:00Z",
        &format!("q_{:032x}", 180_000_000),
        "in sealed texts: isolations, removals, earlier_answers, one_cohort, chaff",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let said: Value = serde_json::from_str(&review.sound("patterns --log @log --json")).unwrap();
    assert_eq!((&said["sound"], &said["alerts"][0]["released"]), (&json!(true), &json!(3)));
}

#[test]
fn two_pairs_are_no_alert() {
    let text = pairs(2).sound("patterns --log @log");
    assert!(text.starts_with("4 queries looked through"), "{text}");
    assert!(text.contains("alerts: 0"), "{text}");
}

#[test]
fn where_there_is_no_log_nothing_is_said() {
    assert_eq!(pairs(1).run("patterns --log @nowhere").0, 2);
}

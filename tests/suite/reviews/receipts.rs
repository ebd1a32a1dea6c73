//! What an author takes along: a receipt and a crate. They hold an entry of the log word for word, so that entry may say
//! nothing that the answer does not.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::ask::{caller, request};
use tests::home::{AUDITOR, NOISY, RESEARCHER};
use tresor_core::engine::{Decision, Engine, QueryState};
use tresor_core::ids::QueryId;

use super::house::*;

/// Hides values, leaves groups out of the answer, and has a sum whose dominance rule is confidential.
const HIDING: &str = "select region, count(*) as n, sum(income) as s from people where hiv \
                      group by region having count(*) > 0";

/// The entry in the receipt, and all that was handed out: receipt and crate as text.
async fn taken_along(engine: &Arc<Engine>, id: &QueryId) -> (Value, String) {
    let face = Face::of(engine);
    let mut told = String::new();
    let mut receipt = Value::Null;
    for part in ["receipt", "crate"] {
        let answer = face.get(RESEARCHER, &format!("/api/v1/queries/{id}/{part}")).await;
        assert_eq!(answer.status, 200, "{part}: {}", answer.text);
        if part == "receipt" {
            receipt = answer.json();
        }
        // Files lie in the crate as they are; JSON inside JSON has its quotation marks escaped.
        told += &answer.text.replace('\\', "");
    }
    let entry = serde_json::from_str(receipt["entry"].as_str().unwrap()).unwrap();
    (entry, told)
}

fn tells_none(told: &str, words: &[&str]) {
    let found: Vec<_> = words.iter().filter(|word| told.contains(*word)).collect();
    assert!(found.is_empty(), "{found:?} in {told}");
}

/// What only auditors read of an outcome.
const TRUE_REASONS: [&str; 5] =
    ["by_reason", "protected_tables", "too_few_persons", "\"p\":", "\"nk\":"];

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_says_nothing_that_the_answer_does_not() {
    let home = home();
    let engine = home.engine().await;
    let id = engine.submit(&caller(RESEARCHER), request(NOISY, HIDING)).await.unwrap();
    assert_eq!(state(&engine, RESEARCHER, &id).await, QueryState::Succeeded);
    let (entry, told) = taken_along(&engine, &id).await;
    tells_none(&told, &TRUE_REASONS);
    // What it says can be counted from the answer.
    let answer = Face::of(&engine).get(RESEARCHER, &format!("/api/v1/queries/{id}/result")).await;
    let answer = answer.json();
    let public = &answer["summary"];
    let expected = json!({
        "rows": public["rows"],
        "truncated": answer["truncated"],
        "values": public["values"],
        "withheld": public["withheld"],
    });
    assert_eq!(entry["body"]["summary"], expected);
    // The auditor has what the words above were looked for in.
    let log = engine.audit(&caller(AUDITOR), 0, 1_000).await.unwrap().to_string();
    let log = log.replace('\\', "");
    for word in ["by_reason", "protected_tables", "too_few_persons", "\"p\":"] {
        assert!(log.contains(word), "{word} is nowhere: too easy");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_does_not_name_those_who_reviewed() {
    let home = home();
    let engine = home.engine().await;
    let id = asked(&engine, RESEARCHER, request(HELD, HIDING)).await;
    for checker in &CHECKERS[..2] {
        decide(&engine, checker, &id, Decision::Release).await.unwrap();
    }
    let (entry, told) = taken_along(&engine, &id).await;
    tells_none(&told, &TRUE_REASONS);
    for checker in &CHECKERS[..2] {
        tells_none(&told, &[&format!("\"{checker}\""), &format!("{checker} to the")]);
    }
    assert_eq!(entry["actor"], "system");
    assert_eq!(entry["body"]["state"], "released");
}

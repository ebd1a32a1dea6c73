//! Any text at all: planning ends with a plan or with a refusal that says what is wrong, never with a defect.
//!
//! A panic inside the engine becomes the refusal `execution_failed`, and so does everything that nobody thought of:
//! each of these is a finding. `TRESOR_QUERIES=100000` tries so many texts instead of the usual number.

pub(crate) mod corpus;
pub(crate) mod mutate;

use std::collections::BTreeMap;
use std::sync::Arc;

use tests::ask::{caller, request};
use tests::clinic::Clinic;
use tests::home::{EXACT, Home, RESEARCHER};
use tresor_core::engine::Engine;
use tresor_core::refusal::{Code, Refusal};

use crate::model::chance::Chance;
use crate::model::generate::{ANSWERED, generate};
use crate::model::runs::{queries, report, side_by_side};
use crate::model::sql;

/// Texts in the ordinary run.
const TEXTS: u64 = 5_000;
/// Queries of the generator among the texts to begin with.
const GENERATED: u64 = 300;

/// Texts of the case files and of the generator.
pub(crate) fn beginnings() -> Vec<String> {
    let generated = (0..GENERATED).map(|number| {
        sql::query(&generate(Chance::new(number.wrapping_add(1 << 32)), ANSWERED).query)
    });
    corpus::cases().into_iter().chain(generated).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_is_planned_or_refused() {
    let home = Home::of(&Clinic::new(100, 3));
    let engine = home.engine().await;
    let (corpus, total) = (Arc::new(beginnings()), queries(TEXTS));
    let told = side_by_side(total, |number| {
        let (corpus, engine) = (Arc::clone(&corpus), Arc::clone(&engine));
        async move {
            let text = mutate::mutated(&mut Chance::new(number), &corpus);
            let refusal = check(&engine, &text).await.err();
            refusal.map(|refusal| (refusal.code(), sealed(&refusal), text))
        }
    })
    .await;
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for (code, ..) in told.iter().flatten() {
        *codes.entry(code.as_str()).or_default() += 1;
    }
    let planned = told.iter().filter(|told| told.is_none()).count();
    report(&format!(
        "fuzz: {total} texts, seeds 0 to {}; {planned} planned, refused {codes:?}",
        total - 1
    ));
    let mut defects: BTreeMap<String, String> = BTreeMap::new();
    for (code, cause, text) in told.into_iter().flatten() {
        if code == Code::ExecutionFailed {
            defects.entry(kind(&cause)).or_insert(text);
        }
    }
    let mut found = vec![];
    for text in defects.into_values() {
        found.push(shortest(&engine, text).await);
    }
    assert!(found.is_empty(), "{} kinds of defects:\n{}", found.len(), found.join("\n"));
    // Otherwise nothing but the parser was tried.
    assert!(planned as u64 * 20 > total, "{planned} of {total} texts were planned: {codes:?}");
    assert!(codes.len() > 12, "few kinds of refusals were met: {codes:?}");
}

async fn check(engine: &Engine, text: &str) -> Result<serde_json::Value, Refusal> {
    engine.check(&caller(RESEARCHER), request(EXACT, text)).await
}

fn sealed(refusal: &Refusal) -> String {
    refusal.cause().map_or_else(String::new, |cause| cause.open_for_audit().to_owned())
}

/// What causes have in common that differ in names and numbers only.
fn kind(cause: &str) -> String {
    let words = cause.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
    words.take(6).collect::<Vec<_>>().join(" ")
}

/// The text without what it can do without and still fail; with the cause.
async fn shortest(engine: &Engine, mut text: String) -> String {
    let fails = async |text: &str| match check(engine, text).await {
        Err(refusal) if refusal.code() == Code::ExecutionFailed => Some(sealed(&refusal)),
        _ => None,
    };
    for width in [16, 8, 4, 2, 1, 3, 2, 1] {
        let mut at = 0;
        while at < mutate::tokens(&text).len() {
            let mut shorter = mutate::tokens(&text);
            shorter.drain(at..shorter.len().min(at + width));
            let shorter = shorter.concat();
            match fails(&shorter).await {
                Some(_) => text = shorter,
                None => at += 1,
            }
        }
    }
    let cause = fails(&text).await.unwrap_or_default();
    format!("{text}\n    {}", cause.lines().next().unwrap_or_default())
}

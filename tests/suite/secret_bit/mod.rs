//! One secret bit about one person, and every way to ask for it that is not a number.
//!
//! Two homes differ in one bit about one person, whom a condition finds by other attributes. Whatever is asked, both
//! end alike: the same verdict, schema, notes, statuses, rows and charge (NO-DATA-IN-VERDICTS). What plain DataFusion
//! tells by failing is tried first, so that the forms are seen to be attacks.

mod failures;
mod presence;

use serde_json::Value;
use tests::ask::{ask, caller, request};
use tests::home::{EXACT, NOISY, RESEARCHER};
use tresor_core::ids::QueryId;

use crate::attacks::{Bit, World, plain};
use failures::{PLACES, expressions};

/// What is true of one person in one of the worlds, and of nobody in the other.
fn secret(bit: &Bit) -> String {
    format!("{} and hiv", bit.target)
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_errors_give_the_bit_away() {
    let bit = Bit::new().await;
    let mut read = 0;
    for expression in expressions(&secret(&bit)) {
        let sql = format!("select count(*) from people where cast({expression} as varchar) <> 'q'");
        let fails = async |world: &World| plain::ask(&world.clinic, &sql).await.is_err();
        read += usize::from(fails(&bit.yes).await && !fails(&bit.no).await);
    }
    assert!(read >= 12, "{read} expressions read the bit");
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_presence_gives_the_bit_away() {
    let bit = Bit::new().await;
    let mut read = 0;
    for sql in presence::queries(&bit.target, &secret(&bit)) {
        let rows = async |world: &World| plain::ask(&world.clinic, &sql).await.ok();
        read += usize::from(rows(&bit.yes).await != rows(&bit.no).await);
    }
    assert!(read >= 20, "{read} queries read the bit");
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_on_purpose_tells_nothing() {
    let bit = Bit::new().await;
    let mut forms = vec![];
    for (at, expression) in expressions(&secret(&bit)).iter().enumerate() {
        // Every expression in five places, so that every place meets many expressions.
        for step in 0..5 {
            let place = PLACES[(at * 5 + step) % PLACES.len()];
            forms.push(place.replace("{e}", expression));
        }
    }
    assert!(forms.len() >= 150, "{} forms", forms.len());
    both_end_alike(&bit, &forms).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_order_and_number_of_rows_tell_nothing() {
    let bit = Bit::new().await;
    let forms = presence::queries(&bit.target, &secret(&bit));
    assert!(forms.len() >= 60, "{} forms", forms.len());
    both_end_alike(&bit, &forms).await;
}

/// Asks every form in both worlds, exactly and with noise.
async fn both_end_alike(bit: &Bit, forms: &[String]) {
    let mut answered = 0;
    let mut complaints = vec![];
    for sql in forms {
        for project in [EXACT, NOISY] {
            let (yes, no) = (bit.yes.body(project, sql).await, bit.no.body(project, sql).await);
            answered += usize::from(yes.is_ok());
            if let Some(why) = difference(&yes, &no) {
                complaints.push(format!("{project}: {why}: {sql}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(answered * 2 > forms.len(), "{answered} answers to {} forms: too easy", forms.len());
    for project in [EXACT, NOISY] {
        assert_eq!(spent(&bit.yes, project).await, spent(&bit.no, project).await, "{project}");
    }
}

/// What differs between two outcomes besides the numbers themselves.
fn difference(yes: &Result<Value, String>, no: &Result<Value, String>) -> Option<String> {
    match (yes, no) {
        (Err(code), Err(other)) if code != other => Some(format!("{code} and {other}")),
        (Err(code), Err(_)) if code == "execution_failed" => Some("both failed".to_owned()),
        (Err(_), Err(_)) => None,
        (Ok(yes), Ok(no)) => {
            let (yes, no) = (yes.as_object().unwrap(), no.as_object().unwrap());
            let rows = |body: &Value| body.as_array().map(Vec::len);
            for (part, value) in yes {
                let other = &no[part];
                let same = match part.as_str() {
                    // Numbers of many people, which one person changes by one: see A23.
                    "rows" => rows(value) == rows(other),
                    "intervals" => rows(value) == rows(other),
                    _ => value == other,
                };
                if !same {
                    return Some(format!("`{part}` is {value} and {other}"));
                }
            }
            (yes.len() != no.len()).then(|| "one body has more parts".to_owned())
        }
        (yes, no) => {
            let verdict = |outcome: &Result<Value, String>| match outcome {
                Ok(_) => "an answer".to_owned(),
                Err(code) => code.clone(),
            };
            Some(format!("{} and {}", verdict(yes), verdict(no)))
        }
    }
}

/// The number of entries in the log, which the header of every response tells.
async fn entries(world: &World) -> u64 {
    let checkpoint = world.engine.checkpoint().await.unwrap();
    checkpoint.lines().nth(1).unwrap().parse().unwrap()
}

/// How much the log grows, and what a receipt says, are told to whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn log_and_receipt_tell_nothing() {
    let bit = Bit::new().await;
    let mut asked = presence::queries(&bit.target, &secret(&bit));
    let fails = expressions(&secret(&bit)).into_iter().step_by(4);
    asked.extend(fails.map(|e| format!("select count(*) from people where {e} is not null")));
    let before = entries(&bit.yes).await;
    assert_eq!(before, entries(&bit.no).await);
    let mut receipts = 0;
    for sql in &asked {
        let mut told = vec![];
        for world in [&bit.yes, &bit.no] {
            let summary = receipt(world, sql).await;
            told.push((entries(world).await, summary));
        }
        assert_eq!(told[0], told[1], "{sql}");
        receipts += usize::from(told[0].1.is_some());
    }
    assert!(receipts * 2 > asked.len(), "{receipts} receipts: too easy");
    assert!(entries(&bit.yes).await > before);
}

/// What the entry in a receipt says of the answer, where there is one; without what is noise in any two queries.
async fn receipt(world: &World, sql: &str) -> Option<Value> {
    let user = caller(RESEARCHER);
    let answer = ask(&world.engine, NOISY, sql).await.ok()?;
    let id = QueryId::new(answer.json["id"].as_str().unwrap()).unwrap();
    let bytes = world.engine.receipt(&user, &id).await.unwrap();
    let receipt: Value = serde_json::from_slice(&bytes).unwrap();
    let mut entry: Value = serde_json::from_str(receipt["entry"].as_str().unwrap()).unwrap();
    assert!(entry["query_id"] == id.as_str() && entry["body"]["summary"].is_object());
    entry["query_id"].take();
    let body = entry["body"].as_object_mut().unwrap();
    // Ids, digests and random commitments differ whenever anything is asked; the length is that of the answer's numbers.
    for part in ["answer_digest", "answer_bytes", "commitments"] {
        assert!(body.remove(part).is_some(), "{part}");
    }
    Some(entry)
}

async fn spent(world: &World, project: &str) -> u64 {
    let sql = "select count(*) from people";
    let checked = world.engine.check(&caller(RESEARCHER), request(project, sql)).await.unwrap();
    checked["budget"]["spent"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_too_long_to_compile_is_refused_before_rows_are_read() {
    let bit = Bit::new().await;
    for like in ["like", "ilike", "not like"] {
        let pattern = "_".repeat(30_000);
        let sql = format!(
            "select count(*) from people where {} and region {like} '{pattern}'",
            secret(&bit)
        );
        for world in [&bit.yes, &bit.no] {
            let refused = world.body(EXACT, &sql).await;
            assert_eq!(refused.err().as_deref(), Some("query_too_large"), "{like}");
        }
    }
}

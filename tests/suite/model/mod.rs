//! A slow, obvious twin: random queries, answered by the engine and by a loop over the rows of the clinic.
//!
//! In the project without noise both must agree: the same values, withheld exactly where fewer than ten people are in
//! the cell or contribute to the value. A query that fails is printed with its number; it then becomes a case.

mod question;
mod truth;

use std::collections::HashMap;

use serde_json::Value;
use tests::ask::{Answer, ask};
use tests::clinic::Clinic;
use tests::home::{EXACT, Home};

use question::{Chance, Question};
use truth::{Cell, cells};

/// Queries per run.
const QUERIES: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn random_queries_agree_with_the_rows() {
    let clinic = Clinic::new(600, 11);
    let home = Home::of(&clinic);
    let engine = home.engine().await;
    let (mut shown, mut withheld) = (0, 0);
    for number in 0..QUERIES {
        let question = Question::random(&mut Chance::new(number));
        let sql = question.sql();
        let answer = match ask(&engine, EXACT, &sql).await {
            Ok(answer) => answer,
            Err(refusal) => panic!("query {number}: {sql}\n{refusal:?}"),
        };
        let agreed = agree(&question, &cells(&question, &clinic), &answer);
        match agreed {
            Ok((values, missing)) => (shown, withheld) = (shown + values, withheld + missing),
            Err(why) => panic!("query {number}: {sql}\n{why}\n{}", answer.csv),
        }
    }
    assert!(shown > 500 && withheld > 100, "{shown} shown, {withheld} withheld: too easy");
}

type Cells = HashMap<Vec<String>, Cell>;

/// Compares answer and truth; how many values were shown and withheld.
fn agree(question: &Question, truth: &Cells, answer: &Answer) -> Result<(usize, usize), String> {
    let keys = question.keys.len();
    let mut listed = vec![];
    let (mut shown, mut withheld) = (0, 0);
    for (at, row) in answer.rows().iter().enumerate() {
        let row = row.as_array().unwrap();
        let key: Vec<String> = row[..keys].iter().map(Value::to_string).collect();
        for (measure, found) in row[keys..].iter().enumerate() {
            let expected = truth.get(&key).and_then(|cell| cell.protected(measure));
            match (expected, found.as_f64()) {
                (Some(expected), Some(found)) if near(expected, found) => shown += 1,
                (None, None) if answer.code(at, keys + measure) == Some("c") => withheld += 1,
                _ => {
                    return Err(format!(
                        "row {at}, measure {measure}: expected {expected:?}, got {found}"
                    ));
                }
            }
        }
        if listed.contains(&key) {
            return Err(format!("{key:?} is listed twice"));
        }
        listed.push(key);
    }
    let public = question.keys.iter().all(|key| key.is_public());
    for (key, cell) in truth {
        if (cell.is_large() || public) && !listed.contains(key) {
            return Err(format!("{key:?} is not listed"));
        }
    }
    if !public && keys == 1 && listed.iter().any(|key| !truth.get(key).is_some_and(Cell::is_large))
    {
        return Err("a small group that is not public is listed".to_owned());
    }
    Ok((shown, withheld))
}

/// Means are computed with six digits beyond those of the sum, and twelve digits are written.
fn near(expected: f64, found: f64) -> bool {
    (expected - found).abs() <= 1e-6 + expected.abs() * 1e-9
}

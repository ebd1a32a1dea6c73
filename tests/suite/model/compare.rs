//! Asks the engine, and compares what it says with the truth.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tests::ask::Answer;
use tests::home::EXACT;
use tresor_core::refusal::Code;

use super::boundary::{Boundary, Cells, Known};
use super::over::{Over, Query, Table, kinds};
use super::value::{Type, Value};
use super::window::was_tied;
use super::world::World;
use super::{over, sql};

/// What became of a query.
pub(crate) enum Outcome {
    Agrees(Tally),
    Refused(String, String),
    /// An order in it leaves open which row comes first, so there is no one answer.
    Tied,
    Differs(String),
}

/// How much was compared.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) shown: u64,
    pub(crate) withheld: u64,
    pub(crate) rows: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.shown += other.shown;
        self.withheld += other.withheld;
        self.rows += other.rows;
    }
}

/// Rows to which a protected table is completed, at most.
const COMPLETED: usize = 10_000;

/// Asks a query, and its parts alone.
pub(crate) async fn ask(world: &World, query: &Query) -> Outcome {
    match answers(world, query).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn answers(world: &World, query: &Query) -> Result<Outcome, Outcome> {
    let text = sql::query(query);
    let whole = released(world, &text).await?;
    let settled = query.settled(&world.persons);
    let mut tally = Tally::default();
    let mut tables = vec![];
    for (part, settled) in query.parts.iter().zip(&settled.parts) {
        was_tied();
        let cells = settled.cells(&world.persons);
        if was_tied() {
            return Err(Outcome::Tied);
        }
        let alone = match &query.over {
            None => None,
            Some(_) => Some(released(world, &sql::part(part)).await?),
        };
        let answer = alone.as_ref().unwrap_or(&whole);
        let differs = |why: String| {
            Outcome::Differs(format!(
                "{why}\nthe engine:\n{}\nthe rows:\n{}",
                answer.csv,
                lines(&cells)
            ))
        };
        tally.add(agree(part, &cells, answer).map_err(differs)?);
        tables.push(table(part, answer));
    }
    if let Some(over) = &query.over {
        let expected = over.expected(&tables);
        if was_tied() {
            return Err(Outcome::Tied);
        }
        let differs = |why: String| {
            let parts: Vec<String> = tables.iter().map(|(_, rows)| lines(rows)).collect();
            let (parts, expected) = (parts.join("\n"), lines(&expected));
            let engine = lines(whole.csv.lines());
            Outcome::Differs(format!(
                "{why}\nthe engine:\n{engine}\nthe parts:\n{parts}\nexpected:\n{expected}"
            ))
        };
        tally.add(same_rows(over, &expected, &whole).map_err(differs)?);
    }
    Ok(Outcome::Agrees(tally))
}

/// The first things of a list, one a line.
fn lines<T: std::fmt::Debug>(list: impl IntoIterator<Item = T>) -> String {
    list.into_iter().take(40).map(|one| format!("{one:?}\n")).collect()
}

async fn released(world: &World, text: &str) -> Result<Answer, Outcome> {
    match tests::ask::ask(&world.engine, EXACT, text).await {
        Ok(answer) => Ok(answer),
        Err(refusal) if refusal.code() == Code::ExecutionFailed => {
            let cause = world.last_cause().await;
            Err(Outcome::Differs(format!("execution failed: {text}\n{cause}")))
        }
        Err(refusal) => {
            let code = refusal.code().as_str().to_owned();
            Err(Outcome::Refused(code, format!("{refusal}: {text}")))
        }
    }
}

/// The answer of a part as the twin reads it.
fn table(part: &Boundary, answer: &Answer) -> Table {
    let kinds = kinds(part);
    let read = |row: &Json| -> Vec<Value> {
        let cells = row.as_array().unwrap().iter();
        cells.zip(&kinds).map(|(json, (_, kind))| Value::read(json, *kind)).collect()
    };
    (kinds.iter().map(|(name, _)| *name).collect(), answer.rows().iter().map(read).collect())
}

/// Compares the cells of a part with the truth; how many values were shown and withheld.
fn agree(part: &Boundary, truth: &Cells, answer: &Answer) -> Result<Tally, String> {
    let keys = part.keys.len();
    let sets = part.sets();
    let mut tally = Tally::default();
    let mut listed: BTreeSet<(usize, Vec<String>)> = BTreeSet::new();
    for (at, row) in answer.rows().iter().enumerate() {
        let row = row.as_array().unwrap();
        let key: Vec<String> = row[..keys].iter().map(Json::to_string).collect();
        let set = match sets.len() {
            1 => 0,
            _ => {
                let here =
                    |set: &&Vec<usize>| (0..keys).all(|at| set.contains(&at) != row[at].is_null());
                let set = sets.iter().find(here).ok_or_else(|| format!("{key:?} is of no set"))?;
                sets.iter().position(|known| known == set).unwrap()
            }
        };
        let cell = truth.get(&(set, key.clone()));
        for (number, measure) in part.measures.iter().enumerate() {
            let found = &row[keys + number];
            let expected = cell.and_then(|cell| cell.protected(number, measure));
            match (expected, found.as_f64()) {
                (Some(expected), Some(found)) if near(expected, found) => tally.shown += 1,
                (None, None) if answer.code(at, keys + number) == Some("c") => tally.withheld += 1,
                _ => {
                    return Err(format!(
                        "row {at} {key:?}, {}: expected {expected:?}, got {found}",
                        measure.name
                    ));
                }
            }
        }
        tally.rows += 1;
        if !listed.insert((set, key.clone())) {
            return Err(format!("{key:?} is listed twice"));
        }
    }
    every_large_cell_is_listed(part, truth, &listed)?;
    small_cells_show_nothing(part, truth, &listed)?;
    Ok(tally)
}

type Listed = BTreeSet<(usize, Vec<String>)>;

fn every_large_cell_is_listed(
    part: &Boundary,
    truth: &Cells,
    listed: &Listed,
) -> Result<(), String> {
    let sets = part.sets();
    for ((set, key), cell) in truth {
        let known = sets[*set].iter().map(|&at| match part.keys[at].known {
            Known::Public(values) => Some(values),
            Known::Secret | Known::Either => None,
        });
        let combinations: Option<usize> = known.product();
        let public = combinations.is_some_and(|count| count <= COMPLETED);
        if (cell.is_large() || public) && !listed.contains(&(*set, key.clone())) {
            return Err(format!("{key:?} is not listed"));
        }
    }
    Ok(())
}

/// What nobody lists may only be seen in cells that are large.
fn small_cells_show_nothing(part: &Boundary, truth: &Cells, listed: &Listed) -> Result<(), String> {
    let sets = part.sets();
    let secret = |set: usize, key: &[String]| -> Vec<(usize, String)> {
        let at = sets[set].iter().filter(|&&at| part.keys[at].known == Known::Secret);
        at.map(|&at| (at, key[at].clone())).collect()
    };
    let large: BTreeSet<(usize, Vec<(usize, String)>)> = truth
        .iter()
        .filter(|(_, cell)| cell.is_large())
        .map(|((set, key), _)| (*set, secret(*set, key)))
        .collect();
    for (set, key) in listed {
        let parts = secret(*set, key);
        if !parts.is_empty() && !large.contains(&(*set, parts)) {
            return Err(format!("{key:?} is listed, and nobody may know that it is there"));
        }
    }
    Ok(())
}

/// Compares what was computed from results with what is expected.
fn same_rows(
    over: &Over,
    expected: &[Vec<over::Expected>],
    answer: &Answer,
) -> Result<Tally, String> {
    let found: Vec<&Vec<Json>> = answer.rows().iter().map(|row| row.as_array().unwrap()).collect();
    // The engine writes no more rows than the profile allows, and says so.
    let cut = answer.json["truncated"] == true && found.len() < expected.len();
    if found.len() != expected.len() && !cut {
        return Err(format!("expected {} rows, got {}", expected.len(), found.len()));
    }
    let fits = |expected: &[over::Expected], row: &[Json]| {
        expected.iter().zip(row).all(|(expected, json)| same_value(expected, json))
    };
    if cut {
        let strange = found.iter().find(|row| !expected.iter().any(|expected| fits(expected, row)));
        strange.map_or(Ok(()), |row| Err(format!("{row:?} is not expected")))?;
    } else if over.order.is_empty() {
        let mut left = found;
        for row in expected {
            let place = left.iter().position(|found| fits(row, found));
            left.remove(place.ok_or_else(|| format!("no row is {row:?}"))?);
        }
    } else if let Some(at) = (0..found.len()).find(|&at| !fits(&expected[at], found[at])) {
        return Err(format!("row {at}: expected {:?}, got {:?}", expected[at], found[at]));
    }
    Ok(Tally { rows: expected.len() as u64, ..Tally::default() })
}

fn same_value(expected: &over::Expected, found: &Json) -> bool {
    let number = expected.value.as_num();
    if expected.hidden && (number.is_some() || expected.value.is_null()) {
        return found.is_null();
    }
    match (number, found.as_f64()) {
        (Some(expected), Some(found)) => near(expected, found),
        _ => {
            let kind = match &expected.value {
                Value::Text(_) => Type::Text,
                Value::Bool(_) => Type::Bool,
                Value::Date(_) => Type::Date,
                _ => Type::Int,
            };
            Value::read(found, kind) == expected.value
                && found.is_null() == expected.value.is_null()
        }
    }
}

/// Means are computed with six digits beyond those of the sum, and twelve digits are written.
fn near(expected: f64, found: f64) -> bool {
    (expected - found).abs() <= 1e-4 + expected.abs() * 1e-9
}

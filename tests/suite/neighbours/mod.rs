//! Neighbours: the same clinic with and without one person.
//!
//! Rows belong to persons and nothing crosses from one to another. So what each cell says before noise, of everybody
//! less of everybody else, is exactly what that person alone contributes to it: no more than their own rows, and
//! nothing at all to cells that they are not in. Exact, no statistics. `TRESOR_QUERIES=10000` asks so many queries.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use tests::ask::{Answer, ask};
use tests::clinic::Clinic;
use tests::home::EXACT;
use tresor_core::refusal::Code;

use crate::model::boundary::{Boundary, Cell, Cells, Told};
use crate::model::chance::Chance;
use crate::model::data;
use crate::model::generate::{ANSWERED, Feature, generate};
use crate::model::over::Query;
use crate::model::runs::{queries, report, side_by_side};
use crate::model::sql;
use crate::model::world::World;

/// Queries in the ordinary run.
const QUERIES: u64 = 300;
/// Most queries of a hundred that may be refused.
const REFUSED_PERCENT: usize = 10;

/// A clinic, and the same clinic without one person.
struct Pair {
    with: World,
    without: World,
    /// The place of the person in `with`.
    person: usize,
}

impl Pair {
    async fn of(clinic: Clinic, person: usize) -> Self {
        let mut others = clinic.clone();
        others.persons.remove(person);
        Self { with: World::of(clinic).await, without: World::of(others).await, person }
    }
}

/// What became of a query.
enum Outcome {
    /// So many values differ, as they should, and so many are the same, as they should be.
    Exact {
        differ: u64,
        same: u64,
    },
    Refused,
    Wrong(String),
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_changes_by_what_the_person_alone_contributes() {
    let (pairs, total) = (pairs().await, queries(QUERIES));
    let outcomes = side_by_side(total, |number| {
        let pair = Arc::clone(&pairs[usize::try_from(number).unwrap() % pairs.len()]);
        async move {
            let part = additive(number);
            let query = Query { parts: vec![part.clone()], over: None, with: number % 2 == 0 };
            let text = sql::query(&query);
            match compare(&pair, &part, &text).await {
                Outcome::Wrong(why) => Outcome::Wrong(format!("query {number}: {text}\n{why}")),
                other => other,
            }
        }
    })
    .await;
    let (mut changed, mut equal, mut refused) = (0, 0, 0);
    for outcome in &outcomes {
        match outcome {
            Outcome::Exact { differ, same } => (changed, equal) = (changed + differ, equal + same),
            Outcome::Refused => refused += 1,
            Outcome::Wrong(why) => panic!("{why}"),
        }
    }
    report(&format!(
        "neighbours: {total} queries, seeds 0 to {}: {changed} values changed by one person's part, \
         {equal} stayed the same, {refused} queries refused",
        total - 1
    ));
    assert!(refused * 100 <= outcomes.len() * REFUSED_PERCENT, "{refused} refused");
    assert!(changed > total && equal > total, "too easy: {changed} changed, {equal} did not");
}

/// Persons of whom much is known, and one of whom little is.
async fn pairs() -> Vec<Arc<Pair>> {
    let mut pairs = vec![];
    for (persons, seed) in [(500, 31), (600, 32), (800, 33), (400, 34)] {
        let clinic = data::clinic(persons, seed);
        let rows = |at: &usize| clinic.persons[*at].visits.len() * clinic.persons[*at].labs.len();
        let person = match seed {
            34 => (0..persons).find(|at| clinic.persons[*at].visits.len() == 1).unwrap(),
            _ => (0..persons).max_by_key(rows).unwrap(),
        };
        pairs.push(Arc::new(Pair::of(clinic, person).await));
    }
    pairs
}

/// A random boundary of which everything adds up over persons.
fn additive(number: u64) -> Boundary {
    let adds_up = |feature: &&Feature| {
        // A released average is made of everybody; the rest needs a boundary alone.
        !matches!(feature, Feature::ReleasedValue | Feature::TwoResults | Feature::Having)
    };
    let features: Vec<Feature> = ANSWERED.iter().filter(adds_up).copied().collect();
    let generated = generate(Chance::new(number.wrapping_add(1 << 40)), &features);
    let mut part = generated.query.parts.into_iter().next().unwrap();
    for measure in &mut part.measures {
        if measure.told == Told::Mean {
            measure.told = Told::Sum;
        }
    }
    part
}

async fn compare(pair: &Pair, part: &Boundary, text: &str) -> Outcome {
    let with = ask(&pair.with.engine, EXACT, text).await;
    let without = ask(&pair.without.engine, EXACT, text).await;
    match (with, without) {
        (Ok(with), Ok(without)) => {
            let own = part.of_person(&pair.with.persons[pair.person]);
            exact(part, &own, &with, &without).unwrap_or_else(Outcome::Wrong)
        }
        (Err(one), Err(two)) if one.code() == two.code() => match one.code() {
            Code::ExecutionFailed => {
                let cause = pair.with.last_cause().await;
                Outcome::Wrong(format!("execution failed: {cause}"))
            }
            _ => Outcome::Refused,
        },
        (one, two) => {
            let code = |r: Result<Answer, tresor_core::refusal::Refusal>| r.err().map(|r| r.code());
            Outcome::Wrong(format!("the verdicts differ: {:?}, {:?}", code(one), code(two)))
        }
    }
}

fn exact(part: &Boundary, own: &Cells, with: &Answer, without: &Answer) -> Result<Outcome, String> {
    let (with, without) = (cells(part, with), cells(part, without));
    let (mut differ, mut same) = (0, 0);
    let none = Cell::default();
    for (key, values) in &with {
        let Some(others) = without.get(key) else { continue };
        let mine = own.get(key).unwrap_or(&none);
        for (at, (value, other)) in values.iter().zip(others).enumerate() {
            let contributed = contribution(part, mine, at);
            let holds = match (value.as_f64(), other.as_f64()) {
                (Some(value), Some(other)) => (value - other - contributed).abs() < 1e-4,
                // Withheld in one of them only: then it must be the person who made the difference.
                (Some(_), None) | (None, Some(_)) => mine.persons > 0,
                (None, None) => true,
            };
            if !holds {
                return Err(format!(
                    "{key:?}, measure {at}: {value} with, {other} without, and alone {contributed}"
                ));
            }
            if value.is_number() && other.is_number() {
                *(if contributed == 0.0 { &mut same } else { &mut differ }) += 1;
            }
        }
    }
    Ok(Outcome::Exact { differ, same })
}

/// What a person alone adds to a measure of a cell.
fn contribution(part: &Boundary, cell: &Cell, at: usize) -> f64 {
    let measure = &part.measures[at];
    let Some(tally) = cell.tallies.get(at) else { return 0.0 };
    match measure.told {
        Told::Persons => tally.persons as f64,
        Told::Rows | Told::Count => tally.values as f64,
        Told::Sum | Told::Mean => {
            measure.scale as f64 * tally.total + measure.offset as f64 * tally.values as f64
        }
    }
}

/// The measures of every row, by its set of keys and their values.
fn cells(part: &Boundary, answer: &Answer) -> BTreeMap<(usize, Vec<String>), Vec<Json>> {
    let keys = part.keys.len();
    let sets = part.sets();
    let row = |row: &Json| {
        let row = row.as_array().unwrap();
        let here = |set: &Vec<usize>| (0..keys).all(|at| set.contains(&at) != row[at].is_null());
        let set = if sets.len() == 1 { Some(0) } else { sets.iter().position(here) };
        let key = row[..keys].iter().map(Json::to_string).collect();
        ((set.unwrap_or(usize::MAX), key), row[keys..].to_vec())
    };
    answer.rows().iter().map(row).collect()
}
